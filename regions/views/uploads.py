"""Files in pieces, for scripts: a broken line costs one piece, and what is sent twice is attached once.

- POST `/kebutuhan/<code>/unggahan/`, a form: `client_key`, `kind` (letter, evidence), `name`, `size`, `sha256` (of the
  whole, hexadecimal), and the fields of the paper's own form (`evidence-evidence_type`; `letter-number`, `letter-date`,
  `letter-subject`). 201, or 200 for a key that is known: {"id", "url", "offset", "piece_size", "done", "paper"}.
- PUT `url`: the piece as body, at most `piece_size` bytes, with `Upload-Offset` and `X-Piece-SHA256` (hexadecimal; or
  `Content-Digest: sha-256=:…:`). 200 with the same answer; after the last piece `done` is true and `paper` is
  {"kind", "name", "size", "url"}. 409 {"offset"}: go on from there.
- GET `url`: the same answer; whoever comes back asks it where to go on. DELETE `url`: 204, the upload is forgotten.

Refused: 400 or 422 {"errors": [{"field", "sentence"}], "sentence"}; 409 {"closed"} when the need cannot be changed any
more; 413 a piece too long; 429 too much on the way; 404 what is not this person's. 503 when the whole file cannot be
checked or stored at the moment: its pieces stay, and the next request tries again.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, UnreadablePostError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regions import selectors
from regions.forms import EvidenceForm, LetterForm
from regions.models import UploadKind
from regions.services import MOST_FILES, Closed, Replaced, TooMany, attach_evidence, attach_letter, uploads
from regions.views.saving import closed_answer, editable_need, key_of, unsaved_rows
from workflow.answers import json_answer
from workflow.files import EVIDENCE, PAPERS, admit, check_announced, check_head, clean_name
from workflow.scanning import AWAY
from workflow.storage import StorageAway

_SHA256 = re.compile(r"[0-9a-f]{64}")
KINDS = {UploadKind.LETTER: PAPERS, UploadKind.EVIDENCE: EVIDENCE}


class _NotTaken(Exception):
    """The whole file, or its form, is refused: [{"field", "sentence"}]."""

    def __init__(self, errors: list[dict]):
        self.errors = errors
        super().__init__("refused")


class _Later(Exception):
    """The whole file cannot be checked now; its pieces stay."""

    def __init__(self, sentence: str):
        self.sentence = sentence
        super().__init__("later")


def too_many_files() -> str:
    """What to say when a need is full."""
    return _("A need holds at most %(count)d files. Remove one, or join several into one PDF.") % {"count": MOST_FILES}


def another_letter(letter) -> str:
    """What to say when a colleague was faster with the cover letter."""
    return _(
        "A colleague has attached another letter meanwhile: %(name)s. Look at it, then choose your file again."
    ) % {"name": letter.name}


def _refused(errors: list[dict], status: int = 400):
    return json_answer({"errors": errors, "sentence": errors[0]["sentence"]}, status=status)


def _error(sentence: str, field: str = "") -> list[dict]:
    return [{"field": field, "sentence": sentence}]


def _form(need, kind: str, data, file=None):
    """The paper's own form. Without a file: its fields alone."""
    if kind == UploadKind.LETTER:
        files, name = {"letter-letter": file} if file else None, "letter"
        form = LetterForm(data, files, prefix="letter", letter=getattr(need, "cover_letter", None))
    else:
        files, name = {"evidence-file": file} if file else None, "file"
        form = EvidenceForm(data, files, prefix="evidence")
    field = form[name].html_name
    if file is None:
        del form.fields[name]
    return form, field


def _state(need, upload, *, status: int = 200, **more):
    """Where an upload stands."""
    found = {
        "id": upload.token,
        "url": reverse("regions:upload", args=[need.code, upload.token]),
        "offset": upload.size if upload.done_at else upload.received,
        "piece_size": uploads.PIECE,
        "done": upload.done_at is not None,
        "paper": upload.paper or None,
    }
    return json_answer({**found, **more}, status=status)


@require_POST
def begin(request, code):
    """Announce a file, or find the upload that a former visit began."""
    need, elsewhere = editable_need(request, code, script=True)
    if elsewhere:
        return elsewhere
    kind, key, sha256 = request.POST.get("kind", ""), key_of(request), request.POST.get("sha256", "")
    size, name = request.POST.get("size", ""), clean_name(request.POST.get("name", ""))
    if kind not in KINDS or not key or not _SHA256.fullmatch(sha256) or not size.isdecimal() or len(size) > 12:
        return _refused(_error(_("The file was not announced correctly. Load the page again, then choose it again.")))
    form, file_field = _form(need, kind, request.POST)
    errors = [] if form.is_valid() else unsaved_rows(form)
    try:
        check_announced(name, int(size), KINDS[kind])
    except ValidationError as error:
        errors += _error(error.messages[0], file_field)
    if errors:
        return _refused(errors)
    details = {form[field].html_name: request.POST.get(form[field].html_name, "") for field in form.fields}
    about = {"kind": kind, "name": name, "size": int(size), "sha256": sha256, "details": details}
    try:
        upload, new = uploads.begin(need, owner=request.user, client_key=key, **about)
    except uploads.Different:
        return _refused(_error(_("Another file was sent under this name. Choose the file again."), file_field))
    except uploads.Quota:
        sentence = _("Too many files are on the way. Wait until some have arrived, or delete some.")
        return _refused(_error(sentence, file_field), status=429)
    if new and kind == UploadKind.EVIDENCE and need.evidence.count() >= MOST_FILES:
        uploads.give_up(upload)
        return _refused(_error(too_many_files(), file_field))
    return _go_on(request, need, upload, status=201 if new else 200)


@require_http_methods(["GET", "HEAD", "PUT", "DELETE"])
def upload(request, code, token):
    """Where an upload stands, its next piece, or its end."""
    need, elsewhere = editable_need(request, code, script=True)
    if elsewhere:
        return elsewhere
    found = selectors.upload_of(request.user, need, token)
    if found is None:
        raise Http404
    if request.method == "DELETE":
        uploads.give_up(found)
        return HttpResponse(status=204)
    if request.method == "PUT":
        return _take_piece(request, need, found)
    return _go_on(request, need, found)


def _take_piece(request, need, upload):
    offset, digest = request.headers.get("Upload-Offset", ""), _digest(request)
    if not offset.isdecimal() or len(offset) > 12 or not digest:
        return _refused(_error(_("The piece was sent without its place or its checksum.")))
    if _length(request) > uploads.PIECE:
        return json_answer({"piece_size": uploads.PIECE, "sentence": _("The piece is too long.")}, status=413)
    try:
        upload = uploads.add_piece(upload, int(offset), request.body, digest)
    except UnreadablePostError:
        return _refused(_error(_("The piece did not arrive whole. Send it again.")))
    except uploads.Misplaced as misplaced:
        if misplaced.upload.is_whole:
            return _go_on(request, need, misplaced.upload)
        return _state(need, misplaced.upload, status=409)
    if offset == "0":
        try:
            check_head(upload.name, uploads.first_bytes(upload), KINDS[upload.kind])
        except ValidationError as error:
            return _not_taken(upload, _error(error.messages[0]))
    return _go_on(request, need, upload)


def _digest(request) -> str:
    """The piece's SHA-256 in hexadecimal digits; empty without one."""
    found = request.headers.get("X-Piece-SHA256", "").lower()
    if not found and (match := re.search(r"sha-256=:([A-Za-z0-9+/=]+):", request.headers.get("Content-Digest", ""))):
        try:
            found = base64.b64decode(match[1], validate=True).hex()
        except binascii.Error:
            found = ""
    return found if _SHA256.fullmatch(found) else ""


def _length(request) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() and len(text) < 12 else uploads.PIECE + 1


def _go_on(request, need, upload, *, status: int = 200):
    """Where the upload stands now; a whole file becomes a paper first."""
    if upload.done_at is None and upload.is_whole:
        try:
            attach = functools.partial(_attach, request, need)
            upload = uploads.complete(upload, functools.partial(_admit, need), attach)
        except _Later as later:
            return json_answer({"sentence": later.sentence}, status=503, **{"Retry-After": "60"})
        except StorageAway as away:
            return json_answer({"sentence": away.reasons[0]}, status=503, **{"Retry-After": "60"})
        except _NotTaken as refusal:
            return _not_taken(upload, refusal.errors)
        except uploads.Misplaced:
            return _not_taken(upload, _error(_("The file did not arrive as it was. Choose it again.")))
        except TooMany:
            return _not_taken(upload, _error(too_many_files()))
        except Closed as closed:
            return closed_answer(closed.need)
        _tell(request, upload)
    return _state(need, upload, status=status)


def _tell(request, upload) -> None:
    """The sentence a page without scripts shows, for the next page this person opens."""
    if upload.kind == UploadKind.LETTER:
        messages.success(request, _("The cover letter is stored."))
    else:
        messages.success(request, _("%(name)s is attached.") % {"name": upload.paper["name"]})


def _admit(need, upload, file):
    """The whole file through the gate of every upload."""
    try:
        return admit(file, KINDS[upload.kind])
    except ValidationError as error:
        if error.code == AWAY:
            raise _Later(error.messages[0]) from error
        _form_of_kind, field = _form(need, upload.kind, upload.details)
        raise _NotTaken(_error(error.messages[0], field)) from error


def _attach(request, need, upload, file) -> dict:
    """Check the form as if it had been sent at once with its file, and attach that."""
    form, _name = _form(need, upload.kind, upload.details, file)
    if not form.is_valid():
        raise _NotTaken(unsaved_rows(form))
    data, actor = form.cleaned_data, request.user
    if upload.kind == UploadKind.LETTER:
        about = {name: data[name] for name in ("number", "date", "subject", "was")}
        try:
            paper = attach_letter(need, data["letter"], **about, actor=actor)
        except Replaced as replaced:
            raise _NotTaken(_error(another_letter(replaced.letter), form["letter"].html_name)) from None
        url = reverse("regions:letter", args=[need.code])
    else:
        paper = attach_evidence(need, data["file"], data["evidence_type"], actor=actor, client_key=upload.client_key)
        url = reverse("regions:evidence", args=[need.code, paper.pk])
    return {"kind": upload.kind, "name": paper.name, "size": paper.size, "url": url}


def _not_taken(upload, errors: list[dict]):
    """The file cannot become a paper: it is forgotten here, and the person is told why."""
    uploads.give_up(upload)
    return _refused(errors, status=422)
