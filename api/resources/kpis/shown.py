"""Key figures as the interface shows them: what they mean, and a figure of one period."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import Row
from portal.kpi import figures, files
from portal.kpi import periods as of
from portal.kpi.catalogue import BY_CODE

BASES = (of.YEAR, of.CYCLE)


class KpiMeasure(serializers.Serializer):
    """One number of an indicator: what stands above and below the line."""

    name = serializers.CharField()
    label = serializers.SerializerMethodField()
    unit = serializers.CharField()
    formula = serializers.CharField()
    above = serializers.CharField()
    below = serializers.CharField()
    by_place = serializers.BooleanField()

    def get_label(self, measure) -> str:
        """What it is called beside its siblings; empty where it has none."""
        return str(measure.tab)


class KpiFields(Row):
    """What a row and a detail share."""

    code = serializers.CharField()
    label = serializers.CharField()
    why = serializers.CharField()
    norm = serializers.CharField(allow_blank=True)
    lower_is_better = serializers.BooleanField(source="falls")
    today_only = serializers.BooleanField()

    def get_url(self, kpi) -> str:
        """Its value: this address, with periode and dasar for another period."""
        return self.context["resource"].href(self.context["request"], kpi)


FIELDS = {
    "url": "/api/v1/kpis/K01",
    "code": "K01",
    "label": "Kebutuhan terlayani dalam 90 hari",
    "why": "Apakah kebutuhan yang disetujui segera mendapat kursi.",
    "norm": "90 hari setelah persetujuan",
    "lower_is_better": False,
    "today_only": False,
}
MEASURE = {
    "name": "matched",
    "label": "",
    "unit": "percent",
    "formula": "Kebutuhan dengan usulan diterima dalam 90 hari, dibagi kebutuhan yang 90 harinya lewat.",
    "above": "kebutuhan dengan kursi dalam 90 hari",
    "below": "kebutuhan disetujui yang 90 harinya lewat",
    "by_place": True,
}


class KpiRow(KpiFields):
    """What an indicator means."""

    measures = serializers.SerializerMethodField()

    @extend_schema_field(KpiMeasure(many=True))
    def get_measures(self, kpi) -> list:
        """Those that are for this reader."""
        return KpiMeasure(figures.measures_of(self.context["scope"], kpi), many=True).data

    example = {**FIELDS, "measures": [MEASURE]}


class KpiList(serializers.Serializer):
    """Every indicator that is for this reader."""

    data = KpiRow(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    example = {"data": [KpiRow.example], "next": None, "previous": None}


class KpiPeriod(serializers.Serializer):
    """A calendar year, or the needs of a cycle."""

    year = serializers.IntegerField()
    basis = serializers.ChoiceField(choices=BASES)
    label = serializers.CharField()
    running = serializers.BooleanField(source="is_running")


class KpiNumber(serializers.Serializer):
    """A number with its parts; null where there are no data, or where they are withheld."""

    value = serializers.SerializerMethodField()
    text = serializers.CharField()
    above = serializers.SerializerMethodField()
    below = serializers.SerializerMethodField()
    withheld = serializers.BooleanField(source="is_withheld")

    def get_value(self, found) -> float | None:
        """The number."""
        return _float(found.number)

    def get_above(self, found) -> float | None:
        """The part above the line."""
        return _float(found.above)

    def get_below(self, found) -> float | None:
        """The part below the line."""
        return _float(found.below)


def _float(number) -> float | None:
    return None if number is None else float(number)


class KpiPlace(serializers.Serializer):
    """A measure at one place."""

    code = serializers.CharField(allow_blank=True, allow_null=True)
    name = serializers.CharField()
    group = serializers.CharField(allow_blank=True)
    number = KpiNumber(source="value")


class KpiPlaces(serializers.Serializer):
    """By province (or regency) and by island group; how many places are not shown."""

    rows = KpiPlace(many=True)
    groups = KpiPlace(many=True)
    withheld = serializers.IntegerField()


class KpiValue(KpiMeasure):
    """One measure of the period, beside the period before."""

    finding = serializers.CharField(source="shown.finding")
    number = KpiNumber(source="shown")
    before = KpiNumber(allow_null=True)
    comparison = serializers.CharField(allow_blank=True)
    trend = serializers.CharField(allow_blank=True)
    rows = serializers.IntegerField(source="shown.rows")
    unknown = serializers.IntegerField(source="shown.unknown")
    places = KpiPlaces(allow_null=True)

    def get_label(self, row) -> str:
        """What it is called beside its siblings; empty where it has none."""
        return str(row["tab"])


class KpiStep(serializers.Serializer):
    """Of K09: every stay in one state of one table."""

    flow = serializers.CharField()
    state = serializers.CharField()
    label = serializers.CharField()
    table = serializers.CharField()
    count = serializers.IntegerField()
    median_working_days = serializers.FloatField(source="median")
    limit = serializers.SerializerMethodField()
    timed = serializers.IntegerField()
    in_time = serializers.IntegerField(source="hits")

    def get_limit(self, step) -> str:
        """The time limit in words."""
        return str(files.limit_words(step))


class KpiAmount(serializers.Serializer):
    """Of K11: what partners disclosed in one currency."""

    currency = serializers.CharField()
    amount = serializers.FloatField()
    items = serializers.IntegerField()
    without_rate = serializers.IntegerField()


class KpiDetail(KpiFields):
    """An indicator in one period."""

    scope = serializers.SerializerMethodField()
    period = KpiPeriod()
    measures = KpiValue(many=True, source="shown")
    steps = KpiStep(many=True)
    currencies = KpiAmount(many=True)

    @extend_schema_field({"type": "string", "enum": ["national", "province", "office", "partner"]})
    def get_scope(self, kpi) -> str:
        """Whose figure it is."""
        return kpi["scope"].kind

    def get_url(self, kpi) -> str:
        """Its own address."""
        return self.context["resource"].href(self.context["request"], BY_CODE[kpi["code"]])

    example = {
        **FIELDS,
        "scope": "national",
        "period": {"year": 2026, "basis": "tahun", "label": "tahun 2026", "running": True},
        "measures": [
            {
                **MEASURE,
                "finding": "62% kebutuhan yang disetujui mendapat kursi dalam 90 hari",
                "number": {"value": 62.5, "text": "62%", "above": 5.0, "below": 8.0, "withheld": False},
                "before": {"value": 50.0, "text": "50%", "above": 3.0, "below": 6.0, "withheld": False},
                "comparison": "50% pada tahun 2025",
                "trend": "better",
                "rows": 8,
                "unknown": 0,
                "places": {
                    "rows": [
                        {
                            "code": "52",
                            "name": "Nusa Tenggara Barat",
                            "group": "Bali–Nusa Tenggara",
                            "number": {"value": 62.5, "text": "62%", "above": 5.0, "below": 8.0, "withheld": False},
                        }
                    ],
                    "groups": [],
                    "withheld": 0,
                },
            }
        ],
        "steps": [],
        "currencies": [],
    }
