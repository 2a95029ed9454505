"""Organisations and invitations from a workbook, for administrators alone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.utils import translation

from accounts.models import Invitation, Organisation
from exchange.kinds.people import People
from exchange.services import jobs_upkeep
from regions.models import OfficeType
from tests import factories
from tests.exchange.filled import agreed, carried_out, judged, ordered, told
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
KIND = People()


@pytest.fixture(autouse=True)
def _english(aceh_regency):
    translation.activate("en")
    OfficeType.objects.create(code="UPTD_BLK", label_id="Balai latihan", label_en="Training centre")


def centre(**fields) -> dict:
    return {
        "code": "BLK-1101",
        "kind": "OFFICE",
        "type_code": "UPTD_BLK",
        "name_id": "UPTD BLK",
        "region_code": "1101",
        "parent": "DISNAKER-1101",
        "email": "blk@example.test",
        "valid_from": dt.date(2024, 1, 1),
        "valid_to": None,
        **fields,
    }


HEAD = {"email": "Kepala@example.test", "name": "Kepala BLK", "organisation": "blk-1101", "role": "DINAS_HEAD"}


def test_an_administrator_brings_in_an_office_and_invites_its_head(administrator, aceh_regency):
    content = {"organisations": [centre()], "users": [HEAD]}
    items = judged(KIND, administrator, content)
    assert [(i.action, i.label, i.problems) for i in items] == [
        ("create", "BLK-1101", []), ("create", "kepala@example.test", [])
    ]  # fmt: skip
    assert Organisation.objects.filter(code="BLK-1101").exists() is False
    carried_out(KIND, administrator, content)
    made = Organisation.objects.get(code="BLK-1101")
    assert (made.kind, made.type_code, made.name_id, made.region_code, made.parent, made.email, made.valid_from) == (
        "OFFICE", "UPTD_BLK", "UPTD BLK", "1101", aceh_regency, "blk@example.test", dt.date(2024, 1, 1)
    )  # fmt: skip
    assert (made.office.region_id, made.office.office_type_id) == ("1101", "UPTD_BLK")
    assert list(Invitation.objects.values_list("email", "name", "organisation", "role", "invited_by")) == [
        ("kepala@example.test", "Kepala BLK", made.pk, "DINAS_HEAD", administrator.pk)
    ]
    log = LogEntry.objects.order_by("seq").values_list("flow", "action", "actor", "data")
    assert [(f, a, u, d) for f, a, u, d in log] == [
        ("accounts.organisation", "add_organisation", administrator.pk, {"kind": "OFFICE"}),
        ("accounts.invitation", "invite", administrator.pk, {"role": "DINAS_HEAD", "organisation": "BLK-1101"}),
    ]
    assert [i.action for i in judged(KIND, administrator, content)] == ["skip", "skip"]


def test_a_changed_file_changes_exactly_what_differs(administrator):
    carried_out(KIND, administrator, {"organisations": [centre()]})
    before = Organisation.objects.get(code="BLK-1101")
    content = {"organisations": [centre(name_id="UPTD BLK Baru", valid_to=dt.date(2027, 12, 31), email=None)]}
    (item,) = judged(KIND, administrator, content)
    assert (item.action, item.changes) == (
        "change",
        [
            {"label": "Name in Indonesian", "before": "UPTD BLK", "after": "UPTD BLK Baru"},
            {"label": "Exists until", "before": "", "after": "31 December 2027"},
        ],
    )
    carried_out(KIND, administrator, content)
    after = Organisation.objects.get(code="BLK-1101")
    names = [f.attname for f in Organisation._meta.concrete_fields if f.name not in ("name_id", "valid_to")]
    assert {n: getattr(after, n) for n in names} == {n: getattr(before, n) for n in names}
    assert (after.name_id, after.valid_to) == ("UPTD BLK Baru", dt.date(2027, 12, 31))
    assert LogEntry.objects.order_by("seq").last().data == {"fields": ["name_id", "valid_to"]}


def test_what_is_wrong_is_told_cell_by_cell(administrator, jica, jica_liaison):
    factories.region("11")
    content = {
        "organisations": [
            centre(parent="BLK-1101"),
            centre(code="kode salah!", region_code=None, type_code=None, valid_to=dt.date(2023, 1, 1)),
            centre(code="DISNAKER-1101", region_code="11", parent=None, kind="CENTRE"),
            centre(code="MITRA-X", kind="PARTNER", parent="NOBODY", email="not mail"),
        ],
        "users": [
            HEAD,
            {"email": "a@example.test", "name": "A", "organisation": "DISNAKER-1101", "role": "PROV_VER"},
            {"email": "b", "name": None, "organisation": "NONE", "role": "King"},
            {"email": administrator.email, "name": "Me", "organisation": "PPSDM", "role": "PPSDM_HEAD"},
            {"email": jica_liaison.email, "name": "Liaison", "organisation": "JICA", "role": "PARTNER_OFF"},
            {"email": jica_liaison.email, "name": "Liaison", "organisation": "JICA", "role": "PARTNER_OFF"},
        ],
    }
    items = judged(KIND, administrator, content)
    assert [i.action for i in items] == [*["fix"] * 8, "skip", "fix"]
    assert sorted(told(items)) == sorted([
        ("Organisations", 2, "F", "BLK-1101", "An organisation does not belong to itself."),
        ("Organisations", 3, "A", "kode salah!",
         "A code has capital letters, digits and hyphens, for example DISNAKER-5203."),
        ("Organisations", 3, "C", "", "Choose the type of the office."),
        ("Organisations", 3, "E", "", "Choose the region: offices and training centres lie in one."),
        ("Organisations", 3, "I", "01/01/2023", "The end must not be before the start."),
        ("Organisations", 4, "B", "CENTRE", "The kind of an organisation stays. End it, and add its successor."),
        ("Organisations", 4, "E", "11", "The region of an organisation stays. End it, and add its successor."),
        ("Organisations", 5, "C", "UPTD_BLK", "This type does not go with this kind of organisation."),
        ("Organisations", 5, "F", "NOBODY", "No organisation has the code NOBODY."),
        ("Organisations", 5, "G", "not mail", "Enter a valid email address."),
        ("Users", 2, "C", "blk-1101", "The row of this organisation must be mended first."),
        ("Users", 3, "D", "PROV_VER",
         "Provincial verifier: only for provincial offices. Choose the office of a province."),
        ("Users", 4, "A", "b", "Enter a valid email address."),
        ("Users", 4, "B", "", "This cell is empty."),
        ("Users", 4, "C", "NONE", "No organisation that exists today has this code."),
        ("Users", 4, "D", "King", "Not in the list."),
        ("Users", 5, "D", "PPSDM_HEAD", "You cannot give yourself this role. Ask another administrator."),
        ("Users", 7, "", "", "The same stands in row 6 already. Keep one of the two rows."),
    ])  # fmt: skip
    with translation.override("id"):
        wrong = {"users": [{**HEAD, "organisation": "DISNAKER-1101", "role": "PROV_VER"}]}
        assert told(judged(KIND, administrator, wrong)) == [
            ("Pengguna", 2, "D", "PROV_VER",
             "Verifikator provinsi: hanya untuk dinas provinsi. Pilih dinas sebuah provinsi.")
        ]  # fmt: skip


def test_letters_leave_once_for_each_invitation(administrator, django_capture_on_commit_callbacks):
    job = ordered(
        KIND, administrator, {"organisations": [centre()], "users": [HEAD, {**HEAD, "email": "dua@example.test"}]}
    )
    assert (job.phase, job.outcome["counts"], mail.outbox) == ("ASKING", {"create": 3}, [])
    with django_capture_on_commit_callbacks(execute=True):
        job = agreed(job)
    assert (job.phase, sorted(letter.to[0] for letter in mail.outbox)) == (
        "DONE", ["dua@example.test", "kepala@example.test"]
    )  # fmt: skip
    assert sorted(item.record_code[:4] for item in job.items.all()) == ["BLK-", "UND-", "UND-"]


def test_an_organisation_in_a_circle_is_refused(administrator, aceh_regency):
    carried_out(KIND, administrator, {"organisations": [centre()]})
    row = {"code": "DISNAKER-1101", "kind": "OFFICE", "name_id": aceh_regency.name_id, "parent": "BLK-1101"}
    (item,) = judged(KIND, administrator, {"organisations": [row]})
    assert [p.problem for p in item.problems] == ["BLK-1101 belongs to this organisation already."]


def test_only_administrators_and_keepers_bring_people_in(
    administrator, ppsdm_head, sekjen, aceh_operator, jica_head, auditor
):
    assert [KIND.may(user, {}) for user in (administrator, ppsdm_head, sekjen, aceh_operator, jica_head, auditor)] == [
        True, False, False, False, False, False
    ]  # fmt: skip
    auditor.is_staff = True
    assert KIND.may(auditor, {}) is True


def test_hostile_cells_are_text_or_refused(administrator):
    content = {
        "organisations": [centre(name_id="<b>x</b>", name_en="=1+1"), centre(code="A" * 41)],
        "users": [{**HEAD, "organisation": "DISNAKER-1101", "name": "x" * 10_000}],
    }
    assert sorted(told(judged(KIND, administrator, content))) == sorted([
        ("Organisations", 2, "J", "=1+1", "A formula stands here."),
        ("Organisations", 3, "A", "A" * 41, "The text is longer than 40 characters."),
        ("Users", 2, "B", f"{'x' * 79}…", "The text is longer than 120 characters."),
    ])  # fmt: skip


def test_what_stands_above_is_made_first_wherever_its_row_is(administrator):
    child = centre(code="BLK-2", parent="BLK-1", valid_from=None)
    job = agreed(ordered(KIND, administrator, {"organisations": [child, centre(code="BLK-1")]}))
    assert [(item.label, item.refusal) for item in job.items.all()] == [("BLK-1", ""), ("BLK-2", "")]
    assert Organisation.objects.get(code="BLK-2").parent.code == "BLK-1"


def test_addresses_of_people_leave_the_report_with_the_file(administrator):
    job = agreed(ordered(KIND, administrator, {"organisations": [centre()], "users": [HEAD]}))
    jobs_upkeep.forget(job.finished_at + dt.timedelta(days=8))
    assert [item.label for item in job.items.all()] == ["BLK-1101", "•••"]
