"""Pins and prohibitions on a run: what they cost, what stands against them, and what the log keeps."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from partnerships.lifecycle import ALLOCATION
from partnerships.models import AllocationPin, AllocationRun, PinKind, Proposal, ProposalStatus, RunStatus
from partnerships.services import allocations, pins
from programs.models import ProgramStatus
from regions.models import NeedStatus, TrainingNeed
from tests import factories, program_factories
from tests.partnerships.allocation_factories import round_of
from tests.partnerships.ratified_runs import calculated, seats_of, solved
from tests.proposal_factories import line_of, open_need, proposal
from workflow.engine import Refused, Stale, log_of, perform

pytestmark = pytest.mark.django_db
S = ProposalStatus
WHY = "Daerah perbatasan, permintaan gubernur."
WAIVER = "Kepala dinas setuju mengirim mediator ke luar daerah, surat terlampir."


@pytest.fixture
def needs(aceh, bali):
    """Three people each; Bali's seats are worth more."""
    return open_need(aceh, people=3, score=60), open_need(bali, people=3, score=90)


@pytest.fixture
def program(jica):
    """Four seats for six people."""
    return program_factories.program(jica, ProgramStatus.OPEN, seats=4)


@pytest.fixture
def run(needs, program, ppsdm_verifier):
    """A draft result: Bali 3, Aceh 1."""
    return solved(ppsdm_verifier)


@pytest.fixture
def draft(needs, program, ppsdm_verifier):
    """Rules that have not been calculated yet."""
    return allocations.new_run(round_of(), ppsdm_verifier, "highest_value")


def pair(need, program) -> dict:
    return {"line": line_of(need), "intake": program.intakes.get()}


def values(run) -> dict[str, int]:
    """{need code: value of one seat}."""
    return {row["line"].split("/")[0]: row["value"] for row in run.instance["pairs"]}


# --- What it costs ------------------------------------------------------------------------------------------


def test_a_pin_on_a_draft_result_costs_what_the_others_lose(run, needs, program, ppsdm_verifier):
    """Aceh gets three instead of one: two seats of Bali's value become two of Aceh's."""
    cost = pins.preview(run, **pair(needs[0], program), kind=PinKind.PIN, seats=3)
    worth = values(run)
    assert cost["value"] == 2 * (worth[needs[0].code] - worth[needs[1].code]) < 0
    assert (cost["seats"], cost["floors_missed"], cost["proven"]) == (0, 0, True)
    assert cost["gains"] == [{"line": f"{needs[0].code}/1", "before": 1, "after": 3}]
    assert cost["losses"] == [{"line": f"{needs[1].code}/1", "before": 3, "after": 1}]
    assert AllocationPin.objects.count() == 0


def test_a_prohibition_costs_the_seats_nobody_else_takes(run, needs, program):
    """Bali's three seats: Aceh takes the two it still wants, one stays free."""
    cost = pins.preview(run, **pair(needs[1], program), kind=PinKind.FORBID)
    worth = values(run)
    assert cost["value"] == 2 * worth[needs[0].code] - 3 * worth[needs[1].code]
    assert cost["seats"] == -1


def test_a_pin_of_what_the_plan_gives_anyway_costs_nothing(run, needs, program):
    cost = pins.preview(run, **pair(needs[1], program), kind=PinKind.PIN, seats=3)
    assert (cost["value"], cost["gains"], cost["losses"]) == (0, [], [])


def test_a_draft_is_compared_with_what_would_be_frozen_now(draft, run, needs, program):
    """`run` has brought the scores up to date; the draft has no input of its own yet."""
    on_result = pins.preview(run, **pair(needs[0], program), kind=PinKind.PIN, seats=2)
    assert pins.preview(draft, **pair(needs[0], program), kind=PinKind.PIN, seats=2) == on_result


# --- Keeping it ---------------------------------------------------------------------------------------------


def test_a_pin_on_a_draft_is_kept_with_its_cost_and_decides(draft, needs, program, ppsdm_verifier):
    pin = pins.add_pin(draft, **pair(needs[0], program), kind=PinKind.PIN, seats=3, reason=WHY, actor=ppsdm_verifier)
    assert (pin.run, pin.seats, pin.reason, pin.by) == (draft, 3, WHY, ppsdm_verifier)
    [_created, entry] = log_of(draft)
    assert (entry.action, entry.comment, entry.data["seats"]) == ("pin", WHY, 3)
    assert entry.data["cost"] == pin.cost
    done = calculated(perform(ALLOCATION, "start", record=draft, actor=ppsdm_verifier))
    assert seats_of(done) == {("11", program.code): 3, ("51", program.code): 1}


def test_a_pin_on_a_draft_result_goes_to_a_copy(run, needs, program, ppsdm_verifier):
    pin = pins.add_pin(run, **pair(needs[1], program), kind=PinKind.FORBID, reason=WHY, actor=ppsdm_verifier)
    assert (pin.run.follows, pin.run.status, pin.seats) == (run, RunStatus.DRAFT, None)
    assert run.pins.count() == 0
    done = calculated(perform(ALLOCATION, "start", record=pin.run, actor=ppsdm_verifier))
    assert seats_of(done) == {("11", program.code): 3}


def test_a_decision_is_taken_back_and_the_log_keeps_it(draft, needs, program, ppsdm_verifier):
    pin = pins.add_pin(draft, **pair(needs[0], program), kind=PinKind.PIN, seats=2, reason=WHY, actor=ppsdm_verifier)
    pins.remove_pin(pin, actor=ppsdm_verifier)
    pins.remove_pin(pin, actor=ppsdm_verifier)
    assert draft.pins.count() == 0
    entry = log_of(draft).last()
    assert (entry.action, entry.comment) == ("unpin", WHY)
    assert entry.data == {
        "line": f"{needs[0].code}/1",
        "intake": str(program.intakes.get()),
        "kind": "PIN",
        "seats": 2,
    }


def test_only_who_prepares_a_run_decides_on_pairs(draft, needs, program, ppsdm_head, auditor, ppsdm_verifier):
    for user in (ppsdm_head, auditor):
        with pytest.raises(PermissionDenied):
            pins.add_pin(draft, **pair(needs[0], program), kind=PinKind.PIN, seats=1, reason=WHY, actor=user)
    pin = pins.add_pin(draft, **pair(needs[0], program), kind=PinKind.PIN, seats=1, reason=WHY, actor=ppsdm_verifier)
    with pytest.raises(PermissionDenied):
        pins.remove_pin(pin, actor=ppsdm_head)


def test_nothing_is_decided_on_a_run_that_has_moved_on(run, needs, program, ppsdm_verifier):
    perform(ALLOCATION, "submit", record=run, actor=ppsdm_verifier)
    with pytest.raises(Stale):
        pins.add_pin(run, **pair(needs[0], program), kind=PinKind.PIN, seats=1, reason=WHY, actor=ppsdm_verifier)
    pin = AllocationPin.objects.create(
        run=run, **pair(needs[0], program), kind=PinKind.FORBID, reason=WHY, by=ppsdm_verifier
    )
    with pytest.raises(Stale):
        pins.remove_pin(pin, actor=ppsdm_verifier)


# --- What stands against it ---------------------------------------------------------------------------------


def against(run, need, program, kind=PinKind.PIN, seats=1, reason=WHY) -> int:
    """How many sentences stand against a decision."""
    return len(pins.refusals(run, **pair(need, program), kind=kind, seats=seats, reason=reason))


def test_a_decision_needs_a_reason_that_names_nobody(draft, needs, program):
    assert against(draft, needs[0], program) == 0
    for reason in ("", "  pendek  ", "Telepon 0812-3456-7890 untuk penjelasan"):
        assert against(draft, needs[0], program, reason=reason) == 1


def test_seats_lie_within_people_and_intake(draft, needs, program):
    assert [against(draft, needs[0], program, seats=n) for n in (0, 1, 3, 4, 5)] == [1, 0, 0, 1, 2]


def test_pins_together_lie_within_people_and_intake(draft, needs, program, koica, ppsdm_verifier):
    other = program_factories.program(koica, ProgramStatus.OPEN, seats=9)
    pins.add_pin(draft, **pair(needs[0], program), kind=PinKind.PIN, seats=2, reason=WHY, actor=ppsdm_verifier)
    assert [against(draft, needs[0], other, seats=n) for n in (1, 2)] == [0, 1]
    assert [against(draft, needs[1], program, seats=n) for n in (2, 3)] == [0, 1]
    assert against(draft, needs[0], program, kind=PinKind.FORBID) == 1


def test_the_runs_own_limits_hold_for_pins(draft, needs, program, aceh_regency, ppsdm_verifier):
    draft = allocations.save_rules(draft, draft.rules | {"region_max": 2, "province_max": 3}, ppsdm_verifier)
    assert [against(draft, needs[0], program, seats=n) for n in (2, 3)] == [0, 1]
    pins.add_pin(draft, **pair(needs[0], program), kind=PinKind.PIN, seats=2, reason=WHY, actor=ppsdm_verifier)
    regency = open_need(aceh_regency, people=3)
    assert [against(draft, regency, program, seats=n) for n in (1, 2)] == [0, 1]


def test_what_is_given_cannot_be_forbidden_or_pinned_below(draft, needs, program):
    proposal(needs[0], program, S.ACCEPTED)
    assert against(draft, needs[0], program, kind=PinKind.FORBID) == 1
    assert [against(draft, needs[0], program, seats=n) for n in (1, 2, 3)] == [1, 0, 0]


def test_nobody_decides_behind_the_partners_back(draft, needs, program):
    proposal(needs[0], program, S.PARTNER_REVIEW)
    proposal(needs[1], program, S.DECLINED)
    assert against(draft, needs[0], program, seats=3) == 1
    assert against(draft, needs[1], program, seats=2) == 1


def test_a_pair_that_may_not_be_is_neither_pinned_nor_forbidden(draft, needs, jica):
    inspectors = program_factories.program(jica, ProgramStatus.OPEN, posts=("WASNAK",), themes=(("T01", 1, 3),))
    assert against(draft, needs[0], inspectors) == 1
    assert against(draft, needs[0], inspectors, kind=PinKind.FORBID) == 1


def test_a_condition_that_may_be_waived_needs_the_reason_of_a_waiver(draft, jica, ppsdm_verifier, ppsdm_head):
    abroad = program_factories.program(
        jica,
        ProgramStatus.OPEN,
        delivery_mode="OVERSEAS",
        country="JP",
        interpretation="CONSECUTIVE",
        language="EN",
    )
    need = open_need(factories.office("32"), preferred_mode="IN_COUNTRY", people=3)
    assert against(draft, need, abroad, reason="Perlu segera.") == 1
    pins.add_pin(draft, **pair(need, abroad), kind=PinKind.PIN, seats=2, reason=WAIVER, actor=ppsdm_verifier)
    done = calculated(perform(ALLOCATION, "start", record=draft, actor=ppsdm_verifier))
    assert seats_of(done)["32", abroad.code] == 2
    done = perform(ALLOCATION, "submit", record=done, actor=ppsdm_verifier)
    perform(ALLOCATION, "ratify", record=done, actor=ppsdm_head)
    made = Proposal.objects.get(line__need=need, intake__program=abroad)
    assert (made.seats_requested, made.waiver_reason) == (2, WAIVER)
    assert [failure["code"] for failure in made.failures] == ["mode"]


def test_a_need_outside_the_round_is_nobodys_pair(draft, needs, program, aceh):
    TrainingNeed.objects.filter(pk=needs[0].pk).update(**{"status": NeedStatus.CLOSED_UNMET})
    assert against(draft, TrainingNeed.objects.get(pk=needs[0].pk), program) == 1
    with pytest.raises(Refused):
        pins.add_pin(
            draft,
            **pair(TrainingNeed.objects.get(pk=needs[0].pk), program),
            kind=PinKind.PIN,
            seats=1,
            reason=WHY,
            actor=factories.member("PPSDM_VER", factories.organisation("PPSDM")),
        )
    assert AllocationRun.objects.count() == 1
