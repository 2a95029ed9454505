"""The frame around every page: navigation by role, counts, strict content policy, known styles and icons."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import Membership
from accounts.roles import Role
from portal.context import BY_ROLE, PUBLIC, link_to

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_every_role_has_its_entries_and_none_more_than_six():
    assert set(BY_ROLE) == set(Role)
    assert [role for role, items in BY_ROLE.items() if len(items) > 6] == []


def test_every_entry_of_the_navigation_leads_to_a_page():
    items = {item.name for group in (*BY_ROLE.values(), PUBLIC) for item in group}
    assert sorted(name for name in items if not link_to(name)) == []


@pytest.mark.django_db
def test_a_signed_in_page_marks_where_one_is_and_counts_what_waits(client, aceh_operator, need_aceh):
    client.force_login(aceh_operator)
    html = client.get("/en/tenggat/").text
    assert 'aria-current="page">Deadlines' in html
    assert re.search(r'Needs<span class="sg-count">1<', html)


@pytest.mark.django_db
def test_the_count_is_made_anew_after_an_act(client, aceh_operator, aceh_head, need_aceh):
    client.force_login(aceh_operator)
    client.get("/tenggat/")
    client.post(f"{need_aceh.get_absolute_url()}send_to_head/", {"version": need_aceh.version})
    need_aceh.refresh_from_db()
    assert need_aceh.awaits_signature
    assert not re.search(r'href="/kebutuhan/">[^<]*<span class="sg-count">', client.get("/tenggat/").text)


@pytest.mark.django_db
def test_a_person_with_two_roles_can_switch_without_a_script(client, aceh_operator, bali):
    second = Membership.objects.create(user=aceh_operator, organisation=bali, role=Role.DINAS_OP)
    client.force_login(aceh_operator)
    html = client.get("/tenggat/").text
    assert (f'name="membership" value="{second.pk}"' in html, 'action="/peran/"' in html) == (True, True)
    client.post(reverse("accounts:switch"), {"membership": second.pk})
    assert "DISNAKER" not in client.get("/tenggat/").text.split("sg-user")[0]
    assert f'value="{second.pk}" aria-current="true"' in client.get("/tenggat/").text


@pytest.mark.django_db
def test_the_sample_data_are_marked_on_every_page(client, settings):
    settings.DEMO = True
    assert "DATA CONTOH / DEMO" in client.get("/").text


@pytest.mark.django_db
def test_only_the_people_who_run_the_portal_hear_about_the_missing_worker(client, settings, aceh_operator):
    settings.EAGER_MODE = True
    client.force_login(aceh_operator)
    assert "REDIS_URL" not in client.get("/tenggat/").text
    aceh_operator.is_staff = True
    aceh_operator.save()
    assert "REDIS_URL" in client.get("/tenggat/").text


OPEN = [
    "/",
    "/en/",
    "/peta/",
    "/transparansi/",
    "/panduan/",
    "/aksesibilitas/",
    "/privasi/",
    "/program/",
    "/masuk/",
    "/x/",
]


@pytest.mark.django_db
@pytest.mark.parametrize("path", OPEN)
def test_the_content_policy_is_strict_and_kept(client, path):
    answer = client.get(path)
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";") if part.strip())
    assert (policy["default-src"], policy["script-src"], policy["style-src"], policy["object-src"]) == (
        "'self'",
        "'self'",
        "'self'",
        "'none'",
    )
    inline = re.findall(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=|javascript:", answer.text, re.I)
    assert inline == []


PAPERS = ROOT / "templates" / "papers"
"""Papers have a stylesheet of their own."""


def _classes(*, papers: bool) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in TEMPLATES:
        if (PAPERS in path.parents) != papers:
            continue
        text = path.read_text(encoding="utf-8")
        for value in re.findall(r'class="([^"]*)"', re.sub(r"\{%[^%]*%\}|\{#.*?#\}", " ", text)):
            for name in re.sub(r"\S*\{\{.*?\}\}\S*", " ", value).split():
                found.setdefault(name, set()).add(str(path.relative_to(ROOT / "templates")))
    return found


NOT_STYLED = {"is-todo", "is-open", "is-done", "is-now", "is-name", "is-part", "has-bottom"}
"""Marks of a state whose default look is enough."""


@pytest.mark.parametrize("sheet", ["css/sinergi.css", "papers/paper.css"])
def test_every_class_a_template_names_exists_in_the_stylesheet(sheet):
    css = (ROOT / "static" / sheet).read_text(encoding="utf-8")
    known = set(re.findall(r"\.((?:[a-zA-Z_]|\\.)(?:[\w-]|\\.)*)", css))
    missing = {
        name: sorted(where)
        for name, where in _classes(papers="paper" in sheet).items()
        if name not in known and name not in NOT_STYLED
    }
    assert {n: w for n, w in missing.items() if not n.endswith("-")} == {}


def test_every_icon_a_template_or_table_names_is_in_the_sprite():
    from workflow.registry import workflows

    sprite = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text(encoding="utf-8")))
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(r'icon[=:|a-z]*\s*"([a-z0-9-]+)"', path.read_text(encoding="utf-8"))
    }
    for entry in workflows():
        named |= {s.icon for s in entry.flow.states} | {t.icon for t in entry.flow.transitions}
    named |= {item.icon for group in (*BY_ROLE.values(), PUBLIC) for item in group}
    assert sorted(named - sprite) == []


def test_no_served_file_points_to_a_source_map():
    wrong = [
        str(path)
        for path in (ROOT / "static").rglob("*")
        if path.is_file() and b"sourceMappingURL" in path.read_bytes()
    ]
    assert wrong == []
