"""Rosters: of a proposal and of a whole intake; who reads them, what they say, and one act for many people."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from participants.models import CertificateNumber, Nomination, NominationStatus
from participants.rules.balance import Balance
from participants.services.numbers import give_number, next_numbers, serial_of
from portal import environment
from programs.models import Intake
from tests import nomination_factories as make
from tests.proposal_factories import open_need, proposal
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
S = NominationStatus


@pytest.fixture
def second(abroad, bali, jica):
    """Another office on the same intake."""
    Intake.objects.filter(pk=abroad.intake_id).update(seats=20)
    abroad.intake.refresh_from_db()
    return proposal(
        open_need(bali), abroad.program, "ACCEPTED", seats_requested=3, seats_allotted=3, intake=abroad.intake
    )


def of_intake(of, rest="") -> str:
    return f"/en/peserta/angkatan/{of.program.code}/{of.intake.number}/{rest}"


def of_proposal(of, rest="") -> str:
    return f"/en/peserta/{of.code}/{rest}"


def text(response) -> str:
    return " ".join(response.content.decode().split())


# --- The whole intake ---------------------------------------------------------------------------------------


def test_the_roster_of_an_intake_holds_everyone_the_ministry_may_see(abroad, second, browser):
    records = [make.nomination(abroad, S.ACCEPTED), make.nomination(second, S.SCREENING)]
    draft = make.nomination(second)
    page = browser("PPSDM_HEAD").get(of_intake(abroad))
    assert (page.status_code, page.context["counts"].seats) == (200, 8)
    assert {row.nomination.code for row in page.context["rows"]} == {r.code for r in records}
    assert draft.code not in text(page)


ROSTERS = [
    ("PPSDM_VER", 200),
    ("PPSDM_HEAD", 200),
    ("BIROKS_OFF", 200),
    ("BIROKS_HEAD", 200),
    ("AUDITOR", 200),
    ("DINAS_OP", 404),
    ("DINAS_HEAD", 404),
    ("NOMINEE", 404),
    ("PROV_VER", 404),
    ("EVAL", 404),
    ("LEGAL", 404),
    ("ADMIN", 404),
    ("PARTNER_OFF", 404),
    ("PARTNER_HEAD", 404),
]


@pytest.mark.parametrize(("role", "code"), ROSTERS)
def test_the_roster_of_an_intake_is_for_the_centre_and_for_the_partner_once_someone_was_forwarded(
    abroad, browser, role, code
):
    make.nomination(abroad, S.SHORTLISTED)
    assert browser(role).get(of_intake(abroad)).status_code == code


def test_the_partner_reads_those_who_were_forwarded_and_nobody_else(abroad, second, browser, koica_liaison):
    known = make.nomination(abroad, S.FORWARDED)
    hidden = make.nomination(second, S.SHORTLISTED)
    page = browser("PARTNER_OFF").get(of_intake(abroad))
    assert [row.nomination.code for row in page.context["rows"]] == [known.code]
    assert known.person.name in text(page) and hidden.person.name not in text(page) and "NIP" not in text(page)
    assert browser(koica_liaison).get(of_intake(abroad)).status_code == 404


@pytest.mark.parametrize("rest", ["0/", "9/", "99999999999/", "x/"])
def test_what_is_no_intake_is_not_found(abroad, browser, rest):
    assert browser("PPSDM_VER").get(f"/en/peserta/angkatan/{abroad.program.code}/{rest}").status_code == 404
    assert browser("PPSDM_VER").get("/en/peserta/angkatan/%00/1/").status_code == 404


def test_reading_a_roster_is_logged_without_a_name(abroad, browser):
    record = make.nomination(abroad, S.ACCEPTED)
    browser("PPSDM_VER").get(of_intake(abroad))
    entry = LogEntry.objects.get(action="read")
    assert (entry.flow, entry.record_code) == ("programs.program", abroad.program.code)
    assert entry.data == {"nominations": 1, "intake": 1}
    assert record.person.name not in str(entry.data) + entry.comment


def test_each_intake_of_a_programme_is_read_by_itself(abroad, bali, jica, browser):
    other = Intake.objects.get(pk=abroad.intake_id)
    other.pk, other.number, other.seats_taken = None, 2, 0
    other.save()
    of = proposal(open_need(bali), abroad.program, "ACCEPTED", seats_requested=3, seats_allotted=3, intake=other)
    make.nomination(abroad, S.ACCEPTED), make.nomination(of, S.ACCEPTED)
    for seats in (abroad, of, abroad):
        assert browser("PPSDM_VER").get(of_intake(seats)).status_code == 200
    assert [e.data["intake"] for e in LogEntry.objects.filter(action="read").order_by("seq")] == [1, 2]


@pytest.mark.parametrize("address", [of_intake, of_proposal])
@pytest.mark.parametrize("role", ["PPSDM_VER", "PPSDM_HEAD", "BIROKS_OFF", "PARTNER_OFF"])
def test_a_roster_costs_as_much_for_thirty_people_as_for_one(aceh, jica, browser, role, address):
    of = make.seats(aceh, jica, people=40)
    client = browser(role)

    def add(state):
        make.present(make.nomination(of, state), 4, 5)

    add(S.ATTENDING)
    client.get(address(of))
    with CaptureQueriesContext(connection) as one:
        assert client.get(address(of)).status_code == 200
    for n in range(29):
        add([S.ATTENDING, S.CLEARANCE, S.FORWARDED, S.READY][n % 4])
    with CaptureQueriesContext(connection) as thirty:
        assert client.get(address(of)).status_code == 200
    assert len(thirty) == len(one)


# --- What it says -------------------------------------------------------------------------------------------


def balance(women=0, men=0, java=0, outside=0, asked=None):
    return Balance(women=women, men=men, java=java, outside_java=outside, asked_outside_java=asked)


@pytest.mark.parametrize(
    ("found", "met", "missing"),
    [
        (balance(men=10, java=7, outside=3, asked=34), False, 1),  # 4 of 11 are 36 %
        (balance(men=3, java=2, outside=1, asked=34), False, 1),
        (balance(men=3, java=2, outside=1, asked=33), True, 0),
        (balance(men=4, java=4, asked=50), False, 4),
        (balance(men=4, java=4), None, 0),
        (balance(asked=50), None, 0),
    ],
)
def test_the_balance_is_held_against_what_the_partner_asks(found, met, missing):
    assert (found.is_met, found.missing_outside_java) == (met, missing)


def test_the_balance_counts_sex_and_provinces_of_the_whole_intake(abroad, second, browser):
    make.nomination(abroad, S.ACCEPTED, who=make.person(abroad.line.need.office, sex="F"))
    make.nomination(abroad, S.ACCEPTED, who=make.person(abroad.line.need.office, sex="M"))
    make.nomination(second, S.ACCEPTED, who=make.person(second.line.need.office, sex="M"))
    make.nomination(second, S.RESERVE)
    found = browser("PPSDM_HEAD").get(of_intake(abroad)).context["balance"]
    assert (found.women, found.men, found.share_women, found.java, found.outside_java) == (1, 2, 33, 0, 3)
    assert found.provinces == {"11": 2, "51": 1}


def test_reserves_stand_in_their_order_and_the_first_can_be_promoted_once_a_seat_is_free(aceh, jica, browser):
    of = make.seats(aceh, jica, people=1)
    holder = make.nomination(of, S.ACCEPTED)
    later = make.nomination(of, S.RESERVE, place_in_order=2)
    first = make.nomination(of, S.RESERVE, place_in_order=1)
    page = browser("PPSDM_HEAD").get(of_proposal(of))
    assert [row.nomination.code for row in page.context["reserves"]] == [first.code, later.code]
    assert "promote_reserve" not in text(page)
    browser("PPSDM_HEAD").post(
        f"/en/peserta/calon/{holder.code}/replace/",
        {"consent": "Surel JICA 2 Februari", "reason": "Sakit berkepanjangan.", "version": holder.version},
    )
    assert f"/en/peserta/calon/{first.code}/promote_reserve/" in text(browser("PPSDM_HEAD").get(of_proposal(of)))
    assert "promote_reserve" not in text(browser("PPSDM_VER").get(of_proposal(of)))


def test_departure_below_45_days_is_red_on_roster_list_and_home(abroad, browser):
    make.begins(abroad, 30)
    make.nomination(abroad, S.CLEARANCE)
    warning = "Permits open, 30 days left"
    for address in (of_proposal(abroad), of_intake(abroad), "/en/peserta/", "/en/beranda/"):
        page = text(browser("BIROKS_OFF").get(address))
        assert warning in page and 'sg-tag-red"' in page, address
    assert warning not in text(browser("PARTNER_OFF").get(of_proposal(abroad)))
    assert "1 person leaves in fewer than 45 days with permits still open" in text(
        browser("PPSDM_VER").get(of_proposal(abroad))
    )


def test_a_roster_without_people_says_so(abroad, browser):
    assert "Nobody to show here yet" in text(browser("PPSDM_VER").get(of_proposal(abroad)))
    assert "Nobody to show here yet" in text(browser("PPSDM_VER").get(of_intake(abroad)))


# --- Many people at once ------------------------------------------------------------------------------------


def ticked(*records, **more) -> dict:
    found = {}
    for record in records:
        found |= {f"row-{record.code}": "on", f"version-{record.code}": record.version}
    return found | more


def status(record) -> str:
    return Nomination.objects.get(pk=record.pk).status


def test_screening_begins_for_everyone_ticked(abroad, second, browser):
    records = [make.nomination(abroad, S.ORG_ENDORSED), make.nomination(second, S.ORG_ENDORSED)]
    left = make.nomination(abroad, S.ORG_ENDORSED)
    url = of_intake(abroad, "bersama/screen/")
    page = browser("PPSDM_VER").get(url)
    assert (page.status_code, len(page.context["rows"])) == (200, 3)
    done = browser("PPSDM_VER").post(url, ticked(*records, papers_read="on"))
    assert (done.status_code, done.url) == (302, of_intake(abroad))
    assert [status(r) for r in (*records, left)] == [S.SCREENING, S.SCREENING, S.ORG_ENDORSED]
    assert LogEntry.objects.filter(action="screen").count() == 2


def test_what_cannot_be_done_is_told_and_the_others_are_done(abroad, browser):
    make.begins(abroad, -10)
    good, absent = make.nomination(abroad, S.ATTENDING), make.nomination(abroad, S.ATTENDING)
    make.present(good, 4, 5)
    make.present(absent, 3, 5)
    url = of_proposal(abroad, "bersama/complete/")
    numbers = {f"number-{good.code}": "0001/SERT/2026", f"number-{absent.code}": "0002/SERT/2026"}
    data = ticked(good, absent, lesson_hours="80", **numbers)
    response = browser("PPSDM_VER").post(url, data)
    page = text(response)
    assert response.status_code == 409
    assert "1 person could not be recorded" in page and "1 person was recorded" in page
    assert f"({absent.code}): Present on 60% of the days; 80% are needed." in page
    assert [status(r) for r in (good, absent)] == [S.COMPLETED, S.ATTENDING]
    kept = response.context["form"]
    assert [row["nomination"] for row in kept.rows()] == [absent]
    assert (kept[f"number-{absent.code}"].value(), kept["lesson_hours"].value()) == ("0002/SERT/2026", "80")


def test_the_form_says_before_who_is_not_ready_and_proposes_the_next_numbers(abroad, browser, ppsdm_verifier):
    make.begins(abroad, -10)
    good, absent, unmarked = (make.nomination(abroad, S.ATTENDING) for _n in range(3))
    make.present(good, 5, 5)
    make.present(absent, 1, 5)
    year = timezone.localdate().year
    CertificateNumber.objects.create(number=f"0041/SERT/{year}", nomination=unmarked, year=year, serial=41)
    form = browser("PPSDM_VER").get(of_proposal(abroad, "bersama/complete/")).context["form"]
    rows = {row["nomination"].code: row for row in form.rows()}
    assert {code: (row["tick"].value(), row["number"].value()) for code, row in rows.items()} == {
        good.code: (True, f"0042/SERT/{year}"),
        absent.code: (False, ""),
        unmarked.code: (False, ""),
    }
    assert rows[absent.code]["hint"] == "Present on 20% of the days; 80% are needed."


def test_lesson_hours_beside_a_person_go_before_those_for_everyone(abroad, browser):
    make.begins(abroad, -10)
    records = [make.nomination(abroad, S.ATTENDING) for _n in range(2)]
    data = ticked(*records, lesson_hours="80")
    for n, record in enumerate(records, 1):
        make.present(record, 5, 5)
        data[f"number-{record.code}"] = f"000{n}/SERT/2026"
    data[f"hours-{records[1].code}"] = "64"
    assert browser("PPSDM_VER").post(of_proposal(abroad, "bersama/complete/"), data).status_code == 302
    found = Nomination.objects.order_by("pk").values_list("certificate_number", "lesson_hours")
    assert list(found) == [("0001/SERT/2026", 80), ("0002/SERT/2026", 64)]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({}, "give the number of the certificate"),
        ({"number-A": "1/X", "number-B": "1/x", "lesson_hours": "80"}, "has the same number as"),
        ({"number-A": "1/X", "number-B": "2/X"}, "Give the lesson hours"),
        ({"number-A": "1/X", "number-B": "2/X", "lesson_hours": "99999999999999"}, "3000"),
        ({"number-A": "9" * 61, "number-B": "2/X", "lesson_hours": "80"}, "at most 60 characters"),
    ],
)
def test_what_is_missing_or_wrong_gets_a_sentence_and_writes_nothing(abroad, browser, more, sentence):
    make.begins(abroad, -10)
    first, other = make.nomination(abroad, S.ATTENDING), make.nomination(abroad, S.ATTENDING)
    make.present(first, 5, 5)
    make.present(other, 5, 5)
    codes = {"number-A": f"number-{first.code}", "number-B": f"number-{other.code}"}
    data = ticked(first, other) | {codes.get(k, k): v for k, v in more.items()}
    response = browser("PPSDM_VER").post(of_proposal(abroad, "bersama/complete/"), data)
    assert (response.status_code, sentence in text(response)) == (400, True)
    assert [status(r) for r in (first, other)] == [S.ATTENDING, S.ATTENDING]


def test_more_people_than_a_form_holds_are_done_page_by_page(aceh, jica, browser):
    of = make.seats(aceh, jica, people=150)
    make.begins(of, -10)
    records = [make.nomination(of, S.ATTENDING) for _n in range(130)]
    url = of_proposal(of, "bersama/complete/")
    pages = [browser("PPSDM_VER").get(url, {"page": page}).context["form"] for page in ("1", "2")]
    assert sum(len(form.nominations) for form in pages) == 130 and max(len(form.fields) for form in pages) < 900
    last = pages[1].nominations[-1]
    make.present(last, 5, 5)
    data = ticked(last, lesson_hours="80") | {f"number-{last.code}": "0001/SERT/2026"}
    # Somebody was faster with others: who was ticked has slipped to the first page and is still done.
    Nomination.objects.filter(pk__in=[r.pk for r in records[:100] if r.pk != last.pk]).update(status=S.COMPLETED)
    assert browser("PPSDM_VER").post(f"{url}?page=2", data).status_code == 302
    assert status(last) == S.COMPLETED


def test_nobody_ticked_is_said_and_papers_must_be_confirmed(abroad, browser):
    record = make.nomination(abroad, S.ORG_ENDORSED)
    url = of_proposal(abroad, "bersama/screen/")
    nobody = browser("PPSDM_VER").post(url, {"papers_read": "on"})
    assert (nobody.status_code, "Tick at least one person." in text(nobody)) == (400, True)
    unread = browser("PPSDM_VER").post(url, ticked(record))
    assert (unread.status_code, "Confirm that the papers were checked." in text(unread)) == (400, True)
    assert status(record) == S.ORG_ENDORSED


def test_whoever_changed_since_the_page_was_opened_is_told_and_decided_on_anew(abroad, browser):
    record = make.nomination(abroad, S.ORG_ENDORSED)
    data = ticked(record, papers_read="on")
    Nomination.objects.filter(pk=record.pk).update(version=record.version + 1)
    url = of_proposal(abroad, "bersama/screen/")
    response = browser("PPSDM_VER").post(url, data)
    assert response.status_code == 409 and f"{record.code} has changed since" in text(response)
    assert browser("PPSDM_VER").post(url, response.context["form"].data).status_code == 302
    assert status(record) == S.SCREENING


def test_whoever_was_moved_on_by_somebody_else_is_told(abroad, browser):
    moved, other = make.nomination(abroad, S.SCREENING), make.nomination(abroad, S.ORG_ENDORSED)
    url = of_proposal(abroad, "bersama/screen/")
    response = browser("PPSDM_VER").post(url, ticked(moved, other, papers_read="on"))
    assert response.status_code == 409 and f"{moved.code} has changed since" in text(response)
    assert status(other) == S.SCREENING
    alone = browser("PPSDM_VER").post(url, ticked(moved, papers_read="on"))
    assert alone.status_code == 409


def test_one_does_not_act_on_oneself_among_many(abroad, browser, cast):
    own = make.nomination(abroad, S.ORG_ENDORSED, who=make.person(abroad.line.need.office, account=cast["PPSDM_VER"]))
    response = browser("PPSDM_VER").post(of_proposal(abroad, "bersama/screen/"), ticked(own, papers_read="on"))
    assert (response.status_code, status(own)) == (409, S.ORG_ENDORSED)
    assert "This is your own nomination." in text(response)


@pytest.mark.parametrize(
    ("role", "act", "code"),
    [
        ("PPSDM_VER", "screen", 200),
        ("PPSDM_VER", "start", 200),
        ("PPSDM_VER", "complete", 200),
        ("PPSDM_VER", "shortlist", 404),
        ("PPSDM_VER", "reverse_completion", 404),
        ("PPSDM_HEAD", "complete", 403),
        ("BIROKS_OFF", "start", 403),
        ("DINAS_OP", "screen", 403),
        ("PARTNER_OFF", "complete", 403),
        ("EVAL", "complete", 404),
        ("NOMINEE", "complete", 404),
    ],
)
def test_many_at_once_is_for_ppsdm_and_for_three_acts(abroad, browser, role, act, code):
    make.nomination(abroad, S.ATTENDING)
    assert browser(role).get(of_proposal(abroad, f"bersama/{act}/")).status_code == code


def test_attendance_begins_for_many(abroad, browser):
    make.begins(abroad, 0)
    records = [make.nomination(abroad, S.READY) for _n in range(3)]
    assert browser("PPSDM_VER").post(of_intake(abroad, "bersama/start/"), ticked(*records)).status_code == 302
    assert [status(r) for r in records] == [S.ATTENDING] * 3


def test_the_form_for_many_costs_as_much_for_ten_people_as_for_one(aceh, jica, browser):
    of = make.seats(aceh, jica, people=20)
    make.begins(of, -10)
    client, url = browser("PPSDM_VER"), of_proposal(of, "bersama/complete/")
    make.present(make.nomination(of, S.ATTENDING), 4, 5)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for _n in range(9):
        make.present(make.nomination(of, S.ATTENDING), 4, 5)
    with CaptureQueriesContext(connection) as ten:
        client.get(url)
    assert len(ten) == len(one)


# --- Numbers ------------------------------------------------------------------------------------------------


def test_numbers_follow_the_pattern_and_start_anew_each_year(abroad, settings):
    settings.CERTIFICATE_NUMBER = "SERT-{serial:03d}/PPSDM/{month}/{year}"
    record = make.nomination(abroad, S.COMPLETED)
    CertificateNumber.objects.create(number="SERT-009/PPSDM/I/2026", nomination=record, year=2026, serial=9)
    assert next_numbers(2, dt.date(2026, 11, 25)) == ["SERT-010/PPSDM/XI/2026", "SERT-011/PPSDM/XI/2026"]
    assert next_numbers(1, dt.date(2027, 1, 4)) == ["SERT-001/PPSDM/I/2027"]
    assert serial_of("sert-012/ppsdm/XII/2026", 2026) == 12
    assert serial_of("SERT-012/PPSDM/XII/2025", 2026) is None and serial_of("B-12", 2026) is None


@pytest.mark.parametrize(
    "pattern", ["SERT", "{serial}", "{serial}/{serial}/{year}", "{serial:x}{year", "{serial}/{year}/{unit}"]
)
def test_a_pattern_without_a_place_for_number_and_year_stops_the_start(monkeypatch, pattern):
    monkeypatch.setenv("CERTIFICATE_NUMBER", pattern)
    with pytest.raises(ImproperlyConfigured):
        environment.pattern("CERTIFICATE_NUMBER", "", {"serial": 1, "year": 2026}, {"month": "I"})


def test_a_mistyped_number_does_not_end_the_series(abroad, ppsdm_head):
    year, record = timezone.localdate().year, make.nomination(abroad, S.ATTENDING)
    give_number(record, f"0041/SERT/{year}", ppsdm_head)
    give_number(record, f"999999999/SERT/{year}", ppsdm_head)  # a key that was held down
    assert next_numbers(1) == [f"0042/SERT/{year}"]
    give_number(record, f"0043/SERT/{year}", ppsdm_head)
    CertificateNumber.objects.filter(number__startswith="0043").update(serial=None)  # given before there was a series
    assert next_numbers(2) == [f"0042/SERT/{year}", f"0044/SERT/{year}"]


def test_the_database_knows_a_number_once_however_it_is_written(abroad):
    first, other = make.nomination(abroad, S.COMPLETED), make.nomination(abroad, S.COMPLETED)
    CertificateNumber.objects.create(number="0001/SERT/2026", nomination=first, year=2026, serial=1)
    with pytest.raises(IntegrityError):
        CertificateNumber.objects.create(number="0001/sert/2026", nomination=other, year=2026, serial=1)
