"""Which programmes and papers a user may read."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404

from accounts.roles import CENTRAL, PARTNER
from accounts.rules import capacity
from programs import rules
from programs.lifecycle import PROGRAM
from programs.models import Program, ProgramFile
from programs.selectors.figures import with_figures
from workflow.reading import get_seen, seen_by

NAME = PROGRAM.name
PUBLIC_FILES = (ProgramFile.Kind.GI, ProgramFile.Kind.OTHER)
"""Kinds everyone who may read the programme may open; letters, attendance and reports stay with partner
and centre."""


def programs_seen_by(user):
    """The programmes that exist for this user in the capacity they act in; rows ready for a list."""
    return seen_by(user, NAME) if user.is_authenticated else Program.objects.none()


def catalogue_for(user):
    """What the catalogue offers a user: everyone's public programmes, and what was published for their
    office."""
    query = rules.public_programs()
    if user.is_authenticated:
        query |= rules.programs_in_reach(user) & Q(published_at__isnull=False)
    return with_figures(Program.objects.filter(query, status__in=rules.OFFERED))


def get_program(user, slug: str) -> Program:
    """One programme's page through its only door; Http404 where it does not exist for this user."""
    program = Program.objects.select_related("partner", "scheme").filter(slug=slug).first()
    if program is None:
        raise Http404
    if rules.is_public(program):
        return program
    if not user.is_authenticated:
        raise Http404
    return get_seen(user, NAME, slug=slug)


def get_managed(user, code: str) -> Program:
    """One programme for those who work on it: partner and centre. For offices and others it does not exist
    here."""
    program = get_seen(user, NAME, code=code.upper())
    if rules.roles_on_program(user, program) & set(rules.REGIONAL):
        raise Http404
    return program


def get_file(user, program: Program, pk: int) -> ProgramFile:
    """A paper of a programme the user may read; internal papers only for partner and centre."""
    stored = program.files.filter(pk=pk).first()
    if stored is None:
        raise Http404
    inside = user.is_authenticated and rules.knows_partner_deadline(user, program)
    if stored.kind not in PUBLIC_FILES and not inside:
        raise Http404
    return stored


def shown_files(user, program: Program) -> list[ProgramFile]:
    """The papers this user may open, newest first within their kind."""
    inside = user.is_authenticated and rules.knows_partner_deadline(user, program)
    return [stored for stored in program.files.all() if inside or stored.kind in PUBLIC_FILES]


def may_see_management(user) -> bool:
    """Whether the partner pages are for this user at all: partners and the centre."""
    return capacity(user)[0] in (*PARTNER, *CENTRAL)


def amendments_of(program: Program):
    """Every change after publishing, newest first."""
    return program.amendments.all()


def open_remarks(program: Program):
    """The remarks of the last return."""
    return program.remarks.filter(round=program.return_count) if program.return_count else program.remarks.none()
