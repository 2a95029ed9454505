"""The agreement that covers an accepted proposal: which track, which one is reused; panels; one winner."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.models import OrganisationKind
from partnerships.lifecycle import AGREEMENT
from partnerships.models import Agreement, AgreementStatus, Track
from partnerships.services.agreements import open_for, track_for
from partnerships.views import agreement_panels
from tests import agreement_factories as make
from tests import factories, program_factories
from tests.races import at_once, outcomes
from workflow.engine import perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db


def program(partner, mode="OVERSEAS", province=""):
    return program_factories.program(partner, delivery_mode=mode, host_province=province)


@pytest.mark.parametrize(
    ("mode", "province", "track"),
    [
        ("OVERSEAS", "", Track.CENTRAL),
        ("ONLINE", "11", Track.CENTRAL),
        ("IN_COUNTRY", "11", Track.KSDLL_CONT),
        ("EXPERT_IN", "11", Track.KSDLL_CONT),
        ("ON_THE_JOB", "11", Track.KSDLL_CONT),
        ("BLENDED", "11", Track.KSDLL_CONT),
        ("IN_COUNTRY", "51", Track.CENTRAL),
        ("IN_COUNTRY", "", Track.CENTRAL),
    ],
)
def test_a_region_needs_its_own_agreement_only_when_it_is_the_host(mode, province, track, aceh_regency, jica):
    assert track_for(make.proposal(aceh_regency, jica, program=program(jica, mode, province))) == track


def test_a_tailor_made_request_is_an_agreement_of_the_region(aceh_regency, jica):
    assert track_for(make.proposal(aceh_regency, jica)) == Track.KSDLL_CONT


def test_a_training_centre_of_the_ministry_is_no_region(jica):
    centre = factories.organisation("BBPVP-BDG", OrganisationKind.CENTRE)
    assert track_for(make.proposal(centre, jica)) == Track.CENTRAL


def test_opening_fills_what_is_known(aceh_regency, jica, jica_head):
    proposal = make.proposal(aceh_regency, jica)
    agreement = open_for(proposal, jica_head)
    assert (
        agreement.status,
        agreement.track,
        agreement.partner,
        agreement.office,
        agreement.region_codes,
    ) == (
        AgreementStatus.INITIATED,
        Track.KSDLL_CONT,
        jica,
        aceh_regency,
        ["1101"],
    )
    assert agreement.title_id.endswith("JICA") and agreement.title_en
    assert agreement.subject == proposal.tailor_made_request
    assert agreement.due_at is not None
    entry = LogEntry.objects.get(record_code=agreement.code)
    assert (entry.action, entry.role, entry.data["proposal"]) == ("create", "PARTNER_HEAD", proposal.code)


def test_two_regions_of_one_course_share_one_central_agreement(aceh_regency, bali, jica, jica_head):
    course = program(jica)
    first = open_for(make.proposal(aceh_regency, jica, program=course), jica_head)
    second = open_for(make.proposal(bali, jica, program=course), jica_head)
    assert (first.pk, second.region_codes) == (second.pk, ["1101", "51"])


def test_regions_do_not_share_an_agreement_of_a_region(aceh_regency, bali, jica, jica_head):
    first = open_for(make.proposal(aceh_regency, jica), jica_head)
    second = open_for(make.proposal(bali, jica), jica_head)
    again = open_for(make.proposal(bali, jica), jica_head)
    assert first.pk != second.pk and second.pk == again.pk


def test_a_finished_agreement_is_not_reused(aceh_regency, jica, jica_head):
    course = program(jica)
    old = make.agreement(AgreementStatus.EXPIRED, partner=jica, program=course)
    running = make.agreement(AgreementStatus.ACTIVE, partner=jica, program=course)
    assert open_for(make.proposal(aceh_regency, jica, program=course), jica_head).pk == running.pk
    assert old.status == AgreementStatus.EXPIRED


@pytest.mark.django_db(transaction=True)
def test_two_acceptances_at_once_open_one_agreement(jica, jica_head):
    course = program(jica)
    proposals = [make.proposal(factories.office(code), jica, program=course) for code in ("11", "51")]
    found = at_once(*(partial(open_for, proposal, jica_head) for proposal in proposals))
    assert (len({agreement.pk for agreement in found}), Agreement.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_exactly_one_wins(jica):
    bureau = factories.organisation("BIRO-HUKUM")
    reviewers = [factories.member("LEGAL", bureau) for _number in range(2)]
    for _round in range(5):
        agreement = make.agreement(AgreementStatus.LEGAL_REVIEW, partner=jica)
        make.texts(agreement)
        make.tick_clauses(agreement)
        reason = {"reason": "Pasal tentang perlindungan data pribadi belum ada."}
        results = outcomes(
            partial(perform, AGREEMENT, "legal_ok", record=agreement, actor=reviewers[0]),
            partial(perform, AGREEMENT, "return", record=agreement, actor=reviewers[1], answers=reason),
        )
        assert results == ["Stale", "won"]


# --- Panels on other rooms' pages


def test_a_proposal_shows_its_agreement_to_who_may_see_it(rf, aceh_regency, jica, jica_head, koica_head, aceh_head):
    proposal = make.proposal(aceh_regency, jica)
    request = rf.get("/")

    def shown(user):
        request.user = user
        found = agreement_panels.proposal_agreement(request, proposal)
        return found["agreement"].pk if found else None

    assert shown(jica_head) is None
    agreement = make.agreement(partner=jica)
    proposal.agreement = agreement
    proposal.save()
    assert (shown(jica_head), shown(aceh_head), shown(koica_head)) == (agreement.pk, agreement.pk, None)


def test_a_programme_lists_its_agreements_for_who_may_see_them(rf, jica, jica_head, koica_head, auditor):
    course = program(jica)
    request = rf.get("/")

    def shown(user):
        request.user = user
        found = agreement_panels.program_agreements(request, course)
        return None if found is None else [a.pk for a in found["agreements"]]

    assert (shown(jica_head), shown(koica_head), shown(auditor)) == ([], None, [])
    agreement = make.agreement(partner=jica, program=course)
    assert (shown(jica_head), shown(koica_head), shown(auditor)) == ([agreement.pk], None, [agreement.pk])


def test_a_visitor_sees_no_agreements_on_a_programme(rf, jica):
    from django.contrib.auth.models import AnonymousUser

    request = rf.get("/")
    request.user = AnonymousUser()
    assert agreement_panels.program_agreements(request, program(jica)) is None
