"""What was found in a PDF about its signatures. Plain data: stored as JSON, put into words where it is shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields

UNSIGNED, SIGNED, UNREADABLE = "unsigned", "signed", "unreadable"
"""States of a reading."""

INTACT, BROKEN, ALTERED, PARTIAL, UNREAD = "intact", "broken", "altered", "partial", "unread"
"""Integrity: as signed; not what was signed; changed afterwards beyond further signatures; only a part is covered; of a
kind that cannot be checked here."""

KNOWN, DEMO, UNKNOWN, EXPIRED, REVOKED = "known", "demo", "unknown", "expired", "revoked"
"""Trust: chain to a root the portal knows; to the demo's own; to none; certificate not valid at the time; revoked."""

NO_TIMESTAMP, TRUSTED_TIMESTAMP, OTHER_TIMESTAMP = "none", "trusted", "untrusted"


@dataclass(frozen=True)
class SignatureFound:
    """One signature. `subject` and `issuer` hold name, organisation and unit as the certificate shows them; numbers of
    persons in a certificate (NIK, NIP in serialNumber or UID) are never read."""

    field: str
    integrity: str
    trust: str
    subject: dict[str, str] = field(default_factory=dict)
    issuer: dict[str, str] = field(default_factory=dict)
    serial: str = ""
    """Serial number of the certificate, hexadecimal."""
    valid_from: str = ""
    valid_to: str = ""
    claimed_at: str = ""
    """The signer's own clock, ISO with zone; no proof."""
    timestamp: str = NO_TIMESTAMP
    timestamp_at: str = ""
    whole: bool = False
    """Covers the file to its last byte; False where something follows, for example a second signature."""
    reason: str = ""
    location: str = ""

    @property
    def holds(self) -> bool:
        """Whether the file is what was signed."""
        return self.integrity == INTACT


@dataclass(frozen=True)
class Reading:
    """What a file is as a whole."""

    state: str
    problem: str = ""
    """Why it could not be read: encrypted, damaged, heavy, many."""
    signatures: tuple[SignatureFound, ...] = ()
    has_script: bool = False
    read_at: str = ""

    @property
    def is_signed(self) -> bool:
        """At least one electronic signature was found."""
        return self.state == SIGNED

    def as_json(self) -> dict:
        """For storing and for the way out of the reading process."""
        return asdict(self) | {"signatures": [asdict(s) for s in self.signatures]}

    @classmethod
    def from_json(cls, data: dict | None) -> Reading:
        """A stored reading; what a later version no longer knows is left out."""
        data = data or {}
        known, own = {f.name for f in fields(SignatureFound)}, {f.name for f in fields(cls)}
        found = [SignatureFound(**{k: v for k, v in row.items() if k in known}) for row in data.get("signatures", [])]
        rest = {k: v for k, v in data.items() if k in own}
        return cls(**{"state": UNSIGNED, **rest, "signatures": tuple(found)})
