"""The process that opens a stranger's file: little memory, little time, no way out. Reads a file from its input, writes
lines of JSON: what `cells.sheets_of` yields, or {"refused": key} as the last line. Plain Python without Django."""

from __future__ import annotations

import csv
import io
import json
import resource
import sys

from exchange.books import cells
from exchange.books.archive import Refused, clean, disarmed

MEMORY = 280 * 1024 * 1024
"""Address space. An ordinary file of 4,000 rows takes 40 MB of it."""
SECONDS = 20
LONGEST_ANSWER = 96 * 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORDS = {b"%PDF": "pdf", b"\x89PNG": "picture", b"\xff\xd8\xff": "picture", b"GIF8": "picture"}


def what_is_wrong(file) -> str:
    """The reason that the first bytes give already, or an empty string. The file is left at its beginning."""
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if not head:
        return "empty"
    for magic, key in _WORDS.items():
        if head.startswith(magic):
            return key
    if head.startswith(OLE):
        whole = file.read()
        file.seek(0)
        return "password" if "EncryptedPackage".encode("utf-16-le") in whole else "old_format"
    if head.lstrip().lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        return "web_page"
    return ""


def read(file):
    """What the file holds, line by line."""
    if key := what_is_wrong(file):
        raise Refused(key)
    head = file.read(4)
    file.seek(0)
    if head.startswith(b"PK"):
        yield from cells.sheets_of(file)
    else:
        yield from _table(file.read())


def _table(raw: bytes):
    """A text file with one row per line."""
    text = _decoded(raw)
    text, delimiter, before = _delimiter(text)
    yield {"sheet": "", "hidden": False, "text": True}
    csv.field_size_limit(200_000)
    filled = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), before + 1):
            found = {}
            for place, value in enumerate(row[: cells.MOST_COLUMNS]):
                if value := clean(value[: cells.LONGEST_CELL + 1]).strip():
                    found[place] = ["s", disarmed(value)]
            if found:
                filled += 1
                if filled > cells.MOST_ROWS:
                    raise Refused("too_many_rows", limit=cells.MOST_ROWS)
                yield {"row": number, "hidden": False, "cells": found}
    except csv.Error as error:
        raise Refused("damaged") from error
    yield {"end": True, "merges": [], "hidden_rows": 0, "wide": False}
    yield {"links": False}


def _decoded(raw: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with one, else Windows-1252 as Excel writes it."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", errors="replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
    strange = sum(1 for c in text[:20_000] if c < " " and c not in "\t\r\n\f")
    if strange * 50 > len(text[:20_000]) or not text.strip():
        raise Refused("not_a_sheet" if text.strip() else "empty")
    return text


def _delimiter(text: str) -> tuple[str, str, int]:
    """(text, what stands between its cells, lines before it): the mark the head row has most of; Excel may name it."""
    first, _newline, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return rest, first.strip()[4], 1
    lines = [line for line in text.split("\n", 30)[:30] if line.strip()]
    counts = {mark: max((line.count(mark) for line in lines), default=0) for mark in ";\t,"}
    return text, max(counts, key=lambda mark: counts[mark]) if any(counts.values()) else ";", 0


def main() -> None:
    """Bounds first, then the file."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LONGEST_ANSWER, LONGEST_ANSWER))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        for line in read(sys.stdin.buffer):
            sys.stdout.write(json.dumps(line, ensure_ascii=True) + "\n")
    except Refused as refused:
        sys.stdout.write(json.dumps({"refused": refused.key, **refused.facts}) + "\n")
    except MemoryError:
        sys.stdout.write('{"refused": "too_much"}\n')
    except Exception:  # a fault of the file that nobody thought of; its text may hold what stands there
        sys.stdout.write('{"refused": "damaged"}\n')
    sys.stdout.flush()


if __name__ == "__main__":
    main()
