"""Figures for Prometheus, for whoever holds the token or asks from a network that may."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


def _may(request) -> bool:
    """The token, or the network of the one who knocked. Behind a proxy that is the proxy: its network then lets in
    everybody, so networks count only where no proxy stands in between."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and kind.lower() == "bearer":
        return constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    if not settings.METRICS_ALLOWED or request.headers.get("X-Forwarded-For"):
        return False
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False  # a socket: only a proxy knocks there
    return any(address in ip_network(network) for network in settings.METRICS_ALLOWED)


@login_not_required
@never_cache
@require_safe
def metrics(request):
    """For everybody else this address does not exist."""
    if not _may(request):
        raise Http404
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.exposition import CONTENT_TYPE_LATEST

    from portal.metrics import counted, standing

    now = CollectorRegistry()
    now.register(standing.Standing())
    body = generate_latest(counted.all_processes()) + generate_latest(now)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)
