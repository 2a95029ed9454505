"""Reads that cross the rooms, always for a user."""
