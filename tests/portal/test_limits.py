"""How often and how much: costly pages, bodies, depth, and what gunicorn takes."""

from __future__ import annotations

import json

import pytest
import time_machine
from django.test import Client, override_settings
from django.urls import reverse

from portal import gunicorn
from portal.limits import COSTLY, Budget
from tests import factories
from tests.addresses import patterns

pytestmark = pytest.mark.django_db
AWAY = {"default": {"BACKEND": "portal.cache.PatientRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}


@pytest.fixture(autouse=True)
def _within_one_window():
    with time_machine.travel(1_784_000_400, tick=False):  # a window of ten minutes begins
        yield


@pytest.fixture
def narrow(monkeypatch):
    """Searches: two for a person, three for a network address."""
    monkeypatch.setitem(COSTLY, "search", Budget("search", 2, 3))


def statuses(browser, times: int, **more) -> list[int]:
    return [browser.get("/cari/?q=pelatihan", **more).status_code for _n in range(times)]


def test_every_costly_page_exists():
    names = {name for name, _arguments in patterns()}
    assert sorted(COSTLY.keys() - names) == []


def test_no_budget_is_met_by_people():
    least = {budget.kind: (budget.people, budget.visitors, budget.seconds) for budget in COSTLY.values()}
    assert least == {
        "search": (200, 400, 600),
        "papers": (60, 60, 600),
        "exports": (60, 60, 600),
        "drawings": (300, 900, 600),
        "imports": (30, 0, 600),
        "secrets": (60, 300, 600),
    }


def test_a_person_is_counted_wherever_they_are_and_nobody_with_them(narrow, aceh_operator, bali_operator):
    one, two, other = Client(), Client(), Client()
    for browser, user in ((one, aceh_operator), (two, aceh_operator), (other, bali_operator)):
        browser.force_login(user)
    assert statuses(one, 1) + statuses(two, 2, REMOTE_ADDR="192.0.2.1") + statuses(one, 1) == [200, 200, 429, 429]
    assert statuses(other, 2) == [200, 200]


def test_visitors_are_counted_by_network_address(narrow):
    assert statuses(Client(), 2) + statuses(Client(), 2) == [200, 200, 200, 429]
    assert statuses(Client(), 1, REMOTE_ADDR="192.0.2.1") == [200]


def test_the_refusal_says_when_to_come_back_and_then_the_page_opens(narrow, aceh_operator):
    browser = Client()
    browser.force_login(aceh_operator)
    with time_machine.travel(1_784_000_400 + 120, tick=False) as clock:
        statuses(browser, 2)
        page = browser.get("/cari/?q=pelatihan")
        assert (page.status_code, page["Retry-After"], "8 menit" in page.text) == (429, "480", True)
        in_english = browser.get("/en/cari/?q=pelatihan")
        assert "Wait 8 minutes, then try again." in in_english.text
        clock.shift(480)
        assert statuses(browser, 1) == [200]


def test_a_script_gets_the_refusal_as_a_problem(narrow, aceh_operator):
    browser = Client()
    browser.force_login(aceh_operator)
    statuses(browser, 2)
    answer = browser.get("/en/cari/?q=pelatihan", headers={"accept": "application/json"})
    found = json.loads(answer.content)
    assert (answer.status_code, answer["Content-Type"], answer["Retry-After"]) == (
        429,
        "application/problem+json",
        "600",
    )
    assert found == {
        "type": "about:blank",
        "title": "Too many requests. Try again in 600 seconds.",
        "status": 429,
        "sentence": "Too many requests. Try again in 600 seconds.",
        "seconds": 600,
    }


def test_kinds_are_counted_apart_and_pages_of_one_kind_together(monkeypatch, aceh_operator, need_aceh):
    monkeypatch.setitem(COSTLY, "map", Budget("drawings", 2, 2))
    monkeypatch.setitem(COSTLY, "map_province", Budget("drawings", 2, 2))
    browser = Client()
    browser.force_login(aceh_operator)
    found = [browser.get(path).status_code for path in ("/peta/", "/peta/11/", "/peta/", "/cari/?q=a", "/panduan/")]
    assert found == [200, 200, 429, 200, 200]


def test_what_is_only_costly_to_send_is_free_to_open(monkeypatch, aceh_operator):
    monkeypatch.setitem(COSTLY, "exchange:import", Budget("imports", 1, 0, methods=("POST",)))
    browser = Client()
    browser.force_login(aceh_operator)
    url = reverse("exchange:import", args=["needs"])
    assert [browser.get(url).status_code for _n in range(3)] == [200] * 3
    assert [browser.post(url).status_code for _n in range(2)] == [400, 429]


def test_no_factor_no_limit(narrow, settings):
    settings.COSTLY_FACTOR = 0
    assert statuses(Client(), 5) == [200] * 5


def test_a_cache_that_is_away_refuses_nobody_a_page(narrow):
    with override_settings(CACHES=AWAY):
        assert statuses(Client(), 5) == [200] * 5


# --- Bodies --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", ["12582913", "99999999999999999999", "-1", "1e9", "x"])
def test_a_body_larger_than_anything_is_refused_before_it_is_read(client, length):
    class Unread:
        def read(self, *_a):
            raise AssertionError("the body was read")

        readline = read

    answer = client.generic("POST", "/en/masuk/", b"", CONTENT_LENGTH=length, **{"wsgi.input": Unread()})
    assert (answer.status_code, "Too large to send" in answer.text) == (413, True)


def test_the_interface_says_it_as_a_problem(client):
    answer = client.generic("POST", "/api/v1/needs", b"", CONTENT_LENGTH="12582913")
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


def test_too_many_files_are_413(client, aceh_operator, settings):
    from django.core.files.base import ContentFile

    client.force_login(aceh_operator)
    files = {f"f{n}": ContentFile(b"x", name="x.txt") for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1)}
    assert client.post("/akun/", files).status_code == 413


def test_the_limits_are_written_down(settings):
    assert (
        settings.REQUEST_MAX_BYTES,
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
        settings.DATA_UPLOAD_MAX_NUMBER_FILES,
    ) == (12 * 1024 * 1024, 4 * 1024 * 1024, 1000, 20)
    assert (gunicorn.limit_request_line, gunicorn.limit_request_fields, gunicorn.limit_request_field_size) == (
        4094,
        64,
        8190,
    )


def test_json_nested_without_end_is_refused(aceh_operator):
    browser = Client()
    browser.force_login(aceh_operator)
    sent = {"content_type": "application/json", "headers": {"Idempotency-Key": "a"}}
    deep = "[" * 100_000 + "]" * 100_000
    answer = browser.post("/api/v1/needs", f'{{"a": {deep}}}', **sent)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_person_s_budget_is_not_used_up_by_an_organisation(narrow, aceh_regency):
    people = [factories.member("DINAS_OP", aceh_regency) for _n in range(3)]
    for user in people:
        browser = Client()
        browser.force_login(user)
        assert statuses(browser, 2) == [200, 200]
