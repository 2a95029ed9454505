"""Calendar files of meetings: one identity in invitation, change, cancellation and feed, read back by two libraries."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.services import open_feed
from forum.models import Answer, Invitee, Meeting
from forum.selectors.calendar import calendar_uid, invitation_file, meeting_event
from tests import factories, minutes_factories
from workflow.calendar_files import REQUEST, Event, Party, calendar_file

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import ics

NOW = dt.datetime(2026, 10, 1, 8, tzinfo=ZoneInfo("Asia/Jakarta"))
MANDATORY = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS", "SUMMARY", "ORGANIZER", "LAST-MODIFIED"}
HOSTILE = {
    "line ends": "Rapat\r\nATTENDEE:mailto:lain@example.test\nX-EVIL:1\rX-MORE:2",
    "end of the event": "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:lain",
    "separators": 'satu; dua, tiga: empat \\n lima "enam" ^n tujuh',
    "emoji": "Rapat 🇮🇩 👩🏽‍💻 koordinasi",
    "right to left": "اجتماع \u202eabc\u202c تنسيق",
    "controls": "a\x07b\x1bc\x7fd\u2028e\x85f",
    "long": "Pelatihan pengawas ketenagakerjaan 🇮🇩; " * 50,
}


def well_formed(content: bytes) -> None:
    """Lines end with CRLF and are at most 75 octets long, cut between characters (RFC 5545, 3.1)."""
    assert content.endswith(b"\r\n")
    bare = content.replace(b"\r\n", b"")
    assert b"\n" not in bare and b"\r" not in bare
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode("utf-8")


def read(content: bytes) -> tuple[icalendar.Calendar, icalendar.Event, ics.Event]:
    """The calendar and its one event, by both libraries, which agree on what it is."""
    well_formed(content)
    calendar = icalendar.Calendar.from_ical(content)
    [event] = calendar.walk("VEVENT")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        [other] = ics.Calendar(content.decode("utf-8")).events
    assert str(event["uid"]) == other.uid
    if "\\" not in str(event["summary"]):  # ics 0.7 reads an escaped backslash before an n as a line end
        assert str(event["summary"]) == other.name
    assert event.decoded("dtstart") == other.begin.datetime and event.decoded("dtend") == other.end.datetime
    return calendar, event, other


@pytest.fixture
def talk(ppsdm, aceh_regency):
    return minutes_factories.meeting(
        ppsdm,
        invited=[aceh_regency],
        agenda=["Pembukaan", "Data jabatan"],
        purpose="Menyamakan data.",
        link="https://rapat.example.test/r/7?a=1,2;b",
    )


# --- What an invitation holds -------------------------------------------------------------------------------


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_an_invitation_asks_one_person_and_says_everything(talk, aceh_operator, settings):
    with translation.override("en"):
        content, method = invitation_file(talk, aceh_operator)
    calendar, event, _other = read(content)
    assert (method, str(calendar["method"]), str(calendar["version"])) == ("REQUEST", "REQUEST", "2.0")
    assert set(event) >= MANDATORY
    assert str(event["uid"]) == f"{talk.uid}@localhost"
    assert str(event["organizer"]) == "mailto:sinergi@example.test"
    assert event["organizer"].params["CN"] == "PPSDM"
    assert str(event["attendee"]) == f"mailto:{aceh_operator.email}"
    assert {key: str(event["attendee"].params[key]) for key in ("PARTSTAT", "RSVP", "CUTYPE", "ROLE")} == {
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "FALSE",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
    }
    assert (str(event["conference"]), event["conference"].params["VALUE"]) == (talk.link, "URI")
    assert (str(event["location"]), str(event["status"]), int(event["sequence"])) == (talk.place, "CONFIRMED", 0)
    page = f"{settings.SITE_URL}/en/rapat/{talk.code}/"
    assert str(event["url"]) == page
    assert str(event["description"]).split("\n") == [
        "Menyamakan data.",
        "",
        "Agenda:",
        "1. Pembukaan",
        "2. Data jabatan",
        "",
        f"Video link: {talk.link}",
        "",
        f"Answer, agenda and minutes: {page}",
    ]
    assert "VALARM" not in content.decode()


@pytest.mark.django_db
def test_nobody_elses_address_stands_in_it(talk, aceh_operator, aceh_head):
    content = invitation_file(talk, aceh_operator)[0].replace(b"\r\n ", b"").decode()
    assert set(re.findall(r"mailto:(\S+)", content)) == {"sinergi@example.test", aceh_operator.email}
    assert aceh_head.email not in content


@pytest.mark.django_db
def test_a_record_on_the_agenda_is_not_named(ppsdm, aceh_regency, aceh_operator, need_aceh):
    talk = minutes_factories.meeting(ppsdm, invited=[aceh_regency], agenda=[need_aceh])
    content = invitation_file(talk, aceh_operator)[0].decode()
    assert need_aceh.code not in content and "1. Pembahasan 1" in content


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "hour"), [("Asia/Jakarta", 9), ("Asia/Makassar", 10), ("Asia/Jayapura", 11)])
def test_the_time_is_that_of_the_place_with_its_rules(ppsdm, aceh_regency, aceh_operator, zone, hour):
    talk = minutes_factories.meeting(ppsdm, invited=[aceh_regency], zone=zone)
    calendar, event, _other = read(invitation_file(talk, aceh_operator)[0])
    assert event["dtstart"].params["TZID"] == event["dtend"].params["TZID"] == zone
    assert event["dtstart"].to_ical() == b"20261005T%02d0000" % hour
    [rules] = calendar.walk("VTIMEZONE")
    assert str(rules["tzid"]) == zone
    assert event.decoded("dtstart") == talk.starts_at


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reply", "said"),
    [("", "NEEDS-ACTION"), ("YES", "ACCEPTED"), ("MAYBE", "TENTATIVE"), ("NO", "DECLINED")],
)
def test_the_answer_given_in_the_portal_is_told(talk, aceh_operator, aceh_regency, reply, said):
    if reply:
        Answer.objects.create(meeting=talk, user=aceh_operator, organisation=aceh_regency, reply=reply)
    _calendar, event, _other = read(invitation_file(talk, aceh_operator)[0])
    assert event["attendee"].params["PARTSTAT"] == said


@pytest.mark.django_db
def test_an_answer_to_another_time_is_asked_for_anew(talk, aceh_operator, aceh_regency):
    Answer.objects.create(meeting=talk, user=aceh_operator, organisation=aceh_regency, reply="YES", given_at=NOW)
    Meeting.objects.filter(pk=talk.pk).update(moved_at=NOW + dt.timedelta(hours=1))
    _calendar, event, _other = read(invitation_file(Meeting.objects.get(pk=talk.pk), aceh_operator)[0])
    assert event["attendee"].params["PARTSTAT"] == "NEEDS-ACTION"


@pytest.mark.django_db
def test_identity_stays_and_sequence_rises_through_its_life(client, talk, aceh_operator):
    files = [invitation_file(talk, aceh_operator)]
    Meeting.objects.filter(pk=talk.pk).update(sequence=1, starts_at=talk.starts_at + dt.timedelta(minutes=30))
    files.append(invitation_file(Meeting.objects.get(pk=talk.pk), aceh_operator))
    found = feed(client, aceh_operator)[calendar_uid(talk)]
    Meeting.objects.filter(pk=talk.pk).update(sequence=2, status="CANCELLED")
    files.append(invitation_file(Meeting.objects.get(pk=talk.pk), aceh_operator))
    events = [read(content)[1] for content, _method in files]
    assert {str(event["uid"]) for event in [*events, found]} == {calendar_uid(talk)}
    assert [int(event["sequence"]) for event in events] == [0, 1, 2]
    assert [method for _content, method in files] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [str(event["status"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert events[2]["attendee"] == events[0]["attendee"] and events[2]["organizer"] == events[0]["organizer"]


@pytest.mark.parametrize("where", HOSTILE)
def test_no_text_breaks_out_of_its_property(where):
    said = HOSTILE[where]
    content = calendar_file(
        [
            Event(
                uid="1@example.test",
                summary=said,
                start=NOW,
                end=NOW + dt.timedelta(hours=1),
                zone="Asia/Jakarta",
                location=said,
                description=said,
                conference="https://rapat.example.test/\r\nX-EVIL:1",
                organiser=Party("sinergi@example.test", said),
                attendee=Party("a@example.test", said),
                modified=NOW,
            )
        ],
        method=REQUEST,
    )
    calendar, event, _other = read(content)
    assert [str(e["uid"]) for e in calendar.walk("VEVENT")] == ["1@example.test"]
    assert not [name for name in event if name.startswith("X-")]
    assert str(event["attendee"]) == "mailto:a@example.test"
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", str(event["description"]))
    assert " ".join(str(event["summary"]).split()) == str(event["summary"])


def test_a_text_of_two_thousand_characters_comes_back_whole():
    said = ("Pelatihan; pengawas, 🇮🇩 " * 100)[:2000].strip()
    content = calendar_file([Event(uid="1@example.test", summary="x", start=NOW, end=NOW, description=said)])
    well_formed(content)
    [event] = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert str(event["description"]) == said


# --- The feed -----------------------------------------------------------------------------------------------


def feed(client, user, now=NOW) -> dict[str, icalendar.Event]:
    """The events of somebody's feed by identity; both libraries read it."""
    path = f"/kalender/{open_feed(user)}.ics"
    with time_machine.travel(now, tick=False):
        content = client.get(path).content
    well_formed(content)
    calendar = icalendar.Calendar.from_ical(content)
    assert "method" not in calendar
    found = {str(event["uid"]): event for event in calendar.walk("VEVENT")}
    if found:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert {e.uid for e in ics.Calendar(content.decode()).events} == set(found)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reply", "status"), [("", "TENTATIVE"), ("MAYBE", "TENTATIVE"), ("YES", "CONFIRMED"), ("NO", None)]
)
def test_the_feed_shows_a_meeting_as_it_was_answered(client, talk, aceh_operator, aceh_regency, reply, status):
    if reply:
        Answer.objects.create(meeting=talk, user=aceh_operator, organisation=aceh_regency, reply=reply)
    event = feed(client, aceh_operator).get(calendar_uid(talk))
    assert (str(event["status"]) if event else None) == status
    assert event is None or "attendee" not in event


@pytest.mark.django_db
def test_a_cancelled_meeting_is_struck_out_in_the_feed(client, talk, aceh_operator):
    Meeting.objects.filter(pk=talk.pk).update(status="CANCELLED", sequence=1)
    assert str(feed(client, aceh_operator)[calendar_uid(talk)]["status"]) == "CANCELLED"


@pytest.mark.django_db
def test_only_those_who_are_asked_have_it_in_their_feed(
    client, talk, aceh_operator, aceh_verifier, bali_operator, auditor
):
    uid = calendar_uid(talk)
    people = (aceh_operator, aceh_verifier, bali_operator, auditor)
    assert [uid in feed(client, person) for person in people] == [True, False, False, False]
    Meeting.objects.filter(pk=talk.pk).update(status="DRAFT", sent_at=None)
    assert uid not in feed(client, aceh_operator)


@pytest.mark.django_db
def test_one_post_of_an_office_is_asked(client, ppsdm, aceh_regency, aceh_operator, aceh_head):
    talk = minutes_factories.meeting(ppsdm, invited=[(aceh_regency, "DINAS_HEAD")])
    assert [calendar_uid(talk) in feed(client, person) for person in (aceh_operator, aceh_head)] == [False, True]


@pytest.mark.django_db
def test_an_action_point_is_a_whole_day_until_it_is_closed(client, ppsdm, aceh_regency, aceh_operator, aceh_verifier):
    held = minutes_factories.meeting(ppsdm, "MINUTED", invited=[aceh_regency], starts_at=NOW - dt.timedelta(days=40))
    todo = minutes_factories.action(held, aceh_regency)
    found = feed(client, aceh_operator)
    event = found[f"forum.action-{todo.pk}@localhost"]
    assert [uid for uid in found if "forum.action" in uid] == [f"forum.action-{todo.pk}@localhost"]
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (dt.date(2026, 10, 30), dt.date(2026, 10, 31))
    assert str(event["summary"]) == f"{todo.code}: Kirim data jabatan."
    assert feed(client, aceh_verifier) == {}
    type(todo).objects.filter(pk=todo.pk).update(status="DONE")
    assert feed(client, aceh_operator) == {}


@pytest.mark.django_db
def test_the_feed_asks_as_often_for_thirty_as_for_one(client, ppsdm, aceh_regency, aceh_operator):
    path, counts = f"/kalender/{open_feed(aceh_operator)}.ics", []
    for more in (1, 29):
        for _number in range(more):
            talk = minutes_factories.meeting(ppsdm, invited=[aceh_regency], agenda=["a", "b"])
            minutes_factories.action(talk, aceh_regency)
            Answer.objects.create(meeting=talk, user=aceh_operator, organisation=aceh_regency, reply="YES")
        with time_machine.travel(NOW, tick=False):
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- The file on the page -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_who_is_asked_takes_the_file_from_the_page(client, talk, aceh_operator, ppsdm_verifier, bali_operator):
    client.force_login(aceh_operator)
    answer = client.get(f"/rapat/{talk.code}/undangan.ics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8; method=REQUEST")
    assert str(read(answer.content)[1]["uid"]) == calendar_uid(talk)
    for person, status in ((ppsdm_verifier, 403), (bali_operator, 404)):
        client.force_login(person)
        assert client.get(f"/rapat/{talk.code}/undangan.ics").status_code == status


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_it_speaks_the_readers_language(talk):
    with translation.override("en"):
        event = meeting_event(talk)
    assert "Video link: " in event.description


@pytest.mark.django_db
def test_the_video_link_leaves_calendars_with_the_day_of_the_meeting(talk, aceh_operator):
    """As on the page: until midnight at the place, and not in what calls it off."""
    held = {}
    for name, moment in (("that day", "2026-10-05T23:59:00+07:00"), ("after", "2026-10-06T00:01:00+07:00")):
        with time_machine.travel(dt.datetime.fromisoformat(moment), tick=False):
            held[name] = "rapat.example.test/r/7" in str(invitation_file(talk, aceh_operator)[0])
    with time_machine.travel(NOW, tick=False):
        held["taken off the list"] = "rapat.example.test/r/7" in str(
            invitation_file(talk, aceh_operator, called_off=True)[0]
        )
        Meeting.objects.filter(pk=talk.pk).update(status="CANCELLED")
        cancelled = Meeting.objects.get(pk=talk.pk)
        held["cancelled"] = "rapat.example.test/r/7" in str(invitation_file(cancelled, aceh_operator)[0])
    assert held == {"that day": True, "after": False, "taken off the list": False, "cancelled": False}


@pytest.mark.django_db
def test_an_organisation_whose_name_is_hostile_stays_one_property(ppsdm, aceh_operator, aceh_regency):
    ppsdm.name_id = 'PPSDM "Satu";\r\nX-EVIL:1'
    ppsdm.save()
    talk = minutes_factories.meeting(ppsdm, invited=[aceh_regency])
    _calendar, event, _other = read(invitation_file(talk, aceh_operator)[0])
    assert event["organizer"].params["CN"] == "PPSDM 'Satu'; X-EVIL:1"
    assert not [name for name in event if name.startswith("X-")]
    assert Invitee.objects.filter(meeting=talk).count() == 1


def test_two_offices_in_one_country_share_a_moment(db, ppsdm):
    papua = factories.office("94")
    talk = minutes_factories.meeting(ppsdm, invited=[papua])
    event = meeting_event(talk)
    assert event.start.astimezone(ZoneInfo("Asia/Jayapura")).hour == 11
