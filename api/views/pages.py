"""The documentation for people: one page on how the interface works, one for each resource; open to everyone."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation

from accounts.models.tokens import LONGEST_DAYS
from api.body import MOST
from api.language import language_of
from api.limits import WINDOW
from api.problems import KINDS
from api.resource import resources
from api.views.documents import described
from workflow.open_page import open_page


@open_page
def root(request):
    """Whoever opens the interface in a browser is led to its documentation, in their language."""
    with translation.override(language_of(request)):
        return redirect("machines:documents")


@open_page
def documents(request):
    """How the interface works, and what there is."""
    context = {
        "resources": [(r, reverse("machines:document", args=[r.name])) for r in resources()],
        "problems": [{"status": s, "slug": k[0], "title": k[1], "usual": k[2]} for s, k in KINDS.items()],
        "limits": {"token": settings.API_RATE_TOKEN, "address": settings.API_RATE_ADDRESS, "window": WINDOW},
        "days": LONGEST_DAYS,
        "most": MOST,
        "site": settings.SITE_URL,
        "max_mb": settings.UPLOAD_MAX_BYTES // 1024 // 1024,
    }
    return render(request, "api/documents.html", context)


@open_page
def document(request, name: str):
    """Everything one resource can do, with examples."""
    found = next((r for r in resources() if r.name == name), None)
    if found is None:
        raise Http404
    operations = [
        _told(path, method, operation)
        for path, methods in described()["paths"].items()
        for method, operation in methods.items()
        if name in operation["tags"]
    ]
    context = {"resource": found, "operations": operations, "back": reverse("machines:documents")}
    return render(request, "api/document.html", context)


def _told(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    answers = operation["responses"]
    done = next((code for code in answers if code.startswith("2")), "")
    example = _example(answers.get(done, {}).get("content", {}).get("application/json"))
    body = operation.get("requestBody", {}).get("content", {})
    sent = _example(body.get("application/json"))
    schema = next(iter(body.values()), {}).get("schema", {})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation["description"].replace("`", ""),
        "parameters": [p for p in operation["parameters"] if p["in"] == "query"],
        "inputs": [
            {"name": n, "required": n in schema.get("required", ()), "said": s.get("description", ""), "type": _type(s)}
            for n, s in schema.get("properties", {}).items()
        ],
        "curl": _curl(path, method, sent, body),
        "status": done,
        "example": _pretty(example) if example is not None else "",
        "errors": [code for code in answers if code[0] in "45"],
    }


def _type(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "")
    return schema.get("format") or (kind if isinstance(kind, str) else kind[0])


def _example(content: dict[str, Any] | None) -> Any:
    return next((e["value"] for e in (content or {}).get("examples", {}).values()), None)


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _curl(path: str, method: str, sent: Any, body: dict[str, Any]) -> str:
    lines = [f"curl {settings.SITE_URL}{path}", '-H "Authorization: Bearer $TOKEN"']
    if method != "get":
        lines[0] = f"curl -X {method.upper()} {settings.SITE_URL}{path}"
    if method == "post":
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if sent is not None:
        data = json.dumps(sent, ensure_ascii=False).replace("'", "'\\''")
        lines += ['-H "Content-Type: application/json"', f"-d '{data}'"]
    elif body:
        lines += [f"-F {name}=@berkas.pdf" for name in _files(body)]
    return " \\\n  ".join(lines)


def _files(body: dict[str, Any]) -> list[str]:
    properties = next(iter(body.values()))["schema"]["properties"]
    return [name for name, schema in properties.items() if schema.get("format") == "binary"]
