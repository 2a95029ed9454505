"""Stored results: facts from records, recomputed after changes, dated while old, in constant queries."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partnerships import tasks
from partnerships.lifecycle import PROPOSAL
from partnerships.models import Agreement, AgreementStatus, Scoring, Suggestion
from partnerships.services import suggestions
from programs.models import Intake, Program, ProgramStatus
from regions.lifecycle import NEED
from regions.models import CompetencyGap, NeedLine, NeedStatus, TrainingNeed
from tests import factories, program_factories
from tests.proposal_factories import line_of, open_need, proposal
from workflow.engine import perform

pytestmark = pytest.mark.django_db


def found(need) -> list[tuple[str, bool, list[str]]]:
    return [
        (s.intake.program.code, s.eligible, [f["code"] for f in s.failures])
        for s in Suggestion.objects.filter(line__need=need).order_by("intake__program__code")
    ]


@pytest.fixture
def need(aceh):
    return open_need(aceh, people=4)


@pytest.fixture
def program(jica):
    return program_factories.program(jica, ProgramStatus.OPEN, seats=5)


def test_a_need_finds_what_fits_and_what_comes_close(need, program, koica):
    close = program_factories.program(koica, themes=(("T01", 1, 3),))
    program_factories.program(koica, themes=(("T01", 1, 3),), posts=("WASNAK",))
    program_factories.program(koica, ProgramStatus.DRAFT)
    assert suggestions.recompute_need(need.pk) == 2
    assert found(need) == [(program.code, True, []), (close.code, False, ["theme"])]
    stored = Suggestion.objects.get(intake__program=program)
    assert sum(Decimal(str(p["points"])) for p in stored.parts) == stored.score


def test_both_directions_store_the_same(need, program):
    suggestions.recompute_need(need.pk)
    by_need = list(Suggestion.objects.values("line", "intake", "score", "parts", "failures"))
    suggestions.recompute_program(program.pk)
    assert list(Suggestion.objects.values("line", "intake", "score", "parts", "failures")) == by_need


def test_a_need_that_is_not_approved_has_no_results(aceh, program):
    draft = factories.need(aceh)
    assert suggestions.recompute_need(draft.pk) == 0
    assert Suggestion.objects.count() == 0


def test_approval_computes_candidates(
    aceh, aceh_province_operator, ppsdm_head, program, django_capture_on_commit_callbacks
):
    need = factories.need(aceh, status=NeedStatus.MIN_REVIEW, created_by=aceh_province_operator)
    with django_capture_on_commit_callbacks(execute=True):
        perform(NEED, "approve", record=need, actor=ppsdm_head)
    assert found(need) == [(program.code, True, [])]
    assert Scoring.objects.get(need=need).stale is False


def test_acceptance_makes_the_results_of_both_sides_new(
    need, program, bali, jica_head, django_capture_on_commit_callbacks
):
    other = open_need(bali, people=9)
    suggestions.recompute_need(other.pk)
    before = Suggestion.objects.get(line__need=other)
    record = proposal(need, program, "PARTNER_REVIEW", seats_requested=4)
    with django_capture_on_commit_callbacks(execute=True):
        perform(PROPOSAL, "accept", record=record, actor=jica_head)
    after = Suggestion.objects.get(line__need=other)
    seats = [next(p for p in s.parts if p["name"] == "seats")["params"]["seats"] for s in (before, after)]
    assert seats == [5, 1]
    assert found(need) == [(program.code, False, ["fully_served"])]


def test_without_a_broker_nothing_breaks_and_the_sweep_catches_up(
    need, program, jica_head, django_capture_on_commit_callbacks, settings, celery_without_broker
):
    suggestions.recompute_need(need.pk)
    with django_capture_on_commit_callbacks(execute=True):
        record = proposal(need, program, "PARTNER_REVIEW", seats_requested=4)
        done = perform(PROPOSAL, "accept", record=record, actor=jica_head)
    assert done.status == "ACCEPTED"
    assert Scoring.objects.get(need=need).stale and Suggestion.objects.get(line__need=need).stale
    suggestions.refresh_stale()
    assert not Scoring.objects.filter(stale=True).exists()
    assert found(need) == [(program.code, False, ["fully_served"])]


@pytest.fixture
def celery_without_broker():
    from portal.celery_app import app

    kept = app.conf.task_always_eager, app.conf.broker_url
    app.conf.task_always_eager, app.conf.broker_url = False, "redis://127.0.0.1:1/0"
    yield
    app.conf.task_always_eager, app.conf.broker_url = kept


def test_the_sweep_finds_what_nobody_computed(need, program):
    assert suggestions.stale_work() == ([need.pk], [program.pk])
    assert tasks.refresh_stale() == 2
    assert suggestions.stale_work() == ([], [])
    assert tasks.refresh_stale() == 0


def test_results_of_another_day_or_of_older_rules_are_due(need, program):
    suggestions.refresh_stale()
    tomorrow = timezone.now() + dt.timedelta(days=1)
    assert suggestions.stale_work(tomorrow) == ([need.pk], [])
    Scoring.objects.update(rules_version="0.9")
    assert suggestions.stale_work() == ([need.pk], [program.pk])


def test_seats_that_moved_unmarked_are_found_by_the_sweep(need, program, jica_head):
    suggestions.refresh_stale()
    perform(PROPOSAL, "accept", record=proposal(need, program, "PARTNER_REVIEW"), actor=jica_head)
    assert program.pk in suggestions.stale_work()[1]


def test_a_closed_programme_disappears_from_the_candidates(need, program):
    suggestions.recompute_program(program.pk)
    assert found(need) != []
    Program.objects.update(**{"status": ProgramStatus.CANCELLED})
    suggestions.recompute_program(program.pk)
    assert found(need) == []


def agreement_in_force(partner, ends: dt.date) -> Agreement:
    day = dt.date(2020, 1, 1)
    return Agreement.objects.create(
        code="KM-2020-0001",
        status=AgreementStatus.ACTIVE,
        track="CENTRAL",
        title_id="MoU",
        partner=partner,
        signed_on=day,
        signing_place="Jakarta",
        signatories=[{"party": "JICA", "post": "Kepala"}],
        effective_date=day,
        starts=day,
        ends=ends,
    )


def test_suspended_office_and_missing_agreement_exclude(need, jica):
    offer = program_factories.program(jica, needs_agreement=True)
    suggestions.recompute_need(need.pk)
    assert found(need) == [(offer.code, False, ["agreement"])]
    agreement_in_force(jica, dt.date(2099, 1, 1))
    suggestions.recompute_need(need.pk)
    assert found(need) == [(offer.code, True, [])]
    need.office.suspended = True
    need.office.save()
    suggestions.recompute_need(need.pk)
    assert found(need) == [(offer.code, False, ["office_suspended"])]


def test_an_agreement_that_ended_does_not_count(need, jica):
    offer = program_factories.program(jica, needs_agreement=True)
    agreement_in_force(jica, dt.date(2020, 12, 31))
    suggestions.recompute_need(need.pk)
    assert found(need) == [(offer.code, False, ["agreement"])]


def test_a_programme_for_named_offices_is_for_them_alone(need, jica, aceh, bali):
    offer = program_factories.program(jica, visibility="SELECTED")
    offer.selected_offices.add(bali)
    suggestions.recompute_need(need.pk)
    assert found(need) == [(offer.code, False, ["not_invited"])]
    offer.selected_offices.add(aceh)
    suggestions.recompute_need(need.pk)
    assert found(need) == [(offer.code, True, [])]


def more(office, jica, count: int) -> TrainingNeed:
    """A need with `count` lines and as many programmes."""
    need = open_need(office)
    first = line_of(need)
    for number in range(2, count + 1):
        line = NeedLine.objects.create(need=need, position=number, post=first.post, requested_total=2, in_post=5)
        CompetencyGap.objects.create(line=line, theme=factories.theme("T07"), current_level=1, target_level=3)
    for _number in range(count):
        program_factories.program(jica, complete=False)
    return need


def test_computing_takes_as_many_queries_for_thirty_pairs_as_for_one(aceh, bali, jica):
    def queries(work, pk) -> int:
        with CaptureQueriesContext(connection) as captured:
            work(pk)
        return len(captured)

    small = more(aceh, jica, 1)
    offer = Program.objects.latest("pk")
    suggestions.recompute_need(small.pk)
    suggestions.recompute_program(offer.pk)
    few = queries(suggestions.recompute_need, small.pk), queries(suggestions.recompute_program, offer.pk)
    large = more(bali, jica, 6)
    suggestions.recompute_need(large.pk)
    many = queries(suggestions.recompute_need, large.pk), queries(suggestions.recompute_program, offer.pk)
    assert many == few
    assert Suggestion.objects.filter(line__need=large).count() == 42
    assert Intake.objects.count() == 7
