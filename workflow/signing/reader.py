"""Reads the signatures of a PDF with pyHanko, offline, as a process of its own: `python -m workflow.signing.reader`.

Nothing is fetched: no revocation list, no OCSP answer, no certificate. What the file itself carries of these counts.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import logging
from collections.abc import Iterable
from itertools import islice

from workflow.signing import found
from workflow.signing.found import Reading, SignatureFound

MOST_SIGNATURES = 40
"""More are not read: no agreement has as many, and each costs time."""
MOST_PARTS = 60_000
"""Dictionaries looked through for scripts; a paper of some hundred pages has a tenth of them."""
LARGEST_SIGN = 0.2
"""Share of a page that the visible part of a later signature may take: a larger one could hide what was signed."""


def read(pdf: bytes, roots: Iterable[bytes] = (), demo_root: bytes = b"", now: dt.datetime | None = None) -> Reading:
    """Everything a PDF says about its signatures. Never raises: what cannot be read has a `problem`."""
    now = now or dt.datetime.now(dt.UTC)
    stamp = now.isoformat()
    try:
        return _read(pdf, list(roots), demo_root, now)
    except _Problem as problem:
        return Reading(found.UNREADABLE, problem.code, read_at=stamp)
    except (RecursionError, MemoryError):
        return Reading(found.UNREADABLE, "heavy", read_at=stamp)
    except Exception:  # pyHanko raises many kinds on files made to break it
        return Reading(found.UNREADABLE, "damaged", read_at=stamp)


class _Problem(Exception):
    def __init__(self, code: str):
        self.code = code
        super().__init__(code)


def _read(pdf: bytes, roots: list[bytes], demo_root: bytes, now: dt.datetime) -> Reading:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    for name in ("pyhanko", "pyhanko_certvalidator"):  # what they would log about a foreign file is in the answer
        logging.getLogger(name).setLevel(logging.CRITICAL)
    file = PdfFileReader(io.BytesIO(pdf))
    if file.encrypted:
        raise _Problem("encrypted")
    filled = [name for name, *_rest in islice(enumerate_sig_fields(file, filled_status=True), MOST_SIGNATURES + 1)]
    if len(filled) > MOST_SIGNATURES:
        raise _Problem("many")
    regular, known = file.embedded_regular_signatures, {each.field_name for each in file.embedded_signatures}
    trusted = _Roots(roots, demo_root, _kept_by(file))
    whole = _Whole(pdf, file)
    seen = tuple(_signature(each, trusted, whole, now) for each in regular)
    seen += tuple(SignatureFound(str(n)[:80], found.UNREAD, found.UNKNOWN) for n in filled if n not in known)
    if pdf.count(b"/ByteRange") > len(filled) and "/Perms" not in file.root:
        # One was taken out again, or hangs on nothing: whoever reads the bytes otherwise may see it.
        seen += (SignatureFound("", found.UNREAD, found.UNKNOWN),)
    state = found.SIGNED if seen else found.UNSIGNED
    return Reading(state, signatures=seen, has_script=_has_script(file), read_at=now.isoformat())


def _kept_by(file) -> dict:
    """Certificates and revocation answers that the file brings along (DSS), as arguments of a validation context."""
    from pyhanko.sign.validation.dss import DocumentSecurityStore
    from pyhanko.sign.validation.errors import NoDSSFoundError

    try:
        store = DocumentSecurityStore.read_dss(file)
    except NoDSSFoundError:
        return {}
    context = {"other_certs": list(store.load_certs())}
    for name, kept in (("crls", store.crls), ("ocsps", store.ocsps)):
        context[name] = [ref.get_object().data for ref in kept]
    return context


class _Whole:
    """The file around a signature: which of its fields are signatures, whether bytes hang on behind the last revision,
    and whether a later signature is drawn over the page."""

    def __init__(self, pdf: bytes, file):
        self.pdf = pdf
        self.signatures = file.embedded_signatures
        self.signature_fields = {each.field_name for each in self.signatures}
        self.revisions = file.xrefs.total_revisions
        last = pdf[file.last_startxref :]
        self.has_scraps = last.count(b"startxref") != 1 or bool(last[last.rfind(b"%%EOF") + 5 :].strip())

    def is_followed_by_scraps(self, each) -> bool:
        """Bytes behind the last revision that belong to no revision at all; a program that mends files reads them."""
        if each.signed_revision < self.revisions - 1:
            return self.has_scraps
        _start, _length, behind, rest = (int(number) for number in each.byte_range)
        return bool(self.pdf[behind + rest :].strip())

    def is_painted_over(self, each) -> bool:
        """Whether a later signature shows itself so large that it may hide what this one covers."""
        later = (s for s in self.signatures if s.signed_revision > each.signed_revision)
        return any(_share_of_page(widget) > LARGEST_SIGN for s in later for widget in _widgets(s.sig_field))


class _Roots:
    """The certificates that count as roots, and how to ask whether a chain leads to one of them."""

    def __init__(self, roots: list[bytes], demo_root: bytes, kept: dict):
        self.known = [c for c in map(_certificate, roots) if c is not None]
        self.demo = [c for c in map(_certificate, [demo_root] if demo_root else []) if c is not None]
        self.kept = kept

    def context(self, moment: dt.datetime):
        """A validation context of this moment that asks nobody outside."""
        from pyhanko_certvalidator import ValidationContext

        return ValidationContext(
            trust_roots=[*self.known, *self.demo],
            moment=moment,
            best_signature_time=moment,
            allow_fetching=False,
            revocation_mode="soft-fail",
            retroactive_revinfo=True,
            **self.kept,
        )

    def is_demo(self, path) -> bool:
        """Whether a chain that was found ends at the demo's own root."""
        anchors = {_fingerprint(c.dump()) for c in self.demo}
        return path is not None and _fingerprint(path[0].dump()) in anchors


def _certificate(data: bytes):
    """A certificate in PEM or DER; None where a file in the folder of roots is something else."""
    from asn1crypto import pem, x509

    try:
        found_one = x509.Certificate.load(pem.unarmor(data)[2] if pem.detect(data) else data)
        return found_one if found_one.subject else None
    except (ValueError, TypeError):
        return None


def _fingerprint(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _signature(each, trusted: _Roots, whole: _Whole, now: dt.datetime) -> SignatureFound:
    """One signature; one that cannot even be parsed is a broken one."""
    try:
        certificate = each.signer_cert
        facts = {
            "subject": _named(certificate.subject),
            "issuer": _named(certificate.issuer),
            "serial": f"{certificate.serial_number:x}"[:60],
            "valid_from": certificate.not_valid_before.isoformat(),
            "valid_to": certificate.not_valid_after.isoformat(),
        }
        claimed = each.self_reported_timestamp
        facts["claimed_at"] = claimed.isoformat() if claimed else ""
        facts |= {key: _text(_behind(each.sig_object, f"/{key.capitalize()}")) for key in ("reason", "location")}
    except Exception:
        return SignatureFound(str(each.field_name)[:80], found.BROKEN, found.UNKNOWN)
    try:
        return _judged(each, facts, trusted, whole, _aware(claimed) or now, now)
    except Exception:
        return SignatureFound(str(each.field_name)[:80], found.BROKEN, found.UNKNOWN, **facts)


def _aware(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.replace(tzinfo=dt.UTC) if moment is not None and moment.tzinfo is None else moment


def _judged(each, facts: dict, trusted: _Roots, whole: _Whole, claimed, now) -> SignatureFound:
    from pyhanko.sign.validation import validate_pdf_signature

    # A clock set forward would make a certificate valid that is not yet: nobody signed later than now.
    status = validate_pdf_signature(each, trusted.context(min(claimed, now)), trusted.context(now))
    stamp = status.timestamp_validity
    return SignatureFound(
        field=str(each.field_name)[:80],
        integrity=_integrity(each, status, whole),
        trust=_trust(status, each.signer_cert, trusted, min(claimed, now)),
        timestamp=_timestamp(stamp),
        timestamp_at=stamp.timestamp.isoformat() if stamp is not None and stamp.valid and stamp.intact else "",
        whole=status.coverage is not None and status.coverage.name == "ENTIRE_FILE",
        **facts,
    )


def _integrity(each, status, whole: _Whole) -> str:
    """Digest and signature first, then what was added after them."""
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    if not (status.intact and status.valid):
        return found.BROKEN
    if status.coverage is None or status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return found.PARTIAL
    level = status.modification_level
    if level is None or level > ModificationLevel.FORM_FILLING or status.docmdp_ok is False:
        return found.ALTERED
    # Further signatures may follow; words filled into a form after the signature change what was signed.
    filled = set(getattr(status.diff_result, "changed_form_fields", ())) - whole.signature_fields
    if filled or whole.is_followed_by_scraps(each) or whole.is_painted_over(each):
        return found.ALTERED
    return found.INTACT


def _trust(status, certificate, trusted: _Roots, moment: dt.datetime) -> str:
    if status.revoked:
        return found.REVOKED
    if not certificate.not_valid_before <= moment <= certificate.not_valid_after:
        return found.EXPIRED
    if not status.trusted:
        return found.UNKNOWN
    return found.DEMO if trusted.is_demo(status.validation_path) else found.KNOWN


def _timestamp(stamp) -> str:
    if stamp is None:
        return found.NO_TIMESTAMP
    return found.TRUSTED_TIMESTAMP if stamp.valid and stamp.intact and stamp.trusted else found.OTHER_TIMESTAMP


def _named(name) -> dict[str, str]:
    """Name, organisation and unit of a certificate's subject or issuer; nothing else of it is read."""
    said = name.native
    keys = {"name": "common_name", "organisation": "organization_name", "unit": "organizational_unit_name"}
    return {short: text for short, key in keys.items() if (text := _text(said.get(key)))}


def _text(value) -> str:
    """A value of a certificate or of the signature, on one line and short."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())[:200]


def _behind(part, key: str, default=None):
    """What stands under a key, through the reference to it; a reference to nothing is nothing, says the standard."""
    try:
        return part[key] if key in part else default
    except Exception:
        return default


def _there(reference):
    try:
        return reference.get_object()
    except Exception:
        return None


def _widgets(field) -> list:
    """Where a field shows itself: in one place, or in several."""
    return [field, *(kid for kid in _behind(field, "/Kids", ()) if hasattr(kid, "raw_get"))]


def _share_of_page(widget) -> float:
    """How much of its page a widget takes."""
    left, bottom, right, top = (float(side) for side in _behind(widget, "/Rect", (0, 0, 0, 0)))
    page, box = _behind(widget, "/P"), None
    for _level in range(20):  # a page takes its size from above where it states none
        box = box or _behind(page or {}, "/MediaBox")
        page = _behind(page or {}, "/Parent")
    box = [float(side) for side in box or (0, 0, 595, 842)]
    return abs((right - left) * (top - bottom)) / (abs((box[2] - box[0]) * (box[3] - box[1])) or 1)


RUNS = {"/JavaScript", "/Launch", "/ImportData", "/Rendition", "/RichMediaExecute"}
"""Actions that run something or bring other content in; a signed paper needs none. Links to pages and addresses may
stay."""
NO_CONTENT = {"/StructTreeRoot", "/Parent", "/P", "/Prev", "/Font", "/ColorSpace", "/EmbeddedFiles", "/Metadata"}
"""What no action hangs on; a tagged paper has tens of thousands of parts in its structure alone."""


def _has_script(file) -> bool:
    """Whether anything in the document runs: a script, a program, a form of the dynamic kind (XFA)."""
    from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject

    waiting, seen = [file.root], set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, IndirectObject):
            if part.idnum in seen:
                continue
            seen.add(part.idnum)
            if len(seen) > MOST_PARTS:
                raise _Problem("heavy")
            part = _there(part)
        if isinstance(part, DictionaryObject):
            if {"/JS", "/XFA", "/JavaScript"} & part.keys() or _behind(part, "/S") in RUNS:
                return True
            waiting += [part.raw_get(key) for key in part if key not in NO_CONTENT]
        elif isinstance(part, ArrayObject):
            waiting += [part.raw_get(place) for place in range(len(part))]
    return False


if __name__ == "__main__":
    from workflow.signing import sandbox

    sandbox.serve(lambda asked, files: (read(files[0], files[2:], files[1]).as_json(), []))
