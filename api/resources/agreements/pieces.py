"""The parts of an agreement's detail: stages, letters, papers, seats, regions, parties."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api import parts
from api.fields import CODED, ChoiceLabel, coded
from partnerships.selectors.proposals import is_partner
from workflow.templatetags.workflow_tags import role_name

PLAIN = {**CODED, "type": "object"}
"""A coded value that is always there."""


class AgreementStage(serializers.Serializer):
    """One stage of the road: who, since when, how long, what was said."""

    number = serializers.IntegerField()
    code = serializers.CharField()
    label = serializers.CharField()
    roles = serializers.SerializerMethodField()
    place = serializers.ChoiceField(choices=["done", "now", "skipped", "stopped", "todo"])
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    days = serializers.IntegerField(allow_null=True)
    comment = serializers.CharField(allow_blank=True)
    returned = serializers.BooleanField()

    @extend_schema_field({"type": "array", "items": PLAIN})
    def get_roles(self, row) -> list:
        """Those who take the step."""
        return [coded(role, role_name(role)) for role in row.roles]


STAGE = {
    "number": 4,
    "code": "LEGAL_REVIEW",
    "label": "Telaah hukum",
    "roles": [{"code": "LEGAL", "label": "Penelaah hukum"}],
    "place": "now",
    "since": "2026-05-04T08:00:00+07:00",
    "until": None,
    "days": 9,
    "comment": "",
    "returned": False,
}


class AgreementLetter(serializers.Serializer):
    """A letter to a body outside and its answer; numbers only for those who work on the agreement."""

    id = serializers.IntegerField()
    body = ChoiceLabel("body")
    step = ChoiceLabel("step")
    purpose = serializers.CharField()
    sent_on = serializers.DateField()
    number = serializers.SerializerMethodField()
    answered_on = serializers.DateField(allow_null=True)
    answer_number = serializers.SerializerMethodField()
    result = ChoiceLabel("result")
    days = serializers.SerializerMethodField()
    age = serializers.CharField(source="short_age")

    def get_number(self, letter) -> str | None:
        """The letter's number; null for those outside."""
        return letter.ref_no if self.context["inside"] else None

    def get_answer_number(self, letter) -> str | None:
        """The number of the answer; null for those outside, and while it is awaited."""
        return (letter.answer_no or None) if self.context["inside"] else None

    def get_days(self, letter) -> int:
        """Days from the letter to the answer, or to today."""
        return letter.waiting_days()


LETTER = {
    "id": 6,
    "body": {"code": "KEMLU", "label": "Kementerian Luar Negeri"},
    "step": {"code": "CLEARANCE", "label": "Persetujuan Pemerintah"},
    "purpose": "Permohonan persetujuan",
    "sent_on": "2026-05-03",
    "number": "S-118",
    "answered_on": None,
    "answer_number": None,
    "result": None,
    "days": 10,
    "age": "menunggu 10 hari",
}


class AgreementPaper(parts.PaperFile):
    """One version of one paper this reader may open."""

    version = serializers.IntegerField()
    language = serializers.CharField(allow_blank=True)
    generated = serializers.BooleanField()
    signing = ChoiceLabel("signing")
    sha256 = serializers.CharField()
    uploaded_at = serializers.DateTimeField()
    note = serializers.CharField(allow_blank=True)


PAPER = {
    "id": 31,
    "name": "naskah.pdf",
    "kind": {"code": "TEXT_ID", "label": "Naskah bahasa Indonesia"},
    "size": 81234,
    "version": 2,
    "language": "id",
    "generated": True,
    "signing": None,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "uploaded_at": "2026-05-04T08:00:00+07:00",
    "note": "",
}


class AgreementSeat(serializers.Serializer):
    """A proposal under the agreement with its seats; partners do not learn the need's code."""

    office = serializers.SerializerMethodField()
    post = serializers.SerializerMethodField()
    need = serializers.SerializerMethodField()
    programme = serializers.SerializerMethodField()
    proposal = serializers.CharField(source="code")
    status = serializers.SerializerMethodField()
    seats = serializers.IntegerField(source="seats_allotted")

    @extend_schema_field(PLAIN)
    def get_office(self, row) -> dict | None:
        """Whose people."""
        office = row.line.need.office
        return coded(office.code, office.name)

    @extend_schema_field(PLAIN)
    def get_post(self, row) -> dict | None:
        """Their post."""
        return coded(row.line.post.code, row.line.post.label)

    def get_need(self, row) -> str | None:
        """The need's code."""
        return None if is_partner(self.context["request"].user) else row.line.need.code

    def get_programme(self, row) -> str | None:
        """The programme's title; null for a tailor-made request."""
        return row.program.title if row.program else None

    @extend_schema_field(PLAIN)
    def get_status(self, row) -> dict | None:
        """Where the proposal stands."""
        return coded(row.status, row.shown_status[0])


SEAT = {
    "office": {"code": "DISNAKER-5203", "label": "Dinas Tenaga Kerja Kabupaten Lombok Timur"},
    "post": {"code": "MEDHI", "label": "Mediator Hubungan Industrial"},
    "need": "KB-2026-0003",
    "programme": "Mediasi hubungan industrial",
    "proposal": "US-2026-0007",
    "status": {"code": "ACCEPTED", "label": "Diterima"},
    "seats": 2,
}


class AgreementRegion(serializers.Serializer):
    """A region the agreement reaches."""

    code = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    party = serializers.BooleanField(source="leads")


class AgreementParty(serializers.Serializer):
    """Who is bound, with the post that signed; never a person."""

    name = serializers.CharField(allow_blank=True)
    side = serializers.CharField()
    post = serializers.CharField(allow_blank=True)


class AgreementActivity(serializers.Serializer):
    """One line of the action plan of a memorandum of agreement."""

    activity = serializers.CharField()
    place = serializers.CharField(allow_blank=True, default="")
    who = serializers.CharField(allow_blank=True, default="")
    when = serializers.CharField(allow_blank=True, default="")


class AgreementTick(serializers.Serializer):
    """Something that is settled, or not yet."""

    code = serializers.CharField()
    label = serializers.CharField()
    settled = serializers.BooleanField()


class AgreementGrant(serializers.Serializer):
    """The registration of the grant."""

    required = serializers.BooleanField(source="grant_registration_required")
    register_no = serializers.CharField(source="grant_register_no", allow_blank=True)
    value = serializers.FloatField(source="grant_value", allow_null=True)
    currency = serializers.CharField(source="grant_currency", allow_blank=True)
    bast_no = serializers.CharField(allow_blank=True)
    bast_date = serializers.DateField(allow_null=True)
