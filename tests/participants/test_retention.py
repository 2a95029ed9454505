"""What is let go of, and when; and the calendar file, which names nobody."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from participants.models import Certificate, Correction, Nomination, NominationPaper, PanelScore, Person
from participants.models import NominationStatus as S
from participants.models.backgrounds import Background
from participants.rules import retention
from participants.services import nominations as nominations
from participants.services.people import forget_old, review, sweep_files
from participants.tasks import forget
from tests import factories
from tests import nomination_factories as make
from tests import rights_factories as rights
from workflow import clock
from workflow.engine import Refused, log_of
from workflow.models import LogEntry, Seal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """Files of a test lie apart, so that a sweep finds no others."""
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    return tmp_path


def stored(media, room: str = "participants") -> list[str]:
    return sorted(path.relative_to(media).as_posix() for path in (media / room).rglob("*") if path.is_file())


def aged(of, status, days: int, **fields) -> Nomination:
    record = make.nomination(of, status, **fields)
    make.paper(record, "CV")
    Nomination.objects.filter(pk=record.pk).update(status_since=timezone.now() - dt.timedelta(days=days))
    return record


# State, days since, was it ever submitted -> are papers and name gone?
TABLE = """
DISQUALIFIED 366 yes gone
DISQUALIFIED 364 yes kept
NOT_ACCEPTED 366 yes gone
REPLACED     366 yes gone
WITHDRAWN    366 yes gone
WITHDRAWN    364 yes kept
WITHDRAWN    181 no  gone
WITHDRAWN    179 no  kept
CLOSED       999 yes kept
INCOMPLETE   999 yes kept
RESERVE      999 yes kept
DRAFT        999 no  kept
"""


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_what_goes_and_what_stays(abroad, row):
    status, days, sent, expected = row.split()
    read = timezone.localdate() if sent == "yes" else None
    aged(abroad, status, int(days), notice_read_on=read)
    forget_old()
    person, gone = Person.objects.get(), expected == "gone"
    assert (person.name == "", person.nip_sealed == "", person.nip_hash == "", person.nip_tail == "") == (gone,) * 4
    assert NominationPaper.objects.exists() is not gone
    assert (person.sex, person.birth_year, person.post_id) == ("F", 1985, "MEDHI")
    assert Nomination.objects.get().status == status


def test_a_person_with_another_nomination_keeps_their_name_and_loses_the_old_papers(abroad, aceh, jica):
    old = aged(abroad, S.DISQUALIFIED, 400)
    make.nomination(make.seats(aceh, jica), S.ACCEPTED, who=old.person)
    assert forget_old() == (1, 0)
    assert Person.objects.get().name != ""
    assert NominationPaper.objects.count() == 0


def test_a_second_night_finds_nothing(abroad):
    aged(abroad, S.DISQUALIFIED, 400)
    assert (forget(), forget()) == (1, 0)


def test_the_page_of_a_forgotten_person_says_so(abroad, cast, browser):
    record = aged(abroad, S.DISQUALIFIED, 400)
    forget_old()
    page = browser("PPSDM_VER").get(f"/en/peserta/calon/{record.code}/").content.decode()
    assert "Name removed" in page and "Peserta Contoh" not in page


def test_two_forgotten_people_of_one_office_do_not_collide(abroad):
    aged(abroad, S.DISQUALIFIED, 400)
    aged(abroad, S.DISQUALIFIED, 400)
    assert forget_old() == (2, 2)


def test_a_draft_untouched_for_180_days_ends_by_the_clock(abroad):
    record = make.nomination(abroad)
    Nomination.objects.filter(pk=record.pk).update(updated_at=timezone.now() - dt.timedelta(days=181))
    fresh = make.nomination(abroad)
    clock.run()
    assert [Nomination.objects.get(pk=n.pk).status for n in (record, fresh)] == ["WITHDRAWN", "DRAFT"]
    assert log_of(record).get(action="lapse").role == "CLOCK"


# --- What goes with it --------------------------------------------------------------------------------------


def test_sheets_findings_words_and_answers_go_and_the_decision_stays(abroad, cast):
    record = aged(
        abroad, S.DISQUALIFIED, 400, waiver_reason="Rahasia.", answer_reference="Surel", findings=[{"code": "rank"}]
    )
    make.sheets(record, cast["EVAL"], cast["DITJEN_REV"], cast["BIROKS_OFF"])
    Background.objects.create(person=record.person, duties="Rahasia.")
    assert forget_old() == (1, 1)
    record.refresh_from_db()
    assert (record.relevance, record.action_plan, record.waiver_reason, record.answer_reference) == ("", "", "", "")
    assert (record.findings, record.certificate_number) == ([], "")
    assert (record.status, record.place_in_order, record.panel_size) == ("DISQUALIFIED", 1, 3)
    assert PanelScore.objects.count() == Background.objects.count() == 0
    assert record.emptied_at is not None


def test_the_deletion_is_logged_without_a_name(abroad):
    record = aged(abroad, S.DISQUALIFIED, 400)
    forget_old()
    [entry] = log_of(record)
    assert (entry.action, entry.role, entry.data) == ("forget", "CLOCK", {"what": ["NominationPaper", "person"]})


def test_a_second_run_finds_nothing_and_logs_nothing(abroad):
    aged(abroad, S.DISQUALIFIED, 400)
    aged(abroad, S.WITHDRAWN, 400)
    rights.correction(make.nomination(abroad), "DONE", status_since=timezone.now() - dt.timedelta(days=400))
    assert forget_old() == (2, 2)
    before = LogEntry.objects.count()
    assert forget_old() == (0, 0)
    assert LogEntry.objects.count() == before


def test_files_leave_the_disk_once_the_deletion_is_certain(abroad, media, django_capture_on_commit_callbacks):
    aged(abroad, S.DISQUALIFIED, 400)
    assert len(stored(media)) == 1
    with django_capture_on_commit_callbacks() as waiting:
        forget_old()
        assert len(stored(media)) == 1  # the transaction may still fail
    for callback in waiting:
        callback()
    assert stored(media) == []


def test_a_replaced_paper_leaves_the_disk_after_the_commit_too(abroad, cast, media, django_capture_on_commit_callbacks):
    record = make.nomination(abroad)
    make.paper(record, "CV")
    [old] = stored(media)
    with django_capture_on_commit_callbacks() as waiting:
        nominations.attach(record, "CV", factories.pdf(), cast["DINAS_OP"])
        assert old in stored(media) and len(stored(media)) == 2
    for callback in waiting:
        callback()
    assert old not in stored(media) and len(stored(media)) == 1


def test_files_without_a_row_are_swept_after_a_day_and_others_stay(abroad, media):
    make.paper(make.nomination(abroad), "CV")
    [held] = stored(media)
    loose = media / "participants" / "ab" / "loose.pdf"
    loose.parent.mkdir(parents=True)
    loose.write_bytes(b"%PDF-")
    elsewhere = media / "regions" / "x.pdf"
    elsewhere.parent.mkdir(exist_ok=True)
    elsewhere.write_bytes(b"%PDF-")
    assert sweep_files() == 0  # a write may be going on
    tomorrow = timezone.now() + dt.timedelta(hours=25)
    assert (sweep_files(tomorrow), sweep_files(tomorrow)) == (1, 0)
    assert stored(media) == [held] and "regions/x.pdf" in stored(media, "regions")


def test_one_bad_nomination_holds_up_nobody_else(abroad, settings, caplog):
    bad, good = aged(abroad, S.DISQUALIFIED, 400), aged(abroad, S.WITHDRAWN, 400)
    Nomination.objects.filter(pk=bad.pk).update(status="DISQUALIFIED", version=2**31 - 1)  # one more does not fit
    assert forget_old() == (1, 1)
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.emptied_at is not None, bad.emptied_at) == (True, None)
    assert "DataError" in caplog.text and "Traceback" not in caplog.text  # errors quote rows


def test_a_draft_that_lapsed_is_emptied_the_same_night(abroad):
    record = make.nomination(abroad, notice_read_on=None)
    Nomination.objects.filter(pk=record.pk).update(updated_at=timezone.now() - dt.timedelta(days=181))
    clock.run()
    assert forget_old() == (1, 1)
    assert Person.objects.get().name == ""


def test_who_waited_for_a_training_that_is_over_was_not_taken_either(abroad):
    record = make.nomination(abroad, S.RESERVE)
    make.begins(abroad, -380)
    Nomination.objects.filter(pk=record.pk).update(status_since=timezone.now() - dt.timedelta(days=420))
    assert forget_old() == (1, 1)


def test_what_a_person_wrote_in_a_request_goes_a_year_after_the_answer(abroad):
    record = make.nomination(abroad, S.ACCEPTED)
    long_ago, lately = (timezone.now() - dt.timedelta(days=days) for days in (366, 364))
    old = rights.correction(record, "REFUSED", answer="Tidak sesuai.", status_since=long_ago)
    new = rights.correction(record, "REFUSED", answer="Tidak sesuai.", status_since=lately)
    waiting = rights.correction(record, "OVERDUE", status_since=long_ago)
    forget_old()
    kept = {request.pk: bool(request.wanted) for request in Correction.objects.all()}
    assert kept == {old.pk: False, new.pk: True, waiting.pk: True}
    old.refresh_from_db()
    assert (old.answer, old.field, old.status) == ("", "name", "REFUSED")


def certificate(record) -> Certificate:
    seal = Seal.objects.create(
        flow="participants.nomination",
        record_id=record.pk,
        kind="CERTIFICATE",
        number="01/PPSDM/2020",
        dated=dt.date(2020, 5, 1),
        facts={"title": {"id": "Pelatihan", "en": "Training"}, "initials": "P. C.", "hours": 40},
        sha256="a" * 64,
    )
    made = Certificate(nomination=record, version=1, seal=seal).hold(factories.pdf("sertifikat.pdf"))
    made.save()
    return made


# --- After five years ---------------------------------------------------------------------------------------


@pytest.fixture
def ended(abroad):
    """A nomination closed a little more than five years ago."""
    return aged(abroad, S.CLOSED, 5 * 366)


def test_nothing_goes_by_itself_after_five_years(ended):
    assert forget_old() == (0, 0)
    assert Person.objects.get().name != ""


LETTER = {"letter_number": "KN.01/2026", "letter_date": "2026-01-05"}


def test_the_head_of_ppsdm_lets_go_with_the_archives_decision(ended, cast, browser, media):
    made = certificate(ended)
    assert ended.code in browser("PPSDM_HEAD").get("/en/peserta/retensi/").content.decode()
    response = browser("PPSDM_HEAD").post(f"/en/peserta/retensi/{ended.code}/", {"decision": "let_go", **LETTER})
    assert response.status_code == 302
    assert Person.objects.get().name == ""
    assert Certificate.objects.count() == NominationPaper.objects.count() == 0
    [entry] = log_of(ended)
    assert (entry.action, entry.actor, entry.data) == (
        "forget",
        cast["PPSDM_HEAD"],
        {**LETTER, "what": ["Certificate", "NominationPaper", "person"]},
    )
    page = browser("PPSDM_HEAD").get(f"/en/verify/{made.seal.code}/")
    text = page.content.decode()
    assert page.status_code == 200 and "Training" in text and "P. C." not in text and "deleted" in text


def test_or_keeps_it_until_a_day_with_a_reason(ended, browser):
    day = timezone.localdate() + dt.timedelta(days=365)
    data = {"decision": "keep", "keep_until": str(day), **LETTER}
    url = f"/en/peserta/retensi/{ended.code}/"
    assert browser("PPSDM_HEAD").post(url, data).status_code == 400
    data["reason"] = "Sengketa kepegawaian masih berjalan di pengadilan."
    assert browser("PPSDM_HEAD").post(url, data).status_code == 302
    assert Nomination.objects.get().keep_until == day
    assert browser("PPSDM_HEAD").get(url).status_code == 404
    assert retention.kept_until(Nomination.objects.get()) == day


@pytest.mark.parametrize("name", ["reason", "letter_number"])
def test_a_review_names_nobody(ended, browser, name):
    data = {"decision": "keep", "keep_until": "2027-01-01", "reason": "x" * 40, **LETTER}
    data[name] = f"Berkas {ended.person.name} masih diperlukan untuk sengketa."
    assert browser("PPSDM_HEAD").post(f"/en/peserta/retensi/{ended.code}/", data).status_code == 400
    assert log_of(ended).count() == 0


def test_only_the_head_of_ppsdm_reviews_and_only_the_auditor_looks_on(ended, browser):
    found = {role: browser(role).get("/en/peserta/retensi/").status_code for role in (
        "PPSDM_HEAD", "AUDITOR", "PPSDM_VER", "DINAS_OP", "NOMINEE", "PARTNER_OFF", "ADMIN")}  # fmt: skip
    assert found == {
        "PPSDM_HEAD": 200, "AUDITOR": 200, "PPSDM_VER": 403, "DINAS_OP": 403, "NOMINEE": 403, "PARTNER_OFF": 403,
        "ADMIN": 403,
    }  # fmt: skip
    assert browser("AUDITOR").get(f"/en/peserta/retensi/{ended.code}/").status_code == 404


def test_what_is_younger_is_not_reviewed(abroad, cast, browser):
    young = aged(abroad, S.CLOSED, 5 * 365 - 10)
    assert browser("PPSDM_HEAD").get(f"/en/peserta/retensi/{young.code}/").status_code == 404
    with pytest.raises(Refused):
        review(young, cast["PPSDM_HEAD"], keep_until=None, reason="", letter_number="1", letter_date=None)


KEPT = """
WITHDRAWN    yes 365
WITHDRAWN    no  180
DISQUALIFIED yes 365
NOT_ACCEPTED yes 365
REPLACED     yes 365
CLOSED       yes 1826
INCOMPLETE   yes 1826
SCREENING    yes -
ATTENDING    yes -
"""


@pytest.mark.parametrize("row", KEPT.strip().splitlines())
def test_the_page_says_until_when(abroad, row):
    status, sent, days = row.split()
    record = make.nomination(abroad, status, notice_read_on=timezone.localdate() if sent == "yes" else None)
    record.status_since = timezone.make_aware(dt.datetime(2025, 3, 1, 12))
    expected = None if days == "-" else dt.date(2025, 3, 1) + dt.timedelta(days=int(days))
    assert retention.kept_until(record) == expected
