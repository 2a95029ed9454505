"""All pairs of need lines and intakes at once: what `matching.judge` says of each, in arrays.

No rule and no formula stands here. A rule of `matching` names the facts it looks at, so it is asked once for each
combination of such facts that occurs, and NumPy spreads the answer over the pairs; a part of the score likewise. Pairs
are formed theme by theme and post by post, so that pairs that cannot fit never exist.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

import numpy as np

from partnerships.matching import (
    CODES,
    CONTENT,
    NEAR_FAILURES,
    POST,
    RULES,
    WAIVABLE,
    WEIGHTS,
    Failure,
    IntakeFacts,
    LineFacts,
    Part,
    Rule,
    Verdict,
    completion_part,
    equity_part,
    level_part,
    names_post,
    priority_part,
    ready_on,
    schedule_part,
    seats_part,
    step,
    theme_part,
)

PARTS = tuple(WEIGHTS)
BIT = {code: np.uint32(1 << place) for place, code in enumerate(CODES)}
"""Failure code -> its bit in a mask; the bits are in the order in which failures are shown."""
_WAIVABLE = np.uint32(sum(int(BIT[code]) for code in WAIVABLE))
_NONE = np.uint32(0)
_BITS = {rule: sum(int(BIT[code]) for code in rule.codes) for rule in RULES}
_OF_LINE = {
    "priority": ("priority",),
    "equity": ("region_code", "is_remote", "seats_won"),
    "completion": ("completed", "finished"),
}
"""Parts that look at the line alone, and the facts they are made of in the order of their parameters."""
_CHUNK = 1 << 17
"""Pairs looked at in one go: small enough for the processor's cache."""


@dataclass(frozen=True)
class Pairs:
    """Scored pairs; `line` and `intake` count from 0 in what the table was made of. Points are in tenths."""

    line: np.ndarray
    intake: np.ndarray
    parts: np.ndarray
    """One row per part, in the order of the weights."""
    failures: np.ndarray
    """Bit mask of unmet conditions; 0 is eligible."""
    content: np.ndarray
    """Which kinds of line and intake met: a row of `kinds`."""
    kinds: _Kinds

    def __len__(self) -> int:
        return len(self.line)

    @cached_property
    def score(self) -> np.ndarray:
        """0 to 1000: the sum of the parts. This is also the value of one seat in an allocation."""
        return self.parts.sum(axis=0, dtype=np.int16)

    @property
    def eligible(self) -> np.ndarray:
        """Every hard rule is met."""
        return self.failures == 0

    @property
    def waivable(self) -> np.ndarray:
        """Not eligible, but every failure may be waived."""
        return (self.failures != 0) & (self.failures & ~_WAIVABLE == 0)


def codes_in(mask: int) -> tuple[str, ...]:
    """The codes of a mask in the order in which failures are shown."""
    return tuple(code for code in CODES if int(mask) & int(BIT[code]))


# --- Equal facts, equal answer --------------------------------------------------------------------------


class _Groups:
    """Facts grouped by some of their fields: `of[n]` is the group of the n-th, `first[group]` stands for a group."""

    def __init__(self, facts: Sequence[Any], fields: tuple[str, ...]) -> None:
        key: Callable[[Any], Any] = attrgetter(*fields) if fields else lambda _fact: None
        seen: dict[Any, int] = {}
        self.of = np.fromiter((seen.setdefault(key(fact), len(seen)) for fact in facts), np.int32, len(facts))
        self.places = np.unique(self.of, return_index=True)[1]
        self.first = [facts[place] for place in self.places]

    def __len__(self) -> int:
        return len(self.first)


class _Grid:
    """One rule asked once for each combination of the facts it looks at: a mask by (line group, intake group)."""

    def __init__(self, rule: Rule, lines: _Groups, intakes: _Groups, today: dt.date) -> None:
        self.rule, self.lines, self.intakes = rule, lines, intakes
        answers = [[rule.check(line, intake, today) for intake in intakes.first] for line in lines.first]
        masks = [[BIT[found.code] if found else _NONE for found in row] for row in answers]
        self.mask = np.array(masks, np.uint32).reshape(len(lines), len(intakes))
        self._flat = self.mask.ravel()
        self._row = lines.of * np.int32(len(intakes))

    def of_pairs(self, line: np.ndarray, intake: np.ndarray) -> np.ndarray:
        """The masks of pairs."""
        return self._flat.take(self._row.take(line) + self.intakes.of.take(intake))


class _Choices:
    """The possible values of one part by a whole number that stands for its facts; each is computed once."""

    def __init__(self, make: Callable[[int], Part]) -> None:
        self._make = make
        self._parts: dict[int, Part] = {}
        self._texts: dict[int, str] = {}
        self._tenths = np.empty(0, np.int16)

    def __getitem__(self, code: int) -> Part:
        if code not in self._parts:
            self._parts[code] = self._make(code)
        return self._parts[code]

    def tenths(self, codes: np.ndarray) -> np.ndarray:
        """Points in tenths; they are whole, as every part is rounded to a tenth."""
        more = int(codes.max(initial=-1)) + 1 - len(self._tenths)
        if more > 0:
            self._tenths = np.concatenate([self._tenths, np.full(more, -1, np.int16)])
        found = self._tenths.take(codes)
        if found.min(initial=0) < 0:
            for code in np.unique(codes[found < 0]).tolist():
                self._tenths[code] = int(self[code].points * 10)
            found = self._tenths.take(codes)
        return found

    def texts(self, codes: np.ndarray) -> list[str]:
        """The parts as stored, each as JSON."""
        for code in np.unique(codes).tolist():
            if code not in self._texts:
                self._texts[code] = json.dumps(self[code].as_json())
        return [self._texts[code] for code in codes.tolist()]


@dataclass(frozen=True)
class _Kinds:
    """Kinds of lines and intakes that meet: what depends on post, competencies and levels alone."""

    line: np.ndarray
    intake: np.ndarray
    covered: np.ndarray
    steps: np.ndarray
    """The steps from level to level that the programme takes the line's people, as a number of the table."""
    failures: np.ndarray


class _Members:
    """The members of each kind, one kind after the other."""

    def __init__(self, kinds: _Groups, usable: np.ndarray) -> None:
        places = np.flatnonzero(usable)
        self.order = places[np.argsort(kinds.of[places], kind="stable")]
        self.count = np.bincount(kinds.of[places], minlength=len(kinds))
        self.begins = np.cumsum(self.count) - self.count

    def of_kind(self, kind: np.ndarray, number: np.ndarray) -> np.ndarray:
        """The n-th member of a kind."""
        return self.order.take(self.begins.take(kind) + number)


def _products(kinds: _Kinds, lines: _Members, intakes: _Members) -> Iterator[tuple[np.ndarray, ...]]:
    """(row of kinds, line, intake) of every pair of members, some at a time."""
    width = intakes.count[kinds.intake]
    pairs = lines.count[kinds.line] * width
    ends = np.cumsum(pairs)
    begin = 0
    while begin < len(pairs):
        done = int(ends[begin] - pairs[begin])
        end = max(begin + 1, int(np.searchsorted(ends, done + _CHUNK, "right")))
        row = np.repeat(np.arange(begin, end), pairs[begin:end])
        number = np.arange(done, done + len(row)) - (ends - pairs).take(row)
        line, intake = np.divmod(number, width.take(row))
        yield row, lines.of_kind(kinds.line.take(row), line), intakes.of_kind(kinds.intake.take(row), intake)
        begin = end


# --- The table ------------------------------------------------------------------------------------------


class ScoringTable:
    """Lines and intakes made ready to be scored against each other on one day."""

    def __init__(self, lines: Sequence[LineFacts], intakes: Sequence[IntakeFacts], today: dt.date) -> None:
        self.lines, self.intakes, self.today = list(lines), list(intakes), today
        self._by: dict[tuple, _Groups] = {}
        self._line_kinds = self._groups(self.lines, (*POST.line, *CONTENT.line))
        self._intake_kinds = self._groups(self.intakes, (*POST.intake, *CONTENT.intake))
        self._grids = {rule: self._grid(rule) for rule in RULES if rule is not CONTENT}
        self._failures: dict[tuple, tuple[Failure, str]] = {}
        self._ladders: dict[tuple[tuple[int, int, int], ...], int] = {(): 0}

    def eligible(self) -> Pairs:
        """Every pair that meets all rules."""
        return self._pairs(self._kinds_that_fit(), near=False)

    def worth_showing(self) -> Pairs:
        """Every eligible pair, and near misses by the same measure as `Verdict.is_near`."""
        return self._pairs(self._kinds_that_may_be_shown(), near=True)

    def verdict(self, pairs: Pairs, place: int) -> Verdict:
        """One of the pairs, as `matching.judge` answers."""
        line, intake = int(pairs.line[place]), int(pairs.intake[place])
        codes = self._codes(pairs, slice(place, place + 1))
        parts = tuple(self._choices[name][int(codes[name][0])] for name in PARTS)
        failures = tuple(failure for failure, _text in self._unmet(line, intake, int(pairs.failures[place])))
        return Verdict(parts, failures, names_post(self.lines[line].post, self.intakes[intake]))

    def texts(self, pairs: Pairs, some: slice = slice(None)) -> tuple[list[str], list[str]]:
        """(parts, failures) of some pairs as stored, each as JSON."""
        codes = self._codes(pairs, some)
        columns = (self._choices[name].texts(codes[name]) for name in PARTS)
        parts = [f"[{', '.join(row)}]" for row in zip(*columns, strict=True)]
        found = zip(pairs.line[some].tolist(), pairs.intake[some].tolist(), pairs.failures[some].tolist(), strict=True)
        failures = [f"[{', '.join(text for _f, text in self._unmet(*pair))}]" if pair[2] else "[]" for pair in found]
        return parts, failures

    def _groups(self, facts: list, fields: tuple[str, ...]) -> _Groups:
        key = (facts is self.lines, fields)
        if key not in self._by:
            self._by[key] = _Groups(facts, fields)
        return self._by[key]

    def _grid(self, rule: Rule) -> _Grid:
        return _Grid(rule, self._groups(self.lines, rule.line), self._groups(self.intakes, rule.intake), self.today)

    # --- Which pairs are formed -------------------------------------------------------------------------

    @cached_property
    def _steps(self) -> tuple[dict[str, tuple], dict[str, tuple], np.ndarray, list[tuple[int, int, int]]]:
        """By theme the kinds of lines that want it and of intakes that teach it; which levels lead to which step."""
        wanted, taught = defaultdict(list), defaultdict(list)
        from_to: dict[tuple, int] = {}
        entries: dict[tuple, int] = {}
        gaps, offers = [], []
        for kind, line in enumerate(self._line_kinds.first):
            for place, gap in enumerate(line.gaps):
                level = from_to.setdefault((gap.current, gap.target), len(from_to))
                if level == len(gaps):
                    gaps.append(gap)
                wanted[gap.theme].append((kind, level, place))
        for kind, intake in enumerate(self._intake_kinds.first):
            for theme, offer in {offer.theme: offer for offer in intake.taught}.items():
                level = entries.setdefault((offer.entry, offer.exit), len(entries))
                if level == len(offers):
                    offers.append(offer)
                taught[theme].append((kind, level))
        known: dict[tuple[int, int, int], int] = {}
        leads = np.full((len(gaps), len(offers)), -1, np.int32)
        for row, gap in enumerate(gaps):
            for column, offer in enumerate(offers):
                if found := step(gap, offer):
                    leads[row, column] = known.setdefault(found, len(known))
        rows = {theme: np.array(found, np.int32).T for theme, found in wanted.items()}
        columns = {theme: np.array(found, np.int32).T for theme, found in taught.items()}
        return rows, columns, leads, list(known)

    def _kinds_that_fit(self) -> _Kinds:
        """Kinds that share a theme at a fitting level and whose post is admitted."""
        grid, lines, intakes = self._grids[POST], self._post_of_line_kind, self._post_of_intake_kind
        rows, columns, _leads, _known = self._steps
        found = []
        for theme in rows.keys() & columns.keys():
            wanting, teaching = rows[theme], columns[theme]
            posts = lines[wanting[0]]
            for post in np.unique(posts):
                admitted = grid.mask[post, intakes[teaching[0]]] == 0
                found.append(self._meetings(wanting[:, posts == post], teaching[:, admitted], level_fits=True))
        return self._met(found)

    def _kinds_that_may_be_shown(self) -> _Kinds:
        """Kinds that share a theme, whatever the post; and programmes made for a post that teach something else."""
        rows, columns, _leads, _known = self._steps
        found = [
            self._meetings(rows[theme], columns[theme], level_fits=False) for theme in rows.keys() & columns.keys()
        ]
        met = self._met(found)
        grid, width = self._grids[POST], max(len(self._intake_kinds), 1)
        named = [np.empty(0, np.int64)]
        for post, line in enumerate(grid.lines.first):
            kinds = np.flatnonzero(self._post_of_line_kind == post)
            made_for = np.array([names_post(line.post, intake) for intake in grid.intakes.first], bool)
            offers = np.flatnonzero(made_for[self._post_of_intake_kind])
            named.append((kinds[:, None] * width + offers).ravel())
        shared = met.line.astype(np.int64) * width + met.intake
        others = np.setdiff1d(np.concatenate(named), shared, assume_unique=True)
        nothing = np.zeros(len(others), np.int32)
        return _Kinds(
            np.concatenate([met.line, (others // width).astype(np.int32)]),
            np.concatenate([met.intake, (others % width).astype(np.int32)]),
            np.concatenate([met.covered, nothing]),
            np.concatenate([met.steps, nothing]),  # 0 is the ladder without steps
            np.concatenate([met.failures, np.full(len(others), BIT["theme"], np.uint32)]),
        )

    @cached_property
    def _post_of_line_kind(self) -> np.ndarray:
        return self._grids[POST].lines.of[self._line_kinds.places]

    @cached_property
    def _post_of_intake_kind(self) -> np.ndarray:
        return self._grids[POST].intakes.of[self._intake_kinds.places]

    def _meetings(self, wanting: np.ndarray, teaching: np.ndarray, level_fits: bool) -> np.ndarray:
        """All combinations within one theme: rows of line kind, intake kind, step (or -1) and the gap's place."""
        leads = self._steps[2]
        met = np.empty((4, wanting.shape[1], teaching.shape[1]), np.int32)
        met[0], met[1] = wanting[0][:, None], teaching[0]
        met[2], met[3] = leads[wanting[1][:, None], teaching[1]], wanting[2][:, None]
        met = met.reshape(4, -1)
        return met[:, met[2] >= 0] if level_fits else met

    def _met(self, found: list[np.ndarray]) -> _Kinds:
        """Meetings over several themes put together: how many competencies are reached, and by which steps."""
        line, intake, steps, place = np.concatenate([np.empty((4, 0), np.int32), *found], axis=1)
        key = line.astype(np.int64) * max(len(self._intake_kinds), 1) + intake
        order = np.lexsort((place, key))
        key, steps = key[order], steps[order]
        begins = np.flatnonzero(np.diff(key, prepend=-1))
        kind = np.cumsum(np.diff(key, prepend=-1) != 0) - 1
        reached = steps >= 0
        kind, steps = kind[reached], steps[reached]
        covered = np.bincount(kind, minlength=len(begins)).astype(np.int32)
        failures = np.where(covered > 0, _NONE, BIT["level"]).astype(np.uint32)
        ladders = self._ladders_of(kind, steps, covered)
        return _Kinds(line[order][begins], intake[order][begins], covered, ladders, failures)

    def _ladders_of(self, kind: np.ndarray, steps: np.ndarray, covered: np.ndarray) -> np.ndarray:
        """For each row the number of its sequence of steps; the sequences are built step by step."""
        known, ladders = self._steps[3], [()]
        ladder = np.zeros(len(covered), np.int32)
        place = np.arange(len(kind)) - (np.cumsum(covered) - covered)[kind]
        for number in range(covered.max(initial=0)):
            here = place == number
            longer = ladder[kind[here]].astype(np.int64) * len(known) + steps[here]
            distinct, which = np.unique(longer, return_inverse=True)
            ladder[kind[here]] = len(ladders) + which
            ladders += [(*ladders[code // len(known)], known[code % len(known)]) for code in distinct.tolist()]
        numbers = [self._ladders.setdefault(ladder, len(self._ladders)) for ladder in ladders]
        return np.array(numbers, np.int32)[ladder]

    # --- From kinds to pairs ----------------------------------------------------------------------------

    def _pairs(self, kinds: _Kinds, near: bool) -> Pairs:
        alone_line, alone_intake, grids = self._unmet_alone
        lines = _Members(self._line_kinds, np.ones(len(self.lines), bool) if near else alone_line == 0)
        intakes = _Members(self._intake_kinds, np.ones(len(self.intakes), bool) if near else alone_intake == 0)
        if near:
            # Made for the post or not, the rule on posts itself is still to be asked.
            grids = [self._grids[POST], *grids]
        kept = []
        for content, line, intake in _products(kinds, lines, intakes):
            mask = kinds.failures.take(content)
            if near:
                mask = mask | alone_line.take(line) | alone_intake.take(intake)
            for grid in grids:
                mask = mask | grid.of_pairs(line, intake)
                stays = np.flatnonzero(np.bitwise_count(mask) <= NEAR_FAILURES if near else mask == 0)
                if len(stays) < len(mask):
                    content, line, intake, mask = content[stays], line[stays], intake[stays], mask[stays]
            kept.append((line.astype(np.int32), intake.astype(np.int32), content.astype(np.int32), mask))
        nothing = tuple(np.empty(0, kind) for kind in (np.int32, np.int32, np.int32, np.uint32))
        line, intake, content, mask = (np.concatenate(rows) for rows in zip(nothing, *kept, strict=True))
        pairs = Pairs(line, intake, np.empty((len(PARTS), len(line)), np.int16), mask, content, kinds)
        for begins in range(0, len(pairs), _CHUNK):
            some = slice(begins, begins + _CHUNK)
            codes = self._codes(pairs, some)
            for row, name in enumerate(PARTS):
                pairs.parts[row, some] = self._choices[name].tenths(codes[name])
        return pairs

    @cached_property
    def _unmet_alone(self) -> tuple[np.ndarray, np.ndarray, list[_Grid]]:
        """Masks of what a line fails with every intake and an intake with every line; the rules that need both."""
        of_line, of_intake = np.zeros(len(self.lines), np.uint32), np.zeros(len(self.intakes), np.uint32)
        both = []
        for rule, grid in self._grids.items():
            if not self.lines or not self.intakes or not grid.mask.any() or rule is POST:
                continue
            if not rule.intake:
                of_line |= grid.mask[:, 0][grid.lines.of]
            elif not rule.line:
                of_intake |= grid.mask[0][grid.intakes.of]
            else:
                both.append(grid)
        return of_line, of_intake, both

    def _unmet(self, line: int, intake: int, mask: int) -> Iterator[tuple[Failure, str]]:
        """The failures of a pair and their JSON; each is made once for each combination of facts."""
        for rule in RULES:
            if not mask & _BITS[rule]:
                continue
            if rule is CONTENT:
                key = (rule, self._line_kinds.of[line], self._intake_kinds.of[intake])
            else:
                grid = self._grids[rule]
                key = (rule, grid.lines.of[line], grid.intakes.of[intake])
            if key not in self._failures:
                failure = rule.check(self.lines[line], self.intakes[intake], self.today)
                self._failures[key] = failure, json.dumps(failure.as_json())
            yield self._failures[key]

    # --- The score --------------------------------------------------------------------------------------

    @cached_property
    def _choices(self) -> dict[str, _Choices]:
        """For each part the way from the number in `_codes` to the part."""
        _ready, _begins, least = self._days
        urgencies, people = self._groups(self.lines, ("urgency",)), self._groups(self.lines, ("people",))
        free = self._groups(self.intakes, ("seats_free",))
        ladders: dict[int, tuple] = {}

        def level(code: int) -> Part:
            if code not in ladders:
                ladders.update((number, ladder) for ladder, number in self._ladders.items())
            return level_part(ladders[code])

        def schedule(code: int) -> Part:
            wait, urgency = divmod(code, len(urgencies))
            return schedule_part(wait + least, urgencies.first[urgency].urgency)

        def seats(code: int) -> Part:
            row, column = divmod(code, len(free))
            return seats_part(free.first[column].seats_free, people.first[row].people)

        def of_line(name: str, part: Callable[..., Part]) -> _Choices:
            groups, facts = self._groups(self.lines, _OF_LINE[name]), _OF_LINE[name]
            return _Choices(lambda code: part(*(getattr(groups.first[code], fact) for fact in facts)))

        return {
            "theme": _Choices(lambda code: theme_part(*divmod(code, self._wanted[1]))),
            "level": _Choices(level),
            "schedule": _Choices(schedule),
            "seats": _Choices(seats),
            "priority": of_line("priority", priority_part),
            "equity": of_line("equity", equity_part),
            "completion": of_line("completion", completion_part),
        }

    def _codes(self, pairs: Pairs, some: slice) -> dict[str, np.ndarray]:
        """For each part the numbers that stand for the facts of some pairs."""
        line, intake, content = pairs.line[some], pairs.intake[some], pairs.content[some]
        ready, begins, least = self._days
        urgencies, people = self._groups(self.lines, ("urgency",)), self._groups(self.lines, ("people",))
        free = self._groups(self.intakes, ("seats_free",))
        return {
            "theme": pairs.kinds.covered.take(content) * self._wanted[1] + self._wanted[0].take(line),
            "level": pairs.kinds.steps.take(content),
            "schedule": (ready.take(line) + begins.take(intake) - least) * len(urgencies) + urgencies.of.take(line),
            "seats": people.of.take(line) * len(free) + free.of.take(intake),
            **{name: self._groups(self.lines, facts).of.take(line) for name, facts in _OF_LINE.items()},
        }

    @cached_property
    def _wanted(self) -> tuple[np.ndarray, int]:
        """How many competencies each line wants; one more than the most."""
        wanted = np.array([len(line.gaps) for line in self.lines], np.int32)
        return wanted, int(wanted.max(initial=0)) + 1

    @cached_property
    def _days(self) -> tuple[np.ndarray, np.ndarray, int]:
        """Days from when a line is ready to when the last one is; from there to each intake; the least of these."""
        ready = [ready_on(line, self.today) for line in self.lines]
        last = max(ready, default=self.today)
        before = np.array([(last - day).days for day in ready], np.int32)
        after = np.array([(intake.first_day - last).days for intake in self.intakes], np.int32)
        return before, after, int(after.min(initial=0))
