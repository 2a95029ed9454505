"""The table of questions against the hand-typed matrix: who sees, who is offered what, who learns who asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from forum.lifecycle import QUESTION
from forum.models import Question
from programs.models import ProgramStatus, Visibility
from tests import program_factories as programs
from tests.forum.question_factories import answered, asked, cast
from tests.matrices import roles_by_act
from workflow import clock
from workflow.engine import may_see, offered, perform
from workflow.nudges import may_nudge
from workflow.reading import seen_by, waiting_for

pytestmark = pytest.mark.django_db

MATRIX = roles_by_act(Path(__file__).with_name("question_matrix.txt"))
STATES = ("ASKED", "ANSWERED", "WITHDRAWN", "LAPSED")
ACTS = ("answer", "correct", "withdraw")


@pytest.fixture
def people(db):
    return cast()


def question_in(state: str, people) -> Question:
    """A question in a state, on a programme for all offices."""
    jica = people["PARTNER_OFF"].acting_organisation
    program = programs.program(jica, ProgramStatus.OPEN, visibility=Visibility.ALL_OFFICES)
    asker = people["DINAS_OP"]
    if state == "ANSWERED":
        return answered(program, asker, people["PARTNER_OFF"])
    question = asked(program, asker)
    if state == "WITHDRAWN":
        return perform(QUESTION, "withdraw", record=question, actor=asker)
    if state == "LAPSED":
        perform(program.flow, "cancel", record=program, actor=people["BIROKS_HEAD"], answers=CANCEL)
        clock.run()
        return Question.objects.get(pk=question.pk)
    return question


CANCEL = {"reason": "Anggaran mitra dicabut, program tidak dapat dilanjutkan tahun ini."}


@pytest.mark.parametrize("state", STATES)
def test_who_sees_does_and_knows_what(state, people):
    question = question_in(state, people)
    assert question.status == state
    found = {act: set() for act in ("see", "name", "nudge", *ACTS)}
    for who, user in people.items():
        if may_see(QUESTION, user, question):
            found["see"].add(who)
            if question.names_actors_to(user):
                found["name"].add(who)
        if may_nudge(user, question):
            found["nudge"].add(who)
        for offer in offered(user, question):
            found[offer.transition.name].add(who)
    typed = {act: MATRIX.get((state, act), set()) for act in found}
    assert found == typed


@pytest.mark.parametrize("state", STATES)
def test_the_query_and_the_pages_agree_with_the_rule(state, people, client):
    question = question_in(state, people)
    sees = MATRIX[(state, "see")]
    assert {who for who, user in people.items() if seen_by(user, "forum.question").exists()} == sees
    opened = {}
    for who, user in people.items():
        client.force_login(user)
        opened[who] = client.get(question.get_absolute_url()).status_code
    assert opened == {who: 200 if who in sees else 404 for who in people}


@pytest.mark.parametrize("state", STATES)
def test_the_pages_of_acts_agree_with_the_matrix(state, people, client):
    question = question_in(state, people)
    sees = MATRIX[(state, "see")]
    for act in ACTS:
        doers = MATRIX.get((state, act), set())
        for who, user in people.items():
            client.force_login(user)
            status = client.get(f"{question.get_absolute_url()}{act}/").status_code
            if who not in sees:
                assert status == 404, (who, act)
            elif who in doers:
                assert status == 200, (who, act)
            else:
                assert status in {403, 409}, (who, act)


def test_open_questions_are_the_turn_of_those_who_answer(people):
    question_in("ASKED", people)
    waits = {who for who, user in people.items() if waiting_for(user, "forum.question").exists()}
    assert waits == {"PARTNER_OFF", "PARTNER_HEAD", "BIROKS_OFF"}


def test_a_programme_for_selected_offices_keeps_its_answers_among_them(people):
    question = question_in("ANSWERED", people)
    program = question.program
    program.visibility = Visibility.SELECTED
    program.save()
    program.selected_offices.set([people["DINAS_OP"].acting_organisation])
    question = Question.objects.get(pk=question.pk)
    offices = ("DINAS_OP", "DINAS_HEAD", "OTHER_OP", "OTHER_HEAD", "PROV_VER")
    assert {who for who in offices if may_see(QUESTION, people[who], question)} == {"DINAS_OP", "DINAS_HEAD"}
    assert {who for who in offices if seen_by(people[who], "forum.question").exists()} == {"DINAS_OP", "DINAS_HEAD"}
