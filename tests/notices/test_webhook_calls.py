"""One call over a real line: whose certificate counts, how long it may take, what is believed of the answer."""

from __future__ import annotations

import time

import pytest

from notices.models import Attempt
from notices.services.webhooks import calling
from notices.services.webhooks.calling import Call, call
from tests.notices import webhook_receivers as receivers
from tests.notices.webhook_receivers import NAME, Receiver, answer

E = Attempt.Error


@pytest.fixture
def receiver(tmp_path, settings):
    """`receiver(talk, names=…)`: a server whose certificate is made out to these names."""
    settings.WEBHOOK_ALLOWED_ADDRESSES = ["127.0.0.1/32"]
    settings.WEBHOOK_CA_FILE = receivers.write_authority(tmp_path)
    made = []

    def make(talk=None, names=(NAME,), before=None):
        found = Receiver(receivers.write_certificate(tmp_path, *names), before=before)
        if talk is not None:
            found.talk = talk
        made.append(found)
        return found

    yield make
    for each in made:
        each.close()


def here(host, port):
    """A name server for which every name is this computer."""
    return ["127.0.0.1"]


def to(server, path: str = "/hook", body: bytes = b"{}"):
    return call(Call(f"https://{NAME}:{server.port}{path}", {"webhook-id": "msg_1"}, body), resolver=here)


def test_the_server_gets_the_message_under_its_own_name(receiver):
    server = receiver()
    got = to(server, "/hook?key=a%20b", b'{"type":"webhook.test"}')
    assert (got.code, got.error, got.text) == (200, "", "ok")
    request = server.got[0]
    assert request.line == "POST /hook?key=a%20b HTTP/1.1"
    assert request.headers["host"] == f"{NAME}:{server.port}"
    assert request.headers["user-agent"].startswith("Sinergi-Webhooks/1 (+http")
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert request.headers["webhook-id"] == "msg_1"
    assert request.content == {"type": "webhook.test"}


def test_a_certificate_of_another_name_is_refused(receiver):
    server = receiver(names=("lain.example", "127.0.0.1"))
    assert to(server).error == E.TLS
    assert server.got == []


def test_a_certificate_of_an_unknown_authority_is_refused(receiver, settings):
    server = receiver()
    settings.WEBHOOK_CA_FILE = ""
    assert to(server).error == E.TLS
    assert server.got == []


def test_the_proxy_of_the_environment_is_not_asked(receiver, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server = receiver()
    assert to(server).error == "" and len(server.got) == 1


def test_a_name_that_changes_its_mind_is_asked_once_and_called_where_it_was_checked(receiver, settings):
    """DNS rebinding: public for the check, our own network for the connection."""
    settings.WEBHOOK_ALLOWED_ADDRESSES = ["127.0.0.2/32"]
    server, asked = receiver(), []

    def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.1"]

    got = call(Call(f"https://{NAME}:{server.port}/", {}, b"{}"), resolver=rebinding)
    assert (asked, got.error, server.met) == ([NAME], E.CONNECT, 0)
    got = call(Call(f"https://{NAME}:{server.port}/", {}, b"{}"), resolver=rebinding)
    assert (len(asked), got.error, server.met) == (2, E.ADDRESS, 0)


def test_nobody_connects_to_an_address_that_is_not_public(receiver, settings):
    server = receiver()
    settings.WEBHOOK_ALLOWED_ADDRESSES = []
    assert to(server).error == E.ADDRESS
    assert server.met == 0


def test_a_redirect_is_not_followed(receiver):
    secret = receiver()
    for code in (301, 302, 303, 307, 308):
        server = receiver(lambda line, got, code=code: line.sendall(
            answer(code, b"", Location=f"https://{NAME}:{secret.port}/inside")
        ))  # fmt: skip
        got = to(server)
        assert (got.code, got.error) == (code, E.REDIRECT)
    assert secret.met == 0


@pytest.mark.parametrize(
    ("code", "error"), [(200, ""), (202, ""), (204, ""), (400, E.CODE), (404, E.CODE), (410, E.GONE), (500, E.CODE)]
)
def test_the_code_decides(receiver, code, error):
    server = receiver(lambda line, got: line.sendall(answer(code, b"" if code == 204 else b"said")))
    got = to(server)
    assert (got.code, got.error, got.text) == (code, error, "" if code == 204 else "said")


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        ("120", 120),
        ("999999", 86400),
        ("99999999999999999999", 86400),
        ("0", 0),
        ("-5", None),
        ("soon", None),
        ("1.5", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400),
        ("\u0661\u0662", None),
    ],
)
def test_how_long_the_receiver_wants_us_to_wait(said, pause):
    assert calling._pause(said) == pause


# --- Time ---------------------------------------------------------------------------------------------------


@pytest.fixture
def hurry(monkeypatch):
    """A second instead of ten, so that the tests are quick; the way is the same."""
    monkeypatch.setattr(calling, "TOTAL_WITHIN", 0.6)
    monkeypatch.setattr(calling, "CONNECT_WITHIN", 0.5)


def drip(line, pieces, pause=0.1):
    for piece in pieces:
        line.sendall(piece)
        time.sleep(pause)


def head_drip(line, got):
    drip(line, (bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 99))


def body_drip(line, got):
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    drip(line, [b"x"] * 1000)


def bad_body_drip(line, got):
    line.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 1000\r\n\r\n")
    drip(line, [b"x"] * 1000)


def silence(line, got):
    time.sleep(3)


def endless_wait(line, got):
    drip(line, [b"HTTP/1.1 100 Continue\r\n\r\n"] * 1000, 0.01)


@pytest.mark.parametrize(
    ("talk", "code", "error"),
    [
        (head_drip, None, E.TIMEOUT),
        (silence, None, E.TIMEOUT),
        (endless_wait, None, E.TIMEOUT),
        (body_drip, 200, ""),
        (bad_body_drip, 500, E.CODE),
    ],
    ids=["head", "silence", "continue", "body", "bad body"],
)
def test_a_slow_answer_is_not_waited_for_beyond_the_whole_time(receiver, hurry, talk, code, error):
    server, began = receiver(talk), time.monotonic()
    got = to(server)
    assert time.monotonic() - began < 1.5
    assert (got.code, got.error) == (code, error)
    assert 400 < got.took_ms < 1500


def test_a_server_that_never_shows_its_certificate_is_left(receiver, hurry):
    server = receiver(before=lambda line: drip(line, [b"\x16"] * 30))
    began = time.monotonic()
    assert to(server).error in {E.TIMEOUT, E.TLS, E.BROKEN}
    assert time.monotonic() - began < 1.5


def test_the_limits_are_those_that_are_promised():
    assert (calling.CONNECT_WITHIN, calling.TOTAL_WITHIN, calling.READ_AT_MOST, calling.KEPT) == (5, 10, 65536, 1024)


# --- Answers nobody believes --------------------------------------------------------------------------------


def endless(line, got):
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        line.sendall(b"<script>a\x00b</script>" * 500)


def test_an_endless_answer_is_read_to_its_limit(receiver):
    server, began = receiver(endless), time.monotonic()
    got = to(server)
    assert (got.code, got.error, len(got.text)) == (200, "", 1024)
    assert got.text.startswith("<script>ab</script>") and time.monotonic() - began < 5


def bomb(line, got):
    import gzip

    body = gzip.compress(b"0" * 50_000_000)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def test_a_packed_answer_is_not_unpacked(receiver):
    began = time.monotonic()
    got = to(receiver(bomb))
    assert got.error == "" and len(got.text) <= 1024 and "000" not in got.text and time.monotonic() - began < 5


@pytest.mark.parametrize(
    "talk",
    [
        lambda line, got: None,
        lambda line, got: line.sendall(b"HTTP/1.1 2"),
        lambda line, got: line.sendall(b"hello, this is no HTTP\r\n\r\n"),
        lambda line, got: line.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"),
        lambda line, got: line.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70000 + b"\r\n\r\n"),
    ],
    ids=["cut", "half a line", "no http", "many headers", "long header"],
)
def test_a_broken_answer_is_a_failed_try(receiver, talk):
    got = to(receiver(talk))
    assert (got.code, got.error) == (None, E.BROKEN)


def test_a_line_cut_within_the_body_changes_nothing_about_the_code(receiver):
    server = receiver(lambda line, got: line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf"))
    got = to(server)
    assert (got.code, got.error, got.text) == (200, "", "half")


def test_what_comes_back_is_kept_as_harmless_text(receiver):
    server = receiver(lambda line, got: line.sendall(
        answer(500, b"a\x00\x1b[31m\xff siti.aminah@mitra.example\nrow\x07")
    ))  # fmt: skip
    assert to(server).text == "a[31m\ufffd s***@mitra.example\nrow"


def test_nobody_listens(receiver):
    server = receiver()
    server.close()
    assert to(server).error == E.CONNECT
