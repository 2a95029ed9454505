"""What people and machines send that nobody meant to be sent: never a fault, never stored, never run."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation
from notices import services as notices
from notices.tasks import send_outbox
from partnerships.models import Agreement, Proposal
from programs.models import Intake, Program
from regions.lifecycle import NEED
from regions.models import TrainingNeed
from tests import agreement_factories, factories, program_factories, proposal_factories
from workflow.engine import perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"
FORMULA = "=cmd|' /C calc'!A0"
STRANGE = (
    "²",
    "\x00",
    "'",
    '"><img>',
    SCRIPT,
    "9" * 30,
    "-1",
    "True",
    "None",
    "null",
    "\u202eABC",
    "😀" * 50,
    "%",
    "a" * 5000,
)


# --- Addresses typed by hand --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/usulan/US%00/",
        "/usulan/US%00/accept/",
        "/kemitraan/KM%00/",
        "/kemitraan/KM%00/berkas/1/",
        "/kandidat/KB%00/1/",
        "/kandidat/KB-2026-0001/99999999999999999999/",
        "/kebutuhan/KB-2026-0001/berkas/99999999999999999999/",
        "/pemberitahuan/99999999999999999999/",
        "/kemitraan/%0d%0aX-Evil:%201/",
        "/kebutuhan/..%2f..%2fetc%2fpasswd/",
        "/berkas-internal/regions/ab/x.pdf",
    ],
)
def test_an_address_that_names_nothing_is_not_found(client, auditor, address):
    client.force_login(auditor)
    for method in (client.get, client.post):
        assert method(address).status_code in {404, 405}


@pytest.mark.parametrize("flow", ["a%00", "regions.need"])
def test_a_trail_of_nothing_is_not_found(client, auditor, flow):
    client.force_login(auditor)
    for code in ("KB%00", "KB%0d%0aX:1", "%22"):
        assert client.get(f"/audit/{flow}/{code}/").status_code == 404
        assert client.get(f"/unduh/audit-trail.csv?flow={flow}&of={code}").status_code == 404


LISTS = {
    "/kebutuhan/": ("status", "province", "post", "theme", "urgency", "band"),
    "/antrean/": ("tab", "province", "post"),
    "/program/": (
        "status",
        "mitra",
        "tema",
        "jabatan",
        "cara",
        "mulai",
        "bahasa",
        "juru-bahasa",
        "biaya",
        "cepat",
    ),
    "/mitra/program/": ("status", "mitra", "skema"),
    "/usulan/": ("status", "partner", "province"),
    "/kemitraan/": ("track", "status", "partner", "province", "ends"),
    "/mitra/permintaan/": ("tema", "provinsi", "jabatan"),
    "/audit/": ("flow", "action", "role", "since", "until"),
    "/tenggat/": ("jenis", "hari", "giliran"),
    "/cari/": (),
    "/pemberitahuan/": (),
    "/peta/": ("tampilan",),
    "/transparansi/": ("unduh",),
}


@pytest.fixture
def something_everywhere(aceh, jica, biroks_officer):
    need = proposal_factories.open_need(aceh)
    program = program_factories.program(jica)
    return proposal_factories.proposal(need, program), agreement_factories.agreement(partner=jica)


@pytest.mark.parametrize("address", LISTS)
def test_lists_take_any_question(client, auditor, something_everywhere, address):
    client.force_login(auditor)
    names = [name for name in LISTS[address] if name != "unduh"]
    questions = [dict.fromkeys((*names, "q"), value) for value in STRANGE]
    questions += [{name: value} for name in ("page", "sort", "size") for value in ("²", "-1", "9" * 30, "evil")]
    for question in questions:
        response = client.get(address, question)
        assert response.status_code in {200, 302, 400}, question
        assert SCRIPT not in response.content.decode(), question


def test_the_list_of_people_takes_any_question(client, administrator):
    client.force_login(administrator)
    for value in STRANGE:
        question = dict.fromkeys(("role", "kind", "province", "ended", "q", "page", "sort"), value)
        response = client.get("/pengguna/", question)
        assert (response.status_code, SCRIPT in response.content.decode()) == (200, False), value


def test_the_demand_for_a_programme_takes_any_question(client, jica_liaison, something_everywhere):
    client.force_login(jica_liaison)
    url = f"{Program.objects.get().get_absolute_url()}permintaan/"
    for value in STRANGE:
        assert client.get(url, {"angkatan": value, "jabatan": value}).status_code == 200


def test_a_page_beyond_the_last_shows_the_last(client, auditor, something_everywhere):
    client.force_login(auditor)
    assert [client.get("/kebutuhan/", {"page": p}).context["listing"].page.number for p in ("999999", "abc", "-3")] == [
        1,
        1,
        1,
    ]


def test_filters_that_mean_nothing_can_be_taken_off_again(client, auditor, something_everywhere):
    client.force_login(auditor)
    listing = client.get("/kemitraan/", {"partner": "bukan-angka"}).context["listing"]
    assert (listing.rows, [p.label.endswith("bukan-angka") for p in listing.pills]) == ([], [True])


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example"])
def test_another_host_is_refused(client, host):
    assert client.get("/", headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "\x00", "http:///x"]
)
def test_after_signing_in_nobody_is_sent_to_another_site(client, aceh_operator, target):
    data = {"email": aceh_operator.email, "password": "kata-sandi-uji", "next": target}
    assert client.post("/masuk/", data).url == "/beranda/"


def test_the_language_link_stays_on_the_site(client):
    page = client.get("/x/", PATH_INFO="//evil.example/<script>")
    assert [row["url"] for row in page.context["shell"].languages if not row["current"]] == ["/en/"]
    assert 'href="//' not in page.content.decode()


# --- Bodies -------------------------------------------------------------------------------------------------


def test_a_broken_upload_is_refused_without_a_fault(client, aceh_operator, need_aceh):
    client.force_login(aceh_operator)
    url = f"{need_aceh.get_absolute_url()}isi/berkas/"
    for body, kind in (
        (b"x", "multipart/form-data"),
        (b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"\xff\xfe%%%", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
    ):
        assert client.generic("POST", url, body, content_type=kind).status_code == 400, kind


def test_too_much_is_refused_with_the_page_that_says_so(client, aceh_operator, need_aceh, settings):
    client.force_login(aceh_operator)
    url = f"{need_aceh.get_absolute_url()}isi/alasan/"
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert client.post(url, {"reason": "x" * 2000}).status_code == 413
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    assert client.post(url, {f"x{n}": "1" for n in range(20)}).status_code == 413


def test_switching_to_a_role_that_is_no_number_is_not_found(client, aceh_operator):
    client.force_login(aceh_operator)
    for value in STRANGE:
        assert client.post("/peran/", {"membership": value}).status_code == 404


# --- Texts --------------------------------------------------------------------------------------------------


@pytest.fixture
def draft_url(client, aceh_operator, need_aceh):
    client.force_login(aceh_operator)
    return f"{need_aceh.get_absolute_url()}isi/"


REASON = {"urgency": "U2", "preferred_mode": "BLENDED", "causes": ["CASELOAD"]}


def test_texts_with_null_or_without_end_are_refused_and_what_was_typed_stays(client, draft_url, need_aceh):
    before = need_aceh.reason
    for text in ("a\x00b", "x" * 1_000_000):
        response = client.post(f"{draft_url}alasan/", {**REASON, "reason": text})
        assert (response.status_code, bool(response.context["form"].errors["reason"])) == (400, True)
        assert text[:200].replace("\x00", "") in response.content.decode().replace("\x00", "")
        need_aceh.refresh_from_db()
        assert need_aceh.reason == before


def test_any_script_of_the_world_is_stored_as_it_was_typed(client, draft_url, need_aceh, term_codes):
    text = "عاجل \u202eRTL 😀 ไทย 𝕏"
    assert client.post(f"{draft_url}alasan/", {**REASON, "reason": text}).status_code == 302
    need_aceh.refresh_from_db()
    assert need_aceh.reason == text


@pytest.fixture
def term_codes(db):
    """The vocabulary codes the forms below choose from."""
    from regions.models.vocabulary import Term

    for vocabulary, code in (("urgency", "U2"), ("delivery_mode", "BLENDED"), ("gap_cause", "CASELOAD")):
        Term.objects.get_or_create(vocabulary=vocabulary, code=code, defaults={"label_id": code, "label_en": code})
    Term.forget()


def test_markup_is_shown_and_never_run_wherever_a_need_is_read(
    client, need_aceh, aceh_operator, aceh_head, aceh_verifier, aceh_province_operator, settings
):
    line = need_aceh.lines.get()
    line.justification = line.work_unit = SCRIPT
    line.save()
    TrainingNeed.objects.filter(pk=need_aceh.pk).update(
        reason=SCRIPT, contact_post=SCRIPT, contact_phone=SCRIPT[:30], contact_email=f'"{SCRIPT}"@example.test'
    )
    gap = line.gaps.get()
    gap.competency_title = gap.expected_outcome = gap.performance_indicator = SCRIPT
    gap.save()
    need_aceh.evidence.update(name=f"{SCRIPT}.pdf")
    type(need_aceh.cover_letter).objects.update(number=SCRIPT, subject=SCRIPT)
    record = perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    perform(
        NEED,
        "return",
        record=record,
        actor=aceh_verifier,
        answers={"comments": [{"line": "1", "field": "", "text": SCRIPT}], "note": SCRIPT},
    )
    notices.read_on()
    base = need_aceh.get_absolute_url()
    pages = [base, f"{base}cetak/", f"{base}isi/", f"{base}isi/dinas/", f"{base}isi/alasan/", f"{base}isi/berkas/"]
    pages += [f"{base}isi/baris/", f"{base}isi/baris/{line.pk}/", f"{base}periksa/", "/pemberitahuan/", "/beranda/"]
    pages += ["/kebutuhan/", "/cari/?q=KB", "/tenggat/"]
    client.force_login(aceh_operator)
    for page in pages:
        response = client.get(page, follow=True)
        assert (response.status_code, SCRIPT in response.content.decode()) == (200, False), page
    assert "&lt;script&gt;" in client.get(base).content.decode()


def test_markup_of_a_partner_is_shown_and_never_run(client, jica, jica_liaison, auditor):
    program = program_factories.program(jica, status="OPEN", visibility="PUBLIC")
    Program.objects.filter(pk=program.pk).update(
        title_id=SCRIPT, title_en=SCRIPT, summary_id=SCRIPT, objectives_id=SCRIPT, host=SCRIPT, agreement_note=SCRIPT
    )
    program.intakes.update(place=SCRIPT, label=SCRIPT[:40])
    program.contacts.update(post=SCRIPT, email='"<b>"@example.test')
    program.rules.update(text_id=SCRIPT)
    program.files.update(name=f"{SCRIPT}.pdf")
    pages = [program.get_absolute_url(), program.manage_url, "/program/", "/mitra/program/", "/beranda/"]
    for reader in (jica_liaison, auditor, None):
        client.force_login(reader) if reader else client.logout()
        for page in pages:
            assert SCRIPT not in client.get(page, follow=True).content.decode(), (reader, page)


def test_a_partner_reads_no_markup_from_a_proposal(client, something_everywhere, jica_head, biroks_officer):
    proposal, agreement = something_everywhere
    Proposal.objects.update(
        status="PARTNER_REVIEW", partner_summary=SCRIPT, sent_at=timezone.now(), note=SCRIPT, waiver_reason=SCRIPT,
        answer_note=SCRIPT,
    )  # fmt: skip
    Agreement.objects.update(title_id=SCRIPT, subject=SCRIPT, scope=SCRIPT, place=SCRIPT, signing_place=SCRIPT[:100])
    for reader in (jica_head, biroks_officer):
        client.force_login(reader)
        for page in (proposal.get_absolute_url(), agreement.get_absolute_url(), "/usulan/", "/kemitraan/", "/beranda/"):
            response = client.get(page)
            assert (response.status_code, SCRIPT in response.content.decode()) == (200, False), page


def test_mail_is_plain_text_about_codes_and_roles_and_carries_no_address_or_name(
    need_aceh, aceh_head, aceh_verifier, aceh_operator
):
    TrainingNeed.objects.filter(pk=need_aceh.pk).update(contact_post="Siti Contoh", contact_phone="081234567890")
    perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    while notices.read_on():
        pass
    send_outbox(timezone.now() + dt.timedelta(days=10))
    assert {m.to[0] for m in mail.outbox} == {aceh_verifier.email}
    for message in mail.outbox:
        text = f"{message.subject}\n{message.body}"
        assert need_aceh.code in text
        assert message.content_subtype == "plain" and "\n" not in message.subject
        for secret in ("Siti", "0812", "bidang@example.test", aceh_operator.email, aceh_head.email, aceh_head.name):
            assert secret not in text


def test_the_log_says_that_a_contact_changed_and_never_what_it_was(client, draft_url, need_aceh):
    data = {"contact_post": "Kabid HI", "contact_email": "lama.baru@example.test", "contact_phone": "0812 3456 7890"}
    assert client.post(f"{draft_url}dinas/", data).status_code == 302
    entry = LogEntry.objects.filter(record_code=need_aceh.code, action="change").last()
    fields = {change["field"]: change["after"] for change in entry.data["changes"]}
    assert fields == {"contact_post": "Kabid HI", "contact_email": "•••", "contact_phone": "•••"}


# --- Numbers and dates --------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["-1", "99999999999999999999", "²", "1e9", "NaN", "0x10", "\x00", "9" * 5000, "١٢"])
def test_numbers_of_a_line_are_refused_with_a_sentence(client, draft_url, need_aceh, value):
    line = need_aceh.lines.get()
    before = (line.requested_total, line.in_post)
    data = {
        "post": "MEDHI",
        "rank": "AHLI_PERTAMA",
        "employment_status": "PNS",
        "requested_total": value,
        "in_post": value,
    }
    data |= {"gap-TOTAL_FORMS": value, "gap-INITIAL_FORMS": value, "gap-0-gap": value, "version": value, "line": value}
    for extra in ({}, {"more": "1"}, {"autosave": "1"}, {"later": "1"}):
        for url in (f"{draft_url}baris/{line.pk}/", f"{draft_url}baris/baru/"):
            # 410: a number that could be a line's, of no line here
            assert client.post(url, {**data, **extra}).status_code in {200, 302, 400, 404, 409, 410}, (url, extra)
    assert need_aceh.lines.filter(requested_total__gt=5000).count() == 0
    line.refresh_from_db()
    if value != "١٢":  # digits of another script are digits: 12
        assert (line.requested_total, line.in_post) == before
        refused = client.post(f"{draft_url}baris/{line.pk}/", {**data, "version": need_aceh.version})
        assert refused.status_code == 400 and "requested_total" in refused.context["form"].errors


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "0202-05-01", "2026-02-30", "tomorrow", "\x00"])
def test_dates_nobody_means_are_refused_with_a_sentence(client, draft_url, need_aceh, jica, jica_liaison, day, auditor):
    letter = {"letter": "1", "letter-number": "1/2026", "letter-date": day}
    response = client.post(f"{draft_url}berkas/", letter)
    assert (response.status_code, list(response.context["letter_form"].errors)) == (400, ["date"])
    program = program_factories.program(jica, status="DRAFT")
    client.force_login(jica_liaison)
    base = f"{program.manage_url}isi/"
    for zone in ("UTC", "Asia/Tokyo"):
        data = {"deadline_day": day, "deadline_time": "23:59", "opens_day": day, "partner_zone": zone}
        data |= {"contacts-TOTAL_FORMS": "0", "contacts-INITIAL_FORMS": "0"}
        assert client.post(f"{base}berkas/", data).status_code == 400
    rows = {"intakes-TOTAL_FORMS": "1", "intakes-INITIAL_FORMS": "0", "intakes-0-starts": day, "intakes-0-ends": day}
    assert client.post(f"{base}angkatan/", {**rows, "intakes-0-seats": "5"}).status_code == 400
    assert Intake.objects.filter(program=program).count() == 1
    client.force_login(auditor)
    assert client.get("/audit/", {"since": day, "until": day}).status_code == 400


@pytest.mark.parametrize("value", ["-5", "40000", "99999999999999999999", "²", "\x00"])
def test_numbers_of_an_agreement_are_refused_with_a_sentence(client, biroks_officer, jica, value):
    record = agreement_factories.agreement(partner=jica)
    client.force_login(biroks_officer)
    data = {"track": "CENTRAL", "title_id": "Judul", "duration_months": value, "starts": "9999-12-31", "version": "1"}
    response = client.post(f"{record.get_absolute_url()}ubah/", data)
    assert (response.status_code, {"duration_months", "starts"} <= set(response.context["form"].errors)) == (400, True)
    grant = client.post(f"{record.get_absolute_url()}hibah/", {"grant_value": value, "bast_date": "0001-01-01"})
    assert grant.status_code == 400


@pytest.mark.parametrize("rank", ["-1", "40000", "99999999999999999999", "²"])
def test_a_rank_out_of_all_proportion_is_refused(client, need_aceh, aceh_head, aceh_verifier, rank):
    record = perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    client.force_login(aceh_verifier)
    url = f"{record.get_absolute_url()}prov_endorse/"
    response = client.post(url, {"checked": "on", "provincial_rank": rank, "version": record.version})
    record.refresh_from_db()
    assert (response.status_code, record.status) == (400, "PROV_REVIEW")


# --- Files --------------------------------------------------------------------------------------------------


def archive(**members) -> bytes:
    """An office file with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in {"[Content_Types].xml": b"<x/>", **members}.items():
            file.writestr(name, content)
    return out.getvalue()


FILES = {
    "program named like a paper": ("surat.pdf", lambda: b"MZ\x90\x00" + b"\x00" * 100),
    "page named like a paper": ("surat.pdf", lambda: b"<html><script>alert(1)</script>"),
    "bomb": ("data.xlsx", lambda: archive(**{"xl/a.xml": b"0" * 250_000_000})),
    "macro": ("data.docx", lambda: archive(**{"word/vbaProject.bin": b"x"})),
    "macro type": ("data.docm", lambda: archive()),
    "torn archive": ("data.docx", lambda: b"PK\x03\x04" + b"\x00" * 50),
    "empty": ("surat.pdf", lambda: b""),
    "too large": ("surat.pdf", lambda: b"%PDF-1.4" + b"0" * 6 * 1024 * 1024),
    "script": ("gambar.svg", lambda: b"<svg onload=alert(1)>"),
    "two endings": ("surat.pdf.exe", lambda: b"MZ"),
    "no ending": ("surat", lambda: b"%PDF-1.4"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_not_what_it_says_is_refused_with_a_sentence(client, draft_url, need_aceh, kind):
    name, content = FILES[kind]
    upload = SimpleUploadedFile(name, content(), content_type="application/pdf")
    data = {"evidence-file": upload, "evidence-evidence_type": "AKPK"}
    response = client.post(f"{draft_url}berkas/", data)
    assert (response.status_code, "file" in response.context["evidence_form"].errors) == (400, True)
    assert need_aceh.evidence.count() == 1


def test_a_file_keeps_a_harmless_name_and_a_path_that_says_nothing(client, draft_url, need_aceh, evidence_types):
    upload = SimpleUploadedFile("../../\u202egnp.e\tvil<b>.pdf", factories.PDF)
    client.post(f"{draft_url}berkas/", {"evidence-file": upload, "evidence-evidence_type": "AKPK"})
    stored = need_aceh.evidence.last()
    assert stored.file.name.count("/") == 2 and ".." not in stored.file.name and "vil" not in stored.file.name
    assert "/" not in stored.name and "\u202e" not in stored.name
    response = client.get(f"{need_aceh.get_absolute_url()}berkas/{stored.pk}/")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
def evidence_types(db):
    from regions.models.vocabulary import Term

    Term.objects.get_or_create(
        vocabulary="evidence_type", code="AKPK", defaults={"label_id": "AKPK", "label_en": "AKPK"}
    )
    Term.forget()


# --- Twice, and too late ------------------------------------------------------------------------------------


def test_an_act_sent_twice_is_done_once_and_the_second_time_explained(client, need_aceh, aceh_head):
    client.force_login(aceh_head)
    url = f"{need_aceh.get_absolute_url()}submit/"
    found = [client.post(url, {"version": need_aceh.version}).status_code for _n in range(2)]
    assert found == [302, 409]
    assert LogEntry.objects.filter(record_code=need_aceh.code, action="submit").count() == 1


def test_an_act_from_a_page_that_has_become_old_is_refused(client, need_aceh, aceh_head):
    client.force_login(aceh_head)
    url = f"{need_aceh.get_absolute_url()}submit/"
    TrainingNeed.objects.filter(pk=need_aceh.pk).update(version=need_aceh.version + 1)
    assert client.post(url, {"version": need_aceh.version}).status_code == 409
    need_aceh.refresh_from_db()
    assert need_aceh.status == "DRAFT"


def test_a_line_of_a_need_that_was_signed_meanwhile_is_not_removed(need_aceh, aceh_operator, aceh_head):
    """The race between opening the page and pressing the button: an answer, not a fault."""
    from regions.services import Closed, remove_line
    from workflow.engine import Stale

    perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    with pytest.raises(Closed) as caught:
        remove_line(need_aceh, need_aceh.lines.get().pk, actor=aceh_operator)
    assert isinstance(caught.value, Stale) and caught.value.record.status == "PROV_REVIEW"
    assert need_aceh.lines.count() == 1


# --- Files for spreadsheets ---------------------------------------------------------------------------------


def test_the_catalogue_for_a_spreadsheet_runs_nothing(client, jica):
    program_factories.program(jica, status="OPEN", visibility="PUBLIC", title_id=FORMULA)
    text = client.get("/unduh/programs.csv").getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[1][1] == f"'{FORMULA}"
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]


def test_an_invitation_takes_no_markup_and_no_other_organisation(client, administrator, jica):
    client.force_login(administrator)
    for data in (
        {
            "email": "a\x00@example.test",
            "name": "x",
            "role": "EVAL",
            "organisation": administrator.acting_organisation.pk,
        },
        {"email": "a@example.test\nBcc: b@example.test", "name": "x", "role": "EVAL", "organisation": "1"},
        {"email": "a@example.test", "name": "x", "role": "PPSDM_HEAD", "organisation": jica.pk},
        {"email": "a@example.test", "name": "x", "role": "ROOT", "organisation": jica.pk},
        {"email": "a@example.test", "name": "x", "role": "EVAL", "organisation": "99999999999999999999"},
        {"email": "a@example.test", "name": "x" * 1_000_000, "role": "EVAL", "organisation": "²"},
    ):
        assert client.post(reverse("accounts:invite"), data).status_code == 400
    assert Invitation.objects.count() == 0
