"""The office's letters about a nomination: their text, what they lack, and who may have them made."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from accounts.roles import Role
from tests import factories, papers
from tests import nomination_factories as make
from workflow.models import LogEntry

pytestmark = [pytest.mark.django_db, papers.needs_pango]

DAY = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def of(aceh, jica, vocabulary):
    found = make.seats(aceh, jica)
    program, intake = found.intake.program, found.intake
    program.title_id, program.title_en = "Teknik pemeriksaan norma kerja", "Labour inspection technique"
    program.save()
    intake.starts, intake.ends, intake.place = dt.date(2027, 2, 1), dt.date(2027, 2, 19), "Osaka"
    intake.save()
    return found


@pytest.fixture
def chosen(of, nominee):
    who = make.person(of.line.need.office, name="Siti Aminah Nurhayati", account=nominee)
    return make.nomination(
        of, "ACCEPTED", who=who, letter_number="800/12/BKD", letter_date=dt.date(2026, 10, 1), answer_reference="J-77"
    )


def url(nomination, rest=""):
    return f"/en/peserta/calon/{nomination.code}/surat/{rest}"


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("letter", ["nota-dinas", "surat-tugas"])
@time_machine.travel(DAY, tick=False)
def test_letters_are_filled_from_the_nomination(client, chosen, aceh_province_operator, letter, language):
    client.force_login(aceh_province_operator)
    response = client.get(url(chosen, f"{letter}/{language}/"))
    assert (response.status_code, "no-store" in response["Cache-Control"]) == (200, True)
    assert response["Content-Disposition"] == f'attachment; filename="{chosen.code}-{letter}-{language}.pdf"'
    found = papers.text(response.content).replace(chosen.code, "NM-CODE")
    assert (found, len(papers.pages(response.content))) == (papers.golden(f"{letter}.{language}", found), 1)
    assert chosen.person.nip_tail and make.number(int(chosen.person.nip_tail)) not in found


def test_the_page_says_what_is_still_empty(client, of, chosen, aceh_province_operator):
    client.force_login(aceh_province_operator)
    nip = "Staff number (NIP): written by hand, because it does not leave the portal"
    assert [missing for _n, _l, missing in client.get(url(chosen)).context["rows"]] == [[nip], [nip]]
    of.intake.place = ""
    of.intake.save()
    bare = make.nomination(of, "ACCEPTED", who=make.person(of.line.need.office, rank=""), relevance="")
    assert [missing for _n, _l, missing in client.get(url(bare)).context["rows"]] == [
        [
            "Rank",
            "Place of the training",
            "Why this training serves the person's duties",
            "Number of the release letter",
            nip,
        ],
        ["Rank", "Place of the training", "Reference of the partner's answer", nip],
    ]


def test_there_is_no_assignment_before_the_person_is_chosen(client, of, aceh_province_operator):
    record = make.nomination(of, "DRAFT")
    client.force_login(aceh_province_operator)
    assert [name for name, _l, _m in client.get(url(record)).context["rows"]] == ["nota-dinas"]
    assert client.get(url(record, "surat-tugas/id/")).status_code == 404
    assert client.get(url(record, "nota-dinas/fr/")).status_code == 404


@pytest.mark.parametrize(
    ("role", "expected"),
    [("DINAS_OP", 200), ("DINAS_HEAD", 200), ("NOMINEE", 404), ("PPSDM_VER", 404), ("PPSDM_HEAD", 404),
     ("BIROKS_OFF", 404), ("PARTNER_OFF", 404), ("AUDITOR", 404), ("PROV_VER", 404), ("EVAL", 404)],
)  # fmt: skip
def test_letters_are_the_offices_own(client, cast, chosen, role, expected):
    client.force_login(cast[role])
    assert [client.get(url(chosen, rest)).status_code for rest in ("", "nota-dinas/id/")] == [expected] * 2


def test_another_office_has_no_letters(client, chosen, bali):
    client.force_login(factories.member(Role.DINAS_OP, bali))
    assert client.get(url(chosen, "surat-tugas/id/")).status_code == 404


def test_which_letter_was_made_is_written_down_and_nothing_of_the_person(client, chosen, aceh_province_operator):
    client.force_login(aceh_province_operator)
    client.get(url(chosen, "surat-tugas/id/"))
    entry = LogEntry.objects.get(action="draft")
    assert (entry.data, entry.comment) == ({"kind": "surat-tugas", "language": "id"}, "")
