"""Writes on agreements: opening, changing the content, and what each step of the workflow leaves behind."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Organisation, OrganisationKind
from partnerships.models import Agreement, AgreementStatus, DocumentKind, Track
from partnerships.rules import agreements as rules
from partnerships.services.documents import store
from workflow.engine import Stale, lock, note
from workflow.formats import shortday
from workflow.models import Counter

IN_REGION = ("IN_COUNTRY", "EXPERT_IN", "ON_THE_JOB", "BLENDED")
"""Delivery modes that bring the activity to a place in the country."""

LEAD_UNIT = "BIRO-KS"


def track_for(proposal) -> str:
    """The legal way a proposal takes. A region that only sends participants needs no agreement of its own."""
    office, program = proposal.line.need.office, proposal.program
    if office.kind != OrganisationKind.OFFICE:
        return Track.CENTRAL
    if program is None:
        return Track.KSDLL_CONT
    at_home = program.delivery_mode in IN_REGION and program.host_province == office.province_code
    return Track.KSDLL_CONT if at_home else Track.CENTRAL


@transaction.atomic
def open_for(proposal, actor) -> Agreement:
    """The agreement that covers an accepted proposal: one that is still open, else a new one.

    Does not touch the proposal; the caller keeps the agreement on it.
    """
    track, office = track_for(proposal), proposal.line.need.office
    regional = track == Track.KSDLL_CONT
    # Two proposals accepted at the same moment find the same agreement: the partner's row is the queue.
    partner = Organisation.objects.select_for_update(no_key=True).get(pk=proposal.partner_id)
    same = Agreement.objects.filter(
        track=track, partner=partner, program=proposal.program, office=office if regional else None
    )
    over = [s.code for s in Agreement.flow.states if s.final]
    found = same.exclude(status__in=over).order_by("pk").select_for_update(of=("self",), no_key=True).first()
    if found is None:
        return open_agreement(
            track=track,
            partner=partner,
            program=proposal.program,
            office=office if regional else None,
            regions=[office.region_code] if office.region_code else [],
            subject=subject_of(proposal),
            titles=titles_of(proposal),
            actor=actor,
            source=proposal.code,
        )
    if office.region_code and office.region_code not in found.region_codes:
        found.region_codes = sorted({*found.region_codes, office.region_code})
        found.save()
    note(found.flow, found, actor, "change", {"proposal": proposal.code})
    return found


def titles_of(proposal) -> dict[str, str]:
    """The title in both languages: what is taught, with whom."""
    made = {}
    for language in ("id", "en"):
        with translation.override(language):
            what = proposal.program.title if proposal.program else proposal.line.need.title
            made[f"title_{language}"] = (
                _("%(what)s with %(partner)s") % {"what": what, "partner": proposal.partner.name}
            )[:200]
    return made


def subject_of(proposal) -> str:
    """What the agreement is about, to begin with."""
    return ((proposal.program.summary_id if proposal.program else "") or proposal.tailor_made_request)[:1000]


@transaction.atomic
def open_agreement(
    *,
    track: str,
    partner,
    actor,
    titles: dict[str, str],
    program=None,
    office=None,
    regions=(),
    subject="",
    source="",
) -> Agreement:
    """A new agreement at its first step, with its code."""
    now = timezone.now()
    agreement = Agreement(
        code=Counter.code(f"KM-{timezone.localdate(now).year}"),
        status=AgreementStatus.INITIATED,
        track=track,
        partner=partner,
        program=program,
        office=office,
        unit=Organisation.objects.filter(code=LEAD_UNIT).first(),
        region_codes=sorted(set(regions)),
        subject=subject,
        created_by=actor,
        **titles,
    )
    agreement.due_at = agreement.state.within(agreement, now)
    agreement.save()
    note(
        agreement.flow,
        agreement,
        actor,
        "create",
        {"track": track, "proposal": source} if source else {"track": track},
    )
    return agreement


@transaction.atomic
def save_content(agreement, actor, values: dict, *, version: int | None) -> Agreement:
    """Write changed content; what was before and after goes into the log. Stale when someone was faster."""
    locked = lock(agreement, version=version)
    if not rules.may_edit_content(actor, locked):
        raise Stale(locked)
    return _write(locked, actor, values)


@transaction.atomic
def save_grant(agreement, actor, values: dict) -> Agreement:
    """Write the grant's registration numbers."""
    locked = lock(agreement)
    if not rules.may_keep_grant(actor, locked):
        raise Stale(locked)
    return _write(locked, actor, values, keep_as="grant")


@transaction.atomic
def save_clauses(agreement, actor, codes) -> Agreement:
    """Write which clauses the Legal Bureau found settled in the present text."""
    locked = lock(agreement)
    if not rules.may_check_clauses(actor, locked):
        raise Stale(locked)
    return _write(locked, actor, {"clauses": {code: True for code in codes}}, keep_as="checklist")


def _write(locked, actor, values: dict, *, keep_as: str = "changes") -> Agreement:
    """Write what differs. `changes` are shown in the history, other names are kept for the auditor."""
    changes = []
    for name, value in values.items():
        before = getattr(locked, name)
        if before != value:
            changes.append(_difference(locked._meta.get_field(name), before, value))
            setattr(locked, name, value)
    if changes:
        locked.version += 1
        locked.save()
        note(locked.flow, locked, actor, "change", {keep_as: changes})
    return locked


def _difference(field, before, after) -> dict:
    """One changed field as the history shows it, in both languages."""
    found = {"field": field.name}
    for language, suffix in (("id", ""), ("en", "_en")):
        with translation.override(language):
            found[f"label_{language}"] = str(field.verbose_name)
            found[f"before{suffix}"], found[f"after{suffix}"] = _shown(field, before), _shown(field, after)
    return found


def _shown(field, value) -> str:
    """A field's value in words."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dt.date):
        return shortday(value)
    if isinstance(value, dict | list):
        return ", ".join(map(str, value))
    return str(dict(field.flatchoices).get(value, value))


# --- Effects of the workflow, (agreement, actor, answers); the engine saves the agreement afterwards


def keep(**papers: DocumentKind):
    """An effect that stores the files given with an act, each as its kind: keep(loi=DocumentKind.LOI)."""

    def effect(agreement, actor, answers):
        for ask, kind in papers.items():
            if answers.get(ask):
                store(agreement, kind, answers[ask], actor)

    return effect


def exempt_from_council(agreement, actor, answers):
    """Why the law lets this agreement pass without the council."""
    agreement.dprd_exempt_reason = str(answers.get("reason", ""))[:1000]


def remember_return(source: AgreementStatus):
    """An effect for a return from one state: where it came from, and a checklist that starts anew."""

    def effect(agreement, actor, answers):
        agreement.returned_from, agreement.returned_at = source, timezone.now()
        agreement.return_count += 1
        agreement.clauses = {}

    return effect


def forget_return(agreement, actor, answers):
    """Back on the road."""
    agreement.returned_from = ""


def sign(agreement, actor, answers):
    """What was signed: when, where, by which posts, from when until when."""
    agreement.signed_on, agreement.signing_place = answers["signed_on"], answers["place"][:120]
    agreement.effective_date = agreement.starts = answers["effective_date"]
    agreement.ends = answers.get("ends") or None
    ours = agreement.office.name_id if agreement.is_regional else agreement.unit.name_id if agreement.unit else ""
    acting = {"capacity": answers["capacity"]} if answers.get("capacity") else {}
    agreement.signatories = [
        {"party": ours, "post": answers["our_post"], **acting},
        {"party": agreement.partner.name_id, "post": answers["partner_post"]},
    ]
    agreement.copies_noted = ", ".join(answers.get("copies") or [])[:500]


def suspend(agreement, actor, answers):
    """What it returns to when it is resumed."""
    agreement.status_before_suspension = AgreementStatus.ACTIVE


def resume(agreement, actor, answers):
    """In force again."""
    agreement.status_before_suspension = ""


def amend(agreement, actor, answers):
    """The amendment is signed; a new end of validity may come with it."""
    if answers.get("ends"):
        agreement.ends = answers["ends"]
