"""The small questions that can refuse an act on a nomination; each returns a sentence or an empty string."""

from __future__ import annotations

import datetime as dt
import math
import re

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.models import (
    CHOSEN,
    ENOUGH_PERCENT,
    OPEN,
    PANEL,
    SEATED,
    Nomination,
    PaperKind,
    StepState,
)
from participants.models import NominationStatus as S
from participants.rules.access import decides_for_nominee, first_reserve, seats_held
from participants.rules.conditions import findings_of
from participants.rules.training_days import unmarked
from participants.sentences import show_findings
from partnerships.models import HOLDING
from workflow import formats
from workflow.calendar import end_of_working_day

REASON_LENGTH = 30
LONG_TRAINING_DAYS = 10
"""From so many days on the appointing authority releases the person, in the country too."""
MEASURED_AFTER_DAYS = 90
"""Whether a training is used shows after three months at the earliest."""
STAY_YEARS = 2
MOST_RETURNS = 3
NUMBER = re.compile(r"\d(?:[ .\-]{0,2}\d){15}")
"""Sixteen digits and more, however grouped: an identity number (NIK) has 16, a staff number (NIP) 18."""


# --- Numbers ------------------------------------------------------------------------------------------------


def reserves_allowed(seats: int) -> int:
    """Half as many reserves as seats, at least two: where one seat is free, two may drop out one after the other."""
    return max(2, math.ceil(seats / 2))


def places_left(proposal) -> int:
    """How many more people may be put forward: seats and reserves less those on the way."""
    held = Nomination.objects.filter(proposal=proposal, status__in=[*OPEN, *SEATED]).count()
    return max(proposal.seats_allotted + reserves_allowed(proposal.seats_allotted) - held, 0)


def days_of(nomination) -> int:
    """Length of the training in days; 0 while no intake says so."""
    first, last = nomination.first_day, nomination.last_day
    return (last - first).days + 1 if first and last else 0


def needs_release(nomination) -> bool:
    """Whether a release letter is asked for: abroad, or ten days and more."""
    return nomination.is_abroad or days_of(nomination) >= LONG_TRAINING_DAYS


def needs_language_proof(nomination) -> bool:
    """Whether the course is held in a foreign language without an interpreter."""
    program = nomination.program
    return bool(program and program.language not in {"", "ID"} and program.interpretation in {"", "NONE"})


def days_to_departure(nomination, today: dt.date | None = None) -> int | None:
    """Days until the person leaves; None while the date is unknown."""
    leaves = nomination.leaves_on
    return (leaves - (today or timezone.localdate())).days if leaves else None


# --- Deadlines, (record, now) -> moment ---------------------------------------------------------------------


def submit_by(nomination, now):
    """A draft is due when registration closes. After that it has no date: the only one left is the partner's, which
    offices do not know."""
    closes = nomination.program and nomination.program.internal_deadline
    return closes if closes and closes > now else None


def before_departure(nomination, now):
    """Permits are due a week before departure (the State Secretariat takes nothing later)."""
    leaves = nomination.leaves_on
    if leaves is None:
        return None
    zone = timezone.get_default_timezone()
    return dt.datetime.combine(leaves - dt.timedelta(days=7), dt.time(23, 59, 59), zone)


def reserve_due(nomination, now):
    """A reserve waits without a clock until a seat is free; then for two working days."""
    proposal = nomination.proposal
    ahead = Nomination.objects.filter(proposal=proposal, status=S.RESERVE).exclude(pk=nomination.pk)
    before = ahead.filter(place_in_order__lte=nomination.place_in_order or 0).exists()
    if before or seats_held(proposal) >= proposal.seats_allotted:
        return None
    return end_of_working_day(now, 2)


# --- Checks: (record, actor) --------------------------------------------------------------------------------


def is_not_oneself(nomination, actor) -> str:
    """Nobody decides on their own nomination, nor on that of the official they stand in for."""
    if actor is None or not decides_for_nominee(actor, nomination):
        return ""
    if nomination.person.account_id is None:
        return _("The nominee bears your name. Another official takes this step, or the office links their account.")
    return _("This is your own nomination. Another authorised person must take this step.")


def may_still_be_returned(nomination, actor) -> str:
    """After three returns a call serves better than a fourth letter."""
    if nomination.return_count < MOST_RETURNS:
        return ""
    return _("This nomination was returned three times. Call the office, then decide: endorse, choose or disqualify.")


def proposal_holds_seats(nomination, actor) -> str:
    """A nomination lives on a proposal that holds seats."""
    if nomination.proposal.status in HOLDING:
        return ""
    return _("The proposal holds no seats any more: %(state)s.") % {"state": nomination.proposal.state.label}


def training_is_ahead(nomination, actor) -> str:
    """Nobody is put forward for a training that has begun."""
    first = nomination.first_day
    if first is None or first > timezone.localdate():
        return ""
    return _("The training has already begun.")


def _kinds(nomination) -> set[str]:
    return set(nomination.papers.values_list("kind", flat=True))


def papers_are_there(nomination, actor) -> str:
    """Curriculum vitae, and proof of language where the course asks for it."""
    wanted = [PaperKind.CV, *([PaperKind.LANGUAGE] if needs_language_proof(nomination) else [])]
    missing = [str(kind.label) for kind in wanted if kind not in _kinds(nomination)]
    return _("Upload first: %(papers)s.") % {"papers": ", ".join(missing)} if missing else ""


def person_meets_conditions(nomination, actor) -> str:
    """What the office can see for itself stops the nomination here, so that it can choose somebody else in time."""
    found = findings_of(nomination, across_offices=False)
    hard = [finding.as_json() for finding in found if finding.certain and not finding.waivable]
    return " ".join(shown.sentence for shown in show_findings(hard))


def relevance_is_stated(nomination, actor) -> str:
    """Why this training serves the person's duties."""
    if len(nomination.relevance.strip()) >= REASON_LENGTH:
        return ""
    return _("Say in at least %(count)d characters why this training serves the person's duties.") % {
        "count": REASON_LENGTH
    }


def departure_fits(nomination, actor, answers) -> str:
    """People leave before the training begins, and not a month before."""
    leaves, starts = answers.get("departs_on"), nomination.proposal.intake and nomination.proposal.intake.starts
    if not leaves or not starts or starts - dt.timedelta(days=31) <= leaves <= starts:
        return ""
    return _("The day of departure is at most 31 days before %(day)s, and not after it.") % {
        "day": formats.shortday(starts)
    }


def release_letter_is_there(nomination, actor) -> str:
    """Abroad, or ten days and more: the appointing authority (BKD or regional secretary) releases the person."""
    if not needs_release(nomination) or PaperKind.RELEASE in _kinds(nomination):
        return ""
    return _("Upload the release letter of the appointing authority first.")


def panel_is_complete(nomination, actor) -> str:
    """At least three different people who declared no relation."""
    if nomination.panel_size >= PANEL:
        return ""
    return ngettext(
        "The panel needs %(wanted)d score sheets; %(count)d counts so far.",
        "The panel needs %(wanted)d score sheets; %(count)d count so far.",
        nomination.panel_size,
    ) % {"wanted": PANEL, "count": nomination.panel_size}


def a_seat_is_free(nomination, actor) -> str:
    """Nominees never hold more seats than the partner gave."""
    proposal = nomination.proposal
    if seats_held(proposal) < proposal.seats_allotted:
        return ""
    if nomination.status == S.RESERVE:
        return ngettext(
            "The %(count)d seat of this proposal is taken.",
            "All %(count)d seats of this proposal are taken.",
            proposal.seats_allotted,
        ) % {"count": proposal.seats_allotted}
    return ngettext(
        "The %(count)d seat of this proposal is taken. Place the person on the reserve list.",
        "All %(count)d seats of this proposal are taken. Place the person on the reserve list.",
        proposal.seats_allotted,
    ) % {"count": proposal.seats_allotted}


def is_first_reserve(nomination, actor) -> str:
    """Reserves move up in the panel's order."""
    first = first_reserve(nomination.proposal)
    if first is None or first.pk == nomination.pk:
        return ""
    return _("%(code)s comes first on the reserve list.") % {"code": first.code}


def permits_are_complete(nomination, actor) -> str:
    """Every line of the tick list is handed over or not needed."""
    left = nomination.clearance.filter(state=StepState.OPEN).count()
    if not left:
        return ""
    return ngettext(
        "%(count)d line of the permit list is still open.", "%(count)d lines of the permit list are still open.", left
    ) % {"count": left}


def training_has_begun(nomination, actor) -> str:
    """Nobody attends before the first day."""
    first = nomination.first_day
    if first is None or first <= timezone.localdate():
        return ""
    return _("The training has not begun yet.")


def training_has_ended(nomination, actor) -> str:
    """Nobody completes before the last day."""
    last = nomination.last_day
    if last is None or last <= timezone.localdate():
        return ""
    return _("The training has not ended yet.")


def _attendance(nomination):
    return getattr(nomination, "attendance", None)


def attendance_is_begun(nomination, actor) -> str:
    """Somebody who broke off has marks up to that day."""
    return "" if _attendance(nomination) else _("Enter the attendance first.")


def attendance_is_entered(nomination, actor) -> str:
    """Every day of the training is marked."""
    if sentence := attendance_is_begun(nomination, actor):
        return sentence
    left = unmarked(nomination)
    if not left:
        return ""
    return ngettext(
        "%(count)d day of the training is not marked yet.", "%(count)d days of the training are not marked yet.", left
    ) % {"count": left}


def attendance_is_enough(nomination, actor) -> str:
    """Present on at least 80 % of the days."""
    found = _attendance(nomination)
    if found is None or found.is_enough:
        return ""
    return _("Present on %(percent)d%% of the days; %(wanted)d%% are needed.") % {
        "percent": found.percent,
        "wanted": ENOUGH_PERCENT,
    }


def report_is_there(nomination, actor) -> str:
    """The report of the journey or training."""
    return "" if PaperKind.REPORT in _kinds(nomination) else _("Upload the report first.")


def supervisor_has_spoken(nomination, actor) -> str:
    """The head of office says how far the training is used before the case is closed."""
    return "" if nomination.used_in_duty else _("The head of office has not rated the level after the training yet.")


def three_months_have_passed(nomination, actor) -> str:
    """Level 3 is measured three to six months after the training."""
    ended = nomination.last_day or (nomination.finished_at and timezone.localdate(nomination.finished_at))
    if ended is None or (timezone.localdate() - ended).days >= MEASURED_AFTER_DAYS:
        return ""
    return _("Whether the training is used is measured %(days)d days after it at the earliest.") % {
        "days": MEASURED_AFTER_DAYS
    }


# --- Checks of answers: (record, actor, answers) ------------------------------------------------------------


def names_person(name: str, typed: str) -> bool:
    """Whether a text holds a name, with its degrees ("Siti Aminah, S.H.") or without them, however spaced."""
    words = name.partition(",")[0].split()
    found = r"\s+".join(map(re.escape, words))
    return bool(words) and re.search(rf"(?<!\w){found}(?!\w)", typed, re.IGNORECASE) is not None


def names_nobody(nomination, actor, answers) -> str:
    """What is typed is written into the log for good: no staff number in it, and not the person's name."""
    typed = " ".join(value for value in answers.values() if isinstance(value, str))
    if NUMBER.search(typed):
        return _("Remove the long number: staff, identity and passport numbers are never written into the record.")
    if names_person(nomination.person.name, typed):
        return _("Leave out the person's name: what you write here stays in the record for good.")
    return ""


def waived_or_met(nomination, actor, answers) -> str:
    """What stands in the way is met, or is of the kind the head may set aside with a reason."""
    certain = [finding for finding in nomination.findings if finding["certain"]]
    hard = [finding for finding in certain if not finding["waivable"]]
    if hard:
        return " ".join(found.sentence for found in show_findings(hard))
    if certain and len((answers.get("waiver") or "").strip()) < REASON_LENGTH:
        sentences = " ".join(found.sentence for found in show_findings(certain))
        return _("%(findings)s Set this aside with a reason of at least %(count)d characters, or disqualify.") % {
            "findings": sentences,
            "count": REASON_LENGTH,
        }
    return ""


def consent_is_named(nomination, actor, answers) -> str:
    """Where the partner selects, it agrees to every change of person."""
    if not nomination.goes_to_partner or (answers.get("consent") or "").strip():
        return ""
    return _("Name the partner's consent: letter or e-mail, number and date.")


def place_is_named(nomination, actor, answers) -> str:
    """1 for the first of the list."""
    return "" if (answers.get("place") or 0) >= 1 else _("Give a place on the list: 1 for the first.")


def stay_is_promised(nomination, actor, answers) -> str:
    """Two years by default; never less than one."""
    return "" if 1 <= (answers.get("stay_years") or 0) <= 10 else _("The promise to stay in post is 1 to 10 years.")


def day_is_not_ahead(*names: str):
    """Letters and answers are recorded when they are there."""

    def check(nomination, actor, answers) -> str:
        today = timezone.localdate()
        late = [answers[name] for name in names if answers.get(name) and answers[name] > today]
        return _("The date lies in the future. Record it when it has happened.") if late else ""

    return check


def hours_are_credited(nomination, actor, answers) -> str:
    """Lesson hours (JP) of 45 minutes."""
    return "" if 1 <= (answers.get("lesson_hours") or 0) <= 3000 else _("Give the lesson hours: 1 to 3,000.")


# --- Which acts exist for a path ----------------------------------------------------------------------------


def goes_to_partner(nomination) -> bool:
    """The partner selects."""
    return nomination.goes_to_partner


def stays_in_country(nomination) -> bool:
    """No partner steps and no permits."""
    return not nomination.goes_to_partner


def travels(nomination) -> bool:
    """Permits are needed."""
    return nomination.is_abroad


def stays_at_home(nomination) -> bool:
    """With the partner, but online."""
    return nomination.goes_to_partner and not nomination.is_abroad


def was_reversed(nomination) -> bool:
    """The completion was taken back; it can be recorded anew."""
    return nomination.reversed_at is not None


# --- CLOCK --------------------------------------------------------------------------------------------------


def seats_are_gone(now) -> Q:
    """The proposal was withdrawn or lapsed: its nominees can no longer take the seats."""
    return ~Q(proposal__status__in=[s.value for s in HOLDING])


def training_begins(now) -> Q:
    """The training has begun: whoever is still on the reserve list is free for something else."""
    today = timezone.localdate(now)
    intake = "proposal__intake__"
    return Q(**{f"{intake}starts__lte": today}) | Q(**{f"{intake}online_starts__lte": today})


def untouched_drafts(now) -> Q:
    """Drafts that nobody changed for 180 days: personal data is not kept for something that never came."""
    return Q(updated_at__lt=now - dt.timedelta(days=180))


BEFORE_IT_BEGINS = (S.DRAFT, S.SUBMITTED, S.ORG_ENDORSED, S.SCREENING, S.RETURNED, S.RESERVE, *CHOSEN)
"""States in which a person may still step back."""
