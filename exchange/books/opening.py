"""Opens a stranger's file in a process of its own and keeps what it holds on disk, as lines to walk through."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

from exchange.books import refusals
from exchange.books.archive import Refused
from exchange.books.opening_process import SECONDS, what_is_wrong

__all__ = ["Lines", "Unreadable", "glanced", "opened"]
_HOME = Path(__file__).resolve().parents[2]


class Unreadable(Exception):
    """A file that cannot be read, or not be understood; the text is a sentence for the person who sent it."""

    def __init__(self, sentence: str, key: str = ""):
        self.key = key
        super().__init__(sentence)


def glanced(file) -> None:
    """What can be refused at once, from the first bytes. Raises Unreadable."""
    if key := what_is_wrong(file):
        raise Unreadable(refusals.sentence(key), key)


class Lines:
    """What the reading process wrote: the beginning of each sheet is known, rows are read again when asked for."""

    def __init__(self, stream):
        self.stream = stream
        weakref.finalize(self, stream.close)  # nobody says when a book is no longer needed
        self.sheets: list[dict] = []
        self.links = False
        while True:
            place, line = stream.tell(), stream.readline()
            if not line:
                break
            if line.startswith(b'{"row"'):
                self.sheets[-1]["filled"] += 1
                continue
            found = json.loads(line)
            if "sheet" in found:
                self.sheets.append({**found, "from": stream.tell(), "filled": 0, "place": place})
            elif "end" in found:
                self.sheets[-1] |= {
                    "merges": found["merges"],
                    "hidden_rows": found["hidden_rows"],
                    "wide": found["wide"],
                }
            elif "refused" in found:
                raise Refused(found.pop("refused"), **found)
            else:
                self.links = found["links"]

    def rows(self, sheet: dict) -> Iterator[dict]:
        """The filled rows of a sheet, top to bottom; cells by their place from 0."""
        place = sheet["from"]
        while True:
            self.stream.seek(place)
            line = self.stream.readline()
            place = self.stream.tell()
            if not line.startswith(b'{"row"'):
                return
            row = json.loads(line)
            row["cells"] = {int(key): cell for key, cell in row["cells"].items()}
            yield row


def opened(file) -> Lines:
    """The lines of a file. Raises Unreadable."""
    given, made = TemporaryFile(), TemporaryFile()  # noqa: SIM115 - the lines live as long as the book
    file.seek(0)
    shutil.copyfileobj(file, given)
    given.flush()
    given.seek(0)
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module, nothing typed by a person
            [sys.executable, "-E", "-s", "-m", "exchange.books.opening_process"],
            stdin=given,
            stdout=made,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS + 10,
            cwd=_HOME,
            env={"LANG": "C.UTF-8", "PATH": os.defpath},
            check=False,
        )
        if done.returncode:
            raise Refused("too_much")
        made.seek(0)
        return Lines(made)
    except subprocess.TimeoutExpired as late:
        raise Unreadable(refusals.sentence("too_much"), "too_much") from late
    except Refused as refused:
        raise Unreadable(refusals.sentence(refused.key, **refused.facts), refused.key) from refused
    finally:
        given.close()
