"""Ratification: a plan becomes proposals in one transaction, or is refused with what has changed; nothing doubles."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from partnerships.lifecycle import ALLOCATION, PROPOSAL
from partnerships.models import (
    AllocationReserve,
    AllocationRun,
    AllocationSeat,
    LapseCause,
    Proposal,
    ProposalStatus,
    RunStatus,
)
from partnerships.services import ratification
from partnerships.services.proposals import propose
from programs.models import Intake, Program, ProgramStatus
from regions.models import NeedStatus, TrainingNeed
from tests import factories, program_factories
from tests.partnerships.allocation_factories import round_of
from tests.partnerships.ratified_runs import proposals_of, ratified, seats_of, solved, submitted
from tests.proposal_factories import line_of, open_need
from tests.proposal_factories import proposal as any_proposal
from tests.races import outcomes
from workflow.engine import Refused, log_of, offered, perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
S = ProposalStatus
SUMMARY = {"summary": "Mediators of one office."}


def proposal(*args, **fields) -> Proposal:
    """Of an earlier year, so that its code is never one the counter gives out here."""
    made = any_proposal(*args, **fields)
    made.code = made.code.replace("US-2026", "US-2025")
    made.save()
    return made


@pytest.fixture
def needs(aceh, bali):
    """Two needs of three mediators each; Bali's priority is higher, so that its seats are worth more."""
    return open_need(aceh, people=3, score=60), open_need(bali, people=3, score=90)


@pytest.fixture
def program(jica):
    """Four seats for six people."""
    return program_factories.program(jica, ProgramStatus.OPEN, seats=4)


@pytest.fixture
def verifier(ppsdm_verifier):
    return ppsdm_verifier


# --- From a plan to proposals -------------------------------------------------------------------------------


def test_a_ratified_plan_becomes_proposals_that_wait_to_be_sent(needs, program, verifier, ppsdm_head):
    run = ratified(verifier, ppsdm_head)
    assert run.status == RunStatus.RATIFIED
    assert seats_of(run) == {("51", program.code): 3, ("11", program.code): 1}
    assert proposals_of(run) == {"51": (S.REVIEW, 3), "11": (S.REVIEW, 1)}
    for made in Proposal.objects.all():
        assert made.due_at is not None and made.waits_for() == (Role.BIROKS_HEAD,)
        assert sum(part["points"] for part in made.score_parts) == pytest.approx(float(made.score))
        [entry] = log_of(made)
        assert (entry.action, entry.source, entry.target, entry.role) == ("allot", S.SUGGESTED, S.REVIEW, "CLOCK")
        assert entry.data == {"seats": made.seats_requested, "run": run.code}
    linked = AllocationSeat.objects.filter(run=run).values_list("proposal__seats_requested", "seats")
    assert sorted(linked) == [(1, 1), (3, 3)]
    assert program.intakes.get().seats_taken == 0
    assert set(TrainingNeed.objects.values_list("status", flat=True)) == {NeedStatus.APPROVED}


def test_the_need_is_being_met_only_with_the_first_acceptance(
    needs, program, verifier, ppsdm_head, biroks_head, jica_head
):
    ratified(verifier, ppsdm_head)
    made = Proposal.objects.get(line__need=needs[1])
    made = perform(PROPOSAL, "send_partner", record=made, actor=biroks_head, answers=SUMMARY)
    made = perform(PROPOSAL, "accept", record=made, actor=jica_head)
    assert (made.status, made.seats_allotted, program.intakes.get().seats_taken) == (S.ACCEPTED, 3, 3)
    assert TrainingNeed.objects.get(pk=needs[1].pk).status == NeedStatus.IN_FULFILMENT


def test_who_ratified_a_plan_does_not_send_its_proposals(needs, program, verifier, ppsdm, biroks):
    both = factories.member(Role.PPSDM_HEAD, ppsdm)
    ratified(verifier, both)
    second = both.memberships.create(organisation=biroks, role=Role.BIROKS_HEAD, valid_from=dt.date(2020, 1, 1))
    del both.current_memberships
    both.act_as(second.pk)
    made = Proposal.objects.first()
    [send] = [offer for offer in offered(both, made) if offer.transition.name == "send_partner"]
    assert len(send.reasons) == 1
    with pytest.raises(Refused):
        perform(PROPOSAL, "send_partner", record=made, actor=both, answers=SUMMARY)


def test_a_pair_already_proposed_is_adopted_not_doubled(needs, program, verifier, ppsdm_head, bali, aceh):
    head = factories.member(Role.DINAS_HEAD, bali)
    returned = proposal(needs[0], program, S.RETURNED, seats_requested=2)
    own = propose(line=line_of(needs[1]), intake=program.intakes.get(), partner=program.partner, seats=2, actor=head)
    run = ratified(verifier, ppsdm_head)
    assert Proposal.objects.count() == 2
    assert proposals_of(run) == {"51": (S.REVIEW, 3), "11": (S.REVIEW, 1)}
    own.refresh_from_db()
    assert (own.proposed_by_side, own.created_by) == ("OFFICE", head)
    assert [entry.action for entry in log_of(own)] == ["propose", "allot"]
    assert [entry.source for entry in log_of(returned)] == [S.RETURNED]


def test_seats_already_given_are_kept_and_not_proposed_again(needs, program, verifier, ppsdm_head):
    held = proposal(needs[0], program, S.ACCEPTED, seats_requested=2)
    run = ratified(verifier, ppsdm_head)
    assert seats_of(run) == {("11", program.code): 2, ("51", program.code): 2}
    assert proposals_of(run) == {"51": (S.REVIEW, 2)}
    assert set(AllocationSeat.objects.filter(run=run).values_list("proposal", "locked")) == {
        (held.pk, True),
        (Proposal.objects.get(allocation=run).pk, False),
    }


def test_what_lies_with_the_partner_stays_there(needs, program, verifier, ppsdm_head):
    sent = proposal(needs[0], program, S.PARTNER_REVIEW, seats_requested=3)
    run = ratified(verifier, ppsdm_head)
    assert seats_of(run) == {("11", program.code): 3, ("51", program.code): 1}
    sent.refresh_from_db()
    assert (sent.status, sent.seats_requested, sent.allocation) == (S.PARTNER_REVIEW, 3, None)
    assert proposals_of(run) == {"51": (S.REVIEW, 1)}


def test_a_failure_in_the_middle_leaves_nothing(needs, program, verifier, ppsdm_head):
    """The last step of the plan cannot be written: the whole act is undone."""
    run = submitted(verifier)
    AllocationRun.objects.filter(pk=run.pk).update(annex=run.annex | {"intakes": {}})
    run.refresh_from_db()
    before = LogEntry.objects.count()
    with pytest.raises(KeyError):
        perform(ALLOCATION, "ratify", record=run, actor=ppsdm_head)
    run.refresh_from_db()
    assert (run.status, Proposal.objects.count(), AllocationReserve.objects.count()) == (RunStatus.SUBMITTED, 0, 0)
    assert LogEntry.objects.count() == before


# --- What has changed since ---------------------------------------------------------------------------------


def withdraw_a_need(needs, program):
    TrainingNeed.objects.filter(pk=needs[1].pk).update(**{"status": NeedStatus.CLOSED_UNMET})


def suspend_an_office(needs, program):
    type(needs[1].office).objects.filter(pk=needs[1].office_id).update(suspended=True)


def cancel_the_program(needs, program):
    Program.objects.filter(pk=program.pk).update(**{"status": ProgramStatus.CANCELLED})


def take_seats_away(needs, program):
    Intake.objects.filter(program=program).update(seats=3)


def give_seats_to_someone(needs, program):
    proposal(needs[0], program, S.ACCEPTED, seats_requested=2)


def give_seats_elsewhere(needs, program):
    proposal(open_need(factories.office("32"), people=2), program, S.ACCEPTED)


def shrink_a_line(needs, program):
    needs[1].lines.update(requested_total=2)


def move_the_start(needs, program):
    Intake.objects.filter(program=program).update(starts=timezone.localdate() + dt.timedelta(days=2))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (withdraw_a_need, "need"),
        (suspend_an_office, "need"),
        (cancel_the_program, "pair"),
        (take_seats_away, "intake"),
        (give_seats_to_someone, "other pair"),
        (give_seats_elsewhere, "intake"),
        (shrink_a_line, "line"),
        (move_the_start, "pair"),
    ],
)
def test_a_plan_whose_input_changed_is_refused_with_what_changed(needs, program, verifier, ppsdm_head, change, named):
    run = submitted(verifier)
    change(needs, program)
    with pytest.raises(Refused) as refusal:
        perform(ALLOCATION, "ratify", record=run, actor=ppsdm_head)
    intake = str(program.intakes.get())
    line = f"{needs[1].code}/1"
    expected = {
        "need": line,
        "pair": f"{line}, {intake}",
        "other pair": f"{needs[0].code}/1, {intake}",
        "intake": intake,
        "line": line,
    }[named]
    assert expected in refusal.value.reasons[0]
    run.refresh_from_db()
    assert run.status == RunStatus.SUBMITTED
    assert Proposal.objects.filter(allocation__isnull=False).count() == 0


def test_the_changes_are_named_one_by_one_and_the_way_out_last(needs, program, verifier):
    run = solved(verifier)
    assert ratification.Plan(run).changes() == []
    cancel_the_program(needs, program)
    found = ratification.Plan(run).changes()
    assert len(found) == 3
    [submit] = [offer for offer in offered(verifier, run) if offer.transition.name == "submit"]
    assert submit.reasons == (" ".join(found),)


def test_more_seats_than_before_are_no_reason_to_refuse(needs, program, verifier, ppsdm_head):
    run = submitted(verifier)
    Intake.objects.filter(program=program).update(seats=40)
    assert perform(ALLOCATION, "ratify", record=run, actor=ppsdm_head).status == RunStatus.RATIFIED


# --- One valid plan -----------------------------------------------------------------------------------------


def test_a_later_run_supersedes_the_former_and_ends_what_it_no_longer_gives(needs, program, jica, verifier, ppsdm_head):
    first = ratified(verifier, ppsdm_head)
    [aceh_before, bali_before] = Proposal.objects.order_by("line__need__office__region_code")
    second = ratified(verifier, ppsdm_head, of=first.round, region_max=1)
    first.refresh_from_db()
    assert (first.status, second.status) == (RunStatus.SUPERSEDED, RunStatus.RATIFIED)
    assert proposals_of(second) == {"51": (S.REVIEW, 1), "11": (S.REVIEW, 1)}
    assert {p.pk for p in Proposal.objects.all()} == {aceh_before.pk, bali_before.pk}
    TrainingNeed.objects.filter(pk=needs[0].pk).update(score=20)
    Intake.objects.filter(program=program).update(seats=3)
    third = ratified(verifier, ppsdm_head, of=first.round)
    gone = Proposal.objects.get(pk=aceh_before.pk)
    assert (gone.status, gone.lapse_cause) == (S.LAPSED, LapseCause.REPLACED)
    assert proposals_of(third) == {"51": (S.REVIEW, 3)}
    assert list(AllocationRun.objects.filter(status=RunStatus.RATIFIED)) == [third]


def test_a_plan_calculated_before_another_was_ratified_is_refused(needs, program, verifier, ppsdm_head):
    of = round_of()
    old = solved(verifier, of)
    new = ratified(verifier, ppsdm_head, of=of)
    with pytest.raises(Refused) as refusal:
        perform(ALLOCATION, "submit", record=old, actor=verifier)
    assert new.code in refusal.value.reasons[0]


@pytest.mark.django_db(transaction=True)
def test_of_two_heads_who_ratify_at_the_same_instant_one_wins(aceh, bali, jica, ppsdm, verifier):
    heads = [factories.member(Role.PPSDM_HEAD, ppsdm) for _number in range(2)]
    needs = [open_need(office, people=3, complete=False) for office in (aceh, bali)]
    program_factories.program(jica, ProgramStatus.OPEN, seats=4, complete=False)
    run = submitted(verifier)
    results = outcomes(*(partial(perform, ALLOCATION, "ratify", record=run, actor=head) for head in heads))
    assert results == ["Stale", "won"]
    assert sum(Proposal.objects.values_list("seats_requested", flat=True)) == 4
    assert {p.line.need_id for p in Proposal.objects.all()} <= {need.pk for need in needs}


@pytest.mark.django_db(transaction=True)
def test_an_office_that_proposes_at_the_same_instant_does_not_double_the_pair(aceh, jica, ppsdm_head, verifier):
    office_head = factories.member(Role.DINAS_HEAD, aceh)
    need = open_need(aceh, people=3, complete=False)
    program = program_factories.program(jica, ProgramStatus.OPEN, seats=4, complete=False)
    run = submitted(verifier)
    pair = {"line": line_of(need), "intake": program.intakes.get(), "partner": jica}
    results = outcomes(
        partial(perform, ALLOCATION, "ratify", record=run, actor=ppsdm_head),
        partial(propose, **pair, seats=1, actor=office_head),
    )
    assert results in (["Refused", "won"], ["won", "won"])
    assert Proposal.objects.count() == 1


# --- Speed --------------------------------------------------------------------------------------------------


def test_every_seat_more_costs_its_own_write_and_log_entry_only(
    jica, verifier, ppsdm_head, django_assert_max_num_queries
):
    def queries(offices):
        TrainingNeed.objects.update(**{"status": NeedStatus.CLOSED_UNMET})
        for code in offices:
            open_need(factories.office(code), people=1, complete=False)
        program_factories.program(jica, ProgramStatus.OPEN, seats=len(offices), complete=False)
        run = submitted(verifier)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            perform(ALLOCATION, "ratify", record=run, actor=ppsdm_head)
        return len(captured), Proposal.objects.filter(allocation=run).count()

    few, first = queries(["1101", "1102", "1103"])
    many, second = queries([f"32{number:02d}" for number in range(1, 11)])
    assert (first, second) == (3, 10)
    # The second plan also replaces the first one's three proposals.
    assert many - few <= 4 * (10 + 3 - 3)
