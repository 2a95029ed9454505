"""Putting a person forward, changing what is known of them, papers, permits, score sheets, attendance."""

from __future__ import annotations

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.rules import capacity
from participants import sealing
from participants.models import (
    OPEN,
    PASSED,
    Nomination,
    NominationPaper,
    NominationStatus,
    PanelScore,
    Person,
)
from participants.rules import acts, editing, papers
from participants.rules.conditions import path_of
from partnerships.models import HOLDING, Proposal
from workflow.engine import Refused, Stale, lock, note
from workflow.files import drop_later
from workflow.models import Counter, LogEntry

PROFILE = (
    "name",
    "sex",
    "birth_year",
    "post_id",
    "rank",
    "employment_status",
    "education",
    "english",
    "years_in_post",
    "last_abroad_year",
    "account_id",
)
"""What a form may change of a person; the number is handled apart."""


@transaction.atomic
@sensitive_variables()
def nominate(*, proposal, profile: dict, nip: str, relevance: str, actor) -> Nomination:
    """A draft for one of the seats (K1). Raises Refused with sentences; nothing of the person goes into the log."""
    proposal = Proposal.objects.select_for_update(of=("self",), no_key=True).get(pk=proposal.pk)
    if proposal.status not in HOLDING:
        raise Refused([_("The proposal holds no seats any more: %(state)s.") % {"state": proposal.state.label}])
    if not acts.places_left(proposal):
        raise Refused([_("As many people as there are seats and reserves are on the way already.")])
    office = proposal.line.need.office
    person = _known(office.pk, nip, to_write=True) or Person(office=office)
    if person.pk and Nomination.objects.filter(proposal=proposal, person=person, status__in=[*OPEN, *PASSED]).exists():
        raise Refused([_("This person is already nominated for this proposal.")])
    known = person.pk is not None
    changed = _fill(person, profile, nip)
    now = timezone.now()
    nomination = Nomination(
        code=Counter.code(f"NM-{timezone.localdate().year}"),
        status=NominationStatus.DRAFT,
        proposal=proposal,
        person=person,
        path=path_of(proposal),
        relevance=relevance,
        created_by=actor,
        created_at=now,
        status_since=now,
    )
    if sentence := acts.training_is_ahead(nomination, actor):
        raise Refused([sentence])
    nomination.due_at = acts.submit_by(nomination, now)
    nomination.save()
    note(
        nomination.flow,
        nomination,
        actor,
        "create",
        {"proposal": proposal.code, **({"fields": _named(changed)} if known and changed else {})},
    )
    return nomination


@sensitive_variables()
def _known(office_id: int, nip: str, *, to_write: bool = False) -> Person | None:
    """The person an office has entered under a number, whichever key the row was sealed with.

    `to_write`: under its lock, so that a correction accepted at the same moment is not written over.
    """
    rows = Person.objects.select_for_update(no_key=True) if to_write else Person.objects.all()
    return rows.filter(office=office_id, nip_hash__in=sealing.fingerprints(nip)).first()


def _is_decided_upon(person: Person) -> bool:
    """Whether somebody else is deciding on what is known of the person now, or has passed it on to a partner."""
    return person.nominations.filter(status__in=[s.value for s in {*OPEN} - {*editing.FILLABLE}]).exists()


OFFICIAL_ACTS = (
    "endorse", "return", "screen", "score", "shortlist", "reserve", "disqualify", "promote_reserve", "forward"
)  # fmt: skip


def _has_decided_on(person: Person, account: int | None) -> bool:
    """Whether an account, or somebody in its name, has already taken an official's step on the person."""
    nominations = person.nominations.values("pk")
    acts_done = LogEntry.objects.filter(flow=Nomination.flow.name, record_id__in=nominations, action__in=OFFICIAL_ACTS)
    return account is not None and acts_done.filter(Q(actor=account) | Q(on_behalf_of=account)).exists()


@sensitive_variables()
def _fill(person: Person, profile: dict, nip: str) -> list[str]:
    """Put a form's values into a person; returns the names of the fields that changed, never their values."""
    changed = [name for name in PROFILE if name in profile and getattr(person, name) != profile[name]]
    for name in changed:
        setattr(person, name, profile[name])
    if nip and person.nip_hash not in sealing.fingerprints(nip):
        if _known(person.office_id, nip):
            raise Refused([_("Your office has already entered another person under this NIP.")])
        person.hold_nip(nip)
        changed.append("nip")
    if "account_id" in changed and person.pk and _has_decided_on(person, person.account_id):
        raise Refused([_("This account has decided on the person's nomination: it cannot be the person's own.")])
    if changed and person.pk and _is_decided_upon(person):
        raise Refused([_("The person's data can no longer be changed in this state.")])
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        raise Refused([_("Your office has already entered another person under this NIP.")]) from None
    return changed


def _named(columns: list[str]) -> list[str]:
    """Names of changed columns as the log writes them."""
    return sorted(column.removesuffix("_id") for column in columns)


@transaction.atomic
@sensitive_variables()
def change(nomination, *, profile: dict, nip: str, relevance: str, actor, version: int | None = None) -> Nomination:
    """Correct what is known of the person. The log names the fields, never what stood in them."""
    locked = lock(nomination, version=version)
    if not editing.may_change_person(actor, locked):
        raise Refused([_("The person's data can no longer be changed in this state.")])
    changed = _fill(Person.objects.select_for_update().get(pk=locked.person_id), profile, nip)
    if locked.relevance != relevance:
        locked.relevance = relevance
        changed.append("relevance")
    if changed:
        locked.version += 1
        locked.save()
        note(locked.flow, locked, actor, "change", {"fields": _named(changed)})
    return locked


@transaction.atomic
def attach(nomination, kind: str, upload, actor, version: int | None = None) -> NominationPaper:
    """A paper takes the place of an earlier one of its kind. The log knows kind and checksum, not the file's name."""
    locked = lock(nomination, version=version)
    if kind not in papers.kinds_to_upload(actor, locked):
        raise Refused([_("This kind of document can no longer be added in the present state.")])
    paper = NominationPaper(nomination=locked, kind=kind).hold(upload, actor=actor)
    for earlier in locked.papers.filter(kind=kind):
        drop_later(earlier.file.name)
        earlier.delete()
    paper.save()
    locked.version += 1  # whoever endorses has the present paper before them
    locked.save(update_fields=["version", "updated_at"])
    note(locked.flow, locked, actor, "attach", {"kind": str(kind), "sha256": paper.sha256})
    return paper


def log_download(paper, actor) -> None:
    """Who opened which paper."""
    note(paper.nomination.flow, paper.nomination, actor, "download", {"kind": paper.kind, "sha256": paper.sha256})


JUDGED_BY = ("change", "attach", "correct", "screen", "resubmit")
"""Acts after which a panel member has to look again; a colleague's sheet is none of them."""


def content_mark(nomination) -> int:
    """The latest change of what a panel judges; grows with each."""
    entries = LogEntry.objects.filter(flow=nomination.flow.name, record_id=nomination.pk, action__in=JUDGED_BY)
    return entries.aggregate(last=Max("seq"))["last"] or 0


@transaction.atomic
def score(nomination, actor, values: dict[str, int], related: bool, seen: int | None = None) -> PanelScore:
    """One member's sheet; a second save by the same person replaces it while the panel sits.

    `seen`: the content mark of the page it was filled in on; Stale where what is judged has changed since.
    """
    locked = lock(nomination)
    if seen is not None and seen != content_mark(locked):
        raise Stale(locked)
    if not editing.may_score(actor, locked):
        raise Refused([_("You cannot hand in a score sheet for this nomination now.")])
    role, _organisation = capacity(actor)
    sheet, _created = PanelScore.objects.update_or_create(
        nomination=locked, member=actor, defaults={**values, "related_to_person": related, "role": role}
    )
    counted = [s.total for s in locked.scores.filter(related_to_person=False)]
    locked.panel_size = len(counted)
    locked.panel_mean = round(sum(counted) / len(counted), 1) if counted else None
    locked.version += 1
    locked.save()
    note(locked.flow, locked, actor, "score", {"related": related})
    return sheet


READ_AGAIN_SECONDS = 3600


def log_read(record, actor, data: dict) -> None:
    """Who read personal data is part of the trail: once an hour per reader and record, codes only.

    `data["intake"]`: the list of one intake, which is another list than that of the programme's next one.
    """
    which = f"{record.flow.name}.{record.pk}.{data.get('intake', 0)}"
    if cache.add(f"participants.read.{which}.{actor.pk}", 1, READ_AGAIN_SECONDS):
        note(record.flow, record, actor, "read", data)
