"""Reviews from the first line to publication: what stands in the way, who answers, what stays in the history."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from notices.models import Notice
from notices.tasks import deliver_pending
from partnerships.models import Review, ReviewStatus
from tests import agreement_factories, factories, program_factories
from tests.proposal_factories import open_need, proposal
from tests.review_factories import REASONS, form_data, recommendation, review
from workflow.engine import log_of

pytestmark = pytest.mark.django_db
LONG = "Kami menerima temuan ini dan menindaklanjutinya tahun depan."


@pytest.fixture
def completed(jica, aceh_regency):
    """A completed programme in which the regency office in Aceh has seats."""
    program = program_factories.program(jica, "COMPLETED")
    proposal(open_need(aceh_regency, people=5), program, "ACCEPTED")
    return program


def act(client, user, of, name, **answers):
    client.force_login(user)
    return client.post(f"/tinjauan/{of.code}/{name}/", answers)


def status_of(of) -> str:
    return Review.objects.values_list("status", flat=True).get(pk=of.pk)


# --- Beginning


def test_an_evaluator_begins_a_review_with_six_empty_criteria(client, completed, evaluator):
    client.force_login(evaluator)
    answer = client.post("/tinjauan/baru/", {"jenis": "program", "kode": completed.code})
    made = Review.objects.get()
    intake = completed.intakes.get()
    assert answer.url == f"/tinjauan/{made.code}/ubah/"
    assert [r.criterion for r in made.ratings.all()] == [
        "RELEVANCE", "COHERENCE", "EFFECTIVENESS", "EFFICIENCY", "IMPACT", "SUSTAINABILITY",
    ]  # fmt: skip
    assert (made.covers_from, made.covers_to, made.status) == (intake.starts, intake.ends, "DRAFT")
    assert [entry.action for entry in log_of(made)] == ["create"]


def test_a_second_review_begins_only_after_the_first_is_finished(client, completed, evaluator):
    first = review(completed, ReviewStatus.DRAFT)
    client.force_login(evaluator)
    data = {"jenis": "program", "kode": completed.code}
    assert client.post("/tinjauan/baru/", data).status_code == 409
    with pytest.raises(IntegrityError), transaction.atomic():
        review(completed, ReviewStatus.SUBMITTED)
    Review.objects.filter(pk=first.pk).delete()
    review(completed, ReviewStatus.PUBLISHED)
    assert client.post("/tinjauan/baru/", data).status_code == 302


def test_what_has_not_begun_has_nothing_to_review(client, jica, evaluator):
    program = program_factories.program(jica, "OPEN")
    agreement = agreement_factories.agreement("DRAFTING", partner=jica)
    client.force_login(evaluator)
    answers = [
        client.post("/tinjauan/baru/", {"jenis": "program", "kode": program.code}).status_code,
        client.post("/tinjauan/baru/", {"jenis": "kemitraan", "kode": agreement.code}).status_code,
        client.post("/tinjauan/baru/", {"jenis": "kemitraan", "kode": "KM-\x00"}).status_code,
        client.post("/tinjauan/baru/", {"jenis": "apa", "kode": program.code}).status_code,
        client.post("/tinjauan/baru/", {}).status_code,
    ]
    assert answers == [409, 409, 404, 404, 404]
    assert Review.objects.count() == 0


def test_only_evaluators_begin_reviews(client, completed, ppsdm_head, jica_head, auditor):
    for person in (ppsdm_head, jica_head, auditor):
        client.force_login(person)
        assert client.get("/tinjauan/baru/").status_code == 403
        answer = client.post("/tinjauan/baru/", {"jenis": "program", "kode": completed.code})
        assert answer.status_code == 403


# --- Writing


def test_a_draft_may_be_saved_half_written_and_says_what_is_missing(client, completed, evaluator):
    draft = review(completed, complete=False)
    client.force_login(evaluator)
    data = form_data(draft) | {"IMPACT-step": "", "IMPACT-text": "", "IMPACT-sources": "", "COHERENCE-text": "Pendek."}
    assert client.post(f"/tinjauan/{draft.code}/ubah/", data).status_code == 302
    answer = act(client, evaluator, draft, "submit")
    shown = answer.content.decode()
    assert answer.status_code == 400
    assert "Koherensi" in shown or "Coherence" in shown
    assert status_of(draft) == "DRAFT"


def test_what_was_changed_stays_in_the_history(client, completed, evaluator):
    draft = review(completed)
    client.force_login(evaluator)
    data = form_data(draft, **{"summary": "Program perlu diulang.", "RELEVANCE-step": "4"})
    assert client.post(f"/tinjauan/{draft.code}/ubah/", data).status_code == 302
    draft.refresh_from_db()
    entry = log_of(draft).last()
    told = {(change["field"], change["before"], change["after"]) for change in entry.data["changes"]}
    assert (draft.summary, draft.version, entry.action) == ("Program perlu diulang.", 2, "change")
    assert told == {("", "3", "4"), ("summary", "Program berjalan baik.", "Program perlu diulang.")}


def test_saving_without_a_change_writes_nothing(client, completed, evaluator):
    draft = review(completed)
    client.force_login(evaluator)
    assert client.post(f"/tinjauan/{draft.code}/ubah/", form_data(draft)).status_code == 302
    draft.refresh_from_db()
    assert (draft.version, log_of(draft).count()) == (1, 0)


def test_who_comes_second_is_told_and_loses_nothing(client, completed, evaluator):
    draft = review(completed)
    stale = form_data(draft, summary="Yang kedua.")
    client.force_login(evaluator)
    assert client.post(f"/tinjauan/{draft.code}/ubah/", form_data(draft, summary="Yang pertama.")).status_code == 302
    answer = client.post(f"/tinjauan/{draft.code}/ubah/", stale)
    assert (answer.status_code, "Yang kedua." in answer.content.decode()) == (409, True)
    draft.refresh_from_db()
    assert draft.summary == "Yang pertama."


def test_recommendations_are_added_changed_and_removed(client, completed, evaluator):
    draft = review(completed)
    second = recommendation(draft, text="Buka kelas daring.")
    data = form_data(draft) | {
        "saran-0-remove": "on",
        "saran-1-text": "Buka dua kelas daring.",
        "saran-2-text": "Undang Papua lebih dulu.",
        "saran-2-owner": "BIROKS_HEAD",
        "saran-2-due_on": "2027-06-30",
    }
    client.force_login(evaluator)
    assert client.post(f"/tinjauan/{draft.code}/ubah/", data).status_code == 302
    found = list(draft.recommendations.values_list("position", "text", "owner", "due_on"))
    assert found == [
        (1, "Buka dua kelas daring.", "PPSDM_HEAD", dt.date(2027, 3, 31)),
        (2, "Undang Papua lebih dulu.", "BIROKS_HEAD", dt.date(2027, 6, 30)),
    ]
    assert draft.recommendations.first().pk == second.pk


def test_a_recommendation_names_its_post_and_its_date(client, completed, evaluator):
    draft = review(completed)
    client.force_login(evaluator)
    answer = client.post(f"/tinjauan/{draft.code}/ubah/", form_data(draft, **{"saran-1-text": "Tanpa tanggal."}))
    assert (answer.status_code, "Tanpa tanggal." in answer.content.decode()) == (400, True)
    assert draft.recommendations.count() == 1


def test_another_reviews_recommendation_cannot_be_taken_over(client, completed, jica, evaluator):
    draft = review(completed)
    other = recommendation(review(program_factories.program(jica, "COMPLETED"), complete=False), text="Milik lain.")
    client.force_login(evaluator)
    data = form_data(draft, **{"saran-0-pk": str(other.pk), "saran-0-text": "Diambil."})
    assert client.post(f"/tinjauan/{draft.code}/ubah/", data).status_code == 302
    other.refresh_from_db()
    assert (other.text, other.review_id != draft.pk) == ("Milik lain.", True)


HOSTILE = (
    {"RELEVANCE-step": "5"},
    {"RELEVANCE-step": "<script>"},
    {"covers_from": "0202-01-01"},
    {"covers_to": "2025-01-01"},
    {"summary": "a" * 3001},
    {"summary": "a\x00b"},
    {"saran-0-owner": "ADMIN"},
    {"saran-0-due_on": "kapan"},
    {"saran-0-pk": "99999999999999999999999"},
    {"saran-TOTAL_FORMS": "9999"},
    {"saran-TOTAL_FORMS": "x"},
    {"version": "9" * 30},
)


@pytest.mark.parametrize("typed", HOSTILE, ids=lambda typed: " ".join(typed))
def test_nonsense_gets_a_sentence_and_changes_nothing(typed, client, completed, evaluator):
    draft = review(completed)
    client.force_login(evaluator)
    answer = client.post(f"/tinjauan/{draft.code}/ubah/", form_data(draft) | typed)
    draft.refresh_from_db()
    assert (answer.status_code, draft.version, draft.summary) == (400, 1, "Program berjalan baik.")


def test_nobody_else_writes_and_nobody_writes_what_was_submitted(client, completed, evaluator, ppsdm_head):
    draft = review(completed, ReviewStatus.SUBMITTED)
    for person in (evaluator, ppsdm_head):
        client.force_login(person)
        assert client.get(f"/tinjauan/{draft.code}/ubah/").status_code == 403
        assert client.post(f"/tinjauan/{draft.code}/ubah/", form_data(draft)).status_code == 403


# --- The road


def test_a_review_of_a_programme_is_answered_by_ppsdm_and_published(
    client, completed, evaluator, ppsdm_head, aceh_head, jica_head
):
    draft = review(completed, created_by=evaluator)
    assert act(client, evaluator, draft, "submit").status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.waits_for(), bool(draft.evidence), draft.evidence_at is not None) == (
        "SUBMITTED", ("PPSDM_HEAD",), True, True,
    )  # fmt: skip
    refused = act(client, ppsdm_head, draft, "answer_program", response=LONG)
    assert (refused.status_code, status_of(draft)) == (400, "SUBMITTED")
    row = draft.recommendations.get()
    saved = client.post(
        f"/tinjauan/{draft.code}/tanggapan/",
        {"version": draft.version, f"saran-{row.pk}-stance": "PARTLY", f"saran-{row.pk}-answer": "Sebagian tahun ini."},
    )
    assert saved.status_code == 302
    assert act(client, ppsdm_head, draft, "answer_program", response=LONG).status_code == 302
    client.force_login(aceh_head)
    assert client.get(f"/tinjauan/{draft.code}/").status_code == 404
    assert act(client, evaluator, draft, "publish").status_code == 302
    draft.refresh_from_db()
    row.refresh_from_db()
    assert (draft.status, draft.response, row.stance) == ("PUBLISHED", LONG, "PARTLY")
    for person in (aceh_head, jica_head):
        client.force_login(person)
        page = client.get(f"/tinjauan/{draft.code}/").content.decode()
        assert LONG in page and REASONS in page and "Sebagian tahun ini." in page
    deliver_pending()
    told = set(Notice.objects.filter(action="publish").values_list("user__memberships__role", flat=True))
    assert {"DINAS_HEAD", "PARTNER_HEAD", "PPSDM_HEAD"} <= told
    assert [entry.action for entry in log_of(draft)] == ["create", "submit", "respond", "answer_program", "publish"]


def test_a_review_of_an_agreement_is_answered_by_the_bureau(client, jica, evaluator, biroks_head, ppsdm_head):
    agreement = agreement_factories.agreement("ACTIVE", partner=jica)
    draft = review(agreement, ReviewStatus.SUBMITTED)
    draft.recommendations.update(stance="ACCEPTED", answer="Ya.")
    assert act(client, ppsdm_head, draft, "answer_agreement", response=LONG).status_code == 403
    assert act(client, ppsdm_head, draft, "answer_program", response=LONG).status_code == 409
    assert act(client, biroks_head, draft, "answer_agreement", response=LONG).status_code == 302
    assert status_of(draft) == "ANSWERED"


def test_who_wrote_a_review_does_not_answer_it_from_another_post(client, completed, evaluator, ppsdm):
    draft = review(completed, created_by=evaluator)
    act(client, evaluator, draft, "submit")
    draft.recommendations.update(stance="ACCEPTED", answer="Ya.")
    Membership.objects.filter(user=evaluator).update(ended_at=timezone.now())
    Membership.objects.create(user=evaluator, organisation=ppsdm, role=Role.PPSDM_HEAD, valid_from=dt.date(2020, 1, 1))
    for name in ("answer_program", "return_program"):
        refused = act(client, evaluator, draft, name, response=LONG, reason=LONG)
        assert (refused.status_code, status_of(draft)) == (400, "SUBMITTED")


def test_management_returns_errors_twice_at_most_and_the_figures_are_taken_anew(
    client, completed, evaluator, ppsdm_head
):
    draft = review(completed)
    for n in (1, 2):
        assert act(client, evaluator, draft, "submit").status_code == 302
        assert act(client, ppsdm_head, draft, "return_program", reason=LONG).status_code == 302
        draft.refresh_from_db()
        assert (draft.return_count, draft.evidence, draft.evidence_at) == (n, {}, None)
    assert act(client, evaluator, draft, "submit").status_code == 302
    assert act(client, ppsdm_head, draft, "return_program", reason=LONG).status_code == 400
    assert status_of(draft) == "SUBMITTED"


def test_silence_does_not_keep_a_review_from_the_public_but_the_author_alone_does_not_publish(
    client, completed, evaluator, ppsdm
):
    draft = review(completed, created_by=evaluator)
    other = factories.member(Role.EVAL, ppsdm)
    act(client, evaluator, draft, "submit")
    draft.refresh_from_db()
    assert act(client, other, draft, "publish_unanswered").status_code == 400
    with time_machine.travel(draft.due_at + dt.timedelta(minutes=1)):
        assert act(client, evaluator, draft, "publish_unanswered").status_code == 400
        assert act(client, other, draft, "publish_unanswered").status_code == 302
    assert status_of(draft) == "PUBLISHED"


def test_the_answer_to_a_recommendation_goes_when_its_text_changes(client, completed, evaluator):
    draft = review(completed, ReviewStatus.RETURNED)
    draft.recommendations.update(stance="ACCEPTED", answer="Ya.")
    client.force_login(evaluator)
    assert client.post(f"/tinjauan/{draft.code}/ubah/", form_data(draft)).status_code == 302
    assert draft.recommendations.get().stance == "ACCEPTED"
    data = form_data(draft, **{"saran-0-text": "Tulis ulang kurikulum."})
    assert client.post(f"/tinjauan/{draft.code}/ubah/", data).status_code == 302
    row = draft.recommendations.get()
    assert (row.text, row.stance, row.answer) == ("Tulis ulang kurikulum.", "", "")


def test_a_response_says_why(client, completed, ppsdm_head):
    draft = review(completed, ReviewStatus.SUBMITTED)
    row = draft.recommendations.get()
    client.force_login(ppsdm_head)
    url = f"/tinjauan/{draft.code}/tanggapan/"
    without = client.post(url, {"version": draft.version, f"saran-{row.pk}-stance": "DECLINED"})
    unknown = client.post(url, {"version": draft.version, f"saran-{row.pk}-stance": "X", f"saran-{row.pk}-answer": "a"})
    assert [without.status_code, unknown.status_code] == [400, 400]
    row.refresh_from_db()
    assert row.stance == ""


# --- Pages


def test_readers_outside_the_centre_read_the_review_and_not_how_it_was_written(client, completed, evaluator, jica_head):
    draft = review(completed, created_by=evaluator)
    client.force_login(evaluator)
    client.post(f"/tinjauan/{draft.code}/ubah/", form_data(draft, summary="Program perlu diulang."))
    draft.recommendations.update(stance="ACCEPTED", answer="Ya.")
    act(client, evaluator, draft, "submit", note="Catatan dalam.")
    with time_machine.travel(timezone.now() + dt.timedelta(days=30)):
        other = factories.member(Role.EVAL, factories.organisation("PPSDM"))
        assert act(client, other, draft, "publish_unanswered").status_code == 302
        pages = []
        for person in (evaluator, jica_head):
            client.force_login(person)
            pages.append(client.get(f"/tinjauan/{draft.code}/").content.decode())
    found = [("Program berjalan baik." in page, "Catatan dalam." in page) for page in pages]
    assert found == [(True, True), (False, False)]


def test_pages_cost_the_same_for_one_and_thirty(client, jica, auditor):
    client.force_login(auditor)
    client.get("/tinjauan/")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/tinjauan/").status_code == 200
        return len(seen)

    review(program_factories.program(jica, "COMPLETED"), ReviewStatus.PUBLISHED)
    one = queries()
    for _n in range(24):
        review(program_factories.program(jica, "COMPLETED"), ReviewStatus.PUBLISHED)
        review(agreement_factories.agreement("ACTIVE", partner=jica), ReviewStatus.PUBLISHED)
    assert queries() == one


@pytest.mark.parametrize("language", ["", "/en"])
def test_every_page_opens_in_both_languages(language, client, completed, evaluator, ppsdm_head):
    draft = review(completed)
    waiting = review(program_factories.program(completed.partner, "COMPLETED"), ReviewStatus.SUBMITTED)
    client.force_login(evaluator)
    pages = [
        "/tinjauan/",
        "/tinjauan/baru/",
        *(f"/tinjauan/{draft.code}/{p}" for p in ("", "ubah/", "cetak/", "submit/")),
    ]
    assert [client.get(f"{language}{page}").status_code for page in pages] == [200] * 6
    client.force_login(ppsdm_head)
    pages = [f"/tinjauan/{waiting.code}/{p}" for p in ("", "tanggapan/", "answer_program/")]
    assert [client.get(f"{language}{page}").status_code for page in pages] == [200] * 3


def test_the_programme_and_the_agreement_show_their_reviews(client, completed, evaluator, jica_head):
    made = review(completed, ReviewStatus.PUBLISHED)
    draft = review(completed, ReviewStatus.DRAFT)
    client.force_login(jica_head)
    page = client.get(completed.get_absolute_url()).content.decode()
    assert made.code in page and draft.code not in page


# --- The end of a programme (P7)


def test_a_programme_is_evaluated_with_a_report_or_a_finished_review(client, completed, evaluator):
    client.force_login(evaluator)
    url = f"/mitra/program/{completed.code.lower()}/evaluate/"
    answers = {"reaction": "on", "learning": "on", "summary": LONG}
    assert client.post(url, answers).status_code == 400
    review(completed, ReviewStatus.SUBMITTED)
    assert client.post(url, answers).status_code == 400
    Review.objects.all().delete()
    review(completed, ReviewStatus.ANSWERED)
    assert client.post(url, answers).status_code == 302
    completed.refresh_from_db()
    assert completed.status == "EVALUATED"
