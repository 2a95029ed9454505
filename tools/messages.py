"""Keeps the Indonesian catalogue complete: `update` collects texts and compiles, `check` fails when one is missing.

Texts in the code are English; Indonesian lives in locale/id/LC_MESSAGES/django.po. Needs GNU gettext to collect.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "locale" / "id" / "LC_MESSAGES"
SKIP = [".venv", "var", "staticfiles", "node_modules", "tests", "tools", "docs", "bench"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def collect(target: Path) -> None:
    """Run xgettext over the tree through Django; the result lands in `target`/locale/id."""
    if not shutil.which("xgettext"):
        sys.exit("GNU gettext is missing. Debian: apt-get install gettext. macOS: brew install gettext.")
    command = [
        sys.executable,
        str(ROOT / "manage.py"),
        "makemessages",
        "-l",
        "id",
        "--no-location",
        "--no-wrap",
    ]
    command += [part for name in SKIP for part in ("--ignore", name)]
    subprocess.run(command, cwd=target, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command line


def open_catalogue() -> polib.POFile:
    """The committed catalogue."""
    return polib.pofile(str(FOLDER / "django.po"), wrapwidth=0)


def faults(po: polib.POFile) -> list[str]:
    """Entries without a translation, marked doubtful, or with other placeholders than the English text."""
    found = []
    for entry in po:
        if entry.obsolete:
            continue
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if not all(texts):
            found.append(f"untranslated: {entry.msgid!r}")
        elif "fuzzy" in entry.flags:
            found.append(f"doubtful: {entry.msgid!r}")
        elif any(
            set(PLACEHOLDER.findall(text)) - set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
            for text in texts
        ) or set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid)) - set(PLACEHOLDER.findall(" ".join(texts))):
            found.append(f"placeholders differ: {entry.msgid!r}")
    return found


def update() -> None:
    """Collect, drop what is no longer used, compile."""
    collect(ROOT)
    po = open_catalogue()
    for entry in [e for e in po if e.obsolete]:
        po.remove(entry)
    for entry in po:
        if "fuzzy" in entry.flags:  # a guess by gettext is not a translation
            entry.flags.remove("fuzzy")
            entry.msgstr, entry.msgstr_plural = "", dict.fromkeys(entry.msgstr_plural, "")
        entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None
    po.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "id",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    po.sort(key=lambda e: (e.msgid.lower(), e.msgctxt or ""))
    po.save(str(FOLDER / "django.po"))
    po.save_as_mofile(str(FOLDER / "django.mo"))
    for line in faults(po):
        print(line)


def check() -> int:
    """0 when the catalogue holds every text of the tree, translated and compiled."""
    po = open_catalogue()
    found = faults(po)
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder) / "django.mo"
        po.save_as_mofile(str(compiled))
        if not (FOLDER / "django.mo").exists() or compiled.read_bytes() != (FOLDER / "django.mo").read_bytes():
            found.append("django.mo is older than django.po")
    if shutil.which("xgettext"):
        before = (FOLDER / "django.po").read_bytes()
        try:
            collect(ROOT)
            fresh = {(e.msgctxt, e.msgid) for e in open_catalogue() if not e.obsolete}
        finally:
            (FOLDER / "django.po").write_bytes(before)
        known = {(e.msgctxt, e.msgid) for e in po if not e.obsolete}
        found += [f"not in the catalogue: {msgid!r}" for _ctx, msgid in sorted(fresh - known, key=str)]
        found += [f"no longer used: {msgid!r}" for _ctx, msgid in sorted(known - fresh, key=str)]
    else:
        print("xgettext is not installed: only the catalogue itself was checked.")
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["update"]:
        update()
    elif sys.argv[1:] == ["check"]:
        sys.exit(check())
    else:
        sys.exit("usage: python tools/messages.py update|check")
