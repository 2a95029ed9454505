"""What the house promises about itself: the stairs, one door for status changes, deny by default."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(settings.BASE_DIR)
STAIRS = [
    "workflow",
    "accounts",
    "notices",
    "regions",
    "programs",
    "partnerships",
    "participants",
    "forum",
    "portal",
    "exchange",
    "api",
]
"""From the ground floor up."""


def python_files(*rooms: str):
    """Every source file of the rooms, tests and migrations left out."""
    for room in rooms or STAIRS:
        for path in (ROOT / room).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path


def test_no_key_points_up_the_stairs():
    wrong = []
    for model in apps.get_models():
        here = model._meta.app_label
        if here not in STAIRS:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or not getattr(field, "concrete", False) or target is apps.get_model("accounts.User"):
                continue
            there = target._meta.app_label
            if there in STAIRS and STAIRS.index(there) > STAIRS.index(here):
                wrong.append(f"{model.__name__}.{field.name} -> {there}")
    assert wrong == []


def test_the_driver_is_psycopg2():
    assert connection.Database.__name__ == "psycopg2"


def test_status_is_written_by_the_engine_alone():
    wrong = []
    for path in python_files():
        if path == ROOT / "workflow" / "engine.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                wrong += [
                    f"{path.relative_to(ROOT)}:{node.lineno}"
                    for t in targets
                    if isinstance(t, ast.Attribute) and t.attr == "status"
                ]
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"update", "bulk_update"}:
                named = any(isinstance(c, ast.Constant) and c.value == "status" for c in ast.walk(node))
                if any(k.arg == "status" for k in node.keywords) or (node.func.attr == "bulk_update" and named):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr":
                if isinstance(node.args[1], ast.Constant) and node.args[1].value == "status":
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []


def test_views_do_not_query_models_directly():
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files()
        if "views" in path.stem.split("_") or "views" in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if ".objects" in line
    ]
    assert wrong == []


def test_templates_never_compare_a_status():
    pattern = re.compile(r"\{%-?\s*(?:el)?if\b(?=[^%]*\.status\b)[^%]*(?:==|!=|\bin\b)")
    wrong = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_keys_are_printed_without_thousands_separators():
    """`{{ line.pk }}` reads 1.234 from the thousandth row on, and the address or the form breaks."""
    pattern = re.compile(r"\{\{ *(?:[\w.]+\.)?pk *\}\}")
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group(0)}"
        for path in (ROOT / "templates").rglob("*.html")
        if (found := pattern.search(path.read_text(encoding="utf-8")))
    ]
    assert wrong == []


def test_templates_carry_no_inline_script_or_style():
    pattern = re.compile(r"<script(?![^>]*\ssrc\s*=)|<style\b|\sstyle\s*=|\son[a-z]+\s*=|javascript:", re.I)
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group(0)}"
        for path in (ROOT / "templates").rglob("*.html")
        if "mail" not in path.parts and (found := pattern.search(path.read_text(encoding="utf-8")))
    ]
    assert wrong == []


def test_every_template_is_used():
    """Error pages, crispy's own names and panels named by a pattern are looked up by Django, not by us."""
    looked_up = re.compile(r"^(bootstrap5/|4\d\d|500)|_panel\.html$")
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in [*python_files(), *(ROOT / "templates").rglob("*.*")]
        if path.suffix in {".py", ".html", ".txt"}
    )
    names = [path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.*")]
    assert [name for name in names if not looked_up.search(name) and name not in source] == []


def test_every_package_has_its_reason():
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    wanted = [
        line.split("==")[0]
        for name in ("requirements.in", "requirements-dev.in")
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        if "==" in line
    ]
    assert wanted != [] and [package for package in wanted if package not in reasons] == []


PUBLIC = {
    "landing",
    "healthz",
    "readyz",
    "metrics",
    "robots",
    "security",
    "map",
    "map_province",
    "map_shapes",
    "transparency",
    "partners",
    "partner",
    "published_agreements",
    "published_agreement",
    "results",
    "how",
    "contact",
    "sitemap",
    "guide",
    "accessibility",
    "privacy",
    "verify",
    "verify_code",
    "favicon",
    "worker",
    "offline",
    "calendar_feed",
    "notices:unsubscribe",
    "jsi18n",
    "set_language",
    "api:root",
    "machines:documents",
    "machines:document",
    "accounts:login",
    "accounts:code",
    "accounts:sso",
    "accounts:sso_back",
    "accounts:logout",
    "accounts:accept",
    "accounts:password_reset",
    "accounts:password_reset_done",
    "accounts:password_reset_confirm",
    "accounts:password_reset_complete",
    "demo_login",
    "search",
    "forum:program_questions",
    "programs:catalogue",
    "programs:program",
    "programs:file",
    "partnerships:public_allocation",
    "partnerships:public_allocation_file",
    "exchange:data",
    "exchange:data_catalogue",
    "exchange:data_file",
    "exchange:dataset",
    "exchange:iati_page",
    "iati:activities",
    "exchange:export",  # lists that are pages for everyone; the others ask for a sign-in in the view
    "exchange:record",  # programmes for everyone, the same
    "exchange:record_pdf",
}
"""The short list of pages a visitor may open; everything else asks for a sign-in."""


def walk(patterns, namespace=""):
    """(full name, callback) of every named URL."""
    for p in patterns:
        if isinstance(p, URLResolver):
            inner = f"{namespace}{p.namespace}:" if p.namespace else namespace
            yield from walk(p.url_patterns, inner)
        elif isinstance(p, URLPattern):
            yield f"{namespace}{p.name}", p.callback


def test_only_the_public_list_opens_without_signing_in():
    opened = {
        name
        for name, callback in walk(get_resolver().url_patterns)
        # Addresses for machines ask for a token themselves (tests/api/matrix.txt).
        if not getattr(callback, "login_required", True) and not hasattr(callback, "cls")
    }
    assert opened - PUBLIC == set()


def test_every_url_has_a_name():
    assert [c for name, c in walk(get_resolver().url_patterns) if name.endswith("None")] == []


@pytest.mark.django_db
def test_diagrams_are_up_to_date():
    from workflow import diagrams

    folder = ROOT / "docs" / "workflows"
    stale = [
        name
        for name, content in diagrams.pages().items()
        if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != content
    ]
    assert stale == []


def test_nothing_in_the_tree_names_a_machine_or_a_registry():
    words = re.compile(r"/work/|/root/|\.\./shared|files\.pythonhosted|pypi\.org|registry\.npmjs", re.I)
    wrong = []
    for path in ROOT.rglob("*"):
        parts = set(path.relative_to(ROOT).parts)
        if parts & {".git", ".venv", "var", "staticfiles", "__pycache__", ".ruff_cache", ".pytest_cache", "vendor"}:
            continue
        if path.suffix in {".py", ".md", ".html", ".txt", ".toml", ".yml", ".in", ".po", ".js", ".css", ".sh"}:
            if path.is_file() and path.name != "test_architecture.py":
                if found := words.search(path.read_text(encoding="utf-8", errors="ignore")):
                    wrong.append(f"{path.relative_to(ROOT)}: {found.group(0)}")
    assert wrong == []
