"""How much comes in at once and into one record, and that every way in and out is the one there is."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from forum.models import Attachment, Audience
from forum.services import messages
from tests import factories
from tests.forum.factories import thread
from workflow.engine import Refused

ROOT = Path(__file__).parents[2]
ROOMS = "workflow accounts notices regions programs partnerships participants forum portal exchange api".split()


def places(pattern: str) -> set[str]:
    """The modules in which this stands."""
    return {
        str(file.relative_to(ROOT))
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        if "migrations" not in file.parts and re.search(pattern, file.read_text())
    }


def test_every_way_in_is_the_gate():
    assert places(r"forms\.FileField\b") == {
        "exchange/forms/imports.py",  # spreadsheets: scanned, then read in a process with limits
        "forum/forms/threads.py",  # several files, each admitted
        "partnerships/forms/documents.py",  # admitted once the kind of paper is known
        "portal/gallery/forms.py",  # keeps nothing
        "workflow/upload_field.py",
    }


def test_every_way_out_of_the_storage_is_the_one():
    assert places(r"FileResponse\(") == {
        "exchange/views/exports.py",  # lists made for this answer
        "participants/views/rights.py",  # a copy made for this answer
        "workflow/downloads.py",
        "workflow/sheets.py",
    }
    assert places(r"\.(file|given|made)\.(url|path)\b") == set()


def test_a_request_with_more_than_all_forms_need_is_ended(client, aceh_operator, settings):
    settings.UPLOAD_MAX_BYTES = settings.IMPORT_MAX_BYTES = 100_000
    client.force_login(aceh_operator)
    files = [SimpleUploadedFile(f"{n}.pdf", b"0" * 250_000) for n in range(3)]
    assert client.post("/en/forum/baru/", {"files": files}).status_code == 413


def test_a_request_with_more_files_than_any_form_is_ended(client, aceh_operator):
    client.force_login(aceh_operator)
    files = [SimpleUploadedFile(f"{n}.pdf", factories.PDF) for n in range(13)]
    assert client.post("/en/forum/baru/", {"files": files}).status_code == 400


def test_a_record_holds_only_so_much(aceh_operator, settings):
    settings.RECORD_MAX_BYTES = 2 * len(factories.PDF)
    talk = thread(aceh_operator, Audience.OFFICE)
    for _n in range(2):
        messages.post(aceh_operator, talk, text="Surat", files=[factories.pdf()])
    with pytest.raises(Refused):
        messages.post(aceh_operator, talk, text="Surat", files=[factories.pdf()])
    assert (Attachment.objects.count(), talk.messages.filter(text="Surat").count()) == (2, 2)


def test_what_is_no_row_s_is_named_and_deleted_after_a_day(need_aceh, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    need_aceh.evidence.get().hold(factories.pdf()).save()
    need_aceh.cover_letter.hold(factories.pdf()).save()
    held = [need_aceh.cover_letter.file.name, need_aceh.evidence.get().file.name]
    for paper in (need_aceh.evidence.get(), need_aceh.cover_letter):
        paper.hold(factories.pdf()).save()
    orphans = sorted(set(held))
    fresh = said("sweepfiles")
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25)):
        later = said("sweepfiles", "--delete")
    assert fresh == ["0 of 0 files without a row found."]
    assert (sorted(later[:-1]), later[-1]) == (orphans, "2 of 4 files without a row deleted.")
    assert [default_storage.exists(name) for name in orphans] == [False, False]
    assert default_storage.exists(need_aceh.evidence.get().file.name)


def said(*command: str) -> list[str]:
    target = io.StringIO()
    call_command(*command, stdout=target)
    return target.getvalue().splitlines()
