"""Backups: database and files, encrypted, with checksums, and the way back (docs/operations/backups.md)."""

BACKUP_LOG = "portal.backup"
"""How the log calls them."""


class Trouble(Exception):
    """A backup cannot be made or restored; a sentence that says why and what helps."""
