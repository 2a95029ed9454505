"""Certificates: made once and kept, corrected as a new version, taken back; and what the public check page says."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from accounts.models import Organisation
from accounts.roles import Role
from accounts.rules.printed import signature_block
from participants.models import PASSED, Certificate, Nomination, Person
from participants.rules import certificates as rules
from participants.services.numbers import give_number
from workflow import papers
from workflow.engine import Refused, lock, note
from workflow.formats import daterange, num
from workflow.models import Seal
from workflow.seals import Sealed, Standing, address, qr, said

FLOW = "participants.nomination"
KIND = "CERTIFICATE"
TEMPLATE = "papers/participants/certificate.html"
ISSUER = "PPSDM"


def initials(name: str) -> str:
    """As much of a name as the public page shows: "Siti Aminah Putri" is S. A. P."""
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalpha())


def latest(nomination) -> Certificate | None:
    """The newest version, if one was made."""
    return nomination.certificates.select_related("seal").order_by("-version").first()


def _signatory(unit: Organisation) -> dict[str, str]:
    """The post that signs today, in both languages: "Plt. Kepala …" while somebody stands in for its holder."""
    return {language: signature_block(Role.PPSDM_HEAD, unit, language).text for language in ("id", "en")}


def _title(nomination) -> dict[str, str]:
    found = {}
    for language in ("id", "en"):
        with translation.override(language):
            found[language] = str(nomination.title)
    return found


@transaction.atomic
@sensitive_variables()
def certificate_for(nomination, actor) -> Certificate:
    """The certificate to hand out: made at the first call and kept, so that its checksum stays true."""
    locked = lock(nomination)
    if not rules.may_read_certificate(actor, locked):
        raise Refused([_("There is a certificate only after the training was completed.")])
    made = latest(locked)
    if made and made.is_revoked and not _completed_since(locked, made):
        raise Refused([_("The certificate was revoked. PPSDM can issue a new one.")])
    return made if made and not made.is_revoked else _make(locked, actor)


def _completed_since(nomination, certificate) -> bool:
    """Whether the completion was recorded anew after this certificate was taken back."""
    return bool(nomination.finished_at and nomination.finished_at > certificate.seal.revoked_at)


@sensitive_variables()
def _make(nomination, actor) -> Certificate:
    if not papers.can_make():
        raise Refused([_("This server cannot make PDFs. Ask the portal's administrator to install Pango.")])
    title, former, unit = _title(nomination), latest(nomination), Organisation.objects.get(code=ISSUER)
    signatory = _signatory(unit)
    place = nomination.proposal.intake.place if nomination.proposal.intake_id else ""
    dated = timezone.localdate()  # the post below signs today, whenever the training was completed
    seal = Seal.objects.create(
        flow=FLOW,
        record_id=nomination.pk,
        kind=KIND,
        number=nomination.certificate_number,
        dated=dated,
        version=former.version + 1 if former else 1,
        facts={
            "title": title,
            "initials": initials(nomination.person.name),
            "hours": nomination.lesson_hours or 0,
            "days": _days(nomination),
            "signatory": signatory,
        },
    )
    url = address(seal)
    values = {
        "seal": seal,
        "number": nomination.certificate_number,
        "unit": unit.name_id,
        "person": nomination.person.name,
        "office": nomination.office.name_id,
        "title": title,
        "is_long": len(nomination.person.name) > 60 or len(title["id"]) > 120,
        "first_day": nomination.first_day,
        "last_day": nomination.last_day,
        "place": place,
        "hours": nomination.lesson_hours or 0,
        "dated": dated,
        "signatory": signatory,
        "check_url": url,
        "qr": qr(url),
    }
    name = f"{nomination.code}-sertifikat-v{seal.version}.pdf"
    upload = papers.pdf_file(papers.pdf(TEMPLATE, values, language="id"), name)
    made = Certificate(nomination=nomination, version=seal.version, seal=seal).hold(upload, actor=actor)
    made.save()
    seal.sha256 = made.sha256
    seal.save(update_fields=["sha256"])
    note(nomination.flow, nomination, actor, "certificate", {"version": made.version, "sha256": made.sha256})
    return made


def _days(nomination) -> dict[str, str]:
    if not nomination.first_day:
        return {}
    found = {}
    for language in ("id", "en"):
        with translation.override(language):
            found[language] = daterange(nomination.first_day, nomination.last_day)
    return found


def log_download(certificate, actor) -> None:
    """Who was handed the certificate."""
    nomination = certificate.nomination
    facts = {"kind": KIND, "version": certificate.version, "sha256": certificate.sha256}
    note(nomination.flow, nomination, actor, "download", facts)


@sensitive_variables("reason")
def take_back(nomination, actor, *, reason: str) -> None:
    """Revoke the newest certificate of a locked nomination: the check page says so at once."""
    made = latest(nomination)
    if made is None or made.is_revoked:
        return
    made.seal.revoked_at = timezone.now()
    made.seal.save(update_fields=["revoked_at"])
    made.revoked_reason, made.revoked_by = reason, actor
    made.save(update_fields=["revoked_reason", "revoked_by"])
    # The reason may speak of the person; the log is read by more people than the page of the certificate.
    note(nomination.flow, nomination, actor, "revoke_certificate", {"version": made.version, "sha256": made.sha256})


@transaction.atomic
@sensitive_variables()
def correct(nomination, actor, *, name: str, number: str, hours: int, reason: str, version: int | None) -> Certificate:
    """A certificate with corrected facts in the place of the former one, which says from then on that it was replaced.

    Where the former one was revoked by mistake, the same facts may be issued anew. The name is the person's: it is
    corrected everywhere. The log names the fields that changed, never what stood in them.
    """
    locked = lock(nomination, version=version)
    if not rules.may_correct(actor, locked):
        raise Refused([_("There is a certificate only after the training was completed.")])
    former, name = latest(locked), " ".join(name.split())
    changed = []
    person = Person.objects.select_for_update().get(pk=locked.person_id)
    if name != person.name:
        person.name = name
        person.save()
        changed.append("name")
    if number.casefold() != locked.certificate_number.casefold():
        locked.certificate_number = give_number(locked, number, actor)
        changed.append("certificate_number")
    if hours != locked.lesson_hours:
        locked.lesson_hours = hours
        changed.append("lesson_hours")
    if not changed and former is not None and not former.is_revoked and not _is_behind(former, person):
        raise Refused([_("Nothing has changed. Correct the name, the number or the hours.")])
    locked.person = person
    locked.version += 1
    locked.save()
    take_back(locked, actor, reason=reason)
    made = _make(locked, actor)
    note(locked.flow, locked, actor, "correct_certificate", {"version": made.version, "fields": changed})
    return made


def _is_behind(certificate: Certificate, person: Person) -> bool:
    """Whether the person was corrected after it was made: what it bears may be what was wrong."""
    return person.updated_at > certificate.uploaded_at


# --- The public page


def standing(seal) -> Standing:
    """Valid, replaced by a corrected one, or revoked."""
    newer = Seal.objects.filter(flow=seal.flow, record_id=seal.record_id, kind=KIND, version__gt=seal.version).exists()
    passed = Nomination.objects.filter(pk=seal.record_id, status__in=PASSED).exists()
    if newer:
        text = _("This certificate was revoked and a corrected one was issued in its place.")
        return Standing("replaced", _("Replaced"), text, "amber", "arrow-repeat")
    if seal.revoked_at or not passed:
        text = _("The certificate was issued by Sinergi and revoked later. It is not valid.")
        return Standing("revoked", _("Revoked"), text, "red", "x-octagon-fill")
    if seal.facts.get("emptied"):
        text = _(
            "The certificate was issued by Sinergi. Its file and the person's data were deleted when their time of "
            "keeping was over; a file can still be compared with the checksum."
        )
        return Standing("kept_no_longer", _("Kept no longer"), text, "neutral", "clock-history")
    text = _("The certificate was issued by Sinergi and is valid.")
    return Standing("valid", _("Valid"), text, "green", "check-circle-fill")


def rows(seal) -> list[tuple[str, str]]:
    """Programme, days, hours and the signing post; of the person initials at most."""
    found = [
        (_("Programme"), said(seal, "title")),
        (_("Days of the training"), said(seal, "days")),
        (_("Lesson hours credited (JP)"), num(seal.facts.get("hours") or 0)),
        (_("Initials of the participant"), said(seal, "initials")),
        (_("Signed by"), said(seal, "signatory")),
    ]
    return [(label, text) for label, text in found if text]


SEALED = Sealed({KIND: gettext_lazy("Certificate of completion")}, standing, rows)
