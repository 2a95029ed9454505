"""The launcher: starts the servers of a first look and of the tests as child processes, and stops them again.

Nothing here runs in production; there systemd or a container platform does this work (docs/operations/README.md).
"""


class StackError(Exception):
    """Something is missing or in the way. The message is for a person and says what to do."""
