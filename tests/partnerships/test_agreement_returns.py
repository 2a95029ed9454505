"""Every refusal leaves a way back: to the plan, to the text, to the draft of an amendment, and time to do it."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from partnerships.models import AgreementStatus, Clause, Track
from tests import agreement_factories as make
from tests import factories
from workflow import clock
from workflow.calendar import working_days
from workflow.holidays import moved_date
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db

WHY = {"reason": "Isi harus diubah sesuai dengan jawaban yang diterima."}
REPAIRED = {"summary": "Lingkup dan pembiayaan diperjelas."}


@pytest.fixture
def step(client):
    """Do one thing on an agreement as one person; the agreement is read again."""

    def do(user, agreement, path, **data):
        client.force_login(user)
        response = client.post(f"/en/kemitraan/{agreement.code}/{path}/", data)
        response.text_ = response.content.decode()
        agreement.refresh_from_db()
        agreement._prefetched_objects_cache = {}
        return response

    return do


def plan(agreement, **changes):
    """What the content form sends."""
    return {**make.PLAN, "title_id": agreement.title_id, "version": agreement.version, **changes}


def test_a_plan_the_council_refused_is_changed_and_put_to_the_council_again(
    step, aceh_regency, aceh_operator, aceh_head
):
    agreement = make.agreement(AgreementStatus.DPRD_REVIEW, track=Track.KSDLL_NEW, office=aceh_regency)
    make.letter(agreement, "DPRD", "COUNCIL", result="REFUSED")
    assert "refused with its answer" in step(aceh_head, agreement, "dprd_ok").text_
    step(aceh_head, agreement, "return_council", **WHY)
    assert (agreement.status, agreement.returned_from) == ("RETURNED", "DPRD_REVIEW")
    assert step(aceh_operator, agreement, "ubah", **plan(agreement, scope="Tanpa beban APBD")).status_code == 302
    assert step(aceh_head, agreement, "resubmit_region", **REPAIRED).status_code == 409  # there is no text to read yet
    step(aceh_head, agreement, "resubmit_plan", **REPAIRED)
    assert (agreement.status, agreement.returned_from) == ("DPRD_REVIEW", "")
    # The refusal was about the former plan, but the council was asked: only its own approval helps.
    assert "No answer with its document" in step(aceh_head, agreement, "dprd_ok").text_
    exempt = {"reason": "Pasal 20 ayat (2) mengecualikan kerja sama tanpa beban APBD."}
    assert "refused with its answer" in step(aceh_head, agreement, "skip_dprd", **exempt).text_
    make.letter(agreement, "DPRD", "COUNCIL", result="APPROVED")
    step(aceh_head, agreement, "dprd_ok")
    assert agreement.status == "GOV_VERIFICATION"


def test_refused_full_powers_lead_back_to_the_text(step, biroks_officer, legal_reviewer):
    agreement = make.agreement(AgreementStatus.FULL_POWERS, full_powers_needed=True)
    make.texts(agreement)
    make.letter(agreement, "KEMLU", "FULL_POWERS", result="REFUSED")
    assert "refused with its answer" in step(biroks_officer, agreement, "powers_ok").text_
    step(biroks_officer, agreement, "return_powers", **WHY)
    assert (agreement.status, agreement.returned_from) == ("RETURNED", "FULL_POWERS")
    step(biroks_officer, agreement, "resubmit", **REPAIRED)
    assert agreement.status == "LEGAL_REVIEW"
    step(legal_reviewer, agreement, "klausul", clauses=[c.value for c in Clause], version=agreement.version)
    step(legal_reviewer, agreement, "legal_ok")
    assert agreement.status == "CLEARANCE"


def test_a_draft_that_was_cleared_early_clears_no_other_text(step, biroks_officer, legal_reviewer):
    agreement = make.agreement(AgreementStatus.DRAFTING)
    make.letter(agreement, "KEMLU", "CLEARANCE", result="APPROVED")
    step(biroks_officer, agreement, "to_legal", text_id=factories.pdf(), text_en=factories.pdf())
    step(legal_reviewer, agreement, "klausul", clauses=[c.value for c in Clause], version=agreement.version)
    step(legal_reviewer, agreement, "legal_ok")
    refused = step(biroks_officer, agreement, "clear")
    assert (refused.status_code, agreement.status) == (400, "CLEARANCE")
    assert "Answers recorded before were about an earlier plan or text." in refused.text_
    make.letter(agreement, "KEMLU", "CLEARANCE", result="APPROVED")
    step(biroks_officer, agreement, "clear")
    assert agreement.status == "READY_TO_SIGN"


def test_full_powers_that_were_asked_for_cannot_be_unticked_away(step, biroks_officer, legal_reviewer):
    agreement = make.agreement(AgreementStatus.CLEARANCE)
    make.texts(agreement)
    letter = {"step": "FULL_POWERS", "body": "KEMLU", "purpose": "Surat kuasa", "ref_no": "S-1"}
    step(biroks_officer, agreement, "surat", sent_on=timezone.localdate().isoformat(), **letter)
    assert agreement.full_powers_needed
    step(biroks_officer, agreement, "return_cleared", **WHY)
    assert step(biroks_officer, agreement, "ubah", **plan(agreement, scope="Satu angkatan")).status_code == 302
    assert (agreement.scope, agreement.full_powers_needed) == ("Satu angkatan", True)
    step(biroks_officer, agreement, "resubmit", **REPAIRED)
    step(legal_reviewer, agreement, "klausul", clauses=[c.value for c in Clause], version=agreement.version)
    step(legal_reviewer, agreement, "legal_ok")
    make.letter(agreement, "KEMLU", "CLEARANCE", result="APPROVED")
    step(biroks_officer, agreement, "clear")
    assert agreement.status == "FULL_POWERS"


def test_a_head_of_region_who_does_not_sign_sends_the_text_back(step, aceh_regency, aceh_head):
    agreement = make.agreement(AgreementStatus.READY_TO_SIGN, track=Track.KSDPL, office=aceh_regency)
    make.texts(agreement)
    type(agreement).objects.filter(pk=agreement.pk).update(return_count=3)
    step(aceh_head, agreement, "return_signing_region", **WHY)
    # The three returns are those of who examines the text: taking back one's own neither needs nor uses one.
    assert (agreement.status, agreement.returned_from, agreement.return_count) == ("RETURNED", "READY_TO_SIGN", 3)
    step(aceh_head, agreement, "resubmit_region", **REPAIRED)
    assert agreement.status == "LEGAL_REVIEW"


def test_a_plan_sent_in_again_is_not_taken_for_a_text_that_legal_has_read(
    step, client, aceh_regency, aceh_head, biroks_officer, legal_reviewer
):
    agreement = make.agreement(AgreementStatus.GOV_VERIFICATION, track=Track.KSDLL_CONT, office=aceh_regency)
    step(biroks_officer, agreement, "return_verified", **WHY)
    step(aceh_head, agreement, "resubmit_plan", **REPAIRED)
    type(agreement).objects.filter(pk=agreement.pk).update(status=AgreementStatus.DRAFTING)
    step(aceh_head, agreement, "to_legal_region", text_id=factories.pdf(), text_en=factories.pdf())
    client.force_login(legal_reviewer)
    facts = client.get(f"/en/kemitraan/{agreement.code}/legal_ok/").context["facts"]
    assert [str(row["value"]) for row in facts] == ["This is the first review."]


def test_what_was_signed_and_never_takes_effect_can_be_terminated(step, biroks_head):
    agreement = make.agreement(AgreementStatus.SIGNED, effective_date=dt.date(2199, 1, 1))
    step(biroks_head, agreement, "terminate", notice=factories.pdf(), **WHY)
    assert agreement.status == "TERMINATED"


# --- Amendments


def amended(phase, **fields):
    """An agreement whose amendment stands in a phase."""
    old = timezone.localdate() - dt.timedelta(days=90)
    fields = {"signed_on": old, "effective_date": old, "starts": old, "proposed": {"scope": "Tiga angkatan"}, **fields}
    return make.agreement(AgreementStatus.UNDER_AMENDMENT, amendment_phase=phase, **fields)


SIGNERS = {"CENTRAL": ("sekjen", "amendment_back_signing"), "KSDPL": ("aceh_head", "amendment_back_region")}


@pytest.mark.parametrize("track", SIGNERS)
def test_who_does_not_sign_an_amendment_sends_it_back_and_former_approvals_end(
    track, step, request, aceh_regency, biroks_officer
):
    name, act = SIGNERS[track]
    agreement = amended("SIGNING", track=track, office=aceh_regency if track == "KSDPL" else None)
    make.letter(agreement, "KEMENDAGRI" if track == "KSDPL" else "KEMLU", "CLEARANCE", result="APPROVED")
    make.tick_clauses(agreement)
    step(request.getfixturevalue(name), agreement, act, **WHY)
    assert (agreement.status, agreement.amendment_phase, agreement.clauses) == ("UNDER_AMENDMENT", "DRAFTING", {})
    assert agreement.returned_at > agreement.external_steps.get().recorded_at
    assert agreement.proposed == {"scope": "Tiga angkatan"}


def test_each_hand_an_amendment_goes_through_has_ten_working_days_and_is_reminded_of_them(
    step, biroks_head, biroks_officer, legal_reviewer
):
    begin = dt.datetime(2026, 6, 8, 3, tzinfo=dt.UTC)
    ten = working_days(10)
    with time_machine.travel(begin, tick=False):
        agreement = make.agreement(AgreementStatus.ACTIVE)
        step(biroks_head, agreement, "amend", notice=factories.pdf(), **WHY)
        assert agreement.due_at == ten(agreement, begin)
        step(biroks_officer, agreement, "ubah", **plan(agreement, scope="Tiga angkatan"))
    later = begin + dt.timedelta(days=9)
    with time_machine.travel(later, tick=False):
        clock.run()
        agreement.refresh_from_db()
        assert agreement.reminded == 50
        step(biroks_officer, agreement, "amendment_to_legal", text_id=factories.pdf(), text_en=factories.pdf())
        assert (agreement.due_at, agreement.reminded, agreement.time_runs_since) == (ten(agreement, later), 0, later)
        # The half of the reviewer's own time counts, and an edited holiday calendar starts from it too.
        assert moved_date(agreement, later) == agreement.due_at
    with time_machine.travel(later + dt.timedelta(days=3), tick=False):
        clock.run()
        agreement.refresh_from_db()
        assert agreement.reminded == 0
    with time_machine.travel(later + dt.timedelta(days=30), tick=False):
        clock.run()
        agreement.refresh_from_db()
        assert agreement.reminded == 100
        assert LogEntry.objects.filter(record_code=agreement.code, action="overdue").count() == 1
        make.tick_clauses(agreement)
        step(legal_reviewer, agreement, "amendment_ok")
        assert (agreement.amendment_phase, agreement.due_at) == ("SIGNING", None)
