"""Two people of one office in one draft, and one person whose line breaks: nothing is lost, nothing is doubled."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regions.models import NeedLine, TrainingNeed
from tests import factories
from workflow.engine import perform
from workflow.models import LogEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


class Page:
    """An opened page of the form: what its fields hold, typed into and sent like a browser would."""

    def __init__(self, client, url):
        self.client, self.url = client, url
        self.values = fields_of(client.get(url).content.decode())

    def type(self, **values):
        self.values |= {name.replace("__", "-"): value for name, value in values.items()}
        return self

    def autosave(self, **more):
        answer = self.send(autosave="1", **more)
        if answer.status_code in (200, 409) and "version" in (told := answer.json()):
            self.values |= {"version": told["version"], "base": told["base"]}
            if told.get("line"):
                self.values["line"] = told["line"]
        return answer

    def autosave_without_hearing(self):
        """The save arrives, its answer does not."""
        assert self.send(autosave="1").status_code == 200

    def send(self, **more):
        accept = "application/json" if "autosave" in more else "text/html"
        return self.client.post(self.url, {**self.values, **more}, headers={"Accept": accept})


def fields_of(page: str) -> dict:
    """The form's fields with the values a browser would send."""
    form = re.search(r'<form id="need-form".*?</form>', page, re.S)[0]
    found: dict = {}
    for tag in re.finditer(r"<(input|textarea|select)\b[^>]*>", form):
        text = tag[0]
        name = re.search(r'\bname="([^"]*)"', text)
        if not name or name[1] == "csrfmiddlewaretoken":
            continue
        value = re.search(r'\bvalue="([^"]*)"', text)
        value = html.unescape(value[1]) if value else ""
        if tag[1] == "textarea":
            value = html.unescape(re.match(r"\r?\n?(.*?)</textarea>", form[tag.end() :], re.S)[1])
        if tag[1] == "select":
            chosen = re.search(r'<option value="([^"]*)"[^>]*\bselected', form[tag.end() :].split("</select>")[0])
            value = chosen[1] if chosen else ""
        if 'type="checkbox"' in text or 'type="radio"' in text:
            if " checked" not in text:
                continue
            value = value or "on"
            if name[1] == "causes":
                found.setdefault("causes", []).append(value)
                continue
        found[name[1]] = value
    return found


@pytest.fixture
def need(aceh_regency, aceh_operator):
    factories.theme("T08")
    return factories.need(aceh_regency, created_by=aceh_operator)


@pytest.fixture
def mine(as_user, aceh_operator):
    return as_user(aceh_operator)


@pytest.fixture
def theirs(as_user, aceh_regency):
    return as_user(factories.member("DINAS_OP", aceh_regency))


@pytest.fixture
def reason(address, need):
    return address("reason", need)


@pytest.fixture
def line(need):
    return need.lines.get()


@pytest.fixture
def line_url(address, need, line):
    return address("line", need, line.pk)


# --- Sections ------------------------------------------------------------------------------------------------------


def test_two_people_in_different_fields_of_one_part_are_put_together_without_a_question(mine, theirs, reason, need):
    here, there = Page(mine, reason), Page(theirs, reason)
    assert there.type(urgency="U1").send().status_code == 302
    assert here.type(reason="Kasus naik.").send().status_code == 302
    need.refresh_from_db()
    assert (need.urgency, need.reason) == ("U1", "Kasus naik.")
    entries = LogEntry.objects.filter(record_id=need.pk, action="change").order_by("pk")
    assert [[change["field"] for change in entry.data["changes"]] for entry in entries] == [["urgency"], ["reason"]]


def test_a_script_is_told_what_the_other_has_changed(mine, theirs, reason):
    here, there = Page(mine, reason), Page(theirs, reason)
    there.type(urgency="U1", causes=["CASELOAD", "RETIREMENT"]).send()
    told = here.type(reason="Kasus naik.").autosave().json()
    assert [(row["field"], row["label"], row["value"]) for row in told["merged"]] == [
        ("urgency", "How urgent is it?", "U1"),
        ("causes", "What causes the need?", ["CASELOAD", "RETIREMENT"]),
    ]
    assert told["merged"][0] == {
        "field": "urgency",
        "key": "urgency",
        "label": "How urgent is it?",
        "value": "U1",
        "shown": "Urgent (less than 6 months)",
    }


def test_what_both_changed_is_asked_field_by_field_and_each_choice_stands(mine, theirs, reason, need):
    here, there = Page(mine, reason), Page(theirs, reason)
    there.type(urgency="U1", reason="Dari mereka.", preferred_mode="OVERSEAS").send()
    here.type(urgency="U4", reason="Dari saya.", budget_line="on")
    told = here.autosave()
    assert told.status_code == 409
    assert [(row["field"], row["stored"], row["typed"]) for row in told.json()["conflicts"]] == [
        ("urgency", "Urgent (less than 6 months)", "Routine"),
        ("reason", "Dari mereka.", "Dari saya."),
    ]
    need.refresh_from_db()
    assert (need.urgency, need.reason, need.budget_line) == ("U1", "Dari mereka.", False)
    assert here.autosave(choice_urgency="stored", choice_reason="mine").status_code == 200
    need.refresh_from_db()
    assert (need.urgency, need.reason, need.budget_line, need.preferred_mode) == ("U1", "Dari saya.", True, "OVERSEAS")


def test_without_a_script_the_page_asks_keeps_everything_and_takes_the_choices(mine, theirs, reason, need):
    here, there = Page(mine, reason), Page(theirs, reason)
    there.type(urgency="U1", reason="Dari mereka.").send()
    answer = here.type(urgency="U4", reason="Dari saya.", preferred_mode="OVERSEAS").send()
    page = answer.content.decode()
    assert answer.status_code == 409
    assert sorted(set(re.findall(r'name="(choice_\w+)" value="(\w+)"', page))) == [
        (f"choice_{name}", side) for name in ("reason", "urgency") for side in ("mine", "stored")
    ]
    here.values = fields_of(page)
    assert (here.values["urgency"], here.values["reason"], here.values["preferred_mode"]) == (
        "U4",
        "Dari saya.",
        "OVERSEAS",
    )
    half = here.send(choice_urgency="mine")
    assert (half.status_code, 'value="mine" id="choice_urgency_mine" checked' in half.content.decode()) == (409, True)
    here.values = fields_of(half.content.decode())
    assert here.send(choice_urgency="mine", choice_reason="stored").status_code == 302
    need.refresh_from_db()
    assert (need.urgency, need.reason, need.preferred_mode) == ("U4", "Dari mereka.", "OVERSEAS")


def test_a_choice_about_a_value_that_changed_again_is_asked_again(mine, theirs, reason, need):
    here, there = Page(mine, reason), Page(theirs, reason)
    there.type(urgency="U1").send()
    assert here.type(urgency="U4").autosave().status_code == 409
    Page(theirs, reason).type(urgency="U3").send()
    again = here.autosave(choice_urgency="mine")
    assert (again.status_code, again.json()["conflicts"][0]["stored"][:6]) == (409, "Medium")
    assert here.autosave(choice_urgency="mine").status_code == 200
    need.refresh_from_db()
    assert need.urgency == "U4"


def test_an_answer_lost_on_the_way_makes_nobody_clash_with_themselves(mine, reason, need):
    here = Page(mine, reason)
    here.type(reason="Pertama.").autosave_without_hearing()
    assert here.type(reason="Kedua.").send().status_code == 302
    need.refresh_from_db()
    assert need.reason == "Kedua."


def test_what_was_taken_back_after_a_lost_answer_is_taken_back(mine, reason, need):
    here = Page(mine, reason)
    before = here.values["reason"]
    here.type(reason="Salah.").autosave_without_hearing()
    here.type(reason=before).autosave()
    need.refresh_from_db()
    assert need.reason == before


def test_the_same_save_sent_three_times_is_stored_and_logged_once(mine, reason, need):
    here = Page(mine, reason).type(reason="Sekali saja.")
    for _ in range(3):
        assert here.send().status_code == 302
    need.refresh_from_db()
    assert (need.reason, LogEntry.objects.filter(record_id=need.pk, action="change").count()) == ("Sekali saja.", 1)


def test_what_a_colleague_typed_is_logged_in_the_colleagues_name(mine, theirs, reason, need, aceh_operator):
    Page(theirs, reason).type(urgency="U1").autosave()
    assert Page(mine, reason).type(reason="Kasus naik.").send().status_code == 302
    found = [
        (entry.actor == aceh_operator, [change["field"] for change in entry.data["changes"]])
        for entry in LogEntry.objects.filter(record_id=need.pk, action="change").order_by("pk")
    ]
    assert found == [(False, ["urgency"]), (True, ["reason"])]


def test_whoever_opens_a_page_a_colleague_has_just_saved_is_told(mine, theirs, reason, address, need):
    Page(theirs, reason).type(urgency="U1").send()
    told = "Someone of your office saved this page at"
    pages = [client.get(url).content.decode() for client, url in ((mine, reason), (theirs, reason))]
    other = mine.get(address("office", need)).content.decode()
    assert [told in page for page in (*pages, other)] == [True, False, False]


def test_a_merge_that_breaks_a_rule_is_refused_with_its_sentence(mine, theirs, address, need):
    url = address("office", need)
    here, there = Page(mine, url), Page(theirs, url)
    there.type(contact_phone="0651 12345").send()
    answer = here.type(contact_email="bukan surel").send()
    page = answer.content.decode()
    assert (answer.status_code, "Enter an e-mail address" in page, 'value="0651 12345"' in page) == (400, True, True)
    need.refresh_from_db()
    assert (need.contact_phone, need.contact_email) == ("0651 12345", "bidang@example.test")


def test_a_page_that_comes_back_with_errors_still_knows_what_it_was_opened_with(mine, theirs, reason, need):
    here = Page(mine, reason)
    refused = here.type(preferred_mode="", urgency="U4").send()
    assert refused.status_code == 400
    Page(theirs, reason).type(urgency="U1").send()
    here.values = fields_of(refused.content.decode())
    assert here.type(preferred_mode="BLENDED").send().status_code == 409


@pytest.mark.parametrize(
    "base", ["", "{", "[]", "[" * 9000, '{"urgency": 5}', "x" * 30_000, '{"urgency": "zz"}', "null"]
)
def test_a_base_that_is_none_never_lets_a_save_overwrite_in_silence(base, mine, theirs, reason, need):
    here, there = Page(mine, reason), Page(theirs, reason)
    there.type(urgency="U1").send()
    answer = here.type(urgency="U4", base=base).autosave()
    assert answer.status_code == 409
    need.refresh_from_db()
    assert need.urgency == "U1"


# --- Lines -----------------------------------------------------------------------------------------------------------


def test_two_people_in_one_line_are_put_together_competencies_included(mine, theirs, line_url, line):
    here, there = Page(mine, line_url), Page(theirs, line_url)
    assert there.type(work_unit="Bidang HI", gap__0__target_level="4").send().status_code == 302
    assert here.type(requested_total="3", gap__0__expected_outcome="Cepat.").send().status_code == 302
    line.refresh_from_db()
    gap = line.gaps.get()
    assert (line.work_unit, line.requested_total, gap.target_level, gap.expected_outcome) == (
        "Bidang HI",
        3,
        4,
        "Cepat.",
    )


def test_a_level_both_changed_is_asked_by_the_name_of_its_field(mine, theirs, line_url, line):
    here, there = Page(mine, line_url), Page(theirs, line_url)
    there.type(gap__0__target_level="4").send()
    told = here.type(gap__0__target_level="5").autosave()
    assert (told.status_code, told.json()["conflicts"]) == (
        409,
        [{"field": "gap-0-target_level", "label": "Target level", "stored": "Strong", "typed": "Expert"}],
    )
    assert here.autosave(**{"choice_gap-0-target_level": "stored"}).status_code == 200
    assert line.gaps.get().target_level == 4


def test_levels_that_no_longer_fit_after_a_merge_are_refused_with_a_sentence(mine, theirs, line_url, line):
    here, there = Page(mine, line_url), Page(theirs, line_url)
    there.type(gap__0__current_level="3", gap__0__target_level="5").send()
    answer = here.type(gap__0__target_level="2").send(**{"choice_gap-0-target_level": "mine"})
    assert answer.status_code == 409
    here.values = fields_of(answer.content.decode())
    answer = here.send(**{"choice_gap-0-target_level": "mine"})
    assert (answer.status_code, "Choose a target above level 3" in answer.content.decode()) == (400, True)
    assert list(line.gaps.values_list("current_level", "target_level")) == [(3, 5)]


def test_a_nought_somebody_entered_stays_a_nought(mine, theirs, line_url, line):
    here, there = Page(mine, line_url), Page(theirs, line_url)
    there.type(untrained="0", gap__0__current_level="0", n_female="0").send()
    told = here.type(work_unit="Bidang HI").send(autosave="1").json()
    assert {row["key"].rsplit(":", 1)[-1]: (row["value"], row["shown"]) for row in told["merged"]} == {
        "untrained": ("0", "0"),
        "current_level": ("0", "None"),
        "n_female": ("0", "0"),
    }
    line.refresh_from_db()
    assert (line.untrained, line.n_female, line.gaps.get().current_level) == (0, 0, 0)


def test_figures_that_no_longer_fit_after_a_merge_never_break_the_database(mine, theirs, line_url, line):
    here, there = Page(mine, line_url), Page(theirs, line_url)
    there.type(in_post="3", retiring_3y="0", untrained="1").send()
    told = here.type(retiring_3y="5").autosave()
    line.refresh_from_db()
    assert (told.status_code, line.in_post, line.retiring_3y <= 3) == (200, 3, True)
    assert "retiring_3y" in [row["field"] for row in told.json()["unsaved"]]


def test_a_competency_somebody_added_meanwhile_is_kept(mine, theirs, line_url, line):
    here, there = Page(mine, line_url), Page(theirs, line_url)
    row = {"theme": "T08", "current_level": "0", "target_level": "2", "competency_kind": "TEKNIS"}
    there.values |= {f"gap-1-{name}": value for name, value in row.items()} | {"gap-TOTAL_FORMS": "2"}
    assert there.send().status_code == 302
    assert here.type(work_unit="Bidang HI").send().status_code == 302
    assert sorted(line.gaps.values_list("theme_id", "target_level")) == [("T07", 3), ("T08", 2)]


def test_a_competency_removed_there_and_left_alone_here_is_gone(mine, theirs, line_url, line):
    add_gap(line, "T08")
    here, there = Page(mine, line_url), Page(theirs, line_url)
    there.send(**{"gap-1-DELETE": "on"})
    told = here.type(work_unit="Bidang HI").autosave().json()
    assert [row["shown"] for row in told["merged"]] == ["removed"]
    assert here.send().status_code == 302
    assert list(line.gaps.values_list("theme_id", flat=True)) == ["T07"]


@pytest.mark.parametrize(("choice", "themes"), [("mine", ["T07", "T08"]), ("stored", ["T07"])])
def test_a_competency_removed_there_and_changed_here_is_asked(choice, themes, mine, theirs, line_url, line):
    number = add_gap(line, "T08").pk
    here, there = Page(mine, line_url), Page(theirs, line_url)
    there.send(**{"gap-1-DELETE": "on"})
    told = here.type(gap__1__target_level="5").autosave()
    assert (told.status_code, [(row["field"], row["stored"]) for row in told.json()["conflicts"]]) == (
        409,
        [(f"row-{number}", "removed")],
    )
    assert here.send(**{f"choice_row-{number}": choice}).status_code == 302
    assert sorted(line.gaps.values_list("theme_id", flat=True)) == themes


@pytest.mark.parametrize(("choice", "themes"), [("mine", ["T07"]), ("stored", ["T07", "T08"])])
def test_a_competency_changed_there_and_removed_here_is_asked(choice, themes, mine, theirs, line_url, line):
    number = add_gap(line, "T08").pk
    here, there = Page(mine, line_url), Page(theirs, line_url)
    there.type(gap__1__target_level="5").send()
    answer = here.type(gap__1__DELETE="on").send()
    assert (answer.status_code, f'name="choice_row-{number}"' in answer.content.decode()) == (409, True)
    here.values = fields_of(answer.content.decode())
    assert here.send(**{f"choice_row-{number}": choice}).status_code == 302
    assert sorted(line.gaps.values_list("theme_id", flat=True)) == themes


def add_gap(line, theme):
    gap = line.gaps.get()
    gap.pk, gap.theme = None, factories.theme(theme)
    gap._state.adding = True
    gap.save()
    return gap


def test_the_same_competency_added_by_both_is_one_and_its_levels_are_asked(mine, theirs, line_url, line):
    row = {"theme": "T08", "current_level": "0", "competency_kind": "TEKNIS", "certification_wanted": "NONE"}
    here, there = Page(mine, line_url), Page(theirs, line_url)
    for page, target in ((there, "2"), (here, "4")):
        page.values |= {f"gap-1-{name}": value for name, value in row.items()}
        page.values |= {"gap-TOTAL_FORMS": "2", "gap-1-target_level": target}
    there.send()
    told = here.autosave()
    assert [(row["field"], row["typed"]) for row in told.json()["conflicts"]] == [("gap-1-target_level", "Strong")]
    assert here.send(**{"choice_gap-1-target_level": "mine"}).status_code == 302
    assert sorted(line.gaps.values_list("theme_id", "target_level")) == [("T07", 3), ("T08", 4)]


def test_a_line_removed_meanwhile_keeps_what_was_typed_and_can_be_saved_anew(
    mine, theirs, line_url, line, address, need
):
    here = Page(mine, line_url).type(work_unit="Bidang HI")
    theirs.post(address("remove_line", need, line.pk))
    told = here.send(autosave="1")
    assert (told.status_code, told.json()["url"]) == (410, address("new_line", need))
    answer = here.send()
    page = answer.content.decode()
    assert (answer.status_code, "This line was removed meanwhile." in page) == (409, True)
    assert f'action="{address("new_line", need)}"' in page
    here.values, here.url = fields_of(page), address("new_line", need)
    assert here.send().status_code == 302
    assert list(need.lines.values_list("work_unit", "gaps__theme_id")) == [("Bidang HI", "T07")]


# --- Nothing twice ---------------------------------------------------------------------------------------------------


def new_page(client, address, need, line_data):
    page = Page(client, address("new_line", need))
    keys = {name: page.values[name] for name in ("version", "page", "base", "client_key", "gap-0-client_key")}
    page.values = line_data() | keys
    return page


def test_a_new_line_sent_twice_is_one_line(mine, address, need, line_data):
    page = new_page(mine, address, need, line_data)
    assert [page.send().status_code for _ in range(2)] == [302, 302]
    assert need.lines.count() == 2


def test_two_new_lines_from_two_pages_are_two(mine, address, need, line_data):
    for _ in range(2):
        new_page(mine, address, need, line_data).send()
    assert need.lines.count() == 3


def test_a_new_line_whose_answers_are_lost_is_one_line_with_what_was_typed_last(mine, address, need, line_data):
    page = new_page(mine, address, need, line_data)
    page.type(work_unit="A").autosave_without_hearing()
    page.type(work_unit="B", gap__0__theme="T08").autosave_without_hearing()
    page.type(work_unit="C").send()
    assert list(need.lines.filter(position__gt=1).values_list("work_unit", "gaps__theme_id")) == [("C", "T08")]


def test_a_key_never_finds_the_line_of_another_need(mine, address, need, line_data, aceh_regency, aceh_operator):
    other = factories.need(aceh_regency, created_by=aceh_operator)
    page = new_page(mine, address, need, line_data)
    page.send()
    page.url = address("new_line", other)
    page.send()
    assert (need.lines.count(), other.lines.count()) == (2, 2)


def test_two_rows_under_one_key_are_both_kept(mine, address, need, line_data):
    page = new_page(mine, address, need, line_data)
    rows = [{"theme": t, "current_level": "1", "target_level": "3"} for t in ("T07", "T08")]
    page.values |= {name: value for name, value in line_data(gaps=rows).items() if name.startswith("gap")}
    page.values["gap-1-client_key"] = page.values["gap-0-client_key"]
    assert page.send().status_code == 302
    assert need.lines.get(position=2).gaps.count() == 2


def test_a_line_is_duplicated_once_however_often_the_button_is_pressed(mine, address, need, line):
    url = address("copy_line", need, line.pk)
    key = re.search(r'name="client_key" value="([^"]+)"', mine.get(address("lines", need)).content.decode())[1]
    answers = [mine.post(url, {"client_key": key}).url for _ in range(2)]
    assert (need.lines.count(), answers[0] == answers[1]) == (2, True)


def test_a_new_need_is_made_once_by_one_page(mine, aceh_regency):
    factories.cycle()
    key = re.search(r'name="client_key" value="([^"]+)"', mine.get("/kebutuhan/baru/").content.decode())[1]
    answers = [mine.post("/kebutuhan/baru/", {"client_key": key}).url for _ in range(2)]
    told = mine.post("/kebutuhan/baru/", {"client_key": key}, headers={"Accept": "application/json"})
    code = TrainingNeed.objects.get().code
    assert (answers, told.status_code, told.json()) == (
        [f"/kebutuhan/{code}/isi/baris/baru/"] * 2,
        201,
        {"code": code, "url": f"/kebutuhan/{code}/isi/baris/baru/"},
    )


def test_one_page_may_copy_two_needs_each_once(mine, aceh_regency):
    sources = [factories.need(aceh_regency, status="CLOSED_UNMET").code for _ in range(2)]
    for source in sources * 2:
        mine.post("/kebutuhan/baru/", {"client_key": "satu-halaman", "source": source})
    assert TrainingNeed.objects.filter(status="DRAFT").count() == 2


def test_two_offices_may_use_the_same_key(mine, as_user, bali_operator):
    factories.cycle()
    for client in (mine, as_user(bali_operator)):
        client.post("/kebutuhan/baru/", {"client_key": "kunci-yang-sama"})
    assert TrainingNeed.objects.count() == 2


def test_a_line_removed_by_pressing_twice_is_removed_once(mine, address, need, line):
    url = address("remove_line", need, line.pk)
    assert [mine.post(url).url for _ in range(2)] == [address("lines", need)] * 2
    assert LogEntry.objects.filter(record_id=need.pk, action="change").count() == 1


# --- Sessions and states ---------------------------------------------------------------------------------------------


def test_a_script_whose_session_has_ended_is_told_where_to_sign_in(mine, reason):
    here = Page(mine, reason)
    mine.logout()
    told = here.send(autosave="1")
    assert (told.status_code, told.json()["sign_in"]) == (401, "/en/masuk/")


def test_a_script_with_a_token_of_an_earlier_session_is_told_so(aceh_operator, reason):
    client = Client(enforce_csrf_checks=True)
    client.force_login(aceh_operator)
    told = client.post(reason, {"autosave": "1"}, headers={"Accept": "application/json"})
    assert (told.status_code, list(told.json())) == (403, ["csrf"])


def test_a_script_is_told_that_the_need_was_signed_meanwhile(mine, reason, need, aceh_head):
    here = Page(mine, reason).type(urgency="U1")
    perform(need.flow, "submit", record=need, actor=aceh_head)
    told = here.send(autosave="1")
    assert (told.status_code, told.json()["url"]) == (409, need.get_absolute_url())
    assert told.json()["closed"].startswith(f"{need.code} cannot be changed now")


def test_what_pages_have_written_is_forgotten_when_the_need_is_handed_on(mine, reason, need, aceh_operator):
    Page(mine, reason).type(urgency="U1").autosave()
    need.refresh_from_db()
    assert "own" in need.edits["reason"]
    perform(need.flow, "send_to_head", record=need, actor=aceh_operator)
    need.refresh_from_db()
    assert "own" not in need.edits["reason"]


def test_saving_a_line_takes_as_many_queries_with_thirty_lines_as_with_one(mine, address, need, line):
    def cost():
        page = Page(mine, address("line", need, line.pk)).type(work_unit=str(need.lines.count()))
        with CaptureQueriesContext(connection) as found:
            assert page.send(autosave="1").status_code == 200
        return len(found)

    one = cost()
    NeedLine.objects.bulk_create(
        NeedLine(need=need, post=line.post, position=n, requested_total=1) for n in range(2, 31)
    )
    assert cost() == one


@pytest.mark.parametrize("name", ["line", "new_line", "lines", "fill", "papers", "review"])
def test_pages_of_the_form_take_as_many_queries_with_thirty_lines_as_with_one(name, mine, address, need, line):
    url = address(name, need, *([line.pk] if name == "line" else []))

    def cost():
        mine.get(url)
        with CaptureQueriesContext(connection) as found:
            assert mine.get(url).status_code == 200
        return len(found)

    one = cost()
    NeedLine.objects.bulk_create(
        NeedLine(need=need, post=line.post, position=n, requested_total=1, in_post=1) for n in range(2, 31)
    )
    assert cost() == one


def test_json_is_never_kept_by_a_cache(mine, reason):
    answer = Page(mine, reason).type(urgency="U1").send(autosave="1")
    assert (answer["Cache-Control"], json.loads(answer.content)["next"]) == ("no-store", "")
