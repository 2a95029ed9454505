"""Reads of the post room, always for a user."""

from notices.selectors.notices import get_notice, inbox, post_room_state, recent, unread_count

__all__ = ["get_notice", "inbox", "post_room_state", "recent", "unread_count"]
