"""Whether a PDF only shows something: a scan of its names that takes for an object whatever any reader might.

Readers find objects by the table at the end, or, where it is broken, by their heads; which bytes are an object is
therefore a matter of the reader. Here every head of an object counts, wherever it stands, inside streams too. A signed
file must not be changed, so nothing is taken out: a file that runs something is refused.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice

RUNS = {
    "JavaScript",
    "JS",
    "Launch",
    "ImportData",
    "SubmitForm",
    "GoToE",
    "GoToR",
    "Rendition",
    "RichMedia",
    "RichMediaExecute",
    "XFA",
}
"""Scripts, programs, dynamic forms, and actions that fetch or send. Links to pages and addresses may stay."""
CARRIES = {"EmbeddedFile", "EmbeddedFiles", "FileAttachment"}
FLATE = {"FlateDecode", "Fl"}
OTHER_FILTERS = {"LZWDecode", "LZW", "ASCIIHexDecode", "AHx", "ASCII85Decode", "A85", "RunLengthDecode", "RL", "Crypt"}
MOST_IN_ONE, MOST_TOGETHER = 32_000_000, 128_000_000
"""Bytes that streams of objects may unpack to; a report of some hundred pages has a twentieth of it."""
MOST_BEHIND = 1024
"""Bytes behind the end that programs and mail gateways are known to leave there."""
MOST_UNENDED, MOST_BRACKETS = 100, 5_000
"""Strings without an end in one object, and brackets inside one string; no program writes any, or as many."""
MOST_OBJECTS = 100_000
BLANK = b"\x00\t\n\x0c\r \xef\xbb\xbf"

_HEAD = re.compile(rb"(?<=[\x00\s\d])obj|trailer")
_TOKEN = re.compile(
    rb"(?P<string>\()|(?P<hex><[0-9A-Fa-f\x00\s]*>)|(?P<comment>%[^\r\n]*)"
    rb"|/(?P<name>[^\x00\t\n\x0c\r ()<>\[\]{}/%]*)|(?P<stream>(?<![A-Za-z])stream(?=[\r\n \t]))"
)
_IN_STRING = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_CUT = re.compile(rb"%%EOF\s*\d+\s+\d+\s+obj\b")
"""A revision that was begun and does not end."""
_FIRST = re.compile(rb"/First\s+(\d{1,9})")


class _Wrong(Exception):
    pass


def problem(data: bytes) -> str:
    """The key of the reason why it may not be kept, or an empty string."""
    end = data.rfind(b"%%EOF")
    if not data[:1024].lstrip(BLANK).startswith(b"%PDF-") or end < 0:
        return "damaged"
    if _CUT.match(data, end):
        return "damaged"
    if len(data) - end > MOST_BEHIND or zipfile.is_zipfile(io.BytesIO(data)):
        return "polyglot"
    try:
        found = _Names(data).all()
    except _Wrong as wrong:
        return str(wrong)
    if "Encrypt" in found:
        return "password"
    if found & RUNS:
        return "runs"
    return "attached" if found & CARRIES else ""


class _Names:
    """Every name in the objects of a file, those of packed objects included."""

    def __init__(self, data: bytes):
        self.data, self.unpacked = data, 0

    def all(self) -> set[str]:
        found: set[str] = set()
        heads = [0, *(match.start() for match in _HEAD.finditer(self.data)), len(self.data)]
        if len(heads) > MOST_OBJECTS:
            raise _Wrong("heavy")
        for start, stop in zip(heads, heads[1:], strict=False):
            names: list[str] = []
            for kind, value, place in _tokens(self.data, start, stop):
                if kind == "name":
                    names.append(value)
                    continue
                found |= self._packed(set(names), start, place)
                found.update(names)
                names, start = [], place
            found.update(names)
        return found

    def _packed(self, about: set[str], start: int, place: int) -> set[str]:
        """The names of the objects packed into a stream; empty for streams that hold none."""
        if "ObjStm" not in about and not {"N", "First"} <= about:
            return set()
        first = _FIRST.search(_plain(self.data[start:place]))
        if first is None or about & OTHER_FILTERS or "Predictor" in about:
            raise _Wrong("unusual")
        if "Filter" in about or "F" in about:
            if not about & FLATE:
                raise _Wrong("unusual")
            content = self._unpacked(place)
        else:
            content = self._body(place)
        begin = int(first[1])
        numbers = [int(n) for n in re.findall(rb"\d{1,10}", content[:begin])]
        edges = sorted({begin, *(begin + at for at in numbers[1::2] if begin + at < len(content)), len(content)})
        return {
            value
            for start, stop in zip(edges, edges[1:], strict=False)
            for kind, value, _place in _tokens(content, start, stop)
            if kind == "name"
        }

    def _body(self, place: int) -> bytes:
        start = place + (2 if self.data[place : place + 2] == b"\r\n" else 1)
        stop = self.data.find(b"endstream", start)
        return self.data[start : stop if stop >= 0 else len(self.data)]

    def _unpacked(self, place: int) -> bytes:
        work = zlib.decompressobj()
        try:
            content = work.decompress(self._body(place), MOST_IN_ONE)
        except zlib.error:
            raise _Wrong("unusual") from None
        self.unpacked += len(content)
        if work.unconsumed_tail or self.unpacked > MOST_TOGETHER:
            raise _Wrong("bomb")
        return content


def _tokens(data: bytes, start: int, stop: int) -> Iterator[tuple[str, str, int]]:
    """("name", its text) and ("stream", where its body begins) between two places; strings and comments are passed."""
    place, unended = start, 0
    while (match := _TOKEN.search(data, place, stop)) is not None:
        place = match.end()
        if match.lastgroup == "string":
            place = _behind_string(data, place, stop)
            unended += place == match.end()
            if unended > MOST_UNENDED:  # each is looked through to the end
                raise _Wrong("unusual")
        elif match.lastgroup == "name":
            yield "name", _plain(match["name"]).decode("latin-1"), place
        elif match.lastgroup == "stream" and data[max(start, match.start() - 64) : match.start()].rstrip(
            BLANK
        ).endswith(b">>"):
            yield "stream", "", place
            behind = data.find(b"endstream", place, stop)
            place = behind + 9 if behind >= 0 else stop


def _behind_string(data: bytes, place: int, stop: int) -> int:
    """Where a string ends; one that never does hides nothing."""
    depth = 1
    for match in islice(_IN_STRING.finditer(data, place, stop), MOST_BRACKETS):
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        if not depth:
            return match.end()
    return place


def _plain(name: bytes) -> bytes:
    """A name without its escapes: J#61vaScript is JavaScript."""
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), name) if b"#" in name else name
