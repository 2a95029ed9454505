"""Papers of an agreement: every upload is a new version, earlier ones stay."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.roles import PARTNER
from accounts.rules import capacity
from partnerships.models import AgreementDocument, DocumentKind, Signing
from partnerships.rules import documents as rules
from partnerships.rules.agreements import TEXTS
from partnerships.services import seals
from workflow.engine import Refused, lock, note
from workflow.files import check_room
from workflow.signing.adapters import reading_of

LANGUAGE_OF = {DocumentKind.TEXT_ID: "id", DocumentKind.TEXT_EN: "en"}


def next_version(agreement, kind: str) -> int:
    """The version a new paper of this kind gets."""
    return (agreement.documents.filter(kind=kind).aggregate(n=Max("version"))["n"] or 0) + 1


def store(
    agreement, kind: str, upload, actor, note_text: str = "", *, adapter: str = "upload", **drafted
) -> AgreementDocument:
    """Keep a checked upload as the next version of its kind, with what its electronic signatures say. The caller holds
    the agreement's lock.

    `drafted`: language, seal and the mark of a paper the portal made itself; how the signed document was signed, and
    `sealed_as`, the agreement as that document states it.
    """
    check_room(agreement.documents, upload)
    sealed_as = drafted.pop("sealed_as", agreement)
    role, _organisation = capacity(actor)
    reading = reading_of(upload)
    if reading.is_signed or drafted.get("signing"):
        drafted |= {"signatures": {**reading.as_json(), "adapter": adapter}}
        drafted.setdefault("signing", Signing.ELECTRONIC)
    paper = AgreementDocument(
        agreement=agreement,
        kind=kind,
        version=next_version(agreement, kind),
        by_partner=role in PARTNER,
        note=note_text,
        **{"language": LANGUAGE_OF.get(kind, ""), **drafted},
    ).hold(upload, actor=actor)
    if kind == DocumentKind.SIGNED and paper.seal is None:
        paper.seal = seals.seal_signed(sealed_as, paper)
    paper.save()
    if kind in TEXTS and agreement.clauses:
        agreement.clauses = {}
    return paper


@transaction.atomic
def attach(agreement, kind: str, upload, actor, note_text: str = "") -> AgreementDocument:
    """An upload outside an act: kept and logged. A new text unticks the clause checklist."""
    locked = lock(agreement)
    if kind not in rules.kinds_to_upload(actor, locked):
        raise Refused([_("This kind of document can no longer be added in the present state.")])
    paper = store(locked, kind, upload, actor, note_text)
    locked.save()
    note(
        locked.flow,
        locked,
        actor,
        "attach",
        {"kind": kind, "version": paper.version, "file": paper.name, "sha256": paper.sha256},
        # The history is read by every party; what was written on an internal paper is not.
        note_text if kind in rules.SHARED else "",
    )
    return paper


def log_download(paper, actor) -> None:
    """Who opened which paper is part of the trail."""
    agreement = paper.agreement
    note(
        agreement.flow,
        agreement,
        actor,
        "download",
        {"kind": paper.kind, "version": paper.version, "sha256": paper.sha256},
    )
