"""What a file is says its content: what runs, fetches, hides or swells is refused, pictures are drawn anew."""

from __future__ import annotations

import hashlib
import io
import resource

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from regions.models import Evidence
from tests.uploads import hostile
from workflow.files import AdmittedFile, admit, clean_name
from workflow.inspecting import Unfit, inspected
from workflow.inspecting.child import look

LARGEST = 5 * 1024 * 1024


def found(kind: str, content: bytes) -> str:
    return look(kind, content, LARGEST)[0]


@pytest.mark.parametrize("case", hostile.PDFS)
def test_a_pdf_that_does_more_than_show_is_refused(case):
    content, reason = hostile.PDFS[case]
    assert found("pdf", content) == reason


@pytest.mark.parametrize("case", hostile.HARMLESS_PDFS)
def test_an_ordinary_pdf_is_kept(case):
    assert found("pdf", hostile.HARMLESS_PDFS[case]) == ""


def test_a_pdf_that_is_an_archive_as_well_is_refused():
    assert found("pdf", hostile.zip_behind_pdf()) == "polyglot"


@pytest.mark.parametrize("case", hostile.OFFICE)
def test_a_document_that_does_more_than_show_is_refused(case):
    content, reason = hostile.OFFICE[case]
    assert found("docx", content) == reason


@pytest.mark.parametrize("case", hostile.BOOKS)
def test_a_workbook_that_does_more_than_show_is_refused(case):
    content, reason = hostile.BOOKS[case]
    assert found("xlsx", content) == reason


@pytest.mark.parametrize("case", hostile.HARMLESS_OFFICE)
def test_an_ordinary_document_is_kept(case):
    assert found("docx", hostile.HARMLESS_OFFICE[case]) == ""


def test_a_workbook_with_ordinary_formulas_is_kept():
    sheet = '<worksheet><c><f>SUM(A1:A9)&amp;"a|b"</f></c></worksheet>'
    assert found("xlsx", hostile.workbook(sheet)) == ""


def test_a_photograph_loses_place_camera_and_words_and_stands_upright():
    reason, [made] = look("jpg", hostile.photograph(), LARGEST)
    picture = Image.open(io.BytesIO(made))
    assert (reason, picture.format, picture.size, dict(picture.getexif())) == ("", "JPEG", (30, 40), {})
    assert b"Kamera" not in made and b"script" not in made


def test_what_hangs_behind_a_picture_is_gone():
    reason, [made] = look("png", hostile.picture() + b"PK\x03\x04<script>", LARGEST)
    assert (reason, b"script" in made, Image.open(io.BytesIO(made)).size) == ("", False, (40, 30))


def test_a_print_shop_jpeg_is_kept_in_screen_colours():
    reason, [made] = look("jpeg", hostile.picture("JPEG", mode="CMYK"), LARGEST)
    assert (reason, Image.open(io.BytesIO(made)).mode) == ("", "RGB")


def test_a_transparent_picture_stays_transparent():
    _reason, [made] = look("png", hostile.picture(mode="LA"), LARGEST)
    assert Image.open(io.BytesIO(made)).mode == "LA"


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        ("png", hostile.animated(), "animated"),
        ("png", hostile.huge(), "pixels"),
        ("png", hostile.picture()[:90], "damaged"),
        ("jpg", hostile.picture("GIF"), "damaged"),
    ],
)
def test_a_picture_that_is_none_is_refused(kind, content, reason):
    assert found(kind, content) == reason


def test_a_picture_that_grows_beyond_the_limit_is_refused():
    assert look("png", hostile.picture(size=(400, 300)), 500)[0] == "too_large_anew"


def test_the_work_is_done_in_another_process_with_limits():
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert inspected("pdf", hostile.pdf(), largest=LARGEST) == hostile.pdf()
    with pytest.raises(Unfit) as refusal:
        inspected("pdf", hostile.pdf(hostile.SCRIPT), largest=LARGEST)
    assert refusal.value.key == "runs"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime > before


# --- The gate --------------------------------------------------------------------------------------------------------


def sentence(name: str, content: bytes, kinds=("pdf", "png", "jpg", "jpeg", "docx", "xlsx")) -> str:
    with pytest.raises(ValidationError) as refusal:
        admit(SimpleUploadedFile(name, content), kinds)
    return refusal.value.messages[0]


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pdf", hostile.pdf(hostile.SCRIPT), "The file contains a script, or starts or fetches something. Print it"),
        ("a.docx", hostile.OLE + "EncryptedPackage".encode("utf-16-le"), "The file is protected by a password"),
        ("a.docx", hostile.OLE, "The file has the old Office format."),
        ("a.docx", hostile.OFFICE["template from outside"][0], "The file fetches content from outside"),
        ("a.pdf", hostile.picture(), "The content of the file does not match its name. Save it again as PDF."),
        ("a.png", hostile.huge(), "The picture has more than 50 million pixels."),
        ("a.svg", b"<svg/>", "This type of file cannot be stored."),
    ],
)
def test_the_gate_says_cause_and_way_out(name, content, says):
    assert sentence(name, content).startswith(says)


def test_a_picture_under_the_wrong_ending_gets_its_own():
    kept = admit(SimpleUploadedFile("foto.png", hostile.photograph()))
    assert (kept.name, kept.kind, kept.read()[:3]) == ("foto.jpg", "jpg", b"\xff\xd8\xff")


def test_what_passed_once_passes_again_but_not_as_another_kind():
    kept = admit(SimpleUploadedFile("foto.png", hostile.picture()))
    assert admit(kept) is kept
    with pytest.raises(ValidationError):
        admit(kept, ("pdf",))


def test_the_checksum_is_of_what_is_stored_and_the_type_is_ours():
    given = SimpleUploadedFile("foto.jpg", hostile.photograph(), content_type="text/html")
    held = Evidence().hold(admit(given))
    stored = held.file.read()
    assert (held.content_type, held.sha256) == ("image/jpeg", hashlib.sha256(stored).hexdigest())
    assert held.size == len(stored) != given.size


def test_nothing_that_was_sent_is_held_without_the_gate():
    with pytest.raises(TypeError):
        Evidence().hold(SimpleUploadedFile("a.pdf", hostile.pdf()))
    assert Evidence().hold(AdmittedFile(b"x", "a.pdf", "pdf")).name == "a.pdf"
    assert Evidence().hold(ContentFile(b"x", name="made-here.pdf")).name == "made-here.pdf"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (r"C:\Users\a\surat.pdf", "surat.pdf"),
        ("../../etc/passwd", "passwd"),
        ("\u202efdp.exe\u2066.pdf", "fdp.exe.pdf"),
        ("surat\r\nX: y.pdf", "surat X: y.pdf"),
        ("a\x00b\u200b.pdf", "ab.pdf"),
        (" .surat.pdf. ", "surat.pdf"),
        ("p" * 300 + ".pdf", "p" * 196 + ".pdf"),
    ],
)
def test_a_name_shows_what_it_is(name, shown):
    assert clean_name(name) == shown
