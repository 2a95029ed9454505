"""The one page of every act: what was typed survives a refusal, and a person who was told may decide again."""

from __future__ import annotations

import pytest

from regions.lifecycle import NEED
from regions.models import NeedStatus
from workflow.engine import perform

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(need_aceh, aceh_head):
    return perform(NEED, "submit", record=need_aceh, actor=aceh_head)


def test_who_acts_on_an_old_page_is_told_once_and_may_then_decide(client, submitted, aceh_verifier):
    client.force_login(aceh_verifier)
    url = f"{submitted.get_absolute_url()}prov_endorse/"
    told = client.post(url, {"checked": "on", "note": "Angka sesuai.", "version": submitted.version - 1})
    assert told.status_code == 409
    again = {name: told.context["form"][name].value() for name in ("checked", "note", "version")}
    assert again == {"checked": True, "note": "Angka sesuai.", "version": submitted.version}
    assert client.post(url, again).status_code == 302
    submitted.refresh_from_db()
    assert submitted.status == NeedStatus.MIN_REVIEW


def test_a_check_that_fails_meanwhile_keeps_what_was_typed(client, submitted, aceh_verifier, aceh_head):
    returned = perform(
        NEED, "return", record=submitted, actor=aceh_verifier, answers={"comments": [{"text": "Lengkapi bukti."}]}
    )
    client.force_login(aceh_head)
    answer = client.post(f"{returned.get_absolute_url()}resubmit/", {"summary": "Bukti kini lengkap."})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Bukti kini lengkap." in page and answer.context["form"].non_field_errors()
