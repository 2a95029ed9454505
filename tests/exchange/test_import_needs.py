"""Needs from a spreadsheet: judged first, then made; the same file again doubles nothing."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from openpyxl import load_workbook

from accounts.roles import Role
from exchange.kinds.needs import NeedsKind
from exchange.kinds.needs_tables import TABLES
from exchange.models import Job, Phase
from exchange.services import jobs
from notices.services.reading import read_on
from regions.lifecycle import NEED
from regions.models import NeedStatus, TrainingNeed
from tests import factories
from tests.exchange.filled import agreed, carried_out, judged, ordered, told, workbook
from tests.regions.conftest import vocabulary  # noqa: F401 - a fixture
from workflow.engine import log_of
from workflow.models import LogEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
KIND = NeedsKind()


@pytest.fixture(autouse=True)
def _records(vocabulary):  # noqa: F811
    translation.activate("en")
    factories.cycle()
    for code in factories.THEMES:
        factories.theme(code)


def one(key="1", *, need=None, line=None, gap=None) -> dict[str, list[dict]]:
    """A need with one line and one competency."""
    return {
        "need": [
            {
                "need_key": key,
                "contact_post": "Kepala Bidang",
                "urgency": "U2",
                "reason": "Sengketa naik.",
                **(need or {}),
            }
        ],
        "line": [
            {"need_key": key, "line_key": "1", "post": "Mediator Hubungan Industrial", "rank": "Ahli Pertama"}
            | {"requested_total": 2, "in_post": 3, "formation_abk": 5, **(line or {})}
        ],
        "gap": [
            {"need_key": key, "line_key": "1", "theme": "T07", "current_level": 1, "target_level": "3", **(gap or {})}
        ],
    }


def many(*files: dict) -> dict[str, list[dict]]:
    return {name: [row for file in files for row in file[name]] for name in ("need", "line", "gap")}


def shape(need) -> tuple:
    return (
        need.status,
        need.urgency,
        need.reason,
        [
            (line.position, line.post_id, line.rank, line.employment_status, line.requested_total, line.in_post)
            for line in need.lines.all()
        ],
        [(gap.theme_id, gap.current_level, gap.target_level) for line in need.lines.all() for gap in line.gaps.all()],
    )


def test_a_need_becomes_a_draft_with_lines_gaps_score_and_log(aceh_operator, aceh_regency):
    (need,) = carried_out(KIND, aceh_operator, one())
    assert (need.office, need.created_by, need.people_requested, need.score > 0) == (
        aceh_regency,
        aceh_operator,
        2,
        True,
    )
    assert shape(need) == (
        "DRAFT",
        "U2",
        "Sengketa naik.",
        [(1, "MEDHI", "AHLI_PERTAMA", "PNS", 2, 3)],
        [("T07", 1, 3)],
    )
    assert [(e.action, e.actor) for e in log_of(need)] == [("create", aceh_operator), ("change", aceh_operator)]


def test_the_same_file_again_changes_nothing_and_a_changed_one_says_what(aceh_operator):
    carried_out(KIND, aceh_operator, one())
    assert [(i.action, i.changes) for i in judged(KIND, aceh_operator, one())] == [("skip", [])]
    changed = one(
        need={"urgency": "U1 · Mendesak"}, line={"requested_total": 3, "formation_abk": None}, gap={"target_level": 4}
    )
    changed["gap"].append({"need_key": "1", "line_key": "1", "theme": "T08", "current_level": 0, "target_level": 2})
    (item,) = judged(KIND, aceh_operator, changed)
    assert item.action == "change"
    assert [(c["label"], c["before"].split(" ")[0], c["after"]) for c in item.changes[1:]] == [
        ("Line 1: People to train", "2", "3"),
        ("Line 1: T07: Target level", "3", "4 · Strong"),
        ("Line 1: T08", "", "0 → 2"),
    ]
    assert (item.changes[0]["label"], item.changes[0]["after"].split(" ")[0]) == ("Urgency", "U1")
    (need,) = carried_out(KIND, aceh_operator, changed)
    assert TrainingNeed.objects.count() == 1
    assert shape(need)[1:] == (
        "U1",
        "Sengketa naik.",
        [(1, "MEDHI", "AHLI_PERTAMA", "PNS", 3, 3)],
        [("T07", 1, 4), ("T08", 0, 2)],
    )
    assert need.lines.get().formation_abk == 5  # an empty cell changes nothing
    assert [i.action for i in judged(KIND, aceh_operator, changed)] == ["skip"]


def test_a_missing_row_removes_nothing(aceh_operator):
    two = one()
    two["line"].append({**two["line"][0], "line_key": "2", "post": "PKERJA"})
    two["gap"].append({**two["gap"][0], "line_key": "2"})
    factories.post("PKERJA")
    (need,) = carried_out(KIND, aceh_operator, two)
    assert [i.action for i in judged(KIND, aceh_operator, one())] == ["skip"]
    assert need.lines.count() == 2


def test_the_filled_template_leads_back_to_its_drafts(aceh_operator, aceh_regency):
    draft = factories.need(aceh_regency, created_by=aceh_operator)
    current = KIND.current(aceh_operator, {})
    assert [(row["need_key"], row["code"]) for row in current["need"]] == [(draft.code, draft.code)]
    content = {name: [dict(row) for row in rows] for name, rows in current.items()}
    for row in [*content["need"], *content["line"], *content["gap"]]:
        for key, value in row.items():
            row[key] = "; ".join(value) if isinstance(value, list) else value
    assert [i.action for i in judged(KIND, aceh_operator, content)] == ["skip"]
    content["line"][0]["requested_total"] = 4
    (item,) = judged(KIND, aceh_operator, content)
    assert (item.action, item.code, item.changes) == (
        "change",
        draft.code,
        [{"label": "Line 1: People to train", "before": "2", "after": "4"}],
    )


def test_every_problem_names_its_place_and_the_good_need_stays_ready(aceh_operator):
    content = many(
        one("1", line={"requested_total": 4}),
        one("2", line={"post": "Mediatr Hubungan"}),
        one("3", gap={"target_level": 1}),
        one("4"),
        one("5", need={"contact_email": "no address"}),
    )
    items = judged(KIND, aceh_operator, content)
    assert [i.action for i in items] == ["fix", "fix", "fix", "create", "fix"]
    assert told(items) == [
        ("Lines", 2, "E", "4", "4 people is more than the staff in this post (3)."),
        ("Lines", 3, "C", "Mediatr Hubungan", "Not in the list."),
        ("Competencies", 4, "E", "1", "Choose a target above level 1."),
        ("Needs", 6, "E", "no address", "Enter an e-mail address, for example bidang@disnaker.go.id."),
    ]


def test_rows_that_belong_to_nothing_stand_twice_or_lack_parts_are_said(aceh_operator):
    content = many(one("1"), one("1"))
    content["line"] = [content["line"][0], {**content["line"][0], "need_key": "9"}]
    content["gap"] = [content["gap"][0], {**content["gap"][0], "line_key": "8"}]
    content["need"].append({"need_key": "3"})
    items = judged(KIND, aceh_operator, content)
    assert sorted(told(items)) == sorted(
        [
            ("Needs", 2, "A", "1", "The same number stands in row 3 as well."),
            ("Needs", 3, "A", "1", "The same number stands in row 2 as well."),
            ("Competencies", 3, "B", "8", "There is no line with this number in the need."),
            ("Lines", 3, "A", "9", "There is no need with this number on the sheet “Needs”."),
            ("Needs", 4, "A", "3", "This need has no line on the sheet “Lines”."),
        ]
    )
    assert len({i.key for i in items}) == len(items)
    assert {i.action for i in items} == {"fix"}  # whose the lines of a number are, nobody can tell


def test_a_draft_named_twice_is_changed_by_neither_row(aceh_operator):
    (need,) = carried_out(KIND, aceh_operator, one("1"))
    by_number, by_code = one("1", need={"reason": "Pertama."}), one("2", need={"code": need.code, "reason": "Kedua."})
    job = ordered(KIND, aceh_operator, many(by_number, by_code))
    assert [item.problems[0]["problem"] for item in job.items.all()] == [
        "The same record stands in row 3 as well.",
        "The same record stands in row 2 as well.",
    ]
    assert job.outcome["counts"] == {"fix": 2}


def test_numbers_of_a_cycle_that_is_over_make_no_needs_of_the_next(aceh_operator):
    job = ordered(KIND, aceh_operator, one("1"))
    job.items.update(content=job.items.get().content | {"cycle": 0})
    job = agreed(job)
    assert [item.refusal for item in job.items.all()] == [
        "Another filing cycle has begun since the file was read. Upload the file again."
    ]
    assert TrainingNeed.objects.count() == 0


def test_an_office_suspended_after_the_reading_brings_in_nothing(aceh_operator, aceh_regency):
    job = ordered(KIND, aceh_operator, one("1"))
    type(aceh_regency).objects.filter(pk=aceh_regency.pk).update(suspended=True)
    job = agreed(job)
    assert (job.phase, job.failure) == (Phase.FAILED, "This office is suspended. Contact the ministry.")
    assert TrainingNeed.objects.count() == 0


def test_old_names_of_ranks_are_understood(aceh_operator):
    (need,) = carried_out(KIND, aceh_operator, one(line={"rank": "Pelaksana Lanjutan"}))
    assert need.lines.get().rank == "MAHIR"


def test_a_need_on_its_way_is_not_changed(aceh_operator, aceh_regency):
    sent = factories.need(aceh_regency, status=NeedStatus.PROV_REVIEW, created_by=aceh_operator)
    (item,) = judged(KIND, aceh_operator, one("A", need={"code": sent.code}))
    assert item.action == "fix"
    assert [p.problem for p in item.problems] == [f"{sent.code} can no longer be changed: Provincial verification."]


def test_the_need_of_another_office_does_not_exist(aceh_operator, bali):
    stranger = factories.need(bali)
    (item,) = judged(KIND, aceh_operator, one(need={"code": stranger.code}))
    assert [(p.column, p.problem) for p in item.problems] == [("E", "Your office has no need with this code.")]


def test_what_a_colleague_changed_meanwhile_is_not_overwritten(aceh_operator):
    (need,) = carried_out(KIND, aceh_operator, one())
    job = ordered(KIND, aceh_operator, one(line={"requested_total": 3}))
    TrainingNeed.objects.filter(pk=need.pk).update(version=need.version + 1)
    job = agreed(job)
    item = job.items.get()
    assert (item.refusal, item.record_code) == (
        f"{need.code} was changed since the file was read. Upload the file again to compare.",
        need.code,
    )
    assert need.lines.get().requested_total == 2


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.DINAS_OP, Role.ADMIN, Role.NOMINEE}])
def test_nobody_but_the_operator_brings_in_needs(role, aceh_regency):
    """Whoever may not file and change needs by hand cannot do so with a file; heads sign what others prepared."""
    client = Client()
    client.force_login(factories.member(role, aceh_regency))
    assert client.get("/en/kebutuhan/unggah/").status_code == 404
    assert client.get("/en/unggah/needs/templat.xlsx").status_code == 404


# --- The pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def operator(aceh_operator):
    client = Client()
    client.force_login(aceh_operator)
    return client


def sent(client, content: bytes, name="kebutuhan.xlsx"):
    return client.post("/en/kebutuhan/unggah/", {"file": SimpleUploadedFile(name, content)})


def test_from_upload_to_stored_needs(operator, aceh_operator):
    bad = one("2", line={"requested_total": 9})
    answer = sent(operator, workbook(TABLES, many(one("1"), bad)).getvalue())
    job = Job.objects.get()
    assert (answer.url, job.phase, job.owner) == (f"/en/pekerjaan/{job.token}/", Phase.WAITING, aceh_operator)
    waiting = operator.get(answer.url).content.decode()
    assert "Waiting for a free worker" in waiting and 'http-equiv="refresh" content="10"' in waiting
    assert 'data-hx-trigger="every 2s"' in waiting and "You may close this page." in waiting
    jobs.execute(job.pk)
    assert TrainingNeed.objects.count() == 0
    report = operator.get(answer.url).content.decode()
    for words in ("6 rows read: 3 ready, 3 to fix", "Nothing has been saved yet.", "Bring in 1 ready need", "Row 3"):
        assert words in report, words
    poll = operator.get(f"{answer.url}?langkah=check", headers={"HX-Request": "true"})
    assert poll.headers["HX-Redirect"] == f"/en/pekerjaan/{job.token}/"
    for _click in range(2):
        operator.post(f"/en/pekerjaan/{job.token}/lanjut/")
    jobs.execute(job.pk)
    done = operator.get(answer.url).content.decode()
    need = TrainingNeed.objects.get()
    assert "1 record brought in" in done and need.get_absolute_url() in done
    entry = LogEntry.objects.get(flow="exchange.job")
    assert (entry.action, entry.actor, entry.data) == (
        "job_done",
        aceh_operator,
        {
            "kind": "import.needs",
            "sha256": job.given_sha256,
            "created": 1,
            "changed": 0,
            "refused": 0,
            "to_fix": 1,
        },
    )
    read_on()
    notice = aceh_operator.notices.get(flow="exchange.job")
    assert (notice.subject_en, notice.mails.count() if hasattr(notice, "mails") else 0) == ("Training needs", 0)


def test_a_second_click_on_upload_reads_the_file_once(operator):
    file = workbook(TABLES, one("1")).getvalue()
    assert sent(operator, file).url == sent(operator, file).url
    jobs.execute(Job.objects.get().pk)
    sent(operator, file)  # once it was read, the person may want it read again
    assert Job.objects.count() == 2


def test_the_marked_copy_can_be_corrected_and_uploaded(operator, aceh_operator):
    sent(operator, workbook(TABLES, many(one("1"), one("2", line={"requested_total": 9}))).getvalue())
    job = Job.objects.get()
    jobs.execute(job.pk)
    answer = operator.get(f"/en/pekerjaan/{job.token}/berkas/")
    assert 'filename="kebutuhan-marked.xlsx"' in answer.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    page = book["Lines"]
    column = next(c for c in page[1] if c.value == "Note by Sinergi").column
    assert "9 people is more than the staff in this post (3)." in page.cell(3, column).value
    bad = next(c for c in page[3] if c.value == 9)
    assert bad.fill.fgColor.rgb.endswith("FBE3E0")
    bad.value = 3
    target = io.BytesIO()
    book.save(target)
    sent(operator, target.getvalue())
    again = Job.objects.order_by("-pk").first()
    jobs.execute(again.pk)
    again.refresh_from_db()
    assert (again.outcome["counts"], again.outcome["remarks"]) == ({"create": 2}, [])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.4", "This is a PDF, not a spreadsheet."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "The file has the old Excel format (.xls)."),
    ],
)
def test_a_file_of_another_kind_is_refused_at_once(operator, content, sentence):
    answer = sent(operator, content)
    assert (answer.status_code, Job.objects.count()) == (400, 0)
    assert sentence in answer.content.decode()


def test_a_large_file_and_no_file_are_refused(operator, settings):
    settings.IMPORT_MAX_BYTES = 1024
    assert "The file is larger than 1 KB." in sent(operator, b"a;b\n" * 500, "a.csv").content.decode()
    assert "Choose a file." in operator.post("/en/kebutuhan/unggah/").content.decode()


def test_a_file_without_the_headings_fails_with_the_way_out(operator):
    sent(operator, b"Foo;Bar\n1;2\n", "a.csv")
    job = Job.objects.get()
    jobs.execute(job.pk)
    page = operator.get(f"/en/pekerjaan/{job.token}/").content.decode()
    assert "No row with the headings of the template was found." in page and "Upload another file" in page


def test_one_row_per_gap_in_a_text_file_is_enough(operator):
    text = (
        "Need number;Line number;Post;People to train;Staff in post;Competency;Current level;Target level;Urgency\n"
        "1;1;MEDHI;2;3;T07;1;3;U2\n1;1;MEDHI;2;3;T08;1;3;U2\n1;2;PKERJA;1;2;T11;0;2;U2\n"
    )
    factories.post("PKERJA")
    sent(operator, text.encode(), "kebutuhan.csv")
    job = Job.objects.get()
    jobs.execute(job.pk)
    job.refresh_from_db()
    assert (job.failure, job.outcome["counts"]) == ("", {"create": 1})
    agreed(job)
    assert shape(TrainingNeed.objects.get())[3:] == (
        [(1, "MEDHI", "NONE", "PNS", 2, 3), (2, "PKERJA", "NONE", "PNS", 1, 2)],
        [("T07", 1, 3), ("T08", 1, 3), ("T11", 0, 2)],
    )


def test_a_file_costs_few_queries_however_many_needs(aceh_operator, django_assert_max_num_queries):
    content = many(*[one(str(n)) for n in range(30)])
    with django_assert_max_num_queries(80):
        job = ordered(KIND, aceh_operator, content)
    with django_assert_max_num_queries(30 * 26 + 20):
        job = agreed(job)
    assert (job.phase, TrainingNeed.objects.count()) == (Phase.DONE, 30)
    assert {need.flow.name for need in TrainingNeed.objects.all()} == {NEED.name}
