"""The frozen input: what a run is calculated from, checked by hand on a small cast."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organisation
from partnerships.models import AllocationPin, AllocationSeat, PinKind, ProposalStatus, RunStatus, Suggestion
from partnerships.services import allocation_input
from partnerships.services.allocation_input import canonical, freeze, input_hash
from programs.models import Intake, ProgramStatus
from regions.models import NeedLine, NeedStatus, OfficeProfile, Region, TrainingNeed
from tests import factories, program_factories
from tests.partnerships import allocation_factories as made
from tests.proposal_factories import line_of, open_need, proposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def papua(db):
    """The office of a remote province."""
    office = factories.office("94")
    Region.objects.filter(code="94").update(is_remote=True, island_group="Papua")
    return office


def value_of(need, intake) -> int:
    """Ten times the score, straight from the stored result."""
    return round(10 * Suggestion.objects.get(line=line_of(need), intake=intake).score)


def pin(run, need, intake, kind=PinKind.PIN, seats=None):
    user = factories.member("PPSDM_VER", factories.organisation("PPSDM"))
    return AllocationPin.objects.create(
        run=run,
        line=line_of(need),
        intake=intake,
        kind=kind,
        seats=seats,
        reason="Balai baru dibuka di sana.",
        by=user,
    )


def test_a_small_round_is_written_down_as_it_stands(aceh, papua, jica):
    one, two = open_need(aceh, people=3), open_need(papua, people=2)
    program = program_factories.program(jica, ProgramStatus.OPEN, seats=4)
    Intake.objects.update(min_cohort=2)
    intake = program.intakes.get()
    run = made.run(preset="strong_equity")
    found = freeze(run)
    assert found.instance == {
        "format": "alloc-1",
        "regions": [
            {"id": "DISNAKER-11", "province": "11", "floor": 0},
            {"id": "DISNAKER-94", "province": "94", "floor": 2},
        ],
        "lines": [
            {"id": f"{one.code}/1", "region": "DISNAKER-11", "seats": 3, "need": one.code},
            {"id": f"{two.code}/1", "region": "DISNAKER-94", "seats": 2, "need": two.code},
        ],
        "partners": [{"id": "JICA"}],
        "programmes": [{"id": program.code, "partner": "JICA"}],
        "intakes": [{"id": f"{program.code}/1", "max": 4, "programme": program.code, "min": 2, "region_max": 3}],
        "pairs": [
            {"line": f"{one.code}/1", "intake": f"{program.code}/1", "value": value_of(one, intake), "cost": 0},
            {"line": f"{two.code}/1", "intake": f"{program.code}/1", "value": value_of(two, intake), "cost": 0},
        ],
        "budgets": [],
        "locked": [],
        "previous": [],
        "rules": {
            "mode": "value",
            "equity": [
                {"upto_pct": 20, "bonus": 500},
                {"upto_pct": 40, "bonus": 250},
                {"upto_pct": 60, "bonus": 100},
            ],
            "keep_bonus": 0,
        },
    }
    assert found.input_hash == input_hash(found.instance)
    assert len(found.input_hash) == 64


def test_the_annex_names_what_the_instance_only_numbers(aceh, jica, ppsdm):
    need = open_need(aceh, people=3, contact_email="orang@example.test")
    program = program_factories.program(jica, ProgramStatus.OPEN, seats=4)
    run = made.run()
    annex = freeze(run).annex
    assert annex["lines"] == {
        f"{need.code}/1": {
            "pk": line_of(need).pk,
            "need": need.code,
            "position": 1,
            "office": "DISNAKER-11",
            "name_id": "Dinas Tenaga Kerja Provinsi Aceh",
            "name_en": "",
            "region": "11",
            "province": "11",
            "island": "Sumatera",
            "theme": "T07",
            "themes": ["T07"],
            "post": "MEDHI",
            "people": 3,
            "submitted": None,
        }
    }
    assert annex["regions"] == {
        "DISNAKER-11": {
            "name_id": "Dinas Tenaga Kerja Provinsi Aceh",
            "name_en": "",
            "region": "11",
            "region_id": "Provinsi Aceh",
            "region_en": "Provinsi Aceh",
            "province": "11",
            "island": "Sumatera",
        }
    }
    intake = program.intakes.get()
    assert annex["intakes"] == {
        f"{program.code}/1": {
            "pk": intake.pk,
            "programme": program.code,
            "number": 1,
            "title_id": program.title_id,
            "title_en": program.title_en,
            "partner": "JICA",
            "starts": intake.starts.isoformat(),
            "ends": intake.ends.isoformat(),
            "seats": 4,
        }
    }
    assert (annex["run"], annex["round"], annex["rules"]) == (run.code, run.round.code, run.rules)
    assert (annex["arrival"], annex["failures"], annex["unrelated"]) == ([f"{need.code}/1"], {}, {f"{need.code}/1": 0})


def test_nothing_personal_is_frozen(aceh, jica, aceh_province_operator):
    open_need(
        aceh,
        people=3,
        created_by=aceh_province_operator,
        contact_post="Kepala Bidang Rahasia",
        contact_email="nama.orang@example.test",
        contact_phone="0651 123456",
        reason="Karena Bapak Budi pensiun.",
    )
    program_factories.program(jica, ProgramStatus.OPEN)
    found = freeze(made.run())
    text = json.dumps([found.instance, found.annex])
    for word in ("Rahasia", "@", "0651", "Budi", aceh_province_operator.name):
        assert word not in text


def test_only_approved_needs_of_the_cycle_and_open_programmes_take_part(aceh, bali, jica):
    approved, met = open_need(aceh), open_need(bali, status=NeedStatus.IN_FULFILMENT)
    for status in (NeedStatus.SUBMITTED, NeedStatus.CLOSED_UNMET, NeedStatus.FULFILLED):
        factories.need(bali, status=status)
    factories.cycle(2025)
    TrainingNeed.objects.filter(pk=open_need(bali).pk).update(cycle=2025)
    on_offer = [program_factories.program(jica, status) for status in (ProgramStatus.PUBLISHED, ProgramStatus.OPEN)]
    for status in (ProgramStatus.VERIFICATION, ProgramStatus.CLOSED, ProgramStatus.RUNNING, ProgramStatus.SUSPENDED):
        program_factories.program(jica, status)
    instance = freeze(made.run()).instance
    assert {line["need"] for line in instance["lines"]} == {approved.code, met.code}
    assert {intake["programme"] for intake in instance["intakes"]} == {program.code for program in on_offer}


def test_seats_that_are_held_or_with_a_partner_are_locked_also_where_registration_has_closed(aceh, bali, jica):
    held, sent = open_need(aceh, people=4), open_need(bali, people=3)
    open_now = program_factories.program(jica, ProgramStatus.OPEN, seats=6)
    closed = program_factories.program(jica, ProgramStatus.CLOSED, seats=5)
    proposal(held, closed, ProposalStatus.ACCEPTED, seats_requested=2)
    proposal(sent, open_now, ProposalStatus.PARTNER_REVIEW, seats_requested=3)
    proposal(held, open_now, ProposalStatus.PROPOSED, seats_requested=2)
    found = freeze(made.run())
    instance = found.instance
    assert instance["locked"] == [
        {"line": f"{held.code}/1", "intake": f"{closed.code}/1", "seats": 2},
        {"line": f"{sent.code}/1", "intake": f"{open_now.code}/1", "seats": 3},
    ]
    assert {i["id"]: i["max"] for i in instance["intakes"]} == {f"{open_now.code}/1": 6, f"{closed.code}/1": 5}
    assert {(p["line"], p["intake"]) for p in instance["pairs"]} == {
        (f"{held.code}/1", f"{open_now.code}/1"),
        (f"{sent.code}/1", f"{open_now.code}/1"),
    }
    # Nobody more may go where registration has closed; what is held there still counts with its value.
    assert found.annex["standing"] == [{"line": f"{held.code}/1", "intake": f"{closed.code}/1", "value": 600}]


def test_seats_of_other_years_and_tailor_made_ones_are_out_of_the_game(aceh, bali, jica):
    need, other = open_need(aceh, people=5), open_need(bali, people=3)
    factories.cycle(2025)
    TrainingNeed.objects.filter(pk=other.pk).update(cycle=2025)
    program = program_factories.program(jica, ProgramStatus.OPEN, seats=6)
    Intake.objects.update(min_cohort=4)
    proposal(other, program, ProposalStatus.ACCEPTED, seats_requested=2)
    proposal(
        need,
        None,
        ProposalStatus.ACCEPTED,
        partner=jica,
        intake=None,
        seats_requested=2,
        tailor_made_request="Di daerah.",
    )
    instance = freeze(made.run()).instance
    assert [line["seats"] for line in instance["lines"]] == [3]
    assert [(i["max"], i["min"]) for i in instance["intakes"]] == [(4, 2)]
    assert instance["locked"] == []


def test_pins_lock_and_prohibitions_leave_a_pair_out(aceh, bali, jica):
    [one, two], program = made.scarce(jica, aceh, bali)
    intake = program.intakes.get()
    run = made.run()
    pin(run, one, intake, seats=2)
    pin(run, two, intake, PinKind.FORBID)
    found = freeze(run)
    assert found.instance["locked"] == [{"line": f"{one.code}/1", "intake": f"{program.code}/1", "seats": 2}]
    assert [p["line"] for p in found.instance["pairs"]] == [f"{one.code}/1"]
    row = {"intake": f"{program.code}/1", "reason": "Balai baru dibuka di sana."}
    assert found.annex["pins"] == [{"line": f"{one.code}/1", "seats": 2, **row}]
    assert found.annex["forbidden"] == [{"line": f"{two.code}/1", "seats": None, **row}]


def test_floors_are_for_whom_the_rules_say_and_never_above_the_people(aceh, papua, jica):
    one, two = open_need(aceh, people=4), open_need(papua, people=1)
    program = program_factories.program(jica, ProgramStatus.OPEN, seats=6)
    proposal(one, program, ProposalStatus.ACCEPTED, seats_requested=2)
    found = {}
    for whom in ("remote", "zero", "none"):
        run = made.run()
        run.rules = run.rules | {"floor": 3, "floor_for": whom}
        found[whom] = {r["id"]: r["floor"] for r in freeze(run).instance["regions"]}
    assert found == {
        "remote": {"DISNAKER-11": 0, "DISNAKER-94": 1},
        "zero": {"DISNAKER-11": 0, "DISNAKER-94": 1},
        "none": {"DISNAKER-11": 0, "DISNAKER-94": 0},
    }
    assert two.people_requested == 1


def test_the_last_ratified_plan_of_the_cycle_is_the_previous_one(aceh, jica):
    [need], program = made.scarce(jica, aceh)
    former = made.run(status=RunStatus.RATIFIED)
    AllocationSeat.objects.create(run=former, line=line_of(need), intake=program.intakes.get(), seats=2, score=60)
    row = [{"line": f"{need.code}/1", "intake": f"{program.code}/1", "seats": 2}]
    assert freeze(made.run()).instance["previous"] == row
    assert freeze(made.run(made.round_of(2027))).instance["previous"] == []


def test_programmes_that_do_not_fit_name_every_unmet_condition(aceh, jica):
    need = open_need(aceh, people=2)
    english = program_factories.program(jica, ProgramStatus.OPEN, language="EN", min_language_level="B2", min_years=10)
    NeedLine.objects.update(language_level="A2", years_in_post_band="LT2")
    other = program_factories.program(jica, ProgramStatus.OPEN, (("T01", 1, 3),), ("WASNAK",))
    annex = freeze(made.run()).annex
    [row] = annex["failures"][f"{need.code}/1"]
    assert (row["intake"], row["programme"]) == (f"{english.code}/1", english.code)
    assert {f["code"]: f["params"] for f in row["failures"]}["language"] == {"level": "A2", "wanted": "B2"}
    assert {f["code"] for f in row["failures"]} >= {"language"}
    assert annex["unrelated"] == {f"{need.code}/1": 1}
    assert other.code not in json.dumps(annex["failures"])


def test_a_programme_that_fits_with_one_intake_is_not_told_to_miss_anything_with_another(aceh, jica):
    need = open_need(aceh, people=2)
    program = program_factories.program(jica, ProgramStatus.OPEN)
    program_factories.intake(program, starts=timezone.localdate() + timezone.timedelta(days=2))
    annex = freeze(made.run()).annex
    assert annex["failures"] == {}
    assert annex["unrelated"] == {f"{need.code}/1": 0}


def test_needs_arrive_in_the_order_in_which_they_were_submitted(aceh, bali, jica):
    late, early = open_need(aceh), open_need(bali)
    now = timezone.now()
    TrainingNeed.objects.filter(pk=late.pk).update(submitted_at=now)
    TrainingNeed.objects.filter(pk=early.pk).update(submitted_at=now - timezone.timedelta(hours=1))
    program_factories.program(jica, ProgramStatus.OPEN)
    assert freeze(made.run()).annex["arrival"] == [f"{early.code}/1", f"{late.code}/1"]


def test_an_office_without_profile_takes_part(jica):
    office = Organisation.objects.create(code="BARU-11", kind="OFFICE", name_id="Dinas baru", region_code="11")
    assert not OfficeProfile.objects.filter(organisation=office).exists()
    open_need(office)
    program_factories.program(jica, ProgramStatus.OPEN)
    assert freeze(made.run()).instance["regions"] == [{"id": "BARU-11", "province": "11", "floor": 0}]


def test_the_hash_knows_the_content_and_not_the_order(aceh, bali, jica):
    made.scarce(jica, aceh, bali)
    instance = freeze(made.run()).instance
    shuffled = {
        key: instance[key][::-1] if isinstance(instance[key], list) else instance[key] for key in reversed(instance)
    }
    assert canonical(shuffled) == canonical(instance)
    assert input_hash(shuffled) == input_hash(instance)
    instance = deepcopy(instance)
    instance["lines"][0]["seats"] += 1
    assert input_hash(shuffled) != input_hash(instance)


def test_thirty_lines_are_read_with_as_many_queries_as_three(aceh, bali, jica):
    def queries(run) -> int:
        freeze(run)  # scores are current afterwards
        with CaptureQueriesContext(connection) as found:
            freeze(run)
        return len(found)

    made.scarce(jica, aceh, bali)
    open_need(aceh)
    run = made.run()
    few = queries(run)
    for _n in range(9):
        made.scarce(jica, aceh, bali)
        open_need(aceh)
    assert len(freeze(run).instance["lines"]) == 30
    assert queries(run) == few


def test_outside_a_transaction_every_read_sees_one_moment(transactional_db):
    with allocation_input.one_moment(), connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone()[0] == "repeatable read"
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone()[0] == "read committed"
