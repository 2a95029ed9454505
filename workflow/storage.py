"""Where files lie, on a disk or in an object storage: one that is away is a refusal, not a fault (docs/files.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models
from django.utils.translation import gettext as _

from workflow.engine import Refused


class StorageAway(Refused):
    """The storage does not answer, or not as it should: nothing was stored, the page says so."""

    status = 503

    def __init__(self):
        super().__init__(
            [_("The storage for files does not answer at the moment. Nothing was lost: try again in a few minutes.")]
        )


def names_below(folder: str = "", storage=None) -> Iterator[tuple[str, dt.datetime]]:
    """(name, when it was written) of every stored file below a folder; none where the folder does not exist."""
    storage = storage or default_storage
    if hasattr(storage, "names_below"):
        yield from storage.names_below(folder)
        return
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for file in files:
        name = f"{folder}/{file}" if folder else file
        yield name, storage.get_modified_time(name)
    for inner in folders:
        yield from names_below(f"{folder}/{inner}" if folder else inner, storage)


def held_files() -> Iterator[tuple[str, str]]:
    """(name, SHA-256 or nothing) of every file that a row of the database holds, in the order of their names."""
    for model in sorted(apps.get_models(), key=lambda found: found._meta.label):
        for field in (f for f in model._meta.concrete_fields if isinstance(f, models.FileField)):
            known = {f.name for f in model._meta.concrete_fields}
            told = {"file": "sha256", "given": "given_sha256"}.get(field.name, "")
            columns = [field.name, told] if told in known else [field.name]
            rows = model._default_manager.exclude(**{field.name: ""}).order_by(field.name)
            for row in rows.values_list(*columns).iterator(2000):
                yield row[0], row[1] if len(row) > 1 else ""
