"""Lists too long to wait for, and lists that change while they are read."""

from __future__ import annotations

import csv
import datetime as dt
import io
import threading

import openpyxl
import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone, translation

from accounts.roles import Role
from exchange.models import Job, Phase
from exchange.services import exports as services
from exchange.services import jobs
from regions import selectors
from regions.models import CompetencyGap, NeedLine, TrainingNeed
from tests import factories
from workflow import exports as registry
from workflow.exports import Column, export_named, register_export
from workflow.listing import Asked

CODE = Column("Kode", lambda need: need.code, 18, "code")


def _need(office, code: str) -> TrainingNeed:
    need = factories.need(office, status="MIN_REVIEW")
    need.code = code
    need.save(update_fields=["code"])
    return need


@pytest.fixture
def long_list():
    """A list that is long from its second row on."""
    made = register_export(
        "test-long",
        "Daftar panjang",
        listing=selectors.need_listing,
        columns=lambda user: [CODE],
        at_once=1,
        streamed=1,
    )
    yield made
    del registry._known["test-long"]


@pytest.fixture
def reader(ppsdm_head, aceh_regency):
    for number in range(3):
        _need(aceh_regency, f"KB-2026-90{number}")
    return ppsdm_head


def test_a_long_list_is_written_by_a_worker_and_kept_for_a_day(
    client, reader, long_list, django_capture_on_commit_callbacks
):
    client.force_login(reader)
    page = client.get("/en/unduh/test-long.xlsx?q=KB-2026-90&sort=filed")
    assert page.status_code == 200
    assert "3 rows" in page.content.decode() and "Write the file" in page.content.decode()
    assert Job.objects.count() == 0
    first = client.post("/en/unduh/test-long.xlsx?q=KB-2026-90&sort=filed&page=2")
    again = client.post("/en/unduh/test-long.xlsx?q=KB-2026-90&sort=filed")
    job = Job.objects.get()
    assert first.url == again.url == job.get_absolute_url()
    assert job.asked == {"name": "test-long", "kind": "xlsx", "query": "q=KB-2026-90&sort=filed"}
    assert jobs.execute(job.pk) == Phase.DONE
    job.refresh_from_db()
    assert (job.outcome["rows"], job.done, job.total) == (3, 3, 3)
    assert job.made_name == f"sinergi-test-long-{timezone.localdate():%Y-%m-%d}.xlsx"
    with job.made.open("rb") as made:
        book = openpyxl.load_workbook(io.BytesIO(made.read()))
    codes = [row[0] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
    assert sorted(codes) == ["KB-2026-900", "KB-2026-901", "KB-2026-902"]
    assert "3 rows were written" in client.get(f"/en/pekerjaan/{job.token}/").content.decode()
    assert services.remove_old(job.finished_at + dt.timedelta(hours=23)) == 0
    name = job.made.name
    assert services.remove_old(job.finished_at + dt.timedelta(hours=25)) == 1
    job.refresh_from_db()
    assert (job.made.name, job.made.storage.exists(name)) == ("", False)


def test_what_is_ordered_is_read_in_no_other_capacity(client, reader, long_list):
    client.force_login(reader)
    client.post("/unduh/test-long.csv")
    job = Job.objects.get()
    job.membership.ended_at = timezone.now()
    job.membership.save()
    assert jobs.execute(job.pk) == Phase.FAILED
    job.refresh_from_db()
    assert (job.made.name, job.outcome) == ("", {})


def test_a_list_nobody_may_read_any_more_fails_with_a_sentence(client, reader, long_list):
    client.force_login(reader)
    job = services.order_export(export_named("people"), "csv", user=reader, query="")
    assert jobs.execute(job.pk) == Phase.FAILED
    job.refresh_from_db()
    with translation.override(job.language):
        assert job.failure == str(translation.gettext("You may not read this list in the capacity you act in."))


def test_a_short_list_is_handed_out_at_once(client, reader, long_list):
    client.force_login(reader)
    assert client.get("/unduh/test-long.csv?q=KB-2026-901")["Content-Type"] == "text/csv; charset=utf-8"
    assert Job.objects.count() == 0


# --- One moment ---------------------------------------------------------------------------------------------

MANY = 1_200


def _many(office) -> None:
    one = _need(office, "KB-2026-0000")
    post, theme = factories.post("MEDHI"), factories.theme("T08")
    TrainingNeed.objects.bulk_create(
        TrainingNeed(code=f"KB-2026-{n:04d}", status="MIN_REVIEW", office=office, cycle=one.cycle)
        for n in range(1, MANY)
    )
    needs = list(TrainingNeed.objects.exclude(pk=one.pk))
    lines = NeedLine.objects.bulk_create(NeedLine(need=need, post=post, requested_total=2) for need in needs)
    CompetencyGap.objects.bulk_create(
        CompetencyGap(line=line, theme=theme, current_level=1, target_level=3) for line in lines
    )


def _change_everything() -> None:
    """In a transaction of its own, on a line of its own."""
    CompetencyGap.objects.all().delete()
    NeedLine.objects.update(requested_total=99)
    TrainingNeed.objects.update(urgency="U3", people_requested=99)
    connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["needs", "need-lines"])
def test_what_is_changed_meanwhile_does_not_get_into_the_file(name):
    reader = factories.member(Role.PPSDM_HEAD, factories.organisation("PPSDM"))
    _many(factories.office("1101"))
    with translation.override("en"):
        export = export_named(name)
        listing = export.listing(Asked(reader, QueryDict("")))
        pieces = services.csv_stream(export, reader, listing)
        content = next(pieces) + next(pieces)  # the head, and the first rows
        other = threading.Thread(target=_change_everything)
        other.start()
        other.join()
        content += "".join(pieces)
    rows = list(csv.DictReader(io.StringIO(content[1:]), delimiter=";"))
    assert len(rows) == MANY
    made = [row for row in rows if (row.get("Code") or row.get("Need")) != "KB-2026-0000"]
    waiting, themes = ("Still waiting", "Competencies") if name == "needs" else ("People to train *", "Competency *")
    assert {row[waiting] for row in made} == {"2"}
    assert "" not in {row[themes] for row in made}
    assert {row["Urgency"] for row in made} == {""}
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_a_worker_tells_how_far_it_is_while_it_reads_one_moment():
    reader = factories.member(Role.PPSDM_HEAD, factories.organisation("PPSDM"))
    _many(factories.office("1101"))
    job = services.order_export(export_named("needs"), "csv", user=reader, query="")
    export, told = export_named("needs"), []
    work = jobs.Work(Job.objects.get(pk=job.pk))
    with services._beside(work) as tell, registry.snapshot():
        listing = export.listing(Asked(work.user, QueryDict("")))
        for _piece in services.csv_stream(export, work.user, listing, told.append):
            tell(0)
    assert told == [500, 1000, 1200]
    job.refresh_from_db()  # the queue of the tests did it as soon as it was ordered
    assert (job.phase, job.outcome["rows"], job.done) == (Phase.DONE, MANY, MANY)


def test_rows_take_queries_by_the_piece_and_not_by_the_row(reader, django_assert_num_queries, aceh_regency):
    _many(aceh_regency)
    export = export_named("needs")
    listing = export.listing(Asked(reader, QueryDict("")))
    list(services.csv_stream(export, reader, listing))  # words are in the cache now
    with django_assert_num_queries(1 + 3 * 2):  # the cursor; lines and gaps of three pieces
        list(services.csv_stream(export, reader, listing))
    lines = export_named("need-lines")
    with django_assert_num_queries(4):  # posts, themes, provinces, and one cursor
        list(services.csv_stream(lines, reader, listing))
