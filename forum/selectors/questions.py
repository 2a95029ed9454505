"""Reads of questions: on a programme, one's own, those that wait; never who asked, but to the asker and the auditor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import OFFICE, PARTNER, Role
from accounts.rules import capacity, zone_of
from forum.lifecycle import QUESTION
from forum.models import Question, QuestionStatus
from forum.rules import questions as rules
from forum.wording import most_alike
from programs.models import Program
from regions.models import Region
from workflow.engine import log_of, may_see
from workflow.listing import Facet, Listing
from workflow.reading import get_seen, seen_by

NAME = QUESTION.name
SHOWN = 5
"""So many answers stand on the programme's page; the others are found by searching."""
ANSWERS = ("answer", "correct")


def get_question(user, code: str) -> Question:
    """One question through its only door; Http404 where it does not exist for this user."""
    return get_seen(user, NAME, code=code.upper())


def answered_on(program: Program):
    """The answered questions on a programme, the newest answer first: for everyone who may read the programme."""
    found = Question.objects.filter(program=program, status=QuestionStatus.ANSWERED)
    return found.select_related("answered_by", "program__partner").order_by("-answered_at", "-pk")


@dataclass(frozen=True)
class ProgramQuestions:
    """What the page of a programme shows of its questions to one reader."""

    answered: list[Question]
    total: int
    waiting: list[Question]
    """Open ones: all of them for those who answer, one's own for an office."""
    answers: bool
    """Whether the reader answers them."""
    may_ask: bool
    refusal: str
    """Why an office can no longer ask."""


def questions_on(user, program: Program) -> ProgramQuestions:
    """The questions on a programme as this reader sees them; the programme came through its own door."""
    answered = answered_on(program)
    shown = list(answered[: SHOWN + 1])
    total = len(shown) if len(shown) <= SHOWN else answered.count()
    inside = user.is_authenticated
    asks = inside and rules.may_ask(user, program)
    gives = inside and rules.answers(user, program) and may_see(program.flow, user, program)
    waiting: list[Question] = []
    if asks or gives:
        opened = Question.objects.filter(program=program, status=QuestionStatus.ASKED)
        if asks:
            opened = opened.filter(office=user.acting_organisation)
        waiting = list(opened.select_related("program").order_by("due_at", "pk"))
    refusal = rules.takes_no_questions(program, zone_of(user)) if asks else ""
    return ProgramQuestions(shown[:SHOWN], total, waiting, gives, asks, refusal)


def program_listing(request, program: Program) -> Listing:
    """All answered questions on a programme, searched by words of question and answer."""
    return Listing(
        request,
        answered_on(program),
        sorts={"answered": (_("Answered"), ("answered_at",))},
        default_sort="-answered",
        search=_all_words,
    )


def _all_words(text: str) -> Q:
    found = Q()
    for word in text.split()[:8]:
        found &= Q(text__icontains=word) | Q(answer__icontains=word)
    return found


def similar_answered(program: Program, text: str) -> list[Question]:
    """Answered questions on a programme that come close to a new one."""
    return most_alike(text, [(question.text, question) for question in answered_on(program)[:300]])


def names_of(user) -> list[str]:
    """What a person, their office and its place are called, with and without the kind of place."""
    organisation = user.acting_organisation
    names = [user.name, organisation.name_id, organisation.name_en, organisation.short_name]
    for region in Region.objects.filter(code__in={organisation.region_code, organisation.region_code[:2]} - {""}):
        for name in (region.name_id, region.name_en):
            bare = name.split(" ", 1)
            kinds = {"provinsi", "kabupaten", "kota", "province", "regency", "city"}
            names += [name, bare[1]] if len(bare) == 2 and bare[0].lower() in kinds else [name]
    return [name for name in names if name]


@dataclass(frozen=True)
class QuestionView:
    """One question with what this reader may know of it."""

    question: Question
    is_own: bool
    office: str
    """Who asked, for the asking office and the auditor; empty for everyone else."""
    may_open_program: bool
    earlier: list[dict[str, Any]] = field(default_factory=list)
    """The answers that were corrected: text and when they were given, the newest first."""


def shown_to(user, question: Question) -> QuestionView:
    """A question as this reader sees it."""
    named = question.names_actors_to(user)
    given = [] if question.corrected_at is None else list(log_of(question).filter(action__in=ANSWERS))
    earlier = [{"text": entry.data.get("answer", ""), "at": entry.at} for entry in given[-2::-1]]
    return QuestionView(
        question=question,
        is_own=rules.asks(user, question),
        office=question.office.name if named else "",
        may_open_program=may_see(question.program.flow, user, question.program),
        earlier=earlier,
    )


def _program_labels(values: list) -> dict[Any, str]:
    return {program.pk: program.title for program in Program.objects.filter(pk__in=values)}


def question_listing(request) -> Listing:
    """Questions by the reader's part in them: what waits for an answer, what one's office asked, what was answered."""
    tabs = tab_queries(request.user)
    wanted = request.GET.get("tab", "")
    tab = wanted if wanted in tabs else next(iter(tabs))
    return Listing(
        request,
        tabs[tab],
        facets=(Facet("program", _("Programme"), "program_id", _program_labels),),
        sorts={
            "due": (_("Due"), ("due_at", "pk")),
            "answered": (_("Answered"), ("answered_at", "pk")),
        },
        default_sort="due" if tab in {"open", "mine"} else "-answered",
        search=_all_words,
        tabs=tabs,
    )


def tab_queries(user) -> dict[str, Any]:
    """{tab: query}, the first one shown by itself."""
    role, organisation = capacity(user)
    seen = seen_by(user, NAME).select_related("program__partner", "answered_by")
    answered = seen.filter(status=QuestionStatus.ANSWERED)
    if role in OFFICE:
        return {"mine": seen.filter(office=organisation), "answered": answered}
    if role in (*PARTNER, Role.BIROKS_OFF):
        opened = seen.filter(status=QuestionStatus.ASKED)
        return {"open": opened, "answered": answered}
    return {"answered": answered, "all": seen}


def tab_links(listing: Listing) -> list[dict[str, Any]]:
    """The tabs of the list, with how much each holds."""
    now = listing.tab or next(iter(listing.tabs))
    return [
        {
            "label": TAB_LABELS[name],
            "url": f"?tab={name}",
            "active": name == now,
            "count": query.count(),
        }
        for name, query in listing.tabs.items()
    ]


TAB_LABELS = {
    "open": _("Waiting for an answer"),
    "mine": _("Asked by our office"),
    "answered": _("Answered"),
    "all": _("All"),
}
