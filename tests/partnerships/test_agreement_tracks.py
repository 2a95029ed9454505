"""Opening on each track, what the database insists on, papers per track, Aceh, the demo's five tracks."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from partnerships.models import Agreement, AgreementStatus, Instrument, PaperForm, Track
from partnerships.rules.documents import papers_to_draft
from partnerships.rules.external_steps import bodies_for, steps_for
from partnerships.services import papers
from partnerships.services.seals import facts_of
from regions.models import Term
from tests import agreement_factories as make
from tests import factories
from tests.papers import content, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _countries():
    Term.objects.create(vocabulary="country", code="JP", label_id="Jepang", label_en="Japan")
    Term.objects.create(vocabulary="country", code="ID", label_id="Indonesia", label_en="Indonesia")
    Term.forget()
    yield
    Term.forget()


@pytest.fixture
def post(client):
    """Send a form as one person."""

    def do(user, path, **data):
        client.force_login(user)
        response = client.post(path, data)
        response.text_ = response.content.decode()
        return response

    return do


ABROAD = {"counterpart": "Pemerintah Kota Contoh", "counterpart_country": "JP", "title_id": "Kota kembar"}


def tracks_offered(client, user):
    client.force_login(user)
    page = client.get("/kemitraan/baru/")
    return [value for value, _l, _u in page.context["tracks"]] if page.status_code == 200 else page.status_code


def test_who_opens_which_track(
    client, biroks_officer, biroks_head, aceh_head, aceh_operator, jica_head, legal_reviewer, sekjen
):
    region = ["KSDLL_CONT", "KSDLL_NEW", "KSDPL"]
    assert {
        user.acting_role: tracks_offered(client, user)
        for user in (biroks_officer, biroks_head, aceh_head, aceh_operator, jica_head, legal_reviewer, sekjen)
    } == {
        "BIROKS_OFF": ["CENTRAL", *region, "NOTA_SINERGI"],
        "BIROKS_HEAD": 403,
        "DINAS_HEAD": region,
        "DINAS_OP": 403,
        "PARTNER_HEAD": 403,
        "LEGAL": 403,
        "SEKJEN": 403,
    }


def test_a_training_centre_is_no_region_and_opens_nothing(client):
    centre = factories.organisation("BPVP-SDA", "CENTRE")
    assert tracks_offered(client, factories.member("DINAS_HEAD", centre)) == 403


FIELDS = {
    "CENTRAL": ["partner", "program"],
    "KSDLL_CONT": ["partner", "program", "office"],
    "KSDLL_NEW": ["partner", "program", "office"],
    "KSDPL": ["counterpart", "counterpart_country", "office"],
    "NOTA_SINERGI": ["office"],
}


@pytest.mark.parametrize("track", FIELDS)
def test_each_track_asks_for_its_own_parties(track, client, biroks_officer):
    client.force_login(biroks_officer)
    form = client.get("/kemitraan/baru/", {"jalur": track}).context["form"]
    assert list(form.fields) == ["track", *FIELDS[track], "title_id", "title_en", "subject"]


def test_a_sister_region_is_kept_by_name_and_country(post, client, aceh_head, aceh_regency):
    post(aceh_head, "/kemitraan/baru/", track="KSDPL", **ABROAD)
    agreement = Agreement.objects.get()
    assert (agreement.partner, agreement.counterpart, agreement.counterpart_country, agreement.office) == (
        None,
        "Pemerintah Kota Contoh",
        "JP",
        aceh_regency,
    )
    assert agreement.full_powers_needed
    page = client.get(f"/en/kemitraan/{agreement.code}/").content.decode()
    assert "Pemerintah Kota Contoh, Japan" in page and "Kabupaten 1101" in page
    found = client.get("/kemitraan/", {"q": "kota contoh"}).context["listing"]
    assert [row.pk for row in found.rows] == [agreement.pk]


REFUSED = {
    "no counterpart": {**ABROAD, "counterpart": ""},
    "no country": {**ABROAD, "counterpart_country": ""},
    "our own country": {**ABROAD, "counterpart_country": "ID"},
    "an unknown country": {**ABROAD, "counterpart_country": "??"},
    "no title": {**ABROAD, "title_id": " "},
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_sister_region_without_its_facts_is_refused_and_keeps_what_was_typed(case, post, aceh_head):
    response = post(aceh_head, "/en/kemitraan/baru/", track="KSDPL", **REFUSED[case])
    assert (response.status_code, Agreement.objects.count()) == (400, 0)
    assert all(value in response.text_ for value in REFUSED[case].values() if value.strip() not in {"", "ID", "??"})


@pytest.mark.parametrize("track", ["CENTRAL", "NOTA_SINERGI", "LIMBO", ""])
def test_a_head_of_office_cannot_slip_in_a_track_of_the_ministry(track, post, aceh_head, aceh_regency, jica):
    response = post(
        aceh_head, "/kemitraan/baru/", track=track, partner=jica.pk, office=aceh_regency.pk, title_id="Sinergi"
    )
    assert (response.status_code, Agreement.objects.count()) == (400, 0)


WRONG = {
    "a sister region as a partner": (Track.KSDPL, {"counterpart": ""}, "agreement_names_its_partner"),
    "a central agreement without partner": (Track.CENTRAL, {"partner": None}, "agreement_names_its_partner"),
    "a partner between ministry and region": (Track.NOTA_SINERGI, {"counterpart": "X"}, "agreement_names_its_partner"),
    "something new without full powers": (
        Track.KSDLL_NEW,
        {"full_powers_needed": False},
        "full_powers_follow_the_track",
    ),
    "full powers at home": (Track.NOTA_SINERGI, {"full_powers_needed": True}, "full_powers_follow_the_track"),
    "an amendment outside its state": (Track.CENTRAL, {"amendment_phase": "LEGAL"}, "amendment_phase_only"),
}


@pytest.mark.parametrize("case", WRONG)
def test_the_database_refuses_what_no_track_knows(case):
    track, fields, constraint = WRONG[case]
    agreement = make.agreement(track=track)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(**fields)


def test_an_answer_without_its_number_is_no_answer():
    agreement = make.agreement(AgreementStatus.CLEARANCE)
    with pytest.raises(IntegrityError, match="answer_has_number"), transaction.atomic():
        make.letter(agreement, result="APPROVED", answer_no="")


def test_changing_the_track_of_a_new_agreement_settles_the_full_powers(post, biroks_officer, aceh_regency):
    agreement = make.agreement()
    data = {**make.PLAN, "title_id": "K3", "track": "KSDLL_NEW", "office": aceh_regency.pk}
    post(biroks_officer, f"/kemitraan/{agreement.code}/ubah/", version=agreement.version, **data)
    agreement.refresh_from_db()
    assert (agreement.track, agreement.full_powers_needed) == ("KSDLL_NEW", True)
    sister = make.agreement(track=Track.KSDPL)
    assert post(
        biroks_officer, f"/kemitraan/{sister.code}/ubah/", version=sister.version, **{**data, "track": "CENTRAL"}
    ).status_code in {302, 403, 400}
    sister.refresh_from_db()
    assert sister.track == "KSDPL"


def test_whom_each_track_asks():
    found = {
        track.value: {step.value: [body.value for body in bodies_for(agreement, step)] for step in steps_for(agreement)}
        for track in Track
        for agreement in [make.agreement(track=track)]
    }
    every = ["SETNEG-KTLN", "KEMLU", "KEMENDAGRI", "BAPPENAS", "KEMENKEU", "DPRD"]
    region = {
        "CONSULTATION": every,
        "COUNCIL": ["DPRD"],
        "VERIFICATION": ["KEMENDAGRI"],
        "CLEARANCE": ["KEMENDAGRI", "KEMLU"],
        "FULL_POWERS": ["KEMLU"],
    }
    assert found == {
        "CENTRAL": {"CONSULTATION": every, "CLEARANCE": ["KEMLU", "SETNEG-KTLN"], "FULL_POWERS": ["KEMLU"]},
        "KSDLL_CONT": region,
        "KSDLL_NEW": region,
        "KSDPL": region,
        "NOTA_SINERGI": {"CONSULTATION": ["KEMENDAGRI", "BAPPENAS", "KEMENKEU"]},
    }


def test_aceh_reads_that_it_has_a_decree_of_its_own(client, auditor, bali):
    client.force_login(auditor)
    places = {"1101": True, "51": False}
    for code, expected in places.items():
        agreement = make.agreement(AgreementStatus.INTENT, track=Track.KSDPL, office=factories.office(code))
        page = client.get(f"/kemitraan/{agreement.code}/").content.decode()
        assert ("Perpres 11/2010" in page) is expected
    nota = make.agreement(track=Track.NOTA_SINERGI)
    assert "Perpres 11/2010" not in client.get(f"/kemitraan/{nota.code}/").content.decode()


def test_every_track_drafts_its_own_papers(biroks_officer, aceh_regency, aceh_head):
    aceh_head.acting  # noqa: B018 - resolves the capacity once
    found = {}
    for track in Track:
        agreement = make.agreement(
            AgreementStatus.DRAFTING, track=track, office=aceh_regency if track != "CENTRAL" else None
        )
        found[track.value] = [form.value for form in papers_to_draft(biroks_officer, agreement)]
    abroad = ["LETTER_OF_INTENT", "MEMORANDUM", "COVER_LETTER"]
    assert found == {
        "CENTRAL": abroad,
        "KSDLL_CONT": abroad,
        "KSDLL_NEW": abroad,
        "KSDPL": abroad,
        "NOTA_SINERGI": ["LETTER_OF_INTENT", "NOTA_KESEPAKATAN", "COVER_LETTER"],
    }


def drafted(agreement, form, user, language="id"):
    return text(content(papers.draft(agreement, form, language, user)))


def test_papers_name_the_parties_of_the_track(biroks, biroks_officer, aceh_regency):
    sister = make.agreement(AgreementStatus.DRAFTING, track=Track.KSDPL, office=aceh_regency, instrument=Instrument.MOU)
    memorandum = drafted(sister, PaperForm.MEMORANDUM, biroks_officer)
    assert "Pemerintah Kota Contoh, Jepang" in memorandum and "Kepala Pemerintah Daerah" in memorandum
    assert "Kepala Perwakilan" not in memorandum
    parties = facts_of(sister)["parties"]["id"]
    assert parties.endswith("; Pemerintah Kota Contoh, Jepang")

    nota = make.agreement(AgreementStatus.DRAFTING, track=Track.NOTA_SINERGI, office=aceh_regency)
    intent = drafted(nota, PaperForm.LETTER_OF_INTENT, biroks_officer)
    assert "Kementerian Ketenagakerjaan Republik Indonesia dan Pemerintah Kabupaten 1101" in intent
    agreed = drafted(nota, PaperForm.NOTA_KESEPAKATAN, biroks_officer)
    assert "Rencana aksi" in agreed and "Pelatihan mediator Aceh Disnaker 2027" in agreed


def test_an_action_plan_is_written_line_by_line_and_a_line_without_activity_is_refused(post, client, biroks_officer):
    agreement = make.agreement(AgreementStatus.INTENT, track=Track.NOTA_SINERGI, action_plan=[])
    path = f"/en/kemitraan/{agreement.code}/rencana-aksi/"
    wrong = post(biroks_officer, path, **{"version": agreement.version, "0-place": "Kupang", "0-activity": ""})
    assert (wrong.status_code, "Say what is done." in wrong.text_, "Kupang" in wrong.text_) == (400, True, True)
    sent = {"0-activity": "Pelatihan", "0-place": "Kupang", "1-activity": "", "2-activity": "Magang", "2-when": "2027"}
    assert post(biroks_officer, path, version=agreement.version, **sent).status_code == 302
    agreement.refresh_from_db()
    assert agreement.action_plan == [
        {"activity": "Pelatihan", "place": "Kupang", "who": "", "when": ""},
        {"activity": "Magang", "place": "", "who": "", "when": "2027"},
    ]
    assert len(client.get(path).context["form"].lines) == 5
    other = make.agreement(AgreementStatus.INTENT)
    assert client.get(f"/kemitraan/{other.code}/rencana-aksi/").status_code == 403


@pytest.mark.parametrize("data", [{"9999999-activity": "x"}, {"-1-activity": "x"}, {"999-activity": "x"}, {}])
def test_a_nonsense_action_plan_breaks_nothing(data, post, biroks_officer):
    agreement = make.agreement(AgreementStatus.INTENT, track=Track.NOTA_SINERGI)
    response = post(biroks_officer, f"/kemitraan/{agreement.code}/rencana-aksi/", version=agreement.version, **data)
    assert response.status_code in {302, 400}


def test_new_addresses_answer_every_role_without_a_fault(
    client, jica, aceh_regency, aceh_operator, aceh_head, aceh_verifier, biroks_officer, biroks_head, legal_reviewer,
    sekjen, auditor, jica_head, koica_head, administrator,
):  # fmt: skip
    people = (aceh_operator, aceh_head, aceh_verifier, biroks_officer, biroks_head, legal_reviewer, sekjen, auditor)
    agreements = [
        make.agreement(AgreementStatus.PLAN, track=track, partner=jica, office=aceh_regency) for track in Track
    ]
    faults = []
    for person in (*people, jica_head, koica_head, administrator):
        client.force_login(person)
        for agreement in agreements:
            for path in ("daerah", "rencana-aksi", "perubahan", "renew", "let_end_region", "amended", "warn_90"):
                url = f"/kemitraan/{agreement.code}/{path}/"
                codes = {client.get(url).status_code, client.post(url, {"version": "x"}).status_code}
                if not codes <= {200, 302, 400, 403, 404, 405, 409}:
                    faults.append((person.acting_role, agreement.track, path, codes))
    assert faults == []
    assert {a.status for a in Agreement.objects.all()} == {AgreementStatus.PLAN}
