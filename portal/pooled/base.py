"""The database backend for such a pool."""

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A cursor that PostgreSQL keeps open lives as long as its transaction, and no longer than the pool lends the line.

    Outside of a transaction Django would leave one open on a connection that somebody else is given next; there rows
    are fetched at once. Long lists are read inside a transaction (`workflow.exports.snapshot`) and stay in pieces,
    which Django's own switch (`DISABLE_SERVER_SIDE_CURSORS`) would end for them too.
    """

    def chunked_cursor(self):
        """A cursor for reading piece by piece."""
        return super().chunked_cursor() if self.in_atomic_block else self.cursor()
