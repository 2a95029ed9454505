"""The need form without a network: its service worker, and the page that stands in for those that are not there."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

WORKER = "js/draft-worker.js"
FILES = (
    "css/sinergi.css",
    "icons.svg",
    "favicon.svg",
    "fonts/plus-jakarta-sans.woff2",
    "js/shell.js",
    "js/need-form.js",
)
"""What a page of the form needs besides itself."""


def _text(name: str) -> str:
    return Path(finders.find(name)).read_text(encoding="utf-8")


def _shelves() -> list[str]:
    """The page for "no network" in each language."""
    found = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.append(reverse("offline"))
    return found


def _worker() -> str:
    """The worker's text, with what it has to keep written in front; new files make a new worker."""
    code, files, shelves = _text(WORKER), [static(name) for name in FILES], _shelves()
    version = hashlib.sha256(json.dumps([code, files, *(_text(f) for f in FILES if f.endswith(".js"))]).encode())
    parts = {"VERSION": version.hexdigest()[:12], "FILES": files, "SHELVES": shelves}
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in parts.items())
    return head + code


_kept = cache(_worker)


@login_not_required
@require_safe
@cache_control(no_cache=True)
def worker(request):
    """Served from the root, registered for the needs alone. It holds nothing about anyone."""
    text = _worker() if settings.DEBUG else _kept()
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers={"Service-Worker-Allowed": "/"})


@login_not_required
@require_safe
def offline(request):
    """What this device still keeps. The worker shows it, as nobody's page, where a page cannot be had."""
    return render(request, "portal/offline.html", {"needs": reverse("regions:needs")})
