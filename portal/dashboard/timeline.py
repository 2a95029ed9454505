"""Charts along the calendar: registration, selection and training of programmes, and agreements that end."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.dashboard import bases
from portal.dashboard.choice import Choice
from portal.dashboard.measures import address, decisions
from programs import rules
from programs.models import Intake, Program, ProgramStatus, ProgramTheme
from workflow import formats
from workflow.charts import Cell, Chart, Column, palette, shapes
from workflow.charts.chart import DAY, NUMBER, Rows
from workflow.reading import seen_by

S = ProgramStatus
RUNNING = (*rules.AHEAD, S.CLOSED, S.SELECTION, S.RUNNING)
BEFORE, AFTER = 30, 210
"""Days before and after today that the calendar shows."""
DRAWN = 12


def calendar(choice: Choice) -> Chart:
    """What closes, and when?"""
    today = timezone.localdate()
    first, last = today - dt.timedelta(days=BEFORE), today + dt.timedelta(days=AFTER)
    kinds = [
        (_("Registration"), palette.SERIES[0]),
        (_("Selection at ministry and partner"), palette.BEFORE),
        (_("Training"), palette.SERIES[2]),
    ]
    spans, closing = _coming(choice, first, last, today)
    programs = Program.objects.in_bulk([span.pk for span in (*spans[:DRAWN], *filter(None, [closing]))])
    values = []
    for span in spans[:DRAWN]:
        program = programs[span.pk]
        for (kind, _color), part in zip(kinds, span.parts, strict=True):
            inside = _cut(part, first, last)
            if inside is None:
                continue
            values.append({
                "label": program.title, "key": program.pk, "kind": kind,
                "begins": inside[0].isoformat(), "ends": inside[1].isoformat(),
                "text": formats.shortday(span.closes) if span.closes else "", "url": program.get_absolute_url(),
                "hover": f"{program.title}: {kind}, {formats.daterange(*part)}",
            })  # fmt: skip
    wide = _spans(values, kinds, first, last, today, shapes.WIDE) if values else None
    return Chart(
        name="kalender",
        title=_("Next to close: %(program)s on %(day)s")
        % {"program": programs[closing.pk].title, "day": formats.day(closing.closes)}
        if closing
        else _("No registration closes in the coming months"),
        summary=_(
            "The red marks stand at today, %(day)s. "
            "Beside each programme stands the day on which its registration closes."
        )
        % {"day": formats.day(today)},
        spec=_spans(values, kinds, first, last, today, shapes.WIDTH) if values else None,
        wide=wide,
        columns=[
            Column(_("Programme")),
            Column(_("Partner")),
            Column(_("Registration closes"), DAY),
            Column(_("Partner's deadline"), DAY),
            Column(_("Training begins"), DAY),
            Column(_("Training ends"), DAY),
        ],
        rows=Rows(_calendar_rows, spans),
        note=_("The %(count)s programmes that come next are drawn.") % {"count": DRAWN} if len(spans) > DRAWN else "",
        empty=_("No programme of this choice has a date in the coming seven months."),
    )


def _programs(choice: Choice):
    found = seen_by(choice.scope.user, "programs.program").filter(status__in=RUNNING, published_at__isnull=False)
    if choice.theme:
        found = found.filter(pk__in=ProgramTheme.objects.filter(theme=choice.theme).values("program"))
    if choice.partner:
        found = found.filter(partner=choice.partner)
    return found.order_by()


Part = tuple[dt.date, dt.date] | None


@dataclass(frozen=True)
class _Span:
    """The dates of a programme: registration, selection and the next training."""

    pk: int
    code: str
    status: str
    opens: dt.date | None
    closes: dt.date | None
    partner: dt.date | None
    training: Part

    @property
    def parts(self) -> tuple[Part, Part, Part]:
        """What is drawn."""
        return _part(self.opens, self.closes), _part(self.closes, self.partner), self.training

    def next_end(self, today: dt.date) -> dt.date | None:
        """The first day on which one of them ends."""
        return min((part[1] for part in self.parts if part is not None and part[1] >= today), default=None)


def _part(begins: dt.date | None, ends: dt.date | None) -> Part:
    return (begins, ends) if begins and ends and begins <= ends else None


def _coming(choice: Choice, first: dt.date, last: dt.date, today: dt.date) -> tuple[list[_Span], _Span | None]:
    """Programmes with a date in the calendar, those that end first first, and the one whose registration closes next.
    Only their dates are read."""
    following = Intake.objects.filter(program=OuterRef("pk"), ends__gte=today).order_by("starts", "pk")
    found = _programs(choice).values_list(
        "pk", "code", "status", Coalesce("opens_at", "published_at"), "internal_deadline", "partner_deadline",
        Subquery(following.values("starts")[:1]), Subquery(following.values("ends")[:1]),
    )  # fmt: skip
    spans = [
        _Span(pk, code, status, *map(_day, moments), (starts, ends) if starts else None)
        for pk, code, status, *moments, starts, ends in found
    ]
    spans = [span for span in spans if _touches(span.parts, first, last)]
    spans.sort(key=lambda span: (span.next_end(today) or last, span.code))
    closing = (s for s in spans if s.status in rules.AHEAD and _part(s.opens, s.closes) and s.closes >= today)
    return spans, min(closing, key=lambda span: (span.closes, span.code), default=None)


def _day(moment: dt.datetime | None) -> dt.date | None:
    return formats.local(moment).date() if moment else None


def _calendar_rows(spans: list[_Span]) -> list[list]:
    programs = Program.objects.select_related("partner").in_bulk([span.pk for span in spans])
    return [
        [
            Cell(programs[span.pk].title, programs[span.pk].get_absolute_url()),
            programs[span.pk].partner.short_name or programs[span.pk].partner.name,
            programs[span.pk].internal_deadline,
            programs[span.pk].partner_deadline,
            *(span.training or (None, None)),
        ]
        for span in spans
    ]


def _touches(parts, first: dt.date, last: dt.date) -> bool:
    return any(_cut(part, first, last) is not None for part in parts)


def _cut(part: Part, first: dt.date, last: dt.date) -> Part:
    """What of a span lies in the calendar shown."""
    if part is None or part[1] < first or part[0] > last:
        return None
    return max(part[0], first), min(part[1], last)


def _spans(values: list, kinds: list, first: dt.date, last: dt.date, today: dt.date, width: int) -> dict:
    months = []
    month = bases.month_after(first, 1)
    while month <= last:
        months.append({"day": month.isoformat(), "text": formats.short_month(month)})
        month = bases.month_after(month, 1)
    return shapes.spans(
        values,
        kinds,
        first=first.isoformat(),
        last=last.isoformat(),
        today=today.isoformat(),
        ticks=months if width == shapes.WIDE else months[::2],
        width=width,
    )


def agreements(choice: Choice) -> Chart:
    """Which agreements end, and has somebody decided what comes after?"""
    today = timezone.localdate()
    counts: dict[tuple[str, str], int] = {}
    for (ends, decided), n in bases.counted(bases.ending(choice), "ends", "decided").items():
        pair = (f"{ends:%Y-%m}", decided)
        counts[pair] = counts.get(pair, 0) + n
    labels = decisions()
    kinds = [(labels["belum"], palette.NEAR), (labels["ya"], palette.SERIES[2])]
    values, rows = [], []
    for number in range(bases.MONTHS + 1):  # the last one in part
        month = bases.month_after(today, number)
        key, name = f"{month:%Y-%m}", formats.month(month)
        own = {decided: counts.get((key, decided), 0) for decided in labels}
        if not any(own.values()):
            continue
        rows.append([
            Cell(name, address(choice, "perjanjian", bulan=key)),
            *(
                Cell(n, address(choice, "perjanjian", bulan=key, putusan=decided)) if n else 0
                for decided, n in own.items()
            ),
        ])  # fmt: skip
        values += [
            {
                "label": name, "kind": labels[decided], "n": n, "text": formats.num(sum(own.values())),
                "url": address(choice, "perjanjian", bulan=key, putusan=decided),
                "hover": f"{name}, {labels[decided]}: {formats.num(n)}",
            }
            for decided, n in own.items() if n
        ]  # fmt: skip
    every, undecided = sum(counts.values()), sum(n for (_m, decided), n in counts.items() if decided == "belum")
    return Chart(
        name="perjanjian",
        title=ngettext(
            "%(count)s agreement ends within twelve months; undecided: %(open)s",
            "%(count)s agreements end within twelve months; undecided: %(open)s",
            every,
        )
        % {"count": formats.num(every), "open": formats.num(undecided)},
        summary=_("The first ends in %(month)s.") % {"month": rows[0][0].text} if rows else "",
        spec=shapes.stacked(values, kinds) if values else None,
        columns=[Column(_("Month")), *(Column(label, NUMBER) for label in labels.values())],
        rows=rows,
        note=_("As of today, of every cycle, whatever the competency.")
        if choice.theme
        else _("As of today, of every cycle."),
        empty=_("No agreement in force ends within twelve months."),
    )
