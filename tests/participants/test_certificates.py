"""Certificates: their text, who gets one, what the public reads of a person, and taking one back."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
import time_machine
from django.utils import timezone

from accounts.roles import Role
from participants.models import Certificate, Nomination
from participants.services.certificates import initials
from participants.services.numbers import give_number
from tests import factories, papers
from tests import nomination_factories as make
from tests import rights_factories as rights
from tests.delegation_factories import stand_in
from workflow.engine import perform
from workflow.models import LogEntry, Seal

pytestmark = [pytest.mark.django_db, papers.needs_pango]

DAY = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
NAME = "Siti Aminah Nurhayati"


@pytest.fixture
def of(aceh, jica, ppsdm):
    ppsdm.name_id = "Pusat Pengembangan SDM Ketenagakerjaan"
    ppsdm.name_en = "Centre for Manpower Human Resources"
    ppsdm.save()
    found = make.seats(aceh, jica)
    program, intake = found.intake.program, found.intake
    program.title_id, program.title_en = "Teknik pemeriksaan norma kerja", "Labour inspection technique"
    program.save()
    intake.starts, intake.ends, intake.place = dt.date(2026, 11, 2), dt.date(2026, 11, 20), "Osaka"
    intake.save()
    return found


@pytest.fixture
def completed(of, nominee):
    who = make.person(of.line.need.office, name=NAME, account=nominee)
    return make.nomination(
        of, "COMPLETED", who=who, certificate_number="0042/SERT/2026", lesson_hours=120, finished_at=DAY
    )


def url(nomination, rest=""):
    return f"/en/peserta/calon/{nomination.code}/sertifikat/{rest}"


def opened(client, user, nomination):
    client.force_login(user)
    return client.get(url(nomination))


def body(response) -> bytes:
    return b"".join(response.streaming_content)


@time_machine.travel(DAY, tick=False)
def test_a_certificate_names_the_person_the_training_and_the_signing_post(client, completed, ppsdm_head):
    response = opened(client, ppsdm_head, completed)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert "no-store" in response["Cache-Control"]
    content = body(response)
    found = papers.text(content)
    assert (found, len(papers.pages(content))) == (papers.golden("certificate", found), 1)


@time_machine.travel(DAY, tick=False)
def test_long_names_and_titles_still_fit_one_page(client, of, nominee, ppsdm_head):
    who = make.person(of.line.need.office, name=" ".join(["Rahmawati"] * 11), account=nominee)
    program = of.intake.program
    program.title_id = program.title_en = ("Teknik pemeriksaan norma kerja dan keselamatan " * 5)[:160].strip()
    program.save()
    nomination = make.nomination(of, "CLOSED", who=who, certificate_number="N" * 60, lesson_hours=1200, finished_at=DAY)
    content = body(opened(client, ppsdm_head, nomination))
    assert len(papers.pages(content)) == 1 and papers.pages(content)[0].count("Rahmawati") == 11


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("NOMINEE", 200),
        ("DINAS_OP", 200),
        ("DINAS_HEAD", 200),
        ("PPSDM_VER", 200),
        ("PPSDM_HEAD", 200),
        ("BIROKS_OFF", 404),
        ("BIROKS_HEAD", 404),
        ("EVAL", 404),
        ("PARTNER_OFF", 404),
        ("PARTNER_HEAD", 404),
        ("AUDITOR", 404),
        ("LEGAL", 404),
        ("SEKJEN", 404),
        ("PROV_VER", 404),
        ("ADMIN", 404),
    ],
)
def test_the_person_their_office_and_ppsdm_get_it_and_nobody_else(client, cast, completed, role, expected):
    assert opened(client, cast[role], completed).status_code == expected
    page = client.get(f"/en/peserta/calon/{completed.code}/")
    assert (page.status_code == 200 and url(completed) in page.content.decode()) == (expected == 200)


def test_another_office_and_visitors_do_not_get_it(client, completed, bali):
    assert opened(client, factories.member(Role.DINAS_HEAD, bali), completed).status_code == 404
    client.logout()
    assert client.get(url(completed)).status_code == 302


@pytest.mark.parametrize("status", ["READY", "ATTENDING", "INCOMPLETE", "SHORTLISTED", "WITHDRAWN"])
def test_there_is_none_before_the_training_was_completed(client, of, status, ppsdm_head):
    nomination = make.nomination(of, status, certificate_number="0042/SERT/2026", lesson_hours=120)
    assert opened(client, ppsdm_head, nomination).status_code == 404
    assert Certificate.objects.count() == 0


def test_it_is_made_once_kept_and_each_download_is_logged(client, completed, ppsdm_head, nominee):
    first, second = (body(opened(client, user, completed)) for user in (ppsdm_head, nominee))
    kept = Certificate.objects.get()
    digest = hashlib.sha256(first).hexdigest()
    assert (first == second, kept.sha256, kept.seal.sha256) == (True, digest, digest)
    logged = LogEntry.objects.filter(record_id=completed.pk, flow="participants.nomination").order_by("seq")
    assert [(e.action, e.role) for e in logged if e.action in {"certificate", "download"}] == [
        ("certificate", "PPSDM_HEAD"),
        ("download", "PPSDM_HEAD"),
        ("download", "NOMINEE"),
    ]
    assert NAME not in "".join(str(e.data) + e.comment for e in logged)


def test_the_public_reads_initials_and_never_the_name_or_the_office(client, completed, ppsdm_head):
    opened(client, ppsdm_head, completed)
    seal = Seal.objects.get()
    client.logout()
    for prefix in ("", "/en"):
        page = client.get(f"{prefix}/verify/{seal.code}/").content.decode()
        for shown in ("0042/SERT/2026", "S. A. N.", "120", seal.sha256):
            assert shown in page
        for hidden in ("Siti", "Nurhayati", completed.code, completed.office.name, completed.person.nip_tail + "<"):
            assert hidden not in page
    assert (
        "Labour inspection technique" in page and client.get(f"/verify/{seal.code}/").context["standing"].key == "valid"
    )
    assert NAME not in str(seal.facts)


@pytest.mark.parametrize(
    ("name", "expected"),
    [(NAME, "S. A. N."), ("Suharto", "S."), ("I Gusti Ayu", "I. G. A."), ("Dr. (H.C.) Budi", "D. B."), ("", "")],
)
def test_initials_are_the_first_letters(name, expected):
    assert initials(name) == expected


REASON = "The name was written with a letter too many in the certificate."
RIGHT = {"name": NAME, "certificate_number": "0042/SERT/2026", "lesson_hours": "120", "reason": REASON}


def corrected(client, user, nomination, **more):
    client.force_login(user)
    version = Nomination.objects.get(pk=nomination.pk).version
    return client.post(url(nomination, "perbaiki/"), {**RIGHT, "version": version, **more})


def standings(client):
    """Version and standing of every certificate, as anyone reads them."""
    seals = Seal.objects.order_by("version")
    return [(s.version, client.get(f"/en/verify/{s.code}/").context["standing"].key) for s in seals]


def test_a_corrected_certificate_takes_the_place_of_the_former_one(client, completed, ppsdm_head, nominee):
    opened(client, ppsdm_head, completed)
    response = corrected(client, ppsdm_head, completed, name="Siti Aminah Nurhayat", lesson_hours="100")
    assert (response.status_code, response.url) == (302, f"/en/peserta/calon/{completed.code}/")
    assert standings(client) == [(1, "replaced"), (2, "valid")]
    first, second = Seal.objects.order_by("version")
    assert (second.number, second.facts["hours"], first.facts["hours"]) == ("0042/SERT/2026", 100, 120)
    done = Nomination.objects.select_related("person").get(pk=completed.pk)
    assert (done.status, done.lesson_hours, done.person.name) == ("COMPLETED", 100, "Siti Aminah Nurhayat")
    handed = body(opened(client, nominee, completed))
    assert hashlib.sha256(handed).hexdigest() == second.sha256 and "Siti Aminah Nurhayat" in papers.text(handed)
    page = client.get(f"/en/verify/{first.code}/").content.decode()
    assert "a corrected one was issued in its place" in page and REASON not in page


def test_the_log_names_the_corrected_fields_and_not_what_stood_in_them(client, completed, ppsdm_head):
    opened(client, ppsdm_head, completed)
    corrected(client, ppsdm_head, completed, name="Siti Aminah Nurhayat", certificate_number="0043/SERT/2026")
    entry = LogEntry.objects.get(action="correct_certificate")
    assert (entry.role, entry.data) == ("PPSDM_HEAD", {"version": 2, "fields": ["name", "certificate_number"]})
    assert entry.comment == "" and REASON not in str(LogEntry.objects.values_list("comment", "data"))


def test_a_correction_that_changes_nothing_is_refused_and_what_was_typed_stays(client, completed, ppsdm_head):
    opened(client, ppsdm_head, completed)
    response = corrected(client, ppsdm_head, completed)
    assert response.status_code == 409 and "Nothing has changed" in response.content.decode()
    assert REASON in response.content.decode() and Seal.objects.count() == 1


def test_who_corrects_on_a_page_that_is_out_of_date_is_told_so(client, completed, ppsdm_head):
    opened(client, ppsdm_head, completed)
    response = corrected(client, ppsdm_head, completed, lesson_hours="100", version=completed.version + 7)
    assert (response.status_code, Seal.objects.count()) == (409, 1)


def test_a_number_given_to_somebody_else_is_never_given_again(client, of, completed, ppsdm_head):
    other = make.nomination(of, "COMPLETED", certificate_number="0007/SERT/2026", lesson_hours=120, finished_at=DAY)
    give_number(other, "0007/SERT/2026", ppsdm_head)
    opened(client, ppsdm_head, completed)
    response = corrected(client, ppsdm_head, completed, certificate_number="0007/sert/2026")
    assert response.status_code == 409 and "was given to another certificate" in response.content.decode()
    assert Nomination.objects.get(pk=completed.pk).certificate_number == "0042/SERT/2026"


def test_a_certificate_revoked_by_mistake_is_issued_anew(client, completed, ppsdm_head, nominee):
    opened(client, ppsdm_head, completed)
    Seal.objects.update(revoked_at=DAY + dt.timedelta(days=1))
    assert opened(client, nominee, completed).status_code == 409
    assert corrected(client, ppsdm_head, completed).status_code == 302
    assert standings(client) == [(1, "replaced"), (2, "valid")]
    assert opened(client, nominee, completed).status_code == 200


@pytest.mark.parametrize(
    ("role", "expected"), [("PPSDM_VER", 403), ("DINAS_HEAD", 403), ("NOMINEE", 403), ("EVAL", 404)]
)
def test_only_the_head_of_ppsdm_corrects(client, cast, completed, ppsdm_head, role, expected):
    opened(client, ppsdm_head, completed)
    assert corrected(client, cast[role], completed, lesson_hours="100").status_code == expected
    assert (Seal.objects.get().revoked_at, Seal.objects.count()) == (None, 1)


def test_correcting_needs_a_reason_of_some_length(client, completed, ppsdm_head):
    opened(client, ppsdm_head, completed)
    assert corrected(client, ppsdm_head, completed, lesson_hours="100", reason="typo").status_code == 400
    assert Seal.objects.get().revoked_at is None


def test_while_somebody_acts_for_the_head_the_certificate_says_so(client, completed, ppsdm, ppsdm_head, nominee):
    stand_in(ppsdm_head, factories.member(Role.PPSDM_VER, ppsdm))
    found = papers.text(body(opened(client, nominee, completed)))
    assert "Plh. Kepala Pusat Pengembangan SDM Ketenagakerjaan" in found
    assert "Plh. Head of Centre for Manpower Human Resources" in found
    page = client.get(f"/en/verify/{Seal.objects.get().code}/").content.decode()
    assert "Plh. Head of Centre for Manpower Human Resources" in page


# --- What a correction asked for by the person leaves to do ---------------------------------------------------


def test_a_name_corrected_on_request_is_printed_on_a_new_certificate(client, of, completed, cast):
    opened(client, cast["PPSDM_HEAD"], completed)
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        request = rights.correction(completed, wanted="Siti Aminah Nurhayat")
        perform(request.flow, "accept", record=request, actor=cast["DINAS_HEAD"], answers={})
        response = corrected(client, cast["PPSDM_HEAD"], completed, name="Siti Aminah Nurhayat")
    assert (response.status_code, standings(client)) == (302, [(1, "replaced"), (2, "valid")])
    handed = body(opened(client, cast["NOMINEE"], completed))
    assert "Siti Aminah Nurhayat" in papers.text(handed) and NAME not in papers.text(handed)
    assert LogEntry.objects.get(action="correct_certificate").data == {"version": 2}


def test_a_certificate_bears_the_day_on_which_its_post_signs(client, completed, ppsdm, ppsdm_head):
    with time_machine.travel(DAY + dt.timedelta(days=40), tick=False):
        stand_in(ppsdm_head, factories.member(Role.PPSDM_VER, ppsdm))
        found = papers.text(body(opened(client, factories.member(Role.PPSDM_VER, ppsdm), completed)))
    assert "Plh. Kepala Pusat Pengembangan SDM Ketenagakerjaan" in found and "Jakarta, 4 Januari 2027" in found
    assert Seal.objects.get().dated == dt.date(2027, 1, 4)
