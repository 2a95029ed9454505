"""Publishes: counts what is due, and makes an edition of each data set whose content changed."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone

from exchange.models import Edition
from exchange.open_data import counts, files
from exchange.open_data.catalogue import DATASETS, Dataset

LOCK = 7_220_041


@transaction.atomic
def publish(day: dt.date | None = None, *, count_now: bool = False) -> list[Edition]:
    """The editions made. What a data set said on a day it says for ever: a second edition of a day is never made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    day = day or timezone.localdate()
    counts.renew(day, now=count_now)
    made = [edition for dataset in DATASETS if (edition := _edition(dataset, day))]
    return Edition.objects.bulk_create(made)


def _edition(dataset: Dataset, day: dt.date) -> Edition | None:
    last = latest(dataset.slug)
    if last is not None and last.day >= day:
        return None
    rows = files.stored(dataset.rows())
    content = files.machine(dataset.head, rows)
    checksum = files.sha256(content)
    if last is not None and last.sha256 == checksum:
        return None
    years = [row[dataset.head.index("cycle")] for row in rows] if "cycle" in dataset.head else []
    period = f"{min(years)}/{max(years)}" if years else ""
    return Edition(
        dataset=dataset.slug, day=day, head=dataset.head, rows=rows, sha256=checksum, size=len(content), period=period
    )


def latest(slug: str) -> Edition | None:
    """The newest edition of a data set."""
    return Edition.objects.filter(dataset=slug).first()


def on(slug: str, day: dt.date) -> Edition | None:
    """The edition of a day."""
    return Edition.objects.filter(dataset=slug, day=day).first()


def editions_of(slug: str) -> list[Edition]:
    """Every edition without its rows, the newest first."""
    return list(Edition.objects.filter(dataset=slug).defer("rows"))


def all_latest() -> dict[str, Edition]:
    """{slug: its newest edition without its rows}"""
    rows = Edition.objects.defer("rows").order_by("dataset", "-day").distinct("dataset")
    return {edition.dataset: edition for edition in rows}


def days() -> dict[str, list[dt.date]]:
    """{slug: days of its editions, the newest first}"""
    found: dict[str, list[dt.date]] = {}
    for slug, day in Edition.objects.order_by("dataset", "-day").values_list("dataset", "day"):
        found.setdefault(slug, []).append(day)
    return found


def is_empty() -> bool:
    """Whether nothing was published yet."""
    return not Edition.objects.exists()
