"""The smallest valid agreement of any state and track, its papers, letters and covered proposals."""

from __future__ import annotations

import datetime as dt
import itertools

from django.utils import timezone

from accounts.models import Organisation, OrganisationKind, User
from partnerships.models import (
    MINISTERS_APPROVAL,
    Agreement,
    AgreementDocument,
    AgreementStatus,
    Clause,
    DocumentKind,
    ExternalBody,
    ExternalStep,
    Instrument,
    LetterFor,
    Proposal,
    ProposalStatus,
    Track,
)
from tests import factories, proposal_factories
from workflow.engine import note

_numbers = itertools.count(1)

SIGNED = {
    AgreementStatus.SIGNED,
    AgreementStatus.ACTIVE,
    AgreementStatus.UNDER_AMENDMENT,
    AgreementStatus.SUSPENDED,
    AgreementStatus.EXPIRED,
    AgreementStatus.TERMINATED,
    AgreementStatus.CLOSED,
}
PLAN = {
    "subject": "Pelatihan mediator",
    "scope": "Dua angkatan",
    "cost_source": "Mitra",
    "place": "Jakarta",
    "duration_months": 24,
}
ACTIONS = [{"activity": "Pelatihan mediator", "place": "Aceh", "who": "Disnaker", "when": "2027"}]


def agreement(
    status: str = AgreementStatus.INITIATED,
    *,
    partner: Organisation | None = None,
    track: str = Track.CENTRAL,
    office: Organisation | None = None,
    created_by: User | None = None,
    planned: bool = True,
    **fields,
) -> Agreement:
    """An agreement in any state. `planned` fills the cooperation plan; signed ones are signed yesterday."""
    today = timezone.localdate()
    partner = partner or factories.organisation("JICA", OrganisationKind.PARTNER)
    if track in (Track.KSDPL, Track.NOTA_SINERGI):
        partner = None
    if track == Track.KSDPL:
        fields = {"counterpart": "Pemerintah Kota Contoh", "counterpart_country": "JP", **fields}
    if track != Track.CENTRAL:
        office = office or factories.office("1101")
    if track in MINISTERS_APPROVAL:
        fields["full_powers_needed"] = True
    if track == Track.NOTA_SINERGI:
        fields.setdefault("instrument", Instrument.NOTA_KESEPAKATAN)
    if status in SIGNED:
        fields = {
            "signed_on": today - dt.timedelta(days=1),
            "signing_place": "Jakarta",
            "effective_date": today,
            "starts": today,
            "ends": today + dt.timedelta(days=700),
            **fields,
        }
    if planned:
        fields = {**PLAN, **({"action_plan": ACTIONS} if track == Track.NOTA_SINERGI else {}), **fields}
    made = Agreement(
        code=fields.pop("code", "") or f"KM-2026-{next(_numbers):04d}",
        status=status,
        track=track,
        partner=partner,
        office=office,
        unit=factories.organisation("BIRO-KS"),
        title_id=fields.pop("title_id", "Pelatihan mediator dengan mitra"),
        region_codes=fields.pop("region_codes", [office.region_code] if office else []),
        created_by=created_by,
        **fields,
    )
    within = made.state.within
    if within and made.due_at is None:
        made.due_at = within(made, made.status_since)
    made.save()
    if created_by is not None:
        note(made.flow, made, created_by, "create")
    return Agreement.objects.get(pk=made.pk)


def paper(where: Agreement, kind: str, *, actor: User | None = None, **fields) -> AgreementDocument:
    """A paper of an agreement, version 1 unless told otherwise."""
    made = AgreementDocument(agreement=where, kind=kind, **fields).hold(factories.pdf(f"{kind}.pdf"), actor=actor)
    made.save()
    return made


def texts(where: Agreement) -> None:
    """Both language versions of the text."""
    paper(where, DocumentKind.TEXT_ID)
    paper(where, DocumentKind.TEXT_EN)


def tick_clauses(where: Agreement) -> None:
    """The Legal Bureau's checklist, complete."""
    Agreement.objects.filter(pk=where.pk).update(clauses={c.value: True for c in Clause})
    where.refresh_from_db()


def letter(
    where: Agreement,
    body: str = ExternalBody.KEMLU,
    step: str = LetterFor.CLEARANCE,
    *,
    result: str = "",
    days_ago: int = 10,
    **fields,
) -> ExternalStep:
    """A letter sent some days ago; with a `result` it was answered today, document included."""
    if result:
        number = where.documents.count() + 1
        fields = {
            "answered_on": timezone.localdate(),
            "answer_no": f"J-{number}",
            "document": paper(where, DocumentKind.OTHER, version=number),
            **fields,
        }
    return ExternalStep.objects.create(
        agreement=where,
        body=body,
        step=step,
        purpose=fields.pop("purpose", "Permohonan persetujuan"),
        sent_on=timezone.localdate() - dt.timedelta(days=days_ago),
        ref_no=fields.pop("ref_no", f"S-{next(_numbers)}"),
        result=result,
        **fields,
    )


def proposal(
    office: Organisation,
    partner: Organisation,
    *,
    where: Agreement | None = None,
    program=None,
    seats: int = 3,
    status: str = ProposalStatus.ACCEPTED,
    **fields,
) -> Proposal:
    """A proposal of one office, accepted unless told otherwise; without a programme it is tailor-made."""
    need = proposal_factories.open_need(office, people=5)
    fields |= {"seats_requested": seats, "seats_allotted": seats if status == ProposalStatus.ACCEPTED else 0}
    return proposal_factories.proposal(need, program, status, partner=partner, agreement=where, **fields)
