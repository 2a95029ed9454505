"""How a programme is read out: prerequisites, costs, the tasks of filling it in, the whole for the review."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programs import rules, services
from programs.models import BASICS, SECTIONS, Intake, Program
from programs.selectors.reach import open_remarks
from regions.models.vocabulary import term_label
from workflow.engine import log_of
from workflow.formats import daterange, num


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
    remarked = {remark.section for remark in open_remarks(program) if remark.resolved_at is None}
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
