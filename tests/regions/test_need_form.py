"""The task list, its sections, saving in passing, clashes, papers, review, remarks."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from regions.lifecycle import NEED
from regions.models import CoverLetter, FilingWindow, NeedStatus, TrainingNeed
from tests import factories
from workflow.engine import perform
from workflow.models import LogEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]


@pytest.fixture
def draft(aceh_regency, aceh_operator):
    return factories.need(aceh_regency, created_by=aceh_operator, complete=False)


@pytest.fixture
def operator(as_user, aceh_operator):
    return as_user(aceh_operator)


def changes(need):
    return [e.data["changes"] for e in LogEntry.objects.filter(record_id=need.pk, action="change")]


REASON = {
    "urgency": "U1",
    "preferred_mode": "BLENDED",
    "causes": ["CASELOAD", "RETIREMENT"],
    "reason": "Perselisihan naik dari 17 menjadi 41.",
    "budget_line": "on",
}


# --- Start ---------------------------------------------------------------------------------------------------------


def test_a_new_need_has_a_code_at_once_and_opens_at_the_first_line(operator, aceh_regency, aceh_operator):
    factories.cycle()
    answer = operator.post("/kebutuhan/baru/")
    need = TrainingNeed.objects.get()
    assert (need.code, need.office, need.created_by) == ("KB-2026-0001", aceh_regency, aceh_operator)
    assert answer.url == f"/kebutuhan/{need.code}/isi/baris/baru/"
    assert (need.contact_post, need.contact_email) == (aceh_operator.name, aceh_regency.email)


def test_a_need_is_copied_with_lines_and_reason_but_without_papers(operator, aceh_regency, aceh_operator):
    former = factories.need(aceh_regency, status=NeedStatus.CLOSED_UNMET)
    operator.post("/kebutuhan/baru/", {"source": former.code})
    copy = TrainingNeed.objects.exclude(pk=former.pk).get()
    assert (copy.reason, copy.lines.get().gaps.get().theme_id, copy.evidence.count()) == (
        former.reason,
        "T07",
        0,
    )
    assert not CoverLetter.objects.filter(need=copy).exists()


def test_nobody_copies_the_need_of_another_office(operator, bali):
    stranger = factories.need(bali, status=NeedStatus.APPROVED)
    assert operator.post("/kebutuhan/baru/", {"source": stranger.code}).status_code == 404


def test_only_operators_start_needs(as_user, aceh_head, ppsdm_verifier):
    for user in (aceh_head, ppsdm_verifier):
        assert as_user(user).post("/kebutuhan/baru/").status_code == 403


def test_without_a_cycle_the_start_page_says_so(operator):
    answer = operator.post("/en/kebutuhan/baru/")
    assert (answer.status_code, "No filing cycle has been set up yet" in answer.content.decode()) == (
        400,
        True,
    )


def test_a_suspended_office_cannot_start(operator, aceh_regency):
    factories.cycle()
    aceh_regency.suspended = True
    aceh_regency.save()
    assert operator.post("/kebutuhan/baru/").status_code == 400
    assert TrainingNeed.objects.count() == 0


# --- Task list -----------------------------------------------------------------------------------------------------


def test_the_task_list_names_what_is_not_started_in_progress_complete_and_locked(operator, draft, address):
    page = operator.get(address("fill", draft)).content.decode()
    found = [page.count(word) for word in ("Not started", "In progress", "Complete", "Cannot start yet")]
    assert found == [3, 0, 1, 1]


def test_a_complete_need_opens_the_last_part(operator, need_aceh, address):
    page = operator.get(address("fill", need_aceh)).content.decode()
    assert (page.count("Complete"), page.count("Cannot start yet")) == (4, 0)
    assert address("review", need_aceh) in page


def test_outside_the_window_the_form_says_when_it_opens(operator, draft, address):
    FilingWindow.objects.update(
        opens_at=dt.datetime(2100, 5, 3, 1, tzinfo=dt.UTC), closes_at=dt.datetime(2100, 6, 3, tzinfo=dt.UTC)
    )
    assert "Filing opens on 3 May 2100, 08:00 WIB" in operator.get(address("fill", draft)).content.decode()


@pytest.mark.parametrize("name", ["fill", "office", "lines", "new_line", "reason", "papers", "review"])
def test_who_may_not_edit_is_led_to_the_need_and_strangers_find_nothing(
    name, as_user, need_aceh, aceh_head, bali_operator, jica_liaison, address
):
    url = address(name, need_aceh)
    assert as_user(aceh_head).get(url).url == address("need", need_aceh)
    for stranger in (bali_operator, jica_liaison):
        assert as_user(stranger).get(url).status_code == 404


@pytest.mark.parametrize("name", ["fill", "office", "lines", "new_line", "reason", "papers", "review"])
@pytest.mark.parametrize("language", ["", "/en"])
def test_every_page_of_the_form_opens_in_both_languages(name, language, operator, need_aceh, address):
    answer = operator.get(address(name, need_aceh).replace("/en", language, 1))
    assert answer.status_code == 200
    assert f'<html lang="{"en" if language else "id"}"' in answer.content.decode()


# --- Sections ------------------------------------------------------------------------------------------------------


def test_the_reason_is_saved_and_logged_once_with_before_and_after(operator, draft, address):
    answer = operator.post(address("reason", draft), REASON)
    draft.refresh_from_db()
    assert answer.url == address("papers", draft)
    assert (draft.urgency, draft.causes, draft.budget_line) == ("U1", ["CASELOAD", "RETIREMENT"], True)
    assert draft.score_parts[4] == {"name": "urgency", "points": 10.0, "max": 10}
    (entry,) = changes(draft)
    assert entry[0] == {"field": "urgency", "before": "", "after": "U1"}
    operator.post(address("reason", draft), REASON)
    assert len(changes(draft)) == 1


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("urgency", "Choose how urgent the need is."),
        ("preferred_mode", "Choose how the training should be given."),
        ("causes", "Choose at least one cause."),
        ("reason", "Write at least one sentence: what changed, and what happens without training."),
    ],
)
def test_an_incomplete_reason_is_refused_with_a_sentence(missing, sentence, operator, draft, address):
    answer = operator.post(address("reason", draft), {k: v for k, v in REASON.items() if k != missing})
    assert (answer.status_code, sentence in answer.content.decode()) == (400, True)
    draft.refresh_from_db()
    assert draft.reason == ""


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("contact_post", "", "Enter the post of the officer in charge."),
        ("contact_email", "", "Enter an official e-mail address."),
        ("contact_email", "bukan surel", "Enter an e-mail address, for example bidang@disnaker.go.id."),
        ("contact_phone", "tanya saja", "Enter a telephone number with digits only, for example 0376 21345."),
    ],
)
def test_contact_details_that_cannot_work_are_refused(field, value, sentence, operator, draft, address):
    data = {"contact_post": "Kabid HI", "contact_email": "hi@example.test", "contact_phone": "0376 21-345"}
    answer = operator.post(address("office", draft), {**data, field: value})
    assert (answer.status_code, sentence in answer.content.decode()) == (400, True)


def test_continue_later_saves_what_is_valid_and_keeps_the_rest_on_the_page(operator, draft, address):
    answer = operator.post(address("reason", draft), {"urgency": "U2", "reason": "", "later": "1"})
    draft.refresh_from_db()
    assert (answer.status_code, draft.urgency) == (400, "U2")
    assert "The valid entries are saved" in answer.content.decode()
    answer = operator.post(address("reason", draft), {**REASON, "later": "1"})
    assert answer.url == address("fill", draft)


# --- Saving in passing ---------------------------------------------------------------------------------------------


def test_autosave_stores_valid_fields_says_when_and_is_logged_at_the_next_explicit_save(operator, draft, address):
    data = {"urgency": "U2", "reason": "", "version": draft.version, "page": "a"}
    answer = operator.post(address("reason", draft), {**data, "autosave": "1"})
    draft.refresh_from_db()
    told = answer.json()
    assert (answer.status_code, told["version"], told["merged"]) == (200, draft.version, [])
    assert re.fullmatch(r"Saved \d\d:\d\d WIB", told["saved_at"])
    assert told["unsaved"] == [
        {"field": "preferred_mode", "sentence": "Choose how the training should be given."},
        {"field": "causes", "sentence": "Choose at least one cause."},
        {
            "field": "reason",
            "sentence": "Write at least one sentence: what changed, and what happens without training.",
        },
    ]
    assert (draft.urgency, changes(draft)) == ("U2", [])
    operator.post(address("reason", draft), {**REASON, "urgency": "U3", "version": draft.version, "page": "a"})
    (entry,) = changes(draft)
    assert entry[0] == {"field": "urgency", "before": "", "after": "U3"}


def test_what_autosave_stored_is_logged_in_the_editors_name_when_the_need_is_handed_on(
    operator, need_aceh, aceh_operator, address
):
    data = {name: getattr(need_aceh, name) for name in ("preferred_mode", "causes", "reason")}
    operator.post(address("reason", need_aceh), {**data, "urgency": "U1", "autosave": "1", "version": 1, "page": "a"})
    perform(NEED, "send_to_head", record=need_aceh, actor=aceh_operator)
    entry = LogEntry.objects.get(record_id=need_aceh.pk, action="change")
    assert (entry.actor, entry.data["changes"]) == (
        aceh_operator,
        [{"field": "urgency", "before": "U2", "after": "U1"}],
    )


def test_autosave_of_a_new_line_creates_it_once_and_the_explicit_save_completes_it(operator, draft, line_data, address):
    url = address("new_line", draft)
    half = line_data(gaps=[{"theme": "T07", "current_level": "2"}], requested_total="1") | {
        "page": "a",
        "version": "1",
    }
    answer = operator.post(url, half | {"autosave": "1"})
    line = draft.lines.get(position=2)
    told = answer.json()
    assert (told["line"], told["url"], line.gaps.count()) == (line.pk, address("line", draft, line.pk), 0)
    whole = line_data(requested_total="1") | {"page": "a", "version": "1", "line": str(line.pk)}
    operator.post(url, whole | {"autosave": "1"})
    assert operator.post(url, whole).status_code == 302
    assert list(draft.lines.values_list("position", "gaps__theme_id")) == [(1, "T07"), (2, "T07")]


def test_autosave_without_a_post_stores_nothing_and_does_not_fail(operator, draft, line_data, address):
    answer = operator.post(
        address("new_line", draft), line_data(post="") | {"autosave": "1", "version": "1", "page": "a"}
    )
    assert (answer.status_code, draft.lines.count()) == (200, 1)


def test_autosave_never_breaks_a_rule_of_the_database(operator, draft, line_data, address):
    line = draft.lines.get()
    data = line_data(in_post="1", untrained="5", retiring_3y="4", requested_total="1")
    answer = operator.post(address("line", draft, line.pk), data | {"autosave": "1", "version": "1", "page": "a"})
    line.refresh_from_db()
    assert (answer.status_code, line.in_post, line.untrained <= 1, line.retiring_3y <= 1) == (
        200,
        1,
        True,
        True,
    )


def test_a_stale_page_is_told_both_values_and_nothing_is_overwritten(operator, draft, aceh_regency, as_user, address):
    colleague = factories.member("DINAS_OP", aceh_regency)
    opened = draft.version
    as_user(colleague).post(address("reason", draft), {**REASON, "version": opened, "page": "theirs"})
    mine = {**REASON, "urgency": "U4", "version": opened, "page": "mine"}
    told = operator.post(address("reason", draft), mine | {"autosave": "1"})
    assert (told.status_code, told.json()["conflicts"]) == (
        409,
        [
            {
                "field": "urgency",
                "label": "How urgent is it?",
                "stored": "Urgent (less than 6 months)",
                "typed": "Routine",
            }
        ],
    )
    answer = operator.post(address("reason", draft), mine)
    page = answer.content.decode()
    assert (answer.status_code, "Someone else has been editing this draft since" in page) == (409, True)
    assert page.count('name="choice_urgency"') == 2
    draft.refresh_from_db()
    assert draft.urgency == "U1"
    again = operator.post(address("reason", draft), {**mine, "version": draft.version, "choice_urgency": "mine"})
    draft.refresh_from_db()
    assert (again.status_code, draft.urgency) == (302, "U4")


def test_a_suggestion_of_the_page_is_not_taken_for_something_that_somebody_stored(operator, draft, address):
    TrainingNeed.objects.filter(pk=draft.pk).update(preferred_mode="")
    page = html.unescape(operator.get(address("reason", draft)).content.decode())
    held = dict(re.findall(r'<input type="hidden" name="(version|page)" value="([^"]*)"', page))
    held["base"] = re.search(r'name="base" value="({.*?}|)"', page).group(1)
    assert operator.post(address("reason", draft), {**REASON, **held}).status_code == 302
    draft.refresh_from_db()
    assert draft.preferred_mode == REASON["preferred_mode"]


def test_two_people_in_different_parts_do_not_clash(operator, draft, aceh_regency, as_user, address):
    colleague = factories.member("DINAS_OP", aceh_regency)
    as_user(colleague).post(address("reason", draft), {**REASON, "version": 1, "page": "theirs"})
    data = {"contact_post": "Kabid", "contact_email": "a@example.test", "version": 1, "page": "mine"}
    assert operator.post(address("office", draft), data).status_code == 302


def test_a_page_never_clashes_with_its_own_autosave(operator, draft, address):
    operator.post(address("reason", draft), {**REASON, "version": 1, "page": "mine", "autosave": "1"})
    answer = operator.post(address("reason", draft), {**REASON, "urgency": "U3", "version": 1, "page": "mine"})
    assert answer.status_code == 302


def test_a_line_page_left_open_meets_the_colleagues_line(operator, draft, line_data, aceh_regency, as_user, address):
    line, colleague = draft.lines.get(), factories.member("DINAS_OP", aceh_regency)
    as_user(colleague).post(
        address("line", draft, line.pk), line_data(requested_total="4") | {"version": "1", "page": "theirs"}
    )
    answer = operator.post(
        address("line", draft, line.pk), line_data(requested_total="3") | {"version": "1", "page": "mine"}
    )
    page = answer.content.decode()
    shown = re.findall(r'<span class="sg-pre">(\d)</span>', page)
    assert (answer.status_code, shown) == (409, ["4", "3"])
    line.refresh_from_db()
    assert line.requested_total == 4


def test_a_need_signed_meanwhile_is_not_changed(operator, need_aceh, aceh_head, address):
    perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    answer = operator.post(address("reason", need_aceh), {**REASON, "version": 1, "page": "mine"})
    assert answer.url == address("need", need_aceh)
    need_aceh.refresh_from_db()
    assert need_aceh.urgency == "U2"


def test_the_head_who_signs_an_old_page_is_told_that_it_changed(operator, as_user, need_aceh, aceh_head, address):
    version = need_aceh.version
    operator.post(address("reason", need_aceh), {**REASON, "version": version, "page": "mine"})
    answer = as_user(aceh_head).post(address("act", need_aceh, "submit"), {"version": version})
    assert answer.status_code == 409


# --- Papers --------------------------------------------------------------------------------------------------------


def upload(name="akpk.pdf", content=factories.PDF):
    return SimpleUploadedFile(name, content)


def test_evidence_is_attached_logged_and_removed(operator, draft, address):
    url = address("papers", draft)
    operator.post(url, {"evidence": "1", "evidence-evidence_type": "AKPK", "evidence-file": upload()})
    paper = draft.evidence.get()
    assert (paper.name, paper.evidence_type, paper.size) == ("akpk.pdf", "AKPK", len(factories.PDF))
    remove = address("remove_evidence", draft, paper.pk)
    assert operator.get(remove).status_code == 200
    operator.post(remove)
    trail = LogEntry.objects.filter(record_id=draft.pk).values_list("action", flat=True)
    assert (draft.evidence.count(), list(trail)) == (0, ["create", "attach", "detach"])


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("virus.exe", b"MZ", "This type of file cannot be stored"),
        ("besar.pdf", factories.PDF + b"0" * (5 * 1024 * 1024), "The file is larger than 5 MB"),
        ("kosong.pdf", b"", "The submitted file is empty."),
        ("palsu.pdf", b"GIF89a....", "The content of the file does not match its name"),
    ],
)
def test_a_file_that_may_not_be_stored_is_refused_with_its_cause(name, content, sentence, operator, draft, address):
    data = {"evidence": "1", "evidence-evidence_type": "AKPK", "evidence-file": upload(name, content)}
    answer = operator.post(address("papers", draft), data)
    assert (answer.status_code, sentence in answer.content.decode(), draft.evidence.count()) == (400, True, 0)


def test_the_cover_letter_keeps_number_and_date_when_only_the_file_is_wrong(operator, draft, address):
    data = {
        "letter": "1",
        "letter-number": "500/12/2026",
        "letter-date": "05/01/2026",
        "letter-subject": "Kebutuhan",
        "letter-letter": upload("surat.docx", b"PK\x03\x04"),
    }
    answer = operator.post(address("papers", draft), data)
    page = answer.content.decode()
    assert (answer.status_code, 'value="500/12/2026"' in page) == (400, True)
    operator.post(address("papers", draft), {**data, "letter-letter": upload("surat.pdf")})
    letter = CoverLetter.objects.get(need=draft)
    assert (letter.number, letter.date, letter.name) == ("500/12/2026", dt.date(2026, 1, 5), "surat.pdf")
    operator.post(address("papers", draft), {**data, "letter-number": "501", "letter-letter": ""})
    letter.refresh_from_db()
    assert (letter.number, letter.name) == ("501", "surat.pdf")


def test_a_letter_from_the_future_is_refused(operator, draft, address):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    data = {
        "letter": "1",
        "letter-number": "1",
        "letter-date": tomorrow.isoformat(),
        "letter-letter": upload(),
    }
    answer = operator.post(address("papers", draft), data)
    assert "The letter date lies in the future" in answer.content.decode()


# --- Review --------------------------------------------------------------------------------------------------------


def test_the_review_names_everything_missing_with_its_link_and_does_not_send(operator, draft, address):
    page = operator.get(address("review", draft)).content.decode()
    assert "4 things are still missing" in page
    for part in ("reason", "papers"):
        assert address(part, draft) in page
    assert "disabled" in page


def test_a_complete_need_is_sent_to_the_head_from_the_review(operator, need_aceh, address):
    page = operator.get(address("review", need_aceh)).content.decode()
    assert "are still missing" not in page and address("act", need_aceh, "send_to_head") in page
    operator.post(address("act", need_aceh, "send_to_head"), {"version": need_aceh.version})
    need_aceh.refresh_from_db()
    assert need_aceh.awaits_signature
    assert "Awaiting sign-off" in operator.get(address("need", need_aceh)).content.decode()


# --- Remarks -------------------------------------------------------------------------------------------------------


def test_remarks_stand_beside_their_part_and_are_ticked_off(operator, need_aceh, aceh_head, aceh_verifier, address):
    need = perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    rows = [
        {"line": "1", "field": "in_post", "text": "Melebihi data."},
        {"line": "", "field": "reason", "text": "Sebut angka."},
    ]
    need = perform(NEED, "return", record=need, actor=aceh_verifier, answers={"comments": rows})
    line = need.lines.get()
    for name, more, text in (
        ("reason", (), "Sebut angka."),
        ("line", (line.pk,), "Melebihi data."),
        ("fill", (), "Melebihi"),
    ):
        assert text in operator.get(address(name, need, *more)).content.decode()
    assert "Sebut angka." not in operator.get(address("line", need, line.pk)).content.decode()
    for remark in need.comments.all():
        answer = operator.post(address("answer", need, remark.pk), {"done": "1", "back": "reason"})
        assert answer.url == f"{address('reason', need)}#remark-{remark.pk}"
    assert need.comments.filter(resolved_at__isnull=True).count() == 0
    operator.post(address("answer", need, remark.pk), {"done": "0", "back": "fill"})
    assert need.comments.filter(resolved_at__isnull=True).count() == 1


def test_strangers_cannot_tick_remarks(as_user, need_aceh, aceh_head, aceh_verifier, bali_operator, address):
    need = perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    rows = [{"line": "", "field": "", "text": "Lengkapi."}]
    need = perform(NEED, "return", record=need, actor=aceh_verifier, answers={"comments": rows})
    url = address("answer", need, need.comments.get().pk)
    assert as_user(bali_operator).post(url, {"done": "1"}).status_code == 404
    assert as_user(aceh_head).post(url, {"done": "1"}).status_code == 302
    assert need.comments.get().resolved_at is None
