"""Ways around the rules, tried and closed: frozen content, other people's ticks, days and posts that cannot be."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from partnerships.models import Agreement, AgreementStatus, Clause, Instrument, Track
from partnerships.services.agreements import open_for, save_content
from tests import agreement_factories as make
from tests import factories, program_factories
from workflow.engine import Stale

pytestmark = pytest.mark.django_db


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


def today(days=0):
    return (timezone.localdate() + dt.timedelta(days=days)).isoformat()


# --- The action plan, which ministry and region share

LINE = {"activity": "Pelatihan mediator", "place": "Aceh", "who": "Disnaker", "when": "2027"}


def typed(**lines):
    """Lines of an action plan as the form sends them."""
    return {f"{number[1:]}-{name}": value for number, line in lines.items() for name, value in line.items()}


def test_lines_of_an_action_plan_that_nobody_touched_stay(step, biroks_officer):
    agreement = make.agreement(AgreementStatus.INTENT, track=Track.NOTA_SINERGI)
    assert agreement.action_plan == [LINE]
    new = {"activity": "Magang", "place": "", "who": "", "when": ""}
    data = typed(n0=LINE, n1=new)
    assert step(biroks_officer, agreement, "rencana-aksi", version=agreement.version, **data).status_code == 302
    assert agreement.action_plan == [LINE, new]
    step(biroks_officer, agreement, "rencana-aksi", version=agreement.version, **typed(n0=LINE, n1=new))
    assert agreement.action_plan == [LINE, new]


@pytest.mark.parametrize("name", ["²-activity", "٣-activity", "-activity", "0-activity-x"])
def test_strange_names_of_lines_are_no_fault(name, step, biroks_officer):
    agreement = make.agreement(AgreementStatus.INTENT, track=Track.NOTA_SINERGI)
    response = step(biroks_officer, agreement, "rencana-aksi", version=agreement.version, **{name: "x"})
    assert response.status_code in {302, 400}


def test_the_office_of_the_region_writes_the_action_plan_too_and_nothing_else(
    step, client, aceh_regency, aceh_operator, aceh_head, bali_operator
):
    agreement = make.agreement(AgreementStatus.INTENT, track=Track.NOTA_SINERGI, office=aceh_regency)
    mine = {**LINE, "place": "Banda Aceh"}
    assert (
        step(aceh_operator, agreement, "rencana-aksi", version=agreement.version, **typed(n0=mine)).status_code == 302
    )
    assert agreement.action_plan == [mine]
    assert "/rencana-aksi/" in client.get(f"/en/kemitraan/{agreement.code}/").content.decode()
    assert {path: step(aceh_operator, agreement, path).status_code for path in ("ubah", "daerah", "surat")} == {
        "ubah": 403,
        "daerah": 403,
        "surat": 403,
    }
    assert step(bali_operator, agreement, "rencana-aksi").status_code == 404
    for frozen in (AgreementStatus.LEGAL_REVIEW, AgreementStatus.READY_TO_SIGN, AgreementStatus.ACTIVE):
        other = make.agreement(frozen, track=Track.NOTA_SINERGI, office=aceh_regency)
        assert step(aceh_operator, other, "rencana-aksi", **typed(n0=mine)).status_code == 403
    during = make.agreement(
        AgreementStatus.UNDER_AMENDMENT, track=Track.NOTA_SINERGI, office=aceh_regency, amendment_phase="DRAFTING"
    )
    step(aceh_operator, during, "rencana-aksi", version=during.version, **typed(n0=mine))
    assert (during.action_plan, during.proposed) == ([LINE], {"action_plan": [mine]})


def test_of_two_sides_that_write_the_action_plan_the_second_is_told(step, aceh_regency, aceh_operator, biroks_officer):
    agreement = make.agreement(AgreementStatus.INTENT, track=Track.NOTA_SINERGI, office=aceh_regency)
    seen, mine, theirs = agreement.version, {**LINE, "who": "Dinas"}, {**LINE, "who": "Pusat"}
    step(aceh_operator, agreement, "rencana-aksi", version=seen, **typed(n0=mine))
    second = step(biroks_officer, agreement, "rencana-aksi", version=seen, **typed(n0=theirs))
    assert (second.status_code, "Pusat" in second.text_, agreement.action_plan) == (409, True, [mine])


# --- What is frozen

FROZEN = (
    "LEGAL_REVIEW",
    "CLEARANCE",
    "FULL_POWERS",
    "READY_TO_SIGN",
    "SIGNED",
    "ACTIVE",
    "UNDER_AMENDMENT",
    "SUSPENDED",
)


@pytest.mark.parametrize("status", FROZEN)
def test_an_accepted_proposal_changes_no_text_that_is_examined_or_signed(status, aceh_regency, bali, jica, jica_head):
    course = program_factories.program(jica)
    agreement = make.agreement(status, partner=jica, program=course, region_codes=["1101"])
    found = open_for(make.proposal(bali, jica, program=course), jica_head)
    assert (found.pk, found.region_codes) == (agreement.pk, ["1101"])


def test_an_agreement_for_the_whole_country_stays_one(bali, jica, jica_head):
    course = program_factories.program(jica)
    make.agreement(AgreementStatus.PLAN, partner=jica, program=course, region_codes=[])
    assert open_for(make.proposal(bali, jica, program=course), jica_head).region_codes == []


def test_a_region_that_came_with_a_proposal_is_not_lost_to_an_older_page(step, bali, jica, jica_head, biroks_officer):
    course = program_factories.program(jica)
    agreement = make.agreement(AgreementStatus.PLAN, partner=jica, program=course, region_codes=["1101"])
    seen = agreement.version
    open_for(make.proposal(bali, jica, program=course), jica_head)
    late = step(biroks_officer, agreement, "daerah", version=seen, keep=["1101"])
    assert (late.status_code, agreement.region_codes) == (409, ["1101", "51"])


@pytest.mark.parametrize("months", ["0", "-1", "241", "600", "99999", "zwei"])
def test_a_duration_no_text_would_name_is_refused(months, step, biroks_officer):
    agreement = make.agreement(AgreementStatus.INTENT)
    data = {**make.PLAN, "title_id": agreement.title_id, "version": agreement.version, "duration_months": months}
    refused = step(biroks_officer, agreement, "ubah", **data)
    assert (refused.status_code, f'value="{months}"' in refused.text_, agreement.duration_months) == (400, True, 24)


def test_the_track_of_an_agreement_on_its_way_cannot_be_changed(biroks_officer, aceh_regency):
    agreement = make.agreement()
    Agreement.objects.filter(pk=agreement.pk).update(status=AgreementStatus.EXPLORATION)
    values = {"track": Track.KSDLL_CONT, "office": aceh_regency}
    with pytest.raises(Stale):  # the page was opened while it was new; without its version, too
        save_content(agreement, biroks_officer, values, version=None)


def test_ticks_meant_for_one_text_do_not_land_on_the_next(step, legal_reviewer, biroks_officer):
    agreement = make.agreement(AgreementStatus.LEGAL_REVIEW)
    make.texts(agreement)
    seen, every = agreement.version, [c.value for c in Clause]
    step(legal_reviewer, agreement, "return", reason="Pasal tentang perlindungan data pribadi belum ada.")
    step(biroks_officer, agreement, "resubmit", summary="Pasal 7 ditambahkan.")
    late = step(legal_reviewer, agreement, "klausul", version=seen, clauses=every)
    assert (late.status_code, agreement.clauses) == (409, {})
    step(legal_reviewer, agreement, "klausul", version=agreement.version, clauses=every)
    assert agreement.clauses == dict.fromkeys(every, True)


def test_of_two_who_keep_the_grant_the_second_is_told(step, biroks_officer):
    agreement = make.agreement(AgreementStatus.ACTIVE)
    seen = agreement.version
    step(biroks_officer, agreement, "hibah", version=seen, grant_register_no="H-1")
    late = step(biroks_officer, agreement, "hibah", version=seen, grant_register_no="H-2")
    assert (late.status_code, agreement.grant_register_no) == (409, "H-1")


# --- Signing

SIGNING = {
    "way": "SCAN",
    "place": "Jakarta",
    "our_post": "Sekretaris Jenderal",
    "capacity": "DEFINITIVE",
    "partner_post": "Chief Representative",
    "copies": ["KEMLU"],
}


@pytest.mark.parametrize("step_of", ["CLEARANCE", "FULL_POWERS"])
def test_nobody_signed_before_the_text_was_cleared(step_of, step, sekjen):
    agreement = make.agreement(AgreementStatus.READY_TO_SIGN)
    make.letter(agreement, "KEMLU", step_of, result="APPROVED", days_ago=20)
    days = {"signed_on": today(-1), "effective_date": today()}
    early = step(sekjen, agreement, "sign", signed=factories.pdf(), **SIGNING, **days)
    assert (early.status_code, agreement.status) == (400, "READY_TO_SIGN")
    assert "cannot have been signed before Ministry of Foreign Affairs approved it" in early.text_
    step(sekjen, agreement, "sign", signed=factories.pdf(), **SIGNING, **{**days, "signed_on": today()})
    assert agreement.status == "ACTIVE"


@pytest.mark.parametrize("post", ["Plh. Sekretaris Jenderal", "plh Bupati", "Pelaksana Harian Gubernur"])
def test_a_post_held_for_a_day_is_not_typed_in_as_one_that_signs(post, step, sekjen):
    agreement = make.agreement(AgreementStatus.READY_TO_SIGN)
    data = {**SIGNING, "our_post": post, "signed_on": today(), "effective_date": today()}
    refused = step(sekjen, agreement, "sign", signed=factories.pdf(), **data)
    assert (refused.status_code, agreement.status) == (400, "READY_TO_SIGN")
    assert "(Plh) may not sign an agreement" in refused.text_ and post in refused.text_


def test_an_amendment_was_not_signed_before_it_was_opened(step, sekjen):
    old = timezone.localdate() - dt.timedelta(days=90)
    agreement = make.agreement(
        AgreementStatus.UNDER_AMENDMENT, amendment_phase="SIGNING", signed_on=old, effective_date=old, starts=old,
        instrument=Instrument.MOU, proposed={"scope": "Tiga angkatan"},
    )  # fmt: skip
    data = {k: SIGNING[k] for k in ("way", "our_post", "capacity", "partner_post")}
    early = step(sekjen, agreement, "amended", signed=factories.pdf(), signed_on=today(-1), **data)
    assert (early.status_code, "before it was opened" in early.text_) == (400, True)
    step(sekjen, agreement, "amended", signed=factories.pdf(), signed_on=today(), **data)
    assert (agreement.status, agreement.scope) == ("ACTIVE", "Tiga angkatan")


@pytest.mark.parametrize("decided", ["RENEW", "END"])
def test_a_new_end_of_validity_is_decided_on_anew(decided, step, sekjen):
    old = timezone.localdate() - dt.timedelta(days=90)
    agreement = make.agreement(
        AgreementStatus.UNDER_AMENDMENT, amendment_phase="SIGNING", signed_on=old, effective_date=old, starts=old,
        ends=timezone.localdate() + dt.timedelta(days=80), renewal=decided, renewal_reason="Tujuan tercapai.",
        warned_days=90, proposed={"ends": today(500)},
    )  # fmt: skip
    data = {k: SIGNING[k] for k in ("way", "our_post", "capacity", "partner_post")}
    step(sekjen, agreement, "amended", signed=factories.pdf(), signed_on=today(), **data)
    assert (agreement.ends.isoformat(), agreement.renewal, agreement.renewal_reason, agreement.warned_days) == (
        today(500),
        "",
        "",
        None,
    )
