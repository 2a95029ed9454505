"""What a signing must get right: days, order of dates, who may sign for whom, and signatures that hold."""

from __future__ import annotations

import re

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.roles import DelegationKind
from accounts.rules import with_capacity
from partnerships.models import StepResult
from partnerships.rules.external_steps import ABOUT_THE_TEXT, letters_that_count
from workflow.formats import day
from workflow.mandate import mandate_of
from workflow.signing import sentences
from workflow.signing.adapters import reading_of, signing_adapter

ELECTRONIC, SCAN, PORTAL = "ELECTRONIC", "SCAN", "PORTAL"
"""How a document was or is being signed: outside with a certificate, by hand on paper, or here and now."""

STAND_IN = re.compile(r"\bplh\b|\bpelaksana harian\b", re.IGNORECASE)

IN_A_NAME = re.compile(r"(?<!\w)(a\.\s?n\.|u\.\s?b\.|atas nama\b)", re.IGNORECASE)

WRITTEN = (DelegationKind.PLT, DelegationKind.KUASA)
"""Capacities that rest on a paper which the document names."""


def day_is_past(agreement, actor, answers) -> str:
    """Nobody signed tomorrow."""
    if answers["signed_on"] <= timezone.localdate():
        return ""
    return _("The day of signing lies in the future. Record the signing when it has taken place.")


def signing_dates_fit(agreement, actor, answers) -> str:
    """Signed, in force, ended: in this order."""
    signed = answers.get("signed_on") or agreement.signed_on
    effective = answers.get("effective_date") or agreement.effective_date
    ends = answers.get("ends")
    if effective < signed:
        return _("The agreement cannot take effect before it was signed.")
    if ends and ends <= effective:
        return _("The validity must end after the day it begins.")
    return ""


def approvals_come_first(agreement, actor, answers) -> str:
    """Nobody signed before the bodies outside had cleared the text and given full powers."""
    letters = [x for step in ABOUT_THE_TEXT for x in letters_that_count(agreement, step)]
    given = [x for x in letters if x.result == StepResult.APPROVED]
    last = max(given, key=lambda x: x.answered_on, default=None)
    if last is None or answers["signed_on"] >= last.answered_on:
        return ""
    return _("The document cannot have been signed before %(body)s approved it on %(day)s.") % {
        "body": last.get_body_display(),
        "day": day(last.answered_on),
    }


def no_stand_in(agreement, actor, answers) -> str:
    """A Plh never signs, nor who signs for our side in another's name (a.n., u.b.), whoever records it; the post that
    is typed goes onto the check page."""
    if any(STAND_IN.search(answers.get(key) or "") for key in ("our_post", "partner_post")):
        return _("An official who only stands in for a day (Plh) may not sign an agreement.")
    if IN_A_NAME.search(answers.get("our_post") or ""):
        return _("Nobody signs an agreement in the holder's name (a.n., u.b.). It needs a power of attorney (kuasa).")
    return ""


def own_authority(agreement, actor, answers) -> str:
    """An acting official (Plt) or attorney signs only with written authority, attached here or filed with the
    delegation; whoever acts in such a capacity states it."""
    mandate = None if agreement.is_regional else mandate_of(actor)
    stated = answers.get("capacity")
    if mandate is not None and mandate.kind in WRITTEN:
        if stated == mandate.kind:
            return ""
        if mandate.kind == DelegationKind.PLT:
            return _("You act as Plt. State this capacity: the document names it.")
        return _("You act by power of attorney. State this capacity: the document names it.")
    if stated not in WRITTEN or answers.get("authority"):
        return ""
    if stated == DelegationKind.KUASA:
        return _("An attorney may sign only with the power of attorney (surat kuasa). Attach it.")
    return _("An acting official (Plt) may sign only with written authority. Attach it.")


def signs_in_portal(agreement) -> bool:
    """Whether the act can be the signing itself. For a region its governor, regent or mayor signs, outside."""
    return not agreement.is_regional and signing_adapter().can_sign()


def signatures_hold(agreement, actor, answers) -> str:
    """What is uploaded as signed is signed: electronically with signatures that hold, or by hand and said so."""
    upload, way = answers.get("signed"), answers.get("way")
    if way == PORTAL:
        return _portal(agreement, actor, answers)
    if not upload:
        return _("Add the signed document.")
    return sentences.refusal(reading_of(upload), as_scan=way == SCAN)


def _portal(agreement, actor, answers) -> str:
    """Signing here and now: today, in one's own capacity, on a text that others signed or none."""
    if not signs_in_portal(agreement):
        return sentences.why_not_signed("upload")
    if answers.get("signed_on") != timezone.localdate():
        return _("You sign here today. State today's date as the day of signing.")
    if mandate_of(actor) is None and answers.get("capacity") != "DEFINITIVE":
        return _("You sign here as holder of the post. State this capacity, or record what another person signed.")
    upload = answers.get("signed")
    if not upload:
        return ""
    reading = reading_of(upload)
    if reason := sentences.refusal(reading, as_scan=True):
        return reason
    if reading.is_signed:
        return ""
    return _("Upload only a document that the other party has already signed electronically, or leave the field empty.")


def signed_by(signatory: dict, language: str = "") -> str:
    """A signatory's post as papers and pages name it: "Plt. Sekretaris Jenderal"."""
    language = language or ("en" if (translation.get_language() or "id").startswith("en") else "id")
    return with_capacity(signatory.get("post", ""), signatory.get("capacity", ""), language)
