"""Reads of the participants' room, always for a user."""
