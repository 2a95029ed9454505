"""Runs of the national allocation as the interface shows them; small groups withheld as on the pages."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import ActionSerializer, ChoiceLabel, Record, Row, StateField, coded
from api.resources.allocations.result import PLAIN, AllocationResult
from partnerships.selectors import allocation_results as results
from partnerships.selectors import allocation_runs as runs


def reads_exact(user) -> bool:
    """Whether exact figures of small groups are for this reader; never for visitors."""
    return user.is_authenticated and results.reads_everything(user)


class AllocationRoundShown(serializers.Serializer):
    """A round of a cycle."""

    code = serializers.CharField()
    cycle = serializers.IntegerField(source="cycle_id")
    number = serializers.IntegerField()


class AllocationLowest(serializers.Serializer):
    """The lowest coverage of those shown, and where."""

    coverage_pct = serializers.IntegerField()
    provinces = serializers.ListField(child=serializers.CharField())


class AllocationTotals(serializers.Serializer):
    """Sums of what may be counted."""

    people = serializers.IntegerField()
    seats = serializers.IntegerField()
    seats_offered = serializers.IntegerField(allow_null=True)
    gini = serializers.FloatField(allow_null=True)
    lowest = AllocationLowest(allow_null=True)


class RunFields(serializers.Serializer):
    """What a row and a detail share."""

    code = serializers.CharField()
    status = StateField()
    round = AllocationRoundShown()
    kind = ChoiceLabel("kind")
    preset = serializers.SerializerMethodField()
    rules_version = serializers.CharField(allow_blank=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    totals = serializers.SerializerMethodField()

    def _exact(self) -> bool:
        return reads_exact(self.context["request"].user)

    @extend_schema_field(PLAIN)
    def get_preset(self, run) -> dict | None:
        """The rules it was given; "own" where they are its own."""
        return coded(run.preset or "own", runs.preset_label(run))

    @extend_schema_field(AllocationTotals(allow_null=True))
    def get_totals(self, run) -> dict | None:
        """Of a solved run; null before."""
        if not run.is_solved:
            return None
        found = results.coverage_of(run.figures, {}, public=not self._exact())
        low = results.lowest_of(found.places)
        lowest = {"coverage_pct": low[0].now, "provinces": [p.name for p in low]} if low else None
        offered = run.figures.get("seats_offered", 0) if found.is_whole else None
        sums = results.sums_of(found.counted)
        gini = results.gini_of(found.counted)
        return AllocationTotals({**sums, "seats_offered": offered, "gini": gini, "lowest": lowest}).data


ROW = {
    "url": "/api/v1/allocations/AL-2026-0002",
    "code": "AL-2026-0002",
    "status": {"code": "RATIFIED", "label": "Disahkan", "since": "2026-05-13T14:00:00+07:00", "due": None},
    "round": {"code": "2026-1", "cycle": 2026, "number": 1},
    "kind": {"code": "NATIONAL", "label": "Alokasi nasional"},
    "preset": {"code": "balanced", "label": "Seimbang"},
    "rules_version": "1.0",
    "finished_at": "2026-05-12T10:00:00+07:00",
    "totals": {
        "people": 412,
        "seats": 96,
        "seats_offered": 120,
        "gini": 0.31,
        "lowest": {"coverage_pct": 8, "provinces": ["Papua Tengah"]},
    },
}


class AllocationRow(RunFields, Row):
    """A run in the list."""

    example = ROW


class AllocationRule(serializers.Serializer):
    """A rule of the run in words."""

    name = serializers.CharField()
    label = serializers.CharField()
    value = serializers.CharField()


class AllocationProgress(serializers.Serializer):
    """How far a calculation is."""

    step = serializers.CharField(allow_blank=True)
    label = serializers.CharField(allow_blank=True)
    done = serializers.IntegerField()
    of = serializers.IntegerField()
    seconds = serializers.IntegerField()
    failure = serializers.CharField(allow_blank=True)


class AllocationPinShown(serializers.Serializer):
    """A pair staff pinned or forbade."""

    need = serializers.CharField(source="line.need.code")
    position = serializers.IntegerField(source="line.position")
    programme = serializers.CharField(source="intake.program.code")
    intake = serializers.IntegerField(source="intake.number")
    kind = ChoiceLabel("kind")
    seats = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()


class AllocationDetail(RunFields, Record):
    """A run as its page shows it to this reader."""

    page = serializers.CharField(source="manage_url")
    title = serializers.CharField()
    rules = serializers.SerializerMethodField()
    follows = serializers.SerializerMethodField()
    valid_instead = serializers.SerializerMethodField()
    input_sha256 = serializers.SerializerMethodField()
    pins = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    result = serializers.SerializerMethodField()

    @extend_schema_field(AllocationRule(many=True))
    def get_rules(self, run) -> list:
        """The rules it was given."""
        return AllocationRule(runs.rule_rows(run.rules), many=True).data

    def get_follows(self, run) -> str | None:
        """The run it was copied from, or whose remainder it gives out; null outside the centre."""
        return run.follows.code if run.follows_id and self._exact() else None

    def get_valid_instead(self, run) -> str | None:
        """Of a superseded run: the valid one."""
        found = results.valid_instead_of(run)
        return found.code if found else None

    def get_input_sha256(self, run) -> str | None:
        """The checksum of the frozen input; null outside the centre."""
        return (run.input_hash or None) if self._exact() else None

    @extend_schema_field(AllocationPinShown(many=True, allow_null=True))
    def get_pins(self, run) -> list | None:
        """Decisions of staff on single pairs; null outside the centre."""
        return AllocationPinShown(runs.pins_of(run), many=True).data if self._exact() else None

    @extend_schema_field(AllocationProgress(allow_null=True))
    def get_progress(self, run) -> dict | None:
        """While it is calculated, or where it failed; else null."""
        found = runs.progress_of(run)
        return AllocationProgress(found).data if found.is_open else None

    @extend_schema_field(AllocationResult(allow_null=True))
    def get_result(self, run) -> dict | None:
        """Of a solved run; null before."""
        if not run.is_solved:
            return None
        chosen = results.comparator_of(run, self.context["request"].query_params.get("compared_with", ""))
        shown = results.shown_result(run, chosen, public=not self._exact())
        return AllocationResult(shown, context={"exact": self._exact()}).data

    @extend_schema_field(ActionSerializer(many=True))
    def get_actions(self, run) -> list:
        """None for visitors."""
        return super().get_actions(run) if self.context["request"].user.is_authenticated else []

    example = {
        **ROW,
        "version": 9,
        "actions": [],
        "page": "/alokasi/AL-2026-0002/",
        "title": "Putaran 2026-1: Alokasi nasional",
        "rules": [{"name": "floor", "label": "Kursi terjamin tiap dinas", "value": "1: dinas tanpa kursi"}],
        "follows": None,
        "valid_instead": None,
        "input_sha256": None,
        "pins": None,
        "progress": None,
        "result": {
            "compared_with": {"code": "first_come", "label": "Siapa cepat dia dapat"},
            "comparators": [{"code": "first_come", "label": "Siapa cepat dia dapat"}],
            "figures": [
                {
                    "label": "Kursi diberikan",
                    "value": "96",
                    "unit": "",
                    "trend": "up",
                    "said": "12 kursi lebih banyak",
                    "before": "84",
                }
            ],
            "evenness": "Indeks Gini dari 0,44 menjadi 0,31; makin rendah makin merata",
            "proof": "Terbukti terbaik: tidak ada rencana lain dalam aturan ini yang nilainya lebih tinggi.",
            "proven": True,
            "provinces": [
                {
                    "code": "52",
                    "name": "Nusa Tenggara Barat",
                    "island_group": "Bali–Nusa Tenggara",
                    "people": 24,
                    "seats": 7,
                    "coverage_pct": 29,
                    "seats_compared": 2,
                    "coverage_compared_pct": 8,
                }
            ],
            "island_groups": [],
            "withheld": "",
            "rule_costs": [],
            "clashes": None,
            "leftovers": None,
        },
    }
