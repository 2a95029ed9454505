"""Parts that details of several resources share: whose turn it is, intakes, score parts, unmet conditions, files."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import CODED, Coded, coded
from workflow.turns import holders_of


class TurnPost(serializers.Serializer):
    """A post in an organisation; never a person."""

    role = serializers.SerializerMethodField()
    organisation = serializers.CharField()

    @extend_schema_field({**CODED, "type": "object"})
    def get_role(self, post) -> dict[str, str] | None:
        """{code, label}."""
        return coded(post.role, post.label)


class TurnOutside(serializers.Serializer):
    """A letter to a body outside the portal that is not answered yet."""

    body = serializers.CharField()
    since = serializers.DateField()
    days = serializers.IntegerField()


class Turn(serializers.Serializer):
    """Whose turn it is: posts with their offices, posts nobody holds, bodies outside that owe an answer."""

    posts = TurnPost(many=True)
    more = serializers.IntegerField()
    unheld = serializers.ListField(child=serializers.CharField())
    outside = TurnOutside(many=True)


@extend_schema_field(Turn)
class TurnField(serializers.Field):
    """Whose turn it is, as the page says it."""

    def __init__(self, **kwargs):
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, record):
        """Posts and bodies."""
        return Turn(holders_of(record)).data


class IntakeShown(serializers.Serializer):
    """One run of a programme with its dates and seats."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    label = serializers.CharField(allow_blank=True)
    starts = serializers.DateField()
    ends = serializers.DateField()
    online_starts = serializers.DateField(allow_null=True)
    online_ends = serializers.DateField(allow_null=True)
    place = serializers.CharField(allow_blank=True)
    seats = serializers.IntegerField()
    seats_free = serializers.IntegerField()


INTAKE = {
    "id": 12,
    "number": 1,
    "label": "",
    "starts": "2026-09-07",
    "ends": "2026-09-25",
    "online_starts": None,
    "online_ends": None,
    "place": "Tokyo",
    "seats": 12,
    "seats_free": 5,
}


class ProgrammeOfIntake(serializers.Serializer):
    """The programme an intake belongs to, in short."""

    code = serializers.CharField()
    title = serializers.CharField()
    partner = Coded()


PROGRAMME = {
    "code": "PR-2026-0004",
    "title": "Mediasi hubungan industrial",
    "partner": {"code": "JICA", "label": "JICA"},
}


class WantedGap(serializers.Serializer):
    """A competency with the present and the wanted level."""

    theme = Coded()
    current_level = serializers.IntegerField()
    target_level = serializers.IntegerField()


GAP = {"theme": {"code": "T07", "label": "Mediasi"}, "current_level": 1, "target_level": 3}


class ScorePart(serializers.Serializer):
    """One part of a score with the sentence behind it."""

    name = serializers.CharField()
    label = serializers.CharField()
    points = serializers.FloatField()
    max = serializers.IntegerField()
    sentence = serializers.CharField(allow_blank=True)


PART = {"name": "seats", "label": "Kursi", "points": 10.0, "max": 15, "sentence": "12 kursi untuk 18 orang"}


class UnmetCondition(serializers.Serializer):
    """A condition that is not met."""

    code = serializers.CharField()
    sentence = serializers.CharField()
    waivable = serializers.BooleanField()


FAILURE = {"code": "no_seats", "sentence": "Tidak ada kursi kosong.", "waivable": False}


class PaperFile(serializers.Serializer):
    """A paper: what it is, never its content."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.SerializerMethodField()
    size = serializers.IntegerField()

    @extend_schema_field({**CODED, "type": "object"})
    def get_kind(self, stored) -> dict[str, str] | None:
        """{code, label}."""
        return coded(stored.kind, stored.get_kind_display())


FILE = {"id": 3, "name": "informasi-umum.pdf", "kind": {"code": "GI", "label": "Informasi Umum (GI)"}, "size": 48213}
TURN = {
    "posts": [{"role": {"code": "BIROKS_OFF", "label": "Petugas Biro Kerja Sama"}, "organisation": "Biro Kerja Sama"}],
    "more": 0,
    "unheld": [],
    "outside": [],
}


class FieldChange(serializers.Serializer):
    """What differs: a field, before and after."""

    label = serializers.CharField(allow_blank=True)
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class LabelledValue(serializers.Serializer):
    """A label with its value, as a page reads it out."""

    label = serializers.CharField()
    value = serializers.CharField(allow_blank=True)
