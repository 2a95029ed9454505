"""The life of a need from signature to approval and beyond: what each step asks, leaves behind and refuses."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from regions.lifecycle import NEED
from regions.models import FieldComment, FilingWindow, NeedStatus, TrainingNeed
from regions.models.places import OfficeProfile
from regions.services import refresh_totals
from tests import factories
from tests.races import outcomes
from workflow import clock
from workflow.engine import Refused, Stale, perform
from workflow.models import LogEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
MONDAY = dt.datetime(2026, 3, 2, 3, 0, tzinfo=dt.UTC)
WHY = "Bukti yang dilampirkan tidak menunjukkan kebutuhan."


def refusal(act, record, actor, **answers) -> list[str]:
    with pytest.raises(Refused) as found:
        perform(NEED, act, record=record, actor=actor, answers=answers)
    return found.value.reasons


def remarks(*rows):
    return [{"line": line, "field": field, "text": text} for line, field, text in rows]


def actions(record) -> list[str]:
    return list(LogEntry.objects.filter(record_id=record.pk, flow="regions.need").values_list("action", flat=True))


# --- Signature ---------------------------------------------------------------------------------------------------


def test_head_cannot_sign_what_is_not_complete(aceh_regency, aceh_operator, aceh_head):
    need = factories.need(aceh_regency, created_by=aceh_operator, complete=False)
    assert len(refusal("submit", need, aceh_head)) == 1


@pytest.mark.parametrize("missing", ["lines", "gaps", "evidence", "cover_letter", "reason", "contact_email"])
def test_each_mandatory_thing_is_missed_by_name(missing, aceh_regency, aceh_operator, aceh_head):
    need = factories.need(aceh_regency, created_by=aceh_operator)
    match missing:
        case "lines":
            need.lines.all().delete()
        case "gaps":
            need.lines.first().gaps.all().delete()
        case "evidence":
            need.evidence.all().delete()
        case "cover_letter":
            need.cover_letter.delete()
        case name:
            TrainingNeed.objects.filter(pk=need.pk).update(**{name: ""})
    assert len(refusal("submit", TrainingNeed.objects.get(pk=need.pk), aceh_head)) == 1


def test_inspector_line_of_a_city_is_refused_with_the_way_out(aceh_operator, aceh_head, aceh_regency):
    need = factories.need(aceh_regency, created_by=aceh_operator, post_code="WASNAK", themes=(("T01", 1, 3),))
    (sentence,) = refusal("submit", need, aceh_head)
    assert "Pengawas Ketenagakerjaan" in sentence and len(sentence) > 60


def test_inspector_line_of_a_province_is_accepted(aceh, aceh_province_operator, aceh_province_head):
    need = factories.need(aceh, created_by=aceh_province_operator, post_code="WASNAK", themes=(("T01", 1, 3),))
    assert perform(NEED, "submit", record=need, actor=aceh_province_head).status == NeedStatus.MIN_REVIEW


def test_training_centre_of_the_ministry_goes_straight_to_the_ministry(db):
    centre = factories.organisation("BPVP-XYZ", "CENTRE")
    centre.region_code = "1101"
    centre.save()
    OfficeProfile.objects.create(organisation=centre, region=factories.region("1101"))
    need = factories.need(centre, created_by=factories.member(Role.DINAS_OP, centre))
    head = factories.member(Role.DINAS_HEAD, centre)
    assert perform(NEED, "submit", record=need, actor=head).status == NeedStatus.MIN_REVIEW


def test_outside_the_filing_window_the_draft_is_kept_and_the_date_is_named(need_aceh, aceh_head):
    FilingWindow.objects.update(
        opens_at=timezone.now() + dt.timedelta(days=5), closes_at=timezone.now() + dt.timedelta(days=9)
    )
    (sentence,) = refusal("submit", need_aceh, aceh_head)
    assert str((timezone.now() + dt.timedelta(days=5)).year) in sentence


def test_a_window_of_another_cycle_does_not_open_an_old_draft(need_aceh, aceh_head):
    other = factories.NeedCycle.objects.create(year=2027)
    FilingWindow.objects.update(cycle=other)
    assert len(refusal("submit", need_aceh, aceh_head)) == 1


def test_suspended_office_files_nothing(need_aceh, aceh_head):
    need_aceh.office.suspended = True
    need_aceh.office.save()
    assert len(refusal("submit", TrainingNeed.objects.get(pk=need_aceh.pk), aceh_head)) == 1


def test_who_wrote_the_need_in_another_capacity_may_not_sign_it(aceh_regency, aceh_operator):
    need = factories.need(aceh_regency, created_by=aceh_operator)
    membership = Membership.objects.create(user=aceh_operator, organisation=aceh_regency, role=Role.DINAS_HEAD)
    both = type(aceh_operator).objects.get(pk=aceh_operator.pk)
    both.act_as(membership.pk)
    assert len(refusal("submit", need, both)) == 1


def test_handing_to_the_head_changes_the_turn_not_the_state_nor_its_clock(need_aceh, aceh_operator, aceh_head):
    since = need_aceh.status_since
    with time_machine.travel(timezone.now() + dt.timedelta(days=2)):
        need = perform(NEED, "send_to_head", record=need_aceh, actor=aceh_operator)
        assert (need.status, need.waits_for(), need.status_since) == (NeedStatus.DRAFT, (Role.DINAS_HEAD,), since)
        need = perform(NEED, "take_back", record=need, actor=aceh_head, answers={"note": "Lengkapi alasan."})
    assert (need.status, need.waits_for()) == (NeedStatus.DRAFT, (Role.DINAS_OP,))


# --- Province ----------------------------------------------------------------------------------------------------


def test_province_has_five_working_days_then_the_need_goes_on_with_a_flag(need_aceh, aceh_head):
    with time_machine.travel(MONDAY) as travel:
        need = perform(NEED, "submit", record=need_aceh, actor=aceh_head)
        assert need.due_at.astimezone(dt.timezone(dt.timedelta(hours=7))).date() == dt.date(2026, 3, 9)
        travel.move_to(dt.datetime(2026, 3, 9, 16, 0, tzinfo=dt.UTC))
        clock.run()
        need.refresh_from_db()
        assert need.status == NeedStatus.PROV_REVIEW
        travel.move_to(dt.datetime(2026, 3, 9, 17, 30, tzinfo=dt.UTC))
        clock.run()
    need.refresh_from_db()
    assert (need.status, need.without_province) == (NeedStatus.MIN_REVIEW, True)
    assert actions(need)[-1] == "auto_forward"


def test_province_may_only_propose_a_rejection(aceh_regency, aceh_operator, aceh_verifier):
    need = factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.PROV_REVIEW)
    with pytest.raises(PermissionDenied):
        perform(NEED, "reject", record=need, actor=aceh_verifier, answers={"reason_code": "R04", "reason": WHY})
    done = perform(
        NEED, "propose_reject", record=need, actor=aceh_verifier, answers={"reason_code": "R04", "reason": WHY}
    )
    assert (done.status, done.rejection_proposed) == (NeedStatus.MIN_REVIEW, True)


def test_a_rejection_explains_itself(aceh, aceh_province_operator, ppsdm_head):
    need = factories.need(aceh, created_by=aceh_province_operator, status=NeedStatus.MIN_REVIEW)
    assert len(refusal("reject", need, ppsdm_head, reason_code="R04", reason="Kurang.")) == 1
    assert len(refusal("reject", need, ppsdm_head, reason_code="", reason=WHY)) == 1
    done = perform(NEED, "reject", record=need, actor=ppsdm_head, answers={"reason_code": "R04", "reason": WHY})
    assert done.status == NeedStatus.REJECTED


# --- Return and repair -------------------------------------------------------------------------------------------


@pytest.fixture
def returned(aceh_regency, aceh_operator, aceh_verifier):
    need = factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.PROV_REVIEW)
    return perform(
        NEED,
        "return",
        record=need,
        actor=aceh_verifier,
        answers={
            "comments": remarks(("1", "in_post", "Melebihi data kepegawaian."), ("", "reason", "Sebut angkanya."))
        },
    )


def test_a_return_needs_a_remark(aceh_regency, aceh_operator, aceh_verifier):
    need = factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.PROV_REVIEW)
    assert len(refusal("return", need, aceh_verifier, comments=[])) == 1


def test_remarks_are_stored_with_the_line_and_field_they_speak_of(returned):
    found = [(c.line.position if c.line else None, c.field, c.part) for c in FieldComment.objects.order_by("pk")]
    assert found == [(1, "in_post", "lines"), (None, "reason", "reason")]
    assert (returned.return_count, returned.returned_from) == (1, NeedStatus.PROV_REVIEW)


def test_each_remark_is_ticked_off_before_the_need_comes_back_where_it_was(returned, aceh_head):
    assert len(refusal("resubmit", returned, aceh_head, summary="Angka diperbaiki.")) == 1
    returned.comments.update(resolved_at=timezone.now())
    assert len(refusal("resubmit", returned, aceh_head, summary="")) == 1
    done = perform(NEED, "resubmit", record=returned, actor=aceh_head, answers={"summary": "Angka diperbaiki."})
    assert (done.status, done.change_summary, done.returned_from) == (
        NeedStatus.PROV_REVIEW,
        "Angka diperbaiki.",
        "",
    )


def test_after_three_returns_a_call_is_proposed(aceh_regency, aceh_operator, aceh_verifier):
    need = factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.PROV_REVIEW, return_count=3)
    assert len(refusal("return", need, aceh_verifier, comments=remarks(("", "", "Lagi.")))) == 1


def test_a_reviewer_returns_only_in_the_own_step(aceh_regency, aceh_operator, aceh_verifier):
    need = factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.MIN_REVIEW)
    with pytest.raises(Stale):
        perform(NEED, "return", record=need, actor=aceh_verifier, answers={"comments": remarks(("", "", "x"))})


def test_silence_for_thirty_working_days_withdraws_even_if_the_form_moved_back_and_forth(
    aceh_regency, aceh_operator, aceh_head, aceh_verifier
):
    with time_machine.travel(MONDAY) as travel:
        need = factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.PROV_REVIEW)
        need = perform(
            NEED, "return", record=need, actor=aceh_verifier, answers={"comments": remarks(("", "", "Lengkapi."))}
        )
        assert need.due_at.date() == dt.date(2026, 3, 16)
        travel.move_to(MONDAY + dt.timedelta(days=20))
        perform(NEED, "send_to_head", record=need, actor=aceh_operator)
        perform(NEED, "take_back", record=need, actor=aceh_head)
        travel.move_to(dt.datetime(2026, 4, 13, 10, tzinfo=dt.UTC))
        clock.run()
        need.refresh_from_db()
        assert need.status == NeedStatus.RETURNED
        travel.move_to(dt.datetime(2026, 4, 14, 10, tzinfo=dt.UTC))
        clock.run()
    need.refresh_from_db()
    assert need.status == NeedStatus.WITHDRAWN


# --- Ministry ----------------------------------------------------------------------------------------------------


def test_the_ministry_has_ten_working_days_in_all_technical_review_included(
    aceh, aceh_province_operator, aceh_province_head, ppsdm_verifier, mediation_reviewer
):
    with time_machine.travel(MONDAY) as travel:
        need = factories.need(aceh, created_by=aceh_province_operator)
        need = perform(NEED, "submit", record=need, actor=aceh_province_head)
        due = need.due_at
        assert due.date() == dt.date(2026, 3, 16)
        travel.move_to(MONDAY + dt.timedelta(days=1))
        need = perform(NEED, "send_tech", record=need, actor=ppsdm_verifier, answers={"unit": "DJ-PHI"})
        assert need.due_at.date() == dt.date(2026, 3, 10)
        travel.move_to(MONDAY + dt.timedelta(days=3))
        need = perform(
            NEED,
            "recommend",
            record=need,
            actor=mediation_reviewer,
            answers={"opinion": "Sesuai.", "mandate": "NATIONAL"},
        )
    assert (need.status, need.due_at, need.mandate) == (NeedStatus.MIN_REVIEW, due, "NATIONAL")


def test_the_ministrys_clock_stops_while_the_office_repairs(
    aceh, aceh_province_operator, aceh_province_head, ppsdm_verifier
):
    with time_machine.travel(MONDAY) as travel:
        need = factories.need(aceh, created_by=aceh_province_operator)
        need = perform(NEED, "submit", record=need, actor=aceh_province_head)
        travel.move_to(MONDAY + dt.timedelta(days=2))
        need = perform(
            NEED, "return", record=need, actor=ppsdm_verifier, answers={"comments": remarks(("", "reason", "Rinci."))}
        )
        assert need.ministry_days_left == 8
        need.comments.update(resolved_at=timezone.now())
        travel.move_to(MONDAY + dt.timedelta(days=14))
        need = perform(NEED, "resubmit", record=need, actor=aceh_province_head, answers={"summary": "Dirinci."})
        assert need.due_at.date() == dt.date(2026, 3, 26)


def test_a_silent_technical_unit_gives_the_need_back_with_a_flag(aceh, aceh_province_operator, ppsdm_verifier):
    factories.member(Role.DITJEN_REV, factories.organisation("DJ-PHI"))
    with time_machine.travel(MONDAY) as travel:
        need = factories.need(aceh, created_by=aceh_province_operator, status=NeedStatus.MIN_REVIEW)
        need = perform(NEED, "send_tech", record=need, actor=ppsdm_verifier, answers={"unit": "DJ-PHI"})
        travel.move_to(MONDAY + dt.timedelta(days=8))
        clock.run()
    need.refresh_from_db()
    assert (need.status, need.without_technical_review) == (NeedStatus.MIN_REVIEW, True)


def test_technical_review_goes_only_to_a_unit_that_guides_a_post_and_has_a_reviewer(
    aceh, aceh_province_operator, ppsdm_verifier, inspection_reviewer
):
    need = factories.need(aceh, created_by=aceh_province_operator, status=NeedStatus.MIN_REVIEW)
    factories.organisation("DJ-PHI")
    assert len(refusal("send_tech", need, ppsdm_verifier, unit="DJ-WASNAKER")) == 1
    assert len(refusal("send_tech", need, ppsdm_verifier, unit="DJ-PHI")) == 1


def test_only_the_unit_that_was_asked_gives_the_opinion(aceh, aceh_province_operator, mediation_reviewer):
    need = factories.need(
        aceh, created_by=aceh_province_operator, status=NeedStatus.TECH_REVIEW, technical_unit="DJ-PENTA"
    )
    assert len(refusal("recommend", need, mediation_reviewer, opinion="Ya", mandate="NONE")) == 1


def test_approval_freezes_the_score_and_gives_the_consolidated_number(aceh, aceh_province_operator, ppsdm_head):
    needs = [factories.need(aceh, created_by=aceh_province_operator, status=NeedStatus.MIN_REVIEW) for _n in range(2)]
    done = [perform(NEED, "approve", record=need, actor=ppsdm_head) for need in needs]
    assert [n.national_number for n in done] == ["KEB-2026-11-0001", "KEB-2026-11-0002"]
    score = done[0].score
    done[0].lines.update(untrained=5)
    refresh_totals(done[0])
    done[0].refresh_from_db()
    assert (done[0].score, done[0].score_frozen) == (score, True)


def test_who_asked_for_the_technical_review_does_not_approve(aceh, aceh_province_operator, ppsdm, mediation_reviewer):
    verifier = factories.member(Role.PPSDM_VER, ppsdm)
    need = factories.need(aceh, created_by=aceh_province_operator, status=NeedStatus.MIN_REVIEW)
    need = perform(NEED, "send_tech", record=need, actor=verifier, answers={"unit": "DJ-PHI"})
    need = perform(
        NEED, "recommend", record=need, actor=mediation_reviewer, answers={"opinion": "Ya", "mandate": "NONE"}
    )
    membership = Membership.objects.create(user=verifier, organisation=ppsdm, role=Role.PPSDM_HEAD)
    both = type(verifier).objects.get(pk=verifier.pk)
    both.act_as(membership.pk)
    assert len(refusal("approve", need, both)) == 1


# --- Merge, objection, withdrawal, end ---------------------------------------------------------------------------


def test_a_need_lives_on_in_the_need_it_is_merged_into(aceh, bali, aceh_province_operator, ppsdm_verifier):
    parent = factories.need(bali, status=NeedStatus.APPROVED)
    need = factories.need(aceh, created_by=aceh_province_operator, status=NeedStatus.MIN_REVIEW)
    done = perform(
        NEED, "merge", record=need, actor=ppsdm_verifier, answers={"parent": parent.code.lower(), "reason": "Sama."}
    )
    assert (done.status, done.merged_into) == (NeedStatus.MERGED, parent)


@pytest.mark.parametrize("case", ["unknown", "itself", "draft", "other theme"])
def test_a_merge_that_makes_no_sense_is_refused(case, aceh, bali, aceh_province_operator, ppsdm_verifier):
    need = factories.need(aceh, created_by=aceh_province_operator, status=NeedStatus.MIN_REVIEW)
    code = {
        "unknown": lambda: "KB-1999-0001",
        "itself": lambda: need.code,
        "draft": lambda: factories.need(bali).code,
        "other theme": lambda: (
            factories.need(bali, status=NeedStatus.APPROVED, post_code="PKERJA", themes=(("T11", 1, 2),)).code
        ),
    }[case]()
    assert len(refusal("merge", need, ppsdm_verifier, parent=code, reason="Sama.")) == 1


def test_the_office_objects_once_within_21_working_days_and_the_ministry_has_ten_new_days(
    aceh, aceh_province_operator, aceh_province_head, ppsdm_head
):
    with time_machine.travel(MONDAY) as travel:
        need = factories.need(aceh, created_by=aceh_province_operator, status=NeedStatus.MIN_REVIEW)
        need = perform(NEED, "reject", record=need, actor=ppsdm_head, answers={"reason_code": "R04", "reason": WHY})
        travel.move_to(dt.datetime(2026, 3, 31, 3, tzinfo=dt.UTC))
        need = perform(NEED, "object", record=need, actor=aceh_province_head, answers={"reason": WHY})
        assert (need.status, need.due_at.date()) == (NeedStatus.MIN_REVIEW, dt.date(2026, 4, 14))
        need = perform(NEED, "reject", record=need, actor=ppsdm_head, answers={"reason_code": "R04", "reason": WHY})
        assert len(refusal("object", need, aceh_province_head, reason=WHY)) == 1


def test_an_objection_after_21_working_days_is_too_late(aceh, aceh_province_head):
    with time_machine.travel(MONDAY) as travel:
        need = factories.need(aceh, status=NeedStatus.REJECTED)
        travel.move_to(dt.datetime(2026, 4, 1, 3, tzinfo=dt.UTC))
        assert len(refusal("object", need, aceh_province_head, reason=WHY)) == 1


def test_head_withdraws_until_approval_with_a_reason(aceh, aceh_province_operator, aceh_province_head):
    need = factories.need(aceh, created_by=aceh_province_operator, status=NeedStatus.MIN_REVIEW)
    assert len(refusal("withdraw", need, aceh_province_head)) == 1
    done = perform(NEED, "withdraw", record=need, actor=aceh_province_head, answers={"reason": "Sudah dilatih."})
    assert done.status == NeedStatus.WITHDRAWN


def test_the_clock_records_a_need_as_met_and_the_head_of_ppsdm_may_say_why_earlier(aceh, ppsdm_head):
    full = factories.need(aceh, status=NeedStatus.IN_FULFILMENT, people=2)
    half = factories.need(aceh, status=NeedStatus.IN_FULFILMENT, people=2)
    full.lines.update(people_trained=2)
    half.lines.update(people_trained=1)
    clock.run()
    full.refresh_from_db()
    half.refresh_from_db()
    assert (full.status, half.status) == (NeedStatus.FULFILLED, NeedStatus.IN_FULFILMENT)
    assert len(refusal("fulfil", half, ppsdm_head)) == 1
    done = perform(
        NEED, "fulfil", record=half, actor=ppsdm_head, answers={"note": "Satu orang pensiun, satu sudah lulus."}
    )
    assert done.status == NeedStatus.FULFILLED


# --- Revision ----------------------------------------------------------------------------------------------------


def test_a_revision_goes_straight_to_the_ministry_and_takes_the_place_of_the_approved_need(
    aceh_regency, aceh_operator, aceh_head, ppsdm_head
):
    need = factories.need(aceh_regency, created_by=aceh_operator, status=NeedStatus.APPROVED)
    perform(NEED, "revise", record=need, actor=aceh_operator)
    revision = TrainingNeed.objects.get(revises=need)
    assert (revision.code, revision.status, revision.revision) == (f"{need.code}-R2", NeedStatus.DRAFT, 2)
    assert len(refusal("revise", need, aceh_operator)) == 1
    factories.Evidence(need=revision, evidence_type="ABK").hold(factories.pdf()).save()
    factories.CoverLetter(need=revision, number="2", date=dt.date(2026, 2, 1)).hold(factories.pdf()).save()
    revision = perform(NEED, "submit", record=revision, actor=aceh_head)
    need.refresh_from_db()
    assert (revision.status, need.status) == (NeedStatus.MIN_REVIEW, NeedStatus.APPROVED)
    revision = perform(NEED, "approve", record=revision, actor=ppsdm_head)
    need.refresh_from_db()
    assert (revision.national_number, revision.status) == (f"{need.national_number}-R2", NeedStatus.APPROVED)
    assert (need.status, need.merged_into) == (NeedStatus.MERGED, revision)


def test_a_second_revision_keeps_the_root_of_code_and_number_and_the_seats(
    aceh_regency, aceh_operator, aceh_head, ppsdm_head
):
    first = factories.need(
        aceh_regency,
        created_by=aceh_operator,
        status=NeedStatus.IN_FULFILMENT,
        revision=2,
        national_number="KEB-2026-11-0009-R2",
        people_accepted=1,
    )
    TrainingNeed.objects.filter(pk=first.pk).update(code="KB-2026-0900-R2")
    first.refresh_from_db()
    perform(NEED, "revise", record=first, actor=aceh_operator)
    revision = TrainingNeed.objects.get(revises=first)
    factories.Evidence(need=revision, evidence_type="ABK").hold(factories.pdf()).save()
    factories.CoverLetter(need=revision, number="2", date=dt.date(2026, 2, 1)).hold(factories.pdf()).save()
    revision = perform(NEED, "submit", record=revision, actor=aceh_head)
    revision = perform(NEED, "approve", record=revision, actor=ppsdm_head)
    assert (revision.code, revision.national_number) == ("KB-2026-0900-R3", "KEB-2026-11-0009-R3")
    assert (revision.status, revision.people_accepted) == (NeedStatus.IN_FULFILMENT, 1)


# --- Races -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_a_simultaneous_approval_and_return_exactly_one_wins(aceh, aceh_province_operator, ppsdm):
    heads = [factories.member(Role.PPSDM_HEAD, ppsdm) for _n in range(2)]
    for _round in range(8):
        need = factories.need(aceh, status=NeedStatus.MIN_REVIEW, created_by=aceh_province_operator)
        comments = {"comments": remarks(("1", "", "Rinci."))}
        results = outcomes(
            partial(perform, NEED, "approve", record=need, actor=heads[0]),
            partial(perform, NEED, "return", record=need, actor=heads[1], answers=comments),
        )
        assert results == ["Stale", "won"]


def test_the_turn_of_the_head_begins_when_the_need_is_handed_over(need_aceh, aceh_operator):
    assert need_aceh.turn_since == need_aceh.status_since
    handed = perform(NEED, "send_to_head", record=need_aceh, actor=aceh_operator)
    assert handed.turn_since == handed.signature_requested_at > handed.status_since
