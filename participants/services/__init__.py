"""Writes of the participants' room."""
