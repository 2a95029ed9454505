"""Fields every resource shares: coded values with their label, moments with their zone, the acts open to the reader."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from regions.models.vocabulary import term_label
from workflow.engine import offered

CODED = {
    "type": ["object", "null"],
    "required": ["code", "label"],
    "properties": {"code": {"type": "string"}, "label": {"type": "string"}},
}


def coded(code: Any, label: Any) -> dict[str, str] | None:
    """A value of a vocabulary: its code and what it is called in the reader's language; None where there is none."""
    return {"code": str(code), "label": str(label)} if code not in (None, "") else None


@extend_schema_field(CODED)
class Coded(serializers.Field):
    """A record with a code and a label or name (post, theme, region, organisation), as {code, label}."""

    def __init__(self, **kwargs):
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value):
        """{code, label}."""
        return coded(value.code, getattr(value, "label", None) or getattr(value, "name", None) or value)


@extend_schema_field(CODED)
class TermField(serializers.Field):
    """A code of a small vocabulary of the portal (urgency, delivery mode …), as {code, label}."""

    def __init__(self, vocabulary: str, **kwargs):
        self.vocabulary = vocabulary
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value):
        """{code, label}, or null for none."""
        return coded(value, term_label(self.vocabulary, value))


@extend_schema_field(CODED)
class ChoiceLabel(serializers.Field):
    """A model field with choices, as {code, label}. `source="*"` is set for you: name the field in `of`."""

    def __init__(self, of: str, **kwargs):
        self.of = of
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, record):
        """{code, label}, or null for none."""
        return coded(getattr(record, self.of), getattr(record, f"get_{self.of}_display")())


class StateSerializer(serializers.Serializer):
    """Where a record stands."""

    code = serializers.CharField()
    label = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    due = serializers.DateTimeField(allow_null=True)


@extend_schema_field(StateSerializer)
class StateField(serializers.Field):
    """The state of a record of a workflow, with since when and until when."""

    def __init__(self, **kwargs):
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, record):
        """{code, label, since, due}."""
        values = {"code": record.status, "label": record.flow.state(record.status).label}
        return StateSerializer({**values, "since": record.status_since, "due": record.due_at}).data


class AskChoiceSerializer(serializers.Serializer):
    """One answer that may be given."""

    value = serializers.CharField(allow_blank=True)
    label = serializers.CharField(allow_blank=True)


class AskSerializer(serializers.Serializer):
    """One thing an act asks for."""

    name = serializers.CharField()
    label = serializers.CharField()
    kind = serializers.CharField()
    required = serializers.BooleanField()
    help = serializers.CharField(allow_blank=True)
    min_length = serializers.IntegerField()
    choices = AskChoiceSerializer(many=True)


class ActionSerializer(serializers.Serializer):
    """An act open to the reader, or the reasons why it is not possible now."""

    name = serializers.CharField()
    label = serializers.CharField()
    hint = serializers.CharField(allow_blank=True)
    enabled = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField())
    asks = AskSerializer(many=True)
    href = serializers.CharField()


def actions_of(record, user, href: str) -> list[dict[str, Any]]:
    """What the reader could do on a record, in the order of its table. `href`: the record's own address."""
    return [
        {
            "name": offer.transition.name,
            "label": str(offer.transition.label),
            "hint": str(offer.transition.hint),
            "enabled": offer.enabled,
            "reasons": [str(reason) for reason in offer.reasons],
            "asks": [_ask(ask, record) for ask in offer.transition.asks],
            "href": f"{href}/{offer.transition.name}",
        }
        for offer in offered(user, record)
    ]


def _ask(ask, record) -> dict[str, Any]:
    choices = ask.choices(record) if ask.choices else []
    return {
        "name": ask.name,
        "label": str(ask.label),
        "kind": ask.kind,
        "required": ask.required,
        "help": str(ask.help or ""),
        "min_length": ask.min_length,
        "choices": [{"value": str(value), "label": str(label)} for value, label in choices],
    }


class Row(serializers.Serializer):
    """A row of a list. `example`: a filled one, for the documentation; typed by hand, checked by a test."""

    example: dict[str, Any] = {}
    url = serializers.SerializerMethodField()

    def get_url(self, record) -> str:
        """The address of the record in this interface."""
        resource = self.context["resource"]
        return resource.href(self.context["request"], record)


class Record(Row):
    """A record of a workflow in full: adds version and actions to what a subclass names."""

    version = serializers.IntegerField()
    actions = serializers.SerializerMethodField()

    @extend_schema_field(ActionSerializer(many=True))
    def get_actions(self, record) -> list[dict[str, Any]]:
        """The acts open to the reader."""
        return actions_of(record, self.context["request"].user, self.get_url(record))
