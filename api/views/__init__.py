"""Views of the JSON interface."""
