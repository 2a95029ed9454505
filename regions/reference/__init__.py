"""Reference data: regions, organisations, vocabularies, cycles and holidays; the loader may run every day."""

from regions.reference.loader import Count, load, read, upsert

__all__ = ["Count", "load", "read", "upsert"]
