"""The description of the interface (OpenAPI 3.1), made from resources and their operations."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.openapi import AutoSchema

from api.body import Input
from api.problems import CONTENT_TYPE, KINDS

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "reasons": {"type": "array", "items": {"type": "string"}},
        "roles": {"type": "array", "items": {"type": "string"}},
        "version": {"type": "integer"},
    },
}
ALWAYS = (400, 404, 406, 429, 500, 503)
CLOSED = (401, 403)
WRITES = (409, 413, 415, 422)


class FrameSchema(AutoSchema):
    """One operation, told from the view's resource and not guessed from code."""

    def get_operation(self, path, path_regex, path_prefix, method, registry):
        """The operation, or None for an address that belongs to no resource."""
        self.registry, self.path, self.path_regex = registry, path, path_regex
        self.path_prefix, self.method = path_prefix, method.upper()
        told = self.view.operation(method.lower()) if hasattr(self.view, "operation") else None
        if told is None:
            return None
        resource = self.view.resource
        name, what = self.view.scope or (resource.name, "read" if method.upper() == "GET" else "write")
        open_to_all = resource.unscoped and method.upper() == "GET"
        scope = "" if open_to_all else _("Permission of the token: %(scope)s.") % {"scope": f"`{name}:{what}`"}
        found: dict[str, Any] = {
            "operationId": told.id,
            "summary": str(told.summary),
            "description": "\n\n".join(filter(None, [str(told.description), scope])),
            "tags": [resource.name],
            "parameters": [*self._in_path(path), *self._in_query(), *self._in_headers()],
            "security": [{"token": []}, {"session": []}],
        }
        if resource.public and method.upper() == "GET" and self.view.for_visitors:
            found["security"].append({})
        if told.sends:
            found["requestBody"] = self._body(told)
        found["responses"] = self._responses(told)
        return found

    # --- what is sent --------------------------------------------------------------------------------------------

    def _in_path(self, path: str) -> list[dict[str, Any]]:
        return [
            {"name": name, "in": "path", "required": True, "schema": _of_path(name, path)}
            for name in re.findall(r"{(\w+)}", path)
        ]

    def _in_query(self) -> list[dict[str, Any]]:
        view, found = self.view, []
        if self.method != "GET":
            return []
        resource = view.resource
        if getattr(view, "paged", False):
            found += [
                _query("limit", _("Rows of a page, 1 to 100."), {"type": "integer", "minimum": 1, "maximum": 100}, 25),
                _query("cursor", _("From `next` or `previous` of the answer before."), {"type": "string"}),
            ]
            if resource.search:
                text = {"type": "string", "maxLength": 100}
                found.append(_query("q", str(resource.searched), text))
            if resource.sorts:
                names = [*resource.sorts, *(f"-{name}" for name in resource.sorts)]
                schema = {"type": "string", "enum": names}
                found.append(_query("sort", _("A minus turns the order round."), schema, resource.default_sort or None))
            found += [_filter(facet, resource) for facet in resource.facets(None)]
            found += [_query(name, "", {"type": "string"}) for name in resource.parameters]
        else:
            found += [_query(name, "", {"type": "string"}) for name in view.parameters if name != "fields"]
        if getattr(view, "paged", False) or "fields" in view.parameters:
            names = list((resource.row if getattr(view, "paged", False) else resource.detail)(context={}).fields)
            items = {"type": "string", "enum": names}
            schema = {"type": "array", "items": items, "minItems": 1}
            said = _("The fields to show, with commas between them; without it all of them.")
            found.append({**_query("fields", said, schema), "explode": False, "style": "form"})
        return found

    def _in_headers(self) -> list[dict[str, Any]]:
        found = [_header("Accept-Language", _("id (default) or en: the language of labels and sentences."), "id")]
        if self.method == "GET":
            found.append(
                _header("If-None-Match", _("The entity tag of the answer you have: 304 where nothing changed."))
            )
        if self.method == "POST":
            said = _("A new random value for each write. The same again gives the stored answer.")
            example = "6f1c0e0e-6f0e-4b8f-9d43-4d1f0e6b2c11"
            key = _header("Idempotency-Key", said, example)
            key["required"] = True
            key["schema"] = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}
            found.append(key)
        if self.method in {"POST", "PATCH", "DELETE"} and "{" in self.path:
            found.append(_header("If-Match", _("The entity tag of the record you have seen; else 412.")))
        return found

    def _body(self, told) -> dict[str, Any]:
        schema = _object(told.inputs, told.partial)
        example = {
            i.name: _example(i) for i in told.inputs if i.kind != "file" and (i.required or i.example is not None)
        }
        plain = {"schema": schema, "examples": {"example": {"value": example}}}
        only_form = any(i.kind == "file" and i.required for i in told.inputs)
        content = {} if only_form else {"application/json": plain}
        if told.files:
            # In a form every value is text: the schema names the parts, the portal reads them.
            content["multipart/form-data"] = {"schema": _object(told.inputs, told.partial, form=True)}
        return {"required": any(i.required for i in told.inputs), "content": content}

    # --- what is answered ----------------------------------------------------------------------------------------

    def _responses(self, told) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if told.answer is None:
            found["204"] = {"description": _("Done; nothing to show."), "headers": _limits()}
        else:
            ref = self.resolve_serializer(told.answer(context={}), "response").ref
            example = dict(getattr(told.answer, "example", {}))
            schema: dict[str, Any] = ref
            if getattr(self.view, "paged", False) and self.method == "GET":
                schema = _page(ref)
                example = {"data": [example], "next": None, "previous": None}
            elif getattr(self.view, "many", False) and self.method == "GET":
                schema = _all(ref)
                example = {"data": [example]}
            content = {"schema": schema, "examples": {"example": {"value": example}}}
            headers = {"ETag": _text_header(_("Strong entity tag.")), **_limits()}
            if self.method == "POST":
                headers["Idempotency-Replayed"] = _text_header(_("true where the stored answer was given again."))
            answer = {"description": _("Done."), "content": {"application/json": content}, "headers": headers}
            found[str(told.status)] = answer
            if self.method == "GET":
                found["304"] = {"description": _("Nothing has changed.")}
            elif self.method == "POST":
                found["204"] = {"description": _("Done; the record is no longer open to you.")}
        closed = () if self.view.resource.public and self.method == "GET" else CLOSED
        writes = WRITES if self.method != "GET" else ()
        for status in sorted({*ALWAYS, *CLOSED, *closed, *writes, *told.errors}):
            slug, title, usual = KINDS[status]
            value = {
                "type": f"/api/#problem-{slug}",
                "title": str(title),
                "status": status,
                "detail": str(usual),
                "instance": self.path,
            }
            problem = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {"example": {"value": value}}}
            found[str(status)] = {"description": str(title), "content": {CONTENT_TYPE: problem}}
        return found


def _of_path(name: str, path: str) -> dict[str, Any]:
    if f"<int:{name}>" in path or name in {"pk", "line", "gap", "number"}:
        return {"type": "integer", "minimum": 1, "maximum": 2147483647}
    return {"type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[A-Za-z0-9._-]+$"}


def _query(name: str, said: str, schema: dict[str, Any], default: Any = None) -> dict[str, Any]:
    found = {"name": name, "in": "query", "description": str(said), "schema": dict(schema)}
    if default is not None:
        found["schema"]["default"] = default
    return found


def _filter(facet, resource) -> dict[str, Any]:
    items: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 60}
    if facet.name == "status" and resource.flow is not None:
        items = {"type": "string", "enum": [state.code for state in resource.flow.states]}
    schema = {"type": "array", "items": items, "maxItems": 40}
    return {**_query(facet.name, str(facet.label), schema), "explode": True, "style": "form"}


def _header(name: str, said: str, example: str = "") -> dict[str, Any]:
    found = {"name": name, "in": "header", "description": str(said), "schema": {"type": "string"}}
    return {**found, "example": example} if example else found


def _text_header(said: str) -> dict[str, Any]:
    return {"description": str(said), "schema": {"type": "string"}}


def _limits() -> dict[str, Any]:
    return {
        "RateLimit": _text_header(_("What is left of the window, and when it ends.")),
        "RateLimit-Policy": _text_header(_("How many requests fit into a window.")),
    }


def _page(ref: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["data", "next", "previous"],
        "properties": {
            "data": {"type": "array", "items": ref},
            "next": {"type": ["string", "null"]},
            "previous": {"type": ["string", "null"]},
        },
    }


def _all(ref: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": ref}}}


TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer", "minimum": -2_000_000_000, "maximum": 2_000_000_000},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "texts": {"type": "array", "items": {"type": "string"}},
    "file": {"type": "string", "contentMediaType": "application/octet-stream", "format": "binary"},
}


def _object(inputs: tuple[Input, ...], partial: bool, *, form: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": {}}
    for wanted in inputs:
        if wanted.kind != "file" or form:
            found["properties"][wanted.name] = _input(wanted, partial, form)
    required = [i.name for i in inputs if i.required and (i.kind != "file" or form)]
    if required and not partial:
        found["required"] = required
    return found


def _input(wanted: Input, partial: bool, form: bool) -> dict[str, Any]:
    if wanted.kind == "objects":
        schema: dict[str, Any] = {"type": "array", "items": _object(wanted.parts, partial), "maxItems": 60}
        if form:
            schema = {"type": "string", "contentMediaType": "application/json"}
    else:
        schema = dict(TYPES[wanted.kind])
    if wanted.choices:
        schema["enum"] = list(wanted.choices)
    if wanted.min_length:
        schema["minLength"] = wanted.min_length
    if wanted.max_length:
        schema["maxLength"] = wanted.max_length
    if wanted.null and not wanted.required and not form and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"].append(None)
    if wanted.label:
        schema["description"] = str(wanted.label)
    return schema


EXAMPLES = {
    "text": "Teks contoh yang cukup panjang untuk memenuhi syarat minimum, sesuai dengan keadaan di lapangan.",
    "integer": 3,
    "boolean": True,
    "date": "2026-05-13",
    "datetime": "2026-05-13T14:00:00+07:00",
    "texts": [],
    "objects": [],
}


def _example(wanted: Input) -> Any:
    return wanted.example if wanted.example is not None else EXAMPLES[wanted.kind]


def complete(result, generator, request, public):
    """What belongs to the whole document: problems, ways to sign in, tags."""
    from api.resource import resources

    components = result.setdefault("components", {})
    # `fields` leaves out what was not asked for: nothing of a row or a record is promised.
    for shown in {part.__name__ for r in resources() for part in (r.row, r.detail)}:
        components.get("schemas", {}).get(shown.removesuffix("Serializer"), {}).pop("required", None)
    # So too for the rows of further addresses (lines, messages).
    for address in result["paths"].values():
        told = address.get("get", {})
        if any(known["name"] == "fields" for known in told.get("parameters", [])):
            schema = told["responses"]["200"]["content"]["application/json"]["schema"]
            rows = schema.get("properties", {}).get("data", {}).get("items", schema)
            components["schemas"].get(rows.get("$ref", "").rpartition("/")[2], {}).pop("required", None)
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": _("An access token: sinergi_…")},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": _("The session of the pages; writes also need the header X-CSRFToken."),
        },
    }
    tags = [{"name": r.name, "description": str(r.summary)} for r in resources()]
    result["tags"] = [tag for tag in tags if any(_tagged(result, tag["name"]))]
    return result


def _tagged(result, name: str):
    return (True for path in result["paths"].values() for operation in path.values() if name in operation["tags"])
