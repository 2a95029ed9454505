"""The pages of rosters in a real browser: no barrier, narrow enough, usable by keyboard and without a script."""

from __future__ import annotations

import pytest

from participants.models import AttendanceMark, Nomination, NominationStatus
from participants.rules.training_days import days_of_training
from tests import nomination_factories as make
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
S = NominationStatus
DESK = (1366, 900)


@pytest.fixture
def held(aceh, jica):
    """A training that ended yesterday: five people attend, one completed, two wait for screening."""
    of = make.seats(aceh, jica, people=8)
    make.begins(of, -10, length=10)
    for n in range(1, 6):
        make.present(make.nomination(of, S.ATTENDING, place_in_order=n), 10 - n, 10)
    make.nomination(of, S.COMPLETED, certificate_number="0001/SERT/2026", lesson_hours=80)
    for _n in range(2):
        make.nomination(of, S.ORG_ENDORSED)
    return of


@pytest.fixture
def ahead(aceh, jica):
    """A training in 30 days: one seat with permits under way, one replaced, two reserves."""
    of = make.seats(aceh, jica, people=2, share_outside_java=60)
    make.begins(of, 30)
    left = make.nomination(of, S.REPLACED)
    make.nomination(of, S.CLEARANCE, takes_place_of=left)
    for place in (1, 2):
        make.nomination(of, S.RESERVE, place_in_order=place)
    return of


def pages_of(held, ahead) -> dict[str, list[str]]:
    """Role -> addresses."""
    whole = [f"/peserta/angkatan/{of.program.code}/{of.intake.number}/" for of in (held, ahead)]
    attending = held.nominations.filter(status=S.ATTENDING).first()
    completed = held.nominations.get(status=S.COMPLETED)
    permits = ahead.nominations.get(status=S.CLEARANCE)
    return {
        "PPSDM_VER": [
            "/peserta/",
            f"/peserta/{held.code}/",
            *whole,
            f"/peserta/{held.code}/bersama/screen/",
            f"/peserta/{held.code}/bersama/start/",
            f"{whole[0]}bersama/complete/",
            f"/peserta/{held.code}/kehadiran/?pekan=1",
            f"{whole[0]}kehadiran/",
            f"/peserta/{held.code}/hari/?pekan=1",
            f"/peserta/calon/{attending.code}/kehadiran/",
        ],
        "PPSDM_HEAD": [
            f"/peserta/{ahead.code}/",
            f"/peserta/calon/{completed.code}/",
            f"/peserta/calon/{completed.code}/sertifikat/perbaiki/",
            f"/peserta/calon/{completed.code}/reverse_completion/",
        ],
        "BIROKS_OFF": ["/", f"/peserta/calon/{permits.code}/", f"/peserta/calon/{permits.code}/izin/"],
        "PARTNER_OFF": [f"/peserta/{held.code}/", whole[0]],
    }


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_page_has_a_barrier_or_scrolls_sideways(
    chromium_page, axe, held, ahead, ppsdm_verifier, ppsdm_head, biroks_officer, jica_liaison, size
):
    users = dict(PPSDM_VER=ppsdm_verifier, PPSDM_HEAD=ppsdm_head, BIROKS_OFF=biroks_officer, PARTNER_OFF=jica_liaison)
    wrong = {}
    for role, paths in pages_of(held, ahead).items():
        page = chromium_page(users[role], size=size)
        for path in paths:
            response = page.goto(path)
            found = axe(page)
            if response.status != 200:
                found.append(f"status {response.status}")
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append("scrolls sideways")
            if found:
                wrong[f"{role} {path}"] = found
    assert wrong == {}


def test_a_week_is_entered_by_keyboard_and_without_a_script(chromium_page, held, ppsdm_verifier):
    day = days_of_training(held)[0]
    first = held.nominations.filter(status=S.ATTENDING).order_by("place_in_order").first()
    page = chromium_page(ppsdm_verifier, size=PHONE, java_script_enabled=False, locale="en-GB")
    page.goto(f"/en/peserta/{held.code}/kehadiran/?pekan=1")
    cell = page.locator(f'select[name="mark-{first.code}-{day:%Y%m%d}"]')
    cell.focus()
    page.keyboard.type("Abs")
    page.locator(f'input[name="all-{day:%Y%m%d}"]').focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    page.get_by_text("The attendance of 5 people was saved.").wait_for()
    found = AttendanceMark.objects.filter(on=day).order_by("nomination_id").values_list("nomination", "mark")
    assert sorted(mark for _n, mark in found) == ["A", "P", "P", "P", "P"]
    assert (first.pk, "A") in found


def test_what_fails_among_many_is_read_at_the_head_of_the_page(chromium_page, axe, held, ppsdm_verifier):
    page = chromium_page(ppsdm_verifier, size=PHONE, locale="en-GB")
    page.goto(f"/en/peserta/{held.code}/bersama/complete/")
    people = list(held.nominations.filter(status=S.ATTENDING).order_by("place_in_order"))
    assert [page.locator(f'input[name="row-{n.code}"]').is_checked() for n in people] == [
        True,
        True,
        False,
        False,
        False,
    ]
    page.locator(f'input[name="row-{people[4].code}"]').check()
    page.locator(f'input[name="number-{people[4].code}"]').fill("9999/SERT/2026")
    page.get_by_label("Lesson hours credited (JP)").fill("80")
    page.get_by_role("button", name="Record completion").click()
    page.get_by_text("1 person could not be recorded").wait_for()
    assert page.get_by_text("Present on 50% of the days; 80% are needed.").first.is_visible()
    assert page.locator(".sg-errors").evaluate("box => box === document.activeElement") is True
    assert page.locator(f'input[name="number-{people[4].code}"]').input_value() == "9999/SERT/2026"
    assert axe(page) == []
    assert Nomination.objects.filter(proposal=held, status=S.COMPLETED).count() == 3
