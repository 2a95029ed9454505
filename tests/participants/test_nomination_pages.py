"""Pages of rosters and nominations through the browser's eyes: who gets what, what stays typed, how much it costs."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from participants.forms.people import check_number
from participants.models import Nomination, Person, TransferLog
from participants.models import NominationStatus as S
from programs.models import Intake
from tests import factories
from tests import nomination_factories as make
from tests.proposal_factories import open_need, proposal
from workflow.engine import log_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


@pytest.fixture(autouse=True)
def _sample_numbers(settings):
    settings.DEMO = True  # the pattern for examples is taken, nothing else


def typed(**fields) -> dict:
    """A complete form."""
    data = {
        "name": "Peserta Contoh 1",
        "nip": "99999999 999999 9 001",
        "sex": "F",
        "birth_year": "1985",
        "post": "MEDHI",
        "rank": "AHLI_MUDA",
        "employment_status": "PNS",
        "education": "S1_D4",
        "english": "B2",
        "years_in_post": "6",
        "relevance": "Menangani perselisihan hubungan industrial setiap hari.",
    }
    return data | fields


def text(response) -> str:
    return response.content.decode()


# --- Who gets what: typed by hand ---------------------------------------------------------------------------

ROSTER = """
DINAS_OP      200
DINAS_HEAD    200
PROV_VER      404
NOMINEE       404
PPSDM_VER     200
PPSDM_HEAD    200
DITJEN_REV    404
EVAL          404
BIROKS_OFF    200
BIROKS_HEAD   200
LEGAL         404
SEKJEN        404
PARTNER_OFF   200
PARTNER_HEAD  200
AUDITOR       200
ADMIN         404
"""


def test_who_opens_a_roster(abroad, cast, browser):
    expected = {role: int(status) for role, status in (row.split() for row in ROSTER.strip().splitlines())}
    found = {role: browser(role).get(f"/en/peserta/{abroad.code}/").status_code for role in cast}
    assert found == expected


PAGES = """
DRAFT       isi        NOMINEE 200 DINAS_OP 200 DINAS_HEAD 403 PPSDM_VER 404 PARTNER_OFF 404 AUDITOR 404
SUBMITTED   isi        NOMINEE 403 DINAS_OP 403 DINAS_HEAD 403 PPSDM_VER 404
RETURNED    isi        NOMINEE 200 DINAS_OP 200 DINAS_HEAD 403 PPSDM_VER 403
DRAFT       berkas     NOMINEE 200 DINAS_OP 200 DINAS_HEAD 403 PPSDM_VER 404
SUBMITTED   berkas     DINAS_OP 200 DINAS_HEAD 200 PPSDM_VER 404
SCREENING   nilai      PPSDM_VER 200 EVAL 200 DITJEN_REV 200 BIROKS_OFF 200 PPSDM_HEAD 403 DINAS_OP 403 AUDITOR 403
SHORTLISTED nilai      PPSDM_VER 403 EVAL 404
CLEARANCE   izin       NOMINEE 200 DINAS_OP 200 BIROKS_OFF 200 BIROKS_HEAD 403 PPSDM_VER 403 PARTNER_OFF 403 EVAL 404
READY       izin       NOMINEE 403 BIROKS_OFF 403
ATTENDING   kehadiran  PPSDM_VER 200 PPSDM_HEAD 403 DINAS_OP 403 PARTNER_OFF 403
READY       kehadiran  PPSDM_VER 403
ACCEPTED    data       NOMINEE 302 DINAS_OP 403 PPSDM_VER 403 AUDITOR 403 PARTNER_OFF 403
SCREENING   shortlist  PPSDM_HEAD 200 PPSDM_VER 403 AUDITOR 403 DINAS_HEAD 403 PARTNER_HEAD 404 LEGAL 404
SHORTLISTED forward    BIROKS_HEAD 200 BIROKS_OFF 403 PARTNER_OFF 404
FORWARDED   accept     PARTNER_OFF 200 BIROKS_OFF 200 PARTNER_HEAD 403
SHORTLISTED nothing    BIROKS_HEAD 404
SUBMITTED   call_up    DINAS_HEAD 403
"""


@pytest.mark.parametrize("row", PAGES.strip().splitlines())
def test_who_gets_which_page(abroad, cast, browser, row):
    state, page, *pairs = row.split()
    expected = dict(zip(pairs[::2], map(int, pairs[1::2]), strict=True))
    record = make.nomination(abroad, state, who=make.person(abroad.line.need.office, account=cast["NOMINEE"]))
    found = {role: browser(role).get(f"/en/peserta/calon/{record.code}/{page}/").status_code for role in expected}
    assert found == expected


def test_a_roster_without_seats_does_not_exist(aceh, jica, cast, browser):
    waiting = make.seats(aceh, jica, status="PARTNER_REVIEW", given=0)
    assert browser("DINAS_OP").get(f"/en/peserta/{waiting.code}/").status_code == 404
    assert browser("DINAS_OP").get(f"/en/peserta/{waiting.code}/usulkan/").status_code == 404


def test_only_the_office_itself_puts_people_forward(abroad, cast, browser, bali_operator):
    url = f"/en/peserta/{abroad.code}/usulkan/"
    found = {
        role: browser(role).get(url).status_code for role in ("DINAS_OP", "DINAS_HEAD", "PPSDM_VER", "PARTNER_OFF")
    }
    assert found == {"DINAS_OP": 200, "DINAS_HEAD": 403, "PPSDM_VER": 404, "PARTNER_OFF": 404}
    assert browser(bali_operator).get(url).status_code == 404


# --- Putting a person forward -------------------------------------------------------------------------------


def test_an_operator_puts_a_person_forward_and_the_head_endorses(abroad, cast, browser):
    operator = browser("DINAS_OP")
    made = operator.post(f"/en/peserta/{abroad.code}/usulkan/", typed())
    record = Nomination.objects.get()
    assert (made.status_code, made.url) == (302, f"/en/peserta/calon/{record.code}/")
    person = Person.objects.get()
    assert (person.name, person.sex, person.birth_year, person.post_id) == ("Peserta Contoh 1", "F", 1985, "MEDHI")
    for kind in ("CV", "LANGUAGE", "RELEASE"):
        url = f"/en/peserta/calon/{record.code}/berkas/"
        assert operator.post(url, {"kind": kind, "file": factories.pdf("CV Peserta Contoh.pdf")}).status_code == 302
    assert operator.post(f"{record.get_absolute_url()}submit/", {"notice_read": "on"}).status_code == 302
    answers = {"letter_number": "800/1", "letter_date": str(timezone.localdate()), "no_case": "on", "stay_years": "2"}
    assert browser("DINAS_HEAD").post(f"{record.get_absolute_url()}endorse/", answers).status_code == 302
    assert Nomination.objects.get().status == "ORG_ENDORSED"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"nip": "99999999 999999 9 01"}, "nip"),
        ({"nip": "99999999 999999 9 0a1"}, "nip"),
        ({"nip": "198503152010012007"}, "nip"),  # a demonstration takes no real number
        ({"nip": "١٩٨٥٠٣١٥٢٠١٠٠١٢٠٠٧"}, "nip"),
        ({"name": ""}, "name"),
        ({"sex": "X"}, "sex"),
        ({"birth_year": "85"}, "birth_year"),
        ({"post": "WASNAK9"}, "post"),
        ({"years_in_post": "30"}, "years_in_post"),
        ({"relevance": "kurang"}, "relevance"),
        ({"relevance": "NIP beliau 99999999 999999 9 001 dan seterusnya."}, "relevance"),
        ({"account": "999999"}, "account"),
    ],
)
def test_what_was_typed_stays_when_something_is_wrong(abroad, browser, fields, wrong):
    response = browser("DINAS_OP").post(f"/en/peserta/{abroad.code}/usulkan/", typed(**fields))
    assert response.status_code == 400
    assert list(response.context["form"].errors) == [wrong]
    page = text(response)
    assert f'value="{fields.get("years_in_post", "6")}"' in page and "B2" in page
    assert "Menangani perselisihan" in page or "relevance" in fields
    assert Nomination.objects.count() == Person.objects.count() == 0


REAL = """
198503152010012007 1985 F -
198503152010012007 1986 F year
198503152010011007 1985 F sex
198513152010012007 1985 F date
"""


def test_outside_a_demonstration_number_year_and_sex_agree(settings):
    settings.DEMO = False
    found = {
        row: check_number(number, int(year), sex)
        for row in REAL.strip().splitlines()
        for number, year, sex, _expected in [row.split()]
    }
    assert [bool(sentence) for sentence in found.values()] == [False, True, True, True]
    assert len(set(found.values())) == 4
    assert check_number(make.number(1), 1985, "F") != ""


def test_the_same_number_twice_in_one_office_is_one_person(abroad, aceh, jica, browser):
    other = make.seats(aceh, jica)
    operator = browser("DINAS_OP")
    assert operator.post(f"/en/peserta/{abroad.code}/usulkan/", typed()).status_code == 302
    assert operator.post(f"/en/peserta/{other.code}/usulkan/", typed(nip="999999999999999001")).status_code == 302
    assert (Person.objects.count(), Nomination.objects.count()) == (1, 2)
    again = operator.post(f"/en/peserta/{abroad.code}/usulkan/", typed())
    assert again.status_code == 409 and 'value="6"' in text(again)


def test_a_correction_keeps_the_number_when_the_field_stays_empty(abroad, cast, browser):
    record = make.nomination(abroad, who=make.person(abroad.line.need.office, 44))
    before = record.person.nip_hash
    url = f"/en/peserta/calon/{record.code}/isi/"
    response = browser("DINAS_OP").post(url, typed(nip="", name="Peserta Contoh 2", version=record.version))
    assert response.status_code == 302
    person = Person.objects.get()
    assert (person.name, person.nip_hash) == ("Peserta Contoh 2", before)
    entry = log_of(record).get(action="change")
    assert entry.data == {"fields": ["name"]}
    stale = browser("DINAS_OP").post(url, typed(nip="", name="Peserta Contoh 3", version=record.version))
    assert stale.status_code == 409 and "Peserta Contoh 3" in text(stale)


def test_a_number_of_somebody_else_in_the_office_is_refused(abroad, browser):
    make.person(abroad.line.need.office, 1)
    record = make.nomination(abroad, who=make.person(abroad.line.need.office, 2))
    url = f"/en/peserta/calon/{record.code}/isi/"
    assert browser("DINAS_OP").post(url, typed(version=record.version)).status_code == 409


# --- The roster ---------------------------------------------------------------------------------------------


def test_a_roster_says_for_each_person_what_is_not_met(aceh, jica, browser):
    of = make.seats(aceh, jica, min_years=5, employment_statuses=["PNS"])
    make.nomination(of, who=make.person(aceh, years_in_post=2, employment_status="PPPK"))
    make.nomination(of, who=make.person(aceh))
    page = text(browser("DINAS_OP").get(f"/en/peserta/{of.code}/"))
    assert page.count("At least 5 years in the post are required; the person has 2.") == 1
    assert page.count("Only for PNS; the person is PPPK.") == 1
    assert page.count("All met") == 1


def test_the_ministry_sees_counts_of_the_whole_intake_and_the_office_does_not(abroad, bali, jica, browser):
    Intake.objects.filter(pk=abroad.intake_id).update(seats=9)
    abroad.intake.refresh_from_db()
    need = open_need(bali)
    second = proposal(need, abroad.program, "ACCEPTED", seats_requested=2, seats_allotted=2, intake=abroad.intake)
    make.nomination(abroad, S.ACCEPTED, who=make.person(abroad.line.need.office, sex="F"))
    make.nomination(second, S.ACCEPTED, who=make.person(bali, sex="M"))
    balance = browser("PPSDM_HEAD").get(f"/en/peserta/{abroad.code}/").context["balance"]
    assert (balance.women, balance.men, balance.java, balance.outside_java) == (1, 1, 0, 2)
    assert browser("DINAS_HEAD").get(f"/en/peserta/{abroad.code}/").context["balance"] is None


def test_the_page_of_the_proposal_says_how_many_people_are_there(abroad, browser, cast):
    for state in (S.DRAFT, S.ACCEPTED, S.ACCEPTED, S.RESERVE, S.WITHDRAWN):
        make.nomination(abroad, state)
    page = text(browser("DINAS_OP").get(f"/en/usulan/{abroad.code}/"))
    assert "3 of 5" in page and "2 chosen, 1 in reserve" in page and f"/en/peserta/{abroad.code}/usulkan/" in page
    province = text(browser("PROV_VER").get(f"/en/usulan/{abroad.code}/"))
    assert "3 of 5" in province and "/peserta/" not in province
    partner = text(browser("PARTNER_OFF").get(f"/en/usulan/{abroad.code}/"))
    assert "2 of 5" in partner


# --- Steps --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "red"), [(30, True), (44, True), (45, False), (90, False)])
def test_permits_turn_red_under_45_days(abroad, browser, days, red):
    make.begins(abroad, days)
    record = make.nomination(abroad, S.CLEARANCE)
    page = text(browser("BIROKS_OFF").get(f"/en/peserta/calon/{record.code}/"))
    content = page.split("<main", 1)[1].split("</main>")[0]  # the frame holds the banner of an ended session
    assert ("sg-banner-red" in content) == red
    assert (f"{days} days to departure" in page) == red


def test_a_permit_is_ticked_off_with_its_day_and_nothing_else(abroad, browser):
    record = make.nomination(abroad, S.CLEARANCE)
    steps = list(record.clearance.all())
    url = f"/en/peserta/calon/{record.code}/izin/"
    data = {"departs_on": str(abroad.intake.starts), "version": record.version}
    data |= {f"state_{step.pk}": "OPEN" for step in steps}
    first = steps[0].pk
    without_day = browser("BIROKS_OFF").post(url, data | {f"state_{first}": "DONE"})
    assert without_day.status_code == 400
    ahead = str(timezone.localdate() + dt.timedelta(days=1))
    assert browser("BIROKS_OFF").post(url, data | {f"state_{first}": "DONE", f"on_{first}": ahead}).status_code == 400
    today = str(timezone.localdate())
    done = browser("BIROKS_OFF").post(url, data | {f"state_{first}": "DONE", f"on_{first}": today})
    assert done.status_code == 302
    assert list(record.clearance.filter(state="DONE").values_list("kind", "on")) == [("FORMS", timezone.localdate())]


def test_a_member_sees_their_own_sheet_and_the_head_sees_all(abroad, cast, browser):
    record = make.nomination(abroad, S.SCREENING)
    make.sheets(record, cast["PPSDM_VER"], cast["EVAL"], cast["DITJEN_REV"])
    found = {
        role: len(browser(role).get(f"/en/peserta/calon/{record.code}/").context["sheets"])
        for role in ("EVAL", "DITJEN_REV", "BIROKS_OFF", "PPSDM_HEAD", "AUDITOR", "DINAS_OP", "DINAS_HEAD")
    }
    assert found == {
        "EVAL": 1,
        "DITJEN_REV": 1,
        "BIROKS_OFF": 0,
        "PPSDM_HEAD": 3,
        "AUDITOR": 3,
        "DINAS_OP": 0,
        "DINAS_HEAD": 0,
    }


def test_a_score_sheet_is_handed_in(abroad, cast, browser):
    record = make.nomination(abroad, S.SCREENING)
    url = f"/en/peserta/calon/{record.code}/nilai/"
    assert browser("EVAL").post(url, {"relevance": "5"}).status_code == 400
    sheet = {"relevance": "5", "competence": "4", "language": "3", "plan": "4"}
    assert browser("EVAL").post(url, sheet).status_code == 302
    assert Nomination.objects.get().panel_size == 1
    assert browser("EVAL").post(url, sheet | {"related": "on"}).status_code == 302
    assert Nomination.objects.get().panel_size == 0


def test_a_forwarded_nomination_shows_to_whom_the_data_went(abroad, cast, browser):
    record = make.nomination(abroad, S.FORWARDED)
    TransferLog.objects.create(
        nomination=record,
        recipient=abroad.partner,
        fields=["name"],
        country="JP",
        basis="SAFEGUARDS",
        made_by=cast["BIROKS_HEAD"],
        at=timezone.now(),
    )
    page = text(browser("DINAS_OP").get(f"/en/peserta/calon/{record.code}/"))
    assert "JICA (JP)" in page and "Binding safeguards in the agreement" in page


# --- Homes, search, costs -----------------------------------------------------------------------------------


def test_the_home_of_whoever_has_the_turn_leads_to_the_nomination(abroad, cast, browser):
    record = make.nomination(abroad, S.SUBMITTED)
    assert f"/en/peserta/calon/{record.code}/" in text(browser("DINAS_HEAD").get("/en/beranda/"))
    assert f"/en/peserta/calon/{record.code}/" not in text(browser("PPSDM_VER").get("/en/beranda/"))
    assert record.code in text(browser("DINAS_HEAD").get("/en/tenggat/"))


def test_nobody_is_found_by_name(abroad, cast, browser):
    record = make.nomination(abroad, S.ACCEPTED, who=make.person(abroad.line.need.office, name="Peserta Contoh 77"))
    for role in ("DINAS_OP", "PPSDM_VER", "AUDITOR"):
        assert record.code not in text(browser(role).get("/en/cari/?q=Contoh+77"))
        assert record.code not in text(browser(role).get("/en/peserta/?q=Contoh+77"))
    assert record.code in text(browser("DINAS_OP").get(f"/en/peserta/?q={record.code}"))


def test_the_overview_names_codes_and_no_people(abroad, cast, browser):
    record = make.nomination(abroad, S.ACCEPTED)
    page = text(browser("PPSDM_VER").get("/en/peserta/"))
    assert record.code in page and record.person.name not in page


@pytest.mark.parametrize("language", ["", "/en"])
def test_every_page_exists_in_both_languages(abroad, cast, browser, language):
    record = make.nomination(abroad, S.CLEARANCE)
    for address in ("/peserta/", f"/peserta/{abroad.code}/", f"/peserta/calon/{record.code}/"):
        assert browser("DINAS_OP").get(f"{language}{address}").status_code == 200


@pytest.mark.parametrize("role", ["DINAS_OP", "PPSDM_HEAD", "PARTNER_OFF"])
@pytest.mark.parametrize("page", ["", "roster"])
def test_thirty_people_cost_as_many_queries_as_one(aceh, jica, cast, browser, role, page):
    of = make.seats(aceh, jica, people=40)
    address = f"/en/peserta/{of.code}/" if page else "/en/peserta/"
    client = browser(role)
    make.nomination(of, S.ACCEPTED)
    client.get(address)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(address).status_code == 200
        return len(found)

    one = cost()
    for state in [S.ACCEPTED, S.SCREENING, S.DRAFT] * 10:
        make.nomination(of, state)
    assert cost() == one
