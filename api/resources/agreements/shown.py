"""Agreements as the interface shows them: a row, all of one to those who read it, what everyone may know of one."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api import parts
from api.fields import ChoiceLabel, Coded, Record, Row, StateField
from api.resources.agreements import pieces
from partnerships.models import Clause, Condition
from partnerships.rules.documents import reads_everything
from partnerships.selectors import agreement_versions as versions
from partnerships.selectors import agreements as selectors
from partnerships.selectors.agreement_stages import stage_rows
from portal.selectors.published import parties_of


class AgreementFields(serializers.Serializer):
    """What a row and a detail share."""

    code = serializers.CharField()
    status = StateField()
    title = serializers.CharField()
    track = ChoiceLabel("track")
    instrument = ChoiceLabel("instrument")
    other_party = serializers.CharField(allow_blank=True)
    partner = Coded()
    office = Coded()
    programme = serializers.CharField(source="program.code", allow_null=True, default=None)
    signed_on = serializers.DateField(allow_null=True)
    starts = serializers.DateField(allow_null=True)
    ends = serializers.DateField(allow_null=True)
    days_left = serializers.IntegerField(allow_null=True)
    expiring = serializers.BooleanField(source="is_expiring")
    renewal = ChoiceLabel("renewal")


FIELDS = {
    "url": "/api/v1/agreements/KM-2026-0002",
    "code": "KM-2026-0002",
    "status": {
        "code": "LEGAL_REVIEW",
        "label": "Telaah hukum",
        "since": "2026-05-04T08:00:00+07:00",
        "due": "2026-05-18T23:59:00+07:00",
    },
    "title": "Pelatihan mediator dengan mitra",
    "track": {"code": "CENTRAL", "label": "Kementerian dan mitra"},
    "instrument": {"code": "MOU", "label": "Memorandum saling pengertian"},
    "other_party": "Badan Kerja Sama Internasional Jepang",
    "partner": {"code": "JICA", "label": "Badan Kerja Sama Internasional Jepang"},
    "office": None,
    "programme": "PR-2026-0004",
    "signed_on": None,
    "starts": None,
    "ends": None,
    "days_left": None,
    "expiring": False,
    "renewal": None,
}


class AgreementRow(AgreementFields, Row):
    """An agreement in the list."""

    seats = serializers.IntegerField()
    waiting = serializers.SerializerMethodField()
    example = {**FIELDS, "seats": 2, "waiting": ["menunggu 10 hari di Kementerian Luar Negeri"]}

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_waiting(self, agreement) -> list:
        """How long bodies outside have been silent."""
        return [selectors.ageing(letter) for letter in agreement.open_letters]


class AgreementDetail(AgreementFields, Record):
    """An agreement as its page shows it to this reader."""

    page = serializers.CharField(source="get_absolute_url")
    title_id = serializers.CharField()
    title_en = serializers.CharField(allow_blank=True)
    counterpart = serializers.CharField(allow_blank=True)
    lead_unit = Coded(source="unit")
    subject = serializers.CharField(allow_blank=True)
    scope = serializers.CharField(allow_blank=True)
    cost_source = serializers.CharField(allow_blank=True)
    place = serializers.CharField(allow_blank=True)
    duration_months = serializers.IntegerField(allow_null=True)
    signing_place = serializers.CharField(allow_blank=True)
    effective_date = serializers.DateField(allow_null=True)
    full_powers_needed = serializers.BooleanField()
    council_exempt_reason = serializers.CharField(source="dprd_exempt_reason", allow_blank=True)
    renewal_reason = serializers.CharField(allow_blank=True)
    amendment_phase = ChoiceLabel("amendment_phase")
    parties = serializers.SerializerMethodField()
    regions = serializers.SerializerMethodField()
    stages = serializers.SerializerMethodField()
    external_steps = serializers.SerializerMethodField()
    seats = serializers.SerializerMethodField()
    documents = serializers.SerializerMethodField()
    action_plan = pieces.AgreementActivity(many=True)
    conditions = serializers.SerializerMethodField()
    proposed = serializers.SerializerMethodField()
    copies = serializers.SerializerMethodField()
    follows = serializers.SerializerMethodField()
    followed_by = serializers.SerializerMethodField()
    clauses = serializers.SerializerMethodField()
    grant = serializers.SerializerMethodField()
    turn = parts.TurnField()

    def _inside(self, agreement) -> bool:
        return reads_everything(self.context["request"].user, agreement)

    def _known(self, agreement) -> tuple[list, list]:
        """Regions and letters are read once for all parts that need them."""
        if not hasattr(agreement, "known_parts"):
            agreement.known_parts = selectors.region_rows(agreement), selectors.letters_of(agreement)
        return agreement.known_parts

    @extend_schema_field(pieces.AgreementParty(many=True))
    def get_parties(self, agreement) -> list:
        """Who is bound."""
        return pieces.AgreementParty(selectors.parties_of(agreement, self._known(agreement)[0]), many=True).data

    @extend_schema_field(pieces.AgreementRegion(many=True))
    def get_regions(self, agreement) -> list:
        """Regions it reaches; none: nationwide."""
        return pieces.AgreementRegion(self._known(agreement)[0], many=True).data

    @extend_schema_field(pieces.AgreementStage(many=True))
    def get_stages(self, agreement) -> list:
        """The road of its track."""
        return pieces.AgreementStage(stage_rows(agreement, self._known(agreement)[1]), many=True).data

    @extend_schema_field(pieces.AgreementLetter(many=True))
    def get_external_steps(self, agreement) -> list:
        """Letters to bodies outside, open ones first."""
        context = {"inside": self._inside(agreement)}
        return pieces.AgreementLetter(self._known(agreement)[1], many=True, context=context).data

    @extend_schema_field(pieces.AgreementSeat(many=True))
    def get_seats(self, agreement) -> list:
        """Seats by office."""
        rows = selectors.seat_rows(self.context["request"].user, agreement)
        return pieces.AgreementSeat(rows, many=True, context=self.context).data

    @extend_schema_field(pieces.AgreementPaper(many=True))
    def get_documents(self, agreement) -> list:
        """The papers this reader may open, every version."""
        groups = selectors.papers_of(self.context["request"].user, agreement)
        return pieces.AgreementPaper([paper for group in groups for paper in group.all], many=True).data

    @extend_schema_field(pieces.AgreementTick(many=True))
    def get_conditions(self, agreement) -> list:
        """Conditions of cooperation abroad, on regional tracks."""
        return _ticks(Condition, agreement.conditions) if agreement.is_regional else []

    @extend_schema_field(parts.FieldChange(many=True))
    def get_proposed(self, agreement) -> list:
        """What an open amendment would change."""
        facts = versions.proposal_of(agreement)
        return [{"label": str(f.label), "before": f.before or "", "after": f.after or ""} for f in facts]

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_copies(self, agreement) -> list:
        """Who was sent a copy of the signed paper."""
        return selectors.copies_of(agreement) if agreement.signed_on else []

    def get_follows(self, agreement) -> str | None:
        """The agreement before it, where the reader may see it."""
        former = selectors.former_of(self.context["request"].user, agreement)
        return former.code if former else None

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_followed_by(self, agreement) -> list:
        """The agreements after it that the reader may see."""
        return [found.code for found in selectors.followers_of(self.context["request"].user, agreement)]

    @extend_schema_field(pieces.AgreementTick(many=True, allow_null=True))
    def get_clauses(self, agreement) -> list | None:
        """The Legal Bureau's checklist; null for those outside."""
        return _ticks(Clause, agreement.clauses) if self._inside(agreement) else None

    @extend_schema_field(pieces.AgreementGrant(allow_null=True))
    def get_grant(self, agreement) -> dict | None:
        """The registration of the grant; null for those outside."""
        return pieces.AgreementGrant(agreement).data if self._inside(agreement) else None

    example = {
        **FIELDS,
        "version": 5,
        "actions": [],
        "page": "/kemitraan/KM-2026-0002/",
        "title_id": "Pelatihan mediator dengan mitra",
        "title_en": "",
        "counterpart": "",
        "lead_unit": {"code": "BIRO-KS", "label": "Biro Kerja Sama"},
        "subject": "Pelatihan mediator",
        "scope": "Dua angkatan",
        "cost_source": "Mitra",
        "place": "Jakarta",
        "duration_months": 24,
        "signing_place": "",
        "effective_date": None,
        "full_powers_needed": False,
        "council_exempt_reason": "",
        "renewal_reason": "",
        "amendment_phase": None,
        "parties": [{"name": "Biro Kerja Sama", "side": "Kementerian", "post": ""}],
        "regions": [],
        "stages": [pieces.STAGE],
        "external_steps": [pieces.LETTER],
        "seats": [pieces.SEAT],
        "documents": [pieces.PAPER],
        "action_plan": [],
        "conditions": [],
        "proposed": [],
        "copies": [],
        "follows": None,
        "followed_by": [],
        "clauses": [{"code": "IP", "label": "Kekayaan intelektual", "settled": True}],
        "grant": {
            "required": False,
            "register_no": "",
            "value": None,
            "currency": "",
            "bast_no": "",
            "bast_date": None,
        },
        "turn": parts.TURN,
    }


def _ticks(choices, settled: dict) -> list[dict]:
    return [{"code": c.value, "label": str(c.label), "settled": bool(settled.get(c.value))} for c in choices]


class PublishedRow(Row):
    """A signed agreement as everyone may read it: parties, dates, state; no paper, no person."""

    code = serializers.CharField()
    status = serializers.SerializerMethodField()
    title = serializers.CharField()
    subject = serializers.CharField(allow_blank=True)
    parties = serializers.SerializerMethodField()
    track = ChoiceLabel("track")
    instrument = ChoiceLabel("instrument")
    signed_on = serializers.DateField()
    signing_place = serializers.CharField()
    valid_from = serializers.DateField(source="effective_date")
    valid_until = serializers.DateField(source="ends", allow_null=True)
    place = serializers.CharField(allow_blank=True)
    cost_source = serializers.CharField(allow_blank=True)

    @extend_schema_field(pieces.PLAIN)
    def get_status(self, agreement) -> dict | None:
        """Where it stands."""
        return pieces.coded(agreement.status, agreement.state.label)

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_parties(self, agreement) -> list:
        """Who agreed."""
        return [str(name) for name in parties_of(agreement)]

    example = {
        "url": "/api/v1/published-agreements/KM-2025-0001",
        "code": "KM-2025-0001",
        "status": {"code": "ACTIVE", "label": "Berlaku"},
        "title": "Pelatihan mediator dengan mitra",
        "subject": "Pelatihan mediator",
        "parties": ["Kementerian Ketenagakerjaan", "Badan Kerja Sama Internasional Jepang"],
        "track": {"code": "CENTRAL", "label": "Kementerian dan mitra"},
        "instrument": {"code": "MOU", "label": "Memorandum saling pengertian"},
        "signed_on": "2025-11-03",
        "signing_place": "Jakarta",
        "valid_from": "2025-11-03",
        "valid_until": "2028-11-02",
        "place": "Jakarta",
        "cost_source": "Mitra",
    }
