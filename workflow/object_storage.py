"""S3-compatible object storage that answers within seconds or refuses; loaded only where STORAGES names it."""

from __future__ import annotations

import datetime as dt
import functools
import logging

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage

from workflow.storage import StorageAway

log = logging.getLogger(__name__)
CONNECT_SECONDS, READ_SECONDS, TRIES = 2, 3, 2
"""A page never waits ten seconds for a storage that does not answer: one try more, then a sentence."""


def _patient(method):
    """A method of the storage whose faults are StorageAway."""

    @functools.wraps(method)
    def asked(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except (BotoCoreError, ClientError, Boto3Error, RetriesExceededError) as error:
            log.error("object storage: %s: %s", type(error).__name__, error)
            raise StorageAway from error

    return asked


class PatientS3Storage(S3Storage):
    """Files in a bucket that is closed to the public; nothing is ever overwritten."""

    def __init__(self, *, addressing_style: str, **options):
        config = Config(
            signature_version="s3v4",
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": TRIES, "mode": "standard"},
            s3={"addressing_style": addressing_style},
            # Checksums that came later than S3 itself are not understood by every storage.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        once = TransferConfig(use_threads=False, num_download_attempts=TRIES)
        super().__init__(client_config=config, transfer_config=once, **options)

    @_patient
    def _open(self, name, mode="rb"):
        found = super()._open(name, mode)
        if "r" in mode:
            bool(found.file)  # fetched here, so that a fault shows before an answer has begun
        return found

    _save = _patient(S3Storage._save)
    delete = _patient(S3Storage.delete)
    exists = _patient(S3Storage.exists)
    listdir = _patient(S3Storage.listdir)
    size = _patient(S3Storage.size)
    get_modified_time = _patient(S3Storage.get_modified_time)

    @_patient
    def names_below(self, folder: str) -> list[tuple[str, dt.datetime]]:
        """(name, when it was written) of every file below a folder, in one listing."""
        top = f"{self.location.strip('/')}/" if self.location else ""
        wanted = f"{top}{folder.strip('/')}/" if folder else top
        found = self.bucket.objects.filter(Prefix=wanted)
        return [(entry.key.removeprefix(top), entry.last_modified) for entry in found]
