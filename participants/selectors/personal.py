"""Everything the portal holds about a person, for that person: as a page, and as a file to take along."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Avg, Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import Organisation
from participants import sealing
from participants.models import PREPARING, Criterion, Nomination, PanelScore, Person
from participants.personal import DECLARED, UNSEALED, VOCABULARY, label_of
from participants.rules import retention, rights
from participants.sentences import show_findings
from regions.models.vocabulary import term_label
from workflow import formats
from workflow.engine import may_see
from workflow.models import LogEntry
from workflow.templatetags.workflow_tags import Event, capacity_name, events_of

NOMINATIONS, CORRECTIONS, PROPOSALS = "participants.nomination", "participants.correction", "partnerships.proposal"
PROGRAMS = "programs.program"


@dataclass(frozen=True)
class Fact:
    """One field: its name in the file, its label and text for people, its value for programs."""

    name: str
    label: str
    text: str
    value: Any
    ask: str = ""
    """What a request for its correction is called in the address; empty where it is asked for in words."""


@dataclass(frozen=True)
class Part:
    """Rows of one kind."""

    name: str
    label: str
    rows: list[list[Fact]]


@dataclass(frozen=True)
class Reading:
    """Somebody looked: when, from which post, at what. Never who."""

    at: dt.datetime
    code: str
    role: str
    organisation: str
    what: str


@dataclass(frozen=True)
class Attached:
    """A stored file that belongs to the copy."""

    path: str
    file: Any


@dataclass(frozen=True)
class HeldNomination:
    """One nomination with everything that hangs on it."""

    record: Nomination
    facts: list[Fact]
    parts: list[Part]
    panel: list[Fact]
    history: list[Event]
    readings: list[Reading]
    files: list[Attached]
    kept_until: dt.date | None


@dataclass(frozen=True)
class HeldPerson:
    """A person as one office knows them."""

    person: Person
    facts: list[Fact]
    parts: list[Part]
    nominations: list[HeldNomination]
    consents: list[tuple[str, str]] = field(default_factory=list)


# --- Whose ------------------------------------------------------------------------------------------------


def people_of_account(user) -> list[Person]:
    """The rows offices have linked with an account; a number alone opens nobody's data to anybody."""
    return list(Person.objects.filter(account=user.pk).select_related("office", "post").order_by("pk"))


def nomination_of_own(user, code: str) -> Nomination | None:
    """A nomination of the user's own, in whatever capacity they act now."""
    if "\x00" in code:
        return None
    found = Nomination.objects.filter(code=code, person__account=user.pk)
    return found.select_related("person__office", "person__post", "proposal__line__need__office").first()


# --- Values -----------------------------------------------------------------------------------------------


@sensitive_variables()
def facts_of(row, *, number: bool = False) -> list[Fact]:
    """The told fields of one row. `number`: with the whole staff number, for the person alone."""
    declared = DECLARED[type(row).__name__]
    found = []
    for name, label in declared.told.items():
        text, value = _said(row, name, number)
        ask = {"nip_tail": "nip"}.get(name, name) if isinstance(row, Person) else ""
        found.append(
            Fact("nip" if name == "nip_tail" else name, str(label), text, value, ask if rights.kind_of(ask) else "")
        )
    return found


@sensitive_variables()
def _said(row, name: str, number: bool) -> tuple[str, Any]:
    """(text for people, value for programs) of one field."""
    if name == "nip_tail":
        return row.nip_masked, _whole_number(row) if number else row.nip_masked
    if name in UNSEALED:
        opened = getattr(row, name.removesuffix("_sealed"))
        return opened, opened
    value = getattr(row, name)
    model_field = type(row)._meta.get_field(name)
    if value in (None, "", [], {}):
        return "", value if value != "" else None
    if name == "findings":
        return " ".join(shown.sentence for shown in show_findings(value)), value
    if name == "field":
        return _about(value), value
    if name == "status":
        return str(row.state.label), value
    if name == "fields":
        return ", ".join(str(field_label(one)) for one in value), value
    if name in VOCABULARY:
        return term_label(VOCABULARY[name], value), value
    if model_field.choices:
        return str(getattr(row, f"get_{name}_display")()), value
    if isinstance(model_field, models.ForeignKey):
        return _key(value)
    return _plain(value)


def _about(name: str) -> str:
    return rights.consent_label(name) if name.startswith("consent_") else str(label_of(name))


def field_label(name: str) -> Any:
    """A field of a transfer in words; one that is no longer known by its name."""
    known = {**DECLARED["Background"].told, **DECLARED["CourseAnswers"].told, **DECLARED["Person"].told}
    return known.get("nip_tail" if name == "nip" else name, name)


@sensitive_variables()
def _whole_number(person: Person) -> str:
    try:
        return sealing.unseal(person.nip_sealed) if person.nip_sealed else person.nip_masked
    except sealing.Unreadable:
        return person.nip_masked


def _key(value) -> tuple[str, Any]:
    if isinstance(value, Organisation):
        return value.name, value.code
    return str(getattr(value, "label", "") or value), getattr(value, "code", None) or str(value)


def _plain(value) -> tuple[str, Any]:
    if isinstance(value, dt.datetime):
        return formats.moment(value), value.isoformat()
    if isinstance(value, dt.date):
        return formats.day(value), value.isoformat()
    if isinstance(value, bool):
        return _("Yes") if value else _("No"), value
    if isinstance(value, Decimal):
        return formats.decimal(value, 1), float(value)
    if isinstance(value, list):
        return "; ".join(_row(one) for one in value), value
    return str(value), value


def _row(one) -> str:
    """A row of a history as one line."""
    return ", ".join(str(part) for part in one.values() if part) if isinstance(one, dict) else str(one)


# --- The copy ---------------------------------------------------------------------------------------------


@sensitive_variables()
def held_about(people: list[Person], *, number: bool = False) -> list[HeldPerson]:
    """Everything, in as many queries for a long career as for a first nomination."""
    nominations = list(
        Nomination.objects.filter(person__in=people)
        .select_related("person", "proposal__line__need__office", "proposal__partner", "proposal__intake__program")
        .order_by("pk")
    )
    of_nominations = _parts("nomination", nominations, number)
    of_people = _parts("person", people, number)
    panels, readings, files = _panels(nominations), _readings(nominations), _files(nominations)
    return [
        HeldPerson(
            person=person,
            facts=facts_of(person, number=number),
            parts=of_people[person.pk],
            nominations=[
                HeldNomination(
                    record=nomination,
                    facts=facts_of(nomination, number=number),
                    parts=of_nominations[nomination.pk],
                    panel=panels.get(nomination.pk, []),
                    history=events_of(nomination),
                    readings=readings[nomination.pk],
                    files=files[nomination.pk],
                    kept_until=retention.kept_until(nomination),
                )
                for nomination in nominations
                if nomination.person_id == person.pk
            ],
            consents=[(name, rights.consent_label(name)) for name in rights.consents_of(person)],
        )
        for person in people
    ]


def _parts(path: str, owners: list, number: bool) -> dict[int, list[Part]]:
    """Owner -> the rows of every kind that hangs on it by this path; one query for each kind."""
    found: dict[int, list[Part]] = defaultdict(list)
    for name, declared in DECLARED.items():
        if declared.path != path or not declared.told:
            continue
        model = apps.get_model("participants", name)
        keys = [
            f.name for f in model._meta.get_fields() if isinstance(f, models.ForeignKey) and f.name in declared.told
        ]
        rows: dict[int, list[list[Fact]]] = defaultdict(list)
        way = declared.through or path
        for row in model.objects.filter(**{f"{way}__in": owners}).select_related(way, *keys).order_by("pk"):
            rows[attrgetter(way.replace("__", "."))(row).pk].append(facts_of(row, number=number))
        for owner, own in rows.items():
            found[owner].append(Part(name, str(declared.label), own))
    return found


def _panels(nominations: list[Nomination]) -> dict[int, list[Fact]]:
    """What a person may know of the panel once it has decided: how many sheets counted, and their means.

    Single sheets stay with the panel: three people who score one person would be known by their numbers.
    """
    decided = [n.pk for n in nominations if n.status not in PREPARING]
    counted = PanelScore.objects.filter(nomination__in=decided, related_to_person=False).order_by()
    means = {criterion.value: Avg(criterion.value) for criterion in Criterion}
    found = {}
    for row in counted.values("nomination").annotate(sheets=Count("pk"), **means):
        total = sum(float(row[criterion.value]) for criterion in Criterion)
        found[row["nomination"]] = [
            Fact("sheets", _("Sheets that counted"), formats.num(row["sheets"]), row["sheets"]),
            *(
                Fact(c.value, str(c.label), formats.decimal(row[c.value], 1), round(float(row[c.value]), 1))
                for c in Criterion
            ),
            Fact("mean", _("Mean of the panel (4 to 20)"), formats.decimal(total, 1), round(total, 1)),
        ]
    return found


LOOKS = ("read", "download")


def _readings(nominations: list[Nomination]) -> dict[int, list[Reading]]:
    """Who looked at the nomination, its files, or the list of people of its proposal."""
    found: dict[int, list[Reading]] = defaultdict(list)
    by_proposal: dict[int, list[Nomination]] = defaultdict(list)
    for nomination in nominations:
        by_proposal[nomination.proposal_id].append(nomination)
    own = LogEntry.objects.filter(flow=NOMINATIONS, record_id__in=[n.pk for n in nominations], action__in=LOOKS)
    for entry in own.order_by("seq"):
        found[entry.record_id].append(_reading(entry))
    by_intake: dict[tuple[int, int], list[Nomination]] = defaultdict(list)
    for nomination in nominations:
        if nomination.program is not None:
            by_intake[nomination.program.pk, nomination.proposal.intake.number].append(nomination)
    lists = LogEntry.objects.filter(action__in=LOOKS, data__has_key="nominations").filter(
        Q(flow=PROPOSALS, record_id__in=list(by_proposal))
        | Q(flow=PROGRAMS, record_id__in=[program for program, _number in by_intake])
    )
    for entry in lists.order_by("seq"):
        intake = (entry.record_id, entry.data.get("intake"))
        for nomination in by_proposal[entry.record_id] if entry.flow == PROPOSALS else by_intake.get(intake, ()):
            since = nomination.forwarded_at if entry.role.startswith("PARTNER") else nomination.created_at
            if since is not None and entry.at >= since:
                found[nomination.pk].append(_reading(entry))
    return found


def _reading(entry: LogEntry) -> Reading:
    what = _("Page")
    if entry.flow in (PROPOSALS, PROGRAMS):
        what = _("List of the people of the proposal")
    elif entry.action == "download":
        what = _("File")
    elif entry.data.get("export"):
        what = _("Copy of the data")
    return Reading(entry.at, entry.role, capacity_name(entry), entry.organisation, what)


def _files(nominations: list[Nomination]) -> dict[int, list[Attached]]:
    """The stored files themselves, under neutral names."""
    codes = {nomination.pk: nomination.code for nomination in nominations}
    found: dict[int, list[Attached]] = defaultdict(list)
    for name in ("NominationPaper", "Certificate"):
        model = apps.get_model("participants", name)
        for number, row in enumerate(model.objects.filter(nomination__in=nominations).order_by("pk"), 1):
            kind = getattr(row, "kind", "certificate")
            suffix = row.file.name.rpartition(".")[2]
            path = f"{codes[row.nomination_id]}/{number:02d}-{kind}.{suffix}".lower()
            found[row.nomination_id].append(Attached(path, row.file))
    return found


def as_json(user, held: list[HeldPerson], *, own: bool) -> dict:
    """The copy for programs: codes and values, no labels."""
    return {
        "made_at": timezone.now().isoformat(),
        "account": account_facts(user) if own else None,
        "people": [
            {
                "profile": _values(person.facts),
                **_tables(person.parts),
                "nominations": [
                    {
                        **_values(nomination.facts),
                        "programme": nomination.record.title,
                        **_tables(nomination.parts),
                        "panel": _values(nomination.panel),
                        "history": [
                            {
                                "at": event.at.isoformat(),
                                "what": str(event.label),
                                "role": event.role,
                                "organisation": event.organisation,
                                "note": event.comment,
                            }
                            for event in nomination.history
                        ],
                        "read_by": [
                            {
                                "at": r.at.isoformat(),
                                "role": r.code,
                                "organisation": r.organisation,
                                "what": str(r.what),
                            }
                            for r in nomination.readings
                        ],
                        "files": [attached.path for attached in nomination.files],
                        "kept_until": nomination.kept_until and nomination.kept_until.isoformat(),
                    }
                    for nomination in person.nominations
                ],
            }
            for person in held
        ],
    }


def _values(facts: list[Fact]) -> dict:
    return {fact.name: fact.value for fact in facts}


def _tables(parts: list[Part]) -> dict:
    return {part.name: [_values(row) for row in part.rows] for part in parts}


def account_facts(user) -> dict:
    """The account itself: address, name, roles."""
    return {
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "mail": {choice.kind: choice.cadence for choice in user.notice_preferences.all()},
        "joined_at": user.joined_at.isoformat(),
        "last_login": user.last_login.isoformat() if user.last_login else None,
        "roles": [
            {
                "role": membership.role,
                "organisation": membership.organisation.name_id,
                "from": membership.valid_from.isoformat(),
                "to": membership.valid_to.isoformat() if membership.valid_to else None,
            }
            for membership in user.memberships.select_related("organisation").order_by("pk")
        ],
    }


def sees_page(user, nomination) -> bool:
    """Whether the person can open the nomination's page in the capacity they act in now."""
    return may_see(nomination.flow, user, nomination)
