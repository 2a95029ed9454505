"""What the portal is made of: a bill of materials (CycloneDX 1.6) and its licences, written from the runtime lock.

`python tools/supply.py` writes `docs/security/sbom.cdx.json` and `docs/security/licences.md`; `--check` fails when they
are stale, when a package's licence is unknown, or when it is not among those the portal may be given on with.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.txt"
FOLDER = ROOT / "docs" / "security"
PINNED = re.compile(r"^(?P<name>[a-z0-9-]+)(\[[^]]*\])?==(?P<version>[^ ;\\]+)", re.M)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CNRI-Python",
    "HPND",
    "ISC",
    "LGPL-2.1-or-later",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "OFL-1.1",
    "PSF-2.0",
    "PostgreSQL",
    "Unlicense",
    "Zlib",
}
"""Permissive ones, and weak copyleft of parts that are installed unchanged. Nothing that would bind the portal's own
code (GPL, AGPL, SSPL), nothing that forbids a use."""

KNOWN = {
    "Apache 2": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD 3-Clause": "BSD-3-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "BSD-3-Clause License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The MIT License (MIT)": "MIT",
}
"""What packages write where they do not write SPDX."""

STATED = {
    "pyphen": "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1",  # ours to choose: LGPL 2.1
    "psycopg2-binary": "LGPL-3.0-or-later",  # "LGPL with exceptions" in its metadata; the text is LGPL 3 or later
    "uritemplate": "BSD-3-Clause OR Apache-2.0",
}
"""Read in the package's own licence file, because its metadata says nothing that a program understands."""

ELSEWHERE = {
    "async-timeout": "Apache-2.0",
    "brotlicffi": "MIT",
    "colorama": "BSD-3-Clause",
    "pywin32": "PSF-2.0",
}
"""Only installed on other platforms, so their metadata is not here to be read."""

CARRIED = (
    ("bootstrap", "5.3.9", "MIT", "parts of static/css/sinergi.css"),
    ("bootstrap-icons", "1.13.2", "MIT", "static/icons.svg"),
    ("@fontsource-variable/plus-jakarta-sans", "5.3.0", "OFL-1.1", "static/fonts"),
    ("@fontsource/source-serif-4", "5.3.1", "OFL-1.1", "static/papers"),
)
"""Files of others in this tree; versions as in assets/package.json, texts in static/vendor-licences.txt."""


@dataclass(frozen=True)
class Part:
    """One thing the portal is made of."""

    kind: str
    name: str
    version: str
    licence: str
    hashes: tuple[str, ...] = ()
    where: str = ""


def licence_of(name: str) -> str:
    """The SPDX expression of an installed package; empty where nobody has said it yet."""
    if name in STATED | ELSEWHERE:
        return (STATED | ELSEWHERE)[name]
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
    if expression := metadata.get("License-Expression"):
        return expression
    short = (metadata.get("License") or "").strip()
    classified = [
        line.rsplit(" :: ", 1)[-1] for line in metadata.get_all("Classifier", []) if line.startswith("License")
    ]
    for words in (short, *classified):
        if words in ALLOWED or words in KNOWN:
            return KNOWN.get(words, words)
    return ""


def parts() -> list[Part]:
    """Everything in the lock, then what lies in the tree."""
    text = LOCK.read_text(encoding="utf-8")
    starts = list(PINNED.finditer(text))
    found = []
    for match, following in zip(starts, [*starts[1:], None], strict=True):
        block = text[match.start() : following.start() if following else len(text)]
        hashes = tuple(sorted(HASH.findall(block)))
        found.append(Part("pypi", match["name"], match["version"], licence_of(match["name"]), hashes))
    return found + [Part("npm", name, version, licence, where=where) for name, version, licence, where in CARRIED]


def faults(found: list[Part]) -> list[str]:
    """Sentences about licences that are unknown or not allowed, hashes that are missing, versions that differ."""
    wrong = []
    for part in found:
        terms = set(re.split(r"\s+(?:AND|OR|WITH)\s+|[()]", part.licence)) - {""}
        if not terms:
            wrong.append(f"{part.name}: its licence is unknown. Read it and state it in tools/supply.py.")
        elif not terms & ALLOWED or (" OR " not in part.licence and terms - ALLOWED):
            wrong.append(f"{part.name}: {part.licence} is not among the allowed licences.")
        if part.kind == "pypi" and not part.hashes:
            wrong.append(f"{part.name}: no hash in the lock.")
    pinned = json.loads((ROOT / "assets" / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    wrong += [f"{name}: assets/package.json has {pinned.get(name)}" for name, v, *_ in CARRIED if pinned.get(name) != v]
    return wrong


def bill(found: list[Part]) -> str:
    """The bill of materials as JSON, the same for the same lock; valid by the official schema."""
    licences = LicenseFactory()
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(map(repr, found))))
    bom.metadata.component = Component(name="sinergi", type=ComponentType.APPLICATION, bom_ref="sinergi")
    for part in found:
        group, _slash, name = part.name.rpartition("/")
        purl = PackageURL(part.kind, group or None, name, part.version)
        bom.components.add(
            Component(
                type=ComponentType.LIBRARY,
                name=part.name,
                version=part.version,
                purl=purl,
                bom_ref=purl.to_string(),
                licenses=[licences.make_from_string(part.licence)] if part.licence else [],
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=part.hashes[0])] if len(part.hashes) == 1 else [],
                description=part.where or None,
            )
        )
    bom.register_dependency(bom.metadata.component, bom.components)
    content = json.loads(JsonV1Dot6(bom).output_as_string())
    del content["metadata"]["timestamp"]  # the lock says what is in it, not the hour it was written
    text = json.dumps(content, indent=1, sort_keys=True) + "\n"
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise SystemExit(f"The bill of materials is not valid: {error}")
    return text


def table(found: list[Part]) -> str:
    """The licences for people, by licence."""
    lines = [
        "# Licences of what the portal is made of",
        "",
        "Written by `make supply` from `requirements.txt` and `tools/supply.py`; the same as a bill of materials:",
        "`sbom.cdx.json` (CycloneDX 1.6). Packages of checks and tests are not part of the portal and stand in",
        "`docs/dependencies.md`. Files of others in this tree, with their texts: `static/vendor-licences.txt`.",
        "",
        "| licence | parts |",
        "|---|---|",
    ]
    for licence in sorted({part.licence for part in found}):
        names = [f"{part.name} {part.version}" for part in found if part.licence == licence]
        lines.append(f"| {licence} | {', '.join(names)} |")
    return "\n".join([*lines, ""])


def main() -> int:
    """0 when both files are written, or with `--check` fresh."""
    found = parts()
    wrong = faults(found)
    wanted = {FOLDER / "sbom.cdx.json": bill(found), FOLDER / "licences.md": table(found)}
    for path, text in wanted.items():
        if "--check" not in sys.argv[1:]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            wrong.append(f"{path.relative_to(ROOT)} is stale: make supply")
    print("\n".join(wrong) or f"{len(found)} parts, licences known and allowed.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
