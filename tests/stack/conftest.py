"""Folders and servers that live as long as one test."""

from __future__ import annotations

import os
import shutil
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from portal.stack.places import server_account
from portal.stack.postgres import FAST_AND_CARELESS, prepare
from tests.servers import temporary_folder


@pytest.fixture
def folder():
    """A short folder that the database's account may enter."""
    path = temporary_folder()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def server(folder):
    """`server(home=folder)`: a PostgreSQL of its own, not yet started; stopped after the test."""
    made = []

    def make(home=folder):
        made.append(prepare(home, server_account(), FAST_AND_CARELESS))
        return made[-1]

    yield make
    for each in reversed(made):
        each.stop()


@pytest.fixture
def test_database_url(transactional_db):
    """The address of the database this test writes to, for processes of their own."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


@pytest.fixture
def root_only():
    """Only root runs servers under another account."""
    if os.geteuid() != 0:
        pytest.skip("only root runs the server as somebody else")
