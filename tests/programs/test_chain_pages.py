"""The deadline chain on pages: the warning before publishing, everyone's own level, and what regions do not read."""

from __future__ import annotations

import datetime as dt
import html
import re
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notices.models import Notice
from notices.services import read_on
from participants.models import Nomination
from participants.models import NominationStatus as N
from programs.lifecycle import PROGRAM
from programs.models import Program
from tests import factories, nomination_factories, program_factories
from tests.programs.calendars import OFF_2024, OFF_2026
from workflow.calendar import forget_holidays
from workflow.engine import perform
from workflow.models import Holiday

pytestmark = pytest.mark.django_db
WIB = ZoneInfo("Asia/Jakarta")


def wib(*parts) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=WIB)


def take_off(days) -> None:
    Holiday.objects.bulk_create(Holiday(date=day, label_id="Libur", label_en="Holiday") for day in days)
    forget_holidays()


def text_of(response) -> str:
    """A page as it is read: without tags and with single blanks."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.fixture
def scholarship(koica, koica_liaison, words):
    """The KOICA scholarship of 2024 at the Bureau, on the day the State Secretariat's letter came."""
    take_off(OFF_2024)
    return program_factories.program(
        koica,
        "VERIFICATION",
        created_by=koica_liaison,
        route="SETNEG",
        partner_deadline=wib(2024, 3, 22, 17),
        opens_at=None,
        starts=dt.date(2024, 8, 20),
        visibility="ALL_OFFICES",
    )


LETTER_DAY = wib(2024, 3, 4, 9)


def test_the_head_of_the_bureau_sees_the_chain_and_the_warning_before_publishing(client, scholarship, biroks_head):
    with time_machine.travel(LETTER_DAY, tick=False):
        client.force_login(biroks_head)
        page = client.get(f"/en/mitra/program/{scholarship.code}/publish/")
    shown = page.context["preview"]
    assert [(link.level, link.ends, link.days, link.minimum, link.own) for link in shown.links] == [
        ("OFFICE", wib(2024, 3, 13, 14), 5, 5, False),
        ("PROVINCE", wib(2024, 3, 14, 14), 1, 3, False),
        ("SCREENING", wib(2024, 3, 18, 14), 2, 3, False),
        ("PANEL", wib(2024, 3, 20, 14), 2, 5, False),
        ("FORWARD", wib(2024, 3, 21, 14), 1, 2, True),
        ("DESK", wib(2024, 3, 22, 14), 1, 2, False),
    ]
    text = text_of(page)
    assert "Published now, this programme is express: not every level has its minimum" in text
    assert (
        "Less than the minimum. Head of office and province: 1 of 3 working days; PPSDM, screening: 2 of 3 working "
        "days; PPSDM, selection panel: 2 of 5 working days; Bureau of Cooperation: 1 of 2 working days; "
        "State Secretariat: 1 of 2 working days." in text
    )
    assert "Published by 21 February 2024, every level would have its full time." in text
    assert "Friday, 22 March 2024, 17:00 WIB" in text


def test_published_it_is_express_and_offices_have_until_the_thirteenth(client, scholarship, biroks_head):
    with time_machine.travel(LETTER_DAY, tick=False):
        client.force_login(biroks_head)
        client.post(f"/mitra/program/{scholarship.code}/publish/", {"visibility": "ALL_OFFICES"})
    found = Program.objects.get(pk=scholarship.pk)
    assert (found.status, found.express, found.internal_deadline) == ("PUBLISHED", True, wib(2024, 3, 13, 14))


def test_with_time_enough_no_page_warns(client, koica, koica_liaison, biroks_head, words):
    take_off(OFF_2026)
    offer = program_factories.program(
        koica, "VERIFICATION", route="SETNEG", partner_deadline=wib(2026, 8, 21, 17), starts=dt.date(2026, 11, 2)
    )
    with time_machine.travel(wib(2026, 6, 2, 9), tick=False):
        client.force_login(biroks_head)
        page = client.get(f"/en/mitra/program/{offer.code}/publish/")
    assert (page.context["preview"].express, page.context["preview"].warning) == (False, "")
    assert "express: not every level" not in text_of(page)


@pytest.mark.parametrize("action", ["reject", "cancel"])
def test_other_acts_show_no_chain(client, scholarship, biroks_head, action):
    with time_machine.travel(LETTER_DAY, tick=False):
        client.force_login(biroks_head)
        page = client.get(f"/mitra/program/{scholarship.code}/{action}/")
    assert (page.status_code, page.context["preview"]) == (200, None)


def test_the_liaison_sees_the_chain_while_filling_in_the_deadline(client, koica, koica_liaison, words):
    offer = program_factories.program(koica, "DRAFT", created_by=koica_liaison, route="KOICA_OFFICE")
    client.force_login(koica_liaison)
    for part in ("berkas", "prasyarat", "periksa"):
        page = client.get(f"/mitra/program/{offer.code}/isi/{part}/")
        assert [link.level for link in page.context["preview"].links] == [
            "OFFICE",
            "PROVINCE",
            "SCREENING",
            "PANEL",
            "FORWARD",
            "DESK",
        ], part


# --- The story of an express offer --------------------------------------------------------------------------


@pytest.fixture
def insurance(koica, koica_liaison, words):
    """An offer by way of the KOICA office whose registration closes on Friday 4 September 2026, 14.00 WIB."""
    take_off(OFF_2026)
    return program_factories.program(
        koica,
        "OPEN",
        route="KOICA_OFFICE",
        partner_deadline=wib(2026, 9, 8, 17),
        internal_deadline=wib(2026, 9, 4, 14),
        published_at=wib(2026, 8, 31, 9),
        express=True,
        starts=dt.date(2026, 12, 1),
        visibility="PUBLIC",
    )


NOW = wib(2026, 9, 1, 8)


def page_of(client, user, program, path="/en/program/{slug}/"):
    with time_machine.travel(NOW, tick=False):
        client.force_login(user)
        return client.get(path.format(slug=program.slug, code=program.code))


def test_an_office_in_papua_reads_friday_two_o_clock_in_jakarta_and_four_at_home(client, insurance):
    operator = factories.member("DINAS_OP", factories.office("94"))
    text = text_of(page_of(client, operator, insurance))
    assert "Friday, 4 September 2026, 14:00 WIB = 16:00 WIT 3 days left" in text
    assert "Office Your level registers and submits its people" in text


def test_in_indonesian_too(client, insurance):
    operator = factories.member("DINAS_OP", factories.office("94"))
    text = text_of(page_of(client, operator, insurance, "/program/{slug}/"))
    assert "Jumat, 4 September 2026 pukul 14.00 WIB = 16.00 WIT" in text


@pytest.mark.parametrize(
    ("role", "where", "levels", "own"),
    [
        ("DINAS_OP", "94", ["OFFICE", "PROVINCE"], ["OFFICE"]),
        ("DINAS_HEAD", "94", ["OFFICE", "PROVINCE"], ["OFFICE", "PROVINCE"]),
        ("PROV_VER", "94", ["OFFICE", "PROVINCE"], ["PROVINCE"]),
        ("PPSDM_VER", "", ["OFFICE", "PROVINCE", "SCREENING", "PANEL", "FORWARD", "DESK"], ["SCREENING"]),
        ("PPSDM_HEAD", "", ["OFFICE", "PROVINCE", "SCREENING", "PANEL", "FORWARD", "DESK"], ["PANEL"]),
        ("BIROKS_OFF", "", ["OFFICE", "PROVINCE", "SCREENING", "PANEL", "FORWARD", "DESK"], ["FORWARD"]),
        ("BIROKS_HEAD", "", ["OFFICE", "PROVINCE", "SCREENING", "PANEL", "FORWARD", "DESK"], ["FORWARD"]),
        ("AUDITOR", "", ["OFFICE", "PROVINCE", "SCREENING", "PANEL", "FORWARD", "DESK"], []),
    ],
)
def test_everyone_sees_their_levels_and_their_own_is_marked(client, insurance, role, where, levels, own):
    organisation = factories.office(where) if where else factories.organisation("PPSDM")
    shown = page_of(client, factories.member(role, organisation), insurance).context["chain"]
    assert [link.level for link in shown.links] == levels
    assert [link.level for link in shown.own] == own
    assert (shown.closing is None) == bool(where)


def test_a_visitor_sees_what_regions_see(client, insurance):
    with time_machine.travel(NOW, tick=False):
        page = client.get(f"/en/program/{insurance.slug}/")
    assert [link.level for link in page.context["chain"].links] == ["OFFICE", "PROVINCE"]
    assert "8 September" not in text_of(page)


def test_a_chain_costs_no_query_per_level(client, insurance, ppsdm_verifier):
    page_of(client, ppsdm_verifier, insurance)
    with CaptureQueriesContext(connection) as queries:
        page_of(client, ppsdm_verifier, insurance)
    assert not [q for q in queries if "workflow_holiday" in q["sql"]]


# --- Moving the closing date --------------------------------------------------------------------------------


@pytest.fixture
def asked(insurance, aceh_regency):
    """An office with an accepted proposal and one draft nomination, due when registration closes."""
    from partnerships.models import ProposalStatus
    from tests.proposal_factories import open_need, proposal

    of = proposal(open_need(aceh_regency), insurance, ProposalStatus.ACCEPTED, seats_requested=2, seats_allotted=2)
    with time_machine.travel(NOW, tick=False):
        return nomination_factories.nomination(of)


def extend(program, officer, moment=None) -> Program:
    with time_machine.travel(wib(2026, 9, 2, 9), tick=False):
        return perform(
            PROGRAM,
            "extend",
            record=program,
            actor=officer,
            answers={"new_deadline": moment or wib(2026, 9, 18, 17), "consent": "Surat KOICA 7/2026"},
        )


def test_a_later_closing_moves_every_date_and_the_drafts(
    client, insurance, asked, biroks_officer, django_capture_on_commit_callbacks
):
    """18 September less ten working days is Friday 4 September again, two days away; published on 31 August that
    would leave an office four days, so it keeps five: Monday 7 September, and nine for the others."""
    assert asked.due_at == wib(2026, 9, 4, 14)
    with time_machine.travel(wib(2026, 9, 2, 9), tick=False), django_capture_on_commit_callbacks(execute=True):
        done = extend(insurance, biroks_officer)
    assert (done.internal_deadline, done.express) == (wib(2026, 9, 7, 14), True)
    assert Nomination.objects.get(pk=asked.pk).due_at == wib(2026, 9, 7, 14)
    shown = page_of(client, biroks_officer, done).context["chain"]
    assert [(link.level, link.ends.date().day) for link in shown.links] == [
        ("OFFICE", 7),
        ("PROVINCE", 9),
        ("SCREENING", 11),
        ("PANEL", 16),
        ("FORWARD", 17),
        ("DESK", 18),
    ]


def test_the_new_date_is_reminded_of_anew_but_not_at_once(
    insurance, asked, biroks_officer, django_capture_on_commit_callbacks
):
    """Created on 1 September, due on the 4th: 80 % had passed. Due on the 7th 2 September is not yet half of it."""
    Nomination.objects.filter(pk=asked.pk).update(reminded=80)
    with time_machine.travel(wib(2026, 9, 2, 9), tick=False), django_capture_on_commit_callbacks(execute=True):
        extend(insurance, biroks_officer)
    assert Nomination.objects.get(pk=asked.pk).reminded == 0


def test_an_extension_tells_each_person_once_and_offices_only_our_own_date(
    client, insurance, asked, biroks_officer, koica_head, aceh_operator, aceh_head, bali_head
):
    extend(insurance, biroks_officer)
    with time_machine.travel(wib(2026, 9, 2, 9), tick=False):
        read_on()
    told = list(Notice.objects.values_list("user", "action"))
    assert len(told) == len({user for user, _action in told})
    assert {(aceh_operator.pk, "amend"), (aceh_head.pk, "amend"), (koica_head.pk, "extend")} <= set(told)
    assert bali_head.pk not in {user for user, _action in told}
    office = Notice.objects.get(user=aceh_operator)
    assert [(c["field"], c["after_en"]) for c in office.changes] == [
        ("internal_deadline", "7 September 2026, 14:00 WIB")
    ]
    client.force_login(aceh_operator)
    with time_machine.travel(NOW, tick=False):
        text = text_of(client.get(f"/en/program/{insurance.slug}/"))
        inbox = text_of(client.get(reverse("notices:inbox")))
    assert "7 September 2026, 14:00 WIB" in text and "18 September" not in text
    assert "18 September" not in inbox


def test_an_earlier_closing_shares_what_is_left_from_now(insurance, biroks_officer, koica_liaison):
    """Amended on Tuesday 1 September: the partner closes on Thursday 3 September. Two days are left: one each."""
    from programs.services.amendments import amend

    def write():
        Program.objects.filter(pk=insurance.pk).update(
            partner_deadline=wib(2026, 9, 3, 17), internal_deadline=wib(2026, 9, 3, 14)
        )

    with time_machine.travel(NOW, tick=False):
        amend(insurance, write, actor=koica_liaison, reason="Kantor pusat memajukan tenggat.", version=None)
    found = Program.objects.get(pk=insurance.pk)
    assert (found.internal_deadline, found.express) == (wib(2026, 9, 2, 14), True)


def test_drafts_are_the_only_nominations_that_move(
    insurance, asked, biroks_officer, django_capture_on_commit_callbacks
):
    with time_machine.travel(NOW, tick=False):
        sent = nomination_factories.nomination(asked.proposal, N.SUBMITTED)
    with time_machine.travel(wib(2026, 9, 2, 9), tick=False), django_capture_on_commit_callbacks(execute=True):
        extend(insurance, biroks_officer)
    assert Nomination.objects.get(pk=sent.pk).due_at == sent.due_at


def test_a_draft_after_the_close_of_registration_does_not_give_the_partners_day_away(insurance, asked):
    """The office's deadline was 4 September, the partner's is the 8th: an office reads the due dates of its drafts."""
    from participants.rules.acts import submit_by

    assert submit_by(asked, wib(2026, 9, 4, 13)) == wib(2026, 9, 4, 14)
    with time_machine.travel(wib(2026, 9, 5, 9), tick=False):
        late = nomination_factories.nomination(asked.proposal)
    assert (late.due_at, submit_by(asked, wib(2026, 9, 5, 9))) == (None, None)


def test_a_draft_that_was_left_behind_is_found_later(insurance, asked):
    """The programme moved, but the process died before its drafts did."""
    from participants.tasks import follow_programs

    Program.objects.filter(pk=insurance.pk).update(internal_deadline=wib(2026, 9, 7, 14))
    with time_machine.travel(wib(2026, 9, 2, 9), tick=False):
        assert [follow_programs(), follow_programs()] == [1, 0]
    assert Nomination.objects.get(pk=asked.pk).due_at == wib(2026, 9, 7, 14)


def test_the_full_times_are_the_time_limits_of_the_nomination_table():
    from participants.lifecycle import NOMINATION
    from programs import chain

    limits = {
        state: NOMINATION.state(state).within.working_days for state in ("SUBMITTED", "ORG_ENDORSED", "SCREENING")
    }
    limits["SHORTLISTED"] = NOMINATION.state("SHORTLISTED").within.working_days
    assert limits == {
        "SUBMITTED": chain.FULL_TIMES[chain.PROVINCE],
        "ORG_ENDORSED": chain.FULL_TIMES[chain.SCREENING],
        "SCREENING": chain.FULL_TIMES[chain.PANEL],
        "SHORTLISTED": chain.FULL_TIMES[chain.FORWARD],
    }
    assert sum(chain.FULL_TIMES.values()) == 15
