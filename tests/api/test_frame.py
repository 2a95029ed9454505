"""What every address of the interface does alike: problems, parameters, pages by key, entity tags, languages."""

from __future__ import annotations

import gzip
import json

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from portal import maintenance
from tests import factories
from tests.api.calls import ROOT, Caller

pytestmark = pytest.mark.django_db

DEEP = '{"note":' + "[" * 5000 + "]" * 5000 + "}"


def problem(response) -> dict:
    """The problem of an answer, which must be one."""
    assert response["Content-Type"] == "application/problem+json", response.content[:300]
    found = response.json()
    assert found["status"] == response.status_code
    assert found["instance"] == response.wsgi_request.path
    assert set(found) >= {"type", "title", "status", "detail", "instance"}
    assert response["Cache-Control"] == "no-store"
    return found


def fields(response) -> list[str]:
    """The fields that a 400 names."""
    assert response.status_code == 400
    return [error["field"] for error in problem(response)["errors"]]


# --- Problems --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/needs", {"Accept": "text/html"}, 406),
        ("POST", "/regions", {}, 405),
        ("PUT", "/needs", {}, 405),
        ("OPTIONS", "/needs", {}, 405),
        ("TRACE", "/needs", {}, 405),
        ("DELETE", "/needs/KB-2026-0001", {}, 405),
        ("GET", "/needs/KB-2026-9999", {}, 404),
        ("GET", "/needs/%00", {}, 404),
        ("GET", "/needs/KB%ff", {}, 404),
        ("GET", "/nothing", {}, 404),
        ("GET", "/needs/KB-2026-0001/unknown/deeper", {}, 404),
        ("POST", "/nothing/at/all", {}, 404),
        ("GET", "/docs/nothing", {}, 404),
        ("GET", "/needs", {"Authorization": "Bearer sinergi_0"}, 401),
        ("GET", "/needs", {"Authorization": "Basic eDp5"}, 401),
        ("GET", "/needs", {"Authorization": "Bearer"}, 401),
        ("GET", "/needs", {"Authorization": "Bearer ÿ"}, 401),
    ],
)
def test_every_refusal_is_a_problem(aceh_operator, method, path, headers, status):
    response = Caller(aceh_operator).send(method, path, **headers)
    assert (response.status_code, problem(response)["status"]) == (status, status)


def test_405_names_the_methods_and_401_how_to_sign_in(stranger, aceh_operator):
    assert Caller(aceh_operator).send("PUT", "/needs")["Allow"] == "GET, HEAD, POST"
    assert stranger.get("/needs")["WWW-Authenticate"] == 'Bearer realm="sinergi"'
    wrong = stranger.get("/needs", Authorization="Bearer sinergi_x")
    assert wrong["WWW-Authenticate"] == 'Bearer realm="sinergi", error="invalid_token"'


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ('"text"', "application/json", 400),
        ('{"source": NaN}', "application/json", 400),
        ('{"source": "a", "source": "b"}', "application/json", 400),
        ('{"source": "\\u0000"}', "application/json", 400),
        ('{"source": "\\ud800"}', "application/json", 400),
        ('{"\\ud800": 1}', "application/json", 400),
        (b'{"source": "\xff\xfe"}', "application/json", 400),
        (DEEP, "application/json", 400),
        ('{"source": ' + "9" * 5000 + "}", "application/json", 400),
        ('{"source": 99999999999999999999999}', "application/json", 400),
        ('{"source": ["a"]}', "application/json", 400),
        ('{"unknown": 1}', "application/json", 400),
        ("source=a", "application/x-www-form-urlencoded", 415),
        ("<a/>", "application/xml", 415),
        ("{}", "application/json; charset=utf-16", 201),
    ],
)
def test_bodies_that_cannot_be_read_are_refused(aceh_operator, body, kind, status):
    factories.cycle()
    response = Caller(aceh_operator).post("/needs", body, Content_Type=kind)
    assert response.status_code == status, response.content
    if status >= 400:
        assert problem(response)["status"] == status


def test_a_body_beyond_the_limit_is_413(aceh_operator, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = Caller(aceh_operator).post("/needs", '{"source": "' + "x" * 2000 + '"}')
    assert problem(response)["status"] == 413


def test_a_fault_says_nothing_of_its_cause(aceh_operator, monkeypatch, caplog):
    caller = Caller(aceh_operator)
    monkeypatch.setattr("api.views.records.page_of", lambda *args: 1 / 0)
    response = caller.get("/needs")
    found = problem(response)
    assert response.status_code == 500
    assert "ZeroDivision" not in response.content.decode() and "Traceback" not in response.content.decode()
    assert found["detail"] == "Gangguan dicatat. Coba lagi nanti."
    assert "ZeroDivisionError" in caplog.text
    assert caller.secret not in caplog.text
    [line] = [record.getMessage() for record in caplog.records if record.name == "api.views.base"]
    assert (line.startswith("fault at api:"), "/needs" in line) == (True, False)


def test_maintenance_is_a_problem_too(stranger, settings, tmp_path):
    settings.MAINTENANCE_FILE = str(tmp_path / "closed.json")
    maintenance.close(None)
    response = stranger.get("/regions")
    assert problem(response)["status"] == 503
    assert response["Retry-After"] == "600"


def test_a_wrong_host_is_a_problem(stranger):
    response = Client(raise_request_exception=False).get(f"{ROOT}/regions", headers={"host": "evil.example"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_sentences_follow_accept_language(stranger):
    details = {
        wanted: problem(stranger.get("/needs", Accept_Language=wanted))["title"]
        for wanted in ("id", "en", "en-GB,en;q=0.9", "de", "de,en;q=0.5", "", "*;q=x")
    }
    indonesian, english = "Belum masuk", "Not signed in"
    assert details == {
        "id": indonesian,
        "en": english,
        "en-GB,en;q=0.9": english,
        "de": indonesian,
        "de,en;q=0.5": english,
        "": indonesian,
        "*;q=x": indonesian,
    }
    assert stranger.get("/regions", Accept_Language="en")["Content-Language"] == "en"


# --- Parameters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("statsu=DRAFT", ["statsu"]),
        ("status=NOTHING", ["status"]),
        ("status=DRAFT&status=X", ["status"]),
        ("cycle=abc", ["cycle"]),
        ("sort=name", ["sort"]),
        ("sort=", ["sort"]),
        ("limit=0", ["limit"]),
        ("limit=101", ["limit"]),
        ("limit=-1", ["limit"]),
        ("limit=x", ["limit"]),
        ("limit=١", ["limit"]),
        ("limit=5&limit=6", ["limit"]),
        ("cursor=abc", ["cursor"]),
        ("fields=code,nothing", ["fields"]),
        ("fields=", ["fields"]),
        ("q=%00", ["q"]),
        ("q=" + "x" * 101, ["q"]),
        ("page=2", ["page"]),
        ("format=api", ["format"]),
        ("a=1&b=2", ["a", "b"]),
    ],
)
def test_what_a_list_does_not_know_is_named(aceh_operator, vocabulary, query, named):
    assert fields(Caller(aceh_operator).get(f"/needs?{query}")) == named


def test_fields_cut_rows_and_records(aceh_operator, need_aceh):
    caller = Caller(aceh_operator)
    rows = caller.get("/needs?fields=code,people_requested").json()["data"]
    assert rows == [{"code": need_aceh.code, "people_requested": 2}]
    assert caller.get(f"/needs/{need_aceh.code}?fields=version").json() == {"version": need_aceh.version}


# --- Pages by key ----------------------------------------------------------------------------------------------------


def walk(caller, path, way="next"):
    """Every code met while following links."""
    pages = []
    while path:
        body = caller.get(path).json()
        pages.append([row["code"] for row in body["data"]])
        path = body[way]
    return pages


@pytest.mark.parametrize("sort", ["-filed", "filed", "score", "-score", "people", "-due", "since"])
def test_pages_meet_every_row_once_forth_and_back(ppsdm_verifier, aceh_regency, aceh_operator, sort):
    people = [3, 1, 2, 2, 2, 5, 1]
    scores = [None, 40, 60, 60, None, 55, 60]
    for count, score in zip(people, scores, strict=True):
        factories.need(aceh_regency, status="MIN_REVIEW", created_by=aceh_operator, people=count, score=score)
    caller = Caller(ppsdm_verifier)
    everything = walk(caller, f"/needs?sort={sort}")[0]
    forth = walk(caller, f"/needs?sort={sort}&limit=3")
    assert len(everything) == 7
    assert [len(page) for page in forth] == [3, 3, 1]
    assert [code for page in forth for code in page] == everything
    first = caller.get(f"/needs?sort={sort}&limit=3").json()
    second = caller.get(first["next"]).json()
    third = caller.get(second["next"]).json()
    back = walk(caller, third["previous"], "previous")
    assert back == [forth[1], forth[0]]
    assert first["previous"] is None and third["next"] is None


def test_pages_stay_right_while_rows_come_in(ppsdm_verifier, aceh_regency, aceh_operator):
    def filed():
        return factories.need(aceh_regency, status="MIN_REVIEW", created_by=aceh_operator).code

    old = [filed() for _n in range(4)]
    caller = Caller(ppsdm_verifier)
    first = caller.get("/needs?sort=since&limit=2").json()
    filed()
    second = caller.get(first["next"]).json()
    assert [row["code"] for row in first["data"] + second["data"]] == old
    response = caller.get(first["next"])
    assert response["Link"] == ", ".join(
        [
            f'<http://testserver{second["next"]}>; rel="next"',
            f'<http://testserver{second["previous"]}>; rel="prev"',
        ]
    )


def test_a_cursor_belongs_to_its_list_and_order(ppsdm_verifier, aceh_regency, aceh_operator):
    for _n in range(2):
        factories.need(aceh_regency, status="MIN_REVIEW", created_by=aceh_operator)
    caller = Caller(ppsdm_verifier)
    cursor = caller.get("/needs?limit=1").json()["next"].split("cursor=")[1]
    assert caller.get(f"/needs?cursor={cursor}").status_code == 200
    assert fields(caller.get(f"/needs?sort=score&cursor={cursor}")) == ["cursor"]
    assert fields(caller.get(f"/regions?cursor={cursor}")) == ["cursor"]
    assert fields(caller.get(f"/needs?cursor={cursor}x")) == ["cursor"]


@pytest.mark.parametrize("path", ["/needs?limit=100", "/needs/{code}"])
def test_the_number_of_queries_does_not_grow(ppsdm_verifier, aceh_regency, aceh_operator, path):
    caller = Caller(ppsdm_verifier)
    one = factories.need(aceh_regency, status="MIN_REVIEW", created_by=aceh_operator)
    path = path.format(code=one.code)
    caller.get(path)
    with CaptureQueriesContext(
        connection,
    ) as few:
        caller.get(path)
    for _n in range(29):
        factories.need(aceh_regency, status="MIN_REVIEW", created_by=aceh_operator)
    with CaptureQueriesContext(connection) as many:
        caller.get(path)
    assert len(many) == len(few)
    assert len(few) <= 20


# --- Entity tags -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/needs", "/needs/{code}"])
def test_a_strong_tag_saves_reading_the_same_again(aceh_operator, need_aceh, path):
    caller, path = Caller(aceh_operator), path.format(code=need_aceh.code)
    first = caller.get(path)
    tag = first["ETag"]
    assert tag.startswith('"') and tag.endswith('"')
    again = caller.get(path, If_None_Match=f'"other", {tag}')
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert caller.get(path, If_None_Match='"other"').status_code == 200
    assert caller.get(path, Accept_Language="en")["ETag"] != tag
    factories.need(need_aceh.office, created_by=aceh_operator)
    caller.patch(f"/needs/{need_aceh.code}", {"reason": "Lain."})
    assert caller.get(path, If_None_Match=tag).status_code == 200


def test_the_packed_answer_has_a_strong_tag_of_its_own(aceh_operator, need_aceh):
    caller = Caller(aceh_operator)
    plain = caller.get(f"/needs/{need_aceh.code}")
    packed = caller.get(f"/needs/{need_aceh.code}", Accept_Encoding="gzip")
    assert packed["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content)) == plain.json()
    assert packed["ETag"] == plain["ETag"][:-1] + '-gzip"'
    again = caller.get(f"/needs/{need_aceh.code}", Accept_Encoding="gzip", If_None_Match=packed["ETag"])
    assert again.status_code == 304


def test_answers_say_on_what_they_depend(stranger):
    response = stranger.get("/regions")
    assert response["Vary"] == "Accept, Accept-Language, Accept-Encoding, Authorization, Cookie"
    assert response["Cache-Control"] == "private, no-cache"


# --- Who asks --------------------------------------------------------------------------------------------------------


def test_a_session_reads_and_writes_only_with_its_csrf_token(aceh_operator):
    factories.cycle()
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(aceh_operator)
    assert browser.get(f"{ROOT}/needs").status_code == 200
    sent = {"data": "{}", "content_type": "application/json"}
    refused = browser.post(f"{ROOT}/needs", **sent, headers={"Idempotency-Key": "a"})
    assert (refused.status_code, problem(refused)["detail"]) == (
        403,
        "Penulisan dengan sesi memerlukan header X-CSRFToken dari halaman.",
    )
    secret = browser.get("/masuk/", follow=True).wsgi_request.META.get("CSRF_COOKIE") or "a" * 32
    browser.cookies["csrftoken"] = secret
    done = browser.post(f"{ROOT}/needs", **sent, headers={"Idempotency-Key": "a", "X-CSRFToken": secret})
    assert done.status_code == 201, done.content


def test_a_token_goes_before_the_session(aceh_operator, jica_liaison, need_aceh):
    caller = Caller(jica_liaison)
    caller.client.force_login(aceh_operator)
    assert caller.get(f"/needs/{need_aceh.code}").status_code == 404


def test_a_session_whose_capacity_has_ended_does_nothing(aceh_operator):
    browser = Client(raise_request_exception=False)
    browser.force_login(aceh_operator)
    session = browser.session
    session["membership"] = Membership.objects.get(user=aceh_operator).pk + 999
    session.save()
    from accounts.services import SESSION_KEY

    session[SESSION_KEY] = session.pop("membership")
    session.save()
    response = browser.post(f"{ROOT}/needs", "{}", content_type="application/json", headers={"Idempotency-Key": "a"})
    assert problem(response)["status"] == 409


def test_people_without_a_role_get_nothing_but_what_is_open(db):
    from accounts.models import User

    browser = Client(raise_request_exception=False)
    browser.force_login(User.objects.create_user("tanpa@example.test", None, name="Tanpa peran"))
    assert problem(browser.get(f"{ROOT}/needs"))["status"] == 403


# --- Limits ----------------------------------------------------------------------------------------------------------


def test_each_token_and_each_address_has_its_own_limit(aceh_operator, aceh_head, settings, time_machine):
    time_machine.move_to("2026-11-26T10:00:15Z", tick=False)
    settings.API_RATE_TOKEN, settings.API_RATE_ADDRESS = 2, 1
    first, second, nobody = Caller(aceh_operator), Caller(aceh_head), Caller()
    answers = [first.get("/regions"), first.get("/regions"), first.get("/regions")]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert [a["RateLimit"] for a in answers] == ['"token";r=1;t=45', '"token";r=0;t=45', '"token";r=0;t=45']
    assert answers[0]["RateLimit-Policy"] == '"token";q=2;w=60'
    assert problem(answers[2])["title"] == "Terlalu banyak permintaan"
    assert answers[2]["Retry-After"] == "45"
    assert second.get("/regions").status_code == 200
    assert [nobody.get("/regions").status_code, nobody.get("/needs").status_code] == [200, 429]
    time_machine.move_to("2026-11-26T10:01:00Z", tick=False)
    assert first.get("/regions").status_code == 200


def test_guessing_tokens_is_counted_by_address(stranger, settings):
    settings.API_RATE_ADDRESS = 2
    statuses = [stranger.get("/needs", Authorization=f"Bearer sinergi_{n}").status_code for n in range(3)]
    assert statuses == [401, 401, 429]


def test_the_limit_survives_a_cache_that_is_away(stranger):
    away = {"default": {"BACKEND": "portal.cache.PatientRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=away, API_RATE_ADDRESS=1):
        assert [stranger.get("/regions").status_code for _n in range(3)] == [200, 200, 200]


# --- The same words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "pendek"])
def test_what_the_page_refuses_is_refused_with_the_same_sentence(aceh_regency, aceh_operator, aceh_verifier, reason):
    need = factories.need(aceh_regency, status="PROV_REVIEW", created_by=aceh_operator)
    browser = Client()
    browser.force_login(aceh_verifier)
    page = browser.post(f"/kebutuhan/{need.code}/propose_reject/", {"reason": reason}).content.decode()
    said = Caller(aceh_verifier).post(f"/needs/{need.code}/propose_reject", {"reason": reason})
    assert "reason" in fields(said)
    assert [error["detail"] for error in said.json()["errors"] if error["detail"] not in page] == []
