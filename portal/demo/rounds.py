"""The rounds of allocation in the sample: one ratified with a second plan to compare, one ready to be calculated."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from accounts.models import User
from partnerships.lifecycle import ALLOCATION
from partnerships.models import SOLVED, AllocationRound, AllocationRun, RunStatus
from partnerships.services.allocations import execute, new_run, open_round
from portal.demo import ON_ITS_WAY
from regions.models import NeedCycle
from workflow.engine import perform

log = logging.getLogger(__name__)

RATIFIED, COMPARED, PREPARED = "balanced", "highest_value", "strong_equity"
"""Presets of the three runs."""

WAIT_AT_MOST = 900
"""For so many seconds pages believe that the worker is at it."""

NOTE = "Hasil rancangan contoh: setiap provinsi mendapat kursi, baris terjauh dari Jawa didahulukan."


class Unfinished(Exception):
    """Another process is at one of the runs; trying again later goes on from there."""


def are_there() -> bool:
    """Whether the sample's rounds are complete: the second one waits to be tried."""
    return AllocationRun.objects.filter(round__number=2).exists()


def hold() -> None:
    """Everything below, and pages stop saying that it is on its way."""
    _hold()
    cache.delete(ON_ITS_WAY)


def _hold() -> None:
    """Two runs of one input, the fairer one ratified; then a second round whose run waits to be started.

    Each step is a transaction of its own, as in real life, and all happen now: offices find their seats today. Cut
    short, it goes on where it stood.
    """
    verifier, head = (User.objects.get(email=f"{who}.ppsdm@example.test") for who in ("verifikator", "kepala"))
    cycle = NeedCycle.objects.get(year=timezone.localdate().year + 1)
    first = AllocationRound.objects.filter(cycle=cycle).order_by("number").first() or open_round(cycle, verifier)
    for preset in (COMPARED, RATIFIED):
        calculate(first.runs.filter(preset=preset).first() or new_run(first, verifier, preset), verifier)
    chosen = first.runs.get(preset=RATIFIED)
    if chosen.status == RunStatus.RESULT:
        chosen = perform(ALLOCATION, "submit", record=chosen, actor=verifier, answers={"note": NOTE})
    if chosen.status == RunStatus.SUBMITTED:
        perform(ALLOCATION, "ratify", record=chosen, actor=head)
    if not are_there():
        second = AllocationRound.objects.filter(cycle=cycle, number=2).first() or open_round(cycle, verifier)
        new_run(second, verifier, PREPARED)


def hold_later() -> None:
    """Leave it to the worker that calculates allocations; pages say meanwhile that the round is on its way.

    Without a broker there is no worker, and nobody wants to wait for it before the portal starts: `seedround` does it.
    """
    if settings.EAGER_MODE:
        return
    from portal.tasks import hold_sample_rounds  # which calls back

    cache.set(ON_ITS_WAY, True, WAIT_AT_MOST)
    try:
        hold_sample_rounds.delay()
    except Exception as error:  # every broker has its own
        log.warning("no broker, the rounds are not calculated (manage.py seedround does it): %s", error)
        cache.delete(ON_ITS_WAY)


def calculate(run: AllocationRun, actor: User) -> None:
    """Start a run and calculate it here and now; a worker that hears of it later finds it done."""
    if run.status in {RunStatus.DRAFT, RunStatus.FAILED}:
        run = perform(ALLOCATION, "start", record=run, actor=actor)
    if run.status == RunStatus.RUNNING:
        execute(run.pk)
        if not AllocationRun.objects.filter(pk=run.pk, status__in=SOLVED).exists():
            raise Unfinished(run.code)
