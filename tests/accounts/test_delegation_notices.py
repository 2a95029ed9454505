"""Everybody concerned hears of a delegation: granted, ending soon, ended by itself, revoked; each exactly once."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Delegation, Membership
from accounts.roles import DelegationKind, Role
from accounts.services import accept, end_membership, invite, revoke_delegation
from accounts.services.delegations import keep_time
from accounts.tasks import keep_delegations
from notices.lines import line
from notices.models import Notice
from notices.tasks import deliver_pending, send_outbox
from portal import errands
from portal.models import Errand
from tests.delegation_factories import keeper, official, stand_in
from workflow.audit import broken_links
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2026, 3, 2, 3, 0, tzinfo=dt.UTC)
"""10.00 in Jakarta, a working day."""


def after(days: float) -> dt.datetime:
    return MONDAY + dt.timedelta(days=days)


@pytest.fixture
def made(aceh_head, aceh_regency):
    """A Plh from Monday to Sunday."""
    with time_machine.travel(MONDAY, tick=False):
        yield stand_in(aceh_head, official(aceh_regency))


def heard(user) -> list[str]:
    """What the inbox says, oldest first."""
    deliver_pending()
    with translation.override("en"):
        return [line(n).headline for n in Notice.objects.filter(user=user).order_by("pk")]


def at(days: float) -> int:
    """The clock looks at delegations on that day."""
    with time_machine.travel(after(days), tick=False):
        done = keep_delegations()
        deliver_pending()
        send_outbox()
    return done


def test_granted_is_in_the_inbox_of_the_other_one_and_sends_no_second_letter(made, aceh_head):
    assert heard(made.delegate) == [f"{made.code}: Delegation granted"]
    assert heard(aceh_head) == []  # who recorded it knows
    assert Notice.objects.get().mail is None
    with translation.override("en"):
        shown = line(Notice.objects.get())
    assert shown.subject == f"Plh. Head of office, {made.post.organisation.name_id}, until 8 March 2026"
    assert shown.path.removeprefix("/en") == made.get_absolute_url()


def test_three_days_before_the_end_both_are_told_once(made, aceh_head):
    assert [at(day) for day in (1, 2, 2.5, 3, 3.5, 4, 6)] == [0, 0, 0, 1, 0, 0, 0]
    for person in (aceh_head, made.delegate):
        said = heard(person)
        assert said[-1] == f"{made.code}: The delegation ends within three days"
        assert len([s for s in said if "three days" in s]) == 1


def test_the_end_by_itself_is_told_once_in_the_inbox_and_by_mail(made, aceh_head):
    assert [at(day) for day in (3, 6)] == [1, 0]
    mail.outbox.clear()
    assert [at(day) for day in (7, 7.1, 8, 30)] == [1, 0, 0, 0]
    for person in (aceh_head, made.delegate):
        assert heard(person)[-1] == f"{made.code}: The delegation has ended"
        letters = [m for m in mail.outbox if m.to == [person.email] and made.code in m.body + m.subject]
        assert len(letters) == 1
    ended = LogEntry.objects.get(action="delegation_over")
    assert (ended.actor, ended.role, ended.record_code) == (None, "CLOCK", made.code)
    assert broken_links()[0] == []


def test_after_weeks_of_standstill_the_end_is_told_and_the_late_announcement_is_not(made, aceh_head):
    mail.outbox.clear()
    assert at(42) == 1  # a Monday: mail leaves on working days
    said = heard(made.delegate)
    assert said[-1] == f"{made.code}: The delegation has ended"
    assert not any("three days" in s for s in said)
    assert {m.to[0] for m in mail.outbox} == {aceh_head.email, made.delegate.email}
    assert at(43) == 0


def test_one_that_lasts_three_days_is_not_announced_on_its_first(aceh_head, aceh_regency):
    with time_machine.travel(MONDAY, tick=False):
        today = timezone.localdate()
        stand_in(aceh_head, official(aceh_regency), valid_to=today + dt.timedelta(days=2))
        assert keep_time() == 0


def test_one_that_was_revoked_neither_ends_soon_nor_by_itself(made, aceh_head):
    with time_machine.travel(after(1), tick=False):
        revoke_delegation(made, actor=aceh_head, reason="Pejabat kembali bertugas")
    assert [at(day) for day in (3, 8)] == [0, 0]
    assert heard(made.delegate)[-1] == f"{made.code}: Delegation revoked"


def test_one_that_ends_with_its_holder_s_role_is_told_by_mail_because_no_letter_leaves(made, aceh_head, administrator):
    deliver_pending()
    mail.outbox.clear()
    with time_machine.travel(after(0.1), tick=False):
        end_membership(aceh_head.acting, actor=administrator, reason="Pensiun")
        deliver_pending()
        send_outbox()
    assert {m.to[0] for m in mail.outbox} >= {made.delegate.email}


def test_a_new_holder_ends_the_plt_and_the_plt_hears_of_it(aceh_regency, aceh_head):
    plt = stand_in(aceh_head, official(aceh_regency), DelegationKind.PLT)
    invitation, _t = invite(
        email="baru@contoh.go.id", name="x", organisation=aceh_regency, role=Role.DINAS_HEAD, actor=keeper()
    )
    accept(invitation, "kata-sandi-panjang-1")
    assert f"{plt.code}: Delegation revoked" in heard(plt.delegate)


def test_the_notice_opens_the_delegation(client, made):
    with time_machine.travel(after(0.1), tick=False):
        deliver_pending()
        client.force_login(made.delegate)
        notice = Notice.objects.get(user=made.delegate)
        assert made.code in client.get(reverse("notices:inbox")).content.decode()
        assert client.get(reverse("notices:open", args=[notice.pk])).url == made.get_absolute_url()


def test_the_migration_tells_nobody_of_what_ended_before(made):
    from importlib import import_module

    from django.apps import apps

    Delegation.objects.update(valid_from=dt.date(2020, 1, 1), valid_to=dt.date(2020, 1, 9))
    import_module("accounts.migrations.0003_delegation_end").former_ends_are_known(apps, None)
    assert keep_time(after(0)) == 0
    assert Membership.objects.filter(delegation=made).count() == 1


def test_a_closed_account_is_told_nothing(made, aceh_head):
    made.delegate.is_active = False
    made.delegate.save()
    at(8)
    assert not Notice.objects.filter(user=made.delegate, action="delegation_over").exists()


def test_a_letter_that_is_tried_again_is_not_doubled_for_the_other_one(made, aceh_head, monkeypatch):
    """The first address fails once: only this letter is sent again."""
    failed, send = [], mail.EmailMessage.send

    def falter(letter, *args, **kwargs):
        if not failed:
            failed.append(letter.to[0])
            raise OSError("the mail server is away")
        return send(letter, *args, **kwargs)

    monkeypatch.setattr(mail.EmailMessage, "send", falter)
    mail.outbox.clear()
    now = timezone.now() + dt.timedelta(minutes=3)
    assert [len(errands.sweep(now)), len(mail.outbox), len(errands.sweep(now))] == [2, 1, 0]
    assert len(errands.sweep(now + dt.timedelta(minutes=2))) == 1
    assert sorted(m.to[0] for m in mail.outbox) == sorted([aceh_head.email, made.delegate.email])
    assert (len(failed), Errand.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("zone", "hour", "holds"),
    [
        ("Asia/Jakarta", 16.9, True),
        ("Asia/Jakarta", 17.1, False),
        ("Asia/Makassar", 15.9, True),
        ("Asia/Makassar", 16.1, False),
        ("Asia/Jayapura", 14.9, True),
        ("Asia/Jayapura", 15.1, False),
    ],
)
def test_the_last_day_ends_at_midnight_where_the_office_is(made, aceh_regency, zone, hour, holds):
    """Hours of Sunday in UTC: midnight comes at 17 in WIB, at 16 in WITA and at 15 in WIT."""
    type(aceh_regency).objects.filter(pk=aceh_regency.pk).update(time_zone=zone)
    delegation = Delegation.objects.get(pk=made.pk)
    with time_machine.travel(dt.datetime(2026, 3, 8, tzinfo=dt.UTC) + dt.timedelta(hours=hour), tick=False):
        assert delegation.holds() == holds
