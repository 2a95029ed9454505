"""How often which record of the scenario is written again, for whom and when: by dice that fall the same each time."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.models import Membership, Organisation
from accounts.roles import Role
from portal.seeding.tables import AGREEMENT, MEETING, NEED, PROGRAM, ROOTS, THREAD

STEP = 1_000_000
"""From the ids of one copy to those of the next; no table of the scenario is that long."""
FIRST_PLACE = 10_000
"""Where the numbers of copies begin, beyond those of the scenario."""

NEEDS = (
    # (status of the copy, status of the record copied, has participants, share in thousandths)
    ("DRAFT", "DRAFT", False, 90),
    ("RETURNED", "RETURNED", False, 30),
    ("PROV_REVIEW", "PROV_REVIEW", False, 70),
    ("MIN_REVIEW", "MIN_REVIEW", False, 60),
    ("TECH_REVIEW", "TECH_REVIEW", False, 30),
    ("APPROVED", "APPROVED", False, 200),
    ("IN_FULFILMENT", "IN_FULFILMENT", True, 30),
    ("FULFILLED", "FULFILLED", True, 10),
    ("FULFILLED", "APPROVED", False, 220),
    ("CLOSED_UNMET", "APPROVED", False, 120),
    ("REJECTED", "REJECTED", False, 60),
    ("WITHDRAWN", "DRAFT", False, 50),
    ("MERGED", "MERGED", False, 30),
)
PROGRAMS = (
    ("COMPLETED", 450),
    ("CLOSED", 150),
    ("RUNNING", 80),
    ("PUBLISHED", 60),
    ("OPEN", 120),
    ("DRAFT", 50),
    ("SUBMITTED", 30),
    ("VERIFICATION", 40),
    ("RETURNED", 20),
)
PER_NEED = {PROGRAM: 0.06, AGREEMENT: 0.02, THREAD: 0.08, MEETING: 0.002}
"""How many of the others there are for each need."""
ENDED = {
    "FULFILLED", "CLOSED_UNMET", "REJECTED", "WITHDRAWN", "MERGED",
    "COMPLETED", "CLOSED", "CANCELLED", "ACTIVE", "MINUTED",
}  # fmt: skip
"""What is over may have been over for two years; what is open is of this season, or the clock would close it."""
YEARS_BACK = 2
LAST_ACT = {"FULFILLED": "fulfil", "CLOSED_UNMET": "close_unmet", "WITHDRAWN": "withdraw"}
"""The act that leads where a copy ends otherwise than its record."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One record that will be written."""

    kind: str
    old: int
    n: int
    place: int
    code: str
    shift: dt.timedelta
    status: str = ""
    """Where it ends otherwise than the record it is a copy of."""
    office: int | None = None
    province: str = ""
    year: int | None = None
    head: int | None = None
    operator: int | None = None
    about: int | None = None
    about_code: str | None = None

    @property
    def new(self) -> int:
        """Its id."""
        return self.old + STEP * self.n


class Plan:
    """Every copy, in order. `times[kind, old]`: how many of a record there will be, with itself."""

    def __init__(self, needs: int, seed: int):
        self.dice = random.Random(seed)  # noqa: S311 - dice for made-up records
        self.size = needs
        self.times: dict[tuple[str, int], int] = defaultdict(lambda: 1)
        self.codes: dict[tuple[str, int, int], str] = {}
        self.places: dict[str, int] = {}
        self.offices = list(Organisation.objects.filter(kind__in=("OFFICE", "CENTRE")).order_by("code"))
        self.posts = _posts()
        self.copies = [*self._needs(), *self._programs(), *self._others(AGREEMENT), *self._others(MEETING)]
        self.copies += list(self._threads())

    def _next(self, kind: str, old: int, at: dt.datetime, **more) -> Copy:
        n, place = self.times[kind, old], self.places.get(kind, 0) + 1
        self.times[kind, old], self.places[kind] = n + 1, place
        year = more.get("year") or at.year
        code = f"{ROOTS[kind][0]}-{year}-{FIRST_PLACE + place}"
        self.codes[kind, old, n] = code
        return Copy(kind=kind, old=old, n=n, place=place, code=code, **more)

    def _shift(self, status: str) -> dt.timedelta:
        if status in ENDED:
            return -dt.timedelta(days=self.dice.randrange(365 * YEARS_BACK), seconds=self.dice.randrange(86_400))
        return -dt.timedelta(seconds=self.dice.randrange(4 * 3600))

    def _needs(self) -> Iterator[Copy]:
        model = ROOTS[NEED][1]
        known = defaultdict(list)
        with_people = set(
            model.objects.filter(lines__proposals__nominations__isnull=False).values_list("pk", flat=True)
        )
        for need in model.objects.select_related("office").order_by("pk"):
            known[need.status, need.pk in with_people].append(need)
        offices = defaultdict(list)
        for office in self.offices:
            offices[_level(office)].append(office)
        counts = [self.size * share // 1000 for *_rest, share in NEEDS]
        counts[0] += self.size - sum(counts)  # what rounding left over
        for (status, source, people, _share), count in zip(NEEDS, counts, strict=True):
            found = [
                n for n in known[source, people] if status == source or not n.lines.filter(proposals__isnull=False)
            ]
            for number in range(count):
                need = found[number % len(found)]
                office = self.dice.choice(offices[_level(need.office)])
                shift = self._shift(status)
                yield self._next(
                    NEED,
                    need.pk,
                    need.created_at,
                    shift=shift,
                    status="" if status == source else status,
                    office=office.pk,
                    province=office.region_code[:2] or "31",
                    year=need.cycle_id + min(0, shift.days + 90) // 365,
                    head=self.posts.get((office.pk, Role.DINAS_HEAD)),
                    operator=self.posts.get((office.pk, Role.DINAS_OP)),
                )

    def _programs(self) -> Iterator[Copy]:
        known = defaultdict(list)
        for program in ROOTS[PROGRAM][1].objects.order_by("pk"):
            known[program.status].append(program)
        total = int(self.size * PER_NEED[PROGRAM])
        for status, share in PROGRAMS:
            for number in range(total * share // 1000):
                program = known[status][number % len(known[status])]
                shift = self._shift(status)
                yield self._next(PROGRAM, program.pk, program.created_at + shift, shift=shift)

    def _others(self, kind: str) -> Iterator[Copy]:
        known = list(ROOTS[kind][1].objects.order_by("pk"))
        for number in range(int(self.size * PER_NEED[kind])):
            record = known[number % len(known)]
            shift = self._shift(record.status)
            yield self._next(kind, record.pk, record.created_at + shift, shift=shift)

    def _threads(self) -> Iterator[Copy]:
        kinds = {"regions.need": NEED, "programs.program": PROGRAM, "partnerships.agreement": AGREEMENT}
        known = list(ROOTS[THREAD][1].objects.order_by("pk"))
        offices = defaultdict(list)
        for office in self.offices:
            offices[_level(office)].append(office)
        for number in range(int(self.size * PER_NEED[THREAD])):
            thread = known[number % len(known)]
            shift = self._shift("FULFILLED")
            more = {}
            if kind := kinds.get(thread.flow):
                m = (self.times[THREAD, thread.pk]) % self.times[kind, thread.record_id]
                more = {
                    "about": thread.record_id + STEP * m,
                    "about_code": self.codes.get((kind, thread.record_id, m), thread.record_code),
                }
            yield self._next(THREAD, thread.pk, thread.opened_at + shift, shift=shift, **more)


def _level(office: Organisation) -> str:
    return "centre" if office.kind == "CENTRE" else "province" if len(office.region_code) == 2 else "regency"


def _posts() -> dict[tuple[int, str], int]:
    """Who holds a post: the first of those who hold it."""
    found: dict[tuple[int, str], int] = {}
    rows = Membership.objects.filter(ended_at__isnull=True, delegation__isnull=True).order_by("pk")
    for organisation, role, user in rows.values_list("organisation_id", "role", "user_id"):
        found.setdefault((organisation, role), user)
    return found
