"""The format of an allocation: what is refused and how, the schema, and the worked examples of the manual."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from partnerships.allocation import BadInstance, read, read_text, solve, write

from .allocation_check import Reading, plan_of

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCHEMA = json.loads((DOCS / "allocation.schema.json").read_text(encoding="utf-8"))

GOOD = {
    "format": "alloc-1",
    "regions": [{"id": "R", "province": "11", "floor": 1}],
    "lines": [{"id": "L", "region": "R", "seats": 2, "need": "N"}],
    "partners": [{"id": "K", "max": 5}],
    "programmes": [{"id": "G", "partner": "K"}],
    "intakes": [{"id": "I", "programme": "G", "min": 1, "max": 3}],
    "pairs": [{"line": "L", "intake": "I", "value": 10, "cost": 1}],
    "budgets": [{"need": "N", "max": 9}],
    "locked": [{"line": "L", "intake": "I", "seats": 1}],
    "previous": [{"line": "gone", "intake": "I", "seats": 1}],
    "rules": {"mode": "value", "equity": [{"upto_pct": 20, "bonus": 5}, {"upto_pct": 50, "bonus": 2}]},
}

WHOLE = "a whole number from 0 to 1000000000"
WRONG = [
    # where, what is put there (... takes the key away), the sentence, whether the schema sees it too
    (["format"], ..., 'format: nothing there, expected "alloc-1".', True),
    (["format"], "alloc-2", 'format: "alloc-2", expected "alloc-1".', True),
    (["lines"], ..., "lines: nothing there, expected a list.", True),
    (["lines"], {}, "lines: an object, expected a list.", True),
    (["lines", 0], 7, "lines[0]: 7, expected an object.", True),
    (["lines", 0, "seats"], -2, f"lines[0].seats: -2, expected {WHOLE}.", True),
    (["lines", 0, "seats"], 1.5, f"lines[0].seats: 1.5, expected {WHOLE}.", True),
    (["lines", 0, "seats"], "2", f'lines[0].seats: "2", expected {WHOLE}.', True),
    (["lines", 0, "seats"], True, f"lines[0].seats: true, expected {WHOLE}.", True),
    (["lines", 0, "seats"], None, f"lines[0].seats: null, expected {WHOLE}.", True),
    (["lines", 0, "seats"], ..., f"lines[0].seats: nothing there, expected {WHOLE}.", True),
    (["intakes", 0, "max"], 10**12, f"intakes[0].max: 1000000000000, expected {WHOLE}.", True),
    (["lines", 0, "id"], "", 'lines[0].id: "", expected an id: a text or a whole number.', True),
    (["lines", 0, "region"], "S", 'lines[0].region: "S", expected an id from regions.', False),
    (["pairs", 0, "intake"], "J", 'pairs[0].intake: "J", expected an id from intakes.', False),
    (["locked", 0, "line"], "M", 'locked[0].line: "M", expected an id from lines.', False),
    (["programmes", 0, "partner"], "Z", 'programmes[0].partner: "Z", expected an id from partners.', False),
    (
        ["intakes", 0, "regionmax"],
        3,
        "intakes[0].regionmax: 3, expected no such key here, only id, programme, min, max, province_max, region_max.",
        True,
    ),
    (["rules", "mode"], "fair", 'rules.mode: "fair", expected "value" or "leximin".', True),
    (
        ["rules", "equity", 1, "bonus"],
        6,
        "rules.equity[1].bonus: 6, expected at most the 5 of the step before it.",
        False,
    ),
    (
        ["rules", "equity", 1, "upto_pct"],
        20,
        "rules.equity[1].upto_pct: 20, expected more than the 20 before it.",
        False,
    ),
]


@pytest.mark.parametrize(("where", "value", "sentence", "in_schema"), WRONG)
def test_what_is_wrong_is_named_with_path_value_and_what_is_expected(where, value, sentence, in_schema):
    data = copy.deepcopy(GOOD)
    part = data
    for step in where[:-1]:
        part = part[step]
    if value is ...:
        del part[where[-1]]
    else:
        part[where[-1]] = value
    with pytest.raises(BadInstance) as caught:
        read(data)
    assert str(caught.value) == sentence
    assert (errors(SCHEMA, data) != []) == in_schema


@pytest.mark.parametrize("name", ["regions", "lines", "partners", "programmes", "intakes"])
def test_an_id_stands_for_one_thing_only(name):
    data = copy.deepcopy(GOOD)
    data[name] *= 2
    with pytest.raises(BadInstance) as caught:
        read(data)
    shown = json.dumps(data[name][0]["id"])
    assert str(caught.value) == f"{name}[1].id: {shown}, expected an id used only once (it is in {name}[0] too)."


@pytest.mark.parametrize("name", ["pairs", "locked", "previous"])
def test_a_line_and_an_intake_stand_together_only_once(name):
    data = copy.deepcopy(GOOD)
    data[name] *= 2
    with pytest.raises(
        BadInstance, match=rf"^{name}\[1\]: .* and .*, expected a line and an intake together only once"
    ):
        read(data)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1 column 1: Expecting value, expected a JSON object."),
        ("{,}", "line 1 column 2: Expecting property name enclosed in double quotes, expected a JSON object."),
        ("[]", 'the instance: a list, expected a JSON object with "format": "alloc-1".'),
        ('{"format": NaN}', "the file: NaN, expected whole numbers."),
        ('{"a": 1, "a": 2}', 'an object with the keys a: "a", expected each key only once.'),
        ("[" * 100_000, "the file: nested too deeply, expected a JSON object of format alloc-1."),
        ("1" * 10_000, "the file: a number with too many digits, expected at most 1000000000000000."),
    ],
)
def test_a_text_that_is_no_instance_is_named_too(text, sentence):
    with pytest.raises(BadInstance) as caught:
        read_text(text)
    assert str(caught.value) == sentence


def test_an_instance_written_and_read_again_is_the_same():
    instance = read(GOOD)
    data = write(instance)
    assert read(json.loads(json.dumps(data))) == instance
    assert errors(SCHEMA, data) == []


def test_null_is_as_good_as_nothing_for_what_is_optional():
    data = copy.deepcopy(GOOD)
    data["intakes"][0] |= {"province_max": None, "region_max": None}
    data["partners"][0] = {"id": "K", "max": 5}
    assert read(data) == read(GOOD)
    assert errors(SCHEMA, data) == []


EXAMPLES = {
    "1-minimum-and-floor": {
        "seats": [("A", "big", 2), ("A", "small", 1), ("B", "big", 2)],
        "objective": 290,
        "shortage": 0,
        "withdrawn": 0,
        "bound": 290,
        "gap": 0.0,
        "status": "optimal",
        "limits_broken_by_locks": [],
        "closed_intakes": ["evening"],
        "coverage_by_province": {
            "32": {"seats": 3, "people": 4, "ratio": 0.75},
            "94": {"seats": 2, "people": 2, "ratio": 1.0},
        },
    },
    "2-leximin": {
        "seats": [("A", "open", 2), ("A", "west", 1), ("B", "open", 2), ("C", "open", 1)],
        "objective": 370,
        "shortage": 0,
        "withdrawn": 0,
        "bound": 370,
        "gap": 0.0,
        "status": "optimal",
        "limits_broken_by_locks": [],
        "closed_intakes": [],
        "coverage_by_province": {
            "31": {"seats": 3, "people": 8, "ratio": 0.375},
            "53": {"seats": 2, "people": 4, "ratio": 0.5},
            "94": {"seats": 1, "people": 2, "ratio": 0.5},
        },
    },
    "3-locks-and-stability": {
        "seats": [("A", "X", 3), ("A", "Y", 1), ("B", "Y", 2)],
        "objective": 395,
        "shortage": 0,
        "withdrawn": 1,
        "bound": 395,
        "gap": 0.0,
        "status": "optimal",
        "limits_broken_by_locks": [{"limit": "intake.max", "intake": "X", "max": 2, "locked": 3}],
        "closed_intakes": [],
        "coverage_by_province": {
            "51": {"seats": 4, "people": 4, "ratio": 1.0},
            "71": {"seats": 2, "people": 4, "ratio": 0.5},
        },
    },
}
"""Typed by hand from docs/allocation.md."""


def test_every_example_of_the_manual_is_tested():
    assert sorted(file.stem for file in (DOCS / "allocation-examples").glob("*.json")) == sorted(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_worked_examples_come_out_as_the_manual_says(name):
    data = json.loads((DOCS / "allocation-examples" / f"{name}.json").read_text(encoding="utf-8"))
    assert errors(SCHEMA, data) == []
    found = solve(read(data)).data()
    assert Reading(data).broken(plan_of(found)) == []
    seconds = found.pop("seconds")
    assert sorted(seconds) == ["prepare", "solve", "total"]
    found["seats"] = [(row["line"], row["intake"], row["seats"]) for row in found["seats"]]
    assert found == EXAMPLES[name]


TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "null": type(None),
}


def errors(schema, value, path="$", root=SCHEMA):
    """The part of JSON Schema that ours uses; an unknown word in it is an error."""
    known = {
        "$schema", "$defs", "$ref", "title", "description", "type", "const", "enum", "anyOf", "minimum", "maximum",
        "minLength", "required", "properties", "additionalProperties", "items",
    }  # fmt: skip
    assert schema.keys() <= known
    if "$ref" in schema:
        return errors(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], value, path)
    found = []
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(type(value) is TYPES[kind] for kind in kinds):
        return [f"{path}: not {kinds}"]
    if "const" in schema and value != schema["const"]:
        found.append(f"{path}: not {schema['const']}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: not one of {schema['enum']}")
    if "anyOf" in schema and all(errors(option, value, path) for option in schema["anyOf"]):
        found.append(f"{path}: none of several")
    if type(value) is int and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        found.append(f"{path}: out of range")
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        found.append(f"{path}: too short")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [f"{path}.{key}: missing" for key in schema.get("required", []) if key not in value]
        if schema.get("additionalProperties") is False:
            found += [f"{path}.{key}: unknown" for key in value if key not in properties]
        for key in value.keys() & properties.keys():
            found += errors(properties[key], value[key], f"{path}.{key}")
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            found += errors(schema["items"], item, f"{path}[{number}]")
    return found
