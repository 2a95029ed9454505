"""Who may do what with a nomination, and for whom it exists: against tables typed by hand from the procedure."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from participants.lifecycle import NOMINATION
from participants.models import Nomination, NominationStatus
from participants.rules import nominations_in_reach
from tests import nomination_factories as make
from tests.matrices import roles_by_act, typed_lines
from workflow.engine import may_see, offered
from workflow.reading import seen_by, waiting_for

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent
S = NominationStatus


def one(of, state, account, **fields):
    """A nomination in a state, of the person who has the nominee's account."""
    who = make.person(of.line.need.office, account=account)
    return make.nomination(of, state, who=who, **fields)


def offered_by_act(of, cast, states) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for state in states:
        record = one(of, state, cast["NOMINEE"])
        for role, user in cast.items():
            for offer in offered(user, record):
                found.setdefault((state, offer.transition.name), set()).add(role)
        for t in NOMINATION.open_to(record):
            if "CLOCK" in t.who:
                found.setdefault((state, t.name), set()).add("CLOCK")
        if not any(key[0] == state for key in found):
            found[state, "-"] = set()
        Nomination.objects.all().delete()
    return found


def test_everyone_is_offered_exactly_what_the_procedure_says(abroad, cast):
    expected = roles_by_act(HERE / "nomination_matrix.txt")
    assert {state for state, _act in expected} == set(S.values)
    assert offered_by_act(abroad, cast, S.values) == expected


def test_a_batch_in_the_country_skips_partner_and_permits(at_home, cast):
    expected = roles_by_act(HERE / "in_country_matrix.txt")
    states = list(dict.fromkeys(state for state, _act in expected))
    assert offered_by_act(at_home, cast, states) == expected


def test_an_online_course_of_a_partner_needs_no_permits(aceh, jica, cast):
    of = make.seats(aceh, jica, delivery_mode="ONLINE", country="IT")
    expected = roles_by_act(HERE / "online_matrix.txt")
    states = list(dict.fromkeys(state for state, _act in expected))
    assert {*states} == {*S.values} - {"CLEARANCE"}
    assert offered_by_act(of, cast, states) == expected


def test_a_completion_that_was_taken_back_can_be_recorded_anew_by_ppsdm_alone(abroad, cast):
    record = one(abroad, S.INCOMPLETE, cast["NOMINEE"], reversed_at=timezone.now())
    found = {o.transition.name: role for role, user in cast.items() for o in offered(user, record)}
    assert found == {"complete_again": "PPSDM_VER"}


def typed_readers():
    for line in typed_lines(HERE / "seen_matrix.txt"):
        state, known, *roles = line.split()
        yield state, known == "KNOWN", set(roles)


def test_a_nomination_exists_only_for_those_whose_turn_or_duty_it_is(abroad, cast):
    expected, found = {}, {}
    for state, known, roles in typed_readers():
        record = one(abroad, state, cast["NOMINEE"], forwarded_at=timezone.now() if known else None)
        expected[state, known] = roles
        found[state, known] = {role for role, user in cast.items() if may_see(NOMINATION, user, record)}
        Nomination.objects.all().delete()
    assert {state for state, _known in expected} == set(S.values)
    assert found == expected


def test_other_offices_other_partners_and_other_nominees_see_nothing(abroad, cast, outsiders):
    for state in S.values:
        record = one(abroad, state, cast["NOMINEE"])
        assert [user for user in outsiders if may_see(NOMINATION, user, record)] == []
        Nomination.objects.all().delete()


def test_reach_roles_and_people_are_one_rule(abroad, cast, outsiders):
    for state in S.values:
        record = one(abroad, state, cast["NOMINEE"])
        for user in [*cast.values(), *outsiders]:
            roles = NOMINATION.roles(user, record)
            assert Nomination.objects.filter(nominations_in_reach(user), pk=record.pk).exists() == bool(roles)
            assert (user in NOMINATION.people(record, [user.acting_role])) == bool(roles), (state, user)
            assert may_see(NOMINATION, user, record) == (record in seen_by(user, NOMINATION.name))
        Nomination.objects.all().delete()


def test_a_draft_that_was_withdrawn_before_it_was_submitted_stays_with_the_office(abroad, cast):
    record = one(abroad, S.WITHDRAWN, cast["NOMINEE"], notice_read_on=None)
    assert [role for role, user in cast.items() if may_see(NOMINATION, user, record)] == [
        "NOMINEE",
        "DINAS_OP",
        "DINAS_HEAD",
    ]
    for user in cast.values():
        assert may_see(NOMINATION, user, record) == (record in seen_by(user, NOMINATION.name))


TURNS = """
DRAFT NOMINEE DINAS_OP
SUBMITTED DINAS_HEAD
ORG_ENDORSED PPSDM_VER
SCREENING PPSDM_VER
RETURNED NOMINEE DINAS_OP
SHORTLISTED BIROKS_HEAD
RESERVE PPSDM_HEAD
FORWARDED PARTNER_OFF BIROKS_OFF
PARTNER_SCREENING PARTNER_OFF BIROKS_OFF
ACCEPTED NOMINEE BIROKS_OFF
CLEARANCE NOMINEE BIROKS_OFF
READY PPSDM_VER
ATTENDING PPSDM_VER
COMPLETED NOMINEE DINAS_OP
FOLLOW_UP
NOT_ACCEPTED
INCOMPLETE
CLOSED
WITHDRAWN
REPLACED
DISQUALIFIED
"""


def test_whose_turn_it_is(abroad, cast):
    expected = {state: set(roles) for state, *roles in (row.split() for row in TURNS.strip().splitlines())}
    found, said = {}, {}
    for state in S.values:
        record = one(abroad, state, cast["NOMINEE"])
        found[state] = {role for role, user in cast.items() if record in waiting_for(user, NOMINATION.name)}
        said[state] = set(map(str, record.waits_for()))
        Nomination.objects.all().delete()
    assert found == expected
    assert said == expected


def test_the_head_of_ppsdm_decides_once_three_sheets_are_there(abroad, cast):
    record = one(abroad, S.SCREENING, cast["NOMINEE"], panel_size=3)
    assert [role for role, user in cast.items() if record in waiting_for(user, NOMINATION.name)] == ["PPSDM_HEAD"]
    assert record.waits_for() == ("PPSDM_HEAD",)


def test_a_reserve_waits_for_nobody_while_every_seat_is_taken(aceh, jica, cast):
    of = make.seats(aceh, jica, people=1)
    make.nomination(of, S.ACCEPTED)
    record = one(of, S.RESERVE, cast["NOMINEE"])
    assert record.due_at is None and record.waits_for() == ()
    assert [role for role, user in cast.items() if record in waiting_for(user, NOMINATION.name)] == []


def test_after_the_supervisor_the_evaluator_closes(abroad, cast):
    record = one(abroad, S.FOLLOW_UP, cast["NOMINEE"], used_in_duty=4)
    assert [role for role, user in cast.items() if record in waiting_for(user, NOMINATION.name)] == ["EVAL"]
    assert record.waits_for() == ("EVAL",)
