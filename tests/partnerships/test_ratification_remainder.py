"""After ratification: who is next, and what happens when a seat falls free. Everybody else keeps what they have."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.roles import Role
from partnerships.allocation import read
from partnerships.lifecycle import ALLOCATION, PROPOSAL
from partnerships.models import AllocationReserve, AllocationRun, Proposal, ProposalStatus, RunKind, RunStatus
from partnerships.services import remainder
from partnerships.services.reserves import Next, reserve_list
from programs.models import Intake, Program, ProgramStatus
from regions.models import NeedStatus, TrainingNeed
from tests import factories, program_factories
from tests.partnerships.ratified_runs import calculated, proposals_of, ratified, seats_of
from tests.proposal_factories import open_need
from workflow.engine import log_of, offered, perform
from workflow.reading import waiting_for

pytestmark = pytest.mark.django_db
S = ProposalStatus
REASON = {"reason": "Mediator kami pensiun tahun ini."}


# --- Who is next (pure) -------------------------------------------------------------------------------------


def instance(**more):
    """Three provinces of ten people each, one intake of six seats."""
    data = {
        "format": "alloc-1",
        "regions": [{"id": of, "province": of[:2]} for of in ("11A", "32A", "32B", "51A")],
        "lines": [
            {"id": "a", "region": "11A", "seats": 10},
            {"id": "b", "region": "32A", "seats": 6},
            {"id": "c", "region": "32B", "seats": 4},
            {"id": "d", "region": "51A", "seats": 10},
        ],
        "intakes": [{"id": "I", "max": 6}, {"id": "J", "max": 6}],
        "pairs": [
            {"line": "a", "intake": "I", "value": 700},
            {"line": "b", "intake": "I", "value": 690},
            {"line": "c", "intake": "I", "value": 600},
            {"line": "d", "intake": "I", "value": 650},
            {"line": "d", "intake": "J", "value": 100},
        ],
    }
    return read(data | more)


PLAN = [{"line": "a", "intake": "I", "seats": 4}, {"line": "b", "intake": "I", "seats": 2}]


def test_next_are_the_best_values_with_the_people_still_waiting():
    assert reserve_list(instance(), PLAN) == {
        "I": [
            Next("I", "a", 6, 700, 700),
            Next("I", "b", 4, 690, 690),
            Next("I", "d", 6, 650, 650),
            Next("I", "c", 4, 600, 600),
        ]
    }


def test_the_next_seat_of_a_province_is_worth_its_equity_step():
    """Up to 20 % (2 of 10 people) +100, up to 40 % (4 of 10) +50: Aceh has 4, Jawa Barat 2, Bali none."""
    rules = {"equity": [{"upto_pct": 20, "bonus": 100}, {"upto_pct": 40, "bonus": 50}]}
    found = reserve_list(instance(rules=rules), PLAN)["I"]
    assert [(entry.line, entry.worth) for entry in found] == [("d", 750), ("b", 740), ("a", 700), ("c", 650)]


def test_who_reached_a_limit_is_not_next():
    """Four seats per province in an intake: Aceh has them. Two per region: a and b are full."""
    intakes = [{"id": "I", "max": 6, "province_max": 4}, {"id": "J", "max": 6}]
    found = reserve_list(instance(intakes=intakes), PLAN)["I"]
    assert [(entry.line, entry.seats) for entry in found] == [("b", 2), ("d", 4), ("c", 2)]
    intakes = [{"id": "I", "max": 6, "region_max": 2}, {"id": "J", "max": 6}]
    found = reserve_list(instance(intakes=intakes), PLAN)["I"]
    assert [(entry.line, entry.seats) for entry in found] == [("d", 2), ("c", 2)]


def test_missing_guaranteed_seats_come_first():
    regions = [{"id": of, "province": of[:2], "floor": int(of == "32B")} for of in ("11A", "32A", "32B", "51A")]
    assert [entry.line for entry in reserve_list(instance(regions=regions), PLAN)["I"]] == ["c", "a", "b", "d"]


def test_lowest_coverage_first_where_the_rules_say_so():
    found = reserve_list(instance(rules={"mode": "leximin"}), PLAN)["I"]
    assert [entry.line for entry in found] == ["d", "b", "c", "a"]


def test_equal_ones_stand_in_the_order_of_their_ids_and_the_list_ends():
    pairs = [{"line": of, "intake": "I", "value": 500} for of in "dcba"]
    found = reserve_list(instance(pairs=pairs), PLAN, most=3)["I"]
    assert [entry.line for entry in found] == ["a", "b", "c"]


# --- In the portal ------------------------------------------------------------------------------------------


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
def other(koica):
    """Another programme, which only Jawa Barat's date allows; its seats are nobody's business below."""
    return program_factories.program(koica, ProgramStatus.OPEN, seats=2)


@pytest.fixture
def plan(needs, program, ppsdm_verifier, ppsdm_head):
    """Bali 3, Aceh 2, Jawa Barat none."""
    run = ratified(ppsdm_verifier, ppsdm_head)
    assert seats_of(run) == {("51", program.code): 3, ("11", program.code): 2}
    return run


def made_for(office) -> Proposal:
    return Proposal.objects.get(line__need__office=office)


def withdrawn(office, head=None) -> Proposal:
    head = head or factories.member(Role.DINAS_HEAD, office)
    return perform(PROPOSAL, "withdraw", record=made_for(office), actor=head, answers=REASON)


def sent(office, biroks_head) -> Proposal:
    answers = {"summary": "Mediators of one office."}
    return perform(PROPOSAL, "send_partner", record=made_for(office), actor=biroks_head, answers=answers)


def test_the_reserve_list_is_kept_with_the_plan(plan, needs, program):
    rows = AllocationReserve.objects.filter(run=plan).select_related("line__need__office")
    assert [(r.rank, r.line.need.office.region_code, r.seats) for r in rows] == [(1, "11", 1), (2, "32", 3)]
    assert {r.intake.program for r in rows} == {program}


def test_a_withdrawal_gives_the_seats_to_the_next_and_leaves_everyone_else_alone(
    plan, bali, aceh, program, ppsdm_verifier, ppsdm_head
):
    kept = made_for(aceh)
    withdrawn(bali)
    run = remainder.follow_up(plan.pk)
    assert (run.kind, run.follows, run.status, run.created_by) == (RunKind.REMAINDER, plan, RunStatus.RUNNING, None)
    assert [entry.action for entry in log_of(run)] == ["create", "follow_up"]
    run = calculated(run)
    assert seats_of(run) == {("11", program.code): 3, ("32", program.code): 2}
    assert list(waiting_for(ppsdm_verifier, "partnerships.allocation")) == [run]
    run = perform(ALLOCATION, "submit", record=run, actor=ppsdm_verifier)
    run = perform(ALLOCATION, "ratify", record=run, actor=ppsdm_head)
    plan.refresh_from_db()
    assert (plan.status, run.status) == (RunStatus.SUPERSEDED, RunStatus.RATIFIED)
    assert proposals_of(run) == {"11": (S.REVIEW, 3), "32": (S.REVIEW, 2)}
    kept.refresh_from_db()
    assert (kept.allocation, [entry.action for entry in log_of(kept)]) == (run, ["allot", "allot"])
    assert remainder.follow_up(run.pk) is None


def test_a_proposal_whose_seats_stay_is_not_touched(plan, bali, aceh, west_java, program, ppsdm_verifier, ppsdm_head):
    """Aceh wants no more than it has: the three free seats go to Jawa Barat and Aceh's proposal has no new entry."""
    made_for(aceh).line.need.lines.update(requested_total=2)
    AllocationRun.objects.filter(pk=plan.pk).update(
        instance={
            **plan.instance,
            "lines": [row | {"seats": 2 if row["region"] == aceh.code else 3} for row in plan.instance["lines"]],
        }
    )
    kept = made_for(aceh)
    withdrawn(bali)
    run = calculated(remainder.follow_up(plan.pk))
    perform(ALLOCATION, "submit", record=run, actor=ppsdm_verifier)
    run = perform(ALLOCATION, "ratify", record=run, actor=ppsdm_head)
    assert seats_of(run) == {("11", program.code): 2, ("32", program.code): 3}
    assert proposals_of(run) == {"32": (S.REVIEW, 3)}
    assert [entry.action for entry in log_of(kept)] == ["allot"]
    assert Proposal.objects.get(pk=kept.pk).version == kept.version


def test_the_office_that_gave_seats_up_gets_none_back(plan, bali, needs, other, program):
    """Even where another programme would take its people."""
    withdrawn(bali)
    run = calculated(remainder.follow_up(plan.pk))
    assert not any(region == "51" for region, _code in seats_of(run))


def test_a_partner_is_not_asked_again_for_the_pair_it_declined(plan, bali, program, biroks_head, jica_head):
    sent(bali, biroks_head)
    answers = {"reason_code": "R07", "reason": "Syarat pengalaman tiga tahun tidak terpenuhi."}
    perform(PROPOSAL, "decline", record=made_for(bali), actor=jica_head, answers=answers)
    run = calculated(remainder.follow_up(plan.pk))
    assert seats_of(run) == {("11", program.code): 3, ("32", program.code): 2}


def test_people_whose_seats_were_declined_get_others_where_some_are_free(
    needs, program, other, bali, aceh, west_java, ppsdm_verifier, ppsdm_head, biroks_head, jica_head
):
    """Five seats of one programme and two of another for nine people: who is declined may move, nobody else does."""
    plan = ratified(ppsdm_verifier, ppsdm_head)
    before = seats_of(plan)
    assert sum(before.values()) == 7
    Intake.objects.filter(program=other).update(seats=4)
    target = Proposal.objects.filter(line__need__office=bali, intake__program=program).get()
    target = perform(PROPOSAL, "send_partner", record=target, actor=biroks_head, answers={"summary": "Mediators."})
    answers = {"reason_code": "R13", "reason": "Mitra menarik tawaran untuk daerah ini."}
    perform(PROPOSAL, "decline", record=target, actor=jica_head, answers=answers)
    after = seats_of(calculated(remainder.follow_up(plan.pk)))
    assert ("51", program.code) not in after
    assert after["51", other.code] == before.get(("51", other.code), 0) + 2
    assert all(after[pair] >= seats for pair, seats in before.items() if pair != ("51", program.code))


def test_two_withdrawals_make_one_run(plan, bali, aceh, program, ppsdm_verifier):
    withdrawn(bali)
    first = calculated(remainder.follow_up(plan.pk))
    assert remainder.follow_up(plan.pk) is None
    withdrawn(aceh)
    again = remainder.follow_up(plan.pk)
    assert (again, again.status) == (first, RunStatus.RUNNING)
    assert remainder.follow_up(plan.pk) is None
    assert seats_of(calculated(again)) == {("32", program.code): 3}
    assert AllocationRun.objects.filter(kind=RunKind.REMAINDER).count() == 1


def test_a_withdrawal_while_the_run_waits_for_the_head_calls_it_back(
    plan, bali, aceh, program, ppsdm_verifier, ppsdm_head
):
    withdrawn(bali)
    run = calculated(remainder.follow_up(plan.pk))
    run = perform(ALLOCATION, "submit", record=run, actor=ppsdm_verifier)
    withdrawn(aceh)
    [ratify] = [offer for offer in offered(ppsdm_head, run) if offer.transition.name == "ratify"]
    assert not ratify.enabled
    assert remainder.follow_up(plan.pk) == run
    again = perform(ALLOCATION, "submit", record=calculated(run), actor=ppsdm_verifier)
    assert seats_of(perform(ALLOCATION, "ratify", record=again, actor=ppsdm_head)) == {("32", program.code): 3}


def test_a_discarded_run_is_not_made_again_for_the_same_seats(plan, bali, aceh, ppsdm_verifier):
    withdrawn(bali)
    run = calculated(remainder.follow_up(plan.pk))
    perform(ALLOCATION, "discard", record=run, actor=ppsdm_verifier)
    assert remainder.follow_up(plan.pk) is None and remainder.sweep() == 0
    withdrawn(aceh)
    assert remainder.sweep() == 1


def test_a_failed_run_is_left_to_people_by_the_sweep(plan, bali):
    withdrawn(bali)
    run = remainder.follow_up(plan.pk)
    perform(ALLOCATION, "fail", record=run)
    assert remainder.sweep() == 0
    assert remainder.follow_up(plan.pk) == run


def test_what_a_partner_gives_less_is_not_given_to_others(plan, bali, aceh, biroks_head, jica_head):
    """The partner said how many it takes; its answer is no free seat."""
    sent(bali, biroks_head)
    answers = {"seats": 1, "reason": "Hanya satu tempat tersisa."}
    perform(PROPOSAL, "partial", record=made_for(bali), actor=jica_head, answers=answers)
    assert remainder.follow_up(plan.pk) is None


def test_seats_given_and_given_back_fall_free_too(plan, bali, program, biroks_head, jica_head):
    sent(bali, biroks_head)
    perform(PROPOSAL, "accept", record=made_for(bali), actor=jica_head)
    assert remainder.follow_up(plan.pk) is None
    withdrawn(bali)
    assert program.intakes.get().seats_taken == 0
    assert seats_of(calculated(remainder.follow_up(plan.pk))) == {("11", program.code): 3, ("32", program.code): 2}


def test_seats_of_a_programme_that_ended_go_to_nobody(plan, program):
    from workflow import clock

    Program.objects.filter(pk=program.pk).update(**{"status": ProgramStatus.CANCELLED})
    clock.run()
    assert set(Proposal.objects.values_list("status", flat=True)) == {S.LAPSED}
    run = calculated(remainder.follow_up(plan.pk))
    assert seats_of(run) == {}


def test_a_closed_need_leaves_its_seats_to_the_next(plan, needs, program):
    from workflow import clock

    TrainingNeed.objects.filter(pk=needs[1].pk).update(**{"status": NeedStatus.CLOSED_UNMET})
    clock.run()
    run = calculated(remainder.follow_up(plan.pk))
    assert seats_of(run) == {("11", program.code): 3, ("32", program.code): 2}


def test_untouched_lines_keep_their_reasons_and_figures_count_every_seat(plan, bali, aceh, program):
    own = plan.lines.get(office=aceh)
    made_for(aceh).line.need.lines.update(requested_total=2)
    withdrawn(bali)
    run = calculated(remainder.follow_up(plan.pk))
    assert run.figures["seats"] == 5
    assert run.figures["mean_value"] > 0
    assert own.reasons == plan.lines.get(office=aceh).reasons
    assert run.input_hash != plan.input_hash
    assert {row["line"] for row in run.instance["locked"]} == {f"{made_for(aceh).line.need.code}/1"}


@pytest.mark.django_db(transaction=True)
def test_the_message_alone_sets_it_off(jica, aceh, bali, ppsdm_verifier, ppsdm_head):
    """Declining, withdrawing or lapsing is enough: the run is there, calculated, and PPSDM is told."""
    for office, score in ((aceh, 60), (bali, 90)):
        open_need(office, people=3, score=score, complete=False)
    program = program_factories.program(jica, ProgramStatus.OPEN, seats=3, complete=False)
    plan = ratified(ppsdm_verifier, ppsdm_head)
    assert seats_of(plan) == {("51", program.code): 3}
    withdrawn(bali)
    run = AllocationRun.objects.get(kind=RunKind.REMAINDER)
    assert (run.status, seats_of(run)) == (RunStatus.RESULT, {("11", program.code): 3})
    told = ppsdm_verifier.notices.filter(record_code=run.code).values_list("kind", flat=True)
    assert "TURN" in set(told)
    assert timezone.now() >= run.finished_at
