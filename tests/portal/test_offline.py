"""The service worker and the page for "no network": for the need form alone, and about nobody."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.face.test_weight import KB, weight

pytestmark = pytest.mark.django_db
ROOT = Path(settings.BASE_DIR)
LIMIT = 20 * KB


def constants(text: str) -> dict:
    """What the server has written in front of the worker's own text."""
    return {
        name: json.loads(value) for name, value in re.findall(r"^const (VERSION|FILES|SHELVES) = (.+);$", text, re.M)
    }


def test_the_worker_is_a_script_that_browsers_ask_for_anew(client):
    found = client.get("/sw.js")
    assert (found.status_code, found["Content-Type"], found["Cache-Control"]) == (
        200,
        "text/javascript; charset=utf-8",
        "no-cache",
    )


def test_the_worker_keeps_the_files_of_the_form_and_one_page_per_language(client, aceh_operator, need_aceh):
    known = constants(client.get("/sw.js").text)
    assert known["SHELVES"] == ["/kebutuhan/luring/", "/en/kebutuhan/luring/"]
    client.force_login(aceh_operator)
    page = client.get(f"/kebutuhan/{need_aceh.code}/isi/alasan/").text
    used = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page))
    assert used - set(known["FILES"]) == set()


def test_the_worker_says_the_same_to_everybody(client, aceh_operator):
    public = client.get("/sw.js").text
    client.force_login(aceh_operator)
    assert client.get("/sw.js").text == public


def test_pages_may_start_workers_of_the_portal_alone(client):
    rules = client.get("/kebutuhan/luring/")["Content-Security-Policy"].split("; ")
    assert "worker-src 'self'" in rules


@pytest.mark.parametrize(
    ("path", "title"),
    [("/kebutuhan/luring/", "Disimpan di peranti ini"), ("/en/kebutuhan/luring/", "Kept on this device")],
)
def test_the_page_for_no_network_opens_for_nobody_and_names_nobody(client, path, title):
    found = client.get(path)
    assert found.status_code == 200
    assert (f"<title>{title} · Sinergi</title>" in found.text, 'data-reader=""' in found.text) == (True, True)


def test_pages_of_a_reader_stay_in_no_store_and_those_of_everybody_may(client, aceh_operator, need_aceh):
    public = client.get("/panduan/")
    assert "no-store" not in public.get("Cache-Control", "")
    client.force_login(aceh_operator)
    for path in (f"/kebutuhan/{need_aceh.code}/isi/alasan/", f"/kebutuhan/{need_aceh.code}/", "/beranda/"):
        assert client.get(path)["Cache-Control"] == "private, no-store"


def test_lists_leave_no_copy_in_the_browser(client):
    assert '"historyCacheSize":0,"refreshOnHistoryMiss":true' in client.get("/panduan/").text


def test_each_page_carries_the_mark_of_its_reader(client, aceh_operator, bali_operator):
    marks = set()
    for user in (None, aceh_operator, bali_operator):
        if user:
            client.force_login(user)
        marks.add(re.search(r'data-reader="(\w*)"', client.get("/panduan/").text).group(1))
    assert len(marks) == 3
    assert all(str(u.pk) not in marks and u.email not in marks for u in (aceh_operator, bali_operator))


def test_joined_scripts_are_those_of_their_parts():
    """`npm run build` in assets joins them; whoever edits a part has to build."""
    text = (ROOT / "assets" / "build.mjs").read_text(encoding="utf-8").partition("const joined = {")[2]
    known = re.findall(r'^  "?([\w-]+)"?: \[("[\w-]+"(?:, "[\w-]+")*)\],$', text, re.M)
    assert {name for name, _parts in known} == {"need-form", "drafts", "draft-worker"}
    for name, parts in known:
        names = re.findall(r'"([\w-]+)"', parts)
        sources = [(ROOT / "assets" / "js" / f"{part}.js").read_text(encoding="utf-8") for part in names]
        bare = [re.sub(r"^ +", "", re.sub(r"^ *//.*\n", "", s, flags=re.M), flags=re.M) for s in sources]
        head = f"// Joined by assets/build.mjs from assets/js: {', '.join(names)}.\n"
        assert (ROOT / "static" / "js" / f"{name}.js").read_text(encoding="utf-8") == head + "".join(
            f"{{\n{b}}}\n" for b in bare
        )


def test_a_page_of_the_form_loads_little_script(client, aceh_operator, need_aceh):
    client.force_login(aceh_operator)
    page = client.get(f"/kebutuhan/{need_aceh.code}/isi/baris/baru/").text
    scripts = re.findall(r'<script[^>]* src="/static/([^"]+)"', page)
    own = [name for name in scripts if name.startswith("js/")]
    assert own == ["js/shell.js", "js/need-form.js"]
    from django.contrib.staticfiles import finders

    assert sum(weight(Path(finders.find(name)).read_bytes()) for name in scripts) <= LIMIT


def test_a_script_loads_another_by_its_hashed_name(tmp_path):
    """Files are kept by browsers for a year: a plain name would bring last year's script."""
    from django.core.files.base import ContentFile

    from portal.static_files import HashedFiles

    files = HashedFiles(location=tmp_path, base_url="/static/")
    files.save("js/shell.js", ContentFile('import("./drafts.js").then(go);'))
    files.save("js/drafts.js", ContentFile("go = 1;"))
    known = {name: (files, name) for name in ("js/shell.js", "js/drafts.js")}
    hashed = {name: new for name, new, done in files.post_process(known) if done}
    loaded = (tmp_path / hashed["js/shell.js"]).read_text(encoding="utf-8")
    assert loaded == f'import("./{hashed["js/drafts.js"].removeprefix("js/")}").then(go);'
