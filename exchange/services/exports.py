"""A list becomes a file: handed out at once where that takes a moment, written by a worker where it does not."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import connection, connections
from django.http import Http404, QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.models import Job, Phase
from exchange.services.jobs import TELL_EVERY, Failure, JobKind, Stopped, Work, order, register_job
from regions.models.vocabulary import Term
from workflow import replica
from workflow.downloads import csv_pieces
from workflow.exports import (
    Export,
    count_of,
    export_named,
    filter_words,
    lines,
    order_words,
    snapshot,
)
from workflow.listing import Asked
from workflow.sheets import Sheet, about_sheet, file_name, write_book, xlsx_file

JOB = "export"
KEPT = dt.timedelta(hours=24)
"""So long a file that a worker wrote can be fetched."""
BESIDE = "beside"
"""Name of the second line to the database, on which a worker tells how far it is while it reads one moment."""


def is_long(export: Export, kind: str, rows: int) -> bool:
    """Whether nobody should wait for it with the page open."""
    return rows > (export.at_once if kind == "xlsx" else export.streamed)


def name_of_file(export: Export, kind: str, asked) -> str:
    """sinergi-needs-2026-11-30.xlsx; with the code of the record the list belongs to."""
    parts = ["sinergi", export.name, asked.GET.get("of", "").replace("/", "-"), f"{timezone.localdate():%Y-%m-%d}"]
    return file_name(f"{'-'.join(part for part in parts if part)}.{kind}")


# --- At once ------------------------------------------------------------------------------------------------


def csv_stream(export: Export, user, listing, told: Callable[[int], None] | None = None) -> Iterator[str]:
    """The rows as CSV, while they are read; all of one moment, in the language of whoever asked."""
    # Here and not when the first row is fetched: by then the page that asked is over.
    return _stream(_csv(export, user, listing, told), translation.get_language() or "id", replica.alias())


def _stream(pieces, language: str, where: str) -> Iterator[str]:
    terms = Term.table()
    try:
        while True:
            with translation.override(language), Term.held(terms), replica.reading_at(where):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece
    finally:
        pieces.close()


def _csv(export: Export, user, listing, told) -> Iterator[str]:
    def rows():
        columns = export.columns(user)
        yield [column.head for column in columns]
        yield from lines(export, user, listing, columns, told)

    with snapshot():
        yield from csv_pieces(rows())


def workbook(export: Export, user, listing):
    """The rows as a workbook, open for reading."""
    with Term.held(Term.table()), snapshot():
        return xlsx_file(sheets_of(export, user, listing), title=str(export.label))


def sheets_of(export: Export, user, listing, told: Callable[[int], None] | None = None) -> Iterator[Sheet]:
    """The list, and the sheet that says what was asked for, when and for whom."""
    columns = export.columns(user)
    number = 0

    def counted():
        nonlocal number
        for cells in lines(export, user, listing, columns, told):
            number += 1
            yield cells

    heads, widths = [column.head for column in columns], tuple(column.width for column in columns)
    yield Sheet(str(export.label), heads, counted(), widths, filters=True)
    facts: list[tuple[str, Any]] = [
        (_("List"), str(export.label)),
        (_("Filter"), filter_words(export, user, listing)),
        (_("Order"), order_words(listing)),
        (_("Rows"), number),
    ]
    if export.public:
        facts.append((_("Use"), _("Public information (Law 14/2008). Whoever uses it names Sinergi as the source.")))
    yield about_sheet(user, facts)


# --- By a worker --------------------------------------------------------------------------------------------


def order_export(export: Export, kind: str, *, user, query: str) -> Job:
    """Have a worker write the file; the same file that is being written already is not written twice."""
    asked = {"name": export.name, "kind": kind, "query": query}
    under_way = Job.objects.filter(
        kind=JOB, owner=user, membership=user.acting, asked=asked, phase__in=[Phase.WAITING, Phase.WORKING]
    )
    return under_way.order_by("-pk").first() or order(JOB, user=user, asked=asked)


def write(work: Work) -> None:
    """What the worker does. Called again after it died, it begins anew: nothing but the file is made."""
    export, kind = export_named(work.asked["name"]), work.asked["kind"]
    if export is None:
        raise Failure(_("This list does not exist any more."))
    asked = Asked(work.user, QueryDict(work.asked["query"]))
    try:
        listing = export.listing(asked)
    except (PermissionDenied, Http404) as refusal:
        raise Failure(_("You may not read this list in the capacity you act in.")) from refusal
    total = count_of(listing)
    work.step("write", total)
    replica.report(work.user, lambda: _write(work, export, kind, listing))
    work.job.done = work.job.total = total
    work.end({"rows": total, "name": export.name, "kind": kind, "until": (timezone.now() + KEPT).isoformat()})


def _write(work: Work, export: Export, kind: str, listing) -> None:
    with TemporaryFile() as target:
        terms = Term.table()
        with _beside(work) as told, snapshot():
            if kind == "xlsx":
                with Term.held(terms):
                    write_book(sheets_of(export, work.user, listing, told), target, title=str(export.label))
            else:
                for piece in csv_stream(export, work.user, listing, told):
                    target.write(piece.encode())
        target.seek(0)
        work.job.made_name = name_of_file(export, kind, Asked(work.user, QueryDict(work.asked["query"])))
        work.job.made.save(work.job.made_name, File(target), save=False)


@contextmanager
def _beside(work: Work):
    """Tells how far the work is on a line of its own: the one that reads stands still at one moment and writes
    nothing."""
    if connection.in_atomic_block:
        yield work.tell
        return
    connections[BESIDE] = connections["default"].copy(alias=BESIDE)
    told_at = time.monotonic()

    def tell(done: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at < TELL_EVERY:
            return
        told_at = time.monotonic()
        at_work = Job.objects.using(BESIDE).filter(pk=work.job.pk, stop_asked=False)
        if not at_work.update(done=done, beat_at=timezone.now()):
            raise Stopped

    try:
        yield tell
    finally:
        connections[BESIDE].close()
        del connections[BESIDE]


def remove_old(now: dt.datetime | None = None) -> int:
    """Files that were kept long enough; the job stays and says what it was."""
    now = now or timezone.now()
    old = Job.objects.filter(kind=JOB, finished_at__lt=now - KEPT).exclude(made="")
    removed = 0
    for job in old.order_by("pk")[:500]:
        job.made.delete(save=False)
        Job.objects.filter(pk=job.pk).update(made="")
        removed += 1
    return removed


KIND = JobKind(
    JOB,
    gettext_lazy("List as a file"),
    write,
    steps=(("write", gettext_lazy("Writing the rows")),),
    template="exchange/export_done.html",
    kept=KEPT,
    logged=lambda job: {"list": job.asked["name"], "rows": job.outcome.get("rows", 0)},
)


def register() -> None:
    """Make the kind of work known; called once when Django starts."""
    register_job(KIND)
