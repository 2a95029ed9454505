"""A pytest plugin: one PostgreSQL for the whole run, from our own launcher, unless DATABASE_URL names one.

Loaded early (`-p tests.servers`), because Django's settings read DATABASE_URL when they are imported. Under
xdist only the controller starts the server; the workers inherit its address and make a database each. Valkey
starts when the first test asks for it. What the databases begin with is made once (`tests/databases.py`).
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")  # before `portal` is imported, which has its own

from portal.stack import StackError, valkey  # noqa: E402
from portal.stack.places import server_account  # noqa: E402
from portal.stack.postgres import FAST_AND_CARELESS, Postgres, prepare  # noqa: E402
from tests import databases  # noqa: E402

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


def _begin():
    """The server, unless one is given, and the folder of the run; returns what takes both away."""
    server, folder = None, None
    if not os.environ.get("DATABASE_URL"):
        try:
            server, folder = _start_database()
        except StackError as error:
            raise pytest.UsageError(str(error)) from None
        os.environ["DATABASE_URL"] = server.url("sinergi")
    run = databases.begin()

    def clean_up():
        if server:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)
            os.environ.pop("DATABASE_URL", None)
        else:
            databases.drop_all(run)
        shutil.rmtree(run, ignore_errors=True)

    return clean_up


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config, args):
    """Runs before pytest-django reads the settings."""
    asks_only = {"--help", "-h", "--version", "-V"} & set(args)
    if not asks_only and "PYTEST_XDIST_WORKER" not in os.environ:
        early_config.add_cleanup(_begin())
    return (yield)


THE_LONGEST = (
    "browser/test_every_page.py",
    "authorisation/test_cooperation.py",
    "authorisation/test_portal.py",
    "stack/test_demo.py",
    "browser/test_stories.py",
    "portal/test_national.py",
    "browser/test_offline.py",
    "browser/test_journeys.py",
    "browser/test_allocation_journey.py",
    "participants/test_privacy.py",
    "browser/test_participants_pages.py",
    "portal/test_demo.py",
    "browser/test_without_script.py",
    "stack/test_deployment.py",
)
"""Files that take half a minute and more, the longest first. Which they are is said by `--durations=40`."""


def pytest_configure(config):
    """Workers take files in the order given below, not those with the most tests first."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """For several workers the long files come first: one at the end would leave all but one worker idle."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = {name: number for number, name in enumerate(THE_LONGEST)}
        items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0].removeprefix("tests/"), len(place)))


def pytest_collection_finish(session):
    """What is there now stays; Python need not look through all of it again and again for what can be thrown away."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


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
