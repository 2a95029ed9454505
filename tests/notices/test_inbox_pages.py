"""The inbox page: one card per record, filters, reading marks, many records at once; and what one wants mailed."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from notices import choices, inbox
from notices.models import BatchItem, Cadence, Notice, NoticeKind, Preference
from regions.models import NeedStatus
from tests import factories

pytestmark = pytest.mark.django_db
WIB = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def reader(client, aceh_operator):
    """The operator of the regency office, signed in."""
    client.force_login(aceh_operator)
    return aceh_operator


@pytest.fixture
def tell(reader, aceh_regency):
    """`tell(need, ...)`: one notice to the reader, minutes after the one before."""
    made = []

    def make(record, kind=NoticeKind.CHANGE, action="approve", **fields):
        made.append(
            Notice.objects.create(
                **{
                    "user": reader,
                    "membership": reader.memberships.get(),
                    "key": f"log:{len(made) + 1}",
                    "kind": kind,
                    "flow": "regions.need",
                    "record_id": record.pk,
                    "record_code": record.code,
                    "subject_id": "Mediator Hubungan Industrial",
                    "subject_en": "Industrial relations mediator",
                    "path": record.get_absolute_url(),
                    "action": action,
                    "role": "PPSDM_HEAD",
                    "organisation": "PPSDM",
                    "created_at": timezone.now() + dt.timedelta(minutes=len(made) - 500),
                    **fields,
                }
            )
        )
        return made[-1]

    return make


@pytest.fixture
def need(aceh_regency, reader):
    """A need of the reader's office."""
    return factories.need(aceh_regency, status=NeedStatus.APPROVED, created_by=reader)


def cards(page) -> list[str]:
    """The headlines of the page, as people read them."""
    found = re.findall(r"<h2[^>]*>(.*?)</h2>", page.content.decode(), re.S)
    return [" ".join(re.sub(r"<[^>]+>", "", text).split()) for text in found]


# --- Groups -------------------------------------------------------------------------------------------------


EARLIER = ["Endorsed by the province", "Signed and submitted"]


def test_one_record_is_one_card_with_its_latest_news_its_status_and_the_others_folded(client, tell, need):
    tell(need, action="submit")
    tell(need, action="prov_endorse", comment="Sesuai kebutuhan.")
    tell(need, action="approve")
    page = client.get("/en/pemberitahuan/")
    (group,) = page.context["groups"]
    html = page.content.decode()
    assert (group.unread, group.others, [one.text for one in group.earlier]) == (3, 2, EARLIER)
    assert cards(page) == [f"Unread: {need.code}: Approved by the ministry"]
    assert group.record == need and "sg-tag-green" in html
    assert ("2 others" in html, "3 new" in html) == (True, True)


def test_unread_records_come_first_then_the_newest(client, tell, aceh_regency, reader):
    old, middle, new = (
        factories.need(aceh_regency, status=NeedStatus.APPROVED, created_by=reader) for _number in range(3)
    )
    tell(old)
    tell(middle, read_at=timezone.now())
    tell(new, read_at=timezone.now())
    page = client.get("/en/pemberitahuan/")
    assert cards(page) == [
        f"Unread: {old.code}: Approved by the ministry",
        f"{new.code}: Approved by the ministry",
        f"{middle.code}: Approved by the ministry",
    ]


def test_times_are_told_on_the_readers_clock(client, tell, bali, ppsdm_head):
    need_bali = factories.need(bali, status=NeedStatus.APPROVED)
    operator = factories.member("DINAS_OP", bali)
    moment = dt.datetime(2026, 11, 24, 10, 0, tzinfo=WIB)
    tell(need_bali, user=operator, membership=operator.memberships.get(), created_at=moment)
    client.force_login(operator)
    assert "24 November 2026 pukul 11.00 WITA" in client.get(reverse("notices:inbox")).content.decode()


def test_what_may_no_longer_be_read_says_so_and_shows_nothing(client, tell, bali):
    foreign = factories.need(bali, status=NeedStatus.APPROVED)
    tell(foreign, comment="Rahasia Bali.")
    tell(foreign, action="return", comment="Rahasia kedua.", subject_id="Judul rahasia")
    html = client.get("/en/pemberitahuan/").content.decode()
    assert "You can no longer open this." in html
    assert [word for word in ("Rahasia", "Judul rahasia", foreign.get_absolute_url(), "1 other") if word in html] == []


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("", ["TURN", "DUE", "CHANGE", "TALK", "MENTION", "MEETING"]),
        ("baru", ["TURN", "DUE", "CHANGE", "TALK", "MENTION"]),
        ("giliran", ["TURN"]),
        ("tenggat", ["DUE"]),
        ("perubahan", ["CHANGE"]),
        ("percakapan", ["TALK", "MENTION"]),
        ("rapat", ["MEETING"]),
        ("ngawur", ["TURN", "DUE", "CHANGE", "TALK", "MENTION", "MEETING"]),
    ],
)
def test_filters_show_one_kind(client, tell, aceh_regency, reader, chosen, expected):
    for kind in NoticeKind:
        record = factories.need(aceh_regency, status=NeedStatus.APPROVED, created_by=reader)
        tell(record, kind=kind, read_at=timezone.now() if kind == "MEETING" else None)
    page = client.get(reverse("notices:inbox"), {"saring": chosen})
    assert {group.latest.notice.kind for group in page.context["groups"]} == set(expected)
    counts = {tab["url"].rpartition("saring=")[2]: tab["count"] for tab in page.context["tabs"]}
    assert counts == {
        "/pemberitahuan/": 5,
        "baru": 5,
        "giliran": 1,
        "tenggat": 1,
        "perubahan": 1,
        "percakapan": 2,
        "rapat": "",
    }


@pytest.mark.parametrize(
    ("chosen", "words"),
    [("", "Everything is read"), ("baru", "Everything is read"), ("rapat", "No notices of this kind")],
)
def test_nothing_to_show_names_the_next_step(client, reader, chosen, words):
    page = client.get("/en/pemberitahuan/", {"saring": chosen})
    assert page.status_code == 200 and cards(page) == [words]


def test_groups_come_in_pages(client, tell, aceh_regency, reader):
    for _number in range(inbox.GROUPS + 3):
        tell(factories.need(aceh_regency, status=NeedStatus.APPROVED, created_by=reader))
    first = client.get(reverse("notices:inbox"), {"saring": "perubahan"})
    second = client.get(reverse("notices:inbox") + first.context["pages"].next_url)
    assert (len(first.context["groups"]), len(second.context["groups"])) == (inbox.GROUPS, 3)
    assert second.context["pages"].previous_url == "?saring=perubahan&page=1"


def test_a_long_history_is_cut_and_counted(client, tell, need):
    for _number in range(inbox.SHOWN + 5):
        tell(need)
    (group,) = client.get(reverse("notices:inbox")).context["groups"]
    assert (len(group.earlier), group.more, group.others) == (inbox.SHOWN - 1, 5, inbox.SHOWN + 4)


def test_as_many_queries_for_thirty_cards_as_for_one(client, tell, aceh_regency, reader, monkeypatch):
    monkeypatch.setattr(inbox, "GROUPS", 40)
    tell(factories.need(aceh_regency, status=NeedStatus.APPROVED, created_by=reader))
    client.get(reverse("notices:inbox"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("notices:inbox"))
    for _number in range(29):
        record = factories.need(aceh_regency, status=NeedStatus.APPROVED, created_by=reader)
        tell(record)
        tell(record, action="submit")
    with CaptureQueriesContext(connection) as thirty:
        page = client.get(reverse("notices:inbox"))
    assert (len(page.context["groups"]), len(thirty)) == (30, len(one))


# --- Reading marks ------------------------------------------------------------------------------------------


def unread() -> list[str]:
    return list(Notice.objects.filter(read_at__isnull=True).order_by("pk").values_list("key", flat=True))


def test_a_card_is_marked_read_as_it_was_shown(client, tell, need):
    tell(need)
    shown = tell(need)
    tell(need)  # arrives while the page is open
    answer = client.post(
        reverse("notices:mark_read", args=[shown.pk]), {"semua": "1", "saring": "perubahan", "page": "2"}
    )
    assert (answer.url, unread()) == ("/pemberitahuan/?saring=perubahan&page=2", ["log:3"])


def test_one_notice_is_marked_alone(client, tell, need):
    tell(need)
    second = tell(need)
    answer = client.post(reverse("notices:mark_read", args=[second.pk]), {"saring": "//evil", "page": "x"})
    assert (answer.url, unread()) == ("/pemberitahuan/", ["log:1"])


def test_everything_is_marked_up_to_what_was_shown(client, tell, need):
    shown = tell(need)
    tell(need)
    client.post(reverse("notices:mark_all_read"), {"sampai": str(shown.pk)})
    assert unread() == ["log:2"]
    client.post(reverse("notices:mark_all_read"), {"sampai": "9" * 30})
    assert unread() == []


def test_opening_the_card_marks_what_came_before_on_its_record(client, tell, need, aceh_regency, reader):
    other = factories.need(aceh_regency, status=NeedStatus.APPROVED, created_by=reader)
    tell(need)
    tell(other)
    latest = tell(need)
    tell(need)
    assert client.get(reverse("notices:open", args=[latest.pk])).url == need.get_absolute_url()
    assert unread() == ["log:2", "log:4"]


# --- One notice about many records --------------------------------------------------------------------------


@pytest.fixture
def import_of_three(tell, aceh_regency, bali, reader):
    """A notice of a batch: two needs of the reader's office and one that is not theirs."""
    own = [factories.need(aceh_regency, status=NeedStatus.APPROVED, created_by=reader) for _number in range(2)]
    foreign = factories.need(bali, status=NeedStatus.APPROVED)
    notice = tell(own[0], batch="0123456789abcdef", count=3)
    for record in (*own, foreign):
        BatchItem.objects.create(notice=notice, record_id=record.pk, record_code=record.code)
    tell(own[0])
    return notice, own, foreign


def test_many_records_are_one_card_beside_that_of_one_of_them(client, import_of_three):
    notice, own, _foreign = import_of_three
    page = client.get(reverse("notices:inbox"))
    assert [group.latest.notice.is_many for group in page.context["groups"]] == [False, True]
    assert client.get(reverse("notices:open", args=[notice.pk])).url == reverse("notices:many", args=[notice.pk])
    assert unread() == ["log:2"]


def test_the_page_of_many_lists_those_that_may_be_opened(client, import_of_three):
    notice, own, foreign = import_of_three
    page = client.get(reverse("notices:many", args=[notice.pk]))
    html = page.content.decode()
    assert [(item.code, item.record) for item in page.context["items"]] == [
        (own[0].code, own[0]),
        (own[1].code, own[1]),
        (foreign.code, None),
    ]
    assert own[1].get_absolute_url() in html and foreign.get_absolute_url() not in html


def test_the_page_of_many_is_the_readers_own(client, import_of_three, bali_head, tell, need):
    single = tell(need)
    assert client.get(reverse("notices:many", args=[single.pk])).status_code == 404
    client.force_login(bali_head)
    assert client.get(reverse("notices:many", args=[import_of_three[0].pk])).status_code == 404


def test_as_many_queries_for_thirty_records_as_for_three(client, import_of_three, aceh_regency, reader):
    notice, _own, _foreign = import_of_three
    address = reverse("notices:many", args=[notice.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as three:
        client.get(address)
    for _number in range(27):
        record = factories.need(aceh_regency, status=NeedStatus.APPROVED, created_by=reader)
        BatchItem.objects.create(notice=notice, record_id=record.pk, record_code=record.code)
    with CaptureQueriesContext(connection) as thirty:
        assert len(client.get(address).context["items"]) == 30
    assert len(thirty) == len(three)


# --- What is mailed -----------------------------------------------------------------------------------------

ALL_AS_USUAL = {
    "TURN": "AT_ONCE",
    "DUE": "AT_ONCE",
    "CHANGE": "DAILY",
    "MENTION": "AT_ONCE",
    "TALK": "DAILY",
    "MEETING": "AT_ONCE",
}


def test_the_choices_page_shows_what_holds_and_what_the_procedure_requires(client, reader):
    with time_machine.travel(dt.datetime(2026, 11, 26, 10, 0, tzinfo=WIB)):
        client.force_login(reader)
        page = client.get("/en/pemberitahuan/pengaturan/")
    html = page.content.decode()
    assert {row["kind"].value: row["field"].value() for row in page.context["form"].rows()} == ALL_AS_USUAL
    assert [row["kind"].value for row in page.context["form"].rows() if row["locked"]] == ["TURN", "DUE", "MEETING"]
    assert html.count("required by the procedure") == 3
    assert "27 November 2026, 07:00 WIB" in html and "30 November 2026, 07:00 WIB" in html
    assert re.findall(r'name="TURN" value="(\w+)"', html) == ["AT_ONCE", "DAILY"]
    assert re.findall(r'name="TALK" value="(\w+)"', html) == ["AT_ONCE", "DAILY", "WEEKLY", "OFF"]


def test_a_choice_is_kept_and_said(client, reader):
    wanted = ALL_AS_USUAL | {"TALK": "WEEKLY", "CHANGE": "OFF"}
    answer = client.post("/en/pemberitahuan/pengaturan/", wanted, follow=True)
    assert "Your choice is saved." in answer.content.decode()
    assert set(Preference.objects.values_list("user", "kind", "cadence")) == {
        (reader.pk, "TALK", "WEEKLY"),
        (reader.pk, "CHANGE", "OFF"),
    }
    assert choices.cadences_of(reader) == {NoticeKind(k): Cadence(v) for k, v in wanted.items()}


@pytest.mark.parametrize("wrong", [{"TURN": "OFF"}, {"DUE": "WEEKLY"}, {"TALK": ""}, {"TALK": "SOMETIMES"}])
def test_what_cannot_be_chosen_is_refused_and_nothing_is_kept(client, reader, wrong):
    answer = client.post("/en/pemberitahuan/pengaturan/", ALL_AS_USUAL | {"CHANGE": "OFF"} | wrong)
    assert (answer.status_code, Preference.objects.count()) == (400, 0)
    assert "Choose one of these." in answer.content.decode()


def test_the_account_page_leads_to_the_choices(client, reader):
    assert reverse("notices:settings") in client.get(reverse("accounts:settings")).content.decode()


@pytest.mark.parametrize("name", ["notices:inbox", "notices:settings", "notices:desk"])
def test_the_pages_ask_for_a_sign_in(client, name):
    assert client.get(reverse(name)).status_code == 302
