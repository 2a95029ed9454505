"""Whoever tampers with the log is found out: by the chain, or by an anchor kept elsewhere."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from workflow import anchors, audit, tasks
from workflow.checks import the_log_is_anchored
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
_SEALED = (
    "workflow_log_hash(seq, prev_hash, at, flow, record_id, record_code, action, source, target, actor_id, role, "
    "organisation, comment, data, capacity, on_behalf_of_id)"
)


@pytest.fixture(autouse=True)
def log(monkeypatch):
    """Ten entries, read four at a time, so that breaks fall on the borders of stretches too."""
    monkeypatch.setattr(audit, "STRETCH", 4)
    for number in range(1, 11):
        LogEntry.objects.create(flow="regions.need", record_id=number, record_code=f"KEB-{number}", action="file")


def tamper(*statements: str) -> None:
    """As somebody does who owns the tables and has switched the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE workflow_logentry DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("ALTER TABLE workflow_logentry ENABLE TRIGGER USER")


def reseal(first: int) -> None:
    """Seal every entry anew from here on, so that the chain fits again."""
    for seq in range(first, LogEntry.objects.latest("seq").seq + 1):
        tamper(
            "UPDATE workflow_logentry SET prev_hash = coalesce((SELECT hash FROM workflow_logentry "
            f"WHERE seq = {seq - 1}), '') WHERE seq = {seq}",
            f"UPDATE workflow_logentry SET hash = {_SEALED} WHERE seq = {seq}",
        )


def verify(**options) -> str:
    """What the command says, with 1 or without."""
    try:
        return call_command("verify_log", stdout=_Said(), **options) or _Said.text
    except CommandError as error:
        return f"1: {error}"


class _Said:
    text = ""

    def write(self, text):
        _Said.text = text.strip()

    def flush(self):
        pass


def test_an_untouched_log_is_intact_and_says_its_head():
    head = LogEntry.objects.latest("seq").hash
    assert verify() == f"The log is intact: 10 entries, head 10 {head}."
    assert verify(since=8) == f"The log is intact: 10 entries, head 10 {head}."


def test_an_empty_log_is_intact():
    tamper("DELETE FROM workflow_logentry")
    assert verify() == "The log is intact: 0 entries, head 0 -."


@pytest.mark.parametrize("seq", [1, 4, 5, 6, 10])
def test_a_changed_entry_is_named(seq):
    tamper(f"UPDATE workflow_logentry SET comment = 'forged' WHERE seq = {seq}")
    assert verify() == f"1: The log is broken at entry {seq}: its content does not fit its seal."


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("seq = 1", "entry 2: entry 1 is missing before it"),
        ("seq <= 3", "entry 4: entries 1 to 3 are missing before it"),
        ("seq IN (4, 5)", "entry 6: entries 4 to 5 are missing before it"),
        ("seq = 9", "entry 10: entry 9 is missing before it"),
    ],
)
def test_a_deleted_entry_is_named(gone, said):
    tamper(f"DELETE FROM workflow_logentry WHERE {gone}")
    assert verify() == f"1: The log is broken at {said}."


@pytest.mark.parametrize("seq", [1, 4, 7])
def test_an_entry_that_was_changed_and_sealed_anew_is_given_away_by_the_next(seq):
    tamper(
        f"UPDATE workflow_logentry SET comment = 'forged' WHERE seq = {seq}",
        f"UPDATE workflow_logentry SET hash = {_SEALED} WHERE seq = {seq}",
    )
    assert verify() == (
        f"1: The log is broken at entry {seq + 1}: it was sealed behind another entry than entry {seq}, "
        "which stands before it now."
    )


def test_only_the_first_break_is_named_and_since_believes_what_stands_before():
    tamper("UPDATE workflow_logentry SET comment = 'forged' WHERE seq IN (3, 7)")
    assert verify().startswith("1: The log is broken at entry 3:")
    assert verify(since=4).startswith("1: The log is broken at entry 7:")
    assert verify(since=8).startswith("The log is intact")
    assert audit.broken_links()[0] == [3, 7]


# --- Anchors --------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(settings, tmp_path):
    """A folder of anchors from a day on which all was well."""
    settings.LOG_ANCHOR_DIR = str(tmp_path)
    with time_machine.travel("2026-11-20T02:10:00+07:00", tick=False):
        assert tasks.verify_log() == 0
    return tmp_path


def test_the_nightly_check_notes_the_head_and_adds_to_what_is_there(kept):
    with time_machine.travel("2026-11-20T23:00:00+07:00", tick=False):
        tasks.verify_log()
    [file] = kept.iterdir()
    head = LogEntry.objects.latest("seq").hash
    assert file.name == "log-anchor-2026-11-20.jsonl"
    assert [json.loads(line) for line in file.read_text().splitlines()] == [
        {"at": "2026-11-19T19:10:00+00:00", "seq": 10, "count": 10, "hash": head},
        {"at": "2026-11-20T16:00:00+00:00", "seq": 10, "count": 10, "hash": head},
    ]
    assert verify(folder=kept) == f"The log is intact: 10 entries, head 10 {head}; 2 anchors fit."


def test_it_is_mailed_to_whoever_keeps_it(settings):
    settings.LOG_ANCHOR_MAIL = ["auditor@example.test"]
    tasks.verify_log()
    [letter] = mail.outbox
    assert letter.to == ["auditor@example.test"] and json.loads(letter.body)["seq"] == 10


@pytest.mark.parametrize(
    ("folder", "mail_to", "said"),
    [("", [], ["workflow.W002"]), ("/srv/anchors", [], []), ("", ["auditor@example.test"], [])],
)
def test_the_check_before_a_start_says_where_nothing_is_noted(settings, folder, mail_to, said):
    settings.DEMO = settings.DEBUG = False
    settings.LOG_ANCHOR_DIR, settings.LOG_ANCHOR_MAIL = folder, mail_to
    assert [found.id for found in the_log_is_anchored()] == said


def test_entries_taken_off_the_end_are_seen_by_the_anchor_alone(kept):
    tamper("DELETE FROM workflow_logentry WHERE seq > 7")
    assert verify().startswith("The log is intact: 7 entries")
    assert verify(folder=kept) == (
        "1: The chain fits itself, but not what was noted: the anchor of 2026-11-19 knows entry 10, the log ends at 7: "
        "entries were taken off its end. Up to the beginning all fits."
    )


def test_a_log_rewritten_as_a_whole_is_seen_by_the_anchor_alone(kept):
    tamper("UPDATE workflow_logentry SET comment = 'forged' WHERE seq = 2")
    reseal(2)
    assert verify().startswith("The log is intact: 10 entries")
    assert "knows another entry 10: the log was rewritten up to there and sealed anew" in verify(folder=kept)


def test_the_last_anchor_that_fits_says_from_where_on_it_was_rewritten(kept):
    LogEntry.objects.create(flow="regions.need", record_id=11, record_code="KEB-11", action="file")
    with time_machine.travel("2026-11-21T02:10:00+07:00", tick=False):
        tasks.verify_log()
    tamper("UPDATE workflow_logentry SET comment = 'forged' WHERE seq = 11")
    reseal(11)
    assert verify(folder=kept).endswith("Up to entry 10 all fits.")


def test_a_broken_chain_drops_no_anchor_and_says_so(settings, tmp_path, caplog):
    settings.LOG_ANCHOR_DIR = str(tmp_path)
    tamper("DELETE FROM workflow_logentry WHERE seq = 5")
    with caplog.at_level(logging.INFO, "workflow.tasks"):
        assert tasks.verify_log() == 1
    assert caplog.messages == ["log chain BROKEN: entry 6: entry 5 is missing before it"]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_error_line_and_not_the_end(settings, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    settings.LOG_ANCHOR_DIR = str(tmp_path / "file")
    assert tasks.verify_log() == 0
    assert "the anchor of the log cannot be written into LOG_ANCHOR_DIR" in caplog.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "1: There is no anchor in"),
        ('{"at": "2026-11-20", "seq": 10}\n', "1: log-anchor-2026-11-20.jsonl, line 1, is no anchor."),
        ("[]\n", "1: log-anchor-2026-11-20.jsonl, line 1, is no anchor."),
    ],
)
def test_anchors_that_cannot_be_read_are_a_sentence(tmp_path, content, said):
    (tmp_path / "log-anchor-2026-11-20.jsonl").write_text(content)
    assert verify(folder=tmp_path).startswith(said)


def test_wrong_options_are_sentences():
    assert verify(since=0) == "1: --since must be 1 or more."
    assert verify(folder=Path("/nowhere")) == "1: /nowhere is not a folder."


def test_anchors_know_nothing_but_numbers():
    assert set(json.loads(anchors.drop(audit.Head(10, "ab", 10)).line)) == {"at", "seq", "count", "hash"}
