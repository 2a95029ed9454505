"""What stands in the way of evaluating a programme (P7), and the figures beside its review."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from participants.models import Learning, Reaction
from partnerships.models import ReviewStatus
from portal.kpi.evidence import evidence, facts
from portal.kpi.readiness import levels_missing
from programs.models import CostItem
from tests.kpi_world import NOW, finished, form, people, rated, seats, wib
from tests.review_factories import review

pytestmark = pytest.mark.django_db
ENDED = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _first_of_july():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def course(jica, aceh_regency):
    """Ten seats in March; the programme has been completed."""
    return seats(aceh_regency, jica, starts=ENDED, people=10, program_status="COMPLETED")


def test_open_forms_of_level_1_and_2_are_named_with_their_number(client, course, evaluator):
    one, two, three = finished(course, wib(2026, 3, 9), "FMF")
    people(course, "INCOMPLETE", "M")
    form(one, "L1", "DONE", wib(2026, 3, 16))
    form(two, "L1", "OPEN", wib(2026, 7, 16))
    form(one, "L2", "DONE", wib(2026, 3, 16))
    sentence = levels_missing(course.program)
    assert ("2" in sentence, sentence.count(":")) == (True, 2)
    client.force_login(evaluator)
    url = f"/en/mitra/program/{course.program.code.lower()}/evaluate/"
    page = client.get(url).content.decode()
    assert "Reaction (level 1): the answers of 2 participants are still open." in page
    assert "Learning (level 2): the results of 2 participants are still missing." in page
    assert three.code not in page


def test_a_form_whose_time_is_over_holds_nobody_up(course):
    one, two = finished(course, wib(2026, 3, 9), "FM")
    for nomination, status in ((one, "DONE"), (two, "MISSED")):
        form(nomination, "L1", status, wib(2026, 3, 16))
        form(nomination, "L2", status, wib(2026, 3, 16))
    assert levels_missing(course.program) == ""


def test_a_programme_without_participants_in_the_portal_is_not_held_up(course):
    assert levels_missing(course.program) == ""


def answered(nomination, points: int, before: int, after: int) -> None:
    """Level 1 with the same points for every item, level 2 with two tests."""
    reaction = form(nomination, "L1", "DONE", wib(2026, 3, 16))
    items = dict.fromkeys(Reaction.ITEMS, points)
    Reaction.objects.create(evaluation=reaction, recommend=8, **items)
    Learning.objects.create(evaluation=form(nomination, "L2", "DONE", wib(2026, 3, 16)), before=before, after=after)


def test_the_figures_beside_a_review_come_from_the_records(course, evaluator, jica_head):
    """Ten seats, all given; F M completed, M not: 2 of 3. L1 4 and 5: 4.5; L2 20 and 30: 25; L3 1 to 3: +2."""
    one, two = finished(course, wib(2026, 3, 9), "FM")
    people(course, "INCOMPLETE", "M")
    answered(one, 4, 50, 70)
    answered(two, 5, 40, 70)
    rated(one, 3, wib(2026, 6, 1))
    CostItem.objects.filter(program=course.program).update(currency="JPY", amount=250_000)
    found = evidence(review(course.program))
    names = ("offered", "given", "accepted", "completed", "ended", "l1", "l1_answers", "l2", "l2_answers", "l3")
    assert [found[name] for name in names] == [10, 10, 3, 2, 3, 4.5, 2, 25.0, 2, 2.0]
    assert found["costs"] == [{"currency": "JPY", "amount": "250000.00"}]
    near = {fact.label: fact.value for fact in facts(found, evaluator)}
    far = {fact.label: fact.value for fact in facts(found, jica_head)}
    differing = {label for label in near if near[label] != far[label]}
    assert len(differing) == 4  # means of two people, and one of three who did not complete: for the centre only


def test_people_of_a_course_in_the_country_count_as_accepted_beside_a_review(jica, aceh_regency):
    """Where no partner selects PPSDM's choice is the acceptance, as in K02."""
    from tests.nomination_factories import AT_HOME

    at_home = seats(aceh_regency, jica, starts=ENDED, people=10, program_status="COMPLETED", **AT_HOME)
    people(at_home, "SHORTLISTED", "FM")
    assert evidence(review(at_home.program))["accepted"] == 2


def test_what_was_submitted_keeps_its_figures(client, course, evaluator):
    finished(course, wib(2026, 3, 9), "FM")
    draft = review(course.program, created_by=evaluator)
    client.force_login(evaluator)
    assert client.post(f"/tinjauan/{draft.code}/submit/").status_code == 302
    finished(course, wib(2026, 6, 30), "F")
    draft.refresh_from_db()
    assert (draft.status, draft.evidence["completed"]) == (ReviewStatus.SUBMITTED, 2)
    assert evidence(draft)["completed"] == 3
    page = client.get(f"/en/tinjauan/{draft.code}/").content.decode()
    assert "2 of 2" in page and "when the review was submitted" in page


def test_a_review_of_an_agreement_counts_what_it_covers(jica, course):
    from tests import agreement_factories

    agreement = agreement_factories.agreement("ACTIVE", partner=jica)
    type(course).objects.filter(pk=course.pk).update(agreement=agreement)
    finished(course, wib(2026, 3, 9), "FM")
    found = evidence(review(agreement))
    assert (found["offered"], found["given"], found["completed"]) == (None, 10, 2)


def test_a_review_without_any_record_shows_no_data_and_no_zero_percent(jica, evaluator):
    from tests import agreement_factories

    found = evidence(review(agreement_factories.agreement("ACTIVE", partner=jica)))
    assert (found["l1"], found["l2"], found["l3"], found["days"], found["costs"]) == (None, None, None, None, [])
    assert "0%" not in {fact.value for fact in facts(found, evaluator)}
