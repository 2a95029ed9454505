"""A partner's programmes from a workbook: drafts made and changed, never published ones, never another's."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from exchange.kinds.programmes import Programmes
from programs.models import Program
from tests import program_factories as make
from tests.exchange.filled import agreed, book, carried_out, judged, ordered, told
from tests.programs.conftest import words  # noqa: F401 - a fixture
from workflow.engine import log_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("words")]
KIND = Programmes()


@pytest.fixture(autouse=True)
def _english():
    translation.activate("en")


@pytest.fixture
def scheme(jica):
    return make.scheme("JICA_KCCP", jica)


def mediation(**main) -> dict:
    """One programme with a row on every sheet, as a liaison types it."""
    return {
        "programmes": [
            {
                "scheme": "JICA_KCCP",
                "title_id": "Mediasi",
                "title_en": "Mediation",
                "host": "Tokyo Centre",
                "partner_reference": "J-77",
                "summary_id": "Ringkasan.",
                "delivery_mode": "Luar negeri",
                "country": "Japan",
                "min_years": 2,
                "employment_statuses": "PNS; Contract civil servant",
                "language": "EN",
                "route": "SETNEG",
                "deadline_day": dt.date(2027, 6, 1),
                "deadline_time": dt.time(16, 30),
                "partner_zone": "JST",
                "rolling": "tidak",
                **main,
            }
        ],
        "intakes": [
            {
                "reference": "j-77",
                "number": 1,
                "starts": dt.date(2027, 8, 1),
                "ends": "12/08/2027",
                "place": "Tokyo",
                "seats": 12,
            },
            {
                "reference": "J-77",
                "number": 2,
                "starts": dt.date(2027, 9, 1),
                "ends": "12/09/2027",
                "place": None,
                "seats": 8,
            },
        ],
        "themes": [{"reference": "J-77", "theme": "T07", "entry_level": "1", "exit_level": 3}],
        "posts": [{"reference": "J-77", "post": "Mediator Hubungan Industrial"}],
        "rules": [{"reference": "J-77", "text_id": "Pernah memimpin.", "text_en": "Has led.", "mandatory": None}],
        "costs": [{"reference": "J-77", "item": "TUITION", "payer": "Mitra", "amount": 1500.5, "currency": "JPY"}],
        "contacts": [{"reference": "J-77", "post": "Officer", "email": "officer@example.org"}],
    }


def test_a_partner_brings_in_a_draft_with_everything_it_consists_of(jica, jica_liaison, scheme):
    (item,) = judged(KIND, jica_liaison, mediation())
    assert (item.action, item.key, item.label, item.rows, item.people, item.problems) == (
        "create", "JICA|JICA_KCCP|j-77", "J-77 · Mediasi", 8, 20, []
    )  # fmt: skip
    assert Program.objects.count() == 0
    (made,) = carried_out(KIND, jica_liaison, mediation())
    assert (made.status, made.partner, made.scheme, made.on_behalf, made.created_by) == (
        "DRAFT", jica, scheme, False, jica_liaison
    )  # fmt: skip
    assert (made.title_en, made.country, made.delivery_mode, made.min_years) == ("Mediation", "JP", "OVERSEAS", 2)
    assert made.employment_statuses == ["PNS", "PPPK"]
    assert made.partner_deadline == dt.datetime(2027, 6, 1, 7, 30, tzinfo=dt.UTC)
    assert made.partner_zone == "Asia/Tokyo"
    assert list(made.intakes.order_by("number").values_list("number", "ends", "place", "seats")) == [
        (1, dt.date(2027, 8, 12), "Tokyo", 12),
        (2, dt.date(2027, 9, 12), "", 8),
    ]
    assert list(made.themes.values_list("theme_id", "entry_level", "exit_level")) == [("T07", 1, 3)]
    assert list(made.posts.values_list("code", flat=True)) == ["MEDHI"]
    assert list(made.rules.values_list("text_id", "text_en", "mandatory")) == [("Pernah memimpin.", "Has led.", True)]
    assert [(c.item, c.payer, str(c.amount), c.currency) for c in made.costs.all()] == [
        ("TUITION", "PARTNER", "1500.50", "JPY")
    ]
    assert [entry.action for entry in log_of(made)] == ["create", *["change"] * 5]


def test_the_same_file_again_changes_nothing(jica_liaison, scheme):
    (made,) = carried_out(KIND, jica_liaison, mediation())
    (item,) = judged(KIND, jica_liaison, mediation())
    assert (item.action, item.code, item.changes, item.problems) == ("skip", made.code, [], [])
    entries = log_of(made).count()
    KIND.carry_out(item.content, item.key, jica_liaison, {}, None)
    assert (Program.objects.count(), log_of(made).count()) == (1, entries)


def test_a_changed_file_changes_exactly_what_differs(jica_liaison, scheme):
    (made,) = carried_out(KIND, jica_liaison, mediation())
    content = mediation(title_en="Mediation II")
    content["intakes"][1]["seats"] = 9
    content["rules"][0]["text_en"] = "Has led a team."
    content["costs"] = [{"reference": "J-77", "item": "TRAVEL_DOM", "payer": "PEMDA", "note": None}]
    del content["contacts"]
    (item,) = judged(KIND, jica_liaison, content)
    assert item.action == "change"
    assert item.changes == [
        {"label": "Title in English", "before": "Mediation", "after": "Mediation II"},
        {"label": "Intake 2: Seats for Indonesia", "before": "8", "after": "9"},
        {"label": "Requirement 1", "before": "Has led. (mandatory)", "after": "Has led a team. (mandatory)"},
        {"label": "Domestic travel", "before": "", "after": "Regional government"},
    ]
    before = Program.objects.get(pk=made.pk)
    assert carried_out(KIND, jica_liaison, content) == [made]
    after = Program.objects.get(pk=made.pk)
    left = {"title_en", "version", "updated_at"}
    names = [field.attname for field in Program._meta.concrete_fields if field.name not in left]
    assert {n: getattr(after, n) for n in names} == {n: getattr(before, n) for n in names}
    assert (after.title_en, [c.item for c in after.costs.all()], after.contacts.count()) == (
        "Mediation II", ["TUITION", "TRAVEL_DOM"], 1
    )  # fmt: skip
    assert [e.data["section"] for e in log_of(made) if e.action == "change"][-3:] == ["basics", "intakes", "terms"]
    assert judged(KIND, jica_liaison, content)[0].action == "skip"


def test_what_the_file_does_not_say_stays(jica_liaison, scheme):
    (made,) = carried_out(KIND, jica_liaison, mediation())
    content = {
        "programmes": [{"scheme": "JICA_KCCP", "partner_reference": "J-77", "host": "Osaka Centre", "title_en": None}]
    }
    (item,) = judged(KIND, jica_liaison, content)
    assert item.changes == [
        {"label": "Host or implementing institution", "before": "Tokyo Centre", "after": "Osaka Centre"}
    ]
    carried_out(KIND, jica_liaison, content)
    made.refresh_from_db()
    assert (made.host, made.title_en, made.intakes.count()) == ("Osaka Centre", "Mediation", 2)


def test_an_example_and_the_filled_template_are_read_as_nothing_new(jica_liaison, scheme):
    examples = KIND.examples(jica_liaison, {})
    assert judged(KIND, jica_liaison, examples) == []
    carried_out(KIND, jica_liaison, mediation())
    current = KIND.current(jica_liaison, {})
    assert [row["partner_reference"] for row in current["programmes"]] == ["J-77"]
    flat = {
        table: [{n: "; ".join(v) if isinstance(v, list) else v for n, v in row.items()} for row in rows]
        for table, rows in current.items()
    }
    assert [item.action for item in judged(KIND, jica_liaison, flat)] == ["skip"]


BAD = {
    "programmes": [
        {"scheme": "JICA_KCCP", "partner_reference": "B-1", "title_id": "=1+1", "title_en": "x" * 161,
         "min_age": 50, "max_age": 40, "country": "Atlantis", "deadline_day": dt.date(2027, 1, 1),
         "opens_day": dt.date(2028, 1, 1), "deadline_time": None},
        {"scheme": "JICA_KCCP", "code": "PR-2020-0001"},
        {"scheme": "JICA_KCCP", "title_id": "Tanpa nomor"},
        {"scheme": "JICA_KCCP", "partner_reference": "b-2", "deadline_time": "25.99", "deadline_day": "31/02/2027"},
        {"scheme": "JICA_KCCP", "partner_reference": "B-2"},
    ],
    "intakes": [
        {"reference": "B-1", "number": 2, "starts": dt.date(2027, 8, 12), "ends": dt.date(2027, 8, 1), "seats": 0},
        {"reference": "B-9", "number": 1, "starts": dt.date(2027, 8, 1), "ends": dt.date(2027, 8, 2), "seats": 1},
        {"reference": None, "number": 1, "starts": dt.date(2027, 8, 1), "ends": dt.date(2027, 8, 2), "seats": 1},
    ],
    "themes": [
        {"reference": "B-1", "theme": "T07", "entry_level": 3, "exit_level": 3},
        {"reference": "B-1", "theme": "T07", "entry_level": 1, "exit_level": 2},
    ],
    "costs": [{"reference": "B-1", "item": "TUITION", "payer": "PARTNER", "amount": 10.255, "currency": None}],
}  # fmt: skip


def test_what_is_wrong_is_told_cell_by_cell(jica_liaison, scheme):
    items = judged(KIND, jica_liaison, BAD)
    assert {item.action for item in items} == {"fix"}
    assert sorted(told(items)) == sorted([
        ("Programmes", 2, "C", "=1+1", "A formula stands here."),
        ("Programmes", 2, "D", f"{'x' * 79}…", "The text is longer than 160 characters."),
        ("Programmes", 2, "G", "Atlantis", "Not in the list."),
        ("Programmes", 2, "F", "40", "The highest age must not be below the lowest (50)."),
        ("Programmes", 2, "I", "01/01/2028", "Registration must open before the partner's deadline."),
        ("Programmes", 3, "K", "PR-2020-0001", "You have no programme with this code."),
        ("Programmes", 4, "B", "", "Neither code nor course number is filled in."),
        ("Programmes", 5, "H", "31/02/2027", "Not a date."),
        ("Programmes", 5, "J", "25.99", "Enter a valid time."),
        ("Programmes", 5, "", "", "This programme stands in row 6 as well. Keep one of the two rows."),
        ("Programmes", 6, "", "", "This programme stands in row 5 as well. Keep one of the two rows."),
        ("Intakes", 2, "B", "2", "The next number for a new intake is 1."),
        ("Intakes", 2, "D", "01/08/2027", "The end must not be before the start."),
        ("Intakes", 2, "E", "0", "State between 1 and 10,000 seats."),
        ("Intakes", 3, "A", "B-9", "No programme “B-9” on the sheet of programmes."),
        ("Intakes", 4, "A", "", "This cell is empty."),
        ("Intakes", 4, "", "", "This row belongs to no programme."),
        ("Competencies", 2, "D", "3", "Choose an exit level above 3."),
        ("Competencies", 3, "B", "T07", "This entry is listed twice. Keep one of them."),
        ("Costs", 2, "D", "10.255", "Write the amount in digits, for example 1.950.000."),
        ("Costs", 2, "E", "", "Choose the currency of the amount."),
    ])  # fmt: skip
    assert Program.objects.count() == 0


def test_the_pages_sentences_come_in_the_readers_language(jica_liaison, scheme):
    content = {"programmes": [{"scheme": "JICA_KCCP", "partner_reference": "B-1", "min_age": 50, "max_age": 40}]}
    with translation.override("id"):
        assert told(judged(KIND, jica_liaison, content)) == [
            ("Program", 2, "D", "40", "Usia tertinggi tidak boleh di bawah usia terendah (50).")
        ]


PUBLISHED = "is published: change it on its page, as an amendment."


@pytest.mark.parametrize(
    ("status", "action", "sentence"),
    [
        ("DRAFT", "change", ""),
        ("RETURNED", "change", ""),
        ("SUBMITTED", "fix", "was submitted: it can be changed once it was returned."),
        ("VERIFICATION", "fix", "was submitted: it can be changed once it was returned."),
        ("PUBLISHED", "fix", PUBLISHED),
        ("OPEN", "fix", PUBLISHED),
        ("RUNNING", "fix", PUBLISHED),
        ("SUSPENDED", "fix", "can no longer be changed."),
        ("CANCELLED", "create", ""),
        ("COMPLETED", "create", ""),
    ],
)
def test_a_programme_is_changed_before_it_is_submitted_and_not_after(
    jica, jica_liaison, scheme, status, action, sentence
):
    stored = make.program(jica, status, scheme=scheme, partner_reference="J-9", created_by=jica_liaison)
    row = {"scheme": "JICA_KCCP", "partner_reference": "J-9", "host": "Elsewhere"}
    (item,) = judged(KIND, jica_liaison, {"programmes": [row]})
    assert (item.action, [p.problem for p in item.problems]) == (
        action, [f"{stored.code} {sentence}"] if sentence else []
    )  # fmt: skip
    same = row | {"host": stored.host}
    (item,) = judged(KIND, jica_liaison, {"programmes": [same]})
    assert item.action == ("create" if action == "create" else "skip")


def test_a_programme_submitted_after_the_reading_is_not_changed(jica, jica_liaison, scheme):
    stored = make.program(jica, "DRAFT", scheme=scheme, partner_reference="J-9", created_by=jica_liaison)
    job = ordered(
        KIND, jica_liaison, {"programmes": [{"code": stored.code, "scheme": "JICA_KCCP", "host": "Elsewhere"}]}
    )
    assert (job.phase, job.outcome["counts"]) == ("ASKING", {"change": 1})
    Program.objects.filter(pk=stored.pk).update(status="SUBMITTED")
    job = agreed(job)
    assert [item.refusal for item in job.items.all()] == [
        f"{stored.code} was submitted: it can be changed once it was returned."
    ]
    assert Program.objects.get(pk=stored.pk).host == stored.host


def test_what_a_colleague_changed_after_the_reading_is_not_overwritten(jica, jica_liaison, scheme):
    stored = make.program(jica, "DRAFT", scheme=scheme, partner_reference="J-9", created_by=jica_liaison)
    row = {"code": stored.code, "scheme": "JICA_KCCP", "host": "Elsewhere"}
    job = ordered(KIND, jica_liaison, {"programmes": [row]})
    carried_out(KIND, jica_liaison, {"programmes": [row | {"host": "Colleague's Centre"}]})
    job = agreed(job)
    assert [item.refusal for item in job.items.all()] == [
        f"{stored.code} was changed since the file was read. Upload the file again to compare."
    ]
    assert Program.objects.get(pk=stored.pk).host == "Colleague's Centre"


def test_two_files_with_a_new_number_make_one_draft(jica_liaison, scheme):
    first, second = (ordered(KIND, jica_liaison, mediation(host=host)) for host in ("Here", "There"))
    assert [job.outcome["counts"] for job in (first, second)] == [{"create": 1}] * 2
    first, second = agreed(first), agreed(second)
    program = Program.objects.get()
    assert program.host == "Here"
    assert second.items.get().refusal == (
        f"{program.code} was made from this row meanwhile. Upload the file again to compare."
    )


def test_two_rows_of_one_programme_make_none(jica_liaison, scheme):
    row = {"scheme": "JICA_KCCP", "partner_reference": "J-9", "host": "Here", "route": "SETNEG"}
    job = ordered(KIND, jica_liaison, {"programmes": [row, row | {"host": "There"}]})
    assert job.outcome["counts"] == {"fix": 2}


def test_another_partners_programme_does_not_exist_for_a_file(jica, koica_liaison, scheme):
    foreign = make.program(jica, "DRAFT", scheme=scheme, partner_reference="J-9")
    make.scheme("KOICA_CIAT", koica_liaison.acting.organisation)
    items = judged(
        KIND,
        koica_liaison,
        {"programmes": [
            {"code": foreign.code, "scheme": "KOICA_CIAT", "host": "Taken"},
            {"code": None, "scheme": "JICA_KCCP", "partner_reference": "J-9"},
        ]},
    )  # fmt: skip
    assert [(item.action, [p.problem for p in item.problems]) for item in items] == [
        ("fix", ["You have no programme with this code."]),
        ("fix", ["Not in the list."]),
    ]


def test_the_bureau_files_on_behalf_of_a_partner_and_changes_no_partners_draft(
    jica, jica_liaison, koica, biroks_officer, scheme
):
    make.scheme("KOICA_CIAT", koica)
    own = make.program(jica, "DRAFT", scheme=scheme, partner_reference="J-9", created_by=jica_liaison)
    letter = {"source_letter_number": "KOICA/12", "source_letter_date": dt.date(2026, 11, 2)}
    items = judged(
        KIND,
        biroks_officer,
        {"programmes": [
            {"code": None, "partner": "KOICA", "scheme": "KOICA_CIAT", "partner_reference": "K-1", **letter},
            {"code": None, "partner": "KOICA", "scheme": "JICA_KCCP", "partner_reference": "K-2"},
            {"code": own.code, "partner": "JICA", "scheme": "JICA_KCCP", "partner_reference": "J-9"},
        ]},
    )  # fmt: skip
    assert [(item.action, [p.problem for p in item.problems]) for item in items] == [
        ("create", []),
        ("fix", ["This scheme belongs to another partner."]),
        ("fix", ["You have no programme with this code."]),
    ]
    made = KIND.carry_out(items[0].content, items[0].key, biroks_officer, {}, None)
    assert (made.partner, made.on_behalf, made.source_letter_number, made.source_letter_date) == (
        koica, True, "KOICA/12", dt.date(2026, 11, 2)
    )  # fmt: skip


def test_only_who_may_offer_brings_programmes_in(
    jica_liaison, jica_head, biroks_officer, biroks_head, aceh_operator, ppsdm_verifier, administrator, auditor
):
    people = [
        jica_liaison,
        jica_head,
        biroks_officer,
        biroks_head,
        aceh_operator,
        ppsdm_verifier,
        administrator,
        auditor,
    ]
    assert [KIND.may(user, {}) for user in people] == [True, True, True, False, False, False, False, False]


def test_hostile_cells_are_stored_as_text_or_refused(jica_liaison, scheme):
    row = {
        "scheme": "JICA_KCCP",
        "partner_reference": "'; DROP TABLE",
        "host": "<script>alert(1)</script>",
        "title_id": "@SUM(A1)",
    }
    (made,) = carried_out(KIND, jica_liaison, {"programmes": [row]})
    assert (made.partner_reference, made.host, made.title_id) == (
        "'; DROP TABLE", "<script>alert(1)</script>", "@SUM(A1)"
    )  # fmt: skip


def test_headings_fit_a_cell_and_differ_in_both_languages(jica_liaison, biroks_officer):
    for language in ("id", "en"):
        with translation.override(language):
            for user in (jica_liaison, biroks_officer):
                for table in KIND.tables(user, {}):
                    heads = [str(column.heading) for column in table.columns]
                    assert [head for head in heads if len(head) > 40] == []
                    assert len(set(heads)) == len(heads)


def test_reading_stores_nothing_and_does_not_grow_with_what_is_known(
    jica_liaison, scheme, django_assert_max_num_queries
):
    found = book(KIND, jica_liaison, mediation())
    with django_assert_max_num_queries(60):
        (item,) = KIND.read(found, jica_liaison, {})
    assert (item.action, Program.objects.count()) == ("create", 0)


def test_the_list_leads_to_a_template_with_drop_downs(client, jica_liaison, jica, scheme):
    client.force_login(jica_liaison)
    address = reverse("exchange:import", args=["programmes"])
    assert f'href="{address}"' in client.get(reverse("programs:mine")).content.decode()
    assert client.get(address).status_code == 200
    answer = client.get(reverse("exchange:template", args=["programmes", "xlsx"]))
    made = load_workbook(io.BytesIO(answer.content))
    assert {sheet.title: bool(sheet.data_validations.dataValidation) for sheet in made.worksheets[:7]} == {
        str(table.title): True for table in KIND.tables(jica_liaison, {})
    }
