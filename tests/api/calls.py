"""A program that speaks to the interface with a token of its own."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.rules.tokens import scopes
from accounts.services.tokens import make_token

ROOT = "/api/v1"


def token_of(user, *chosen: str) -> str:
    """A secret for the capacity a person acts in now, with every permission unless some are named."""
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    wanted = list(chosen) or [scope for scope, _label in scopes()]
    return make_token(user, name="uji", chosen=wanted, expires_on=tomorrow)[1]


class Caller:
    """Sends requests as one person; with no person, as a stranger."""

    def __init__(self, user=None, *chosen: str, language: str = "id"):
        self.secret = token_of(user, *chosen) if user is not None else ""
        self.client = Client(raise_request_exception=False)
        self.language = language

    def send(self, method: str, path: str, body: Any = None, **headers: str):
        """One request; `path` below /api/v1, header names with underscores."""
        sent = {"Accept-Language": self.language, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.secret:
            sent.setdefault("Authorization", f"Bearer {self.secret}")
        address = path if path.startswith(ROOT) else ROOT + path
        content: dict[str, Any] = {}
        if isinstance(body, dict | list):
            content = {"data": json.dumps(body), "content_type": "application/json"}
        elif body is not None:
            content = {"data": body, "content_type": sent.pop("Content-Type", "application/json")}
        return self.client.generic(method, address, headers=sent, **content)

    def get(self, path: str, **headers: str):
        """Read."""
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str):
        """Write, with a fresh key unless one is given."""
        return self.send("POST", path, {} if body is None else body, Idempotency_Key=key or uuid.uuid4().hex, **headers)

    def patch(self, path: str, body: Any, **headers: str):
        """Change."""
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str):
        """Remove."""
        return self.send("DELETE", path, **headers)
