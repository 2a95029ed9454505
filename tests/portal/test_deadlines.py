"""Deadlines: overdue first, then by day, only what one may see."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.selectors import deadlines
from regions.models import NeedStatus, TrainingNeed
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(aceh_regency, aceh_operator):
    """Needs overdue, due tomorrow and due in twenty days."""
    found = []
    for days in (-2, 1, 20):
        need = factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW, created_by=aceh_operator)
        TrainingNeed.objects.filter(pk=need.pk).update(due_at=timezone.now() + dt.timedelta(days=days))
        found.append(need)
    return found


def days_of(client, user, query=""):
    client.force_login(user)
    page = client.get(reverse("deadlines") + query)
    return [[row.code for row in day.rows] for day in page.context["days"]], page


def test_overdue_comes_first_and_later_ones_wait_for_a_longer_period(client, three, aceh_verifier):
    late, soon, far = (need.code for need in three)
    days, page = days_of(client, aceh_verifier)
    assert days == [[late], [soon]] and page.context["days"][0].day is None
    assert days_of(client, aceh_verifier, "?hari=30")[0] == [[late], [soon], [far]]


def test_only_my_turn(client, three, aceh_verifier, aceh_operator):
    assert days_of(client, aceh_operator, "?giliran=saya")[0] == []
    assert len(days_of(client, aceh_verifier, "?giliran=saya")[0]) == 2


def test_other_provinces_do_not_appear(client, three, bali_verifier):
    assert days_of(client, bali_verifier)[0] == []


def test_the_kind_filter_and_nonsense_values(client, three, aceh_verifier):
    assert len(days_of(client, aceh_verifier, "?jenis=regions.need")[0]) == 2
    assert days_of(client, aceh_verifier, "?jenis=partnerships.agreement")[0] == []
    assert len(days_of(client, aceh_verifier, "?jenis=x&hari=99999999&giliran=x")[0]) == 2


def test_deadlines_need_a_sign_in_and_have_an_empty_state(client, aceh_head):
    assert client.get(reverse("deadlines")).status_code == 302
    days, page = days_of(client, aceh_head)
    assert days == [] and page.status_code == 200


def test_deadlines_ask_as_often_for_thirty_as_for_one(client, aceh_verifier, aceh_regency, aceh_operator):
    client.force_login(aceh_verifier)
    counts = []
    for more in (1, 30):
        for _number in range(more):
            factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW, created_by=aceh_operator)
        client.get(reverse("deadlines"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("deadlines"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_most_urgent_are_shown_and_the_files_have_all(client, three, aceh_verifier, monkeypatch):
    monkeypatch.setitem(deadlines.deadlines.__kwdefaults__, "limit", 2)
    codes = [need.code for need in three]
    for query in ("?hari=30", "?hari=30&jenis=regions.need"):
        shown, page = days_of(client, aceh_verifier, query)
        assert sum(shown, []) == codes[:2]
        assert (page.context["shown"], page.context["total"]) == (2, 3)
        assert "2 yang paling mendesak dari 3" in page.content.decode()
        file = client.get(reverse("exchange:export", args=["deadlines", "csv"]) + query)
        text = file.getvalue().decode()
        assert [code for code in codes if code not in text] == [], text
