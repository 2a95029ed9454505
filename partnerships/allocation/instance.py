"""An instance of the national allocation: its parts, and reading them from a JSON object of format `alloc-1`.

Reading is strict: a misspelled key would quietly lift a limit. The first thing that is wrong is named with its
path, its value and what is expected. Everything is sorted by id, so the order of the input changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FORMAT = "alloc-1"
VALUE, LEXIMIN = "value", "leximin"
MODES = (VALUE, LEXIMIN)

LARGEST = 10**9
LARGEST_MONEY = 10**15
"""Beyond these a sum no longer fits exactly into what a solver computes with."""

Id = str | int


class BadInstance(ValueError):
    """The instance cannot be read; says where, what stands there and what is expected."""

    def __init__(self, path: str, value: Any, expected: str):
        self.path, self.expected = path, expected
        self.value = value if isinstance(value, Shown) else Shown(_short(value))
        super().__init__(f"{path}: {self.value}, expected {expected}.")


class Shown(str):
    """A value already worded for the reader, such as "nothing"."""


NOTHING = Shown("nothing there")


@dataclass(frozen=True)
class Region:
    """An office's region; `floor` seats are guaranteed to it as far as possible."""

    id: Id
    province: str
    floor: int = 0


@dataclass(frozen=True)
class Line:
    """People of one office for one training; lines of one `need` share its budget."""

    id: Id
    region: Id
    seats: int
    need: Id | None = None


@dataclass(frozen=True)
class Partner:
    id: Id
    max: int | None = None


@dataclass(frozen=True)
class Programme:
    id: Id
    partner: Id | None = None
    max: int | None = None
    province_max: int | None = None


@dataclass(frozen=True)
class Intake:
    """A cohort: it runs with nobody or with at least `min` people."""

    id: Id
    max: int
    programme: Id | None = None
    min: int = 0
    province_max: int | None = None
    region_max: int | None = None


@dataclass(frozen=True)
class Pair:
    """An eligible pair: what one seat is worth, and what it costs the need's budget."""

    line: Id
    intake: Id
    value: int
    cost: int = 0


@dataclass(frozen=True)
class Budget:
    need: Id
    max: int


@dataclass(frozen=True)
class Seats:
    """Seats of a line in an intake: locked, of the previous plan, or of a result."""

    line: Id
    intake: Id
    seats: int


@dataclass(frozen=True)
class Step:
    """The seats of a province up to `upto_pct` of its people are worth `bonus` more, each."""

    upto_pct: int
    bonus: int


@dataclass(frozen=True)
class Rules:
    mode: str = VALUE
    equity: tuple[Step, ...] = ()
    keep_bonus: int = 0


@dataclass(frozen=True)
class Instance:
    regions: tuple[Region, ...]
    lines: tuple[Line, ...]
    intakes: tuple[Intake, ...]
    pairs: tuple[Pair, ...]
    partners: tuple[Partner, ...] = ()
    programmes: tuple[Programme, ...] = ()
    budgets: tuple[Budget, ...] = ()
    locked: tuple[Seats, ...] = ()
    previous: tuple[Seats, ...] = ()
    rules: Rules = Rules()
    name: str = ""
    title: str = ""


def order(of: Id | None) -> tuple[bool, Any]:
    """Numbers before texts, each in its own order."""
    return (isinstance(of, str), of)


def read_text(text: str) -> Instance:
    """The instance written in a JSON text."""
    try:
        data = json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise BadInstance(where, Shown(error.msg), "a JSON object") from error
    except RecursionError as error:
        raise BadInstance("the file", Shown("nested too deeply"), "a JSON object of format alloc-1") from error
    except BadInstance:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise BadInstance("the file", Shown("a number with too many digits"), f"at most {LARGEST_MONEY}") from error
    return read(data)


def read(data: Any) -> Instance:
    """The instance in a JSON object; `BadInstance` names the first thing that is wrong."""
    if not isinstance(data, Mapping):
        raise BadInstance("the instance", data, f'a JSON object with "format": "{FORMAT}"')
    if data.get("format") != FORMAT:
        raise BadInstance("format", data.get("format", NOTHING), f'"{FORMAT}"')
    top = _Part(data, "")
    top.only("format name title regions lines partners programmes intakes pairs budgets locked previous rules".split())

    regions = [
        Region(p.id("id"), p.province(), p.number("floor", 0))
        for p in top.parts("regions", ("id", "province", "floor"), required=True)
    ]
    region_ids = _distinct(regions, "regions")
    lines = [
        Line(p.id("id"), p.one_of("region", region_ids, "regions"), p.number("seats"), p.optional_id("need"))
        for p in top.parts("lines", ("id", "region", "seats", "need"), required=True)
    ]
    line_ids = _distinct(lines, "lines")
    partners = [Partner(p.id("id"), p.number("max", None)) for p in top.parts("partners", ("id", "max"))]
    partner_ids = _distinct(partners, "partners")
    programmes = [
        Programme(
            p.id("id"),
            p.one_of("partner", partner_ids, "partners", optional=True),
            p.number("max", None),
            p.number("province_max", None),
        )
        for p in top.parts("programmes", ("id", "partner", "max", "province_max"))
    ]
    programme_ids = _distinct(programmes, "programmes")
    intakes = [
        Intake(
            p.id("id"),
            p.number("max"),
            p.one_of("programme", programme_ids, "programmes", optional=True),
            p.number("min", 0),
            p.number("province_max", None),
            p.number("region_max", None),
        )
        for p in top.parts("intakes", ("id", "programme", "min", "max", "province_max", "region_max"), required=True)
    ]
    intake_ids = _distinct(intakes, "intakes")
    pairs = [
        Pair(
            p.one_of("line", line_ids, "lines"),
            p.one_of("intake", intake_ids, "intakes"),
            p.number("value"),
            p.number("cost", 0, LARGEST_MONEY),
        )
        for p in top.parts("pairs", ("line", "intake", "value", "cost"), required=True)
    ]
    budgets = [Budget(p.id("need"), p.number("max", most=LARGEST_MONEY)) for p in top.parts("budgets", ("need", "max"))]
    locked = [
        Seats(p.one_of("line", line_ids, "lines"), p.one_of("intake", intake_ids, "intakes"), p.number("seats"))
        for p in top.parts("locked", ("line", "intake", "seats"))
    ]
    previous = [
        Seats(p.id("line"), p.id("intake"), p.number("seats"))
        for p in top.parts("previous", ("line", "intake", "seats"))
    ]
    for rows, name in ((pairs, "pairs"), (locked, "locked"), (previous, "previous")):
        _distinct(rows, name, lambda row: (row.line, row.intake), "a line and an intake together only once")
    _distinct(budgets, "budgets", lambda row: row.need, "one budget for a need")

    def by_id(rows: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(sorted(rows, key=lambda row: order(row.id)))

    def by_pair(rows: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(sorted(rows, key=lambda row: (order(row.line), order(row.intake))))

    return Instance(
        regions=by_id(regions),
        lines=by_id(lines),
        partners=by_id(partners),
        programmes=by_id(programmes),
        intakes=by_id(intakes),
        pairs=by_pair(pairs),
        budgets=tuple(sorted(budgets, key=lambda row: order(row.need))),
        locked=by_pair(row for row in locked if row.seats),
        previous=by_pair(row for row in previous if row.seats),
        rules=_rules(top),
        name=top.text("name"),
        title=top.text("title"),
    )


def write(instance: Instance) -> dict[str, Any]:
    """The instance as a JSON object of format `alloc-1`; reading it gives an equal instance."""
    data: dict[str, Any] = {"format": FORMAT}
    for name in ("name", "title"):
        if text := getattr(instance, name):
            data[name] = text
    for name in ("regions", "lines", "partners", "programmes", "intakes", "pairs", "budgets", "locked", "previous"):
        data[name] = [{k: v for k, v in vars(row).items() if v is not None} for row in getattr(instance, name)]
    data["rules"] = {
        "mode": instance.rules.mode,
        "equity": [vars(step) for step in instance.rules.equity],
        "keep_bonus": instance.rules.keep_bonus,
    }
    return data


def _rules(top: _Part) -> Rules:
    value = top.data.get("rules")
    if value is None:
        return Rules()
    part = _Part(value, "rules")
    part.only(("mode", "equity", "keep_bonus"))
    mode = part.data.get("mode")
    if mode is not None and mode not in MODES:
        raise BadInstance("rules.mode", mode, '"value" or "leximin"')
    steps: list[Step] = []
    for p in part.parts("equity", ("upto_pct", "bonus")):
        step = Step(p.number("upto_pct"), p.number("bonus"))
        if steps and step.upto_pct <= steps[-1].upto_pct:
            raise BadInstance(f"{p.path}.upto_pct", step.upto_pct, f"more than the {steps[-1].upto_pct} before it")
        if steps and step.bonus > steps[-1].bonus:
            raise BadInstance(f"{p.path}.bonus", step.bonus, f"at most the {steps[-1].bonus} of the step before it")
        steps.append(step)
    return Rules(mode or VALUE, tuple(steps), part.number("keep_bonus", 0))


_REQUIRED: Any = object()


class _Part:
    """One JSON object and the path to it."""

    __slots__ = ("data", "path")

    def __init__(self, data: Any, path: str):
        if not isinstance(data, Mapping):
            raise BadInstance(path, data, "an object")
        self.data, self.path = data, path

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def only(self, keys: Iterable[str]) -> None:
        if unknown := self.data.keys() - set(keys):
            key = sorted(unknown)[0]
            raise BadInstance(self.at(key), self.data[key], f"no such key here, only {', '.join(keys)}")

    def parts(self, key: str, keys: tuple[str, ...], *, required: bool = False) -> Iterable[_Part]:
        rows = self.data.get(key)
        if rows is None and not required:
            return
        if not isinstance(rows, list):
            raise BadInstance(self.at(key), self.data.get(key, NOTHING), "a list")
        allowed = set(keys)
        for number, row in enumerate(rows):
            part = _Part(row, f"{self.at(key)}[{number}]")
            if row.keys() - allowed:
                part.only(keys)
            yield part

    def number(self, key: str, default: Any = _REQUIRED, most: int = LARGEST) -> Any:
        value = self.data.get(key)
        if value is None and default is not _REQUIRED:
            return default
        if type(value) is not int or not 0 <= value <= most:
            raise BadInstance(self.at(key), self.data.get(key, NOTHING), f"a whole number from 0 to {most}")
        return value

    def id(self, key: str) -> Id:
        value = self.data.get(key)
        if type(value) is int or (isinstance(value, str) and value):
            return value
        raise BadInstance(self.at(key), self.data.get(key, NOTHING), "an id: a text or a whole number")

    def optional_id(self, key: str) -> Id | None:
        return None if self.data.get(key) is None else self.id(key)

    def province(self) -> str:
        return str(self.id("province"))

    def one_of(self, key: str, known: set[Id], where: str, *, optional: bool = False) -> Any:
        value = self.optional_id(key) if optional else self.id(key)
        if value is not None and value not in known:
            raise BadInstance(self.at(key), value, f"an id from {where}")
        return value

    def text(self, key: str) -> str:
        value = self.data.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise BadInstance(self.at(key), value, "a text")
        return value


def _distinct(rows: list[Any], name: str, of: Any = None, expected: str = "an id used only once") -> set[Any]:
    seen: dict[Any, int] = {}
    for number, row in enumerate(rows):
        key = of(row) if of else row.id
        if key in seen:
            path = f"{name}[{number}]" + ("" if of else ".id")
            shown = Shown(" and ".join(_short(k) for k in key) if isinstance(key, tuple) else _short(key))
            raise BadInstance(path, shown, f"{expected} (it is in {name}[{seen[key]}] too)")
        seen[key] = number
    return set(seen)


def _no_key_twice(items: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(items)
    if len(data) < len(items):
        keys = [key for key, _value in items]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadInstance(f"an object with the keys {', '.join(data)}", twice, "each key only once")
    return data


def _no_constant(text: str) -> Any:
    raise BadInstance("the file", Shown(text), "whole numbers")


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = type(value).__name__
    return text if len(text) <= 60 else text[:57] + "..."
