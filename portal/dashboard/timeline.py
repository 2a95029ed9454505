"""Charts along the calendar: registration, selection and training of programmes, and agreements that end."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.dashboard import bases
from portal.dashboard.choice import Choice
from portal.dashboard.measures import address, decisions
from programs import rules
from programs.models import ProgramStatus
from workflow import formats
from workflow.charts import Cell, Chart, Column, palette, shapes
from workflow.charts.chart import DAY, NUMBER
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
    found = [(program, _parts(program)) for program in _programs(choice)]
    found = [(program, parts) for program, parts in found if _touches(parts, first, last)]
    found.sort(key=lambda pair: (_next_end(pair[1], today) or last, pair[0].code))
    values = []
    for program, parts in found[:DRAWN]:
        closes = program.internal_deadline
        for (kind, _color), part in zip(kinds, parts, strict=True):
            inside = _cut(part, first, last)
            if inside is None:
                continue
            values.append({
                "label": program.title, "key": program.pk, "kind": kind,
                "begins": inside[0].isoformat(), "ends": inside[1].isoformat(),
                "text": formats.shortday(closes) if closes else "", "url": program.get_absolute_url(),
                "hover": f"{program.title}: {kind}, {formats.daterange(*part)}",
            })  # fmt: skip
    rows = [
        [
            Cell(program.title, program.get_absolute_url()),
            program.partner.short_name or program.partner.name,
            program.internal_deadline,
            program.partner_deadline,
            training[0] if training else None,
            training[1] if training else None,
        ]
        for program, (_registration, _selection, training) in found
    ]
    wide = _spans(values, kinds, first, last, today, shapes.WIDE) if values else None
    return Chart(
        name="kalender",
        title=_calendar_title(found, today),
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
        rows=rows,
        note=_("The %(count)s programmes that come next are drawn.") % {"count": DRAWN} if len(found) > DRAWN else "",
        empty=_("No programme of this choice has a date in the coming seven months."),
    )


def _programs(choice: Choice):
    found = seen_by(choice.scope.user, "programs.program").filter(status__in=RUNNING, published_at__isnull=False)
    if choice.theme:
        found = found.filter(themes__theme=choice.theme)
    if choice.partner:
        found = found.filter(partner=choice.partner)
    return found.prefetch_related("intakes").order_by("pk").distinct()


Part = tuple[dt.date, dt.date] | None


def _parts(program) -> tuple[Part, Part, Part]:
    """Registration, selection and the next training of a programme."""

    def day(moment) -> dt.date | None:
        return formats.local(moment).date() if moment else None

    opens, closes, partner = day(program.opens_at or program.published_at), day(program.internal_deadline), None
    partner = day(program.partner_deadline)
    today = timezone.localdate()
    intakes = [intake for intake in program.intakes.all() if intake.ends >= today]
    coming = min(intakes, key=lambda intake: intake.starts, default=None)
    return (
        (opens, closes) if opens and closes and opens <= closes else None,
        (closes, partner) if closes and partner and closes <= partner else None,
        (coming.starts, coming.ends) if coming else None,
    )


def _touches(parts, first: dt.date, last: dt.date) -> bool:
    return any(_cut(part, first, last) is not None for part in parts)


def _cut(part: Part, first: dt.date, last: dt.date) -> Part:
    """What of a span lies in the calendar shown."""
    if part is None or part[1] < first or part[0] > last:
        return None
    return max(part[0], first), min(part[1], last)


def _next_end(parts, today: dt.date) -> dt.date | None:
    return min((part[1] for part in parts if part is not None and part[1] >= today), default=None)


def _calendar_title(found: list, today: dt.date) -> str:
    ahead = [(program, parts[0]) for program, parts in found if program.status in rules.AHEAD and parts[0]]
    closing = [(registration[1], program) for program, registration in ahead if registration[1] >= today]
    if not closing:
        return _("No registration closes in the coming months")
    day, program = min(closing, key=lambda pair: (pair[0], pair[1].code))
    return _("Next to close: %(program)s on %(day)s") % {"program": program.title, "day": formats.day(day)}


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
