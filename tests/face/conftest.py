"""What the tests of the frame begin with."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils import translation


@pytest.fixture(autouse=True)
def _indonesian_first():
    """A request in English leaves English behind; every test starts and ends in Indonesian."""
    translation.activate(settings.LANGUAGE_CODE)
    yield
    translation.activate(settings.LANGUAGE_CODE)
