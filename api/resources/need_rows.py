"""How needs look in the interface."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import CODED, Coded, Record, Row, StateField, TermField, coded
from regions.models.vocabulary import term_label
from workflow.engine import may_edit

COUNTS = (
    "requested_total",
    "people_trained",
    "in_post",
    "formation_abk",
    "untrained",
    "retiring_3y",
    "vacancies_to_fill",
    "persons_with_disability",
)
OPEN_COUNTS = ("n_female", "n_male", "requested_y1", "requested_y2", "requested_y3", "min_batch", "jp_requested")

EXAMPLE = {
    "url": "/api/v1/needs/KB-2026-0003",
    "code": "KB-2026-0003",
    "national_number": None,
    "title": "Mediasi perselisihan hubungan industrial",
    "status": {"code": "DRAFT", "label": "Draf", "since": "2026-05-13T09:00:00+07:00", "due": None},
    "office": {"code": "DISNAKER-5203", "label": "Dinas Tenaga Kerja Kabupaten Lombok Timur"},
    "region": {"code": "5203", "label": "Kabupaten Lombok Timur"},
    "cycle": 2026,
    "revision": 1,
    "urgency": {"code": "U1", "label": "Segera"},
    "posts": [{"code": "MEDHI", "label": "Mediator Hubungan Industrial"}],
    "people_requested": 4,
    "people_accepted": 0,
    "people_completed": 0,
    "score": 62.5,
    "band": "B",
    "submitted_at": None,
    "version": 3,
}
GAP_EXAMPLE = {
    "id": 7,
    "theme": {"code": "T07", "label": "Mediasi perselisihan hubungan industrial"},
    "current_level": 1,
    "target_level": 3,
    "level_now": None,
    "competency_kind": {"code": "TEKNIS", "label": "Teknis"},
    "competency_title": "",
    "skkni_code": "",
    "kkni_target": None,
    "gap_cause": None,
    "certification_wanted": {"code": "NONE", "label": "Tidak perlu"},
    "expected_outcome": "",
    "performance_indicator": "",
    "evidence": None,
}
LINE_EXAMPLE = {
    "id": 5,
    "position": 1,
    "post": {"code": "MEDHI", "label": "Mediator Hubungan Industrial"},
    "rank": {"code": "AHLI_PERTAMA", "label": "Ahli Pertama"},
    "employment_status": {"code": "PNS", "label": "PNS"},
    "age_band": None,
    "education": None,
    "years_in_post_band": None,
    "language_level": None,
    "work_unit": "",
    "requested_total": 4,
    "people_trained": 0,
    "in_post": 6,
    "formation_abk": 9,
    "untrained": 4,
    "retiring_3y": 1,
    "vacancies_to_fill": 0,
    "persons_with_disability": 0,
    "n_female": 2,
    "n_male": 2,
    "requested_y1": None,
    "requested_y2": None,
    "requested_y3": None,
    "min_batch": None,
    "jp_requested": None,
    "earliest_start": "2026-09-01",
    "justification": "",
    "gaps": [GAP_EXAMPLE],
}


class GapSerializer(serializers.Serializer):
    """One competency gap of a line: from which level to which, and why."""

    id = serializers.IntegerField(source="pk")
    theme = Coded()
    current_level = serializers.IntegerField()
    target_level = serializers.IntegerField()
    level_now = serializers.FloatField(allow_null=True)
    competency_kind = TermField("competency_kind")
    competency_title = serializers.CharField(allow_blank=True)
    skkni_code = serializers.CharField(allow_blank=True)
    kkni_target = serializers.IntegerField(allow_null=True)
    gap_cause = TermField("gap_cause")
    certification_wanted = TermField("certification_wanted")
    expected_outcome = serializers.CharField(allow_blank=True)
    performance_indicator = serializers.CharField(allow_blank=True)
    evidence = serializers.IntegerField(source="evidence_id", allow_null=True)


class LineSerializer(serializers.Serializer):
    """One line of a need: who is to be trained and how many, with the gaps to close."""

    example = LINE_EXAMPLE
    id = serializers.IntegerField(source="pk")
    position = serializers.IntegerField()
    post = Coded()
    rank = TermField("rank")
    employment_status = TermField("employment_status")
    age_band = TermField("age_band")
    education = TermField("education")
    years_in_post_band = TermField("years_in_post_band")
    language_level = TermField("language_level")
    work_unit = serializers.CharField(allow_blank=True)
    earliest_start = serializers.DateField(allow_null=True)
    justification = serializers.CharField(allow_blank=True)
    gaps = serializers.SerializerMethodField()

    def get_fields(self):
        """Counts beside the words."""
        found = super().get_fields()
        gaps = found.pop("gaps")
        found |= {name: serializers.IntegerField() for name in COUNTS}
        found |= {name: serializers.IntegerField(allow_null=True) for name in OPEN_COUNTS}
        return {**found, "gaps": gaps}

    @extend_schema_field(GapSerializer(many=True))
    def get_gaps(self, line):
        """The gaps as they were loaded with the line."""
        return GapSerializer(line.gaps.all(), many=True).data


@extend_schema_field(CODED)
class TypeField(serializers.JSONField):
    """A coded value that is one already."""


class DocumentSerializer(serializers.Serializer):
    """A file of the need; its content is read on the page."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text=_("evidence or letter"))
    type = TypeField(allow_null=True)
    name = serializers.CharField()
    size = serializers.IntegerField()
    content_type = serializers.CharField()
    sha256 = serializers.CharField()
    uploaded_at = serializers.DateTimeField()


class NeedRow(Row):
    """A row of the list."""

    example = EXAMPLE
    code = serializers.CharField()
    national_number = serializers.CharField(allow_null=True)
    title = serializers.CharField()
    status = StateField()
    office = Coded()
    region = Coded(source="office.office.region")
    cycle = serializers.IntegerField(source="cycle_id")
    revision = serializers.IntegerField()
    urgency = TermField("urgency")
    posts = serializers.SerializerMethodField()
    people_requested = serializers.IntegerField()
    people_accepted = serializers.IntegerField()
    people_completed = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True)
    band = serializers.CharField(allow_blank=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()

    @extend_schema_field({"type": "array", "items": {**CODED, "type": "object"}})
    def get_posts(self, need):
        """The posts of its lines, each once."""
        found = {line.post.code: line.post.label for line in need.all_lines}
        return [{"code": code, "label": label} for code, label in found.items()]


class NeedDetail(Record, NeedRow):
    """A need in full."""

    example = {
        **EXAMPLE,
        "contact_post": "Kepala Bidang Hubungan Industrial",
        "contact_email": "bidang.hi@example.test",
        "contact_phone": "0376 21345",
        "preferred_mode": {"code": "IN_COUNTRY", "label": "Dalam negeri"},
        "causes": [{"code": "REGULASI", "label": "Peraturan baru"}],
        "reason": "Perselisihan naik dari 17 menjadi 41 kasus.",
        "nominees_identified": True,
        "language_evidence": False,
        "budget_line": False,
        "follow_up_plan": True,
        "editable": True,
        "revises": None,
        "change_summary": "",
        "approved_at": None,
        "lines": [LINE_EXAMPLE],
        "documents": [
            {
                "id": 3,
                "kind": "letter",
                "type": None,
                "name": "surat-pengantar.pdf",
                "size": 18231,
                "content_type": "application/pdf",
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "uploaded_at": "2026-05-13T09:20:00+07:00",
            }
        ],
        "actions": [],
    }
    contact_post = serializers.CharField(allow_blank=True)
    contact_email = serializers.CharField(allow_blank=True)
    contact_phone = serializers.SerializerMethodField()
    preferred_mode = TermField("delivery_mode")
    causes = serializers.SerializerMethodField()
    reason = serializers.CharField(allow_blank=True)
    nominees_identified = serializers.BooleanField()
    language_evidence = serializers.BooleanField()
    budget_line = serializers.BooleanField()
    follow_up_plan = serializers.BooleanField()
    editable = serializers.SerializerMethodField()
    revises = serializers.SerializerMethodField()
    change_summary = serializers.CharField(allow_blank=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    lines = LineSerializer(many=True, source="all_lines")
    documents = serializers.SerializerMethodField()

    def _may_edit(self, need) -> bool:
        return may_edit(need.flow, self.context["request"].user, need)

    @extend_schema_field({"type": ["string", "null"]})
    def get_contact_phone(self, need):
        """It may be somebody's own: only for those who keep it."""
        return need.contact_phone if self._may_edit(need) else None

    @extend_schema_field({"type": "array", "items": {**CODED, "type": "object"}})
    def get_causes(self, need):
        """The causes by code."""
        return [coded(code, term_label("gap_cause", code)) for code in need.causes]

    def get_editable(self, need) -> bool:
        """Whether the reader may change its content now."""
        return self._may_edit(need)

    @extend_schema_field({"type": ["string", "null"]})
    def get_revises(self, need):
        """The code of the need it revises."""
        return need.revises.code if need.revises_id else None

    @extend_schema_field(DocumentSerializer(many=True))
    def get_documents(self, need):
        """Cover letter and evidence, without their content."""
        letter = getattr(need, "cover_letter", None)
        found = [_document(letter, "letter", None)] if letter else []
        for paper in need.evidence.all():
            kind = coded(paper.evidence_type, term_label("evidence_type", paper.evidence_type))
            found.append(_document(paper, "evidence", kind))
        return DocumentSerializer(found, many=True).data


def _document(paper, kind: str, evidence_type):
    shown = ("name", "size", "content_type", "sha256", "uploaded_at")
    return {"id": paper.pk, "kind": kind, "type": evidence_type, **{name: getattr(paper, name) for name in shown}}
