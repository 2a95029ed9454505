"""Who may do what over the interface: every address for every kind of reader, against a table typed by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction
from django.urls import NoReverseMatch, reverse

from api.urls import urlpatterns
from partnerships.models import Agreement, Suggestion
from tests.addresses import agreement, proposal, run, talk
from tests.api.calls import Caller
from tests.demo_records import need, program, user
from tests.portal.conftest import seeded

__all__ = ["seeded"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]

TABLE = Path(__file__).with_name("matrix.txt")
READERS = {
    "own": "operator.ntb",
    "other": "operator.kota-semarang",
    "prov": "verifikator.ntb",
    "ppsdm": "verifikator.ppsdm",
    "partner": "penghubung.jica",
    "audit": "auditor",
    "admin": "admin",
    "none": "",
    "bare": "operator.ntb",
}
"""Column -> account; `bare`: with a token that has the permission for something else only."""


def samples() -> dict[str, dict]:
    """Resource -> a value for each argument of its addresses."""
    first = need(1)
    return {
        "regions": {"code": "52"},
        "vocabularies": {"code": "urgency.U1"},
        "posts": {"code": "MEDHI"},
        "themes": {"code": "T07"},
        "organisations": {"code": "JICA"},
        "needs": {"code": first.code, "line": first.lines.first().pk},
        "programmes": {"code": program("JA1").code},
        "suggestions": {"id": Suggestion.objects.filter(line__need=first).first().pk},
        "allocations": {"code": run("DRAFT").code, "need": first.code, "position": 1},
        "proposals": {"code": proposal(1).code},
        "agreements": {"code": agreement().code},
        "published-agreements": {"code": Agreement.objects.filter(status="ACTIVE").first().code},
        "threads": {"code": talk().code},
        "log": {"flow": "regions.need", "code": first.code, "seq": "1"},
        "kpis": {"code": "K02"},
    }


def bodies() -> dict[tuple[str, str], dict[str, dict]]:
    """Route -> column, or "" for all others -> what is sent where an empty body would be refused before the role is."""
    first, wanted = need(1).lines.first(), need(11).lines.first()
    offered, theirs = program("IL1").intakes.first(), program("JA2").intakes.first()
    return {
        ("POST", "proposals_list"): {
            "": {"line": first.pk, "intake": offered.pk, "seats": 1},
            "partner": {"line": wanted.pk, "intake": theirs.pk, "seats": 1},
        },
        ("POST", "threads_messages"): {"": {"text": "Kami setuju."}},
    }


def queries() -> dict[str, str]:
    """Address -> what a list has to be asked."""
    return {"suggestions_list": f"?line={need(1).code}/1"}


def routes() -> list[tuple[str, str]]:
    """(method, name) of everything the interface has."""
    found = []
    for address in urlpatterns:
        view = address.callback
        if hasattr(view, "cls") and address.name not in {"openapi", "lost"}:
            found += [(m.upper(), address.name) for m in view.cls.http_method_names if m != "head"]
    return found


def expected() -> dict[tuple[str, str], list[str]]:
    """The table as typed."""
    rows = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            method, name, *cells = line.split()
            rows[method, name] = cells
    return rows


def address_of(name: str, known: dict[str, dict]) -> str:
    """An address with its samples; those of a resource are tried from all to none."""
    own = known[name.partition("_")[0]]
    arguments = [own, {"code": own.get("code")}, {"flow": own.get("flow"), "code": own.get("code")}]
    arguments += [{key: own[key]} for key in own] + [{}]
    for chosen in arguments:
        try:
            return reverse(f"api:{name}", kwargs=chosen)
        except NoReverseMatch:
            continue
    raise AssertionError(f"{name}: give it a sample")


def test_the_table_names_every_address():
    assert sorted(set(routes()) ^ set(expected())) == []
    assert {len(cells) for cells in expected().values()} == {len(READERS)}


@pytest.fixture(scope="module")
def callers(seeded) -> dict[str, Caller]:
    """One for each column."""
    found = {}
    for column, account in READERS.items():
        chosen = ["organisations:read"] if column == "bare" else []
        found[column] = Caller(user(account), *chosen) if account else Caller()
    found["bare organisations"] = Caller(user("operator.ntb"), "needs:read")
    return found


def answers(callers) -> dict[tuple[str, str], list[str]]:
    """What each reader gets at each address; whatever a request writes is taken back."""
    known, sent, asked, found = samples(), bodies(), queries(), {}
    for method, name in routes():
        row = []
        for column in READERS:
            special = f"{column} {name.partition('_')[0]}"
            caller = callers.get(special, callers[column])
            with transaction.atomic():
                chosen = sent.get((method, name), {})
                body = None if method == "GET" else chosen.get(column, chosen.get("", {}))
                headers = {"Idempotency_Key": f"{name}-{column}"} if method == "POST" else {}
                address = address_of(name, known) + (asked.get(name, "") if method == "GET" else "")
                response = caller.send(method, address, body, **headers)
                transaction.set_rollback(True)
            row.append(str(response.status_code))
        found[method, name] = row
    return found


def test_every_address_answers_as_the_table_says(callers):
    found, wrong = answers(callers), []
    for route, cells in expected().items():
        if found.get(route) != cells:
            wrong.append(f"{' '.join(route)}: {' '.join(found.get(route, []))}, typed {' '.join(cells)}")
    assert wrong == []
