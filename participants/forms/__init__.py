"""Input about people and their nominations."""
