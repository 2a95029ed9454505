"""A refusal or fault loses nothing that was typed, and offers it to nobody it does not belong to."""

from __future__ import annotations

import re

import pytest
from django.test import Client, RequestFactory
from django.urls import path, reverse
from django.utils import translation

from portal import typed
from portal.urls import handler400, handler403, handler404, handler500
from portal.urls import urlpatterns as portal_patterns
from portal.views import errors
from tests import factories
from tests.face.test_frame import _classes
from workflow.engine import Refused, Stale

pytestmark = pytest.mark.django_db
__all__ = ["handler400", "handler403", "handler404", "handler500"]
HERE = {"Sec-Fetch-Site": "same-origin"}
TYPED = {"reason": "Kantor kami menerima tugas baru.", "people": "4"}


def _stale(request):
    raise Stale(factories.need(factories.office("1101")), "submit")


def _refused(request):
    raise Refused(["Pengajuan sudah ditutup."])


def _fault(request):
    raise RuntimeError("rahasia")


urlpatterns = [
    path("uji/basi/", _stale, name="test_stale"),
    path("uji/tolak/", _refused, name="test_refused"),
    path("uji/rusak/", _fault, name="test_fault"),
    *portal_patterns,
]
in_the_test_portal = pytest.mark.urls(__name__)


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the form that can be sent again."""
    form = re.search(r'<form class="sg-typed".*?</form>', html, re.S)
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form.group(0))) if form else {}
    found.pop("csrfmiddlewaretoken", None)
    return found


@in_the_test_portal
def test_after_a_fault_the_form_is_still_in_the_page_and_can_be_sent_again(aceh_operator):
    browser = Client(raise_request_exception=False)
    browser.force_login(aceh_operator)
    answer = browser.post("/uji/rusak/?dari=1", TYPED, headers=HERE)
    assert (answer.status_code, hidden(answer.text)) == (500, TYPED)
    assert 'action="/uji/rusak/?dari=1"' in answer.text
    assert "no-store" in answer["Cache-Control"]


@in_the_test_portal
def test_a_page_that_could_not_be_read_offers_itself_again(client, aceh_operator):
    browser = Client(raise_request_exception=False)
    browser.force_login(aceh_operator)
    answer = browser.get("/uji/rusak/?dari=1")
    assert ('href="/uji/rusak/?dari=1"' in answer.text, "sg-typed" in answer.text) == (True, False)


@in_the_test_portal
def test_who_came_second_sees_both_versions_and_may_send_theirs_knowingly(client, aceh_operator):
    client.force_login(aceh_operator)
    answer = client.post("/uji/basi/", {**TYPED, "version": "1"}, headers=HERE)
    need = answer.context["record"]
    assert hidden(answer.text) == {**TYPED, "version": str(need.version)}
    assert (need.code in answer.text, TYPED["reason"] in answer.text) == (True, True)


@in_the_test_portal
def test_a_record_that_is_no_longer_open_to_the_one_who_came_second_keeps_its_state_to_itself(client, bali_operator):
    client.force_login(bali_operator)
    answer = client.post("/uji/basi/", {**TYPED, "version": "1"}, headers=HERE)
    assert (answer.status_code, answer.context.get("record"), hidden(answer.text)["version"]) == (409, None, "1")


@in_the_test_portal
def test_a_refusing_rule_keeps_what_was_typed(client, aceh_operator):
    client.force_login(aceh_operator)
    assert hidden(client.post("/uji/tolak/", TYPED, headers=HERE).text) == TYPED


def test_a_form_sent_after_the_session_ended_waits_on_the_page(client):
    answer = client.post("/kebutuhan/baru/", TYPED, headers=HERE)
    assert (answer.status_code, hidden(answer.text)) == (403, TYPED)
    assert 'href="/masuk/" target="_blank" rel="noopener"' in answer.text


def test_a_script_whose_session_has_ended_is_told_in_its_own_language(client):
    answer = client.post("/kebutuhan/baru/", TYPED, headers={**HERE, "Accept": "application/json"})
    assert (answer.status_code, answer.json()["sign_in"]) == (401, "/masuk/")


def test_reading_without_a_session_leads_to_the_sign_in_as_ever(client):
    assert client.get("/kebutuhan/baru/").url == "/masuk/?next=/kebutuhan/baru/"


def test_a_form_from_another_site_is_never_offered_for_sending(aceh_operator):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(aceh_operator)
    strange = [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://jahat.example"}, {}]
    assert [hidden(browser.post("/uji/", TYPED, headers=h).text) for h in strange] == [{}, {}, {}]
    assert hidden(browser.post("/keluar/", TYPED, headers=HERE).text) == TYPED


@pytest.mark.parametrize(
    "sent",
    [
        {"email": "a@example.test", "password": "rahasia sekali"},
        {"new_password1": "rahasia", "new_password2": "rahasia"},
        {f"f{n}": "x" for n in range(typed.MOST_FIELDS + 1)},
        {"reason": "x" * (typed.MOST_LETTERS + 1)},
        {"x" * (typed.MOST_LETTERS + 1): "reason"},
        {},
    ],
    ids=["password", "new password", "too many fields", "too long", "names too long", "nothing"],
)
def test_passwords_and_floods_are_not_repeated_on_a_page(rf, sent):
    assert typed.typed(rf.post("/x/", sent, headers=HERE)) is None


def test_an_address_that_looks_like_another_site_stays_here(rf):
    request = rf.post("/x/", TYPED, headers=HERE)
    request.path = request.path_info = "//jahat.example/"
    assert typed.typed(request).action == "/%2Fjahat.example/"


def test_what_was_typed_is_escaped(rf):
    evil = '"><script>alert(1)</script> dan seterusnya'
    for sent in ({"reason": evil}, {evil: "reason"}):
        assert "<script>alert" not in errors.server_error(rf.post("/x/", sent, headers=HERE)).text


def test_a_body_that_cannot_be_read_is_no_second_fault():
    class Broken(type(RequestFactory().post("/"))):
        @property
        def POST(self):
            raise OSError("the line broke")

    request = RequestFactory().post("/x/", TYPED, headers=HERE)
    request.__class__ = Broken
    assert errors.server_error(request).status_code == 500


def test_every_page_behind_a_role_names_whose_it_is(client, aceh_operator):
    client.force_login(aceh_operator)
    refused = {
        "accounts:people": "Administrator",
        "audit": "Auditor",
        "regions:queue": "Needs verifier, PPSDM",
        "programs:mine": "Partner liaison",
        "partnerships:demand": "Partner liaison",
        "partnerships:begin_review": "Evaluator",
    }
    with translation.override("en"):
        refused = {reverse(name): role for name, role in refused.items()}
    found = {url: client.get(url) for url in refused}
    assert {url: answer.status_code for url, answer in found.items()} == dict.fromkeys(refused, 403)
    assert [url for url, role in refused.items() if role not in found[url].text] == []
    assert "bantuan@example.test" in found["/en/audit/"].text


def test_the_frame_of_a_page_without_a_portal_uses_known_styles():
    assert {"sg-typed", "sg-refusal"} <= set(_classes(papers=False))
