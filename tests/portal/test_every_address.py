"""Objects that belong to someone else, walked through by hand in the sample scenario, and what partners read.

Every address for every kind of reader: tests/authorisation."""

from __future__ import annotations

import contextlib
import html

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Invitation, Membership, Organisation
from notices.models import Notice
from partnerships.models import Agreement, Proposal
from portal.demo import accounts
from programs.models import Program
from regions.models import TrainingNeed
from tests.addresses import agreement
from tests.demo_records import need, program, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]

PARTNERS = ("penghubung.jica", "kepala.ilo")


@pytest.fixture(autouse=True)
def _a_demonstration(settings):
    settings.DEMO = True


@pytest.fixture(scope="module")
def signed_in(seeded):
    """A browser for each reader, signed in before the first test so that no test's end signs anybody out."""
    known = {"": Client()}
    for account in accounts.ACCOUNTS:
        known[account.address] = Client()
        known[account.address].force_login(user(account.address))
    return known.__getitem__


class _Undone(Exception):
    """Takes back what a POST has written."""


def answer(browser: Client, method: str, url: str, data=None):
    """One request; whatever it wrote is taken back."""
    response = None
    with contextlib.suppress(_Undone), transaction.atomic():
        response = browser.get(url) if method == "GET" else browser.post(url, data or {})
        if getattr(response, "streaming", False):
            response.body = b"".join(response.streaming_content)
        raise _Undone
    return response


# --- Objects that belong to someone else --------------------------------------------------------------------


def test_a_file_is_handed_out_only_under_the_record_it_belongs_to(signed_in):
    own, other = need(9), need(1)
    browser = signed_in("operator.kota-semarang")
    mine = f"{own.get_absolute_url()}berkas/{own.evidence.first().pk}/"
    guessed = f"{own.get_absolute_url()}berkas/{other.evidence.first().pk}/"
    assert answer(browser, "GET", mine).status_code == 200
    assert answer(browser, "GET", guessed).status_code == 404
    for remove in (
        "isi/berkas/{}/hapus/",
        "isi/baris/{}/hapus/",
        "isi/baris/{}/gandakan/",
        "isi/baris/{}/ke-provinsi/",
    ):
        url = own.get_absolute_url() + remove.format(other.lines.first().pk)
        assert answer(browser, "POST", url).status_code == 404, url
    assert other.lines.count() == other.evidence.count() == 1


def test_a_paper_of_one_agreement_is_not_handed_out_under_another(signed_in):
    central = Agreement.objects.get(code="DEMO-MOU-JICA")
    url = f"{agreement().get_absolute_url()}berkas/{{}}/"
    browser = signed_in("petugas.kerjasama")
    assert answer(browser, "GET", url.format(agreement().documents.first().pk)).status_code == 200
    assert answer(browser, "GET", url.format(central.documents.first().pk)).status_code == 404


def test_the_partner_reads_shared_papers_and_no_internal_ones(signed_in):
    central = Agreement.objects.get(code="DEMO-MOU-JICA")
    found = {
        paper.kind: answer(
            signed_in("kepala.jica"), "GET", f"{central.get_absolute_url()}berkas/{paper.pk}/"
        ).status_code
        for paper in central.documents.all()
    }
    assert found == {
        "CONCEPT_NOTE": 404, "LOI": 200, "TEXT_ID": 200, "TEXT_EN": 200, "LEGAL_OPINION": 404, "CLEARANCE": 404,
        "SIGNED": 200,
    }  # fmt: skip


def test_nobody_copies_from_a_need_they_may_not_see(signed_in):
    before = TrainingNeed.objects.count()
    assert (
        answer(signed_in("operator.kota-semarang"), "POST", "/kebutuhan/baru/", {"source": need(1).code}).status_code
        == 404
    )
    assert TrainingNeed.objects.count() == before


def test_a_draft_nobody_has_filed_is_proposed_by_its_office_only(signed_in):
    line = need(9).lines.get()
    url = f"/usulan/baru/?baris={line.pk}"
    found = {r: answer(signed_in(r), "GET", url).status_code for r in (
        "operator.kota-semarang", "verifikator.ppsdm", "penghubung.jica", "operator.ntb", "auditor")}  # fmt: skip
    assert found == {
        "operator.kota-semarang": 200, "verifikator.ppsdm": 404, "penghubung.jica": 404, "operator.ntb": 404,
        "auditor": 403,
    }  # fmt: skip


def test_a_partner_proposes_lines_for_its_own_programmes_only(signed_in):
    line, own, other = need(1).lines.get(), program("JA1").intakes.first(), program("KO2").intakes.first()
    found = [
        answer(signed_in("penghubung.jica"), "GET", f"/usulan/baru/?baris={line.pk}&angkatan={i.pk}").status_code
        for i in (own, other)
    ]
    assert found == [200, 404]


def test_an_intake_of_a_programme_that_is_not_published_cannot_be_proposed(signed_in):
    hidden = program("JA5").intakes.first()
    url = f"/usulan/baru/?baris={need(1).lines.get().pk}&angkatan={hidden.pk}"
    assert answer(signed_in("operator.ntb"), "POST", url, {"seats": 1}).status_code == 404


def test_a_role_of_someone_else_cannot_be_acted_in(signed_in):
    other = Membership.objects.get(user=user("kepala.ppsdm"))
    assert answer(signed_in("rangkap"), "POST", "/peran/", {"membership": other.pk}).status_code == 404
    second = Membership.objects.filter(user=user("rangkap")).last()
    assert answer(signed_in("rangkap"), "POST", "/peran/", {"membership": second.pk}).status_code == 302


def test_a_message_of_someone_else_does_not_exist(signed_in):
    theirs = Notice.objects.exclude(user=user("operator.ntb")).first()
    browser = signed_in("operator.ntb")
    assert answer(browser, "GET", f"/pemberitahuan/{theirs.pk}/").status_code == 404
    assert answer(browser, "POST", reverse("notices:mark_read", args=[theirs.pk])).status_code == 404


def test_an_administrator_gives_nobody_a_business_role_under_their_own_address(signed_in):
    """Separation of duties: who invites people decides on nothing, and does not let themselves in."""
    ppsdm = Organisation.objects.get(code="PPSDM")
    data = {"email": "Admin@example.test", "name": "Kepala", "role": "PPSDM_HEAD", "organisation": ppsdm.pk}
    response = answer(signed_in("admin"), "POST", "/pengguna/undang/", data)
    assert response.status_code == 400
    assert Invitation.objects.filter(email="admin@example.test").count() == 0


def test_demonstration_accounts_sign_in_and_stay_signed_in():
    browser = Client()
    response = browser.post("/masuk/contoh/", {"email": "operator.ntb@example.test", "next": "//evil.example/"})
    assert (response.status_code, response.url) == (302, "/beranda/")
    assert browser.get("/beranda/").status_code == 200


def test_outside_a_demonstration_nobody_signs_in_with_one_click(settings):
    settings.DEMO = False
    assert Client().post("/masuk/contoh/", {"email": "operator.ntb@example.test"}).status_code == 404


# --- What partners read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", PARTNERS)
def test_partner_pages_name_no_need_no_contact_and_no_evidence(reader, signed_in):
    browser = signed_in(reader)
    own = Organisation.objects.get(memberships__user=user(reader))
    pages = ["/beranda/", "/usulan/", "/kemitraan/", "/mitra/program/", "/mitra/permintaan/", "/tenggat/",
             "/pemberitahuan/", f"/cari/?q={need(1).code}", "/cari/?q=Nusa"]  # fmt: skip
    pages += [p.get_absolute_url() for p in Proposal.objects.filter(partner=own)]
    pages += [a.get_absolute_url() for a in Agreement.objects.filter(partner=own)]
    pages += [
        f"{p.get_absolute_url()}permintaan/" for p in Program.objects.filter(partner=own, published_at__isnull=False)
    ]
    secret = {"/kebutuhan/"}
    for record in TrainingNeed.objects.prefetch_related("evidence"):
        secret |= {record.contact_email, record.contact_phone, *(e.name for e in record.evidence.all())} - {""}
    read = 0
    for url in pages:
        response = answer(browser, "GET", url)
        if response.status_code == 200:
            text = html.unescape(response.content.decode())
            assert [s for s in secret if s in text] == [], url
            read += 1
    assert read >= 12
