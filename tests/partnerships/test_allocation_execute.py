"""A calculation from start to stored result: steps, stop, failure, processes that die, and that it can be repeated."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import contextmanager
from decimal import Decimal

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from partnerships import allocation as solver
from partnerships import tasks
from partnerships.lifecycle import ALLOCATION
from partnerships.models import (
    AllocationLine,
    AllocationRun,
    AllocationSeat,
    ProposalStatus,
    RunStatus,
    Suggestion,
)
from partnerships.rules import allocations as rules
from partnerships.rules.allocation_steps import failure_sentence, step_label
from partnerships.services import allocation_input
from partnerships.services import allocations as services
from programs.models import Intake, ProgramStatus
from regions.models import NeedLine
from tests import program_factories
from tests.partnerships import allocation_factories as made
from tests.proposal_factories import line_of, open_need, proposal
from workflow import clock
from workflow.engine import log_of, perform

pytestmark = pytest.mark.django_db
S = RunStatus


@pytest.fixture
def start(ppsdm_verifier):
    """Starts a run as the verifier of PPSDM does; the queue is emptied by hand."""

    def do(run):
        return perform(ALLOCATION, "start", record=run, actor=ppsdm_verifier)

    return do


@pytest.fixture
def calculated(start):
    """A run started and calculated."""

    def do(run):
        run = start(run)
        assert services.execute(run.pk) == "finished"
        return AllocationRun.objects.get(pk=run.pk)

    return do


def score_of(need, program) -> Decimal:
    return Suggestion.objects.get(line=line_of(need), intake__program=program).score


def step_in(sql, params) -> str:
    """The step that a statement writes down."""
    written = [getattr(value, "adapted", None) for value in params or ()] if sql.startswith("UPDATE") else []
    return next((value["step"] for value in written if isinstance(value, dict) and "step" in value), "")


@contextmanager
def when_it_reaches(step: str, do):
    """Do something once, just after a step was written down: what happens meanwhile."""
    left = [do]

    def watch(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        if left and step_in(sql, params) == step:
            left.pop()()
        return found

    with connection.execute_wrapper(watch):
        yield
    assert not left, "it was never reached"


# --- To the end ---------------------------------------------------------------------------------------------


def test_a_run_gives_scarce_seats_and_stores_what_pages_read(aceh, bali, jica, calculated):
    worse, better = open_need(aceh, people=3, score=50), open_need(bali, people=3, score=90)
    program = program_factories.program(jica, ProgramStatus.OPEN, seats=4)
    alone = open_need(bali, post_code="PK3", themes=(("T05", 1, 3),), people=2)
    run = calculated(made.run(preset="highest_value"))
    intake = program.intakes.get()
    assert run.status == S.RESULT
    assert run.finished_at is not None and run.rules_version == "1.0"
    assert run.input_hash == allocation_input.input_hash(run.instance)
    assert run.progress == {"step": "store", "done": 10, "of": 10, "tries": 1}
    assert (run.figures["seats"], run.figures["people"], run.figures["clashes"]) == (4, 8, [])
    assert set(run.baselines) == {"first_come", "greedy"}
    assert sum(row["seats"] for row in run.baselines["greedy"]["seats"]) == 4
    rows = {row.line.need.code: row for row in run.lines.select_related("line__need")}
    # The need with the higher priority has the better score; the other one gets the seat that is left.
    assert {code: (row.wanted, row.seats, row.outcome) for code, row in rows.items()} == {
        better.code: (3, 3, "ALL"),
        worse.code: (3, 1, "PART"),
        alone.code: (2, 0, "NO_PAIR"),
    }
    assert rows[worse.code].score == score_of(worse, program)
    assert rows[alone.code].score is None
    row = rows[worse.code]
    assert (row.office, row.province_code, row.island_group, row.theme_code, row.post_code) == (
        aceh,
        "11",
        "Sumatera",
        "T07",
        "MEDHI",
    )
    assert rows[worse.code].reasons and rows[better.code].changes == []
    assert list(run.seats.order_by("-seats").values_list("line__need__code", "intake", "seats", "score", "locked")) == [
        (better.code, intake.pk, 3, score_of(better, program), False),
        (worse.code, intake.pk, 1, score_of(worse, program), False),
    ]
    assert [entry.action for entry in log_of(run)] == ["start", "finish"]


def test_seats_that_stood_before_are_marked_and_know_their_proposal(aceh, bali, jica, calculated):
    [one, two], program = made.scarce(jica, aceh, bali, people=3, seats=4)
    held = proposal(one, program, ProposalStatus.ACCEPTED, seats_requested=2)
    run = calculated(made.run(preset="highest_value"))
    rows = {
        need: (locked, proposal) for need, locked, proposal in run.seats.values_list("line__need", "locked", "proposal")
    }
    assert rows[one.pk] == (True, held.pk)
    assert rows[two.pk] == (False, None)


def test_the_start_hands_the_run_to_the_queue_after_the_commit(aceh, jica, start, django_capture_on_commit_callbacks):
    made.scarce(jica, aceh)
    with django_capture_on_commit_callbacks(execute=True):
        run = start(made.run())
    run.refresh_from_db()
    assert run.status == S.RESULT


def test_rules_that_clash_are_named_and_never_a_crash(aceh, bali, jica, calculated):
    [one, two], program = made.scarce(jica, aceh, bali, people=3, seats=4)
    proposal(one, program, ProposalStatus.PARTNER_REVIEW, seats_requested=3)
    Intake.objects.update(seats=2)
    run = made.run()
    run.rules = run.rules | {"floor": 1, "floor_for": "zero", "region_max": 2}
    run.save()
    run = calculated(run)
    assert sorted(run.figures["clashes"], key=lambda row: row["limit"]) == [
        {"limit": "intake.max", "intake": f"{program.code}/1", "max": 2, "locked": 3},
        {
            "limit": "intake.region_max",
            "intake": f"{program.code}/1",
            "region": "DISNAKER-11",
            "max": 2,
            "locked": 3,
        },
        {"limit": "region.floor", "region": "DISNAKER-51", "floor": 1, "seats": 0},
    ]


def test_the_run_before_is_what_a_copy_is_compared_with(aceh, jica, calculated, ppsdm_verifier):
    made.scarce(jica, aceh)
    first = calculated(made.run())
    copy = calculated(services.clone_run(first, ppsdm_verifier))
    assert copy.baselines["previous"] == {
        "run": first.code,
        "figures": first.figures,
        "seats": first.result["seats"],
    }


# --- Again --------------------------------------------------------------------------------------------------


def plan(run) -> list:
    return list(run.seats.values_list("line", "intake", "seats").order_by("line", "intake"))


def test_the_same_frozen_input_gives_the_same_result_again(aceh, bali, jica, calculated):
    made.scarce(jica, aceh, bali)
    made.scarce(jica, bali, aceh, people=5, seats=7)
    run = calculated(made.run())
    before = (plan(run), run.input_hash, {k: v for k, v in run.result.items() if k != "seconds"}, run.figures)
    Suggestion.objects.update(score=1)  # what is stored now no longer matters
    NeedLine.objects.update(requested_total=1)
    AllocationRun.objects.filter(pk=run.pk).update(status=S.RUNNING, heartbeat_at=None)
    assert services.execute(run.pk) == "finished"
    again = AllocationRun.objects.get(pk=run.pk)
    assert (
        plan(again),
        again.input_hash,
        {k: v for k, v in again.result.items() if k != "seconds"},
        again.figures,
    ) == (before)


def test_anyone_solves_the_exported_instance_to_the_same_plan(aceh, bali, jica, calculated, tmp_path):
    made.scarce(jica, aceh, bali)
    made.scarce(jica, bali, aceh, people=5, seats=7)
    run = calculated(made.run())
    file, found = tmp_path / "instance.json", tmp_path / "result.json"
    file.write_text(services.as_alloc1(run), encoding="utf-8")
    call_command("allocate", str(file), output=str(found))
    result = json.loads(found.read_text(encoding="utf-8"))
    assert {k: v for k, v in result.items() if k != "seconds"} == {
        k: v for k, v in run.result.items() if k != "seconds"
    }


def test_a_second_call_does_nothing(aceh, jica, calculated):
    made.scarce(jica, aceh)
    run = calculated(made.run())
    assert services.execute(run.pk) == "stopped"
    assert services.execute(0) == "stopped"
    assert run.lines.count() == 1


def test_a_new_start_freezes_anew(aceh, jica, start, ppsdm_verifier):
    [need], _program = made.scarce(jica, aceh)
    run = start(made.run())
    run.refresh_from_db()
    work = services.Work(run)
    work.begin()
    work.frozen()
    assert AllocationRun.objects.get(pk=run.pk).input_hash
    perform(ALLOCATION, "cancel", record=run, actor=ppsdm_verifier)
    NeedLine.objects.filter(need=need).update(requested_total=2)
    run = start(AllocationRun.objects.get(pk=run.pk))
    assert (run.input_hash, run.instance) == ("", None)
    assert services.execute(run.pk) == "finished"
    assert AllocationRun.objects.get(pk=run.pk).instance["lines"][0]["seats"] == 2


# --- Stop ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["freeze", "prepare", "compare", "explain", "costs", "store"])
def test_a_stop_is_noticed_at_every_step_and_nothing_is_kept(aceh, bali, jica, start, ppsdm_verifier, step):
    made.scarce(jica, aceh, bali)
    run = start(made.run())

    def stop():
        perform(ALLOCATION, "cancel", record=run, actor=ppsdm_verifier)

    with when_it_reaches(step, stop):
        assert services.execute(run.pk) == "stopped"
    run = AllocationRun.objects.get(pk=run.pk)
    assert (run.status, run.cancel_requested, run.instance, run.result, run.input_hash) == (
        S.DRAFT,
        True,
        None,
        None,
        "",
    )
    assert (run.progress, run.lines.count(), run.seats.count()) == ({}, 0, 0)
    assert [entry.action for entry in log_of(run)] == ["start", "cancel"]


def test_a_solver_that_asks_whether_to_stop_is_told_at_the_next_look(aceh, jica, start, ppsdm_verifier):
    made.scarce(jica, aceh)
    run = start(made.run())
    work = services.Work(AllocationRun.objects.select_related("round").get(pk=run.pk))
    work.begin()
    assert not work.stop()
    perform(ALLOCATION, "cancel", record=run, actor=ppsdm_verifier)
    assert not work.stop()  # asked a moment ago
    work.asked -= services.ASK_EVERY
    assert work.stop()


def test_a_process_of_an_earlier_start_lets_go(aceh, jica, start, ppsdm_verifier):
    made.scarce(jica, aceh)
    run = start(made.run())
    old = services.Work(AllocationRun.objects.select_related("round").get(pk=run.pk))
    old.begin()
    perform(ALLOCATION, "cancel", record=run, actor=ppsdm_verifier)
    start(AllocationRun.objects.get(pk=run.pk))
    with pytest.raises(services.Stopped):
        old.step("compare")
    assert old.fail("unexpected", kind="ValueError") == "stopped"
    assert services.execute(run.pk) == "finished"


# --- Failure ------------------------------------------------------------------------------------------------


def raising(error):
    def do():
        raise error

    return do


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (ValueError("secret"), {"key": "unexpected", "params": {"step": "compare", "kind": "ValueError"}}),
        (MemoryError(), {"key": "too_large", "params": {"step": "compare"}}),
        (SoftTimeLimitExceeded(), {"key": "time_over", "params": {"step": "compare", "minutes": 0}}),
        (
            solver.BadInstance("pairs[0].value", -1, "a whole number"),
            {
                "key": "bad_input",
                "params": {"step": "compare", "path": "pairs[0].value", "value": "-1", "expected": "a whole number"},
            },
        ),
    ],
)
def test_a_failure_says_where_and_why_and_can_be_run_again(transactional_db, aceh, jica, start, error, failure):
    made.scarce(jica, aceh)
    with when_it_reaches("compare", raising(error)):
        run = start(made.run())  # after the commit it is calculated
    run = AllocationRun.objects.get(pk=run.pk)
    assert (run.status, run.failure) == (S.FAILED, failure)
    with translation.override("en"):
        assert "secret" not in failure_sentence(run.failure)
    assert log_of(run).last().data == {"failure": failure}
    start(run)
    run = AllocationRun.objects.get(pk=run.pk)
    assert (run.status, run.failure) == (S.RESULT, None)


def test_time_over_leaves_a_plan_that_says_it_is_not_proven(aceh, bali, jica, start):
    made.scarce(jica, aceh, bali)
    run = made.run()
    run.rules = run.rules | {"time_limit": 0}
    run.save()
    AllocationRun.objects.filter(pk=run.pk).update(status=S.RUNNING, started_at=timezone.now())
    assert services.execute(run.pk) == "finished"
    run = AllocationRun.objects.get(pk=run.pk)
    assert (run.status, run.result["status"]) == (S.RESULT, "feasible")


def test_a_scored_pair_of_a_need_that_grew_is_no_reason_to_fail(aceh, jica, calculated):
    made.scarce(jica, aceh, people=1)
    NeedLine.objects.update(requested_total=5000)
    assert calculated(made.run()).figures["seats"] == 4


# --- Processes that die -------------------------------------------------------------------------------------


def running(**fields):
    """A run under way whose process is gone."""
    now = timezone.now()
    defaults = {"started_at": now - dt.timedelta(minutes=2), "heartbeat_at": now - dt.timedelta(minutes=2)}
    return made.run(status=S.RUNNING, **{**defaults, **fields})


def test_a_run_whose_process_died_is_failed_by_the_clock_with_the_step_it_reached():
    run = running(progress={"step": "cohorts", "done": 4, "of": 10, "tries": 1})
    clock.run()
    run.refresh_from_db()
    assert (run.status, run.failure) == (S.FAILED, {"key": "worker_lost", "params": {"step": "cohorts"}})
    with translation.override("en"):
        assert failure_sentence(run.failure) == (
            "The process that calculated stopped at the step “Choosing the intakes that run”. "
            "Run the calculation again."
        )


def test_the_clock_leaves_a_run_alone_that_a_process_holds(transactional_db):
    run = running()
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [rules.LOCK_SPACE, run.pk])
        clock.run()
        run.refresh_from_db()
        assert run.status == S.RUNNING
        assert services.execute(run.pk) == "held"
    finally:
        other.close()  # as when a process is killed
    clock.run()
    run.refresh_from_db()
    assert run.status == S.FAILED


def test_a_process_without_sign_of_life_does_not_hold_a_run_for_ever(transactional_db):
    run = running(heartbeat_at=timezone.now() - dt.timedelta(minutes=41))
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [rules.LOCK_SPACE, run.pk])
        clock.run()
    finally:
        other.close()
    run.refresh_from_db()
    assert run.status == S.FAILED


def test_what_the_queue_lost_is_handed_to_it_again(aceh, jica, start):
    made.scarce(jica, aceh)
    run = start(made.run())
    assert services.waiting_runs() == []  # just started: the queue has it
    AllocationRun.objects.update(started_at=timezone.now() - dt.timedelta(seconds=31))
    assert services.waiting_runs() == [run.pk]
    assert tasks.resume_allocations() == 1
    run.refresh_from_db()
    assert run.status == S.RESULT
    assert tasks.resume_allocations() == 0


def test_a_run_nobody_takes_up_is_failed_after_three_hours():
    run = running(heartbeat_at=None, started_at=timezone.now() - dt.timedelta(minutes=179))
    clock.run()
    run.refresh_from_db()
    assert run.status == S.RUNNING
    AllocationRun.objects.update(started_at=timezone.now() - dt.timedelta(minutes=181))
    clock.run()
    run.refresh_from_db()
    assert (run.status, run.failure) == (S.FAILED, {"key": "not_started", "params": {}})


def test_the_next_process_goes_on_from_the_input_that_was_frozen(aceh, jica, start):
    made.scarce(jica, aceh)
    run = start(made.run())
    work = services.Work(AllocationRun.objects.select_related("round").get(pk=run.pk))
    work.begin()
    work.frozen()  # and dies
    before = AllocationRun.objects.get(pk=run.pk)
    NeedLine.objects.update(requested_total=1)
    assert services.execute(run.pk) == "finished"
    after = AllocationRun.objects.get(pk=run.pk)
    assert (after.input_hash, after.instance, after.annex) == (before.input_hash, before.instance, before.annex)
    assert after.progress["tries"] == 2


def test_a_calculation_that_kills_every_process_ends(aceh, jica, start):
    made.scarce(jica, aceh)
    run = start(made.run())
    for _n in range(services.MOST_TRIES):
        services.Work(AllocationRun.objects.select_related("round").get(pk=run.pk)).begin()
    assert services.execute(run.pk) == "stopped"
    run.refresh_from_db()
    assert (run.status, run.failure["key"]) == (S.FAILED, "worker_lost")


# --- How it runs --------------------------------------------------------------------------------------------


def test_a_poller_sees_every_step(aceh, bali, jica, start):
    made.scarce(jica, aceh, bali)
    run = start(made.run())
    seen = []

    def watch(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        if step_in(sql, params):
            with connection.cursor() as cursor:
                cursor.execute("SELECT progress->>'step', (progress->>'done')::int FROM partnerships_allocationrun")
                seen.append(cursor.fetchone())
        return found

    with connection.execute_wrapper(watch):
        services.execute(run.pk)
    names = [name for name, _done in seen]
    assert names[0] == "freeze" and names[-1] == "store"
    assert [name for name in dict.fromkeys(names) if name in {"compare", "explain", "costs"}] == [
        "compare",
        "explain",
        "costs",
    ]
    done = [number for _name, number in seen]
    assert done[-1] == 10


def test_every_step_has_words():
    with translation.override("en"):
        assert step_label({}) == "Waiting for its turn"
        assert step_label({"step": "costs"}) == "What each rule costs"
    assert set(solver.STEPS) <= set(services.STEPS)


def test_the_calculation_has_a_queue_and_limits_of_its_own(settings):
    queues = settings.CELERY_TASK_ROUTES
    assert [name for name, place in queues.items() if place == {"queue": "allocation"}] == [
        "partnerships.tasks.run_allocation",
        "portal.tasks.hold_sample_rounds",
    ]
    assert (tasks.run_allocation.soft_time_limit, tasks.run_allocation.time_limit) == (1500, 1800)
    assert dt.timedelta(seconds=tasks.run_allocation.time_limit) < rules.HANGS_AFTER
    assert tasks.run_allocation.acks_late is True


def test_thirty_lines_take_as_many_queries_as_three(aceh, bali, jica, start, ppsdm_verifier):
    def queries() -> int:
        run = start(services.new_run(made.round_of(), ppsdm_verifier))
        allocation_input.freeze(AllocationRun.objects.get(pk=run.pk))  # scores are current afterwards
        with CaptureQueriesContext(connection) as found:
            assert services.execute(run.pk) == "finished"
        # How often a run is looked at depends on how long it takes.
        return len([q for q in found if "heartbeat_at" not in q["sql"]])

    made.scarce(jica, aceh, bali)
    open_need(aceh)
    few = queries()
    for _n in range(9):
        made.scarce(jica, aceh, bali)
        open_need(aceh)
    assert queries() == few
    assert AllocationLine.objects.count() == 33
    assert AllocationSeat.objects.count() > 3


def test_a_run_without_pairs_still_has_a_result(aceh, jica, calculated):
    open_need(aceh, post_code="PK3", themes=(("T05", 1, 3),), people=2)
    program_factories.program(jica, ProgramStatus.OPEN)
    run = calculated(made.run())
    assert (run.status, run.figures["seats"], run.lines.get().outcome) == (S.RESULT, 0, "NO_PAIR")
