"""The measures of the map of needs: what each counts, its classes, its words, and the drawing of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.selectors.map import PlaceFigures, totals
from regions.maps.drawing import Drawing, Place, marks_of
from regions.maps.scales import Scale, hidden_words
from regions.maps.sheets import sheet
from workflow.formats import num, percent

NAMED = 2
"""How many places a sentence names before it counts the others."""


@dataclass(frozen=True)
class Measure:
    """One thing a map can show."""

    name: str
    label: Any
    value: Callable[[PlaceFigures], int | None]
    words: Callable[[PlaceFigures], str]
    country: Scale
    below: Scale
    """Classes of regencies and cities."""
    weight: Callable[[PlaceFigures], int | None]
    """What the area of a circle stands for."""
    sizes: Any = ""
    """The same as a sentence, where it is another thing than the value."""
    unit: str = ""


def _filed_words(place: PlaceFigures) -> str:
    if place.offices == 1:
        return _("has filed") if place.filed else _("has not filed yet")
    return _("%(filed)s of %(offices)s offices") % {"filed": num(place.filed), "offices": num(place.offices)}


def _needs_words(place: PlaceFigures) -> str:
    return ngettext("%(count)s need", "%(count)s needs", place.needs) % {"count": num(place.needs)}


def _people_words(place: PlaceFigures) -> str:
    return shown_people(place, "people")


def shown_people(place: PlaceFigures, name: str) -> str:
    """A number of people, or why it is not there."""
    value = getattr(place, name)
    if value is None:
        return _("fewer than 5") if name in place.few else hidden_words()
    return ngettext("%(count)s person", "%(count)s people", value) % {"count": num(value)}


def _seats_words(place: PlaceFigures) -> str:
    if place.seats is None:
        return _("fewer than 5") if "seats" in place.few else hidden_words()
    return ngettext("%(count)s seat", "%(count)s seats", place.seats) % {"count": num(place.seats)}


def _met_words(place: PlaceFigures) -> str:
    if place.nobody_asked:
        return _("nobody asked for")
    if place.met is None:
        return hidden_words()
    return _("%(share)s, %(seats)s of %(people)s people") % {
        "share": percent(place.met),
        "seats": num(place.seats),
        "people": num(place.people),
    }


def _gap_words(place: PlaceFigures) -> str:
    if place.gap is None:
        return hidden_words()
    return ngettext("%(count)s person without a seat", "%(count)s people without a seat", place.gap) % {
        "count": num(place.gap)
    }


_SHARES = (1, 20, 30, 40, 50)
"""Of an allocation's map too, so that the two compare."""

MEASURES = {
    m.name: m
    for m in (
        Measure(
            "filed",
            gettext_lazy("Offices that have filed"),
            lambda p: p.share if p.offices else None,
            _filed_words,
            Scale((1, 40, 60, 80, 95), "%"),
            Scale((1, 40, 60, 80, 95), "%"),
            lambda p: p.offices,
            gettext_lazy("The larger the circle, the more offices."),
            "%",
        ),
        Measure(
            "needs",
            gettext_lazy("Needs"),
            lambda p: p.needs,
            _needs_words,
            Scale((1, 5, 10, 20, 40)),
            Scale((1, 2, 3, 4, 6)),
            lambda p: p.needs,
        ),
        Measure(
            "people",
            gettext_lazy("People"),
            lambda p: p.people,
            _people_words,
            Scale((1, 20, 50, 100, 200)),
            Scale((1, 5, 10, 20, 40)),
            lambda p: p.people,
        ),
        Measure(
            "seats",
            gettext_lazy("Seats given"),
            lambda p: p.seats,
            _seats_words,
            Scale((1, 5, 10, 20, 40)),
            Scale((1, 5, 10, 20, 40)),
            lambda p: p.seats,
        ),
        Measure(
            "met",
            gettext_lazy("Share met"),
            lambda p: p.met,
            _met_words,
            Scale(_SHARES, "%"),
            Scale(_SHARES, "%"),
            lambda p: p.people,
            gettext_lazy("The larger the circle, the more people asked for."),
            "%",
        ),
        Measure(
            "gap",
            gettext_lazy("Gap"),
            lambda p: p.gap,
            _gap_words,
            Scale((1, 20, 50, 100, 200)),
            Scale((1, 5, 10, 20, 40)),
            lambda p: p.gap,
        ),
    )
}
"""In the order of the tabs; classes are fixed, so that maps of different days compare."""

DEFAULT = "filed"


def measure_of(wanted: str) -> Measure:
    """The measure an address asks for, else the first."""
    return MEASURES.get(wanted, MEASURES[DEFAULT])


def draw(
    measure: Measure,
    places: Sequence[PlaceFigures],
    *,
    url_of: Callable[[PlaceFigures], str] = lambda place: "",
    province: str = "",
    whole: Sequence[PlaceFigures] = (),
    name: str = "map",
) -> Drawing:
    """The map of one measure: of the country, or of one province's regencies and cities, where `whole` are all that its
    sum is made of: its own office too."""
    scale = measure.below if province else measure.country
    values = {p.code: measure.value(p) for p in places}
    marks = marks_of(values)
    drawn = [
        Place(
            code=p.code,
            name=p.name,
            level="0" if measure.name == "met" and p.nobody_asked else scale.level(values[p.code]),
            value=measure.words(p),
            weight=measure.weight(p) or 0,
            url=url_of(p),
            mark=marks.get(p.code, ""),
        )
        for p in places
    ]
    return Drawing(
        label=measure.label,
        summary=finding(measure, places, whole or places),
        places=drawn,
        legend=scale.legend(),
        nothing=scale.nothing,
        sheet=sheet(province),
        sizes=str(measure.sizes),
        name=name,
    )


def finding(measure: Measure, places: Sequence[PlaceFigures], whole: Sequence[PlaceFigures]) -> str:
    """What the map shows, in one or two sentences."""
    known = [(p, value) for p in places if (value := measure.value(p)) is not None]
    if not any(value for _place, value in known):
        return _("There is nothing to show for this measure yet.")
    found = [_whole(measure, whole)]
    low, high = min(v for _p, v in known), max(v for _p, v in known)
    if low != high:
        words = {
            "high": _named([p for p, v in known if v == high]),
            "high_value": measure.words(next(p for p, v in known if v == high)),
            "low": _named([p for p, v in known if v == low]),
            "low_value": measure.words(next(p for p, v in known if v == low)),
        }
        found.append(_("Highest: %(high)s, %(high_value)s. Lowest: %(low)s, %(low_value)s.") % words)
    return " ".join(found)


def _whole(measure: Measure, places: Sequence[PlaceFigures]) -> str:
    """The sum of what is shown."""
    sums = totals(places)
    if measure.name == "filed":
        return _("%(filed)s of %(offices)s offices have filed.") % {
            "filed": num(sums["filed"]),
            "offices": num(sums["offices"]),
        }
    if measure.name == "needs":
        return ngettext("%(count)s need in all.", "%(count)s needs in all.", sums["needs"]) % {
            "count": num(sums["needs"])
        }
    both = [p for p in places if p.people is not None and p.seats is not None]
    people, seats = sum(p.people or 0 for p in both), sum(p.seats or 0 for p in both)
    if measure.name == "people":
        return ngettext("%(count)s person in all.", "%(count)s people in all.", sums["people"]) % {
            "count": num(sums["people"])
        }
    if measure.name == "seats":
        return ngettext("%(count)s seat in all.", "%(count)s seats in all.", sums["seats"]) % {
            "count": num(sums["seats"])
        }
    return _("%(seats)s seats for %(people)s people asked for.") % {"seats": num(seats), "people": num(people)}


def _named(places: Sequence[PlaceFigures]) -> str:
    """One or two places by name; of more, the first and how many others."""
    first, others = places[0].name, len(places) - 1
    if others == 0:
        return first
    if others == 1:
        return _("%(one)s and %(other)s") % {"one": first, "other": places[1].name}
    return _("%(one)s and %(count)s more") % {"one": first, "count": num(others)}


def csv_number(place: PlaceFigures, name: str) -> str | int:
    """A number of people in a file: "<5" for a small group, empty for one that would give such a group away."""
    value = getattr(place, name)
    return ("<5" if name in place.few else "") if value is None else value
