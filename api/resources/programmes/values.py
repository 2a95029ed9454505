"""What the five sections of an offer hold, by the names their forms use: read as it stands, sent to change it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from rest_framework import serializers

from workflow.calendar import WIB


class OfferSection(serializers.Serializer):
    """A section: of which programme, in which version."""

    example: dict = {}
    code = serializers.CharField()
    version = serializers.IntegerField()


class OfferBasics(OfferSection):
    """The first section."""

    scheme = serializers.CharField(source="scheme_id")
    title_id = serializers.CharField(allow_blank=True)
    title_en = serializers.CharField(allow_blank=True)
    host = serializers.CharField(allow_blank=True)
    partner_reference = serializers.CharField(allow_blank=True)
    summary_id = serializers.CharField(allow_blank=True)
    summary_en = serializers.CharField(allow_blank=True)
    objectives_id = serializers.CharField(allow_blank=True)
    objectives_en = serializers.CharField(allow_blank=True)
    delivery_mode = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    host_province = serializers.CharField(allow_blank=True)
    example = {
        "code": "PR-2026-0031",
        "version": 2,
        "scheme": "JICA_KCCP_GRF",
        "title_id": "Mediasi hubungan industrial",
        "title_en": "Industrial relations mediation",
        "host": "JICA Tokyo",
        "partner_reference": "",
        "summary_id": "Pelatihan tiga minggu bagi mediator.",
        "summary_en": "",
        "objectives_id": "",
        "objectives_en": "",
        "delivery_mode": "OVERSEAS",
        "country": "JP",
        "host_province": "",
    }


class OfferTheme(serializers.Serializer):
    """A competency by its code."""

    id = serializers.IntegerField()
    theme = serializers.CharField(source="theme_id")
    entry_level = serializers.IntegerField()
    exit_level = serializers.IntegerField()


class OfferCompetencies(OfferSection):
    """The second section."""

    all_posts = serializers.BooleanField()
    posts = serializers.ListField(child=serializers.CharField(), source="post_codes")
    themes = OfferTheme(many=True, source="themes.all")
    example = {
        "code": "PR-2026-0031",
        "version": 3,
        "all_posts": False,
        "posts": ["MEDHI"],
        "themes": [{"id": 41, "theme": "T07", "entry_level": 1, "exit_level": 3}],
    }


class OfferIntake(serializers.Serializer):
    """An intake as it is filled in."""

    id = serializers.IntegerField()
    label = serializers.CharField(allow_blank=True)
    starts = serializers.DateField()
    ends = serializers.DateField()
    online_starts = serializers.DateField(allow_null=True)
    online_ends = serializers.DateField(allow_null=True)
    place = serializers.CharField(allow_blank=True)
    seats = serializers.IntegerField()
    min_cohort = serializers.IntegerField(allow_null=True)


class OfferIntakes(OfferSection):
    """The third section."""

    intakes = OfferIntake(many=True, source="intakes.all")
    example = {
        "code": "PR-2026-0031",
        "version": 4,
        "intakes": [
            {
                "id": 12,
                "label": "",
                "starts": "2026-09-07",
                "ends": "2026-09-25",
                "online_starts": None,
                "online_ends": None,
                "place": "Tokyo",
                "seats": 12,
                "min_cohort": 6,
            }
        ],
    }


class OfferRequirement(serializers.Serializer):
    """A requirement in words."""

    id = serializers.IntegerField()
    text_id = serializers.CharField()
    text_en = serializers.CharField(allow_blank=True)
    mandatory = serializers.BooleanField()


class OfferCost(serializers.Serializer):
    """A cost item with its amount as a text."""

    id = serializers.IntegerField()
    item = serializers.CharField()
    payer = serializers.CharField()
    amount = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)


class OfferTerms(OfferSection):
    """The fourth section."""

    min_rank = serializers.CharField(allow_blank=True)
    min_years = serializers.IntegerField(allow_null=True)
    min_age = serializers.IntegerField(allow_null=True)
    max_age = serializers.IntegerField(allow_null=True)
    min_education = serializers.CharField(allow_blank=True)
    employment_statuses = serializers.ListField(child=serializers.CharField())
    office_types = serializers.ListField(child=serializers.CharField())
    language = serializers.CharField(allow_blank=True)
    min_language_level = serializers.CharField(allow_blank=True)
    language_test = serializers.CharField(allow_blank=True)
    language_score = serializers.CharField(allow_null=True)
    interpretation = serializers.CharField(allow_blank=True)
    share_outside_java = serializers.IntegerField(allow_null=True)
    no_prior_visit = serializers.BooleanField()
    interview = serializers.BooleanField()
    funding_mode = serializers.CharField(allow_blank=True)
    route = serializers.CharField(allow_blank=True)
    needs_agreement = serializers.BooleanField()
    agreement_note = serializers.CharField(allow_blank=True)
    rules = OfferRequirement(many=True, source="rules.all")
    costs = OfferCost(many=True, source="costs.all")
    example = {
        "code": "PR-2026-0031",
        "version": 5,
        "min_rank": "",
        "min_years": 2,
        "min_age": None,
        "max_age": 45,
        "min_education": "S1",
        "employment_statuses": ["PNS"],
        "office_types": [],
        "language": "EN",
        "min_language_level": "B1",
        "language_test": "NONE",
        "language_score": None,
        "interpretation": "NONE",
        "share_outside_java": None,
        "no_prior_visit": False,
        "interview": False,
        "funding_mode": "FULL",
        "route": "SETNEG",
        "needs_agreement": False,
        "agreement_note": "",
        "rules": [
            {"id": 7, "text_id": "Bertugas sebagai mediator.", "text_en": "Serves as mediator.", "mandatory": True}
        ],
        "costs": [
            {"id": 9, "item": "TUITION", "payer": "PARTNER", "amount": None, "currency": "", "note": ""},
        ],
    }


class OfferContact(serializers.Serializer):
    """A post to ask."""

    id = serializers.IntegerField()
    post = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)


class OfferPapers(OfferSection):
    """The fifth section; day and hour of the deadline on the partner's own clock."""

    deadline_day = serializers.SerializerMethodField()
    deadline_time = serializers.SerializerMethodField()
    partner_zone = serializers.CharField()
    rolling = serializers.BooleanField()
    opens_day = serializers.SerializerMethodField()
    source_letter_number = serializers.CharField(allow_blank=True)
    source_letter_date = serializers.DateField(allow_null=True)
    contacts = OfferContact(many=True, source="contacts.all")

    def _there(self, program):
        return program.partner_deadline and program.partner_deadline.astimezone(ZoneInfo(program.partner_zone))

    def get_deadline_day(self, program) -> str | None:
        """The partner's deadline: its day."""
        there = self._there(program)
        return f"{there:%Y-%m-%d}" if there else None

    def get_deadline_time(self, program) -> str | None:
        """The partner's deadline: its hour."""
        there = self._there(program)
        return f"{there:%H:%M}" if there else None

    def get_opens_day(self, program) -> str | None:
        """The day on which registration opens, in Jakarta."""
        return f"{program.opens_at.astimezone(ZoneInfo(WIB)):%Y-%m-%d}" if program.opens_at else None

    example = {
        "code": "PR-2026-0031",
        "version": 6,
        "deadline_day": "2026-07-03",
        "deadline_time": "17:00",
        "partner_zone": "Asia/Tokyo",
        "rolling": False,
        "opens_day": None,
        "source_letter_number": "JICA/2026/118",
        "source_letter_date": "2026-04-20",
        "contacts": [{"id": 5, "post": "Staf program", "email": "program@example.test", "phone": ""}],
    }
