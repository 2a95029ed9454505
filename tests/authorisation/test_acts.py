"""Every act of every workflow for every kind of reader, sent by hand.

Who may not see the record gets 404, who sees it and has not the role 403. Who sees stands in matrix.txt, which role may
act in the tables of the rooms, all typed by hand.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.roles import Role
from tests.addresses import patterns
from tests.authorisation.asking import ask
from tests.authorisation.comparing import before
from tests.authorisation.readers import COLUMNS, ROLES, SUSPENDED
from tests.authorisation.records import Record, url_of
from tests.authorisation.typed import lines
from tests.matrices import typed_lines

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("undrawn")]
ROOMS = Path(__file__).parent.parent
KNOWN = {role.value: role for role in Role} | {"OP": Role.DINAS_OP, "HEAD": Role.DINAS_HEAD}
ACTS = {
    # address of the act: (its record, the address that says who sees it, tables of the rooms)
    "regions:act": ("need:under-way", "regions:need", ["regions/need_matrix.txt"]),
    "programs:act": ("programme:open", "programs:manage", ["programs/program_matrix.txt"]),
    "partnerships:act": ("proposal:converted", "partnerships:proposal", ["partnerships/proposal_matrix.txt"]),
    "partnerships:act_agreement": (
        "agreement:region",
        "partnerships:agreement",
        ["partnerships/agreement_matrix.txt"],
    ),
    "partnerships:act_allocation": (
        "run:result",
        "partnerships:allocation_result",
        ["partnerships/allocation_matrix.txt"],
    ),
    "partnerships:act_brief": ("brief:published", "partnerships:brief", ["partnerships/brief_matrix.txt"]),
    "partnerships:act_review": ("review:published", "partnerships:review", ["partnerships/review_matrix.txt"]),
    "participants:act_nomination": (
        "nomination:accepted",
        "participants:nomination",
        [f"participants/{name}_matrix.txt" for name in ("nomination", "in_country", "online")],
    ),
    "participants:act_correction": ("correction", "participants:correction", ["participants/correction_matrix.txt"]),
    "forum:question_act": ("question:answered", "forum:question", ["forum/question_matrix.txt"]),
}
ALSO = {"propose": {Role.PARTNER_OFF}, "resubmit": {Role.PARTNER_OFF}}
"""M1: a liaison proposes, too, and answers for what they proposed; the table is of a proposal made by an office."""
NO_ACT = {"see", "name", "nudge", "state", "act"}


def roles_by_act(names: list[str]) -> dict[str, set[Role]]:
    """{act: roles that may ever do it} of tables of any form: acts are small words, roles capital ones."""
    found: dict[str, set[Role]] = {}
    for name in names:
        header: list[str] = []
        for line in typed_lines(ROOMS / name):
            if line.startswith("sees"):
                break
            left, colon, right = line.partition(":")
            words = (right if colon else left).replace("|", " ").split()
            if words[:2] == ["state", "act"]:
                header = words[2:]
                continue
            acts = [word for word in words if word.islower() and word not in NO_ACT and word != "x"]
            if header:
                roles = [role for role, mark in zip(header, words[2:], strict=False) if mark == "x"]
            else:
                roles = line.replace(":", " ").split()
            for act in acts:
                found.setdefault(act, set()).update(KNOWN[role] for role in roles if role in KNOWN)
    return found


def seen_as(record: str, name: str) -> str:
    """The marks of matrix.txt for the page of the record."""
    return next(line.get for line in lines() if (line.record, line.name) == (record, name))


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_done_by_its_roles_alone(name, browsers, records: dict[str, Record]):
    label, page, tables = ACTS[name]
    record, seen, wrong = records[label], seen_as(label, page), []
    acts = roles_by_act(tables)
    if name == "partnerships:act":
        acts = {act: roles | ALSO.get(act, set()) for act, roles in acts.items()}
    assert len(acts) >= 3
    for number, (act, roles) in enumerate(acts.items()):
        one = Record(record.home, {**record.values, f"{name} action": act}, before=record.before)
        url = url_of(name, dict(patterns())[name], one)
        for column, mark in zip(COLUMNS, seen, strict=True):
            if mark in ".S" and number > 1:
                continue  # the door is the same for all acts
            role = Role.DINAS_OP if column == SUSPENDED else ROLES.get(column)
            expected = mark if mark in ".S" else "A" if role in roles else "F"
            account = record.home.account(column)
            answer = ask(browsers[account], "POST", url, before=before(record, column, account))
            if answer.mark("POST") != expected:
                wrong.append(f"{act}: {column} {answer.mark('POST')} ({answer.status}), expected {expected}")
    assert wrong == []
