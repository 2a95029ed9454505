"""Search: what is found, how words are understood, and how the database keeps the index."""
