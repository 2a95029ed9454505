"""The priority score of a need, 0-100 in six named parts: plain Python, so that the numbers can be checked by hand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

PARTS = {"quantity": 25, "quality": 25, "mandate": 15, "equity": 15, "urgency": 10, "readiness": 10}
"""Part -> highest points; they add up to 100."""

MANDATE = {"NATIONAL": 15, "PROVINCIAL": 8, "NONE": 0, "": 0}
URGENCY = {"U1": 10, "U2": 7, "U3": 4, "U4": 1}
FRONTIER = {"53", "81", "82", "91", "92", "93", "94", "95", "96"}
"""Papua (six provinces), Maluku (two) and East Nusa Tenggara."""
JAVA = {"31", "32", "33", "34", "35", "36"}


@dataclass(frozen=True)
class NeedFacts:
    """What the score looks at; counts are people, levels are (current, target) from 0 to 5."""

    formation: int = 0
    in_post: int = 0
    untrained: int = 0
    retiring: int = 0
    vacancy: int = 0
    levels: tuple[tuple[int, int], ...] = ()
    mandate: str = "NONE"
    region_code: str = ""
    is_remote: bool = False
    urgency: str = ""
    nominees_identified: bool = False
    language_evidence: bool = False
    budget_line: bool = False
    follow_up_plan: bool = False


@dataclass(frozen=True)
class Part:
    """One named part with its points, rounded to a tenth."""

    name: str
    points: Decimal
    most: int

    def as_json(self) -> dict:
        """{"name", "points", "max"} with points as a float of one decimal."""
        return {"name": self.name, "points": float(self.points), "max": self.most}


@dataclass(frozen=True)
class Priority:
    """The parts and their sum: the parts always add up to the score shown."""

    parts: tuple[Part, ...]

    @property
    def total(self) -> Decimal:
        """0.0 to 100.0."""
        return sum((part.points for part in self.parts), Decimal("0.0"))


def _tenth(points: float) -> Decimal:
    return Decimal(str(points)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def equity_points(region_code: str, is_remote: bool) -> int:
    """15 for Papua, Maluku, NTT; 10 for other disadvantaged, frontier or outermost areas; 5 outside Java; 0 on it."""
    province = region_code[:2]
    if province in FRONTIER:
        return 15
    if is_remote:
        return 10
    return 0 if province in JAVA or not province else 5


def priority(facts: NeedFacts) -> Priority:
    """The score of a need by the ministry's formula; recomputed on change, frozen at approval."""
    people = max(facts.formation, facts.in_post, 1)
    quantity = min(25.0, 25 * max(facts.vacancy, facts.untrained) / people)
    gaps = [target - current for current, target in facts.levels]
    quality = min(25.0, 25 * sum(gaps) / len(gaps) / 4) if gaps else 0.0
    retiring = 3 * facts.retiring / facts.in_post if facts.in_post else 0
    urgency = min(10.0, URGENCY.get(facts.urgency, 0) + retiring)
    readiness = (
        3 * facts.nominees_identified + 3 * facts.language_evidence + 2 * facts.budget_line + 2 * facts.follow_up_plan
    )
    points = {
        "quantity": quantity,
        "quality": quality,
        "mandate": MANDATE[facts.mandate],
        "equity": equity_points(facts.region_code, facts.is_remote),
        "urgency": urgency,
        "readiness": readiness,
    }
    return Priority(tuple(Part(name, _tenth(points[name]), most) for name, most in PARTS.items()))
