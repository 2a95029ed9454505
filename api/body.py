"""What is sent: read strictly as JSON or as a form with files, then handed to the forms of the pages.

Types, unknown names and unreadable text are refused here, by name. Everything else is refused by the forms themselves,
with the sentences of the pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, MultiPartParser

from api.problems import Problem

DEEPEST, MOST = 20, 60


@dataclass(frozen=True)
class Input:
    """One thing that may be sent. `kind`: text | integer | boolean | date | datetime | texts | file | objects."""

    name: str
    kind: str = "text"
    required: bool = False
    label: Any = ""
    min_length: int = 0
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    """A closed vocabulary known when the portal starts."""
    parts: tuple[Input, ...] = ()
    """Of each of the `objects`."""
    example: Any = None
    null: bool = True
    """Whether null may be sent and means "empty"."""


VERSION = Input("version", "integer", label="The version of the record you have seen.", example=3)


class StrictJSON(BaseParser):
    """One JSON object in UTF-8, each name once, no text that a database cannot hold."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        """The object, or ParseError; RequestDataTooBig beyond what a form may hold."""
        raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        try:
            found = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant)
            _check(found)
        except (ValueError, RecursionError) as error:
            raise ParseError() from error
        if not isinstance(found, dict):
            raise ParseError()
        return found


class Files(MultiPartParser):
    """A form with files, for acts that ask for papers."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(text: str):
    raise ValueError(text)


def _check(value: Any, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise ValueError("too deep")
    match value:
        case str():
            value.encode("utf-8")  # a lone surrogate is no text
            if "\x00" in value:
                raise ValueError("NUL")
        case dict():
            for name, part in value.items():
                _check(name, depth + 1)
                _check(part, depth + 1)
        case list():
            for part in value:
                _check(part, depth + 1)


def read(data: Any, inputs: Iterable[Input], *, partial: bool = False) -> dict[str, Any]:
    """The values sent, of the right type. Raises a problem with every field at fault.

    `partial`: what was not sent is left out and never missed (PATCH).
    """
    inputs = list(inputs)
    errors: list[tuple[str, Any]] = []
    found = _read(data if data is not None else {}, inputs, errors, "", partial)
    if errors:
        raise Problem(400, errors=errors)
    return found


def _read(data, inputs, errors, prefix, partial) -> dict[str, Any]:
    known = {i.name: i for i in inputs}
    for name in data:
        if name not in known:
            said = _("Not known here. Known are: %(names)s.") % {"names": ", ".join(known)}
            errors.append((f"{prefix}{str(name)[:60]}", said if known else _("Nothing is asked here.")))
    found: dict[str, Any] = {}
    form = isinstance(data, QueryDict | MultiValueDict)
    for name, wanted in known.items():
        if name not in data:
            continue
        value = data.getlist(name) if form and wanted.kind == "texts" else data[name]
        try:
            found[name] = _typed(wanted, value, form, errors, f"{prefix}{name}", partial)
        except ValueError as error:
            errors.append((f"{prefix}{name}", str(error)))
    return found


def _typed(wanted: Input, value: Any, form: bool, errors, name: str, partial: bool) -> Any:
    if value is None:
        if not wanted.null:
            raise ValueError(_("This may not be empty (null)."))
        return None
    match wanted.kind:
        case "text":
            return _text(wanted, value)
        case "integer":
            if form and isinstance(value, str) and re.fullmatch(r"-?\d{1,9}", value):
                return int(value)
            if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2_000_000_000:
                raise ValueError(_("Send a whole number."))
            return value
        case "boolean":
            if form and value in {"true", "false", "on"}:
                return value != "false"
            if not isinstance(value, bool):
                raise ValueError(_("Send true or false."))
            return value
        case "date":
            if (
                not isinstance(value, str)
                or not re.fullmatch(r"\d{4}-\d\d-\d\d", value)
                or not _moment(parse_date, value)
            ):
                raise ValueError(_("Send a date as 2026-05-13."))
            return value
        case "datetime":
            if not isinstance(value, str) or not (moment := _moment(parse_datetime, value)) or moment.tzinfo is None:
                raise ValueError(_("Send a moment with its zone, as 2026-05-13T14:00:00+07:00."))
            return value
        case "texts":
            if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
                raise ValueError(_("Send a list of texts."))
            return [_text(wanted, part) for part in value]
        case "file":
            if not form or not hasattr(value, "chunks"):
                raise ValueError(_("Send the file as multipart/form-data."))
            return value
        case "objects":
            return _objects(wanted, value, form, errors, name, partial)
    raise AssertionError(f"unknown kind of input: {wanted.kind}")


def _objects(wanted: Input, value: Any, form: bool, errors, name: str, partial: bool) -> list[dict[str, Any]]:
    if form and isinstance(value, str):
        try:
            value = json.loads(value)
            _check(value)
        except (ValueError, RecursionError) as error:
            raise ValueError(_("Send a list of objects.")) from error
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise ValueError(_("Send a list of objects."))
    if len(value) > MOST:
        raise ValueError(_("Send at most %(count)d of them.") % {"count": MOST})
    return [_read(part, wanted.parts, errors, f"{name}[{n}].", partial) for n, part in enumerate(value)]


def _moment(parse, text: str):
    try:
        return parse(text)
    except ValueError:
        return None


def _text(wanted: Input, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(_("Send a text."))
    if "\x00" in value:
        raise ValueError(_("Characters without meaning (NUL)."))
    if wanted.choices and value and value not in wanted.choices:
        raise ValueError(_("The value “%(value)s” is not known.") % {"value": value[:60]})
    return value


def as_form(values: dict[str, Any], inputs: Iterable[Input] = ()) -> tuple[QueryDict, MultiValueDict]:
    """The values as a form of the pages reads them: (data, files)."""
    data, files = QueryDict(mutable=True), MultiValueDict()
    for name, value in values.items():
        if hasattr(value, "chunks"):
            files[name] = value
        elif isinstance(value, list):
            data.setlist(name, [str(part) for part in value])
        elif isinstance(value, bool):
            if value:
                data[name] = "on"
        elif value is not None:
            data[name] = str(value)
    return data, files
