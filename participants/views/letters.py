"""The office's letters about a nomination, and what they still lack."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_safe

from participants.rules import letters as rules
from participants.selectors import nominations as selectors
from participants.services import letters as services
from participants.views.frame import private

NAMES = {
    rules.COVER: gettext_lazy("Cover letter (nota dinas)"),
    rules.ASSIGNMENT: gettext_lazy("Assignment letter (surat tugas)"),
}


def _opened(request, code: str):
    record = selectors.get_nomination(request.user, code)
    offered = rules.letters_for(request.user, record)
    if not offered:
        raise Http404
    return record, offered


@private
@require_safe
def letters(request, code: str):
    """The letters that can be made now, each with what the portal does not know yet."""
    record, offered = _opened(request, code)
    rows = [(name, NAMES[name], rules.still_empty(record, name)) for name in offered]
    return render(request, "participants/letters.html", {"nomination": record, "rows": rows, "title": _("Letters")})


@private
@require_GET
def letter(request, code: str, paper: str, lang: str):
    """One letter as PDF."""
    record, offered = _opened(request, code)
    if paper not in offered or (paper, lang) not in services.TEMPLATES:
        raise Http404
    response = HttpResponse(services.make(record, paper, lang, request.user), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{record.code}-{paper}-{lang}.pdf"'
    return response
