"""How much one request may bring in files, counted while it arrives: what is too much never fills the disk."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class LimitedUpload(FileUploadHandler):
    """Ends a request whose files together are larger than any form of the portal needs."""

    def __init__(self, request=None):
        super().__init__(request)
        self.seen = 0

    @property
    def most(self) -> int:
        """The five files of a message, or one spreadsheet, with what a form lets people choose by mistake."""
        return 6 * settings.UPLOAD_MAX_BYTES + settings.IMPORT_MAX_BYTES

    def receive_data_chunk(self, raw_data, start):
        """Count, and hand on."""
        self.seen += len(raw_data)
        if self.seen > self.most:
            raise RequestDataTooBig("The files of one request are larger than all forms together allow.")
        return raw_data

    def file_complete(self, file_size):
        """The next handler keeps it."""
        return None
