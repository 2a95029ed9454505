"""Pages for refusals and faults."""

from django.shortcuts import render


def csrf_failure(request, reason=""):
    return render(request, "base.html", status=403)
