"""Pages of candidates, demand and proposals: each works, refuses whom it must, and says what is wrong."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from partnerships.lifecycle import PROPOSAL
from partnerships.models import Proposal, ProposalStatus, Scoring, Suggestion
from partnerships.services import suggestions
from programs.models import Amendment, Intake, ProgramStatus
from regions.models import CompetencyGap, NeedLine
from tests import factories, program_factories
from tests.proposal_factories import line_of, open_need, proposal
from workflow.engine import perform

pytestmark = pytest.mark.django_db
S = ProposalStatus
WAIVER = "Kepala dinas setuju mengirim mediator ke luar negeri."


@pytest.fixture
def need(aceh, aceh_province_operator):
    return open_need(aceh, created_by=aceh_province_operator, people=4, reason="Rahasia kasus pabrik.")


@pytest.fixture
def program(jica):
    return program_factories.program(jica, ProgramStatus.OPEN, seats=5)


@pytest.fixture
def matched(need, program):
    suggestions.recompute_need(need.pk)
    suggestions.recompute_program(program.pk)
    return need


def get(client, user, url: str, status: int = 200):
    client.force_login(user)
    response = client.get(url)
    assert response.status_code == status, response.content[:2000]
    return response


def text(response) -> str:
    return " ".join(response.content.decode().split())


def compare_url(need, position: int = 1) -> str:
    return reverse("partnerships:compare", args=[need.code, position])


def propose_url(need, intake=None) -> str:
    url = f"{reverse('partnerships:propose')}?baris={line_of(need).pk}"
    return f"{url}&angkatan={intake.pk}" if intake else url


# --- Candidates compared ------------------------------------------------------------------------------------


def test_compare_shows_each_part_with_its_evidence(client, matched, program, aceh_province_operator):
    response = get(client, aceh_province_operator, compare_url(matched))
    found = response.context["found"]
    assert [c.program for c in found.columns] == [program]
    assert [row.name for row in found.rows] == [
        "theme",
        "level",
        "schedule",
        "seats",
        "priority",
        "equity",
        "completion",
    ]
    page = text(response)
    assert propose_url(matched, program.intakes.get()).replace("&", "&amp;") in page
    assert str(program.title) in page


def test_compare_speaks_both_languages(client, matched, aceh_province_operator):
    with translation.override("en"):
        page = text(get(client, aceh_province_operator, compare_url(matched)))
    assert "5 seats for 4 people" in page and "1 of 1 competency covered" in page


def test_compare_lists_the_best_three_first(client, need, jica, aceh_province_operator):
    offers = [program_factories.program(jica, ProgramStatus.OPEN, seats=n) for n in (1, 4, 2, 3)]
    suggestions.recompute_need(need.pk)
    found = get(client, aceh_province_operator, compare_url(need)).context["found"]
    assert [c.program for c in found.columns] == [offers[1], offers[3], offers[2]]
    assert [c.program for c in found.more] == [offers[0]]


def test_compare_names_what_excluded_programmes_fail(client, matched, koica, aceh_province_operator):
    program_factories.program(koica, delivery_mode="ONLINE", title_id="Kursus daring")
    program_factories.program(koica, themes=(("T01", 1, 3),), title_id="Pemeriksaan")
    suggestions.recompute_need(matched.pk)
    found = get(client, aceh_province_operator, compare_url(matched)).context["found"]
    assert [(c.program.title_id, [f.code for f in c.failures], c.waivable) for c in found.excluded] == [
        ("Kursus daring", ["mode"], True),
        ("Pemeriksaan", ["theme"], False),
    ]


def test_compare_dates_old_results(client, matched, aceh_province_operator):
    suggestions.mark_need_stale(matched.pk)
    with translation.override("en"):
        page = text(get(client, aceh_province_operator, compare_url(matched)))
    assert "Being computed again" in page and "rules 1.0, computed" in page


def test_compare_before_anything_is_computed(client, need, aceh_province_operator):
    with translation.override("en"):
        page = text(get(client, aceh_province_operator, compare_url(need)))
    assert "Being computed" in page and "No programme fits this line yet" in page


def test_compare_waits_for_approval(client, need_aceh, aceh_operator):
    with translation.override("en"):
        page = text(get(client, aceh_operator, compare_url(need_aceh)))
    assert "once the ministry has approved the need" in page


def test_compare_is_not_for_strangers_and_partners(client, matched, bali_head, jica_head):
    for user in (bali_head, jica_head):
        get(client, user, compare_url(matched), 404)


def test_a_line_that_does_not_exist_is_not_found(client, matched, aceh_province_operator):
    get(client, aceh_province_operator, compare_url(matched, 9), 404)


def test_readers_compare_without_a_button(client, matched, auditor, aceh_verifier, ppsdm_head):
    for user in (auditor, aceh_verifier, ppsdm_head):
        assert reverse("partnerships:propose") not in text(get(client, user, compare_url(matched)))


def test_a_programme_for_others_does_not_show(client, need, jica, bali, aceh_province_operator, ppsdm_verifier):
    offer = program_factories.program(jica, visibility="SELECTED", title_id="Khusus Bali")
    offer.selected_offices.add(bali)
    suggestions.recompute_need(need.pk)
    assert "Khusus Bali" not in text(get(client, aceh_province_operator, compare_url(need)))
    assert "Khusus Bali" in text(get(client, ppsdm_verifier, compare_url(need)))


# --- Proposing ----------------------------------------------------------------------------------------------


def test_an_operator_proposes_from_the_candidates(client, matched, program, aceh_province_operator):
    url = propose_url(matched, program.intakes.get())
    response = get(client, aceh_province_operator, url)
    assert response.context["form"].initial == {"seats": 4}
    response = client.post(url, {"seats": 3, "note": "Siap."})
    made = Proposal.objects.get()
    assert response.status_code == 302 and response.url == made.get_absolute_url()
    assert (made.seats_requested, made.note, made.status) == (3, "Siap.", S.PROPOSED)
    assert made.code in text(get(client, aceh_province_operator, compare_url(matched)))


def test_too_many_seats_are_refused_with_the_number_left(client, matched, program, aceh_province_operator):
    client.force_login(aceh_province_operator)
    response = client.post(propose_url(matched, program.intakes.get()), {"seats": 9})
    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["seats"]
    assert Proposal.objects.count() == 0


def test_the_same_pair_twice_is_refused_on_the_page(client, matched, program, aceh_province_operator):
    proposal(matched, program)
    client.force_login(aceh_province_operator)
    response = client.post(propose_url(matched, program.intakes.get()), {"seats": 1})
    assert response.status_code == 400 and response.context["form"].non_field_errors()


def test_what_cannot_be_proposed_says_why(client, matched, koica, aceh_province_operator):
    offer = program_factories.program(koica, posts=("WASNAK",))
    url = propose_url(matched, offer.intakes.get())
    response = get(client, aceh_province_operator, url)
    assert [f.code for f in response.context["blocked"]] == ["post"]
    assert client.post(url, {"seats": 1}).status_code == 409
    assert Proposal.objects.count() == 0


def test_a_verifier_must_waive_with_a_reason(client, matched, koica, ppsdm_verifier):
    offer = program_factories.program(koica, delivery_mode="ONLINE")
    url = propose_url(matched, offer.intakes.get())
    assert "waiver" in get(client, ppsdm_verifier, url).context["form"].fields
    assert client.post(url, {"seats": 1, "waiver": "ya"}).status_code == 400
    assert client.post(url, {"seats": 1, "waiver": WAIVER}).status_code == 302
    assert Proposal.objects.get().waiver_reason == WAIVER


def test_an_office_proposes_without_a_waiver_field(client, matched, koica, aceh_province_operator):
    offer = program_factories.program(koica, delivery_mode="ONLINE")
    url = propose_url(matched, offer.intakes.get())
    assert "waiver" not in get(client, aceh_province_operator, url).context["form"].fields
    assert client.post(url, {"seats": 1}).status_code == 302


def test_a_partner_is_asked_for_a_programme_of_its_own(client, matched, jica, aceh_province_operator):
    get(client, aceh_province_operator, propose_url(matched))
    data = {"seats": 4, "partner": jica.pk, "request": "Pelatihan mediasi tiga hari di Banda Aceh."}
    assert client.post(propose_url(matched), {**data, "request": "x"}).status_code == 400
    assert client.post(propose_url(matched), data).status_code == 302
    made = Proposal.objects.get()
    assert (made.partner, made.intake) == (jica, None)
    get(client, aceh_province_operator, made.get_absolute_url())


def test_who_may_not_propose_is_refused(client, matched, program, auditor, biroks_head, bali_head, koica_liaison):
    url = propose_url(matched, program.intakes.get())
    for user in (auditor, biroks_head):
        get(client, user, url, 403)
    for user in (bali_head, koica_liaison):
        get(client, user, url, 404)


@pytest.mark.parametrize("query", ["", "?baris=abc", "?baris=999999", "?baris=1&angkatan=x", "?baris=9" + "9" * 30])
def test_nonsense_in_the_address_is_not_found(client, aceh_province_operator, query):
    get(client, aceh_province_operator, reverse("partnerships:propose") + query, 404)


def test_a_liaison_proposes_from_the_demand(client, matched, program, jica_liaison):
    page = text(get(client, jica_liaison, reverse("partnerships:program_demand", args=[program.slug])))
    assert matched.office.name in page and matched.code not in page
    url = propose_url(matched, program.intakes.get())
    assert matched.code not in text(get(client, jica_liaison, url))
    assert client.post(url, {"seats": 2}).status_code == 302
    made = Proposal.objects.get()
    assert made.proposed_by_side == "PARTNER"
    get(client, jica_liaison, made.get_absolute_url())


# --- Proposals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", S.values)
def test_every_state_has_its_page_in_both_languages(client, matched, program, aceh_province_head, jica_head, state):
    record = proposal(matched, program, state)
    for language in ("id", "en"):
        with translation.override(language):
            get(client, aceh_province_head, record.get_absolute_url())
            get(client, jica_head, record.get_absolute_url(), 200 if record.sent_at else 404)


def test_the_partner_reads_the_summary_and_nothing_internal(client, matched, program, jica_head, aceh_province_head):
    record = proposal(matched, program, S.PARTNER_REVIEW, note="Catatan dalam.")
    page = text(get(client, jica_head, record.get_absolute_url()))
    assert record.partner_summary in page
    for secret in (matched.code, matched.reason, matched.contact_email, "Catatan dalam."):
        assert secret not in page
    page = text(get(client, aceh_province_head, record.get_absolute_url()))
    assert matched.code in page and "Catatan dalam." in page


def test_the_partner_never_reads_what_the_ministry_wrote_before_sending(
    client, matched, program, ppsdm_verifier, biroks_head, jica_head, aceh_province_head
):
    record = perform(
        PROPOSAL,
        "review",
        record=proposal(matched, program),
        actor=ppsdm_verifier,
        answers={"note": "Rahasia dapur."},
    )
    record = perform(PROPOSAL, "send_partner", record=record, actor=biroks_head, answers={"summary": "Two mediators."})
    for url in (record.get_absolute_url(), f"{record.get_absolute_url()}accept/"):
        page = text(get(client, jica_head, url))
        assert "Rahasia dapur." not in page and "Two mediators." in page
    assert "Rahasia dapur." in text(get(client, aceh_province_head, record.get_absolute_url()))


def test_what_changed_since_sending_is_shown(client, matched, program, jica_head):
    record = proposal(matched, program, S.PARTNER_REVIEW)
    assert not get(client, jica_head, record.get_absolute_url()).context["since"].differs
    Intake.objects.update(seats=3)
    Amendment.objects.create(
        program=program,
        edition=2,
        made_by=jica_head,
        reason="Anggaran berubah.",
        changes=[
            {
                "field": "seats",
                "label_id": "Kursi",
                "label_en": "Seats",
                "before": "5",
                "after": "3",
                "before_en": "5",
                "after_en": "3",
            }
        ],
    )
    response = get(client, jica_head, record.get_absolute_url())
    since = response.context["since"]
    assert (since.seats_then, since.seats_now, len(since.amendments)) == (5, 3, 1)
    assert "Anggaran berubah." in text(response)


def test_the_partner_accepts_on_the_page(client, matched, program, jica_head):
    record = proposal(matched, program, S.PARTNER_REVIEW)
    url = f"{record.get_absolute_url()}accept/"
    get(client, jica_head, url)
    response = client.post(url, {"version": record.version, "note": ""})
    assert response.status_code == 302
    assert Proposal.objects.get().status == S.ACCEPTED
    get(client, jica_head, record.get_absolute_url())


def test_seats_that_went_meanwhile_are_told(client, matched, program, jica_head):
    record = proposal(matched, program, S.PARTNER_REVIEW)
    Intake.objects.update(seats_taken=5)
    page = get(client, jica_head, f"{record.get_absolute_url()}accept/")
    assert page.context["offer"].enabled is False
    response = client.post(f"{record.get_absolute_url()}accept/", {"version": record.version})
    assert response.status_code == 400 and response.context["form"].non_field_errors()


def test_deciding_on_an_old_page_is_a_conflict(client, matched, program, jica_head):
    record = proposal(matched, program, S.PARTNER_REVIEW)
    client.force_login(jica_head)
    url = f"{record.get_absolute_url()}decline/"
    answers = {"reason_code": "R08", "reason": "Semua kursi sudah terisi oleh daerah lain."}
    response = client.post(url, {**answers, "version": record.version + 7})
    assert response.status_code in {400, 409}
    assert Proposal.objects.get().status == S.PARTNER_REVIEW


def test_acts_of_others_are_refused(client, matched, program, jica_liaison, aceh_province_operator, bali_head):
    record = proposal(matched, program, S.PARTNER_REVIEW)
    url = f"{record.get_absolute_url()}accept/"
    for user, status in ((jica_liaison, 403), (aceh_province_operator, 403), (bali_head, 404)):
        get(client, user, url, status)
    get(client, jica_liaison, f"{record.get_absolute_url()}conjure/", 404)


def test_the_list_shows_what_exists_for_the_reader(
    client, matched, program, bali, aceh_province_head, jica_head, koica_head, auditor, legal_reviewer
):
    mine = proposal(matched, program, S.PARTNER_REVIEW)
    other = proposal(open_need(bali), program, S.PROPOSED)
    url = reverse("partnerships:proposals")
    for user, expected in (
        (aceh_province_head, {mine}),
        (jica_head, {mine}),
        (koica_head, set()),
        (auditor, {mine, other}),
        (legal_reviewer, set()),
    ):
        assert set(get(client, user, url).context["listing"].rows) == expected


def test_the_list_is_filtered_searched_and_sorted(client, matched, program, bali, auditor):
    mine = proposal(matched, program, S.PARTNER_REVIEW, score=80)
    other = proposal(open_need(bali), program, S.PROPOSED, score=90)
    url = reverse("partnerships:proposals")

    def rows(query: str):
        return get(client, auditor, url + query).context["listing"].rows

    assert rows("?status=PROPOSED") == [other]
    assert rows("?province=11") == [mine]
    assert rows(f"?q={mine.code}") == [mine]
    assert rows("?sort=-score") == [other, mine]
    assert rows("?status=nonsense") == []


def many(jica, count: int):
    for _number in range(count):
        number = Proposal.objects.count()
        office = factories.organisation(f"KANTOR-{number}", "OFFICE")
        offer = program_factories.program(jica, ProgramStatus.OPEN, complete=False)
        proposal(open_need(office, complete=False), offer, S.PARTNER_REVIEW)


def queries(client, user, url: str) -> int:
    client.force_login(user)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_list_takes_as_many_queries_for_thirty_rows_as_for_one(client, jica, auditor, jica_head):
    url = reverse("partnerships:proposals") + "?size=50"
    many(jica, 1)
    few = queries(client, auditor, url), queries(client, jica_head, url)
    many(jica, 29)
    assert (queries(client, auditor, url), queries(client, jica_head, url)) == few


def test_the_comparison_takes_as_many_queries_for_thirty_programmes_as_for_one(
    client, matched, koica, aceh_province_operator
):
    url = compare_url(matched)
    few = queries(client, aceh_province_operator, url)
    for _number in range(29):
        program_factories.program(koica, ProgramStatus.OPEN, seats=5)
    suggestions.recompute_need(matched.pk)
    assert len(get(client, aceh_province_operator, url).context["found"].more) == 27
    assert queries(client, aceh_province_operator, url) == few


# --- Demand -------------------------------------------------------------------------------------------------


def test_demand_counts_people_by_province_and_competency(client, matched, program, bali, jica_liaison):
    open_need(bali, people=6, themes=(("T07", 1, 3), ("T08", 1, 2)))
    factories.need(bali, people=50)
    proposal(matched, program, S.ACCEPTED)
    response = get(client, jica_liaison, reverse("partnerships:demand"))
    assert [
        (r.theme, r.province, r.people, r.seated, r.unmet, r.offices, r.seats_on_offer)
        for r in response.context["page"].object_list
    ] == [("T07", "51", 6, 0, 6, 1, 3), ("T08", "51", 6, 0, 6, 1, 0), ("T07", "11", 4, 2, 2, 1, 3)]
    assert response.context["figures"] == {
        "people": 10,
        "offices": 2,
        "provinces": 2,
        "seated": 2,
        "unmet": 8,
    }


def test_demand_is_narrowed(client, matched, bali, jica_liaison):
    open_need(bali, people=6)
    url = reverse("partnerships:demand")
    rows = get(client, jica_liaison, url + "?provinsi=51").context["page"].object_list
    assert [(r.theme, r.province) for r in rows] == [("T07", "51")]
    assert get(client, jica_liaison, url + "?tema=T07&jabatan=MEDHI").context["pages"].total == 2
    get(client, jica_liaison, url + "?tema=nonsense", 400)


def test_demand_names_no_office_and_no_contact(client, matched, jica_liaison):
    page = text(get(client, jica_liaison, reverse("partnerships:demand")))
    for secret in (matched.office.name, matched.contact_email, matched.code, matched.reason):
        assert secret not in page


def test_demand_without_any_need_says_so(client, jica_liaison):
    with translation.override("en"):
        assert "No approved demand yet" in text(get(client, jica_liaison, reverse("partnerships:demand")))


def test_demand_is_for_partners_and_the_ministry(
    client, matched, jica_head, ppsdm_verifier, biroks_officer, auditor, aceh_province_head, aceh_verifier
):
    for user, status in (
        (jica_head, 200),
        (ppsdm_verifier, 200),
        (biroks_officer, 200),
        (auditor, 200),
        (aceh_province_head, 403),
        (aceh_verifier, 403),
    ):
        get(client, user, reverse("partnerships:demand"), status)


def test_demand_takes_as_many_queries_for_many_rows(client, jica, jica_liaison, aceh, bali):
    url = reverse("partnerships:demand")
    open_need(aceh, complete=False)
    few = queries(client, jica_liaison, url)
    for theme in ("T01", "T05", "T08", "T11"):
        for office in (aceh, bali):
            open_need(office, themes=((theme, 1, 3),), complete=False)
    assert queries(client, jica_liaison, url) == few


def test_programme_demand_shows_fits_and_near_misses(client, matched, program, bali, jica_liaison):
    open_need(bali, themes=(("T07", 3, 5),))
    suggestions.recompute_program(program.pk)
    url = reverse("partnerships:program_demand", args=[program.slug])
    response = get(client, jica_liaison, url)
    assert [c.line.need.office.code for c in response.context["candidates"]] == ["DISNAKER-11"]
    assert [(c.line.need.office.code, [f.code for f in c.failures]) for c in response.context["near"]] == [
        ("DISNAKER-51", ["level"])
    ]
    assert response.context["totals"] == {"lines": 1, "people": 4, "offices": 1, "provinces": 1}
    page = text(response)
    for secret in (matched.code, matched.reason, matched.contact_email):
        assert secret not in page


def test_programme_demand_is_not_for_offices_and_other_partners(
    client, matched, program, aceh_province_head, koica_head, ppsdm_verifier
):
    url = reverse("partnerships:program_demand", args=[program.slug])
    get(client, aceh_province_head, url, 403)
    get(client, koica_head, url, 404)
    get(client, ppsdm_verifier, url)


def test_programme_demand_takes_as_many_queries_for_many_lines(client, program, jica_liaison, aceh, bali):
    url = reverse("partnerships:program_demand", args=[program.slug])
    open_need(aceh, complete=False)
    open_need(aceh, themes=(("T07", 3, 5),), complete=False)
    suggestions.recompute_program(program.pk)
    few = queries(client, jica_liaison, url)
    for _number in range(6):
        open_need(bali, complete=False)
        open_need(bali, themes=(("T07", 3, 5),), complete=False)
    suggestions.recompute_program(program.pk)
    assert queries(client, jica_liaison, url) == few


# --- Panels on the pages of need and programme --------------------------------------------------------------


def test_the_needs_page_shows_candidates_and_proposals(client, matched, program, aceh_province_operator):
    record = proposal(matched, program)
    page = text(get(client, aceh_province_operator, matched.get_absolute_url()))
    assert compare_url(matched) in page and record.code in page and program.title_id in page


def test_the_needs_page_takes_as_many_queries_for_many_lines(client, need, jica, aceh_province_operator):
    url = need.get_absolute_url()
    program_factories.program(jica, complete=False)
    suggestions.recompute_need(need.pk)
    few = queries(client, aceh_province_operator, url)
    first = line_of(need)
    for number in range(2, 8):
        line = NeedLine.objects.create(need=need, position=number, post=first.post, requested_total=2, in_post=5)
        CompetencyGap.objects.create(line=line, theme=factories.theme("T07"), current_level=1, target_level=3)
        program_factories.program(jica, complete=False)
    suggestions.recompute_need(need.pk)
    assert Suggestion.objects.count() == 49
    assert queries(client, aceh_province_operator, url) == few


def test_the_programmes_page_shows_an_office_its_fitting_lines(client, matched, program, aceh_province_operator):
    page = text(get(client, aceh_province_operator, program.get_absolute_url()))
    assert propose_url(matched, program.intakes.get()).replace("&", "&amp;") in page


def test_the_programmes_page_shows_partner_and_ministry_the_demand(
    client, matched, program, jica_liaison, ppsdm_verifier
):
    for user in (jica_liaison, ppsdm_verifier):
        page = text(get(client, user, program.get_absolute_url()))
        assert reverse("partnerships:program_demand", args=[program.slug]) in page


def test_visitors_see_the_programme_without_a_panel(client, matched, jica):
    offer = program_factories.program(jica, visibility="PUBLIC")
    response = client.get(offer.get_absolute_url())
    assert response.status_code == 200 and "permintaan" not in text(response)
    assert Scoring.objects.exists()


# --- What matching says on the programmes' own pages ---------------------------------------------------------


def test_two_intakes_of_one_programme_are_one_column_of_the_comparison(
    client, matched, program, koica, aceh_province_operator
):
    program_factories.intake(program, number=2, seats=5)
    other = program_factories.program(koica, ProgramStatus.OPEN, seats=5)
    suggestions.recompute_need(matched.pk)
    found = get(client, aceh_province_operator, compare_url(matched)).context["found"]
    assert sorted(c.program.pk for c in found.columns) == sorted([program.pk, other.pk])
    assert [c.program.pk for c in found.more] == [program.pk]


def test_the_catalogue_tells_an_office_which_programmes_fit_its_lines(client, matched, program, bali_operator):
    url = reverse("programs:catalogue")
    with translation.override("en"):
        url = reverse("programs:catalogue")
    assert "Fits 1 line of your needs" in text(get(client, matched.created_by, url))
    assert "of your needs" not in text(get(client, bali_operator, url))


def test_a_liaison_sees_the_approved_demand_while_drafting(client, matched, jica, jica_liaison):
    draft = program_factories.program(jica, ProgramStatus.DRAFT, created_by=jica_liaison)
    with translation.override("en"):
        url = reverse("programs:fill", args=[draft.code])
    assert "People who want what this programme teaches: 4 (offices: 1)." in text(get(client, jica_liaison, url))


def test_an_office_finds_the_way_to_propose_at_the_top_of_the_programmes_page(client, matched, program, bali_operator):
    with translation.override("en"):
        url = program.get_absolute_url()
    best = propose_url(matched, program.intakes.get()).replace("&", "&amp;")
    assert best in text(get(client, matched.created_by, url))
    page = text(get(client, bali_operator, url))
    assert best not in page and 'href="#cocok">Use for our need' in page


def test_an_act_shows_what_is_decided_on(client, matched, program, jica_head):
    record = proposal(matched, program, S.PARTNER_REVIEW)
    response = get(client, jica_head, reverse("partnerships:act", args=[record.code, "accept"]))
    values = [row["value"] for row in response.context["facts"]]
    assert values[:3] == [matched.office.name, f"{line_of(matched).post.label}, AHLI_PERTAMA", "2"]
    assert values[4] == str(program.intakes.get().seats_free)
