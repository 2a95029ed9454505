"""Lists of programmes with their figures: the catalogue, the partner's own, sources of a copy."""

from __future__ import annotations

import datetime as dt

from django.db.models import Case, CharField, F, Func, Q, Value, When
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from accounts.roles import PARTNER
from accounts.rules import capacity
from programs import rules
from programs.lifecycle import PROGRAM
from programs.models import Intake, Program, ProgramTheme, Scheme
from programs.selectors.figures import with_figures
from programs.selectors.reach import catalogue_for, programs_seen_by
from regions.models import FunctionalPost, Theme
from regions.models.vocabulary import Term, term_label
from workflow.listing import Facet, Listing


def labels_of(vocabulary: str):
    """For a facet on a coded value: labels in the vocabulary's order."""

    def label_of(values):
        order = {code: n for n, code in enumerate(Term.table().get(vocabulary, {}))}
        return {v: term_label(vocabulary, v) for v in sorted(values, key=lambda v: (order.get(v, 999), v))}

    return label_of


def _state_labels(values):
    return {s.code: s.label for s in PROGRAM.states if s.code in values}


def _partner_labels(values):
    rows = Organisation.objects.filter(code__in=values)
    named = sorted(((o.code, o.short_name or o.name) for o in rows), key=lambda row: row[1].lower())
    return dict(named)


def _theme_labels(values):
    return {t.code: t.label for t in Theme.objects.filter(code__in=values)}


def _post_labels(values):
    return {p.code: p.label for p in FunctionalPost.objects.filter(code__in=values)}


def _scheme_labels(values):
    return {s.code: s.label for s in Scheme.objects.filter(code__in=values)}


def _month_labels(values):
    found = {}
    for value in sorted(values):
        year, _dash, month = value.partition("-")
        if year.isdigit() and month.isdigit() and 1 <= int(month) <= 12 and 1 <= int(year) <= 9998:
            found[value] = date_format(dt.date(int(year), int(month), 1), "F Y")
    return found


def _claim(sentence):
    """For a yes-only facet: one box with a sentence."""
    return lambda values: dict.fromkeys(values, sentence)


_yes = {"output_field": CharField()}
STATUS = Facet("status", gettext_lazy("Registration"), "status", _state_labels)
PARTNER_FACET = Facet("mitra", gettext_lazy("Partner"), "partner__code", _partner_labels)
THEME = Facet("tema", gettext_lazy("Competency"), "themes__theme_id", _theme_labels)
POST = Facet("jabatan", gettext_lazy("Target post"), "posts__code", _post_labels)
MODE = Facet("cara", gettext_lazy("Way of learning"), "delivery_mode", labels_of("delivery_mode"))
MONTH = Facet(
    "mulai",
    gettext_lazy("Starts"),
    "start_month",
    _month_labels,
    Func(F("next_start"), Value("YYYY-MM"), function="to_char", output_field=CharField()),
)
LANGUAGE = Facet("bahasa", gettext_lazy("Language"), "language", labels_of("language"))
INTERPRETER = Facet(
    "juru-bahasa",
    gettext_lazy("Interpretation"),
    "interpreted",
    _claim(gettext_lazy("Interpreter provided")),
    Case(When(interpretation__in=["", "NONE"], then=Value("")), default=Value("ya"), **_yes),
)
FUNDING = Facet("biaya", gettext_lazy("Funding"), "funding_mode", labels_of("funding_mode"))
COUNTRY = Facet("negara", gettext_lazy("Country"), "country", labels_of("country"))
EXPRESS = Facet(
    "cepat",
    gettext_lazy("Short notice"),
    "hurried",
    _claim(gettext_lazy("Express")),
    Case(When(express=True, then=Value("ya")), default=Value(""), **_yes),
)

CATALOGUE_FACETS = (
    STATUS,
    PARTNER_FACET,
    THEME,
    POST,
    MODE,
    MONTH,
    LANGUAGE,
    INTERPRETER,
    FUNDING,
    COUNTRY,
    EXPRESS,
)
SORTS = {
    "tenggat": (gettext_lazy("Nearest deadline"), ("deadline_ahead",)),
    "mulai": (gettext_lazy("Earliest start"), ("next_start",)),
    "kursi": (gettext_lazy("Most seats free"), ("seats_left",)),
}
MOST_FIRST = ("kursi",)
"""Sorts that begin with the largest value."""


def search(text: str) -> Q:
    """Title, code, partner, competency, post, place."""
    themes = ProgramTheme.objects.filter(Q(theme__label_id__icontains=text) | Q(theme__label_en__icontains=text))
    posts = Program.posts.through.objects.filter(
        Q(functionalpost__label_id__icontains=text) | Q(functionalpost__label_en__icontains=text)
    )
    places = Intake.objects.filter(place__icontains=text)
    return (
        Q(title_id__icontains=text)
        | Q(title_en__icontains=text)
        | Q(code__iexact=text)
        | Q(partner_reference__icontains=text)
        | Q(host__icontains=text)
        | Q(partner__name_id__icontains=text)
        | Q(partner__name_en__icontains=text)
        | Q(partner__short_name__icontains=text)
        | Q(pk__in=themes.values("program_id"))
        | Q(pk__in=posts.values("program_id"))
        | Q(pk__in=places.values("program_id"))
    )


def catalogue(request) -> Listing:
    """The catalogue as this visitor filtered and sorted it."""
    return Listing(
        request,
        catalogue_for(request.user),
        facets=CATALOGUE_FACETS,
        sorts=SORTS,
        default_sort="tenggat",
        search=search,
    )


def management_list(request) -> Listing:
    """The programmes a partner works on, or all of them for the centre."""
    facets = (STATUS, THEME, POST, Facet("skema", gettext_lazy("Scheme"), "scheme_id", _scheme_labels))
    if capacity(request.user)[0] not in PARTNER:
        facets = (STATUS, PARTNER_FACET, *facets[1:])
    return Listing(
        request,
        with_figures(programs_seen_by(request.user)),
        facets=facets,
        sorts={
            "kode": (gettext_lazy("Code"), ("code",)),
            "status": (gettext_lazy("Status"), ("status",)),
            "tenggat": (gettext_lazy("Partner's deadline"), ("partner_deadline",)),
            "mulai": (gettext_lazy("Start"), ("next_start",)),
            "kursi": (gettext_lazy("Seats free"), ("seats_left",)),
        },
        default_sort="-kode",
        search=search,
    )


def similar_to(user, program: Program, count: int = 3) -> list[Program]:
    """Programmes that teach one of the same competencies and still take people, the nearest deadline
    first."""
    themes = list(program.themes.values_list("theme_id", flat=True))
    return list(
        catalogue_for(user)
        .filter(status__in=rules.AHEAD, themes__theme_id__in=themes)
        .exclude(pk=program.pk)
        .distinct()
        .order_by(F("deadline_ahead").asc(nulls_last=True), "pk")[:count]
    )


def copy_sources(user):
    """Earlier programmes whose content may be copied into a new offer."""
    return programs_seen_by(user).filter(partner__in=rules.partners_for(user)).order_by("-created_at", "-pk")


def schemes_for(partners):
    """The current schemes of some partners, and those that belong to nobody in particular."""
    return Scheme.objects.current().filter(Q(partner__in=partners) | Q(partner__isnull=True)).select_related("partner")
