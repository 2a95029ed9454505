"""The operators' page: what waits, fails and was given up, without a message or a whole address; and its buttons."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from notices import desk
from notices.models import MailRoute, Notice, NoticeKind, Outbox, Pending
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
PAGE = "/en/pemberitahuan/kiriman/"


@pytest.fixture
def operator(client, db):
    """Whoever keeps the portal running, signed in; no business role."""
    user = User.objects.create_user("operator@kemnaker.example", "kata-sandi-uji", name="Operator", is_staff=True)
    client.force_login(user)
    return user


@pytest.fixture
def letter(aceh_operator):
    """`letter(...)`: one mail in the outbox, with one notice of a need unless it is a letter of its own."""
    made = []

    def make(kind=NoticeKind.TURN, minutes=0, **fields):
        moment = timezone.now() + dt.timedelta(minutes=minutes)
        found = Outbox.objects.create(
            **{
                "user": aceh_operator,
                "key": f"uji:{len(made)}",
                "due_at": moment,
                "next_at": moment,
                "subject": "Rahasia subjek",
                "body": "Rahasia isi",
                **fields,
            }
        )
        if kind:
            Notice.objects.create(
                user=aceh_operator,
                membership=aceh_operator.memberships.get(),
                key=f"log:{len(made)}",
                kind=kind,
                flow="regions.need",
                record_id=1,
                record_code="KB-2026-0001",
                comment="Rahasia catatan",
                mail=found,
            )
        made.append(found)
        return found

    return make


def failing(letter, **fields):
    return letter(
        **{
            "minutes": 5,
            "attempts": 2,
            "last_error": "SMTPRecipientsRefused: {'siti.aminah@kemnaker.go.id': (450, b'penuh')}",
            **fields,
        }
    )


@pytest.mark.parametrize("who", ["aceh_head", "ppsdm_head", "jica_liaison"])
def test_for_everybody_else_the_page_does_not_exist(client, request, who):
    client.force_login(request.getfixturevalue(who))
    answers = [client.get(PAGE), client.post(reverse("notices:desk_act"), {"act": "retry_all"})]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_calm_post_room_says_so(client, operator):
    page = client.get(PAGE)
    html = page.content.decode()
    assert page.context["state"].is_calm is True
    assert [word in html for word in ("Everything leaves as it should", "Nothing fails", "none overdue")] == [True] * 3


def test_what_waits_is_counted_by_kind_with_the_oldest(client, operator, letter):
    letter(NoticeKind.TURN, minutes=-10)
    letter(NoticeKind.TURN)
    letter(NoticeKind.CHANGE, minutes=600, is_digest=True)
    letter(None, minutes=1, flow="forum.meeting", record_id=1, seq=1)
    letter(None, minutes=2)
    letter(NoticeKind.TURN, sent_at=timezone.now())
    letter(NoticeKind.TURN, dropped_at=timezone.now())
    state = client.get(PAGE).context["state"]
    assert [(row.label, row.count, row.late) for row in state.waiting] == [
        ("Letters of their own", 1, 0),
        ("Digests", 1, 0),
        ("At once: Your turn", 2, 1),
        ("Empty: nothing is left to say", 1, 0),
    ]
    assert (state.total, state.late, state.sent_today, state.is_calm) == (5, 1, 1, False)


def test_a_failing_mail_shows_no_text_and_no_whole_address(client, operator, letter, aceh_operator):
    found = failing(letter, in_doubt=True)
    html = client.get(PAGE).content.decode()
    name, _at, domain = aceh_operator.email.partition("@")
    assert f"{name[:1]}***@{domain}" in html and "s***@kemnaker.go.id" in html
    assert [w for w in ("Rahasia", aceh_operator.email, "siti.aminah", "KB-2026-0001") if w in html] == []
    assert [w in html for w in (f"SRT-{found.pk}", "450", "May have arrived")] == [True] * 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("siti.aminah@kemnaker.go.id", "s***@kemnaker.go.id"),
        ("<a+b@x-y.example>: 550", "<a***@x-y.example>: 550"),
        ("OSError: no route", "OSError: no route"),
        ("a@b", "a@b"),
    ],
)
def test_addresses_are_masked(text, shown):
    assert desk.masked(text) == shown


def test_one_is_tried_again_at_once_and_the_log_says_who_asked(client, operator, letter):
    found, other = failing(letter), failing(letter, minutes=60)
    mail.outbox.clear()
    client.post(reverse("notices:desk_act"), {"act": "retry", "surat": str(found.pk)})
    found.refresh_from_db()
    other.refresh_from_db()
    entry = LogEntry.objects.get(flow="notices.outbox")
    assert (entry.action, entry.record_code, entry.actor) == ("retry_mail", f"SRT-{found.pk}", operator)
    assert (other.attempts, other.sent_at) == (2, None)
    assert found.sent_at or found.dropped_at or found.next_at <= timezone.now()


def test_a_mail_given_up_comes_back_by_retry(client, operator, letter):
    found = failing(letter, given_up_at=timezone.now(), attempts=10)
    page = client.get(PAGE, {"daftar": "menyerah"})
    assert [row.code for row in page.context["mails"]] == [f"SRT-{found.pk}"]
    client.post(reverse("notices:desk_act"), {"act": "retry", "surat": str(found.pk), "daftar": "menyerah"})
    found.refresh_from_db()
    assert found.given_up_at is None and found.attempts <= 1


def test_everything_that_failed_is_tried_again_with_the_way_to_the_server(client, operator, letter):
    failing(letter)
    failing(letter, given_up_at=timezone.now())
    waits = letter(NoticeKind.CHANGE, minutes=600, is_digest=True)
    route = MailRoute.objects.create(failing_since=timezone.now(), next_at=timezone.now() + dt.timedelta(minutes=9))
    client.post(reverse("notices:desk_act"), {"act": "retry_all"})
    entry = LogEntry.objects.get(flow="notices.outbox")
    waits.refresh_from_db()
    route.refresh_from_db()
    assert (entry.action, entry.data, waits.next_at > timezone.now()) == ("retry_mails", {"mails": 2}, True)
    assert desk.given_up_mails().count() == 0
    assert route.next_at is None or route.failures > 0


def test_a_mail_that_is_given_up_by_hand_never_leaves(client, operator, letter):
    found = failing(letter)
    client.post(reverse("notices:desk_act"), {"act": "give_up", "surat": str(found.pk)})
    found.refresh_from_db()
    assert (found.dropped_for, found.sent_at, Notice.objects.count()) == ("GIVEN_UP", None, 1)
    assert LogEntry.objects.get(flow="notices.outbox").action == "give_up_mail"
    again = client.post(reverse("notices:desk_act"), {"act": "give_up", "surat": str(found.pk)}, follow=True)
    assert again.status_code == 200 and LogEntry.objects.filter(flow="notices.outbox").count() == 1


def test_a_mail_on_its_way_is_not_taken_out_of_the_workers_hands(client, operator, letter):
    """A try has just begun and nothing is known yet: a second one now would arrive twice."""
    found = letter(minutes=1, attempts=1, in_doubt=True)
    before = found.next_at
    client.post(reverse("notices:desk_act"), {"act": "retry", "surat": str(found.pk)})
    client.post(reverse("notices:desk_act"), {"act": "retry_all"})
    client.post(reverse("notices:desk_act"), {"act": "give_up", "surat": str(found.pk)})
    found.refresh_from_db()
    assert (found.next_at, found.dropped_at, LogEntry.objects.filter(flow="notices.outbox").count()) == (
        before,
        None,
        0,
    )


def test_entries_put_aside_are_listed_and_looked_at_again(client, operator):
    pending = Pending.objects.create(
        kind="ENTRY",
        key="entry:999",
        flow="regions.need",
        record_id=1,
        seq=999,
        attempts=8,
        last_error="ValueError: away",
        next_at=timezone.now() + dt.timedelta(days=1),
    )
    page = client.get(PAGE, {"daftar": "disisihkan"})
    assert [(row.number, row.tries, row.stuck) for row in page.context["entries"]] == [("#999", 8, True)]
    assert "only when asked" in page.content.decode()
    client.post(reverse("notices:desk_act"), {"act": "retry_entries"})
    assert LogEntry.objects.get(flow="notices.pending").data == {"entries": 1}
    found = Pending.objects.filter(pk=pending.pk).first()
    assert found is None or found.attempts < 8


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"act": "nonsense"},
        {"act": "retry"},
        {"act": "retry", "surat": "1;2"},
        {"act": "give_up", "surat": "9" * 40},
    ],
)
def test_nonsense_is_not_found(client, operator, wrong):
    assert client.post(reverse("notices:desk_act"), wrong).status_code == 404


def test_a_mail_server_that_is_away_is_said_with_its_error(client, operator):
    MailRoute.objects.create(
        failing_since=timezone.now(), next_at=timezone.now(), last_error="ConnectionRefusedError: 111 a.b@mail.example"
    )
    html = client.get(PAGE).content.decode()
    assert "The mail server does not answer" in html and "a***@mail.example" in html


def test_as_many_queries_for_thirty_mails_as_for_one(client, operator, letter):
    failing(letter)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        client.get(PAGE)
    for _number in range(29):
        failing(letter)
    with CaptureQueriesContext(connection) as thirty:
        page = client.get(PAGE)
    assert (len(page.context["mails"]), page.context["pages"].total, len(thirty)) == (25, 30, len(one))
