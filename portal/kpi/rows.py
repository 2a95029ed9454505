"""The rows behind a figure, as far as the reader may see the records: one line each, with a link and what it counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from participants.models import Evaluation
from participants.rules.evaluations import ratings_read_by
from portal.kpi import steps
from portal.kpi.catalogue import Measure
from portal.kpi.periods import Period
from portal.kpi.scopes import Scope
from regions.models.vocabulary import term_label
from workflow import formats
from workflow.reading import seen_by
from workflow.registry import workflow

YES, NO = "ya", "tidak"


@dataclass(frozen=True)
class Line:
    """One row: what it is, where, when, what it adds above and below the line."""

    code: str
    url: str
    title: str
    place: str
    when: Any
    above: Any
    below: Any
    note: str = ""


def rows_for(scope: Scope, measure: Measure, period: Period, only: str = ""):
    """The rows of a measure that the reader may see; `only` those that count (ya) or do not (tidak)."""
    found = _seen(scope.user, measure.shape, measure.rows(scope, period))
    if measure.is_share and only in {YES, NO}:
        found = found.filter(kpi_num__gt=0) if only == YES else found.filter(kpi_num=0)
    if measure.shape == "person":  # of one person too a reader learns only the nominations that exist for them
        own = seen_by(scope.user, "participants.nomination").order_by("pk")
        found = found.prefetch_related(Prefetch("nominations", queryset=own))
    return SHAPES[measure.shape].ordered(found)


def _seen(user, shape: str, query):
    """Only what the reader could open; what stands behind a row decides."""
    own = _records_of(user, shape)
    return query if own is None else query.filter(own)


def _records_of(user, shape: str) -> Q | None:
    def keys(flow: str, field: str = "pk"):
        return seen_by(user, flow).order_by().values(field)

    match shape:
        case "need":
            return Q(pk__in=keys("regions.need"))
        case "intake" | "cost":
            return Q(program__in=keys("programs.program"))
        case "agreement":
            return Q(pk__in=keys("partnerships.agreement"))
        case "nomination":
            return Q(pk__in=keys("participants.nomination"))
        case "rating":
            read = Evaluation.objects.filter(ratings_read_by(user)).order_by()  # one person's level, not a mean
            return Q(effect__source__in=read.values("nomination__code"))
        case "form":
            return Q(pk__in=keys("participants.evaluation"))
        case "person":
            return Q(pk__in=keys("participants.nomination", "person_id"))
    return None


def lines(measure: Measure, rows) -> list[Line]:
    """Rows ready to show; as many queries for thirty as for one."""
    return [SHAPES[measure.shape].line(row) for row in rows]


def _day_of(row):
    return getattr(row, "kpi_day", None) or row.finished_at


def _nomination(row) -> Line:
    return Line(
        row.code,
        row.get_absolute_url(),
        row.title,
        row.office.name,
        _day_of(row),
        row.kpi_num,
        row.kpi_den,
        str(row.state.label),
    )


def _need(row) -> Line:
    if row.matched_at:
        note = _("first seat on %(day)s") % {"day": formats.shortday(row.matched_at)}
    else:
        note = _("no seat yet")
    return Line(
        row.code, row.get_absolute_url(), row.title, row.office.name, row.approved_at, row.kpi_num, row.kpi_den, note
    )


def _intake(row) -> Line:
    note = ngettext("%(count)s seat given to offices", "%(count)s seats given to offices", row.seats_taken) % {
        "count": formats.num(row.seats_taken)
    }
    return Line(
        f"{row.program.code}/{row.number}",
        row.program.get_absolute_url(),
        row.program.title,
        row.program.partner.name,
        row.starts,
        row.kpi_num,
        row.kpi_den,
        note,
    )


def _region(row) -> Line:
    code = f"{row.code[:2]}.{row.code[2:]}"
    url = f"{reverse('regions:needs')}?{urlencode({'q': row.name_id})}"
    return Line(code, url, row.name, row.parent.name if row.parent else "", None, row.kpi_num, row.kpi_den)


def _rating(row) -> Line:
    gap = row.gap
    note = _("%(theme)s: level %(before)d before, %(now)d now") % {
        "theme": gap.theme.label,
        "before": gap.current_level,
        "now": row.level,
    }
    url = reverse("participants:nomination", args=[row.effect.source])
    office = row.effect.line.need.office
    return Line(row.effect.source, url, row.effect.line.post.label, office.name, row.rated_at, row.kpi_num, 1, note)


def _form(row) -> Line:
    return Line(
        row.code,
        row.get_absolute_url(),
        row.title,
        row.office.name,
        row.closes_at,
        row.kpi_num,
        row.kpi_den,
        str(row.state.label),
    )


def _person(row) -> Line:
    """By the codes of the nominations: who it is, says the page of the nomination to those who may know."""
    own = list(row.nominations.all())
    first = own[0] if own else None
    note = _("%(hours)s lesson hours (JP)") % {"hours": formats.num(row.hours)}
    return Line(
        ", ".join(n.code for n in own[:4]),
        first.get_absolute_url() if first else "",
        row.post.label,
        row.office.name,
        None,
        row.kpi_num,
        row.kpi_den,
        note,
    )


def _cost(row) -> Line:
    said = f"{term_label('cost_item', row.item)}: {formats.money(row.amount, row.currency)}"
    if row.currency != "IDR":
        rate = formats.num(row.rate) if row.rate is not None else _("no rate stored")
        said = _("%(amount)s, rate %(rate)s") % {"amount": said, "rate": rate}
    return Line(
        row.program.code,
        row.program.get_absolute_url(),
        row.program.title,
        row.program.partner.name,
        row.kpi_day,
        row.kpi_num,
        row.kpi_den,
        said,
    )


def _agreement(row) -> Line:
    note = row.get_renewal_display() if row.renewal else _("no decision yet")
    return Line(
        row.code,
        row.get_absolute_url(),
        row.title,
        row.partner.name if row.partner else "",
        row.ends,
        row.kpi_num,
        row.kpi_den,
        note,
    )


@dataclass(frozen=True)
class Shape:
    """How rows of one kind are loaded, ordered and shown."""

    line: Callable[[Any], Line]
    related: tuple[str, ...] = ()
    prefetch: tuple = ()
    order: tuple[str, ...] = ("-pk",)
    heading: Any = gettext_lazy("Record")
    dated: Any = gettext_lazy("Date")

    def ordered(self, query):
        """The query with what its lines read, in a fixed order."""
        return query.select_related(*self.related).prefetch_related(*self.prefetch).order_by(*self.order)


_NOMINATION = ("proposal__line__need__office", "proposal__intake__program", "proposal__partner")
SHAPES: dict[str, Shape] = {
    "need": Shape(
        _need,
        ("office",),
        ("lines__post", "lines__gaps__theme"),
        ("approved_at", "pk"),
        dated=gettext_lazy("Approved"),
    ),
    "intake": Shape(_intake, ("program__partner",), (), ("starts", "pk"), dated=gettext_lazy("Starts")),
    "nomination": Shape(_nomination, _NOMINATION, (), ("pk",), gettext_lazy("Nomination")),
    "region": Shape(_region, ("parent",), (), ("code",), gettext_lazy("Regency or city")),
    "rating": Shape(
        _rating,
        ("gap__theme", "effect__line__post", "effect__line__need__office"),
        (),
        ("pk",),
        gettext_lazy("Nomination"),
        gettext_lazy("Rated"),
    ),
    "form": Shape(
        _form,
        ("proposal__line__need__office", "proposal__intake__program", "proposal__partner"),
        (),
        ("pk",),
        gettext_lazy("Form"),
        gettext_lazy("Time ended"),
    ),
    "person": Shape(
        _person,
        ("office", "post"),
        (),
        ("pk",),
        gettext_lazy("Nominations of one person"),
    ),
    "cost": Shape(_cost, ("program__partner",), (), ("program__code", "pk"), dated=gettext_lazy("First day")),
    "agreement": Shape(_agreement, ("partner",), (), ("ends", "pk"), dated=gettext_lazy("Ends")),
}


# --- Steps of the log


def stay_lines(user, found: list[steps.Stay]) -> list[Line]:
    """Stays of one step as lines, the longest first: of records that the reader may see, in a state that they see. One
    query."""
    if not found:
        return []
    entry = workflow(found[0].flow)
    if found[0].state not in entry.flow.seen_states(user.acting_role):
        return []
    known = seen_by(user, entry.flow.name).in_bulk({stay.record_id for stay in found})
    rows = []
    for stay in sorted(found, key=lambda stay: (-stay.working_days, stay.code)):
        if (record := known.get(stay.record_id)) is None:
            continue
        kept = stay.in_time
        note = "" if kept is None else _("within the limit") if kept else _("after the limit")
        rows.append(
            Line(
                stay.code,
                record.get_absolute_url(),
                "",
                _("%(since)s to %(until)s")
                % {"since": formats.shortday(stay.since), "until": formats.shortday(stay.until)},
                None,
                stay.working_days,
                1,
                note,
            )
        )
    return rows
