"""What only a partner's paper asks for: the page on which it is given, its rules, and what is kept how."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from participants.models import Background, CourseAnswers, OfficeDetails
from participants.partner_forms import asked_keys
from tests import factories
from tests import nomination_factories as make
from tests.participants import paper_facts as facts
from workflow.engine import log_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


@pytest.fixture
def of(aceh, jica):
    return facts.course(aceh, jica)


@pytest.fixture
def draft(of, nominee):
    return facts.chosen(of, nominee, status="DRAFT")


def url(nomination):
    return f"/en/peserta/calon/{nomination.code}/isi/mitra/"


def typed(nomination, **fields) -> dict:
    data = {
        "version": str(nomination.version),
        "preferred_name": "SITI AMINAH",
        "service_since": "2011",
        "duties": "Inspects workplaces.",
        "education_history-0-institution": "Universitas Syiah Kuala, Banda Aceh, Indonesia",
        "education_history-0-from_year": "2003",
        "education_history-0-to_year": "2008",
        "education_history-0-degree": "LL.B., law",
        "work_history-1-organisation": "Manpower Office",
        "work_history-1-post": "Mediator",
        "work_history-1-from_year": "2015",
        "english_test": "TOEFL_ITP",
        "english_score": "560",
        "english_test_on": "2026-03-12",
        "motivation": "I handle disputes every day.",
        "plan": "I will train six colleagues.",
        "issue": "Too few inspections lead to findings.",
        "report_title": "Labour inspection in Aceh",
        "accommodation": "A room without steps",
        "consent": "on",
        "office_en": "Manpower Office of Aceh Province",
        "office_address": "Jalan Contoh 1",
        "office_phone": "0651 000000",
        "office_duties": "Inspection, mediation.",
        "office_staff": "84",
    }
    return data | fields


def test_it_is_given_once_and_kept_where_it_belongs(browser, draft):
    response = browser("DINAS_OP").post(url(draft), typed(draft))
    assert (response.status_code, response.url) == (302, f"/en/peserta/calon/{draft.code}/surat/")
    kept = Background.objects.get(person=draft.person)
    assert (kept.preferred_name, kept.service_since, kept.english_score) == ("SITI AMINAH", 2011, "560")
    assert kept.education_history == [
        {
            "institution": "Universitas Syiah Kuala, Banda Aceh, Indonesia",
            "from_year": "2003",
            "to_year": "2008",
            "degree": "LL.B., law",
        }
    ]
    assert kept.work_history == [
        {"organisation": "Manpower Office", "post": "Mediator", "from_year": "2015", "to_year": ""}
    ]
    answers, office = CourseAnswers.objects.get(), OfficeDetails.objects.get()
    assert (answers.report_title, office.staff, office.office_id) == (
        "Labour inspection in Aceh",
        84,
        draft.office.pk,
    )
    assert browser("DINAS_OP").get(url(draft)).context["form"]["education_history-0-degree"].value() == "LL.B., law"


def test_the_log_names_fields_and_hides_that_there_is_a_request(browser, draft):
    browser("DINAS_OP").post(url(draft), typed(draft))
    [entry] = log_of(draft).filter(action="change")
    assert entry.data == {
        "fields": [
            "background", "duties", "education_history", "english_score", "english_test", "english_test_on", "issue",
            "motivation", "office_address", "office_duties", "office_name_en", "office_phone", "office_staff", "plan",
            "preferred_name", "report_title", "service_since", "work_history",
        ]
    }  # fmt: skip


def test_saving_the_same_again_changes_and_logs_nothing(browser, draft):
    browser("DINAS_OP").post(url(draft), typed(draft))
    draft.refresh_from_db()
    sealed = Background.objects.get().accommodation_sealed
    assert browser("DINAS_OP").post(url(draft), typed(draft)).status_code == 302
    assert log_of(draft).filter(action="change").count() == 1
    assert Background.objects.get().accommodation_sealed == sealed


def test_the_accommodation_request_is_nowhere_in_the_database(browser, draft):
    browser("DINAS_OP").post(url(draft), typed(draft))
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(b)::text FROM participants_background b")
        [(row,)] = cursor.fetchall()
    assert "without steps" not in row
    kept = Background.objects.get()
    assert (kept.accommodation, kept.accommodation_consent_on) == ("A room without steps", dt.date.today())


def test_a_request_without_consent_is_refused_and_what_was_typed_stays(browser, draft):
    response = browser("DINAS_OP").post(url(draft), typed(draft, consent=""))
    assert response.status_code == 400 and not Background.objects.exists()
    page = response.content.decode()
    assert "Ask the person. Without consent the request is not kept." in page and "A room without steps" in page


def test_emptying_the_request_deletes_it_with_its_consent(browser, draft):
    browser("DINAS_OP").post(url(draft), typed(draft))
    draft.refresh_from_db()
    browser("NOMINEE").post(url(draft), typed(draft, accommodation="", consent="on"))
    kept = Background.objects.get()
    assert (kept.accommodation_sealed, kept.accommodation_consent_on) == ("", None)


def test_the_database_refuses_a_request_without_consent(draft):
    background = Background(person=draft.person)
    background.hold_accommodation("A room", None)
    with pytest.raises(IntegrityError), transaction.atomic():
        background.save()


def test_a_request_whose_key_is_gone_is_not_shown(draft, settings):
    background = Background(person=draft.person)
    background.hold_accommodation("A room", dt.date(2026, 1, 1))
    settings.PERSONAL_DATA_KEYS = ["a key that never sealed anything, long enough"]
    assert background.accommodation == ""


# --- Only what the paper needs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("partner", "scheme", "absent"),
    [
        ("JICA", "JICA_YL", {"issue", "office_duties", "office_staff", "office_address", "office_phone"}),
        ("KOICA", "KOICA_CIAT_GLOB", {"issue", "report_title", "office_duties", "office_staff"}),
        ("ILO", "ILO_ITC_OPEN", {"issue", "report_title", "plan", "service_since", "english_test", "english_score"}),
    ],
)
def test_only_what_the_partners_paper_needs_is_asked(browser, aceh, partner, scheme, absent):
    of = facts.course(aceh, factories.organisation(partner, "PARTNER"), scheme)
    form = browser("DINAS_OP").get(url(make.nomination(of))).context["form"]
    assert absent & set(form.fields) == set() and "preferred_name" in form.fields
    asked = {name.split("-")[0] for name in form.fields} - {"version", "consent", "english_score", "english_test_on"}
    assert asked <= asked_keys(form_paper(partner), {"part_a"})


def form_paper(partner: str):
    from participants.partner_forms import PAPERS

    return next(paper for paper in PAPERS.values() if paper.partner == partner)


def test_what_may_be_left_out_says_so(browser, draft):
    form = browser("DINAS_OP").get(url(draft)).context["form"]
    assert form.fields["report_title"].label == "Title of the job or country report (optional)"
    assert form.fields["motivation"].label == "Why this course serves my duties"


def test_a_nominee_does_not_present_the_office(browser, draft):
    form = browser("NOMINEE").get(url(draft)).context["form"]
    assert not {name for name in form.fields if name.startswith("office_")}
    browser("NOMINEE").post(url(draft), typed(draft))
    assert not OfficeDetails.objects.exists() and Background.objects.exists()


def test_the_two_pages_of_the_form_lead_to_each_other(browser, draft):
    for rest in ("isi/", "isi/mitra/"):
        parts = browser("DINAS_OP").get(f"/en/peserta/calon/{draft.code}/{rest}").context["parts"]
        assert [part["label"] for part in parts] == ["The person", "What JICA asks for"]


# --- Who and when -------------------------------------------------------------------------------------------


OPEN_TO = """
DRAFT        DINAS_OP NOMINEE
SUBMITTED
ORG_ENDORSED
SCREENING
RETURNED     DINAS_OP NOMINEE
SHORTLISTED  DINAS_OP NOMINEE
RESERVE      DINAS_OP NOMINEE
FORWARDED
ACCEPTED
CLEARANCE
COMPLETED
CLOSED
WITHDRAWN
"""


@pytest.mark.parametrize("line", OPEN_TO.split("\n")[1:-1])
def test_office_and_nominee_fill_it_in_while_nobody_decides_on_it(browser, cast, of, nominee, line):
    state, *expected = line.split()
    record = facts.chosen(of, nominee, status=state)
    found = []
    for role in cast:
        client = browser(role)
        statuses = {
            client.get(url(record)).status_code,
            client.post(url(record), typed(record, version="")).status_code,
        }
        if statuses <= {200, 302}:
            found.append(role)
        else:
            assert statuses <= {403, 404}, (role, statuses)
    assert sorted(found) == sorted(expected)


def test_another_office_finds_no_such_page(browser, draft, outsiders):
    for user in outsiders:
        assert browser(user).get(url(draft)).status_code == 404


def test_what_a_partner_works_with_is_not_changed_through_a_second_nomination(browser, aceh, of, koica):
    first = facts.chosen(of, status="FORWARDED")
    facts.tell(first)
    second = make.nomination(facts.course(aceh, koica, "KOICA_CIAT_GLOB"), who=first.person)
    response = browser("DINAS_OP").post(url(second), typed(second, preferred_name="OTHER NAME"))
    assert response.status_code == 409
    assert Background.objects.get().preferred_name == "SITI AMINAH NURHAYATI"


def test_who_comes_second_is_told(browser, draft):
    sent = typed(draft)
    browser("DINAS_OP").post(url(draft), sent)
    response = browser("NOMINEE").post(url(draft), typed(draft, preferred_name="OTHER"))
    assert response.status_code == 409 and Background.objects.get().preferred_name == "SITI AMINAH"


def test_reading_it_is_written_down_unless_it_is_ones_own(browser, draft, cast):
    for role in ("DINAS_OP", "NOMINEE"):
        assert "no-store" in browser(role).get(url(draft))["Cache-Control"]
    assert [entry.actor for entry in log_of(draft).filter(action="read")] == [cast["DINAS_OP"]]


# --- Hostile and careless input -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "where", "sentence"),
    [
        ({"education_history-0-degree": ""}, "education_history-0-degree", "Fill this in, or empty the whole row."),
        ({"education_history-0-to_year": "1999"}, "education_history-0-to_year",
         "The end lies before the beginning. Check both years."),
        ({"education_history-0-from_year": "199"}, "education_history-0-from_year",
         "Give the year in four digits, for example 2015."),
        ({"education_history-0-from_year": "٢٠٠٣"}, "education_history-0-from_year",
         "Give the year in four digits, for example 2015."),
        ({"visits-0-country": "Japan", "visits-0-year": "2999"}, "visits-0-year",
         "Give the year in four digits, for example 2015."),
        ({"english_test": ""}, "english_test", "Choose the test this score belongs to."),
        ({"english_score": ""}, "english_score", "Give the score of the test."),
        ({"english_test_on": "2099-01-01"}, "english_test_on", "The date lies in the future. Check it."),
        ({"duties": "My NIP is 99999999 999999 9 421."}, "duties",
         "Remove the long number: staff, identity and passport numbers are never written into the record."),
        ({"work_history-1-post": "3171 0145 0585 0001"}, "work_history-1-post",
         "Remove the long number: staff, identity and passport numbers are never written into the record."),
    ],
)  # fmt: skip
def test_a_slip_gets_a_sentence_and_keeps_what_was_typed(browser, draft, fields, where, sentence):
    response = browser("DINAS_OP").post(url(draft), typed(draft, **fields))
    form = response.context["form"]
    assert (response.status_code, form.errors[where]) == (400, [sentence])
    assert form["motivation"].value() == "I handle disputes every day." and not Background.objects.exists()


def test_more_rows_than_are_kept_are_not_read(browser, draft):
    rows = {
        f"visits-{n}-{key}": value for n in range(40) for key, value in (("country", f"Land {n}"), ("year", "2019"))
    }
    assert browser("DINAS_OP").post(url(draft), typed(draft, **rows)).status_code == 302
    assert len(Background.objects.get().visits) == 8


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "=1+1", "سيتي أمينة", "A" * 5000, "Siti\x00Aminah"])
def test_hostile_text_is_text_or_a_sentence(browser, draft, text):
    response = browser("DINAS_OP").post(url(draft), typed(draft, duties=text))
    assert response.status_code in {302, 400}
    page = browser("DINAS_OP").get(url(draft)).content.decode()
    assert "<script>alert(1)" not in page
