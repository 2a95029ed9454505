"""Fills a sample portal with as many records as are asked for, in one transaction: all of it, or nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from notices.models import Bookmark
from portal.demo import scenario
from portal.kpi import step_totals
from portal.search.rebuild import kinds, rebuild
from portal.seeding import copying, people
from portal.seeding.inboxes import fill
from portal.seeding.plan import FIRST_PLACE, Plan
from regions.models import NeedCycle, TrainingNeed
from workflow.models import LogEntry

SAMPLE = "example.test"
PEOPLE = 3000


class NotASample(Exception):
    """Made-up records are only put beside made-up records."""


def refuse_unless_sample() -> None:
    """Whoever has real records must not find made-up ones among them."""
    if not (settings.DEMO or settings.DEBUG):
        raise NotASample(_("Records for measuring are only put into a demo (SINERGI_DEMO=1) or with DEBUG=1."))
    if User.objects.exclude(email__endswith=SAMPLE).exists():
        raise NotASample(_("This database has accounts of real people. Take an empty one for measuring."))
    if is_filled():
        raise NotASample(_("This database was filled for measuring already. Take an empty one for another size."))


def is_filled() -> bool:
    """Whether copies are there."""
    return TrainingNeed.objects.filter(code__regex=rf"^KB-\d+-{FIRST_PLACE // 10_000}\d{{4,}}$").exists()


def seed(needs: int, seed: int = 1, headcount: int = PEOPLE, say: Callable[[str], None] = lambda line: None) -> dict:
    """Put so many needs, and of everything else as much as belongs to them, into the database; rows per table."""
    refuse_unless_sample()
    began = time.monotonic()

    def told(what: str) -> None:
        say(f"{time.monotonic() - began:6.1f} s  {what}")

    if not scenario.is_seeded():
        scenario.seed()
        scenario.settle()
        told("sample scenario")
    with transaction.atomic():
        made = people.create(headcount)
        told(f"{made:,} accounts")
        year = timezone.localdate().year
        NeedCycle.objects.bulk_create([NeedCycle(year=y) for y in range(year - 4, year + 1)], ignore_conflicts=True)
        plan = Plan(max(0, needs - TrainingNeed.objects.count()), seed)
        told(f"plan of {len(plan.copies):,} records")
        rows = copying.write(plan)
        told(f"{sum(rows.values()):,} rows, {rows['workflow_logentry']:,} of them log")
        rows["notices_notice"] = fill(max(1, needs // 25_000))
        told(f"{rows['notices_notice']:,} notices")
        Bookmark.objects.update(seq=LogEntry.objects.order_by("-seq").values("seq")[:1])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for kind in kinds():
        rebuild(kind)
    told("search")
    told(f"{step_totals.add_up():,} steps added up")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    told("vacuum")
    return rows
