"""Charts about needs: how long they wait, whether limits are kept, and how far their people have come."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.dashboard import bases, limits
from portal.dashboard.choice import Choice
from portal.dashboard.measures import STAGES, address, age_labels
from portal.kpi import charts
from regions.models import TrainingNeed
from workflow import formats
from workflow.charts import Cell, Chart, Column, palette, shapes
from workflow.charts.chart import NUMBER, PERCENT

BAND_COLORS = (palette.RAMP[1], palette.RAMP[2], palette.RAMP[3], palette.RAMP[4])


def ages(choice: Choice) -> Chart:
    """How long do needs wait, and where?"""
    counts = bases.counted(bases.waiting(choice), "status", "age")
    labels = age_labels()
    values, rows, totals = [], [], {}
    for state in (s for s in TrainingNeed.flow.states if s.code in bases.open_states()):
        own = {band: counts.get((state.code, band), 0) for band in labels}
        total = sum(own.values())
        if not total:
            continue
        totals[state] = total
        rows.append([
            Cell(state.label, address(choice, "menunggu", status=state.code)),
            *(
                Cell(n, address(choice, "menunggu", status=state.code, umur=band)) if n else 0
                for band, n in own.items()
            ),
            Cell(total, address(choice, "menunggu", status=state.code)),
        ])  # fmt: skip
        values += [
            {
                "label": str(state.label), "kind": labels[band], "n": n, "text": formats.num(total),
                "url": address(choice, "menunggu", status=state.code, umur=band),
                "hover": f"{state.label}, {labels[band]}: {formats.num(n)}",
            }
            for band, n in own.items() if n
        ]  # fmt: skip
    every = sum(totals.values())
    old = sum(n for (_status, band), n in counts.items() if band == "lama")
    return Chart(
        name="usia",
        title=ngettext(
            "%(count)s need waits for somebody; for more than 30 days: %(old)s",
            "%(count)s needs wait for somebody; for more than 30 days: %(old)s",
            every,
        )
        % {"count": formats.num(every), "old": formats.num(old)},
        summary=_ages_summary(totals),
        spec=shapes.stacked(values, list(zip(labels.values(), BAND_COLORS, strict=True))),
        columns=[
            Column(_("State")),
            *(Column(label, NUMBER) for label in labels.values()),
            Column(_("All"), NUMBER),
        ],
        rows=rows,
        note=_("Days since the move into the state, by the calendar."),
        empty=_("No need of this cycle waits for anybody."),
    )


def _ages_summary(totals: dict) -> str:
    if not totals:
        return ""
    most = max(totals, key=lambda state: totals[state])
    if list(totals.values()).count(totals[most]) > 1:  # none of them stands out
        return _("They wait in these states: %(states)s.") % {"states": ", ".join(str(state.label) for state in totals)}
    return _("The largest number is in the state %(state)s: %(count)s of %(all)s.") % {
        "state": most.label,
        "count": formats.num(totals[most]),
        "all": formats.num(sum(totals.values())),
    }


def kept(choice: Choice) -> Chart:
    """Are time limits kept?"""
    return charts.kept(
        limits.tally(choice),
        lambda step: address(choice, "langkah", tabel=step.flow, keadaan=step.state),
        note=_("Steps that ended in %(year)s.") % {"year": choice.cycle},
        empty=_("No step with a time limit ended in %(year)s.") % {"year": choice.cycle},
    )


def pipeline(choice: Choice) -> Chart:
    """How far have the people of the cycle's needs come?"""
    counts = {
        **bases.people_by_stage(choice),
        "kursi": bases.total(bases.seats(choice)),
        **bases.nominations_by_stage(choice),
    }
    first = counts[bases.FILED]
    values, rows = [], []
    for stage, n in counts.items():
        name = {"kursi": "kursi", **dict.fromkeys((bases.NAMED, bases.TAKEN, bases.DONE), "peserta")}.get(
            stage, "orang"
        )
        url = address(choice, name, **({} if name == "kursi" else {"tahap": stage}))
        share = 100 * n / first if first else None
        rows.append([STAGES[stage], Cell(n, url) if n else 0, share])
        values.append({
            "label": str(STAGES[stage]), "n": n, "url": url if n else "",
            "text": f"{formats.num(n)} · {formats.share(n, first)}",
            "hover": f"{STAGES[stage]}: {formats.num(n)}",
            "color": palette.BEFORE if stage == bases.FILED else palette.SERIES[0],
        })  # fmt: skip
    return Chart(
        name="alur",
        title=_("Of %(all)s people asked for, %(seats)s have a seat and %(done)s have completed a training")
        % {
            "all": formats.num(first),
            "seats": formats.num(counts["kursi"]),
            "done": formats.num(counts[bases.DONE]),
        },
        summary=_summary_of_the_way(counts),
        spec=shapes.bars(values, track=True),
        columns=[Column(_("Stage")), Column(_("People"), NUMBER), Column(_("Share of those asked for"), PERCENT)],
        rows=rows if first else [],
        note=_("Needs of the cycle %(year)s.") % {"year": choice.cycle},
        empty=_("Nothing has been filed in this cycle for this choice."),
    )


def _summary_of_the_way(counts: dict[str, int]) -> str:
    """Between which two stages most people stay behind."""
    stages = list(counts)
    losses = [(counts[a] - counts[b], a, b) for a, b in zip(stages, stages[1:], strict=False)]
    lost, before, after = max(losses)
    if lost <= 0:
        return _("From stage to stage nobody is left behind.")
    return _("Most people stay behind between “%(before)s” and “%(after)s”: %(count)s.") % {
        "before": STAGES[before],
        "after": STAGES[after],
        "count": formats.num(lost),
    }


def figures_of(choice: Choice) -> dict[str, int | str]:
    """What the head of the page says about needs: waiting, overdue, share within limits."""
    found = limits.tally(choice)
    return {
        "waiting": bases.waiting(choice).count(),
        "overdue": bases.waiting(choice, late=True).count(),
        "kept": formats.share(found.hits, found.timed),
    }
