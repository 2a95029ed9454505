"""The sheets of training needs: needs, lines, the competencies of each line, joined by the office's own numbers."""

from __future__ import annotations

import datetime as dt
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from exchange.books.columns import Column, Table
from regions.forms.fields import LEVEL_NAMES
from regions.models import CompetencyGap, FunctionalPost, NeedLine, Theme, TrainingNeed
from regions.models.vocabulary import term_choices

OLD_RANKS = {"pelaksana lanjutan": "MAHIR", "pelaksana": "TERAMPIL", "instruktur pelaksana": "TERAMPIL"}
"""Names of ranks in files from before 2023."""
LONG_KEY = 40


def _label(model, name: str):
    return model._meta.get_field(name).verbose_name


def _terms(vocabulary: str):
    return partial(term_choices, vocabulary)


def _posts() -> list[tuple[str, str]]:
    return [(post.pk, post.label) for post in FunctionalPost.objects.current()]


def _themes() -> list[tuple[str, str]]:
    return [(theme.pk, theme.label) for theme in Theme.objects.current()]


def _levels(lowest: int) -> list[tuple[str, str]]:
    return [(str(level), str(name)) for level, name in LEVEL_NAMES.items() if level >= lowest]


def _text(model, name: str, **more) -> Column:
    field = model._meta.get_field(name)
    return Column(name, field.verbose_name, longest=field.max_length or 2000, **more)


def _whole(name: str, **more) -> Column:
    return Column(name, _label(NeedLine, name), kind="whole", width=12, **more)


def _tick(name: str) -> Column:
    return Column(name, _label(TrainingNeed, name), kind="tick", width=14)


def _term(model, name: str, vocabulary: str, **more) -> Column:
    return Column(name, _label(model, name), kind="code", choices=_terms(vocabulary), width=24, **more)


NEED_KEY = Column(
    "need_key",
    _("Need number"),
    _("Your own number of the need, for example 1. The same number on all sheets joins what belongs together."),
    required=True,
    longest=LONG_KEY,
    width=16,
    aliases=("no kebutuhan",),
)
LINE_KEY = Column(
    "line_key",
    _("Line number"),
    _("Your own number of the line within its need, for example 1."),
    required=True,
    longest=LONG_KEY,
    width=14,
    aliases=("no baris", "baris"),
)
NEEDS = Table(
    "need",
    _("Needs"),
    (
        NEED_KEY,
        Column(
            "code",
            _("Code"),
            _("Only for a draft that exists already, for example KB-2027-0012. Leave empty for a new need."),
            longest=30,
            width=16,
            aliases=("kode kebutuhan",),
        ),
        _text(TrainingNeed, "contact_post", note=_("The post, not a name."), width=30),
        Column("contact_email", _label(TrainingNeed, "contact_email"), longest=254, width=28),
        _text(TrainingNeed, "contact_phone", width=18),
        _term(TrainingNeed, "urgency", "urgency"),
        _term(TrainingNeed, "preferred_mode", "delivery_mode"),
        Column("causes", _label(TrainingNeed, "causes"), kind="codes", choices=_terms("gap_cause"), width=36),
        _text(
            TrainingNeed,
            "reason",
            note=_("One or two sentences: what changed, and what happens without training."),
            width=60,
        ),
        _tick("nominees_identified"),
        _tick("language_evidence"),
        _tick("budget_line"),
        _tick("follow_up_plan"),
    ),
    about=_("one row per need."),
)
LINES = Table(
    "line",
    _("Lines"),
    (
        NEED_KEY,
        LINE_KEY,
        Column(
            "post",
            _label(NeedLine, "post"),
            kind="code",
            choices=_posts,
            required=True,
            width=34,
            aliases=("jabatan fungsional",),
        ),
        _term(NeedLine, "rank", "rank", synonyms=OLD_RANKS),
        _term(NeedLine, "employment_status", "employment_status", note=_("Empty: civil servant (PNS).")),
        _whole("requested_total", required=True, aliases=("jumlah", "jumlah orang", "people")),
        Column(
            "earliest_start",
            _label(NeedLine, "earliest_start"),
            _("The month from which the officers can leave their duties."),
            kind="month",
            width=16,
        ),
        _whole("in_post", note=_("Empty: what your office filed last for this post."), aliases=("jumlah pegawai",)),
        _whole(
            "formation_abk", note=_("Empty: what your office filed last for this post."), aliases=("abk", "formasi")
        ),
        _whole("untrained", note=_("In post, but without the basic training.")),
        _whole("retiring_3y"),
        _whole("vacancies_to_fill"),
        _text(NeedLine, "work_unit", width=24),
        _whole("n_female"),
        _whole("n_male"),
        _whole("persons_with_disability"),
        _term(NeedLine, "age_band", "age_band"),
        _term(NeedLine, "education", "education"),
        _term(NeedLine, "years_in_post_band", "years_in_post_band"),
        _term(NeedLine, "language_level", "language_level"),
        _whole("requested_y1"),
        _whole("requested_y2"),
        _whole("requested_y3"),
        _whole("min_batch"),
        _whole("jp_requested", note=_("1 JP is 45 minutes.")),
        _text(NeedLine, "justification", note=_("Required for more than 200 people in one line."), width=40),
    ),
    about=_("one row per post within a need: who is to be trained, and how many."),
)
GAPS = Table(
    "gap",
    _("Competencies"),
    (
        NEED_KEY,
        LINE_KEY,
        Column("theme", _label(CompetencyGap, "theme"), kind="code", choices=_themes, required=True, width=40),
        Column(
            "current_level",
            _label(CompetencyGap, "current_level"),
            kind="code",
            choices=partial(_levels, 0),
            required=True,
            width=14,
            aliases=("saat ini", "tingkat sekarang"),
        ),
        Column(
            "target_level",
            _label(CompetencyGap, "target_level"),
            kind="code",
            choices=partial(_levels, 1),
            required=True,
            width=14,
            aliases=("target",),
        ),
        _term(CompetencyGap, "competency_kind", "competency_kind"),
        _text(CompetencyGap, "competency_title", width=36),
        _text(CompetencyGap, "skkni_code", width=20, note=_("For example M.74TKW00.001.1, or free text.")),
        Column("kkni_target", _label(CompetencyGap, "kkni_target"), kind="whole", width=10, note=_("From 1 to 9.")),
        _term(CompetencyGap, "gap_cause", "gap_cause"),
        _term(CompetencyGap, "certification_wanted", "certification_wanted"),
        _text(CompetencyGap, "expected_outcome", width=40),
        _text(CompetencyGap, "performance_indicator", width=36),
    ),
    about=_("one row per competency of a line: from which level to which. Every line needs at least one."),
)
TABLES = (NEEDS, LINES, GAPS)


def examples() -> dict[str, list[dict]]:
    """One need with one line and one competency, as somebody would fill them in."""
    key = gettext("EXAMPLE")
    start = timezone.localdate().replace(day=1) + dt.timedelta(days=150)
    return {
        "need": [
            {
                "need_key": key,
                "contact_post": gettext("Head of the Industrial Relations Division"),
                "contact_email": "bidang.hi@disnaker.go.id",
                "contact_phone": "0376 21345",
                "urgency": "U2",
                "preferred_mode": "IN_COUNTRY",
                "causes": ["NEW_REGULATION"],
                "reason": gettext("Disputes rose from 17 to 41; only one of three mediators is trained."),
                "nominees_identified": True,
            }
        ],
        "line": [
            {
                "need_key": key,
                "line_key": "1",
                "post": "MEDHI",
                "rank": "AHLI_PERTAMA",
                "employment_status": "PNS",
                "requested_total": 2,
                "earliest_start": start.replace(day=1),
                "in_post": 3,
                "formation_abk": 5,
                "untrained": 2,
            }
        ],
        "gap": [{"need_key": key, "line_key": "1", "theme": "T08", "current_level": "1", "target_level": "3"}],
    }
