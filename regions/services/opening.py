"""How a need comes into being: new, copied from an earlier one, as a revision, or sent up by a regency."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.models import Organisation, OrganisationKind
from regions.models import CompetencyGap, NeedLine, NeedStatus, TrainingNeed
from regions.services.totals import refresh_totals
from workflow.engine import note
from workflow.models import Counter

LINE_OWN = {"id", "need", "continues", "people_trained", "client_key"}
GAP_OWN = {"id", "line", "evidence", "level_now", "client_key"}
"""What belongs to one need alone: its place, its papers, what training changed in it and how its page called it."""
LINE_COPY = [f.name for f in NeedLine._meta.concrete_fields if f.name not in LINE_OWN]
GAP_COPY = [f.name for f in CompetencyGap._meta.concrete_fields if f.name not in GAP_OWN]
CONTENT = (
    "contact_post",
    "contact_email",
    "contact_phone",
    "urgency",
    "preferred_mode",
    "causes",
    "reason",
    "nominees_identified",
    "language_evidence",
    "budget_line",
    "follow_up_plan",
)


def open_need(*, office, cycle, actor, source: TrainingNeed | None = None, client_key: str = "") -> TrainingNeed:
    """A new draft with its code. The page that asks for it a second time, even at the same moment, gets the first."""
    if made := _made_by(office, client_key):
        return made
    try:
        return _open(office=office, cycle=cycle, actor=actor, source=source, client_key=client_key)
    except IntegrityError:
        if made := _made_by(office, client_key):
            return made
        raise


def _made_by(office, client_key: str) -> TrainingNeed | None:
    return TrainingNeed.objects.filter(office=office, client_key=client_key).first() if client_key else None


@transaction.atomic
def _open(*, office, cycle, actor, source: TrainingNeed | None, client_key: str) -> TrainingNeed:
    """The officer in charge comes from the office's last need, else from its profile."""
    last = source or office.needs.exclude(contact_post="").order_by("-pk").first()
    need = TrainingNeed.objects.create(
        code=Counter.code(f"KB-{cycle.year}"),
        status=NeedStatus.DRAFT,
        office=office,
        cycle=cycle,
        created_by=actor,
        contact_post=last.contact_post if last else getattr(actor, "name", ""),
        contact_email=(last.contact_email if last else "") or office.email or getattr(actor, "email", ""),
        contact_phone=last.contact_phone if last else "",
        client_key=client_key,
    )
    if source is not None:
        copy_content(source, need)
    note(need.flow, need, actor, "create", {"source": source.code} if source else None)
    return need


def copy_line(line: NeedLine, need: TrainingNeed, **changes) -> NeedLine:
    """A line with its gaps in another place. Evidence stays behind: files belong to the need they were made for."""
    copy = NeedLine.objects.create(need=need, **{**{name: getattr(line, name) for name in LINE_COPY}, **changes})
    CompetencyGap.objects.bulk_create(
        CompetencyGap(line=copy, **{name: getattr(gap, name) for name in GAP_COPY}) for gap in line.gaps.all()
    )
    return copy


def copy_rest(line: NeedLine, need: TrainingNeed, position: int) -> NeedLine | None:
    """What training left of a line: the people who still wait; None where nobody waits.

    They stand where the line was filed: whoever raised the level now is trained and no longer asked for. How the people
    divide is for the office to say anew.
    """
    if not line.people_remaining:
        return None
    changes = {}
    if line.people_trained:
        changes = {name: None for name in ("n_female", "n_male", "requested_y1", "requested_y2", "requested_y3")}
        changes["requested_total"] = line.people_remaining
        changes["untrained"] = max(line.untrained - line.people_trained, 0)
    return copy_line(line, need, position=position, **changes)


def copy_content(source: TrainingNeed, need: TrainingNeed) -> None:
    """Copy lines, gaps and reasons, not papers: letters and evidence belong to the need they were made for.

    A revision continues every line; another need asks for what training has left of it.
    """
    for name in CONTENT:
        setattr(need, name, getattr(source, name))
    need.save()
    position = 1
    for line in source.lines.prefetch_related("gaps").order_by("position", "pk"):
        if need.revises_id == source.pk:
            copied = copy_line(line, need, position=position, continues=line)
        else:
            copied = copy_rest(line, need, position)
        position += copied is not None
    refresh_totals(need)


def open_revision(need: TrainingNeed, actor) -> TrainingNeed:
    """A copy with the next revision number, editable by the office, going straight to the ministry."""
    revision = need.revision + 1
    while TrainingNeed.objects.filter(code=f"{need.root_code}-R{revision}").exists():
        revision += 1
    copy = TrainingNeed.objects.create(
        code=f"{need.root_code}-R{revision}",
        status=NeedStatus.DRAFT,
        office=need.office,
        cycle=need.cycle,
        revision=revision,
        revises=need,
        created_by=actor,
    )
    copy_content(need, copy)
    note(copy.flow, copy, actor, "create", {"revises": need.code})
    return copy


def provincial_office_of(office: Organisation) -> Organisation | None:
    """The labour office of the province an office lies in."""
    return (
        Organisation.objects.filter(
            kind=OrganisationKind.OFFICE,
            region_code=office.province_code,
            suspended=False,
            valid_to__isnull=True,
        )
        .order_by("-type_code", "pk")
        .filter(type_code__in=["DISNAKER_PROV", ""])
        .first()
    )


@transaction.atomic
def send_line_to_province(need: TrainingNeed, line: NeedLine, *, actor) -> TrainingNeed | None:
    """A post the regency may not hold: its line moves into a draft of the provincial office, which decides about it.

    None where the portal knows no office of that province. The line leaves the regency's need; both logs say so.
    """
    province = provincial_office_of(need.office)
    if province is None:
        return None
    draft = TrainingNeed.objects.create(
        code=Counter.code(f"KB-{need.cycle_id}"),
        status=NeedStatus.DRAFT,
        office=province,
        cycle=need.cycle,
        created_by=actor,
        contact_email=province.email,
        urgency=need.urgency,
        preferred_mode=need.preferred_mode,
        causes=need.causes,
        reason=need.reason,
    )
    copy_line(line, draft, position=1, work_unit=need.office.name_id[:120])
    refresh_totals(draft)
    note(draft.flow, draft, actor, "receive", {"sent_by": need.office.name_id, "source": need.code})
    return draft
