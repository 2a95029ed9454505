"""Results of programmes from the published count of people: what is withheld there stays out of the file."""

from __future__ import annotations

from dataclasses import dataclass, field

from exchange.iati import codes
from exchange.iati.shapes import Indicator, Result
from exchange.open_data import counts
from regions.publishing import SMALLEST

PEOPLE = ("Orang terlatih", "People trained")
SEATS = ("Kursi yang ditawarkan", "Seats offered")
ACCEPTED = ("Orang yang diterima", "People accepted")
COMPLETED = ("Orang yang menyelesaikan pelatihan", "People who completed the training")
LEVELS = ("Penerapan di pekerjaan", "Use at work")
MEAN_LEVEL = (
    "Rata-rata tingkat kompetensi (1–5) menurut atasan",
    "Mean competency level (1–5) as rated by supervisors",
)


@dataclass(frozen=True)
class Figures:
    """What may be told of one programme; None: not counted, or withheld."""

    accepted: int | None = None
    completed: int | None = None
    women: int | None = None
    levels: tuple[float, float, float] | None = field(default=None)
    """Mean level before, aimed at, and rated at work."""
    homes: tuple[str, ...] = ()
    """Provinces from which at least five people were accepted."""

    def results(self, seats: int, status: str) -> tuple[Result, ...]:
        """Outputs, and the outcome where enough people were rated."""
        indicators = [Indicator(SEATS, actual=str(seats))]
        if self.accepted is not None:
            indicators.append(Indicator(ACCEPTED, target=str(seats), actual=str(self.accepted)))
        if self.completed is not None and status in {codes.FINALISATION, codes.CLOSED}:
            by_sex: tuple[tuple[str, str], ...] = ()
            if self.women is not None:
                by_sex = (("female", str(self.women)), ("male", str(self.completed - self.women)))
            indicators.append(
                Indicator(COMPLETED, target=str(seats), actual=str(self.completed), baseline="0", by_sex=by_sex)
            )
        found = [Result("1", PEOPLE, tuple(indicators))]
        if self.levels:
            before, target, now = (f"{value:.1f}" for value in self.levels)
            found.append(Result("2", LEVELS, (Indicator(MEAN_LEVEL, target=target, actual=now, baseline=before),)))
        return tuple(found)


def figures() -> dict[str, Figures]:
    """{programme: what may be told of it}, of the count that is published."""
    count = counts.latest(counts.PROGRAMS)
    if count is None:
        return {}
    told = counts.told_of(count)["programs"]
    found = {}
    for code, row in told.rows.items():
        shown = {name: None if code in told.hidden[name] else row[name] for name in ("accepted", "completed", "women")}
        women = shown["women"]
        # Of no woman, or no man, nothing is said either: it would be said of everyone.
        by_sex = women is not None and min(women, row["completed"] - women) >= SMALLEST
        levels = count.figures["levels"].get(code)
        told_levels = levels and levels["people"] >= SMALLEST and shown["completed"] is not None
        homes = count.figures.get("homes", {}).get(code, ()) if shown["accepted"] is not None else ()
        found[code] = Figures(
            shown["accepted"],
            shown["completed"],
            women if by_sex else None,
            tuple(levels["means"]) if told_levels else None,
            tuple(homes),
        )
    return found
