"""Where schemathesis aims: for every operation a reader who may try it, a record of the sample scenario that exists
for that reader, and answers its form takes."""

from __future__ import annotations

import datetime as dt
import itertools
import zlib
from dataclasses import dataclass, field
from typing import Any

from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import IntegrityError, close_old_connections, transaction
from django.utils import timezone
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase

from accounts.models import User
from accounts.roles import Role
from api.resource import Resource, resources
from api.resource import resource as resource_named
from programs.models import Program
from tests.addresses import run
from tests.api.test_matrix import samples
from tests.demo_records import need, program, user
from workflow.engine import offered
from workflow.reading import seen_by
from workflow.table import Ask, Transition

ROOT = "/api/v1/"
IN_ROLE = {
    Role.DINAS_OP: ("operator.ntb", "operator.lombok-timur", "operator.kota-semarang", "operator.sulteng"),
    Role.DINAS_HEAD: ("kepala.ntb", "kepala.kota-semarang", "kepala.sulteng"),
    Role.PROV_VER: ("verifikator.ntb",),
    Role.PPSDM_VER: ("verifikator.ppsdm",),
    Role.PPSDM_HEAD: ("kepala.ppsdm",),
    Role.DITJEN_REV: ("penelaah.phi", "penelaah.wasnaker", "penelaah.penta"),
    Role.BIROKS_OFF: ("petugas.kerjasama",),
    Role.BIROKS_HEAD: ("kepala.kerjasama",),
    Role.PARTNER_OFF: ("penghubung.jica", "penghubung.koica"),
    Role.PARTNER_HEAD: ("kepala.jica",),
    Role.EVAL: ("evaluator.ppsdm",),
    Role.LEGAL: ("telaah.hukum",),
    Role.SEKJEN: ("sekjen",),
}
"""Who does an act: the first of these accounts whose record stands, or could stand, where the act begins."""
READS = {
    "needs": "operator.ntb",
    "programmes": "penghubung.jica",
    "proposals": "penghubung.jica",
    "agreements": "kepala.kerjasama",
    "allocations": "verifikator.ppsdm",
    "threads": "petugas.kerjasama",
    "log": "auditor",
    "kpis": "kepala.ppsdm",
}
"""Who reads a resource; the others are read by BY_DEFAULT."""
BY_DEFAULT = "verifikator.ppsdm"
WRITES = {
    "POST needs": "operator.lombok-timur",
    "POST needs/{code}/lines": "operator.kota-semarang",
    "PATCH needs/{code}": "operator.kota-semarang",
    "PATCH needs/{code}/lines/{line}": "operator.kota-semarang",
    "DELETE needs/{code}/lines/{line}": "operator.kota-semarang",
    "POST programmes": "penghubung.jica",
    "POST programmes/{code}/remarks": "penghubung.koica",
    "PATCH programmes/{code}/sections/basics": "penghubung.koica",
    "PATCH programmes/{code}/sections/competencies": "penghubung.koica",
    "PATCH programmes/{code}/sections/intakes": "penghubung.koica",
    "PATCH programmes/{code}/sections/terms": "penghubung.koica",
    "PATCH programmes/{code}/sections/papers": "penghubung.koica",
    "POST proposals": "verifikator.ppsdm",
    "POST threads/{code}/messages": "petugas.kerjasama",
}
"""Who writes where there is no act: a draft of Kota Semarang, an offer of KOICA that came back."""
ALSO = ("operator.ntb", "penghubung.jica", "auditor")
"""Who tries everything else too, in turn."""
_numbers = itertools.count(1)


@dataclass
class Target:
    """What an operation is tried with."""

    account: str
    arguments: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    version: int | None = None
    record: Any = None
    source: str = ""
    """The state the record is put into first, where the scenario has none in the right one."""

    def prepare(self) -> None:
        """Put the record where the act begins; inside the transaction that is undone afterwards."""
        if self.source and self.record.status != self.source:
            try:
                with transaction.atomic():
                    type(self.record)._default_manager.filter(pk=self.record.pk).update(status=self.source)
            except IntegrityError:  # this state asks for more than its name
                return


def targets() -> dict[str, Target]:
    """Operation ("POST needs/{code}/return") -> what it is tried with."""
    run("DRAFT"), run("RESULT"), run("SUBMITTED"), run("RATIFIED"), run("RUNNING")
    cast = {account: user(account) for accounts in IN_ROLE.values() for account in accounts}
    found: dict[str, Target] = {}
    for resource in resources():
        if resource.flow is not None:
            for act in resource.acts():
                chosen = _of_act(resource, act, cast)
                if chosen is not None:
                    found[f"POST {resource.name}/{{{resource.key}}}/{act.name}"] = chosen
    known = samples()
    own, draft = known["needs"], need(9)
    returned = Program.objects.get(status="RETURNED")
    for route, account in WRITES.items():
        record, arguments = None, {}
        if "needs/" in route:
            record, arguments = draft, {"code": draft.code, "line": draft.lines.first().pk}
        elif "programmes/" in route:
            record, arguments = returned, {"code": returned.code}
        elif "threads" in route:
            arguments = known["threads"]
        found[route] = Target(account, arguments, version=getattr(record, "version", None), record=record)
    found["POST needs"].answers = {"source": None}
    found["POST programmes"].answers = {"source": program("JA1").code}
    found["POST proposals"].answers = {
        "line": need(1).lines.first().pk,
        "intake": program("JA1").intakes.first().pk,
        "seats": 1,
        "partner": None,
        "request": None,
    }
    found["POST needs/{code}/lines"].answers = {
        "post": "MEDHI",
        "requested_total": 1,
        "employment_status": "PNS",
        "rank": "AHLI_PERTAMA",
        "earliest_start": f"{timezone.localdate().year + 1}-06-01",
    }
    for name, arguments in known.items():
        found[f"GET {name}"] = Target(READS.get(name, BY_DEFAULT), arguments)
    found["GET suggestions"].query = {"line": f"{own['code']}/1"}
    return found


def _of_act(resource: Resource, act: Transition, cast: dict[str, User]) -> Target | None:
    """An account in a role of the act with a record: as it stands, else one that is put where the act begins."""
    blocked = None
    seen = [
        (account, record)
        for role in act.who
        for account in IN_ROLE.get(role, ())
        for record in seen_by(cast[account], resource.flow_name).order_by("pk")
    ]
    # A run of the allocation is more than its state: only those that are made for the state.
    for source in ("", *(act.source if resource.name != "allocations" else ())):
        for account, record in seen:
            reasons = _reasons(cast[account], record, act, source)
            if reasons is None:
                continue
            if not reasons:
                return _with(resource, account, act, record, source)
            blocked = blocked or _with(resource, account, act, record, source)
    return blocked


def _reasons(reader: User, record: Any, act: Transition, source: str) -> tuple | None:
    """What would hold the act up in this state; None where it is not offered at all."""
    before = record.status
    if not source and before not in act.source:
        return None
    record.status = source or before
    try:
        return next((offer.reasons for offer in offered(reader, record) if offer.transition is act), None)
    finally:
        record.status = before


def _with(resource: Resource, account: str, act: Transition, record: Any, source: str) -> Target:
    answers = {}
    for ask in act.asks:
        value = _answer(ask, record)
        if value is not None:
            answers[ask.name] = value
    arguments = {resource.key: resource.identify(record)}
    return Target(account, arguments, answers, {}, record.version, record, source)


def _answer(ask: Ask, record: Any) -> Any:
    """Something its field of the form takes; None: what was made up stays."""
    today = timezone.localdate()
    match ask.kind:
        case "choice" | "choices":
            offered_values = [str(value) for value, _label in ask.choices(record) if value not in ("", None)]
            if not offered_values:
                return None
            return offered_values[0] if ask.kind == "choice" else offered_values[:3]
        case "date":
            return today.isoformat()
        case "datetime":
            return (timezone.now() + dt.timedelta(days=30)).isoformat()
        case "number":
            return 1
        case "tick":
            return True
        case "comments":
            return [{"target": "", "text": "Lengkapi dasar kebutuhan."}]
        case "file":
            return None
        case _:
            return "Sesuai hasil pembahasan dengan mitra dan dinas. " * (1 + ask.min_length // 40)


class Undoing:
    """The portal as a WSGI program that puts the record of an act where it begins, and forgets what a request wrote."""

    def __init__(self, known: dict[str, Target] | None = None):
        self.portal = get_wsgi_application()
        self.known = known or {}

    def __call__(self, environ, start_response):
        """One request."""
        # As Django's own test client does: the line to the database belongs to the test.
        request_started.disconnect(close_old_connections)
        try:
            with transaction.atomic():
                target = self._addressed(environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(ROOT))
                if target is not None:
                    target.prepare()
                body = list(self.portal(environ, start_response))
                transaction.set_rollback(True)
            return body
        finally:
            request_started.connect(close_old_connections)

    def _addressed(self, method: str, path: str) -> Target | None:
        """What an act is tried with, if the request is about the very record."""
        name, *rest = path.split("/")
        if len(rest) != 2 or name not in {resource.name for resource in resources()}:
            return None
        target = self.known.get(f"{method} {name}/{{{resource_named(name).key}}}/{rest[1]}")
        return target if target is not None and rest[0] in map(str, target.arguments.values()) else None


def key_of(method: str, path: str) -> str:
    """The name of an operation in `targets`."""
    return f"{method.upper()} {path.removeprefix(ROOT)}"


def target_of(case, known: dict[str, Target]) -> Target:
    """What a case is tried with."""
    name = key_of(case.method, case.operation.path)
    return known.get(name) or known["GET " + name.partition(" ")[2].partition("/")[0]]


def aim(case, known: dict[str, Target]) -> Target:
    """Turn three of four made-up cases on the record; what was made wrong on purpose stays wrong."""
    target, meta = target_of(case, known), case.meta
    if meta is None:
        return target
    if "Idempotency-Key" in (case.headers or {}) and _right(meta, ParameterLocation.HEADER):
        case.headers["Idempotency-Key"] = f"schemathesis-{next(_numbers)}"
    lot = zlib.crc32(repr((case.path_parameters, case.body, case.query)).encode("utf-8", "replace")) % 4
    if lot == 0 and meta.phase.name != TestPhase.EXAMPLES:
        return target
    if case.path_parameters and _right(meta, ParameterLocation.PATH):
        case.path_parameters = {n: str(target.arguments.get(n, v)) for n, v in case.path_parameters.items()}
    if case.query and lot > 1 and _right(meta, ParameterLocation.QUERY):
        case.query = {n: v for n, v in case.query.items() if n in ("limit", "sort", "fields")}
    if target.query and _right(meta, ParameterLocation.QUERY) and case.method == "GET" and "{" not in case.path:
        case.query = {**(case.query or {}), **target.query}
    if case.headers and _right(meta, ParameterLocation.HEADER):
        case.headers.pop("If-Match", None)
    # A form with files cannot be judged anew once it is changed.
    json = case.media_type == "application/json"
    if json and isinstance(case.body, dict) and _right(meta, ParameterLocation.BODY):
        fitting = target.answers if lot > 1 or meta.phase.name == TestPhase.EXAMPLES else {}
        body = {**case.body, **fitting}
        if "version" in body:
            body["version"] = target.version
        case.body = body
    return target


def _right(meta, where: ParameterLocation) -> bool:
    part = meta.components.get(where)
    return part is None or part.mode == GenerationMode.POSITIVE
