"""A pytest plugin: one PostgreSQL for the whole run, from our own launcher, unless DATABASE_URL names one.

Loaded early (`-p tests.servers`), because Django's settings read DATABASE_URL when they are imported. Under
xdist only the controller starts the server; the workers inherit its address and make a database each. Valkey
starts when the first test asks for it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")  # before `portal` is imported, which has its own

from portal.stack import StackError, valkey  # noqa: E402
from portal.stack.places import server_account  # noqa: E402
from portal.stack.postgres import FAST_AND_CARELESS, Postgres, prepare  # noqa: E402

_GIVEN_REDIS = os.environ.pop("REDIS_URL", "")
if _GIVEN_REDIS:
    os.environ["SINERGI_TEST_REDIS_URL"] = _GIVEN_REDIS  # for the tests that want a broker; all others run without


def temporary_folder() -> Path:
    """A folder that the account of the test database may enter; short, so that sockets fit."""
    folder = Path(tempfile.mkdtemp(prefix="sinergi-test-"))
    server_account().own(folder)
    return folder


def _start_database() -> tuple[Postgres, Path]:
    folder = temporary_folder()
    try:
        server = prepare(folder, server_account(), FAST_AND_CARELESS)
        server.start()
        server.ensure_database("sinergi")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return server, folder


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config, args):
    """Runs before pytest-django reads the settings."""
    asks_only = {"--help", "-h", "--version", "-V"} & set(args)
    if not os.environ.get("DATABASE_URL") and not asks_only and "PYTEST_XDIST_WORKER" not in os.environ:
        try:
            server, folder = _start_database()
        except StackError as error:
            raise pytest.UsageError(str(error)) from None
        os.environ["DATABASE_URL"] = server.url("sinergi")

        def clean_up():
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)
            os.environ.pop("DATABASE_URL", None)

        early_config.add_cleanup(clean_up)
    return (yield)


@pytest.fixture(scope="session")
def redis_url():
    """A real broker: the one of REDIS_URL, else a Valkey that lives as long as the run."""
    if given := os.environ.get("SINERGI_TEST_REDIS_URL"):
        yield given
        return
    found = valkey.find_binary()
    if not found:
        if os.environ.get("CI") == "true":
            pytest.fail(valkey.WARNING)
        pytest.skip(valkey.WARNING)
    folder = temporary_folder()
    server = valkey.Valkey(folder / "valkey", *found)
    server.start()
    yield server.url
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)
