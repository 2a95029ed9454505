"""The CLOCK: every silence rule of the tables once, also after days of standstill and with two clocks; reminders."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from notices import rules as notice_rules
from notices import services
from notices.models import Notice, NoticeKind, Pending
from participants.models import Nomination
from participants.models import NominationStatus as N
from partnerships.models import Agreement, AgreementStatus, Proposal, ProposalStatus
from programs.models import Program
from regions.lifecycle import NEED
from regions.models import NeedStatus, TrainingNeed
from tests import agreement_factories, factories, nomination_factories, program_factories
from tests.proposal_factories import open_need, proposal
from tests.races import at_once
from workflow import clock
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
WIB = ZoneInfo("Asia/Jakarta")
MONDAY = dt.datetime(2026, 11, 9, 9, tzinfo=WIB)


def later(**time) -> dt.datetime:
    return MONDAY + dt.timedelta(**time)


def run(at: dt.datetime) -> int:
    with time_machine.travel(at, tick=False):
        return clock.run()


# --- Silence rules ------------------------------------------------------------------------------------------


def silent_province():
    return factories.need(factories.office("1101"), status=NeedStatus.PROV_REVIEW)


def silent_office():
    return factories.need(factories.office("1101"), status=NeedStatus.RETURNED, returned_from="MIN_REVIEW")


def silent_reviewer():
    need = factories.need(factories.office("1101"), status=NeedStatus.TECH_REVIEW, technical_unit="DJ-PHI")
    TrainingNeed.objects.filter(pk=need.pk).update(ministry_due_at=later(days=14))
    return need


def everybody_trained():
    need = factories.need(factories.office("1101"), status=NeedStatus.IN_FULFILMENT)
    need.lines.update(requested_total=2, people_trained=2)
    return need


def _program(status="OPEN", **fields):
    partner = factories.organisation("JICA", "PARTNER")
    dates = {
        "opens_at": later(days=-1),
        "published_at": later(days=-1),
        "internal_deadline": later(days=8),
        "partner_deadline": later(days=15),
        "starts": dt.date(2027, 3, 1),
    }
    return program_factories.program(partner, status, **{**dates, **fields})


def proposal_past_the_partners_deadline():
    return proposal(
        open_need(factories.office("1101")), _program(partner_deadline=later(days=8)), ProposalStatus.REVIEW
    )


def registration_that_begins():
    return _program(
        "PUBLISHED", opens_at=later(days=2), internal_deadline=later(days=60), partner_deadline=later(days=90)
    )


def registration_that_ends():
    return _program()


def untouched_draft():
    of = proposal(open_need(factories.office("1101")), _program(), ProposalStatus.ACCEPTED)
    draft = nomination_factories.nomination(of)
    Nomination.objects.filter(pk=draft.pk).update(updated_at=later(days=-175))
    return draft


def nominee_without_a_seat():
    of = proposal(open_need(factories.office("1101")), _program(), ProposalStatus.ACCEPTED)
    made = nomination_factories.nomination(of, N.ORG_ENDORSED)
    Proposal.objects.filter(pk=of.pk).update(status=ProposalStatus.LAPSED, seats_allotted=0, lapse_cause="DEADLINE")
    return made


def agreement_that_takes_effect():
    return agreement_factories.agreement(AgreementStatus.SIGNED, effective_date=later(days=2).date())


def agreement_that_ends():
    return agreement_factories.agreement(AgreementStatus.ACTIVE, ends=later(days=2).date())


SILENCE = {
    "N3 the province is silent": (silent_province, "auto_forward", NeedStatus.MIN_REVIEW, 9),
    "N5 the office is silent for thirty working days": (silent_office, "expire", NeedStatus.WITHDRAWN, 60),
    "N7 the technical reviewer is silent": (silent_reviewer, "tech_silent", NeedStatus.MIN_REVIEW, 9),
    "N12 as many are trained as were asked for": (everybody_trained, "fulfil", NeedStatus.FULFILLED, 9),
    "M6 the partner's deadline passes": (proposal_past_the_partners_deadline, "lapse", ProposalStatus.LAPSED, 12),
    "P4 registration begins": (registration_that_begins, "open", "OPEN", 9),
    "P5 registration ends": (registration_that_ends, "close", "CLOSED", 12),
    "a draft is untouched for 180 days": (untouched_draft, "lapse", N.WITHDRAWN, 9),
    "a nominee's seats are gone": (nominee_without_a_seat, "lose_seat", N.WITHDRAWN, 9),
    "A9 an agreement takes effect": (agreement_that_takes_effect, "activate", AgreementStatus.ACTIVE, 9),
    "an agreement's validity ends": (agreement_that_ends, "expire", AgreementStatus.EXPIRED, 9),
}
"""What is silent, the act of the table, where it leads, and after how many days the clock wakes up again."""


def acts_on(record, action) -> list[LogEntry]:
    return list(LogEntry.objects.filter(flow=record.flow.name, record_id=record.pk, action=action))


@pytest.mark.parametrize("rule", SILENCE)
def test_a_silence_rule_acts_once_by_the_clock_after_a_standstill(rule):
    make, action, target, days = SILENCE[rule]
    with time_machine.travel(MONDAY, tick=False):
        record = make()
    waking = later(days=days)
    for _minute in range(3):
        run(waking)
    fresh = type(record).objects.get(pk=record.pk)
    [entry] = acts_on(record, action)
    assert (fresh.status, entry.role, entry.actor, entry.target) == (target, "CLOCK", None, target)
    assert entry.at == fresh.status_since == waking  # done when the clock woke; when it was due stands beside it
    if record.due_at and record.due_at < waking:
        assert entry.data["was_due"] == record.due_at.isoformat()


@pytest.mark.parametrize("rule", [name for name in SILENCE if "trained" not in name and "seats are gone" not in name])
def test_a_silence_rule_waits_for_its_moment(rule):
    make, action, _target, _days = SILENCE[rule]
    with time_machine.travel(MONDAY, tick=False):
        record = make()
    run(later(hours=1))
    assert acts_on(record, action) == [] and type(record).objects.get(pk=record.pk).status == record.status


def test_the_next_level_gets_its_full_time_from_the_moment_the_clock_woke():
    """Due on Monday 16 November, woken on Wednesday the 18th: the ministry's ten working days end on 2 December."""
    with time_machine.travel(MONDAY, tick=False):
        need = silent_province()
    run(later(days=9))
    fresh = TrainingNeed.objects.get(pk=need.pk)
    assert (fresh.due_at.astimezone(WIB).date(), fresh.without_province) == (dt.date(2026, 12, 2), True)


def test_silence_of_a_reviewer_leaves_its_flag():
    with time_machine.travel(MONDAY, tick=False):
        need = silent_reviewer()
    run(later(days=9))
    assert TrainingNeed.objects.get(pk=need.pk).without_technical_review is True


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rule", ["N3 the province is silent", "P5 registration ends", "A9 an agreement takes effect"])
def test_of_two_clocks_one_acts(rule):
    make, action, target, days = SILENCE[rule]
    with time_machine.travel(MONDAY, tick=False):
        record = make()
    with time_machine.travel(later(days=days), tick=False):
        at_once(clock.run, clock.run)
    assert type(record).objects.get(pk=record.pk).status == target
    assert len(acts_on(record, action)) == 1


def test_a_date_that_was_moved_between_the_look_and_the_act_holds():
    with time_machine.travel(MONDAY, tick=False):
        need = silent_province()
    TrainingNeed.objects.filter(pk=need.pk).update(due_at=later(days=30))
    forward = NEED.transition("auto_forward")
    with time_machine.travel(later(days=9), tick=False):
        assert clock._act(NEED, TrainingNeed, forward, need.pk, timezone.now()) is False
    assert TrainingNeed.objects.get(pk=need.pk).status == NeedStatus.PROV_REVIEW


def test_records_that_are_refused_hold_nobody_up(monkeypatch):
    """The clock takes records in pieces: two whose act is refused fill the first, the third comes after them."""
    monkeypatch.setattr(clock, "PIECE", 2)
    with time_machine.travel(MONDAY, tick=False):
        stuck = [
            agreement_factories.agreement(AgreementStatus.SIGNED, effective_date=later(days=2).date()) for _n in "ab"
        ]
        last = agreement_that_takes_effect()
    Agreement.objects.filter(pk__in=[s.pk for s in stuck]).update(version=32767 * 65536 + 65535)  # cannot grow
    run(later(days=9))
    assert Agreement.objects.get(pk=last.pk).status == AgreementStatus.ACTIVE
    assert {Agreement.objects.get(pk=s.pk).status for s in stuck} == {AgreementStatus.SIGNED}


# --- Reminders ----------------------------------------------------------------------------------------------


@pytest.fixture
def in_review(aceh_regency, aceh_verifier):
    """With the province since Monday 9 November, due on Monday the 16th at midnight: half of it passes on Thursday."""
    with time_machine.travel(MONDAY, tick=False):
        return factories.need(aceh_regency, status=NeedStatus.RETURNED, returned_from="MIN_REVIEW")


def deliver(at: dt.datetime) -> None:
    with time_machine.travel(at, tick=False):
        while services.read_on():
            pass
        services.work_off()


def marks() -> list[int]:
    return sorted(Notice.objects.filter(kind=NoticeKind.DUE).values_list("mark", flat=True))


def test_each_mark_is_told_once(in_review, aceh_operator):
    """Ten working days from 9 November end on the 23rd at 23.59: half on the 16th, 80 % on the 20th."""
    for days in (1, 6, 8, 9, 11, 13, 15, 20):
        for _minute in range(2):
            run(later(days=days))
            deliver(later(days=days))
    assert marks() == [50, 80, 100]


def test_after_a_standstill_over_three_marks_there_is_one_notice(in_review, aceh_operator):
    run(later(days=16))
    deliver(later(days=16))
    assert marks() == [100]


def test_marks_that_could_not_be_delivered_give_way_to_the_last_one(in_review, aceh_operator):
    for days in (8, 12, 16):
        run(later(days=days))
    assert list(Pending.objects.values_list("mark", flat=True)) == [100]
    deliver(later(days=16))
    assert marks() == [100]


def test_a_mark_of_a_date_that_was_moved_is_dropped_and_the_new_date_has_its_own(in_review, aceh_operator):
    run(later(days=8))
    deliver(later(days=8))
    TrainingNeed.objects.filter(pk=in_review.pk).update(due_at=later(days=40), reminded=0)
    run(later(days=21))
    TrainingNeed.objects.filter(pk=in_review.pk).update(due_at=later(days=60), reminded=0)
    deliver(later(days=21))
    assert marks() == [50]
    run(later(days=31))
    deliver(later(days=31))
    assert marks() == [50, 50]


def test_a_breach_is_put_into_the_log_once(in_review):
    for days in (8, 16, 17, 18):
        run(later(days=days))
    [entry] = acts_on(in_review, "overdue")
    assert (entry.role, entry.actor, entry.source, entry.target) == ("CLOCK", None, "RETURNED", "RETURNED")
    assert entry.data["was_due"] == in_review.due_at.isoformat()


@pytest.mark.django_db(transaction=True)
def test_two_clocks_remind_once(aceh_regency, aceh_operator):
    with time_machine.travel(MONDAY, tick=False):
        need = factories.need(aceh_regency, status=NeedStatus.RETURNED, returned_from="MIN_REVIEW")
    with time_machine.travel(later(days=16), tick=False):
        at_once(clock.run, clock.run)
        services.work_off()
    assert len(acts_on(need, "overdue")) == 1
    assert Notice.objects.filter(user=aceh_operator, kind=NoticeKind.DUE).count() == 1


# --- Escalation ---------------------------------------------------------------------------------------------

ESCALATION = """
DINAS_OP     -> DINAS_HEAD
NOMINEE      -> DINAS_OP
DINAS_HEAD   ->
PROV_VER     -> PPSDM_VER
DITJEN_REV   -> PPSDM_VER
PPSDM_VER    -> PPSDM_HEAD
PPSDM_HEAD   -> SEKJEN
BIROKS_OFF   -> BIROKS_HEAD
BIROKS_HEAD  -> SEKJEN
LEGAL        -> SEKJEN
EVAL         -> PPSDM_HEAD
PARTNER_OFF  -> PARTNER_HEAD
PARTNER_HEAD -> BIROKS_OFF
SEKJEN       ->
"""


@pytest.mark.parametrize("line", ESCALATION.strip().splitlines())
def test_a_breach_goes_to_the_next_level(line):
    role, _arrow, expected = (part.strip() for part in line.partition("->"))
    assert [str(r) for r in notice_rules.superiors_of([role])] == ([expected] if expected else [])


def test_a_superior_whose_turn_it_is_too_is_told_once():
    assert notice_rules.superiors_of(["PPSDM_VER", "PPSDM_HEAD"]) == ["SEKJEN"]


def test_an_offer_nobody_took_reaches_the_head_of_the_bureau(jica, biroks_officer, biroks_head, sekjen):
    with time_machine.travel(MONDAY, tick=False):
        offer = program_factories.program(jica, "SUBMITTED")
    run(later(days=3))
    deliver(later(days=3))
    told = set(Notice.objects.filter(record_code=offer.code).values_list("user", "mark"))
    assert told == {(biroks_officer.pk, 100), (biroks_head.pk, 100)}
    assert Program.objects.get(pk=offer.pk).status == "SUBMITTED"  # a breach is never silent approval
