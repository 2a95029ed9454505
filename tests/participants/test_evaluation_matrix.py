"""Who may do what with an evaluation form, who sees it, whose turn it is, who reads the answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from participants.lifecycle import EVALUATION
from participants.models import Evaluation, EvaluationStatus, Level
from participants.rules import evaluations as rules
from tests import evaluation_factories as ev
from tests.matrices import typed_lines
from workflow.engine import may_see, offered
from workflow.reading import seen_by, waiting_for

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent
E = EvaluationStatus


@pytest.fixture
def forms(abroad, cast):
    """{"L1": the form of a person with an account, "L1/HELPED": of one without, …}"""
    ev.ended(abroad, 100)
    own, helped = ev.completed(abroad, account=cast["NOMINEE"]), ev.completed(abroad)
    found = {level: ev.form_of(own, level) for level in Level.values}
    return found | {f"{level}/HELPED": ev.form_of(helped, level) for level in ("L1", "L3_SELF", "L3_HEAD", "L2")}


def test_everyone_is_offered_exactly_what_the_procedure_says(forms, cast):
    lines = [line.split() for line in typed_lines(HERE / "evaluation_matrix.txt")]
    expected = {(which, state, act): set(roles) for which, state, act, *roles in lines}
    assert len(expected) == len(lines)
    found: dict[tuple[str, str, str], set[str]] = {}
    for which, state in dict.fromkeys((which, state) for which, state, _act in expected):
        record = ev.opened(forms[which], state)
        for role, user in cast.items():
            for offer in offered(user, record):
                found.setdefault((which, state, offer.transition.name), set()).add(role)
        for t in EVALUATION.open_to(record):
            if "CLOCK" in t.who:
                found.setdefault((which, state, t.name), set()).add("CLOCK")
        if not any(key[:2] == (which, state) for key in found):
            found[which, state, "-"] = set()
    assert found == expected
    states = {(which, state) for which, state, _act in expected if "/" not in which}
    assert states == {(level, state) for level in Level.values for state in E.values if state != E.ANSWERED} | {
        ("L4", "ANSWERED")
    }


CENTRE = "PPSDM_VER PPSDM_HEAD EVAL AUDITOR"
SEEN = {
    "L1": f"NOMINEE {CENTRE}",
    "L1/HELPED": f"DINAS_OP {CENTRE}",
    "L2": f"NOMINEE {CENTRE}",
    "L2/HELPED": CENTRE,
    "L3_SELF": f"NOMINEE {CENTRE}",
    "L3_SELF/HELPED": f"DINAS_OP {CENTRE}",
    "L3_HEAD": f"NOMINEE DINAS_HEAD {CENTRE}",
    "L3_HEAD/HELPED": f"DINAS_HEAD {CENTRE}",
    "L4": f"DINAS_OP DINAS_HEAD {CENTRE}",
}
TURNS = {
    "L1": "NOMINEE",
    "L1/HELPED": "DINAS_OP",
    "L2": "PPSDM_VER",
    "L2/HELPED": "PPSDM_VER",
    "L3_SELF": "NOMINEE",
    "L3_SELF/HELPED": "DINAS_OP",
    "L3_HEAD": "DINAS_HEAD",
    "L3_HEAD/HELPED": "DINAS_HEAD",
    "L4": "DINAS_OP DINAS_HEAD",
}
READ = {
    "L1": "NOMINEE PPSDM_VER PPSDM_HEAD EVAL",
    "L1/HELPED": "PPSDM_VER PPSDM_HEAD EVAL",
    "L2": "NOMINEE PPSDM_VER PPSDM_HEAD EVAL",
    "L2/HELPED": "PPSDM_VER PPSDM_HEAD EVAL",
    "L3_SELF": "NOMINEE PPSDM_VER PPSDM_HEAD EVAL",
    "L3_SELF/HELPED": "PPSDM_VER PPSDM_HEAD EVAL",
    "L3_HEAD": "NOMINEE DINAS_HEAD PPSDM_VER PPSDM_HEAD EVAL",
    "L3_HEAD/HELPED": "DINAS_HEAD PPSDM_VER PPSDM_HEAD EVAL",
    "L4": f"DINAS_OP DINAS_HEAD {CENTRE}",
}


def test_a_form_exists_only_for_those_it_concerns(forms, cast, outsiders):
    found = {which: {r for r, user in cast.items() if may_see(EVALUATION, user, form)} for which, form in forms.items()}
    assert found == {which: set(roles.split()) for which, roles in SEEN.items()}
    reviewers = [user for user in outsiders for form in forms.values() if may_see(EVALUATION, user, form)]
    assert reviewers == []


def test_single_answers_are_read_by_the_person_and_the_evaluators(forms, cast, outsiders):
    found = {which: {r for r, user in cast.items() if rules.reads_answers(user, form)} for which, form in forms.items()}
    assert found == {which: set(roles.split()) for which, roles in READ.items()}
    assert not any(rules.reads_answers(user, form) for user in outsiders for form in forms.values())


def test_whose_turn_it_is(forms, cast):
    found, said = {}, {}
    for which, form in forms.items():
        record = ev.opened(form)
        found[which] = {role for role, user in cast.items() if record in waiting_for(user, EVALUATION.name)}
        said[which] = set(map(str, record.waits_for()))
    expected = {which: set(roles.split()) for which, roles in TURNS.items()}
    assert found == expected
    assert said == expected


def test_the_evaluator_confirms_and_nobody_waits_for_the_rest(forms, cast):
    record = ev.opened(forms["L4"], E.ANSWERED)
    assert [role for role, user in cast.items() if record in waiting_for(user, EVALUATION.name)] == ["EVAL"]
    for state in (E.PLANNED, E.DONE, E.MISSED, E.VOID):
        record = ev.opened(forms["L4"], state)
        assert record.waits_for() == ()
        assert [role for role, user in cast.items() if record in waiting_for(user, EVALUATION.name)] == []


def test_reach_roles_and_people_are_one_rule(forms, cast, outsiders):
    for form in forms.values():
        for user in [*cast.values(), *outsiders]:
            roles = EVALUATION.roles(user, form)
            assert Evaluation.objects.filter(rules.evaluations_in_reach(user), pk=form.pk).exists() == bool(roles)
            assert (user in EVALUATION.people(form, [user.acting_role])) == bool(roles), (form.level, user)
            assert may_see(EVALUATION, user, form) == (form in seen_by(user, EVALUATION.name))
