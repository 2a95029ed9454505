"""What docs/webhooks.md promises to receivers: its test vectors are ours, and its example checks them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from notices.services.webhooks import signing

TEXT = (Path(settings.BASE_DIR) / "docs" / "webhooks.md").read_text(encoding="utf-8")
VECTORS = [re.findall(r"`([^`]+)`", line) for line in TEXT.splitlines() if line.startswith("| `whsec_")]


@pytest.fixture(scope="module")
def is_genuine():
    """The Python example of the document."""
    space: dict = {}
    exec(re.search(r"```python\n(.*?)```", TEXT, re.S).group(1), space)
    return space["is_genuine"]


def test_there_are_three_vectors():
    assert [len(vector) for vector in VECTORS] == [5, 5, 5]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector[1])
def test_the_vectors_are_our_signatures(vector):
    secret, identity, stamp, body, signature = vector
    assert signing.signature(secret, identity, int(stamp), body.encode()) == signature


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector[1])
def test_the_example_believes_these_and_nothing_else(vector, is_genuine):
    secret, identity, stamp, body, signature = vector
    headers = {"webhook-id": identity, "webhook-timestamp": stamp, "webhook-signature": signature}
    now, message = int(stamp) + 10, body.encode()
    assert is_genuine(secret, headers, message, now)
    assert is_genuine(secret, headers | {"webhook-signature": f"v1,AAAA {signature}"}, message, now)
    assert not is_genuine(secret, headers, message + b" ", now)
    assert not is_genuine(secret, headers | {"webhook-id": "msg_other"}, message, now)
    assert not is_genuine(secret, headers | {"webhook-signature": "v1,AAAA"}, message, now)
    assert not is_genuine("whsec_" + "A" * 44, headers, message, now)
    assert not is_genuine(secret, headers, message, now + 600)
