"""A completion that does not stand is taken back as a whole: certificate, count of the need, and back again."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from participants.lifecycle import NOMINATION
from participants.models import Certificate, CertificateNumber, Nomination, NominationStatus, PaperKind
from participants.services import certificates
from regions.models import NeedLine, TrainingNeed
from tests import factories, papers
from tests import nomination_factories as make
from tests.races import outcomes
from workflow.engine import Refused, Stale, log_of, perform
from workflow.models import Seal

pytestmark = pytest.mark.django_db
S = NominationStatus
REASON = "The days in the second week were entered for somebody else."
NUMBER = {"certificate_number": "0001/SERT/2026", "lesson_hours": 80}


def do(act, record, actor, **answers):
    return perform(NOMINATION, act, record=Nomination.objects.get(pk=record.pk), actor=actor, answers=answers)


@pytest.fixture
def attended(abroad):
    make.begins(abroad, -120)
    record = make.nomination(abroad, S.ATTENDING)
    make.present(record, 5, 5)
    return record


@pytest.fixture
def completed(attended, ppsdm_verifier):
    return do("complete", attended, ppsdm_verifier, **NUMBER)


def counted(of) -> tuple[int, int]:
    """People trained, as the need and its line say."""
    need = TrainingNeed.objects.get(pk=of.line.need_id)
    return need.people_completed, NeedLine.objects.get(pk=of.line_id).people_trained


def test_a_completion_counts_once_and_taking_it_back_restores_the_count(abroad, completed, cast):
    assert counted(abroad) == (1, 1)
    record = do("reverse_completion", completed, cast["PPSDM_HEAD"], reason=REASON)
    assert (record.status, counted(abroad)) == (S.INCOMPLETE, (0, 0))
    assert record.reversed_at is not None and record.certificate_number == "0001/SERT/2026"
    entry = log_of(record).filter(action="reverse_completion").get()
    assert (entry.role, entry.comment) == ("PPSDM_HEAD", REASON)


@pytest.mark.parametrize("state", [S.COMPLETED, S.FOLLOW_UP, S.CLOSED])
def test_a_completion_is_taken_back_whatever_came_after_it(abroad, attended, cast, state):
    record = do("complete", attended, cast["PPSDM_VER"], **NUMBER)
    Nomination.objects.filter(pk=record.pk).update(status=state)
    assert do("reverse_completion", record, cast["PPSDM_HEAD"], reason=REASON).status == S.INCOMPLETE
    assert counted(abroad) == (0, 0)


@papers.needs_pango
def test_the_certificate_is_revoked_at_once_and_handed_out_no_more(client, completed, cast):
    made = certificates.certificate_for(completed, cast["PPSDM_VER"])
    do("reverse_completion", completed, cast["PPSDM_HEAD"], reason=REASON)
    page = client.get(f"/en/verify/{made.seal.code}/")
    assert (page.context["standing"].key, REASON in page.content.decode()) == ("revoked", False)
    client.force_login(cast["PPSDM_VER"])
    assert client.get(f"/en/peserta/calon/{completed.code}/sertifikat/").status_code == 404
    assert Certificate.objects.get().revoked_reason == REASON
    assert "Completion taken back" in client.get(f"/en/peserta/calon/{completed.code}/").content.decode()


@papers.needs_pango
def test_what_was_taken_back_by_mistake_is_recorded_anew_with_a_new_version(client, abroad, completed, cast):
    certificates.certificate_for(completed, cast["PPSDM_VER"])
    do("reverse_completion", completed, cast["PPSDM_HEAD"], reason=REASON)
    record = do("complete_again", completed, cast["PPSDM_VER"], **NUMBER)
    assert (record.status, record.reversed_at, counted(abroad)) == (S.COMPLETED, None, (1, 1))
    certificates.certificate_for(record, cast["PPSDM_VER"])
    keys = [client.get(f"/en/verify/{s.code}/").context["standing"].key for s in Seal.objects.order_by("version")]
    assert keys == ["replaced", "valid"]
    assert CertificateNumber.objects.count() == 1


def test_only_what_was_reversed_is_recorded_anew(abroad, cast):
    make.begins(abroad, -10)
    record = make.nomination(abroad, S.INCOMPLETE)
    make.present(record, 5, 5)
    with pytest.raises(Stale):
        do("complete_again", record, cast["PPSDM_VER"], **NUMBER)


@pytest.mark.parametrize("role", ["PPSDM_VER", "DINAS_HEAD", "NOMINEE", "BIROKS_HEAD", "EVAL", "PARTNER_HEAD"])
def test_only_the_head_of_ppsdm_takes_it_back(completed, cast, role):
    if role == "NOMINEE":
        completed.person.account = cast["NOMINEE"]
        completed.person.save()
    with pytest.raises(PermissionDenied):
        do("reverse_completion", completed, cast[role], reason=REASON)


def test_whoever_completed_does_not_take_it_back(attended, cast, ppsdm):
    both = factories.member(Role.PPSDM_VER, ppsdm)
    do("complete", attended, both, **NUMBER)
    Membership.objects.filter(user=both).update(role=Role.PPSDM_HEAD)
    with pytest.raises(Refused) as refusal:
        do("reverse_completion", attended, User.objects.get(pk=both.pk), reason=REASON)
    assert len(refusal.value.reasons) == 1


@pytest.mark.parametrize("reason", ["short", f"The person Peserta Contoh did not come at all. {'9' * 18}"])
def test_the_reason_is_long_enough_and_names_nobody(completed, cast, reason):
    with pytest.raises(Refused):
        do("reverse_completion", completed, cast["PPSDM_HEAD"], reason=reason)


def test_a_number_of_somebody_else_is_refused_and_the_next_free_one_named(abroad, completed, cast):
    other = make.nomination(abroad, S.ATTENDING)
    make.present(other, 5, 5)
    with pytest.raises(Refused) as refusal:
        do("complete", other, cast["PPSDM_VER"], certificate_number=" 0001/sert/2026 ", lesson_hours=80)
    year = timezone.localdate().year
    assert f"/SERT/{year}" in str(refusal.value)
    assert (Nomination.objects.get(pk=other.pk).status, counted(abroad)) == (S.ATTENDING, (1, 1))


# --- At the same moment -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_completions_at_once_one_wins_and_the_need_counts_one(abroad, cast, ppsdm):
    make.begins(abroad, -10)
    record, second = make.nomination(abroad, S.ATTENDING), factories.member(Role.PPSDM_VER, ppsdm)
    make.present(record, 5, 5)
    found = outcomes(
        lambda: do("complete", record, cast["PPSDM_VER"], **NUMBER),
        lambda: do("complete", record, second, certificate_number="0002/SERT/2026", lesson_hours=80),
    )
    assert (found, counted(abroad), CertificateNumber.objects.count()) == (["Stale", "won"], (1, 1), 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_people_with_one_number_one_gets_it(abroad, cast, ppsdm):
    make.begins(abroad, -10)
    records = [make.nomination(abroad, S.ATTENDING) for _n in range(2)]
    for record in records:
        make.present(record, 5, 5)
    second = factories.member(Role.PPSDM_VER, ppsdm)
    found = outcomes(
        lambda: do("complete", records[0], cast["PPSDM_VER"], **NUMBER),
        lambda: do("complete", records[1], second, **NUMBER),
    )
    assert (found, counted(abroad)) == (["Refused", "won"], (1, 1))


@pytest.mark.django_db(transaction=True)
def test_of_a_reversal_and_a_report_at_once_exactly_one_stands(abroad, cast):
    make.begins(abroad, -120)
    record = make.nomination(abroad, S.ATTENDING)
    make.present(record, 5, 5)
    do("complete", record, cast["PPSDM_VER"], **NUMBER)
    make.paper(record, PaperKind.REPORT)
    plan = {"action_plan": "Melatih sepuluh mediator di kabupaten.", "sharing_on": timezone.localdate()}
    seen = Nomination.objects.get(pk=record.pk).version
    found = outcomes(
        lambda: perform(
            NOMINATION, "reverse_completion", record=record, actor=cast["PPSDM_HEAD"], answers={"reason": REASON},
            version=seen,
        ),
        lambda: perform(NOMINATION, "report", record=record, actor=cast["DINAS_OP"], answers=plan, version=seen),
    )  # fmt: skip
    assert found == ["Stale", "won"]
    done = Nomination.objects.get(pk=record.pk)
    assert (done.status, counted(abroad)) in [(S.INCOMPLETE, (0, 0)), (S.FOLLOW_UP, (1, 1))]
