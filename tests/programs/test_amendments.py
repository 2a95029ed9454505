"""Changes after publishing: the former value is kept, the difference is readable, listeners are told."""

import datetime as dt

import pytest
from django.utils import timezone

from programs.lifecycle import PROGRAM
from programs.models import Intake, Program
from programs.services import amend
from tests import program_factories
from tests.programs.test_offers import rows
from workflow.engine import Refused, moved
from workflow.models import LogEntry

REASON = "Mitra mengurangi kursi karena anggaran."


@pytest.fixture
def heard():
    """What listeners were told: (action, transition, changed fields)."""
    found = []

    def listen(sender, record, entry, transition, **kwargs):
        found.append((entry.action, transition, [c["field"] for c in entry.data.get("changes", [])]))

    moved.connect(listen, sender=Program)
    yield found
    moved.disconnect(listen, sender=Program)


def intake_rows(program, **changed):
    row = program.intakes.get()
    data = {
        "id": row.pk,
        "label": row.label,
        "starts": row.starts.isoformat(),
        "ends": row.ends.isoformat(),
        "place": row.place,
        "seats": row.seats,
        **changed,
    }
    return rows("intakes", data, initial=1)


def change(client, user, program, part, data, reason=REASON, version=None):
    client.force_login(user)
    data = {**data, "reason": reason, "version": version or program.version}
    return client.post(f"/mitra/program/{program.code}/ubah/{part}/", data)


@pytest.mark.django_db(transaction=True)
def test_fewer_seats_become_an_amendment_that_listeners_hear_of(client, jica, jica_liaison, words, heard):
    program = program_factories.program(jica, "OPEN", seats=18)
    response = change(client, jica_liaison, program, "angkatan", intake_rows(program, seats="15"))
    assert (response.status_code, response.url) == (302, f"/mitra/program/{program.code}/")
    found = Program.objects.get(pk=program.pk)
    assert (found.edition, found.version, found.intakes.get().seats) == (2, program.version + 1, 15)
    amendment = found.amendments.get()
    assert (amendment.edition, amendment.reason, amendment.made_by) == (2, REASON, jica_liaison)
    assert [(c["field"], c["before"], c["after"]) for c in amendment.changes] == [("intake.1.seats", "18", "15")]
    assert amendment.changes[0]["label_en"] == "Intake 1: Seats for Indonesia"
    assert heard == [("amend", None, ["intake.1.seats"])]


def test_everyone_who_may_read_the_programme_reads_the_difference(client, jica, jica_liaison, bali_operator, words):
    program = program_factories.program(jica, "OPEN", seats=18)
    change(client, jica_liaison, program, "angkatan", intake_rows(program, seats="15"))
    client.force_login(bali_operator)
    shown = client.get(f"/en/program/{program.slug}/").content.decode()
    assert "Intake 1: Seats for Indonesia" in shown
    assert "<del>18</del>" in shown and "<ins>15</ins>" in shown
    assert REASON in shown


def test_dates_and_eligibility_are_told_in_both_languages(client, jica, jica_liaison, words):
    program = program_factories.program(jica, "OPEN", starts=dt.date(2030, 3, 4), delivery_mode="OVERSEAS", min_rank="")
    change(client, jica_liaison, program, "angkatan", intake_rows(program, ends="2030-03-20"))
    terms = {
        "language": "ID",
        "funding_mode": "FULL",
        "route": "DIRECT",
        "min_rank": "AHLI_MUDA",
        **rows(
            "rules",
            {
                "id": program.rules.get().pk,
                "text_id": "Bertugas sebagai mediator.",
                "text_en": "Serves as mediator.",
                "mandatory": "on",
            },
            initial=1,
        ),
        **rows("costs", {"id": program.costs.get().pk, "item": "TUITION", "payer": "PARTNER"}, initial=1),
    }
    program.refresh_from_db()
    change(client, jica_liaison, program, "prasyarat", terms)
    third, second = Program.objects.get(pk=program.pk).amendments.all()
    assert [(c["field"], c["before"], c["after"], c["before_en"], c["after_en"]) for c in second.changes] == [
        ("intake.1.ends", "8 Maret 2030", "20 Maret 2030", "8 March 2030", "20 March 2030")
    ]
    assert [(c["field"], c["before"], c["after"], c["after_en"]) for c in third.changes] == [
        ("min_rank", "", "Ahli muda", "Junior expert")
    ]


def test_seats_do_not_go_below_those_taken(client, jica, jica_liaison, words):
    program = program_factories.program(jica, "OPEN", seats=18)
    Intake.objects.update(seats_taken=16)
    response = change(client, jica_liaison, program, "angkatan", intake_rows(program, seats="15"))
    assert response.status_code == 400
    client.cookies["bahasa"] = "en"
    english = client.post(
        f"/en/mitra/program/{program.code}/ubah/angkatan/",
        {**intake_rows(program, seats="15"), "reason": REASON},
    )
    assert "16 seats of this intake are already taken. State 16 or more." in english.content.decode()
    exactly = change(client, jica_liaison, program, "angkatan", intake_rows(program, seats="16"))
    assert exactly.status_code == 302


def test_an_intake_with_seats_taken_is_not_removed(client, jica, jica_liaison, words):
    program = program_factories.program(jica, "OPEN", seats=18)
    Intake.objects.update(seats_taken=1)
    response = change(client, jica_liaison, program, "angkatan", intake_rows(program, DELETE="on"))
    assert (response.status_code, program.intakes.count()) == (400, 1)


def test_a_new_partner_deadline_moves_the_internal_one(client, jica, jica_head, words):
    program = program_factories.program(jica, "OPEN", starts=timezone.localdate() + dt.timedelta(days=200))
    contact = program.contacts.get()
    later = timezone.localdate() + dt.timedelta(days=100)
    data = {
        "deadline_day": later.isoformat(),
        "deadline_time": "17:00",
        "partner_zone": "Asia/Jakarta",
        "opens_day": timezone.localdate(program.opens_at).isoformat(),
        **rows("contacts", {"id": contact.pk, "post": contact.post, "email": contact.email}, initial=1),
    }
    assert change(client, jica_head, program, "berkas", data).status_code == 302
    found = Program.objects.get(pk=program.pk)
    assert timezone.localdate(found.partner_deadline) == later
    assert program.internal_deadline < found.internal_deadline < found.partner_deadline
    assert found.amendments.get().changes[0]["field"] == "partner_deadline"


def test_changing_nothing_is_refused(client, jica, jica_liaison, words):
    program = program_factories.program(jica, "OPEN")
    response = change(client, jica_liaison, program, "angkatan", intake_rows(program))
    found = Program.objects.get(pk=program.pk)
    assert (response.status_code, found.edition, found.version) == (400, 1, program.version)
    with pytest.raises(Refused):
        amend(program, lambda: None, actor=jica_liaison, reason=REASON, version=None)


def test_a_change_without_a_reason_is_refused(client, jica, jica_liaison, words):
    program = program_factories.program(jica, "OPEN", seats=18)
    response = change(client, jica_liaison, program, "angkatan", intake_rows(program, seats="15"), reason="")
    assert (response.status_code, program.intakes.get().seats) == (400, 18)


def test_of_two_changes_from_the_same_page_the_second_is_told(client, jica, jica_liaison, biroks_officer, words):
    program = program_factories.program(jica, "OPEN", seats=18)
    first = change(client, jica_liaison, program, "angkatan", intake_rows(program, seats="15"))
    second = change(client, biroks_officer, program, "angkatan", intake_rows(program, seats="20"))
    assert (first.status_code, second.status_code) == (302, 409)
    assert program.intakes.get().seats == 15


def test_a_third_intake_and_a_cost_are_read_as_new(jica, jica_liaison, words):
    program = program_factories.program(jica, "PUBLISHED")

    def write():
        program_factories.intake(program, starts=dt.date(2030, 5, 6), seats=4, place="Medan")
        program.costs.create(item="TRAVEL_DOM", payer="PEMDA", amount=1_500_000, currency="IDR")

    changes = amend(program, write, actor=jica_liaison, reason=REASON, version=program.version).changes
    assert [(c["label_en"], c["before_en"], c["after_en"]) for c in changes] == [
        ("Intake 2: Starts", "", "6 May 2030"),
        ("Intake 2: Ends", "", "10 May 2030"),
        ("Intake 2: Place", "", "Medan"),
        ("Intake 2: Seats for Indonesia", "", "4"),
        ("Domestic travel", "", "Regional government Rp1,500,000"),
    ]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("jica_liaison", 200),
        ("jica_head", 200),
        ("biroks_officer", 200),
        ("biroks_head", 403),
        ("auditor", 403),
        ("ppsdm_verifier", 403),
        ("koica_head", 404),
        ("bali_operator", 404),
    ],
)
def test_the_partner_and_the_bureaus_officer_change_a_programme(client, published, request, name, code):
    client.force_login(request.getfixturevalue(name))
    assert client.get(f"/mitra/program/{published.code}/ubah/").status_code == code
    assert client.get(f"/mitra/program/{published.code}/ubah/angkatan/").status_code == code


@pytest.mark.parametrize("state", ["DRAFT", "VERIFICATION", "COMPLETED", "EVALUATED", "SUSPENDED", "CANCELLED"])
def test_only_a_living_published_programme_is_amended(client, jica, jica_head, words, state):
    program = program_factories.program(jica, state)
    client.force_login(jica_head)
    assert client.get(f"/mitra/program/{program.code}/ubah/").status_code == 403


def test_the_log_keeps_the_difference(client, jica, jica_liaison, words):
    program = program_factories.program(jica, "OPEN", seats=18)
    change(client, jica_liaison, program, "angkatan", intake_rows(program, seats="15"))
    entry = LogEntry.objects.get(flow=PROGRAM.name, record_id=program.pk, action="amend")
    assert (entry.comment, entry.data["edition"]) == (REASON, 2)
    client.force_login(jica_liaison)
    assert "<del>18</del>" in client.get(f"/mitra/program/{program.code}/").content.decode()


def test_adding_a_row_to_a_published_programme_publishes_nothing_yet(client, published, jica_liaison):
    client.force_login(jica_liaison)
    url = f"/mitra/program/{published.code}/ubah/angkatan/"
    page, more = client.get(url), client.get(f"{url}?tambah=intakes")
    assert 'href="?tambah=intakes#tambah-intakes"' in page.content.decode()
    assert 'value="add:' not in page.content.decode()
    assert [len(found.context["form"].rows[0].forms) for found in (page, more)] == [1, 2]
