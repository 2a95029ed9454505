"""Seats are never over-allotted, whoever asks at the same moment; neither are decisions taken twice."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from programs.lifecycle import PROGRAM
from programs.models import Intake, Program
from programs.services import release_seats, take_seats
from tests import program_factories
from tests.races import at_once
from workflow.engine import Stale, perform
from workflow.models import LogEntry


@pytest.fixture
def intake(jica):
    return program_factories.program(jica, "OPEN", seats=5).intakes.get()


def test_seats_are_taken_and_given_back(intake):
    assert take_seats(intake, 3) == ""
    assert (intake.seats_taken, intake.seats_free) == (3, 2)
    release_seats(intake, 2)
    assert (intake.seats_taken, intake.seats_free) == (1, 4)


def test_more_than_the_free_seats_are_refused_with_a_sentence(intake):
    take_seats(intake, 3)
    with translation.override("en"):
        assert take_seats(intake, 3) == "Only 2 seats of this intake are left."
        assert take_seats(intake, 1) == ""
        assert take_seats(intake, 2) == "Only 1 seat of this intake is left."
    assert Intake.objects.get(pk=intake.pk).seats_taken == 4


def test_an_old_copy_in_memory_does_not_over_allot(intake):
    old = Intake.objects.get(pk=intake.pk)
    take_seats(intake, 5)
    assert take_seats(old, 1) != ""


@pytest.mark.parametrize(
    "wrong", [lambda i: take_seats(i, -1), lambda i: release_seats(i, 1), lambda i: release_seats(i, -1)]
)
def test_nonsense_is_an_error_not_a_sentence(intake, wrong):
    with pytest.raises(ValueError):
        wrong(intake)


def test_the_database_refuses_what_code_might_forget(intake):
    with pytest.raises(IntegrityError), transaction.atomic():
        Intake.objects.filter(pk=intake.pk).update(seats_taken=6)
    with pytest.raises(IntegrityError), transaction.atomic():
        Intake.objects.filter(pk=intake.pk).update(seats=0, seats_taken=1)


@pytest.mark.django_db(transaction=True)
def test_of_eight_requests_for_five_seats_exactly_five_get_one(jica):
    intake = program_factories.program(jica, "OPEN", seats=5).intakes.get()
    answers = at_once(*[lambda: take_seats(Intake.objects.get(pk=intake.pk), 1)] * 8)
    assert answers.count("") == 5
    assert Intake.objects.get(pk=intake.pk).seats_taken == 5


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_decisions_exactly_one_wins(jica, biroks_head, biroks_officer):
    offer = program_factories.program(jica, "VERIFICATION")
    answers = at_once(
        lambda: perform(PROGRAM, "publish", record=offer, actor=biroks_head, answers={"visibility": "PUBLIC"}),
        lambda: perform(
            PROGRAM,
            "return",
            record=offer,
            actor=biroks_officer,
            answers={"comments": [{"field": "", "text": "Isi."}]},
        ),
    )
    assert sum(isinstance(a, Stale) for a in answers) == 1
    assert sum(isinstance(a, Program) for a in answers) == 1
    assert LogEntry.objects.filter(record_id=offer.pk, flow=PROGRAM.name).count() == 1
