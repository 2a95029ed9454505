"""Writes of the meeting hall."""
