"""The reserve list: who moves up, in whose place, with whose consent, until the training begins."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.roles import Role
from notices.models import Notice
from notices.tasks import deliver_pending
from participants.lifecycle import NOMINATION
from participants.models import Nomination, NominationStatus
from tests import factories
from tests import nomination_factories as make
from tests.races import outcomes
from workflow import clock
from workflow.engine import Refused, log_of, perform
from workflow.reading import waiting_for

pytestmark = pytest.mark.django_db
S = NominationStatus
WHY = "Dipindahkan ke jabatan lain bulan ini."
CONSENT = "JICA/ID/2026/31, 4 Februari"


def do(act, record, actor, **answers):
    return perform(NOMINATION, act, record=Nomination.objects.get(pk=record.pk), actor=actor, answers=answers)


def turn(of) -> list[str]:
    """Codes of the reserves whose clock runs."""
    found = Nomination.objects.filter(proposal=of, status=S.RESERVE, due_at__isnull=False)
    return list(found.order_by("place_in_order").values_list("code", flat=True))


@pytest.fixture
def two(aceh, jica):
    """Two seats, both taken, and three reserves."""
    of = make.seats(aceh, jica, people=2)
    seated = [make.nomination(of, S.ACCEPTED), make.nomination(of, S.CLEARANCE)]
    reserves = [make.nomination(of, S.RESERVE, place_in_order=n) for n in (1, 2, 3)]
    return of, seated, reserves


def test_story_b_a_nominee_withdraws_and_the_first_reserve_takes_the_seat(two, cast):
    of, (leaver, _stays), (first, second, _third) = two
    assert turn(of) == []
    leaver = do("withdraw", leaver, cast["DINAS_OP"], reason=WHY)
    assert (leaver.status, leaver.left_seat_at is not None, turn(of)) == (S.WITHDRAWN, True, [first.code])
    assert first in waiting_for(cast["PPSDM_HEAD"], NOMINATION.name)
    with pytest.raises(Refused):
        do("promote_reserve", second, cast["PPSDM_HEAD"], consent=CONSENT)
    first = do("promote_reserve", first, cast["PPSDM_HEAD"], consent=CONSENT)
    assert (first.status, first.takes_place_of_id, turn(of)) == (S.SHORTLISTED, leaver.pk, [])
    assert log_of(first).get(action="promote_reserve").data["consent"] == CONSENT
    with pytest.raises(Refused):
        do("promote_reserve", second, cast["PPSDM_HEAD"], consent=CONSENT)
    letter = {"letter": "B-12/BKS/2026", "forms": True, "basis": "SAFEGUARDS"}
    first = do("forward", first, cast["BIROKS_HEAD"], **letter)
    assert (first.status, first.transfers.count()) == (S.FORWARDED, 1)


def test_when_several_drop_out_the_reserves_move_up_one_after_the_other(two, cast):
    of, leavers, reserves = two
    for leaver in leavers:
        do("withdraw", leaver, cast["DINAS_HEAD"], reason=WHY)
    assert turn(of) == [reserves[0].code]
    do("promote_reserve", reserves[0], cast["PPSDM_HEAD"], consent=CONSENT)
    assert turn(of) == [reserves[1].code]
    do("promote_reserve", reserves[1], cast["PPSDM_HEAD"], consent=CONSENT)
    assert turn(of) == []
    found = Nomination.objects.filter(takes_place_of__isnull=False).order_by("place_in_order")
    assert list(found.values_list("takes_place_of", flat=True)) == [leaver.pk for leaver in leavers]


def test_when_the_first_reserve_steps_back_it_is_the_next_ones_turn(two, cast):
    of, (leaver, _stays), (first, second, _third) = two
    do("withdraw", leaver, cast["DINAS_OP"], reason=WHY)
    first = do("withdraw", first, cast["DINAS_OP"], reason=WHY)
    assert (first.left_seat_at, turn(of)) == (None, [second.code])


def test_a_reserve_placed_before_the_others_is_next(aceh, jica, cast):
    of = make.seats(aceh, jica, people=1)
    waiting = make.nomination(of, S.RESERVE, place_in_order=2)
    assert turn(of) == [waiting.code]
    better = make.nomination(of, S.SCREENING, panel_size=3)
    do("reserve", better, cast["PPSDM_HEAD"], place=1, balance="Satu perempuan dari luar Jawa.")
    assert turn(of) == [better.code]


@pytest.mark.parametrize("state", [S.ACCEPTED, S.CLEARANCE, S.READY])
def test_whoever_is_replaced_gives_the_seat_to_the_first_reserve(aceh, jica, cast, state):
    of = make.seats(aceh, jica, people=1)
    seated, reserve = make.nomination(of, state), make.nomination(of, S.RESERVE)
    with pytest.raises(Refused):
        do("replace", seated, cast["PPSDM_HEAD"], reason=WHY)
    do("replace", seated, cast["PPSDM_HEAD"], reason=WHY, consent=CONSENT)
    reserve = do("promote_reserve", reserve, cast["PPSDM_HEAD"], consent=CONSENT)
    assert (reserve.status, reserve.takes_place_of_id) == (S.SHORTLISTED, seated.pk)


def test_a_refusal_by_the_partner_frees_the_seat(aceh, jica, cast):
    of = make.seats(aceh, jica, people=1)
    refused, reserve = make.nomination(of, S.FORWARDED), make.nomination(of, S.RESERVE)
    do("not_accept", refused, cast["PARTNER_OFF"], reference="JICA/1", answered_on=timezone.localdate(), reason=WHY)
    assert turn(of) == [reserve.code]
    assert do("promote_reserve", reserve, cast["PPSDM_HEAD"], consent=CONSENT).takes_place_of_id == refused.pk


@pytest.mark.parametrize("act", ["withdraw", "replace"])
def test_a_partner_that_knows_the_person_is_told(aceh, jica, cast, act):
    of = make.seats(aceh, jica, people=2)
    known, unknown = make.nomination(of, S.ACCEPTED), make.nomination(of, S.SHORTLISTED)
    if act == "withdraw":
        do("withdraw", known, cast["DINAS_OP"], reason=WHY)
        do("withdraw", unknown, cast["DINAS_OP"], reason=WHY)
    else:
        do("replace", known, cast["PPSDM_HEAD"], reason=WHY, consent=CONSENT)
    deliver_pending()
    told = Notice.objects.filter(action=act, user__in=[cast["PARTNER_OFF"], cast["PARTNER_HEAD"]])
    assert set(told.values_list("record_code", flat=True)) == {known.code}


# --- Until the training begins ------------------------------------------------------------------------------


@pytest.mark.parametrize(("begins", "ended"), [(-1, True), (0, True), (1, False)])
def test_the_reserve_list_ends_when_the_training_begins(aceh, jica, begins, ended):
    of = make.seats(aceh, jica, people=1)
    make.nomination(of, S.ACCEPTED)
    reserve = make.nomination(of, S.RESERVE)
    make.begins(of, begins)
    clock.run()
    clock.run()
    found = Nomination.objects.get(pk=reserve.pk)
    assert (found.status == S.WITHDRAWN) == ended
    assert log_of(found).filter(action="end_reserve", role="CLOCK").count() == ended


def test_the_online_phase_counts_as_the_beginning(aceh, jica):
    of = make.seats(aceh, jica, people=1)
    make.begins(of, 30)
    of.intake.online_starts = timezone.localdate()
    of.intake.online_ends = timezone.localdate() + dt.timedelta(days=4)
    of.intake.save()
    reserve = make.nomination(of, S.RESERVE)
    clock.run()
    assert Nomination.objects.get(pk=reserve.pk).status == S.WITHDRAWN


def test_whoever_is_free_again_can_be_put_forward_elsewhere(aceh, jica, cast):
    from participants.rules.conditions import findings_of

    of = make.seats(aceh, jica, people=1)
    make.begins(of, 0, length=20)
    who = make.person(of.line.need.office, english="B2")
    make.nomination(of, S.RESERVE, who=who)
    other = make.seats(aceh, jica, people=1)
    make.begins(other, 5)
    record = make.nomination(other, S.DRAFT, who=who)
    assert "double" in [f.code for f in findings_of(record, across_offices=True)]
    clock.run()
    assert "double" not in [f.code for f in findings_of(record, across_offices=True)]


# --- At the same moment -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_promotions_to_the_last_seat_one_wins(aceh, jica, cast, ppsdm):
    of = make.seats(aceh, jica, people=1)
    first, second = (make.nomination(of, S.RESERVE, place_in_order=n) for n in (1, 1))
    heads = [cast["PPSDM_HEAD"], factories.member(Role.PPSDM_HEAD, ppsdm)]
    found = outcomes(
        lambda: do("promote_reserve", first, heads[0], consent=CONSENT),
        lambda: do("promote_reserve", second, heads[1], consent=CONSENT),
    )
    assert (found, Nomination.objects.filter(status=S.SHORTLISTED).count()) == (["Refused", "won"], 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_promotions_of_the_same_reserve_one_wins(aceh, jica, cast, ppsdm):
    of = make.seats(aceh, jica, people=2)
    reserve = make.nomination(of, S.RESERVE)
    heads = [cast["PPSDM_HEAD"], factories.member(Role.PPSDM_HEAD, ppsdm)]
    found = outcomes(*(lambda head=head: do("promote_reserve", reserve, head, consent=CONSENT) for head in heads))
    assert found == ["Stale", "won"]


@pytest.mark.django_db(transaction=True)
def test_of_a_promotion_and_the_end_of_the_list_one_wins(aceh, jica, cast):
    of = make.seats(aceh, jica, people=1)
    reserve = make.nomination(of, S.RESERVE, letter_date=timezone.localdate())
    make.begins(of, 0)
    found = outcomes(
        lambda: do("promote_reserve", reserve, cast["PPSDM_HEAD"], consent=CONSENT),
        lambda: perform(NOMINATION, "end_reserve", record=Nomination.objects.get(pk=reserve.pk)),
    )
    assert found == ["Stale", "won"]
