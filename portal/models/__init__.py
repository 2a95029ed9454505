"""What the building itself keeps."""

from portal.models.search import SearchEntry, SearchWord

__all__ = ["SearchEntry", "SearchWord"]
