"""Conversations through the interface: by their audience, without persons, and nothing about nominations."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.models import User
from forum.models import Audience, Message, Reader, Thread
from regions.models import NeedStatus
from tests import factories, nomination_factories
from tests.api.calls import Caller
from tests.api.signed import Signed, codes_of, described, errors_of, queries_of, values_in
from tests.forum.factories import message, thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def need(aceh_regency):
    return factories.need(aceh_regency, status=NeedStatus.MIN_REVIEW)


@pytest.fixture
def talk(aceh_operator, need):
    """The office and the ministry about a need."""
    User.objects.filter(pk=aceh_operator.pk).update(name="Siti Nurhaliza Lubis")
    return thread(aceh_operator, Audience.REGION_MINISTRY, record=need, text="Surat dukungan menyusul.")


def test_who_is_in_the_room_reads_and_nobody_else(talk, aceh_operator, ppsdm_verifier, bali_operator, auditor, jica):
    path = f"/threads/{talk.code}"
    for caller in (Caller(aceh_operator), Signed(ppsdm_verifier), Signed(auditor)):
        assert codes_of(caller.get("/threads")) == [talk.code]
        assert described(caller.get(path))["title"] == talk.title
        said = described(caller.get(f"{path}/messages"))["data"]
        assert [m["text"] for m in said] == ["Surat dukungan menyusul."]
    for user in (bali_operator, factories.member("PARTNER_OFF", jica)):
        assert codes_of(Caller(user).get("/threads")) == []
        assert Caller(user).get(path).status_code == 404
        assert Caller(user).get(f"{path}/messages").status_code == 404
        assert Caller(user).post(f"{path}/messages", {"text": "Halo."}).status_code == 404
    assert Caller().get("/threads").status_code == 401
    assert Caller().get(f"{path}/messages").status_code == 401


def test_no_person_is_named(talk, aceh_operator, ppsdm_verifier):
    author = User.objects.get(pk=aceh_operator.pk)
    reader = Signed(ppsdm_verifier)
    for path in ("/threads", f"/threads/{talk.code}", f"/threads/{talk.code}/messages"):
        text = reader.get(path).content.decode()
        assert author.name not in text and author.email not in text
    said = reader.get(f"/threads/{talk.code}/messages").json()["data"][0]
    assert (said["role"], said["own"]) == ("Operator dinas", False)
    assert said["organisation"] == (author.acting_organisation.short_name or author.acting_organisation.name)


def test_conversations_about_nominations_are_not_told_here(aceh_regency, aceh_operator, jica):
    nomination = nomination_factories.nomination(nomination_factories.seats(aceh_regency, jica))
    about = thread(aceh_operator, Audience.OFFICE, record=nomination, text="Paspornya belum ada.")
    office = Caller(aceh_operator)
    assert codes_of(office.get("/threads")) == []
    assert codes_of(office.get("/threads?about=participants.nomination")) == []
    assert office.get(f"/threads/{about.code}").status_code == 404
    assert office.get(f"/threads/{about.code}/messages").status_code == 404
    assert office.post(f"/threads/{about.code}/messages", {"text": "Halo."}).status_code == 404


def test_a_message_is_written_by_the_service_of_the_page(talk, aceh_operator, aceh_head, auditor):
    path = f"/threads/{talk.code}/messages"
    first = Message.objects.get()
    made = Caller(aceh_operator).post(path, {"text": "Sudah **terbit**.", "quotes": first.pk})
    assert made.status_code == 201
    shown = described(made)
    assert (shown["text"], shown["own"], shown["quotes"]["id"]) == ("Sudah **terbit**.", True, first.pk)
    assert "<strong>terbit</strong>" in shown["html"]
    assert Thread.objects.get().message_count == 2
    files = encode_multipart(BOUNDARY, {"files": SimpleUploadedFile("surat.pdf", factories.PDF, "application/pdf")})
    sent = Caller(aceh_operator).send("POST", path, files, Content_Type=MULTIPART_CONTENT, Idempotency_Key="satu")
    assert [f["name"] for f in described(sent)["files"]] == ["surat.pdf"]
    assert Signed(auditor).post(path, {"text": "Halo."}).status_code == 403
    assert Message.objects.count() == 3


def test_what_the_page_refuses_is_refused(talk, aceh_operator):
    path, office = f"/threads/{talk.code}/messages", Caller(aceh_operator)
    assert errors_of(office.post(path, {})) == {"text": "Tulis pesannya dahulu."}
    assert errors_of(office.post(path, {"teks": "Halo."})).keys() == {"teks"}
    assert errors_of(office.post(path, {"text": 7})).keys() == {"text"}
    refused = office.post(path, {"text": "Halo.", "quotes": 999_999})
    assert (refused.status_code, len(refused.json()["reasons"])) == (422, 1)
    Thread.objects.filter(pk=talk.pk).update(resolved_at=talk.opened_at, resolved_by=aceh_operator)
    assert office.post(path, {"text": "Masih ada."}).status_code == 422


def test_reading_marks_nothing_as_read(talk, ppsdm_verifier):
    reader = Signed(ppsdm_verifier)
    assert reader.get(f"/threads/{talk.code}").json()["unread"] == 1
    reader.get(f"/threads/{talk.code}/messages")
    assert reader.get(f"/threads/{talk.code}").json()["unread"] == 1
    assert not Reader.objects.filter(user=ppsdm_verifier).exists()


def test_what_was_deleted_says_nothing(talk, aceh_operator, ppsdm_verifier):
    from forum.selectors.posts import get_message
    from forum.services.messages import delete

    delete(aceh_operator, get_message(aceh_operator, talk, Message.objects.get().pk))
    said = Signed(ppsdm_verifier).get(f"/threads/{talk.code}/messages").json()["data"]
    assert [(m["text"], m["deleted_at"] is not None) for m in said] == [("", True)]
    assert "Surat dukungan menyusul." not in values_in(said)


def test_the_list_is_filtered_and_messages_come_in_pages(talk, aceh_operator):
    other = thread(aceh_operator, Audience.OFFICE, title="Rapat kantor")
    office = Caller(aceh_operator)
    assert codes_of(office.get("/threads?audience=OFFICE")) == [other.code]
    assert codes_of(office.get("/threads?q=dukungan")) == [talk.code]
    assert errors_of(office.get("/threads?audience=NIX")).keys() == {"audience"}
    for number in range(4):
        message(talk, aceh_operator, f"Pesan {number}.")
    first = office.get(f"/threads/{talk.code}/messages?limit=3").json()
    rest = office.get(first["next"]).json()
    assert [m["text"] for m in first["data"] + rest["data"]] == [
        "Pesan 3.", "Pesan 2.", "Pesan 1.", "Pesan 0.", "Surat dukungan menyusul.",
    ]  # fmt: skip
    assert rest["next"] is None


def test_queries_do_not_grow_with_the_rows(talk, aceh_operator, need):
    office = Caller(aceh_operator)
    counted = [queries_of(office, path) for path in ("/threads", f"/threads/{talk.code}/messages")]
    for number in range(8):
        thread(aceh_operator, Audience.REGION_MINISTRY, record=need)
        message(talk, aceh_operator, f"Pesan {number}.")
    assert [queries_of(office, path) for path in ("/threads", f"/threads/{talk.code}/messages")] == counted
    assert counted[0] <= 12 and counted[1] <= 14
    assert queries_of(office, f"/threads/{talk.code}") <= 15
