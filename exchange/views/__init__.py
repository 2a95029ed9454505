"""Pages of the loading dock."""
