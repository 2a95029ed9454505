"""Writes on demand briefs: opening one, counting what is unmet, keeping small groups back, comparing, publishing."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships import brief_math as math
from partnerships.brief_math import Facts
from partnerships.models import (
    HOLDING,
    Audience,
    Brief,
    BriefChange,
    BriefLine,
    BriefSource,
    BriefStatus,
)
from partnerships.rules import briefs as rules
from partnerships.rules.proposals import OPEN_NEEDS
from partnerships.rules.small_groups import is_small, withheld
from partnerships.services import brief_sql as sql
from regions.models import NeedCycle, NeedStatus, Region
from regions.models.places import RegionLevel
from workflow.engine import Refused, note, perform
from workflow.models import Counter as Numbers

PIECE = 2000
PUBLISHING = 7_220_006
"""The advisory lock of whoever publishes a brief."""
GONE = {
    NeedStatus.FULFILLED: math.MET,
    NeedStatus.WITHDRAWN: math.WITHDRAWN,
    NeedStatus.MERGED: math.MERGED,
}
"""Why a need is no longer counted, by where it went; anything else is closed."""
CELL = ("theme_id", "post_id", "current_level", "target_level", "province", "urgency")
"""What makes a row of the brief."""


@transaction.atomic
def open_brief(cycle: NeedCycle | None, actor) -> Brief:
    """A new draft with everything counted; Refused where none can be begun."""
    if not rules.may_begin(actor):
        raise Refused([_("Only needs verifiers of PPSDM draft the brief.")])
    if cycle is not None:
        NeedCycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if sentence := rules.why_not(cycle):
        raise Refused([sentence])
    now = timezone.now()
    edition = Numbers.next(f"RPP-{cycle.year}")
    brief = Brief(
        code=f"RPP-{cycle.year}-{edition}",
        status=BriefStatus.DRAFT,
        cycle=cycle,
        edition=edition,
        created_by=actor,
    )
    brief.due_at = brief.state.within(brief, now)
    try:
        with transaction.atomic():
            brief.save()
    except IntegrityError:
        raise Refused([_("A brief of this cycle is being made already.")]) from None
    count(brief)
    brief.save()
    note(brief.flow, brief, actor, "create", {"people": brief.people})
    return brief


def count(brief: Brief) -> None:
    """Count anew into a locked or new brief; the caller saves it. What was counted before is thrown away."""
    brief.counted_at = timezone.now()
    brief.follows_id = rules.latest_id(brief)
    wanted = {"brief": brief.pk, "open": list(OPEN_NEEDS), "holding": list(HOLDING)}
    with connection.cursor() as cursor:
        for statement in (*sql.CLEAR, sql.FORGET, sql.GATHER, sql.ANALYZE, sql.COUNT, sql.LOOK_AT, sql.TOTALS):
            cursor.execute(statement, wanted)
        brief.requested, brief.people, brief.offices, brief.provinces = cursor.fetchone()
        brief.met = brief.requested - brief.people
        cursor.execute(sql.FORGET)
    _keep_small_groups_back(brief)
    _compare(brief)


# --- Small groups


def _keep_small_groups_back(brief: Brief) -> None:
    """Mark the lines that only the centre reads, and make the sums that others read in their place.

    Nothing else sums over one competency, post, level and urgency, so what is in no sum cannot be worked out.
    """
    islands = dict(Region.objects.filter(level=RegionLevel.PROVINCE).values_list("code", "island_group"))
    cells: dict[tuple, dict[str, BriefLine]] = defaultdict(dict)
    number = brief.lines.count()
    for line in brief.lines.filter(people__gt=0).order_by("number"):
        of = cells[line.theme_id, line.post_id, line.current_level, line.target_level, line.urgency]
        of[line.province] = line
    sums: list[BriefLine] = []
    hidden: list[tuple[BriefLine, BriefLine | None]] = []
    for lines in cells.values():
        counts = {code: (line.requested, line.met) for code, line in lines.items()}
        found = withheld(counts, islands)
        # What is in no sum of its island group may still be in one of the country.
        groups: dict[str, list[BriefLine]] = defaultdict(list)
        for code in sorted(found.provinces):
            groups["" if code in found.uncounted else islands.get(code, "")].append(lines[code])
        for island, parts in groups.items():
            asked, given = sum(p.requested for p in parts), sum(p.met for p in parts)
            total = None
            if len(parts) > 1 and not is_small(asked, given):
                total = _sum_of(brief, number + len(sums) + 1, island, parts)
                sums.append(total)
            hidden += [(part, total) for part in parts]
    BriefLine.objects.bulk_create(sums, batch_size=PIECE)
    with connection.cursor() as cursor:
        parts, totals = [part.pk for part, _total in hidden], [total and total.pk for _part, total in hidden]
        cursor.execute(sql.WITHHOLD, {"parts": parts, "totals": totals})


def _sum_of(brief: Brief, number: int, island: str, parts: list[BriefLine]) -> BriefLine:
    first = parts[0]
    return BriefLine(
        brief=brief,
        number=number,
        theme_id=first.theme_id,
        post_id=first.post_id,
        current_level=first.current_level,
        target_level=first.target_level,
        urgency=first.urgency,
        island_group=island,
        audience=Audience.OUTSIDE,
        modes=_added(part.modes for part in parts),
        languages=_added(part.languages for part in parts),
        **{
            name: sum(getattr(part, name) for part in parts)
            for name in ("requested", "met", "people", "people_once", "needs", "offices")
        },
    )


def _added(counts) -> dict[str, int]:
    found: Counter[str] = Counter()
    for one in counts:
        found.update(one)
    return dict(found)


# --- What changed


def _counted(brief: Brief | None) -> Iterator[tuple[tuple, int, Facts]]:
    """(cell, line through all revisions, facts) of a brief."""
    if brief is None:
        return
    rows = BriefSource.objects.filter(line__brief=brief).order_by()
    names = [f"line__{name}" for name in CELL]
    for *cell, root, requested, trained, seats in rows.values_list(
        *names, "root", "requested", "trained", "seats"
    ).iterator(chunk_size=PIECE):
        yield tuple(cell), root, Facts(requested, trained, seats)


def _gone(lines: set[int]) -> dict[int, tuple[str, Facts | None]]:
    """Why lines of the former edition are no longer counted; with what they say now where the need was met."""
    with connection.cursor() as cursor:
        cursor.execute(sql.GONE, {"roots": list(lines), "holding": list(HOLDING)})
        return {
            root: (
                GONE.get(status, math.CLOSED),
                Facts(requested, trained, json.loads(seats)) if status == NeedStatus.FULFILLED else None,
            )
            for root, status, requested, trained, seats in cursor.fetchall()
        }


def _compare(brief: Brief) -> None:
    """Rows that differ from the former edition, each with its reasons; and the country's reasons."""
    before, after, people_before, people_after = {}, {}, {}, {}
    for of, cells, people in ((brief.follows, before, people_before), (brief, after, people_after)):
        for cell, root, facts in _counted(of):
            cells[cell, root] = facts
            people["", root] = facts
    if brief.follows_id is None:
        brief.reasons = []
        return
    missing = {root for _cell, root in people_before.keys() - people_after.keys()}
    gone = _gone(missing)
    country = math.changes(people_before, people_after, gone).get("", {})
    told: Counter[str] = Counter()
    for (reason, _code), people in country.items():
        told[reason] += people
    brief.reasons = [[reason, told[reason]] for reason in math.REASONS if told[reason]]
    sums = _sums(before), _sums(after)
    known = _audiences(brief.follows), _audiences(brief)
    made = []
    for cell, reasons in math.changes(before, after, gone).items():
        was, now = (found.get(cell, 0) for found in sums)
        open_to_all = all(
            not people or audience.get(cell) == Audience.ALL for people, audience in ((was, known[0]), (now, known[1]))
        )
        ordered = sorted(reasons.items(), key=lambda pair: (math.REASONS.index(pair[0][0]), pair[0][1]))
        made.append(
            BriefChange(
                brief=brief,
                before=was,
                after=now,
                kind=math.kind(was, now),
                reasons=[[reason, code, people] for (reason, code), people in ordered if people],
                audience=Audience.ALL if open_to_all and was != now else Audience.CENTRE,
                **dict(zip(CELL, cell, strict=True)),
            )
        )
    made.sort(key=lambda change: (-abs(change.after - change.before), change.theme_id, change.province))
    BriefChange.objects.bulk_create(made, batch_size=PIECE)


def _sums(counted: dict) -> Counter:
    found: Counter = Counter()
    for (cell, _line), facts in counted.items():
        found[cell] += math.unmet(facts)
    return found


def _audiences(brief: Brief) -> dict[tuple, str]:
    rows = brief.lines.exclude(audience=Audience.OUTSIDE).order_by()
    return {tuple(cell): audience for *cell, audience in rows.values_list(*CELL, "audience")}


# --- Effects of the workflow, (brief, actor, answers); the engine saves the brief afterwards


def count_again(brief, actor, answers):
    """The draft says what is true now."""
    count(brief)


def publish(brief, actor, answers):
    """From here on partners read it; the edition they read until now is superseded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])
    # Editions of two cycles may be published at once: the second finds out here, not at the table's constraint.
    if sentence := rules.follows_the_latest(brief, actor):
        raise Refused([sentence])
    brief.published_at = timezone.now()
    for former in Brief.objects.filter(status=BriefStatus.PUBLISHED).exclude(pk=brief.pk):
        perform(former.flow, "supersede", record=former)


def withdraw(brief, actor, answers):
    """Its readers keep the page and read why it must no longer be used."""
    brief.withdrawn_reason = answers["reason"].strip()
