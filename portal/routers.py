"""Which database a query goes to: the primary; for the records of a report its copy, where a page asks for it."""

from django.db import DEFAULT_DB_ALIAS

from workflow import replica

READ_THERE = frozenset({"workflow", "regions", "programs", "partnerships", "participants", "portal"})
"""Rooms whose records fill reports. Who somebody is and what they may (sessions, memberships, delegations), jobs,
notices and conversations are always asked of the primary."""
PUBLISHED = frozenset({"exchange.edition", "exchange.count"})
"""What is published, and what it withholds: of the same moment as the records it is counted from."""


class ReportsRouter:
    """Reads of a report: `workflow.replica`. Writes, and whatever a write depends on, stay with the primary."""

    def db_for_read(self, model, **_hints):
        """The copy inside a report, else the primary; also for what hangs on a record that was read there."""
        about = model._meta
        return replica.alias() if about.app_label in READ_THERE or about.label_lower in PUBLISHED else DEFAULT_DB_ALIAS

    def db_for_write(self, model, **_hints):
        """The copy takes no writes."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, _one, _other, **_hints):
        """Both hold the same records."""
        return True

    def allow_migrate(self, db, _app_label, **_hints):
        """The copy follows by itself."""
        return db == DEFAULT_DB_ALIAS
