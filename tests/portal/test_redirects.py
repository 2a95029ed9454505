"""No address of the portal leads to another site, whatever is asked for; and who calls out is known."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import SavedView
from notices.models import Notice, NoticeKind
from tests import factories

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent
HOSTILE = (
    "//jahat.example",
    "///jahat.example",
    "////jahat.example/%2f..",
    "/\\jahat.example",
    "\\\\jahat.example",
    "/\t/jahat.example",
    "/%09/jahat.example",
    "\t//jahat.example",
    "/\n/jahat.example",
    "%0d%0aLocation:https://jahat.example",
    "/\r\nSet-Cookie: a=b",
    "https:jahat.example",
    "https://jahat.example",
    "https:///jahat.example",
    "https://testserver@jahat.example",
    "https://testserver.jahat.example",
    "http:/\\jahat.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "/..//jahat.example",
    "/.//jahat.example",
    "@jahat.example",
    ".jahat.example",
    "/beranda/?next=//jahat.example",
    "/keluar/",
    "x" * 5000,
)


def leads(answer, at: str) -> str:
    """Where a browser goes: the host, as browsers read it (backslashes are slashes, tabs and line ends are nothing)."""
    where = answer.headers.get("Location", "")
    as_read = where.replace("\\", "/").translate({9: None, 10: None, 13: None}).strip()
    target = urlsplit(urljoin(f"http://testserver{at}", as_read))
    return f"{target.scheme}://{target.netloc}"


def stays(answer, at: str) -> bool:
    return not answer.has_header("Location") or leads(answer, at) == "http://testserver"


@pytest.mark.parametrize("wanted", HOSTILE)
def test_signing_in_never_leads_to_another_site(aceh_operator, wanted):
    data = {"email": aceh_operator.email, "password": "kata-sandi-uji"}
    browser = Client()
    shown = browser.get("/masuk/", {"next": wanted})
    posted = browser.post("/masuk/", {**data, "next": wanted})
    again = browser.get("/masuk/", {"next": wanted})
    assert ([shown.status_code, posted.status_code, again.status_code], posted.has_header("Set-Cookie")) == (
        [200, 302, 302],
        False,
    )
    assert stays(posted, "/masuk/") and stays(again, "/masuk/")
    if form := shown.context["next"]:
        assert stays_here(form)


def stays_here(path: str) -> bool:
    return urlsplit(urljoin("http://testserver/masuk/", path)).netloc == "testserver"


@pytest.mark.parametrize("wanted", HOSTILE)
def test_a_demonstration_account_never_leads_to_another_site(aceh_regency, settings, wanted):
    settings.DEMO = True
    factories.member("DINAS_OP", aceh_regency, "operator.ntb@example.test")
    answer = Client().post("/masuk/contoh/", {"email": "operator.ntb@example.test", "next": wanted})
    assert answer.status_code == 302 and stays(answer, "/masuk/contoh/")


BACK = ("next", "back", "kembali", "then", "url", "redirect", "return", "daftar", "page", "tab", "referer")
"""Names under which views, or programs that guess, put where to go afterwards."""


@pytest.mark.parametrize(
    "wanted", ["//jahat.example", "/\\jahat.example", "https://jahat.example", "javascript:alert(1)"]
)
def test_no_form_and_no_referrer_leads_to_another_site(aceh_operator, aceh_head, need_aceh, wanted):
    browser, everything = Client(), dict.fromkeys(BACK, wanted)
    browser.force_login(aceh_operator)
    need = f"/kebutuhan/{need_aceh.code}"
    told = {
        "/peran/": {"membership": aceh_operator.memberships.get().pk},
        "/akun/": {"part": "settings", "own-name": "Baru", "own-language": "id"},
        "/akun/sesi/": {},
        "/akun/perangkat/lainnya/akhiri/": {},
        "/pemberitahuan/dibaca/": {},
        f"{need}/isi/alasan/": {"version": "1", "reason": "Perselisihan bertambah.", "later": "1"},
        f"{need}/catatan/1/": {"done": "1", "line": "1"},
        "/keluar/": {},
    }
    for path, data in told.items():
        answer = browser.post(path, {**everything, **data}, headers={"referer": wanted})
        assert stays(answer, path), path
    for path in ("/cari/", "/kebutuhan/", "/peta/", "/beranda/", "/akun/sesi/", "/unduh/needs.csv", "/cetak/need/X/"):
        assert stays(Client().get(path, everything, headers={"referer": wanted}), path), path


@pytest.mark.parametrize(
    "path", ["//jahat.example/", "//jahat.example", "/\\jahat.example/", "/en//jahat.example/..", "/%5Cjahat.example"]
)
def test_an_address_that_looks_like_another_site_leads_nowhere(path):
    browser = Client()
    for answer in (browser.get(path), browser.post(path, {"a": "b"})):
        assert stays(answer, "/")
        assert 'href="//jahat' not in answer.text and 'action="//jahat' not in answer.text


def test_a_kept_view_leads_to_its_page_alone(aceh_operator):
    browser = Client()
    browser.force_login(aceh_operator)
    for page, query in (
        ("//jahat.example", "q=a"),
        ("https://jahat.example", "q=a"),
        ("regions:needs", "//jahat.example"),
    ):
        answer = browser.post("/akun/tampilan/simpan/", {"page": page, "query": query, "name": "Uji", "first": "1"})
        assert stays(answer, "/akun/tampilan/simpan/")
    for view in SavedView.objects.all():
        assert stays(browser.get("/kebutuhan/"), "/kebutuhan/"), view


def test_a_notice_leads_to_its_page(aceh_operator, need_aceh):
    browser = Client()
    browser.force_login(aceh_operator)
    notice = Notice.objects.create(
        user=aceh_operator,
        membership=aceh_operator.memberships.get(),
        kind=NoticeKind.CHANGE,
        flow="regions.need",
        action="approve",
        record_id=need_aceh.pk,
        record_code=need_aceh.code,
        key="uji",
        path=need_aceh.get_absolute_url(),
    )
    answer = browser.get(reverse("notices:open", args=[notice.pk]), {"next": "//jahat.example"})
    assert answer.url == need_aceh.get_absolute_url()


# --- Who calls out -------------------------------------------------------------------------------------------

ROOMS = "api exchange portal forum participants partnerships programs regions notices accounts workflow".split()
CALLER = re.compile(
    r"^\s*(?:import|from) +(?:aiohttp|boto3|ftplib|http\.client|httpx|requests|smtplib|socket|urllib3)\b"
    r"|^\s*(?:import|from) +urllib\.request\b|^\s*from (?:http import client|urllib import request)\b",
    re.M,
)


def test_who_opens_connections_is_known():
    """What people type reaches webhooks alone, which ask `guard.py` where they may go. All others speak with servers
    that the operator named."""
    callers = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if CALLER.search(path.read_text(encoding="utf-8"))
    }
    assert callers == {
        "accounts/single_sign_on.py",  # SSO_ISSUER
        "notices/services/sending.py",  # EMAIL_HOST; names its errors only
        "notices/services/webhooks/calling.py",
        "notices/services/webhooks/guard.py",  # looks names up, and decides
        "portal/stack/demo.py",  # this computer
        "workflow/object_storage.py",  # the storage of files
        "workflow/scanning.py",  # the virus scanner
        "workflow/signing/sandbox.py",  # closes the network to a process
    }
