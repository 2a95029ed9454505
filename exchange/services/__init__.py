"""What the loading dock writes."""
