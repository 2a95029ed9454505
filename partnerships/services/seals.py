"""What an agreement's papers say of themselves on the public check page, and what is true of them today."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import AgreementDocument, AgreementStatus, PaperForm
from partnerships.rules.documents import binds_ministry_and_region
from partnerships.rules.signing import signed_by
from workflow.formats import day
from workflow.models import Seal
from workflow.seals import Sealed, Standing, said
from workflow.signing.found import DEMO
from workflow.signing.sentences import public_rows

FLOW = "partnerships.agreement"
SIGNED = "SIGNED"
TEXTS = (PaperForm.MEMORANDUM, PaperForm.NOTA_KESEPAKATAN)
KINDS = {**dict(PaperForm.choices), SIGNED: gettext_lazy("Signed document")}
IN_FORCE = (AgreementStatus.SIGNED, AgreementStatus.ACTIVE, AgreementStatus.UNDER_AMENDMENT)
GIVEN_UP = (AgreementStatus.REJECTED, AgreementStatus.CANCELLED)


def both(say) -> dict[str, str]:
    """A text in both languages."""
    found = {}
    for language in ("id", "en"):
        with translation.override(language):
            found[language] = str(say())
    return found


def facts_of(agreement) -> dict:
    """Title and parties in both languages, and the posts that signed. Persons appear nowhere."""
    if binds_ministry_and_region(agreement):
        bound = (agreement.unit, agreement.office)
    else:
        bound = (agreement.office if agreement.is_regional else agreement.unit, agreement.partner)
    sides = [side for side in bound if side is not None]
    signed = [one for one in agreement.signatories if one.get("post")]
    posts = both(lambda: "; ".join(signed_by(one) for one in signed)) if signed else {}
    abroad = [agreement.other_party] if agreement.counterpart else []
    parties = both(lambda: "; ".join([*(s.name for s in sides), *abroad]))
    facts = {"title": both(lambda: agreement.title), "parties": parties}
    return facts | ({"posts": posts} if posts else {})


def seals_of(agreement, *kinds: str):
    """The seals of this agreement's papers of some kinds, newest first."""
    return Seal.objects.filter(flow=FLOW, record_id=agreement.pk, kind__in=kinds).order_by("-pk")


def seal_signed(agreement, paper) -> Seal:
    """The seal of an uploaded signed document; its code is printed beside it."""
    drafted = seals_of(agreement, *TEXTS).exclude(number="").first()
    return Seal.objects.create(
        flow=FLOW,
        record_id=agreement.pk,
        kind=SIGNED,
        number=drafted.number if drafted else agreement.code,
        dated=agreement.signed_on or timezone.localdate(),
        version=paper.version,
        sha256=paper.sha256,
        facts=facts_of(agreement),
    )


# --- The public page


def _paper(seal) -> AgreementDocument:
    return AgreementDocument.objects.select_related("agreement").get(seal=seal)


def newer_version(paper) -> int | None:
    """The version that stands today where it is not this one; a signed original is amended, never replaced."""
    same = Q(kind=paper.kind, version__gt=paper.version)
    if paper.language:
        same &= Q(language__in=["", paper.language])
    found = AgreementDocument.objects.filter(same, agreement_id=paper.agreement_id).order_by("-version").first()
    return found.version if found else None


def standing(seal) -> Standing:
    """Valid, draft, replaced, or that the agreement has ended."""
    paper = _paper(seal)
    agreement, newer = paper.agreement, newer_version(paper)
    ended = _ended(agreement)
    if seal.kind != SIGNED:
        return _standing_of_draft(agreement, newer)
    if ended:
        return ended
    if any(one.trust == DEMO for one in paper.reading.signatures):
        text = _("Signed with a sample certificate of a demonstration. Nobody is bound by it.")
        return Standing("sample", _("Sample, no legal force"), text, "amber", "exclamation-triangle")
    if newer:
        text = _("This is the signed document, in force. It was amended later: version %(version)d.")
        return Standing("valid", _("Valid, amended"), text % {"version": newer}, "green", "check-circle-fill")
    text = _("This is the signed document, and the agreement stands as it was signed.")
    return Standing("valid", _("Valid"), text, "green", "check-circle-fill")


def _standing_of_draft(agreement, newer: int | None) -> Standing:
    if agreement.status in GIVEN_UP:
        text = _("A draft; the agreement was not concluded.")
        return Standing("given_up", _("Not concluded"), text, "red", "x-octagon-fill")
    if newer:
        text = _("A draft that has been replaced: version %(version)d is the latest.") % {"version": newer}
        return Standing("replaced", _("Replaced"), text, "amber", "arrow-repeat")
    text = _("A draft made by the portal. It binds nobody until it is signed.")
    return Standing("draft", _("Draft"), text, "blue", "info-circle-fill")


def _ended(agreement) -> Standing | None:
    """The standing of a signed document whose agreement is no longer simply in force."""
    said_of = {
        AgreementStatus.TERMINATED: (
            "terminated",
            _("Agreement terminated"),
            _("The document is authentic, but the agreement was terminated."),
            "red",
            "x-octagon-fill",
        ),
        AgreementStatus.EXPIRED: (
            "expired",
            _("Agreement expired"),
            _("The document is authentic; the agreement's validity is over."),
            "amber",
            "calendar-x",
        ),
        AgreementStatus.CLOSED: (
            "closed",
            _("Agreement completed"),
            _("The document is authentic; the cooperation has been completed."),
            "blue",
            "check2",
        ),
        AgreementStatus.SUSPENDED: (
            "suspended",
            _("Agreement suspended"),
            _("The document is authentic; the agreement is suspended for the time being."),
            "amber",
            "pause-circle",
        ),
    }
    found = said_of.get(agreement.status)
    return Standing(*found) if found else None


def rows(seal) -> list[tuple[str, str]]:
    """What the public page may say beside kind, number and date."""
    paper = _paper(seal)
    agreement = paper.agreement
    found = [
        (_("Subject"), said(seal, "title")),
        (_("Parties"), said(seal, "parties")),
        (_("Signed by"), said(seal, "posts")),
    ]
    if seal.kind == SIGNED and agreement.ends:
        found.append((_("Valid until"), day(agreement.ends)))
    if paper.signing:
        found.append((_("How it was signed"), paper.get_signing_display()))
    found += public_rows(paper.reading, timezone.now())
    return [(label, text) for label, text in found if text]


SEALED = Sealed(KINDS, standing, rows)
