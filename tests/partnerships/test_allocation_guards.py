"""What keeps a plan whole while others act: people seated elsewhere, seats that move, second withdrawals, locks, and
who decides on what they made."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.roles import Role
from partnerships.forms.allocations import RulesForm
from partnerships.lifecycle import ALLOCATION, PROPOSAL
from partnerships.models import (
    AllocationReserve,
    AllocationRound,
    AllocationRun,
    PinKind,
    Proposal,
    ProposalStatus,
    RunKind,
    RunStatus,
)
from partnerships.rules import allocation_presets as presets
from partnerships.selectors.allocation_files import public_data
from partnerships.services import allocations, pins, ratification, remainder
from partnerships.services.allocation_preflight import preflight
from partnerships.services.proposals import propose
from programs.models import Intake, ProgramStatus
from regions.models import NeedLine
from tests import factories, program_factories
from tests.partnerships import allocation_factories as made
from tests.partnerships.allocation_factories import round_of
from tests.partnerships.ratified_runs import calculated, proposals_of, ratified, seats_of, solved, submitted
from tests.proposal_factories import line_of, open_need
from tests.proposal_factories import proposal as any_proposal
from tests.races import at_once, outcomes
from workflow import audit
from workflow.engine import Refused, log_of, note, offered, perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
S = ProposalStatus
REASON = {"reason": "Mediator kami pensiun tahun ini."}
WHY = "Daerah perbatasan, permintaan gubernur."


def proposal(*args, **fields) -> Proposal:
    """Of an earlier year, so that its code is never one the counter gives out here."""
    found = any_proposal(*args, **fields)
    found.code = found.code.replace("US-2026", "US-2025")
    found.save()
    return found


def withdrawn(office, program=None) -> Proposal:
    """What an office was given is given back."""
    found = Proposal.objects.filter(line__need__office=office, status__in=(S.REVIEW, S.PARTNER_REVIEW, S.ACCEPTED))
    if program is not None:
        found = found.filter(intake__program=program)
    head = factories.member(Role.DINAS_HEAD, office)
    return perform(PROPOSAL, "withdraw", record=found.get(), actor=head, answers=REASON)


def decided(run, verifier, head) -> AllocationRun:
    """A draft result, submitted and ratified."""
    run = perform(ALLOCATION, "submit", record=run, actor=verifier)
    return perform(ALLOCATION, "ratify", record=run, actor=head)


def as_head(user):
    """The same person in the other role."""
    user.memberships.update(role=Role.PPSDM_HEAD)
    return type(user).objects.get(pk=user.pk)


@pytest.fixture
def west_java(db):
    return factories.office("32")


@pytest.fixture
def needs(aceh, bali, west_java):
    """Three people each, by priority: Bali, Aceh, Jawa Barat."""
    return (
        open_need(aceh, people=3, score=60),
        open_need(bali, people=3, score=90),
        open_need(west_java, people=3, score=30),
    )


@pytest.fixture
def program(jica):
    return program_factories.program(jica, ProgramStatus.OPEN, seats=5)


@pytest.fixture
def both(ppsdm):
    """Who prepares runs today and is head of PPSDM tomorrow."""
    return factories.member(Role.PPSDM_VER, ppsdm)


# --- Nobody has two seats -----------------------------------------------------------------------------------


def test_people_seated_outside_the_plan_meanwhile_stop_the_ratification(
    needs, program, koica, ppsdm_verifier, ppsdm_head
):
    run = submitted(ppsdm_verifier)
    proposal(needs[1], None, S.ACCEPTED, partner=koica, seats_requested=2)
    with pytest.raises(Refused) as refused:
        perform(ALLOCATION, "ratify", record=run, actor=ppsdm_head)
    assert f"{needs[1].code}/1" in refused.value.reasons[0]
    assert Proposal.objects.filter(allocation=run).count() == 0


def test_the_same_people_are_not_accepted_by_two_partners(needs, program, koica, jica_head):
    other = program_factories.program(koica, ProgramStatus.OPEN, seats=9)
    koica_head = factories.member(Role.PARTNER_HEAD, koica)
    one = proposal(needs[0], program, S.PARTNER_REVIEW, seats_requested=2)
    two = proposal(needs[0], other, S.PARTNER_REVIEW, seats_requested=3)
    perform(PROPOSAL, "accept", record=one, actor=jica_head)
    with pytest.raises(Refused):
        perform(PROPOSAL, "accept", record=two, actor=koica_head)
    answers = {"seats": 2, "reason": "Hanya sebagian orang."}
    with pytest.raises(Refused):
        perform(PROPOSAL, "partial", record=two, actor=koica_head, answers=answers)
    done = perform(PROPOSAL, "partial", record=two, actor=koica_head, answers=answers | {"seats": 1})
    assert (done.seats_allotted, done.people_left) == (1, 0)
    assert Intake.objects.get(program=other).seats_taken == 1


@pytest.mark.django_db(transaction=True)
def test_two_partners_that_accept_the_same_people_at_the_same_instant(aceh, jica, koica, jica_head):
    need = open_need(aceh, people=3, complete=False)
    heads = (jica_head, factories.member(Role.PARTNER_HEAD, koica))
    sent = [
        proposal(
            need,
            program_factories.program(partner, ProgramStatus.OPEN, seats=9, complete=False),
            S.PARTNER_REVIEW,
            seats_requested=3,
        )
        for partner in (jica, koica)
    ]
    acts = (partial(perform, PROPOSAL, "accept", record=p, actor=h) for p, h in zip(sent, heads, strict=True))
    assert outcomes(*acts) == ["Refused", "won"]
    assert sum(Intake.objects.values_list("seats_taken", flat=True)) == 3


# --- The remainder, again and again -------------------------------------------------------------------------


def test_the_remainder_leaves_out_people_seated_outside_the_plan(
    needs, program, koica, bali, ppsdm_verifier, ppsdm_head
):
    """Two of Jawa Barat hold seats of a programme that opened after the plan: one person is left to place."""
    plan = ratified(ppsdm_verifier, ppsdm_head)
    late = program_factories.program(koica, ProgramStatus.OPEN, seats=9)
    proposal(needs[2], late, S.ACCEPTED, seats_requested=2)
    withdrawn(bali)
    run = calculated(remainder.follow_up(plan.pk))
    assert seats_of(run) == {("11", program.code): 3, ("32", program.code): 1}
    assert decided(run, ppsdm_verifier, ppsdm_head).status == RunStatus.RATIFIED


def test_the_remainder_leaves_out_seats_others_took(needs, program, bali, ppsdm_verifier, ppsdm_head):
    """A need approved after the plan holds two of the three seats that fell free."""
    plan = ratified(ppsdm_verifier, ppsdm_head)
    withdrawn(bali)
    proposal(open_need(factories.office("52"), people=2), program, S.ACCEPTED)
    run = calculated(remainder.follow_up(plan.pk))
    assert seats_of(run) == {("11", program.code): 3}
    assert decided(run, ppsdm_verifier, ppsdm_head).status == RunStatus.RATIFIED


def test_a_second_remainder_reaches_the_intakes_the_first_left_alone(
    needs, program, koica, aceh, bali, west_java, ppsdm_verifier, ppsdm_head
):
    """Two programmes. Seats of the one fall free and are given out; then seats of the other."""
    other = program_factories.program(koica, ProgramStatus.OPEN, seats=2)
    plan = ratified(ppsdm_verifier, ppsdm_head)
    before = seats_of(plan)
    assert before == {("51", program.code): 3, ("11", program.code): 1, ("11", other.code): 2, ("32", program.code): 1}
    withdrawn(bali)
    run = decided(calculated(remainder.follow_up(plan.pk)), ppsdm_verifier, ppsdm_head)
    assert seats_of(run) == {("11", program.code): 1, ("11", other.code): 2, ("32", program.code): 3}
    NeedLine.objects.filter(need=needs[2]).update(requested_total=5)
    withdrawn(aceh, other)
    third = calculated(remainder.follow_up(run.pk))
    assert seats_of(third) == {("11", program.code): 1, ("32", program.code): 3, ("32", other.code): 2}
    assert decided(third, ppsdm_verifier, ppsdm_head).status == RunStatus.RATIFIED


def test_the_reserve_list_stays_whole_after_a_remainder(needs, program, koica, bali, ppsdm_verifier, ppsdm_head):
    """Jawa Barat still wants a seat in the programme nobody gave anything back in; Bali, who gave up, is on no list."""
    other = program_factories.program(koica, ProgramStatus.OPEN, seats=2)
    plan = ratified(ppsdm_verifier, ppsdm_head)
    withdrawn(bali)
    NeedLine.objects.filter(need=needs[2]).update(requested_total=9)
    run = decided(calculated(remainder.follow_up(plan.pk)), ppsdm_verifier, ppsdm_head)
    rows = AllocationReserve.objects.filter(run=run, intake__program=other).values_list(
        "line__need__office__region_code", flat=True
    )
    assert list(rows) == ["32"]


def test_who_gave_seats_up_gets_none_back_in_a_later_remainder(needs, program, aceh, bali, ppsdm_verifier, ppsdm_head):
    plan = ratified(ppsdm_verifier, ppsdm_head)
    withdrawn(bali)
    run = decided(calculated(remainder.follow_up(plan.pk)), ppsdm_verifier, ppsdm_head)
    assert seats_of(run) == {("11", program.code): 3, ("32", program.code): 2}
    withdrawn(aceh)
    assert seats_of(calculated(remainder.follow_up(run.pk))) == {("32", program.code): 3}


def test_a_prohibition_holds_in_every_later_remainder(needs, program, aceh, bali, ppsdm_verifier, ppsdm_head):
    """Jawa Barat is forbidden in the national run; two remainders later it still gets nothing."""
    of = round_of()
    run = allocations.new_run(of, ppsdm_verifier, "highest_value")
    forbidden = {"line": line_of(needs[2]), "intake": program.intakes.get(), "kind": PinKind.FORBID}
    pins.add_pin(run, **forbidden, reason=WHY, actor=ppsdm_verifier)
    run = calculated(perform(ALLOCATION, "start", record=run, actor=ppsdm_verifier))
    plan = decided(run, ppsdm_verifier, ppsdm_head)
    withdrawn(bali)
    second = decided(calculated(remainder.follow_up(plan.pk)), ppsdm_verifier, ppsdm_head)
    withdrawn(aceh)
    assert seats_of(calculated(remainder.follow_up(second.pk))) == {}


def test_seats_a_partner_adds_count_once(needs, program, aceh, bali, ppsdm_verifier, ppsdm_head):
    plan = ratified(ppsdm_verifier, ppsdm_head)
    Intake.objects.filter(program=program).update(seats=6)
    withdrawn(bali)
    run = decided(calculated(remainder.follow_up(plan.pk)), ppsdm_verifier, ppsdm_head)
    assert [row["max"] for row in run.instance["intakes"]] == [6]
    withdrawn(aceh)
    again = calculated(remainder.follow_up(run.pk))
    assert [row["max"] for row in again.instance["intakes"]] == [6]


def test_what_a_partner_kept_back_before_the_plan_hides_no_seat_that_falls_free(
    needs, program, bali, ppsdm_verifier, ppsdm_head
):
    """Bali once asked for three and got one; the plan gives it two more, which it gives back."""
    long_ago = timezone.now() - dt.timedelta(days=30)
    proposal(needs[1], program, S.PARTIAL, seats_requested=3, answered_at=long_ago)
    plan = ratified(ppsdm_verifier, ppsdm_head)
    assert seats_of(plan)["51", program.code] == 3
    withdrawn(bali)
    assert [(entry.seats, entry.why) for entry in remainder.freed(plan)] == [(2, "WITHDRAWN")]


def test_a_suspended_partner_gets_no_seats_of_a_plan(needs, program, koica, bali, ppsdm_verifier, ppsdm_head):
    """Otherwise no run of the round could be ratified."""
    plan = ratified(ppsdm_verifier, ppsdm_head)
    other = program_factories.program(koica, ProgramStatus.OPEN, seats=9)
    type(koica).objects.filter(pk=koica.pk).update(suspended=True)
    second = solved(ppsdm_verifier, plan.round)
    assert {code for _region, code in seats_of(second)} == {program.code} != {other.code}
    assert decided(second, ppsdm_verifier, ppsdm_head).status == RunStatus.RATIFIED


# --- What people have in hand -------------------------------------------------------------------------------


def test_the_sweep_leaves_a_copy_that_is_being_prepared(needs, program, bali, ppsdm_verifier, ppsdm_head):
    plan = ratified(ppsdm_verifier, ppsdm_head)
    withdrawn(bali)
    copy = allocations.clone_run(calculated(remainder.follow_up(plan.pk)), ppsdm_verifier)
    assert remainder.sweep() == 0
    copy.refresh_from_db()
    assert copy.status == RunStatus.DRAFT
    perform(ALLOCATION, "discard", record=copy, actor=ppsdm_verifier)
    assert (remainder.sweep(), remainder.follow_up(plan.pk)) == (0, None)
    assert AllocationRun.objects.filter(kind=RunKind.REMAINDER).count() == 2


def test_the_sweep_does_not_start_again_what_was_stopped(needs, program, aceh, bali, ppsdm_verifier, ppsdm_head):
    plan = ratified(ppsdm_verifier, ppsdm_head)
    withdrawn(bali)
    run = perform(ALLOCATION, "cancel", record=remainder.follow_up(plan.pk), actor=ppsdm_verifier)
    assert remainder.sweep() == 0
    perform(ALLOCATION, "discard", record=run, actor=ppsdm_verifier)
    assert remainder.sweep() == 0
    withdrawn(aceh)
    assert remainder.follow_up(plan.pk) != run


def test_a_remainder_of_a_replaced_plan_does_not_start(needs, program, bali, ppsdm_verifier, ppsdm_head):
    plan = ratified(ppsdm_verifier, ppsdm_head)
    withdrawn(bali)
    run = calculated(remainder.follow_up(plan.pk))
    ratified(ppsdm_verifier, ppsdm_head, of=plan.round)
    copy = allocations.clone_run(run, ppsdm_verifier)
    with pytest.raises(Refused, match=plan.code):
        perform(ALLOCATION, "start", record=copy, actor=ppsdm_verifier)


# --- Maker and checker --------------------------------------------------------------------------------------


def test_who_changed_the_rules_does_not_ratify(needs, program, both, ppsdm_verifier):
    run = allocations.new_run(round_of(), ppsdm_verifier, "highest_value")
    run = allocations.save_rules(run, run.rules | {"region_max": 3}, both)
    run = calculated(perform(ALLOCATION, "start", record=run, actor=ppsdm_verifier))
    run = perform(ALLOCATION, "submit", record=run, actor=ppsdm_verifier)
    with pytest.raises(Refused):
        perform(ALLOCATION, "ratify", record=run, actor=as_head(both))


def test_who_pinned_a_pair_ratifies_neither_the_run_nor_its_copy(needs, program, both, ppsdm_verifier, ppsdm_head):
    pair = {"line": line_of(needs[0]), "intake": program.intakes.get(), "kind": PinKind.PIN, "seats": 2}
    run = allocations.new_run(round_of(), ppsdm_verifier, "highest_value")
    pins.add_pin(run, **pair, reason=WHY, actor=both)
    run = calculated(perform(ALLOCATION, "start", record=run, actor=ppsdm_verifier))
    copy = allocations.clone_run(run, ppsdm_verifier)
    copy = calculated(perform(ALLOCATION, "start", record=copy, actor=ppsdm_verifier))
    both = as_head(both)
    for one in (run, copy):
        sent = perform(ALLOCATION, "submit", record=one, actor=ppsdm_verifier)
        [ratify] = [offer for offer in offered(both, sent) if offer.transition.name == "ratify"]
        assert len(ratify.reasons) == 1
        perform(ALLOCATION, "return", record=sent, actor=ppsdm_head, answers={"reason": "Belum seimbang."})


def test_who_pinned_a_pair_does_not_send_the_proposals(needs, program, both, biroks, ppsdm_verifier, ppsdm_head):
    pair = {"line": line_of(needs[0]), "intake": program.intakes.get(), "kind": PinKind.PIN, "seats": 2}
    run = allocations.new_run(round_of(), ppsdm_verifier, "highest_value")
    pins.add_pin(run, **pair, reason=WHY, actor=both)
    run = calculated(perform(ALLOCATION, "start", record=run, actor=ppsdm_verifier))
    decided(run, ppsdm_verifier, ppsdm_head)
    both.memberships.update(organisation=biroks, role=Role.BIROKS_HEAD)
    both = type(both).objects.get(pk=both.pk)
    with pytest.raises(Refused):
        perform(
            PROPOSAL, "send_partner", record=Proposal.objects.first(), actor=both, answers={"summary": "Mediators."}
        )


# --- Pins ---------------------------------------------------------------------------------------------------


def test_a_pin_counts_seats_of_other_cycles_and_people_seated_without_an_intake(needs, program, koica, ppsdm_verifier):
    of_2025 = open_need(factories.office("52"), people=4)
    type(of_2025).objects.filter(pk=of_2025.pk).update(cycle=factories.cycle(2025))
    proposal(of_2025, program, S.ACCEPTED, seats_requested=4, seats_allotted=4)
    proposal(needs[1], None, S.ACCEPTED, partner=koica, seats_requested=2)
    draft = allocations.new_run(round_of(), ppsdm_verifier, "highest_value")
    other = program_factories.program(koica, ProgramStatus.OPEN, seats=9)

    def found(need, of, seats):
        return pins.refusals(draft, line_of(need), of.intakes.get(), PinKind.PIN, seats, WHY)

    assert (len(found(needs[0], program, 2)), found(needs[0], program, 1)) == (1, [])
    assert (len(found(needs[1], other, 2)), found(needs[1], other, 1)) == (1, [])


def test_a_pair_the_run_does_not_know_is_refused_in_words(needs, program, koica, bali, ppsdm_verifier, ppsdm_head):
    """A programme that opened after the plan has no part in its remainder."""
    plan = ratified(ppsdm_verifier, ppsdm_head)
    withdrawn(bali)
    copy = allocations.clone_run(calculated(remainder.follow_up(plan.pk)), ppsdm_verifier)
    late = program_factories.program(koica, ProgramStatus.OPEN, seats=9)
    pair = {"line": line_of(needs[0]), "intake": late.intakes.get(), "kind": PinKind.PIN, "seats": 1}
    with pytest.raises(Refused):
        pins.add_pin(copy, **pair, reason=WHY, actor=ppsdm_verifier)
    assert copy.pins.count() == 0


def test_pins_that_no_longer_fit_beside_what_was_given_stop_the_start(needs, program, koica, ppsdm_verifier):
    draft = allocations.new_run(round_of(), ppsdm_verifier, "highest_value")
    pair = {"line": line_of(needs[0]), "intake": program.intakes.get(), "kind": PinKind.PIN, "seats": 3}
    pins.add_pin(draft, **pair, reason=WHY, actor=ppsdm_verifier)
    other = program_factories.program(koica, ProgramStatus.OPEN, seats=9)
    assert {check.key: check.ok for check in preflight(draft)}["pins"]
    proposal(needs[0], other, S.ACCEPTED)
    assert not {check.key: check.ok for check in preflight(draft)}["pins"]


# --- Locks --------------------------------------------------------------------------------------------------


def waits_for_a_lock() -> bool:
    """Whether some process of this database waits for another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction the first look would be the last
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0] > 0


def until_someone_waits(done: threading.Event) -> None:
    """Go on once the other job waits for us, or is through."""
    end = time.monotonic() + 20
    while not done.is_set() and not waits_for_a_lock() and time.monotonic() < end:
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_who_proposes_and_who_accepts_never_wait_for_each_other(aceh, bali, jica):
    """A new proposal names the intake whose row an acceptance holds, and both write the log."""
    office_head = factories.member(Role.DINAS_HEAD, aceh)
    needs = [open_need(office, people=3, complete=False) for office in (aceh, bali)]
    program = program_factories.program(jica, ProgramStatus.OPEN, seats=8, complete=False)
    sent, intake = proposal(needs[1], program, S.PARTNER_REVIEW), program.intakes.get()
    held, done = threading.Event(), threading.Event()

    def accepts():
        from programs.services import take_seats

        with transaction.atomic():
            take_seats(intake, 1)
            held.set()
            until_someone_waits(done)
            note(PROPOSAL, sent, None, "download", {})

    def proposes():
        held.wait(20)
        try:
            propose(line=line_of(needs[0]), intake=Intake.objects.get(), partner=jica, seats=1, actor=office_head)
        finally:
            done.set()

    assert outcomes(accepts, proposes) == ["won", "won"]


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_while_the_head_ratifies_the_remainder_waits_its_turn(
    aceh, bali, jica, ppsdm_verifier, ppsdm_head
):
    """All acts lock the run first, then the round."""
    for office, score in ((aceh, 60), (bali, 90)):
        open_need(office, people=3, score=score, complete=False)
    program_factories.program(jica, ProgramStatus.OPEN, seats=4, complete=False)
    plan = ratified(ppsdm_verifier, ppsdm_head)
    withdrawn(bali)
    run = perform(ALLOCATION, "submit", record=AllocationRun.objects.get(kind="REMAINDER"), actor=ppsdm_verifier)
    Proposal.objects.filter(line__need__office=aceh).update(seats_requested=2)
    held, done = threading.Event(), threading.Event()

    def ratifies():
        with transaction.atomic():
            AllocationRun.objects.select_for_update(no_key=True).get(pk=run.pk)
            held.set()
            until_someone_waits(done)
            AllocationRound.objects.select_for_update(no_key=True).get(pk=run.round_id)

    def follows_up():
        held.wait(20)
        try:
            remainder.follow_up(plan.pk)
        finally:
            done.set()

    assert outcomes(ratifies, follows_up) == ["won", "won"]


@pytest.mark.django_db(transaction=True)
def test_what_a_new_plan_would_replace_is_not_sent_meanwhile(aceh, bali, jica, ppsdm_verifier, ppsdm_head):
    """Aceh's former seat is not part of the new plan, yet nobody takes it out of our hands while we decide."""
    for office, score in ((aceh, 60), (bali, 90)):
        open_need(office, people=3, score=score, complete=False)
    program_factories.program(jica, ProgramStatus.OPEN, seats=4, complete=False)
    plan = ratified(ppsdm_verifier, ppsdm_head)
    Intake.objects.update(seats=3)
    second = submitted(ppsdm_verifier, plan.round)
    former = Proposal.objects.get(line__need__office=aceh)

    def free():
        with transaction.atomic():
            return list(Proposal.objects.filter(pk=former.pk).select_for_update(skip_locked=True))

    with transaction.atomic():
        ratification._lock_unsent(second)
        assert at_once(free) == [[]]


# --- Who reads what; what the log says ----------------------------------------------------------------------


def test_outside_the_centre_the_history_begins_with_the_ratification(
    client, needs, program, aceh, ppsdm_verifier, ppsdm_head, jica_head
):
    run = submitted(ppsdm_verifier)
    returned = {"reason": "Kursi Bali terlalu banyak."}
    run = perform(ALLOCATION, "return", record=run, actor=ppsdm_head, answers=returned)
    run = perform(ALLOCATION, "submit", record=run, actor=ppsdm_verifier, answers={"note": "Sudah dibahas."})
    run = perform(ALLOCATION, "ratify", record=run, actor=ppsdm_head, answers={"note": "Disetujui rapat pimpinan."})
    reads = {}
    for reader in (ppsdm_verifier, factories.member(Role.DINAS_HEAD, aceh), jica_head):
        client.force_login(reader)
        page = client.get(run.get_absolute_url()).content.decode()
        reads[reader.acting_role] = [
            words in page for words in ("Kursi Bali terlalu banyak.", "Sudah dibahas.", "Disetujui rapat pimpinan.")
        ]
    assert reads == {
        "PPSDM_VER": [True, True, True],
        "DINAS_HEAD": [False, False, True],
        "PARTNER_HEAD": [False, False, True],
    }


def test_open_data_say_the_day_of_the_ratification_where_the_portal_lives(needs, program, ppsdm_verifier, ppsdm_head):
    """Half past midnight in Jakarta is still the day before in UTC; a later plan does not move the day."""
    first = ratified(ppsdm_verifier, ppsdm_head)
    second = ratified(ppsdm_verifier, ppsdm_head, of=first.round, region_max=1)
    first = AllocationRun.objects.get(pk=first.pk)
    assert public_data(first)["ratified_on"] == timezone.localdate(first.ratified_at).isoformat()
    assert first.ratified_at < second.ratified_at
    moment = dt.datetime(2026, 3, 1, 17, 30, tzinfo=dt.UTC)
    bare = made.run(made.round_of(2025), status=RunStatus.RATIFIED, status_since=moment, code="AL-2025-0001")
    assert public_data(bare)["ratified_on"] == "2026-03-02"


def test_the_log_of_a_whole_round_is_one_chain(needs, program, bali, ppsdm_verifier, ppsdm_head):
    plan = ratified(ppsdm_verifier, ppsdm_head)
    withdrawn(bali)
    run = decided(calculated(remainder.follow_up(plan.pk)), ppsdm_verifier, ppsdm_head)
    rows = [(e.action, e.source, e.target, e.role) for e in log_of(run)]
    assert rows == [
        ("create", "DRAFT", "DRAFT", "CLOCK"),
        ("follow_up", "DRAFT", "RUNNING", "CLOCK"),
        ("finish", "RUNNING", "RESULT", "CLOCK"),
        ("submit", "RESULT", "SUBMITTED", "PPSDM_VER"),
        ("ratify", "SUBMITTED", "RATIFIED", "PPSDM_HEAD"),
    ]
    assert log_of(plan).last().action == "supersede"
    assert proposals_of(run) == {"11": (S.REVIEW, 3), "32": (S.REVIEW, 2)}
    assert audit.broken_links()[0] == []
    assert LogEntry.objects.count() > 10


def test_looking_for_the_plan_behind_a_run_leaves_its_large_papers_where_they_are(
    needs, program, bali, ppsdm_verifier, ppsdm_head, django_assert_num_queries
):
    plan = ratified(ppsdm_verifier, ppsdm_head)
    withdrawn(bali)
    run = allocations.clone_run(calculated(remainder.follow_up(plan.pk)), ppsdm_verifier)
    run = AllocationRun.objects.get(pk=run.pk)
    with django_assert_num_queries(2):
        found = remainder.base_plan(run)
    assert found == plan
    assert found.get_deferred_fields() == {"instance", "annex", "result"}


# --- Hostile values -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "rules",
        {"mode": ["value"]},
        {"mode": None},
        {"floor_for": {}},
        {"equity": None},
        {"equity": 5},
        {"equity": ["a"]},
        {"equity": [{"upto_pct": True, "bonus": 10}]},
        {"equity": [{"upto_pct": 10**30, "bonus": 10}]},
        {"floor": 10**30},
        {"floor": 1.0},
        {"floor": "1"},
        {"keep_bonus": None},
        {"region_max": -1},
        {"gap": float("nan")},
        {"gap": float("inf")},
        {"gap": -0.01},
        {"gap": True},
        {"time_limit": None},
    ],
)
def test_rules_of_any_shape_are_refused_in_words(wrong):
    rules = presets.rules_of("balanced") | wrong if isinstance(wrong, dict) else wrong
    found = presets.refusals(rules)
    assert found and all(sentence.endswith(".") for sentence in found)


@pytest.mark.parametrize("shown", ["[" * 5000, "NaN", '{"gap": NaN}', "9" * 5000, "\\", '{"mode": {}}'])
def test_what_the_page_is_said_to_have_shown_may_be_anything(needs, program, shown):
    run = made.run()
    data = {"preset": "balanced", "shown": shown, "version": run.version}
    data |= {
        name: value for name, value in RulesForm(run=run).initial.items() if name not in data and value is not None
    }
    assert isinstance(RulesForm(json.loads(json.dumps(data, default=str)), run=run).is_valid(), bool)
