"""A brief as files: every line in Excel, and the whole as JSON; each reader gets what the page shows them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext as _

from partnerships.models import Brief
from partnerships.rules import briefs as rules
from partnerships.selectors import briefs as selectors
from partnerships.sentences import post_names, province_names, theme_names
from partnerships.services.seals import both
from workflow import formats
from workflow.listing import Listing
from workflow.sheets import Sheet, about_sheet

FORMAT = "sinergi-demand-brief-1"
AT_ONCE = 500


# --- Excel


def sheets_of(user, brief: Brief, listing: Listing) -> Iterator[Sheet]:
    """The lines as filtered, sums, what changed, and where the figures come from."""
    exact = rules.reads_small_groups(user)
    head = [
        _("Line"),
        _("Competency"),
        _("Code"),
        _("Post"),
        _("From level"),
        _("To level"),
        _("Province"),
        _("Island group"),
        _("Urgency"),
        _("Wanted"),
        _("Have a seat or are trained"),
        _("Without a seat"),
    ]
    pledges = [_("Pledged")] if rules.reads_pledges(user) else []
    widths = (8, 44, 8, 34, 10, 10, 34, 22, 22, 10, 14, 14, 10)
    yield Sheet(_("Lines"), head + pledges, _line_rows(user, listing), widths[: len(head + pledges)], filters=True)
    yield Sheet(
        _("By competency"),
        [_("Code"), _("Competency"), _("Without a seat")],
        _sums(user, brief, "theme", theme_names(), "people"),
        (8, 50, 14),
    )
    if exact:
        for title, field, names in (
            (_("By post"), "post", post_names()),
            (_("By province"), "province", province_names()),
        ):
            rows = _sums(user, brief, field, names, "people_once")
            yield Sheet(title, [_("Code"), title, _("Without a seat")], rows, (12, 44, 14))
    if brief.follows_id:
        yield Sheet(
            _("What changed"),
            [
                _("Competency"),
                _("Post"),
                _("From level"),
                _("To level"),
                _("Province"),
                _("Urgency"),
                _("Before"),
                _("Now"),
                _("Reasons"),
            ],
            _change_rows(user, brief),
            (44, 34, 10, 10, 26, 22, 10, 10, 70),
        )
    yield about_sheet(user, _about(brief, listing, exact))


def _about(brief: Brief, listing: Listing, exact: bool) -> list[tuple[str, Any]]:
    return [
        (_("Brief"), brief.title),
        (_("Code"), brief.code),
        (_("Status"), str(brief.state.label)),
        (_("Counted on"), formats.moment(brief.counted_at)),
        (_("People without a seat"), brief.people),
        (_("Filter"), "; ".join(pill.label for pill in listing.pills) or _("none: every line")),
        (_("Lines in this file"), listing.total),
        (_("Several competencies"), _("Who needs two competencies stands in two lines. Totals count them once.")),
        (
            _("Small groups"),
            _("Included: for the centre only.") if exact else _("Provinces with few people are added up or left out."),
        ),
    ]


def _line_rows(user, listing: Listing) -> Iterator[list[Any]]:
    rows = listing.found.iterator(AT_ONCE)
    pledges = rules.reads_pledges(user)
    while some := list(islice(rows, AT_ONCE)):
        for row in selectors.shown_lines(user, some):
            line = row.line
            told = [row.total] if pledges else []
            yield [
                line.number,
                row.theme,
                line.theme_id,
                row.post,
                line.current_level,
                line.target_level,
                row.place,
                line.island_group,
                row.urgency,
                line.requested,
                line.met,
                line.people,
                *told,
            ]


def _sums(user, brief: Brief, field: str, name, counted: str) -> list[list[Any]]:
    rows = selectors.lines_of(user, brief).order_by().values_list(field).annotate(n=Sum(counted))
    return [[code, str(name(code)), people] for code, people in rows.order_by("-n", field) if people]


def _change_rows(user, brief: Brief) -> Iterator[list[Any]]:
    rows = selectors.changes_of(user, brief).iterator(AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        for row in selectors.shown_changes(user, some):
            reasons = "; ".join(
                " ".join(part for part in (words, code, people and f"({people})") if part)
                for words, code, people in row.reasons
            )
            levels = row.change.current_level, row.change.target_level
            yield [row.theme, row.post, *levels, row.place, row.urgency, row.change.before, row.change.after, reasons]


# --- JSON


def as_json(user, brief: Brief) -> dict[str, Any]:
    """The brief for machines: codes with labels in both languages, moments with their zone (docs/demand-brief.md)."""
    exact = rules.reads_small_groups(user)
    labels = {language: _Labels(language) for language in ("id", "en")}
    lines = []
    for line in selectors.lines_of(user, brief).order_by("number").iterator(AT_ONCE):
        lines.append({
            "number": line.number,
            "competency": {"code": line.theme_id, **{k: v.theme(line.theme_id) for k, v in labels.items()}},
            "post": {"code": line.post_id, **{k: v.post(line.post_id) for k, v in labels.items()}},
            "from_level": line.current_level,
            "to_level": line.target_level,
            "province": line.province or None,
            "island_group": line.island_group or None,
            "several_provinces": line.audience == "OUTSIDE",
            "urgency": line.urgency or None,
            "requested": line.requested,
            "met": line.met,
            "people": line.people,
            **({"people_counted_once": line.people_once} if exact else {}),
            "preferred_modes": line.modes if exact else sorted(filter(None, line.modes)),
            "language_levels": line.languages if exact else sorted(filter(None, line.languages)),
        })  # fmt: skip
    return {
        "format": FORMAT,
        "code": brief.code,
        "title": both(lambda: brief.title),
        "cycle": brief.cycle_id,
        "edition": brief.edition,
        "status": brief.status,
        "counted_at": formats.local(brief.counted_at).isoformat() if brief.counted_at else None,
        "published_at": formats.local(brief.published_at).isoformat() if brief.published_at else None,
        "follows": brief.follows.code if brief.follows_id else None,
        "small_groups": "included" if exact else "withheld",
        "totals": {
            "requested": brief.requested,
            "met": brief.met,
            "people": brief.people,
            "offices": brief.offices,
            "provinces": brief.provinces,
        },
        "reasons": [{"reason": reason, "people": people} for reason, people in brief.reasons],
        "lines": lines,
        "changes": [_change(row, exact) for row in selectors.changes_of(user, brief).iterator(AT_ONCE)],
    }


class _Labels:
    """Names in one language, fetched once."""

    def __init__(self, language: str):
        with translation.override(language):
            self.theme, self.post = theme_names(), post_names()


def _change(row, exact: bool) -> dict[str, Any]:
    reasons = [{"reason": reason, "proposal": code or None, "people": people} for reason, code, people in row.reasons]
    return {
        "competency": row.theme_id,
        "post": row.post_id,
        "from_level": row.current_level,
        "to_level": row.target_level,
        "province": row.province or None,
        "urgency": row.urgency or None,
        "before": row.before,
        "after": row.after,
        "kind": row.kind,
        "reasons": reasons if exact else sorted({one["reason"] for one in reasons}),
    }
