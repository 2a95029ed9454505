"""Conversations and messages as the interface shows them: posts and organisations, never persons."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import CODED, ChoiceLabel, Coded, Row, coded
from forum.models import MessageKind
from workflow.registry import workflow

PLAIN = {**CODED, "type": "object"}


class ThreadSubject(serializers.Serializer):
    """The record a conversation is about."""

    flow = serializers.CharField()
    label = serializers.CharField()
    code = serializers.CharField()


class ThreadRow(Row):
    """A conversation in the list."""

    code = serializers.CharField()
    title = serializers.CharField()
    status = serializers.SerializerMethodField()
    audience = ChoiceLabel("audience")
    opened_by = Coded(source="organisation")
    about = serializers.SerializerMethodField()
    theme = Coded()
    province_code = serializers.CharField(source="province", allow_blank=True)
    opened_at = serializers.DateTimeField()
    last_message_at = serializers.DateTimeField()
    message_count = serializers.IntegerField()
    unread = serializers.IntegerField()
    follows = serializers.BooleanField()
    muted = serializers.BooleanField()

    @extend_schema_field(PLAIN)
    def get_status(self, thread) -> dict | None:
        """Open or resolved."""
        return coded(thread.status, thread.state.label)

    @extend_schema_field(ThreadSubject(allow_null=True))
    def get_about(self, thread) -> dict | None:
        """The record; null for an open topic."""
        if not thread.flow:
            return None
        label = str(workflow(thread.flow).flow.label)
        return ThreadSubject({"flow": thread.flow, "label": label, "code": thread.record_code}).data

    example = {
        "url": "/api/v1/threads/UT-2026-0004",
        "code": "UT-2026-0004",
        "title": "Berkas mana yang masih kurang?",
        "status": {"code": "OPEN", "label": "Terbuka"},
        "audience": {"code": "REGION_MINISTRY", "label": "Daerah dan kementerian"},
        "opened_by": {"code": "DISNAKER-5203", "label": "Dinas Tenaga Kerja Kabupaten Lombok Timur"},
        "about": {"flow": "regions.need", "label": "Kebutuhan", "code": "KB-2026-0003"},
        "theme": None,
        "province_code": "52",
        "opened_at": "2026-05-04T08:00:00+07:00",
        "last_message_at": "2026-05-13T14:00:00+07:00",
        "message_count": 3,
        "unread": 1,
        "follows": True,
        "muted": False,
    }


class ThreadDetail(ThreadRow):
    """A conversation with what the reader may do in it; its messages have an address of their own."""

    page = serializers.CharField(source="get_absolute_url")
    parties = serializers.SerializerMethodField()
    may_write = serializers.BooleanField(source="standing.may_write")
    may_moderate = serializers.BooleanField(source="standing.may_moderate")
    messages = serializers.SerializerMethodField()

    @extend_schema_field({"type": "array", "items": PLAIN})
    def get_parties(self, thread) -> list:
        """Organisations named in it."""
        return [coded(party.organisation.code, party.organisation.name) for party in thread.parties.all()]

    def get_messages(self, thread) -> str:
        """The address of its messages."""
        return f"{self.get_url(thread)}/messages"

    example = {
        **ThreadRow.example,
        "page": "/forum/UT-2026-0004/",
        "parties": [],
        "may_write": True,
        "may_moderate": False,
        "messages": "/api/v1/threads/UT-2026-0004/messages",
    }


class MessageQuoted(serializers.Serializer):
    """The message another one answers."""

    id = serializers.IntegerField(source="pk")
    text = serializers.CharField(allow_blank=True)
    deleted = serializers.BooleanField()


class MessageFile(serializers.Serializer):
    """A file sent with a message."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    size = serializers.IntegerField()


class MessageRow(Row):
    """A message: by which post of which organisation, never by whom."""

    id = serializers.IntegerField(source="post.pk")
    kind = serializers.SerializerMethodField()
    role = serializers.CharField(source="post.role")
    organisation = serializers.CharField(source="post.organisation", allow_blank=True)
    own = serializers.BooleanField(source="post.own")
    at = serializers.DateTimeField(source="post.at")
    text = serializers.CharField(source="post.text", allow_blank=True)
    html = serializers.CharField(source="post.html", allow_blank=True)
    quotes = MessageQuoted(source="post.quote", allow_null=True)
    files = MessageFile(many=True, source="post.attachments")
    edited_at = serializers.DateTimeField(source="post.edited_at", allow_null=True)
    deleted_at = serializers.DateTimeField(source="post.deleted_at", allow_null=True)
    pinned_at = serializers.DateTimeField(source="post.pinned_at", allow_null=True)
    recorded_at = serializers.DateTimeField(source="post.recorded_at", allow_null=True)

    def get_url(self, message) -> str:
        """The page of the message."""
        return f"{message.thread.get_absolute_url()}?pesan={message.pk}#pesan-{message.pk}"

    @extend_schema_field(PLAIN)
    def get_kind(self, message) -> dict | None:
        """What somebody wrote, or what the portal says."""
        return coded(message.post.kind, MessageKind(message.post.kind).label)

    example = {
        "url": "/forum/UT-2026-0004/?pesan=71#pesan-71",
        "id": 71,
        "kind": {"code": "TEXT", "label": "Pesan"},
        "role": "Verifikator provinsi",
        "organisation": "Disnaker NTB",
        "own": False,
        "at": "2026-05-13T14:00:00+07:00",
        "text": "Surat dukungan belum ada.",
        "html": "<p>Surat dukungan belum ada.</p>",
        "quotes": None,
        "files": [],
        "edited_at": None,
        "deleted_at": None,
        "pinned_at": None,
        "recorded_at": None,
    }
