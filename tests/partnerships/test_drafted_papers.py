"""Papers the portal drafts: their text, versions, numbers, who may, and what the public can check."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
import time_machine
from django.core.files.base import ContentFile

from accounts.models import OrganisationKind
from accounts.roles import Role
from partnerships.models import AgreementDocument, AgreementStatus, Clause, DocumentKind, PaperForm, Track
from partnerships.rules.agreements import paper as wants_paper
from partnerships.services import papers as services
from tests import agreement_factories as make
from tests import factories, papers
from workflow import papers as maker
from workflow.models import LogEntry, Seal

pytestmark = [pytest.mark.django_db, papers.needs_pango]

DAY = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
TITLES = {
    "title_id": "Peningkatan kompetensi pengawas ketenagakerjaan",
    "title_en": "Strengthening the competence of labour inspectors",
}


def named(code: str, kind: str, name_id: str, name_en: str = ""):
    found = factories.organisation(code, kind)
    found.name_id, found.name_en = name_id, name_en
    found.save()
    return found


@pytest.fixture
def bureau(db):
    return named("BIRO-KS", OrganisationKind.MINISTRY, "Biro Kerja Sama", "Bureau of Cooperation")


@pytest.fixture
def partner(db):
    return named(
        "JICA",
        OrganisationKind.PARTNER,
        "Badan Kerja Sama Internasional Jepang (JICA)",
        "Japan International Cooperation Agency (JICA)",
    )


@pytest.fixture
def officer(bureau):
    return factories.member(Role.BIROKS_OFF, bureau)


@pytest.fixture
def agreement(bureau, partner):
    return make.agreement(AgreementStatus.DRAFTING, partner=partner, code="KM-2026-0900", **TITLES)


def drafts(client, user, agreement, form, language="id"):
    client.force_login(user)
    return client.post(f"/en/kemitraan/{agreement.code}/naskah/", {"form": form, "language": language})


# --- What they say ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("form", [PaperForm.LETTER_OF_INTENT, PaperForm.MEMORANDUM, PaperForm.COVER_LETTER])
@time_machine.travel(DAY, tick=False)
def test_papers_of_ministry_and_partner_read_as_agreed(form, language, agreement, officer):
    made = services.draft(agreement, form, language, officer)
    found = papers.text(papers.content(made))
    assert found == papers.golden(f"{form.lower()}.{language}", found)


@pytest.mark.parametrize("language", ["id", "en"])
@time_machine.travel(DAY, tick=False)
def test_ministry_and_region_agree_by_nota_kesepakatan(language, officer, bureau):
    found = make.agreement(
        AgreementStatus.DRAFTING,
        partner=None,
        track=Track.NOTA_SINERGI,
        office=factories.office("1101"),
        code="KM-2026-0901",
        title_id="Sinergi pelatihan ketenagakerjaan",
        title_en="Synergy in labour training",
    )
    assert services.rules.papers_to_draft(officer, found) == [
        PaperForm.LETTER_OF_INTENT,
        PaperForm.NOTA_KESEPAKATAN,
        PaperForm.COVER_LETTER,
    ]
    text = papers.text(papers.content(services.draft(found, PaperForm.NOTA_KESEPAKATAN, language, officer)))
    assert text == papers.golden(f"nota_kesepakatan.{language}", text)


@time_machine.travel(DAY, tick=False)
def test_a_region_is_bound_by_its_regent_under_its_own_letterhead(partner, bureau):
    office = factories.office("1101")
    head = factories.member(Role.DINAS_HEAD, office)
    found = make.agreement(
        AgreementStatus.DRAFTING, partner=partner, track=Track.KSDLL_CONT, office=office, code="KM-2026-0902", **TITLES
    )
    text = papers.text(papers.content(services.draft(found, PaperForm.LETTER_OF_INTENT, "id", head)))
    assert text == papers.golden("letter_of_intent_region.id", text)
    assert "Bupati" in text and "PEMERINTAH" in text.upper() and "Sekretaris Jenderal" not in text


def test_a_memorandum_has_every_clause_as_a_heading_and_the_mark_of_a_draft_on_each_page(agreement, officer):
    for language in ("id", "en"):
        found = papers.pages(papers.content(services.draft(agreement, PaperForm.MEMORANDUM, language, officer)))
        with services.translation.override(language):
            headings = [str(c.label).upper() for c in Clause]
        assert [h for h in headings if h not in " ".join(found).upper()] == []
        assert len(found) > 1 and [page for page in found if "KONSEP" not in page or "/verify/" not in page] == []
        assert [page for n, page in enumerate(found, 1) if f"{n} / {len(found)}" not in page] == []


def test_a_paper_is_tagged_and_says_its_language(agreement, officer):
    reader = papers.PdfReader(papers.io.BytesIO(papers.content(services.draft(agreement, "MEMORANDUM", "en", officer))))
    root = reader.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], reader.metadata.title) == (
        "en",
        True,
        "Memorandum of Understanding KM-2026-0900",
    )


def test_texts_of_people_cannot_bring_in_markup_or_files(agreement, officer):
    agreement.subject = '<img src="file:///etc/passwd"><script>x</script>'
    agreement.save()
    found = papers.text(papers.content(services.draft(agreement, PaperForm.MEMORANDUM, "id", officer)))
    assert '<img src="file:///etc/passwd"><script>x</script>' in found and "root:" not in found


# --- Versions, numbers, log ---------------------------------------------------------------------------------


def test_making_a_paper_again_adds_a_version_under_the_same_number(client, agreement, officer):
    for _time in range(2):
        response = drafts(client, officer, agreement, "MEMORANDUM")
        assert (response.status_code, response.url) == (302, f"/en/kemitraan/{agreement.code}/")
    drafts(client, officer, agreement, "MEMORANDUM", "en")
    found = list(agreement.documents.order_by("pk").select_related("seal"))
    year = found[0].seal.dated.year
    assert [(p.kind, p.version, p.language, p.generated) for p in found] == [
        ("TEXT_ID", 1, "id", True),
        ("TEXT_ID", 2, "id", True),
        ("TEXT_EN", 1, "en", True),
    ]
    assert {p.seal.number.split("/")[0] + "/" + p.seal.number.split("/")[-1] for p in found} == {f"001/{year}"}
    for paper in found:
        digest = hashlib.sha256(papers.content(paper)).hexdigest()
        assert (paper.sha256, paper.seal.sha256) == (digest, digest)
    logged = LogEntry.objects.filter(record_id=agreement.pk, action="draft").order_by("seq")
    assert [(e.data["version"], e.data["sha256"], e.role) for e in logged] == [
        (p.version, p.sha256, "BIROKS_OFF") for p in found
    ]


def test_each_cover_letter_is_a_letter_of_its_own(agreement, officer):
    found = [services.draft(agreement, PaperForm.COVER_LETTER, "id", officer) for _n in range(2)]
    assert [p.seal.number.split("/")[0] for p in found] == ["001", "002"]


def test_a_drafted_text_starts_the_checklist_anew(agreement, officer):
    make.tick_clauses(agreement)
    services.draft(agreement, PaperForm.MEMORANDUM, "id", officer)
    agreement.refresh_from_db()
    assert agreement.clauses == {}


def test_a_draft_letter_of_intent_is_not_the_signed_one(agreement, officer):
    asks = wants_paper(DocumentKind.LOI, "loi", "Add the letter.")
    services.draft(agreement, PaperForm.LETTER_OF_INTENT, "id", officer)
    assert asks(agreement, officer, {}) == "Add the letter."
    make.paper(agreement, DocumentKind.LOI, version=2)
    assert asks(agreement, officer, {}) == ""


# --- Who may ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status", "expected"),
    [
        ("BIROKS_OFF", "DRAFTING", 200),
        ("BIROKS_HEAD", "DRAFTING", 200),
        ("BIROKS_OFF", "ACTIVE", 403),
        ("LEGAL", "DRAFTING", 403),
        ("SEKJEN", "READY_TO_SIGN", 403),
        ("AUDITOR", "DRAFTING", 403),
        ("PPSDM_VER", "DRAFTING", 403),
    ],
)
def test_only_those_who_lead_have_papers_drafted(client, role, status, expected, bureau, partner):
    found = make.agreement(status, partner=partner)
    client.force_login(factories.member(role, bureau))
    made = [
        client.get(f"/en/kemitraan/{found.code}/naskah/"),
        drafts(client, factories.member(role, bureau), found, "X"),
    ]
    assert [r.status_code for r in made] == ([200, 400] if expected == 200 else [expected, expected])
    assert (f"/en/kemitraan/{found.code}/naskah/" in client.get(f"/en/kemitraan/{found.code}/").content.decode()) == (
        expected == 200
    )


def test_another_partner_finds_neither_paper_nor_code_nor_print_view(client, agreement, officer, koica):
    paper = services.draft(agreement, PaperForm.MEMORANDUM, "id", officer)
    client.force_login(factories.member(Role.PARTNER_OFF, koica))
    base = f"/en/kemitraan/{agreement.code}"
    paths = [
        f"{base}/naskah/",
        f"{base}/naskah/memorandum/id/",
        f"{base}/berkas/{paper.pk}/",
        f"{base}/berkas/{paper.pk}/kode/",
    ]
    assert [client.get(path).status_code for path in paths] == [404] * 4


def test_a_cover_letter_stays_with_those_who_work_on_the_agreement(client, agreement, officer, partner):
    paper = services.draft(agreement, PaperForm.COVER_LETTER, "id", officer)
    client.force_login(factories.member(Role.PARTNER_OFF, partner))
    base = f"/en/kemitraan/{agreement.code}/berkas/{paper.pk}/"
    assert [client.get(path).status_code for path in (base, f"{base}kode/")] == [404, 404]


def test_the_print_view_shows_the_paper_and_stores_nothing(client, agreement, officer):
    client.force_login(officer)
    response = client.get(f"/en/kemitraan/{agreement.code}/naskah/memorandum/id/")
    text = response.content.decode()
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
    assert '<html lang="id">' in text and "KONSEP" in text and "style=" not in text and "/verify/" not in text
    assert (AgreementDocument.objects.count(), Seal.objects.count()) == (0, 0)
    assert [
        client.get(f"/en/kemitraan/{agreement.code}/naskah/{p}/").status_code
        for p in ("nota_kesepakatan/id", "memorandum/fr")
    ] == [404, 404]


def test_without_pango_the_page_offers_the_print_view_and_says_why(client, agreement, officer, monkeypatch):
    monkeypatch.setattr(maker, "can_make", lambda: False)  # stands for a system library that is not there
    client.force_login(officer)
    page = client.get(f"/en/kemitraan/{agreement.code}/naskah/").content.decode()
    assert (
        "This server cannot make PDFs" in page
        and "/naskah/memorandum/id/" in page
        and "<form method" not in page.split("<main")[1]
    )
    response = drafts(client, officer, agreement, "MEMORANDUM")
    assert (response.status_code, AgreementDocument.objects.count()) == (409, 0)


# --- The public check ---------------------------------------------------------------------------------------


def looked_up(client, seal):
    client.logout()
    response = client.get(f"/en/verify/{seal.code}/")
    assert response.status_code == 200
    return response.context["standing"].key


def test_the_check_page_follows_a_draft_until_another_version_replaces_it(client, agreement, officer):
    first = services.draft(agreement, PaperForm.MEMORANDUM, "id", officer)
    english = services.draft(agreement, PaperForm.MEMORANDUM, "en", officer)
    assert looked_up(client, first.seal) == "draft"
    second = services.draft(agreement, PaperForm.MEMORANDUM, "id", officer)
    assert [looked_up(client, p.seal) for p in (first, english, second)] == ["replaced", "draft", "draft"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("SIGNED", "valid"),
        ("ACTIVE", "valid"),
        ("UNDER_AMENDMENT", "valid"),
        ("SUSPENDED", "suspended"),
        ("EXPIRED", "expired"),
        ("TERMINATED", "terminated"),
        ("CLOSED", "closed"),
    ],
)
def test_the_check_page_says_what_became_of_a_signed_agreement(client, status, expected, partner, bureau, officer):
    found = make.agreement(
        status, partner=partner, signatories=[{"party": "x", "post": "Sekretaris Jenderal"}], **TITLES
    )
    paper = services.store(found, DocumentKind.SIGNED, factories.pdf("scan.pdf"), officer)
    assert looked_up(client, paper.seal) == expected
    page = client.get(f"/en/verify/{paper.seal.code}/").content.decode()
    for shown in (
        TITLES["title_en"],
        "Japan International Cooperation Agency (JICA)",
        "Sekretaris Jenderal",
        paper.sha256,
    ):
        assert shown in page
    assert officer.name not in page and officer.email not in page


def test_a_signed_upload_gets_a_code_to_print_beside_it(client, partner, bureau, officer):
    found = make.agreement(AgreementStatus.ACTIVE, partner=partner)
    paper = services.store(found, DocumentKind.SIGNED, factories.pdf("scan.pdf"), officer)
    client.force_login(officer)
    page = client.get(f"/en/kemitraan/{found.code}/berkas/{paper.pk}/kode/").content.decode()
    assert (
        paper.seal.code in page and "<svg" in page and f"/en/verify/{paper.seal.code}/" in page and "style=" not in page
    )
    assert (
        f"/en/kemitraan/{found.code}/berkas/{paper.pk}/kode/"
        in client.get(f"/en/kemitraan/{found.code}/").content.decode()
    )
    other = services.store(found, DocumentKind.REPORT, ContentFile(factories.PDF, name="laporan.pdf"), officer)
    assert client.get(f"/en/kemitraan/{found.code}/berkas/{other.pk}/kode/").status_code == 404
