"""The pages of webhooks: who has them, what they accept and refuse, what they show."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from notices.models import Attempt, Delivery, Webhook
from notices.rules.webhooks import may_keep_webhooks
from notices.services import webhooks
from notices.services.webhooks import signing
from tests import delegation_factories, factories
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db
LIST, NEW = "/en/webhook/", "/en/webhook/baru/"
TYPED = {
    "url": "https://Hub.Mitra.example/hook",
    "description": " Basis  data kami ",
    "events": ["program.published", "proposal.*", "proposal.accepted"],
}


@pytest.fixture
def hook(jica_liaison):
    """A webhook of JICA."""
    made, _secret = webhooks.make(
        jica_liaison, url="https://hub.mitra.example/hook?key=rahasia", description="Basis data", events=["program.*"]
    )
    return made


@pytest.fixture
def event(hook):
    """`event(**fields)`: one event for it."""

    def make(**fields) -> Delivery:
        number = Delivery.objects.count() + 1
        return Delivery.objects.create(
            **{
                "webhook": hook,
                "seq": number,
                "number": number,
                "kind": "program.published",
                "flow": "programs.program",
                "record_id": 1,
                "record_code": f"PR-2026-{number:04d}",
                "state": "PUBLISHED",
                "happened_at": timezone.now(),
                "next_at": timezone.now() + dt.timedelta(hours=1),
                **fields,
            }
        )

    return make


def pages_of(hook, delivery) -> list[tuple[str, str]]:
    base = f"/en/webhook/{hook.pk}/"
    return [
        ("get", LIST),
        ("get", NEW),
        ("post", NEW),
        ("get", base),
        ("get", f"{base}ubah/"),
        ("post", f"{base}ubah/"),
        ("post", f"{base}tindakan/"),
        ("get", f"{base}rahasia/"),
        ("post", f"{base}rahasia/"),
        ("get", f"{base}hapus/"),
        ("post", f"{base}hapus/"),
        ("post", f"{base}kirim-ulang/"),
        ("get", f"{base}kiriman/{delivery.pk}/"),
        ("post", f"{base}kiriman/{delivery.pk}/kirim-ulang/"),
    ]


KEEPERS = {Role.PARTNER_OFF, Role.PARTNER_HEAD, Role.DINAS_HEAD, Role.PPSDM_HEAD, Role.BIROKS_HEAD}


@pytest.mark.parametrize("role", Role.values)
def test_whoever_keeps_no_webhooks_finds_none_of_the_pages(client, hook, event, role, jica):
    where = jica if role in {Role.PARTNER_OFF, Role.PARTNER_HEAD} else factories.organisation(f"U-{role}")
    client.force_login(factories.member(role, where))
    if role in KEEPERS:
        assert client.get(LIST).status_code == 200
        return
    for method, url in pages_of(hook, event()):
        assert getattr(client, method)(url).status_code == 404, url
    assert Webhook.objects.count() == 1


def test_another_organisation_finds_none_of_them(client, hook, event, koica_head):
    client.force_login(koica_head)
    for method, url in pages_of(hook, event())[3:]:
        assert getattr(client, method)(url, TYPED if method == "post" else None).status_code == 404, url
    assert hook.description not in client.get(LIST).content.decode()


def test_who_stands_in_for_the_head_keeps_no_webhooks(aceh_province_head, aceh_province_operator):
    """What they set up would outlast their days."""
    granted = delegation_factories.stand_in(aceh_province_head, aceh_province_operator)
    assert may_keep_webhooks(aceh_province_head)
    stand_in = delegation_factories.take_up(granted)
    assert (stand_in.acting_role, may_keep_webhooks(stand_in)) == ("DINAS_HEAD", False)


def test_a_suspended_organisation_keeps_none(client, jica, jica_head):
    type(jica).objects.filter(pk=jica.pk).update(suspended=True)
    client.force_login(jica_head)
    assert client.get(LIST).status_code == 404


def test_the_secret_is_shown_in_the_answer_to_the_click_and_never_again(client, jica, jica_liaison):
    client.force_login(jica_liaison)
    assert "No webhook yet" in client.get(LIST).content.decode()
    response = client.post(NEW, TYPED)
    made = Webhook.objects.get()
    secret = re.search(r'value="(whsec_[^"]+)"', response.content.decode()).group(1)
    assert signing.BOX.unseal(made.secret_sealed) == secret
    assert (made.url, made.description, made.events, made.organisation, made.membership.role) == (
        "https://hub.mitra.example/hook",
        "Basis data kami",
        ["program.published", "proposal.*"],
        jica,
        "PARTNER_OFF",
    )
    assert "no-store" in response["Cache-Control"]
    for url in (LIST, f"/en/webhook/{made.pk}/", f"/en/webhook/{made.pk}/rahasia/", f"/en/webhook/{made.pk}/ubah/"):
        assert secret not in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "http://mitra.example/"}, "https://"),
        ({"url": "https://127.0.0.1/"}, "name of a server"),
        ({"url": "https://user:pass@mitra.example/"}, "user name"),
        ({"url": ""}, ""),
        ({"description": "x" * 121}, "120"),
        ({"description": ""}, ""),
        ({"events": []}, "at least one event"),
        ({"events": ["need.approved"]}, "cannot be chosen"),
        ({"events": ["nomination.shortlisted"]}, "cannot be chosen"),
        ({"events": ["correction.*"]}, "cannot be chosen"),
        ({"url": "https://mitra.example/\x00"}, ""),
    ],
)
def test_a_mistake_is_named_and_nothing_is_made(client, jica_liaison, changed, said):
    client.force_login(jica_liaison)
    response = client.post(NEW, {**TYPED, **changed})
    assert response.status_code == 400
    assert Webhook.objects.count() == 0
    page = response.content.decode()
    assert 'role="alert"' in page and said in page and 'value="proposal.*"' in page


def test_an_organisation_has_twenty_at_most(client, jica_liaison, hook):
    for _n in range(webhooks.MOST - 1):
        webhooks.make(jica_liaison, url="https://mitra.example/", description="x", events=["program.*"])
    client.force_login(jica_liaison)
    assert client.post(NEW, TYPED).status_code == 400
    assert Webhook.objects.count() == 20


def test_whoever_saves_it_is_the_one_it_reads_as(client, jica_head, hook):
    client.force_login(jica_head)
    page = client.get(f"/en/webhook/{hook.pk}/ubah/").content.decode()
    assert re.search(r'value="program\.\*"[^>]* checked', page) and "key=rahasia" in page
    assert client.post(f"/en/webhook/{hook.pk}/ubah/", TYPED).status_code == 302
    hook.refresh_from_db()
    assert (hook.membership.user, hook.url) == (jica_head, "https://hub.mitra.example/hook")


def test_pause_and_take_up_again(client, jica_liaison, hook):
    client.force_login(jica_liaison)
    base = f"/en/webhook/{hook.pk}/"
    client.post(f"{base}tindakan/", {"act": "pause"})
    assert Webhook.objects.get().paused_for == "OWNER"
    assert "Your server is not called" in client.get(base).content.decode()
    again = client.post(f"{base}tindakan/", {"act": "pause"}, follow=True)
    assert "It is paused already" in again.content.decode()
    client.post(f"{base}tindakan/", {"act": "resume"})
    assert Webhook.objects.get().paused_at is None
    assert client.post(f"{base}tindakan/", {"act": "explode"}).status_code == 404


def test_somebody_else_takes_up_what_a_former_colleague_left(client, jica_head, jica_liaison, hook):
    jica_liaison.memberships.update(ended_at=timezone.now())
    webhooks.pause_orphans(timezone.now())
    client.force_login(jica_head)
    base = f"/en/webhook/{hook.pk}/"
    assert "has ended" in client.get(base).content.decode()
    client.post(f"{base}tindakan/", {"act": "resume"})
    hook.refresh_from_db()
    assert (hook.paused_at, hook.membership.user) == (None, jica_head)


def test_a_new_secret_is_made_after_a_page_that_says_what_that_means(client, jica_liaison, hook):
    client.force_login(jica_liaison)
    url = f"/en/webhook/{hook.pk}/rahasia/"
    assert "24 hours" in client.get(url).content.decode()
    response = client.post(url)
    secret = re.search(r'value="(whsec_[^"]+)"', response.content.decode()).group(1)
    hook.refresh_from_db()
    assert signing.BOX.unseal(hook.secret_sealed) == secret and hook.former_sealed
    assert "no-store" in response["Cache-Control"]


def test_a_webhook_is_deleted_after_a_page_that_says_what_that_means(client, jica_liaison, hook, event):
    event()
    client.force_login(jica_liaison)
    url = f"/en/webhook/{hook.pk}/hapus/"
    assert "Basis data" in client.get(url).content.decode() and Webhook.objects.exists()
    assert client.post(url).status_code == 302
    assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)


def test_a_test_event_is_sent_at_once_and_its_answer_stands_in_the_list(client, jica_liaison, hook):
    """The name leads nowhere: the page says so."""
    Webhook.objects.update(url="https://tidak-ada.invalid/")
    client.force_login(jica_liaison)
    base = f"/en/webhook/{hook.pk}/"
    client.post(f"{base}tindakan/", {"act": "test"})
    delivery = Delivery.objects.get()
    assert (delivery.kind, delivery.given_up_at is not None) == ("webhook.test", True)
    assert "Test event" in client.get(base).content.decode()
    page = client.get(f"{base}kiriman/{delivery.pk}/").content.decode()
    assert "leads to no public address" in page


def test_tests_are_limited(client, jica_liaison, hook):
    Webhook.objects.update(url="https://tidak-ada.invalid/")
    client.force_login(jica_liaison)
    for _n in range(12):
        client.post(f"/en/webhook/{hook.pk}/tindakan/", {"act": "test"})
    assert Delivery.objects.count() == 10


def test_the_list_of_events_is_filtered_by_outcome(client, jica_liaison, hook, event):
    now = timezone.now()
    event(), event(delivered_at=now), event(given_up_at=now), event(dropped_at=now), event(tries=2)
    client.force_login(jica_liaison)

    def codes(outcome: str) -> list[str]:
        page = client.get(f"/en/webhook/{hook.pk}/", {"hasil": outcome}).content.decode()
        return re.findall(r"PR-2026-\d+", page)

    assert {name: codes(name) for name in ("semua", "menunggu", "terkirim", "gagal", "batal", "x")} == {
        "semua": ["PR-2026-0005", "PR-2026-0004", "PR-2026-0003", "PR-2026-0002", "PR-2026-0001"],
        "menunggu": ["PR-2026-0005", "PR-2026-0001"],
        "terkirim": ["PR-2026-0002"],
        "gagal": ["PR-2026-0003"],
        "batal": ["PR-2026-0004"],
        "x": ["PR-2026-0005", "PR-2026-0004", "PR-2026-0003", "PR-2026-0002", "PR-2026-0001"],
    }


def test_an_event_shows_each_call_with_its_answer_as_text(client, jica_liaison, hook, event):
    one = event(tries=2)
    Attempt.objects.create(delivery=one, code=500, error="CODE", took_ms=1234, answer="<script>alert(1)</script>")
    Attempt.objects.create(delivery=one, error="TIMEOUT", took_ms=10000)
    client.force_login(jica_liaison)
    page = client.get(f"/en/webhook/{hook.pk}/kiriman/{one.pk}/").content.decode()
    assert "Answer 500" in page and "1,234 ms" in page and "&lt;script&gt;" in page and "<script>alert" not in page
    assert "No complete answer within 10 seconds." in page
    assert client.get(f"/en/webhook/{hook.pk}/kiriman/{one.pk + 99}/").status_code == 404


def test_one_event_and_all_failed_since_a_day_are_sent_again(client, jica_liaison, hook, event):
    Webhook.objects.update(paused_at=timezone.now(), paused_for="OWNER")  # nobody is called while the test runs
    now = timezone.now()
    old, new = event(given_up_at=now, made_at=now - dt.timedelta(days=5)), event(given_up_at=now)
    dropped = event(dropped_at=now)
    client.force_login(jica_liaison)
    base = f"/en/webhook/{hook.pk}/"
    today = timezone.localdate()
    client.post(f"{base}kirim-ulang/", {"since": f"{today - dt.timedelta(days=1):%Y-%m-%d}"})
    waits = set(Delivery.objects.waiting().values_list("pk", flat=True))
    assert waits == {new.pk}
    client.post(f"{base}kiriman/{old.pk}/kirim-ulang/")
    assert set(Delivery.objects.waiting().values_list("pk", flat=True)) == {old.pk, new.pk}
    refused = client.post(f"{base}kiriman/{dropped.pk}/kirim-ulang/", follow=True).content.decode()
    assert "cannot be sent any more" in refused
    assert "Send again" not in client.get(f"{base}kiriman/{dropped.pk}/").content.decode()
    assert LogEntry.objects.filter(action__startswith="replay_webhook").count() == 2


@pytest.mark.parametrize("day", ["", "besok", "2999-01-01", "0001-01-01", "31/02/2026"])
def test_a_day_that_is_none_is_refused_with_a_sentence(client, jica_liaison, hook, event, day):
    event(given_up_at=timezone.now())
    client.force_login(jica_liaison)
    response = client.post(f"/en/webhook/{hook.pk}/kirim-ulang/", {"since": day})
    assert response.status_code == 400 and 'role="alert"' in response.content.decode()
    assert Delivery.objects.waiting().count() == 0


def test_pages_ask_as_often_for_many_as_for_one(client, jica_liaison, hook, event):
    client.force_login(jica_liaison)
    client.get(LIST)  # what every page keeps for a minute is counted once
    counts = {}
    for number in (1, 24):
        for _n in range(number):
            one = event(given_up_at=timezone.now())
            Attempt.objects.create(delivery=one, code=500, error="CODE")
        if number > 1:
            for _n in range(15):
                webhooks.make(jica_liaison, url="https://mitra.example/", description="x", events=["program.*"])
        for url in (LIST, f"/en/webhook/{hook.pk}/", f"/en/webhook/{hook.pk}/kiriman/{one.pk}/"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            counts.setdefault(url.split("kiriman")[0] + ("k" if "kiriman" in url else ""), []).append(len(queries))
    for one, many in counts.values():
        assert many <= one <= 20


def test_the_account_page_shows_the_way_to_those_who_keep_webhooks(client, jica_liaison, aceh_operator):
    for user, shown in ((jica_liaison, True), (aceh_operator, False)):
        client.force_login(user)
        assert ('href="/webhook/"' in client.get("/akun/").content.decode()) is shown


def test_the_auditor_reads_what_was_done_in_words(client, hook, auditor):
    client.force_login(auditor)
    assert "Webhook made" in client.get("/en/audit/", {"flow": "notices.webhook"}).content.decode()
