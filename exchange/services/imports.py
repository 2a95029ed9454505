"""Bringing in a spreadsheet: read and judged first, carried out on its owner's word, record by record."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import InterfaceError, OperationalError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.books import refusals
from exchange.books.columns import Item, Kind, Problem
from exchange.books.marked import marked_copy
from exchange.books.reader import FileBook, Unreadable, read_book
from exchange.models import Job, JobItem
from exchange.models.jobs import OPEN, TO_DO
from exchange.services.jobs import Failure, JobKind, Work, log_fault, order, register_job
from workflow.batches import batch
from workflow.engine import Refused, Stale

log = logging.getLogger(__name__)
PREFIX = "import."
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_PROBLEMS = 200
"""Of one record in the report."""
READING = (
    ("read", gettext_lazy("Opening the file")),
    ("check", gettext_lazy("Checking row by row")),
    ("mark", gettext_lazy("Writing the marked copy")),
)
STORING = (("store", gettext_lazy("Bringing in the records")),)


def register(kind: Kind, shown: Callable[[Any, Job], dict]) -> None:
    """Make a kind of import known as long work. `shown`: the report, for the page."""
    register_job(
        JobKind(
            PREFIX + kind.name,
            kind.label,
            partial(run, kind),
            steps=READING,
            steps_of=lambda job: STORING if job.outcome.get("read") else READING,
            template="exchange/import_outcome.html",
            shown=shown,
            logged=facts,
            personal=getattr(kind, "personal", False),
        )
    )


def order_import(kind: Kind, options: dict, *, user, given, sha256: str) -> Job:
    """Have a file read; a second click gets the job of the first, while that is on its way."""
    name, asked = PREFIX + kind.name, {"options": options}
    same = Job.objects.filter(kind=name, owner=user, membership=user.acting, asked=asked, given_sha256=sha256)
    under_way = same.filter(phase__in=OPEN, stop_asked=False).order_by("-pk").first()
    return under_way or order(name, user=user, asked=asked, given=given, given_sha256=sha256)


def facts(job: Job) -> dict:
    """What the log keeps of an import: which file, and how many records it made and changed."""
    if not job.outcome.get("read"):
        return {"sha256": job.given_sha256}
    counts = Counter(job.items.filter(done_at__isnull=False, refusal="").order_by().values_list("action", flat=True))
    refused = job.items.exclude(refusal="").count()
    return {
        "sha256": job.given_sha256,
        "created": counts["create"],
        "changed": counts["change"],
        "refused": refused,
        "to_fix": job.outcome["counts"].get("fix", 0),
    }


def run(kind: Kind, work: Work) -> None:
    """The file is read; once its owner has said so, it is carried out."""
    if not kind.may(work.user, work.asked.get("options", {})):
        raise Failure(_("You may not bring in these records in the capacity you ordered it in."))
    if sentence := refusal_of(kind, work.user, work.asked.get("options", {})):
        raise Failure(sentence)
    try:
        if work.job.outcome.get("read"):
            carry_out(kind, work)
        else:
            read(kind, work)
    except Unreadable as unreadable:
        raise Failure(str(unreadable)) from unreadable


def refusal_of(kind: Kind, user, options: dict) -> str:
    """Why nothing of a kind can be brought in now, though the user may; empty where it can."""
    words = getattr(kind, "refusal", None)
    return words(user, options) if words else ""


def opened(kind: Kind, work: Work) -> FileBook:
    """The file of a job as a book."""
    options = work.asked.get("options", {})
    with work.job.given.open("rb") as file:
        return read_book(file, kind.tables(work.user, options), kind.examples(work.user, options))


# --- Reading: nothing is stored but the report ----------------------------------------------------------------------


def read(kind: Kind, work: Work) -> None:
    """Judge the file and leave the rest to its owner."""
    job = work.job
    work.step("read")
    book = opened(kind, work)
    total = sum(1 for table in book.tables for _row in book.rows(table.name))
    if not total:
        raise Failure(refusals.sentence("no_rows"))
    work.step("check", total)
    items: list[Item] = []
    keys: dict[str, Item] = {}
    done = 0
    for item in kind.read(book, work.user, work.asked.get("options", {})):
        if twin := keys.get(item.key):
            _doubled(twin, item)
            item.key = f"{item.key[:100]}#{len(items) + 1}"
        keys[item.key] = item
        items.append(item)
        done += item.rows
        work.tell(min(done, total))
    problems = [problem for item in items for problem in item.problems]
    if problems and not getattr(kind, "personal", False):  # there it is made when it is asked for
        work.step("mark")
        if job.made:  # of a former try that broke off
            job.made.delete(save=False)
        job.made = ContentFile(marked_copy(book, problems), name="marked.xlsx")
        job.made_name = marked_name(job.given_name)
        job.save(update_fields=["made", "made_name"])
    rows = [_stored(job, number, item) for number, item in enumerate(items, 1)]
    with transaction.atomic():
        job.items.all().delete()  # of a former try that broke off
        JobItem.objects.bulk_create(rows, batch_size=500)
    work.ask(
        {
            "read": True,
            "rows": total,
            "remarks": book.remarks,
            "counts": dict(Counter(row.action for row in rows)),
            "problems": len(problems),
        }
    )


def _doubled(first: Item, second: Item) -> None:
    """Two entries for one record: which of them counts is for the person to say, so that neither is brought in."""
    for one, other in ((first, second), (second, first)):
        if one.row is not None:
            sentence = _("The same record stands in row %(row)d as well.")
            sentence %= {"row": other.row.number if other.row is not None else 0}
            one.problems.append(one.row.problem("", sentence, _("Delete one of the two.")))
        one.action = "fix"


def marked_now(job: Job, user) -> bytes:
    """The marked copy of a file about people. Raises Http404 where its kind is no longer the user's."""
    from exchange.kinds.catalogue import KINDS  # kinds use services

    kind, options = KINDS[job.kind.removeprefix(PREFIX)], job.asked.get("options", {})
    if not kind.may(user, options):
        raise Http404
    with job.given.open("rb") as file:
        book = read_book(file, kind.tables(user, options), kind.examples(user, options))
    problems = [Problem(**problem) for item in job.items.all() for problem in item.problems]
    return marked_copy(book, problems)


def marked_name(name: str) -> str:
    """What a marked copy is called."""
    stem = name.rpartition(".")[0] or name
    return _("%(name)s-marked.xlsx") % {"name": stem[:150]}


def _stored(job: Job, number: int, item: Item) -> JobItem:
    action = "fix" if item.problems else item.action
    return JobItem(
        job=job,
        number=number,
        key=item.key[:120],
        label=item.label[:200],
        action=action,
        sheet=(item.row.sheet if item.row else "")[:40],
        first_row=item.row.number if item.row else 0,
        rows=item.rows,
        people=item.people,
        changes=item.changes,
        problems=[_as_data(problem) for problem in item.problems[:MOST_PROBLEMS]],
        content={} if action in {"fix", "skip"} else item.content,
        record_code=item.code[:60],
    )


def _as_data(problem: Problem) -> dict:
    return problem.data()


# --- Carrying out ----------------------------------------------------------------------------------------------------


def carry_out(kind: Kind, work: Work) -> None:
    """Each record in a transaction together with its mark: a worker that dies neither loses nor doubles one."""
    job = work.job
    waiting = job.items.filter(action__in=TO_DO)
    total, done = waiting.count(), waiting.filter(done_at__isnull=False).count()
    work.step("store", total)
    book = opened(kind, work) if kind.reads_again else None
    with batch():
        for item in waiting.filter(done_at__isnull=True).order_by("number").iterator(chunk_size=100):
            work.tell(done)
            _one(kind, work, item, book)
            work.moved()
            done += 1
    work.tell(total)
    work.end({**job.outcome, "carried": True})


class _Done(Exception):
    """Another process has carried this record out."""


def _one(kind: Kind, work: Work, item: JobItem, book: FileBook | None) -> None:
    """Carry out one record. What it is refused for is kept for the report; a database that is away stops the work."""
    values: dict[str, Any] = {"done_at": timezone.now()}
    try:
        with transaction.atomic():
            try:
                with transaction.atomic():
                    options = work.asked.get("options", {})
                    record = kind.carry_out(item.content, item.key, work.user, options, book)
            except Refused as refused:
                values["refusal"] = " ".join(refused.reasons)
            except (Stale, PermissionDenied, Http404):
                values["refusal"] = _("The record was handed on or changed meanwhile. Open it and compare.")
            except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
                raise  # the record is in order: the next worker takes it up
            except Exception as error:
                log_fault(work.job, f"item {item.number}", error)
                values["refusal"] = _(
                    "A fault of the portal stopped this record. Nothing of it was stored. Tell the support."
                )
            else:
                values["record_code"] = str(getattr(record, "code", ""))[:60]
                values["record_url"] = record.get_absolute_url()[:200]
            if not JobItem.objects.filter(pk=item.pk, done_at__isnull=True).update(**values):
                raise _Done
    except _Done:
        log.warning("item %s of job %s was carried out by another process", item.number, work.job.pk)
