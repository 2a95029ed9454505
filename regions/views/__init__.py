"""Pages of the needs room."""
