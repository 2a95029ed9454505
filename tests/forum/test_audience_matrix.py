"""The whole of role, place and audience, typed by hand, through every door a conversation has: rule, query, page, poll,
list, search, files, notices and mails, suggestions of whom to mention, writing, and the JSON interface."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone

from accounts.models import Membership, User
from forum.models import Thread
from forum.rules.access import capacities_in, memberships_in, reads, record_of, room_of, threads_in_reach, writes
from forum.selectors.readers import readers_of
from forum.selectors.threads import (
    get_attachment,
    get_thread,
    people_to_mention,
    posts_of,
    thread_listing,
    threads_on,
    unread_threads,
)
from forum.services.messages import post
from forum.services.writing import log_message
from notices.inbox import groups, on_page
from notices.models import Bookmark, Notice, NoticeKind, Outbox
from notices.rules.doors import open_records
from notices.services.composing import compose_notices
from notices.services.reading import READER, read_on
from portal.selectors.search import Found
from tests.forum.conftest import WORD
from tests.forum.factories import message
from tests.forum.matrix import SUBJECTS
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
CELLS = 31 * 18


def everyone(country):
    """((place, role), a fresh user, what is typed for them)."""
    for who, marks in country.matrix.items():
        yield who, User.objects.get(pk=country.people[who].pk), marks


def wrong_cells(country, door, *, mark=lambda m: m != ".") -> list:
    """The cells where a door says something else than what is typed. `door(user) -> {key of thread}` that opened."""
    wrong, cells = [], 0
    for who, user, marks in everyone(country):
        open_to = door(user)
        for column, typed in marks.items():
            cells += 1
            if (country.threads[column].pk in open_to) != mark(typed):
                wrong.append((*who, *column, typed))
    assert cells == CELLS
    return wrong


def each(country, passes):
    """A door that is tried thread by thread."""

    def door(user):
        return {t.pk for t in country.threads.values() if passes(user, t)}

    return door


def opens(act):
    """Whether a door opened, rather than saying that there is nothing."""

    def passes(user, thread):
        try:
            return bool(act(user, thread))
        except Http404:
            return False

    return passes


def test_the_table_has_every_role_and_its_lines_are_whole(country):
    assert len(country.matrix) * 18 == CELLS
    assert {role for _place, role in country.matrix} - {"-"} == {
        "DINAS_OP", "DINAS_HEAD", "PROV_VER", "PPSDM_VER", "PPSDM_HEAD", "DITJEN_REV", "BIROKS_OFF", "BIROKS_HEAD",
        "LEGAL", "SEKJEN", "PARTNER_OFF", "PARTNER_HEAD", "NOMINEE", "EVAL", "AUDITOR", "ADMIN",
    }  # fmt: skip


def test_rule(country):
    assert wrong_cells(country, each(country, reads)) == []


def test_taking_part(country):
    assert wrong_cells(country, each(country, writes), mark=lambda m: m == "w") == []


def test_query(country):
    def door(user):
        return set(Thread.objects.filter(threads_in_reach(user)).values_list("pk", flat=True))

    assert wrong_cells(country, door) == []


def test_by_code(country):
    assert wrong_cells(country, each(country, opens(lambda user, t: get_thread(user, t.code)))) == []


def test_messages(country):
    assert wrong_cells(country, each(country, opens(lambda user, t: WORD in posts_of(user, t)[0].html))) == []


def test_files(country):
    def act(user, thread):
        return get_attachment(user, thread.code, country.files[thread.pk].pk)

    assert wrong_cells(country, each(country, opens(act))) == []


def test_a_file_does_not_open_through_another_conversation(country):
    """A guessed address: the key of one conversation's file under the code of one that may be read."""
    auditor = country.people["itjen", "AUDITOR"]
    one, other = country.threads["topic", "OFFICE"], country.threads["topic", "MEMBERS"]
    with pytest.raises(Http404):
        get_attachment(auditor, other.code, country.files[one.pk].pk)


def test_list(country):
    def door(user):
        request = RequestFactory().get("/forum/", {"size": "50"})
        request.user = user
        return {row.pk for row in thread_listing(request).rows}

    assert wrong_cells(country, door) == []


def test_panels_of_records(country):
    """The need and the programme list their own conversations; topics stand on no record."""

    def door(user):
        topics = {t.pk for (subject, _a), t in country.threads.items() if subject == "topic" and reads(user, t)}
        on = [threads_on(user, record) for record in country.records.values() if record is not None]
        return topics | {t.pk for rows in on for t in rows}

    assert wrong_cells(country, door) == []


def test_unread(country):
    """Everyone follows everything: what is new is shown to those who may read it, never to whoever wrote it."""

    def door(user):
        own = {t.pk for t in country.threads.values() if t.opened_by_id == user.pk}
        found = {t.pk for t in unread_threads(user, limit=100)}
        assert not own & found
        return found | own  # whoever opened a conversation is in it by the table

    assert wrong_cells(country, door) == []


def test_search(country):
    """What the page of the search shows, on both its pages."""

    def door(user):
        found = set()
        for number in ("1", "2"):
            request = RequestFactory().get(reverse("search"), {"q": WORD, "page": number})
            found |= {hit.code for hit in Found(request, user).hits}
        return {t.pk for t in country.threads.values() if t.code in found}

    assert wrong_cells(country, door) == []


def test_page(country):
    """What the view of the page answers, before it is drawn."""

    def act(user, thread):
        answer = asked(user, thread.get_absolute_url())
        return answer.status_code == 200 and WORD in answer.context_data["page"].posts[0].html

    assert wrong_cells(country, each(country, opens(act))) == []


def test_page_as_drawn(country, client):
    """Whole pages, signed in: for each line of marks that differs one that opens and one that does not, and each of the
    conversations once."""
    drawn, lines = set(), set()
    for who, user, marks in everyone(country):
        line = "".join(marks.values())
        fresh = [column for column, mark in marks.items() if mark != "." and column not in drawn]
        known = [column for column, mark in marks.items() if mark != "."]
        missing = [column for column, mark in marks.items() if mark == "."]
        wanted = {*fresh[:3], *(missing[-1:] if line not in lines else ()), *(known[-1:] if line not in lines else ())}
        lines.add(line)
        if wanted:
            client.force_login(user)
        for column in wanted:
            thread = country.threads[column]
            answer = client.get(thread.get_absolute_url())
            text = answer.content.decode()
            there = marks[column] != "."
            assert (answer.status_code, WORD in text, thread.title in text) == (
                (200, True, True) if there else (404, False, False)
            ), (who, column)
            if there:
                drawn.add(column)
    assert drawn == {*country.threads}


def asked(user, address, **values):
    """What the view behind an address answers; a missing page is raised rather than drawn, which is much faster."""
    request = RequestFactory().get(address, values, headers={"X-Background": "1", "HX-Request": "true"})
    request.user, request.session = user, {}
    view = resolve(address)
    return view.func(request, *view.args, **view.kwargs)


def test_poll(country):
    def act(user, thread):
        answer = asked(user, reverse("forum:thread_messages", args=[thread.code]), after="0")
        return answer.status_code == 200 and WORD in answer.content.decode()

    assert wrong_cells(country, each(country, opens(act))) == []


def test_download(country):
    def act(user, thread):
        answer = asked(user, reverse("forum:thread_file", args=[thread.code, country.files[thread.pk].pk]))
        return b"".join(answer.streaming_content).startswith(b"%PDF-")

    assert wrong_cells(country, each(country, opens(act))) == []


def test_suggestions_page(country):
    def act(user, thread):
        return asked(user, reverse("forum:thread_people", args=[thread.code]), q="Pembaca").status_code == 200

    wrong = wrong_cells(country, each(country, opens(act)))
    assert [cell for cell in wrong if cell[-1] != "r"] == []  # who reads along in silence may find nobody to call


def test_writing(country):
    def passes(user, thread):
        try:
            with transaction.atomic():
                post(user, thread, text="Saya ikut.")
                transaction.set_rollback(True)
        except (Http404, PermissionDenied):
            return False
        return True

    assert wrong_cells(country, each(country, passes), mark=lambda m: m == "w") == []


def test_whom_to_mention(country):
    """One question by somebody in the room gives exactly those who take part, without the one who asks."""
    wrong = 0
    for column, thread in country.threads.items():
        asks = User.objects.get(pk=thread.opened_by_id)
        suggested = {person.pk for person in people_to_mention(asks, thread, limit=1000)}
        typed = {country.people[who].pk for who, marks in country.matrix.items() if marks[column] == "w"} - {asks.pk}
        wrong += suggested != typed
    assert wrong == 0


def test_nobody_outside_is_told_whom_one_could_mention(country):
    def passes(user, thread):
        try:
            people_to_mention(user, thread)
        except Http404:
            return False
        return True

    assert wrong_cells(country, each(country, passes)) == []


def test_capacities(country):
    """The rule read backwards agrees with the rule, for everyone who may be told."""
    inside = {
        thread.pk: {user.pk for user, _membership in capacities_in(thread)} for thread in country.threads.values()
    }

    def door(user):
        return {pk for pk, people in inside.items() if user.pk in people}

    assert wrong_cells(country, door, mark=lambda m: m == "w") == []


def test_the_number_of_readers_a_page_names(country):
    """Exactly those who take part, however the record narrows them down; nobody comes in later where all see it."""
    for column, thread in country.threads.items():
        found = readers_of(room_of(thread), record_of(thread))
        typed = {country.people[who].pk for who, marks in country.matrix.items() if marks[column] == "w"}
        assert (found.now.people, found.later.people) == (len(typed), 0), column


def test_memberships_are_never_narrower_than_the_rule(country):
    for thread in country.threads.values():
        wide = set(Membership.objects.current().filter(memberships_in(thread)).values_list("user", flat=True))
        assert {user.pk for user, _m in capacities_in(thread)} <= wide


def test_notices(country):
    """A new message in every conversation: told are those who take part, never the author, never an auditor."""
    Bookmark.objects.update_or_create(
        reader=READER, defaults={"seq": LogEntry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0}
    )
    for thread in country.threads.values():
        author = User.objects.get(pk=thread.opened_by_id)
        log_message(author, message(thread, author, "Berita baru."))
    read_on(timezone.now())
    told = set(Notice.objects.filter(flow="forum.thread").values_list("user_id", "record_id"))

    def door(user):
        own = {t.pk for t in country.threads.values() if t.opened_by_id == user.pk}
        assert not own & {record for person, record in told if person == user.pk}
        return own | {record for person, record in told if person == user.pk}

    assert wrong_cells(country, door, mark=lambda m: m == "w") == []


def test_notices_that_lie_there(country):
    """The door that is asked when a mail is made and when the inbox is shown."""

    def door(user):
        membership = user.acting.pk if user.acting else None
        wanted = [(membership, "forum.thread", t.pk) for t in country.threads.values()]
        return {pk for _m, _flow, pk in open_records(user, wanted)}

    assert wrong_cells(country, door) == []


def by_mistake(country, user, threads, mail=None) -> list[Notice]:
    """Notices of these conversations, whether or not they may be read: as if everybody had been in them before."""
    return Notice.objects.bulk_create(
        Notice(
            user=user,
            membership=user.acting,
            kind=NoticeKind.TALK,
            key=f"uji:{t.pk}",
            flow="forum.thread",
            record_id=t.pk,
            record_code=t.code,
            subject_id=t.title,
            subject_en=t.title,
            path=t.get_absolute_url(),
            action="message",
            role="DINAS_OP",
            organisation="Kantor",
            mail=mail,
        )
        for t in threads
    )


def test_inbox(country):
    def door(user):
        by_mistake(country, user, country.threads.values())
        found = on_page(user, groups(user), "Asia/Jakarta")
        assert len(found) == len(country.threads)
        for group in found:
            if group.latest.is_closed:
                thread = next(t for t in country.threads.values() if t.pk == group.latest.notice.record_id)
                assert thread.title not in f"{group.latest.headline} {group.latest.subject}"
        return {group.latest.notice.record_id for group in found if not group.latest.is_closed}

    assert wrong_cells(country, door) == []


def test_digests(country):
    """What a mail names: six conversations in each of three, so that none is only counted."""

    def door(user):
        found, now = set(), timezone.now()
        for subject in SUBJECTS:
            threads = [t for (about, _a), t in country.threads.items() if about == subject]
            mail = Outbox.objects.create(user=user, key=f"uji:{user.pk}:{subject}", due_at=now, next_at=now)
            by_mistake(country, user, threads, mail)
            ready = compose_notices(mail, now, {})
            mail.save()
            text = ready.message.body if ready else ""
            found |= {t.pk for t in threads if t.code in text}
            assert not [t for t in threads if t.title in text and t.code not in text]
            Notice.objects.filter(mail=mail).update(read_at=now)
        return found

    assert wrong_cells(country, door) == []


def interface(name, user, *arguments, **values):
    """What the interface answers somebody, through its own address."""
    request = RequestFactory().get(reverse(name, args=arguments), values)
    request.user, request.session, request._dont_enforce_csrf_checks = user, {}, True
    view = resolve(request.path)
    return view.func(request, *view.args, **view.kwargs)


def test_interface_by_code(country, settings):
    settings.API_RATE_TOKEN = settings.API_RATE_ADDRESS = 1_000_000

    def passes(user, thread):
        answer = interface("api:threads_detail", user, thread.code)
        return answer.status_code == 200 and thread.title in answer.content.decode()

    assert wrong_cells(country, each(country, passes)) == []


def test_interface_messages(country, settings):
    settings.API_RATE_TOKEN = settings.API_RATE_ADDRESS = 1_000_000

    def passes(user, thread):
        answer = interface("api:threads_messages", user, thread.code)
        return answer.status_code == 200 and WORD in answer.content.decode()

    assert wrong_cells(country, each(country, passes)) == []


def test_interface_list(country, settings):
    settings.API_RATE_TOKEN = settings.API_RATE_ADDRESS = 1_000_000

    def door(user):
        answer = interface("api:threads_list", user, limit="100")
        if answer.status_code != 200:
            assert user.acting is None
            return set()
        codes = {row["code"] for row in json.loads(answer.content)["data"]}
        return {t.pk for t in country.threads.values() if t.code in codes}

    assert wrong_cells(country, door) == []
