"""Reads of the loading dock, always for a user."""
