"""Writes on agreements: opening, changing the content, and what each step of the workflow leaves behind."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Organisation, OrganisationKind
from partnerships.models import (
    ABROAD,
    MINISTERS_APPROVAL,
    Agreement,
    AgreementStatus,
    DocumentKind,
    Instrument,
    Track,
)
from partnerships.rules import agreements as rules
from partnerships.rules.external_steps import powers_were_asked
from partnerships.services.amendments import propose
from partnerships.services.documents import store
from partnerships.services.versions import in_words, proposed
from regions.models import Region
from workflow.engine import Stale, lock, note
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
    if rules.takes_in(found, office.region_code):
        found.region_codes = sorted({*found.region_codes, office.region_code})
        found.version += 1
        found.save()
    note(found.flow, found, actor, "change", {"proposal": proposal.code})
    return found


def titles_of(proposal) -> dict[str, str]:
    """The title in both languages: what is taught, with whom."""
    made = {}
    for language in ("id", "en"):
        with translation.override(language):
            what = proposal.program.title if proposal.program else proposal.line.need.title
            partner = proposal.partner.short_name or proposal.partner.name  # a heading, not a register
            made[f"title_{language}"] = (_("%(what)s with %(partner)s") % {"what": what, "partner": partner})[:200]
    return made


def subject_of(proposal) -> str:
    """What the agreement is about, to begin with."""
    return ((proposal.program.summary_id if proposal.program else "") or proposal.tailor_made_request)[:1000]


@transaction.atomic
def open_agreement(
    *,
    track: str,
    actor,
    titles: dict[str, str],
    partner=None,
    program=None,
    office=None,
    regions=(),
    subject="",
    source="",
    **more,
) -> Agreement:
    """A new agreement at its first step, with its code. `more`: further fields known from the start."""
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
        created_at=now,
        status_since=now,
        **titles,
        **more,
    )
    _as_the_track_wants(agreement)
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


def _as_the_track_wants(agreement) -> None:
    """What no one chooses: who needs full powers, and the instrument of ministry and region."""
    if agreement.track not in ABROAD:
        agreement.full_powers_needed, agreement.instrument = False, Instrument.NOTA_KESEPAKATAN
    elif agreement.track in MINISTERS_APPROVAL or powers_were_asked(agreement):
        agreement.full_powers_needed = True


@transaction.atomic
def save_content(agreement, actor, values: dict, *, version: int | None) -> Agreement:
    """Write changed content; what was before and after goes into the log. Stale when someone was faster."""
    locked = lock(agreement, version=version)
    if not rules.may_edit_content(actor, locked):
        raise Stale(locked)
    if "track" in values and locked.status != AgreementStatus.INITIATED:
        raise Stale(locked)
    return _write_or_propose(locked, actor, values)


@transaction.atomic
def save_action_plan(agreement, actor, rows: list[dict], *, version: int | None) -> Agreement:
    """Write the action plan that ministry and region share: both sides work on it."""
    locked = lock(agreement, version=version)
    if not rules.may_plan_actions(actor, locked):
        raise Stale(locked)
    return _write_or_propose(locked, actor, {"action_plan": rows})


def _write_or_propose(locked, actor, values: dict) -> Agreement:
    """While an agreement is being amended its fields stay as they were signed: what is typed is a proposal."""
    if locked.status == AgreementStatus.UNDER_AMENDMENT:
        return _propose(locked, actor, values)
    return _write(locked, actor, values)


def _propose(locked, actor, values: dict) -> Agreement:
    before = proposed(locked)
    earlier = locked.proposed
    propose(locked, values)
    if locked.proposed != earlier:
        after = proposed(locked)
        names = [name for name in values if getattr(before, name) != getattr(after, name)]
        locked.version += 1
        locked.save()
        changes = [_difference(locked, name, getattr(before, name), getattr(after, name)) for name in names]
        note(locked.flow, locked, actor, "propose", {"changes": changes})
    return locked


@transaction.atomic
def save_grant(agreement, actor, values: dict, *, version: int | None = None) -> Agreement:
    """Write the grant's registration numbers."""
    locked = lock(agreement, version=version)
    if not rules.may_keep_grant(actor, locked):
        raise Stale(locked)
    return _write(locked, actor, values, keep_as="grant")


@transaction.atomic
def save_clauses(agreement, actor, codes, *, version: int | None = None) -> Agreement:
    """Write which clauses the Legal Bureau found settled in the present text."""
    locked = lock(agreement, version=version)
    if not rules.may_check_clauses(actor, locked):
        raise Stale(locked)
    return _write(locked, actor, {"clauses": {code: True for code in codes}}, keep_as="checklist")


def _write(locked, actor, values: dict, *, keep_as: str = "changes") -> Agreement:
    """Write what differs. `changes` are shown in the history, other names are kept for the auditor."""
    changes = []
    for name, value in values.items():
        before = getattr(locked, name)
        if before != value:
            changes.append(_difference(locked, name, before, value))
            setattr(locked, name, value)
    if changes:
        _as_the_track_wants(locked)
        locked.version += 1
        locked.save()
        note(locked.flow, locked, actor, "change", {keep_as: changes})
    return locked


def _difference(agreement, name: str, before, after) -> dict:
    """One changed field as the history shows it, in both languages."""
    field = agreement._meta.get_field(name)
    found = {"field": field.name}
    codes = {*before, *after} if name == "region_codes" else ()
    regions = list(Region.objects.filter(code__in=codes)) if codes else []
    for language, suffix in (("id", ""), ("en", "_en")):
        with translation.override(language):
            names = {region.code: region.name for region in regions}
            found[f"label_{language}"] = str(field.verbose_name)
            for key, value in (("before", before), ("after", after)):
                found[f"{key}{suffix}"] = in_words(_Holding(agreement, name, value), name, names)
    return found


class _Holding:
    """An agreement with another value in one field."""

    def __init__(self, agreement, name: str, value):
        self._agreement, self.__dict__[name] = agreement, value

    def __getattr__(self, name):
        return getattr(self._agreement, name)


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


def remember_return(source: AgreementStatus, *, counts: bool = True):
    """An effect for a return from one state: where it came from, and a checklist that starts anew."""

    def effect(agreement, actor, answers):
        agreement.returned_from, agreement.returned_at = source, timezone.now()
        agreement.return_count += counts
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
    with translation.override("id"):
        theirs = agreement.other_party
    acting = {"capacity": answers["capacity"]} if answers.get("capacity") else {}
    agreement.signatories = [
        {"party": ours, "post": answers["our_post"], **acting},
        {"party": theirs, "post": answers["partner_post"]},
    ]
    agreement.copies_noted = ", ".join(answers.get("copies") or [])[:500]


def suspend(agreement, actor, answers):
    """What it returns to when it is resumed."""
    agreement.status_before_suspension = AgreementStatus.ACTIVE


def resume(agreement, actor, answers):
    """In force again."""
    agreement.status_before_suspension = ""


def confirm_conditions(agreement, actor, answers):
    """The conditions of cooperation abroad, confirmed with the plan."""
    agreement.conditions = {code: True for code in answers.get("conditions") or []}
