"""The same thing sent twice at the same moment: made once."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.test import Client

from accounts.models import User
from regions.models import TrainingNeed, Upload
from regions.services import base_of, open_need, uploads
from tests import factories
from tests.races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("vocabulary")]

PIECE = factories.PDF


@pytest.fixture
def operator(aceh_operator):
    return User.objects.get(pk=aceh_operator.pk)


def post(user, url, data):
    """A browser of its own, in a thread of its own."""
    client = Client()
    client.force_login(user)
    return lambda: client.post(url, data, headers={"Accept": "application/json"})


def test_a_new_need_asked_for_twice_at_once_is_one(operator, aceh_regency):
    cycle = factories.cycle()
    about = {"office": aceh_regency, "cycle": cycle, "actor": operator, "client_key": "kunci-kebutuhan"}
    found = at_once(*[lambda: open_need(**about).pk] * 3)
    assert (len(set(found)), TrainingNeed.objects.count()) == (1, 1)


def test_a_new_line_sent_twice_at_once_is_one(operator, aceh_regency, line_data, address):
    need = factories.need(aceh_regency, created_by=operator)
    data = line_data() | {"client_key": "kunci-baris", "version": "1", "page": "a", "base": "{}", "autosave": "1"}
    url = address("new_line", need)
    answers = at_once(*[post(operator, url, data) for _ in range(3)])
    lines = {answer.json()["line"] for answer in answers}
    assert ([answer.status_code for answer in answers], len(lines), need.lines.count()) == ([200] * 3, 1, 2)


def test_two_people_saving_one_part_at_once_are_both_stored(operator, aceh_regency, address):
    need = factories.need(aceh_regency, created_by=operator)
    colleague = factories.member("DINAS_OP", aceh_regency)
    opened = {"contact_post": need.contact_post, "contact_email": need.contact_email, "contact_phone": ""}
    common = {"version": "1", "base": json.dumps(base_of(need, "office")), "autosave": "1"}
    url = address("office", need)
    at_once(
        post(operator, url, {**opened, **common, "page": "a", "contact_post": "Kepala Bidang HI"}),
        post(colleague, url, {**opened, **common, "page": "b", "contact_phone": "0651 12345"}),
    )
    need.refresh_from_db()
    assert (need.contact_post, need.contact_phone, need.version) == ("Kepala Bidang HI", "0651 12345", 3)


def test_the_last_piece_sent_twice_at_once_attaches_one_paper(operator, aceh_regency, address):
    need = factories.need(aceh_regency, created_by=operator, complete=False)
    digest = hashlib.sha256(PIECE).hexdigest()
    about = {"client_key": "kunci-berkas", "kind": "evidence", "name": "akpk.pdf", "size": len(PIECE), "sha256": digest}
    begun = at_once(*[post(operator, address("uploads", need), about | {"evidence-evidence_type": "AKPK"})] * 2)
    url = begun[0].json()["url"]

    def put():
        client = Client()
        client.force_login(operator)
        headers = {"Upload-Offset": "0", "X-Piece-SHA256": digest}
        return client.put(url, PIECE, content_type="application/octet-stream", headers=headers).json()

    answers = at_once(put, put, put)
    assert ([answer["done"] for answer in answers], need.evidence.count()) == ([True] * 3, 1)
    assert (Upload.objects.count(), uploads.UploadPiece.objects.count()) == (1, 0)
