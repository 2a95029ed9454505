"""The public check of a paper: what it is, whether it stands today, and whether a file is the same to the last byte."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.throttle import Tries, network_address
from workflow import seals

LOOKS = 120
"""Codes looked up from one network address in a quarter of an hour; a code that exists costs nothing."""
FILES = 60
"""Files checked without JavaScript from one network address in a quarter of an hour."""
LIMIT = 2
"""How many times the size of an upload a file to check may have: no paper is larger, and the proxy lets no more in."""
PAGE = "portal/public/verify.html"


class Fingerprint(FileUploadHandler):
    """Takes the checksum of a file while it arrives: nothing is kept, neither on disk nor in memory."""

    seen = 0
    """Bytes of all files of the request together."""

    def new_file(self, *args, **kwargs):
        """A file begins. Only the first one counts."""
        super().new_file(*args, **kwargs)
        self.digest = hashlib.sha256()

    def receive_data_chunk(self, raw_data, start):
        """A piece of it; None keeps it from every other handler."""
        self.seen += len(raw_data)
        if self.seen > LIMIT * settings.UPLOAD_MAX_BYTES:
            raise StopUpload(connection_reset=True)
        self.digest.update(raw_data)

    def file_complete(self, file_size):
        """The file's checksum instead of the file."""
        if self.seen and not getattr(self.request, "fingerprint", ""):
            self.request.fingerprint = self.digest.hexdigest()


@login_not_required
@require_safe
def verify_code(request):
    """A code typed from paper."""
    typed = request.GET.get("kode", "")
    code = seals.tidy(typed)
    if code:
        return redirect("verify", code)
    context = {"seal": None, "typed": typed, "wrong": bool(typed)}
    return _answer(request, context, 404 if typed else 200)


@csrf_exempt  # a POST changes nothing and answers the same to everyone, so there is nothing to forge
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request, code: str):
    """One paper; with a POST also whether a file is that paper."""
    looks = Tries("verify", network_address(request), limit=LOOKS)
    if not looks.take():
        return _answer(request, {"seal": None, "busy": True}, 429)
    seal = seals.find(code)
    if seal is None:
        return _answer(request, {"seal": None, "wrong": True, "typed": code[:40]}, 404)
    looks.give_back()
    context = {
        "seal": seal,
        "kind": seals.kind_label(seal),
        "standing": seals.standing(seal),
        "rows": seals.rows(seal),
        "size": LIMIT * settings.UPLOAD_MAX_BYTES // 1024 // 1024,
    }
    status = 200
    if request.method == "POST":
        context["verdict"], status = _compare(request, seal)
    return _answer(request, context, status)


def _compare(request, seal) -> tuple[dict, int]:
    """What a file sent without JavaScript is: the paper, another file, or nothing that could be read."""
    if not Tries("verify-file", network_address(request), limit=FILES).take():
        return {"tone": "amber", "title": _("Too many files were checked from here. Try again in 15 minutes.")}, 429
    request.upload_handlers = [Fingerprint(request)]
    request.POST.get("")  # reads the body through the handler above
    found = getattr(request, "fingerprint", "")
    if not found:
        return {"tone": "amber", "title": _("No file was read. Choose the PDF, then check again.")}, 400
    if found == seal.sha256:
        return {"tone": "green", "title": _("The file is this paper, unchanged."), "sha256": found}, 200
    return {
        "tone": "red",
        "title": _("The file is not this paper: at least one byte differs."),
        "sha256": found,
    }, 200


def _answer(request, context, status: int):
    response = render(request, PAGE, context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"  # the address is the key
    return response
