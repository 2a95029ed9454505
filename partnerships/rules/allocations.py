"""Who holds which role on a run of the national allocation, and the small questions that can refuse an act on it."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.roles import CENTRAL, OFFICE, PARTNER, Role
from accounts.rules import capacity, holders, people_with
from partnerships.models import PUBLIC_RUNS, AllocationRun, RunKind, RunStatus
from workflow.mandate import hands_of

OUTSIDE = (*OFFICE, Role.PROV_VER, *PARTNER)
"""Roles that read what was ratified, and nothing before."""

MAKES_A_RUN = ("create", "change", "pin", "forbid", "unpin", "start", "submit")
"""Acts that shape a result; whoever did one of them does not ratify it, nor send its proposals."""

LOCK_SPACE = 7_220_004
"""First half of the advisory lock of a run; the second is its id. Whoever works on a run holds it."""

NOT_STARTED_AFTER = dt.timedelta(hours=3)
"""Nobody took the run from the queue, longer than a broker may be away."""
LOST_AFTER = dt.timedelta(seconds=60)
"""Began, and no process holds it any more: the process died."""
HANGS_AFTER = dt.timedelta(minutes=40)
"""Still held, without a sign of life: longer than the longest calculation takes (settings: hard limit of the task)."""


# --- Who ----------------------------------------------------------------------------------------------------


def roles_on_run(user, run) -> set[str]:
    """The role a user holds on a run: the centre always, offices, provinces and partners once it is ratified."""
    role, _organisation = capacity(user)
    if role in CENTRAL:
        return {role}
    return {role} if role in OUTSIDE and run.status in PUBLIC_RUNS else set()


def runs_in_reach(user) -> Q:
    """`roles_on_run` as a query."""
    role, _organisation = capacity(user)
    if role in CENTRAL:
        return Q()
    return Q(status__in=PUBLIC_RUNS) if role in OUTSIDE else Q(pk__in=[])


def people_on_run(run, roles):
    """`roles_on_run` read backwards."""
    reads = {*CENTRAL, *(OUTSIDE if run.status in PUBLIC_RUNS else ())}
    return people_with(*(holders(role) for role in roles if role in reads))


def may_prepare(user) -> bool:
    """Who opens rounds and prepares runs."""
    return capacity(user)[0] == Role.PPSDM_VER


# --- Reasons ------------------------------------------------------------------------------------------------


def other_running(run) -> AllocationRun | None:
    """The run of the same round that is being calculated."""
    return AllocationRun.objects.filter(round=run.round_id, status=RunStatus.RUNNING).exclude(pk=run.pk).first()


def nothing_else_is_decided(run, actor) -> str:
    """A round has one plan at a time before the head of PPSDM."""
    other = (
        AllocationRun.objects.filter(round=run.round_id, kind=run.kind, status=RunStatus.SUBMITTED)
        .exclude(pk=run.pk)
        .first()
    )
    if other is None:
        return ""
    return _("%(code)s of this round already awaits ratification.") % {"code": other.code}


def no_own_decision(run, actor) -> str:
    """Pins go along into a copy of a run, whose own log does not name who made them."""
    if actor is None or not run.pins.filter(by__in=hands_of(actor), at__lt=run.created_at).exists():
        return ""
    return _("You pinned or forbade a pair of this run yourself. Another authorised person must ratify it.")


def is_remainder(run) -> bool:
    """Whether the run gives out what fell free of a ratified plan."""
    return run.kind == RunKind.REMAINDER


# --- CLOCK --------------------------------------------------------------------------------------------------


def held_runs() -> set[int]:
    """The runs some process holds now; PostgreSQL lets a dead process's lock go at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
            "WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted "
            "AND datname = current_database()",
            [LOCK_SPACE],
        )
        return {row[0] for row in cursor.fetchall()}


def is_stuck(now) -> Q:
    """Runs nobody will finish: never begun, left by a process that died, or held without a sign of life."""
    never = Q(heartbeat_at__isnull=True, started_at__lt=now - NOT_STARTED_AFTER)
    lost = Q(heartbeat_at__lt=now - LOST_AFTER) & ~Q(pk__in=held_runs())
    return never | lost | Q(heartbeat_at__lt=now - HANGS_AFTER)
