"""The way out of mails, for whoever has one in hand: a button on a page, or the mail program itself (RFC 8058)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.throttle import WINDOW, unsubscribe_tries, wrong_unsubscribes
from notices import choices
from notices.models import Cadence
from notices.unsubscribing import owner_of

ONE_CLICK = "List-Unsubscribe"


@csrf_exempt  # the mail program has no cookie; the signed address is what is checked
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token: str):
    """Opening the page changes nothing: programs that look at links beforehand would switch mails off."""
    found = owner_of(token)
    tries = wrong_unsubscribes(request) if found is None else unsubscribe_tries(found[0])
    if not tries.take():
        return HttpResponse(
            "429", status=429, content_type="text/plain; charset=utf-8", headers={"Retry-After": str(WINDOW)}
        )
    if found is None:
        return _page(request, "notices/unsubscribe_wrong.html", {}, status=404)
    user, kinds = found
    if request.method == "POST":
        if request.POST.get("act") == "on":
            choices.switch_on(user, kinds)
        else:
            choices.switch_off(user, kinds)
        if request.POST.get(ONE_CLICK) == "One-Click":
            return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
    now = choices.cadences_of(user)
    context = {
        "kinds": [kind.label for kind in kinds],
        "is_off": all(now[kind] == Cadence.OFF for kind in kinds),
        "posted": request.POST.get("act", "") if request.method == "POST" else "",
    }
    return _page(request, "notices/unsubscribe.html", context)


def _page(request, template: str, context: dict, status: int = 200):
    """A page that search engines leave alone and that tells nobody where the reader came from."""
    response = render(request, template, context, status=status)
    response.headers["Content-Language"] = translation.get_language() or "id"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
