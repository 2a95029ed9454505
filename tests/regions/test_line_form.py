"""One line with its competencies: each rule refuses with a sentence, keeps what was typed, lets the rest through."""

from __future__ import annotations

import pytest

from regions.models import NeedLine, TrainingNeed
from tests import factories
from workflow.models import LogEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


@pytest.fixture
def draft(aceh_regency, aceh_operator):
    """A draft without papers and with one line."""
    factories.theme("T08")
    factories.theme("T01")
    return factories.need(aceh_regency, created_by=aceh_operator, complete=False)


@pytest.fixture
def post_line(as_user, aceh_operator, draft, address):
    """Post a new line in English and hand back the answer."""

    def post(data, url=None):
        return as_user(aceh_operator).post(url or address("new_line", draft), data)

    return post


GAP = {"theme": "T07", "current_level": "1", "target_level": "3"}
REFUSALS = [
    ({"requested_total": "6"}, None,
        "6 people is more than the staff in this post (5). Change to 5 or fewer, or state the vacancies "
        "that will be filled."),
    ({"requested_total": "2", "in_post": "0", "formation_abk": "0", "untrained": "0"}, None,
        "Nobody is in this post yet. Enter the staff in post, or the vacancies that will be filled, below "
        "the number of people."),
    ({"requested_total": ""}, None, "Enter how many people are to be trained: 1 or more."),
    ({"requested_total": "dua"}, None, "Enter a whole number, for example 12."),
    ({"retiring_3y": "6"}, None, "6 retiring is more than the staff in post (5). Change one of the two."),
    ({"untrained": "9"}, None, "9 without training is more than the staff in post (5). Change one of the two."),
    ({"vacancies_to_fill": "6"}, None, "6 to be filled is more than the vacant posts (5). Change it to 5 or fewer."),
    ({"requested_total": "300", "in_post": "400"}, None,
        "Explain why more than 200 people are requested in one line."),
    ({"requested_y1": "1", "requested_y2": "2"}, None,
        "The three years add up to 3, but 2 people are requested. Change the years or the number."),
    ({"n_female": "2", "n_male": "1"}, None, "Women and men add up to 3, more than the 2 people requested."),
    ({"persons_with_disability": "3"}, None, "3 persons with disability is more than the 2 people requested."),
    ({"post": ""}, None, "Choose a post."),
    ({"employment_status": ""}, None, "Choose the employment status."),
    ({"post": "WASNAK"}, [{**GAP, "theme": "T01"}],
        "Labour inspector exists only at the centre and in provincial offices, so a regency or city "
        "cannot file it. Choose another post, or send this line to your province."),
    ({}, [{**GAP, "current_level": "3"}],
        "Choose a target above level 3. The target must be higher than the present level."),
    ({}, [{**GAP, "current_level": "5", "target_level": "5"}],
        "Level 5 is the highest. Choose a lower current level, or remove this competency."),
    ({}, [{**GAP, "theme": ""}], "Choose a competency."),
    ({}, [{"theme": "T07", "target_level": "3"}], "Choose the current level."),
    ({}, [{"theme": "T07", "current_level": "1"}], "Choose the target level."),
    ({}, [GAP, GAP], "This competency is already in the line. Choose another one, or remove this row."),
    ({}, [{**GAP, "DELETE": "on"}], "Keep at least one competency in this line."),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "gaps", "sentence"), REFUSALS)
def test_a_line_that_does_not_fit_is_refused_with_a_sentence_and_nothing_is_stored(
    fields, gaps, sentence, post_line, line_data, draft
):
    answer = post_line(line_data(gaps=gaps, **fields))
    page = answer.content.decode()
    assert (answer.status_code, sentence in page.replace("&#x27;", "'")) == (400, True)
    assert "<title>Error:" in page
    assert draft.lines.count() == 1


def test_what_was_typed_stays_on_the_page(post_line, line_data):
    page = post_line(line_data(requested_total="77", justification="Gelombang baru")).content.decode()
    assert 'value="77"' in page and "Gelombang baru" in page


def test_a_complete_line_is_stored_with_all_its_fields_and_logged(post_line, line_data, draft):
    answer = post_line(
        line_data(
            gaps=[
                {
                    **GAP,
                    "competency_title": "Mediasi sengketa upah",
                    "skkni_code": "m.74tkw00.001.1",
                    "kkni_target": "7",
                    "gap_cause": "CASELOAD",
                    "certification_wanted": "BNSP",
                    "expected_outcome": "Perkara selesai lebih cepat.",
                    "performance_indicator": "Perjanjian bersama per tahun",
                },
                {"theme": "T08", "current_level": "0", "target_level": "2"},
            ],
            requested_total="3",
            requested_y1="1",
            requested_y2="1",
            requested_y3="1",
            n_female="2",
            n_male="1",
            age_band="A30_39",
            education="S1_D4",
            years_in_post_band="Y2_5",
            language_level="B1",
            persons_with_disability="1",
            work_unit="Bidang HI",
            min_batch="10",
            jp_requested="40",
            retiring_3y="1",
        )
    )
    assert answer.status_code == 302
    line = draft.lines.order_by("-position").first()
    stored = {
        f.name: getattr(line, f.attname)
        for f in NeedLine._meta.concrete_fields
        if f.name not in {"id", "need", "earliest_start", "continues", "people_trained", "client_key"}
    }
    assert stored == {
        "position": 2, "post": "MEDHI", "rank": "AHLI_PERTAMA", "employment_status": "PNS", "work_unit": "Bidang HI",
        "n_female": 2, "n_male": 1, "age_band": "A30_39", "education": "S1_D4", "years_in_post_band": "Y2_5",
        "language_level": "B1", "persons_with_disability": 1, "formation_abk": 10, "in_post": 5, "retiring_3y": 1,
        "untrained": 2, "requested_total": 3, "requested_y1": 1, "requested_y2": 1, "requested_y3": 1, "min_batch": 10,
        "jp_requested": 40, "vacancies_to_fill": 0, "justification": "",
    }  # fmt: skip
    gaps = list(line.gaps.values_list("theme_id", "current_level", "target_level", "skkni_code", "kkni_target"))
    assert gaps == [("T07", 1, 3, "M.74TKW00.001.1", 7), ("T08", 0, 2, "", None)]
    draft.refresh_from_db()
    assert draft.people_requested == 5
    entry = LogEntry.objects.get(record_id=draft.pk, action="change")
    assert entry.data["part"] == "line 2"
    assert {"field": "requested_total", "before": None, "after": 3} in entry.data["changes"]


def test_numbers_are_taken_as_people_type_them(post_line, line_data, draft):
    post_line(line_data(requested_total="3", in_post=" 1.200 ", formation_abk="1,300"))
    line = draft.lines.order_by("-position").first()
    assert (line.in_post, line.formation_abk, line.vacancy) == (1200, 1300, 100)


def test_figures_left_empty_come_from_what_the_office_stated_before(post_line, line_data, draft):
    post_line(line_data(in_post="", formation_abk="", untrained="", requested_total="1"))
    line = draft.lines.order_by("-position").first()
    assert (line.in_post, line.formation_abk, line.untrained) == (5, 10, 2)


def test_one_more_competency_row_keeps_everything_typed_and_shows_no_error(post_line, line_data, draft):
    answer = post_line(line_data(requested_total="99") | {"more": "1"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert ("gap-1-theme" in page, 'value="99"' in page, "sg-error" in page) == (True, True, False)
    assert draft.lines.count() == 1


def test_an_explicit_save_defines_the_list_of_competencies(post_line, line_data, draft):
    line = draft.lines.get()
    url = f"/en/kebutuhan/{draft.code}/isi/baris/{line.pk}/"
    gap = line.gaps.get()
    data = line_data(gaps=[{"theme": "T08", "current_level": "2", "target_level": "4", "gap": str(gap.pk)}])
    post_line(data, url)
    assert list(line.gaps.values_list("pk", "theme_id", "target_level")) == [(gap.pk, "T08", 4)]
    post_line(line_data(gaps=[{"theme": "T07", "current_level": "1", "target_level": "2"}]), url)
    assert list(line.gaps.values_list("theme_id", "target_level")) == [("T07", 2)]


def test_a_gap_of_another_need_cannot_be_taken_over(post_line, line_data, draft, bali):
    stranger = factories.need(bali).lines.get().gaps.get()
    post_line(line_data(gaps=[{**GAP, "theme": "T08", "gap": str(stranger.pk)}]))
    stranger.refresh_from_db()
    assert stranger.theme_id == "T07"


def test_save_and_add_opens_the_next_line_with_the_same_post(post_line, line_data, as_user, aceh_operator, draft):
    answer = post_line(line_data() | {"again": "1"})
    page = as_user(aceh_operator).get(answer.url).content.decode()
    assert '<option value="MEDHI"' in page and page.index('value="MEDHI"') < page.index(
        "selected", page.index('value="MEDHI"')
    )


# --- Sending a line to the province --------------------------------------------------------------------------------


def test_a_line_for_an_inspector_goes_to_the_province_as_a_draft(post_line, line_data, draft, aceh):
    data = line_data(post="WASNAK", gaps=[{"theme": "T01", "current_level": "1", "target_level": "3"}])
    assert "to_province" in post_line(data).content.decode()
    assert post_line(data | {"to_province": "1"}).status_code == 302
    sent = TrainingNeed.objects.get(office=aceh)
    line = sent.lines.get()
    assert (line.post_id, line.requested_total, line.work_unit) == ("WASNAK", 2, draft.office.name_id)
    assert draft.lines.count() == 1
    trail = LogEntry.objects.filter(record_id=draft.pk, action="change").last()
    assert trail.data["changes"] == [{"field": "line", "before": "WASNAK, 2", "after": sent.code}]


def test_an_existing_wrong_line_is_sent_from_the_review_page(as_user, aceh_regency, aceh_operator, aceh, address):
    need = factories.need(aceh_regency, created_by=aceh_operator, post_code="WASNAK", themes=(("T01", 1, 3),))
    client = as_user(aceh_operator)
    url = address("line_to_province", need, need.lines.get().pk)
    assert url in client.get(address("review", need)).content.decode()
    client.post(url)
    assert (need.lines.count(), aceh.needs.count()) == (0, 1)


def test_a_line_the_office_may_file_stays_where_it_is(as_user, aceh_operator, draft, aceh, address):
    as_user(aceh_operator).post(address("line_to_province", draft, draft.lines.get().pk))
    assert (draft.lines.count(), aceh.needs.count()) == (1, 0)


# --- Duplicate, remove, restore --------------------------------------------------------------------------------------


def test_a_line_is_duplicated_with_its_competencies(as_user, aceh_operator, draft, address):
    line = draft.lines.get()
    as_user(aceh_operator).post(address("copy_line", draft, line.pk))
    assert list(draft.lines.values_list("position", "post_id", "gaps__theme_id")) == [
        (1, "MEDHI", "T07"),
        (2, "MEDHI", "T07"),
    ]


def test_a_line_is_removed_after_asking_and_comes_back_by_undo(as_user, aceh_operator, draft, address):
    client, line = as_user(aceh_operator), draft.lines.get()
    url = address("remove_line", draft, line.pk)
    assert (client.get(url).status_code, draft.lines.count()) == (200, 1)
    client.post(url)
    assert draft.lines.count() == 0
    assert address("restore_line", draft) in client.get(address("lines", draft)).content.decode()
    client.post(address("restore_line", draft))
    assert list(draft.lines.values_list("post_id", "requested_total", "gaps__theme_id")) == [("MEDHI", 2, "T07")]
    client.post(address("restore_line", draft))
    assert draft.lines.count() == 1


def test_lines_are_renumbered_when_one_leaves(as_user, aceh_operator, draft, line_data, post_line, address):
    post_line(line_data())
    post_line(line_data())
    first = draft.lines.get(position=1)
    as_user(aceh_operator).post(address("remove_line", draft, first.pk))
    assert list(draft.lines.order_by("position").values_list("position", flat=True)) == [1, 2]


def test_the_line_of_another_need_does_not_exist_here(as_user, aceh_operator, draft, bali, address):
    stranger = factories.need(bali).lines.get()
    assert as_user(aceh_operator).get(address("line", draft, stranger.pk)).status_code == 404


def test_figures_shown_for_another_post_are_not_taken_over(post_line, line_data, draft):
    """Without a script the page keeps the figures of the post it was opened with."""
    factories.theme("T11")  # with its post
    shown = draft.lines.get()
    figures = {name: str(getattr(shown, name)) for name in ("in_post", "formation_abk", "untrained", "retiring_3y")}
    other = {"post": "PKERJA", "figures_for": shown.post_id, **figures}
    response = post_line(line_data(gaps=[{**GAP, "theme": "T11"}], **other))
    assert "Nobody is in this post yet." in response.content.decode()
    assert draft.lines.count() == 1
