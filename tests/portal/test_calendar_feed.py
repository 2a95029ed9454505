"""The calendar of one person behind a secret address: made, read, renewed, revoked, and never a person in it."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from accounts import throttle
from accounts.models import CalendarFeed, Membership, User
from accounts.services import open_feed
from partnerships.models import ProposalStatus
from programs.lifecycle import PROGRAM
from programs.models import Program
from regions.models import NeedStatus, TrainingNeed
from tests import factories, nomination_factories, program_factories
from tests.proposal_factories import open_need, proposal
from workflow.engine import perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
WIB = ZoneInfo("Asia/Jakarta")
NOW = dt.datetime(2026, 9, 1, 8, tzinfo=WIB)
PAGE = "/akun/kalender/"


def wib(*parts) -> dt.datetime:
    return dt.datetime(2026, *parts, tzinfo=WIB)


def make(client, user) -> str:
    """Make an address on the page; returns its path."""
    client.force_login(user)
    page = client.post(PAGE, {"act": "open"})
    [address] = re.findall(r'value="(http[^"]+\.ics)"', page.content.decode())
    return re.sub(r"^https?://[^/]+", "", address)


def fetch(client, path, now=NOW):
    client.logout()
    with time_machine.travel(now, tick=False):
        return client.get(path)


def events(response) -> dict[str, object]:
    """The events of a feed by their identity, as the library reads them."""
    calendar = Calendar.from_ical(response.content)
    return {str(event["uid"]).split("@")[0]: event for event in calendar.walk("VEVENT")}


@pytest.fixture
def insurance(koica, koica_liaison):
    """Registration closes on Friday 4 September 2026, 14.00 WIB."""
    return program_factories.program(
        koica,
        "OPEN",
        created_by=koica_liaison,
        route="KOICA_OFFICE",
        partner_deadline=wib(9, 18, 17),
        internal_deadline=wib(9, 4, 14),
        published_at=wib(8, 24, 9),
        starts=dt.date(2026, 12, 1),
    )


def test_an_address_is_shown_once_and_only_its_hash_is_kept(client, aceh_operator):
    path = make(client, aceh_operator)
    token = path.removeprefix("/kalender/").removesuffix(".ics")
    feed = CalendarFeed.objects.get(user=aceh_operator)
    assert len(token) >= 40 and token not in feed.token_hash
    assert token not in client.get(PAGE).content.decode()
    assert "no-store" in client.post(PAGE, {"act": "open"})["Cache-Control"]
    [first, again] = LogEntry.objects.filter(flow="accounts.calendar")
    assert (first.action, again.action, first.data, first.actor) == (
        "open_calendar",
        "renew_calendar",
        {},
        aceh_operator,
    )


def test_the_feed_needs_no_sign_in_and_parses(client, insurance, aceh_operator):
    response = fetch(client, make(client, aceh_operator))
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert response["Cache-Control"] == "private, max-age=600"
    assert (response["X-Robots-Tag"], response["Referrer-Policy"]) == ("noindex", "no-referrer")
    assert "Set-Cookie" not in response.headers and not response.cookies
    found = events(response)
    assert list(found) == [f"programs.program-{insurance.pk}-office"]
    event = found[f"programs.program-{insurance.pk}-office"]
    assert event.decoded("dtstart") == wib(9, 4, 14)
    assert event.decoded("dtstart").astimezone(ZoneInfo("Asia/Jayapura")).hour == 16
    assert (event["sequence"], str(event["status"])) == (insurance.version, "CONFIRMED")
    assert str(event["summary"]).startswith(f"{insurance.code}: ")


def test_a_renewed_address_closes_the_former_one(client, aceh_operator):
    former = make(client, aceh_operator)
    present = make(client, aceh_operator)
    assert [fetch(client, path).status_code for path in (former, present)] == [404, 200]


def test_a_revoked_address_leads_nowhere_and_can_be_made_anew(client, aceh_operator):
    path = make(client, aceh_operator)
    client.force_login(aceh_operator)
    assert client.post(PAGE, {"act": "revoke"}).status_code == 302
    assert fetch(client, path).status_code == 404
    assert LogEntry.objects.filter(flow="accounts.calendar", action="revoke_calendar").count() == 1
    assert fetch(client, make(client, aceh_operator)).status_code == 200


def test_revoking_nothing_says_so(client, aceh_operator):
    client.force_login(aceh_operator)
    page = client.post(PAGE, {"act": "revoke"}, follow=True)
    assert [m.level_tag for m in page.context["messages"]] == ["warning"]


def test_a_closed_account_has_no_calendar(client, aceh_operator):
    path = make(client, aceh_operator)
    User.objects.filter(pk=aceh_operator.pk).update(is_active=False)
    assert fetch(client, path).status_code == 404


def test_who_lost_the_role_gets_an_empty_calendar(client, insurance, aceh_operator):
    path = make(client, aceh_operator)
    Membership.objects.filter(user=aceh_operator).update(ended_at=NOW)
    assert events(fetch(client, path)) == {}


@pytest.mark.parametrize("token", ["x", "a" * 43, "a" * 5000, "%00", "..%2f", "ünïcode"])
def test_a_wrong_address_is_not_there(client, token):
    assert client.get(f"/kalender/{token}.ics").status_code == 404


def test_guessing_is_slowed_down(client, monkeypatch):
    monkeypatch.setattr(throttle, "TRIES_PER_NETWORK", 3)
    answers = [client.get(f"/kalender/{n}{'a' * 42}.ics") for n in range(4)]
    assert [a.status_code for a in answers] == [404, 404, 404, 429]
    assert (answers[-1]["Retry-After"], answers[-1]["Content-Type"]) == ("900", "text/plain; charset=utf-8")


def test_fetching_without_end_is_slowed_down(client, aceh_operator):
    path = make(client, aceh_operator)
    cache.clear()
    assert [fetch(client, path).status_code for _n in range(61)][-2:] == [200, 429]


def test_only_reading_is_possible(client, aceh_operator):
    path = make(client, aceh_operator)
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200


def test_it_speaks_the_owners_language(client, insurance, aceh_operator):
    path = make(client, aceh_operator)
    User.objects.filter(pk=aceh_operator.pk).update(language="en")
    [event] = events(fetch(client, path)).values()
    assert str(event["summary"]) == f"{insurance.code}: Office, deadline"
    assert str(event["url"]).endswith(f"/program/{insurance.slug}/")


# --- What it holds ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "where", "expected"),
    [
        ("DINAS_OP", "11", {"office": (9, 4)}),
        ("DINAS_HEAD", "11", {"office": (9, 4), "province": (9, 8)}),
        ("PROV_VER", "11", {"office": (9, 4), "province": (9, 8)}),
        ("PPSDM_VER", "", {"office": (9, 4), "screening": (9, 10)}),
        ("PPSDM_HEAD", "", {"office": (9, 4), "panel": (9, 15)}),
        ("BIROKS_HEAD", "", {"office": (9, 4), "forward": (9, 17)}),
        ("LEGAL", "", {"office": (9, 4)}),
    ],
)
def test_each_role_finds_its_own_level(client, insurance, role, where, expected):
    user = factories.member(role, factories.office(where) if where else factories.organisation("PPSDM"))
    found = events(fetch(client, make(client, user)))
    assert {uid.rpartition("-")[2]: event.decoded("dtstart") for uid, event in found.items()} == {
        level: wib(*day, 14) for level, day in expected.items()
    }


def test_the_partner_finds_its_own_deadline_and_another_partner_nothing(client, insurance, koica_head, jica_head):
    found = events(fetch(client, make(client, koica_head)))
    assert found[f"programs.program-{insurance.pk}-partner"].decoded("dtstart") == wib(9, 18, 17)
    assert events(fetch(client, make(client, jica_head))) == {}


def test_an_extension_keeps_the_identity_moves_the_date_and_raises_the_sequence(
    client, insurance, aceh_operator, biroks_officer
):
    path = make(client, aceh_operator)
    [(uid, before)] = events(fetch(client, path)).items()
    with time_machine.travel(NOW, tick=False):
        perform(
            PROGRAM,
            "extend",
            record=insurance,
            actor=biroks_officer,
            answers={"new_deadline": wib(9, 25, 17), "consent": "Surat 7"},
        )
    [(same, after)] = events(fetch(client, path)).items()
    assert (same, after.decoded("dtstart")) == (uid, wib(9, 11, 14))
    assert after["sequence"] > before["sequence"]


def test_a_cancelled_programme_is_struck_out(client, insurance, aceh_operator, koica_head):
    path = make(client, aceh_operator)
    with time_machine.travel(NOW, tick=False):
        perform(PROGRAM, "cancel", record=insurance, actor=koica_head, answers={"reason": "Anggaran tidak turun. " * 3})
    [event] = events(fetch(client, path)).values()
    assert str(event["status"]) == "CANCELLED"


def test_a_programme_for_others_does_not_appear(client, insurance, aceh_operator, bali):
    Program.objects.filter(pk=insurance.pk).update(visibility="SELECTED")
    insurance.selected_offices.set([bali])
    assert events(fetch(client, make(client, aceh_operator))) == {}


def test_what_waits_for_the_person_is_there_until_it_is_done(client, aceh_regency, aceh_operator, aceh_verifier):
    with time_machine.travel(NOW, tick=False):
        need = factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW, created_by=aceh_operator)
    path = make(client, aceh_verifier)
    found = events(fetch(client, path))
    assert found[f"regions.need-{need.pk}"].decoded("dtstart") == need.due_at
    assert str(found[f"regions.need-{need.pk}"]["summary"]).startswith(need.code)
    assert f"regions.need-{need.pk}" not in events(fetch(client, make(client, aceh_operator)))
    TrainingNeed.objects.filter(pk=need.pk).update(status=NeedStatus.MIN_REVIEW)
    assert f"regions.need-{need.pk}" not in events(fetch(client, path))


def test_no_person_stands_in_it(client, insurance, aceh_regency, aceh_operator):
    of = proposal(open_need(aceh_regency), insurance, ProposalStatus.ACCEPTED, seats_requested=2, seats_allotted=2)
    with time_machine.travel(NOW, tick=False):
        draft = nomination_factories.nomination(of, who=nomination_factories.person(aceh_regency, name="Nama Rahasia"))
    response = fetch(client, make(client, aceh_operator))
    assert f"participants.nomination-{draft.pk}" in events(response)
    assert "Rahasia" not in response.content.decode()


def test_two_roles_see_each_date_once(client, insurance, aceh_operator, aceh):
    Membership.objects.create(user=aceh_operator, organisation=aceh, role="PROV_VER", valid_from=dt.date(2020, 1, 1))
    found = events(fetch(client, make(client, aceh_operator)))
    assert sorted(uid.rpartition("-")[2] for uid in found) == ["office", "province"]


def test_the_feed_asks_as_often_for_thirty_as_for_one(client, koica, ppsdm_verifier):
    path, counts = make(client, ppsdm_verifier), []
    for more in (1, 29):
        for _number in range(more):
            program_factories.program(
                koica,
                "OPEN",
                partner_deadline=wib(9, 18, 17),
                internal_deadline=wib(9, 11, 14),
                published_at=wib(8, 24, 9),
                starts=dt.date(2026, 12, 1),
            )
        fetch(client, path)
        with CaptureQueriesContext(connection) as queries:
            fetch(client, path)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_of_two_tabs_that_make_an_address_the_later_one_counts(client, aceh_operator):
    first, second = open_feed(aceh_operator), open_feed(aceh_operator)
    assert [fetch(client, f"/kalender/{token}.ics").status_code for token in (first, second)] == [404, 200]
    assert CalendarFeed.objects.count() == 1
