"""The command: result, exit codes, one sentence for what is wrong. No test here may reach a database."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "allocation-examples" / "1-minimum-and-floor.json"


def allocate(*arguments):
    """(exit code, what was printed, what was said)"""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("allocate", *map(str, arguments), stdout=out, stderr=err, no_color=True)
    except SystemExit as end:
        return end.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_result_is_printed():
    code, printed, said = allocate(EXAMPLE)
    assert (code, said) == (0, "")
    assert json.loads(printed)["objective"] == 290


def test_the_result_is_written_to_a_file(tmp_path):
    file = tmp_path / "result.json"
    assert allocate(EXAMPLE, "--output", file, "--gap", "0.01") == (0, "", "")
    assert json.loads(file.read_text(encoding="utf-8"))["status"] == "optimal"


def test_standard_input_will_do(monkeypatch):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(EXAMPLE.read_bytes())))
    assert json.loads(allocate("-")[1])["objective"] == 290


def test_the_limit_gives_a_labelled_plan_and_code_3():
    code, printed, said = allocate(EXAMPLE, "--time-limit", "0")
    assert (code, said, json.loads(printed)["status"]) == (3, "", "feasible")


def test_bad_input_gives_one_sentence_and_code_64(tmp_path):
    data = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    data["lines"][1]["seats"] = -2
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    assert allocate(file) == (64, "", "lines[1].seats: -2, expected a whole number from 0 to 1000000000.\n")


def test_a_file_that_is_not_json_is_named(tmp_path):
    file = tmp_path / "wrong.json"
    file.write_text('{"format":', encoding="utf-8")
    assert allocate(file) == (64, "", "line 1 column 11: Expecting value, expected a JSON object.\n")
    file.write_bytes(b'{"format": "\xff"}')
    assert allocate(file) == (64, "", f'{file}: "byte 12 is not UTF-8", expected a JSON file in UTF-8.\n')


def test_a_byte_order_mark_does_no_harm(tmp_path):
    file = tmp_path / "marked.json"
    file.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.read_bytes())
    assert allocate(file)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("nowhere.json",),
            'INSTANCE.json: "nowhere.json", expected a file that can be read (no such file or directory).',
        ),
        ((EXAMPLE, "--gap", "-1"), '--gap: "-1", expected a number of 0 or more.'),
        ((EXAMPLE, "--gap", "nan"), '--gap: "nan", expected a number of 0 or more.'),
        ((EXAMPLE, "--time-limit", "soon"), '--time-limit: "soon", expected a number of seconds of 0 or more.'),
        ((EXAMPLE, "--output", "no/such/folder.json"), '--output: "no/such/folder.json", expected a file in a folder'),
        ((EXAMPLE, "--output", "docs"), '--output: "docs", expected a file that can be written (is a directory).'),
    ],
)
def test_other_wrong_arguments_are_named_too(arguments, sentence, monkeypatch):
    monkeypatch.chdir(EXAMPLE.parents[2])
    code, printed, said = allocate(*arguments)
    assert (code, printed) == (64, "")
    assert said.startswith(sentence)
    assert said.count("\n") == 1
