"""Support looks at the portal as somebody else: asked, agreed, short, read-only, on record, and never further."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import LastVisit, Membership, SupportPage, SupportView, User
from accounts.roles import Role
from accounts.services.support import ask_to_view
from notices.models import Notice
from notices.tasks import deliver_pending
from tests import factories
from workflow.engine import Refused
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
REASON = "Daftar kebutuhan tetap kosong."


@pytest.fixture
def keeper(db) -> User:
    """Keeps the portal running and has no role."""
    return User.objects.create_superuser("pengelola@example.test", "kata-sandi-uji", name="Pengelola")


def browser_of(user) -> Client:
    found = Client()
    found.force_login(user)
    return found


def act(browser, name: str, *args, **data):
    return browser.post(reverse(f"accounts:{name}", args=args), data)


@pytest.fixture
def looking(keeper, aceh_operator):
    """(the supporter's browser, the view): everything was asked, agreed and begun."""
    view = ask_to_view(keeper, aceh_operator, REASON)
    act(browser_of(aceh_operator), "answer_view", view.pk, answer="agree")
    browser = browser_of(keeper)
    assert act(browser, "begin_view", view.pk).url == "/beranda/"
    return browser, view


def acts() -> list[tuple[str, str]]:
    return list(LogEntry.objects.filter(flow="accounts.support").order_by("seq").values_list("action", "actor__name"))


# --- From the request to the end -----------------------------------------------------------------------------


def test_the_whole_way_from_the_request_to_the_list_of_pages(keeper, aceh_operator, need_aceh):
    support, person = browser_of(keeper), browser_of(aceh_operator)
    asked = act(support, "person", aceh_operator.pk, **{"part": "view", "view-reason": REASON})
    view = SupportView.objects.get()
    assert (asked.status_code, view.stage, REASON in person.get(reverse("accounts:view_consents")).text) == (
        302,
        "WAITING",
        True,
    )
    act(person, "answer_view", view.pk, answer="agree")
    act(support, "begin_view", view.pk)
    page = support.get("/en/beranda/")
    assert (page.wsgi_request.user, page.wsgi_request.supporter) == (aceh_operator, keeper)
    assert f"You look as {aceh_operator.name}." in page.text
    assert support.get(need_aceh.get_absolute_url()).status_code == 200
    assert act(support, "end_view").url == reverse("accounts:support_views")
    assert support.get("/beranda/").wsgi_request.user == keeper
    view.refresh_from_db()
    assert (view.stage, view.ended_by) == ("OVER", "SUPPORT")
    seen = person.get(f"/en/akun/izin-lihat/{view.pk}/").text
    assert need_aceh.code in seen and ">Home</td>" in seen
    assert list(SupportPage.objects.values_list("page", "record_code")) == [
        ("home", ""),
        ("regions:need", need_aceh.code),
    ]
    assert acts() == [
        ("ask_view", keeper.name),
        ("agree_view", aceh_operator.name),
        ("begin_view", keeper.name),
        ("end_view", keeper.name),
    ]


def test_the_person_is_told_and_the_supporter_hears_the_answer(keeper, aceh_operator):
    view = ask_to_view(keeper, aceh_operator, REASON)
    deliver_pending()
    act(browser_of(aceh_operator), "answer_view", view.pk, answer="decline")
    deliver_pending()
    told = Notice.objects.order_by("pk").values_list("user__email", "action", "path")
    assert list(told) == [
        (aceh_operator.email, "ask_view", "/akun/izin-lihat/"),
        (keeper.email, "decline_view", "/lihat-sebagai/"),
    ]


@pytest.mark.parametrize("answer", [None, "decline"])
def test_without_consent_nothing_begins(keeper, aceh_operator, answer):
    view = ask_to_view(keeper, aceh_operator, REASON)
    if answer:
        act(browser_of(aceh_operator), "answer_view", view.pk, answer=answer)
    support = browser_of(keeper)
    act(support, "begin_view", view.pk)
    assert support.get("/beranda/").wsgi_request.user == keeper


def test_the_supporter_cannot_answer_for_the_person(keeper, aceh_operator, administrator):
    view = ask_to_view(keeper, aceh_operator, REASON)
    answers = [act(browser_of(user), "answer_view", view.pk, answer="agree") for user in (keeper, administrator)]
    view.refresh_from_db()
    assert ([a.status_code for a in answers], view.agreed) == ([404, 404], False)


def test_a_consent_is_for_the_one_who_asked(keeper, aceh_operator, administrator):
    view = ask_to_view(keeper, aceh_operator, REASON)
    act(browser_of(aceh_operator), "answer_view", view.pk, answer="agree")
    assert act(browser_of(administrator), "begin_view", view.pk).status_code == 404


def test_a_request_lapses_after_three_days_and_a_consent_after_one(keeper, aceh_operator):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = ask_to_view(keeper, aceh_operator, REASON)
        clock.shift(dt.timedelta(days=3))
        act(browser_of(aceh_operator), "answer_view", first.pk, answer="agree")
        first.refresh_from_db()
        second = ask_to_view(keeper, aceh_operator, REASON)
        act(browser_of(aceh_operator), "answer_view", second.pk, answer="agree")
        clock.shift(dt.timedelta(hours=24))
        act(browser_of(keeper), "begin_view", second.pk)
        second.refresh_from_db()
        assert (first.stage, second.stage, second.started_at) == ("LAPSED", "LAPSED", None)


def test_it_ends_after_half_an_hour_whatever_page_is_open(looking, keeper):
    browser, view = looking
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=31), tick=False):
        answer = browser.get("/beranda/")
        assert (answer.status_code, answer.url) == (302, reverse("accounts:support_views"))
        assert browser.get("/beranda/").wsgi_request.user == keeper
    view.refresh_from_db()
    assert (view.ended_by, acts()[-1]) == ("TIME", ("end_view", None))


def test_the_person_ends_it_at_once(looking, keeper, aceh_operator):
    browser, view = looking
    act(browser_of(aceh_operator), "answer_view", view.pk, answer="end")
    answer = browser.get("/kebutuhan/")
    assert (answer.status_code, browser.get("/beranda/").wsgi_request.user) == (302, keeper)
    assert acts()[-1] == ("end_view", aceh_operator.name)


def test_a_consent_can_be_taken_back_before_it_begins(keeper, aceh_operator):
    view = ask_to_view(keeper, aceh_operator, REASON)
    for answer in ("agree", "end"):
        act(browser_of(aceh_operator), "answer_view", view.pk, answer=answer)
    support = browser_of(keeper)
    act(support, "begin_view", view.pk)
    assert support.get("/beranda/").wsgi_request.user == keeper


def test_a_supporter_who_loses_the_office_sees_nothing_more(looking, keeper):
    browser, _view = looking
    User.objects.filter(pk=keeper.pk).update(is_staff=False)
    assert browser.get("/beranda/").status_code == 302
    assert browser.get("/beranda/").wsgi_request.user == keeper


# --- Whom nobody looks as ------------------------------------------------------------------------------------


def test_nobody_looks_as_administrators_keepers_programs_participants_themselves_or_people_without_a_role(
    keeper, administrator, aceh_operator, aceh_regency
):
    program = User.objects.create_user("sistem@sistem.invalid", None, name="Sistem", is_system=True)
    nobody = User.objects.create_user("tanpa@example.test", None, name="Tanpa peran")
    nominee = factories.member(Role.NOMINEE, aceh_regency)
    both = factories.member(Role.DINAS_OP, aceh_regency)
    Membership.objects.create(user=both, organisation=factories.organisation("PPSDM"), role=Role.ADMIN)
    for person in (administrator, keeper, program, nobody, nominee, both):
        with pytest.raises(Refused):
            ask_to_view(keeper, person, REASON)
    with pytest.raises(Refused):
        ask_to_view(aceh_operator, factories.member(Role.DINAS_OP, aceh_regency), REASON)
    assert SupportView.objects.count() == 0


def test_whoever_becomes_an_administrator_meanwhile_is_no_longer_looked_as(looking, aceh_operator, ppsdm, keeper):
    browser, _view = looking
    Membership.objects.create(user=aceh_operator, organisation=ppsdm, role=Role.ADMIN)
    assert browser.get("/beranda/").status_code == 302
    assert browser.get("/beranda/").wsgi_request.user == keeper


def test_one_person_is_asked_once_at_a_time(keeper, aceh_operator):
    ask_to_view(keeper, aceh_operator, REASON)
    with pytest.raises(Refused):
        ask_to_view(keeper, aceh_operator, REASON)


# --- Only looking --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_write_is_refused_with_a_sentence_and_the_interface_too(looking, need_aceh, method):
    browser, _view = looking
    answers = [
        getattr(browser, method)(url, {}, **({} if method == "post" else {"content_type": "application/json"}))
        for url in (need_aceh.get_absolute_url(), "/akun/", "/peran/", "/api/v1/needs", "/akun/izin-lihat/1/jawab/")
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    need_aceh.refresh_from_db()
    assert need_aceh.status == "DRAFT"


def test_a_script_that_writes_is_told_why(looking):
    browser, _view = looking
    answer = browser.post("/en/akun/", {}, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (
        403,
        {"sentence": "You only look. Nothing was sent and nothing was changed."},
    )


CLOSED = [
    "/akun/",
    "/akun/perangkat/",
    "/akun/token/",
    "/akun/kalender/",
    "/akun/kunci-draf/",
    "/akun/keamanan/",
    "/akun/izin-lihat/",
    "/lihat-sebagai/",
    "/peserta/",
    "/data-saya/",
    "/data-saya/unduh/",
    "/unduh/needs.xlsx",
    "/unduh/needs.csv",
    "/api/v1/needs",
    "/pemberitahuan/pengaturan/",
    "/pengguna/",
    "/audit/",
]


@pytest.mark.parametrize("path", CLOSED)
def test_secrets_participants_files_and_the_interface_stay_closed(looking, path):
    browser, _view = looking
    assert (browser.get(path).status_code, SupportPage.objects.count()) == (403, 0)


def test_nothing_is_downloaded_from_a_page_that_is_open(looking, need_aceh):
    browser, _view = looking
    answers = [browser.get("/peta/?unduh=csv"), browser.get(f"/cetak/need/{need_aceh.code}.pdf")]
    assert [(a.status_code, a["Content-Type"].split(";")[0]) for a in answers] == [(403, "text/html")] * 2


def test_opening_a_page_writes_nothing_of_the_person(looking, aceh_operator):
    browser, _view = looking
    LastVisit.objects.all().delete()
    before = LogEntry.objects.count()
    assert browser.get("/beranda/").status_code == 200
    assert (LastVisit.objects.count(), LogEntry.objects.count()) == (0, before)


def test_what_the_person_may_not_see_stays_hidden(looking, bali, bali_operator):
    browser, _view = looking
    hidden = factories.need(bali, created_by=bali_operator)
    assert browser.get(hidden.get_absolute_url()).status_code == 404
    assert SupportPage.objects.count() == 0


def test_the_key_of_the_session_changes_at_both_ends(keeper, aceh_operator):
    view = ask_to_view(keeper, aceh_operator, REASON)
    act(browser_of(aceh_operator), "answer_view", view.pk, answer="agree")
    browser = browser_of(keeper)
    keys = [browser.cookies[settings.SESSION_COOKIE_NAME].value]
    for name, args in (("begin_view", [view.pk]), ("end_view", [])):
        act(browser, name, *args)
        keys.append(browser.cookies[settings.SESSION_COOKIE_NAME].value)
    assert len(set(keys)) == 3


def test_signing_out_ends_the_supporter_s_own_session(looking):
    browser, _view = looking
    act(browser, "logout")
    assert browser.get("/beranda/").status_code == 302


def test_looking_costs_the_same_for_one_page_and_for_the_hundredth(looking, django_assert_max_num_queries):
    browser, view = looking
    SupportPage.objects.bulk_create([SupportPage(view=view, page="home") for _n in range(100)])
    with django_assert_max_num_queries(60):
        browser.get("/kebutuhan/")


def test_pages_open_to_support_exist_and_hold_no_secret():
    from portal.support_pages import PAGES
    from tests.addresses import patterns

    names = {name for name, _arguments in patterns()}
    never = ("participants:", "exchange:", "api:", "machines:")
    assert [name for name in PAGES if name not in names or name.startswith(never)] == []
    assert {name for name in PAGES if name.startswith("accounts:")} == {"accounts:delegations", "accounts:views"}
