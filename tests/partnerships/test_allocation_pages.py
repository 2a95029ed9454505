"""Pages of the national allocation: what each role reads, how rules, progress and results are shown, and files."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from partnerships.lifecycle import ALLOCATION
from partnerships.models import AllocationLine, AllocationPin, AllocationRound, AllocationRun, LineOutcome, RunStatus
from partnerships.rules.allocation_presets import rules_of
from partnerships.services import allocations as services
from partnerships.services import suggestions
from programs.models import ProgramStatus
from regions.models import Region
from tests import factories, program_factories
from tests.partnerships import allocation_factories as made
from tests.proposal_factories import open_need
from workflow.engine import log_of, perform

pytestmark = pytest.mark.django_db
S = RunStatus
_codes = itertools.count(9001)


def get(client, user, url: str, status: int = 200):
    if user is not None:
        client.force_login(user)
    response = client.get(url)
    translation.activate("id")  # a request to /en/ leaves its language behind
    assert response.status_code == status, response.content[:2000]
    return response


def post(client, url: str, data: dict):
    """Send a form of the English page."""
    response = client.post(f"/en{url}", data)
    translation.activate("id")
    return response


def words(response) -> str:
    return " ".join(response.content.decode().split())


def in_english(client, user, url: str, status: int = 200) -> str:
    return words(get(client, user, f"/en{url}", status))


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def result_url(run, more: str = "") -> str:
    return f"{reverse('partnerships:allocation_result', args=[run.code])}{more}"


def line_url(run, need) -> str:
    return reverse("partnerships:allocation_line", args=[run.code, need.code, 1])


@pytest.fixture
def needs(aceh, bali, aceh_province_operator, bali_operator):
    """Nine people of Aceh and three of Bali want to become better mediators."""
    return [
        open_need(aceh, people=9, created_by=aceh_province_operator),
        open_need(bali, people=3, created_by=bali_operator),
    ]


@pytest.fixture
def program(jica):
    return program_factories.program(jica, ProgramStatus.OPEN, seats=8, title_id="Mediasi dasar", title_en="Mediation")


@pytest.fixture
def matched(needs, program):
    for need in needs:
        suggestions.recompute_need(need.pk)
    suggestions.recompute_program(program.pk)
    return needs


def calculated(verifier, preset: str = "highest_value", of: AllocationRound | None = None, **rules) -> AllocationRun:
    """A run that was really calculated."""
    run = services.new_run(of or made.round_of(), verifier, preset)
    if rules:
        run = services.save_rules(run, rules_of(preset) | rules, verifier)
    perform(ALLOCATION, "start", record=run, actor=verifier)
    services.execute(run.pk)
    found = AllocationRun.objects.get(pk=run.pk)
    assert found.status == S.RESULT, found.failure
    return found


@pytest.fixture
def result(matched, ppsdm_verifier):
    """Eight seats for twelve people: somebody goes without."""
    return calculated(ppsdm_verifier)


def published(run, status: str = S.RATIFIED) -> AllocationRun:
    """The same result as if it had been ratified; what ratifying does besides is tested elsewhere."""
    return made.run(
        run.round,
        status,
        code=f"AL-2026-{next(_codes)}",
        **{
            name: getattr(run, name)
            for name in (
                "instance", "annex", "result", "input_hash", "rules_version", "figures", "baselines", "rule_costs",
                "leftovers", "finished_at",
            )
        },
    )  # fmt: skip


# --- Overview -----------------------------------------------------------------------------------------------


def test_before_the_first_round_everyone_reads_what_to_expect(client, ppsdm_verifier, auditor, aceh_operator, matched):
    url = reverse("partnerships:allocations")
    assert "Open the first round" in in_english(client, ppsdm_verifier, url)
    for reader in (auditor, aceh_operator):
        page = in_english(client, reader, url)
        assert "No allocation has been ratified yet" in page and "Open a round" not in page


def test_without_an_approved_need_no_round_can_be_opened(client, ppsdm_verifier):
    url = reverse("partnerships:allocations")
    page = in_english(client, ppsdm_verifier, url)
    assert "A round can be opened as soon as a need is approved." in page and "Open a round" not in page
    client.post(url)
    assert AllocationRound.objects.count() == 0


def test_opening_a_round_leads_to_the_rules_of_its_first_run(client, ppsdm_verifier, matched):
    client.force_login(ppsdm_verifier)
    response = client.post(reverse("partnerships:allocations"))
    run = AllocationRun.objects.get()
    assert (run.round.code, run.status, run.preset) == ("2026-1", "DRAFT", "balanced")
    assert response["Location"] == run.get_absolute_url()
    again = client.post(reverse("partnerships:allocations"), follow=True)
    assert AllocationRound.objects.count() == 1
    assert "2026-1" in words(again)


def test_only_the_verifier_opens_rounds_and_runs(client, ppsdm_head, auditor, aceh_operator, matched):
    round_ = made.round_of()
    for user in (ppsdm_head, auditor, aceh_operator):
        client.force_login(user)
        assert client.post(reverse("partnerships:allocations")).status_code == 403
        client.post(reverse("partnerships:allocation_prepare", args=[round_.code]))
    assert (AllocationRound.objects.count(), AllocationRun.objects.count()) == (1, 0)


def test_the_overview_shows_each_run_with_its_figures(client, ppsdm_verifier, result):
    page = in_english(client, ppsdm_verifier, reverse("partnerships:allocations"))
    assert result.code in page and "8 of 8" in page and "Highest value" in page and "Draft result" in page


def test_the_overview_costs_as_much_for_thirty_runs_as_for_one(client, ppsdm_verifier, result):
    url = reverse("partnerships:allocations")
    get(client, ppsdm_verifier, url)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(url)
    for _n in range(29):
        published(result, S.SUPERSEDED)
    with CaptureQueriesContext(connection) as thirty:
        client.get(url)
    assert len(thirty) == len(one)


# --- Rules before a run -------------------------------------------------------------------------------------


@pytest.fixture
def draft(matched, ppsdm_verifier):
    return services.new_run(made.round_of(), ppsdm_verifier, "balanced")


def answers(run, **changes) -> dict:
    """What the page sends when nothing is touched."""
    from partnerships.forms.allocations import RulesForm

    form = RulesForm(run=run)
    sent = {name: value for name in form.fields if (value := form[name].value()) is not None}
    return {name: value for name, value in (sent | changes).items() if value != ""}


def test_presets_stand_as_cards_each_with_its_sentence(client, ppsdm_verifier, draft):
    page = in_english(client, ppsdm_verifier, draft.get_absolute_url())
    for sentence in ("Strong equity", "The best matches in the whole country", "Own settings", "Single settings"):
        assert sentence in page
    assert page.count('name="preset"') == 6


def test_a_preset_is_taken_with_all_its_rules(client, ppsdm_verifier, draft):
    client.force_login(ppsdm_verifier)
    response = client.post(draft.get_absolute_url(), answers(draft, preset="strong_equity"))
    assert response.status_code == 302
    draft.refresh_from_db()
    assert (draft.preset, draft.rules) == ("strong_equity", rules_of("strong_equity"))


def test_single_settings_make_the_rules_ones_own(client, ppsdm_verifier, draft):
    client.force_login(ppsdm_verifier)
    client.post(draft.get_absolute_url(), answers(draft, region_max="2", gap="0,5"))
    draft.refresh_from_db()
    assert (draft.preset, draft.rules) == ("", rules_of("balanced") | {"region_max": 2, "gap": 0.005})
    page = in_english(client, ppsdm_verifier, draft.get_absolute_url())
    assert '<details class="sg-fine" open>' in page


def test_another_preset_and_single_settings_at_once_are_asked_about_and_nothing_is_lost(client, ppsdm_verifier, draft):
    client.force_login(ppsdm_verifier)
    response = post(
        client, draft.get_absolute_url(), answers(draft, preset="highest_value", floor="7", floor_for="zero")
    )
    page = words(response)
    assert response.status_code == 400
    assert "You changed the aim and single settings." in page and "Error:" in page
    assert 'name="floor" value="7"' in page
    draft.refresh_from_db()
    assert draft.rules == rules_of("balanced")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"preset": "own", "upto_2": "10"}, "shares rise up to 100 percent"),
        ({"preset": "own", "upto_3": "90"}, "shares rise up to 100 percent"),
        ({"floor": "-1"}, "greater than or equal to 0"),
        ({"time_limit": "99999"}, "less than or equal to 600"),
        ({"gap": "abc"}, "Enter a number"),
        ({"preset": "nonsense"}, "Select a valid choice"),
        ({"mode": "leximin"}, "Equity steps belong to the mode by value"),
    ],
)
def test_wrong_settings_are_refused_with_a_sentence(client, ppsdm_verifier, draft, changes, sentence):
    client.force_login(ppsdm_verifier)
    response = post(client, draft.get_absolute_url(), answers(draft, **changes))
    assert response.status_code == 400
    assert sentence in words(response)


def test_who_comes_second_is_told_and_keeps_what_was_typed(client, ppsdm_verifier, draft):
    sent = answers(draft, region_max="4")
    services.save_rules(draft, rules_of("highest_value"), ppsdm_verifier)
    client.force_login(ppsdm_verifier)
    response = post(client, draft.get_absolute_url(), sent)
    page = words(response)
    assert response.status_code == 409
    assert "has changed since you opened the page" in page and 'name="region_max" value="4"' in page
    draft.refresh_from_db()
    assert f'name="version" value="{draft.version}"' in page
    assert client.post(draft.get_absolute_url(), sent | {"version": draft.version}).status_code == 302


def test_the_checks_say_what_is_missing_and_where_to_go(client, ppsdm_verifier):
    run = services.new_run(made.round_of(), ppsdm_verifier)
    page = in_english(client, ppsdm_verifier, run.get_absolute_url())
    assert "Cycle 2026 has no approved need yet." in page and "No intake has free seats." in page
    assert reverse("regions:queue") in page and "Missing" in page
    client.force_login(ppsdm_verifier)
    response = post(client, run.get_absolute_url(), answers(run) | {"jalankan": "1"})
    assert response.status_code == 400
    assert "Approve needs first." in words(response)
    run.refresh_from_db()
    assert run.status == S.DRAFT


def test_run_saves_the_rules_and_starts_the_calculation(client, ppsdm_verifier, draft):
    client.force_login(ppsdm_verifier)
    response = client.post(draft.get_absolute_url(), answers(draft, preset="lowest_first") | {"jalankan": "1"})
    assert response["Location"] == reverse("partnerships:allocation_progress", args=[draft.code])
    draft.refresh_from_db()
    assert draft.rules == rules_of("lowest_first")
    assert "start" in [entry.action for entry in log_of(draft)]


def test_others_of_the_centre_read_the_rules_and_change_nothing(client, auditor, ppsdm_head, draft, aceh_operator):
    for user in (auditor, ppsdm_head):
        page = in_english(client, user, draft.get_absolute_url())
        assert "Guaranteed seats for each office" in page and 'name="preset"' not in page
        assert client.post(draft.get_absolute_url(), {"preset": "stable"}).status_code == 403
    get(client, aceh_operator, draft.get_absolute_url(), 404)


def test_a_run_is_prepared_under_its_own_round_only(client, ppsdm_verifier, draft):
    other = made.round_of(2027)
    for code in ("AL-0000-0000", draft.code + "x", "\x00"):
        get(client, ppsdm_verifier, f"{reverse('partnerships:allocation_prepare', args=['2026-1'])}?run={code}", 404)
    get(
        client, ppsdm_verifier, f"{reverse('partnerships:allocation_prepare', args=[other.code])}?run={draft.code}", 404
    )
    get(client, ppsdm_verifier, reverse("partnerships:allocation_prepare", args=["2099-9"]), 404)


def test_a_draft_that_is_there_is_continued(client, ppsdm_verifier, draft):
    client.force_login(ppsdm_verifier)
    assert (
        client.get(reverse("partnerships:allocation_prepare", args=["2026-1"]))["Location"] == draft.get_absolute_url()
    )


# --- Progress -----------------------------------------------------------------------------------------------


def running(**fields):
    fields = {"progress": {"step": "explain", "done": 7, "of": 10, "lines_done": 3, "lines_of": 9}} | fields
    return made.run(made.round_of(), S.RUNNING, heartbeat_at=timezone.now(), **fields)


def test_progress_shows_steps_and_may_be_left(client, ppsdm_verifier):
    run = running()
    page = in_english(client, ppsdm_verifier, run.get_absolute_url())
    assert "You may close this page." in page and "3 of 9 lines" in page and "Stop the calculation" in page
    assert 'hx-trigger="every 2s"' in page
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in page
    assert page.count('aria-current="step"') == 1


def test_progress_asks_less_often_after_half_a_minute(client, auditor):
    run = running(started_at=timezone.now() - dt.timedelta(minutes=2, seconds=41))
    page = in_english(client, auditor, run.get_absolute_url())
    assert 'hx-trigger="every 5s"' in page and "2 min 41 s" in page and "Stop the calculation" not in page


def test_a_step_is_announced_once(client, ppsdm_verifier):
    run = running()
    client.force_login(ppsdm_verifier)
    inner = {"HTTP_HX_REQUEST": "true"}
    same = words(client.get(f"{run.get_absolute_url()}?langkah=explain", **inner))
    new = words(client.get(f"{run.get_absolute_url()}?langkah=compare", **inner))
    assert ("hx-swap-oob" in same, "hx-swap-oob" in new, "<html" in new) == (False, True, False)


def test_a_finished_run_leads_to_its_result(client, ppsdm_verifier, result):
    url = reverse("partnerships:allocation_progress", args=[result.code])
    client.force_login(ppsdm_verifier)
    assert client.get(url)["Location"] == result.get_absolute_url()
    assert client.get(url, HTTP_HX_REQUEST="true")["HX-Redirect"] == result.get_absolute_url()


def test_a_failure_names_step_and_cause_and_the_way_out(client, ppsdm_verifier, matched):
    run = made.run(made.round_of(), S.FAILED)
    page = in_english(client, ppsdm_verifier, run.get_absolute_url())
    assert "The process that calculated stopped at the step “Guaranteed seats”." in page
    assert f"<title>The calculation failed · {run.code}" in page
    assert "failed here" in page and "Run the calculation" in page and "Change the rules" in page
    assert "hx-get" not in page.split("<main")[1] and "http-equiv" not in page


# --- Result -------------------------------------------------------------------------------------------------


def test_the_result_says_what_was_given_and_why_seats_are_left(client, ppsdm_verifier, result):
    page = in_english(client, ppsdm_verifier, result_url(result))
    assert "8 of 8 seats given; 12 officers are in need." in page
    assert "Compared with: First come, first served." in page
    assert "Proven best: no other plan within these rules is worth more." in page
    assert "Every seat on offer is given." in page


def test_a_gap_is_stated_in_words(client, ppsdm_verifier, result):
    AllocationRun.objects.filter(pk=result.pk).update(figures=result.figures | {"gap": 0.0123, "status": "feasible"})
    page = in_english(client, ppsdm_verifier, result_url(result))
    assert "At most 1.23% below the proven limit" in page and "Proven best" not in page


def test_each_comparator_has_its_own_address_and_nonsense_falls_back(client, ppsdm_verifier, result):
    for wanted, label in (
        ("greedy", "Best score first"),
        ("x", "First come, first served"),
        ("previous", "First come"),
    ):
        assert f"Compared with: {label}" in in_english(client, ppsdm_verifier, result_url(result, f"?banding={wanted}"))


def test_worse_figures_carry_the_warning_and_the_word(client, ppsdm_verifier, result):
    better = {**result.figures, "by_province": {"11": {"seats": 9, "people": 9}, "51": {"seats": 3, "people": 3}}}
    better |= {"mean_value": 999}
    AllocationRun.objects.filter(pk=result.pk).update(baselines={"previous": {"figures": better}})
    page = in_english(client, ppsdm_verifier, result_url(result))
    assert (
        "down by 4 seats" in page and "down by" in page and "sg-delta-down" in page and "exclamation-triangle" in page
    )


def test_the_map_is_switched_by_links(client, ppsdm_verifier, result):
    after = get(client, ppsdm_verifier, result_url(result))
    before = get(client, ppsdm_verifier, result_url(result, "?peta=sebelum"))
    table = get(client, ppsdm_verifier, result_url(result, "?peta=tabel"))
    odd = get(client, ppsdm_verifier, result_url(result, "?peta=%00"))
    views = [response.context["view"] for response in (after, before, table, odd)]
    assert views == ["sesudah", "sebelum", "tabel", "sesudah"]
    shares = {p.code: (p.seats, p.people) for p in after.context["shown"].places}
    assert sum(seats for seats, _people in shares.values()) == 8
    assert {code: people for code, (_seats, people) in shares.items()} == {"11": 9, "51": 3}
    assert 'role="img"' in words(after) and 'class="sg-tiles"' not in words(table)


def test_lines_tell_what_they_got_and_why(client, ppsdm_verifier, result, matched):
    rows = get(client, ppsdm_verifier, result_url(result)).context["lines"]
    assert [line.row.line.need for line in rows] == matched
    assert sum(line.row.seats for line in rows) == 8
    assert all(line.reasons for line in rows)
    assert all((line.row.outcome == LineOutcome.ALL) == line.is_served for line in rows)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?provinsi=11", ["11"]),
        ("?provinsi=51&provinsi=11", ["11", "51"]),
        ("?q=bali", ["51"]),
        ("?hasil=NO_PAIR", []),
        ("?hasil=x", []),
        ("?tema=T07&page=abc", ["11", "51"]),
        ("?page=999", ["11", "51"]),
        ("?q=%00", ["11", "51"]),
    ],
)
def test_lines_are_filtered(client, ppsdm_verifier, result, query, expected):
    response = get(client, ppsdm_verifier, result_url(result, query))
    assert sorted(line.row.province_code for line in response.context["lines"]) == expected


def test_an_empty_filter_offers_to_clear_it(client, ppsdm_verifier, result):
    assert "No line fits these filters" in in_english(client, ppsdm_verifier, result_url(result, "?hasil=NO_PAIR"))


def test_the_result_costs_as_much_for_thirty_lines_as_for_one(client, ppsdm_verifier, jica, aceh, program):
    program.intakes.update(seats=200)

    def queries(people: list[int], number: int) -> int:
        needs = [open_need(factories.office(f"11{n + number:02d}"), people=p) for n, p in enumerate(people)]
        for need in needs:
            suggestions.recompute_need(need.pk)
        run = calculated(ppsdm_verifier, of=AllocationRound.objects.first())
        get(client, ppsdm_verifier, result_url(run, "?size=50"))
        with CaptureQueriesContext(connection) as found:
            response = client.get(result_url(run, "?size=50"))
        assert len(response.context["lines"]) >= len(people)
        return len(found)

    assert queries([2], 1) == queries([2] * 29, 2)


def test_a_line_without_changes_leads_to_where_they_are_computed(client, ppsdm_verifier, auditor, result, matched):
    short = result.lines.exclude(outcome=LineOutcome.ALL).select_related("line__need").first()
    AllocationLine.objects.filter(pk=short.pk).update(changes=None)
    url = line_url(result, short.line.need)
    assert f"{url}#ubah" in in_english(client, ppsdm_verifier, result_url(result)).replace("/en/", "/")
    page = in_english(client, auditor, url)
    assert "Not computed yet." in page and "Compute now" in page
    assert client.post(url, {"hitung": "1"}).status_code == 302
    short.refresh_from_db()
    assert short.changes is not None
    assert "Not computed yet" not in in_english(client, auditor, url)


def test_what_a_rule_costs_is_shown_with_and_without_it(client, ppsdm_verifier, matched):
    run = calculated(ppsdm_verifier, region_max=2)
    page = in_english(client, ppsdm_verifier, result_url(run))
    assert "Limit per regency or city" in page
    assert "seats 4 instead of 8" in page


def test_clashing_rules_are_named(client, ppsdm_verifier, result):
    clashes = [
        {"limit": "intake.region_max", "intake": "PR-0/1", "region": "DISNAKER-11", "max": 3, "locked": 10},
        {"limit": "region.floor", "region": "DISNAKER-51", "floor": 2, "seats": 1},
        {"limit": "intake.min", "intake": "PR-0/1", "min": 8, "locked": 2, "seats": 5},
    ]
    AllocationRun.objects.filter(pk=result.pk).update(figures=result.figures | {"clashes": clashes})
    page = in_english(client, ppsdm_verifier, result_url(result))
    assert "Rules that cannot all hold" in page
    assert "10 seats decided before exceed the limit per regency or city (3)" in page
    assert "1 guaranteed seat cannot be given within the other rules" in page
    assert "fewer than its least 8" in page


def test_no_seat_at_all_is_said_at_the_top(client, ppsdm_verifier, needs):
    run = made.run(made.round_of(), S.RESULT, figures={
        "seats": 0, "seats_offered": 5, "people": 4, "by_province": {"11": {"seats": 0, "people": 4, "ratio": 0}},
        "provinces_without": 1, "mean_value": None, "gap": 0, "status": "optimal",
    }, leftovers=[{"intake": "PR-0/1", "free": 5, "key": "no_pair", "params": {}}])  # fmt: skip
    page = in_english(client, ppsdm_verifier, result_url(run))
    assert "No seat was given" in page and "No need line meets the conditions of this intake." in page
    assert "Why 5 seats are left" in page


def test_a_copy_has_the_same_rules_and_the_result_stays(client, ppsdm_verifier, result):
    client.force_login(ppsdm_verifier)
    response = client.post(reverse("partnerships:allocation_copy", args=[result.code]))
    copy = AllocationRun.objects.exclude(pk=result.pk).get()
    assert (copy.follows, copy.rules, copy.status) == (result, result.rules, S.DRAFT)
    assert response["Location"] == copy.get_absolute_url()
    assert AllocationRun.objects.get(pk=result.pk).status == S.RESULT


def test_who_may_do_what_on_a_result(client, ppsdm_verifier, ppsdm_head, auditor, result):
    found = {}
    for name, user in (("verifier", ppsdm_verifier), ("head", ppsdm_head), ("auditor", auditor)):
        page = in_english(client, user, result_url(result))
        found[name] = [w for w in ("Submit for ratification", "Change the rules", "Download files") if w in page]
    assert found == {
        "verifier": ["Submit for ratification", "Change the rules", "Download files"],
        "head": ["Download files"],
        "auditor": ["Download files"],
    }
    client.force_login(ppsdm_head)
    assert client.post(reverse("partnerships:allocation_copy", args=[result.code])).status_code == 403


def test_the_head_ratifies_or_returns(client, ppsdm_verifier, ppsdm_head, result):
    perform(ALLOCATION, "submit", record=result, actor=ppsdm_verifier)
    page = in_english(client, ppsdm_head, result_url(result))
    assert "Ratify" in page and "Return for changes" in page
    act = in_english(client, ppsdm_head, f"{result.manage_url}ratify/")
    assert "8 of 8, for 12 people" in act
    assert result.code in in_english(client, ppsdm_head, "/beranda/")


def test_a_result_nobody_ratified_does_not_exist_outside_the_centre(
    client, result, aceh_operator, aceh_verifier, jica_head, administrator, needs
):
    for user in (aceh_operator, aceh_verifier, jica_head, administrator):
        for url in (
            result_url(result),
            line_url(result, needs[0]),
            reverse("partnerships:allocation_sheet", args=[result.code]),
            reverse("partnerships:allocation_file", args=[result.code]),
            reverse("partnerships:allocation_progress", args=[result.code]),
            reverse("partnerships:allocation_run", args=[result.code]),
            f"{result.manage_url}submit/",
        ):
            get(client, user, url, 404)
    get(Client(), None, reverse("partnerships:public_allocation", args=[result.code]), 404)


def test_runs_without_a_result_are_shown_where_they_are(client, ppsdm_verifier, draft):
    client.force_login(ppsdm_verifier)
    assert client.get(result_url(draft))["Location"] == draft.get_absolute_url()
    for name in ("allocation_sheet", "allocation_file"):
        get(client, ppsdm_verifier, reverse(f"partnerships:{name}", args=[draft.code]), 404)


# --- What offices, provinces and partners read --------------------------------------------------------------


@pytest.fixture
def ratified(result):
    run = published(result)
    for row in result.lines.all():
        row.pk, row.run = None, run
        row.save()
    for seat in result.seats.all():
        seat.pk, seat.run = None, run
        seat.save()
    return run


def test_an_office_reads_its_own_lines_and_nobody_elses(
    client, ratified, needs, aceh_province_operator, bali_operator, jica_head
):
    seen = {}
    for name, user in (("aceh", aceh_province_operator), ("bali", bali_operator), ("jica", jica_head)):
        response = get(client, user, result_url(ratified))
        seen[name] = [line.row.line.need for line in response.context["lines"]]
        assert "unduh.xlsx" not in words(response) and "sha-256" not in words(response).lower()
    assert seen == {"aceh": [needs[0]], "bali": [needs[1]], "jica": []}
    get(client, bali_operator, line_url(ratified, needs[1]))
    get(client, bali_operator, line_url(ratified, needs[0]), 404)
    get(client, jica_head, line_url(ratified, needs[0]), 404)


def test_files_of_single_lines_are_for_the_centre(client, ratified, bali_operator):
    for name in ("allocation_sheet", "allocation_file"):
        get(client, bali_operator, reverse(f"partnerships:{name}", args=[ratified.code]), 403)


def test_outside_the_centre_small_groups_are_withheld(client, ratified, bali_operator, ppsdm_verifier):
    open_, closed = (
        {p.code: (p.people, p.seats, p.now) for p in get(client, user, result_url(ratified)).context["shown"].places}
        for user in (ppsdm_verifier, bali_operator)
    )
    assert open_["51"][0] == 3
    assert closed["51"] == (None, None, None)


# --- Files --------------------------------------------------------------------------------------------------


def sheet_of(client, user, run, query: str = ""):
    response = get(client, user, f"/en{reverse('partnerships:allocation_sheet', args=[run.code])}{query}")
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    return load_workbook(io.BytesIO(body(response)))


def test_the_sheet_has_typed_cells_a_frozen_head_and_says_where_it_comes_from(client, auditor, result, needs):
    book = sheet_of(client, auditor, result)
    assert book.sheetnames == ["Lines", "Provinces", "About this file"]
    lines = book["Lines"]
    assert lines.freeze_panes == "A2"
    head = [cell.value for cell in lines[1]]
    first = dict(zip(head, (cell.value for cell in lines[2]), strict=True))
    assert (first["Need"], first["Line"], first["People"]) == (needs[0].code, 1, 9)
    assert isinstance(first["Score"], float) and first["Why"]
    assert sum(row[head.index("Seats")].value for row in lines.iter_rows(min_row=2)) == 8
    about = {row[0].value: row[1].value for row in book["About this file"].iter_rows(min_row=2)}
    assert (about["Run"], about["Filter"], about["Lines in this file"]) == (result.code, "none: every line", 2)
    assert about["Frozen input (SHA-256)"] == result.input_hash
    assert "Auditor" in about["Made for"]


def test_the_sheet_holds_what_is_filtered(client, auditor, result):
    book = sheet_of(client, auditor, result, "?provinsi=51")
    assert book["Lines"].max_row == 2
    about = {row[0].value: row[1].value for row in book["About this file"].iter_rows(min_row=2)}
    assert "Bali" in about["Filter"]


def test_texts_never_become_formulas(client, auditor, result, bali):
    bali.name_id = bali.name_en = '=HYPERLINK("http://example.test")\x07'
    bali.save()
    cells = [cell for row in sheet_of(client, auditor, result)["Lines"].iter_rows() for cell in row]
    assert [cell.value for cell in cells if str(cell.value).startswith("=")] == ['=HYPERLINK("http://example.test")']
    assert "f" not in {cell.data_type for cell in cells}


def test_anyone_at_the_centre_can_calculate_it_again(client, auditor, result):
    from partnerships.allocation import read_text, solve

    url = reverse("partnerships:allocation_file", args=[result.code])
    instance = read_text(get(client, auditor, url).content.decode())
    again = solve(instance).data()
    stored = json.loads(get(client, auditor, f"{url}?isi=hasil").content)
    assert {key: again[key] for key in ("seats", "objective")} == {key: stored[key] for key in ("seats", "objective")}


# --- One line: explained, pinned ----------------------------------------------------------------------------


def test_a_line_lists_everything_it_competed_for(client, auditor, result, needs, koica):
    page = get(client, auditor, line_url(result, needs[0]))
    [tried] = page.context["tried"]
    assert (tried.seats, tried.given, tried.offered) == (result.lines.get(line__need=needs[0]).seats, 8, 8)
    assert tried.told


def test_programmes_that_do_not_fit_name_every_failed_rule(client, auditor, needs, program, koica, ppsdm_verifier):
    program_factories.program(koica, ProgramStatus.OPEN, delivery_mode="ONLINE", title_id="Kursus daring", seats=4)
    for need in needs:
        suggestions.recompute_need(need.pk)
    run = calculated(ppsdm_verifier)
    response = get(client, auditor, line_url(run, needs[0]))
    assert [[f.code for f in u.failures] for u in response.context["unfit"]] == [["mode"]]
    assert "Kursus daring" in words(response)


@pytest.mark.parametrize("where", ["KB-0000-0000/1", "%00/1"])
def test_a_line_that_is_not_in_the_run_is_not_found(client, auditor, result, where):
    get(client, auditor, result_url(result, f"baris/{where}/"), 404)
    get(client, auditor, result_url(result, f"baris/{result.lines.first().line.need.code}/99999999/"), 404)


def pin(needs, program, **changes) -> dict:
    sent = {"kind": "PIN", "intake": program.intakes.get().pk, "seats": 3, "reason": "Kesepakatan dengan mitra."}
    return sent | changes


def test_the_cost_of_a_pin_is_shown_before_anything_is_kept(client, ppsdm_verifier, result, needs, program):
    client.force_login(ppsdm_verifier)
    response = post(client, line_url(result, needs[1]), pin(needs, program) | {"harga": "1"})
    assert response.status_code == 200
    assert response.context["preview"].title
    assert 'name="simpan"' in words(response)
    assert AllocationPin.objects.count() == 0


def test_the_cost_of_a_pin_names_the_offices_whose_seats_change(client, ppsdm_verifier, result, needs, program):
    client.force_login(ppsdm_verifier)
    response = post(client, line_url(result, needs[0]), pin(needs, program) | {"seats": "8", "harga": "1"})
    aceh, bali = (f"{need.office.name} {need.code}/1" for need in needs)
    assert response.context["preview"].moves == [f"{bali}: 3 → 0 seats", f"{aceh}: 5 → 8 seats"]


def test_a_pin_is_kept_in_a_copy_and_can_be_taken_back(client, ppsdm_verifier, result, needs, program):
    client.force_login(ppsdm_verifier)
    client.post(line_url(result, needs[1]), pin(needs, program) | {"simpan": "1"})
    made_ = AllocationPin.objects.get()
    assert (made_.run.follows, made_.seats, made_.by) == (result, 3, ppsdm_verifier)
    page = in_english(client, ppsdm_verifier, made_.run.get_absolute_url())
    assert "3 seats pinned" in page and "Kesepakatan dengan mitra." in page
    remove = reverse("partnerships:allocation_unpin", args=[made_.run.code, made_.pk])
    assert client.get(remove).status_code == 405
    assert client.post(reverse("partnerships:allocation_unpin", args=[result.code, made_.pk])).status_code == 404
    client.post(remove)
    assert AllocationPin.objects.count() == 0
    assert [entry.action for entry in log_of(made_.run)][-2:] == ["pin", "unpin"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"seats": ""}, "Say how many seats."),
        ({"seats": "99"}, "Pin at most as many."),
        ({"reason": "kurang"}, "at least 10 characters"),
        ({"reason": "Hubungi 081234567890 untuk Budi."}, "personal data"),
        ({"intake": "0"}, "Select a valid choice"),
        ({"kind": "x"}, "Select a valid choice"),
    ],
)
def test_a_pin_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    client, ppsdm_verifier, result, needs, program, changes, sentence
):
    client.force_login(ppsdm_verifier)
    sent = pin(needs, program, **changes) | {"simpan": "1"}
    response = post(client, line_url(result, needs[1]), sent)
    assert response.status_code == 400
    assert sentence in words(response) and sent["reason"] in words(response)
    assert AllocationPin.objects.count() == 0


def test_only_the_verifier_pins(client, ppsdm_head, auditor, result, needs, program):
    for user in (ppsdm_head, auditor):
        assert 'name="harga"' not in words(get(client, user, line_url(result, needs[1])))
        assert client.post(line_url(result, needs[1]), pin(needs, program)).status_code == 403


# --- Two runs -----------------------------------------------------------------------------------------------


def test_two_runs_stand_side_by_side(client, ppsdm_verifier, result):
    other = calculated(ppsdm_verifier, of=result.round, region_max=2)
    url = reverse("partnerships:allocation_compare", args=[other.code, result.code])
    response = get(client, ppsdm_verifier, f"/en{url}")
    page = words(response)
    assert [(mine["name"], mine["value"], theirs["value"]) for mine, theirs in response.context["rules"]] == [
        ("region_max", "2", "no limit")
    ]
    assert "Both rest on the same needs and scores; only the rules differ." in page
    assert "down by 4 seats" in page
    differs = [(line.row.province_code, line.seats, line.other) for line in response.context["lines"]]
    assert sum(before - now for _code, now, before in differs) == 4
    assert f"{other.manage_url}submit/" in page.replace("/en/", "/") and "Choose this draft" in page


def test_a_run_is_not_compared_with_itself_or_with_one_without_result(client, ppsdm_verifier, result):
    draft = services.new_run(result.round, ppsdm_verifier)
    for other in (result.code, draft.code, "x"):
        get(client, ppsdm_verifier, reverse("partnerships:allocation_compare", args=[result.code, other]), 404)


# --- For everyone -------------------------------------------------------------------------------------------


def public_run(**provinces):
    """A ratified run with these (people, seats, seats before) by province."""
    factories.region("11"), factories.region("51"), factories.region("94")
    now, before = (
        {
            "by_province": {
                code.strip("p"): {"people": people, "seats": (seats, then)[n], "ratio": 0}
                for code, (people, seats, then) in provinces.items()
            },
            "seats": sum(row[1] for row in provinces.values()),
            "seats_offered": 99,
            "people": sum(row[0] for row in provinces.values()),
            "mean_value": 800,
            "gap": 0,
            "status": "optimal",
        }
        for n in (0, 1)
    )
    costs = [{"key": "equity", "value_with": 900, "value_without": 1000, "seats_with": 31, "seats_without": 30,
              "binding": True, "better": [{"key": "lowest", "with": {"province": "51", "ratio": 0.5},
                                           "without": {"province": "51", "ratio": 0.25}}], "worse": []}]  # fmt: skip
    return made.run(made.round_of(), S.RATIFIED, figures=now, baselines={"first_come": {"figures": before}},
                    rule_costs=costs, finished_at=timezone.now())  # fmt: skip


def public_page(client, run, query: str = ""):
    return get(client, None, f"/en{reverse('partnerships:public_allocation', args=[run.code])}{query}")


def public_file_of(client, run, kind: str) -> str:
    return body(get(client, None, reverse("partnerships:public_allocation_file", args=[run.code, kind]))).decode()


@pytest.mark.parametrize(("people", "seats"), [(4, 2), (40, 3), (40, 38)])
def test_small_groups_do_not_show_and_cannot_be_worked_out(client, people, seats):
    """The smallest province of the same island group is withheld too; sums of the group and the country hold all."""
    run = public_run(p11=(50, 25, 20), p94=(30, 10, 12), p51=(people, seats, 9))
    page = public_page(client, run)
    assert {p.code: (p.people, p.seats, p.now, p.before) for p in page.context["shown"].places} == {
        "11": (50, 25, 50, 40), "51": (None,) * 4, "94": (None,) * 4,
    }  # fmt: skip
    assert f"{35 + seats} of 99 seats given; {80 + people} officers are in need." in words(page)
    assert "All of them count in every sum." in words(page)
    assert "lowest coverage" not in words(page).split("What each rule costs")[1]
    table = words(public_page(client, run, "?peta=tabel"))
    assert table.count("not shown</td>") == 2
    rows = [row.split(";") for row in public_file_of(client, run, "csv").splitlines()]
    assert {row[1]: row[4:9] for row in rows[1:]} == {
        "11": ["50", "25", "50", "20", "40"], "51": ["withheld"] * 5, "94": ["withheld"] * 5,
    }  # fmt: skip
    data = json.loads(public_file_of(client, run, "json"))
    assert (data["people"], data["seats"]) == (80 + people, 35 + seats)
    assert [p["seats"] for p in data["provinces"]] == [25, None, None]


def test_a_small_group_alone_in_its_island_group_is_left_out_of_every_sum(client):
    run = public_run(p11=(50, 25, 20), p94=(30, 10, 12), p51=(40, 3, 9))
    Region.objects.filter(code="51").update(island_group="Bali–Nusa Tenggara")
    cache.delete("partnerships.islands")
    page = public_page(client, run)
    assert {p.code: p.seats for p in page.context["shown"].places} == {"11": 25, "51": None, "94": 10}
    assert "35 seats given; 80 officers are in need." in words(page)
    assert "31 instead of" not in words(page)
    assert "Left out of every sum: Provinsi Bali." in words(page)
    data = json.loads(public_file_of(client, run, "json"))
    assert (data["people"], data["seats"]) == (80, 35)


@pytest.mark.parametrize("before", [2, 37])
def test_a_plan_nobody_followed_hides_nothing_but_a_former_plan_does(client, before):
    """First come, first served is only calculated: no person got a seat by it. A former plan gave real seats."""
    run = public_run(p11=(50, 25, 20), p94=(30, 10, 12), p51=(40, 20, before))
    assert all(p.people for p in public_page(client, run).context["shown"].places)
    run.baselines = {"previous": run.baselines["first_come"]}
    run.save()
    shown = {p.code: p.seats for p in public_page(client, run).context["shown"].places}
    assert shown == {"11": 25, "51": None, "94": None}


def test_equal_ends_of_the_map_are_all_named(client):
    run = public_run(p11=(50, 25, 0), p94=(30, 9, 0), p51=(40, 20, 0))
    now = public_page(client, run).context["map"]
    assert now.ends["low"]["name"] == "Provinsi Papua Tengah"
    assert now.ends["high"]["name"] == "Provinsi Aceh and Provinsi Bali"
    assert {t.place.code: t.place.mark for t in now.tiles} == {"11": "high", "51": "high", "94": "low"}
    assert public_page(client, run, "?peta=sebelum").context["map"].ends["low"] is None


def test_the_public_page_names_no_office_and_no_need(client, ratified, needs):
    page = words(get(client, None, reverse("partnerships:public_allocation", args=[ratified.code])))
    for need in needs:
        assert need.code not in page and need.office.name not in page
    assert str(reverse("partnerships:public_allocation_file", args=[ratified.code, "csv"])) in page


def test_a_superseded_result_leads_to_the_valid_one(client, result):
    old = published(result, S.SUPERSEDED)
    new = published(result)
    page = in_english(client, None, reverse("partnerships:public_allocation", args=[old.code]))
    assert "Superseded by a later run" in page
    assert reverse("partnerships:public_allocation", args=[new.code]) in page.replace("/en/", "/")
    assert "Superseded by" not in in_english(client, None, reverse("partnerships:public_allocation", args=[new.code]))


def test_the_transparency_page_lists_what_was_ratified(client, result):
    empty = in_english(client, None, reverse("transparency"))
    assert "No allocation has been ratified yet" in empty and result.code not in empty
    run = published(result)
    assert reverse("partnerships:public_allocation", args=[run.code]) in in_english(
        client, None, reverse("transparency")
    ).replace("/en/", "/")


@pytest.mark.parametrize("kind", ["xml", "xlsx", ""])
def test_the_public_files_are_csv_and_json(client, ratified, kind):
    get(client, None, f"/transparansi/alokasi/{ratified.code}/unduh.{kind}", 404)


def test_an_unknown_public_run_is_not_found(client):
    for code in ("AL-2026-9999", "%00"):
        get(client, None, f"/transparansi/alokasi/{code}/", 404)


# --- Both languages -----------------------------------------------------------------------------------------


def test_pages_follow_the_readers_language(client, auditor, result, needs):
    for url in (result_url(result), line_url(result, needs[0]), reverse("partnerships:allocations")):
        assert 'lang="id"' in words(get(client, auditor, url))
        assert 'lang="en"' in in_english(client, auditor, url)
