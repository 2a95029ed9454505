"""What happens to the data of people apart from their nominations: keys, retention, files nobody holds any more."""

from __future__ import annotations

import datetime as dt
import logging

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from participants import sealing
from participants.models import UNANSWERED, Correction, Nomination, Person
from participants.models.backgrounds import Background
from participants.personal import DECLARED
from participants.rules import retention
from workflow.engine import Refused, lock, note
from workflow.files import StoredFile, drop_later
from workflow.models import Seal
from workflow.storage import names_below

log = logging.getLogger(__name__)

# --- Keys ---------------------------------------------------------------------------------------------------

SEALED_TEXTS = (
    (Person, ("nip_sealed",)),
    (Background, ("accommodation_sealed",)),
    (Correction, ("wanted_sealed", "grounds_sealed")),
)
"""Everything that is sealed; a new key seals all of it anew."""


@transaction.atomic
@sensitive_variables()
def reseal() -> tuple[int, int]:
    """Seal everything under the first key; returns (done, could not be opened). All or none is written."""
    done = unreadable = 0
    for model, names in SEALED_TEXTS:
        for name in names:
            for row in model.objects.select_for_update().exclude(**{name: ""}).iterator():
                try:
                    text = sealing.unseal(getattr(row, name))
                except sealing.Unreadable:
                    unreadable += 1
                    continue
                _seal_anew(row, name, text)
                done += 1
    return done, unreadable


@sensitive_variables()
def _seal_anew(row, name: str, text: str) -> None:
    if name == "nip_sealed":
        row.hold_nip(text)
        row.save(update_fields=["nip_sealed", "nip_hash", "nip_tail"])
    else:
        type(row).objects.filter(pk=row.pk).update(**{name: sealing.seal(text)})


# --- Retention ----------------------------------------------------------------------------------------------


def forget_old(now=None) -> tuple[int, int]:
    """Let go of what was kept long enough; returns (nominations emptied, people emptied).

    Codes, states, counts and the log stay: they name nobody. Each nomination is a transaction of its own, so that one
    bad file holds up nobody else.
    """
    now = now or timezone.now()
    nominations = people = 0
    for pk in list(Nomination.objects.filter(retention.over(now)).order_by("pk").values_list("pk", flat=True)):
        try:
            done, emptied = _forget(pk, now)
        except Exception as error:  # its text may hold the row that a constraint refused
            log.error("retention: nomination %s failed, tried again tomorrow: %s", pk, type(error).__name__)
            continue
        nominations, people = nominations + done, people + emptied
    _forget_requests(now)
    return nominations, people


@transaction.atomic
def _forget(pk: int, now) -> tuple[int, int]:
    """One nomination, if it is still over now that it is locked."""
    nomination = lock(Nomination(pk=pk))
    if not Nomination.objects.filter(retention.over(now), pk=pk).exists():
        return 0, 0
    return 1, let_go(nomination, None, now, {})


def let_go(nomination, actor, now, facts: dict) -> int:
    """Empty one locked nomination, and its person where nothing else of them is kept; returns people emptied."""
    what = _empty_rows(nomination)
    for name in DECLARED["Nomination"].emptied:
        setattr(nomination, name, Nomination._meta.get_field(name).get_default())
    nomination.emptied_at = now
    nomination.version += 1
    nomination.save()
    person = Person.objects.select_for_update(no_key=True).get(pk=nomination.person_id)
    alone = not person.nominations.filter(emptied_at__isnull=True).exists()
    if alone and person.emptied_at is None:
        empty(person, now)
        what.append("person")
    note(nomination.flow, nomination, actor, "forget", {**facts, "what": sorted(what)})
    return int("person" in what)


def _empty_rows(nomination) -> list[str]:
    """Delete or blank what the lists of personal data say; files follow after the commit."""
    what = []
    for name, declared in DECLARED.items():
        if declared.path != "nomination":
            continue
        way = declared.through or declared.path
        rows = apps.get_model("participants", name).objects.filter(**{way: nomination})
        if declared.deleted and rows.exists():
            what.append(name)
            _withdraw_seals(rows)
            _delete(rows)
        elif declared.emptied and rows.exists():
            rows.update(**{field: rows.model._meta.get_field(field).get_default() for field in declared.emptied})
            what.append(name)
    return what


def _delete(rows) -> None:
    """Rows now, their files once the deletion is certain."""
    if issubclass(rows.model, StoredFile):
        for row in rows:
            drop_later(row.file.name)
    rows.delete()


def _withdraw_seals(rows) -> None:
    """A certificate's seal stays, without the initials: the check page goes on answering and comparing files."""
    if rows.model.__name__ != "Certificate":
        return
    for seal in Seal.objects.select_for_update().filter(pk__in=list(rows.values_list("seal_id", flat=True))):
        seal.facts = {name: fact for name, fact in seal.facts.items() if name != "initials"} | {"emptied": True}
        seal.save(update_fields=["facts"])


def empty(person: Person, now) -> None:
    """Nothing is left by which the person could be known; year, sex and post stay for the figures."""
    person.name = person.nip_sealed = person.nip_hash = person.nip_tail = ""
    person.account, person.emptied_at = None, now
    person.save()
    Background.objects.filter(person=person).delete()
    _blank_requests(Correction.objects.filter(person=person), now)


def _forget_requests(now) -> None:
    """What people wrote in requests goes a year after the answer."""
    old = Correction.objects.exclude(status__in=[s.value for s in UNANSWERED])
    _blank_requests(old.filter(status_since__lt=now - dt.timedelta(days=retention.REQUEST_DAYS)), now)


def _blank_requests(requests, now) -> None:
    blank = {field: "" for field in DECLARED["Correction"].emptied}
    requests.filter(emptied_at__isnull=True).update(**blank, emptied_at=now)


# --- The review after five years ----------------------------------------------------------------------------


@transaction.atomic
def review(nomination, actor, *, keep_until, reason: str, letter_number: str, letter_date) -> None:
    """After the time of keeping: let go with the archive's decision, or keep until a day with a reason."""
    locked = lock(nomination)
    now = timezone.now()
    if not Nomination.objects.filter(retention.for_review(now), pk=locked.pk).exists():
        raise Refused([_("The time of keeping of this nomination is not over.")])
    facts = {"letter_number": letter_number, "letter_date": letter_date}
    if keep_until is None:
        let_go(locked, actor, now, facts)
        return
    locked.keep_until = keep_until
    locked.version += 1
    locked.save()
    note(locked.flow, locked, actor, "keep", {**facts, "keep_until": keep_until}, comment=reason)


# --- Files --------------------------------------------------------------------------------------------------


ORPHAN_HOURS = 24
"""A file without a row may belong to a write that is going on; after a day it does not."""


def sweep_files(now=None) -> int:
    """Delete files of this room that no row holds: left by a write that failed, or by a deletion that did."""
    now = now or timezone.now()
    held = {
        name
        for model in apps.get_app_config("participants").get_models()
        if issubclass(model, StoredFile)
        for name in model.objects.values_list("file", flat=True)
    }
    done = 0
    for name, written in names_below("participants"):
        if name not in held and written < now - dt.timedelta(hours=ORPHAN_HOURS):
            default_storage.delete(name)
            done += 1
    return done
