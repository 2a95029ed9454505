"""A reviewer's remark hangs on its field or line, is shown there, ticked off by itself, and answered beside it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regions.lifecycle import NEED
from regions.models import FieldComment, NeedLine
from regions.remarks import with_answers
from regions.selectors import open_remarks
from regions.services import copy_line_of, remove_line, restore_line, save_part
from workflow.engine import Refused, note, perform

pytestmark = pytest.mark.django_db


@pytest.fixture
def need(need_aceh, aceh_head, aceh_operator):
    """A need with two lines, submitted."""
    copy_line_of(need_aceh, need_aceh.lines.get().pk, actor=aceh_operator)
    need_aceh.refresh_from_db()
    return perform(NEED, "submit", record=need_aceh, actor=aceh_head)


def sent_back(need, reviewer, *rows):
    """Returned with remarks (line, field, text)."""
    comments = [{"line": line, "field": field, "text": text} for line, field, text in rows]
    return perform(NEED, "return", record=need, actor=reviewer, answers={"comments": comments})


REMARKS = (
    ("2", "in_post", "Melebihi data kepegawaian."),
    ("1", "", "Gabungkan dengan baris lain."),
    ("", "reason", "Sebut angkanya."),
    ("", "letter", "Surat belum bertanggal."),
    ("", "", "Lengkapi seluruhnya."),
)


def test_each_remark_leads_to_the_place_it_speaks_of(need, aceh_verifier):
    need = sent_back(need, aceh_verifier, *REMARKS)
    first, second = need.lines.order_by("position")
    found = [(r.about, r.part, r.place_url) for r in open_remarks(need)]
    assert [(about, part) for about, part, _url in found] == [
        ("Baris 2: Pegawai pada jabatan ini", "lines"),
        ("Baris 1", "lines"),
        ("Alasan", "reason"),
        ("Surat pengantar", "papers"),
        ("", "lines"),
    ]
    assert found[0][2].endswith(f"{second.pk}/#div_id_in_post") and found[1][2].endswith(f"{first.pk}/")
    assert found[2][2].endswith("#div_id_reason") and found[4][2] == ""


def test_the_office_reads_each_remark_at_its_field_and_line(client, need, aceh_verifier, aceh_operator):
    need = sent_back(need, aceh_verifier, *REMARKS)
    client.force_login(aceh_operator)
    fill = client.get(f"/kebutuhan/{need.code}/isi/").content.decode()
    assert all(text in fill for _line, _field, text in REMARKS)
    for remark in open_remarks(need):
        if not remark.place_url:
            continue
        assert f'href="{remark.place_url}"' in fill
        page = client.get(remark.place_url.split("#")[0]).content.decode()
        assert remark.text in page
    page = client.get(open_remarks(need)[0].place_url.split("#")[0]).content.decode()
    field = page[page.index('id="div_id_in_post"') :]
    assert "Melebihi data kepegawaian." in field[: field.index("<input")]


def test_each_is_ticked_off_by_itself_and_all_before_the_need_comes_back(
    client, need, aceh_verifier, aceh_operator, aceh_head
):
    need = sent_back(need, aceh_verifier, *REMARKS[:2])
    client.force_login(aceh_operator)
    one, other = open_remarks(need)
    client.post(f"/kebutuhan/{need.code}/catatan/{one.pk}/", {"done": "1", "back": "fill"})
    with pytest.raises(Refused) as refused:
        perform(NEED, "resubmit", record=need, actor=aceh_head, answers={"summary": "Angka diperbaiki."})
    assert any("1" in reason for reason in refused.value.reasons)
    client.post(f"/kebutuhan/{need.code}/catatan/{other.pk}/", {"done": "1", "back": "fill"})
    need = perform(NEED, "resubmit", record=need, actor=aceh_head, answers={"summary": "Angka diperbaiki."})
    assert need.status == "PROV_REVIEW"


def test_a_removed_line_keeps_its_remark_with_its_number_and_gets_it_back(need, aceh_verifier, aceh_operator, client):
    need = sent_back(need, aceh_verifier, *REMARKS[:2])
    second = need.lines.get(position=2)
    kept = remove_line(need, second.pk, actor=aceh_operator)
    remark = FieldComment.objects.get(text=REMARKS[0][2])
    assert (remark.about, remark.part, remark.place_url) == ("Baris 2, yang sudah dihapus", "lines", "")
    client.force_login(aceh_operator)
    for page in ("", "isi/", "isi/baris/"):
        assert "Baris 2, yang sudah dihapus" in client.get(f"/kebutuhan/{need.code}/{page}").content.decode()
    line = restore_line(need, kept, actor=aceh_operator)
    remark.refresh_from_db()
    assert (remark.line, remark.about) == (line, "Baris 2: Pegawai pada jabatan ini")


def test_the_next_round_has_its_own_remarks_and_the_history_keeps_the_first(
    client, need, aceh_verifier, aceh_operator, aceh_head
):
    need = sent_back(need, aceh_verifier, *REMARKS[:1])
    need.comments.update(resolved_at="2026-03-01T00:00:00Z")
    need = perform(NEED, "resubmit", record=need, actor=aceh_head, answers={"summary": "Angka diperbaiki."})
    need = sent_back(need, aceh_verifier, ("", "reason", "Masih kurang rinci."))
    assert [r.text for r in open_remarks(need)] == ["Masih kurang rinci."]
    client.force_login(aceh_operator)
    page = client.get(need.get_absolute_url()).content.decode()
    assert "Melebihi data kepegawaian." in page[page.index('id="h-history"') :]


def test_at_the_second_look_the_change_stands_beside_the_remark(client, need, aceh_verifier, aceh_operator, aceh_head):
    need = sent_back(need, aceh_verifier, ("", "reason", "Sebut angkanya."), ("", "urgency", "Benarkah mendesak?"))
    before = need.reason

    def write(fresh, others):
        fresh.reason = "Sebanyak 12 dari 20 mediator belum dilatih."

    save_part(need, "reason", actor=aceh_operator, seen=None, final=True, write=write)
    need.comments.update(resolved_at="2026-03-01T00:00:00Z")
    need.refresh_from_db()
    need = perform(NEED, "resubmit", record=need, actor=aceh_head, answers={"summary": "Angka disebut."})
    found = with_answers(need, open_remarks(need))
    assert [[(c["before"], c["after"]) for c in r.changes] for r in found] == [
        [(before, "Sebanyak 12 dari 20 mediator belum dilatih.")],
        [],
    ]
    client.force_login(aceh_verifier)
    page = client.get(need.get_absolute_url()).content.decode()
    assert "<ins>Sebanyak 12 dari 20 mediator belum dilatih.</ins>" in page
    assert "Tidak ada yang diubah di sana sejak dikembalikan." in page


def test_changes_follow_a_line_whose_number_moved(need, aceh_verifier, aceh_operator):
    need = sent_back(need, aceh_verifier, ("2", "in_post", "Melebihi data."), ("1", "in_post", "Periksa."))
    first, second = need.lines.order_by("position")
    remove_line(need, first.pk, actor=aceh_operator)
    need.refresh_from_db()
    line = NeedLine.objects.get(pk=second.pk)
    assert line.position == 1
    changes = [{"field": "in_post", "before": 9, "after": 4}]
    note(NEED, need, aceh_operator, "change", {"part": "line 1", "changes": changes})
    found = {r.text: [(c["before"], c["after"]) for c in r.changes] for r in with_answers(need, open_remarks(need))}
    assert found == {"Melebihi data.": [("9", "4")], "Periksa.": []}


@pytest.mark.parametrize("count", [1, 8])
def test_remarks_cost_the_same_however_many(client, need, aceh_verifier, aceh_operator, count):
    need = sent_back(need, aceh_verifier, *[("1", "in_post", f"Catatan {n}.") for n in range(count)])
    with CaptureQueriesContext(connection) as found:
        [r.about for r in with_answers(need, open_remarks(need))]
    assert len(found) == 2
