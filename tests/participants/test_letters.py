"""Papers made from a nomination: their text, what they lack, who may have them made, and what is written down."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
import time_machine

from accounts.roles import Role
from participants.models import Nomination
from tests import factories, papers
from tests import nomination_factories as make
from tests.participants import paper_facts as facts
from workflow.engine import log_of

pytestmark = [pytest.mark.django_db, papers.needs_pango, pytest.mark.usefixtures("vocabulary")]


@pytest.fixture
def of(aceh, jica):
    return facts.course(aceh, jica)


@pytest.fixture
def chosen(of, nominee):
    return facts.chosen(of, nominee)


def url(nomination, rest=""):
    return f"/en/peserta/calon/{nomination.code}/surat/{rest}"


def offers(client, nomination) -> dict:
    return {offer.paper.key: offer for offer in client.get(url(nomination)).context["offers"]}


# --- The office's letters -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("letter", ["nota-dinas", "surat-tugas"])
@time_machine.travel(facts.DAY, tick=False)
def test_letters_are_filled_from_the_nomination(client, chosen, aceh_province_operator, letter, language):
    client.force_login(aceh_province_operator)
    response = client.get(url(chosen, f"{letter}/{language}/"))
    assert (response.status_code, "no-store" in response["Cache-Control"]) == (200, True)
    assert response["Content-Disposition"] == f'attachment; filename="{chosen.code}-{letter}-{language}.pdf"'
    found = papers.text(response.content).replace(chosen.code, "NM-CODE")
    assert (found, len(papers.pages(response.content))) == (papers.golden(f"{letter}.{language}", found), 1)
    assert chosen.person.nip_tail and make.number(int(chosen.person.nip_tail)) not in found


def test_the_page_says_what_is_still_empty_and_who_can_fill_it_in(client, of, chosen, aceh_province_operator):
    client.force_login(aceh_province_operator)
    found = offers(client, chosen)
    assert {key: found[key].gaps for key in ("nota-dinas", "surat-tugas")} == {"nota-dinas": [], "surat-tugas": []}
    assert found["nota-dinas"].by_hand == ["NIP", "Signatures, number and stamp"]
    of.intake.place = ""
    of.intake.save()
    bare = make.nomination(of, "ACCEPTED", who=make.person(of.line.need.office, rank=""), relevance="")
    program, page = of.program.get_absolute_url(), bare.get_absolute_url()
    found = offers(client, bare)
    assert [(gap.label, gap.who, gap.url) for gap in found["nota-dinas"].gaps] == [
        ("Place of the training", "The partner or the Bureau, on the programme", program),
        ("Rank", "The office's operator or the nominee", ""),
        ("Why this training serves the person's duties", "The office's operator or the nominee", ""),
        ("Number of the nomination letter", "The head of office, with the endorsement", page),
        ("Date of the nomination letter", "The head of office, with the endorsement", page),
    ]
    assert [(gap.label, gap.who, gap.url) for gap in found["surat-tugas"].gaps] == [
        ("Rank", "The office's operator or the nominee", ""),
        ("Place of the training", "The partner or the Bureau, on the programme", program),
        ("Reference of the partner's answer", "The partner or the Bureau, with the answer", page),
    ]


def test_there_is_no_assignment_before_the_person_is_chosen(client, of, aceh_province_operator):
    record = make.nomination(of, "DRAFT")
    client.force_login(aceh_province_operator)
    assert list(offers(client, record)) == ["jica", "nota-dinas"]
    assert client.get(url(record, "surat-tugas/id/")).status_code == 404
    assert client.get(url(record, "nota-dinas/fr/")).status_code == 404


def test_an_acting_head_signs_as_such(client, of, chosen, cast, aceh_province_operator, aceh):
    from tests.delegation_factories import stand_in

    stand_in(cast["DINAS_HEAD"], factories.member(Role.DINAS_OP, aceh), kind="PLT")
    client.force_login(aceh_province_operator)
    text = papers.text(client.get(url(chosen, "surat-tugas/id/")).content)
    assert "Plt. Kepala Dinas Tenaga Kerja Provinsi Aceh menugaskan:" in text
    assert text.count("Plt. Kepala Dinas Tenaga Kerja Provinsi Aceh") == 2


# --- Who may have them made ---------------------------------------------------------------------------------


MADE_BY = """
DINAS_OP     200 200 200
DINAS_HEAD   200 200 200
NOMINEE      200 200 404
PPSDM_VER    200 200 404
PPSDM_HEAD   200 200 404
BIROKS_OFF   200 200 404
BIROKS_HEAD  200 200 404
PARTNER_OFF  200 200 404
PARTNER_HEAD 200 200 404
AUDITOR      404 404 404
PROV_VER     404 404 404
DITJEN_REV   404 404 404
EVAL         404 404 404
LEGAL        404 404 404
SEKJEN       404 404 404
ADMIN        404 404 404
"""
"""Typed from the rule: the page, the partner's form, the office's letter; the person is accepted."""


@pytest.mark.parametrize("line", MADE_BY.split("\n")[1:-1])
def test_a_form_is_the_work_of_several_a_letter_the_offices_own(client, cast, chosen, line):
    role, *expected = line.split()
    client.force_login(cast[role])
    found = [client.get(url(chosen, rest)).status_code for rest in ("", "jica/en/docx/", "nota-dinas/id/docx/")]
    assert found == [int(code) for code in expected]


BEFORE_THE_PARTNER = """
DRAFT        DINAS_OP DINAS_HEAD NOMINEE
SUBMITTED    DINAS_OP DINAS_HEAD NOMINEE
ORG_ENDORSED DINAS_OP DINAS_HEAD NOMINEE PPSDM_VER PPSDM_HEAD
SCREENING    DINAS_OP DINAS_HEAD NOMINEE PPSDM_VER PPSDM_HEAD BIROKS_OFF
RETURNED     DINAS_OP DINAS_HEAD NOMINEE PPSDM_VER PPSDM_HEAD
SHORTLISTED  DINAS_OP DINAS_HEAD NOMINEE PPSDM_VER PPSDM_HEAD BIROKS_OFF BIROKS_HEAD
RESERVE      DINAS_OP DINAS_HEAD NOMINEE PPSDM_VER PPSDM_HEAD BIROKS_OFF BIROKS_HEAD
FORWARDED    DINAS_OP DINAS_HEAD NOMINEE PPSDM_VER PPSDM_HEAD BIROKS_OFF BIROKS_HEAD PARTNER_OFF PARTNER_HEAD
COMPLETED    DINAS_OP DINAS_HEAD NOMINEE PPSDM_VER PPSDM_HEAD BIROKS_OFF BIROKS_HEAD PARTNER_OFF PARTNER_HEAD
CLOSED       DINAS_OP DINAS_HEAD NOMINEE PPSDM_VER PPSDM_HEAD
WITHDRAWN
NOT_ACCEPTED
DISQUALIFIED
REPLACED
"""


@pytest.mark.parametrize("line", BEFORE_THE_PARTNER.split("\n")[1:-1])
def test_who_has_the_form_made_when(client, cast, of, nominee, line):
    state, *expected = line.split()
    record = facts.chosen(of, nominee, status=state)
    found = []
    for role, user in cast.items():
        client.force_login(user)
        if client.get(url(record, "jica/id/docx/")).status_code == 200:
            found.append(role)
    assert sorted(found) == sorted(expected)


def test_outsiders_have_no_papers(client, chosen, outsiders):
    for user in outsiders:
        client.force_login(user)
        assert client.get(url(chosen, "jica/en/docx/")).status_code == 404


def test_a_person_whose_data_are_gone_has_no_papers(client, chosen, aceh_province_operator):
    chosen.person.name = ""
    chosen.person.save()
    client.force_login(aceh_province_operator)
    assert client.get(url(chosen)).status_code == 404


@pytest.mark.parametrize(
    ("scheme", "partner", "expected"),
    [
        ("JICA_KCCP_GRF", "JICA", "jica"),
        ("JICA_YL", "JICA", "jica"),
        ("KOICA_CIAT_GLOB", "KOICA", "koica"),
        ("ILO_ITC_OPEN", "ILO", "itc-ilo"),
        ("ILO_TC", "ILO", ""),
    ],
)
def test_each_scheme_has_its_paper(client, aceh, aceh_province_operator, scheme, partner, expected):
    of = facts.course(aceh, factories.organisation(partner, "PARTNER"), scheme)
    record = make.nomination(of, "SHORTLISTED")
    client.force_login(aceh_province_operator)
    assert list(offers(client, record)) == [*filter(None, [expected]), "nota-dinas", "surat-tugas"]


def test_a_batch_in_the_country_needs_no_form_of_a_partner(client, aceh, jica, aceh_province_operator):
    record = make.nomination(facts.course(aceh, jica, **make.AT_HOME), "SHORTLISTED")
    client.force_login(aceh_province_operator)
    assert list(offers(client, record)) == ["nota-dinas", "surat-tugas"]
    assert client.get(f"/en/peserta/calon/{record.code}/isi/mitra/").status_code == 404


# --- What is written down -----------------------------------------------------------------------------------


def test_which_paper_was_made_is_written_down_and_nothing_of_the_person(client, chosen, aceh_province_operator):
    client.force_login(aceh_province_operator)
    response = client.get(url(chosen, "surat-tugas/id/"))
    [entry] = log_of(chosen).filter(action="draft")
    checksum = hashlib.sha256(response.content).hexdigest()
    assert entry.data == {
        "kind": "surat-tugas",
        "language": "id",
        "format": "pdf",
        "draft": False,
        "sha256": checksum,
    }
    assert entry.comment == ""


def test_reading_the_report_is_written_down(client, chosen, cast):
    client.force_login(cast["PPSDM_VER"])
    client.get(url(chosen))
    assert [entry.data for entry in log_of(chosen).filter(action="read")] == [{"role": "PPSDM_VER"}]


# --- What a partner is told ---------------------------------------------------------------------------------


def test_what_is_forwarded_is_what_the_paper_shows(client, of, nominee, cast):
    from workflow.engine import perform

    record = facts.chosen(of, nominee, status="SHORTLISTED")
    facts.tell(record)
    answers = {"letter": "B-7", "forms": True, "basis": "CONSENT"}
    perform(record.flow, "forward", record=record, actor=cast["BIROKS_HEAD"], answers=answers)
    told = record.transfers.get().fields
    assert told == [
        "name", "sex", "birth_year", "office", "post", "rank", "education", "english", "years_in_post",
        "motivation", "plan", "preferred_name", "service_since", "duties", "education_history", "work_history",
        "training_history", "visits", "english_test", "report_title", "accommodation",
    ]  # fmt: skip
    client.force_login(cast["PARTNER_OFF"])
    form = papers.text(client.get(url(record, "jica/en/")).content)
    assert "A room without steps" in form and "Universitas Syiah Kuala" in form


def test_a_partner_reads_on_its_paper_nothing_that_was_not_handed_over(client, of, nominee, cast):
    record = facts.chosen(of, nominee, status="FORWARDED")
    record.transfers.create(
        recipient=of.partner, fields=["name", "sex"], country="JP", basis="CONSENT", made_by=cast["BIROKS_HEAD"],
        at=record.forwarded_at,
    )  # fmt: skip
    facts.tell(record)
    client.force_login(cast["PARTNER_OFF"])
    form = papers.text(client.get(url(record, "jica/en/")).content)
    assert "Siti Aminah Nurhayati" in form and "Labour inspection technique" in form
    for hidden in (
        "SITI AMINAH",
        "1985",
        "Universitas",
        "steps",
        "Malaysia",
        "560",
        "I handle disputes",
        "Junior expert",
    ):
        assert hidden not in form, hidden


# --- All at once --------------------------------------------------------------------------------------------


def bundle(client, of, rest="id/docx/"):
    response = client.get(f"/en/peserta/{of.code}/surat/{rest}")
    assert response.status_code == 200 and "no-store" in response["Cache-Control"]
    return response, zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def test_all_papers_of_the_chosen_come_in_one_archive_named_by_codes(client, of, chosen, aceh_province_operator):
    second = make.nomination(of, "SHORTLISTED")
    make.nomination(of, "SCREENING")
    client.force_login(aceh_province_operator)
    response, archive = bundle(client, of)
    assert response["Content-Disposition"] == f'attachment; filename="{of.code}-id-docx.zip"'
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == sorted(
        f"{record.code}-{paper}-id.docx"
        for record in (chosen, second)
        for paper in ("jica", "nota-dinas", "surat-tugas")
    )
    for record in (chosen, second):
        made = {entry.data["kind"] for entry in log_of(record).filter(action="draft")}
        assert made == {"jica", "nota-dinas", "surat-tugas"}


def test_the_bureau_takes_the_partners_forms_along(client, of, chosen, cast):
    client.force_login(cast["BIROKS_OFF"])
    _response, archive = bundle(client, of, "en/pdf/")
    assert archive.namelist() == [f"{chosen.code}-jica-en.pdf"]
    assert "DRAF / DRAFT" in papers.text(archive.read(archive.namelist()[0]))


@pytest.mark.parametrize(
    ("role", "expected"),
    [("DINAS_OP", 200), ("PPSDM_HEAD", 200), ("BIROKS_HEAD", 200), ("PARTNER_OFF", 404), ("NOMINEE", 404),
     ("AUDITOR", 404), ("PROV_VER", 404)],
)  # fmt: skip
def test_who_has_the_archive(client, of, chosen, cast, role, expected):
    client.force_login(cast[role])
    addresses = (f"/en/peserta/{of.code}/surat/", f"/en/peserta/{of.code}/surat/en/docx/")
    assert [client.get(address).status_code for address in addresses] == [expected] * 2


def test_an_archive_in_an_unknown_language_or_format_does_not_exist(client, of, chosen, aceh_province_operator):
    client.force_login(aceh_province_operator)
    for rest in ("fr/pdf/", "id/exe/"):
        assert client.get(f"/en/peserta/{of.code}/surat/{rest}").status_code == 404


def test_the_page_of_an_archive_asks_as_often_for_many_as_for_one(
    client, aceh, jica, aceh_province_operator, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    of = facts.course(aceh, jica, people=40)
    client.force_login(aceh_province_operator)
    counts = []
    for people in (1, 29):
        for _n in range(people):
            make.nomination(of, "SHORTLISTED")
        client.get(f"/en/peserta/{of.code}/surat/")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(f"/en/peserta/{of.code}/surat/")
        counts.append((len(response.context["rows"]), len(queries)))
    assert [rows for rows, _queries in counts] == [1, 30]
    assert counts[0][1] == counts[1][1]


def test_the_roster_leads_to_the_papers(client, of, chosen, cast):
    address = f"/en/peserta/{of.code}/surat/"
    for role, expected in (("DINAS_OP", True), ("BIROKS_OFF", True), ("PARTNER_OFF", False)):
        client.force_login(cast[role])
        assert (address in client.get(f"/en/peserta/{of.code}/").content.decode()) is expected, role
    assert Nomination.objects.count() == 1
