"""Lines of a run as the interface shows them: what each got, why, and what it competed for."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api import parts
from api.fields import Row, coded
from api.resources.allocations.result import PLAIN
from api.resources.allocations.shown import reads_exact


class AllocationPlaced(serializers.Serializer):
    """Seats a line got in an intake."""

    programme = parts.ProgrammeOfIntake(source="intake.program")
    intake = parts.IntakeShown()
    seats = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True)
    locked = serializers.BooleanField()


class AllocationLineRow(Row):
    """What a run gave one need line, and why."""

    need = serializers.CharField(source="line.need.code")
    position = serializers.IntegerField(source="line.position")
    title = serializers.CharField(source="shown.title")
    office = serializers.SerializerMethodField()
    province_code = serializers.CharField(allow_blank=True)
    post = serializers.SerializerMethodField()
    theme_code = serializers.CharField(allow_blank=True)
    people = serializers.IntegerField(source="wanted")
    seats = serializers.IntegerField()
    score = serializers.FloatField(allow_null=True)
    outcome = serializers.SerializerMethodField()
    placed = AllocationPlaced(many=True, source="shown.seats")
    reasons = serializers.ListField(child=serializers.CharField(), source="shown.reasons")
    changes = serializers.ListField(child=serializers.CharField(), source="shown.changes", allow_null=True)

    def get_url(self, row) -> str:
        """The line's own address."""
        return f"{self.context['resource'].run_href(row)}/lines/{row.line.need.code}/{row.line.position}"

    @extend_schema_field(PLAIN)
    def get_office(self, row) -> dict | None:
        """Whose line."""
        return coded(row.office.code, row.office.name)

    @extend_schema_field(PLAIN)
    def get_post(self, row) -> dict | None:
        """Whom it is for."""
        return coded(row.line.post.code, row.line.post.label)

    @extend_schema_field(PLAIN)
    def get_outcome(self, row) -> dict | None:
        """What it got, in words."""
        return coded(row.outcome, row.shown.tag["label"])

    example = {
        "url": "/api/v1/allocations/AL-2026-0002/lines/KB-2026-0003/1",
        "need": "KB-2026-0003",
        "position": 1,
        "title": "Mediasi dan negosiasi hubungan industrial",
        "office": {"code": "DISNAKER-5203", "label": "Dinas Tenaga Kerja Kabupaten Lombok Timur"},
        "province_code": "52",
        "post": {"code": "MEDHI", "label": "Mediator Hubungan Industrial"},
        "theme_code": "T07",
        "people": 4,
        "seats": 2,
        "score": 71.5,
        "outcome": {"code": "PART", "label": "2 dari 4 kursi"},
        "placed": [
            {"programme": parts.PROGRAMME, "intake": parts.INTAKE, "seats": 2, "score": 71.5, "locked": False},
        ],
        "reasons": ["Dua kursi pertama bagi dinas tanpa kursi."],
        "changes": None,
    }


class AllocationTried(serializers.Serializer):
    """An intake the line could have had seats in; what all lines got there only for the centre."""

    code = serializers.CharField()
    name = serializers.CharField()
    score = serializers.CharField()
    seats = serializers.IntegerField()
    given = serializers.SerializerMethodField()
    offered = serializers.SerializerMethodField()
    told = serializers.ListField(child=serializers.CharField())

    def get_given(self, tried) -> int | None:
        """Seats of all lines together; null outside the centre."""
        return tried.given if self.context["exact"] else None

    def get_offered(self, tried) -> int | None:
        """Seats on offer; null outside the centre."""
        return tried.offered if self.context["exact"] else None


class AllocationUnfit(serializers.Serializer):
    """A programme that does not fit, with every condition it misses."""

    code = serializers.CharField()
    name = serializers.CharField()
    failures = parts.UnmetCondition(many=True)


class AllocationLineDetail(AllocationLineRow):
    """One line explained."""

    tried = serializers.SerializerMethodField()
    unfit = serializers.SerializerMethodField()
    unrelated = serializers.IntegerField()

    @extend_schema_field(AllocationTried(many=True))
    def get_tried(self, row) -> list:
        """What it competed for."""
        exact = reads_exact(self.context["request"].user)
        return AllocationTried(row.tried, many=True, context={"exact": exact}).data

    @extend_schema_field(AllocationUnfit(many=True))
    def get_unfit(self, row) -> list:
        """Programmes that do not fit."""
        return AllocationUnfit(row.unfit, many=True).data

    example = {
        **AllocationLineRow.example,
        "tried": [
            {
                "code": "PR-2026-0004/1",
                "name": "Mediasi hubungan industrial, 7–25 September 2026",
                "score": "71,5",
                "seats": 2,
                "given": None,
                "offered": None,
                "told": ["Kursi diberikan."],
            }
        ],
        "unfit": [{"code": "PR-2026-0009", "name": "Dialog sosial", "failures": [parts.FAILURE]}],
        "unrelated": 3,
    }
