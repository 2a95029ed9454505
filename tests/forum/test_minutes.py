"""Minutes: attendance, text, decisions and action points on one page; publishing, correcting, taking into a record."""

from __future__ import annotations

import datetime as dt
import io
from zoneinfo import ZoneInfo

import pypdf
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts.models import Organisation
from forum.lifecycle import MEETING
from forum.models import ActionPoint, Meeting, MinutesEdition
from forum.services.minutes import ActionRow, DecisionRow, Written, correct_minutes, save_minutes, take_decision
from notices import services as post
from notices.models import Notice
from tests import factories, minutes_factories
from tests.minutes_factories import form_data
from workflow import papers
from workflow.engine import Refused, Stale, offered, perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
WIB = ZoneInfo("Asia/Jakarta")
NOW = dt.datetime(2026, 10, 6, 9, tzinfo=WIB)


@pytest.fixture(autouse=True)
def _then():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def held(ppsdm, aceh_regency, jica, need_aceh):
    """A meeting of PPSDM that was held yesterday, with an office and a partner, on a need of the office."""
    return minutes_factories.meeting(ppsdm, "HELD", invited=[aceh_regency, jica], agenda=["Pembukaan", need_aceh])


def entries(of, action: str) -> list[LogEntry]:
    return list(LogEntry.objects.filter(flow=of.flow.name, record_id=of.pk, action=action))


def written(meeting, **more) -> Written:
    """Text, attendance and one decision."""
    return Written(
        **{
            "text": "Rapat dibuka.",
            "attendance": {meeting.organiser_id: 3},
            "decisions": (DecisionRow(1, "Data dilengkapi."),),
            **more,
        }
    )


# --- Writing ------------------------------------------------------------------------------------------------


def test_one_page_stores_everything(client, held, ppsdm, aceh_regency, ppsdm_verifier):
    client.force_login(ppsdm_verifier)
    page = f"/rapat/{held.code}/notulen/"
    assert client.get(page).status_code == 200
    opening, need = held.agenda.all()
    data = form_data(
        held,
        attendance={ppsdm: 4, aceh_regency: 2},
        decisions=[{"text": "Data dilengkapi.", "item": need.pk}, {"text": "Rapat lanjutan Desember.", "item": ""}],
        actions=[
            {
                "text": "Kirim data\r\njabatan",
                "organisation": aceh_regency.pk,
                "role": "DINAS_OP",
                "due_on": "2026-10-30",
                "decision": "1",
            }
        ],
    )
    assert client.post(page, data).status_code == 302
    held.refresh_from_db()
    assert held.minutes == "Rapat dibuka pukul 09.00."
    assert dict(held.attendance.values_list("organisation", "people")) == {ppsdm.pk: 4, aceh_regency.pk: 2}
    assert list(held.decisions.values_list("position", "text", "item")) == [
        (1, "Data dilengkapi.", need.pk),
        (2, "Rapat lanjutan Desember.", None),
    ]
    [todo] = held.actions.all()
    assert (todo.text, todo.organisation, todo.role, todo.due_on, todo.decision.position, todo.status, todo.due_at) == (
        "Kirim data jabatan",
        aceh_regency,
        "DINAS_OP",
        dt.date(2026, 10, 30),
        1,
        "DRAFT",
        None,
    )
    [entry] = entries(held, "minutes")
    assert entry.data == {"parts": ["text", "attendance", "decisions", "actions"]} and entry.comment == ""
    assert held.version == 2


def test_saving_the_same_again_changes_nothing(client, held, ppsdm, ppsdm_verifier):
    client.force_login(ppsdm_verifier)
    page = f"/rapat/{held.code}/notulen/"
    client.post(page, form_data(held, attendance={ppsdm: 4}))
    held.refresh_from_db()
    client.post(page, form_data(held, attendance={ppsdm: 4}))
    assert len(entries(held, "minutes")) == 1 and Meeting.objects.get(pk=held.pk).version == held.version


def test_rows_are_changed_removed_and_left_out(client, held, aceh_regency, ppsdm_verifier):
    client.force_login(ppsdm_verifier)
    first, second = minutes_factories.decision(held, "Pertama."), minutes_factories.decision(held, "Kedua.")
    todo = minutes_factories.action(held, aceh_regency, "DRAFT", decision=second)
    other = minutes_factories.action(held, aceh_regency, "DRAFT")
    data = form_data(
        held,
        decisions=[
            {"pk": first.pk, "text": "Pertama.", "remove": "on"},
            {"pk": second.pk, "text": "Kedua, diubah."},
            {"text": ""},
        ],
        actions=[
            {
                "pk": todo.pk,
                "text": "Kirim data.",
                "organisation": aceh_regency.pk,
                "due_on": "2026-11-02",
                "decision": "2",
            },
            {"pk": other.pk, "text": "x", "organisation": aceh_regency.pk, "due_on": "2026-11-02", "remove": "on"},
        ],
    )
    assert client.post(f"/rapat/{held.code}/notulen/", data).status_code == 302
    assert list(held.decisions.values_list("pk", "position", "text")) == [(second.pk, 1, "Kedua, diubah.")]
    assert list(held.actions.values_list("pk", "text", "decision")) == [(todo.pk, "Kirim data.", second.pk)]


WRONG = {
    "no owner": ({"text": "a", "due_on": "2026-11-02"}, "organisation"),
    "no day": ({"text": "a", "organisation": "own"}, "due_on"),
    "no text": ({"organisation": "own", "due_on": "2026-11-02"}, "text"),
    "before the meeting": ({"text": "a", "organisation": "own", "due_on": "2026-10-04"}, "due_on"),
    "a post of another house": (
        {"text": "a", "organisation": "own", "due_on": "2026-11-02", "role": "PARTNER_HEAD"},
        "role",
    ),
    "a stranger": ({"text": "a", "organisation": "999999", "due_on": "2026-11-02"}, "organisation"),
    "no such decision": ({"text": "a", "organisation": "own", "due_on": "2026-11-02", "decision": "7"}, "decision"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_faulty_row_is_named_and_nothing_is_stored(client, held, aceh_regency, ppsdm_verifier, case):
    row, field = WRONG[case]
    row = {key: aceh_regency.pk if value == "own" else value for key, value in row.items()}
    client.force_login(ppsdm_verifier)
    page = client.post(f"/rapat/{held.code}/notulen/", form_data(held, actions=[row], text="Tetap ada di halaman."))
    assert page.status_code == 400 and "Tetap ada di halaman." in page.content.decode()
    assert list(page.context["form"].actions.forms[0].errors) == [field]
    assert (Meeting.objects.get(pk=held.pk).minutes, ActionPoint.objects.count()) == ("", 0)


@pytest.mark.parametrize("people", ["-1", "2001", "tiga"])
def test_an_impossible_number_of_people_is_refused(client, held, ppsdm, ppsdm_verifier, people):
    client.force_login(ppsdm_verifier)
    page = client.post(f"/rapat/{held.code}/notulen/", form_data(held, attendance={ppsdm: people}))
    assert page.status_code == 400 and not held.attendance.exists()


def test_who_was_faster_is_not_overwritten(client, held, ppsdm, ppsdm_verifier):
    client.force_login(ppsdm_verifier)
    page, seen = f"/rapat/{held.code}/notulen/", form_data(held, attendance={ppsdm: 9})
    save_minutes(held, ppsdm_verifier, written(held), version=1)
    answer = client.post(page, seen)
    assert answer.status_code == 409 and "Rapat dibuka pukul 09.00." in answer.content.decode()
    assert Meeting.objects.get(pk=held.pk).minutes == "Rapat dibuka."


def test_a_decision_of_another_meeting_cannot_be_taken_over(client, held, ppsdm, ppsdm_verifier):
    other = minutes_factories.decision(minutes_factories.meeting(ppsdm, "HELD"), "Milik rapat lain.")
    client.force_login(ppsdm_verifier)
    client.post(f"/rapat/{held.code}/notulen/", form_data(held, decisions=[{"pk": other.pk, "text": "Diambil."}]))
    other.refresh_from_db()
    assert other.text == "Milik rapat lain." and [d.text for d in held.decisions.all()] == ["Diambil."]


def test_many_organisations_are_typed_by_name(client, ppsdm, ppsdm_verifier):
    offices = [factories.office(f"11{n:02d}") for n in range(1, 46)]
    held = minutes_factories.meeting(ppsdm, "HELD", invited=offices)
    client.force_login(ppsdm_verifier)
    page = client.get(f"/rapat/{held.code}/notulen/").content.decode()
    assert page.count("<select") < 10 and '<datalist id="organisations">' in page
    more = {"hadir-lain-TOTAL_FORMS": "2", "hadir-lain-INITIAL_FORMS": "0"}
    more |= {"hadir-lain-0-organisation": "kabupaten 1107", "hadir-lain-0-people": "2"}
    row = {"text": "Kirim data.", "organisation": offices[3].name, "due_on": "2026-11-02"}
    assert client.post(f"/rapat/{held.code}/notulen/", form_data(held, actions=[row], **more)).status_code == 302
    assert list(held.attendance.values_list("organisation", "people")) == [(offices[6].pk, 2)]
    assert [a.organisation for a in held.actions.all()] == [offices[3]]
    vague = {**row, "organisation": "kabupaten"}
    refused = client.post(f"/rapat/{held.code}/notulen/", form_data(held, actions=[vague], version="2", **more))
    assert refused.status_code == 400 and list(refused.context["form"].actions.forms[0].errors) == ["organisation"]


# --- Who may ------------------------------------------------------------------------------------------------


def test_before_publishing_minutes_exist_for_organisers_and_the_auditor(
    client, held, ppsdm_verifier, auditor, aceh_operator, jica_head, bali_operator
):
    minutes_factories.decision(held, "Rahasia sampai terbit.")
    answers = {}
    for name, person in {
        "organiser": ppsdm_verifier,
        "auditor": auditor,
        "invited": aceh_operator,
        "partner": jica_head,
        "stranger": bali_operator,
    }.items():
        client.force_login(person)
        answers[name] = client.get(f"/rapat/{held.code}/notulen/").status_code
    assert answers == {"organiser": 200, "auditor": 200, "invited": 404, "partner": 404, "stranger": 404}
    client.force_login(aceh_operator)
    assert "Rahasia sampai terbit." not in client.get(f"/rapat/{held.code}/").content.decode()
    client.force_login(auditor)
    assert client.post(f"/rapat/{held.code}/notulen/", form_data(held)).status_code == 403


def test_nobody_else_stores_anything(held, aceh_operator, bali_operator):
    for person in (aceh_operator, bali_operator):
        with pytest.raises(Http404):
            save_minutes(held, person, written(held), version=None)
    Meeting.objects.filter(pk=held.pk).update(status="MINUTED")
    with pytest.raises(PermissionDenied):
        correct_minutes(held, aceh_operator, written(held), reason="Salah tulis saja.", version=None)


@pytest.mark.parametrize("status", ["DRAFT", "PLANNED", "CANCELLED"])
def test_there_are_no_minutes_of_what_was_not_held(client, ppsdm, ppsdm_verifier, status):
    meeting = minutes_factories.meeting(ppsdm, status)
    client.force_login(ppsdm_verifier)
    for path in ("", "perbaiki/", "cetak/", "pdf/"):
        assert client.get(f"/rapat/{meeting.code}/notulen/{path}").status_code == 404


# --- Publishing ---------------------------------------------------------------------------------------------


def test_publishing_needs_text_and_attendance(held, ppsdm, ppsdm_verifier):
    [publish] = [o for o in offered(ppsdm_verifier, held) if o.transition.name == "publish"]
    assert len(publish.reasons) == 2
    save_minutes(held, ppsdm_verifier, written(held), version=None)
    held.refresh_from_db()
    assert [o.reasons for o in offered(ppsdm_verifier, held) if o.transition.name == "publish"] == [()]


def test_published_minutes_reach_everyone_and_action_points_those_who_do_them(
    client, held, aceh_regency, ppsdm_verifier, aceh_operator, aceh_head, jica_head
):
    actions = tuple(ActionRow(f"Tugas {n}", aceh_regency.pk, dt.date(2026, 10, 30), "DINAS_OP") for n in (1, 2, 3))
    save_minutes(held, ppsdm_verifier, written(held, actions=actions), version=None)
    done = perform(MEETING, "publish", record=held, actor=ppsdm_verifier)
    assert (done.status, done.minuted_at) == ("MINUTED", NOW)
    assert set(held.actions.values_list("status", "due_at")) == {
        ("OPEN", dt.datetime(2026, 10, 30, 23, 59, 59, tzinfo=WIB))
    }
    assert [e.actor for e in LogEntry.objects.filter(flow="forum.action")] == [None] * 3
    while post.read_on():
        pass
    turns = Notice.objects.filter(flow="forum.action", user=aceh_operator)
    assert turns.count() == 1, "three at once are one notice"
    assert not Notice.objects.filter(flow="forum.action").exclude(user=aceh_operator).exists()
    for person in (aceh_operator, aceh_head, jica_head):
        client.force_login(person)
        page = client.get(f"/rapat/{held.code}/notulen/").content.decode()
        assert "Rapat dibuka." in page and "Data dilengkapi." in page and "Tugas 2" in page


def test_minutes_are_markdown_in_which_nothing_runs(client, held, ppsdm, ppsdm_verifier):
    text = "**Penting**: <script>alert(1)</script> [tautan](javascript:alert(1))\n\n- satu\n- dua"
    Meeting.objects.filter(pk=held.pk).update(minutes=text, status="MINUTED")
    client.force_login(ppsdm_verifier)
    page = client.get(f"/rapat/{held.code}/notulen/").content.decode()
    assert "<strong>Penting</strong>" in page and "<li>dua</li>" in page
    assert "<script>alert" not in page and 'href="javascript' not in page


# --- Corrections --------------------------------------------------------------------------------------------


def test_a_correction_keeps_what_was_said_before_and_says_why(
    client, held, ppsdm, aceh_regency, ppsdm_verifier, aceh_operator
):
    save_minutes(held, ppsdm_verifier, written(held), version=None)
    done = perform(MEETING, "publish", record=held, actor=ppsdm_verifier)
    [decision] = done.decisions.all()
    client.force_login(ppsdm_verifier)
    data = form_data(
        done,
        attendance={ppsdm: 4},
        decisions=[{"pk": decision.pk, "text": "Data dilengkapi sampai November."}],
        actions=[{"text": "Lengkapi data.", "organisation": aceh_regency.pk, "due_on": "2026-11-30", "decision": "1"}],
        text="Rapat dibuka pukul 10.00.",
    )
    page = f"/rapat/{held.code}/notulen/perbaiki/"
    assert client.post(page, data).status_code == 400, "without a reason"
    assert client.post(page, {**data, "reason": "Jam pembukaan salah."}).status_code == 302
    [edition] = MinutesEdition.objects.all()
    assert (edition.number, edition.text, edition.attendance, edition.decisions, edition.reason) == (
        1,
        "Rapat dibuka.",
        [{"code": "PPSDM", "name": "PPSDM", "people": 3}],
        [{"text": "Data dilengkapi.", "item": ""}],
        "Jam pembukaan salah.",
    )
    [entry] = entries(held, "correct_minutes")
    assert entry.data == {"parts": ["text", "attendance", "decisions", "actions"], "edition": 2}
    assert entry.comment == "Jam pembukaan salah."
    assert list(held.actions.values_list("text", "status")) == [("Lengkapi data.", "OPEN")]
    client.force_login(aceh_operator)
    now = client.get(f"/rapat/{held.code}/notulen/").content.decode()
    before = client.get(f"/rapat/{held.code}/notulen/edisi/1/").content.decode()
    assert "pukul 10.00" in now and "Jam pembukaan salah." in now
    assert "Rapat dibuka." in before and "pukul 10.00" not in before
    Organisation.objects.filter(pk=ppsdm.pk).update(name_en="Employment HR Development Centre")
    english = client.get(f"/en/rapat/{held.code}/notulen/edisi/1/").content.decode()
    assert "<dt>Employment HR Development Centre</dt><dd>3</dd>" in english
    assert client.get(f"/rapat/{held.code}/notulen/edisi/2/").status_code == 404
    assert client.get(page).status_code == 403


def test_a_correction_that_changes_nothing_is_refused(held, ppsdm_verifier):
    save_minutes(held, ppsdm_verifier, written(held), version=None)
    done = perform(MEETING, "publish", record=held, actor=ppsdm_verifier)
    [decision] = done.decisions.all()
    same = written(held, decisions=(DecisionRow(1, decision.text, None, decision.pk),))
    with pytest.raises(Refused):
        correct_minutes(done, ppsdm_verifier, same, reason="Tidak ada apa-apa.", version=None)
    assert not MinutesEdition.objects.exists()


def test_action_points_that_were_handed_out_are_not_changed_by_the_minutes(held, aceh_regency, ppsdm_verifier):
    save_minutes(held, ppsdm_verifier, written(held), version=None)
    done = perform(MEETING, "publish", record=held, actor=ppsdm_verifier)
    todo = minutes_factories.action(done, aceh_regency)
    correct_minutes(done, ppsdm_verifier, written(done, text="Lain."), reason="Salah tulis saja.", version=None)
    todo.refresh_from_db()
    assert (todo.status, todo.text) == ("OPEN", "Kirim data jabatan.")


def test_published_minutes_are_not_written_over_by_an_old_page(client, held, ppsdm_verifier):
    save_minutes(held, ppsdm_verifier, written(held), version=None)
    held.refresh_from_db()
    data = form_data(held)
    perform(MEETING, "publish", record=held, actor=ppsdm_verifier)
    client.force_login(ppsdm_verifier)
    assert client.post(f"/rapat/{held.code}/notulen/", data).status_code == 409
    with pytest.raises(Stale):
        save_minutes(held, ppsdm_verifier, written(held), version=None)


# --- Into the record ----------------------------------------------------------------------------------------


@pytest.fixture
def decided(ppsdm, aceh_regency, bali, need_aceh):
    """Published minutes of a meeting the office called itself, with a decision on its own need."""
    made = minutes_factories.meeting(aceh_regency, "MINUTED", invited=[ppsdm, bali], agenda=[need_aceh])
    minutes_factories.decision(made, "Bukti dukung dilengkapi.", item=made.agenda.get())
    return made


def test_a_decision_goes_into_the_records_log_once(client, decided, need_aceh, aceh_operator):
    client.force_login(aceh_operator)
    page = f"/rapat/{decided.code}/notulen/"
    take = f"{page}putusan/1/catat/"
    assert take in client.get(page).content.decode()
    assert client.get(take).status_code == 200 and not entries(need_aceh, "meeting_decision")
    assert client.post(take).status_code == 409 and not entries(need_aceh, "meeting_decision"), "nothing was shown"
    assert client.post(take, {"version": decided.version}).status_code == 302
    [entry] = entries(need_aceh, "meeting_decision")
    assert (entry.comment, entry.data) == ("Bukti dukung dilengkapi.", {"meeting": decided.code, "decision": 1})
    again = {"version": Meeting.objects.get(pk=decided.pk).version}
    assert client.post(take, again).status_code == 409 and len(entries(need_aceh, "meeting_decision")) == 1
    assert take not in client.get(page).content.decode()
    assert "Bukti dukung dilengkapi." in client.get(need_aceh.get_absolute_url()).content.decode()


def test_a_decision_that_was_put_into_other_words_meanwhile_is_read_again_first(
    client, decided, need_aceh, aceh_operator, aceh_head
):
    """The number of a decision says nothing of its words: between look and click they may have been corrected."""
    client.force_login(aceh_operator)
    take = f"/rapat/{decided.code}/notulen/putusan/1/catat/"
    shown = client.get(take).content.decode()
    assert f'name="version" value="{decided.version}"' in shown
    row = DecisionRow(1, "Usulan ditolak.", decided.agenda.get().pk, decided.decisions.get().pk)
    correct_minutes(decided, aceh_head, Written("Lain.", {}, (row,)), reason="Salah tulis saja.", version=None)
    answer = client.post(take, {"version": decided.version})
    assert answer.status_code == 409 and "Usulan ditolak." in answer.content.decode()
    assert not entries(need_aceh, "meeting_decision")
    assert client.post(take, {"version": answer.context["meeting"].version}).status_code == 302
    assert [entry.comment for entry in entries(need_aceh, "meeting_decision")] == ["Usulan ditolak."]


def test_what_went_into_a_record_stays_as_it_was_taken(decided, aceh_operator):
    take_decision(decided, aceh_operator, 1, version=decided.version)
    [decision] = decided.decisions.all()
    row = DecisionRow(1, "Sesuatu yang lain.", None, decision.pk)
    correct_minutes(decided, aceh_operator, Written("Lain.", {}, (row,)), reason="Salah tulis saja.", version=None)
    decision.refresh_from_db()
    assert decision.text == "Bukti dukung dilengkapi." and decision.item is not None
    with pytest.raises(Refused):
        correct_minutes(decided, aceh_operator, Written("Kosong."), reason="Salah tulis saja.", version=None)


def test_only_organisers_who_act_on_the_record_take_a_decision_there(
    client, decided, held, need_aceh, ppsdm_verifier, bali_operator, ppsdm_head
):
    Meeting.objects.filter(pk=held.pk).update(status="MINUTED")
    minutes_factories.decision(held, "Bukan urusan sini.", item=held.agenda.last())
    # The need is a draft of the office: for the ministry, which called this meeting, it does not exist yet.
    for person, meeting in ((ppsdm_verifier, decided), (bali_operator, decided), (ppsdm_head, held)):
        client.force_login(person)
        assert client.post(f"/rapat/{meeting.code}/notulen/putusan/1/catat/").status_code == 404
    assert not entries(need_aceh, "meeting_decision")


def test_a_record_the_reader_may_not_see_is_not_named(client, decided, need_aceh, bali_operator):
    client.force_login(bali_operator)
    page = client.get(f"/rapat/{decided.code}/notulen/").content.decode()
    assert "Bukti dukung dilengkapi." in page and need_aceh.code not in page


# --- On paper -----------------------------------------------------------------------------------------------


def test_the_minutes_on_paper(client, decided, aceh_operator, bali_operator, need_aceh):
    client.force_login(aceh_operator)
    assert "Bukti dukung dilengkapi." in client.get(f"/rapat/{decided.code}/notulen/cetak/").content.decode()
    if not papers.can_make():
        pytest.skip("this machine has no Pango")
    answer = client.get(f"/rapat/{decided.code}/notulen/pdf/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Cache-Control"] == "private, no-store"
    paper = pypdf.PdfReader(io.BytesIO(answer.content))
    text = " ".join(page.extract_text() for page in paper.pages)
    assert "Bukti dukung dilengkapi." in text and need_aceh.code in text
    assert paper.trailer["/Root"]["/MarkInfo"]["/Marked"]
    client.force_login(bali_operator)
    other = pypdf.PdfReader(io.BytesIO(client.get(f"/rapat/{decided.code}/notulen/pdf/").content))
    assert need_aceh.code not in " ".join(page.extract_text() for page in other.pages)


@pytest.mark.parametrize("status", ["HELD", "MINUTED"])
def test_thirty_rows_cost_no_more_queries_than_one(client, ppsdm, aceh_regency, ppsdm_verifier, status):
    held = minutes_factories.meeting(ppsdm, status, invited=[aceh_regency], agenda=["Satu"])
    client.force_login(ppsdm_verifier)
    counts = []
    for more in (1, 29):
        for _number in range(more):
            minutes_factories.decision(held, item=held.agenda.get())
            minutes_factories.action(held, aceh_regency, "DRAFT" if status == "HELD" else "OPEN")
        client.get(f"/rapat/{held.code}/notulen/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/rapat/{held.code}/notulen/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
