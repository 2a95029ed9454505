"""Certificates: their text, who gets one, what the public reads of a person, and taking one back."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
import time_machine

from accounts.roles import Role
from participants.models import Certificate
from participants.services.certificates import initials
from tests import factories, papers
from tests import nomination_factories as make
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


def test_a_revoked_certificate_is_said_to_be_revoked_and_is_handed_out_no_more(client, completed, ppsdm_head, nominee):
    opened(client, ppsdm_head, completed)
    seal = Seal.objects.get()
    response = client.post(url(completed, "cabut/"), {"reason": REASON})
    assert (response.status_code, response.url) == (302, f"/en/peserta/calon/{completed.code}/")
    assert client.get(f"/en/verify/{seal.code}/").context["standing"].key == "revoked"
    assert REASON not in client.get(f"/en/verify/{seal.code}/").content.decode()
    assert opened(client, nominee, completed).status_code == 409
    page = client.get(f"/en/peserta/calon/{completed.code}/").content.decode()
    assert REASON in page and "The certificate was revoked on" in page
    entry = LogEntry.objects.get(action="revoke_certificate")
    assert (entry.role, entry.data["version"], REASON in str(entry.data) + entry.comment) == ("PPSDM_HEAD", 1, False)
    client.force_login(ppsdm_head)
    assert client.post(url(completed, "cabut/"), {"reason": REASON}).status_code == 409


def test_a_corrected_certificate_takes_the_place_of_a_revoked_one(client, completed, ppsdm_head, nominee):
    opened(client, ppsdm_head, completed)
    client.post(url(completed, "cabut/"), {"reason": REASON, "again": "on"})
    first, second = Seal.objects.order_by("version")
    keys = [client.get(f"/verify/{s.code}/").context["standing"].key for s in (first, second)]
    assert (keys, second.version, second.number) == (["replaced", "valid"], 2, first.number)
    assert hashlib.sha256(body(opened(client, nominee, completed))).hexdigest() == second.sha256


@pytest.mark.parametrize(
    ("role", "expected"), [("PPSDM_VER", 403), ("DINAS_HEAD", 403), ("NOMINEE", 403), ("EVAL", 404)]
)
def test_only_the_head_of_ppsdm_revokes(client, cast, completed, ppsdm_head, role, expected):
    opened(client, ppsdm_head, completed)
    client.force_login(cast[role])
    assert client.post(url(completed, "cabut/"), {"reason": REASON}).status_code == expected
    assert Seal.objects.get().revoked_at is None


def test_revoking_needs_a_reason_of_some_length(client, completed, ppsdm_head):
    opened(client, ppsdm_head, completed)
    response = client.post(url(completed, "cabut/"), {"reason": "typo"})
    assert (response.status_code, Seal.objects.get().revoked_at) == (400, None)
