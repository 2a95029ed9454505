"""What gets installed is written down, checked by hash, and never brings the other driver."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec

import pytest
from django.conf import settings

LOCKS = ["requirements", "requirements-dev"]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s;]+)", re.M)


def read(name: str) -> str:
    return (settings.BASE_DIR / name).read_text(encoding="utf-8")


def pins(text: str) -> dict[str, str]:
    """{package: version}, names as the index spells them."""
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in PIN.findall(text)}


def test_psycopg_3_is_not_installed_or_django_would_take_it():
    assert find_spec("psycopg") is None


@pytest.mark.parametrize("stem", LOCKS)
def test_the_lock_names_no_address_and_no_psycopg_3(stem):
    text = read(f"{stem}.txt")
    assert "://" not in text
    assert [name for name in pins(text) if name == "psycopg" or name.startswith("psycopg-")] == []


@pytest.mark.parametrize("stem", LOCKS)
def test_every_locked_package_has_a_hash(stem):
    blocks = re.split(r"^(?=[a-z0-9])", read(f"{stem}.txt"), flags=re.M)[1:]
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("stem", LOCKS)
def test_the_lock_fits_what_is_asked_for(stem):
    asked, locked = pins(read(f"{stem}.in")), pins(read(f"{stem}.txt"))
    assert {name: locked.get(name) for name in asked} == asked


def test_both_locks_agree():
    runtime, dev = pins(read("requirements.txt")), pins(read("requirements-dev.txt"))
    assert {name: dev.get(name) for name in runtime} == runtime


def test_the_bootstrap_can_be_read_by_a_python_that_is_too_old():
    ast.parse(read("tools/bootstrap.py"), feature_version=(3, 6))
