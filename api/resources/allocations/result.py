"""A result beside a comparator: figures, provinces, costs of rules, seats left over."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import CODED, coded
from partnerships.allocation_sentences import show_clashes, show_leftovers, show_rule_costs
from partnerships.selectors import allocation_results as results

PLAIN = {**CODED, "type": "object"}


class AllocationFigure(serializers.Serializer):
    """One figure beside that of the comparator, as the page says it."""

    label = serializers.CharField()
    value = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)
    trend = serializers.CharField(source="tone", allow_blank=True)
    said = serializers.CharField(source="words", allow_blank=True)
    before = serializers.CharField(allow_blank=True)


class AllocationPlace(serializers.Serializer):
    """A province or island group; null where a figure is withheld."""

    code = serializers.CharField()
    name = serializers.CharField()
    island_group = serializers.CharField(source="island", allow_blank=True)
    people = serializers.IntegerField(allow_null=True)
    seats = serializers.IntegerField(allow_null=True)
    coverage_pct = serializers.IntegerField(source="now", allow_null=True)
    seats_compared = serializers.IntegerField(source="seats_before", allow_null=True)
    coverage_compared_pct = serializers.IntegerField(source="before", allow_null=True)


class AllocationRuleCost(serializers.Serializer):
    """What a rule costs."""

    key = serializers.CharField()
    label = serializers.CharField()
    share = serializers.CharField(allow_blank=True)
    value = serializers.CharField(allow_blank=True)
    seats = serializers.CharField(allow_blank=True)
    seats_note = serializers.CharField(allow_blank=True)
    better = serializers.CharField(allow_blank=True)
    worse = serializers.CharField(allow_blank=True)


class AllocationLeftover(serializers.Serializer):
    """Seats of an intake that nobody got, and why."""

    code = serializers.CharField()
    name = serializers.CharField()
    free = serializers.IntegerField()
    sentence = serializers.CharField()


class AllocationResult(serializers.Serializer):
    """A result beside one comparator."""

    compared_with = serializers.SerializerMethodField()
    comparators = serializers.SerializerMethodField()
    figures = AllocationFigure(many=True)
    evenness = serializers.CharField(allow_blank=True)
    proof = serializers.CharField()
    proven = serializers.BooleanField()
    provinces = AllocationPlace(many=True, source="places")
    island_groups = serializers.SerializerMethodField()
    withheld = serializers.CharField(source="coverage.note", allow_blank=True)
    rule_costs = serializers.SerializerMethodField()
    clashes = serializers.SerializerMethodField()
    leftovers = serializers.SerializerMethodField()

    @extend_schema_field(CODED)
    def get_compared_with(self, shown) -> dict | None:
        """The comparator chosen; null without any."""
        return coded(shown.comparator, results.COMPARATORS.get(shown.comparator, ""))

    @extend_schema_field({"type": "array", "items": PLAIN})
    def get_comparators(self, shown) -> list:
        """What it can be compared with (compared_with=…)."""
        return [coded(name, label) for name, label in results.comparator_choices(shown.run)]

    @extend_schema_field(AllocationPlace(many=True))
    def get_island_groups(self, shown) -> list:
        """Sums by island group."""
        return AllocationPlace(results.island_rows(shown.coverage.counted), many=True).data

    @extend_schema_field(AllocationRuleCost(many=True))
    def get_rule_costs(self, shown) -> list:
        """What each rule costs."""
        whole = shown.coverage.is_whole
        rows = show_rule_costs(shown.run.rule_costs, exact=self.context["exact"], whole=whole)
        return AllocationRuleCost(rows, many=True).data

    @extend_schema_field({"type": ["array", "null"], "items": {"type": "string"}})
    def get_clashes(self, shown) -> list | None:
        """Rules that cannot all hold; null outside the centre."""
        return [str(s) for s in show_clashes(shown.run.figures.get("clashes") or [])] if self.context["exact"] else None

    @extend_schema_field(AllocationLeftover(many=True, allow_null=True))
    def get_leftovers(self, shown) -> list | None:
        """Seats left over; null outside the centre."""
        return (
            AllocationLeftover(show_leftovers(shown.run.leftovers), many=True).data if self.context["exact"] else None
        )
