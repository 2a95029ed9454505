"""Findings about signatures in words, in the reader's language: on pages, in forms, on the public check page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflow.formats import moment
from workflow.signing import found
from workflow.signing.adapters import reading_of
from workflow.signing.found import Reading, SignatureFound


def unreadable(problem: str) -> str:
    """Why the signatures of a file could not be read, and what to do."""
    return {
        "encrypted": _(
            "The file is encrypted, so its signatures cannot be checked. Upload the document without password."
        ),
        "many": _("The file carries more signatures than any agreement has. Upload the document of this agreement."),
        "heavy": _(
            "Reading the signatures of this file takes too much time or memory. "
            "Ask for the document as it was signed, and upload that file."
        ),
    }.get(
        problem,
        _("The file is damaged or cut off. Ask for the document as it was signed, and upload that file unchanged."),
    )


def refusal(reading: Reading, *, as_scan: bool = False) -> str:
    """Why a file may not be kept as the signed document; empty where it may."""
    if reading.state == found.UNREADABLE:
        return unreadable(reading.problem)
    if reading.has_script:
        return _("The file contains a script, which may change what it shows. Save it as a plain PDF, then sign it.")
    for number, one in enumerate(reading.signatures, 1):
        if one.holds and one.trust == found.REVOKED:
            anew = _("Ask the signatory to sign anew with a certificate that is valid.")
            return _("Signature %(number)d: %(what)s") % {"number": number, "what": trust(one)} + " " + anew
        if not one.holds:
            return _("Signature %(number)d: %(what)s") % {"number": number, "what": integrity(one)} + " " + way_out(one)
    if not reading.is_signed and not as_scan:
        return _(
            "The file carries no electronic signature. Upload the electronically signed document, or, "
            "where it was signed on paper, say that it is a scan."
        )
    return ""


def doubt_about(upload) -> str:
    """Why an upload that carries electronic signatures may not be kept; papers without any are not judged here."""
    reading = reading_of(upload)
    return refusal(reading, as_scan=True) if reading.is_signed else ""


def way_out(one: SignatureFound) -> str:
    """What to do about a signature that does not hold."""
    if one.integrity == found.UNREAD:
        return _(
            "Ask the signatory for a signature by the PDF standard (PAdES), or upload a scan of the paper original."
        )
    if one.integrity == found.BROKEN:
        return _("Ask the signatory for the file as it left the signing, and upload it unchanged.")
    return _("Ask for the file as it was signed. If the change is wanted, the changed text must be signed anew.")


def integrity(one: SignatureFound) -> str:
    """Whether the file is what was signed."""
    return {
        found.INTACT: _("The document is unchanged since it was signed.")
        if one.whole
        else _("The document is unchanged since it was signed; only further signatures follow."),
        found.BROKEN: _("The signature does not fit the file: the file is not what was signed, or it is damaged."),
        found.ALTERED: _("The document was changed after it was signed."),
        found.PARTIAL: _("The signature covers only a part of the document."),
        found.UNREAD: _("The signature is of a kind that cannot be checked here."),
    }[one.integrity]


def trust(one: SignatureFound, *, names: bool = True) -> str:
    """Who vouches for the certificate. Without `names` only an authority that is known is called by its name: whoever
    makes a certificate for themselves is its issuer."""
    named = one.issuer.get("name") if names or one.trust == found.KNOWN else ""
    issuer = named or one.issuer.get("organisation") or _("an issuer without a name")
    said = {
        found.KNOWN: _("The certificate was issued by %(issuer)s and leads to a root this portal knows."),
        found.DEMO: _("Sample certificate of this demonstration: it has no legal force."),
        found.UNKNOWN: _("The certificate was issued by %(issuer)s, a root this portal does not know."),
        found.EXPIRED: _("The certificate of %(issuer)s was not valid on the day of signing."),
        found.REVOKED: _("The certificate of %(issuer)s was revoked, as the file itself says."),
    }[one.trust]
    return said % {"issuer": issuer} if "%(issuer)s" in said else said


def revocation(one: SignatureFound) -> str:
    """What the portal does not know, because it asks nobody outside."""
    if one.trust in {found.REVOKED, found.DEMO}:
        return ""
    return _("Whether the certificate was revoked later is not known here: the portal asks no service outside.")


def when(one: SignatureFound, now: dt.datetime) -> str:
    """The time, and what it is worth."""
    claimed, proved = parse_datetime(one.claimed_at or ""), parse_datetime(one.timestamp_at or "")
    if one.timestamp == found.TRUSTED_TIMESTAMP and proved:
        return _("Signed on %(moment)s, proved by a timestamp.") % {"moment": moment(proved)}
    if one.timestamp == found.OTHER_TIMESTAMP and proved:
        return _("Signed on %(moment)s by a timestamp of a service this portal does not know.") % {
            "moment": moment(proved)
        }
    if claimed is None:
        return _("The signature states no time.")
    text = _("Signed on %(moment)s by the signer's own clock, without timestamp.") % {"moment": moment(claimed)}
    ends = parse_datetime(one.valid_to or "")
    if ends and ends < now:
        text += " " + _("The certificate has expired since, so nothing proves this time.")
    return text


TONES = {
    found.KNOWN: "green",
    found.DEMO: "amber",
    found.UNKNOWN: "amber",
    found.EXPIRED: "amber",
    found.REVOKED: "red",
}
WORDS = {
    found.KNOWN: lambda: _("Valid"),
    found.DEMO: lambda: _("Sample, no legal force"),
    found.UNKNOWN: lambda: _("Unknown root"),
    found.EXPIRED: lambda: _("Certificate expired"),
    found.REVOKED: lambda: _("Certificate revoked"),
}


@dataclass(frozen=True)
class Shown:
    """One signature as a page shows it."""

    title: str
    """Who signed, as the certificate says: name and organisation, or the organisation alone."""
    verdict: str
    tone: str
    icon: str
    lines: tuple[str, ...]
    serial: str
    issuer: str


def shown(reading: Reading, now: dt.datetime, *, names: bool) -> list[Shown]:
    """The signatures of a reading. `names`: whether this reader may see whose certificates they are."""
    return [_shown(one, now, names) for one in reading.signatures]


def _shown(one: SignatureFound, now: dt.datetime, names: bool) -> Shown:
    said = [one.subject.get(key, "") for key in (("name", "organisation") if names else ("organisation",))]
    title = ", ".join(dict.fromkeys(part for part in said if part)) or _("Certificate without organisation")
    verdict, tone = WORDS[one.trust](), TONES.get(one.trust, "amber")
    if not one.holds:
        verdict, tone = _("Not valid"), "red"
    lines = [integrity(one), trust(one, names=names), when(one, now), revocation(one)]
    if names and one.reason:
        lines.insert(0, _("Reason stated: %(reason)s.") % {"reason": one.reason.rstrip(".")})
    return Shown(
        title=title,
        verdict=verdict,
        tone=tone,
        icon={"green": "check-circle-fill", "red": "x-octagon-fill"}.get(tone, "exclamation-triangle"),
        lines=tuple(line for line in lines if line),
        serial=one.serial if names else "",
        issuer=one.issuer.get("name", "") if names else "",
    )


def summary(reading: Reading) -> str:
    """The whole file in one line."""
    if reading.state == found.UNREADABLE:
        return _("The signatures could not be read")
    if not reading.is_signed:
        return _("No electronic signature")
    count = len(reading.signatures)
    return ngettext("%(count)d electronic signature", "%(count)d electronic signatures", count) % {"count": count}


def public_rows(reading: Reading, now: dt.datetime) -> list[tuple[str, str]]:
    """What everybody may know: organisation, validity, time. No names."""
    rows = []
    for number, one in enumerate(reading.signatures, 1):
        view = _shown(one, now, names=False)
        label = _("Electronic signature %(number)d") % {"number": number}
        rows.append((label, f"{view.title}: {view.verdict}. " + " ".join(view.lines)))
    return rows


def why_not_signed(code: str) -> str:
    """Why the portal made no signature."""
    return {
        "upload": _("This portal signs nothing itself. Upload the document signed outside."),
        "no_authority": _("The demonstration has no certificate authority. Ask the portal's administrator."),
    }.get(code, _("The document could not be signed: the file is damaged or protected. Upload it again as plain PDF."))
