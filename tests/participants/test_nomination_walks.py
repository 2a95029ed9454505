"""Nominations along their whole road, through perform(): abroad, in the country, online; reserves and dead ends."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone, translation

from accounts.models import Membership
from accounts.roles import Role
from participants.lifecycle import NOMINATION
from participants.models import Nomination, NominationStatus, PaperKind, Path, StepState, TransferLog
from participants.rules import acts
from participants.services import evaluations, permits
from participants.services import nominations as services
from participants.services.deadlines import move_drafts
from partnerships.lifecycle import PROPOSAL
from regions.models import TrainingNeed
from tests import evaluation_factories as ev
from tests import factories
from tests import nomination_factories as make
from tests.races import outcomes
from workflow import clock
from workflow.engine import Refused, Stale, log_of, perform
from workflow.reading import waiting_for

pytestmark = pytest.mark.django_db
S = NominationStatus
LETTER = {"letter_number": "800/12/2026", "no_case": True, "stay_years": 2}
SHEET = {"relevance": 4, "competence": 4, "language": 4, "plan": 4}
CHOICE = {"place": 1, "balance": "Dua perempuan dan tiga laki-laki."}
NOTICE = {"reference": "JICA/ID/2026/14"}
FORWARD = {"letter": "B-77/2026, 3 Maret", "forms": True, "basis": "SAFEGUARDS"}
WHY = "Alasan keluarga yang mendesak."


def do(name, record, actor=None, **answers) -> Nomination:
    record = Nomination.objects.get(pk=record.pk)
    return perform(NOMINATION, name, record=record, actor=actor, answers=answers)


def refused(name, record, actor=None, **answers) -> list[str]:
    with pytest.raises(Refused) as refusal:
        do(name, record, actor, **answers)
    return refusal.value.reasons


def today() -> dt.date:
    return timezone.localdate()


@pytest.fixture
def panel(ppsdm_verifier, evaluator, mediation_reviewer, biroks_officer):
    """Four people who may sit on it."""
    return [ppsdm_verifier, evaluator, mediation_reviewer, biroks_officer]


@pytest.fixture
def second_verifier(ppsdm):
    return factories.member(Role.PPSDM_VER, ppsdm)


def to_screening(of, cast, **fields) -> Nomination:
    """K1 to K3."""
    record = make.nomination(of, who=make.person(of.line.need.office, account=cast["NOMINEE"], **fields))
    make.paper(record)
    do("submit", record, cast["DINAS_OP"], notice_read=True)
    do("endorse", record, cast["DINAS_HEAD"], **LETTER, letter_date=today())
    return do("screen", record, cast["PPSDM_VER"], papers_read=True)


def to_shortlist(of, cast, panel) -> Nomination:
    record = to_screening(of, cast)
    for member in panel[:3]:
        services.score(record, member, SHEET, related=False)
    return do("shortlist", record, cast["PPSDM_HEAD"], **CHOICE)


# --- The whole road -----------------------------------------------------------------------------------------


def test_abroad_from_the_draft_to_the_closed_case(abroad, cast, panel):
    need = abroad.line.need
    record = to_shortlist(abroad, cast, panel)
    assert (record.status, record.path) == ("SHORTLISTED", Path.ABROAD)
    record = do("forward", record, cast["BIROKS_HEAD"], **FORWARD)
    do("partner_screen", record, cast["PARTNER_OFF"])
    record = do("accept", record, cast["PARTNER_OFF"], **NOTICE, answered_on=today())
    assert (record.status, record.answer_reference) == ("ACCEPTED", "JICA/ID/2026/14")
    leaves = abroad.intake.starts - dt.timedelta(days=1)
    record = do("start_clearance", record, cast["NOMINEE"], departs_on=leaves)
    assert len(refused("clear", record, cast["NOMINEE"])) == 1
    rows = {step.pk: (StepState.DONE, today()) for step in record.clearance.all()}
    permits.save_clearance(record, rows, leaves, cast["BIROKS_OFF"], None)
    record = do("clear", record, cast["NOMINEE"])
    assert record.status == "READY"
    make.begins(abroad, -4)
    record = do("start", record, cast["PPSDM_VER"])
    make.present(record, 4, 5)
    make.begins(abroad, -100)
    record = do("complete", record, cast["PPSDM_VER"], certificate_number="SRT/2026/1", lesson_hours=40)
    assert TrainingNeed.objects.get(pk=need.pk).people_completed == 1
    make.paper(record, PaperKind.REPORT)
    plan = {"action_plan": "Melatih sepuluh mediator di kabupaten dan kota.", "sharing_on": today()}
    record = do("report", record, cast["NOMINEE"], **plan, sharing_people=10)
    assert record.status == "FOLLOW_UP"
    form = ev.opened(ev.form_of(record, "L3_HEAD"))
    evaluations.answer(form, ev.levels(form, 3), actor=cast["DINAS_HEAD"])
    record.refresh_from_db()
    assert (record.status, record.used_in_duty) == ("FOLLOW_UP", 4)
    record = do("close", record, cast["EVAL"], summary="Dipakai dalam mediasi sehari-hari sejak Mei.")
    assert record.status == "CLOSED"
    assert [entry.action for entry in log_of(record) if entry.source != entry.target] == [
        "submit",
        "endorse",
        "screen",
        "shortlist",
        "forward",
        "partner_screen",
        "accept",
        "start_clearance",
        "clear",
        "start",
        "complete",
        "report",
        "close",
    ]


def test_in_the_country_a_chosen_person_is_ready_at_once(at_home, cast, panel):
    record = to_shortlist(at_home, cast, panel)
    assert (record.status, record.path) == ("READY", Path.IN_COUNTRY)
    assert [(e.action, e.role) for e in log_of(record)][-2:] == [("shortlist", "PPSDM_HEAD"), ("call_up", "CLOCK")]
    assert TransferLog.objects.count() == 0
    make.begins(at_home, -4)
    do("start", record, cast["PPSDM_VER"])
    make.present(record, 5, 5)
    record = do("complete", record, cast["PPSDM_VER"], certificate_number="SRT/2026/2", lesson_hours=40)
    assert record.status == "COMPLETED"


def test_an_online_course_of_a_partner_is_ready_once_the_partner_accepts(aceh, jica, cast, panel):
    of = make.seats(aceh, jica, delivery_mode="ONLINE", country="IT")
    record = to_shortlist(of, cast, panel)
    do("forward", record, cast["BIROKS_HEAD"], **FORWARD)
    record = do("accept", record, cast["BIROKS_OFF"], **NOTICE, answered_on=today())
    assert (record.status, record.path) == ("READY", Path.REMOTE)
    assert record.clearance.count() == 0


# --- The office ---------------------------------------------------------------------------------------------


def test_without_papers_nothing_is_submitted(abroad, cast):
    record = make.nomination(abroad)
    with translation.override("en"):
        assert refused("submit", record, cast["DINAS_OP"], notice_read=True) == [
            "Upload first: Curriculum vitae, Proof of language level."
        ]
        make.paper(record, PaperKind.CV)
        assert refused("submit", record, cast["DINAS_OP"], notice_read=True) == [
            "Upload first: Proof of language level."
        ]
    make.paper(record, PaperKind.LANGUAGE)
    assert do("submit", record, cast["DINAS_OP"], notice_read=True).status == "SUBMITTED"


def test_in_indonesian_no_language_proof_is_asked_for(at_home, cast):
    record = make.nomination(at_home)
    make.paper(record, PaperKind.CV)
    assert do("submit", record, cast["DINAS_OP"], notice_read=True).status == "SUBMITTED"


def test_a_person_who_cannot_meet_the_conditions_stays_in_the_office(aceh, jica, cast):
    of = make.seats(aceh, jica, min_rank="AHLI_MADYA")
    record = make.nomination(of)
    make.paper(record)
    assert len(refused("submit", record, cast["DINAS_OP"], notice_read=True)) == 1


def test_the_head_never_endorses_their_own_nomination(abroad, cast):
    own = make.person(abroad.line.need.office, account=cast["DINAS_HEAD"])
    record = make.nomination(abroad, S.SUBMITTED, who=own)
    make.paper(record)
    assert len(refused("endorse", record, cast["DINAS_HEAD"], **LETTER, letter_date=today())) == 1


def test_whoever_prepared_it_does_not_endorse_it(abroad, cast, aceh):
    both = cast["DINAS_HEAD"]
    Membership.objects.create(user=both, organisation=aceh, role=Role.DINAS_OP, valid_from=dt.date(2020, 1, 1))
    record = make.nomination(abroad, S.SUBMITTED, created_by=both)
    make.paper(record)
    assert len(refused("endorse", record, both, **LETTER, letter_date=today())) == 1


@pytest.mark.parametrize(
    ("days", "abroad_too", "asked"), [(5, True, True), (9, False, False), (10, False, True), (30, False, True)]
)
def test_a_release_letter_is_asked_for_abroad_and_from_ten_days_on(aceh, jica, cast, days, abroad_too, asked):
    of = make.seats(aceh, jica, **({} if abroad_too else make.AT_HOME))
    make.begins(of, 90, length=days)
    record = make.nomination(of, S.SUBMITTED)
    make.paper(record, PaperKind.CV)
    answers = {**LETTER, "letter_date": today()}
    if asked:
        assert len(refused("endorse", record, cast["DINAS_HEAD"], **answers)) == 1
        make.paper(record, PaperKind.RELEASE)
    assert do("endorse", record, cast["DINAS_HEAD"], **answers).status == "ORG_ENDORSED"


@pytest.mark.parametrize(("back", "who"), [("SUBMITTED", "DINAS_HEAD"), ("SCREENING", "PPSDM_VER")])
def test_a_returned_nomination_goes_back_to_where_it_came_from(abroad, cast, back, who):
    record = make.nomination(abroad, back)
    make.paper(record)
    record = do("return", record, cast[who], reason="Lampirkan hasil tes terbaru.")
    assert record.status == "RETURNED"
    assert do("resubmit", record, cast["DINAS_OP"], summary="Hasil tes dilampirkan.").status == back


def test_no_one_is_put_forward_for_a_training_that_has_begun(abroad, cast):
    record = make.nomination(abroad)
    make.paper(record)
    make.begins(abroad, 0)
    assert len(refused("submit", record, cast["DINAS_OP"], notice_read=True)) == 1


# --- Seats and selection ------------------------------------------------------------------------------------


def new(of, actor, serial: int):
    profile = {
        "name": f"Peserta Contoh {serial}",
        "sex": "M",
        "birth_year": 1988,
        "post_id": factories.post("MEDHI").pk,
        "rank": "AHLI_MUDA",
        "employment_status": "PNS",
        "education": "S2",
        "english": "B2",
        "years_in_post": 4,
        "last_abroad_year": None,
        "account_id": None,
    }
    return services.nominate(
        proposal=of, profile=profile, nip=make.number(serial), relevance="Mediasi setiap hari." * 3, actor=actor
    )


def test_as_many_people_as_seats_and_reserves_are_put_forward_and_no_more(aceh, jica, cast):
    of = make.seats(aceh, jica, people=3)
    for serial in (1, 2, 3, 4, 5):  # three seats, two reserves
        new(of, cast["DINAS_OP"], serial)
    with pytest.raises(Refused):
        new(of, cast["DINAS_OP"], 6)
    assert acts.places_left(of) == 0


def test_one_person_is_put_forward_once_for_one_proposal(abroad, cast):
    first = new(abroad, cast["DINAS_OP"], 7)
    with pytest.raises(Refused):
        new(abroad, cast["DINAS_OP"], 7)
    do("withdraw", first, cast["DINAS_OP"], reason=WHY)
    assert new(abroad, cast["DINAS_OP"], 7).person_id == first.person_id


def test_three_different_people_without_a_relation_score_before_the_head_decides(abroad, cast, panel):
    record = to_screening(abroad, cast)
    services.score(record, panel[0], SHEET, related=False)
    services.score(record, panel[0], SHEET, related=False)  # twice the same person
    services.score(record, panel[1], SHEET, related=True)  # declares a relation
    services.score(record, panel[2], SHEET, related=False)
    assert Nomination.objects.get(pk=record.pk).panel_size == 2
    assert len(refused("shortlist", record, cast["PPSDM_HEAD"], **CHOICE)) == 1
    services.score(record, panel[3], {**SHEET, "plan": 1}, related=False)
    record = do("shortlist", record, cast["PPSDM_HEAD"], **CHOICE)
    assert (record.panel_size, record.panel_mean) == (3, 15)


def test_nobody_scores_their_own_nomination(abroad, cast, panel):
    record = make.nomination(abroad, S.SCREENING, who=make.person(abroad.line.need.office, account=cast["PPSDM_VER"]))
    with pytest.raises(Refused):
        services.score(record, cast["PPSDM_VER"], SHEET, related=False)


def test_the_seats_given_are_never_exceeded(aceh, jica, cast):
    of = make.seats(aceh, jica, people=1)
    make.nomination(of, S.ACCEPTED)
    record = make.nomination(of, S.SCREENING, panel_size=3)
    assert len(refused("shortlist", record, cast["PPSDM_HEAD"], **CHOICE)) == 1
    assert do("reserve", record, cast["PPSDM_HEAD"], **CHOICE).status == "RESERVE"


def test_a_recent_journey_is_set_aside_with_a_reason_or_not_at_all(abroad, cast):
    found = [{"code": "abroad_recently", "params": {"years": 2}, "certain": True, "waivable": True}]
    record = make.nomination(abroad, S.SCREENING, panel_size=3, findings=found)
    assert len(refused("shortlist", record, cast["PPSDM_HEAD"], **CHOICE)) == 1
    reason = "Satu-satunya mediator provinsi yang menguasai bahasa."
    record = do("shortlist", record, cast["PPSDM_HEAD"], **CHOICE, waiver=reason)
    assert (record.status, record.waiver_reason) == ("SHORTLISTED", reason)


def test_a_double_nomination_cannot_be_set_aside(abroad, cast):
    found = [{"code": "double", "params": {}, "certain": True, "waivable": False}]
    record = make.nomination(abroad, S.SCREENING, panel_size=3, findings=found)
    assert len(refused("shortlist", record, cast["PPSDM_HEAD"], **CHOICE, waiver="a" * 40)) == 1


# --- Reserves -----------------------------------------------------------------------------------------------


@pytest.fixture
def full(aceh, jica):
    """One seat, taken; two reserves in order."""
    of = make.seats(aceh, jica, people=1)
    holder = make.nomination(of, S.ACCEPTED)
    second = make.nomination(of, S.RESERVE, place_in_order=2)
    first = make.nomination(of, S.RESERVE, place_in_order=1)
    return holder, first, second


def test_while_the_seat_is_taken_no_reserve_moves_up(full, cast):
    _holder, first, _second = full
    assert len(refused("promote_reserve", first, cast["PPSDM_HEAD"], consent="Surel 2 Maret")) == 1


def test_a_withdrawal_wakes_the_first_reserve_who_moves_up_with_the_partners_consent(full, cast):
    holder, first, second = full
    do("withdraw", holder, cast["DINAS_HEAD"], reason=WHY)
    assert list(waiting_for(cast["PPSDM_HEAD"], NOMINATION.name)) == [first]
    assert len(refused("promote_reserve", second, cast["PPSDM_HEAD"], consent="Surel 2 Maret")) == 1
    assert len(refused("promote_reserve", first, cast["PPSDM_HEAD"])) == 1  # without consent
    record = do("promote_reserve", first, cast["PPSDM_HEAD"], consent="Surel 2 Maret")
    assert record.status == "SHORTLISTED"
    assert list(waiting_for(cast["PPSDM_HEAD"], NOMINATION.name)) == []


@pytest.mark.parametrize("how", ["replace", "not_accept"])
def test_a_replaced_or_refused_nominee_wakes_the_first_reserve(full, cast, how):
    holder, first, _second = full
    if how == "replace":
        do("replace", holder, cast["PPSDM_HEAD"], consent="Surel 2 Maret", reason=WHY)
    else:
        sent = make.nomination(make.seats(holder.office, holder.proposal.partner, people=1), S.FORWARDED)
        first = make.nomination(sent.proposal, S.RESERVE)
        do("not_accept", sent, cast["PARTNER_OFF"], **NOTICE, answered_on=today(), reason=WHY)
    assert list(waiting_for(cast["PPSDM_HEAD"], NOMINATION.name)) == [first]


def test_in_the_country_a_reserve_moves_up_without_the_partner(aceh, jica, cast):
    of = make.seats(aceh, jica, people=1, **make.AT_HOME)
    holder = make.nomination(of, S.READY)
    first = make.nomination(of, S.RESERVE)
    do("withdraw", holder, cast["DINAS_OP"], reason=WHY)
    assert do("promote_reserve", first, cast["PPSDM_HEAD"]).status == "READY"


def test_a_withdrawn_proposal_takes_its_nominees_along_by_the_clock(abroad, cast):
    going = make.nomination(abroad, S.ACCEPTED)
    there = make.nomination(abroad, S.COMPLETED)
    perform(PROPOSAL, "withdraw", record=abroad, actor=cast["DINAS_HEAD"], answers={"reason": WHY})
    clock.run()
    assert Nomination.objects.get(pk=going.pk).status == "WITHDRAWN"
    assert Nomination.objects.get(pk=there.pk).status == "COMPLETED"
    clock.run()
    assert log_of(going).filter(action="lose_seat").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_choices_for_the_last_seat_one_wins(jica, aceh, ppsdm):
    heads = [factories.member(Role.PPSDM_HEAD, ppsdm) for _number in range(2)]
    for _round in range(3):
        of = make.seats(aceh, jica, people=1)
        rivals = [make.nomination(of, S.SCREENING, panel_size=3) for _number in range(2)]
        results = outcomes(
            *(
                partial(perform, NOMINATION, "shortlist", record=rival, actor=head, answers=CHOICE)
                for rival, head in zip(rivals, heads, strict=True)
            )
        )
        held = Nomination.objects.filter(proposal=of, status=S.SHORTLISTED).count()
        assert (results, held) == (["Refused", "won"], 1)


def test_a_moved_deadline_moves_the_drafts(abroad, cast):
    draft, sent = make.nomination(abroad), make.nomination(abroad, S.SUBMITTED)
    before = sent.due_at
    program = abroad.program
    program.internal_deadline = draft.due_at - dt.timedelta(days=5)
    program.save()
    assert move_drafts(program, timezone.now()) == 1
    assert Nomination.objects.get(pk=draft.pk).due_at == program.internal_deadline
    assert Nomination.objects.get(pk=sent.pk).due_at == before


# --- The partner --------------------------------------------------------------------------------------------


def test_every_transfer_to_a_partner_is_written_down(abroad, cast):
    record = make.nomination(abroad, S.SHORTLISTED)
    do("forward", record, cast["BIROKS_HEAD"], **FORWARD)
    [transfer] = TransferLog.objects.all()
    assert (transfer.nomination_id, transfer.recipient, transfer.country, transfer.basis, transfer.made_by) == (
        record.pk,
        abroad.partner,
        "JP",
        "SAFEGUARDS",
        cast["BIROKS_HEAD"],
    )
    assert transfer.fields == [
        "name",
        "sex",
        "birth_year",
        "office",
        "post",
        "rank",
        "education",
        "english",
        "years_in_post",
    ]
    assert transfer.crosses_border


def test_a_partner_acts_on_nobody_it_was_not_told_of(abroad, cast):
    record = make.nomination(abroad, S.SHORTLISTED)
    for role in ("PARTNER_OFF", "PARTNER_HEAD"):
        with pytest.raises(Http404):
            do("accept", record, cast[role], **NOTICE, answered_on=today())


def test_the_head_of_a_partner_reads_and_does_not_record(abroad, cast):
    record = make.nomination(abroad, S.FORWARDED)
    with pytest.raises(PermissionDenied):
        do("accept", record, cast["PARTNER_HEAD"], **NOTICE, answered_on=today())


# --- Permits, attendance, afterwards ------------------------------------------------------------------------


def test_home_affairs_is_on_the_list_of_regional_offices_only(abroad, cast, ppsdm, jica):
    record = make.nomination(abroad, S.CLEARANCE)
    assert list(record.clearance.values_list("kind", flat=True)) == [
        "FORMS",
        "HOME_AFFAIRS",
        "SIMPEL",
        "SETNEG",
        "PASSPORT",
        "EXIT_PERMIT",
        "VISA",
        "INSURANCE",
    ]
    central = make.nomination(make.seats(ppsdm, jica), S.CLEARANCE)
    assert "HOME_AFFAIRS" not in central.clearance.values_list("kind", flat=True)


def test_permits_are_due_a_week_before_departure(abroad, cast):
    record = make.nomination(abroad, S.ACCEPTED)
    leaves = abroad.intake.starts - dt.timedelta(days=2)
    record = do("start_clearance", record, cast["BIROKS_OFF"], departs_on=leaves)
    assert timezone.localdate(record.due_at) == leaves - dt.timedelta(days=7)


@pytest.mark.parametrize(("present", "total", "enough"), [(8, 10, True), (7, 10, False), (79, 99, False), (4, 5, True)])
def test_eighty_percent_of_the_days_complete_a_training(abroad, cast, present, total, enough):
    make.begins(abroad, -10)
    record = make.nomination(abroad, S.ATTENDING)
    make.present(record, present, total)
    answers = {"certificate_number": "SRT/1", "lesson_hours": 40}
    if enough:
        assert do("complete", record, cast["PPSDM_VER"], **answers).status == "COMPLETED"
    else:
        assert len(refused("complete", record, cast["PPSDM_VER"], **answers)) == 1
        assert do("not_complete", record, cast["PPSDM_VER"], reason=WHY).status == "INCOMPLETE"


def test_nothing_is_completed_without_attendance_or_before_the_last_day(abroad, cast):
    make.begins(abroad, -1)
    record = make.nomination(abroad, S.ATTENDING)
    reasons = refused("complete", record, cast["PPSDM_VER"], certificate_number="SRT/1", lesson_hours=40)
    assert len(reasons) == 2


def test_a_case_is_closed_after_three_months_and_after_the_supervisor(abroad, cast):
    make.begins(abroad, -60)
    record = make.nomination(abroad, S.FOLLOW_UP, used_in_duty=4)
    assert len(refused("close", record, cast["EVAL"], summary="x" * 30)) == 1
    make.begins(abroad, -95)
    silent = make.nomination(abroad, S.FOLLOW_UP)
    assert len(refused("close", silent, cast["EVAL"], summary="x" * 30)) == 1
    assert do("close", record, cast["EVAL"], summary="x" * 30).status == "CLOSED"


def test_who_comes_second_is_told(abroad, cast):
    record = make.nomination(abroad, S.FORWARDED)
    do("accept", record, cast["BIROKS_OFF"], **NOTICE, answered_on=today())
    with pytest.raises(Stale):
        perform(
            NOMINATION,
            "not_accept",
            record=record,
            actor=cast["PARTNER_OFF"],
            answers={**NOTICE, "answered_on": today(), "reason": WHY},
        )
