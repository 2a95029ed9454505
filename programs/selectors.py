"""Reads on programmes, always for a user: the catalogue, one programme, the partner's own list."""

from __future__ import annotations

import datetime as dt

from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    F,
    Func,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Organisation
from accounts.roles import CENTRAL, PARTNER
from accounts.rules import capacity
from programs import rules, services
from programs.lifecycle import PROGRAM
from programs.models import BASICS, SECTIONS, Intake, Program, ProgramFile, ProgramTheme, Scheme
from regions.models import FunctionalPost, Theme
from regions.models.vocabulary import Term, term_label
from workflow.engine import log_of
from workflow.formats import daterange, num
from workflow.listing import Facet, Listing
from workflow.reading import get_seen, seen_by

NAME = PROGRAM.name
PUBLIC_FILES = (ProgramFile.Kind.GI, ProgramFile.Kind.OTHER)
"""Kinds everyone who may read the programme may open; letters, attendance and reports stay with partner
and centre."""


# --- What a user may read -----------------------------------------------------------------------------------


def programs_seen_by(user):
    """The programmes that exist for this user in the capacity they act in; rows ready for a list."""
    return seen_by(user, NAME) if user.is_authenticated else Program.objects.none()


def catalogue_for(user):
    """What the catalogue offers a user: everyone's public programmes, and what was published for their
    office."""
    query = rules.public_programs()
    if user.is_authenticated:
        query |= rules.programs_in_reach(user) & Q(published_at__isnull=False)
    return with_figures(Program.objects.filter(query, status__in=rules.OFFERED))


def get_program(user, slug: str) -> Program:
    """One programme's page through its only door; Http404 where it does not exist for this user."""
    program = Program.objects.select_related("partner", "scheme").filter(slug=slug).first()
    if program is None:
        raise Http404
    if rules.is_public(program):
        return program
    if not user.is_authenticated:
        raise Http404
    return get_seen(user, NAME, slug=slug)


def get_managed(user, code: str) -> Program:
    """One programme for those who work on it: partner and centre. For offices and others it does not exist
    here."""
    program = get_seen(user, NAME, code=code.upper())
    if rules.roles_on_program(user, program) & set(rules.REGIONAL):
        raise Http404
    return program


def get_file(user, program: Program, pk: int) -> ProgramFile:
    """A paper of a programme the user may read; internal papers only for partner and centre."""
    stored = program.files.filter(pk=pk).first()
    if stored is None:
        raise Http404
    inside = user.is_authenticated and rules.knows_partner_deadline(user, program)
    if stored.kind not in PUBLIC_FILES and not inside:
        raise Http404
    return stored


def shown_files(user, program: Program) -> list[ProgramFile]:
    """The papers this user may open, newest first within their kind."""
    inside = user.is_authenticated and rules.knows_partner_deadline(user, program)
    return [stored for stored in program.files.all() if inside or stored.kind in PUBLIC_FILES]


def may_see_management(user) -> bool:
    """Whether the partner pages are for this user at all: partners and the centre."""
    return capacity(user)[0] in (*PARTNER, *CENTRAL)


# --- Figures and lists --------------------------------------------------------------------------------------


def _of_intakes(aggregate, field=None, **condition):
    """One figure over a programme's intakes, without multiplying the rows of other joins."""
    found = (
        Intake.objects.filter(program=OuterRef("pk"), **condition)
        .order_by()
        .values("program")
        .annotate(value=aggregate)
        .values("value")
    )
    return Subquery(found, output_field=field) if field else Subquery(found)


def with_figures(query):
    """Adds what cards and rows show: seats, the next start, and the internal deadline while it lies ahead."""
    now, today = timezone.now(), timezone.localdate()
    return (
        query.annotate(
            seats_total=Coalesce(_of_intakes(Sum("seats")), 0),
            seats_left=Coalesce(_of_intakes(Sum(F("seats") - F("seats_taken"))), 0),
            next_start=Coalesce(_of_intakes(Min("starts"), starts__gte=today), _of_intakes(Min("starts"))),
            deadline_ahead=Case(
                When(internal_deadline__gt=now, then=F("internal_deadline")),
                default=None,
                output_field=DateTimeField(),
            ),
        )
        .select_related("partner", "scheme")
        .prefetch_related("intakes", "themes__theme", "posts")
    )


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
        distinct=True,
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
        distinct=True,
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


def amendments_of(program: Program):
    """Every change after publishing, newest first."""
    return program.amendments.all()


def open_remarks(program: Program):
    """The remarks of the last return."""
    return program.remarks.filter(round=program.return_count) if program.return_count else program.remarks.none()


# --- How a programme is read out ----------------------------------------------------------------------------


def prerequisites(program: Program) -> list[tuple[str, str]]:
    """The prerequisites that apply, as label and value."""
    rows = []

    def add(label, value):
        if value:
            rows.append((label, value))

    add(_("Lowest rank"), term_label("rank", program.min_rank))
    if program.min_years:
        add(_("Years of service"), _("at least %(count)d") % {"count": program.min_years})
    if program.min_age and program.max_age:
        add(_("Age"), _("%(low)d to %(high)d years") % {"low": program.min_age, "high": program.max_age})
    elif program.max_age:
        add(_("Age"), _("at most %(count)d years") % {"count": program.max_age})
    elif program.min_age:
        add(_("Age"), _("at least %(count)d years") % {"count": program.min_age})
    add(_("Education"), term_label("education", program.min_education))
    statuses = program.employment_statuses or []
    add(_("Employment status"), ", ".join(term_label("employment_status", code) for code in statuses))
    add(_("Office types"), ", ".join(_office_type_labels(program.office_types or [])))
    if program.min_language_level not in ("", "NONE"):
        language, level = term_label("language", program.language), program.min_language_level
        add(_("Language level"), f"{language} {level}")
    if program.language_test not in ("", "NONE"):
        score = "" if program.language_score is None else f" {num(program.language_score)}"
        add(_("Language test"), f"{term_label('language_test', program.language_test)}{score}")
    if program.share_outside_java:
        add(
            _("From outside Java"),
            _("at least %(share)d%% of the seats") % {"share": program.share_outside_java},
        )
    add(_("Previous visit"), _("no previous visit to the host country") if program.no_prior_visit else "")
    add(_("Selection"), _("with an interview") if program.interview else "")
    return rows


def _office_type_labels(codes):
    from regions.models import OfficeType

    labels = {t.code: t.label for t in OfficeType.objects.filter(code__in=codes)} if codes else {}
    return [labels.get(code, code) for code in codes]


def costs(program: Program) -> list[dict]:
    """Who pays what."""
    return [
        {
            "item": term_label("cost_item", cost.item),
            "payer": term_label("payer", cost.payer),
            "amount": cost.amount,
            "currency": cost.currency or "IDR",
            "note": cost.note,
        }
        for cost in program.costs.all()
    ]


TASKS = {
    "basics": ("card-text", (rules.basics_given,)),
    "competencies": ("bullseye", (rules.has_themes, rules.has_posts)),
    "intakes": ("calendar-plus", (rules.has_intakes, rules.intakes_lie_ahead)),
    "terms": ("person-check", (rules.has_eligibility, rules.has_funding, rules.has_route)),
    "papers": ("paperclip", (rules.has_deadline, rules.has_course_document, rules.has_contact)),
}
"""Section: (icon, what it must answer)."""


def _task_state(is_missing: bool, is_begun: bool, has_remark: bool) -> dict:
    if has_remark:
        return {"state_label": _("Remark to deal with"), "tone": "amber"}
    if not is_missing:
        return {"state_label": _("Done"), "tone": "green"}
    return (
        {"state_label": _("In progress"), "tone": "blue"} if is_begun else {"state_label": _("Not started"), "tone": ""}
    )


def tasks_of(program: Program) -> list[dict]:
    """The sections of an offer, each with what is still missing."""
    saved = {
        entry["data"].get("section")
        for entry in log_of(program).filter(action="change").values("data")
        if isinstance(entry["data"], dict)
    }
    remarked = {remark.field for remark in open_remarks(program) if remark.resolved_at is None}
    items = []
    for section, label in SECTIONS:
        icon, checks = TASKS[section]
        missing = [sentence for check in checks if (sentence := check(program, None))]
        begun = section in saved or program.copied_from_id
        items.append(
            {
                "section": section,
                "title": label,
                "icon": icon,
                "done": not missing,
                "hint": missing[0] if missing and begun else "",
                **_task_state(bool(missing), bool(begun), section in remarked),
            }
        )
    return items


READ_IN_ORDER = {
    "basics": BASICS,
    "competencies": ("all_posts", "posts", "theme."),
    "intakes": (),
    "terms": (
        "min_rank",
        "min_years",
        "min_age",
        "max_age",
        "min_education",
        "employment_statuses",
        "office_types",
        "share_outside_java",
        "no_prior_visit",
        "interview",
        "rule.",
        "language",
        "min_language_level",
        "language_test",
        "language_score",
        "interpretation",
        "funding_mode",
        "cost.",
        "route",
        "needs_agreement",
        "agreement_note",
    ),
    "papers": (
        "partner_deadline",
        "rolling",
        "opens_at",
        "file.",
        "source_letter_number",
        "source_letter_date",
        "contact.",
    ),
}
"""What each section reads out, in the order it is asked; a name that ends in a dot stands for all its
rows."""


def read_out(program: Program, *, with_empty: bool = True) -> list[dict]:
    """The whole offer section by section, for the review page and the managing page."""
    content = services.content_of(program)
    parts = []
    for section, label in SECTIONS:
        found = [
            content[key]
            for name in READ_IN_ORDER[section]
            for key in ([k for k in content if k.startswith(name)] if name.endswith(".") else [name])
        ]
        if section == "intakes":
            found = [_intake_line(row) for row in program.intakes.all()]
        rows = [{"label": name, "value": value} for name, value in found if value or with_empty]
        parts.append({"section": section, "label": label, "rows": rows})
    return parts


def _intake_line(row: Intake) -> tuple[str, str]:
    """An intake in one line: dates, online phase, place, seats, smallest group."""
    parts = [row.label, daterange(row.starts, row.ends)]
    if row.online_starts:
        parts.append(_("online %(dates)s") % {"dates": daterange(row.online_starts, row.online_ends)})
    parts += [row.place, ngettext("%(count)d seat", "%(count)d seats", row.seats) % {"count": row.seats}]
    if row.seats_taken:
        parts.append(_("%(count)d taken") % {"count": row.seats_taken})
    if row.min_cohort:
        parts.append(_("at least %(count)d people") % {"count": row.min_cohort})
    return _("Intake %(number)d") % {"number": row.number}, ", ".join(part for part in parts if part)
