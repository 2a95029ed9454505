"""The role of web and workers gets its rights with each migration: every record, and of the log only the end."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from portal.checks import the_log_stays_shut
from portal.grants import give_rights

pytestmark = pytest.mark.django_db
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


@pytest.fixture
def web_role(settings):
    """A role as `roles.sql` makes it; gone with the transaction of the test."""
    settings.DATABASE_WEB_ROLE = "sinergi_test_web"
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE sinergi_test_web")
    return "sinergi_test_web"


def rights_on(table: str, role: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT right_ FROM unnest(%s) right_ WHERE has_table_privilege(%s, %s, right_)", [[*RIGHTS], role, table]
        )
        return [row[0] for row in cursor.fetchall()]


def test_migrate_gives_the_rights(web_role):
    assert rights_on("regions_trainingneed", web_role) == []
    call_command("migrate", verbosity=0)
    assert rights_on("regions_trainingneed", web_role) == ["SELECT", "INSERT", "UPDATE", "DELETE"]
    assert rights_on("workflow_logentry", web_role) == ["SELECT", "INSERT"]
    assert rights_on("django_migrations", web_role) == ["SELECT"]


def test_rights_somebody_gave_by_hand_are_taken_back(web_role):
    with connection.cursor() as cursor:
        cursor.execute("GRANT ALL ON workflow_logentry TO sinergi_test_web")
    give_rights(web_role)
    assert rights_on("workflow_logentry", web_role) == ["SELECT", "INSERT"]


def test_without_a_name_nothing_is_given(web_role, settings):
    settings.DATABASE_WEB_ROLE = ""
    call_command("migrate", verbosity=0)
    assert rights_on("regions_trainingneed", web_role) == []


def test_an_owner_or_a_role_that_is_not_there_is_no_web_role(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        [(owner,)] = cursor.fetchall()
    with pytest.raises(ImproperlyConfigured, match="owns the tables or is a superuser"):
        give_rights(owner)
    with pytest.raises(ImproperlyConfigured, match="there is no role nobody_here"):
        give_rights("nobody_here")


def test_the_check_speaks_of_a_role_that_may_do_too_much(web_role):
    give_rights(web_role)
    assert [warning.id for warning in the_log_stays_shut(databases=["default"])] == ["portal.W001"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE sinergi_test_web")
    assert the_log_stays_shut(databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert the_log_stays_shut(databases=[]) == []
