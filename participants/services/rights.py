"""A person's requests about their own data: recorded, answered, carried out. The log names fields, never values."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from participants import sealing
from participants.models import (
    ANSWER_WITHIN,
    OPEN,
    Basis,
    Correction,
    Nomination,
    Person,
    TransferLog,
)
from participants.models.backgrounds import Background
from participants.rules import rights as rules
from participants.services.effects import FORWARDED_FIELDS, judge_again
from workflow.engine import Refused, lock, note
from workflow.models import Counter

NUMBERS = ("birth_year", "years_in_post", "last_abroad_year")


@transaction.atomic
@sensitive_variables()
def ask(nomination, *, name: str, wanted: str, grounds: str, actor, letter: dict | None = None) -> Correction:
    """Record a request; the clock of 3×24 hours runs from here, or from the day a letter came in."""
    person = Person.objects.select_for_update(no_key=True).get(pk=nomination.person_id)
    nomination.person = person
    if not rules.may_ask(actor, nomination):
        raise Refused([_("No request about these data can be made here.")])
    kind = rules.kind_of(name)
    if not kind or (kind == "CONSENT" and name not in rules.consents_of(person)):
        raise Refused([_("There is nothing of this kind to ask for.")])
    now = timezone.now()
    letter = letter or {}
    made = Correction(
        code=Counter.code(f"PD-{timezone.localdate().year}"),
        status=rules.desk_of(person),
        person=person,
        nomination=nomination,
        kind=kind,
        field="" if kind == "OTHER" else name,
        letter_number=letter.get("letter_number", ""),
        letter_date=letter.get("letter_date"),
        asked_at=_received(letter.get("received_on"), now, person.office.time_zone),
        created_by=actor,
        created_at=now,
        status_since=now,
    )
    made.due_at = made.asked_at + ANSWER_WITHIN
    made.hold(wanted, grounds)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise Refused([_("A request about this is open already. Wait for its answer, or take it back.")]) from None
    note(made.flow, made, actor, "create", {"nomination": nomination.code, "about": name, "letter": made.is_by_letter})
    return made


def _received(day: dt.date | None, now: dt.datetime, zone: str) -> dt.datetime:
    """When the 3×24 hours begin: now, or with the end of the day on which a letter came in, if that is earlier."""
    if day is None:
        return now
    return min(now, dt.datetime.combine(day, dt.time(23, 59, 59), ZoneInfo(zone)))


# --- Effects of the acts: (request, actor, answers) ---------------------------------------------------------


@sensitive_variables()
def accept(correction, actor, answers):
    """Write the wanted value, judge open nominations anew, tell the partners who were told the former one."""
    nominations, person = _locked(correction)
    if correction.wanted_sealed and not correction.wanted:
        raise Refused([_("The wanted value can no longer be read. Refuse the request and ask for a new one.")])
    _write(person, correction.field, correction.wanted)
    correction.answer = (answers.get("note") or "").strip()
    for nomination in nominations:
        if nomination.status in OPEN and nomination.findings_at is not None:
            judge_again(nomination)
        facts = {"fields": [correction.field], "request": correction.code}
        if nomination.forwarded_at is not None and correction.field in FORWARDED_FIELDS:
            facts["told"] = _tell_partner(nomination, correction.field, actor)
        note(nomination.flow, nomination, actor, "correct", facts)


@sensitive_variables()
def _write(person: Person, name: str, wanted: str) -> None:
    if not wanted and name != "last_abroad_year":
        raise Refused([_("The wanted value can no longer be read. Refuse the request and ask for a new one.")])
    if name == "nip":
        known = Person.objects.filter(office=person.office_id, nip_hash__in=sealing.fingerprints(wanted))
        if known.exclude(pk=person.pk).exists():
            raise Refused([_("Your office has already entered another person under this NIP.")])
        person.hold_nip(wanted)
    elif name == "post":
        person.post_id = wanted
    else:
        setattr(person, name, (int(wanted) if wanted else None) if name in NUMBERS else wanted)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:  # another row with this number, entered at the same moment
        raise Refused([_("Your office has already entered another person under this NIP.")]) from None


def _locked(correction) -> tuple[list[Nomination], Person]:
    """The person's nominations that are not emptied, then the person: locked in the order of every other write."""
    found = Nomination.objects.filter(person=correction.person_id, emptied_at__isnull=True).order_by("pk")
    nominations = [lock(nomination) for nomination in found]
    person = Person.objects.select_for_update(no_key=True).get(pk=correction.person_id)
    for nomination in nominations:
        nomination.person = person
    return nominations, person


def _tell_partner(nomination, name: str, actor) -> bool:
    """A further transfer: this one field, to whom, where and on what basis the data went before."""
    former = nomination.transfers.order_by("-pk").first()
    if former is None or (former.basis == Basis.CONSENT and rules.consent_ended(nomination)):
        return False
    TransferLog.objects.create(
        nomination=nomination,
        recipient=former.recipient,
        fields=[name],
        country=former.country,
        basis=former.basis,
        made_by=actor,
        at=timezone.now(),
    )
    return True


def carry_out(correction, actor, answers):
    """Something done by hand, or a consent that ends; partners who hold data on it are told."""
    correction.answer = answers["done"].strip()
    nominations, _person = _locked(correction)
    if correction.field == rules.ACCOMMODATION:
        background = Background.objects.select_for_update().filter(person=correction.person_id).first()
        if background is not None:
            background.hold_accommodation("", None)
            background.save()
    for nomination in nominations:
        if correction.field == rules.TRANSFER and nomination.transfers.filter(basis=Basis.CONSENT).exists():
            note(nomination.flow, nomination, actor, "consent_end", {"request": correction.code})
        elif correction.field != rules.TRANSFER and nomination.pk == correction.nomination_id:
            note(nomination.flow, nomination, actor, "correct", {"request": correction.code})


def refuse(correction, actor, answers):
    """The reason is kept beside the request: the person reads it for as long as the request is kept."""
    correction.answer = answers["reason"].strip()


def log_own_copy(people: list[Person], actor) -> None:
    """A person took a copy of their data along."""
    for nomination in Nomination.objects.filter(person__in=people).order_by("pk"):
        note(nomination.flow, nomination, actor, "read", {"export": True})


def log_handing_over(nomination, actor, *, letter_number: str, letter_date, received_on) -> None:
    """A copy of a person's data was made for them on their written request."""
    facts = {"export": True, "letter_number": letter_number, "letter_date": letter_date, "received_on": received_on}
    note(nomination.flow, nomination, actor, "read", facts)
