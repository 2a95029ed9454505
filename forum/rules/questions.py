"""Who asks, who answers and who reads questions on a programme: one rule in three directions. What refuses an act."""

from __future__ import annotations

import re

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import OFFICE, PARTNER, READERS, Role
from accounts.rules import capacity, holders, people_with, zone_of
from forum.models import QuestionStatus
from forum.wording import plain
from programs.models import Program, ProgramStatus
from programs.rules import AHEAD, BY_LIST
from workflow import formats
from workflow.engine import may_see
from workflow.reading import seen_by

S = QuestionStatus
ANSWERERS = (*PARTNER, Role.BIROKS_OFF)
UNHEARD = (S.DRAFT, S.WITHDRAWN)
"""Only the office that asks and who reads everything know of these."""
MOST_OPEN = 5
"""So many questions of one office on one programme wait at the same time."""
OVER = (ProgramStatus.COMPLETED, ProgramStatus.EVALUATED, ProgramStatus.CANCELLED, ProgramStatus.REJECTED)
"""The states of a programme in which an answer helps nobody any more."""


# --- Who ----------------------------------------------------------------------------------------------------


def asks(user, question) -> bool:
    """Whether somebody belongs to the office that asked."""
    role, organisation = capacity(user)
    return role in OFFICE and organisation.pk == question.office_id


def answers(user, program: Program) -> bool:
    """Whether somebody answers the questions on a programme: its partner, or the Bureau of Cooperation for it."""
    role, organisation = capacity(user)
    return role == Role.BIROKS_OFF or (role in PARTNER and organisation.pk == program.partner_id)


def roles_on_question(user, question) -> set[str]:
    """The role on a question: the office that asked and those who answer; once answered, all who see the programme."""
    role, _organisation = capacity(user)
    if not role:
        return set()
    if asks(user, question) or role in READERS:
        return {role}
    if question.status in UNHEARD:
        return set()
    if answers(user, question.program):
        return {role}
    seen = question.status == S.ANSWERED and may_see(question.program.flow, user, question.program)
    return {role} if seen else set()


def questions_in_reach(user) -> Q:
    """`roles_on_question` as a query."""
    role, organisation = capacity(user)
    if not role:
        return Q(pk__in=[])
    if role in READERS:
        return Q()
    heard = ~Q(status__in=UNHEARD)
    if role == Role.BIROKS_OFF:
        return heard
    found = Q(status=S.ANSWERED, program__in=seen_by(user, "programs.program").order_by().values("pk"))
    if role in PARTNER:
        found |= heard & Q(program__partner=organisation)
    if role in OFFICE:
        found |= Q(office=organisation)
    return found


def questions_my_turn(user) -> Q:
    """Partners answer on their own programmes."""
    role, organisation = capacity(user)
    return Q(program__partner=organisation) if role in PARTNER else Q()


def people_on_question(question, roles):
    """`roles_on_question` read backwards: the users who hold one of the roles, for telling them. Of the offices only
    the one that asked: who else reads an answer learns of it through the programme."""
    conditions = []
    for role in roles:
        if role in OFFICE:
            conditions.append(holders(role, pk=question.office_id))
        elif question.status in UNHEARD:
            continue
        elif role in PARTNER:
            conditions.append(holders(role, pk=question.program.partner_id))
        elif role == Role.BIROKS_OFF:
            conditions.append(Q(role=role))
    return people_with(*conditions)


def may_ask(user, program: Program) -> bool:
    """Offices ask about programmes they may see; whether they still can is another matter (`takes_no_questions`)."""
    return capacity(user)[0] in OFFICE and may_see(program.flow, user, program)


# --- Reasons: each returns a sentence that refuses, or an empty string --------------------------------------


def takes_no_questions(program: Program, zone: str | None = None) -> str:
    """Questions are for those who still decide whether to propose: until the offices' deadline."""
    if program.status not in AHEAD:
        return _("Questions are taken while registration is open. This programme takes none any more.")
    deadline = program.internal_deadline
    if deadline and deadline <= timezone.now():
        return _("Questions were taken until the internal deadline, %(moment)s.") % {
            "moment": formats.moment(deadline, zone)
        }
    return ""


def program_takes_questions(question, actor) -> str:
    """`takes_no_questions` as the table asks it."""
    return takes_no_questions(question.program, zone_of(actor) if actor is not None else None)


def not_too_many(question, actor) -> str:
    """A long list of questions is a letter or a call; and whoever answers is not flooded by one office."""
    waiting = type(question).objects.filter(program=question.program, office=question.office, status=S.ASKED).count()
    if waiting < MOST_OPEN:
        return ""
    return _("%(count)d questions of your office on this programme wait for an answer already.") % {"count": waiting}


def program_is_over(question, actor) -> str:
    """For the CLOCK: only what nobody needs an answer to any more is closed."""
    return "" if question.program.status in OVER else _("The programme goes on.")


def unanswered_on_what_is_over(now) -> Q:
    """Open questions on programmes that are over."""
    return Q(program__status__in=OVER)


def answer_differs(question, actor, answers) -> str:
    """A correction changes something."""
    if plain(answers.get("answer") or "") == plain(question.answer):
        return _("This is the answer that stands already. Change it, or leave it as it is.")
    return ""


FEW = 5


def few_could_ask(program: Program) -> int:
    """How many offices a programme is open to where they are so few that whoever answers may guess who asks; else 0."""
    if program.visibility not in BY_LIST:
        return 0
    count = program.selected_offices.count()
    return count if count < FEW else 0


# --- What would give the asker away -------------------------------------------------------------------------

_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.]+|(?:\+62|\b0)[\d\s().-]{8,}\d"
    r"|\b(?:KB|KEB|US|NM|EV|PD|DL|UT|RP|TL)-\d{4}-[\w-]*\d",
    re.IGNORECASE,
)
"""Mail addresses, telephone numbers, and codes of records behind which one office stands."""


def tells_who_asks(text: str, names: list[str]) -> list[str]:
    """What in a question points at the office that asks: its name, its place, who writes it, a mail address, a
    telephone number, the code of a record. Everyone who may see the programme will read it."""
    words = f" {plain(text)} "
    found = [name for name in dict.fromkeys(names) if plain(name) and f" {plain(name)} " in words]
    return found + [match.group(0).strip() for match in _CONTACT.finditer(text)]
