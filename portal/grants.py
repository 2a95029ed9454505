"""What the role of web and workers may do with the database: work with every record, and only add to the log.

`migrate` gives these rights each time (`DATABASE_WEB_ROLE`), so that no operator has to think of them after an upgrade.
"""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, transaction

LOG = "workflow_logentry"
RIGHTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    f"REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {LOG} FROM {{role}}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
)
"""Together or not at all: the log is never open in between."""
_TOO_MUCH = ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER")


def after_migrate(using: str = DEFAULT_DB_ALIAS, **_kwargs) -> None:
    """Receiver of `post_migrate`."""
    if settings.DATABASE_WEB_ROLE and using == DEFAULT_DB_ALIAS:
        give_rights(settings.DATABASE_WEB_ROLE)


def give_rights(role: str) -> None:
    """Give the role its rights, and take from it what it must not have."""
    connection = connections[DEFAULT_DB_ALIAS]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
        found = cursor.fetchone()
        if found is None:
            raise ImproperlyConfigured(f"DATABASE_WEB_ROLE: there is no role {role}. See deploy/postgres/roles.sql.")
        cursor.execute("SELECT current_user")
        if found[0] or role == cursor.fetchone()[0]:
            raise ImproperlyConfigured(
                f"DATABASE_WEB_ROLE: {role} owns the tables or is a superuser and could switch the log's seal off. "
                "Migrate as the owner, and let web and workers use a role of their own."
            )
        for statement in RIGHTS:
            cursor.execute(statement.format(role=connection.ops.quote_name(role)))


def rights_too_many() -> list[str]:
    """What the role of this connection may do to the log beyond adding to it."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT right_ FROM unnest(%s) right_ WHERE has_table_privilege(%s, right_)", [[*_TOO_MUCH], LOG]
        )
        return [row[0] for row in cursor.fetchall()]
