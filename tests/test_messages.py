"""The check of the catalogue notices what it is there for: missing, doubtful and wrongly filled translations."""

from __future__ import annotations

import polib

from tools.messages import faults, open_catalogue


def catalogue(*entries: polib.POEntry) -> polib.POFile:
    """A catalogue of these entries."""
    po = polib.POFile()
    po.extend(entries)
    return po


def test_each_kind_of_fault_is_named():
    found = faults(
        catalogue(
            polib.POEntry(msgid="Good", msgstr="Baik"),
            polib.POEntry(msgid="Missing", msgstr=""),
            polib.POEntry(msgid="Guessed", msgstr="Tebakan", flags=["fuzzy"]),
            polib.POEntry(msgid="%(days)s days", msgstr="beberapa hari"),
            polib.POEntry(msgid="Seats", msgstr="%(seats)s kursi"),
            polib.POEntry(msgid="%(n)s row", msgid_plural="%(n)s rows", msgstr_plural={0: ""}),
            polib.POEntry(msgid="Gone", msgstr="", obsolete=True),
        )
    )
    assert found == [
        "untranslated: 'Missing'",
        "doubtful: 'Guessed'",
        "placeholders differ: '%(days)s days'",
        "placeholders differ: 'Seats'",
        "untranslated: '%(n)s row'",
    ]


def test_one_doubtful_entry_of_the_real_catalogue_is_noticed():
    po = open_catalogue()
    entry = next(entry for entry in po if entry.msgstr and not entry.obsolete)
    entry.flags.append("fuzzy")
    assert f"doubtful: {entry.msgid!r}" in faults(po)
