"""Drafting an offer: numbering, copying last year's, filling it section by section, papers and remarks."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from programs import rules
from programs.models import (
    BASICS,
    TERMS,
    Contact,
    CostItem,
    EligibilityRule,
    Intake,
    Program,
    ProgramFile,
    ProgramStatus,
    ProgramTheme,
)
from programs.services.amendments import both_languages, changes_between
from workflow.engine import Stale, lock, note
from workflow.files import check_room, drop_later
from workflow.models import Counter

YEAR = dt.timedelta(days=364)
"""A year later on the same day of the week."""

COPIED = (*BASICS, *TERMS, "all_posts", "rolling", "partner_zone", "visibility")
"""What a copy keeps. Dates move by a year; papers stay with the offer they were written for."""


@transaction.atomic
def open_program(*, partner, scheme, actor, on_behalf: bool = False, source: Program | None = None) -> Program:
    """A new draft with its code, empty or copied from an earlier programme of the same partner."""
    code = Counter.code(f"PR-{timezone.localdate().year}")
    program = Program(
        code=code,
        slug=code.lower(),
        status=ProgramStatus.DRAFT,
        partner=partner,
        scheme=scheme,
        funding_mode=scheme.funding_mode,
        route=scheme.route,
        needs_agreement=scheme.needs_agreement,
        on_behalf=on_behalf,
        created_by=actor,
    )
    if source is not None:
        for name in COPIED:
            setattr(program, name, getattr(source, name))
        program.copied_from = source
        program.partner_deadline = _next_year(source.partner_deadline)
        program.opens_at = _next_year(source.opens_at)
    program.save()
    if source is not None:
        _copy_parts(source, program)
    note(program.flow, program, actor, "create", {"source": source.code} if source else None)
    return program


def _next_year(value):
    """The same weekday a year later, as often as it takes to lie ahead."""
    if value is None:
        return None
    while (value if isinstance(value, dt.datetime) else _noon(value)) <= timezone.now():
        value += YEAR
    return value


def _noon(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


def _copy_parts(source: Program, program: Program) -> None:
    program.posts.set(source.posts.all())
    ProgramTheme.objects.bulk_create(
        ProgramTheme(program=program, theme_id=t.theme_id, entry_level=t.entry_level, exit_level=t.exit_level)
        for t in source.themes.all()
    )
    intakes = list(source.intakes.all())
    first = min((row.first_day for row in intakes), default=None)
    move = _next_year(first) - first if first else YEAR
    Intake.objects.bulk_create(
        Intake(
            program=program,
            number=number,
            label=row.label,
            starts=row.starts + move,
            ends=row.ends + move,
            online_starts=row.online_starts and row.online_starts + move,
            online_ends=row.online_ends and row.online_ends + move,
            place=row.place,
            seats=row.seats,
            min_cohort=row.min_cohort,
        )
        for number, row in enumerate(intakes, 1)
    )
    for model, manager in (
        (EligibilityRule, source.rules),
        (CostItem, source.costs),
        (Contact, source.contacts),
    ):
        rows = list(manager.all())
        for row in rows:
            row.pk, row.program, row._state.adding = None, program, True
        model.objects.bulk_create(rows)


@transaction.atomic
def fill_section(program: Program, form, *, section: str, actor, version: int | None) -> Program:
    """Save one section's checked form into a draft; raises Stale when someone saved since the page was
    opened."""
    locked = lock(program, version=version)
    if locked.status not in rules.FILLABLE:
        raise Stale(locked)
    # What is repaired after a return stands beside the remark; before that nobody has read the offer yet.
    before = both_languages(program) if locked.return_count else None
    form.write()
    Program.objects.filter(pk=program.pk).update(version=locked.version + 1)
    program.version = locked.version + 1
    changes = changes_between(before, both_languages(program)) if before else []
    note(program.flow, program, actor, "change", {"section": section, "changes": changes})
    return program


@transaction.atomic
def attach_file(program: Program, upload, *, kind: str, actor) -> ProgramFile:
    """Store a checked upload. A new General Information or offer letter stands beside the former one until
    removed."""
    check_room(program.files, upload)
    stored = ProgramFile(program=program, kind=kind).hold(upload, actor=actor)
    stored.save()
    note(program.flow, program, actor, "attach", {"file": stored.name, "sha256": stored.sha256})
    return stored


@transaction.atomic
def remove_file(stored: ProgramFile, *, actor) -> None:
    """Take a paper off a draft; the log keeps its name and fingerprint."""
    program = stored.program
    note(program.flow, program, actor, "detach", {"file": stored.name, "sha256": stored.sha256})
    stored.delete()
    drop_later(stored.file.name)


@transaction.atomic
def tick_remarks(program: Program, ids: set[int], *, seen: set[int] = frozenset(), actor) -> None:
    """Mark remarks of the present round as dealt with, and open those again that were ticked when the page was opened
    (`seen`) and no longer are: what somebody else ticked meanwhile stays. Raises Stale when the offer has left."""
    fresh = lock(program)
    if fresh.status not in rules.FILLABLE:
        raise Stale(fresh)
    remarks = fresh.remarks.filter(round=fresh.return_count)
    changed = remarks.filter(pk__in=ids - seen, resolved_at__isnull=True).update(resolved_at=timezone.now())
    changed += remarks.filter(pk__in=seen - ids, resolved_at__isnull=False).update(resolved_at=None)
    if changed:
        note(fresh.flow, fresh, actor, "change", {"section": "remarks"})
