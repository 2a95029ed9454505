"""The demo for the modules that walk through it."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import translation

from tests import databases


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker):
    """The whole demo, in a database that is copied for a module; what the module writes is never stored."""
    with (
        django_db_blocker.unblock(),
        databases.working_on_a_copy(databases.SAMPLE),
        transaction.atomic(),
        override_settings(DEMO=True),
        translation.override("id"),
    ):
        yield
        transaction.set_rollback(True)
