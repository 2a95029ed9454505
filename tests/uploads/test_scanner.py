"""Nothing is kept that ClamAV calls malware, and nothing while it cannot be asked; what was typed and sent stays."""

from __future__ import annotations

import hashlib
import socket
import time

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from regions.models import Upload, UploadPiece
from tests import factories
from tests.regions.test_uploads import Device, sha
from tests.uploads import hostile, scanners
from workflow import scanning
from workflow.files import admit
from workflow.models import LogEntry

needs_clamd = pytest.mark.skipif(not scanners.CLAMD, reason="clamd is missing: apt-get install clamav-daemon")
AWAY = "The file cannot be checked for malware at the moment, so it was not stored."


@pytest.fixture(scope="module")
def running():
    scanner = scanners.Clamd()
    scanner.start()
    yield scanner
    scanner.remove()


@pytest.fixture
def clamd(running, settings):
    settings.CLAMD = running.address
    return running


INFECTED = {
    "pdf": hostile.pdf(b"(x)\n%" + hostile.EICAR),
    "docx": hostile.office({"word/media/a.txt": hostile.EICAR}),
    "png": hostile.picture() + hostile.EICAR,
}


# --- With a real scanner ----------------------------------------------------------------------------------------------


@needs_clamd
def test_the_scanner_knows_the_test_string_plain_and_packed_and_leaves_others_alone(clamd):
    assert scanning.scan(hostile.EICAR) == "Test.Eicar.UNOFFICIAL"
    assert scanning.scan(INFECTED["docx"]) == "Test.Eicar.UNOFFICIAL"
    assert scanning.scan(hostile.pdf()) == ""


@needs_clamd
@pytest.mark.parametrize("kind", INFECTED)
@pytest.mark.django_db
def test_malware_is_refused_by_name_and_written_down_without_its_content(clamd, operator, draft, address, kind, caplog):
    data = {"evidence": "1", "evidence-evidence_type": "AKPK"}
    data["evidence-file"] = SimpleUploadedFile(f"rahasia.{kind}", INFECTED[kind])
    answer = operator.post(address("papers", draft), data)
    assert answer.status_code == 400
    assert "The file contains malware (Test.Eicar.UNOFFICIAL) and was not stored." in answer.text
    assert draft.evidence.count() == 0
    entry = LogEntry.objects.get(flow="workflow.upload")
    assert (entry.action, entry.actor_id, entry.role) == ("malware", draft.created_by_id, "DINAS_OP")
    facts = {"malware": "Test.Eicar.UNOFFICIAL", "sha256": sha(INFECTED[kind]), "size": len(INFECTED[kind])}
    assert entry.data == facts
    assert "rahasia" not in caplog.text and "Test.Eicar" in caplog.text


@needs_clamd
@pytest.mark.usefixtures("vocabulary")
def test_malware_in_pieces_is_refused_and_forgotten_when_it_is_whole(clamd, operator, draft, address):
    device = Device(operator, address("uploads", draft), INFECTED["docx"], name="laporan.docx")
    device.begin()
    answer = device.put(0)
    assert (answer.status_code, "malware" in answer.json()["sentence"]) == (422, True)
    assert (Upload.objects.count(), draft.evidence.count()) == (0, 0)
    assert LogEntry.objects.filter(flow="workflow.upload", actor=draft.created_by).count() == 1


@needs_clamd
def test_a_spreadsheet_to_bring_in_is_scanned(clamd, client, aceh_operator):
    client.force_login(aceh_operator)
    factories.cycle()
    book = hostile.workbook(parts={"xl/media/a.txt": hostile.EICAR})
    answer = client.post("/en/kebutuhan/unggah/", {"file": SimpleUploadedFile("daftar.xlsx", book)})
    assert (answer.status_code, "The file contains malware" in answer.text) == (400, True)


@needs_clamd
@pytest.mark.usefixtures("vocabulary")
def test_a_scanner_that_dies_in_the_middle_costs_nothing(settings, operator, draft, address):
    scanner = scanners.Clamd()
    try:
        scanner.start()
        settings.CLAMD = scanner.address
        content = b"%PDF-1.4\n" + bytes(range(256)) * 600 + b"\n%%EOF"
        device = Device(operator, address("uploads", draft), content)
        device.begin()
        device.put(0)
        scanner.kill()
        refused = device.put(128 * 1024)
        assert (refused.status_code, refused["Retry-After"]) == (503, "60")
        assert refused.json()["sentence"].startswith(AWAY)
        assert (UploadPiece.objects.count(), draft.evidence.count()) == (2, 0)
        assert device.begin().status_code == 503  # the device asks again by itself
        scanner.start()
        assert device.begin().json()["done"] is True
        assert draft.evidence.get().sha256 == sha(content)
    finally:
        scanner.remove()


# --- With servers that only sound like one ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 64 * 1024, 200_000])
def test_the_scanner_hears_the_whole_file(settings, size):
    content = bytes(range(256)) * (size // 256 + 1)
    with scanners.answering() as (settings.CLAMD, heard):
        assert scanning.scan(content[:size]) == ""
    assert hashlib.sha256(heard[0]).digest() == hashlib.sha256(content[:size]).digest()


@pytest.mark.parametrize(
    "says",
    [
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: OK FOUND OK\0",
        b"stream: OK, says somebody else",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"",
        b"x" * 5000,
        b"\xff\xfe\0",
        None,
    ],
)
def test_an_answer_that_is_no_permission_is_none(settings, says):
    with scanners.answering(says=says) as (settings.CLAMD, _heard), pytest.raises(scanning.ScannerAway):
        scanning.scan(b"content")


def test_a_scanner_that_says_nothing_is_not_waited_for(settings, monkeypatch):
    monkeypatch.setattr(scanning, "SECONDS", 0.3)
    began = time.monotonic()
    with scanners.answering(hears=False) as (settings.CLAMD, _heard), pytest.raises(scanning.ScannerAway):
        scanning.scan(b"0" * 3_000_000)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("where", ["unix:///nowhere/clamd.ctl", "tcp://127.0.0.1:{free}"])
@pytest.mark.usefixtures("in_english")
def test_without_a_scanner_nothing_is_taken(settings, where):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.CLAMD = where.format(free=port)
    with pytest.raises(ValidationError) as refusal:
        admit(SimpleUploadedFile("a.pdf", hostile.pdf()))
    assert (refusal.value.code, refusal.value.messages[0].startswith(AWAY)) == ("scanner_away", True)


def test_a_form_keeps_what_was_typed_while_the_scanner_is_away(settings, operator, draft, address):
    settings.CLAMD = "unix:///nowhere/clamd.ctl"
    data = {"letter": "1", "letter-number": "500/12/2026", "letter-date": "05/01/2026"}
    data["letter-letter"] = SimpleUploadedFile("surat.pdf", factories.PDF)
    page = operator.post(address("papers", draft), data)
    assert (page.status_code, 'value="500/12/2026"' in page.text, AWAY in page.text) == (400, True, True)


def test_the_check_before_a_start_says_where_nobody_scans(settings):
    settings.DEMO = settings.DEBUG = False
    settings.CLAMD = ""
    said = [found.id for found in run_checks(include_deployment_checks=True) if found.id == "workflow.W001"]
    settings.CLAMD = "unix:///run/clamav/clamd.ctl"
    silent = [found.id for found in run_checks(include_deployment_checks=True) if found.id == "workflow.W001"]
    assert (said, silent) == (["workflow.W001"], [])
