"""The summary of a training as rows of a file and as the figures at the head of its page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from participants.selectors.evaluation_figures import BANDS, as_percent
from workflow import formats
from workflow.sheets import Sheet


def head() -> list[str]:
    """The head row."""
    return [_("Level"), _("What"), _("Value"), _("Answers")]


def band_label(low: int, high: int) -> str:
    """A band of points won, in words."""
    if low == BANDS[0][0]:
        return _("Fewer points than before")
    if high == BANDS[-1][1]:
        return _("%(low)d points and more") % {"low": low}
    return _("%(low)d to %(high)d points") % {"low": low, "high": high - 1}


def bands(tests) -> list[dict[str, Any]]:
    """How many people won how many points."""
    return [{"label": band_label(low, high), "people": people} for low, high, people in (tests.bands if tests else ())]


def rows(summary) -> Iterator[list[Any]]:
    """(level, what, value, answers) of everything the reader may know."""
    for rate in summary.rates:
        yield [rate.label, _("Forms asked for"), rate.asked, None]
        yield [rate.label, _("Answered"), rate.answered, None]
        yield [rate.label, _("Answered of asked (%)"), rate.percent, rate.asked]
    yield from _reactions(summary.reactions)
    yield from _tests(summary.tests)
    yield from _behaviours(summary.behaviours)
    if found := summary.cascade:
        for label, value in (
            (_("Sessions held for colleagues"), found.sessions),
            (_("Colleagues reached"), found.people),
            (_("Lesson hours passed on (JP)"), found.hours),
        ):
            yield [_("Passed on"), label, value, found.people_asked]
    for result in summary.results:
        what = f"{result.evaluation.proposal.line.need.office.name}: {result.indicator} ({result.unit})"
        for label, value in (
            (_("Before the training"), result.baseline),
            (_("Target"), result.target),
            (_("Measured now"), result.actual),
            (_("Of the way to the target (%)"), result.achieved),
        ):
            yield [_("Results"), f"{what}: {label}", value, 1]


def _reactions(found):
    if not found:
        return
    for label, mean in found.means:
        yield [_("Reaction"), label, round(mean, 2), found.count]
    yield [_("Reaction"), _("Recommendation (−100 to 100)"), found.score, found.count]


def _tests(found):
    if not found:
        return
    if found.count:
        for label, value in (
            (_("Test before"), found.before),
            (_("Test after"), found.after),
            (_("Gain"), found.gain),
        ):
            yield [_("Learning"), label, round(value, 2), found.count]
        if found.normalised is not None:
            yield [_("Learning"), _("Share of what there was to learn (%)"), as_percent(found.normalised), found.count]
        for low, high, people in found.bands:
            yield [_("Learning"), band_label(low, high), people, found.count]
    yield [_("Learning"), _("Certificate only, no test"), found.certificates, None]


def _behaviours(found):
    if not found:
        return
    yield [_("Behaviour"), _("How far it is used in daily work"), round(found.used, 2), found.count]
    for gap in found.gaps:
        for label, value in (
            (_("filed"), gap.filed),
            (_("own view"), gap.own),
            (_("now"), gap.now),
            (_("target"), gap.target),
        ):
            if value is not None:
                yield [_("Behaviour"), f"{gap.label}: {label}", round(value, 2), gap.people]
    for label, counted in ((_("What helped"), found.helped), (_("What hindered"), found.hindered)):
        for name, people in counted:
            yield [_("Behaviour"), f"{label}: {name}", people, found.count]


def sheet(summary) -> Sheet:
    """The rows as a sheet."""
    return Sheet(_("Evaluation"), head(), rows(summary), (18, 70, 14, 12))


def head_figures(summary) -> list[dict[str, Any]]:
    """Five figures at the head of the page."""
    found = []
    asked, answered = (sum(getattr(rate, name) for rate in summary.rates) for name in ("asked", "answered"))
    if asked:
        note = _("%(answered)s of %(asked)s forms") % {"answered": formats.num(answered), "asked": formats.num(asked)}
        found.append({"label": _("Answered"), "value": formats.percent(100 * answered / asked), "note": note})
    if summary.reactions and summary.reactions.count:
        found.append({"label": _("Reaction, 1 to 5"), "value": formats.decimal(summary.reactions.mean)})
        found.append({"label": _("Recommendation"), "value": f"{summary.reactions.score:+d}".replace("-", "−")})
    if summary.tests and summary.tests.count:
        found.append({"label": _("Gain in points"), "value": formats.decimal(summary.tests.gain)})
    if summary.behaviours and summary.behaviours.gaps:
        gaps = summary.behaviours.gaps
        people = sum(gap.people for gap in gaps)
        change = sum(gap.change * gap.people for gap in gaps) / people
        found.append({"label": _("Levels won"), "value": formats.decimal(change)})
    return found
