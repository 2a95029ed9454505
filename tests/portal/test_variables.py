"""Every variable the portal reads is explained, and every variable that is explained is read."""

from __future__ import annotations

import ast
import re

from portal.stack.places import ROOT

ROOMS = "accounts api exchange forum notices participants partnerships portal programs regions workflow deploy".split()
READERS = {"text", "flag", "number", "words", "networks", "one_of", "pattern", "role", "choice", "get", "getenv"}
NOT_SET_BY_OPERATORS = {
    "PATH",
    "DJANGO_SETTINGS_MODULE",
    "PYTHONWARNINGS",
    "BEAT_SCHEDULE",  # deploy/healthcheck.py: set in compose.yaml
    "WORKER",
}

PUT_TOGETHER = {"OIDC_NAME", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"}
"""Read by `environment.single_sign_on`, which makes their names out of parts."""


def read_in(source: str) -> set[str]:
    """Names of variables that a module's code asks for."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith("_NAMES"):
            found |= {name for name in re.findall(r"'([A-Z0-9_]+)'", ast.unparse(node.value)) if "_" in name}
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            asked = node.args[0]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            called, asked = "get", node.slice
        else:
            continue
        if called not in READERS or not isinstance(asked, ast.Constant) or not isinstance(asked.value, str):
            continue
        of_environment = "environ" in ast.unparse(node) or called != "get"
        if of_environment and re.fullmatch(r"[A-Z][A-Z0-9_]{2,}", asked.value):
            found.add(asked.value.removesuffix("_FILE") if asked.value == "METRICS_TOKEN_FILE" else asked.value)
    return found


def explained() -> list[str]:
    """Names in the table, in its order."""
    text = (ROOT / "docs" / "operations" / "variables.md").read_text(encoding="utf-8")
    heads = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return [name for head in heads for name in re.findall(r"`([A-Z0-9_]+)`", head)]


def test_the_table_and_the_code_name_the_same_variables():
    read = set(PUT_TOGETHER)
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            read |= read_in(file.read_text(encoding="utf-8"))
    table = explained()
    assert sorted(table) == sorted(set(table))
    assert {
        "not explained": sorted(read - set(table) - NOT_SET_BY_OPERATORS),
        "never read": sorted(set(table) - read),
    } == {
        "not explained": [],
        "never read": [],
    }


def test_settings_read_the_environment_through_its_readers_alone():
    source = (ROOT / "portal" / "settings.py").read_text(encoding="utf-8")
    assert "os.environ" not in source and "getenv" not in source


def test_the_examples_name_only_variables_that_there_are():
    known = set(explained())
    for example in ("env.example", "compose.env.example"):
        text = (ROOT / "deploy" / example).read_text(encoding="utf-8")
        named = set(re.findall(r"^(?:#\s+)?([A-Z][A-Z_]+)=", text, flags=re.M)) - {"SECRET_KEY_FILE"}
        assert named <= known, named - known


def test_the_examples_hold_no_secret_that_would_open_anything():
    text = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8")
    values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    assert {name: values[name] for name in ("SECRET_KEY", "PERSONAL_DATA_KEYS", "EMAIL_PASSWORD")} == {
        "SECRET_KEY": "",
        "PERSONAL_DATA_KEYS": "",
        "EMAIL_PASSWORD": "",
    }
    assert values["DATABASE_URL"] == "postgres://sinergi_web:PASSWORD@127.0.0.1:5432/sinergi"
