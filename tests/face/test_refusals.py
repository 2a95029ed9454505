"""Refusals and faults: the right number, a way out, never a trace."""

from __future__ import annotations

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import Client, RequestFactory
from django.urls import path

from portal.urls import handler400, handler403, handler404, handler500
from portal.urls import urlpatterns as portal_patterns
from portal.views import errors
from tests import factories
from workflow.engine import Refused, Stale

pytestmark = pytest.mark.django_db


def _stale(request):
    raise Stale(factories.need(factories.office("1101")), "submit")


def _refused(request):
    raise Refused(["Pengajuan sudah ditutup."])


def _fault(request):
    raise RuntimeError("rahasia: kata-sandi-basis-data")


urlpatterns = [
    path("uji/basi/", _stale, name="test_stale"),
    path("uji/tolak/", _refused, name="test_refused"),
    path("uji/rusak/", _fault, name="test_fault"),
    *portal_patterns,
]
__all__ = ["handler400", "handler403", "handler404", "handler500"]


def test_an_unknown_address_offers_home_and_sign_in(client):
    answer = client.get("/tidak/ada/")
    assert (answer.status_code, 'href="/"' in answer.text, "/masuk/" in answer.text) == (404, True, True)


def test_an_unknown_address_offers_search_to_those_who_signed_in(client, aceh_operator):
    client.force_login(aceh_operator)
    answer = client.get("/tidak/ada/")
    assert (answer.status_code, 'action="/cari/"' in answer.text) == (404, True)


def test_the_wrong_role_is_told_whose_step_it_is(client, aceh_operator, need_aceh):
    client.force_login(aceh_operator)
    answer = client.get(f"/en{need_aceh.get_absolute_url()}approve/")
    assert (answer.status_code, "Head of PPSDM" in answer.text, "Office operator" in answer.text) == (
        403,
        True,
        True,
    )


@pytest.mark.urls(__name__)
def test_someone_was_faster_is_an_answer_not_a_fault(client, aceh_operator):
    client.force_login(aceh_operator)
    answer = client.get("/uji/basi/")
    assert (answer.status_code, "KB-" in answer.text) == (409, True)


@pytest.mark.urls(__name__)
def test_a_rule_that_refuses_is_quoted(client, aceh_operator):
    client.force_login(aceh_operator)
    answer = client.get("/uji/tolak/")
    assert (answer.status_code, "Pengajuan sudah ditutup." in answer.text) == (409, True)


@pytest.mark.urls(__name__)
def test_a_fault_shows_no_trace_and_needs_no_database(aceh_operator, django_assert_num_queries):
    client = Client(raise_request_exception=False)
    client.force_login(aceh_operator)
    answer = client.get("/uji/rusak/")
    assert (answer.status_code, "rahasia" in answer.text, "Traceback" in answer.text) == (500, False, False)
    with django_assert_num_queries(0):
        assert errors.server_error(RequestFactory().get("/")).status_code == 500


def test_a_forged_form_is_refused_calmly(aceh_operator):
    client = Client(enforce_csrf_checks=True)
    client.force_login(aceh_operator)
    answer = client.post("/keluar/")
    assert (answer.status_code, "<main" in answer.text) == (403, True)


def test_too_much_data_is_413(rf):
    answer = errors.bad_request(rf.get("/"), RequestDataTooBig("too big"))
    assert answer.status_code == 413


def test_too_many_fields_are_413(client, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    answer = client.post("/masuk/", {"a": 1, "b": 2, "c": 3})
    assert answer.status_code == 413


def test_a_strange_host_is_400(client):
    assert client.get("/", headers={"host": "jahat.example"}).status_code == 400
