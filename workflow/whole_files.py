"""Files on a disk are whole or not there: a full disk or a killed process leaves no half file under a real name."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress

from django.core.files.storage import FileSystemStorage

HALF = ".half"
"""End of the names of files that are being written; one that stays belongs to a process that was killed."""


class WholeFileSystemStorage(FileSystemStorage):
    """Writes beside the place and moves what is complete into it."""

    def _save(self, name, content):
        half = f"{name}.{secrets.token_hex(4)}{HALF}"
        try:
            super()._save(half, content)
            return self._take_place(half, name)
        finally:
            with suppress(FileNotFoundError):
                os.remove(self.path(half))

    def _take_place(self, half: str, name: str) -> str:
        while True:
            try:
                os.link(self.path(half), self.path(name))  # unlike a rename it never replaces somebody else's file
                return name
            except FileExistsError:
                name = self.get_available_name(name)
