"""Pages of agreements: the list, one agreement, opening and changing it, both languages, no query per row."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partnerships.lifecycle import AGREEMENT
from partnerships.models import Agreement, AgreementStatus, Clause, Track
from tests import agreement_factories as make
from tests import factories, program_factories
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def get(client):
    """Open a page as one person and return it with its text."""

    def do(user, path, **data):
        client.force_login(user)
        response = client.get(path, data)
        response.text_ = response.content.decode()
        return response

    return do


@pytest.fixture
def post(client):
    """Send a form as one person."""

    def do(user, path, **data):
        client.force_login(user)
        response = client.post(path, data)
        response.text_ = response.content.decode()
        return response

    return do


def last_entry(agreement):
    return LogEntry.objects.filter(flow="partnerships.agreement", record_id=agreement.pk).order_by("-seq").first()


# --- List


def test_without_any_agreement_the_list_says_how_one_comes_about(get, auditor):
    page = get(auditor, "/en/kemitraan/")
    assert page.status_code == 200
    assert "An agreement is opened by itself when a partner accepts a proposal." in page.text_


def test_filters_that_fit_nothing_offer_the_way_back(get, auditor):
    make.agreement()
    page = get(auditor, "/en/kemitraan/", q="tidak ada yang begini")
    assert "No agreement fits these filters" in page.text_


def test_the_list_filters_by_track_stage_partner_province_and_end(get, auditor, jica, koica, bali):
    soon = timezone.localdate() + dt.timedelta(days=100)
    rows = {
        "central": make.agreement(partner=jica),
        "bali": make.agreement(AgreementStatus.DRAFTING, partner=koica, track=Track.KSDLL_CONT, office=bali),
        "soon": make.agreement(AgreementStatus.ACTIVE, partner=koica, ends=soon),
        "later": make.agreement(AgreementStatus.ACTIVE, partner=koica),
    }
    names = {row.code: name for name, row in rows.items()}

    def shown(**data):
        listing = get(auditor, "/kemitraan/", **data).context["listing"]
        return {names[row.code] for row in listing.rows}

    assert shown() == {"central", "bali", "soon", "later"}
    assert shown(track="KSDLL_CONT") == {"bali"}
    assert shown(status="ACTIVE") == {"soon", "later"}
    assert shown(status=["ACTIVE", "DRAFTING"]) == {"soon", "later", "bali"}
    assert shown(partner=str(jica.pk)) == {"central"}
    assert shown(province="51") == {"bali"}
    assert shown(ends="undecided") == {"soon"}
    assert shown(ends="decided") == set()
    assert shown(q="DISNAKER-51") == set()
    assert shown(q=rows["central"].code) == {"central"}
    assert shown(partner="nonsense", status="LIMBO") == set()


def test_the_list_sorts_by_every_column(get, auditor, jica, koica):
    first = make.agreement(partner=jica, due_at=timezone.now())
    second = make.agreement(partner=koica)
    for name in ("code", "partner", "due"):
        listing = get(auditor, "/kemitraan/", sort=name).context["listing"]
        assert [row.code for row in listing.rows] == [first.code, second.code]
        listing = get(auditor, "/kemitraan/", sort=f"-{name}").context["listing"]
        assert [row.code for row in listing.rows] == [second.code, first.code]


def test_a_row_counts_its_seats_and_the_days_a_body_is_silent(get, auditor, jica, aceh, bali):
    agreement = make.agreement(AgreementStatus.CLEARANCE, partner=jica)
    make.proposal(aceh, jica, where=agreement, seats=3)
    make.proposal(bali, jica, where=agreement, seats=2)
    make.letter(agreement, days_ago=38)
    page = get(auditor, "/en/kemitraan/")
    (row,) = page.context["listing"].rows
    assert row.seats == 5
    assert "waiting 38 days at Ministry of Foreign Affairs" in page.text_


def queries(get, user, path):
    get(user, path)  # warm caches
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert get(user, path).status_code == 200
    return len(captured)


def test_the_list_needs_no_query_per_row(get, biroks_officer, jica, aceh):
    def add():
        agreement = make.agreement(AgreementStatus.CLEARANCE, partner=jica)
        make.proposal(aceh, jica, where=agreement)
        make.letter(agreement)

    add()
    one = queries(get, biroks_officer, "/kemitraan/?size=50")
    for _number in range(29):
        add()
    assert queries(get, biroks_officer, "/kemitraan/?size=50") == one


def test_the_page_needs_no_query_per_seat_letter_or_paper(get, biroks_officer, jica):
    agreement = make.agreement(AgreementStatus.CLEARANCE, partner=jica)

    def add(number):
        make.proposal(factories.office(f"11{number:02d}"), jica, where=agreement)
        make.letter(agreement, result="APPROVED")

    add(1)
    path = f"/kemitraan/{agreement.code}/"
    one = queries(get, biroks_officer, path)
    for number in range(2, 31):
        add(number)
    assert queries(get, biroks_officer, path) == one


# --- One agreement


def test_the_page_shows_whose_turn_it_is_and_one_primary_action(get, legal_reviewer, biroks_officer):
    agreement = make.agreement(AgreementStatus.LEGAL_REVIEW)
    page = get(legal_reviewer, f"/en/kemitraan/{agreement.code}/")
    assert "Approval, stage 6 of 10" in page.text_
    assert page.text_.count("Give a decision") == 1
    assert "Legal reviewer" in page.text_
    closed = make.agreement(AgreementStatus.CLOSED)
    assert "Give a decision" not in get(biroks_officer, f"/en/kemitraan/{closed.code}/").text_


@pytest.mark.parametrize("track", Track)
def test_the_page_opens_in_every_state(track, get, auditor):
    states = AGREEMENT.states_of(track)
    agreements = [make.agreement(state.code, track=track) for state in states]
    found = {a.status: get(auditor, f"/kemitraan/{a.code}/").status_code for a in agreements}
    assert found == dict.fromkeys([state.code for state in states], 200)


def test_the_stages_of_the_page_are_those_of_the_track(get, auditor):
    def stages(track, **fields):
        agreement = make.agreement(AgreementStatus.PLAN, track=track, **fields)
        return [row.code for row in get(auditor, f"/kemitraan/{agreement.code}/").context["stages"]]

    road = ["INITIATED", "EXPLORATION", "INTENT", "PLAN", "DRAFTING", "LEGAL_REVIEW", "CLEARANCE"]
    end = ["READY_TO_SIGN", "SIGNED", "ACTIVE"]
    assert stages(Track.CENTRAL) == [*road, *end]
    assert stages(Track.CENTRAL, full_powers_needed=True) == [*road, "FULL_POWERS", *end]
    assert stages(Track.KSDLL_CONT) == [*road[:4], "DPRD_REVIEW", "GOV_VERIFICATION", *road[4:], *end]


def test_home_affairs_has_no_deadline_but_its_silence_is_counted(get, auditor, aceh_regency):
    agreement = make.agreement(AgreementStatus.GOV_VERIFICATION, track=Track.KSDLL_CONT, office=aceh_regency)
    make.letter(agreement, "KEMENDAGRI", "VERIFICATION", days_ago=38)
    assert agreement.due_at is None
    page = get(auditor, f"/en/kemitraan/{agreement.code}/")
    assert "waiting 38 days at Ministry of Home Affairs" in page.text_


def test_an_agreement_that_ends_within_half_a_year_says_so(get, auditor):
    days = {180: True, 181: False, 0: True}
    for left, expected in days.items():
        agreement = make.agreement(
            AgreementStatus.ACTIVE,
            ends=timezone.localdate() + dt.timedelta(days=left),
            starts=timezone.localdate() - dt.timedelta(days=5),
        )
        assert agreement.is_expiring is expected
        page = get(auditor, f"/en/kemitraan/{agreement.code}/")
        assert (f"Ends in {left} day" in page.text_) is expected


def test_seats_name_the_office_and_link_the_proposal_only_for_who_may_see_it(get, biroks_officer, jica, aceh):
    agreement = make.agreement(partner=jica)
    proposal = make.proposal(aceh, jica, where=agreement, seats=4)
    page = get(biroks_officer, f"/en/kemitraan/{agreement.code}/")
    assert (page.context["seat_total"], page.context["seats"]) == (4, [proposal])
    assert aceh.name in page.text_ and proposal.line.need.code in page.text_


def test_both_languages_are_complete_pages(get, auditor):
    agreement = make.agreement(title_en="Mediator training with a partner")
    assert "Pelatihan mediator dengan mitra" in get(auditor, f"/kemitraan/{agreement.code}/").text_
    english = get(auditor, f"/en/kemitraan/{agreement.code}/").text_
    assert "Mediator training with a partner" in english and 'lang="en"' in english


def test_the_timeline_names_roles_and_never_people(get, biroks_officer, auditor, post):
    agreement = make.agreement(created_by=biroks_officer)
    page = get(auditor, f"/en/kemitraan/{agreement.code}/")
    assert "Cooperation officer" in page.text_
    assert biroks_officer.name not in page.text_ and biroks_officer.email not in page.text_


def test_a_rejected_agreement_shows_where_it_stopped_and_why(get, post, biroks_head, auditor):
    from regions.models import Term

    Term.objects.create(vocabulary="reject_reason", code="R11", label_id="Risiko", label_en="Risk")
    agreement = make.agreement(AgreementStatus.INITIATED)
    reason = "Risiko hukum pada pasal kekebalan terlalu besar."
    post(biroks_head, f"/kemitraan/{agreement.code}/reject/", reason_code="R11", reason=reason)
    stages = get(auditor, f"/kemitraan/{agreement.code}/").context["stages"]
    assert [(row.place, row.comment) for row in stages][:2] == [("stopped", reason), ("todo", "")]


def test_a_stage_the_law_exempts_is_shown_as_not_needed(get, auditor):
    agreement = make.agreement(AgreementStatus.DRAFTING, track=Track.KSDLL_CONT, dprd_exempt_reason="Pasal 20")
    stages = get(auditor, f"/kemitraan/{agreement.code}/").context["stages"]
    assert [row.place for row in stages] == ["done"] * 4 + ["skipped", "done", "now"] + ["todo"] * 5


# --- Opening and changing


def test_the_officer_opens_a_central_agreement_by_hand(post, biroks_officer, jica):
    response = post(biroks_officer, "/kemitraan/baru/", track="CENTRAL", partner=jica.pk, title_id="Kerja sama K3")
    agreement = Agreement.objects.get()
    year = timezone.localdate().year
    assert response.url == agreement.get_absolute_url()
    assert (agreement.code, agreement.status, agreement.track, agreement.office, agreement.unit.code) == (
        f"KM-{year}-0001",
        "INITIATED",
        "CENTRAL",
        None,
        "BIRO-KS",
    )
    assert agreement.due_at > timezone.now()
    assert (last_entry(agreement).action, last_entry(agreement).role) == ("create", "BIROKS_OFF")


def test_a_head_of_office_opens_one_for_the_own_region_only(post, get, aceh_head, aceh_regency, bali, jica):
    page = get(aceh_head, "/kemitraan/baru/")
    assert [value for value, _label, _use in page.context["tracks"]] == ["KSDLL_CONT", "KSDLL_NEW", "KSDPL"]
    post(
        aceh_head,
        "/kemitraan/baru/",
        track="KSDLL_CONT",
        partner=jica.pk,
        title_id="Mediator",
        office=bali.pk,
    )
    agreement = Agreement.objects.get()
    assert (agreement.office, agreement.region_codes) == (aceh_regency, ["1101"])
    refused = post(aceh_head, "/kemitraan/baru/", track="CENTRAL", partner=jica.pk, title_id="Mediator")
    assert (refused.status_code, Agreement.objects.count()) == (400, 1)


def test_a_regional_agreement_names_its_office(post, biroks_officer, jica):
    response = post(biroks_officer, "/en/kemitraan/baru/", track="KSDLL_CONT", partner=jica.pk, title_id="Mediator")
    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["office"]
    assert "<title>Error: " in response.text_


def test_a_programme_belongs_to_the_chosen_partner(post, biroks_officer, jica, koica):
    program = program_factories.program(koica)
    response = post(
        biroks_officer,
        "/en/kemitraan/baru/",
        track="CENTRAL",
        partner=jica.pk,
        title_id="M",
        program=program.pk,
    )
    assert "This programme belongs to another partner. Choose one of its own." in response.text_


def test_others_do_not_open_agreements(get, aceh_operator, jica_head, legal_reviewer, auditor):
    for person in (aceh_operator, jica_head, legal_reviewer, auditor):
        assert get(person, "/kemitraan/baru/").status_code == 403


def test_changed_content_is_logged_with_before_and_after(post, biroks_officer):
    agreement = make.agreement()
    data = {**make.PLAN, "track": "CENTRAL", "title_id": agreement.title_id, "scope": "Tiga angkatan"}
    post(biroks_officer, f"/kemitraan/{agreement.code}/ubah/", version=agreement.version, **data)
    agreement.refresh_from_db()
    assert agreement.scope == "Tiga angkatan"
    (change,) = last_entry(agreement).data["changes"]
    assert (change["field"], change["before"], change["after"]) == ("scope", "Dua angkatan", "Tiga angkatan")


def test_who_saves_second_is_told_and_overwrites_nothing(post, biroks_officer):
    agreement = make.agreement()
    data = {**make.PLAN, "track": "CENTRAL", "title_id": "Judul baru", "version": agreement.version}
    post(biroks_officer, f"/kemitraan/{agreement.code}/ubah/", **data)
    second = post(biroks_officer, f"/en/kemitraan/{agreement.code}/ubah/", **{**data, "title_id": "Judul lain"})
    agreement.refresh_from_db()
    assert (second.status_code, agreement.title_id) == (409, "Judul baru")
    assert "has changed since you opened the page" in second.text_


def test_the_track_changes_only_at_the_first_step_and_by_the_bureau(post, get, biroks_officer, aceh_regency):
    agreement = make.agreement()
    data = {**make.PLAN, "title_id": "Mediator", "version": agreement.version}
    response = post(biroks_officer, f"/kemitraan/{agreement.code}/ubah/", track="KSDLL_CONT", **data)
    assert response.status_code == 400
    post(
        biroks_officer,
        f"/kemitraan/{agreement.code}/ubah/",
        track="KSDLL_CONT",
        office=aceh_regency.pk,
        **data,
    )
    agreement.refresh_from_db()
    assert (agreement.track, agreement.office) == ("KSDLL_CONT", aceh_regency)
    changes = {c["field"]: (c["before_en"], c["after_en"]) for c in last_entry(agreement).data["changes"]}
    assert changes["track"] == ("Ministry and partner", "Region and partner, continuing central cooperation")
    assert changes["office"] == ("", aceh_regency.name)
    later = make.agreement(AgreementStatus.PLAN)
    assert "track" not in get(biroks_officer, f"/kemitraan/{later.code}/ubah/").context["form"].fields


def test_the_operator_of_the_office_that_leads_edits_but_not_the_track(get, aceh_operator, aceh_regency):
    agreement = make.agreement(track=Track.KSDLL_CONT, office=aceh_regency)
    form = get(aceh_operator, f"/kemitraan/{agreement.code}/ubah/").context["form"]
    assert {"track", "office"} & set(form.fields) == set() and "scope" in form.fields


def test_validity_must_not_end_before_it_begins(post, biroks_officer):
    agreement = make.agreement(AgreementStatus.PLAN)
    data = {
        **make.PLAN,
        "title_id": "M",
        "version": agreement.version,
        "starts": "2027-01-02",
        "ends": "2027-01-01",
    }
    response = post(biroks_officer, f"/en/kemitraan/{agreement.code}/ubah/", **data)
    assert (response.status_code, "must end after the day it begins" in response.text_) == (400, True)


def test_content_is_closed_while_the_text_is_with_the_legal_bureau(get, post, biroks_officer):
    agreement = make.agreement(AgreementStatus.LEGAL_REVIEW)
    assert get(biroks_officer, f"/kemitraan/{agreement.code}/ubah/").status_code == 403
    assert post(biroks_officer, f"/kemitraan/{agreement.code}/ubah/", title_id="X").status_code == 403


def test_only_the_legal_bureau_ticks_clauses_and_only_in_its_stage(get, post, legal_reviewer, biroks_officer):
    agreement = make.agreement(AgreementStatus.LEGAL_REVIEW)
    path = f"/kemitraan/{agreement.code}/klausul/"
    assert get(biroks_officer, path).status_code == 403
    assert post(legal_reviewer, path, clauses=["IP", "NONSENSE"]).status_code == 400
    post(legal_reviewer, path, clauses=["IP", "EXIT"])
    agreement.refresh_from_db()
    assert agreement.clauses == {"IP": True, "EXIT": True}
    assert get(legal_reviewer, f"/kemitraan/{make.agreement().code}/klausul/").status_code == 403
    assert set(Clause.values) == {"IP", "DATA", "COST", "PRIVILEGES", "DISPUTE", "DURATION", "EXIT"}


def test_the_bureau_keeps_the_grant(post, get, biroks_officer, aceh_operator, aceh_regency):
    agreement = make.agreement(AgreementStatus.ACTIVE, track=Track.KSDLL_CONT, office=aceh_regency)
    path = f"/en/kemitraan/{agreement.code}/hibah/"
    assert get(aceh_operator, path).status_code == 403
    half = post(biroks_officer, path, grant_registration_required="on", grant_value="1000", bast_no="B-1")
    assert half.status_code == 400
    assert "Choose the currency of the value." in half.text_
    assert "Enter the number and the date of the handover record together." in half.text_
    from regions.models import Term

    Term.objects.create(vocabulary="currency", code="IDR", label_id="Rupiah", label_en="Rupiah")
    Term.forget()
    post(
        biroks_officer,
        path,
        grant_registration_required="on",
        grant_register_no="H-77",
        grant_value="1000",
        grant_currency="IDR",
        bast_no="B-1",
        bast_date="2026-05-05",
    )
    agreement.refresh_from_db()
    assert (agreement.grant_register_no, agreement.grant_value, agreement.bast_date) == (
        "H-77",
        1000,
        dt.date(2026, 5, 5),
    )
    assert "H-77" in get(biroks_officer, f"/kemitraan/{agreement.code}/").text_
