"""The inbox and the mail follow from the log: nothing lost, nobody told twice, nobody told of their own
act."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from notices import audience, marks, rules, services
from notices.models import Bookmark, Cadence, Notice, NoticeKind, Outbox, Pending, Preference
from notices.tasks import deliver_pending, send_outbox
from regions.lifecycle import NEED
from regions.models import NeedStatus, TrainingNeed
from tests import factories
from workflow import clock
from workflow.engine import note, perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
WIB = ZoneInfo("Asia/Jakarta")


def told():
    """{(user, kind, action)} of every notice there is."""
    return set(Notice.objects.values_list("user", "kind", "action"))


def deliver():
    """A delivery round in the evening, whatever the hour the tests run at: mail then waits for the
    morning."""
    evening = timezone.now().astimezone(WIB).replace(hour=20)
    while services.read_on(evening):
        pass
    services.work_off(max(evening, timezone.now()))


def leave_everything():
    """As if the night had passed."""
    return send_outbox(timezone.now() + dt.timedelta(days=10))


@pytest.fixture
def submitted(need_aceh, aceh_head, aceh_verifier):
    """A need that was signed and went to the province."""
    return perform(NEED, "submit", record=need_aceh, actor=aceh_head)


# --- From the log to the inbox ------------------------------------------------------------------------------


def test_whose_turn_it_is_hears_so_and_the_actor_does_not(submitted, aceh_verifier, aceh_operator, aceh_head):
    deliver()
    assert told() == {(aceh_verifier.pk, "TURN", "start_prov")}
    notice = Notice.objects.get()
    assert (notice.record_code, notice.path, notice.due_at) == (
        submitted.code,
        submitted.get_absolute_url(),
        submitted.due_at,
    )
    assert notice.membership == aceh_verifier.memberships.get()


def test_nobody_is_told_twice_however_often_the_log_is_read(submitted):
    deliver()
    before = Notice.objects.count(), Outbox.objects.count()
    deliver()
    Bookmark.objects.update(seq=0)
    deliver()
    assert (Notice.objects.count(), Outbox.objects.count()) == before == (1, 1)


def test_a_return_reaches_operator_and_head_with_the_reason(submitted, aceh_verifier, aceh_operator, aceh_head):
    remark = [{"target": "field:reason", "line": None, "field": "reason", "text": "Jelaskan jumlah kasus."}]
    perform(NEED, "return", record=submitted, actor=aceh_verifier, answers={"comments": remark})
    deliver()
    found = set(Notice.objects.filter(action="return").values_list("user", "kind"))
    assert found == {(aceh_operator.pk, "TURN"), (aceh_head.pk, "CHANGE")}
    assert "Jelaskan jumlah kasus." in Notice.objects.get(user=aceh_operator).comment


def test_only_the_turn_that_is_still_on_is_announced(submitted, aceh_verifier, ppsdm_verifier, ppsdm_head):
    perform(NEED, "prov_endorse", record=submitted, actor=aceh_verifier, answers={"checked": True})
    deliver()
    turns = set(Notice.objects.filter(kind=NoticeKind.TURN).values_list("user", flat=True))
    assert turns == {ppsdm_verifier.pk, ppsdm_head.pk}


def test_a_technical_review_is_the_turn_of_the_unit_that_was_asked(
    aceh, aceh_province_operator, ppsdm_verifier, mediation_reviewer, inspection_reviewer
):
    need = factories.need(aceh, status=NeedStatus.MIN_REVIEW, created_by=aceh_province_operator)
    perform(NEED, "send_tech", record=need, actor=ppsdm_verifier, answers={"unit": "DJ-PHI"})
    deliver()
    assert set(Notice.objects.values_list("user", flat=True)) == {mediation_reviewer.pk}


def test_people_of_other_offices_hear_nothing(submitted, bali_verifier, bali_head):
    deliver()
    assert not Notice.objects.filter(user__in=[bali_verifier, bali_head]).exists()


def test_an_act_that_is_rolled_back_tells_nobody(need_aceh, aceh_head, aceh_verifier):
    with pytest.raises(RuntimeError), transaction.atomic():
        perform(NEED, "submit", record=need_aceh, actor=aceh_head)
        raise RuntimeError
    deliver()
    assert (Notice.objects.count(), Outbox.objects.count(), mail.outbox) == (0, 0, [])


def test_nothing_is_written_or_sent_before_the_commit(
    need_aceh, aceh_head, aceh_verifier, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        perform(NEED, "submit", record=need_aceh, actor=aceh_head)
        assert (Notice.objects.count(), mail.outbox) == (0, [])
    assert Notice.objects.count() == 1


def test_a_broker_that_is_away_costs_nothing_but_time(
    need_aceh, aceh_head, aceh_verifier, settings, django_capture_on_commit_callbacks
):
    from portal.celery_app import app

    app.conf.task_always_eager = False  # the memory broker of the tests has no worker
    try:
        with django_capture_on_commit_callbacks(execute=True):
            done = perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    finally:
        app.conf.task_always_eager = True
    assert done.status == NeedStatus.PROV_REVIEW and Notice.objects.count() == 0
    assert deliver_pending() > 0 and Notice.objects.count() == 1


def test_an_entry_that_fails_is_put_aside_and_told_later(submitted, aceh_verifier, aceh_operator):
    broken = {"on": True}

    def listeners(record, entry):
        if broken["on"]:
            raise ValueError("away")
        return [(aceh_operator, aceh_operator.memberships.get())]

    audience.register("regions.need", "change", listeners)
    try:
        note(NEED, submitted, aceh_verifier, "change")
        note(NEED, submitted, aceh_verifier, "attach")
        deliver()
        assert Bookmark.objects.get().seq == LogEntry.objects.order_by("-seq").first().seq
        assert Pending.objects.get().attempts >= 1
        broken["on"] = False
        services.work_off(timezone.now() + dt.timedelta(days=1))
        assert Notice.objects.filter(user=aceh_operator, action="change").count() == 1
        assert Pending.objects.count() == 0
    finally:
        audience._known.pop(("regions.need", "change"))


def test_a_registered_audience_hears_of_notes(submitted, aceh_operator, aceh_verifier):
    audience.register("regions.need", "amend", lambda r, e: [(aceh_operator, None), (aceh_verifier, None)])
    try:
        note(NEED, submitted, aceh_verifier, "amend", comment="Kursi berkurang.")
        deliver()
    finally:
        audience._known.pop(("regions.need", "amend"))
    assert set(Notice.objects.filter(action="amend").values_list("user", "comment")) == {
        (aceh_operator.pk, "Kursi berkurang.")
    }


def test_a_person_with_two_roles_is_told_once_in_the_role_it_concerns(need_aceh, aceh_head, aceh, bali_operator):
    second = Membership.objects.create(user=bali_operator, organisation=aceh, role="PROV_VER")
    perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    deliver()
    assert list(Notice.objects.values_list("user", "membership")) == [(bali_operator.pk, second.pk)]


# --- Time marks ---------------------------------------------------------------------------------------------


def pass_time(need, share: float):
    """Let a share of the need's time pass and the clock run."""
    fresh = TrainingNeed.objects.get(pk=need.pk)
    clock._remind(NEED, TrainingNeed, fresh.status_since + (fresh.due_at - fresh.status_since) * share)


def test_time_marks_reach_whose_turn_it_is_once_each(submitted, aceh_verifier):
    deliver()
    for share in (0.55, 0.6, 0.85, 0.9):
        pass_time(submitted, share)
        deliver()
    marks = list(Notice.objects.filter(kind=NoticeKind.DUE).order_by("mark").values_list("user", "mark"))
    assert marks == [(aceh_verifier.pk, 50), (aceh_verifier.pk, 80)]


def test_a_passed_limit_also_reaches_the_superior(aceh, aceh_province_operator, aceh_province_head):
    need = factories.need(
        aceh, status=NeedStatus.RETURNED, created_by=aceh_province_operator, returned_from="MIN_REVIEW"
    )
    pass_time(need, 1.01)
    deliver()
    assert set(Notice.objects.values_list("user", "mark")) == {
        (aceh_province_operator.pk, 100),
        (aceh_province_head.pk, 100),
    }


def test_a_mark_is_dropped_when_the_record_has_moved_on(submitted, aceh_verifier, ppsdm_verifier):
    pass_time(submitted, 0.55)
    perform(NEED, "prov_endorse", record=submitted, actor=aceh_verifier, answers={"checked": True})
    deliver()
    assert not Notice.objects.filter(kind=NoticeKind.DUE).exists()


# --- When mail leaves ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "zone", "soon", "leaves"),
    [
        ("2026-11-24 10:00", "Asia/Jakarta", True, "2026-11-24 10:00"),
        ("2026-11-24 18:00", "Asia/Jakarta", True, "2026-11-25 07:00"),
        ("2026-11-24 23:30", "Asia/Jakarta", True, "2026-11-25 07:00"),
        ("2026-11-25 05:00", "Asia/Jakarta", True, "2026-11-25 07:00"),
        ("2026-11-25 07:00", "Asia/Jakarta", True, "2026-11-25 07:00"),
        ("2026-11-24 16:30", "Asia/Jayapura", True, "2026-11-25 05:00"),
        ("2026-11-27 19:00", "Asia/Jakarta", True, "2026-11-30 07:00"),
        ("2026-11-28 10:00", "Asia/Jakarta", True, "2026-11-30 07:00"),
        ("2026-11-24 10:00", "Asia/Jakarta", False, "2026-11-25 07:00"),
        ("2026-11-25 06:00", "Asia/Jakarta", False, "2026-11-25 07:00"),
    ],
)
def test_mail_keeps_quiet_hours(now, zone, soon, leaves):
    def at(text):
        return dt.datetime.fromisoformat(text).replace(tzinfo=WIB)

    assert rules.leaves_at(at(now), zone, soon=soon) == at(leaves)


def test_quiet_hours_do_not_hold_on_the_due_day():
    night = dt.datetime(2026, 11, 24, 21, 0, tzinfo=WIB)
    due = dt.datetime(2026, 11, 24, 23, 59, tzinfo=WIB)
    assert rules.leaves_at(night, "Asia/Jakarta", soon=True, due_at=due) == night
    assert rules.leaves_at(night, "Asia/Jakarta", soon=False, due_at=due) != night


def test_holidays_are_quiet(db):
    from workflow.calendar import forget_holidays
    from workflow.models import Holiday

    Holiday.objects.create(date=dt.date(2026, 11, 24), label_id="Libur uji")
    forget_holidays()
    noon = dt.datetime(2026, 11, 24, 12, 0, tzinfo=WIB)
    assert rules.leaves_at(noon, "Asia/Jakarta", soon=True) == dt.datetime(2026, 11, 25, 7, 0, tzinfo=WIB)


# --- Mail ---------------------------------------------------------------------------------------------------


def test_a_mail_says_what_until_when_and_why_with_a_link(submitted, aceh_verifier):
    deliver()
    assert leave_everything() == 1
    letter = mail.outbox[0]
    notice = Notice.objects.get()
    assert letter.to == [aceh_verifier.email]
    assert submitted.code in letter.subject
    assert reverse("notices:open", args=[notice.pk]) in letter.body
    assert len(letter.body.encode()) < 30 * 1024 and letter.content_subtype == "plain"
    for person in User.objects.exclude(pk=aceh_verifier.pk):
        assert person.email not in letter.body and person.name not in letter.body
    assert leave_everything() == 0 and len(mail.outbox) == 1


def test_a_mail_is_written_in_the_language_of_its_reader(submitted, aceh_verifier):
    User.objects.filter(pk=aceh_verifier.pk).update(language="en")
    deliver()
    leave_everything()
    assert "your turn" in mail.outbox[0].subject and "/en/pemberitahuan/" in mail.outbox[0].body


def test_a_mail_that_fails_is_tried_again_after_a_growing_pause(submitted, settings):
    deliver()
    settings.EMAIL_BACKEND = "tests.notices.failing.Backend"
    now = timezone.now() + dt.timedelta(days=10)
    assert send_outbox(now) == 0
    letter = Outbox.objects.get()
    assert (letter.attempts, letter.sent_at, letter.last_error) == (
        1,
        None,
        "OSError: no route to the mail server",
    )
    assert send_outbox(now) == 0 and Outbox.objects.get().attempts == 1  # the pause is kept
    assert send_outbox(now + dt.timedelta(minutes=2)) == 0 and Outbox.objects.get().attempts == 2
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_outbox(now + dt.timedelta(minutes=10)) == 1
    sent = Outbox.objects.get()
    assert sent.sent_at is not None and sent.last_error == "" and len(mail.outbox) == 1


def test_retries_carry_the_same_identity(submitted):
    deliver()
    leave_everything()
    first = mail.outbox[0].extra_headers["Message-ID"]
    Outbox.objects.update(sent_at=None)
    Outbox.objects.update(next_at=timezone.now())
    leave_everything()
    assert [m.extra_headers["Message-ID"] for m in mail.outbox] == [first, first]


def test_what_was_read_before_the_mail_leaves_is_not_mailed(submitted, aceh_verifier):
    deliver()
    marks.mark_all_read(aceh_verifier)
    assert leave_everything() == 0
    assert Outbox.objects.get().dropped_at is not None and mail.outbox == []


def test_nothing_is_mailed_to_a_closed_account(submitted, aceh_verifier):
    deliver()
    User.objects.filter(pk=aceh_verifier.pk).update(is_active=False)
    assert leave_everything() == 0 and mail.outbox == []


def test_what_can_wait_travels_in_one_mail(aceh_regency, aceh_operator, aceh_head, aceh_verifier, ppsdm_head):
    for _number in range(3):
        need = factories.need(aceh_regency, status=NeedStatus.MIN_REVIEW, created_by=aceh_operator)
        perform(NEED, "approve", record=need, actor=ppsdm_head)
    deliver()
    assert Outbox.objects.filter(user=aceh_head).count() == 1
    leave_everything()
    letters = [m for m in mail.outbox if m.to == [aceh_head.email]]
    assert len(letters) == 1 and letters[0].body.count("* KB-") == 3


def test_changes_are_not_mailed_to_whoever_said_no_but_turns_are(
    aceh_regency, aceh_operator, aceh_head, aceh_verifier, ppsdm_head
):
    Preference.objects.bulk_create(
        [Preference(user=user, kind=NoticeKind.CHANGE, cadence=Cadence.OFF) for user in User.objects.all()]
    )
    need = factories.need(aceh_regency, status=NeedStatus.MIN_REVIEW, created_by=aceh_operator)
    perform(NEED, "approve", record=need, actor=ppsdm_head)
    other = factories.need(aceh_regency, created_by=aceh_operator)
    perform(NEED, "submit", record=other, actor=aceh_head)
    deliver()
    assert set(Outbox.objects.values_list("user", flat=True)) == {aceh_verifier.pk}
    assert Notice.objects.filter(user=aceh_head, action="approve").exists()


def test_old_events_fill_the_inbox_but_send_no_mail(submitted):
    services.read_on(timezone.now() + dt.timedelta(days=8))
    assert (Notice.objects.count(), Outbox.objects.count()) == (1, 0)


# --- The inbox page -----------------------------------------------------------------------------------------


def test_the_inbox_shows_unread_first_and_marks_read(client, submitted, aceh_verifier):
    deliver()
    client.force_login(aceh_verifier)
    page = client.get(reverse("notices:inbox"))
    assert page.context["unread"] == 1 and submitted.code in page.content.decode()
    notice = Notice.objects.get()
    client.post(reverse("notices:mark_read", args=[notice.pk]))
    assert client.get(reverse("notices:inbox")).context["unread"] == 0


def test_opening_a_notice_marks_it_and_leads_to_the_record(client, submitted, aceh_verifier):
    deliver()
    client.force_login(aceh_verifier)
    notice = Notice.objects.get()
    page = submitted.get_absolute_url()
    assert client.get(reverse("notices:open", args=[notice.pk])).url == page
    assert client.get(f"/en/pemberitahuan/{notice.pk}/").url == f"/en{page}"
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_a_notice_opens_in_the_capacity_it_was_meant_for(client, need_aceh, aceh_head, aceh, bali_operator):
    second = Membership.objects.create(user=bali_operator, organisation=aceh, role="PROV_VER")
    perform(NEED, "submit", record=need_aceh, actor=aceh_head)
    deliver()
    client.force_login(bali_operator)
    response = client.get(reverse("notices:open", args=[Notice.objects.get().pk]))
    assert response.wsgi_request.user.acting == second


def test_another_person_s_notice_does_not_exist(client, submitted, bali_head):
    deliver()
    client.force_login(bali_head)
    pk = Notice.objects.get().pk
    assert client.get(reverse("notices:open", args=[pk])).status_code == 404
    assert client.post(reverse("notices:mark_read", args=[pk])).status_code == 404
    client.post(reverse("notices:mark_all_read"))
    assert Notice.objects.get().read_at is None


def test_everything_is_marked_read_by_post_only(client, submitted, aceh_verifier):
    deliver()
    client.force_login(aceh_verifier)
    assert client.get(reverse("notices:mark_all_read")).status_code == 405
    client.post(reverse("notices:mark_all_read"))
    assert client.get(reverse("notices:inbox")).context["unread"] == 0


def test_an_empty_inbox_says_so(client, bali_head):
    client.force_login(bali_head)
    page = client.get("/en/pemberitahuan/").content.decode()
    assert "Everything is read" in page
    assert client.get(reverse("notices:inbox")).status_code == 200


def test_the_inbox_needs_a_sign_in(client):
    assert client.get(reverse("notices:inbox")).status_code == 302


def test_the_inbox_asks_as_often_for_thirty_notices_as_for_one(client, submitted, aceh_verifier):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    deliver()
    client.force_login(aceh_verifier)
    client.get(reverse("notices:inbox"))
    counts = []
    for round_number in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("notices:inbox"))
        counts.append(len(queries))
        model = Notice.objects.first()
        for number in range(30):
            model.pk, model.key = None, f"copy:{round_number}:{number}"
            model.save()
    assert counts[0] == counts[1]
