"""Pledging seats for a line of the valid brief: a draft programme that says what is known already, made once."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.db.models import OuterRef, Subquery, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.rules import capacity
from partnerships.models import Audience, BriefLine, Pledge
from partnerships.rules import briefs as rules
from programs.models import Intake, Program, ProgramStatus, ProgramTheme, Scheme
from programs.services import open_program
from regions.models import FunctionalPost, Theme
from workflow.engine import Refused, Stale, lock, note
from workflow.formats import num

P = ProgramStatus
AHEAD = (P.DRAFT, P.SUBMITTED, P.VERIFICATION, P.RETURNED, P.PUBLISHED, P.OPEN, P.CLOSED, P.SELECTION, P.SUSPENDED)
"""States of a programme whose seats may still go to somebody."""

CELL = ("theme_id", "post_id", "current_level", "target_level", "urgency")
"""What makes a line the same from one edition to the next, beside the place."""


def with_open_seats(rows) -> list[Pledge]:
    """These pledges as far as their seats may still go to somebody, each with `open_seats`; one query.

    Editions follow one another, and a pledge holds until its seats are taken: those are counted as met already.
    """
    taken = (
        Intake.objects.filter(program=OuterRef("program_id"))
        .order_by()
        .values("program")
        .annotate(n=Sum("seats_taken"))
        .values("n")
    )
    rows = rows.filter(program__status__in=AHEAD).select_related("line", "program", "partner", "scheme")
    found = list(rows.annotate(taken=Subquery(taken)))
    for row in found:
        row.open_seats = max(row.seats - (row.taken or 0), 0)
    return found


def homes(brief_id: int, pledges: Iterable[Pledge]) -> dict[int, int]:
    """{pledge: the line of this edition it is read with}; two queries where some were made for another edition.

    From one edition to the next a province moves into a sum or out of one. A pledge goes along, as a whole, to the line
    with most people of the provinces it was made for; one for provinces where nobody waits any more has no line.
    """
    pledges = list(pledges)
    found = {p.pk: p.line_id for p in pledges if p.line.brief_id == brief_id}
    others = [p for p in pledges if p.pk not in found]
    if not others:
        return found
    provinces: dict[int, set[str]] = defaultdict(set)
    sums = {p.line_id for p in others if p.line.audience == Audience.OUTSIDE}
    for total, province in BriefLine.objects.filter(within__in=sums).values_list("within", "province"):
        provinces[total].add(province)
    here: dict[tuple, tuple[int, int]] = {}
    rows = BriefLine.objects.filter(brief=brief_id, people__gt=0, theme__in={p.line.theme_id for p in others})
    for *cell, province, pk, total, people in (
        rows.exclude(audience=Audience.OUTSIDE).order_by().values_list(*CELL, "province", "pk", "within", "people")
    ):
        here[*cell, province] = (total or pk, people)
    for one in others:
        cell = tuple(getattr(one.line, name) for name in CELL)
        waiting: Counter[int] = Counter()
        for province in provinces[one.line_id] if one.line_id in sums else {one.line.province}:
            if known := here.get((*cell, province)):
                waiting[known[0]] += known[1]
        if waiting:
            found[one.pk] = max(waiting, key=lambda line: (waiting[line], -line))
    return found


def open_pledges(lines: Iterable[BriefLine]) -> dict[int, list[Pledge]]:
    """{line: pledges for it whose seats nobody has yet}, over all editions; the lines are of one edition."""
    lines = list(lines)
    found: dict[int, list[Pledge]] = defaultdict(list)
    if lines:
        rows = with_open_seats(Pledge.objects.filter(line__theme__in={line.theme_id for line in lines}))
        where = homes(lines[0].brief_id, rows)
        for row in rows:
            if row.pk in where:
                found[where[row.pk]].append(row)
    return found


def pledged_by_theme() -> Counter[str]:
    """{competency: seats pledged that nobody has yet}; one query."""
    found: Counter[str] = Counter()
    for row in with_open_seats(Pledge.objects.all()):
        found[row.line.theme_id] += row.open_seats
    return found


def unpledged(line: BriefLine) -> int:
    """People of a line for whom nobody has pledged a seat yet."""
    return max(line.people - sum(p.open_seats for p in open_pledges([line])[line.pk]), 0)


def over_the_rest(seats: int, left: int) -> str:
    """Why more seats than people must be confirmed; empty where they are not more."""
    if seats <= left:
        return ""
    return _(
        "%(seats)s seats are more than the %(left)s people for whom nobody has pledged yet. Lower the number, or "
        "tick that you mean it."
    ) % {"seats": num(seats), "left": num(left)}


@transaction.atomic
def pledge(
    brief,
    line: BriefLine,
    actor,
    *,
    seats: int,
    scheme: Scheme,
    month: dt.date | None = None,
    mode: str = "",
    note_text: str = "",
    confirmed: bool = False,
    client_key: str,
) -> Pledge:
    """Pledge seats and open the draft programme; the same page sent twice pledges once.

    Raises Stale where the brief is no longer the valid one, Refused with sentences.
    """
    partner = capacity(actor)[1]
    locked = lock(brief)
    if known := Pledge.objects.filter(partner=partner, client_key=client_key).first():
        return known
    if not rules.may_pledge(actor, locked):
        raise Stale(locked)
    if line.audience == Audience.CENTRE or line.brief_id != locked.pk:
        raise Refused([_("This line is not open to pledges.")])
    reasons = [sentence] if (sentence := _wrong_scheme(scheme, partner)) else []
    if seats < 1:
        reasons.append(_("Pledge at least one seat."))
    if not confirmed and (sentence := over_the_rest(seats, unpledged(line))):
        reasons.append(sentence)
    if reasons:
        raise Refused(reasons)
    program = open_program(partner=partner, scheme=scheme, actor=actor)
    _fill(program, line, seats=seats, month=month, mode=mode)
    made = Pledge.objects.create(
        line=line,
        partner=partner,
        program=program,
        scheme=scheme,
        seats=seats,
        month=month,
        mode=mode,
        note=note_text.strip(),
        made_by=actor,
        client_key=client_key,
    )
    # On the programme and not on the brief, whose history other partners read.
    note(program.flow, program, actor, "pledge", {"brief": locked.code, "line": line.number, "seats": seats})
    return made


def _wrong_scheme(scheme: Scheme, partner) -> str:
    if scheme.partner_id in (None, partner.pk):
        return ""
    return _("This scheme belongs to another partner.")


def _fill(program: Program, line: BriefLine, *, seats: int, month: dt.date | None, mode: str) -> None:
    """What the line and the pledge already say of the programme; everything can still be changed in the draft."""
    theme, post = Theme.objects.get(pk=line.theme_id), FunctionalPost.objects.get(pk=line.post_id)
    for language in ("id", "en"):
        with translation.override(language):
            title = _("%(theme)s for %(post)s") % {"theme": theme.label, "post": post.label}
        setattr(program, f"title_{language}", title[:160])
    program.delivery_mode = mode
    program.save(update_fields=["title_id", "title_en", "delivery_mode", "updated_at"])
    program.posts.set([post])
    ProgramTheme.objects.create(
        program=program, theme=theme, entry_level=line.current_level, exit_level=line.target_level
    )
    if month is not None:
        starts = first_monday(month)
        Intake.objects.create(program=program, starts=starts, ends=starts + dt.timedelta(days=4), seats=seats)


def first_monday(month: dt.date) -> dt.date:
    """Where an intake begins of which only the month is known."""
    first = month.replace(day=1)
    return first + dt.timedelta(days=-first.weekday() % 7)
