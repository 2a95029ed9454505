"""The signed document of an agreement: kept with what its signatures say, or signed here and now."""

from __future__ import annotations

import copy

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from accounts.rules import block_of_actor, post_title
from partnerships.models import DocumentKind, Signing
from partnerships.rules.amendments import texts_now
from partnerships.rules.signing import PORTAL, SCAN
from partnerships.services import papers, seals
from partnerships.services.amendments import signatories
from partnerships.services.documents import next_version, store
from partnerships.services.versions import proposed
from workflow.engine import Refused
from workflow.models import Seal
from workflow.signing import sentences
from workflow.signing.adapters import CannotSign, Signer, reading_of, signing_adapter

TEXTS = ((DocumentKind.TEXT_EN, "en"), (DocumentKind.TEXT_ID, "id"))
"""Both are signed, the Indonesian one last: it is the one shown first."""
FIELD = "Sinergi"


def keep_signed(agreement, actor, answers):
    """An effect: the signed document, whichever way it was signed. Comes after what was signed is known."""
    if answers.get("way") == PORTAL:
        answers["signed"] = _sign_here(agreement, actor, answers)
        return
    upload = answers["signed"]
    scan = answers.get("way") == SCAN and not reading_of(upload).is_signed
    how = Signing.SCAN if scan else Signing.ELECTRONIC
    store(agreement, DocumentKind.SIGNED, upload, actor, signing=how, sealed_as=_stated(agreement, answers))


def _stated(agreement, answers):
    """The agreement as the signed document states it: an amendment has a day and signatories of its own, while those
    of the agreement stay."""
    said = copy.copy(proposed(agreement))
    said.signed_on, said.signatories = answers["signed_on"], signatories(agreement, answers)
    return said


def _sign_here(agreement, actor, answers):
    """Sign the text of the agreement, or add a signature to what the other party signed; returns the Indonesian one."""
    block = block_of_actor(actor, "id")
    signer = Signer(block.lines, papers.MINISTRY["id"])
    # Who signs here is known, whatever was typed; an amendment leaves those alone who signed the agreement itself.
    answers["our_post"] = post_title(actor.acting.role, actor.acting.organisation, "id")
    if not agreement.amendment_phase:
        agreement.signatories[0]["post"] = answers["our_post"]
    place = str(answers.get("place") or agreement.signing_place)
    said = _stated(agreement, answers)
    if answers.get("signed"):
        upload = answers["signed"]
        upload.seek(0)
        return _signed(agreement, actor, signer, upload.read(), place=place, name=upload.name, said=said)
    texts = texts_now(agreement)
    made = [
        _sign_text(agreement, actor, signer, texts[kind], language, place, said)
        for kind, language in TEXTS
        if kind in texts
    ]
    if not made:
        raise Refused([_("There is no text to sign yet. Upload or draft it first.")])
    return made[-1]


def _sign_text(agreement, actor, signer, text, language: str, place: str, said):
    """Sign one language of the text: a draft of the portal as a clean copy of the same words, an upload as it is."""
    name = f"{agreement.code}-ditandatangani-{language}.pdf"
    if not text.generated:
        if text.content_type != "application/pdf":
            raise Refused(
                [_("%(kind)s is not a PDF. Upload it as PDF to sign it.") % {"kind": text.get_kind_display()}]
            )
        with text.file.open("rb") as file:
            content = file.read()
        return _signed(agreement, actor, signer, content, place=place, name=name, language=language, said=said)
    seal = Seal.objects.create(
        flow=seals.FLOW,
        record_id=agreement.pk,
        kind=seals.SIGNED,
        language=language,
        number=text.seal.number if text.seal_id else agreement.code,
        dated=said.signed_on,
        version=next_version(agreement, DocumentKind.SIGNED),
        facts=seals.facts_of(said),
    )
    content, at = papers.clean_copy(agreement, text, seal, language, actor)
    more = {"at": at, "language": language, "seal": seal, "said": said}
    return _signed(agreement, actor, signer, content, place=place, name=name, **more)


def _signed(agreement, actor, signer, pdf: bytes, *, place, name, said, at=None, language="", seal=None):
    """One file with one more signature, kept as the signed document."""
    adapter = signing_adapter()
    try:
        made = adapter.sign(pdf, signer=signer, reason=signer.text, place=place, field=FIELD, at=at)
    except CannotSign as failure:
        raise Refused([sentences.why_not_signed(failure.code)]) from failure
    upload = ContentFile(made, name=name)
    reading = reading_of(upload)
    if reason := sentences.refusal(reading):  # what was just signed must hold before anything is recorded
        raise Refused([reason])
    more = {"language": language, "signing": Signing.ELECTRONIC, "adapter": adapter.name, "sealed_as": said}
    paper = store(agreement, DocumentKind.SIGNED, upload, actor, **more, **({"seal": seal} if seal else {}))
    if seal is not None:
        seal.sha256 = paper.sha256
        seal.save(update_fields=["sha256"])
    return upload
