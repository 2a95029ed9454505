"""One interface for every way to sign and to read signatures. Which way signs here says the setting SIGNING_ADAPTER.

`upload` reads what others signed outside; `local` signs with the demo's certificate authority; a national service would
be a third class with the same methods, named by its dotted path (docs/signing.md).
"""

from __future__ import annotations

import abc
import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from workflow.formats import moment
from workflow.papers import Room
from workflow.signing import authority, found, sandbox
from workflow.signing.found import Reading

log = logging.getLogger(__name__)


class CannotSign(Exception):
    """No signature was made; `code` says why (see sentences.why_not_signed)."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Signer:
    """Who signs: the post and its capacity as printed, and the body it signs for. Never a person's name."""

    lines: tuple[str, ...]
    """As over a signature in a letter: ("Plt. Kepala Dinas …",)."""
    organisation: str
    certificate: bytes = b""
    """For services that need the signer's own; empty: the adapter knows or makes one."""

    @property
    def text(self) -> str:
        """The post in one line."""
        return ", ".join(self.lines)


class SigningAdapter(abc.ABC):
    """A way to sign. Reading is the same for all: signatures are read by the portal itself, offline."""

    name: str
    label: object
    offer: object = ""
    """What the signatory chooses to sign in the portal."""
    binding = True
    """Whether its signatures have legal force; the pages say so where they have none."""

    @abc.abstractmethod
    def can_sign(self) -> bool:
        """Whether a person can sign in the portal now."""

    @abc.abstractmethod
    def sign(self, pdf: bytes, *, signer: Signer, reason: str, place: str, field: str, at: Room | None = None) -> bytes:
        """The PDF with one more signature. Raises CannotSign; never returns a file it did not sign."""

    def read_signatures(self, pdf: bytes) -> Reading:
        """What a PDF says about its signatures."""
        return read_signatures(pdf)


class UploadAdapter(SigningAdapter):
    """Signed outside, by whatever means the signatory has, and uploaded."""

    name = "upload"
    label = _("Signed outside the portal and uploaded")

    def can_sign(self) -> bool:
        """Never: the signature comes with the file."""
        return False

    def sign(self, pdf, *, signer, reason, place, field, at=None) -> bytes:
        """Refuses."""
        raise CannotSign("upload")


class LocalAdapter(SigningAdapter):
    """PAdES B-B with a certificate of the demo's own authority: the whole path, without legal force."""

    name = "local"
    label = _("Signed in the portal with a demo certificate, without legal force")
    offer = _("Sign here now with a demo certificate, without legal force")
    binding = False

    def can_sign(self) -> bool:
        """Only where its certificate authority was made, with a key nobody else can read."""
        return authority.load(ca_folder()) is not None

    def sign(self, pdf, *, signer, reason, place, field, at=None) -> bytes:
        """A fresh key for this one signature, certified for the post; the visible part states the capacity."""
        known = authority.load(ca_folder())
        if known is None:
            raise CannotSign("no_authority")
        key, certificate = authority.issue(known, signer.text, signer.organisation, timezone.now())
        now = timezone.now()
        with translation.override("id"):  # agreements are Indonesian papers first, whatever the signatory reads
            lines = ["Ditandatangani secara elektronik", *signer.lines, moment(now), authority.MARK]
        asked = {"field": field, "reason": reason, "place": place, "lines": lines}
        if at is not None:
            asked |= {"page": at.page, "box": list(at.box)}
        try:
            _answer, (made,) = sandbox.run("signer", asked, [pdf, key, certificate, known.root])
        except sandbox.Failed as failure:
            log.warning("signing failed: %s", failure)
            raise CannotSign("file") from failure
        return made


OWN = {UploadAdapter.name: UploadAdapter, LocalAdapter.name: LocalAdapter}


def signing_adapter() -> SigningAdapter:
    """The way to sign that this portal uses."""
    return _adapter(settings.SIGNING_ADAPTER)


@cache
def _adapter(name: str) -> SigningAdapter:
    made = (OWN.get(name) or import_string(name))()
    if isinstance(made, LocalAdapter) and name != LocalAdapter.name:
        # By its own name only, so that the settings can refuse it outside a demonstration.
        raise ImproperlyConfigured(f"SIGNING_ADAPTER must not lead to the test authority by a path: {name!r}.")
    return made


def ca_folder() -> Path:
    """Where the demo's certificate authority lies."""
    return Path(settings.SIGNING_CA_DIR)


def known_roots() -> list[bytes]:
    """The root certificates this portal trusts: every .pem, .crt and .cer in the folder SIGNING_ROOTS_DIR."""
    folder = Path(settings.SIGNING_ROOTS_DIR)
    if not folder.is_dir():
        return []
    return [p.read_bytes() for p in sorted(folder.iterdir()) if p.suffix.lower() in {".pem", ".crt", ".cer"}]


def glance(pdf: bytes) -> str:
    """What a look at the bare bytes says: "signed" where a signature must be read, "cut" where the end is missing."""
    if b"/ByteRange" in pdf:
        return "signed"
    return "plain" if b"%%EOF" in pdf[-2048:] else "cut"


def read_signatures(pdf: bytes) -> Reading:
    """What a PDF says about its signatures, read offline in a process of its own; a bad file gets a reading too."""
    now = timezone.now().isoformat()
    seen = glance(pdf)
    if seen == "cut":
        return Reading(found.UNREADABLE, "damaged", read_at=now)
    if seen == "plain":
        return Reading(found.UNSIGNED, has_script=b"/JavaScript" in pdf or b"/Launch" in pdf, read_at=now)
    demo_root = authority.root_of(ca_folder()) if signing_adapter().name == LocalAdapter.name else b""
    try:
        answer, _files = sandbox.run("reader", {}, [pdf, demo_root, *known_roots()])
    except sandbox.Failed as failure:
        log.warning("a file's signatures could not be read: %s", failure)
        return Reading(found.UNREADABLE, "heavy", read_at=now)
    return Reading.from_json(answer)


def reading_of(upload) -> Reading:
    """What an upload says about its signatures; read once, however often it is asked about."""
    kept = getattr(upload, "signatures", None)
    if kept is None:
        upload.seek(0)
        content = upload.read()
        upload.seek(0)
        kept = read_signatures(content) if content.startswith(b"%PDF-") else Reading(found.UNSIGNED)
        upload.signatures = kept
    return kept
