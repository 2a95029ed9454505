"""When an evaluation is due, who holds which role on it, who reads the answers, and what can refuse an act on it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import OFFICE, PARTNER, Role
from accounts.rules import capacity, holders, people_with
from participants.models import PASSED, Evaluation, Level, Nomination
from participants.models import EvaluationStatus as E
from participants.models.evaluations import ANSWERERS, PERSONAL
from participants.rules import acts
from participants.rules.access import decides_for_nominee
from regions.publishing import SMALLEST
from workflow.clock import overdue
from workflow.mandate import covers

FLOW = "participants.evaluation"
STAFF = (Role.PPSDM_VER, Role.PPSDM_HEAD, Role.EVAL)
"""Those who read single answers, because they judge and improve the training."""
CENTRE = (*STAFF, Role.AUDITOR)
SUMMARIES = (*CENTRE, Role.BIROKS_OFF, Role.BIROKS_HEAD, *OFFICE, *PARTNER)
"""Those who open the evaluation of an intake; what of it, `reads_everything` and `enough` say."""

WINDOWS = {
    Level.L1: (1, 7),
    Level.L2: (1, 30),
    Level.L3_SELF: (90, 180),
    Level.L3_HEAD: (90, 180),
    Level.L4: (180, 365),
}
"""Calendar days after the last day of the training: (opens at the beginning of, closes at the end of)."""
AT_LEAST = {Level.L1: 7, Level.L2: 14, Level.L3_SELF: 30, Level.L3_HEAD: 30, Level.L4: 30}
"""Days there are in any case, where the completion was recorded late."""
LATEST_EXTENSION = 90
FEWEST = SMALLEST
"""From so many answers on a summary is shown to those who may not read single ones."""


# --- Time ---------------------------------------------------------------------------------------------------


def window(level: str, last_day: dt.date, zone: str, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """When a form opens and closes, on the clock of those who answer."""
    place, (first, last) = ZoneInfo(zone), WINDOWS[Level(level)]
    opens = dt.datetime.combine(last_day + dt.timedelta(days=first), dt.time.min, place)
    leaves = now.astimezone(place).date() + dt.timedelta(days=AT_LEAST[Level(level)])
    day = max(last_day + dt.timedelta(days=last), leaves)
    return opens, end_of(day, zone)


def end_of(day: dt.date, zone: str) -> dt.datetime:
    """The last second of a day."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), ZoneInfo(zone))


def closing(evaluation, now):
    """For `State.within`: an open form is due when its window closes.

    Where the clock stood still and opens it late, it leaves as many days as where the completion was recorded late.
    """
    place = ZoneInfo(evaluation.time_zone)
    today = now.astimezone(place).date()
    if today > evaluation.opens_at.astimezone(place).date():
        leaves = today + dt.timedelta(days=AT_LEAST[Level(evaluation.level)])
        evaluation.closes_at = max(evaluation.closes_at, end_of(leaves, evaluation.time_zone))
    return evaluation.closes_at


def time_has_come(now) -> Q:
    """CLOCK: the window begins."""
    return Q(opens_at__lte=now)


_ANSWERS_STAND = (Q(answered_at__isnull=False) & ~Q(level=Level.L4)) | Q(result__confirmed_by__isnull=False)


def answers_stand(evaluation) -> bool:
    """Whether a form that was opened again has answers that count on; figures of an office only where confirmed."""
    if evaluation.level == Level.L4:
        return hasattr(evaluation, "result") and evaluation.result.confirmed_by_id is not None
    return evaluation.answered_at is not None


def nothing_stands(evaluation) -> bool:
    """The opposite, for `Transition.applies`."""
    return not answers_stand(evaluation)


def nobody_corrected(now) -> Q:
    """CLOCK: a form that was opened again, and whose time is up."""
    return overdue(now) & _ANSWERS_STAND


def nobody_answered(now) -> Q:
    """CLOCK: the time is up without any answer."""
    return overdue(now) & ~_ANSWERS_STAND


def completion_fell(now) -> Q:
    """CLOCK: the completion was taken back; of a line, nobody's stands."""
    passed = [s.value for s in PASSED]
    anyone = Nomination.objects.filter(proposal=OuterRef("proposal"), status__in=passed)
    about_person = Q(nomination__isnull=False) & ~Q(nomination__status__in=passed)
    return about_person | (Q(nomination__isnull=True) & ~Exists(anyone))


# --- Who ----------------------------------------------------------------------------------------------------


def roles_on_evaluation(user, evaluation) -> set[str]:
    """The role a user holds on one form in the capacity they act in now; empty: it does not exist for them."""
    role, organisation = capacity(user)
    if not role or not covers(user, FLOW):
        return set()
    if role in CENTRE:
        return {role}
    if not organisation or organisation.pk != evaluation.office.pk:
        return set()
    nomination = evaluation.nomination
    if role == Role.NOMINEE:
        own = nomination is not None and nomination.person.account_id == user.pk
        return {role} if own else set()
    if role == Role.DINAS_OP:
        helps = evaluation.level in PERSONAL and not evaluation.has_account
        return {role} if helps or evaluation.level == Level.L4 else set()
    if role == Role.DINAS_HEAD:
        return {role} if evaluation.level in (Level.L3_HEAD, Level.L4) else set()
    return set()


_HELPED = Q(level__in=PERSONAL, nomination__person__account__isnull=True)


def evaluations_in_reach(user) -> Q:
    """`roles_on_evaluation` as a query."""
    role, organisation = capacity(user)
    if not role or not covers(user, FLOW):
        return Q(pk__in=[])
    if role in CENTRE:
        return Q()
    if not organisation:
        return Q(pk__in=[])
    office = Q(proposal__line__need__office_id=organisation.pk)
    if role == Role.NOMINEE:
        return office & Q(nomination__person__account=user.pk)
    if role == Role.DINAS_OP:
        return office & (_HELPED | Q(level=Level.L4))
    if role == Role.DINAS_HEAD:
        return office & Q(level__in=[Level.L3_HEAD, Level.L4])
    return Q(pk__in=[])


def people_on_evaluation(evaluation, roles):
    """`roles_on_evaluation` read backwards."""
    conditions, office = [], evaluation.office.pk
    for role in roles:
        if role in CENTRE:
            conditions.append(holders(role))
        elif role == Role.NOMINEE and evaluation.has_account:
            conditions.append(holders(role, pk=office) & Q(user_id=evaluation.nomination.person.account_id))
        elif role == Role.DINAS_OP:
            if evaluation.level == Level.L4 or (evaluation.level in PERSONAL and not evaluation.has_account):
                conditions.append(holders(role, pk=office))
        elif role == Role.DINAS_HEAD and evaluation.level in (Level.L3_HEAD, Level.L4):
            conditions.append(holders(role, pk=office))
    return people_with(*conditions)


def evaluations_my_turn(user) -> Q:
    """Where the state alone leaves it open whose turn it is: `Evaluation.waits_for` as a query."""
    role = capacity(user)[0]
    levels = Q(level__in=[level for level, roles in ANSWERERS.items() if role in roles])
    return ~Q(status=E.OPEN) | levels  # the operator's reach leaves out who answers themselves


def is_own(user, evaluation) -> bool:
    """Whether the form is about the user."""
    return evaluation.nomination is not None and evaluation.nomination.person.account_id == user.pk


def reads_answers(user, evaluation) -> bool:
    """Single answers: the person's own and those about them, the supervisor's own, the ministry's evaluators.

    The auditor sees that there is a form and what happened to it, not what somebody thinks. An operator who entered
    answers for a person does not read them again.
    """
    role = capacity(user)[0]
    if not roles_on_evaluation(user, evaluation):
        return False
    if evaluation.level == Level.L4:
        return True
    if role == Role.NOMINEE or role in STAFF:
        return True
    return role == Role.DINAS_HEAD and evaluation.level == Level.L3_HEAD


def ratings_read_by(user) -> Q:
    """`reads_answers` as a query, for the supervisors' forms."""
    reads = capacity(user)[0] in (*STAFF, Role.DINAS_HEAD)
    return evaluations_in_reach(user) & Q(level=Level.L3_HEAD) if reads else Q(pk__in=[])


def reads_everything(user) -> bool:
    """Whether summaries show single texts and small groups, too."""
    return capacity(user)[0] in STAFF and covers(user, FLOW)


def may_open_summaries(user) -> bool:
    """Whether the role has evaluations of intakes at all."""
    return capacity(user)[0] in SUMMARIES and covers(user, FLOW)


def may_enter_tests(user) -> bool:
    """Level 2 for a whole roster on one page."""
    return capacity(user)[0] == Role.PPSDM_VER and covers(user, FLOW)


def enough(answers: int, to_come: int = 0, others: int = 0) -> bool:
    """Whether a summary points at nobody: five answers, and none to come that could be told from a second visit.

    `others`: how many of the answers a reader cannot know. An office gave or entered those of its own people, and could
    take them away from the mean: nobody may be left whom fewer than five hide.
    """
    return answers >= FEWEST and not to_come and (not others or others >= FEWEST)


# --- What is asked ------------------------------------------------------------------------------------------


def gaps_asked(proposal) -> list:
    """The gaps of the line that the programme teaches; of a tailor-made request, all of them."""
    gaps = list(proposal.line.gaps.select_related("theme").order_by("pk"))
    if proposal.program is None:
        return gaps
    taught = set(proposal.program.themes.values_list("theme", flat=True))
    return [gap for gap in gaps if gap.theme_id in taught]


# --- Checks: (record, actor) or (record, actor, answers) -> sentence ----------------------------------------


def of_level(level: str):
    """For `Transition.applies`: the act of one form."""

    def applies(evaluation) -> bool:
        return evaluation.level == level

    return applies


def completion_stands(evaluation, actor) -> str:
    """No answers about a training that was not completed after all."""
    if Evaluation.objects.filter(completion_fell(None), pk=evaluation.pk).exists():
        return _("The completion was taken back; this form is void.")
    return ""


def is_not_about_oneself(evaluation, actor) -> str:
    """Nobody rates themselves in another capacity."""
    if actor is None or evaluation.nomination is None or not decides_for_nominee(actor, evaluation.nomination):
        return ""
    return _("This form is about you. Another authorised person must fill it in.")


def answers_are_stored(evaluation, actor, answers) -> str:
    """The act follows its form: nothing is recorded as answered without answers."""
    kind = {Level.L1: "reaction", Level.L2: "learning", Level.L4: "result"}.get(Level(evaluation.level), "behaviour")
    return "" if hasattr(evaluation, kind) else _("Fill in the form first.")


def until_is_near(evaluation, actor, answers) -> str:
    """A new day that is ahead, and not for ever."""
    day, today = answers["until"], timezone.localdate(timezone=ZoneInfo(evaluation.time_zone))
    if today < day <= today + dt.timedelta(days=LATEST_EXTENSION):
        return ""
    return _("Choose a day after today and within %(days)d days.") % {"days": LATEST_EXTENSION}


def names_nobody(evaluation, actor, answers) -> str:
    """What is typed into an act stays in the log for good."""
    if evaluation.nomination is not None:
        return acts.names_nobody(evaluation.nomination, actor, answers)
    return holds_no_number(" ".join(value for value in answers.values() if isinstance(value, str)))


def holds_no_number(text: str) -> str:
    """No staff, identity or passport number in free texts."""
    if acts.NUMBER.search(text):
        return _("Remove the long number: staff, identity and passport numbers are never written into the record.")
    return ""
