"""What leaves the portal as a list: one module for each room whose lists they are.

They stand together, above all rooms, so that whoever asks what can leave the house reads one folder. A column says no
more than the page of the list does; `docs/exports.md`.
"""

from exchange.exports import accounts, forum, need_lines, participants, partnerships, portal, programs, records, regions


def register_all() -> None:
    """Called once when Django starts."""
    for room in (regions, need_lines, programs, partnerships, participants, forum, accounts, portal, records):
        room.register()
