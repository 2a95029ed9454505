"""The parts of an .xlsx file, read piece by piece without trust: bounded archives, XML without declarations of its own.

Plain Python, for the reading process. `Refused(key)` is a reason why a file is not read; sentences: `refusals.py`.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

MOST_PARTS = 2_000
MOST_BYTES = 150_000_000
"""Of all parts, unpacked. A workbook of 20,000 full rows takes about 40 MB."""
LARGE, STEEPEST = 5_000_000, 400
"""A part larger than this may not unpack to more than so many times its size; ordinary sheets stay under 30."""
PIECE = 1 << 16
LONGEST_PROLOG = 1 << 20


class Refused(Exception):
    """A file that is not read: the key of the reason, and what the sentence names."""

    def __init__(self, key: str, **facts):
        self.key, self.facts = key, facts
        super().__init__(key)


def opened(file) -> zipfile.ZipFile:
    """The archive, if it looks like a workbook that may be read."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Refused("damaged") from error
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > MOST_BYTES:
        raise Refused("bomb")
    if any(p.file_size > LARGE and p.file_size > STEEPEST * max(p.compress_size, 1) for p in parts):
        raise Refused("bomb")
    names = {p.filename.lower().lstrip("/") for p in parts}
    if any(p.flag_bits & 1 for p in parts):
        raise Refused("password")
    if any(n.endswith(("vbaproject.bin", "vbadata.xml")) or n.startswith("xl/macrosheets/") for n in names):
        raise Refused("macros")
    if "xl/workbook.bin" in names:
        raise Refused("binary")
    if "mimetype" in names and "content.xml" in names:
        raise Refused("ods")
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise Refused("not_a_sheet")
    if not any(n.startswith("xl/") for n in names):
        raise Refused("not_a_sheet" if names else "damaged")
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            _check_prolog(archive, part)
    return archive


class _Enough(Exception):
    """Nothing more is read of a part."""


def _parser() -> expat.XMLParserType:
    """A parser that knows no entities but XML's five: a document type is refused wherever it stands."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_args):
        raise Refused("doctype")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    return parser


def _check_prolog(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """A document type can stand only before the first element: of parts nobody needs no more is looked at."""
    parser = _parser()

    def first(*_args):
        raise _Enough

    parser.StartElementHandler = first
    try:
        with archive.open(part) as stream:
            parser.Parse(stream.read(LONGEST_PROLOG), False)
    except _Enough:
        return
    except expat.ExpatError:
        return  # a broken part is said where it is needed
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError, zlib.error) as error:
        raise Refused("damaged") from error


def walk(archive: zipfile.ZipFile, name: str, start: Callable, end: Callable, text: Callable) -> bool:
    """Read one part: `start(local name, attributes)`, `end(local name)`, `text(characters)`. False where it lacks."""
    if find(archive, name) is None:
        return False
    for _piece in walking(archive, name, start, end, text):
        pass
    return True


def walking(archive: zipfile.ZipFile, name: str, start: Callable, end: Callable, text: Callable) -> Iterator[None]:
    """`walk`, with a stop after each piece, so that what was found can be handed on."""
    part = find(archive, name)
    if part is None:
        raise Refused("damaged")
    parser, local = _parser(), {}

    def plain(tag: str) -> str:
        if tag not in local:
            local[tag] = tag.rpartition(":")[2]
        return local[tag]

    parser.StartElementHandler = lambda tag, attributes: start(plain(tag), attributes)
    parser.EndElementHandler = lambda tag: end(plain(tag))
    parser.CharacterDataHandler = text
    try:
        with archive.open(part) as stream:
            while piece := stream.read(PIECE):
                parser.Parse(piece, False)
                yield
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refused("damaged") from error
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, zlib.error) as error:
        raise Refused("damaged") from error
    yield


def find(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo | None:
    """A part by its name; some programs write other capitals."""
    wanted = name.lstrip("/").lower()
    return next((p for p in archive.infolist() if p.filename.lstrip("/").lower() == wanted), None)


def related(archive: zipfile.ZipFile, name: str) -> dict[str, tuple[str, str]]:
    """{id: (kind, part)} of what a part refers to; what lies outside the file is left out."""
    folder, base = posixpath.split(name)
    found: dict[str, tuple[str, str]] = {}

    def start(tag, attributes):
        if tag == "Relationship" and attributes.get("TargetMode") != "External" and len(found) < MOST_PARTS:
            target = attributes.get("Target", "")
            target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target.lstrip("/"))

    walk(archive, f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels", start, _nothing, _nothing)
    return found


def _nothing(*_args) -> None:
    return None


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")


def clean(text: str) -> str:
    """A text without escapes, control characters and byte order marks."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text)
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


_ARMED = re.compile(r"""^'(?=[-=+@－＝＋＠\t\r\n])|([,\t\r\n]["' ]*)'(?=[=+@＝＋＠]|[-－]\S)""")


def disarmed(text: str) -> str:
    """A text as it was before a list of the portal left as CSV: there an apostrophe stands before whatever a
    spreadsheet would take for a formula (`workflow.downloads.harmless`), also once Excel has saved it as a workbook."""
    return _ARMED.sub(lambda found: found[1] or "", text) if "'" in text else text
