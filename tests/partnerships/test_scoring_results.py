"""Stored results are what the function for one pair says of each pair; in few queries, and unchanged ones stay."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import scoring, scoring_database
from partnerships.matching import RULES_VERSION, demand_for, judge, programmes_for
from partnerships.models import Scoring, Suggestion
from partnerships.services import suggestions
from programs.models import Intake, Program
from regions.models import NeedLine, NeedStatus, TrainingNeed
from tests import program_factories
from tests.partnerships.test_matching_results import found
from tests.proposal_factories import open_need, proposal

pytestmark = pytest.mark.django_db


def small_portal(lines: int = 60, intakes: int = 30) -> list[int]:
    """Made-up needs and programmes of every kind; ids of the needs."""
    dice = scoring.random.Random("stored results")
    facts = scoring.line_facts(lines, dice), scoring.intake_facts(intakes, dice)
    return scoring_database.save(*facts, timezone.localdate() - scoring.TODAY)


def stored() -> dict:
    """(line, intake) -> all that is kept of the pair."""
    return {
        (row.line_id, row.intake_id): (
            row.eligible,
            row.score,
            row.parts,
            row.failures,
            row.waivable,
            row.rules_version,
            row.stale,
        )
        for row in Suggestion.objects.all()
    }


def one_by_one() -> dict:
    """The same from the function for one pair, over all lines and intakes."""
    lines = suggestions.line_facts(suggestions.lines_of_open_needs())
    intakes = suggestions.intake_facts(suggestions.intakes_on_offer())
    today = timezone.localdate()
    by_line = {
        (line.line_id, intake.intake_id): (
            verdict.eligible,
            verdict.score,
            [part.as_json() for part in verdict.parts],
            [failure.as_json() for failure in verdict.failures],
            verdict.waivable,
            RULES_VERSION,
            False,
        )
        for line in lines
        for intake, verdict in programmes_for(line, intakes, today)
    }
    by_intake = {
        (line.line_id, intake.intake_id) for intake in intakes for line, _v in demand_for(intake, lines, today)
    }
    assert by_intake == by_line.keys()
    return by_line


def queries(work, *args) -> int:
    with CaptureQueriesContext(connection) as captured:
        work(*args)
    return len(captured)


def test_matching_all_anew_stores_what_the_function_for_one_pair_says():
    small_portal()
    kept = suggestions.rematch_all()
    expected = one_by_one()
    assert stored() == expected
    assert kept == len(expected) > 100
    assert any(row[0] for row in expected.values()) and not all(row[0] for row in expected.values())


def test_need_by_need_and_programme_by_programme_store_the_same():
    needs = small_portal()
    for need in needs:
        suggestions.recompute_need(need)
    expected = one_by_one()
    assert stored() == expected
    Suggestion.objects.all().delete()
    for program in Program.objects.values_list("pk", flat=True):
        suggestions.recompute_program(program)
    assert stored() == expected


def test_the_sweep_stores_the_same_whether_little_or_much_is_due(monkeypatch):
    small_portal()
    suggestions.refresh_stale()
    expected = one_by_one()
    assert stored() == expected
    Suggestion.objects.all().delete()
    Scoring.objects.update(stale=True)
    monkeypatch.setattr(suggestions, "FEW_PROGRAMS", 1000)
    monkeypatch.setattr(suggestions, "BATCH", 3)
    assert suggestions.refresh_stale() == TrainingNeed.objects.count() + Program.objects.count()
    assert stored() == expected
    assert suggestions.stale_work() == ([], [])


def test_results_are_the_same_in_statements_of_few_rows(monkeypatch):
    small_portal()
    monkeypatch.setattr("partnerships.services.suggestion_store._ROWS", 7)
    suggestions.rematch_all()
    assert stored() == one_by_one()


def test_a_seat_that_went_changes_what_it_touches_and_nothing_else(aceh, bali, jica):
    needs = open_need(aceh, people=4), open_need(bali, people=9)
    program, other = (program_factories.program(jica, seats=5, complete=False) for _ in range(2))
    suggestions.rematch_all()
    long_ago = timezone.now() - dt.timedelta(days=3)
    Suggestion.objects.update(computed_at=long_ago)
    before = dict(Suggestion.objects.values_list("pk", "score"))
    Intake.objects.filter(program=program).update(seats_taken=2)
    suggestions.rematch_all()
    assert stored() == one_by_one()
    assert set(Suggestion.objects.filter(computed_at=long_ago).values_list("intake__program", flat=True)) == {other.pk}
    assert Suggestion.objects.filter(computed_at__gt=long_ago).count() == len(needs)
    assert before.keys() == set(Suggestion.objects.values_list("pk", flat=True))


def test_a_result_marked_old_is_new_again_even_where_it_says_the_same(aceh, jica):
    need = open_need(aceh)
    program_factories.program(jica)
    suggestions.rematch_all()
    suggestions.mark_need_stale(need.pk)
    assert Suggestion.objects.get().stale
    suggestions.recompute_need(need.pk)
    assert not Suggestion.objects.get().stale


def test_results_of_older_rules_are_written_again(aceh, jica):
    open_need(aceh)
    program_factories.program(jica)
    suggestions.rematch_all()
    Suggestion.objects.update(rules_version="0.9")
    suggestions.rematch_all()
    assert Suggestion.objects.get().rules_version == RULES_VERSION


def test_matching_all_anew_leaves_nothing_due_and_nothing_that_is_over(aceh, bali, jica):
    closed, waiting = open_need(aceh), open_need(bali)
    program, cancelled = (program_factories.program(jica, complete=False) for _ in range(2))
    suggestions.rematch_all()
    assert len(found(closed)) == len(found(waiting)) == 2
    TrainingNeed.objects.filter(pk=closed.pk).update(status=NeedStatus.FULFILLED)
    Program.objects.filter(pk=cancelled.pk).update(status="CANCELLED")
    suggestions.mark_need_stale(closed.pk)
    suggestions.mark_program_stale(cancelled.pk)
    suggestions.rematch_all()
    assert (found(closed), found(waiting)) == ([], [(program.code, True, [])])
    assert suggestions.stale_work() == ([], [])


def before_results_are_written(act):
    """While used, `act` happens once, just as the first results are on their way to the database."""
    waiting = [act]

    def listen(execute, sql, params, many, context):
        if "INSERT INTO partnerships_suggestion" in sql and waiting:
            waiting.pop()()
        return execute(sql, params, many, context)

    return connection.execute_wrapper(listen)


def test_a_programme_marked_while_all_is_matched_anew_stays_due(aceh, jica):
    open_need(aceh)
    program = program_factories.program(jica)
    with before_results_are_written(lambda: suggestions.mark_program_stale(program.pk)):
        suggestions.rematch_all()
    assert suggestions.stale_work() == ([], [program.pk])


def test_a_match_of_everything_that_is_cut_short_is_found_by_the_sweep(aceh, jica):
    def power_cut():
        raise ConnectionError

    need = open_need(aceh)
    program = program_factories.program(jica)
    with before_results_are_written(power_cut), pytest.raises(ConnectionError):
        suggestions.rematch_all()
    assert suggestions.stale_work() == ([need.pk], [program.pk])


def test_facts_from_records_are_what_the_records_say(aceh, bali, jica):
    need = open_need(aceh, people=6, post_code="MEDHI", score=Decimal("61.5"))
    program = program_factories.program(
        jica,
        "OPEN",
        themes=(("T07", 1, 3), ("T08", 0, 2)),
        posts=("MEDHI", "PK3"),
        seats=9,
        visibility="SELECTED",
        min_rank="AHLI_PERTAMA",
        employment_statuses=["PNS"],
        needs_agreement=True,
    )
    program.selected_offices.add(bali)
    proposal(need, program, "ACCEPTED", seats_requested=4, seats_allotted=4)
    [line] = suggestions.line_facts(suggestions.lines_of_open_needs())
    [intake] = suggestions.intake_facts(suggestions.intakes_on_offer())
    assert (line.people, line.seats_won, line.office_id, line.office_type, line.region_code, line.province) == (
        2,
        4,
        aceh.pk,
        "DISNAKER_PROV",
        "11",
        "11",
    )
    assert (line.post, line.priority, line.urgency, line.mode) == ("MEDHI", Decimal("61.5"), "U2", "BLENDED")
    assert [(gap.theme, gap.current, gap.target) for gap in line.gaps] == [("T07", 1, 3)]
    assert (intake.program, intake.seats_free, intake.posts) == (program.code, 5, frozenset({"MEDHI", "PK3"}))
    assert sorted((t.theme, t.entry, t.exit) for t in intake.taught) == [("T07", 1, 3), ("T08", 0, 2)]
    assert (intake.invited, intake.min_rank, intake.employment_statuses) == (
        frozenset({bali.pk}),
        "AHLI_PERTAMA",
        frozenset({"PNS"}),
    )
    assert (intake.needs_agreement, intake.agreement_active, intake.is_offered) == (True, False, True)
    assert intake.closes == timezone.localdate(program.internal_deadline)
    assert judge(line, intake, timezone.localdate()).codes == ("not_invited", "agreement")


def test_one_need_takes_as_many_queries_in_a_large_portal_as_in_a_small_one(aceh, jica):
    need = open_need(aceh)
    program_factories.program(jica, complete=False)
    suggestions.recompute_need(need.pk)
    few = queries(suggestions.recompute_need, need.pk)
    for _ in range(30):
        program_factories.program(jica, complete=False)
    suggestions.recompute_need(need.pk)
    assert queries(suggestions.recompute_need, need.pk) == few
    assert few <= 18
    assert Suggestion.objects.count() == 31


def test_everything_takes_as_many_queries_for_thirty_needs_as_for_two(aceh, jica):
    for _ in range(2):
        open_need(aceh)
    for _ in range(3):
        program_factories.program(jica, complete=False)
    suggestions.rematch_all()
    few = queries(suggestions.rematch_all)
    for _ in range(28):
        open_need(aceh)
    suggestions.rematch_all()
    assert queries(suggestions.rematch_all) == few
    assert Suggestion.objects.count() == NeedLine.objects.count() * Intake.objects.count() == 90
