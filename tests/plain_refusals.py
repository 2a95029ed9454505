"""The portal's own addresses with refusals as a bare word, for tests that ask for thousands of pages nobody may see."""

from django.http import HttpResponse

from portal.urls import *  # noqa: F403


def refused(request, exception=None):
    """No page, only that there is none."""
    return HttpResponse("refused", status=404, content_type="text/plain")


handler400 = handler403 = handler404 = "tests.plain_refusals.refused"
