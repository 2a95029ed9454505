"""The sample scenario with what these tests add to it, in a database of this module's own."""

from __future__ import annotations

import pytest
from django.template import base
from django.test import override_settings
from django.utils import translation

from tests import addresses, databases
from tests.authorisation.readers import COLUMNS, nominee, signed_in
from tests.authorisation.records import RECORDS
from tests.demo_records import user


@pytest.fixture(scope="module")
def scenario(django_db_setup, django_db_blocker):
    """The scenario. What fixtures add to it is stored; what a request writes is taken back at once."""
    with (
        django_db_blocker.unblock(),
        databases.working_on_a_copy(databases.SAMPLE),
        override_settings(DEMO=True, COSTLY_FACTOR=0),
        translation.override("id"),
    ):
        yield


@pytest.fixture(scope="module")
def records(scenario):
    """Name -> record, and whatever the samples of addresses make is made."""
    made = {name: make() for name, make in RECORDS.items()}
    addresses.addresses()
    return made


@pytest.fixture(scope="module")
def browsers(records):
    """Account -> client, all of them signed in before the first test, so that no test's end signs anybody out."""
    homes = {record.home for record in records.values()}
    nominees = [(home, column) for home in homes for column in ("nominee", "other nominee")]
    for home, column in nominees:
        nominee(home.account(column), user(f"operator.{home.office}").acting_organisation)
    return signed_in({home.account(column) for home in homes for column in COLUMNS})


@pytest.fixture
def undrawn(monkeypatch):
    """Templates draw nothing: who may read is decided before, and test_every_page draws all of them."""
    monkeypatch.setattr(base.Template, "render", lambda self, context: "")
