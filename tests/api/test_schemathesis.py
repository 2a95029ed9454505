"""Every operation with hostile and with fitting data: no fault, and no answer that the description does not promise."""

from __future__ import annotations

import pytest
import schemathesis
from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck
from hypothesis import settings as examples
from schemathesis import GenerationMode
from schemathesis.config import (
    ChecksConfig,
    CoveragePhaseConfig,
    GenerationConfig,
    PhasesConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.config._checks import NegativeDataRejectionConfig

from api.views.documents import described
from tests.api.calls import token_of
from tests.demo_records import user
from tests.portal.conftest import seeded

__all__ = ["seeded"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]

REFUSED = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422"]
"""What fitting data may be answered with too: codes come from vocabularies, and rules look at the record."""
MOST = 2
READERS = ("operator.lombok-timur", "verifikator.ppsdm")


class _Undoing:
    """The portal as a WSGI program that forgets what each request has written."""

    def __init__(self):
        self.portal = get_wsgi_application()

    def __call__(self, environ, start_response):
        # As Django's own test client does: the line to the database belongs to the test.
        request_started.disconnect(close_old_connections)
        try:
            with transaction.atomic():
                body = list(self.portal(environ, start_response))
                transaction.set_rollback(True)
            return body
        finally:
            request_started.connect(close_old_connections)


def _config() -> SchemathesisConfig:
    checks = ChecksConfig(
        positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=["2xx", "3xx", *REFUSED]),
        negative_data_rejection=NegativeDataRejectionConfig(expected_statuses=REFUSED),
    )
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    generation = GenerationConfig(modes=modes, max_examples=MOST, deterministic=True)
    phases = PhasesConfig(coverage=CoveragePhaseConfig(enabled=False))
    return SchemathesisConfig(
        projects=ProjectsConfig(default=ProjectConfig(checks=checks, generation=generation, phases=phases))
    )


@pytest.fixture(scope="module")
def secrets(seeded) -> list[str]:
    """Tokens of an office and of the ministry."""
    return [token_of(user(name)) for name in READERS]


@pytest.fixture(autouse=True)
def _as_often_as_it_takes(settings):
    settings.API_RATE_TOKEN = settings.API_RATE_ADDRESS = 10**6


schema = schemathesis.openapi.from_dict(described(), config=_config())
schema.app = _Undoing()


@schema.parametrize()
@examples(
    max_examples=MOST,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_operation_fails_or_answers_what_it_does_not_promise(case, secrets):
    for secret in secrets:
        case.call_and_validate(headers={"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"})
