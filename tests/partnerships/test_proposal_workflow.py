"""Proposals through their table: who may do what, seats, waivers, waiting list, lapse."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.utils import timezone

from accounts.roles import Role
from partnerships.lifecycle import PROPOSAL
from partnerships.models import Agreement, Proposal, ProposalStatus
from partnerships.services.proposals import propose
from programs.models import Intake, Program, ProgramStatus
from regions.models import NeedStatus, TrainingNeed
from tests import factories, program_factories
from tests.matrices import typed_lines
from tests.proposal_factories import line_of, open_need, proposal
from tests.races import outcomes
from workflow import clock
from workflow.engine import Refused, may_see, offered, perform
from workflow.reading import seen_by, waiting_for

pytestmark = pytest.mark.django_db
S = ProposalStatus
REASON = {"reason_code": "R08", "reason": "Semua kursi angkatan ini sudah terisi oleh daerah lain."}
LONG = "Kepala dinas setuju mengirim mediator ke luar daerah."


@pytest.fixture
def need(aceh, aceh_province_operator):
    return open_need(aceh, created_by=aceh_province_operator, people=4)


@pytest.fixture
def program(jica):
    return program_factories.program(jica, ProgramStatus.OPEN, seats=5)


@pytest.fixture
def cast(
    aceh_province_operator,
    aceh_province_head,
    aceh_verifier,
    ppsdm_verifier,
    ppsdm_head,
    biroks_officer,
    biroks_head,
    jica_liaison,
    jica_head,
    auditor,
):
    return {
        "DINAS_OP": aceh_province_operator,
        "DINAS_HEAD": aceh_province_head,
        "PROV_VER": aceh_verifier,
        "PPSDM_VER": ppsdm_verifier,
        "PPSDM_HEAD": ppsdm_head,
        "BIROKS_OFF": biroks_officer,
        "BIROKS_HEAD": biroks_head,
        "PARTNER_OFF": jica_liaison,
        "PARTNER_HEAD": jica_head,
        "AUDITOR": auditor,
    }


# --- Who may do what ----------------------------------------------------------------------------------------

MATRIX = Path(__file__).with_name("proposal_matrix.txt")


def typed_matrix() -> tuple[list[str], dict[tuple[str, str], set[str]]]:
    rows = typed_lines(MATRIX)
    roles = rows[0].split("|")[1].split()
    expected: dict[tuple[str, str], set[str]] = {}
    for row in rows[1:]:
        left, right = row.split("|")
        state, act = left.split()
        for role, mark in zip(roles, right.split(), strict=True):
            expected.setdefault((state, role), set())
            if mark == "x":
                expected[state, role].add(act)
    return roles, expected


def test_everyone_is_offered_exactly_what_the_procedure_says(need, program, cast):
    roles, expected = typed_matrix()
    assert {state for state, _role in expected} == set(S.values)
    found = {}
    for state in S.values:
        record = proposal(need, program, state)
        for role in roles:
            found[state, role] = (
                {t.name for t in PROPOSAL.leaving(state) if "CLOCK" in t.who}
                if role == "CLOCK"
                else {o.transition.name for o in offered(cast[role], record)}
            )
        Proposal.objects.filter(pk=record.pk).delete()
        Intake.objects.update(seats_taken=0)
    assert found == expected


def test_a_partners_own_proposal_goes_back_to_the_partner(need, program, cast):
    record = proposal(need, program, S.RETURNED, proposed_by_side="PARTNER")
    [resubmit] = [o for o in offered(cast["PARTNER_OFF"], record) if o.transition.name == "resubmit"]
    [not_yours] = [o for o in offered(cast["DINAS_OP"], record) if o.transition.name == "resubmit"]
    assert resubmit.enabled and not not_yours.enabled
    assert list(waiting_for(cast["PARTNER_OFF"], "partnerships.proposal")) == [record]
    assert list(waiting_for(cast["DINAS_OP"], "partnerships.proposal")) == []
    assert record.waits_for() == (Role.PARTNER_OFF,)


@pytest.mark.parametrize("state", ["PROPOSED", "REVIEW", "RETURNED"])
def test_the_partner_learns_nothing_before_it_is_sent(need, program, cast, state):
    record = proposal(need, program, state)
    for role in ("PARTNER_OFF", "PARTNER_HEAD"):
        assert not may_see(PROPOSAL, cast[role], record)
        assert list(seen_by(cast[role], "partnerships.proposal")) == []
        with pytest.raises(Http404):
            perform(PROPOSAL, "accept", record=record, actor=cast[role])


@pytest.mark.parametrize("state", ["DECLINED", "LAPSED"])
def test_what_ended_before_the_partner_stays_unknown_to_it(need, program, cast, state):
    record = proposal(need, program, state, sent_at=None)
    assert not may_see(PROPOSAL, cast["PARTNER_HEAD"], record)
    assert list(seen_by(cast["PARTNER_HEAD"], "partnerships.proposal")) == []


def test_reach_and_roles_are_one_rule(need, program, cast, bali_head, koica_head, koica_liaison, legal_reviewer):
    everyone = [*cast.values(), bali_head, koica_head, koica_liaison, legal_reviewer]
    for state in S.values:
        for side in ("OFFICE", "PARTNER"):
            record = proposal(need, program, state, proposed_by_side=side)
            for user in everyone:
                listed = seen_by(user, "partnerships.proposal").filter(pk=record.pk).exists()
                assert listed == may_see(PROPOSAL, user, record), (state, side, user)
            people = PROPOSAL.people(record, list(Role.values))
            assert {u.pk for u in everyone if PROPOSAL.roles(u, record)} == {p.pk for p in people}
            Proposal.objects.filter(pk=record.pk).delete()
            Intake.objects.update(seats_taken=0)


def test_a_stranger_office_and_another_partner_see_nothing(need, program, bali_head, koica_head):
    record = proposal(need, program, S.PARTNER_REVIEW)
    assert not may_see(PROPOSAL, bali_head, record) and not may_see(PROPOSAL, koica_head, record)


def test_the_head_of_ppsdm_answers_for_the_ministrys_own_training(need, ppsdm, ppsdm_head, jica_head):
    own = program_factories.program(ppsdm, ProgramStatus.OPEN)
    record = proposal(need, own, S.PARTNER_REVIEW)
    assert list(waiting_for(ppsdm_head, "partnerships.proposal")) == [record]
    done = perform(PROPOSAL, "accept", record=record, actor=ppsdm_head)
    assert (done.status, done.seats_allotted) == (S.ACCEPTED, 2)


# --- Proposing ----------------------------------------------------------------------------------------------


def test_an_office_proposes_and_the_judgement_stays_with_it(need, program, aceh_province_operator):
    made = propose(
        line=line_of(need),
        intake=program.intakes.get(),
        partner=program.partner,
        seats=3,
        actor=aceh_province_operator,
        note="Kami siap.",
    )
    assert made.code == f"US-{timezone.localdate().year}-0001"
    assert (made.status, made.seats_requested, made.failures, made.note) == (S.PROPOSED, 3, [], "Kami siap.")
    assert sum(p["points"] for p in made.score_parts) == pytest.approx(float(made.score))
    assert made.due_at is not None


def test_nobody_asks_for_more_seats_than_people(need, program, aceh_province_operator):
    with pytest.raises(Refused) as refusal:
        propose(
            line=line_of(need),
            intake=program.intakes.get(),
            partner=program.partner,
            seats=5,
            actor=aceh_province_operator,
        )
    assert len(refusal.value.reasons) == 1
    assert Proposal.objects.count() == 0


def test_the_same_pair_is_proposed_once(need, program, aceh_province_operator, ppsdm_verifier):
    proposal(need, program)
    with pytest.raises(Refused):
        propose(
            line=line_of(need),
            intake=program.intakes.get(),
            partner=program.partner,
            seats=1,
            actor=ppsdm_verifier,
        )


@pytest.mark.parametrize(
    "change",
    [
        {"status": ProgramStatus.CLOSED},
        {"status": ProgramStatus.OPEN, "themes": (("T01", 1, 3),)},
        {"status": ProgramStatus.OPEN, "posts": ("WASNAK",)},
        {"status": ProgramStatus.OPEN, "seats": 0},
        {"status": ProgramStatus.OPEN, "needs_agreement": True},
    ],
)
def test_a_condition_of_partner_or_law_stops_a_proposal(need, jica, aceh_province_operator, ppsdm_verifier, change):
    offer = program_factories.program(jica, **change)
    for actor in (aceh_province_operator, ppsdm_verifier):
        with pytest.raises(Refused):
            propose(
                line=line_of(need),
                intake=offer.intakes.get(),
                partner=jica,
                seats=1,
                actor=actor,
                waiver=LONG,
            )


def test_an_unapproved_need_is_not_proposed(aceh, program, aceh_province_operator):
    draft = factories.need(aceh, created_by=aceh_province_operator)
    with pytest.raises(Refused):
        propose(
            line=line_of(draft),
            intake=program.intakes.get(),
            partner=program.partner,
            seats=1,
            actor=aceh_province_operator,
        )


# --- Waivers ------------------------------------------------------------------------------------------------


@pytest.fixture
def abroad(jica):
    """A course abroad, which the need in the country only reaches with a waiver."""
    return program_factories.program(
        jica,
        ProgramStatus.OPEN,
        delivery_mode="OVERSEAS",
        country="JP",
        interpretation="CONSECUTIVE",
        language="EN",
    )


@pytest.fixture
def home_need(aceh):
    return open_need(aceh, preferred_mode="IN_COUNTRY", people=3)


def test_an_office_may_propose_what_the_ministry_may_waive(home_need, abroad, aceh_province_operator, ppsdm_verifier):
    made = propose(
        line=line_of(home_need),
        intake=abroad.intakes.get(),
        partner=abroad.partner,
        seats=1,
        actor=aceh_province_operator,
        waiver="",
    )
    assert [f["code"] for f in made.failures] == ["mode"]
    with pytest.raises(Refused):
        perform(PROPOSAL, "review", record=made, actor=ppsdm_verifier, answers={"waiver": "ya"})
    done = perform(PROPOSAL, "review", record=made, actor=ppsdm_verifier, answers={"waiver": LONG})
    assert (done.status, done.waiver_reason) == (S.REVIEW, LONG)


def test_a_verifier_waives_while_proposing(home_need, abroad, ppsdm_verifier):
    pair = {"line": line_of(home_need), "intake": abroad.intakes.get(), "partner": abroad.partner}
    with pytest.raises(Refused):
        propose(**pair, seats=1, actor=ppsdm_verifier)
    made = propose(**pair, seats=1, actor=ppsdm_verifier, waiver=LONG)
    assert made.waiver_reason == LONG


# --- The way to the partner ---------------------------------------------------------------------------------


def test_the_way_from_proposal_to_participation(need, program, cast):
    made = propose(
        line=line_of(need),
        intake=program.intakes.get(),
        partner=program.partner,
        seats=4,
        actor=cast["DINAS_HEAD"],
    )
    made = perform(PROPOSAL, "review", record=made, actor=cast["PPSDM_VER"])
    made = perform(
        PROPOSAL,
        "send_partner",
        record=made,
        actor=cast["BIROKS_HEAD"],
        answers={"summary": "Four mediators."},
    )
    assert (made.seats_free_when_sent, made.edition_when_sent, made.partner_summary) == (
        5,
        1,
        "Four mediators.",
    )
    made = perform(PROPOSAL, "accept", record=made, actor=cast["PARTNER_HEAD"])
    assert (made.status, made.seats_allotted, made.agreement) == (S.ACCEPTED, 4, Agreement.objects.get())
    assert program.intakes.get().seats_taken == 4
    fresh = TrainingNeed.objects.get(pk=need.pk)
    assert (fresh.status, fresh.people_accepted) == (NeedStatus.IN_FULFILMENT, 4)
    made = perform(PROPOSAL, "convert", record=made, actor=cast["PPSDM_VER"], answers={"becomes": "NOMINATIONS"})
    assert (made.status, made.seats_allotted) == (S.CONVERTED, 4)


def test_the_partner_never_reads_personal_data(need, program, biroks_head):
    record = proposal(need, program, S.REVIEW)
    for text in ("NIP 199001012020121001 ikut", "Hubungi budi@example.test", "Telepon 0812-3456-7890"):
        with pytest.raises(Refused):
            perform(PROPOSAL, "send_partner", record=record, actor=biroks_head, answers={"summary": text})


def test_the_summary_offered_to_the_partner_names_office_post_and_levels(need, program):
    from partnerships.services.proposals import summary_for_partner

    assert summary_for_partner(proposal(need, program)).splitlines() == [
        "Dinas Tenaga Kerja Provinsi Aceh, Provinsi Aceh",
        "2 people: Industrial relations mediator, AHLI_PERTAMA",
        "Theme T07, level 1 to 3",
    ]


def test_who_reviewed_does_not_send(need, program, ppsdm, biroks):
    both = factories.member(Role.PPSDM_VER, ppsdm)
    both.memberships.create(organisation=biroks, role=Role.BIROKS_HEAD, valid_from=dt.date(2020, 1, 1))
    record = perform(PROPOSAL, "review", record=proposal(need, program), actor=both)
    second = both.memberships.get(role=Role.BIROKS_HEAD)
    del both.current_memberships
    both.act_as(second.pk)
    with pytest.raises(Refused):
        perform(PROPOSAL, "send_partner", record=record, actor=both, answers={"summary": "Two mediators."})


def test_a_returned_proposal_comes_back_with_fewer_seats(need, program, cast):
    record = proposal(need, program, created_by=cast["DINAS_OP"])
    record = perform(
        PROPOSAL,
        "return",
        record=record,
        actor=cast["PPSDM_VER"],
        answers={"reason": "Kurangi jumlah kursi."},
    )
    with pytest.raises(Refused):
        perform(PROPOSAL, "resubmit", record=record, actor=cast["DINAS_OP"], answers={"seats": 9, "summary": "x"})
    record = perform(
        PROPOSAL, "resubmit", record=record, actor=cast["DINAS_OP"], answers={"seats": 1, "summary": "Satu."}
    )
    assert (record.status, record.seats_requested) == (S.PROPOSED, 1)


def test_after_three_returns_a_call_is_proposed(need, program, cast):
    record = proposal(need, program, created_by=cast["DINAS_OP"])
    why = {"reason": "Kurangi jumlah kursi."}
    for _n in range(3):
        record = perform(PROPOSAL, "return", record=record, actor=cast["PPSDM_VER"], answers=why)
        record = perform(
            PROPOSAL, "resubmit", record=record, actor=cast["DINAS_OP"], answers={"seats": 1, "summary": "Satu."}
        )
    with pytest.raises(Refused):
        perform(PROPOSAL, "return", record=record, actor=cast["PPSDM_VER"], answers=why)
    assert perform(PROPOSAL, "refuse", record=record, actor=cast["PPSDM_VER"], answers=REASON).status == S.DECLINED


def test_a_refusal_explains_itself(need, program, cast):
    record = proposal(need, program)
    with pytest.raises(Refused):
        perform(
            PROPOSAL,
            "refuse",
            record=record,
            actor=cast["PPSDM_VER"],
            answers={"reason_code": "R05", "reason": "Tidak."},
        )
    done = perform(PROPOSAL, "refuse", record=record, actor=cast["PPSDM_VER"], answers=REASON)
    assert (done.status, done.declined_by, done.decline_reason) == (S.DECLINED, "MINISTRY", "R08")


def test_the_partner_declines_with_a_ground(need, program, jica_head):
    done = perform(
        PROPOSAL, "decline", record=proposal(need, program, S.PARTNER_REVIEW), actor=jica_head, answers=REASON
    )
    assert (done.status, done.declined_by, done.answer_note) == (S.DECLINED, "PARTNER", REASON["reason"])


def test_the_liaison_does_not_answer(need, program, jica_liaison):
    with pytest.raises(PermissionDenied):
        perform(PROPOSAL, "accept", record=proposal(need, program, S.PARTNER_REVIEW), actor=jica_liaison)


# --- Seats --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seats", [0, 4, 5])
def test_partly_means_fewer_than_asked_and_at_least_one(need, program, jica_head, seats):
    record = proposal(need, program, S.PARTNER_REVIEW, seats_requested=4)
    with pytest.raises(Refused):
        perform(
            PROPOSAL,
            "partial",
            record=record,
            actor=jica_head,
            answers={"seats": seats, "reason": "Kursi terbatas."},
        )


def test_partial_acceptance_leaves_the_others_open(need, program, jica_head):
    record = proposal(need, program, S.PARTNER_REVIEW, seats_requested=4)
    done = perform(
        PROPOSAL, "partial", record=record, actor=jica_head, answers={"seats": 3, "reason": "Kursi terbatas."}
    )
    assert (done.status, done.seats_allotted, done.people_left) == (S.PARTIAL, 3, 1)
    assert program.intakes.get().seats_taken == 3


def test_a_full_intake_offers_the_waiting_list(need, program, aceh_regency, jica_head):
    other = proposal(open_need(aceh_regency), program, S.ACCEPTED, seats_requested=5, seats_allotted=5)
    record = proposal(need, program, S.PARTNER_REVIEW)
    with pytest.raises(Refused):
        perform(PROPOSAL, "accept", record=record, actor=jica_head)
    waiting = perform(PROPOSAL, "waitlist", record=record, actor=jica_head)
    assert (waiting.status, waiting.waitlist_position) == (S.WAITLISTED, 1)
    assert list(waiting_for(jica_head, "partnerships.proposal")) == []
    head = factories.member(Role.DINAS_HEAD, aceh_regency)
    gone = perform(PROPOSAL, "withdraw", record=other, actor=head, answers={"reason": "Mediator pensiun tahun ini."})
    assert (gone.status, gone.lapse_cause, gone.seats_allotted) == (S.LAPSED, "WITHDRAWN", 0)
    assert list(waiting_for(jica_head, "partnerships.proposal")) == [waiting]
    done = perform(PROPOSAL, "accept", record=waiting, actor=jica_head)
    assert (done.status, done.seats_allotted, done.waitlist_position) == (S.ACCEPTED, 2, None)
    assert program.intakes.get().seats_taken == 2


def test_the_waiting_list_keeps_its_order(need, program, aceh_regency, bali, jica_head):
    from partnerships.selectors.proposals import place_on_waiting_list

    records = [
        perform(PROPOSAL, "waitlist", record=proposal(n, program, S.PARTNER_REVIEW), actor=jica_head)
        for n in (need, open_need(aceh_regency), open_need(bali))
    ]
    assert [place_on_waiting_list(r) for r in records] == [1, 2, 3]
    perform(PROPOSAL, "decline", record=records[0], actor=jica_head, answers=REASON)
    assert [place_on_waiting_list(r) for r in records[1:]] == [1, 2]


def test_a_request_without_programme_takes_no_seats(need, jica, jica_head, aceh_province_operator, cast):
    made = propose(
        line=line_of(need),
        intake=None,
        partner=jica,
        seats=4,
        actor=aceh_province_operator,
        request="Pelatihan mediasi tiga hari di Banda Aceh pada bulan Maret.",
    )
    made = perform(PROPOSAL, "review", record=made, actor=cast["PPSDM_VER"])
    made = perform(PROPOSAL, "send_partner", record=made, actor=cast["BIROKS_HEAD"], answers={"summary": "Four."})
    assert {o.transition.name for o in offered(jica_head, made)} == {"accept", "partial", "decline"}
    made = perform(PROPOSAL, "accept", record=made, actor=jica_head)
    assert (made.status, made.seats_allotted, made.agreement.partner) == (S.ACCEPTED, 4, jica)


def test_two_proposals_for_one_programme_share_a_partnership(need, program, bali, jica_head):
    first = perform(PROPOSAL, "accept", record=proposal(need, program, S.PARTNER_REVIEW), actor=jica_head)
    second = perform(PROPOSAL, "accept", record=proposal(open_need(bali), program, S.PARTNER_REVIEW), actor=jica_head)
    assert first.agreement_id == second.agreement_id


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_acceptances_for_the_last_seats_one_wins(jica, aceh, bali):
    heads = [factories.member(Role.PARTNER_HEAD, jica) for _number in range(2)]
    for _round in range(5):
        offer = program_factories.program(jica, ProgramStatus.OPEN, seats=3, complete=False)
        records = [
            proposal(open_need(office, complete=False), offer, S.PARTNER_REVIEW, seats_requested=2)
            for office in (aceh, bali)
        ]
        results = outcomes(
            *(partial(perform, PROPOSAL, "accept", record=r, actor=h) for r, h in zip(records, heads, strict=True))
        )
        taken = offer.intakes.get().seats_taken
        held = sum(Proposal.objects.holding().filter(intake__program=offer).values_list("seats_allotted", flat=True))
        assert (results, taken, held) == (["Refused", "won"], 2, 2)


@pytest.mark.django_db(transaction=True)
def test_one_proposal_accepted_twice_at_once_takes_its_seats_once(jica, aceh):
    heads = [factories.member(Role.PARTNER_HEAD, jica) for _number in range(2)]
    offer = program_factories.program(jica, ProgramStatus.OPEN, seats=9, complete=False)
    record = proposal(open_need(aceh, complete=False), offer, S.PARTNER_REVIEW)
    results = outcomes(*(partial(perform, PROPOSAL, "accept", record=record, actor=head) for head in heads))
    assert (results, offer.intakes.get().seats_taken) == (["Stale", "won"], 2)


def test_the_database_refuses_more_seats_than_there_are(program):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE programs_intake SET seats_taken = seats + 1")


# --- CLOCK --------------------------------------------------------------------------------------------------


def lapsed() -> dict[str, str]:
    clock.run()
    return dict(Proposal.objects.filter(status=S.LAPSED).values_list("code", "lapse_cause"))


def test_nothing_lapses_before_its_time(need, program):
    proposal(need, program)
    assert lapsed() == {}


@pytest.mark.parametrize("state", ["PROPOSED", "REVIEW", "RETURNED", "PARTNER_REVIEW", "WAITLISTED"])
def test_every_open_proposal_lapses_when_the_partners_deadline_passed(need, program, state):
    record = proposal(need, program, state)
    past = timezone.now() - dt.timedelta(hours=1)
    Program.objects.update(internal_deadline=past, partner_deadline=past)
    assert lapsed() == {record.code: "DEADLINE"}


def test_after_the_internal_deadline_only_the_office_is_too_late(need, program, aceh_regency, bali):
    kept = [proposal(need, program, S.REVIEW), proposal(open_need(bali), program, S.PARTNER_REVIEW)]
    late = proposal(open_need(aceh_regency), program, S.RETURNED)
    Program.objects.update(internal_deadline=timezone.now() - dt.timedelta(hours=1))
    assert lapsed() == {late.code: "DEADLINE"}
    assert {Proposal.objects.get(pk=k.pk).status for k in kept} == {S.REVIEW, S.PARTNER_REVIEW}


def test_a_cancelled_programme_ends_its_proposals(need, program):
    record = proposal(need, program, S.PARTNER_REVIEW)
    Program.objects.filter(pk=program.pk).update(**{"status": ProgramStatus.CANCELLED})
    assert lapsed() == {record.code: "PROGRAM_CLOSED"}


def test_a_closed_need_ends_its_proposals(need, program):
    record = proposal(need, program, S.REVIEW)
    TrainingNeed.objects.filter(pk=need.pk).update(**{"status": NeedStatus.CLOSED_UNMET})
    assert lapsed() == {record.code: "NEED_CLOSED"}


def test_accepted_proposals_never_lapse(need, program):
    proposal(need, program, S.ACCEPTED)
    Program.objects.update(partner_deadline=timezone.now() - dt.timedelta(days=1), internal_deadline=None)
    assert lapsed() == {}
