"""Asks what matrix.txt says, line by line, and names every cell that was answered otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.test import Client

from tests.addresses import patterns
from tests.authorisation.asking import ACT, FAULT, LED, READ, SIGN_IN, Answer, ask
from tests.authorisation.readers import COLUMNS, ENDED, SUSPENDED, lose
from tests.authorisation.records import Record, url_of
from tests.authorisation.typed import Line

ARGUMENTS = dict(patterns())
EVERYONE = ("visitor", "operator", "other nominee", "administrator", ENDED)
"""Who asks for what is open to all: those who have least."""


def before(record: Record, column: str, account: str) -> Callable[[], None] | None:
    if column not in {ENDED, SUSPENDED}:
        return record.before

    def both():
        if record.before:
            record.before()
        lose(column, account)

    return both


def _columns(line: Line, method: str) -> Iterable[str]:
    """Who asks: all; few for what is open to all; of a method that is not offered the visitor and who may most."""
    typed = line.get if method == "GET" else line.post
    if typed == "x":
        other = line.post if method == "GET" else line.get
        return {"visitor", next((c for c, mark in zip(COLUMNS, other, strict=False) if mark in "RAL"), "auditor")}
    if SIGN_IN not in typed and len(set(typed)) == 1:
        return EVERYONE
    return COLUMNS


def _nothing_more(answer: Answer, found: str, line: Line, column: str) -> bool:
    """Of a method that is not offered: refused, or the page that this reader gets by the other one, nothing written."""
    if found not in {READ, ACT, LED, FAULT}:
        return True
    offered = line.get if line.post == "x" else line.post
    return found != FAULT and not answer.changed and offered[COLUMNS.index(column)] in {READ, ACT, LED}


def difference(line: Line, method: str, browsers: dict[str, Client], records: dict[str, Record]) -> str:
    """What was answered otherwise, with the columns; empty where all is as typed."""
    typed, record = line.get if method == "GET" else line.post, records[line.record]
    url, wrong = url_of(line.name, ARGUMENTS[line.name], record), []
    for column in sorted(_columns(line, method), key=COLUMNS.index):
        account = record.home.account(column)
        answer = ask(browsers[account], method, url, before=before(record, column, account))
        found = answer.mark(method)
        fits = _nothing_more(answer, found, line, column) if typed == "x" else found == typed[COLUMNS.index(column)]
        if not fits:
            expected = typed if typed == "x" else typed[COLUMNS.index(column)]
            wrong.append(f"{column} {found} ({answer.status}), typed {expected}")
        elif found not in {ACT, LED} and answer.changed and answer.status in {403, 404, 405}:
            wrong.append(f"{column} was refused ({answer.status}), and something was written")
    return f"{line.record} {line.name} {method}: {'; '.join(wrong)}" if wrong else ""


def differences(lines: list[Line], browsers, records) -> list[str]:
    """Of some lines."""
    found = [difference(line, method, browsers, records) for line in lines for method in ("GET", "POST")]
    return [sentence for sentence in found if sentence]
