"""Files in pieces: resumed where they broke off, whole or not at all, attached once, nobody else's business."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from regions.models import Upload, UploadPiece
from regions.services import uploads
from regions.tasks import sweep_uploads
from tests import factories
from workflow.engine import perform
from workflow.models import LogEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]

LONG = b"%PDF-1.4\n" + bytes(range(256)) * 1200 + b"\n%%EOF"
"""Three pieces: 128 KB, 128 KB, the rest."""


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Device:
    """The script's side of an upload."""

    def __init__(self, client, url, content=LONG, *, key="kunci-berkas-1", kind="evidence", name="akpk.pdf", **fields):
        self.client, self.start, self.content = client, url, content
        self.fields = {"evidence-evidence_type": "AKPK"} if kind == "evidence" else {}
        self.about = {"client_key": key, "kind": kind, "name": name, "size": len(content), "sha256": sha(content)}
        self.fields |= fields

    def begin(self, **more):
        answer = self.client.post(self.start, self.fields | self.about | more)
        self.state = answer.json()
        return answer

    def put(self, offset: int, piece: bytes | None = None, **headers):
        piece = self.content[offset : offset + self.state["piece_size"]] if piece is None else piece
        given = {"Upload-Offset": str(offset), "X-Piece-SHA256": sha(piece), **headers}
        given = {name: value for name, value in given.items() if value is not None}
        return self.client.put(self.state["url"], piece, content_type="application/octet-stream", headers=given)

    def send_all(self):
        self.begin()
        state = self.state
        while not state["done"]:
            state = self.put(state["offset"]).json()
        return state


@pytest.fixture
def draft(aceh_regency, aceh_operator):
    return factories.need(aceh_regency, created_by=aceh_operator, complete=False)


@pytest.fixture
def operator(as_user, aceh_operator):
    return as_user(aceh_operator)


@pytest.fixture
def url(address, draft):
    return address("uploads", draft)


@pytest.fixture
def device(operator, url):
    return Device(operator, url)


def test_a_file_sent_in_pieces_is_attached_like_any_other_and_logged(device, draft, address):
    assert device.begin().status_code == 201
    offsets = []
    state = device.state
    while not state["done"]:
        offsets.append(state["offset"])
        state = device.put(state["offset"]).json()
    paper = draft.evidence.get()
    assert offsets == [0, uploads.PIECE, 2 * uploads.PIECE]
    assert state["paper"] == {
        "kind": "evidence",
        "name": "akpk.pdf",
        "size": len(LONG),
        "url": address("evidence", draft, paper.pk),
    }
    assert (paper.evidence_type, paper.sha256, paper.file.read()) == ("AKPK", sha(LONG), LONG)
    assert list(LogEntry.objects.filter(record_id=draft.pk).values_list("action", flat=True)) == ["create", "attach"]
    assert UploadPiece.objects.count() == 0


def test_whoever_comes_back_is_told_where_to_go_on(device, draft):
    device.begin()
    device.put(0)
    assert device.client.get(device.state["url"]).json()["offset"] == uploads.PIECE
    again = device.begin()
    assert (again.status_code, device.state["offset"], Upload.objects.count()) == (200, uploads.PIECE, 1)
    device.put(uploads.PIECE)
    assert device.put(2 * uploads.PIECE).json()["done"] is True
    assert draft.evidence.get().sha256 == sha(LONG)


def test_a_piece_sent_twice_or_in_the_wrong_place_is_answered_with_the_right_one(device):
    device.begin()
    device.put(0)
    for offset in (0, 7, 2 * uploads.PIECE):
        answer = device.put(offset)
        assert (answer.status_code, answer.json()["offset"]) == (409, uploads.PIECE)


def test_a_damaged_piece_is_sent_again(device):
    device.begin()
    answer = device.put(0, **{"X-Piece-SHA256": sha(b"something else")})
    assert (answer.status_code, answer.json()["offset"], UploadPiece.objects.count()) == (409, 0, 0)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Piece-SHA256": None},
        {"X-Piece-SHA256": "zz"},
        {"Upload-Offset": None},
        {"Upload-Offset": "-1"},
        {"Upload-Offset": "1" * 20},
        {"X-Piece-SHA256": None, "Content-Digest": "sha-256=:%%%:"},
    ],
)
def test_a_piece_without_place_or_checksum_is_refused(headers, device):
    device.begin()
    assert (device.put(0, **headers).status_code, UploadPiece.objects.count()) == (400, 0)


def test_the_standard_header_for_the_checksum_is_taken_too(device):
    device.begin()
    digest = base64.b64encode(hashlib.sha256(LONG[: uploads.PIECE]).digest()).decode()
    answer = device.put(0, **{"X-Piece-SHA256": None, "Content-Digest": f"sha-256=:{digest}:"})
    assert answer.json()["offset"] == uploads.PIECE


def test_a_piece_that_is_too_long_or_runs_past_the_end_is_refused(operator, url):
    device = Device(operator, url, LONG[:100])
    device.begin()
    assert device.put(0, bytes(uploads.PIECE + 1)).status_code == 413
    assert device.put(0, bytes(101)).status_code == 409
    assert device.put(0, b"").status_code == 409


def test_a_finished_file_sent_again_is_attached_once_and_named_again(device, draft):
    first = device.send_all()
    again = device.begin()
    late = device.put(2 * uploads.PIECE)
    assert (again.status_code, device.state["done"], device.state["paper"]) == (200, True, first["paper"])
    assert (late.status_code, late.json()["done"]) == (200, True)
    assert draft.evidence.count() == 1


def test_a_file_that_was_removed_since_does_not_come_back(device, draft, address):
    device.send_all()
    device.client.post(address("remove_evidence", draft, draft.evidence.get().pk))
    assert (device.begin().json()["done"], draft.evidence.count()) == (True, 0)


def test_the_key_of_one_file_takes_no_other(device, operator, url, draft):
    device.send_all()
    other = Device(operator, url, LONG + b"lain")
    assert other.begin().status_code == 400
    assert draft.evidence.count() == 1


def test_the_same_file_by_form_and_by_pieces_under_one_key_is_one(device, draft, address):
    device.send_all()
    data = {
        "evidence": "1",
        "client_key": "kunci-berkas-1",
        "evidence-evidence_type": "AKPK",
        "evidence-file": SimpleUploadedFile("akpk.pdf", LONG),
    }
    assert device.client.post(address("papers", draft), data).status_code == 302
    assert draft.evidence.count() == 1


def test_a_form_sent_twice_attaches_its_file_once_but_another_file_is_another(operator, draft, address):
    for content in (factories.PDF, factories.PDF, factories.PDF + b"%lain"):
        data = {
            "evidence": "1",
            "client_key": "kunci-halaman",
            "evidence-evidence_type": "AKPK",
            "evidence-file": SimpleUploadedFile("akpk.pdf", content),
        }
        operator.post(address("papers", draft), data)
    assert draft.evidence.count() == 2


def test_the_letter_comes_with_its_number_and_a_second_one_replaces_it(operator, url, draft, address):
    fields = {"letter-number": "500/12/2026", "letter-date": "05/01/2026", "letter-subject": "Kebutuhan"}
    first = Device(operator, url, kind="letter", name="surat.pdf", **fields).send_all()
    assert first["paper"]["url"] == address("letter", draft)
    fields["letter-number"] = "501"
    Device(operator, url, LONG + b"2", key="kunci-berkas-2", kind="letter", name="baru.pdf", **fields).send_all()
    letter = type(draft).objects.get(pk=draft.pk).cover_letter
    assert (letter.number, letter.name, letter.size) == ("501", "baru.pdf", len(LONG) + 1)


def test_the_same_letter_twice_is_logged_once(operator, draft, address):
    for _ in range(2):
        data = {
            "letter": "1",
            "letter-number": "500/12/2026",
            "letter-date": "05/01/2026",
            "letter-letter": SimpleUploadedFile("surat.pdf", factories.PDF),
        }
        operator.post(address("papers", draft), data)
    assert LogEntry.objects.filter(record_id=draft.pk, action="attach").count() == 1


# --- Refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("about", "field", "sentence"),
    [
        ({"name": "virus.exe"}, "evidence-file", "This type of file cannot be stored."),
        ({"size": 5 * 1024 * 1024 + 1}, "evidence-file", "The file is larger than 5 MB."),
        ({"size": 0}, "evidence-file", "The file is empty."),
        ({"evidence-evidence_type": ""}, "evidence-evidence_type", "Choose what kind of evidence the file is."),
        ({"sha256": "x"}, "", "The file was not announced correctly."),
        ({"client_key": ""}, "", "The file was not announced correctly."),
        ({"client_key": "nul\x00nul\x00"}, "", "The file was not announced correctly."),
        ({"kind": "photo"}, "", "The file was not announced correctly."),
        ({"size": "-4"}, "", "The file was not announced correctly."),
        ({"size": "9" * 30}, "", "The file was not announced correctly."),
    ],
)
def test_what_cannot_be_stored_is_refused_before_it_is_sent(about, field, sentence, device):
    answer = device.begin(**about)
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["field"], error["sentence"].startswith(sentence)) == (400, field, True)
    assert Upload.objects.count() == 0


def test_a_file_that_is_not_what_its_name_says_is_refused_after_the_first_piece(operator, url, draft):
    device = Device(operator, url, b"GIF89a" + LONG)
    device.begin()
    answer = device.put(0)
    assert (answer.status_code, answer.json()["sentence"][:43]) == (422, "The content of the file does not match its ")
    assert (Upload.objects.count(), draft.evidence.count()) == (0, 0)


def test_a_file_that_is_not_the_one_announced_is_refused_when_it_is_whole(operator, url, draft):
    device = Device(operator, url, LONG[:500])
    device.about["sha256"] = sha(b"another file")
    device.begin()
    answer = device.put(0)
    assert (answer.status_code, answer.json()["sentence"]) == (
        422,
        "The file did not arrive as it was. Choose it again.",
    )
    assert (Upload.objects.count(), draft.evidence.count()) == (0, 0)


def test_a_damaged_archive_is_refused_when_it_is_whole(operator, url, draft):
    device = Device(operator, url, b"PK\x03\x04" + bytes(200), name="data.xlsx")
    device.begin()
    answer = device.put(0)
    assert (answer.status_code, answer.json()["sentence"][:40]) == (422, "The file is damaged or password-protecte")


def test_a_full_need_takes_no_more(device, draft):
    for number in range(20):
        factories.Evidence(need=draft, evidence_type="AKPK").hold(factories.pdf(f"{number}.pdf")).save()
    answer = device.begin()
    assert (answer.status_code, answer.json()["sentence"][:35]) == (400, "A need holds at most 20 files. Remo")
    assert Upload.objects.count() == 0


def test_one_person_has_only_so_much_on_the_way(device, operator, url, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_OPEN", 2)
    for number in range(2):
        assert Device(operator, url, key=f"kunci-berkas-{number}").begin().status_code == 201
    refused = Device(operator, url, key="kunci-berkas-9").begin()
    assert (refused.status_code, refused.json()["sentence"][:27]) == (429, "Too many files are on the w")
    assert Device(operator, url, key="kunci-berkas-0").begin().status_code == 200


def test_the_announced_sizes_count_together(operator, url, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 2 * len(LONG) - 1)
    answers = [Device(operator, url, key=f"kunci-berkas-{n}").begin().status_code for n in range(2)]
    assert answers == [201, 429]


# --- Who -------------------------------------------------------------------------------------------------------------


def test_an_upload_is_its_owners_alone(device, as_user, aceh_regency, bali_operator, jica_liaison):
    device.begin()
    colleague = factories.member("DINAS_OP", aceh_regency)
    for other in (colleague, bali_operator, jica_liaison):
        client = as_user(other)
        assert client.get(device.state["url"]).status_code == 404
        assert client.delete(device.state["url"]).status_code == 404
    device.client = as_user(colleague)
    assert device.put(0).status_code == 404


def test_strangers_cannot_begin_one(as_user, url, bali_operator, jica_liaison):
    for other in (bali_operator, jica_liaison):
        assert as_user(other).post(url, {}).status_code == 404


def test_an_upload_of_another_need_is_not_found_under_this_one(device, aceh_regency, aceh_operator, address):
    device.begin()
    other = factories.need(aceh_regency, created_by=aceh_operator)
    assert device.client.get(address("upload", other, device.state["id"])).status_code == 404


def test_a_need_signed_meanwhile_takes_no_more_pieces(device, aceh_head, draft, aceh_regency, aceh_operator, address):
    need = factories.need(aceh_regency, created_by=aceh_operator)
    device.start = address("uploads", need)
    device.begin()
    device.put(0)
    perform(need.flow, "submit", record=need, actor=aceh_head)
    answer = device.put(uploads.PIECE)
    assert (answer.status_code, answer.json()["closed"].startswith(f"{need.code} cannot be changed now")) == (409, True)


def test_its_owner_may_forget_it(device):
    device.begin()
    assert (device.client.delete(device.state["url"]).status_code, Upload.objects.count()) == (204, 0)


def test_nobody_signed_in_is_told_to_sign_in(client, url):
    answer = client.post(url, {}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["sign_in"]) == (401, "/en/masuk/")


# --- Afterwards ------------------------------------------------------------------------------------------------------


def test_abandoned_uploads_are_swept_and_finished_ones_remembered_for_a_while(device, operator, url):
    device.send_all()
    Device(operator, url, key="kunci-berkas-2").begin()
    Device(operator, url, key="kunci-berkas-3").begin()
    now = timezone.now()
    Upload.objects.filter(client_key="kunci-berkas-2").update(touched_at=now - dt.timedelta(days=8))
    Upload.objects.filter(client_key="kunci-berkas-1").update(touched_at=now - dt.timedelta(days=8))
    assert sweep_uploads() == 1
    assert list(Upload.objects.values_list("client_key", flat=True)) == ["kunci-berkas-1", "kunci-berkas-3"]
    Upload.objects.filter(client_key="kunci-berkas-1").update(done_at=now - dt.timedelta(days=91))
    assert sweep_uploads() == 1


def test_a_file_whose_process_died_before_it_was_attached_is_attached_at_the_next_look(device, draft):
    device.begin()
    upload = Upload.objects.get()
    for offset in range(0, len(LONG), uploads.PIECE):
        piece = LONG[offset : offset + uploads.PIECE]
        uploads.add_piece(upload, offset, piece, sha(piece))
    assert draft.evidence.count() == 0
    assert device.client.get(device.state["url"]).json()["done"] is True
    assert draft.evidence.count() == 1


# --- Two letters -----------------------------------------------------------------------------------------------------

LETTER = {"letter-number": "500/12/2026", "letter-date": "05/01/2026", "letter-subject": "Kebutuhan"}


def kept(draft):
    return type(draft).objects.get(pk=draft.pk).cover_letter


def test_a_letter_that_waited_on_a_device_does_not_replace_one_its_owner_has_not_seen(operator, url, draft):
    waiting = Device(operator, url, kind="letter", name="lama.pdf", **LETTER, **{"letter-was": "none"})
    Device(operator, url, LONG + b"2", key="kunci-berkas-2", kind="letter", name="baru.pdf", **LETTER).send_all()
    waiting.begin()
    answer = None
    while answer is None or answer.status_code == 200:
        answer = waiting.put(answer.json()["offset"] if answer else 0)
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [
            {
                "field": "letter-letter",
                "sentence": "A colleague has attached another letter meanwhile: baru.pdf. Look at it, then choose your"
                " file again.",
            }
        ],
    )
    assert kept(draft).name == "baru.pdf"
    seen = LETTER | {"letter-was": sha(LONG + b"2")}
    Device(operator, url, key="kunci-berkas-3", kind="letter", name="lama.pdf", **seen).send_all()
    assert kept(draft).name == "lama.pdf"


def test_without_a_script_the_page_asks_to_look_at_the_other_letter_first(operator, draft, address):
    page = address("papers", draft)

    def send(name: str, was: str, content: bytes = LONG):
        file = SimpleUploadedFile(name, content, "application/pdf")
        return operator.post(page, LETTER | {"letter": "1", "letter-was": was, "letter-letter": file})

    assert send("baru.pdf", "none").status_code == 302
    refused = send("lama.pdf", "none", LONG + b"2")
    assert (refused.status_code, kept(draft).name) == (409, "baru.pdf")
    assert f'name="letter-was" value="{sha(LONG)}"' in refused.text
    assert send("lama.pdf", sha(LONG), LONG + b"2").status_code == 302
    assert kept(draft).name == "lama.pdf"
    assert send("lama.pdf", sha(LONG), LONG + b"2").status_code == 302  # the same form once more
