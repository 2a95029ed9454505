"""Runs of the national allocation through their table: who may do what, rules, pre-flight, rounds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone, translation

from accounts.roles import Role
from partnerships.lifecycle import ALLOCATION
from partnerships.models import AllocationPin, AllocationRound, AllocationRun, PinKind, RunStatus
from partnerships.rules import allocation_presets as presets
from partnerships.rules.allocation_steps import STEPS, failure_sentence
from partnerships.selectors.allocations import get_round, get_run, rounds_seen_by, runs_seen_by
from partnerships.services import allocations as services
from partnerships.services.allocation_preflight import preflight
from programs.models import Intake, Program, ProgramStatus
from regions.models import NeedStatus
from tests import factories, program_factories
from tests.matrices import typed_lines
from tests.partnerships import allocation_factories as made
from tests.proposal_factories import line_of
from workflow.engine import Refused, Stale, log_of, may_see, offered, perform
from workflow.reading import waiting_for

pytestmark = pytest.mark.django_db
S = RunStatus


@pytest.fixture
def cast(
    aceh_province_operator,
    aceh_province_head,
    aceh_verifier,
    ppsdm_verifier,
    ppsdm_head,
    mediation_reviewer,
    biroks_officer,
    biroks_head,
    legal_reviewer,
    sekjen,
    jica_liaison,
    jica_head,
    auditor,
    administrator,
):
    return {
        "DINAS_OP": aceh_province_operator,
        "DINAS_HEAD": aceh_province_head,
        "PROV_VER": aceh_verifier,
        "PPSDM_VER": ppsdm_verifier,
        "PPSDM_HEAD": ppsdm_head,
        "DITJEN_REV": mediation_reviewer,
        "BIROKS_OFF": biroks_officer,
        "BIROKS_HEAD": biroks_head,
        "LEGAL": legal_reviewer,
        "SEKJEN": sekjen,
        "PARTNER_OFF": jica_liaison,
        "PARTNER_HEAD": jica_head,
        "AUDITOR": auditor,
        "ADMIN": administrator,
    }


# --- Who may do what ----------------------------------------------------------------------------------------

MATRIX = Path(__file__).with_name("allocation_matrix.txt")


def typed_matrix() -> tuple[list[str], dict, dict]:
    """Roles, {(state, role): acts} and {(state, role): sees}."""
    rows = typed_lines(MATRIX)
    cut = rows.index("sees")
    roles = rows[0].split("|")[1].split()
    acts: dict[tuple[str, str], set[str]] = {}
    for row in rows[1:cut]:
        left, right = row.split("|")
        state, act = left.split()
        for role, mark in zip(roles, right.split(), strict=True):
            acts.setdefault((state, role), set())
            if mark == "x":
                acts[state, role].add(act)
    sees = {
        (row.split("|")[0].strip(), role): mark == "x"
        for row in rows[cut + 1 :]
        for role, mark in zip(roles, row.split("|")[1].split(), strict=True)
        if mark != "-"
    }
    return roles, acts, sees


def test_everyone_is_offered_exactly_what_the_procedure_says(cast):
    roles, acts, _sees = typed_matrix()
    assert {state for state, _role in acts} == set(S.values)
    found = {}
    for state in S.values:
        record = made.run(status=state)
        for role in roles:
            found[state, role] = (
                {t.name for t in ALLOCATION.leaving(state) if "CLOCK" in t.who}
                if role == "CLOCK"
                else {o.transition.name for o in offered(cast[role], record)}
            )
    assert found == acts


def test_everyone_sees_exactly_the_runs_the_procedure_says(cast):
    _roles, _acts, sees = typed_matrix()
    records = {state: made.run(status=state) for state in S.values}
    assert {(state, role): may_see(ALLOCATION, cast[role], records[state]) for state, role in sees} == sees
    listed = {role: set(runs_seen_by(user).values_list("status", flat=True)) for role, user in cast.items()}
    assert listed == {role: {state for state in S.values if sees[state, role]} for role in cast}


def test_a_run_that_may_not_be_seen_does_not_exist(cast):
    draft, ratified = made.run(status=S.RESULT), made.run(status=S.RATIFIED)
    for role in ("DINAS_OP", "PROV_VER", "PARTNER_HEAD"):
        with pytest.raises(Http404):
            get_run(cast[role], draft.code)
        assert get_run(cast[role], ratified.code) == ratified
        assert list(rounds_seen_by(cast[role])) == [ratified.round]
        with pytest.raises(Http404):
            get_round(cast[role], draft.round.code)
    with pytest.raises(Http404):
        get_run(cast["PPSDM_VER"], "AL-2026-0001\x00")
    with pytest.raises(Http404):
        get_round(cast["PPSDM_VER"], "2026-1\x00")


def test_people_and_roles_are_one_rule(cast):
    for state in S.values:
        record = made.run(status=state)
        for role, user in cast.items():
            holds = role in ALLOCATION.roles(user, record)
            assert (user in set(ALLOCATION.people(record, [role]))) == holds, (state, role)


def test_who_prepared_a_run_does_not_ratify_it(ppsdm):
    both = factories.member(Role.PPSDM_VER, ppsdm)
    record = made.run(status=S.RESULT)
    perform(ALLOCATION, "submit", record=record, actor=both)
    both.memberships.update(role=Role.PPSDM_HEAD)
    both = type(both).objects.get(pk=both.pk)
    with pytest.raises(Refused, match="sendiri|yourself"):
        perform(ALLOCATION, "ratify", record=record, actor=both)


def test_a_submitted_run_is_due_after_three_working_days_and_waits_for_the_head(cast):
    record = made.run(status=S.RESULT)
    done = perform(ALLOCATION, "submit", record=record, actor=cast["PPSDM_VER"])
    assert ALLOCATION.state(S.SUBMITTED).within.working_days == 3
    assert done.due_at == ALLOCATION.state(S.SUBMITTED).within(done, done.status_since)
    assert list(waiting_for(cast["PPSDM_HEAD"], "partnerships.allocation")) == [record]
    assert list(waiting_for(cast["PPSDM_VER"], "partnerships.allocation")) == []


def test_a_round_has_one_run_before_the_head_at_a_time(cast):
    first = made.run(status=S.SUBMITTED)
    second = made.run(first.round, status=S.RESULT)
    with pytest.raises(Refused, match=first.code):
        perform(ALLOCATION, "submit", record=second, actor=cast["PPSDM_VER"])


def test_a_returned_run_is_a_draft_result_again_with_its_reason(cast):
    record = made.run(status=S.SUBMITTED)
    with pytest.raises(Refused):
        perform(ALLOCATION, "return", record=record, actor=cast["PPSDM_HEAD"], answers={"reason": "pendek"})
    done = perform(
        ALLOCATION,
        "return",
        record=record,
        actor=cast["PPSDM_HEAD"],
        answers={"reason": "Papua Tengah belum dilayani."},
    )
    assert done.status == S.RESULT
    assert log_of(done).last().comment == "Papua Tengah belum dilayani."


# --- What the database refuses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        ("RESULT", {"result": None}),
        ("RATIFIED", {"input_hash": ""}),
        ("SUBMITTED", {"instance": None}),
        ("FAILED", {"failure": None}),
        ("LOST", {}),
    ],
)
def test_the_database_refuses_half_runs(status, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        record = made.run(status="DRAFT" if status == "LOST" else status)
        AllocationRun.objects.filter(pk=record.pk).update(status=status, **fields)


@pytest.mark.parametrize("status", ["RUNNING", "RATIFIED"])
def test_a_round_has_one_running_and_one_ratified_run(status):
    first = made.run(status=status)
    with pytest.raises(IntegrityError), transaction.atomic():
        made.run(first.round, status=status)


def test_lists_leave_the_large_papers_where_they_are(ppsdm_verifier, django_assert_num_queries):
    record = made.run(status=S.RESULT)
    [listed] = runs_seen_by(ppsdm_verifier)
    assert listed.get_deferred_fields() == {"instance", "annex", "result"}
    with django_assert_num_queries(1):
        assert listed.instance == made.EMPTY
    listed.save()
    record.refresh_from_db()
    assert record.result == made.EMPTY_RESULT


# --- Rounds, rules, copies ----------------------------------------------------------------------------------


def test_rounds_are_numbered_within_their_cycle(ppsdm_verifier):
    cycle = factories.cycle()
    first = services.open_round(cycle, ppsdm_verifier)
    assert (first.code, first.number, first.opened_by) == ("2026-1", 1, ppsdm_verifier)
    made.run(first, status=S.RATIFIED)
    assert services.open_round(cycle, ppsdm_verifier).code == "2026-2"
    assert services.open_round(factories.cycle(2027), ppsdm_verifier).code == "2027-1"


def test_a_round_without_ratified_run_is_continued(ppsdm_verifier):
    first = services.open_round(factories.cycle(), ppsdm_verifier)
    with pytest.raises(Refused, match="2026-1"):
        services.open_round(factories.cycle(), ppsdm_verifier)
    assert list(AllocationRound.objects.all()) == [first]


@pytest.mark.parametrize("who", ["PPSDM_HEAD", "BIROKS_HEAD", "DINAS_HEAD", "AUDITOR", "ADMIN"])
def test_only_the_verifier_of_ppsdm_prepares(cast, who):
    record = made.run()
    for act in (
        lambda user: services.open_round(factories.cycle(2027), user),
        lambda user: services.new_run(record.round, user),
        lambda user: services.clone_run(record, user),
        lambda user: services.save_rules(record, record.rules, user),
    ):
        with pytest.raises(PermissionDenied):
            act(cast[who])


def test_a_new_run_has_the_rules_of_its_preset_and_a_log(ppsdm_verifier):
    of = made.round_of()
    record = services.new_run(of, ppsdm_verifier, "strong_equity")
    assert record.code == f"AL-{timezone.localdate().year}-0001"
    assert (record.status, record.preset, record.rules) == ("DRAFT", "strong_equity", presets.rules_of("strong_equity"))
    [entry] = log_of(record)
    assert (entry.action, entry.actor, entry.data) == (
        "create",
        ppsdm_verifier,
        {"round": of.code, "preset": "strong_equity"},
    )


def test_a_copy_has_rules_and_pins_of_its_own_and_the_former_stays(ppsdm_verifier, aceh, jica):
    [need], program = made.scarce(jica, aceh)
    record = made.run(status=S.RESULT, preset="stable")
    AllocationPin.objects.create(
        run=record,
        line=line_of(need),
        intake=program.intakes.get(),
        kind=PinKind.PIN,
        seats=1,
        reason="Balai baru dibuka di sana.",
        by=ppsdm_verifier,
    )
    copy = services.clone_run(record, ppsdm_verifier)
    assert (copy.status, copy.follows_id, copy.preset, copy.rules) == ("DRAFT", record.pk, "stable", record.rules)
    assert list(copy.pins.values_list("line", "intake", "kind", "seats", "reason")) == list(
        record.pins.values_list("line", "intake", "kind", "seats", "reason")
    )
    copy.pins.all().delete()
    assert record.pins.count() == 1
    record.refresh_from_db()
    assert record.status == S.RESULT


def test_saved_rules_are_logged_and_lose_the_preset_they_no_longer_are(ppsdm_verifier):
    record = made.run()
    changed = services.save_rules(record, record.rules | {"floor": 3}, ppsdm_verifier, version=record.version)
    assert (changed.rules["floor"], changed.preset, changed.version) == (3, "", record.version + 1)
    [entry] = log_of(record)
    assert entry.data == {"part": "rules", "changes": [{"field": "floor", "before": 1, "after": 3}]}
    with pytest.raises(Stale):
        services.save_rules(record, record.rules, ppsdm_verifier, version=record.version)
    again = services.save_rules(changed, presets.rules_of("balanced"), ppsdm_verifier, version=changed.version)
    assert again.preset == "balanced"
    assert services.save_rules(again, again.rules, ppsdm_verifier).version == again.version


def test_rules_of_a_started_run_stay(ppsdm_verifier):
    with pytest.raises(Stale):
        record = made.run(status=S.RESULT)
        services.save_rules(record, record.rules | {"floor": 3}, ppsdm_verifier)


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "fastest"},
        {"floor_for": "java"},
        {"floor": -1},
        {"floor": True},
        {"keep_bonus": 1001},
        {"region_max": 0},
        {"time_limit": 601},
        {"gap": 0.2},
        {"gap": "0"},
        {"equity": [{"upto_pct": 40, "bonus": 10}, {"upto_pct": 20, "bonus": 5}]},
        {"equity": [{"upto_pct": 20, "bonus": 10}, {"upto_pct": 40, "bonus": 50}]},
        {"equity": [{"upto_pct": 20}]},
        {"equity": [{"upto_pct": n, "bonus": 10} for n in range(1, 8)]},
        {"mode": "leximin", "equity": [{"upto_pct": 20, "bonus": 10}]},
        {"colour": "blue"},
    ],
)
def test_rules_the_solver_could_not_read_are_refused_with_one_sentence(ppsdm_verifier, wrong):
    record = made.run()
    with pytest.raises(Refused) as refused:
        services.save_rules(record, record.rules | wrong, ppsdm_verifier)
    assert len(refused.value.reasons) == 1


def test_every_preset_is_valid_and_knows_itself():
    assert [p.code for p in presets.PRESETS] == [
        "balanced",
        "strong_equity",
        "highest_value",
        "lowest_first",
        "stable",
    ]
    for preset in presets.PRESETS:
        assert presets.refusals(preset.rules) == []
        assert presets.preset_of(presets.rules_of(preset.code)) == preset.code


# --- Before the start ---------------------------------------------------------------------------------------


def points(run) -> dict[str, bool]:
    return {check.key: check.ok for check in preflight(run)}


def test_the_list_before_the_start_names_what_is_missing(ppsdm_verifier):
    record = made.run()
    found = {check.key: (check.ok, check.blocks) for check in preflight(record)}
    assert found == {
        "rules": (True, True),
        "needs": (False, True),
        "seats": (False, True),
        "other_run": (True, True),
        "pins": (True, True),
        "undecided": (True, False),
        "scores": (True, False),
        "lead_time": (True, False),
        "smallest_group": (True, False),
    }
    with translation.override("en"), pytest.raises(Refused) as refused:
        perform(ALLOCATION, "start", record=record, actor=ppsdm_verifier)
    assert refused.value.reasons == [
        "Cycle 2026 has no approved need yet. Approve needs first.",
        "No intake has free seats. Wait for programmes to open, or ask partners for more seats.",
    ]


def test_warnings_do_not_stop_the_start(aceh, bali, jica, ppsdm_verifier):
    _needs, program = made.scarce(jica, aceh)
    factories.need(bali, status=NeedStatus.MIN_REVIEW)
    Intake.objects.update(min_cohort=50)
    soon = program_factories.program(jica, ProgramStatus.OPEN, starts=timezone.localdate() + dt.timedelta(days=3))
    Program.objects.filter(pk=soon.pk).update(internal_deadline=None, partner_deadline=None)
    record = made.run()
    with translation.override("en"):
        found = {c.key: c.sentence for c in preflight(record) if not c.ok}
    assert found == {
        "undecided": "1 need still waits for its decision and would be left out.",
        "scores": "Out of date and computed first: scores of needs (1) and of programmes (2).",
        "lead_time": "1 intake begins before its lead time and gets nobody.",
        "smallest_group": f"The smallest group is larger than the seats, so nobody can go: {program.code}/1.",
    }
    assert perform(ALLOCATION, "start", record=record, actor=ppsdm_verifier).status == S.RUNNING


def test_a_second_run_of_the_round_does_not_start(aceh, jica, ppsdm_verifier):
    made.scarce(jica, aceh)
    first = made.run(status=S.RUNNING)
    second = made.run(first.round)
    with pytest.raises(Refused, match=first.code):
        perform(ALLOCATION, "start", record=second, actor=ppsdm_verifier)
    elsewhere = made.run()
    assert perform(ALLOCATION, "start", record=elsewhere, actor=ppsdm_verifier).status == S.RUNNING


def test_pins_beyond_people_seats_or_what_is_open_block(aceh, bali, jica, ppsdm_verifier):
    [need, closed], program = made.scarce(jica, aceh, bali, people=3, seats=4)
    record = made.run()
    intake = program.intakes.get()

    def pin(need, seats):
        return AllocationPin.objects.create(
            run=record,
            line=line_of(need),
            intake=intake,
            kind=PinKind.PIN,
            seats=seats,
            reason="Balai baru dibuka di sana.",
            by=ppsdm_verifier,
        )

    fits = pin(need, 3)
    assert points(record)["pins"]
    fits.seats = 5
    fits.save()
    type(closed).objects.filter(pk=closed.pk).update(status=NeedStatus.CLOSED_UNMET)
    pin(closed, 1)
    with translation.override("en"):
        [check] = [c for c in preflight(record) if c.key == "pins"]
    assert check.sentence == (
        f"{closed.code} is pinned, but the need is no longer open. "
        f"{need.code}/1: seats pinned or given 5, people 3. "
        f"{program.code}/1: seats pinned or given 6, seats offered 4. "
        "Change or remove these pins."
    )


@pytest.mark.parametrize(
    "key", ["not_started", "worker_lost", "time_over", "too_large", "bad_input", "unexpected", "?"]
)
def test_every_cause_is_a_sentence(key):
    params = {"step": "floors", "minutes": 25, "path": "pairs[0]", "value": "5", "expected": "an id"}
    with translation.override("en"):
        sentence = failure_sentence({"key": key, "params": params})
        assert sentence.endswith(".") and "%" not in sentence
        assert (str(STEPS["floors"]) in sentence) == (key not in {"not_started", "bad_input"})


def test_nothing_to_say_about_a_run_that_did_not_fail():
    assert failure_sentence(None) == ""


def test_the_page_of_a_run_follows_its_state():
    of = made.round_of()
    found = {}
    for state in S.values:
        record = made.run(of, status=state) if state != "RUNNING" else made.run(status=state)
        found[state] = record.get_absolute_url().split("/")[3 if record.get_absolute_url().startswith("/en/") else 2]
    assert set(found) == set(S.values)
