"""What is let go of, and when; and the calendar file, which names nobody."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone, translation

from participants.models import Nomination, NominationPaper, Person
from participants.models import NominationStatus as S
from participants.services.people import forget_old
from participants.tasks import forget
from tests import nomination_factories as make
from workflow import clock
from workflow.engine import log_of

pytestmark = pytest.mark.django_db


def aged(of, status, days: int, **fields) -> Nomination:
    record = make.nomination(of, status, **fields)
    make.paper(record, "CV")
    Nomination.objects.filter(pk=record.pk).update(status_since=timezone.now() - dt.timedelta(days=days))
    return record


# State, days since, was it ever submitted -> are papers and name gone?
TABLE = """
DISQUALIFIED 366 yes gone
DISQUALIFIED 364 yes kept
NOT_ACCEPTED 366 yes gone
REPLACED     366 yes gone
WITHDRAWN    366 yes gone
WITHDRAWN    364 yes kept
WITHDRAWN    181 no  gone
WITHDRAWN    179 no  kept
CLOSED       999 yes kept
INCOMPLETE   999 yes kept
RESERVE      999 yes kept
DRAFT        999 no  kept
"""


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_what_goes_and_what_stays(abroad, row):
    status, days, sent, expected = row.split()
    read = timezone.localdate() if sent == "yes" else None
    aged(abroad, status, int(days), notice_read_on=read)
    forget_old()
    person, gone = Person.objects.get(), expected == "gone"
    assert (person.name == "", person.nip_sealed == "", person.nip_hash == "", person.nip_tail == "") == (gone,) * 4
    assert NominationPaper.objects.exists() is not gone
    assert (person.sex, person.birth_year, person.post_id) == ("F", 1985, "MEDHI")
    assert Nomination.objects.get().status == status


def test_a_person_with_another_nomination_keeps_their_name_and_loses_the_old_papers(abroad, aceh, jica):
    old = aged(abroad, S.DISQUALIFIED, 400)
    make.nomination(make.seats(aceh, jica), S.ACCEPTED, who=old.person)
    assert forget_old() == (1, 0)
    assert Person.objects.get().name != ""
    assert NominationPaper.objects.count() == 0


def test_a_second_night_finds_nothing(abroad):
    aged(abroad, S.DISQUALIFIED, 400)
    assert (forget(), forget()) == (1, 0)


def test_the_page_of_a_forgotten_person_says_so(abroad, cast, browser):
    record = aged(abroad, S.DISQUALIFIED, 400)
    forget_old()
    page = browser("PPSDM_VER").get(f"/en/peserta/calon/{record.code}/").content.decode()
    assert "Name removed" in page and "Peserta Contoh" not in page


def test_two_forgotten_people_of_one_office_do_not_collide(abroad):
    aged(abroad, S.DISQUALIFIED, 400)
    aged(abroad, S.DISQUALIFIED, 400)
    assert forget_old() == (2, 2)


def test_a_draft_untouched_for_180_days_ends_by_the_clock(abroad):
    record = make.nomination(abroad)
    Nomination.objects.filter(pk=record.pk).update(updated_at=timezone.now() - dt.timedelta(days=181))
    fresh = make.nomination(abroad)
    clock.run()
    assert [Nomination.objects.get(pk=n.pk).status for n in (record, fresh)] == ["WITHDRAWN", "DRAFT"]
    assert log_of(record).get(action="lapse").role == "CLOCK"


def test_the_calendar_file_holds_whole_days_and_no_person(abroad, cast, browser):
    abroad.intake.starts, abroad.intake.ends = dt.date(2027, 3, 1), dt.date(2027, 3, 5)
    abroad.intake.save()
    program = abroad.program
    program.title_en = "Mediation; bargaining, and a title long enough that the line must be folded somewhere"
    program.save()
    record = make.nomination(abroad, S.CLEARANCE, departs_on=dt.date(2027, 2, 27))
    record.clearance.exclude(kind="SIMPEL").update(state="NOT_NEEDED")
    with translation.override("en"):
        response = browser("DINAS_OP").get(f"/en/peserta/calon/{record.code}/kalender.ics")
    text = response.content.decode()
    assert response["Content-Type"] == "text/calendar" and "no-store" in response["Cache-Control"]
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = text.replace("\r\n ", "").split("\r\n")
    assert [line for line in lines if line.startswith(("UID", "DTSTART", "DTEND", "SUMMARY"))] == [
        f"UID:{record.code}-training@sinergi",
        "DTSTART;VALUE=DATE:20270301",
        "DTEND;VALUE=DATE:20270306",
        "SUMMARY:Mediation\\; bargaining\\, and a title long enough that the line must be folded somewhere",
        f"UID:{record.code}-departure@sinergi",
        "DTSTART;VALUE=DATE:20270227",
        "DTEND;VALUE=DATE:20270228",
        "SUMMARY:Departure: Mediation\\; bargaining\\, and a title long enough that the line must be folded somewhere",
        f"UID:{record.code}-simpel@sinergi",
        "DTSTART;VALUE=DATE:20270220",
        "DTEND;VALUE=DATE:20270221",
        "SUMMARY:At the latest: Travel application to the State Secretariat (SIMPEL)",
    ]
    assert "Peserta" not in text


def test_the_partners_calendar_knows_no_permits(abroad, browser):
    record = make.nomination(abroad, S.CLEARANCE)
    text = browser("PARTNER_OFF").get(f"/en/peserta/calon/{record.code}/kalender.ics").content.decode()
    assert text.count("BEGIN:VEVENT") == 1
