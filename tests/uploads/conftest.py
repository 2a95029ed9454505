"""What the tests of uploads share."""

from __future__ import annotations

import pytest
from django.utils import translation

from tests import factories
from tests.regions.conftest import address, as_user, vocabulary  # noqa: F401 - fixtures


@pytest.fixture
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def operator(as_user, aceh_operator):  # noqa: F811
    return as_user(aceh_operator)


@pytest.fixture
def draft(aceh_regency, aceh_operator):
    return factories.need(aceh_regency, created_by=aceh_operator, complete=False)
