"""What the tests of the interface share: the vocabularies, and callers with tokens."""

from __future__ import annotations

import pytest

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
