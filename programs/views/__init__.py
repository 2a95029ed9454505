"""Pages on programmes: the public catalogue, and the pages on which partner and ministry work."""
