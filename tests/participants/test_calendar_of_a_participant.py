"""The calendar file of one nomination: whole days, no person, the same events for life."""

from __future__ import annotations

import datetime as dt

import pytest
from icalendar import Calendar

from participants.lifecycle import NOMINATION
from participants.models import NominationStatus, StepState
from participants.services import permits
from programs.models import Program
from tests import nomination_factories as make
from workflow.engine import perform

pytestmark = pytest.mark.django_db
S = NominationStatus
TITLE = "Mediation; bargaining, and a title long enough that the line must be folded somewhere"


@pytest.fixture
def of(abroad):
    abroad.intake.starts, abroad.intake.ends = dt.date(2027, 3, 1), dt.date(2027, 3, 5)
    abroad.intake.save()
    Program.objects.filter(pk=abroad.program.pk).update(title_en=TITLE)
    return abroad


def events(browser, record, role="DINAS_OP") -> dict:
    """What a calendar program reads from the file, by identity."""
    response = browser(role).get(f"/en/peserta/calon/{record.code}/kalender.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8" and "no-store" in response["Cache-Control"]
    assert b"Peserta Contoh" not in response.content
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    found = Calendar.from_ical(response.content)
    return {str(e["uid"]).removeprefix(f"{record.code}-"): e for e in found.walk("VEVENT")}


def test_training_departure_and_open_permits_are_whole_days(of, browser):
    record = make.nomination(of, S.CLEARANCE, departs_on=dt.date(2027, 2, 27))
    record.clearance.exclude(kind__in=["SIMPEL", "HOME_AFFAIRS"]).update(state=StepState.NOT_NEEDED)
    found = {
        key: (str(e["summary"]), e.decoded("dtstart"), e.decoded("dtend"))
        for key, e in events(browser, record).items()
        if e["status"] == "CONFIRMED"
    }
    assert found == {
        "training@sinergi": (TITLE, dt.date(2027, 3, 1), dt.date(2027, 3, 6)),
        "departure@sinergi": (f"Departure: {TITLE}", dt.date(2027, 2, 27), dt.date(2027, 2, 28)),
        "home_affairs@sinergi": (
            "At the latest: Travel application to the Ministry of Home Affairs",
            dt.date(2027, 2, 17),
            dt.date(2027, 2, 18),
        ),
        "simpel@sinergi": (
            "At the latest: Travel application to the State Secretariat (SIMPEL)",
            dt.date(2027, 2, 20),
            dt.date(2027, 2, 21),
        ),
    }


def test_both_phases_stand_in_the_calendar(of, browser):
    of.intake.online_starts, of.intake.online_ends = dt.date(2027, 2, 1), dt.date(2027, 2, 5)
    of.intake.save()
    found = events(browser, make.nomination(of, S.ACCEPTED))
    assert [(k, e.decoded("dtstart")) for k, e in found.items()] == [
        ("training@sinergi", dt.date(2027, 3, 1)),
        ("online@sinergi", dt.date(2027, 2, 1)),
    ]


def test_a_moved_departure_is_the_same_event_with_a_higher_sequence(of, browser, cast):
    record = make.nomination(of, S.CLEARANCE, departs_on=dt.date(2027, 2, 27))
    before = events(browser, record)
    permits.save_clearance(record, {}, dt.date(2027, 2, 26), cast["BIROKS_OFF"], record.version)
    after = events(browser, record)
    assert set(before) == set(after)
    moved = after["departure@sinergi"]
    assert moved.decoded("dtstart") == dt.date(2027, 2, 26)
    assert int(moved["sequence"]) > int(before["departure@sinergi"]["sequence"])


def test_a_moved_programme_raises_the_sequence_too(of, browser):
    record = make.nomination(of, S.ACCEPTED)
    before = events(browser, record)["training@sinergi"]
    program = Program.objects.get(pk=of.program.pk)
    program.version += 1
    program.save()
    of.intake.ends = dt.date(2027, 3, 8)
    of.intake.save()
    after = events(browser, record)["training@sinergi"]
    assert after.decoded("dtend") == dt.date(2027, 3, 9)
    assert int(after["sequence"]) > int(before["sequence"])


def test_a_permit_that_is_done_leaves_the_calendar(of, browser, cast):
    record = make.nomination(of, S.CLEARANCE, departs_on=dt.date(2027, 2, 27))
    visa = record.clearance.get(kind="VISA")
    permits.save_clearance(record, {visa.pk: (StepState.DONE, dt.date(2026, 1, 5))}, None, cast["BIROKS_OFF"], None)
    found = events(browser, record)
    assert (found["visa@sinergi"]["status"], found["passport@sinergi"]["status"]) == ("CANCELLED", "CONFIRMED")


def test_whoever_withdraws_finds_everything_called_off(of, browser, cast):
    record = make.nomination(of, S.CLEARANCE, departs_on=dt.date(2027, 2, 27))
    perform(NOMINATION, "withdraw", record=record, actor=cast["DINAS_OP"], answers={"reason": "Pindah jabatan."})
    assert {str(e["status"]) for e in events(browser, record).values()} == {"CANCELLED"}


def test_whom_the_partner_did_not_take_finds_everything_called_off(of, browser):
    record = make.nomination(of, S.NOT_ACCEPTED)
    assert {str(e["status"]) for e in events(browser, record).values()} == {"CANCELLED"}


def test_the_partners_calendar_knows_no_permits(of, browser):
    record = make.nomination(of, S.CLEARANCE)
    assert list(events(browser, record, "PARTNER_OFF")) == ["training@sinergi"]
