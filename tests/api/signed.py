"""Somebody signed in to the pages who speaks to the interface with that session: persons decide, tokens prepare."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator

from tests.api.calls import Caller


class Signed(Caller):
    """Sends requests with a session instead of a token."""

    def __init__(self, user, language: str = "id"):
        super().__init__(None, language=language)
        self.client.force_login(user)


def errors_of(answer) -> dict[str, str]:
    """{field: sentence} of a refusal."""
    return {error["field"]: error["detail"] for error in answer.json().get("errors", [])}


def queries_of(caller: Caller, path: str, **headers: str) -> int:
    """How many queries an answer takes, once what is kept in memory is warm."""
    assert caller.get(path, **headers).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert caller.get(path, **headers).status_code == 200
    return len([q for q in captured.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))])


def values_in(body: Any) -> set[str]:
    """Every text and number of an answer, whole."""
    if isinstance(body, dict):
        return set().union(*(values_in(part) for part in body.values())) if body else set()
    if isinstance(body, list):
        return set().union(*(values_in(part) for part in body)) if body else set()
    return {str(body)}


@cache
def description() -> dict[str, Any]:
    """The description of the whole interface."""
    return Caller().get("/openapi.json").json()


def described(answer) -> Any:
    """The body of an answer, which must be exactly as the description of its operation says."""
    method, path = answer.wsgi_request.method.lower(), answer.wsgi_request.path
    found = [
        (template.count("{"), item[method])
        for template, item in description()["paths"].items()
        if method in item and re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path)
    ]
    operation = min(found, key=lambda pair: pair[0])[1]
    content = operation["responses"][str(answer.status_code)]["content"]["application/json"]
    schema = {**content["schema"], "components": description()["components"]}
    body = answer.json()
    faults = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in Draft202012Validator(schema).iter_errors(body)]
    assert faults == [], (path, faults)
    return body


def codes_of(answer) -> list[str]:
    """The codes of a list."""
    assert answer.status_code == 200, answer.content
    return [row["code"] for row in described(answer)["data"]]
