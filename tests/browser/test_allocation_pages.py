"""The pages of the national allocation in a real browser: no barrier, narrow enough, usable without a script."""

from __future__ import annotations

import pytest
from django.urls import reverse

from partnerships.lifecycle import ALLOCATION
from partnerships.models import AllocationRun
from partnerships.services import allocations as services
from partnerships.services import suggestions
from programs.models import ProgramStatus
from tests import factories, program_factories
from tests.browser.conftest import PHONE
from tests.partnerships import allocation_factories as made
from tests.proposal_factories import open_need
from workflow.engine import perform

pytestmark = pytest.mark.browser
DESK = (1366, 900)


@pytest.fixture
def result(db, jica, ppsdm_verifier):
    """Three offices of two provinces, fewer seats than people."""
    needs = [open_need(factories.office(code), people=people) for code, people in (("11", 9), ("1101", 6), ("51", 8))]
    program = program_factories.program(jica, ProgramStatus.OPEN, seats=12)
    for need in needs:
        suggestions.recompute_need(need.pk)
    suggestions.recompute_program(program.pk)
    run = services.new_run(made.round_of(), ppsdm_verifier, "balanced")
    perform(ALLOCATION, "start", record=run, actor=ppsdm_verifier)
    services.execute(run.pk)
    return AllocationRun.objects.get(pk=run.pk)


def pages_of(run, verifier) -> list[str]:
    row = run.lines.select_related("line__need").first()
    draft = services.clone_run(run, verifier)
    failed = made.run(run.round, "FAILED", code="AL-2026-9001")
    running = made.run(made.round_of(), "RUNNING", code="AL-2026-9002", progress={"step": "explain"})
    ratified = made.run(
        run.round,
        "RATIFIED",
        code="AL-2026-9003",
        figures=run.figures,
        baselines=run.baselines,
        rule_costs=run.rule_costs,
        finished_at=run.finished_at,
    )
    return [
        reverse("partnerships:allocations"),
        draft.get_absolute_url(),
        failed.get_absolute_url(),
        running.get_absolute_url(),
        run.get_absolute_url(),
        f"{run.get_absolute_url()}?peta=tabel",
        reverse("partnerships:allocation_line", args=[run.code, row.line.need.code, row.line.position]),
        reverse("partnerships:allocation_compare", args=[run.code, ratified.code]),
        reverse("partnerships:public_allocation", args=[ratified.code]),
        reverse("transparency"),
    ]


def test_no_page_has_a_barrier_or_scrolls_sideways(chromium_page, axe, result, ppsdm_verifier):
    paths, wrong = pages_of(result, ppsdm_verifier), {}
    for size in (DESK, PHONE):
        page = chromium_page(ppsdm_verifier, size=size)
        for path in paths:
            page.goto(path)
            found = axe(page)
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append("scrolls sideways")
            if found:
                wrong[f"{path} {size[0]}"] = found
    assert wrong == {}


def test_rules_are_chosen_and_the_map_is_switched_without_a_script(chromium_page, result, ppsdm_verifier):
    draft = services.clone_run(result, ppsdm_verifier)
    page = chromium_page(ppsdm_verifier, java_script_enabled=False)
    page.goto(draft.get_absolute_url())
    page.locator('label[for="id_preset_2"]').click()
    with page.expect_navigation():
        page.locator("main form .sg-btn-2[type=submit]").first.click()
    draft.refresh_from_db()
    assert draft.preset == "highest_value"
    page.goto(result.get_absolute_url())
    assert page.locator("#peta svg.sg-picture").is_visible()
    page.locator("#peta nav a").last.click()
    page.locator("#peta table").wait_for()


def test_progress_renews_itself_and_announces_the_step(chromium_page, ppsdm_verifier, db):
    run = made.run(made.round_of(), "RUNNING", progress={"step": "floors"})
    page = chromium_page(ppsdm_verifier)
    page.goto(run.get_absolute_url())
    before = page.locator("#langkah").inner_text()
    AllocationRun.objects.filter(pk=run.pk).update(progress={"step": "polish"})
    page.wait_for_function("text => document.getElementById('langkah').innerText !== text", arg=before)
    assert page.locator('#jalan [aria-current="step"]').count() == 1
