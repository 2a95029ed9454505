"""Programmes as the interface shows them: a row of the catalogue, and all of one."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api import parts
from api.fields import ActionSerializer, ChoiceLabel, Coded, Record, Row, StateField, TermField
from api.selectors.programmes import is_managed_by
from programs import rules, selectors
from programs.templatetags.programs_tags import changes_of


class ProgrammeTheme(serializers.Serializer):
    """A competency with the levels a programme takes people from and to."""

    theme = Coded()
    entry_level = serializers.IntegerField()
    exit_level = serializers.IntegerField()


class ProgrammeRequirement(serializers.Serializer):
    """A requirement in words."""

    text_id = serializers.CharField()
    text_en = serializers.CharField(allow_blank=True)
    mandatory = serializers.BooleanField()


class ProgrammeCost(serializers.Serializer):
    """Who pays what; no amount where the partner does not disclose it."""

    item = TermField("cost_item")
    payer = TermField("payer")
    amount = serializers.FloatField(allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)


class ProgrammeContact(serializers.Serializer):
    """Whom to ask: a post with its official address, as the programme's page names it."""

    post = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)


class ProgrammeAmendment(serializers.Serializer):
    """A change after publishing."""

    edition = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True)
    changes = parts.FieldChange(many=True)


class ProgrammeDeadline(serializers.Serializer):
    """Until when one level of the chain has time."""

    level = serializers.CharField()
    label = serializers.CharField()
    task = serializers.CharField()
    ends = serializers.DateTimeField()
    working_days = serializers.IntegerField(source="days")
    minimum = serializers.IntegerField()
    own = serializers.BooleanField()
    over = serializers.BooleanField()


class ProgrammeDeadlines(serializers.Serializer):
    """The deadlines of the levels this reader may know."""

    levels = ProgrammeDeadline(many=True, source="links")
    express = serializers.BooleanField()
    warning = serializers.CharField(source="notice", allow_blank=True)


class ProgrammeRemark(serializers.Serializer):
    """A remark of the Bureau of Cooperation on a returned offer."""

    id = serializers.IntegerField()
    section = serializers.CharField(allow_blank=True)
    about = serializers.CharField(allow_blank=True)
    text = serializers.CharField()
    done = serializers.SerializerMethodField()

    def get_done(self, remark) -> bool:
        """Whether it was ticked off."""
        return remark.resolved_at is not None


class ProgrammeManagement(serializers.Serializer):
    """What partner and ministry read beside the public content."""

    partner_deadline = serializers.DateTimeField(allow_null=True)
    partner_zone = serializers.CharField()
    visibility = ChoiceLabel("visibility")
    on_behalf = serializers.BooleanField()
    source_letter_number = serializers.CharField(allow_blank=True)
    source_letter_date = serializers.DateField(allow_null=True)
    may_fill = serializers.SerializerMethodField()
    may_amend = serializers.SerializerMethodField()
    remarks = serializers.SerializerMethodField()
    turn = parts.TurnField()

    def get_may_fill(self, program) -> bool:
        """Whether the sections can be filled in now."""
        return rules.may_fill(self.context["request"].user, program)

    def get_may_amend(self, program) -> bool:
        """Whether the sections can be changed after publishing, with a reason."""
        return rules.may_amend(self.context["request"].user, program)

    @extend_schema_field(ProgrammeRemark(many=True))
    def get_remarks(self, program) -> list:
        """Of the last return."""
        return ProgrammeRemark(selectors.open_remarks(program), many=True).data


class ProgrammeFields(serializers.Serializer):
    """What a row and a detail share."""

    code = serializers.CharField()
    status = StateField()
    title = serializers.CharField()
    partner = Coded()
    scheme = Coded()
    delivery_mode = TermField("delivery_mode")
    country = TermField("country")
    language = TermField("language")
    funding_mode = TermField("funding_mode")
    internal_deadline = serializers.DateTimeField(allow_null=True)
    opens_at = serializers.DateTimeField(allow_null=True)
    rolling = serializers.BooleanField()
    express = serializers.BooleanField()


class ProgrammeRow(ProgrammeFields, Row):
    """A programme of the catalogue."""

    themes = ProgrammeTheme(many=True, source="themes.all")
    seats = serializers.IntegerField(source="seats_total")
    seats_free = serializers.IntegerField(source="seats_left")
    next_start = serializers.DateField(allow_null=True)
    example = {
        "url": "/api/v1/programmes/PR-2026-0004",
        "code": "PR-2026-0004",
        "status": {"code": "OPEN", "label": "Pendaftaran dibuka", "since": "2026-05-04T08:00:00+07:00", "due": None},
        "title": "Mediasi hubungan industrial",
        "partner": {"code": "JICA", "label": "Badan Kerja Sama Internasional Jepang"},
        "scheme": {"code": "JICA_KCCP_GRF", "label": "KCCP Group & Region Focus"},
        "delivery_mode": {"code": "OVERSEAS", "label": "Luar negeri"},
        "country": {"code": "JP", "label": "Jepang"},
        "language": {"code": "EN", "label": "Inggris"},
        "funding_mode": {"code": "FULL", "label": "Beasiswa penuh"},
        "internal_deadline": "2026-06-12T23:59:00+07:00",
        "opens_at": "2026-05-04T08:00:00+07:00",
        "rolling": False,
        "express": False,
        "themes": [{"theme": {"code": "T07", "label": "Mediasi"}, "entry_level": 1, "exit_level": 3}],
        "seats": 12,
        "seats_free": 5,
        "next_start": "2026-09-07",
    }


class ProgrammeDetail(ProgrammeFields, Record):
    """A programme as its page shows it to this reader."""

    page = serializers.CharField(source="get_absolute_url")
    title_id = serializers.CharField(allow_blank=True)
    title_en = serializers.CharField(allow_blank=True)
    summary_id = serializers.CharField(allow_blank=True)
    summary_en = serializers.CharField(allow_blank=True)
    objectives_id = serializers.CharField(allow_blank=True)
    objectives_en = serializers.CharField(allow_blank=True)
    host = serializers.CharField(allow_blank=True)
    partner_reference = serializers.CharField(allow_blank=True)
    interpretation = TermField("interpretation")
    all_posts = serializers.BooleanField()
    posts = serializers.ListField(child=Coded(), source="posts.all")
    themes = ProgrammeTheme(many=True, source="themes.all")
    intakes = parts.IntakeShown(many=True, source="intakes.all")
    prerequisites = serializers.SerializerMethodField()
    requirements = ProgrammeRequirement(many=True, source="rules.all")
    costs = ProgrammeCost(many=True, source="costs.all")
    route = ChoiceLabel("route")
    needs_agreement = serializers.BooleanField()
    agreement_note = serializers.CharField(allow_blank=True)
    contacts = ProgrammeContact(many=True, source="contacts.all")
    files = serializers.SerializerMethodField()
    amendments = serializers.SerializerMethodField()
    deadlines = serializers.SerializerMethodField()
    closed_to_proposals = serializers.SerializerMethodField()
    management = serializers.SerializerMethodField()

    @property
    def _user(self):
        return self.context["request"].user

    @extend_schema_field(parts.LabelledValue(many=True))
    def get_prerequisites(self, program) -> list:
        """As the page reads them out."""
        return [{"label": str(label), "value": str(value)} for label, value in selectors.prerequisites(program)]

    @extend_schema_field(parts.PaperFile(many=True))
    def get_files(self, program) -> list:
        """The papers this reader may open."""
        return parts.PaperFile(selectors.shown_files(self._user, program), many=True).data

    @extend_schema_field(ProgrammeAmendment(many=True))
    def get_amendments(self, program) -> list:
        """Changes after publishing; regions and visitors do not read the partner's own deadline."""
        outside = not (self._user.is_authenticated and rules.knows_partner_deadline(self._user, program))
        rows = [
            {"edition": a.edition, "made_at": a.made_at, "reason": a.reason, "changes": changes_of(a, outside)}
            for a in program.amendments.all()
        ]
        return ProgrammeAmendment(rows, many=True).data

    @extend_schema_field(ProgrammeDeadlines(allow_null=True))
    def get_deadlines(self, program) -> dict | None:
        """The chain of deadlines, as far as it is for this reader; null where there is none."""
        shown = selectors.chain_for(self._user, program)
        return None if shown is None else ProgrammeDeadlines(shown).data

    def get_closed_to_proposals(self, program) -> str:
        """Why offices cannot propose now; empty where they can."""
        return str(rules.accepts_proposals(program))

    @extend_schema_field(ProgrammeManagement(allow_null=True))
    def get_management(self, program) -> dict | None:
        """For the partner itself and the ministry; null for everyone else."""
        if not is_managed_by(self._user, program):
            return None
        return ProgrammeManagement(program, context=self.context).data

    @extend_schema_field(ActionSerializer(many=True))
    def get_actions(self, program) -> list:
        """Acts belong to those who work on the programme."""
        return super().get_actions(program) if is_managed_by(self._user, program) else []

    example = {
        **{
            name: value
            for name, value in ProgrammeRow.example.items()
            if name not in {"seats", "seats_free", "next_start"}
        },
        "version": 7,
        "actions": [],
        "page": "/program/mediasi-hubungan-industrial/",
        "title_id": "Mediasi hubungan industrial",
        "title_en": "Industrial relations mediation",
        "summary_id": "Pelatihan tiga minggu bagi mediator.",
        "summary_en": "Three weeks of training for mediators.",
        "objectives_id": "Peserta menyelesaikan perselisihan menurut hukum acara.",
        "objectives_en": "",
        "host": "JICA Tokyo",
        "partner_reference": "202608732J001",
        "interpretation": {"code": "NONE", "label": "Tanpa penerjemah"},
        "all_posts": False,
        "posts": [{"code": "MEDHI", "label": "Mediator Hubungan Industrial"}],
        "intakes": [parts.INTAKE],
        "prerequisites": [{"label": "Usia", "value": "paling tinggi 45 tahun"}],
        "requirements": [
            {"text_id": "Bertugas sebagai mediator.", "text_en": "Serves as mediator.", "mandatory": True}
        ],
        "costs": [
            {
                "item": {"code": "TUITION", "label": "Biaya pelatihan"},
                "payer": {"code": "PARTNER", "label": "Mitra"},
                "amount": None,
                "currency": "",
                "note": "",
            }
        ],
        "route": {"code": "SETNEG", "label": "Sekretariat Negara"},
        "needs_agreement": False,
        "agreement_note": "",
        "contacts": [{"post": "Staf program", "email": "program@example.test", "phone": ""}],
        "files": [parts.FILE],
        "amendments": [],
        "deadlines": {
            "levels": [
                {
                    "level": "OFFICE",
                    "label": "Dinas",
                    "task": "mendaftarkan dan mengajukan orangnya",
                    "ends": "2026-06-12T23:59:00+07:00",
                    "working_days": 10,
                    "minimum": 5,
                    "own": True,
                    "over": False,
                }
            ],
            "express": False,
            "warning": "",
        },
        "closed_to_proposals": "",
        "management": None,
    }
