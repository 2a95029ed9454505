"""What the tests of webhooks need: a clock that stands, webhooks that listen, events that wait."""

from __future__ import annotations

import pytest
import time_machine

from notices.models import Webhook
from notices.services import webhooks
from tests import program_factories
from tests.notices.webhook_acts import MORNING, URL, happened, read


@pytest.fixture
def clock():
    """The clock stands on a Tuesday morning and moves when a test moves it."""
    with time_machine.travel(MORNING, tick=False) as found:
        yield found


@pytest.fixture
def listen():
    """`listen(user, *events)`: a webhook made by somebody."""

    def make(user, *events, url=URL):
        made, _secret = webhooks.make(user, url=url, description="Basis data kami", events=list(events))
        return Webhook.objects.get(pk=made.pk)

    return make


@pytest.fixture
def waiting(jica, jica_liaison, listen, clock):
    """`waiting(number)`: a webhook with so many events that wait."""

    def make(number: int = 1) -> Webhook:
        webhook = listen(jica_liaison, "program.*")
        for _n in range(number):
            happened(program_factories.program(jica), "publish")
        read()
        return webhook

    return make
