"""The demo for the modules that walk through it."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import TestCase, override_settings
from django.utils import translation


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker):
    """The whole demo, seeded once for a module and taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(DEMO=True), translation.override("id"):
        with TestCase.captureOnCommitCallbacks(execute=True):
            call_command("loadreference", verbosity=0)
            call_command("seeddemo", verbosity=0)
        yield
        transaction.set_rollback(True)
