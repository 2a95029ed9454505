"""What the tests of the interface share: the vocabularies, and callers with tokens."""

from __future__ import annotations

import pytest
from _pytest.nodeid import coerce_node_id

from tests.api.calls import Caller
from tests.regions.conftest import vocabulary

__all__ = ["vocabulary"]


@pytest.fixture(autouse=True)
def _many_requests(settings):
    settings.API_RATE_TOKEN = settings.API_RATE_ADDRESS = 100_000


@pytest.fixture
def stranger(db):
    """Nobody signed in."""
    return Caller()


def pytest_collection_modifyitems(items):
    """Every operation has an id of its own: this pytest gives all of them that of their function, and of items with
    one id parallel runs do one alone."""
    for item in items:
        if label := getattr(item, "operation_label", None):
            item._id = coerce_node_id(f"{item.nodeid.partition('[')[0]}[{label}]")
