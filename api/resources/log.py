"""The log: for auditors entry by entry, for everybody else the history of a record as its page tells it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.roles import Role
from api import parts
from api.fields import CODED, Row, coded
from api.problems import of_form
from api.resource import Extra, Operation, Resource, register
from api.views.base import ApiView
from portal.forms import AuditForm
from portal.selectors import audit as selectors
from programs.lifecycle import PROGRAM
from programs.selectors import get_managed
from workflow.listing import Facet
from workflow.reading import get_seen
from workflow.registry import workflow
from workflow.table import CLOCK
from workflow.templatetags.workflow_tags import events_of

PLAIN = {**CODED, "type": "object"}
PERSONAL = "participants."
"""Tables about persons: their entries stay on the pages."""


class LogEntryRow(Row):
    """One entry, as the auditor's page shows it."""

    seq = serializers.IntegerField(source="entry.seq")
    at = serializers.DateTimeField(source="entry.at")
    record = serializers.SerializerMethodField()
    code = serializers.CharField(source="entry.record_code")
    action = serializers.SerializerMethodField()
    source = serializers.SerializerMethodField()
    target = serializers.SerializerMethodField()
    role = serializers.SerializerMethodField()
    organisation = serializers.CharField(source="entry.organisation", allow_blank=True)
    actor = serializers.SerializerMethodField()
    standing_in_for = serializers.CharField(source="principal", allow_blank=True)
    comment = serializers.CharField(source="entry.comment", allow_blank=True)
    details = serializers.SerializerMethodField()
    previous_hash = serializers.CharField(source="entry.prev_hash", allow_blank=True)
    hash = serializers.CharField(source="entry.hash")

    def to_representation(self, entry):
        """In the reader's words, as on the auditor's page."""
        return super().to_representation(selectors.in_words(entry))

    def get_url(self, event) -> str:
        """The entry's own address."""
        return self.context["resource"].href(self.context["request"], event.entry)

    @extend_schema_field(PLAIN)
    def get_record(self, event) -> dict | None:
        """The kind of record."""
        return coded(event.entry.flow, event.kind)

    @extend_schema_field(PLAIN)
    def get_action(self, event) -> dict | None:
        """What happened."""
        return coded(event.entry.action, event.what)

    @extend_schema_field(CODED)
    def get_source(self, event) -> dict | None:
        """The state before; null where it stayed."""
        return coded(event.entry.source, event.source) if event.source else None

    @extend_schema_field(CODED)
    def get_target(self, event) -> dict | None:
        """The state after; null where it stayed."""
        return coded(event.entry.target, event.target) if event.target else None

    @extend_schema_field(CODED)
    def get_role(self, event) -> dict | None:
        """In which role, with its capacity in words."""
        return coded(event.entry.role, event.role)

    def get_actor(self, event) -> str | None:
        """Which official, as on the auditor's page; null for people who are or may become participants."""
        entry = event.entry
        is_nominee = Role.NOMINEE in {entry.role, (entry.data or {}).get("role")}
        return None if is_nominee else event.actor

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_details(self, event) -> dict:
        """The answers of the act."""
        return event.entry.data or {}

    example = {
        "url": "/api/v1/log/318",
        "seq": 318,
        "at": "2026-05-13T14:00:00+07:00",
        "record": {"code": "regions.need", "label": "Kebutuhan"},
        "code": "KB-2026-0003",
        "action": {"code": "submit", "label": "Diajukan"},
        "source": {"code": "DRAFT", "label": "Draf"},
        "target": {"code": "SUBMITTED", "label": "Diajukan"},
        "role": {"code": "DINAS_HEAD", "label": "Kepala Dinas"},
        "organisation": "Dinas Tenaga Kerja Kabupaten Lombok Timur",
        "actor": "Kepala Dinas Contoh",
        "standing_in_for": "",
        "comment": "",
        "details": {},
        "previous_hash": "4f2c…",
        "hash": "9a01…",
    }


class HistoryRemark(serializers.Serializer):
    """A remark made with an act."""

    line = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()


class HistoryEvent(serializers.Serializer):
    """One line of a history. Where a table keeps unnamed who did something, only the day is told."""

    day = serializers.DateField()
    at = serializers.DateTimeField(allow_null=True)
    label = serializers.CharField()
    role = serializers.CharField()
    organisation = serializers.CharField(allow_blank=True)
    comment = serializers.CharField(allow_blank=True)
    remarks = HistoryRemark(many=True)
    changes = parts.FieldChange(many=True)


class RecordHistory(serializers.Serializer):
    """What happened to a record, the newest first."""

    flow = serializers.CharField()
    code = serializers.CharField()
    events = HistoryEvent(many=True)
    example = {
        "flow": "regions.need",
        "code": "KB-2026-0003",
        "events": [
            {
                "day": "2026-05-13",
                "at": "2026-05-13T14:00:00+07:00",
                "label": "Diajukan",
                "role": "Kepala Dinas",
                "organisation": "Dinas Tenaga Kerja Kabupaten Lombok Timur",
                "comment": "",
                "remarks": [],
                "changes": [],
            }
        ],
    }


class HistoryView(ApiView):
    """The history of one record, for whoever sees it."""

    operations = {
        "get": Operation(
            "record_history",
            _("History of a record"),
            _("As the page of the record tells it: posts and organisations, never persons."),
            answer=RecordHistory,
            errors=(404,),
        )
    }

    def get(self, request, flow, code):
        """Through the door of the page."""
        known = workflow(flow)
        if known is None or flow.startswith(PERSONAL):
            raise Http404
        user = request.user
        record = get_managed(user, code) if flow == PROGRAM.name else get_seen(user, flow, code=code)
        events = events_of(record, reader=user)
        since = record.history_since(user) if hasattr(record, "history_since") else None
        told = [_told(event) for event in events if since is None or event.at >= since]
        return self.answer(self.show(RecordHistory, {"flow": flow, "code": record.code, "events": told}))


def _told(event) -> dict:
    comments = event.data.get("comments") or []
    return {
        "day": timezone.localdate(event.at),
        "at": None if event.by_day else event.at,
        "label": str(event.label),
        "role": str(event.role),
        "organisation": event.organisation,
        "comment": event.comment,
        "remarks": [{"line": remark.get("line") or None, "text": remark.get("text", "")} for remark in comments],
        "changes": [
            {
                "label": str(change.get("label") or change.get("label_id") or change.get("field") or ""),
                "before": str(change.get("before") or ""),
                "after": str(change.get("after") or ""),
            }
            for change in event.data.get("changes") or []
        ],
    }


def _flows(values) -> dict[str, str]:
    return {code: str(label) for code, label in selectors.flow_choices() if code in values}


def _actions(values) -> dict[str, str]:
    return {code: str(label) for code, label in selectors.action_choices() if code in values}


def _roles(values) -> dict[str, str]:
    return {code: str(label) for code, label in [*Role.choices, (CLOCK, _("System"))] if code in values}


class Log(Resource):
    """The write-once log."""

    name, singular, key = "log", "log_entry", "seq"
    label = _("Log")
    summary = _(
        "Entry by entry for auditors and whoever keeps the portal running. Everybody else reads the history of a "
        "record they see: /log/records/{flow}/{code}. Entries about persons are not part of the interface."
    )
    row = detail = LogEntryRow
    sorts = {"seq": (_("No."), ("seq",))}
    default_sort = "-seq"
    search = staticmethod(selectors.code_matches)
    searched = _("Searches codes of records.")
    parameters = ("since", "until")

    def facets(self, user):
        """As on the auditor's page."""
        return (
            Facet("flow", _("Kind of record"), "flow", _flows),
            Facet("action", _("Event"), "action", _actions),
            Facet("role", _("Role"), "role", _roles),
        )

    def check(self, user):
        """Auditors, and whoever keeps the portal running."""
        if not selectors.may_audit(user):
            raise PermissionDenied("portal.audit")

    def rows(self, user, query):
        """The entries this reader may read, between two days."""
        days = AuditForm({name: query.get(name, "") for name in self.parameters})
        if not days.is_valid():
            raise of_form(days)
        asked = {name: days.cleaned_data[name] for name in self.parameters}
        return selectors.told_to(user, selectors.events(**asked)).exclude(flow__startswith=PERSONAL)

    def find(self, user, seq):
        """One entry."""
        self.check(user)
        if not (seq.isascii() and seq.isdecimal() and len(seq) < 16):
            raise Http404
        known = selectors.told_to(user, selectors.events()).exclude(flow__startswith=PERSONAL)
        found = known.filter(seq=int(seq)).first()
        if found is None:
            raise Http404
        return found

    def extras(self):
        """Histories of records."""
        return [Extra("/records/<str:flow>/<str:code>", HistoryView, "log_record")]


register(Log())
