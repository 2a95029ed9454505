"""What could be changed about a line or an intake: each by hand, frozen with the input, and named once it is solved."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from partnerships import allocation
from partnerships.allocation.explain import explain
from partnerships.allocation.instance import Pair
from partnerships.allocation_sentences import Names, show_changes, show_reasons
from partnerships.lifecycle import ALLOCATION
from partnerships.matching import Gap, IntakeFacts, LineFacts, Taught, judge
from partnerships.models import (
    AllocationLine,
    AllocationPin,
    AllocationRun,
    LineOutcome,
    PinKind,
    ProposalStatus,
    Suggestion,
)
from partnerships.services import allocation_alternatives, allocations
from partnerships.services.allocation_alternatives import AlternativeKey as K
from partnerships.services.allocation_alternatives import Facts, alternatives, by_line, in_months
from partnerships.services.allocation_input import freeze
from partnerships.services.allocation_lines import compute_changes
from partnerships.services.suggestions import rematch_all
from programs.models import Intake, Program, ProgramStatus
from regions.models import NeedLine
from tests import factories, program_factories
from tests.partnerships import allocation_factories as made
from tests.proposal_factories import line_of, open_need, proposal
from workflow.engine import perform

TODAY = dt.date(2026, 1, 5)

LINE = LineFacts(
    line_id=1,
    post="MEDHI",
    gaps=(Gap("T07", 1, 3),),
    people=3,
    mode="BLENDED",
    priority=Decimal(60),
    urgency="U2",
    office_id=7,
    office_type="DISNAKER",
    region_code="11",
    rank="AHLI_PERTAMA",
    employment_status="PPPK",
    age_band="A40_49",
    education="D3",
    years_band="LT2",
    english="A2",
)
INTAKE = IntakeFacts(
    intake_id=1,
    program="PR-1",
    taught=(Taught("T07", 1, 3),),
    starts=dt.date(2026, 4, 15),
    seats_free=6,
    all_posts=True,
)
"""They fit with 86.1: 35 for the competency, 15 for the level, 10 for the seats (6 for 3), 12 for the priority, 3 for
an office outside Java without a seat, 2.5 for an unknown past: 77.5; and 100 days of twice 365 to wait: 8.6 of 10."""


def found(lines, intakes, *, closed=(), needs=None):
    """The alternatives of some lines and intakes, as they would be frozen: (key, params, [(line, intake, value)])."""
    lines, intakes = list(lines), list(intakes)
    judged = {}
    for line in lines:
        for intake in intakes:
            verdict = judge(line, intake, TODAY)
            if verdict.eligible or verdict.is_near:
                failures = [failure.as_json() for failure in verdict.failures]
                judged[line.line_id, intake.intake_id] = verdict.eligible, verdict.score, failures
    rows = alternatives(
        Facts(
            judged=judged,
            lines={line.line_id: line for line in lines},
            intakes={intake.intake_id: intake for intake in intakes},
            line_ids={line.line_id: f"L{line.line_id}" for line in lines},
            intake_ids={intake.intake_id: f"I{intake.intake_id}" for intake in intakes},
            needs=needs or {line.line_id: f"N{line.line_id}" for line in lines},
            closed=frozenset(closed),
            today=TODAY,
        )
    )
    for row in rows:
        assert row["own"] == (K(row["key"]) in allocation_alternatives.OWN)
    return [
        (row["key"], row["params"], [(pair["line"], pair["intake"], pair["value"]) for pair in row["pairs"]])
        for row in rows
    ]


# --- Each by hand -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "key", "wanted"),
    [
        ({"language": "EN", "min_language": "B2"}, K.PEOPLE_LANGUAGE, "B2"),
        ({"language": "EN"}, K.PEOPLE_LANGUAGE, "B1"),
        ({"min_rank": "AHLI_MADYA"}, K.PEOPLE_RANK, "AHLI_MADYA"),
        ({"min_rank": "MAHIR"}, K.PEOPLE_RANK, "MAHIR"),
        ({"min_years": 5}, K.PEOPLE_YEARS, 5),
        ({"min_education": "S2"}, K.PEOPLE_EDUCATION, "S2"),
        ({"max_age": 35}, K.PEOPLE_AGE_MOST, 35),
        ({"min_age": 50}, K.PEOPLE_AGE_LEAST, 50),
        ({"employment_statuses": frozenset({"PNS", "CPNS"})}, K.PEOPLE_STATUS, ["CPNS", "PNS"]),
    ],
)
def test_other_people_meet_the_one_condition_and_score_as_the_line_does(asked, key, wanted):
    assert found([LINE], [replace(INTAKE, **asked)]) == [(key, {"wanted": wanted}, [("L1", "I1", 861)])]


def test_a_pair_that_fails_two_conditions_is_no_single_change_away():
    assert found([LINE], [replace(INTAKE, min_rank="AHLI_MUDA", min_education="S2")]) == []


@pytest.mark.parametrize("unmet", [{"posts": frozenset({"PK3"}), "all_posts": False}, {"seats_free": 0}])
def test_the_post_and_the_seats_are_not_for_one_party_to_change(unmet):
    assert found([LINE], [replace(INTAKE, **unmet)]) == []


def test_whoever_meets_a_higher_bar_meets_the_lower_one_too():
    intakes = [
        replace(INTAKE, intake_id=1, language="EN", min_language="C1"),
        replace(INTAKE, intake_id=2, language="EN", min_language="B1"),
    ]
    assert found([LINE], intakes) == [
        (K.PEOPLE_LANGUAGE, {"wanted": "B1"}, [("L1", "I2", 861)]),
        (K.PEOPLE_LANGUAGE, {"wanted": "C1"}, [("L1", "I1", 861), ("L1", "I2", 861)]),
    ]


def test_ranks_of_another_ladder_and_bounds_of_age_stand_for_themselves():
    asked = [{"min_rank": "AHLI_MADYA"}, {"min_rank": "TERAMPIL"}, {"max_age": 35}, {"max_age": 39}]
    intakes = [replace(INTAKE, intake_id=n, **row) for n, row in enumerate(asked, 1)]
    # One step up in age or employment; AHLI_MADYA and TERAMPIL are each two steps away.
    assert found([LINE], intakes) == [
        (K.PEOPLE_AGE_MOST, {"wanted": 35}, [("L1", "I3", 861)]),
        (K.PEOPLE_AGE_MOST, {"wanted": 39}, [("L1", "I4", 861)]),
        (K.PEOPLE_RANK, {"wanted": "AHLI_MADYA"}, [("L1", "I1", 861)]),
        (K.PEOPLE_RANK, {"wanted": "TERAMPIL"}, [("L1", "I2", 861)]),
    ]


def test_people_who_are_ready_later_wait_less():
    """Ready today, 100 days wait. From 5 February 69 (9.1 points), from 5 March 41 (9.4), from 5 April 10 (9.9)."""
    assert found([LINE], [INTAKE]) == [
        (K.READY_LATER, {"months": 1}, [("L1", "I1", 866)]),
        (K.READY_LATER, {"months": 2}, [("L1", "I1", 869)]),
        (K.READY_LATER, {"months": 3}, [("L1", "I1", 874)]),
    ]


def test_people_who_are_ready_earlier_are_there_when_it_begins():
    """Ready on 10 June, 56 days late: no points, 775. Ready on 10 April they wait 5 days (9.9), from March 36 (9.5)."""
    late = replace(LINE, earliest_start=dt.date(2026, 6, 10))
    assert found([late], [INTAKE]) == [
        (K.READY_EARLIER, {"months": 2}, [("L1", "I1", 874)]),
        (K.READY_EARLIER, {"months": 3}, [("L1", "I1", 870)]),
    ]


def test_nobody_is_ready_before_today():
    """Ready on 1 February, it begins on 28 January: a month earlier would be 1 January, so today, and no day before."""
    soon = replace(LINE, earliest_start=dt.date(2026, 2, 1))
    intake = replace(INTAKE, starts=dt.date(2026, 1, 28))
    # 4 days late: no points, 775. Today they wait 23 days: 1 - 23/730 of 10 is 9.7.
    assert found([soon], [intake]) == [(K.READY_EARLIER, {"months": 1}, [("L1", "I1", 872)])]


def test_other_pairs_of_a_line_move_with_the_month():
    """In June it begins 161 days on: 7.8 points, 853; a month later 130 days: 8.2."""
    intakes = [INTAKE, replace(INTAKE, intake_id=2, starts=dt.date(2026, 6, 15))]
    [first, *_more] = found([LINE], intakes)
    assert first == (K.READY_LATER, {"months": 1}, [("L1", "I1", 866), ("L1", "I2", 857)])


def test_an_office_accepts_a_mode_for_all_lines_of_its_need():
    lines = [replace(LINE, line_id=n, mode="IN_COUNTRY") for n in (1, 2, 3)]
    abroad = replace(INTAKE, mode="OVERSEAS", country="JP")
    online = replace(INTAKE, intake_id=2, mode="ONLINE")
    assert found(lines, [abroad, online], needs={1: "N1", 2: "N1", 3: "N2"}) == [
        (K.MODE, {"mode": "OVERSEAS"}, [("L1", "I1", 861), ("L2", "I1", 861)]),
        (K.MODE, {"mode": "ONLINE"}, [("L1", "I2", 861), ("L2", "I2", 861)]),
        (K.MODE, {"mode": "OVERSEAS"}, [("L3", "I1", 861)]),
        (K.MODE, {"mode": "ONLINE"}, [("L3", "I2", 861)]),
    ]


def test_an_invitation_is_for_one_office_and_all_its_lines():
    lines = [LINE, replace(LINE, line_id=2), replace(LINE, line_id=3, office_id=8)]
    assert found(lines, [replace(INTAKE, invited=frozenset())]) == [
        (K.INVITED, {"programme": "PR-1"}, [("L1", "I1", 861), ("L2", "I1", 861)]),
        (K.INVITED, {"programme": "PR-1"}, [("L3", "I1", 861)]),
    ]


@pytest.mark.parametrize(
    ("unmet", "key"),
    [
        ({"closes": dt.date(2026, 1, 4)}, K.REGISTRATION),
        ({"needs_agreement": True}, K.AGREEMENT),
    ],
)
def test_a_deadline_and_an_agreement_are_for_everyone_who_wants_the_programme(unmet, key):
    lines = [LINE, replace(LINE, line_id=2, office_id=8)]
    intakes = [replace(INTAKE, **unmet), replace(INTAKE, intake_id=2, **unmet)]
    pairs = [(line, intake, 861) for line in ("L1", "L2") for intake in ("I1", "I2")]
    assert found(lines, intakes) == [(key, {"programme": "PR-1"}, pairs)]


@pytest.mark.parametrize(
    ("intake", "months", "value"),
    [
        # 15 days are too few in the country (21); from 20 February there are 46, which are 9.4 points.
        ({"starts": dt.date(2026, 1, 20)}, 1, 869),
        # Abroad 60 are needed: 46 are too few still, 74 will do (9.0 points).
        ({"starts": dt.date(2026, 1, 20), "mode": "OVERSEAS", "country": "JP"}, 2, 865),
        # The first part is online on 10 January, 5 days on (7 are needed): with both a month later it is 10 February.
        ({"starts": dt.date(2026, 3, 31), "online_starts": dt.date(2026, 1, 10)}, 1, 870),
    ],
)
def test_an_intake_that_is_too_near_starts_as_many_months_later_as_it_takes(intake, months, value):
    lines = [LINE, replace(LINE, line_id=2, office_id=8)]
    params = {"intake": "I1", "months": months}
    assert found(lines, [replace(INTAKE, **intake)]) == [
        (K.STARTS_LATER, params, [("L1", "I1", value), ("L2", "I1", value)])
    ]


def test_what_the_office_can_do_comes_first_and_the_smallest_of_it():
    intakes = [
        replace(INTAKE, intake_id=1, needs_agreement=True),
        replace(INTAKE, intake_id=2, starts=dt.date(2026, 1, 20)),
        replace(INTAKE, intake_id=3, invited=frozenset()),
        replace(INTAKE, intake_id=4, min_education="S3"),
        replace(INTAKE, intake_id=5, language="EN"),
        replace(INTAKE, intake_id=6),
        replace(INTAKE, intake_id=7, mode="ONLINE"),
        replace(INTAKE, intake_id=8, closes=dt.date(2026, 1, 4)),
    ]
    assert [(key, params.get("months")) for key, params, _pairs in found([LINE], intakes)] == [
        (K.PEOPLE_LANGUAGE, None),
        (K.READY_LATER, 1),
        (K.MODE, None),
        (K.READY_LATER, 2),
        (K.PEOPLE_EDUCATION, None),
        (K.READY_LATER, 3),
        (K.INVITED, None),
        (K.REGISTRATION, None),
        (K.STARTS_LATER, 1),
        (K.AGREEMENT, None),
    ]


def test_what_was_forbidden_or_refused_is_opened_by_nothing():
    intakes = [INTAKE, replace(INTAKE, intake_id=2, language="EN"), replace(INTAKE, intake_id=3, needs_agreement=True)]
    assert found([LINE], intakes, closed=[(1, 1), (1, 2), (1, 3)]) == []
    others = [LINE, replace(LINE, line_id=2, office_id=8)]
    assert found(others, [intakes[2]], closed=[(1, 3)]) == [
        (K.AGREEMENT, {"programme": "PR-1"}, [("L2", "I3", 861)]),
    ]


def test_a_suspended_office_can_change_nothing():
    intakes = [INTAKE, replace(INTAKE, intake_id=2, language="EN"), replace(INTAKE, intake_id=3, needs_agreement=True)]
    assert found([replace(LINE, office_suspended=True)], intakes) == []


def test_a_line_keeps_its_smallest_alternatives_and_no_more_than_a_few():
    ages = [replace(INTAKE, intake_id=n, max_age=20 + n) for n in range(1, 13)]
    kept = found([LINE], ages)
    assert len(kept) == allocation_alternatives.MOST_OF_LINE == 8
    many = [replace(INTAKE, intake_id=n) for n in range(1, 41)]
    assert [params for _key, params, pairs in found([LINE], many)] == [{"months": 1}]
    assert allocation_alternatives.MOST_PAIRS == 60


def test_months_end_on_their_last_day():
    assert in_months(dt.date(2026, 1, 31), 1) == dt.date(2026, 2, 28)
    assert in_months(dt.date(2026, 1, 31), -2) == dt.date(2025, 11, 30)
    assert in_months(dt.date(2026, 11, 15), 3) == dt.date(2027, 2, 15)


# --- Read back ----------------------------------------------------------------------------------------------


def test_each_line_reads_the_alternatives_it_is_in_and_older_inputs_have_none():
    pairs = [{"line": line, "intake": "I", "value": 9} for line in ("A", "B")]
    row = {"key": "agreement", "params": {"programme": "P"}, "own": False, "pairs": pairs}
    own = {"key": "mode", "params": {"mode": "ONLINE"}, "own": True, "pairs": pairs[:1]}
    read = by_line({"alternatives": [own, row]})
    assert [(found.key, found.own) for found in read["A"]] == [("mode", True), ("agreement", False)]
    assert [found.pairs for found in read["B"]] == [[Pair("A", "I", 9), Pair("B", "I", 9)]]
    assert read["A"][1] is read["B"][0]  # so that it is solved once
    assert by_line({}) == {}


# --- In a run -----------------------------------------------------------------------------------------------


@pytest.fixture
def calculated(ppsdm_verifier):
    def do(run):
        run = perform(ALLOCATION, "start", record=run, actor=ppsdm_verifier)
        assert allocations.execute(run.pk) == "finished"
        return AllocationRun.objects.get(pk=run.pk)

    return do


@pytest.fixture
def english(aceh, jica):
    """Three people with A2 and a course in English that asks for B1 and has four seats."""
    need = open_need(aceh, people=3)
    NeedLine.objects.update(language_level="A2")
    return need, program_factories.program(jica, ProgramStatus.OPEN, seats=4, language="EN", min_language_level="B1")


def value_of(need) -> int:
    return round(10 * Suggestion.objects.get(line=line_of(need)).score)


@pytest.mark.django_db
def test_a_run_says_that_other_people_would_get_seats(english, calculated, client, ppsdm_verifier):
    need, program = english
    run = calculated(made.run())
    row = run.lines.get()
    assert (row.outcome, row.seats) == (LineOutcome.NO_PAIR, 0)
    intake = f"{program.code}/1"
    assert run.annex["alternatives"] == [
        {
            "key": "people_language",
            "params": {"wanted": "B1"},
            "own": True,
            "pairs": [{"line": f"{need.code}/1", "intake": intake, "value": value_of(need)}],
        }
    ]
    met = {"wanted": "B1", "more": 3, "people": 3, "intake": intake, "value": value_of(need)}
    assert row.changes == [{"key": "people_language", "params": met, "seats": 3}]
    client.force_login(ppsdm_verifier)
    page = client.get("/en" + reverse("partnerships:allocation_line", args=[run.code, need.code, 1])).content.decode()
    assert "3 other people for Test programme" in page
    assert "proposed, with English at B1 or higher: 3 more seats (score" in page


@pytest.mark.django_db
def test_what_was_frozen_is_tried_though_needs_and_programmes_have_changed_since(english, calculated):
    run = calculated(made.run())
    before = run.lines.get().changes
    NeedLine.objects.update(language_level="C1", requested_total=9)
    Program.objects.update(min_language_level="C2", language="ID")
    Intake.objects.update(starts=timezone.localdate() + dt.timedelta(days=9), seats=1)
    Suggestion.objects.all().delete()
    AllocationLine.objects.update(changes=None)
    row = run.lines.select_related("line__need").get()
    assert compute_changes(AllocationRun.objects.get(pk=run.pk), row)
    assert run.lines.get().changes == before != []


@pytest.mark.django_db
def test_seats_held_where_registration_has_closed_are_neither_missing_nor_to_be_had(aceh, bali, jica, calculated):
    """Two of four are seated in a closed programme with 3 free seats; the other one has 4 and Bali takes them all.

    A seat more in the other one is Aceh's third, and no change gives it one in the closed programme.
    """
    held = open_need(aceh, people=4)
    closed = program_factories.program(jica, ProgramStatus.CLOSED, seats=5)
    proposal(held, closed, ProposalStatus.ACCEPTED, seats_requested=2)
    open_need(bali, people=4, score=99)
    offered = program_factories.program(jica, ProgramStatus.OPEN, seats=4)
    row = calculated(made.run(preset="highest_value")).lines.get(line=line_of(held))
    assert [reason["key"] for reason in row.reasons] == ["intake_full", "frozen"]
    assert row.changes == [{"key": "seats", "params": {"intake": f"{offered.code}/1", "by": 1, "to": 5}, "seats": 3}]
    with translation.override("en"):
        assert show_reasons(row.reasons[1:], Names()) == [
            "2 seats had been decided before this run; no more may be given there."
        ]


@pytest.mark.django_db
def test_a_pair_that_staff_forbade_is_not_suggested(english):
    need, program = english
    run = made.run()
    AllocationPin.objects.create(
        run=run,
        line=line_of(need),
        intake=program.intakes.get(),
        kind=PinKind.FORBID,
        reason="Balai baru dibuka di sana.",
        by=factories.member("PPSDM_VER", factories.organisation("PPSDM")),
    )
    assert freeze(run).annex["alternatives"] == []


@pytest.mark.django_db
def test_alternatives_cost_no_query_however_many_there_are(aceh, bali, jica):
    def queries(run) -> int:
        freeze(run)
        with CaptureQueriesContext(connection) as seen:
            freeze(run)
        return len(seen)

    open_need(aceh)
    program_factories.program(jica, ProgramStatus.OPEN, language="EN", min_language_level="B1")
    run = made.run()
    few = queries(run)
    for _n in range(10):
        open_need(bali)
    NeedLine.objects.update(language_level="A1")
    program_factories.program(jica, ProgramStatus.OPEN, starts=timezone.localdate() + dt.timedelta(days=9))
    Suggestion.objects.all().delete()
    rematch_all()
    assert queries(run) == few
    keys = {row["key"] for row in freeze(run).annex["alternatives"]}
    assert keys == {"people_language", "starts_later"}


@pytest.mark.django_db
def test_every_frozen_alternative_that_is_named_gives_the_seats_when_it_is_solved(english, bali, jica):
    """Applied to the frozen file by hand: the pairs join the instance's, and the line has the stated seats."""
    open_need(bali, people=4, score=40)
    program_factories.program(jica, ProgramStatus.OPEN, seats=1)
    frozen = freeze(made.run(preset="highest_value"))
    instance = allocation.read(frozen.instance)
    extra = by_line(frozen.annex)
    told = explain(instance, allocation.solve(instance), extra=extra)
    named = [(line, change) for line, row in told.items() for change in row.changes if "more" in change.params]
    assert named
    for line, change in named:
        params = {name: change.params[name] for name in ("wanted", "months", "mode") if name in change.params}
        [row] = [
            row
            for row in frozen.annex["alternatives"]
            if (row["key"], row["params"]) == (change.key, params) and line in {pair["line"] for pair in row["pairs"]}
        ]
        pairs = {(p["line"], p["intake"]): p for p in (*frozen.instance["pairs"], *row["pairs"])}
        plan = allocation.solve(allocation.read(frozen.instance | {"pairs": list(pairs.values())}))
        assert sum(seat.seats for seat in plan.seats if seat.line == line) == change.seats
        assert change.seats - told[line].seats == change.params["more"] > 0


# --- In words -----------------------------------------------------------------------------------------------

WANTED = {
    K.PEOPLE_LANGUAGE: "B1",
    K.PEOPLE_RANK: "AHLI_MUDA",
    K.PEOPLE_YEARS: 2,
    K.PEOPLE_EDUCATION: "S2",
    K.PEOPLE_AGE_MOST: 40,
    K.PEOPLE_AGE_LEAST: 30,
    K.PEOPLE_STATUS: ["PNS", "PPPK"],
}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("intake", ["PR-2026-0001/1", None])
@pytest.mark.parametrize("key", list(K))
def test_every_alternative_is_a_sentence(key, intake, language):
    params = {"months": 1, "mode": "OVERSEAS", "programme": "PR-2026-0001", "more": 3, "people": 3, "value": 660}
    params |= {"wanted": WANTED.get(key), "intake": intake or ("I" if key == K.STARTS_LATER else None)}
    with translation.override(language):
        [said] = show_changes([{"key": str(key), "params": params, "seats": 3}], Names())
    assert said.endswith(").") and "%(" not in said and "None" not in said


@pytest.mark.parametrize(
    ("people", "more", "said"),
    [
        (3, 3, "3 other people proposed, with English at B1 or higher: 3 more seats (score 66)."),
        (1, 1, "1 other person proposed, with English at B1 or higher: 1 more seat (score 66)."),
    ],
)
def test_people_and_seats_are_counted(people, more, said):
    params = {"wanted": "B1", "people": people, "more": more, "intake": None, "value": 660}
    with translation.override("en"):
        assert show_changes([{"key": "people_language", "params": params, "seats": 5}], Names()) == [said]
