"""Forms of the loading dock."""
