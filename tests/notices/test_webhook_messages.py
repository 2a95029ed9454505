"""What a call says, and how it is signed."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json

import pytest
from django.utils import timezone

from notices.models import Attempt, Webhook
from notices.services import webhooks
from notices.services.webhooks import payload, signing
from notices.services.webhooks.calling import Answer
from participants.models import NominationStatus
from programs.models import ProgramStatus
from tests import agreement_factories, nomination_factories, program_factories
from tests.api.calls import Caller
from tests.forum import question_factories
from tests.notices.webhook_acts import MORNING, URL, Post, happened, read
from tests.partnerships import allocation_factories
from tests.proposal_factories import open_need, proposal
from workflow.sealing import Unreadable

pytestmark = pytest.mark.django_db


def test_a_call_says_which_record_which_state_and_where(jica, jica_liaison, listen, clock, settings):
    settings.SITE_URL = "https://sinergi.example"
    mine = program_factories.program(jica, ProgramStatus.SUSPENDED)
    listen(jica_liaison, "program.*")
    happened(mine, "suspend")
    read()
    post = Post(Answer(200))
    assert webhooks.send_due(caller=post) == 1
    assert json.loads(post.calls[0].body) == {
        "type": "program.suspended",
        "timestamp": "2027-03-02T02:00:00Z",
        "sequence": 1,
        "data": {
            "flow": "programs.program",
            "code": mine.code,
            "state": "SUSPENDED",
            "state_label": {"id": "Ditunda", "en": "On hold"},
            "url": f"https://sinergi.example{mine.get_absolute_url()}",
            "api_url": f"https://sinergi.example/api/v1/programmes/{mine.code}",
        },
    }


ADDRESSES = {
    "program": ("jica_liaison", "programmes"),
    "catalogue": ("aceh_province_head", "programmes"),
    "proposal": ("jica_liaison", "proposals"),
    "agreement": ("jica_liaison", "agreements"),
    "need": ("aceh_province_head", "needs"),
    "allocation": ("jica_liaison", "allocations"),
}


@pytest.mark.parametrize("case", ADDRESSES)
def test_a_machine_can_read_on_where_the_message_points(case, request, jica, aceh, listen, settings):
    settings.SITE_URL = "https://sinergi.example"
    name, resource = ADDRESSES[case]
    reader = request.getfixturevalue(name)
    record, action = {
        "program": lambda: (program_factories.program(jica, ProgramStatus.VERIFICATION), "take"),
        "catalogue": lambda: (program_factories.program(jica), "publish"),
        "proposal": lambda: (
            proposal(open_need(aceh), program_factories.program(jica), "PARTNER_REVIEW"),
            "send_partner",
        ),
        "agreement": lambda: (agreement_factories.agreement("ACTIVE", partner=jica), "activate"),
        "need": lambda: (open_need(aceh), "approve"),
        "allocation": lambda: (allocation_factories.run(status="RATIFIED"), "ratify"),
    }[case]()
    listen(reader, "program.*", "proposal.*", "agreement.*", "need.*", "allocation.*")
    happened(record, action)
    read()
    webhooks.send_due(caller=(post := Post()))
    address = json.loads(post.calls[0].body)["data"]["api_url"]
    assert address == f"https://sinergi.example/api/v1/{resource}/{record.code}"
    answered = Caller(reader).get(address.removeprefix("https://sinergi.example"))
    assert (answered.status_code, answered.json()["code"]) == (200, record.code)


def test_neither_persons_nor_reasons_nor_who_did_it_are_told(jica, jica_liaison, aceh, listen):
    known = nomination_factories.nomination(nomination_factories.seats(aceh, jica), NominationStatus.ACCEPTED)
    listen(jica_liaison, "nomination.*")
    happened(known, "accept")
    read()
    webhooks.send_due(caller=(post := Post()))
    said = json.dumps([post.calls[0].body.decode(), post.calls[0].headers, post.calls[0].url])
    for word in ("Rahasia", "Siti", known.person.name, "alasan", "CLOCK", jica_liaison.email, jica_liaison.name):
        assert word not in said
    content = json.loads(post.calls[0].body)
    assert set(content) == {"type", "timestamp", "sequence", "data"}
    assert set(content["data"]) == {"flow", "code", "state", "state_label", "url"}


def test_where_nobody_is_told_who_did_it_the_minute_is_not_told_either(
    jica, jica_liaison, aceh_operator, listen, clock
):
    asked = question_factories.asked(program_factories.program(jica), aceh_operator)
    webhook = listen(jica_liaison, "question.*")
    happened(asked, "ask"), happened(asked, "answer", "ANSWERED")
    read()
    moments = dict(webhook.deliveries.values_list("kind", "happened_at"))
    assert moments["question.asked"] == dt.datetime(2027, 3, 1, 17, 0, tzinfo=dt.UTC)
    assert moments["question.answered"] == MORNING


def test_a_record_that_was_closed_to_the_reader_meanwhile_is_not_told(jica, jica_liaison, aceh, listen):
    offer = proposal(open_need(aceh), program_factories.program(jica), "PARTNER_REVIEW")
    webhook = listen(jica_liaison, "proposal.*")
    happened(offer, "send_partner")
    read()
    type(offer).objects.filter(pk=offer.pk).update(**{"status": "REVIEW", "sent_at": None})
    assert webhooks.send_due(caller=(post := Post())) == 0
    delivery = webhook.deliveries.get()
    assert (post.calls, delivery.dropped_at is not None, delivery.tries) == ([], True, 0)


def test_the_signature_is_that_of_standard_webhooks(jica_liaison, clock):
    webhook, secret = webhooks.make(jica_liaison, url=URL, description="Basis data", events=["program.*"])
    webhooks.send_test(webhook, actor=jica_liaison)
    webhooks.send_due(caller=(post := Post()))
    call = post.calls[0]
    identity, stamp = call.headers["webhook-id"], call.headers["webhook-timestamp"]
    assert (call.url, stamp, len(base64.b64decode(secret.removeprefix("whsec_")))) == (URL, "1803952800", 32)
    signed = f"{identity}.{stamp}.".encode() + call.body
    expected = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert call.headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()


def test_the_example_of_the_specification_comes_out():
    """Test vector of the reference libraries of Standard Webhooks."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    assert signing.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_new_secret_signs_beside_the_former_one_for_a_day(jica_liaison, clock):
    webhook, first = webhooks.make(jica_liaison, url=URL, description="Basis data", events=["program.*"])
    second = webhooks.renew_secret(webhook, actor=jica_liaison)

    def signers(hours: float) -> list[str]:
        clock.move_to(MORNING + dt.timedelta(hours=hours))
        webhooks.send_test(webhook, actor=jica_liaison)
        webhooks.send_due(caller=(post := Post()))
        call = post.calls[0]
        known = {
            signing.signature(s, call.headers["webhook-id"], int(call.headers["webhook-timestamp"]), call.body): name
            for s, name in ((first, "first"), (second, "second"))
        }
        return [known[one] for one in call.headers["webhook-signature"].split(" ")]

    assert (signers(0), signers(23.9), signers(24.1)) == (["second", "first"], ["second", "first"], ["second"])
    webhooks.forget_old(timezone.now())
    webhook.refresh_from_db()
    assert (webhook.former_sealed, webhook.former_until) == ("", None)


def test_secrets_are_sealed_at_rest_and_open_under_every_key_until_they_are_resealed(jica_liaison, settings):
    settings.PERSONAL_DATA_KEYS = ["a" * 40]
    webhook, secret = webhooks.make(jica_liaison, url=URL, description="Basis data", events=["program.*"])
    assert secret not in webhook.secret_sealed and secret[6:20] not in webhook.secret_sealed
    settings.PERSONAL_DATA_KEYS = ["b" * 40, "a" * 40]
    assert webhooks.reseal() == (1, 0)
    settings.PERSONAL_DATA_KEYS = ["b" * 40]
    webhook.refresh_from_db()
    assert signing.BOX.unseal(webhook.secret_sealed) == secret
    settings.PERSONAL_DATA_KEYS = ["c" * 40]
    with pytest.raises(Unreadable):
        signing.BOX.unseal(webhook.secret_sealed)
    webhooks.send_test(webhook, actor=jica_liaison)
    assert webhooks.send_due(caller=(post := Post())) == 0
    assert (post.calls, Attempt.objects.get().error) == ([], Attempt.Error.SECRET)


def test_no_body_is_longer_than_promised(jica_liaison, listen, monkeypatch):
    webhook = listen(jica_liaison, "program.*")
    webhooks.send_test(webhook, actor=jica_liaison)
    monkeypatch.setattr(payload, "LARGEST", 10)
    with pytest.raises(ValueError, match="too many"):
        payload.body_of(webhook.deliveries.get())


def test_an_event_is_told_to_no_other_role_than_may_hear_of_it(jica, jica_liaison, ppsdm_head, aceh, listen):
    """The webhook was saved by somebody else while the event waited: the record is theirs to see, that act is not."""
    offer = proposal(open_need(aceh), program_factories.program(jica), "REVIEW", sent_at=None)
    webhook = listen(ppsdm_head, "proposal.*")
    happened(offer, "review")
    read()
    type(offer).objects.filter(pk=offer.pk).update(**{"status": "PARTNER_REVIEW", "sent_at": timezone.now()})
    happened(type(offer).objects.get(pk=offer.pk), "send_partner")
    read()
    Webhook.objects.filter(pk=webhook.pk).update(membership=jica_liaison.acting)
    webhooks.send_due(caller=(post := Post()))
    assert [json.loads(call.body)["type"] for call in post.calls] == ["proposal.sent_to_partner"]
    assert webhook.deliveries.dropped().get().kind == "proposal.reviewed"
