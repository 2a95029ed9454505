"""Pages of agreements through the client: who sees what, lists, papers, letters, both languages."""

from __future__ import annotations

import pytest
from django.urls import reverse

from partnerships.models import AgreementStatus, Track
from tests import agreement_factories as make

pytestmark = pytest.mark.django_db


def get(client, user, name, *args, **data):
    client.force_login(user)
    return client.get(reverse(f"partnerships:{name}", args=args), data)


def test_the_page_shows_stages_parties_and_whose_turn_it_is(client, biroks_officer):
    agreement = make.agreement()
    page = get(client, biroks_officer, "agreement", agreement.code)
    assert page.status_code == 200
    assert agreement.title_id in page.content.decode()
