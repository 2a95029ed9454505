"""The switch for maintenance: closed for everyone at once, with a page that needs nothing."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal import maintenance

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def switch(settings, tmp_path) -> Path:
    """A switch of the test's own."""
    settings.MAINTENANCE_FILE = str(tmp_path / "kerja" / "maintenance.json")
    return Path(settings.MAINTENANCE_FILE)


def run(*words) -> str:
    said = StringIO()
    call_command("maintenance", *words, stdout=said)
    return said.getvalue().strip()


def test_a_closed_portal_answers_503_without_a_database(client):
    with time_machine.travel(NOW, tick=False):
        run("on", "--minutes", "90")
        answer = client.get("/program/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5400")
    assert "24 November 2026 pukul 11.30 WIB" in answer.text
    assert "no-store" in answer["Cache-Control"]


def test_it_speaks_the_language_of_the_address(client):
    run("on")
    answers = [client.get("/kebutuhan/").text, client.get("/en/kebutuhan/").text]
    assert ['lang="id"' in answers[0], "closed for maintenance" in answers[1]] == [True, True]


def test_without_a_moment_programs_ask_again_in_ten_minutes(client):
    run("on")
    assert client.get("/")["Retry-After"] == "600"


def test_a_moment_that_has_passed_is_no_longer_promised(client):
    with time_machine.travel(NOW - dt.timedelta(hours=3), tick=False):
        run("on", "--minutes", "60")
    with time_machine.travel(NOW, tick=False):
        answer = client.get("/")
    assert (answer["Retry-After"], "08.00" in answer.text) == ("60", False)


def test_a_form_sent_meanwhile_is_kept_in_the_page(client):
    run("on")
    answer = client.post(
        "/kebutuhan/baru/", {"reason": "Petugas baru belum dilatih."}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert (answer.status_code, 'value="Petugas baru belum dilatih."' in answer.text) == (503, True)


def test_a_script_gets_a_sentence(client):
    run("on")
    answer = client.get("/en/kebutuhan/", headers={"Accept": "application/json"})
    assert answer.json() == {"sentence": "Sinergi is closed for maintenance. Try again later."}


def test_load_balancers_still_learn_who_lives(client):
    run("on")
    assert client.get("/healthz").status_code == 200


def test_it_opens_again(client, db):
    run("on")
    assert run("off") == "The portal is open."
    assert (client.get("/panduan/").status_code, run("off")) == (200, "The portal is open.")


def test_the_command_says_how_it_stands():
    assert run() == "The portal is open."
    with time_machine.travel(NOW, tick=False):
        assert run("on", "--minutes", "30") == (
            "The portal is closed until 2026-11-24 10:30 WIB. Open it with: manage.py maintenance off"
        )
    assert run("on") == "The portal is closed. Open it with: manage.py maintenance off"


@pytest.mark.parametrize("minutes", ["0", "-5", "10081"])
def test_a_senseless_time_is_refused(minutes):
    with pytest.raises(CommandError, match="from 1 to 10080"):
        run("on", "--minutes", minutes)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"until": "besok"}', '{"until": 5}'])
def test_a_damaged_switch_closes_too(switch, content):
    switch.parent.mkdir(parents=True)
    switch.write_text(content)
    assert maintenance.pause() == maintenance.Pause(None)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'{"until": "2999-11-24T10:00"}'])
def test_a_switch_written_by_hand_never_breaks_a_page(client, switch, content):
    switch.parent.mkdir(parents=True)
    switch.write_bytes(content)
    assert client.get("/").status_code == 503


def test_the_page_for_the_proxy_stands_alone(capsys):
    call_command("maintenance", "page", "--language", "en")
    page = capsys.readouterr().out
    assert (page.startswith("<!doctype html>"), "closed for maintenance" in page, "<form" in page) == (
        True,
        True,
        False,
    )
    assert timezone.is_aware(timezone.now())
