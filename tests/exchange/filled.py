"""Workbooks as a person fills them in by hand, and what a kind makes of them."""

from __future__ import annotations

import io
import json

from openpyxl import Workbook

from exchange.books.reader import FileBook, read_book
from exchange.models import Job
from exchange.services import jobs


def workbook(tables, content: dict[str, list[dict]]) -> io.BytesIO:
    """A file with a sheet per table that is in `content`; its columns are those of the rows."""
    made = Workbook()
    made.remove(made.active)
    for table in tables:
        if table.name not in content:
            continue
        rows = content[table.name]
        names = list(dict.fromkeys(name for row in rows for name in row))
        page = made.create_sheet(str(table.title))
        page.append([str(table.column(name).heading) for name in names])
        for row in rows:
            page.append([row.get(name) for name in names])
    target = io.BytesIO()
    made.save(target)
    target.seek(0)
    return target


def book(kind, user, content: dict, options: dict | None = None) -> FileBook:
    """The same as the reader hands it to a kind."""
    options = options or {}
    tables = kind.tables(user, options)
    return read_book(workbook(tables, content), tables, kind.examples(user, options))


def judged(kind, user, content: dict, options: dict | None = None) -> list:
    """The items of a file."""
    return list(kind.read(book(kind, user, content, options), user, options or {}))


def carried_out(kind, user, content: dict, options: dict | None = None) -> list:
    """Make and change what a file asks for; returns the records."""
    options = options or {}
    found = book(kind, user, content, options)
    return [
        kind.carry_out(json.loads(json.dumps(item.content)), item.key, user, options, found)
        for item in kind.read(found, user, options)
        if item.action in ("create", "change")
    ]


def told(items) -> list[tuple]:
    """Every problem: (sheet, row, column, value, sentence)."""
    return [(p.sheet, p.row, p.column, p.value, p.problem) for item in items for p in item.problems]


def ordered(kind, user, content: dict, options: dict | None = None, name: str = "isian.xlsx") -> Job:
    """An import as the upload page orders it, read by a worker."""
    from django.core.files.base import ContentFile

    file = ContentFile(workbook(kind.tables(user, options or {}), content).getvalue(), name=name)
    job = jobs.order(f"import.{kind.name}", user=user, asked={"options": options or {}}, given=file)
    jobs.execute(job.pk)
    return Job.objects.get(pk=job.pk)


def agreed(job: Job) -> Job:
    """Its owner says so, and a worker does it."""
    jobs.go_on(job)
    jobs.execute(job.pk)
    return Job.objects.get(pk=job.pk)
