"""The end of validity: warned at 180, 90 and 30 days, once each, until somebody has decided what comes afterwards."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from notices.models import Notice
from notices.tasks import deliver_pending
from partnerships.models import Agreement, AgreementStatus, Renewal, Track
from partnerships.rules.renewal import without_action
from partnerships.selectors.agreements import ending_soon
from tests import agreement_factories as make
from tests import factories
from workflow import clock
from workflow.models import LogEntry
from workflow.reading import waiting_for

pytestmark = pytest.mark.django_db

END = dt.date(2027, 6, 30)


def noon(days_left):
    """Noon in Jakarta, so many days before the end."""
    return dt.datetime.combine(END - dt.timedelta(days=days_left), dt.time(5), dt.UTC)


def ending(track=Track.CENTRAL, status=AgreementStatus.ACTIVE, **fields):
    """In force until the end of June 2027."""
    day = dt.date(2024, 7, 1)
    return make.agreement(status, track=track, signed_on=day, effective_date=day, starts=day, ends=END, **fields)


def clock_on(*days_left):
    """Let the clock look on these days only; it stood still in between."""
    for left in days_left:
        with time_machine.travel(noon(left), tick=False):
            clock.run()


def warnings(agreement):
    entries = LogEntry.objects.filter(record_id=agreement.pk, flow="partnerships.agreement", role="CLOCK")
    return [e.action for e in entries.order_by("seq")]


STANDSTILLS = {
    "every day": (range(200, 0, -1), ["warn_180", "warn_90", "warn_30"]),
    "twice a day": ([181, 180, 180, 90, 90, 31, 30, 30], ["warn_180", "warn_90", "warn_30"]),
    "down over one mark": ([182, 171, 80, 12], ["warn_180", "warn_90", "warn_30"]),
    "down over two marks": ([185, 60, 59], ["warn_90"]),
    "up again on the last day": ([300, 0], ["warn_30"]),
    "not yet": ([300, 181], []),
}


@pytest.mark.parametrize("case", STANDSTILLS)
def test_each_mark_is_told_once_whatever_the_clock_missed(case):
    days, expected = STANDSTILLS[case]
    agreement = ending()
    clock_on(*days)
    assert warnings(agreement) == expected
    agreement.refresh_from_db()
    assert agreement.status == AgreementStatus.ACTIVE


def test_after_the_last_day_nothing_is_warned_of_any_more():
    agreement = ending()
    clock_on(-3)
    assert warnings(agreement) == ["expire"]


def test_an_agreement_under_amendment_is_warned_of_too():
    agreement = ending(status=AgreementStatus.UNDER_AMENDMENT, amendment_phase="DRAFTING")
    clock_on(100)
    agreement.refresh_from_db()
    assert (warnings(agreement), agreement.status) == (["warn_180", "overdue"], "UNDER_AMENDMENT")  # drafted too slowly


def told():
    """Whoever was told so far, with how often."""
    deliver_pending()
    found = Notice.objects.filter(action__startswith="warn_").values_list("user__email", flat=True)
    return sorted(found)


def test_bureau_and_partner_are_told_of_a_central_agreement_and_nobody_else(
    jica, biroks_officer, biroks_head, jica_head, jica_liaison, koica_head, aceh_regency, aceh_head, auditor
):
    agreement = ending(partner=jica)
    make.proposal(aceh_regency, jica, where=agreement)  # the office has seats: it reads, and decides nothing
    with time_machine.travel(noon(180), tick=False):
        clock.run()
        expected = sorted(u.email for u in (biroks_officer, biroks_head, jica_head, jica_liaison))
        assert told() == expected
        clock.run()
        assert told() == expected


def test_office_bureau_and_partner_are_told_of_a_regional_agreement(
    jica, biroks_officer, biroks_head, jica_head, aceh_regency, aceh_head, aceh_operator, bali_head
):
    ending(Track.KSDLL_NEW, partner=jica, office=aceh_regency)
    with time_machine.travel(noon(30), tick=False):
        clock.run()
        people = (biroks_officer, biroks_head, jica_head, aceh_head, aceh_operator)
        assert told() == sorted(u.email for u in people)


def test_the_end_is_on_the_homes_of_bureau_office_and_partner(
    client, jica, biroks_officer, biroks_head, jica_head, koica_head, aceh_regency, aceh_head, legal_reviewer
):
    agreement = ending(Track.KSDLL_CONT, partner=jica, office=aceh_regency)
    sentence = "Ends in 100 days, not decided yet"

    def shown():
        found = set()
        for person in (biroks_officer, biroks_head, jica_head, koica_head, aceh_head, legal_reviewer):
            client.force_login(person)
            if sentence in client.get("/en/beranda/").content.decode():
                found.add(person)
        return found

    with time_machine.travel(noon(100), tick=False):
        assert shown() == {biroks_officer, biroks_head, jica_head, aceh_head}
        Agreement.objects.filter(pk=agreement.pk).update(renewal=Renewal.END)
        assert shown() == set()
    with time_machine.travel(noon(181), tick=False):
        assert ending_soon(biroks_officer) == []


def test_deciding_is_a_turn_of_bureau_or_office_in_the_last_half_year(
    biroks_officer, biroks_head, aceh_head, aceh_regency
):
    central, regional = ending(), ending(Track.KSDPL, office=aceh_regency)

    def turns():
        return {
            name: [a.pk for a in waiting_for(person, "partnerships.agreement")]
            for name, person in (("officer", biroks_officer), ("head", biroks_head), ("office", aceh_head))
        }

    with time_machine.travel(noon(181), tick=False):
        assert turns() == {"officer": [], "head": [], "office": []}
    with time_machine.travel(noon(180), tick=False):
        assert turns() == {"officer": [central.pk], "head": [], "office": [regional.pk]}
        assert central.turn_since.date() == dt.date(2027, 1, 1)


@pytest.fixture
def step(client):
    """Do one act on an agreement as one person."""

    def do(user, agreement, act, **data):
        client.force_login(user)
        response = client.post(f"/en/kemitraan/{agreement.code}/{act}/", data)
        agreement.refresh_from_db()
        return response

    return do


def test_renewing_opens_the_follow_up_and_stops_the_warnings(step, client, biroks_officer, jica):
    agreement = ending(partner=jica, region_codes=["51"])
    clock_on(180)
    with time_machine.travel(noon(150), tick=False):
        step(biroks_officer, agreement, "renew", note="Kedua pihak ingin melanjutkan.")
        follow_up = Agreement.objects.get(follows=agreement)
        assert (follow_up.status, follow_up.track, follow_up.partner, follow_up.region_codes, follow_up.scope) == (
            "INITIATED",
            "CENTRAL",
            jica,
            ["51"],
            agreement.scope,
        )
        assert (agreement.renewal, agreement.status, agreement.ends) == ("RENEW", "ACTIVE", END)
        assert (follow_up.signed_on, follow_up.starts, follow_up.ends) == (None, None, None)
        assert not Agreement.objects.filter(without_action(), pk=agreement.pk).exists()
        old = client.get(f"/en/kemitraan/{agreement.code}/").content.decode()
        new = client.get(f"/en/kemitraan/{follow_up.code}/").content.decode()
        assert follow_up.code in old and agreement.code in new
        assert step(biroks_officer, agreement, "renew").status_code == 409  # once
    clock_on(90, 30)
    assert warnings(agreement) == ["warn_180"]


def test_a_follow_up_that_comes_to_nothing_decides_nothing(step, biroks_officer, jica):
    agreement = ending(partner=jica)
    with time_machine.travel(noon(150), tick=False):
        step(biroks_officer, agreement, "renew")
        follow_up = Agreement.objects.get(follows=agreement)
        step(biroks_officer, follow_up, "cancel", reason="Mitra menarik diri dari kerja sama ini.")
        agreement.refresh_from_db()
        assert (follow_up.status, agreement.renewal) == ("CANCELLED", "")
        step(biroks_officer, agreement, "renew")
        assert (agreement.renewal, agreement.followed_by.count()) == ("RENEW", 2)
    clock_on(90)
    assert warnings(agreement) == []


def test_a_question_that_is_open_again_is_told_again_once(step, biroks_officer, jica):
    agreement = ending(partner=jica)
    clock_on(150)
    with time_machine.travel(noon(149), tick=False):
        step(biroks_officer, agreement, "renew")
        follow_up = Agreement.objects.get(follows=agreement)
        clock.run()
        step(biroks_officer, follow_up, "cancel", reason="Mitra menarik diri dari kerja sama ini.")
    clock_on(149, 148, 147)
    assert warnings(agreement) == ["warn_180", "warn_180"]


def test_letting_it_end_takes_a_reason_and_stops_the_warnings(step, aceh_head, aceh_regency):
    agreement = ending(Track.KSDLL_NEW, office=aceh_regency)
    with time_machine.travel(noon(120), tick=False):
        assert step(aceh_head, agreement, "let_end_region", reason="Selesai.").status_code == 400
        step(aceh_head, agreement, "let_end_region", reason="Tujuan kerja sama telah tercapai seluruhnya.")
    assert (agreement.renewal, agreement.renewal_reason) == ("END", "Tujuan kerja sama telah tercapai seluruhnya.")
    clock_on(90, 30)
    assert warnings(agreement) == []
    clock_on(-1)
    agreement.refresh_from_db()
    assert agreement.status == AgreementStatus.EXPIRED


def test_before_the_last_half_year_there_is_nothing_to_decide(step, biroks_officer, biroks_head):
    agreement = ending()
    with time_machine.travel(noon(181), tick=False):
        assert step(biroks_officer, agreement, "renew").status_code == 409
        reason = {"reason": "Tujuan kerja sama telah tercapai seluruhnya."}
        assert step(biroks_head, agreement, "let_end", **reason).status_code == 409


def test_the_regional_bureau_officer_does_not_decide_for_a_region(step, biroks_officer, aceh_regency):
    agreement = ending(Track.KSDLL_CONT, office=aceh_regency)
    with time_machine.travel(noon(100), tick=False):
        assert step(biroks_officer, agreement, "renew_region").status_code == 403
        assert step(biroks_officer, agreement, "renew").status_code == 409


def test_whoever_opened_an_agreement_does_not_let_it_end(step, biroks):
    head = factories.member("BIROKS_HEAD", biroks)
    agreement = ending(created_by=head)
    with time_machine.travel(noon(100), tick=False):
        step(head, agreement, "let_end", reason="Tujuan kerja sama telah tercapai seluruhnya.")
    assert agreement.renewal == ""
