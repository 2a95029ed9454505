"""The Bureau's remarks on an offer: at the field they name, with the way there, and with what was changed since."""

from __future__ import annotations

import re

import pytest

from programs.lifecycle import PROGRAM
from programs.models import Program, ProgramFile, Remark
from programs.remarks import with_answers
from programs.selectors import open_remarks
from programs.services import attach_file, remove_file, tick_remarks
from tests import factories, program_factories
from workflow.engine import Stale, perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(jica, jica_liaison, biroks_officer):
    """An offer sent back with a remark on a field, on a part and on the whole."""
    offer = program_factories.program(jica, "VERIFICATION", created_by=jica_liaison)
    comments = [
        {"line": "", "field": "title_en", "text": "Name the subject."},
        {"line": "", "field": "intakes", "text": "Dates fall on a holiday."},
        {"line": "", "field": "", "text": "See the letter."},
    ]
    return perform(PROGRAM, "return", record=offer, actor=biroks_officer, answers={"comments": comments})


def test_a_remark_may_name_a_field_a_part_or_the_whole(returned):
    codes = [code for code, _label in returned.comment_targets()]
    assert {"field:basics", "field:title_en", "field:intakes", "field:route", "field:papers"} <= set(codes)
    assert len(codes) == len(set(codes))
    assert [(r.about, r.section) for r in open_remarks(returned)] == [
        ("Data dasar: Judul dalam bahasa Inggris", "basics"),
        ("Angkatan dan kursi", "intakes"),
        ("", ""),
    ]


def test_the_partner_is_led_to_the_field_and_reads_the_remark_there(client, returned, jica_liaison):
    client.force_login(jica_liaison)
    fill = client.get(f"/mitra/program/{returned.code}/isi/").content.decode()
    place = f"/mitra/program/{returned.code}/isi/dasar/#div_id_title_en"
    assert f'href="{place}"' in fill and f"/mitra/program/{returned.code}/isi/angkatan/" in fill
    page = client.get(place).content.decode()
    field = page[page.index('id="div_id_title_en"') :]
    assert "Name the subject." in field[: field.index("<input")]
    assert "Dates fall on a holiday." not in page
    assert "Dates fall on a holiday." in client.get(f"/mitra/program/{returned.code}/isi/angkatan/").content.decode()


def test_what_was_changed_stands_beside_the_remark_at_the_second_look(client, returned, jica_liaison, biroks_officer):
    client.force_login(jica_liaison)
    url = f"/mitra/program/{returned.code}/isi/dasar/"
    form = client.get(url).context["form"].main
    data = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    data |= {"title_en": "Labour inspection by risk", "version": returned.version, "next": "later"}
    before = returned.title_en
    assert client.post(url, data).status_code == 302
    remarks = with_answers(returned, open_remarks(returned))
    assert [[(c["before"], c["after"]) for c in r.changes] for r in remarks] == [
        [(before, "Labour inspection by risk")],
        [],
        [],
    ]
    returned.remarks.update(resolved_at="2026-03-01T00:00:00Z")
    returned = Program.objects.get(pk=returned.pk)
    perform(PROGRAM, "resubmit", record=returned, actor=jica_liaison, answers={"summary": "Judul diperjelas."})
    client.force_login(biroks_officer)
    page = client.get(f"/mitra/program/{returned.code}/").content.decode()
    assert "<ins>Labour inspection by risk</ins>" in page
    assert "Tidak ada yang diubah di sana sejak dikembalikan." in page


def test_a_new_paper_stands_beside_a_remark_on_the_papers(returned, jica_liaison):
    Remark.objects.filter(program=returned, field="intakes").update(field="papers")
    old = attach_file(returned, factories.pdf("undangan.pdf"), kind=ProgramFile.Kind.GI, actor=jica_liaison)
    remove_file(old, actor=jica_liaison)
    attach_file(returned, factories.pdf("undangan-2.pdf"), kind=ProgramFile.Kind.GI, actor=jica_liaison)
    remark = with_answers(returned, open_remarks(returned))[1]
    assert [(c["before"], c["after"]) for c in remark.changes] == [
        ("", "undangan.pdf"),
        ("undangan.pdf", ""),
        ("", "undangan-2.pdf"),
    ]


def test_two_people_tick_without_undoing_each_other(client, returned, jica_liaison, jica_head):
    first, second, third = returned.remarks.order_by("pk")
    url = f"/mitra/program/{returned.code}/isi/catatan/"

    def ticked() -> set[int]:
        return set(returned.remarks.filter(resolved_at__isnull=False).values_list("pk", flat=True))

    client.force_login(jica_liaison)
    client.post(url, {"remark": [first.pk]})
    page = client.get(f"/mitra/program/{returned.code}/isi/").content.decode()
    assert re.findall(r'name="seen" value="(\d+)"', page) == [str(first.pk)]
    client.force_login(jica_head)
    client.post(url, {"remark": [first.pk, second.pk], "seen": [first.pk]})
    client.force_login(jica_liaison)  # whose page still shows the first alone as ticked
    client.post(url, {"remark": [third.pk], "seen": [first.pk]})
    assert ticked() == {second.pk, third.pk}
    client.post(url, {"seen": [second.pk, third.pk]})
    assert ticked() == set()
    logged = LogEntry.objects.filter(record_code=returned.code, data__section="remarks").count()
    client.post(url, {"remark": ["x", "9" * 30, -1]})
    assert LogEntry.objects.filter(record_code=returned.code, data__section="remarks").count() == logged


def test_an_offer_that_has_left_takes_no_ticks(returned, jica_liaison, biroks_officer):
    returned.remarks.update(resolved_at="2026-03-01T00:00:00Z")
    first = returned.remarks.first()
    perform(PROGRAM, "resubmit", record=returned, actor=jica_liaison, answers={"summary": "Judul diperjelas."})
    with pytest.raises(Stale):
        tick_remarks(returned, set(), seen={first.pk}, actor=jica_liaison)
    assert returned.remarks.filter(resolved_at__isnull=True).count() == 0
