"""Lines of the log: whole, findable by the request's number, and without personal data or secrets."""

from __future__ import annotations

import io
import json
import logging
import re
import smtplib

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from portal import error_reports, logs, task_lines
from portal.scrubbing import said_by, scrub

NAME, ADDRESS, NUMBER = "Siti Aminah", "siti.aminah@kemnaker.go.id", "198501012010011001"


@pytest.fixture
def lines():
    """`lines()`: everything written meanwhile, as whoever reads the JSON finds it."""
    written, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonLines())
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)


# --- What is taken out ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"mail to {ADDRESS} failed", "mail to [e-mail] failed"),
        (f"?email={ADDRESS.replace('@', '%40')}", "?email=[e-mail]"),
        ("Budi <budi@localhost>", "Budi <[e-mail]>"),
        (f"NIP {NUMBER}.", "NIP [number]."),
        ("NIP 19850101 201001 1 001", "NIP [number]"),
        ("NIK 3201234567890123", "NIK [number]"),
        ("telepon +62 812-3456-7890", "telepon [number]"),
        ("Invalid request from ip=203.0.113.7: no", "Invalid request from ip=[…] no"),
        ("Cookie: sessionid=abc; bahasa=id", "Cookie: […]"),
        ("{'Authorization': 'Bearer sgi_abcdefghijklmnop'}", "{'Authorization': […]"),
        ("header was Bearer sgi_abcdefghijklmnop", "header was Bearer […]"),
        ("password=rahasia&next=/beranda/", "password=[…]&next=/beranda/"),
        ("postgres://web:s3cret@db:5432/sinergi", "postgres://[…]@db:5432/sinergi"),
        ("redis://:s3cret@cache:6379/0", "redis://[…]@cache:6379/0"),
        ("Not Found: /cari/?q=Siti+Aminah", "Not Found: /cari/?[…]"),
        ("Not Found: /en/undangan/c2VjcmV0LXRva2Vu/", "Not Found: /en/undangan/[…]"),
        ('x\nDETAIL:  Key (name)=(Siti) exists.\n\n  File "a.py"', 'x\nDETAIL: […]\n  File "a.py"'),
        ("x\nLINE 1: SELECT 'Siti'\n               ^\nHINT:  no", "x\nLINE 1: […]\nHINT:  no"),
    ],
)
def test_what_is_personal_or_secret_is_taken_out(text, left):
    assert scrub(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "log chain intact, head 0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "mail 123456: not sent: 421 try again later",
        "KEB-2026-0001 moved from DRAFT to SUBMITTED at 2026-11-26 13:05:07.123456",
        "Task notices.tasks.send_outbox[2f9e4a1c-8d0b-4c57-9a3e-0123456789ab] succeeded in 0.0123456s: 3",
        "GET /kalender/libur/12/ubah/",
        "took 1234567890123 bytes",
        "celery@web-1.internal ready.",
    ],
)
def test_what_operators_need_stays(text):
    assert scrub(text) == text


def _secret_addresses(patterns, before=""):
    for each in patterns:
        route = before + re.sub(r"^\^", "", str(each.pattern))
        if isinstance(each, URLResolver):
            yield from _secret_addresses(each.url_patterns, route)
        elif isinstance(each, URLPattern) and re.search(r"<(\w+:)?(token|uidb64|secret|key)>", route):
            yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"Geheim-\1", route).lstrip("/")


def test_every_address_that_holds_a_token_loses_it():
    addresses = [address for address in _secret_addresses(get_resolver().url_patterns) if "Geheim" in address]
    assert len(addresses) >= 8
    assert [
        address for address in addresses if re.search("Geheim-(token|uidb64|secret|key)", scrub(f"at {address}"))
    ] == []


def test_celerys_own_line_on_a_failed_task_quotes_nothing(lines):
    context = {
        "name": "accounts.tasks.send_invitation",
        "id": "2f9e4a1c",
        "description": "raised unexpected",
        "exc": "ValueError(\"cannot write to 'Siti Aminah'\")",
        "traceback": "  cannot write to Siti Aminah",
    }
    logging.getLogger("celery.app.trace").error(
        "Task %(name)s[%(id)s] %(description)s: %(exc)s\n%(traceback)s", context
    )
    [line] = lines()
    assert line["message"] == "Task accounts.tasks.send_invitation[2f9e4a1c] raised unexpected: ValueError('…')\n"


# --- What exceptions say --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "message", "left"),
    [
        (
            "ValueError",
            "invalid literal for int() with base 10: 'Siti Aminah'",
            "invalid literal for int() with base 10: '…'",
        ),
        ("KeyError", "'nomination'", "'nomination'"),
        ("KeyError", "'Siti Aminah'", "'…'"),
        ("AttributeError", "'NoneType' object has no attribute 'pk'", "'NoneType' object has no attribute 'pk'"),
        (
            "IntegrityError",
            'duplicate key value violates unique constraint "user_email"',
            'duplicate key value violates unique constraint "user_email"',
        ),
        ("DataError", 'invalid input syntax for type integer: "Siti"', "invalid input syntax for type integer: '…'"),
    ],
)
def test_an_exception_keeps_its_reason_and_loses_what_it_quotes(kind, message, left):
    assert said_by(kind, message) == left


@pytest.mark.django_db
def test_what_postgresql_repeats_of_a_row_is_not_in_the_log(lines):
    log = logging.getLogger("test")
    User.objects.create_user(email=ADDRESS, name="Siti Aminah")
    statements = [
        (
            "INSERT INTO accounts_user SELECT (jsonb_populate_record(u, '{\"id\": 0}')).* FROM accounts_user u",
            [],
        ),
        ("UPDATE accounts_user SET is_active = NULL", []),
        ("SELECT %s::integer", ["Siti Aminah"]),
    ]
    for statement, values in statements:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, values)
        except (IntegrityError, DataError) as error:
            assert "Siti" in str(error) or ADDRESS in str(error)
            log.exception("not stored: %s", error)
    found = lines()
    assert [line["message"].split("\n")[0] for line in found] == [
        'not stored: duplicate key value violates unique constraint "accounts_user_email_key"',
        'not stored: null value in column "is_active" of relation "accounts_user" violates not-null constraint',
        "not stored: invalid input syntax for type integer: '…'",
    ]
    assert [("psycopg2.errors" in line["failure"], "test_logs.py" in line["failure"]) for line in found] == [
        (True, True)
    ] * 3
    assert re.findall(f"Siti|Aminah|{ADDRESS}", json.dumps(found)) == []


def test_what_a_mail_server_refuses_is_not_in_the_log(lines):
    refused = smtplib.SMTPRecipientsRefused({ADDRESS: (550, f"5.1.1 <{ADDRESS}>: user unknown".encode())})
    try:
        raise refused
    except smtplib.SMTPException as error:
        logging.getLogger("test").exception("not sent: %s", error)
    [line] = lines()
    assert "550" in line["failure"] and "SMTPRecipientsRefused" in line["failure"]
    assert ADDRESS not in json.dumps(line) and "Aminah" not in json.dumps(line)


def test_what_a_form_was_given_is_not_in_the_log(lines):
    typed = ("“Siti Aminah” is not a date.", f"'{NUMBER}' has 18 digits.")
    try:
        try:
            raise ValidationError(list(typed))
        except ValidationError as error:
            raise RuntimeError("the form could not be read") from error
    except RuntimeError:
        logging.getLogger("test").exception("fault")
    [line] = lines()
    assert re.findall(f"Siti|Aminah|{NUMBER}", json.dumps(line, ensure_ascii=False)) == []
    assert line["failure"].endswith("RuntimeError: the form could not be read")


def test_a_line_whose_arguments_do_not_fit_is_written_all_the_same():
    record = logging.LogRecord("test", logging.ERROR, __file__, 1, "one %s, two %s", ("a",), None)
    assert logs.message_of(record) == "one %s, two %s [its arguments do not fit]"


# --- The line of a request ------------------------------------------------------------------------------------


def _of_requests(found):
    return [line for line in found if line["logger"] == "portal.request"]


@pytest.mark.django_db
def test_a_request_has_one_line_with_its_route_and_no_address(client, lines):
    answer = client.get("/kalender/c2VjcmV0LXRva2Vu.ics?nama=Siti")
    [line] = _of_requests(lines())
    measured = {name: line.pop(name) for name in ("time", "process", "ms", "database_ms", "bytes", "queries")}
    assert line == {
        "level": "INFO",
        "logger": "portal.request",
        "message": "request",
        "request": answer["X-Request-ID"],
        "method": "GET",
        "route": "calendar_feed",
        "status": 404,
    }
    assert measured["queries"] >= 1 and measured["bytes"] == len(answer.content)
    assert "c2VjcmV0" not in json.dumps(lines()) and "Siti" not in json.dumps(lines())


@pytest.mark.django_db
def test_an_address_nobody_knows_stays_out_of_the_log(client, lines):
    client.get("/siti-aminah/")
    assert [line["message"] for line in lines() if line["logger"] == "django.request"] == ["Not Found: <unknown>"]
    assert "aminah" not in json.dumps(lines())


@pytest.mark.django_db
def test_probes_write_no_lines(client, lines):
    client.get("/healthz")
    assert _of_requests(lines()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("behind_proxy", "given", "kept"),
    [
        (True, "req-0123456789", True),
        (False, "req-0123456789", False),
        (True, "short", False),
        (True, "x" * 65, False),
        (True, "with space and <b>", False),
    ],
)
def test_a_number_is_taken_from_the_proxy_alone_and_only_if_it_is_one(client, settings, behind_proxy, given, kept):
    settings.BEHIND_PROXY = behind_proxy
    number = client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"]
    assert (number == given) is kept
    assert kept or re.fullmatch(r"[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}", number)


@pytest.mark.django_db
def test_two_requests_have_two_numbers_and_nothing_is_left_behind(client):
    numbers = {client.get("/healthz")["X-Request-ID"] for _n in range(2)}
    assert len(numbers) == 2 and logs.request_number() == ""


@pytest.mark.django_db
def test_error_pages_name_the_number_people_can_quote(client, lines, monkeypatch):
    missing = client.get("/tidak-ada/")
    assert missing["X-Request-ID"] in missing.content.decode()

    def fault(*_arguments):
        raise RuntimeError(f"no room for {ADDRESS}")

    monkeypatch.setattr("portal.middleware.pause", fault)
    broken = Client(raise_request_exception=False).get("/")
    assert broken.status_code == 500
    assert broken["X-Request-ID"] in broken.content.decode()
    [line] = [line for line in lines() if line["logger"] == "django.request" and line["level"] == "ERROR"]
    assert line["request"] == broken["X-Request-ID"]
    assert line["failure"].endswith("RuntimeError: no room for [e-mail]")


@pytest.mark.django_db
def test_a_fault_on_the_page_of_a_refusal_leaves_its_trace(lines, monkeypatch):
    def fault(*_arguments, **_more):
        raise RuntimeError("no template")

    monkeypatch.setattr("portal.views.errors.render", fault)
    assert Client(raise_request_exception=False).get("/tidak-ada/").status_code == 500
    [line] = [line for line in lines() if line["message"] == "the page of a refusal failed"]
    assert line["failure"].endswith("RuntimeError: no template")
    assert {each["request"] for each in lines()} == {line["request"]}


# --- Tasks ----------------------------------------------------------------------------------------------------


def test_a_message_carries_the_number_and_shows_no_words():
    headers = {"argsrepr": f"(12, 'Siti Aminah', '{ADDRESS}')", "kwargsrepr": "{'event': 'revoked'}"}
    with logs.working_for("7KQM-X2WD-9FTB"):
        task_lines.signals.before_task_publish.send("x", headers=headers)
    assert headers.pop(task_lines.SENT) > 1_700_000_000
    assert headers == {
        "argsrepr": "(12, '…', '…')",
        "kwargsrepr": "{'…': '…'}",
        task_lines.REQUEST: "7KQM-X2WD-9FTB",
    }


def test_workers_write_our_lines_and_mail_nobody():
    assert settings.LOGGING["loggers"]["django"]["handlers"] == []
    assert logging.getLogger("django").handlers == []


# --- Reports of faults ----------------------------------------------------------------------------------------


@pytest.fixture
def reports(settings):
    """What would be sent to the server, kept in this process."""
    import sentry_sdk
    from sentry_sdk.transport import Transport

    sent = []

    class Kept(Transport):
        def capture_envelope(self, envelope):
            sent.extend(item.get_event() for item in envelope.items if item.get_event())

    settings.SENTRY_DSN = "https://key@errors.example.test/1"
    error_reports.start(transport=Kept)
    yield sent
    sentry_sdk.get_global_scope().set_client(None)


@pytest.mark.django_db
def test_a_report_says_what_failed_and_nothing_of_what_it_worked_on(reports, monkeypatch):
    monkeypatch.setattr("portal.middleware.pause", _fault_with_data)
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "c2VjcmV0LXRva2Vu"
    answer = client.post(f"/berhenti/c2VjcmV0LXRva2Vu/?q={ADDRESS}", {"nama": "Siti Aminah", "nip": NUMBER})
    logging.getLogger("test").error("mail to %s", ADDRESS)
    assert answer.status_code == 500
    first, second = reports
    assert [value["value"] for value in first["exception"]["values"]] == ["cannot read '…' of [e-mail]"]
    assert first["exception"]["values"][0]["stacktrace"]["frames"][-1]["function"] == "_fault_with_data"
    assert first["tags"] == {"request": answer["X-Request-ID"]}
    assert second["logentry"] == {"message": "mail to %s", "formatted": "mail to [e-mail]"}
    told = json.dumps([first, second], default=str, ensure_ascii=False)
    assert re.findall(f"Aminah|{ADDRESS}|{NUMBER}|c2VjcmV0|testserver|sessionid", told) == []
    assert not {"request", "user", "breadcrumbs", "extra", "server_name", "contexts"} & {*first, *second}


def _fault_with_data():
    """At the end: a report shows the lines of code around a fault."""
    raise ValueError(f"cannot read '{NAME}' of {ADDRESS}")
