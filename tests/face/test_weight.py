"""What a page weighs on a slow line: everything of a first visit, and a later page (assets/README.md)."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

ROOT = Path(settings.BASE_DIR)
KB = 1024
PACKED = {".woff2", ".png", ".jpg", ".webp"}
PUBLIC = ["/", "/program/", "/masuk/"]
pytestmark = pytest.mark.django_db


def weight(data: bytes) -> int:
    return len(gzip.compress(data, 6))


def parts(html: str) -> dict[str, int]:
    """Every file a browser fetches for a page, with its weight; the font is named by the stylesheet."""
    wanted = set(re.findall(r'(?:src|href)="/static/([^"#]+)', html))
    wanted.add("fonts/plus-jakarta-sans.woff2")
    found = {}
    for name in wanted:
        path = Path(finders.find(name))
        data = path.read_bytes()
        found[name] = len(data) if path.suffix in PACKED else weight(data)
    # Without these the pattern above has missed the page's files, and a budget of nothing always holds.
    assert {"css/sinergi.css", "js/shell.js", "django_htmx/htmx-2.min.js"} <= found.keys()
    return found


def opened(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("path", PUBLIC)
def test_a_first_visit_stays_within_its_budget(client, path):
    html = opened(client, path)
    found = parts(html)
    assert weight(html.encode()) + sum(found.values()) <= 120 * KB
    assert 1 + len(found) <= 8


@pytest.mark.parametrize("path", PUBLIC)
def test_a_later_page_stays_within_its_budget(client, path):
    html = opened(client, path)
    assert (weight(html.encode()) <= 25 * KB, len(re.findall(r"<[a-z]", html)) <= 1500) == (True, True)


def test_a_role_home_stays_within_its_budget(client, aceh_operator, need_aceh):
    client.force_login(aceh_operator)
    html = opened(client, "/beranda/")
    found = parts(html)
    assert weight(html.encode()) + sum(found.values()) <= 120 * KB
    assert (weight(html.encode()) <= 25 * KB, 1 + len(found) <= 8) == (True, True)


@pytest.mark.parametrize(
    ("name", "limit"),
    [("css/sinergi.css", 26), ("icons.svg", 11), ("fonts/plus-jakarta-sans.woff2", 28), ("js/shell.js", 3)],
)
def test_each_shared_file_stays_within_its_budget(name, limit):
    data = (ROOT / "static" / name).read_bytes()
    size = len(data) if name.endswith("woff2") else weight(data)
    assert size <= limit * KB
