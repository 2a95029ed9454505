"""Who hears of what in a conversation, and that nobody hears of one they may no longer read."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from forum.models import Audience
from forum.services import messages as said
from forum.services import threads as talks
from notices.models import Bookmark, Notice
from notices.rules.doors import open_records
from notices.services.reading import READER, read_on
from regions.models import NeedStatus
from tests import factories, program_factories
from tests.forum.factories import thread
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
A = Audience


@pytest.fixture
def told():
    """(reader, kind, action) of every new notice about conversations since it was asked last."""

    def ask():
        read_on(timezone.now())
        found = {(n.user, str(n.kind), n.action) for n in Notice.objects.filter(flow="forum.thread")}
        Notice.objects.all().delete()
        return found

    last = LogEntry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    Bookmark.objects.update_or_create(reader=READER, defaults={"seq": last})
    return ask


def test_followers_hear_of_messages_and_who_is_called_hears_it_as_a_call(
    told, aceh_operator, aceh_head, aceh_regency, ppsdm_head
):
    found = thread(aceh_operator, A.REGION_MINISTRY)
    third, muted = (factories.member(Role.DINAS_OP, aceh_regency) for _n in "12")
    talks.mute(muted, found, True)
    said.post(aceh_head, found, text="Halo.", mentions=[third.pk, muted.pk])
    assert told() == {
        (aceh_operator, "TALK", "message"),
        (third, "MENTION", "message"),
        (muted, "MENTION", "message"),  # called by name, also where it is silent
    }
    said.post(aceh_operator, found, text="Ya.")
    assert told() == {(aceh_head, "TALK", "message"), (third, "TALK", "message")}
    made = said.post(ppsdm_head, found, text="Baik.")
    told()
    said.edit(ppsdm_head, made, text="Baik sekali.")
    said.pin(ppsdm_head, made, True)
    said.delete(ppsdm_head, made)
    assert told() == set()
    talks.resolve(aceh_operator, found)
    assert told() == {(aceh_head, "TALK", "resolve"), (third, "TALK", "resolve"), (ppsdm_head, "TALK", "resolve")}


def test_a_widening_is_told_to_followers_and_to_those_it_names(told, ppsdm_head, jica, koica, jica_liaison, koica_head):
    found = thread(ppsdm_head, A.PARTNER, parties=(jica,))
    talks.follow(jica_liaison, found)
    talks.widen(ppsdm_head, found, audience=A.PARTNER, parties=[koica], reason="KOICA ikut serta.", version=1)
    assert told() == {(jica_liaison, "TALK", "widen"), (koica_head, "TALK", "widen")}
    said.post(ppsdm_head, found, text="Halo.")
    assert told() == {(jica_liaison, "TALK", "message")}


def test_the_beginning_is_told_to_those_it_is_addressed_to(
    told, aceh_operator, aceh_head, aceh_regency, ppsdm_verifier, bali_operator, jica, jica_liaison, aceh_verifier
):
    program_factories.program(jica)
    talks.open_thread(aceh_operator, title="Kantor", audience=A.OFFICE, text="a")
    assert told() == {(aceh_head, "TALK", "open")}
    talks.open_thread(aceh_operator, title="Mitra", audience=A.PARTNER, text="a", parties=[jica])
    assert told() == {(jica_liaison, "TALK", "open")}
    talks.open_thread(aceh_operator, title="Semua", audience=A.MEMBERS, text="a", mentions=[bali_operator.pk])
    assert told() == {(bali_operator, "MENTION", "message")}  # and not a thousand others
    need = factories.need(aceh_regency, status=NeedStatus.MIN_REVIEW)
    talks.open_thread(ppsdm_verifier, title="Baris 2", audience=A.REGION_MINISTRY, text="a", record=need, province="11")
    assert told() == {(aceh_operator, "TALK", "open"), (aceh_head, "TALK", "open")}


def test_a_decision_taken_into_the_record_is_told_to_followers(told, aceh_operator, aceh_head, aceh_regency):
    need = factories.need(aceh_regency, status=NeedStatus.MIN_REVIEW)
    found = thread(aceh_operator, A.OFFICE, record=need)
    said.take_into_record(aceh_head, found.messages.get())
    assert told() == {(aceh_operator, "TALK", "record")}


def test_nobody_hears_of_a_room_they_have_left(told, aceh_operator, aceh_head, bali, auditor):
    found = thread(aceh_operator, A.OFFICE)
    talks.follow(aceh_head, found)
    Membership.objects.filter(user=aceh_head).update(ended_at=timezone.now())
    Membership.objects.create(user=aceh_head, organisation=bali, role=Role.DINAS_HEAD)
    said.post(aceh_operator, found, text="Halo.")
    assert told() == set()
    user = type(aceh_head).objects.get(pk=aceh_head.pk)
    assert open_records(user, [(None, "forum.thread", found.pk)]) == set()
    assert open_records(auditor, [(None, "forum.thread", found.pk)]) == {(None, "forum.thread", found.pk)}


def test_no_word_of_a_message_is_in_a_notice(told, aceh_operator, aceh_head):
    found = thread(aceh_operator, A.OFFICE)
    said.post(aceh_head, found, text="Kata rahasia.")
    read_on(timezone.now())
    notice = Notice.objects.get(flow="forum.thread")
    assert "rahasia" not in str(vars(notice))
    assert (notice.subject_id, notice.path) == (
        found.title,
        f"/forum/{found.code}/?pesan={found.messages.last().pk}",
    )
