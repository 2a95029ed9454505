"""Reads of the interface that no room below has a page for."""
