"""The sheets of a partner's programmes: one row per programme, and below it the rows it consists of."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from accounts.rules import capacity
from exchange.books.columns import Column, Table
from programs import rules, selectors
from programs.forms.fields import ZONES
from programs.models import BASICS, TERMS, Contact, CostItem, EligibilityRule, Intake, Program, ProgramTheme, Route
from regions.models import FunctionalPost, OfficeType, Region, Theme
from regions.models.vocabulary import term_choices

PAPERS = (
    "deadline_day",
    "deadline_time",
    "partner_zone",
    "rolling",
    "opens_day",
    "source_letter_number",
    "source_letter_date",
)
MAIN = {"basics": BASICS, "competencies": ("all_posts",), "intakes": (), "terms": TERMS, "papers": PAPERS}
"""Section: the columns of the first sheet that are its fields."""
ROW_KEYS = {"themes": "theme", "intakes": "number", "rules": "text_id", "costs": "item", "contacts": "email"}
"""Sheet: the column by which one of its rows is the same row in the next file."""

TERM_COLUMNS = {
    "delivery_mode": "delivery_mode",
    "country": "country",
    "min_rank": "rank",
    "min_education": "education",
    "employment_statuses": "employment_status",
    "language": "language",
    "min_language_level": "language_level",
    "language_test": "language_test",
    "interpretation": "interpretation",
    "funding_mode": "funding_mode",
}
WHOLE = ("min_years", "min_age", "max_age", "share_outside_java")
TICKS = ("all_posts", "no_prior_visit", "interview", "needs_agreement", "rolling")
SEVERAL = ("employment_statuses", "office_types")
NOTES = {
    "partner_reference": _("Your own number of the course. With the scheme it says which programme the row is about."),
    "host_province": _("For trainings and experts in Indonesia."),
    "employment_statuses": _("Several: separate them with a semicolon. Empty: every status."),
    "office_types": _("Several: separate them with a semicolon. Empty: every office and training centre."),
    "route": _("Decides how many working days before the partner's deadline ours must be."),
    "agreement_note": _("For example the number of the agreement or record of discussions."),
    "all_posts": _("Yes: the sheet of target posts is not needed."),
    "rolling": _("Yes: offices may register until the last intake begins; a deadline is optional."),
}
SHORTER = {"no_prior_visit": _("Never in the host country before")}
"""Headings of columns whose name on the page is too long for one."""


def _label(model, name: str):
    return model._meta.get_field(name).verbose_name


def _labelled(query) -> list[tuple[str, str]]:
    return [(row.pk, row.label) for row in query]


def schemes(user) -> list[tuple[str, str]]:
    """The schemes the user may offer under."""
    return _labelled(selectors.schemes_for(rules.partners_for(user)))


def partners(user) -> list[tuple[str, str]]:
    """In whose name the user may offer."""
    return [(partner.code, partner.name) for partner in rules.partners_for(user)]


def _provinces() -> list[tuple[str, str]]:
    return [(place.code, place.name) for place in Region.objects.filter(level="PROVINCE").order_by("code")]


def posts() -> list[tuple[str, str]]:
    """Every post."""
    return _labelled(FunctionalPost.objects.current())


def themes() -> list[tuple[str, str]]:
    """Every competency."""
    return _labelled(Theme.objects.current())


def _office_types() -> list[tuple[str, str]]:
    return _labelled(OfficeType.objects.current())


def _levels() -> list[tuple[str, str]]:
    return term_choices("proficiency_level") or [(str(n), str(n)) for n in range(6)]


def files_for_others(user) -> bool:
    """Whether the user files in a partner's name, and the file must say which."""
    return capacity(user)[0] == Role.BIROKS_OFF


def _main_column(name: str) -> Column:
    """A field of the programme itself."""
    heading, note = SHORTER.get(name) or _label(Program, name), NOTES.get(name, "")
    if vocabulary := TERM_COLUMNS.get(name):
        kind = "codes" if name in SEVERAL else "code"
        return Column(name, heading, note, kind=kind, choices=partial(term_choices, vocabulary), width=22)
    if name == "office_types":
        return Column(name, heading, note, kind="codes", choices=_office_types, width=22)
    if name == "host_province":
        return Column(name, heading, note, kind="code", choices=_provinces, width=22)
    if name == "route":
        return Column(name, heading, note, kind="code", choices=lambda: list(Route.choices), width=22)
    if name in WHOLE:
        return Column(name, heading, note, kind="whole", width=12)
    if name == "language_score":
        return Column(name, heading, note, kind="decimal", width=10)
    if name in TICKS:
        return Column(name, heading, note, kind="tick", width=12)
    if name == "source_letter_date":
        return Column(name, heading, note, kind="day", width=14)
    field = Program._meta.get_field(name)
    return Column(name, heading, note, longest=field.max_length, width=40 if field.max_length > 100 else 22)


def _programmes(user) -> Table:
    zones = list(ZONES)
    own = {
        "scheme": Column(
            "scheme", _label(Program, "scheme"), kind="code", choices=partial(schemes, user), required=True, width=28
        ),
        "deadline_day": Column("deadline_day", _("Partner's deadline: date"), kind="day", width=14),
        "deadline_time": Column(
            "deadline_time",
            _("Partner's deadline: time"),
            _("On the partner's own clock, for example 17.00. Empty: 17.00."),
            longest=40,
            width=10,
        ),
        "partner_zone": Column(
            "partner_zone",
            _label(Program, "partner_zone"),
            _("The clock on which the partner's deadline is meant. Empty: WIB."),
            kind="code",
            choices=lambda: [(code, str(label)) for code, label in zones],
            synonyms={"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura", "jst": "Asia/Tokyo"},
            width=22,
        ),
        "opens_day": Column(
            "opens_day",
            _("Registration opens"),
            _("At 08:00 WIB. Empty: on the day of publishing."),
            kind="day",
            width=14,
        ),
    }
    names = [name for names in MAIN.values() for name in names]
    code = Column(
        "code",
        _("Code"),
        _("Only to change a draft that has a code, for example PR-2026-00012. Empty: a new draft."),
        longest=40,
        width=16,
    )
    partner = Column(
        "partner", _label(Program, "partner"), kind="code", choices=partial(partners, user), required=True, width=28
    )
    columns = [code, *([partner] if files_for_others(user) else []), *(own.get(n) or _main_column(n) for n in names)]
    return Table(
        "programmes",
        _("Programmes"),
        tuple(columns),
        about=_("One row per programme. It becomes a draft; you submit it on its own page, with its papers."),
    )


def _below(name: str, title, about, *columns: Column) -> Table:
    """A sheet whose rows belong to a programme of the first one."""
    reference = Column(
        "reference",
        _label(Program, "partner_reference"),
        _("As on the sheet of programmes; of a draft the code will do."),
        required=True,
        longest=60,
        width=20,
    )
    return Table(name, title, (reference, *columns), required=False, about=about)


def tables(user) -> tuple[Table, ...]:
    """All sheets, for this user."""
    level = {"kind": "code", "choices": _levels, "required": True, "width": 14}
    label = partial(_label, Intake)
    return (
        _programmes(user),
        _below(
            "intakes",
            _("Intakes"),
            _("One row per intake. The number stays with it for good."),
            Column("number", _("Number"), _("1 for the first intake."), kind="whole", width=8, required=True),
            Column("label", label("label"), longest=80, width=24),
            Column("starts", label("starts"), kind="day", required=True, width=14),
            Column("ends", label("ends"), kind="day", required=True, width=14),
            Column("online_starts", label("online_starts"), kind="day", width=14),
            Column("online_ends", label("online_ends"), kind="day", width=14),
            Column("place", label("place"), _("City, or “online”."), longest=120, width=24),
            Column("seats", label("seats"), kind="whole", required=True, width=10),
            Column(
                "min_cohort",
                label("min_cohort"),
                _("Below this number the intake is not held."),
                kind="whole",
                width=10,
            ),
        ),
        _below(
            "themes",
            _("Competencies"),
            _("One row per competency the programme teaches, with the levels before and after."),
            Column("theme", _label(ProgramTheme, "theme"), kind="code", choices=themes, required=True, width=36),
            Column("entry_level", _label(ProgramTheme, "entry_level"), **level),
            Column("exit_level", _label(ProgramTheme, "exit_level"), **level),
        ),
        _below(
            "posts",
            _("Target posts"),
            _("One row per post the programme is for. Not needed where it is open to every post."),
            Column("post", _("Post"), kind="code", choices=posts, required=True, width=36),
        ),
        _below(
            "rules",
            _("Requirements in words"),
            _("What no column says; offices read it as it stands."),
            Column("text_id", _label(EligibilityRule, "text_id"), required=True, longest=300, width=50),
            Column("text_en", _label(EligibilityRule, "text_en"), longest=300, width=50),
            Column("mandatory", _label(EligibilityRule, "mandatory"), _("Empty: mandatory."), kind="tick", width=12),
        ),
        _below(
            "costs",
            _("Costs"),
            _("One row per kind of cost: who pays it and, if it is told, how much."),
            Column(
                "item",
                _label(CostItem, "item"),
                kind="code",
                choices=partial(term_choices, "cost_item"),
                required=True,
                width=24,
            ),
            Column(
                "payer",
                _label(CostItem, "payer"),
                kind="code",
                choices=partial(term_choices, "payer"),
                required=True,
                width=24,
            ),
            Column("amount", _label(CostItem, "amount"), kind="decimal", width=14),
            Column(
                "currency",
                _label(CostItem, "currency"),
                kind="code",
                choices=partial(term_choices, "currency"),
                width=14,
            ),
            Column("note", _label(CostItem, "note"), longest=160, width=36),
        ),
        _below(
            "contacts",
            _("Contacts"),
            _("Whom offices may ask."),
            Column("post", _("Post of the contact"), required=True, longest=120, width=30),
            Column("email", _("E-mail of the contact"), required=True, longest=254, width=30),
            Column("phone", _label(Contact, "phone"), longest=30, width=20),
        ),
    )
