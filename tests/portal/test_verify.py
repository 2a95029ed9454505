"""The public check of a paper: codes, files to the last byte, nothing kept, nobody named."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import StopUpload

from partnerships.models import AgreementStatus, DocumentKind
from partnerships.services.documents import store
from portal.views import verify
from tests import agreement_factories as make
from tests import factories
from workflow import seals
from workflow.models import LogEntry, Seal

pytestmark = pytest.mark.django_db

CONTENT = factories.PDF + bytes(range(256)) * 40


@pytest.fixture
def paper(biroks_officer):
    found = make.agreement(AgreementStatus.ACTIVE)
    return store(found, DocumentKind.SIGNED, ContentFile(CONTENT, name="scan.pdf"), biroks_officer)


def checked(client, code: str, content: bytes):
    return client.post(f"/en/verify/{code}/", {"file": SimpleUploadedFile("berkas.pdf", content)})


def test_anyone_may_check_and_is_told_in_both_languages(client, paper):
    found = [client.get(f"{prefix}/verify/{paper.seal.code}/") for prefix in ("", "/en")]
    assert [(r.status_code, r["X-Robots-Tag"], r["Referrer-Policy"]) for r in found] == [
        (200, "noindex, nofollow", "no-referrer")
    ] * 2
    assert ["no-store" in r["Cache-Control"] for r in found] == [True, True]
    assert [paper.sha256 in r.content.decode() for r in found] == [True, True]
    assert [client.cookies.get(name) for name in ("csrftoken", "sessionid")] == [None, None]


def test_the_same_file_passes_and_one_changed_byte_fails(client, paper):
    same = checked(client, paper.seal.code, CONTENT)
    assert (same.status_code, same.context["verdict"]["tone"]) == (200, "green")
    for place in (0, len(CONTENT) // 2, len(CONTENT) - 1):
        changed = bytearray(CONTENT)
        changed[place] ^= 1
        other = checked(client, paper.seal.code, bytes(changed))
        assert (other.context["verdict"]["tone"], paper.sha256 == other.context["verdict"]["sha256"]) == ("red", False)
    assert [
        checked(client, paper.seal.code, c).context["verdict"]["tone"] for c in (CONTENT[:-1], CONTENT + b"\n")
    ] == [
        "red",
        "red",
    ]


def test_a_checked_file_is_kept_nowhere(client, paper, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    before = (Seal.objects.count(), LogEntry.objects.count())
    response = checked(client, paper.seal.code, CONTENT * 20)
    assert response.context["verdict"]["tone"] == "red"
    assert (Seal.objects.count(), LogEntry.objects.count()) == before
    assert (list(tmp_path.iterdir()), dict(response.wsgi_request.FILES)) == ([], {})


@pytest.mark.parametrize("data", [{}, {"file": "words"}, {"file": SimpleUploadedFile("leer.pdf", b"")}])
def test_a_post_without_a_file_is_told_what_is_missing(client, paper, data):
    response = client.post(f"/en/verify/{paper.seal.code}/", data)
    assert (response.status_code, response.context["verdict"]["tone"]) == (400, "amber")


def test_a_file_far_too_large_is_not_read_to_its_end(client, paper, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    response = checked(client, paper.seal.code, CONTENT)
    assert response.status_code == 400


def test_many_files_at_once_are_not_read_to_their_end(settings):
    settings.UPLOAD_MAX_BYTES = len(CONTENT)
    handler = verify.Fingerprint()
    handler.new_file("file", "a.pdf", "application/pdf", None)
    handler.receive_data_chunk(CONTENT * 2, 0)
    handler.new_file("file", "b.pdf", "application/pdf", None)
    with pytest.raises(StopUpload):
        handler.receive_data_chunk(b"%", 0)


@pytest.mark.parametrize(
    "code", ["ABCD-EFGH-JKLM-NPQR", "x", "0000-0000-0000-0000", "..%2F..", "ABCD-EFGH-JKLM-NPQ", "'; --"]
)
def test_an_unknown_code_is_not_found_and_says_so(client, paper, code):
    for response in (client.get(f"/en/verify/{code}/"), client.post(f"/en/verify/{code}/")):
        assert response.status_code == 404
    assert "There is no paper with this code" in client.get("/en/verify/ABCD-EFGH-JKLM-NPQR/").content.decode()


def test_a_code_may_be_typed_in_any_way(client, paper):
    for typed in (paper.seal.code.lower(), paper.seal.code.replace("-", ""), paper.seal.code.replace("-", " ")):
        response = client.get("/en/verify/", {"kode": typed})
        assert (response.status_code, response.url) == (302, f"/en/verify/{paper.seal.code}/")
        assert client.get(f"/en/verify/{typed}/").status_code == 200
    assert [client.get("/verify/").status_code, client.get("/verify/", {"kode": "salah"}).status_code] == [200, 404]


def test_a_paper_that_was_never_finished_is_not_found(client, paper):
    Seal.objects.filter(pk=paper.seal.pk).update(sha256="")
    assert client.get(f"/verify/{paper.seal.code}/").status_code == 404


def test_guessing_is_slowed_down_and_looking_up_real_papers_is_not(client, paper, monkeypatch):
    monkeypatch.setattr(verify, "LOOKS", 3)
    assert [client.get(f"/verify/{paper.seal.code}/").status_code for _n in range(5)] == [200] * 5
    assert [client.get("/verify/ABCD-EFGH-JKLM-NPQR/").status_code for _n in range(5)] == [404, 404, 404, 429, 429]


def test_checking_many_files_on_the_server_is_slowed_down(client, paper, monkeypatch):
    monkeypatch.setattr(verify, "FILES", 2)
    assert [checked(client, paper.seal.code, CONTENT).status_code for _n in range(3)] == [200, 200, 429]


def test_codes_are_long_unlike_and_without_letters_that_are_misread():
    from workflow.models import new_seal_code

    made = {new_seal_code() for _n in range(500)}
    assert (len(made), {len(code) for code in made}, set("01IO") & set("".join(made))) == (500, {19}, set())
    assert {seals.tidy(code) for code in made} == made


def test_the_picture_leads_to_the_page(paper, settings):
    settings.SITE_URL = "https://sinergi.example.test"
    assert seals.address(paper.seal) == f"https://sinergi.example.test/verify/{paper.seal.code}/"
    assert seals.address(paper.seal, "en") == f"https://sinergi.example.test/en/verify/{paper.seal.code}/"
    drawn = seals.qr(seals.address(paper.seal))
    assert drawn.startswith("<svg") and "style=" not in drawn
