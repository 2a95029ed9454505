"""A round of allocation in a real browser, on the needs of the sample scenario: prepared, calculated, explained,
pinned, submitted, ratified, and read by those it concerns. Everyone else finds a closed door until it is ratified."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from django.utils import timezone

from partnerships.models import AllocationRun, Proposal
from partnerships.services.allocations import execute
from portal.celery_app import app
from tests.browser.conftest import PHONE
from tests.browser.scenario import BOTH, finish, start

pytestmark = pytest.mark.browser

OFFICES = "operator.sumut kepala.sumut operator.ntb verifikator.ntb"
PARTNERS = "penghubung.ilo kepala.jica"
CENTRE = "verifikator.ppsdm kepala.ppsdm kepala.kerjasama auditor"


@contextmanager
def worker_away():
    """Tasks are put into the queue and nobody takes them, as in the second before a worker does."""
    app.conf.task_always_eager = False
    try:
        yield
    finally:
        app.conf.task_always_eager = True


def arrive(person, path: str) -> None:
    """Wait until the page that renews itself has led on to another."""
    for _try in range(300):
        if person.path.split("#")[0] == path:
            return
        person.page.wait_for_timeout(200)
    raise AssertionError(f"still at {person.path}, not at {path}")


def choose(person, card: str) -> None:
    """Take one of the cards that carry a sentence each."""
    field = person.page.get_by_role("radio", name=re.compile(f"^{card}"))
    person.tap(person.page.locator(f'label[for="{field.get_attribute("id")}"]').first)
    assert field.is_checked()


def test_a_round_is_prepared_calculated_pinned_and_ratified(cast):
    first = calculate_the_first_run(cast)
    second = pin_a_pair(cast, first)
    submit_and_ratify(cast, second)
    everyone_concerned_reads_it(cast, second)
    assert cast.wrong == {}


def calculate_the_first_run(cast) -> str:
    """Siapkan, then Jalankan; the progress page follows the worker and leads to the result. Returns the run's code."""
    me = cast("verifikator.ppsdm")
    me.go("/beranda/")
    me.press("Allocation")
    cast.look(me, *BOTH)
    me.press("Open a round")
    assert me.heading == "Prepare the allocation"
    choose(me, "Balanced")
    cast.look(me, *BOTH)
    run = AllocationRun.objects.get()
    assert (run.round.code, run.status) == (f"{timezone.localdate().year}-1", "DRAFT")
    cast.doors(f"/alokasi/hasil/{run.code}/", shut=f"{OFFICES} {PARTNERS}")
    with worker_away():
        me.press("Run now")
        assert me.heading == "The allocation is being calculated"
        assert me.path == f"/alokasi/jalan/{run.code}/"
        cast.look(me, *BOTH)
        cast.doors(me.path, open_to=CENTRE, shut=f"{OFFICES} {PARTNERS}")
    assert execute(run.pk) == "finished"
    arrive(me, f"/alokasi/hasil/{run.code}/")
    assert me.heading == "Result of the national allocation"
    assert me.status == "Draft result"
    assert me.says("Proven best: no other plan within these rules is worth more.")
    cast.look(me, *BOTH)
    cast.doors(me.path, open_to=CENTRE, shut=f"{OFFICES} {PARTNERS}")
    return run.code


def pin_a_pair(cast, code: str) -> str:
    """One line explained; a pair pinned with its price known before; calculated anew. Returns the new run's code."""
    me = cast("verifikator.ppsdm")
    year = timezone.localdate().year
    line = f"/alokasi/hasil/{code}/baris/KB-{year}-0015/1/"
    me.go(line)
    assert me.says("Preventing child and forced labour")
    assert me.says("Why")
    cast.look(me, *BOTH)
    cast.doors(line, open_to=CENTRE, shut=f"{OFFICES} {PARTNERS}")
    choose(me, "Pin seats")
    me.page.get_by_label("Intake", exact=True).select_option(index=1)
    me.type("Seats", "3")
    me.type("Reason", "The region has signed to host the first session.")
    me.press("Show what it costs")
    preview = me.page.locator("#pasangan [role=status]").first
    assert preview.is_visible()
    print("price:", preview.inner_text())
    cast.look(me, *BOTH)
    me.press("Save")
    made = AllocationRun.objects.exclude(code=code).get()
    assert me.says(f"Kept in {made.code}.")
    assert me.says("The region has signed to host the first session.")
    cast.look(me, *BOTH)
    me.press("Run now")
    arrive(me, f"/alokasi/hasil/{made.code}/")
    pin = made.pins.get()
    assert made.seats.get(line=pin.line, intake=pin.intake).seats >= 3
    me.go(f"/alokasi/banding/{code}/{made.code}/")
    assert me.heading
    cast.look(me, *BOTH)
    return made.code


def submit_and_ratify(cast, code: str) -> None:
    """Made by one, ratified by another; the maker is offered no such act."""
    me, head = cast("verifikator.ppsdm"), cast("kepala.ppsdm")
    result = f"/alokasi/hasil/{code}/"
    me.go(result)
    me.press("Submit for ratification")
    finish(cast, me, "Submit for ratification")
    assert me.status == "Awaiting ratification"
    assert not me.offers("Ratify")
    public = f"/en/transparansi/alokasi/{code}/"
    assert {cast.client(name).get(public).status_code for name in ("", *CENTRE.split(), *OFFICES.split())} == {404}
    head.go("/beranda/")
    cast.look(head, *BOTH)
    start(head, result, "Ratify")
    finish(cast, head, "Ratify")
    assert head.status == "Ratified"
    cast.look(head, *BOTH)


def everyone_concerned_reads_it(cast, code: str) -> None:
    """The Bureau sees the proposals, the office its outcome, and everyone the public page."""
    run = AllocationRun.objects.get(code=code)
    placed = Proposal.objects.filter(allocation=run)
    assert placed.count() > 0
    bureau = cast("kepala.kerjasama")
    bureau.go("/usulan/")
    assert bureau.page.locator("main").get_by_text(placed.first().code).count() > 0
    cast.look(bureau, *BOTH)
    office = cast("operator.sumut", PHONE)
    office.go(f"/kebutuhan/KB-{timezone.localdate().year}-0015/")
    assert office.page.get_by_role("heading", name="Result of the allocation").is_visible()
    cast.look(office, *BOTH)
    office.press("Read the whole result")
    cast.look(office, *BOTH)
    cast.doors(f"/alokasi/hasil/{code}/", open_to=f"{OFFICES} {PARTNERS} {CENTRE}", shut="")
    visitor = cast("", PHONE)
    assert visitor.go(f"/transparansi/alokasi/{code}/") == 200
    assert not re.search(r"Operator|Kepala|@example\.test", visitor.page.locator("main").inner_text())
    cast.look(visitor, *BOTH)


def test_a_round_is_calculated_and_ratified_without_a_script(cast):
    cast.options = {"java_script_enabled": False}
    me = cast("verifikator.ppsdm", PHONE)
    me.go("/alokasi/")
    me.press("Open a round")
    me.press("Run now")
    run = AllocationRun.objects.get()
    assert (me.path, run.status) == (f"/alokasi/hasil/{run.code}/", "RESULT")
    me.press("Submit for ratification")
    me.press("Submit for ratification", me.form)
    assert me.status == "Awaiting ratification"
    head = cast("kepala.ppsdm", PHONE)
    head.go(f"/alokasi/hasil/{run.code}/")
    head.press("Ratify")
    head.press("Ratify", head.form)
    assert head.status == "Ratified"
    visitor = cast("")
    assert visitor.go(f"/transparansi/alokasi/{run.code}/") == 200
    assert Proposal.objects.filter(allocation=run).exists()
