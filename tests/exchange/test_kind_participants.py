"""People for the seats of a proposal from a workbook: drafts, with nothing about a person outside their own rows."""

from __future__ import annotations

import io
import json

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from exchange.kinds.participants import Participants
from exchange.models import Job, JobItem
from exchange.services import jobs, jobs_upkeep
from participants import sealing
from participants.models import Nomination, Person
from tests import nomination_factories as make
from tests.exchange.filled import agreed, book, carried_out, judged, ordered, told
from tests.participants.conftest import vocabulary  # noqa: F401 - a fixture
from workflow.engine import log_of
from workflow.models import LogEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
KIND = Participants()
SECRETS = ("Siti Rahma", "Budi Santoso", "999999999999999701", "999999999999999702", "Menangani perselisihan", "1985")


@pytest.fixture(autouse=True)
def _english(settings):
    settings.DEMO = True  # the pattern for examples is taken, nothing else
    translation.activate("en")


@pytest.fixture
def seats(aceh, jica):
    return make.seats(aceh, jica, people=2)


@pytest.fixture
def options(seats):
    return {"proposal": seats.code}


def row(**fields) -> dict:
    """A complete row."""
    return {
        "name": "Siti Rahma",
        "nip": "99999999 999999 9 701",
        "sex": "P",
        "birth_year": 1985,
        "post": "MEDHI",
        "rank": "AHLI_MUDA",
        "employment_status": "PNS",
        "education": "S1_D4",
        "english": "B2",
        "years_in_post": 6,
        "last_abroad_year": None,
        "account": None,
        "relevance": "Menangani perselisihan hubungan industrial setiap hari.",
        **fields,
    }


SECOND = {"name": "Budi Santoso", "nip": "999999999999999702", "sex": "L"}


def test_an_operator_brings_in_drafts_and_submits_nobody(aceh, aceh_province_operator, seats, options):
    content = {"people": [row(), row(**SECOND)]}
    items = judged(KIND, aceh_province_operator, content, options)
    assert [(i.action, i.label, i.key, i.content, i.people) for i in items] == [
        ("create", "Row 2", sealing.fingerprint("999999999999999701"), {"row": 2}, 1),
        ("create", "Row 3", sealing.fingerprint("999999999999999702"), {"row": 3}, 1),
    ]
    assert Person.objects.count() == 0
    made = carried_out(KIND, aceh_province_operator, content, options)
    assert [
        (n.status, n.proposal, n.notice_read_on, n.person.name, n.person.sex, n.person.nip_masked) for n in made
    ] == [
        ("DRAFT", seats, None, "Siti Rahma", "F", "•••••••••••••••701"),
        ("DRAFT", seats, None, "Budi Santoso", "M", "•••••••••••••••702"),
    ]
    assert [entry.action for n in made for entry in log_of(n)] == ["create", "create"]


def test_the_same_file_again_changes_nothing_and_a_changed_one_what_differs(aceh_province_operator, options):
    content = {"people": [row(), row(**SECOND)]}
    first, _second = carried_out(KIND, aceh_province_operator, content, options)
    assert [i.action for i in judged(KIND, aceh_province_operator, content, options)] == ["skip", "skip"]
    content["people"][0] |= {"years_in_post": 7, "last_abroad_year": 2019}
    items = judged(KIND, aceh_province_operator, content, options)
    assert [(i.action, i.code, i.changes) for i in items] == [
        ("change", first.code, [
            {"label": "Years in this post", "before": "", "after": "as in the file"},
            {"label": "Last training abroad (year)", "before": "", "after": "as in the file"},
        ]),
        ("skip", items[1].code, []),
    ]  # fmt: skip
    assert carried_out(KIND, aceh_province_operator, content, options) == [first]
    person = Person.objects.get(pk=first.person_id)
    assert (person.years_in_post, person.last_abroad_year, Nomination.objects.count()) == (7, 2019, 2)
    assert log_of(first).last().data["fields"] == ["last_abroad_year", "years_in_post"]
    content["people"][0]["last_abroad_year"] = None
    assert judged(KIND, aceh_province_operator, content, options)[0].action == "skip"


def test_what_is_wrong_is_told_without_repeating_it(aceh_province_operator, options):
    content = {
        "people": [
            row(nip="999999999999999000"),
            row(nip="1.98701012010011E+17", sex="X", birth_year=1800),
            row(nip="12 34", relevance="Terlalu pendek."),
            row(nip=None, name="A\u200bB", post="Astronaut", account="nobody@example.test"),
            row(nip="999999999999999703", name="=HYPERLINK()", relevance="Nomor 1234567890123456 menunjang tugasnya."),
            row(nip="999999999999999704", name="x" * 10_000),
            row(nip="999999999999999705"),
            row(nip="999999999999999705"),
        ]
    }
    items = judged(KIND, aceh_province_operator, content, options)
    assert [i.action for i in items] == [*["fix"] * 6, "create", "fix"]
    rounded = "Excel has rounded this NIP: it stands in the cell as a number."
    assert sorted(told(items)) == sorted([
        ("People", 2, "B", "•••000", rounded),
        ("People", 3, "B", "•••", rounded),
        ("People", 3, "C", "•••", "Not in the list."),
        ("People", 3, "D", "•••", "Ensure this value is greater than or equal to 1940."),
        ("People", 4, "B", "•••", "A NIP has 18 digits. Check it against the decree of appointment."),
        ("People", 4, "M", "•••", "Ensure this value has at least 30 characters (it has 15)."),
        ("People", 5, "A", "•••", "The name holds hidden characters. Type it anew."),
        ("People", 5, "B", "", "This cell is empty."),
        ("People", 5, "E", "•••", "Not in the list."),
        ("People", 5, "L", "•••", "No account of your office has this e-mail address."),
        ("People", 6, "A", "•••", "A formula stands here."),
        ("People", 6, "M", "•••",
         "Remove the long number: staff, identity and passport numbers are never written into the record."),
        ("People", 7, "A", "•••", "The text is longer than 120 characters."),
        ("People", 9, "B", "•••705", "This person already stands in row 8."),
    ])  # fmt: skip
    assert Person.objects.count() == 0


def test_no_more_people_than_seats_and_reserves(aceh_province_operator, options):
    content = {"people": [row(nip=f"9999999999999997{n:02d}") for n in range(10, 15)]}
    items = judged(KIND, aceh_province_operator, content, options)
    assert [(i.action, [p.problem for p in i.problems]) for i in items] == [
        *[("create", [])] * 4,
        ("fix", ["As many people as there are seats and reserves are on the way already."]),
    ]


def test_a_person_who_was_submitted_is_not_changed(aceh_province_operator, options):
    (made,) = carried_out(KIND, aceh_province_operator, {"people": [row()]}, options)
    Nomination.objects.filter(pk=made.pk).update(status="SUBMITTED")
    same, other = {"people": [row()]}, {"people": [row(years_in_post=9)]}
    assert judged(KIND, aceh_province_operator, same, options)[0].action == "skip"
    (item,) = judged(KIND, aceh_province_operator, other, options)
    assert (item.action, [p.problem for p in item.problems]) == (
        "fix", ["The person's data can no longer be changed in this state."]
    )  # fmt: skip


def test_a_person_changed_after_the_reading_is_not_overwritten(aceh_province_operator, options):
    (made,) = carried_out(KIND, aceh_province_operator, {"people": [row()]}, options)
    job = ordered(KIND, aceh_province_operator, {"people": [row(years_in_post=9)]}, options)
    carried_out(KIND, aceh_province_operator, {"people": [row(years_in_post=7)]}, options)
    job = agreed(job)
    assert [item.refusal for item in job.items.all()] == [
        "The record was handed on or changed meanwhile. Open it and compare."
    ]
    made.person.refresh_from_db()
    assert made.person.years_in_post == 7


def test_nobody_else_brings_people_in(
    options,
    aceh_province_operator,
    aceh_province_head,
    aceh_operator,
    bali_operator,
    ppsdm_verifier,
    jica_liaison,
    auditor,
):
    people = [
        aceh_province_operator,
        aceh_province_head,
        aceh_operator,
        bali_operator,
        ppsdm_verifier,
        jica_liaison,
        auditor,
    ]
    assert [KIND.may(user, options) for user in people] == [True, *[False] * 6]
    assert [KIND.may(aceh_province_operator, asked) for asked in ({}, {"proposal": "US-0"}, {"proposal": "a\x00"})] == [
        False, False, False
    ]  # fmt: skip


def test_another_office_gets_404(client, bali_operator, options):
    client.force_login(bali_operator)
    address = reverse("exchange:import", args=["participants"])
    assert client.get(address, options).status_code == 404
    assert client.post(f"{address}?proposal={options['proposal']}").status_code == 404
    assert client.get(reverse("exchange:template", args=["participants", "xlsx"]), options).status_code == 404


def stored(job: Job) -> str:
    """Everything the database holds of an import and of the log."""
    rows = [
        *Job.objects.filter(pk=job.pk).values(),
        *JobItem.objects.values(),
        *LogEntry.objects.values("data", "comment"),
    ]
    return json.dumps(rows, default=str)


def test_nothing_about_a_person_stays_behind(client, aceh_province_operator, options):
    job = ordered(
        KIND, aceh_province_operator, {"people": [row(), row(**SECOND, years_in_post=99)]}, options, "isi.xlsx"
    )
    assert (job.phase, job.outcome["counts"], bool(job.given), bool(job.made)) == (
        "ASKING", {"create": 1, "fix": 1}, True, False
    )  # fmt: skip
    client.force_login(aceh_province_operator)
    page = client.get(job.get_absolute_url())
    assert [secret for secret in SECRETS if secret in page.content.decode()] == []
    assert "no-store" in page["Cache-Control"]
    marked = client.get(reverse("exchange:job_file", args=[job.token]))
    assert (marked.status_code, "no-store" in marked["Cache-Control"]) == (200, True)
    cells = [str(c) for sheet in load_workbook(io.BytesIO(marked.content)) for line in sheet.values for c in line if c]
    assert any("Budi Santoso" in cell for cell in cells)
    assert [secret for secret in SECRETS if secret in stored(job)] == []
    file = job.given.path
    job = agreed(job)
    assert (job.phase, job.given.name, job.given_name, Person.objects.count()) == ("DONE", "", "", 1)
    with pytest.raises(FileNotFoundError):
        open(file)
    assert [secret for secret in SECRETS if secret in stored(job)] == []
    assert client.get(reverse("exchange:job_file", args=[job.token])).status_code == 404


def test_a_discarded_or_forgotten_file_is_deleted(aceh_province_operator, options):
    discarded = ordered(KIND, aceh_province_operator, {"people": [row()]}, options)
    waiting = ordered(KIND, aceh_province_operator, {"people": [row()]}, options)
    files = [discarded.given.path, waiting.given.path]
    jobs.stop(discarded)
    assert jobs_upkeep.drop_undecided(waiting.created_at + jobs_upkeep.PERSONAL_FOR) == 0
    assert (
        jobs_upkeep.drop_undecided(waiting.created_at + jobs_upkeep.PERSONAL_FOR + timezone.timedelta(minutes=1)) == 1
    )
    assert [(job.phase, job.given.name) for job in Job.objects.all()] == [("STOPPED", ""), ("STOPPED", "")]
    for file in files:
        with pytest.raises(FileNotFoundError):
            open(file)


def test_a_row_that_no_longer_holds_its_person_is_refused(aceh_province_operator, options):
    (item,) = judged(KIND, aceh_province_operator, {"people": [row()]}, options)
    other = book(KIND, aceh_province_operator, {"people": [row(**SECOND)]}, options)
    with pytest.raises(Exception, match="no longer holds the person"):
        KIND.carry_out(item.content, item.key, aceh_province_operator, options, other)


def test_the_template_holds_nobody(aceh_province_operator, options):
    carried_out(KIND, aceh_province_operator, {"people": [row()]}, options)
    assert KIND.current(aceh_province_operator, options) == {}
    assert judged(KIND, aceh_province_operator, KIND.examples(aceh_province_operator, options), options) == []


def test_comparing_people_is_logged_as_reading(aceh_province_operator, seats, options):
    carried_out(KIND, aceh_province_operator, {"people": [row()]}, options)
    judged(KIND, aceh_province_operator, {"people": [row()]}, options)
    assert [(e.action, e.data) for e in log_of(seats) if e.action == "read"] == [("read", {"nominations": 1})]


def test_the_roster_leads_the_operator_alone_to_the_upload(client, aceh_province_operator, aceh_province_head, options):
    address = f'href="{reverse("exchange:import", args=["participants"])}?proposal={options["proposal"]}"'
    shown = []
    for user in (aceh_province_operator, aceh_province_head):
        client.force_login(user)
        shown.append(address in client.get(reverse("participants:roster", args=[options["proposal"]])).content.decode())
    assert shown == [True, False]
    client.force_login(aceh_province_operator)
    page = client.get(reverse("exchange:import", args=["participants"]), options)
    assert (page.status_code, "no-store" in page["Cache-Control"], "isi=1" in page.content.decode()) == (
        200,
        True,
        False,
    )
