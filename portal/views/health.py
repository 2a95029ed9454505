"""For load balancers and for the launcher: does the process live, and can it serve."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import readiness


@login_not_required
@never_cache
@require_safe
def healthz(request):
    """The process answers. Touches nothing else: the database may be away."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
@never_cache
@require_safe
def readyz(request):
    """200 when pages can be served, else 503; each part by name, no versions, addresses or names of servers."""
    parts = readiness.parts()
    ready = all(parts[name] == "ok" for name in readiness.NEEDED)
    troubled = sorted(name for name, word in parts.items() if word not in readiness.WELL)
    answer = {"ready": ready, "troubled": troubled, "parts": parts}
    return JsonResponse(answer, status=200 if ready else 503)
