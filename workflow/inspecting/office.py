"""Whether a DOCX or XLSX file is one and only shows something: no macros, no foreign programs, nothing from outside.

Which part is the document decide the lists inside the archive, not file names: every part is looked at by its content.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from urllib.parse import unquote
from xml.parsers import expat

MAIN = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
}
MOST_PARTS, MOST_BYTES, DEEPEST = 2_000, 200_000_000, 1
LARGE, STEEPEST = 5_000_000, 400
"""A part larger than this may not unpack to more than so many times its size; ordinary parts stay under 30."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROGRAMS = (OLE, b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe")
LINKS = {"http", "https", "mailto", "tel", "ftp", "file", ""}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_FIELD = re.compile(r"^[ \t]*(DDE|DDEAUTO|INCLUDETEXT)\b", re.IGNORECASE | re.MULTILINE)
_CALL = re.compile(r"[\w.'\"\]]\s*\|\s*'")
"""A cell that asks another program: =cmd|'/c calc'!A0."""

_MATTERS = re.compile(rb"<(?:[^<>\s:/]+:)?(?:instrText|fldSimple|ddeLink|oleLink|Relationship)\b")
_FORMULA = re.compile(rb"<(?:[^<>\s:/]+:)?f\b")


class _Wrong(Exception):
    pass


def problem(content: bytes, kind: str) -> str:
    """The key of the reason why it may not be kept, or an empty string."""
    if content.startswith(OLE):
        return "password" if "EncryptedPackage".encode("utf-16-le") in content else "old_format"
    try:
        _Archive(content, depth=0).check({kind})
    except _Wrong as wrong:
        return str(wrong)
    except expat.ExpatError:
        return "damaged"
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError, zlib.error):
        return "damaged"
    return ""


class _Archive:
    def __init__(self, content: bytes, *, depth: int, budget: list[int] | None = None):
        self.file, self.depth, self.size = zipfile.ZipFile(io.BytesIO(content)), depth, len(content)
        self.budget = budget or [MOST_BYTES]
        """Bytes that may still be unpacked, of this file and of those inside it together."""
        self.parts = self.file.infolist()
        if not content.startswith(b"PK\x03\x04") or min((p.header_offset for p in self.parts), default=1):
            raise _Wrong("polyglot")
        if content[-22:-18] != b"PK\x05\x06":
            raise _Wrong("polyglot")

    def check(self, kinds: set[str]) -> None:
        self._check_list()
        content_types = self._content_types()
        mains = {kind for kind in kinds if MAIN[kind] in content_types.values()}
        names = {part.filename.lstrip("/").lower() for part in self.parts}
        if not any(path in names for path, kind in content_types.items() if kind in {MAIN[k] for k in mains}):
            raise _Wrong("mismatch")
        if any(word in kind.lower() for kind in content_types.values() for word in ("macroenabled", "vbaproject")):
            raise _Wrong("macros")
        if any("activex" in kind.lower() for kind in content_types.values()):
            raise _Wrong("active")
        for part in self.parts:
            self._check_part(part)

    def _check_list(self) -> None:
        """What the list of parts tells, before anything is unpacked."""
        names = [part.filename.lstrip("/").lower() for part in self.parts]
        if any(part.flag_bits & 1 for part in self.parts):
            raise _Wrong("password")
        if len(names) > MOST_PARTS or sum(part.file_size for part in self.parts) > MOST_BYTES:
            raise _Wrong("bomb")
        if any(p.file_size > LARGE and p.file_size > STEEPEST * max(p.compress_size, 1) for p in self.parts):
            raise _Wrong("bomb")
        if any(n.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in n for n in names):
            raise _Wrong("macros")
        if any("/activex/" in n for n in names):
            raise _Wrong("active")
        if len(set(names)) != len(names):
            raise _Wrong("polyglot")

    def _read(self, part: zipfile.ZipInfo) -> bytes:
        with self.file.open(part) as stream:
            content = stream.read(self.budget[0] + 1)
        self.budget[0] -= len(content)
        if self.budget[0] < 0:
            raise _Wrong("bomb")
        return content

    def _content_types(self) -> dict[str, str]:
        """{part: type} by the archive's own list, and the types by ending."""
        part = next((p for p in self.parts if p.filename == "[Content_Types].xml"), None)
        if part is None:
            raise _Wrong("mismatch")
        found: dict[str, str] = {}

        def start(tag, attributes):
            if tag == "Override":
                found[attributes.get("PartName", "").lstrip("/").lower()] = attributes.get("ContentType", "")
            elif tag == "Default":
                found[f"*.{attributes.get('Extension', '').lower()}"] = attributes.get("ContentType", "")

        _walk(self._read(part), start)
        return found

    def _check_part(self, part: zipfile.ZipInfo) -> None:
        content, name = self._read(part), part.filename.lower()
        if content.startswith(PROGRAMS):
            raise _Wrong("active")
        if content.startswith(b"PK\x03\x04"):
            if self.depth >= DEEPEST:
                raise _Wrong("bomb")
            _Archive(content, depth=self.depth + 1, budget=self.budget).check(set(MAIN))
        elif _is_xml(content) and _needs_reading(content):
            try:
                _check_xml(content, is_list=name.endswith(".rels"))
            except expat.ExpatError:
                if not name.endswith(".vml"):  # Excel itself writes some of these with holes
                    raise


def _is_xml(content: bytes) -> bool:
    return content[:400].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")


def _needs_reading(content: bytes) -> bool:
    """Whether anything that matters can stand in a part. Plain UTF-8 writes names in one way only, so large sheets
    of values need no reading; a formula that asks another program has a bar in it, or an escape of one."""
    head = content[:200].lower()
    if b"\0" in content[:1000] or b"<!" in content or (b"encoding" in head and b"utf-8" not in head):
        return True
    return bool(_MATTERS.search(content) or (_FORMULA.search(content) and (b"|" in content or b"&#" in content)))


def _walk(content: bytes, start, end=None, text=None) -> None:
    """A part as XML, without declarations of its own."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_args):
        raise _Wrong("outside")

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
    if end:
        parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
    if text:
        parser.CharacterDataHandler = text
    parser.Parse(content, True)


def _check_xml(content: bytes, *, is_list: bool) -> None:
    """Links, fields and formulas of a part."""
    pieces: list[str] = []
    listens = False

    def start(tag, attributes):
        nonlocal listens
        if is_list and tag == "Relationship":
            _check_link(attributes)
        elif tag in {"ddeLink", "oleLink"}:
            raise _Wrong("outside")
        elif tag in {"instrText", "f"}:
            listens = True
        elif tag == "fldSimple":
            pieces.append(next((v for k, v in attributes.items() if k.rpartition(":")[2] == "instr"), "") + "\n")
        elif tag == "fldChar":
            pieces.append("\n")

    def end(tag):
        nonlocal listens
        if tag == "f":
            pieces.append("\n")
        if tag in {"instrText", "f"}:
            listens = False

    def text(characters):
        if listens:
            pieces.append(characters)

    _walk(content, start, end, text)
    said = "".join(pieces)
    if _FIELD.search(said) or _CALL.search(said):
        raise _Wrong("outside")


def _check_link(attributes: dict[str, str]) -> None:
    """What a part refers to outside the file: links a person clicks may stay, what is fetched by itself may not."""
    kind = attributes.get("Type", "").rpartition("/")[2]
    if kind == "vbaProject" or "attachedToolbars" in kind:
        raise _Wrong("macros")
    if attributes.get("TargetMode", "").lower() != "external":
        return
    target = unquote(attributes.get("Target", "")).strip()
    scheme = (
        (match[1].lower() if (match := _SCHEME.match(target)) else "") if not re.match(r"[A-Za-z]:\\", target) else ""
    )
    elsewhere = target.startswith(("\\\\", "//")) or re.match(r"file:(//[^/]|/*\\\\|/{4,})", target, re.IGNORECASE)
    if kind == "hyperlink" and scheme in LINKS:
        return
    if kind in {"externalLinkPath", "xlPathMissing"} and scheme in {"", "file"} and not elsewhere:
        return
    raise _Wrong("outside")
