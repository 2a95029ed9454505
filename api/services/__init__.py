"""Writes of the JSON interface itself."""
