"""Whose data a breach concerns: the list behind the notices of article 46 of law 27/2022."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from participants.models import Nomination, Person
from participants.models.backgrounds import Background
from workflow.models import LogEntry

NOMINATIONS, PROPOSALS, CORRECTIONS = "participants.nomination", "partnerships.proposal", "participants.correction"
PROGRAMS = "programs.program"
LOOKS = ("read", "download", "draft", "certificate")
"""Entries that say somebody had a person's data before them."""

HEAD = ("kind", "name", "nip", "contact", "office", "codes", "data", "partners", "last_read")


@dataclass(frozen=True)
class Subject:
    """One person to be told, with how to reach them and what was held."""

    kind: str
    name: str
    nip: str
    contact: str
    office: str
    codes: str
    data: str
    partners: str
    last_read: str

    def row(self) -> list[str]:
        """As a line of the file."""
        return [getattr(self, name) for name in HEAD]


@sensitive_variables()
def affected(since: dt.datetime, until: dt.datetime, reader: User | None = None) -> Iterator[Subject]:
    """Everyone whose data the portal held between the two moments; with `reader` only whom that account looked at.

    Who was emptied before cannot be named any more, and nothing that names them was left to leak.
    """
    people = Person.objects.filter(created_at__lte=until).exclude(name="").select_related("office", "account")
    if reader is not None:
        people = people.filter(pk__in=_looked_at(reader, since, until))
    for person in people.order_by("pk").iterator(chunk_size=500):
        yield _subject(person, since, until)
    if reader is None:
        accounts = User.objects.filter(joined_at__lte=until).filter(Q(is_active=True) | Q(last_login__gte=since))
        for user in accounts.order_by("pk").iterator(chunk_size=500):
            yield Subject("account", user.name, "", user.email, "", "", "e-mail, name, roles, acts", "", "")


def _looked_at(reader: User, since, until) -> set[int]:
    """People whose nomination, request or list an account opened."""
    entries = LogEntry.objects.filter(actor=reader, at__range=(since, until), action__in=LOOKS)
    by_flow: dict[str, set[int]] = {NOMINATIONS: set(), PROPOSALS: set(), CORRECTIONS: set(), PROGRAMS: set()}
    of_people = Q(flow=PROGRAMS, data__has_key="nominations") | ~Q(flow=PROGRAMS)  # programmes have papers too
    for flow, record in entries.filter(of_people).order_by().values_list("flow", "record_id").distinct():
        if flow in by_flow:
            by_flow[flow].add(record)
    found = Q(pk__in=by_flow[NOMINATIONS]) | Q(corrections__in=by_flow[CORRECTIONS])
    lists = Q(proposal__in=by_flow[PROPOSALS]) | Q(proposal__intake__program__in=by_flow[PROGRAMS])
    found |= lists & Q(created_at__lte=until)
    return set(Nomination.objects.filter(found).values_list("person_id", flat=True))


@sensitive_variables()
def _subject(person: Person, since, until) -> Subject:
    nominations = list(person.nominations.prefetch_related("papers", "transfers__recipient").order_by("pk"))
    held = ["profile", "NIP (encrypted)"]
    if any(nomination.papers.all() for nomination in nominations):
        held.append("documents")
    if Background.objects.filter(person=person).exists():
        held.append("background for partners' papers")
    partners = {transfer.recipient.name_id for n in nominations for transfer in n.transfers.all()}
    entries = LogEntry.objects.filter(
        flow=NOMINATIONS, record_id__in=[n.pk for n in nominations], action__in=LOOKS, at__range=(since, until)
    )
    last = entries.order_by("-seq").values_list("at", flat=True).first()
    return Subject(
        "nominee",
        person.name,
        person.nip_masked,
        person.account.email if person.account else person.office.email or f"via {person.office.name_id}",
        person.office.name_id,
        " ".join(nomination.code for nomination in nominations),
        ", ".join(held),
        ", ".join(sorted(partners)),
        last.isoformat(timespec="minutes") if last else "",
    )
