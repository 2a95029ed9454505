"""Papers and letters: versions, who reads what, hostile uploads, answers only with their document."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from django.utils import timezone

from partnerships.models import AgreementStatus, DocumentKind, ExternalStep, StepResult, Track
from partnerships.services import external_steps
from tests import agreement_factories as make
from tests import factories
from workflow.engine import Refused
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(client):
    """Post a form as one person."""

    def do(user, agreement, path, **data):
        client.force_login(user)
        return client.post(f"/en/kemitraan/{agreement.code}/{path}/", data)

    return do


def entries(agreement, action):
    return LogEntry.objects.filter(flow="partnerships.agreement", record_id=agreement.pk, action=action)


def test_every_upload_is_a_new_version_and_earlier_ones_stay(send, client, biroks_officer):
    agreement = make.agreement(AgreementStatus.DRAFTING)
    for _number in range(2):
        send(
            biroks_officer,
            agreement,
            "berkas",
            kind="TEXT_ID",
            file=factories.pdf("naskah.pdf"),
            note="Rapat 3",
        )
    found = list(agreement.documents.order_by("version").values_list("kind", "version", "sha256", "note"))
    digest = hashlib.sha256(factories.PDF).hexdigest()
    assert found == [("TEXT_ID", 1, digest, "Rapat 3"), ("TEXT_ID", 2, digest, "Rapat 3")]
    assert [e.data["version"] for e in entries(agreement, "attach").order_by("seq")] == [1, 2]
    page = client.get(f"/en/kemitraan/{agreement.code}/").content.decode()
    assert digest in page and "version 2" in page and "Version 1" in page


def test_a_new_text_starts_the_checklist_anew(send, biroks_officer):
    agreement = make.agreement(AgreementStatus.RETURNED, returned_from="LEGAL_REVIEW")
    make.tick_clauses(agreement)
    send(biroks_officer, agreement, "berkas", kind="TEXT_EN", file=factories.pdf())
    agreement.refresh_from_db()
    assert agreement.clauses == {}


def test_the_text_is_frozen_while_the_legal_bureau_reads_it(send, biroks_officer, jica_liaison):
    agreement = make.agreement(AgreementStatus.LEGAL_REVIEW)
    for person in (biroks_officer, jica_liaison):
        assert send(person, agreement, "berkas", kind="TEXT_EN", file=factories.pdf()).status_code == 400
    assert agreement.documents.count() == 0


HOSTILE = {
    "a programme named pdf": (b"MZ\x90\x00 not a pdf", "surat.pdf"),
    "a page": (b"<script>alert(1)</script>", "surat.html"),
    "a picture as paper": (b"\x89PNG\r\n\x1a\n0000", "surat.png"),
    "nothing at all": (b"", "surat.pdf"),
    "an archive named docx": (b"PK\x03\x04 broken", "naskah.docx"),
    "too large": (b"%PDF-" + b"0" * (5 * 1024 * 1024 + 1), "surat.pdf"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_uploads_are_refused_everywhere(name, send, biroks_officer):
    content, filename = HOSTILE[name]
    agreement = make.agreement(AgreementStatus.INITIATED)
    letter = make.letter(agreement, step="CONSULTATION")
    answer = {"result": "APPROVED", "answered_on": timezone.localdate().isoformat(), "answer_no": "J-1"}
    statuses = [
        send(biroks_officer, agreement, path, **data, **{field: ContentFile(content, name=filename)}).status_code
        for path, field, data in (
            ("berkas", "file", {"kind": "TEXT_ID"}),
            ("explore", "concept_note", {}),
            (f"surat/{letter.pk}", "document", answer),
        )
    ]
    agreement.refresh_from_db()
    assert (statuses, agreement.status, agreement.documents.count()) == ([400] * 3, "INITIATED", 0)


def test_a_path_in_the_name_is_cut_and_the_store_hides_the_name(send, biroks_officer):
    agreement = make.agreement(AgreementStatus.DRAFTING)
    send(biroks_officer, agreement, "berkas", kind="OTHER", file=factories.pdf("../../etc/rahasia.pdf"))
    paper = agreement.documents.get()
    assert paper.name == "rahasia.pdf" and "rahasia" not in paper.file.name


def test_opening_a_paper_is_logged_and_never_cached(client, biroks_officer):
    agreement = make.agreement(AgreementStatus.DRAFTING)
    paper = make.paper(agreement, DocumentKind.TEXT_ID)
    client.force_login(biroks_officer)
    response = client.get(f"/kemitraan/{agreement.code}/berkas/{paper.pk}/")
    assert b"".join(response.streaming_content) == factories.PDF
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Cache-Control"] == "private, no-store"
    (entry,) = entries(agreement, "download")
    assert (entry.data["kind"], entry.data["sha256"], entry.role) == ("TEXT_ID", paper.sha256, "BIROKS_OFF")


def test_a_paper_is_reached_through_its_own_agreement_only(client, biroks_officer):
    paper = make.paper(make.agreement(), DocumentKind.LOI)
    client.force_login(biroks_officer)
    assert client.get(f"/kemitraan/{make.agreement().code}/berkas/{paper.pk}/").status_code == 404


INTERNAL = {
    "COVER_LETTER",
    "CONCEPT_NOTE",
    "DPRD_LETTER",
    "GOV_RESULT",
    "LEGAL_OPINION",
    "CLEARANCE",
    "FULL_POWERS",
    "NOTICE",
    "OTHER",
}


def test_the_partner_reads_what_is_shared_and_its_own_never_opinions_or_notices(
    client, jica_liaison, jica, biroks_officer, aceh_operator, aceh_regency
):
    agreement = make.agreement(AgreementStatus.ACTIVE, partner=jica)
    make.proposal(aceh_regency, jica, where=agreement)
    papers = {kind: make.paper(agreement, kind) for kind in DocumentKind.values}
    own = make.paper(agreement, DocumentKind.OTHER, version=2, by_partner=True)

    def opens(user):
        client.force_login(user)
        paths = {kind: f"/kemitraan/{agreement.code}/berkas/{paper.pk}/" for kind, paper in papers.items()}
        found = {kind for kind, path in paths.items() if client.get(path).status_code == 200}
        return found, client.get(f"/kemitraan/{agreement.code}/berkas/{own.pk}/").status_code

    shared = set(DocumentKind.values) - INTERNAL
    assert opens(jica_liaison) == (shared, 200)
    assert opens(aceh_operator) == (shared, 404)  # a region that only has seats
    assert opens(biroks_officer) == (set(DocumentKind.values), 200)
    client.force_login(jica_liaison)
    page = client.get(f"/en/kemitraan/{agreement.code}/").content.decode()
    assert [label for label in ("Legal opinion", "Notice letter", "Letter of clearance") if label in page] == []


def test_another_partner_does_not_find_the_agreement_or_its_papers(client, koica_liaison, jica):
    agreement = make.agreement(AgreementStatus.ACTIVE, partner=jica)
    paper = make.paper(agreement, DocumentKind.SIGNED)
    client.force_login(koica_liaison)
    paths = (f"/kemitraan/{agreement.code}/", f"/kemitraan/{agreement.code}/berkas/{paper.pk}/")
    assert [client.get(path).status_code for path in paths] == [404, 404]


def test_what_the_partner_uploads_is_marked_as_its_own(send, client, jica_liaison, jica):
    agreement = make.agreement(AgreementStatus.DRAFTING, partner=jica)
    assert send(jica_liaison, agreement, "berkas", kind="LEGAL_OPINION", file=factories.pdf()).status_code == 400
    send(jica_liaison, agreement, "berkas", kind="OTHER", file=factories.pdf())
    paper = agreement.documents.get()
    assert (paper.kind, paper.by_partner) == ("OTHER", True)


# --- Letters


def letter_data(**fields):
    today = timezone.localdate().isoformat()
    return {
        "step": "CLEARANCE",
        "body": "KEMLU",
        "purpose": "Izin",
        "sent_on": today,
        "ref_no": "S-9",
        **fields,
    }


def test_a_letter_is_recorded_and_logged(send, biroks_officer):
    agreement = make.agreement(AgreementStatus.CLEARANCE)
    send(biroks_officer, agreement, "surat", **letter_data())
    letter = agreement.external_steps.get()
    assert (letter.body, letter.step, letter.ref_no, letter.is_open) == ("KEMLU", "CLEARANCE", "S-9", True)
    (entry,) = entries(agreement, "external")
    assert (entry.data["body"], entry.data["ref_no"], entry.comment) == ("KEMLU", "S-9", "Izin")


def test_a_letter_from_tomorrow_or_to_the_wrong_body_is_refused(send, biroks_officer):
    agreement = make.agreement(AgreementStatus.CLEARANCE)
    tomorrow = (timezone.localdate() + dt.timedelta(days=1)).isoformat()
    assert send(biroks_officer, agreement, "surat", **letter_data(sent_on=tomorrow)).status_code == 400
    wrong = send(biroks_officer, agreement, "surat", **letter_data(body="BAPPENAS"))
    assert "For Government clearance choose: Ministry of Foreign Affairs" in wrong.content.decode()
    assert send(biroks_officer, agreement, "surat", **letter_data(step="VERIFICATION")).status_code == 400
    assert agreement.external_steps.count() == 0


def test_an_answer_needs_its_document_and_fits_its_letter(send, biroks_officer):
    agreement = make.agreement(AgreementStatus.CLEARANCE)
    letter = make.letter(agreement, days_ago=10)
    today = timezone.localdate()
    good = {"result": "APPROVED", "answered_on": today.isoformat(), "answer_no": "J-1"}
    path = f"surat/{letter.pk}"
    early = (today - dt.timedelta(days=11)).isoformat()
    late = (today + dt.timedelta(days=1)).isoformat()
    assert send(biroks_officer, agreement, path, **good).status_code == 400
    for day in (early, late):
        data = {**good, "answered_on": day}
        assert send(biroks_officer, agreement, path, document=factories.pdf(), **data).status_code == 400
    assert send(biroks_officer, agreement, path, document=factories.pdf(), **good).status_code == 302
    letter.refresh_from_db()
    assert (letter.result, letter.document.kind, letter.waiting_days()) == ("APPROVED", "CLEARANCE", 10)
    assert send(biroks_officer, agreement, path, document=factories.pdf(), **good).status_code == 409
    assert agreement.documents.count() == 1


def test_the_database_knows_no_answer_without_document_or_result():
    letter = make.letter(make.agreement(AgreementStatus.CLEARANCE))
    today = timezone.localdate()
    for fields in (
        {"answered_on": today, "result": "APPROVED"},
        {"answered_on": today - dt.timedelta(days=99), "result": "APPROVED"},
        {"result": "APPROVED"},
        {"body": "WHOEVER"},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            ExternalStep.objects.filter(pk=letter.pk).update(**fields)


def test_the_service_refuses_an_answer_without_document(biroks_officer):
    letter = make.letter(make.agreement(AgreementStatus.CLEARANCE))
    with pytest.raises(Refused):
        external_steps.record_answer(
            letter,
            biroks_officer,
            answered_on=timezone.localdate(),
            answer_no="J",
            result="APPROVED",
            upload=None,
        )


def test_an_open_letter_and_a_refusal_both_hold_the_clearance(send, biroks_officer):
    agreement = make.agreement(AgreementStatus.CLEARANCE)
    make.letter(agreement, result=StepResult.APPROVED)
    make.letter(agreement, "SETNEG-KTLN", ref_no="S-77")
    page = send(biroks_officer, agreement, "clear").content.decode()
    assert "has not answered the letter S-77 yet" in page
    agreement = make.agreement(AgreementStatus.CLEARANCE)
    make.letter(agreement, result=StepResult.REFUSED)
    assert "refused with its answer" in send(biroks_officer, agreement, "clear").content.decode()
    agreement.refresh_from_db()
    assert agreement.status == AgreementStatus.CLEARANCE
    make.letter(agreement, result=StepResult.APPROVED)
    send(biroks_officer, agreement, "clear")
    agreement.refresh_from_db()
    assert agreement.status == AgreementStatus.READY_TO_SIGN


@pytest.mark.parametrize(
    ("track", "body", "opens"),
    [
        (Track.CENTRAL, "KEMLU", True),
        (Track.CENTRAL, "SETNEG-KTLN", True),
        (Track.CENTRAL, "KEMENDAGRI", False),
        (Track.KSDLL_CONT, "KEMENDAGRI", True),
        (Track.KSDLL_CONT, "KEMLU", True),
        (Track.KSDLL_CONT, "BAPPENAS", False),
    ],
)
def test_clearance_is_opened_by_the_bodies_of_the_track(track, body, opens, send, biroks_officer):
    agreement = make.agreement(AgreementStatus.CLEARANCE, track=track)
    make.letter(agreement, body, result=StepResult.APPROVED)
    send(biroks_officer, agreement, "clear")
    agreement.refresh_from_db()
    assert (agreement.status == AgreementStatus.READY_TO_SIGN) is opens


def test_an_answer_by_another_body_does_not_verify_for_home_affairs(send, aceh_operator, aceh_regency):
    agreement = make.agreement(AgreementStatus.GOV_VERIFICATION, track=Track.KSDLL_CONT, office=aceh_regency)
    make.letter(agreement, "KEMLU", "CONSULTATION", result=StepResult.APPROVED)
    make.letter(agreement, "KEMENDAGRI", "CONSULTATION", result=StepResult.APPROVED)
    send(aceh_operator, agreement, "gov_ok")
    agreement.refresh_from_db()
    assert agreement.status == AgreementStatus.GOV_VERIFICATION


def test_the_partner_sees_the_age_but_no_letter_numbers(client, jica_liaison, jica):
    agreement = make.agreement(AgreementStatus.CLEARANCE, partner=jica)
    make.letter(agreement, days_ago=12, ref_no="RAHASIA-1")
    client.force_login(jica_liaison)
    page = client.get(f"/en/kemitraan/{agreement.code}/").content.decode()
    assert "waiting 12 days" in page and "RAHASIA-1" not in page


def test_letters_are_recorded_by_who_leads_and_only_before_signing(
    client, legal_reviewer, jica_liaison, biroks_officer
):
    agreement = make.agreement(AgreementStatus.CLEARANCE)
    letter = make.letter(agreement)
    for person in (legal_reviewer, jica_liaison):
        client.force_login(person)
        assert client.get(f"/kemitraan/{agreement.code}/surat/").status_code == 403
        assert client.get(f"/kemitraan/{agreement.code}/surat/{letter.pk}/").status_code == 403
    client.force_login(biroks_officer)
    active = make.agreement(AgreementStatus.ACTIVE)
    assert client.get(f"/kemitraan/{active.code}/surat/").status_code == 403
    assert client.get(f"/kemitraan/{agreement.code}/surat/{letter.pk + 1}/").status_code == 404


def test_what_was_written_on_an_internal_paper_does_not_reach_the_history(
    send, client, legal_reviewer, jica, jica_head
):
    agreement = make.agreement(AgreementStatus.LEGAL_REVIEW, partner=jica)
    data = {"kind": "LEGAL_OPINION", "file": factories.pdf(), "note": "Pasal 4 lemah"}
    assert send(legal_reviewer, agreement, "berkas", **data).status_code == 302
    assert agreement.documents.get().note == "Pasal 4 lemah"
    client.force_login(jica_head)
    assert "Pasal 4 lemah" not in client.get(f"/kemitraan/{agreement.code}/").content.decode()
