"""Sentences for the next page: in a cookie of this host alone, what does not fit in the session."""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookie(CookieStorage):
    """Django's, under a name that no other host and no page without TLS can set."""

    cookie_name = settings.MESSAGE_COOKIE_NAME


class HostMessages(FallbackStorage):
    """No query while the cookie is large enough."""

    storage_classes = (HostCookie, SessionStorage)
