"""What every kind of answer says to browsers: nothing inline, nothing from elsewhere, no device, no frame, no trace."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib import messages
from django.contrib.messages.storage import default_storage
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from portal.flash import HostCookie
from portal.maintenance import close
from portal.middleware import HEADERS

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "worker-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
OF_FILES = (
    {"default-src": "'none'", "frame-ancestors": "'none'", "sandbox": ""},
    {"default-src": "'none'", "frame-ancestors": "'none'"},
)
"""What was uploaded or made here and is handed out: loads nothing at all."""
SAID = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
REFERRERS = {"same-origin", "no-referrer"}


def policy(answer) -> dict[str, str]:
    parts = [part.strip() for part in answer.headers.get("Content-Security-Policy", "").split(";")]
    return {name: value for name, _space, value in (part.partition(" ") for part in parts if part)}


def said(answer) -> dict[str, str]:
    return {name: answer.headers.get(name, "") for name in SAID}


@pytest.fixture
def answers(aceh_operator, need_aceh, tmp_path, settings):
    """One answer of every kind: {what it is: (status, answer)}."""
    settings.WHITENOISE_USE_FINDERS = True
    reader, visitor = Client(raise_request_exception=False), Client(raise_request_exception=False)
    reader.force_login(aceh_operator)
    paper = need_aceh.evidence.first()
    found = {
        "page": reader.get("/beranda/"),
        "public page": visitor.get("/"),
        "sign-in": visitor.get("/masuk/"),
        "redirect": visitor.get("/beranda/"),
        "unknown": visitor.get("/tidak-ada/"),
        "unknown, signed in": reader.get("/tidak-ada/"),
        "forbidden": reader.get("/audit/"),
        "wrong method": reader.get("/keluar/"),
        "script without a session": visitor.get("/akun/sesi/", headers={"accept": "application/json"}),
        "script": reader.get("/akun/sesi/", headers={"accept": "application/json"}),
        "file": reader.get(reverse("regions:evidence", args=[need_aceh.code, paper.pk])),
        "list": reader.get("/unduh/needs.csv"),
        "workbook": reader.get("/unduh/needs.xlsx"),
        "calendar": visitor.get("/kalender/x.ics"),
        "interface": reader.get("/api/v1/needs"),
        "interface, refused": visitor.get("/api/v1/needs"),
        "interface, unknown": visitor.get("/api/v1/x"),
        "style": visitor.get("/static/css/sinergi.css"),
        "picture": visitor.get("/static/icons.svg"),
        "script file": visitor.get("/static/js/shell.js"),
        "worker": visitor.get("/sw.js"),
        "healthz": visitor.get("/healthz"),
        "robots": visitor.get("/robots.txt"),
        "too large": visitor.post("/masuk/", CONTENT_LENGTH=str(settings.REQUEST_MAX_BYTES + 1)),
        "bad host": visitor.get("/", headers={"host": "jahat.example"}),
        "forged form": Client(enforce_csrf_checks=True).post("/masuk/", {"email": "a@b.test"}),
    }
    settings.MAINTENANCE_FILE = str(tmp_path / "closed.json")
    close(None)
    found["closed"] = visitor.get("/")
    found["interface, closed"] = visitor.get("/api/v1/needs")
    return found


STATUS = {
    "page": 200,
    "public page": 200,
    "sign-in": 200,
    "redirect": 302,
    "unknown": 404,
    "unknown, signed in": 404,
    "forbidden": 403,
    "wrong method": 405,
    "script without a session": 401,
    "script": 200,
    "file": 200,
    "list": 200,
    "workbook": 200,
    "calendar": 404,
    "interface": 200,
    "interface, refused": 401,
    "interface, unknown": 404,
    "style": 200,
    "picture": 200,
    "script file": 200,
    "worker": 200,
    "healthz": 200,
    "robots": 200,
    "too large": 413,
    "bad host": 400,
    "forged form": 403,
    "closed": 503,
    "interface, closed": 503,
}


def test_every_kind_of_answer_is_as_strict_as_a_page(answers):
    for answer in answers.values():
        answer.close()
    assert {name: answer.status_code for name, answer in answers.items()} == STATUS
    others = {name: policy(answer) for name, answer in answers.items() if policy(answer) != POLICY}
    assert {name for name, said in others.items() if said not in OF_FILES} == set()
    assert "file" in others
    assert {name: said(answer) for name, answer in answers.items() if said(answer) != SAID} == {}
    heads = {name: answer.headers for name, answer in answers.items()}
    assert {name for name, head in heads.items() if head.get("Referrer-Policy") not in REFERRERS} == set()
    assert {head.get("Permissions-Policy") for head in heads.values()} == {HEADERS["Permissions-Policy"]}
    assert {name for name, head in heads.items() if "Access-Control-Allow-Origin" in head} == set()


def test_a_fault_is_as_strict_as_a_page(monkeypatch):
    def fails(request):
        raise RuntimeError("uji")

    monkeypatch.setattr("portal.views.public.render", lambda *a, **k: fails(None))
    answer = Client(raise_request_exception=False).get("/panduan/")
    assert (answer.status_code, policy(answer), said(answer)) == (500, POLICY, SAID)


def test_no_policy_has_a_hole():
    for name, value in POLICY.items():
        assert not re.search(r"unsafe|\*|https?:|blob:|strict-dynamic", value), name
    assert re.fullmatch(r"[a-z-]+=\(\)(, [a-z-]+=\(\))+", HEADERS["Permissions-Policy"])
    for device in ("camera", "geolocation", "microphone", "payment", "usb"):
        assert f"{device}=()" in HEADERS["Permissions-Policy"]


def test_a_view_may_say_something_stricter():
    from portal.middleware import HeadersMiddleware

    stricter = HeadersMiddleware(lambda request: HttpResponse(headers={"Referrer-Policy": "no-referrer"}))
    answer = stricter(RequestFactory().get("/"))
    assert answer["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/beranda/", "/", "/panduan/", "/peta/", "/program/", "/tidak-ada/", "/akun/"])
def test_pages_of_somebody_signed_in_are_kept_nowhere(client, aceh_operator, path):
    client.force_login(aceh_operator)
    assert "no-store" in client.get(path)["Cache-Control"]


def test_signing_out_empties_the_browser_s_cache_and_leaves_drafts_alone(client, aceh_operator):
    client.force_login(aceh_operator)
    answer = client.post(reverse("accounts:logout"))
    assert answer["Clear-Site-Data"] == '"cache"'


def test_with_https_cookies_belong_to_this_host_alone():
    code = (
        "from portal import settings as s;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.DEVICE_COOKIE_NAME, s.MESSAGE_COOKIE_NAME,"
        "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS, s.SECURE_SSL_REDIRECT)"
    )
    said, names = {}, ["sessionid", "csrftoken", "perangkat", "messages"]
    for https in ("1", "0"):
        env = {**os.environ, "HTTPS": https, "SINERGI_DEMO": "1", "DJANGO_SETTINGS_MODULE": "portal.settings"}
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        said[https] = done.stdout.split()
    assert said == {
        "1": [f"__Host-{name}" for name in names] + ["True", "True", "31536000", "True"],
        "0": [*names, "False", "False", "0", "False"],
    }


def test_a_sentence_for_the_next_page_travels_in_the_cookie_of_this_host(rf, monkeypatch, settings):
    settings.SESSION_COOKIE_SECURE = settings.SESSION_COOKIE_HTTPONLY = True
    monkeypatch.setattr(HostCookie, "cookie_name", "__Host-messages")
    asked, answer = rf.post("/"), HttpResponse()
    asked.session = {}
    kept = default_storage(asked)
    kept.add(messages.SUCCESS, "Tersimpan.")
    kept.update(answer)
    cookie = answer.cookies["__Host-messages"]
    assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
    assert (list(answer.cookies), asked.session) == (["__Host-messages"], {})
    shown = rf.get("/")
    shown.session, shown.COOKIES["__Host-messages"] = {}, cookie.value
    found, page = default_storage(shown), HttpResponse()
    assert [str(message) for message in found] == ["Tersimpan."]
    found.update(page)
    assert (page.cookies["__Host-messages"]["max-age"], page.cookies["__Host-messages"]["secure"]) == (0, True)


def test_no_script_reads_a_cookie_and_no_other_site_sends_one(client, aceh_operator):
    client.get("/masuk/")
    client.post(reverse("accounts:login"), {"email": aceh_operator.email, "password": "kata-sandi-uji"})
    kept = {
        name: (bool(client.cookies[name]["httponly"]), client.cookies[name]["samesite"], client.cookies[name]["path"])
        for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.DEVICE_COOKIE_NAME)
    }
    assert kept == {
        "sessionid": (True, "Lax", "/"),
        "csrftoken": (True, "Lax", "/"),
        "perangkat": (True, "Strict", "/"),
    }


def test_hsts_is_said_over_https(client, settings):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31536000, True
    answer = Client().get("/", secure=True)
    assert answer.headers.get("Strict-Transport-Security", "").startswith("max-age=31536000")
