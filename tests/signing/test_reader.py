"""What the reader says about signatures: whole, broken, altered, unknown, several; and that it asks nobody outside."""

from __future__ import annotations

import datetime as dt
import socket
import time

import pytest

from tests.signing_factories import (
    assembled,
    changed,
    home_authority,
    other_authority,
    plain_pdf,
    signed,
    with_update,
)
from workflow.signing import authority, found, reader, sandbox
from workflow.signing.adapters import glance, read_signatures
from workflow.signing.found import Reading


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Every attempt to reach out fails the test."""

    def refuse(*args, **kwargs):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


def read(pdf: bytes, *, known: bool = True, demo: bool = False, now=None) -> Reading:
    root = home_authority().root
    return reader.read(pdf, [root] if known and not demo else [], root if demo else b"", now)


def only(pdf: bytes, **how):
    (one,) = read(pdf, **how).signatures
    return one


def test_a_signed_file_names_post_organisation_and_time_and_holds():
    one = only(signed())
    assert one.subject == {
        "name": "Sekretaris Jenderal",
        "organisation": "Kementerian Ketenagakerjaan",
        "unit": authority.MARK,
    }
    assert one.issuer["name"] == authority.NAME
    assert (one.integrity, one.trust, one.timestamp, one.whole) == (found.INTACT, found.KNOWN, "none", True)
    assert abs(dt.datetime.fromisoformat(one.claimed_at) - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert (one.reason, one.location) == ("Sekretaris Jenderal", "Jakarta")
    assert len(one.serial) > 20


def test_a_file_without_signature_is_unsigned():
    assert (read(plain_pdf()).state, read(plain_pdf()).signatures) == (found.UNSIGNED, ())


def test_one_changed_byte_breaks_the_signature():
    assert only(changed(signed())).integrity == found.BROKEN


def test_a_change_appended_afterwards_is_reported():
    from pyhanko.pdf_utils import generic

    def other_title(writer):
        writer.root["/Lang"] = generic.TextStringObject("en")
        writer.update_root()

    assert only(with_update(signed(), other_title)).integrity == found.ALTERED


def test_words_written_over_a_page_afterwards_are_reported():
    from pyhanko.pdf_utils import generic

    def write_over(writer):
        page = writer.root["/Pages"]["/Kids"][0]
        stream = generic.StreamObject(stream_data=b"BT /F1 40 Tf 72 400 Td (10 kursi) Tj ET")
        page["/Contents"] = writer.add_object(stream)
        writer.mark_update(page.container_ref)

    assert only(with_update(signed(), write_over)).integrity == found.ALTERED


def test_scraps_hung_on_behind_the_end_are_reported():
    assert only(signed() + b"\nmore words\n").integrity == found.ALTERED
    assert only(signed() + b"\n\n").integrity == found.INTACT


def test_objects_hung_on_behind_the_end_with_the_old_table_are_reported():
    """A reader that mends damaged files would find them, and show another text."""
    pdf = signed()
    start = pdf[pdf.rfind(b"startxref") :]
    other = b"4 0 obj\n<</Length 18>>stream\nBT (10 kursi) Tj ET\nendstream\nendobj\n"
    assert only(pdf + other + start).integrity == found.ALTERED


def test_a_later_signature_drawn_over_the_page_is_reported_and_one_in_the_margin_is_not():
    over = signed(signed(), "Kepala Perwakilan", "JICA", by=other_authority(), box=(0, 0, 595, 842))
    beside = signed(signed(), "Kepala Perwakilan", "JICA", by=other_authority(), box=(60, 60, 300, 200))
    assert [[s.integrity for s in read(pdf).signatures] for pdf in (over, beside)] == [
        [found.ALTERED, found.INTACT],
        [found.INTACT, found.INTACT],
    ]


def test_a_signature_taken_out_again_is_not_called_a_missing_one():
    def empty_the_field(writer):
        field = writer.root["/AcroForm"]["/Fields"][0]
        del field["/V"]
        writer.update_container(field)

    def forget_the_form(writer):
        del writer.root["/AcroForm"]
        writer.update_root()

    for change in (empty_the_field, forget_the_form):
        reading = read(with_update(signed(), change))
        assert (reading.state, [s.integrity for s in reading.signatures]) == (found.SIGNED, [found.UNREAD])


def test_a_field_that_waits_for_its_signature_is_no_signature():
    from pyhanko.sign import fields

    waiting = with_update(plain_pdf(), lambda w: fields.append_signature_field(w, fields.SigFieldSpec("Kosong")))
    assert read(waiting).state == found.UNSIGNED


def test_two_signatures_stand_side_by_side():
    twice = signed(signed(), "Kepala Perwakilan", "JICA", by=other_authority())
    first, second = read(twice).signatures
    assert [(s.subject["name"], s.integrity, s.trust, s.whole) for s in (first, second)] == [
        ("Sekretaris Jenderal", found.INTACT, found.KNOWN, False),
        ("Kepala Perwakilan", found.INTACT, found.UNKNOWN, True),
    ]


def test_of_two_signatures_a_changed_byte_breaks_both():
    twice = signed(signed(), "Kepala Perwakilan", "JICA")
    assert [s.integrity for s in read(changed(twice)).signatures] == [found.BROKEN, found.BROKEN]


@pytest.mark.parametrize(
    ("how", "trust"), [({}, found.KNOWN), ({"known": False}, found.UNKNOWN), ({"demo": True}, found.DEMO)]
)
def test_trust_depends_on_the_roots_the_portal_was_given(how, trust):
    assert only(signed(), **how).trust == trust


def test_without_any_root_nothing_of_the_computer_s_own_list_is_trusted():
    assert reader.read(signed(), [], b"").signatures[0].trust == found.UNKNOWN


def test_a_file_in_the_folder_of_roots_that_is_no_certificate_does_no_harm():
    assert reader.read(signed(), [b"not a certificate", home_authority().root]).signatures[0].trust == found.KNOWN


def test_a_certificate_that_was_not_valid_on_the_day_is_called_expired():
    old = dt.datetime.now(dt.UTC) - dt.timedelta(days=900)
    assert only(signed(certified_at=old)).trust == found.EXPIRED


def test_a_certificate_that_expired_since_was_valid_when_it_signed():
    one = only(signed(), now=dt.datetime.now(dt.UTC) + dt.timedelta(days=800))
    assert (one.integrity, one.trust) == (found.INTACT, found.KNOWN)


def test_a_reading_survives_being_stored():
    reading = read(signed())
    assert Reading.from_json(reading.as_json()) == reading
    assert Reading.from_json({}) == Reading(found.UNSIGNED)
    assert Reading.from_json({**reading.as_json(), "adapter": "local", "later": 1}) == reading


# --- Files made to do harm ----------------------------------------------------------------------------------------


def hostile() -> dict[str, bytes]:
    whole = signed()
    many = [
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields["
        + " ".join(f"{n} 0 R" for n in range(4, 3004))
        + "]>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        *(f"<</FT/Sig/T(f{n})/V {3004 + n} 0 R>>" for n in range(3000)),
        *("<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>>>" for _n in range(3000)),
    ]
    loop = ["<</Type/Catalog/Pages 2 0 R/AcroForm 1 0 R/Fields 1 0 R/ByteRange[0 0 0 0]>>", "2 0 R"]
    nested = ["<</Type/Catalog/Pages 2 0 R/ByteRange " + "[" * 50_000 + "]" * 50_000 + ">>", "<<>>"]
    return {
        "cut in the middle": whole[: len(whole) // 2],
        "cut before the end": whole[:-200] + b"%%EOF",
        "no table": b"%PDF-1.7\n/ByteRange [0 1 2 3]\n%%EOF",
        "a table without end": b"%PDF-1.7\n/ByteRange\nxref\n0 99999999999\nstartxref\n20\n%%EOF",
        "a table that points to itself": b"%PDF-1.7\n/ByteRange\nxref\n0 0\n"
        b"trailer<</Prev 20/Size 1/Root 1 0 R>>\nstartxref\n20\n%%EOF",
        "thousands of signatures": assembled(many),
        "objects that point to themselves": assembled(loop),
        "brackets without end": assembled(nested),
        "encrypted": assembled(
            [
                "<</Type/Catalog/Pages 2 0 R/ByteRange[0 0 0 0]>>",
                "<</Kids[]/Count 0>>",
                "<</Filter/Standard/V 1/R 2/O(" + "x" * 32 + ")/U(" + "x" * 32 + ")/P -4>>",
            ],
            "/Encrypt 3 0 R/ID[(a)(a)]",
        ),
        "an odd signature": whole.replace(b"/ByteRange", b"/ByteRong ", 1),
        "a signature of zeros": whole[: whole.find(b"/Contents <") + 11]
        + b"0" * 400
        + whole[whole.find(b"/Contents <") + 411 :],
    }


HOW = {"encrypted": "encrypted", "thousands of signatures": "many", "brackets without end": "heavy"}


@pytest.mark.parametrize("name", hostile())
def test_a_hostile_file_is_answered_in_time_and_never_taken_for_a_valid_one(name, settings):
    settings.SIGNING_ROOTS_DIR = "/nowhere"
    began = time.monotonic()
    reading = read_signatures(hostile()[name])
    assert time.monotonic() - began < sandbox.SECONDS + 10
    assert not any(s.holds for s in reading.signatures)
    assert (reading.state, reading.problem) == (
        ("signed", "") if name == "objects that point to themselves" else ("unreadable", HOW.get(name, "damaged"))
    ) or name == "an odd signature"


def test_a_signature_of_an_unknown_kind_is_no_missing_signature():
    strange = [
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[4 0 R]>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        "<</FT/Sig/T(Tanda)/V 5 0 R>>",
        "<</Type/Sig/Filter/Own/SubFilter/own.way/ByteRange[0 1 2 3]/Contents<00>>>",
    ]
    reading = read(assembled(strange))
    assert (reading.state, [(s.field, s.integrity) for s in reading.signatures]) == (
        "signed",
        [("Tanda", found.UNREAD)],
    )


def test_a_script_is_noticed():
    script = [
        "<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    ]
    assert read(signed(assembled(script))).has_script
    assert not read(signed()).has_script
    assert read_signatures(assembled(script)).has_script


def _runs(kind: str):
    """An update that lets the document run something, in one of the ways the standard knows."""
    from pyhanko.pdf_utils import generic

    name, dictionary, array = generic.NameObject, generic.DictionaryObject, generic.ArrayObject

    def change(writer):
        act = dictionary({name("/S"): name("/JavaScript"), name("/JS"): generic.TextStringObject("app.alert(1)")})
        page = writer.root["/Pages"]["/Kids"][0]
        if kind == "page":
            page["/AA"] = dictionary({name("/O"): act})
        elif kind == "link":
            page["/Annots"] = array([writer.add_object(dictionary({name("/Subtype"): name("/Link"), name("/A"): act}))])
        elif kind == "later":
            writer.root["/OpenAction"] = dictionary({name("/S"): name("/GoTo"), name("/Next"): act})
        elif kind == "program":
            launch = writer.add_object(name("/Launch"))
            writer.root["/OpenAction"] = dictionary({name("/S"): launch})
        elif kind == "form":
            writer.root["/AcroForm"] = dictionary(
                {name("/Fields"): array(), name("/XFA"): writer.add_object(generic.StreamObject(stream_data=b"<xdp/>"))}
            )
        elif kind == "nothing":
            writer.root["/OpenAction"] = generic.IndirectObject(999, 0, writer)
        writer.update_container(page)
        writer.update_root()

    return change


@pytest.mark.parametrize(
    ("kind", "runs"),
    [("page", True), ("link", True), ("later", True), ("program", True), ("form", True), ("nothing", False)],
)
def test_whatever_runs_is_noticed_wherever_it_hangs(kind, runs):
    reading = read(signed(with_update(plain_pdf(), _runs(kind))))
    assert (reading.has_script, [s.integrity for s in reading.signatures]) == (runs, [found.INTACT])


def test_the_bare_bytes_tell_what_must_be_read():
    assert [glance(pdf) for pdf in (plain_pdf(), signed(), plain_pdf()[:-20])] == ["plain", "signed", "cut"]


# --- The process it runs in ---------------------------------------------------------------------------------------


def test_the_child_reads_the_same_as_the_parent_would():
    pdf, root = signed(), home_authority().root
    answer, files = sandbox.run("reader", {}, [pdf, b"", root])
    assert files == []
    assert Reading.from_json(answer).signatures == read(pdf).signatures


def test_an_answer_that_makes_no_sense_is_a_failure_like_any_other(monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox, "_HOME", tmp_path)
    (tmp_path / "workflow" / "signing").mkdir(parents=True)
    (tmp_path / "workflow" / "signing" / "babble.py").write_text("print('not an answer')")
    with pytest.raises(sandbox.Failed):
        sandbox.run("babble", {}, [])


def test_the_child_gets_none_of_the_portal_s_secrets_and_no_way_out(monkeypatch, tmp_path):
    import subprocess
    import sys

    script = (
        "import socket, os, json\n"
        "from workflow.signing import sandbox\n"
        "def work(asked, files):\n"
        "    tried = []\n"
        "    for call in (lambda: socket.create_connection(('127.0.0.1', 9)),\n"
        "                 lambda: socket.socket().connect(('127.0.0.1', 9)),\n"
        "                 lambda: socket.getaddrinfo('localhost', 80)):\n"
        "        try:\n"
        "            call(); tried.append('out')\n"
        "        except OSError as error:\n"
        "            tried.append(str(error))\n"
        "    return {'tried': tried, 'names': sorted(os.environ)}, []\n"
        "sandbox.serve(work)\n"
    )
    sent = b'{"asked": {}, "sizes": [], "seconds": 5}\n'
    done = subprocess.run(
        [sys.executable, "-c", script], input=sent, capture_output=True, env={"PATH": ""}, cwd=sandbox._HOME, check=True
    )
    answer, _files = sandbox._unpacked(done.stdout, "answer")
    assert answer["tried"] == ["no network here"] * 3
    monkeypatch.setenv("SECRET_KEY", "x")
    assert "SECRET_KEY" not in answer["names"]


@pytest.mark.parametrize(
    "work",
    [
        "bytearray(2 * 1024 * 1024 * 1024)",
        "[0 for _n in iter(int, 1)]",
        "__import__('tempfile').TemporaryFile().write(b'0' * 10**8)",
    ],
)
def test_a_child_that_takes_too_much_is_stopped_and_said_to_have_failed(work, monkeypatch):
    import subprocess
    import sys

    script = f"from workflow.signing import sandbox\nsandbox.serve(lambda a, f: ({{}}, [{work}]))\n"
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=b'{"asked": {}, "sizes": [], "seconds": 1}\n',
        capture_output=True,
        cwd=sandbox._HOME,
        timeout=20,
        check=False,
    )
    assert done.returncode != 0
