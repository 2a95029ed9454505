"""Programmes through the interface: the catalogue and one's own, sections by the forms of the pages, acts."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from programs.models import Program, ProgramStatus, Remark, Visibility
from tests import factories, program_factories
from tests.api.calls import Caller
from tests.api.signed import Signed, codes_of, described, errors_of, queries_of, values_in
from tests.programs.conftest import words  # noqa: F401 - a fixture
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner_officer(jica):
    return factories.member("PARTNER_OFF", jica)


@pytest.fixture
def other_officer(koica):
    return factories.member("PARTNER_OFF", koica)


@pytest.fixture
def draft(jica, partner_officer):
    return program_factories.program(jica, ProgramStatus.DRAFT, created_by=partner_officer)


@pytest.fixture
def published(jica):
    return program_factories.program(
        jica, ProgramStatus.OPEN, source_letter_number="JICA/2026/118", agreement_note="Catatan R/D"
    )


def test_a_visitor_reads_what_is_public(jica, published):
    open_to_all = program_factories.program(jica, ProgramStatus.OPEN, visibility=Visibility.PUBLIC)
    nobody = Caller()
    assert codes_of(nobody.get("/programmes")) == [open_to_all.code]
    assert nobody.get(f"/programmes/{open_to_all.code}").status_code == 200
    assert nobody.get(f"/programmes/{published.code}").status_code == 404
    assert nobody.get("/programmes?list=managed").status_code == 403
    assert nobody.post("/programmes", {}).status_code == 401


def test_a_draft_is_the_partners_own(draft, partner_officer, other_officer, biroks_officer, aceh_operator):
    path = f"/programmes/{draft.code}"
    assert Caller(partner_officer).get(path).json()["code"] == draft.code
    for user in (other_officer, biroks_officer, aceh_operator):
        assert Signed(user).get(path).status_code == 404
        assert Signed(user).get(f"{path}/sections/basics").status_code == 404
        assert Signed(user).patch(f"{path}/sections/basics", {"host": "X"}).status_code == 404
    assert codes_of(Caller(partner_officer).get("/programmes?list=managed")) == [draft.code]
    assert codes_of(Caller(other_officer).get("/programmes?list=managed")) == []
    assert Caller(aceh_operator).get("/programmes?list=managed").status_code == 403


def test_an_office_does_not_read_what_is_between_partner_and_ministry(published, aceh_operator, biroks_officer):
    office = described(Caller(aceh_operator).get(f"/programmes/{published.code}"))
    centre = described(Signed(biroks_officer).get(f"/programmes/{published.code}"))
    closing = timezone.localtime(published.partner_deadline).isoformat()
    assert office["management"] is None and office["actions"] == [] and office["agreement_note"] == "Catatan R/D"
    assert {"JICA/2026/118", closing} <= values_in(centre)
    assert not {"JICA/2026/118", closing} & values_in(office)
    assert centre["management"]["source_letter_number"] == "JICA/2026/118"
    levels = [level["level"] for level in office["deadlines"]["levels"]]
    assert levels == ["OFFICE", "PROVINCE"]
    assert {"SCREENING", "PANEL", "FORWARD"} <= {level["level"] for level in centre["deadlines"]["levels"]}


def test_the_list_is_filtered_as_the_catalogue_is(jica, koica, aceh_operator):
    one = program_factories.program(jica, ProgramStatus.OPEN, themes=(("T07", 1, 3),))
    two = program_factories.program(koica, ProgramStatus.PUBLISHED, themes=(("T11", 1, 3),), posts=("PKERJA",))
    office = Caller(aceh_operator)
    assert set(codes_of(office.get("/programmes"))) == {one.code, two.code}
    assert codes_of(office.get("/programmes?mitra=KOICA")) == [two.code]
    assert codes_of(office.get("/programmes?tema=T07&status=OPEN")) == [one.code]
    assert codes_of(office.get(f"/programmes?q={two.title_id}")) == [two.code]
    assert errors_of(office.get("/programmes?mitra=NASA")).keys() == {"mitra"}
    assert errors_of(office.get("/programmes?mitar=JICA")).keys() == {"mitar"}
    assert errors_of(office.get("/programmes?list=semua")).keys() == {"list"}


def test_a_partner_begins_an_offer_fills_it_and_submits_it(partner_officer, jica, words):  # noqa: F811
    program_factories.scheme("KOICA_CIAT_CTRY")
    factories.post("MEDHI"), factories.theme("T07")
    partner = Caller(partner_officer)
    made = partner.post("/programmes", {"scheme": "KOICA_CIAT_CTRY"})
    assert made.status_code == 201
    code = described(made)["code"]
    assert made["Location"] == f"/api/v1/programmes/{code}"
    path = f"/programmes/{code}"
    basics = {
        "title_id": "Mediasi",
        "title_en": "Mediation",
        "summary_id": "Ringkasan.",
        "delivery_mode": "IN_COUNTRY",
        "country": "ID",
    }
    assert described(partner.patch(f"{path}/sections/basics", basics))["title_en"] == "Mediation"
    themes = {"posts": ["MEDHI"], "themes": [{"theme": "T07", "entry_level": 1, "exit_level": 3}]}
    assert partner.patch(f"{path}/sections/competencies", themes).json()["posts"] == ["MEDHI"]
    intake = {"starts": "2027-09-06", "ends": "2027-09-10", "seats": 12, "place": "Jakarta"}
    saved = partner.patch(f"{path}/sections/intakes", {"intakes": [intake]}).json()
    first = saved["intakes"][0]
    assert (first["seats"], first["starts"]) == (12, "2027-09-06")
    terms = {
        "language": "ID",
        "funding_mode": "FULL",
        "route": "DIRECT",
        "max_age": 45,
        "costs": [{"item": "TUITION", "payer": "PARTNER", "amount": "1950000.50", "currency": "IDR"}],
    }
    assert described(partner.patch(f"{path}/sections/terms", terms))["costs"][0]["amount"] == "1950000.50"
    papers = {
        "deadline_day": "2027-07-01",
        "partner_zone": "Asia/Tokyo",
        "contacts": [{"post": "Staf program", "email": "program@example.test"}],
    }
    assert described(partner.patch(f"{path}/sections/papers", papers))["deadline_time"] == "17:00"
    head = Signed(factories.member("PARTNER_HEAD", jica))
    assert partner.post(f"{path}/submit").status_code == 403
    refused = head.post(f"{path}/submit")
    assert refused.status_code == 422
    assert refused.json()["reasons"] == ["Unggah Informasi Umum (GI) atau dokumen kursus lain."]
    files = {"gi": SimpleUploadedFile("gi.pdf", factories.PDF, "application/pdf")}
    body, kind = _as_form(files)
    assert partner.send("PATCH", f"{path}/sections/papers", body, Content_Type=kind).status_code == 200
    kept = Program.objects.get(code=code)
    assert [f.name for f in kept.files.all()] == ["gi.pdf"] and kept.contacts.count() == 1
    done = head.post(f"{path}/submit")
    assert (done.status_code, done.json()["status"]["code"]) == (200, "SUBMITTED")


def _as_form(files):
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    return encode_multipart(BOUNDARY, files), MULTIPART_CONTENT


def test_rows_that_are_sent_stay_and_those_left_out_go(draft, partner_officer):
    second = program_factories.intake(draft, seats=7)
    partner, path = Caller(partner_officer), f"/programmes/{draft.code}/sections/intakes"
    rows = partner.get(path).json()["intakes"]
    assert [row["seats"] for row in rows] == [10, 7]
    kept = partner.patch(path, {"intakes": [{"id": second.pk, "seats": 9}]}).json()["intakes"]
    assert [(row["id"], row["seats"]) for row in kept] == [(second.pk, 9)]
    assert errors_of(partner.patch(path, {"intakes": [{"id": rows[0]["id"]}]})).keys() == {"intakes[0].id"}
    wrong = partner.patch(path, {"intakes": [{"id": second.pk, "seats": 0}]})
    assert (wrong.status_code, errors_of(wrong)) == (400, {"intakes[0].seats": "Isi antara 1 dan 10.000 kursi."})
    assert Program.objects.get(pk=draft.pk).intakes.get().seats == 9


def test_what_the_page_refuses_is_refused_with_the_same_sentence(draft, partner_officer, words):  # noqa: F811
    partner, path = Caller(partner_officer), f"/programmes/{draft.code}/sections"
    factories.region("11")
    answer = partner.patch(f"{path}/basics", {"country": "JP", "host_province": "11"})
    assert errors_of(answer).keys() == {"host_province"}
    assert errors_of(partner.patch(f"{path}/basics", {"titel": "X"})).keys() == {"titel"}
    assert errors_of(partner.patch(f"{path}/terms", {"min_age": "empat"})).keys() == {"min_age"}
    assert partner.patch(f"{path}/basics", {"host": "X", "version": 99}).status_code == 409
    assert errors_of(partner.post("/programmes", {"scheme": "TIDAK-ADA"})).keys() == {"scheme"}
    assert partner.get(f"{path}/salah").status_code == 404


def test_a_published_programme_changes_with_a_reason_only(published, partner_officer, biroks_officer, aceh_operator):
    path = f"/programmes/{published.code}/sections/basics"
    desk = Signed(biroks_officer)
    assert errors_of(desk.patch(path, {"host": "JICA Tokyo"})).keys() == {"reason"}
    changed = desk.patch(path, {"host": "JICA Tokyo", "reason": "Tempat pelatihan berpindah."})
    assert changed.json()["host"] == "JICA Tokyo"
    again = desk.patch(path, {"host": "JICA Tokyo", "reason": "Tempat pelatihan berpindah."})
    assert (again.status_code, len(again.json()["reasons"])) == (422, 1)
    shown = Caller(aceh_operator).get(f"/programmes/{published.code}").json()["amendments"]
    assert [(a["edition"], a["reason"]) for a in shown] == [(2, "Tempat pelatihan berpindah.")]
    assert Signed(aceh_operator).patch(path, {"host": "X"}).status_code == 404
    assert LogEntry.objects.filter(action="amend", record_code=published.code).count() == 1


def test_an_office_reads_no_change_of_the_partners_own_deadline(published, biroks_officer, aceh_operator):
    day = timezone.localdate(published.partner_deadline) + dt.timedelta(days=3)
    body = {"deadline_day": day.isoformat(), "reason": "Mitra memberi waktu tambahan."}
    desk = Signed(biroks_officer)
    assert desk.patch(f"/programmes/{published.code}/sections/papers", body).status_code == 200
    labels = {}
    for name, caller in (("office", Caller(aceh_operator)), ("centre", desk)):
        amendment = described(caller.get(f"/programmes/{published.code}"))["amendments"][0]
        labels[name] = {change["label"] for change in amendment["changes"]}
    assert labels["centre"] - labels["office"] == {"Batas waktu mitra"}
    refused = desk.patch(f"/programmes/{published.code}/sections/papers", {**body, "remove": ["1"]})
    assert errors_of(refused).keys() == {"remove"}


def test_remarks_are_ticked_off(jica, partner_officer, other_officer, biroks_officer):
    returned = program_factories.program(jica, ProgramStatus.RETURNED, created_by=partner_officer, return_count=1)
    remark = Remark.objects.create(program=returned, field="intakes", text="Lengkapi tempat.", author=biroks_officer)
    path = f"/programmes/{returned.code}"
    shown = described(Caller(partner_officer).get(path))["management"]["remarks"]
    assert [(r["text"], r["done"]) for r in shown] == [("Lengkapi tempat.", False)]
    ticked = Caller(partner_officer).post(f"{path}/remarks", {"remarks": [{"id": remark.pk, "done": True}]})
    assert [r["done"] for r in described(ticked)["remarks"]] == [True]
    assert Caller(other_officer).post(f"{path}/remarks", {"remarks": []}).status_code == 404


def test_what_waits_for_the_bureau_is_filled_in_later(jica, partner_officer, biroks_officer):
    """409: the role is right, the moment is not; 403: never the Bureau's, where the partner files itself."""
    waiting = program_factories.program(jica, ProgramStatus.SUBMITTED, created_by=partner_officer)
    path = f"/programmes/{waiting.code}"
    for user, status in ((partner_officer, 409), (biroks_officer, 403)):
        assert Caller(user).patch(f"{path}/sections/basics", {"host": "X"}).status_code == status
        assert Caller(user).post(f"{path}/remarks", {"remarks": []}).status_code == status
    assert Caller().get(f"{path}/sections/basics").status_code == 401


def test_the_same_key_makes_one_draft(partner_officer):
    program_factories.scheme("KOICA_CIAT_CTRY")
    partner, key = Caller(partner_officer), uuid.uuid4().hex
    codes = {partner.post("/programmes", {"scheme": "KOICA_CIAT_CTRY"}, key=key).json()["code"] for _n in range(2)}
    assert len(codes) == 1 and Program.objects.count() == 1


def test_acts_are_for_those_whom_the_table_names(published, other_officer, aceh_operator, biroks_officer):
    path = f"/programmes/{published.code}/close"
    assert Caller(aceh_operator).post(path).status_code in {403, 404}
    assert Caller(other_officer).post(path).status_code == 404
    assert Caller().post(path).status_code == 401


def test_queries_do_not_grow_with_the_rows(jica, aceh_operator, partner_officer, draft):
    program_factories.program(jica, ProgramStatus.OPEN)
    office = Caller(aceh_operator)
    one = queries_of(office, "/programmes?limit=50")
    for _n in range(5):
        program_factories.program(jica, ProgramStatus.OPEN, themes=(("T07", 1, 3), ("T08", 0, 2)))
    assert queries_of(office, "/programmes?limit=50") == one <= 12
    assert queries_of(Caller(partner_officer), f"/programmes/{draft.code}") <= 18
