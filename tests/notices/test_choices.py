"""Kind by kind: at once, every morning, on Mondays, off; what the workflow requires is never off."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from notices import choices, rules
from notices.models import ALLOWED, Cadence, NoticeKind, Outbox, Preference
from notices.services.delivery import Draft, deliver
from tests.notices.post import act, at, headlines, need, read, send, sent_to, wants
from workflow.models import Holiday

NOW = at("2027-03-02 10:00")
MOMENTS = {
    "now": at("2027-03-02 10:00"),
    "morning": at("2027-03-03 07:00"),
    "monday": at("2027-03-08 07:00"),
    "never": None,
}
COLUMNS = ("normal", "urgent", "patient", "today")


def rows() -> list[tuple[str, ...]]:
    """The hand-typed table."""
    text = (Path(__file__).parent / "choice_matrix.txt").read_text(encoding="utf-8")
    return [tuple(line.split()) for line in text.splitlines() if line and not line.startswith("#")]


def test_the_table_knows_every_kind_and_choice():
    expected = {(kind.value, choice) for kind in NoticeKind for choice in ("none", *Cadence.values)}
    assert ({row[:2] for row in rows()}, len(rows())) == (expected, 30)


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row[0]}-{row[1]}")
def test_when_a_notice_leaves(row, db):
    kind, choice, *cells = row
    if cells == ["-"] * 4:
        assert choice not in ALLOWED[kind]
        return
    chosen = {} if choice == "none" else {kind: choice}
    found = []
    for column in COLUMNS:
        when = rules.mail_at(
            kind,
            chosen,
            NOW,
            "Asia/Jakarta",
            urgency=column if column != "today" else rules.NORMAL,
            due_at=at("2027-03-02 23:59") if column == "today" else None,
        )
        found.append(when[0] if when else None)
    assert found == [MOMENTS[cell] for cell in cells]


@pytest.mark.django_db
@pytest.mark.parametrize("row", [r for r in rows() if r[1] != "none"], ids=lambda row: f"{row[0]}-{row[1]}")
def test_the_database_refuses_what_may_not_be_chosen(row, aceh_operator):
    kind, choice, *cells = row
    wanted = Preference(user=aceh_operator, kind=kind, cadence=choice)
    if cells == ["-"] * 4:
        with pytest.raises(IntegrityError), transaction.atomic():
            wanted.save()
        assert choices.choose(aceh_operator, {kind: choice}) == []
    else:
        wanted.save()
    assert Preference.objects.count() == (0 if cells == ["-"] * 4 else 1)


# --- Mornings in three zones --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "now", "daily", "weekly"),
    [
        ("Asia/Jakarta", "2027-03-02 10:00", "2027-03-03 00:00", "2027-03-08 00:00"),
        ("Asia/Makassar", "2027-03-02 10:00", "2027-03-02 23:00", "2027-03-07 23:00"),
        ("Asia/Jayapura", "2027-03-02 10:00", "2027-03-02 22:00", "2027-03-07 22:00"),
        ("Asia/Jakarta", "2027-03-01 06:59", "2027-03-01 00:00", "2027-03-01 00:00"),
        ("Asia/Jakarta", "2027-03-01 07:00", "2027-03-02 00:00", "2027-03-08 00:00"),
        ("Asia/Jakarta", "2027-03-05 18:00", "2027-03-08 00:00", "2027-03-08 00:00"),
    ],
)
def test_digests_leave_at_seven_where_the_office_is(zone, now, daily, weekly, db):
    """`now` on the clock of the place, the rest in UTC."""
    moment = at(now, zone)
    found = [rules.mail_at("CHANGE", {"CHANGE": cadence}, moment, zone)[0] for cadence in ("DAILY", "WEEKLY")]
    assert found == [at(daily, "UTC"), at(weekly, "UTC")]


def test_a_monday_off_moves_the_weekly_digest_to_the_next_working_day(db):
    from workflow.calendar import forget_holidays

    for day in ("2027-03-08", "2027-03-09"):
        Holiday.objects.create(date=day, label_id="Libur uji")
    forget_holidays()
    before, on_it = at("2027-03-04 10:00"), at("2027-03-08 10:00")
    weekly = {"CHANGE": "WEEKLY"}
    assert rules.mail_at("CHANGE", weekly, before, "Asia/Jakarta")[0] == at("2027-03-10 07:00")
    assert rules.mail_at("CHANGE", weekly, on_it, "Asia/Jakarta")[0] == at("2027-03-10 07:00")
    after = at("2027-03-10 07:00")
    assert rules.mail_at("CHANGE", weekly, after, "Asia/Jakarta")[0] == at("2027-03-15 07:00")


def test_what_is_due_before_mail_leaves_again_does_not_wait_for_the_morning(db):
    night = at("2027-03-05 19:00")  # a Friday: mail leaves again on Monday
    assert rules.leaves_at(night, "Asia/Jakarta", soon=True, due_at=at("2027-03-06 12:00")) == night
    assert rules.leaves_at(night, "Asia/Jakarta", soon=True, due_at=at("2027-03-09 12:00")) == at("2027-03-08 07:00")
    passed = at("2027-03-05 00:00")
    assert rules.leaves_at(at("2027-03-06 00:01"), "Asia/Jakarta", soon=True, due_at=passed) == at("2027-03-08 07:00")


@pytest.mark.django_db
def test_three_heads_read_the_same_news_each_in_their_morning(ppsdm_head):
    from tests import factories

    heads = {}
    for code in ("11", "51", "94"):
        office = factories.office(code)
        heads[code] = factories.member("DINAS_HEAD", office)
        act(at("2027-03-02 10:00"), "approve", need(office, factories.member("DINAS_OP", office)), ppsdm_head)
    read(at("2027-03-02 10:00"))
    left = {}
    for hour in ("21:59", "22:00", "22:59", "23:00", "23:59"):
        left[hour] = send(at(f"2027-03-02 {hour}", "UTC"))
    left["00:00"] = send(at("2027-03-03 00:00", "UTC"))
    found = {
        hour: sorted(code for code, head in heads.items() for _letter in sent_to(head, letters))
        for hour, letters in left.items()
    }
    assert found == {"21:59": [], "22:00": ["94"], "22:59": [], "23:00": ["51"], "23:59": [], "00:00": ["11"]}


# --- Choices at work ----------------------------------------------------------------------------------------


@pytest.fixture
def approved(aceh, aceh_province_operator, aceh_province_head, ppsdm_head):
    """A need that was approved on Tuesday at ten."""

    def make():
        return act(at("2027-03-02 10:00"), "approve", need(aceh, aceh_province_operator), ppsdm_head)

    return make


@pytest.mark.django_db
def test_at_once_weekly_and_off(approved, aceh_province_operator, aceh_province_head):
    wants(aceh_province_operator, CHANGE="AT_ONCE")
    wants(aceh_province_head, CHANGE="WEEKLY")
    record = approved()
    read(at("2027-03-02 10:00"))
    now, tomorrow, monday = (send(at(t)) for t in ("2027-03-02 10:01", "2027-03-03 07:00", "2027-03-08 07:00"))
    assert [len(sent_to(aceh_province_operator, left)) for left in (now, tomorrow, monday)] == [1, 0, 0]
    assert [len(sent_to(aceh_province_head, left)) for left in (now, tomorrow, monday)] == [0, 0, 1]
    assert headlines(monday[0]) == ["PERUBAHAN", f"{record.code}: Disetujui Kemnaker"]


@pytest.mark.django_db
def test_what_is_switched_off_before_it_leaves_does_not_leave(approved, aceh_province_operator, aceh_province_head):
    approved()
    read(at("2027-03-02 10:00"))
    choices.switch_off(aceh_province_operator, ["CHANGE", "TURN"])
    left = send(at("2027-03-03 07:00"))
    assert (len(sent_to(aceh_province_operator, left)), len(sent_to(aceh_province_head, left))) == (0, 1)
    mail = Outbox.objects.get(user=aceh_province_operator)
    assert (mail.dropped_for, aceh_province_operator.notices.count()) == ("UNWANTED", 1)


@pytest.mark.django_db
def test_a_turn_is_mailed_whatever_is_switched_off(need_aceh, aceh_head, aceh_verifier):
    choices.switch_off(aceh_verifier, list(NoticeKind))
    act(at("2027-03-02 10:00"), "submit", need_aceh, aceh_head)
    read(at("2027-03-02 10:00"))
    [letter] = send(at("2027-03-02 10:01"))
    assert headlines(letter) == ["GILIRAN ANDA", f"{need_aceh.code}: giliran Anda. Verifikasi provinsi dimulai."]
    assert "List-Unsubscribe" not in letter.extra_headers


@pytest.mark.django_db
def test_one_click_stands_on_mails_that_may_be_switched_off(approved, aceh_province_operator):
    approved()
    read(at("2027-03-02 10:00"))
    [letter] = sent_to(aceh_province_operator, send(at("2027-03-03 07:00")))
    address = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in letter.body and aceh_province_operator.email not in address
    from notices.unsubscribing import owner_of

    assert owner_of(address.rstrip("/").rsplit("/", 1)[1]) == (aceh_province_operator, [NoticeKind.CHANGE])


@pytest.mark.django_db
def test_nothing_to_say_is_no_mail(aceh_operator):
    assert deliver([], at("2027-03-02 10:00")) == 0
    assert send(at("2027-03-03 07:00")) == []


@pytest.mark.django_db
def test_a_thousand_people_cost_as_many_queries_as_one(aceh_regency, django_assert_num_queries):
    from notices.models import Notice
    from tests import factories

    def drafts(people, key):
        return [
            Draft(Notice(user=user, key=key, kind="CHANGE", flow="x", record_id=1, record_code="X-1", action="x"))
            for user in people
        ]

    people = [factories.member("DINAS_OP", aceh_regency) for _n in range(30)]
    rules.next_digest("Asia/Jakarta", "DAILY")  # the holidays are read once
    for count, key in ((1, "a"), (30, "b")):
        with django_assert_num_queries(5):  # told before? choices; open mails; new mails; notices
            assert deliver(drafts(people[:count], key), at("2027-03-02 10:00")) == count
