"""Lists of conversations: what they show, and that a row costs no query of its own."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from forum.models import Audience, Mention, Reader
from forum.selectors.posts import pinned_posts, posts_of
from forum.selectors.threads import people_to_mention, thread_listing, threads_on, unread_count, unread_threads
from regions.models import NeedStatus
from tests import factories, program_factories
from tests.forum.factories import attachment, message, thread

pytestmark = pytest.mark.django_db
A = Audience


def listed(user, **asked):
    """The list as somebody sees it under an address."""
    request = RequestFactory().get("/forum/", asked)
    request.user = user
    return thread_listing(request)


def cost(act) -> int:
    """How many queries something takes."""
    with CaptureQueriesContext(connection) as found:
        act()
    return len(found)


def test_the_list_says_what_is_new_and_who_wrote_last(aceh_operator, aceh_head, bali_operator):
    need = factories.need(aceh_operator.acting_organisation)
    old = thread(aceh_operator, A.OFFICE, title="Lama", record=need)
    new = thread(bali_operator, A.MEMBERS, title="Baru", theme=factories.theme("T07"))
    message(new, aceh_head, "Jawaban.")
    Reader.objects.create(thread=new, user=aceh_operator, follows=True, last_read=new.messages.first().pk)
    rows = listed(aceh_operator).rows
    assert [(r.title, r.unread, r.follows, r.muted, r.last_author, r.message_count) for r in rows] == [
        ("Baru", 1, True, False, aceh_head.name, 2),
        ("Lama", 0, True, False, aceh_operator.name, 1),
    ]
    assert old.record_code == need.code
    facets = {view.name: [(o.value, o.count) for o in view.options] for view in listed(aceh_operator).views}
    assert facets == {
        "mine": [("NEWS", 1), ("FOLLOWED", 1)],
        "state": [("OPEN", 2)],
        "audience": [("OFFICE", 1), ("MEMBERS", 1)],
        "about": [("TOPIC", 1), ("regions.need", 1)],
        "theme": [("T07", 1)],
        "province": [],
    }


def test_the_list_is_filtered_and_searched(aceh_operator, aceh_head):
    need = factories.need(aceh_operator.acting_organisation)
    one = thread(aceh_operator, A.OFFICE, title="Jadwal", record=need)
    two = thread(aceh_operator, A.MEMBERS, title="Biaya", text="Tentang kata_unik.")
    gone = message(one, aceh_head, "terhapus sekali")
    gone.text, gone.deleted_at, gone.deleted_by = "", gone.made_at, aceh_head
    gone.save()

    def titles(**asked):
        return [row.title for row in listed(aceh_operator, **asked).rows]

    assert (titles(sort="title"), titles(sort="-title")) == (["Biaya", "Jadwal"], ["Jadwal", "Biaya"])
    assert (titles(q="jadw"), titles(q=two.code), titles(q=need.code)) == (["Jadwal"], ["Biaya"], ["Jadwal"])
    assert (titles(q="kata_unik"), titles(q="terhapus"), titles(q="\x00%")) == (["Biaya"], [], [])
    assert (titles(audience="OFFICE"), titles(about="regions.need"), titles(audience="x")) == (
        ["Jadwal"],
        ["Jadwal"],
        [],
    )
    assert titles(about="TOPIC") == ["Biaya"]
    assert (titles(state="RESOLVED"), titles(mine="NEWS")) == ([], [])


def test_lists_cost_the_same_for_one_and_for_thirty(aceh_operator, aceh_head, ppsdm_verifier):
    need = factories.need(aceh_operator.acting_organisation, status=NeedStatus.MIN_REVIEW)
    thread(aceh_operator, A.OFFICE, record=need)
    asks = (
        lambda: listed(aceh_head),
        lambda: threads_on(aceh_head, need),
        lambda: unread_threads(aceh_head, 50),
        lambda: unread_count(aceh_head),
    )
    Reader.objects.update_or_create(thread=thread(aceh_operator, A.OFFICE), user=aceh_head, defaults={"follows": True})
    for act in asks:
        act()
    first = [cost(act) for act in asks]
    for number in range(30):
        made = thread(aceh_operator, A.OFFICE, record=need if number % 2 else None, title=f"Ke-{number}")
        Reader.objects.create(thread=made, user=aceh_head, follows=True)
    assert (len(listed(aceh_head, size="50").rows), len(threads_on(aceh_head, need))) == (32, 16)
    assert [cost(act) for act in asks] == first


def test_messages_cost_the_same_for_one_and_for_thirty(aceh_operator, aceh_head, ppsdm_head, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    program = program_factories.program(factories.organisation("JICA", "PARTNER"))
    found = thread(aceh_operator, A.REGION_MINISTRY, record=program)

    def more(count):
        for _n in range(count):
            made = message(found, aceh_head, "**Halo**", quotes=found.messages.first())
            attachment(made)
            Mention.objects.create(message=made, user=aceh_operator)

    more(1)
    posts_of(ppsdm_head, found)
    first = cost(lambda: posts_of(ppsdm_head, found)), cost(lambda: pinned_posts(ppsdm_head, found))
    more(30)
    found.messages.update(pinned_at=found.opened_at)
    assert len(posts_of(ppsdm_head, found)) == 32
    assert cost(lambda: posts_of(ppsdm_head, found)) == first[0]
    assert cost(lambda: pinned_posts(ppsdm_head, found)) <= first[1] + 4  # the files and mentions there were none of


def test_suggestions_stop_when_there_are_enough(aceh_operator, aceh_regency):
    found = thread(aceh_operator, A.OFFICE)
    factories.member(Role.DINAS_OP, aceh_regency)
    first = cost(lambda: people_to_mention(aceh_operator, found))
    for _n in range(30):
        factories.member(Role.DINAS_OP, aceh_regency)
    assert len(people_to_mention(aceh_operator, found)) == 8
    assert cost(lambda: people_to_mention(aceh_operator, found)) == first
