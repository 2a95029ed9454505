"""Settings of uploaded files: where they lie, who scans them, who sends them. Half a configuration stops the start."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from portal import environment as env

S3_NAMES = ("S3_BUCKET", "S3_ENDPOINT", "S3_REGION", "S3_ACCESS_KEY", "S3_SECRET_KEY", "S3_PREFIX", "S3_SSE")
FILES = "workflow.whole_files.WholeFileSystemStorage"
OBJECTS = "workflow.object_storage.PatientS3Storage"


def file_storages(media_root: Path) -> dict[str, dict]:
    """The storages `file` and, where a bucket is named, `s3`; `default` is the one that MEDIA_STORAGE names."""
    chosen = env.choice("MEDIA_STORAGE", "file", ("file", "s3"))
    found = {"file": {"BACKEND": FILES, "OPTIONS": {"location": str(media_root)}}}
    if options := _object_storage():
        found["s3"] = {"BACKEND": OBJECTS, "OPTIONS": options}
    if chosen not in found:
        raise ImproperlyConfigured("MEDIA_STORAGE=s3 needs S3_BUCKET.")
    return found | {"default": found[chosen]}


def _object_storage() -> dict:
    given = {name: env.text(name).strip() for name in S3_NAMES}
    if not any(given.values()):
        return {}
    if not given["S3_BUCKET"]:
        raise ImproperlyConfigured("Object storage is not complete: set S3_BUCKET too, or none of S3_…")
    if not (given["S3_ENDPOINT"] or given["S3_REGION"]):
        raise ImproperlyConfigured("Object storage is not complete: set S3_ENDPOINT, or S3_REGION for Amazon's own.")
    if bool(given["S3_ACCESS_KEY"]) != bool(given["S3_SECRET_KEY"]):
        raise ImproperlyConfigured(
            "Object storage is not complete: S3_ACCESS_KEY and S3_SECRET_KEY go together. Leave both empty where the "
            "server has a role of its own."
        )
    _check_endpoint(given["S3_ENDPOINT"])
    if not re.fullmatch(r"[A-Za-z0-9._/-]*", given["S3_PREFIX"]) or ".." in given["S3_PREFIX"]:
        raise ImproperlyConfigured("S3_PREFIX holds letters, digits and . _ - / only.")
    if given["S3_SSE"] not in {"", "AES256", "aws:kms"}:
        raise ImproperlyConfigured(f"S3_SSE must be AES256, aws:kms or empty, not {given['S3_SSE']!r}.")
    return {
        "bucket_name": given["S3_BUCKET"],
        "endpoint_url": given["S3_ENDPOINT"] or None,
        "region_name": given["S3_REGION"] or None,
        "access_key": given["S3_ACCESS_KEY"] or None,
        "secret_key": given["S3_SECRET_KEY"] or None,
        "location": given["S3_PREFIX"].strip("/"),
        "addressing_style": env.choice("S3_ADDRESSING", "path", ("path", "virtual", "auto")),
        "object_parameters": {"ServerSideEncryption": given["S3_SSE"]} if given["S3_SSE"] else {},
        "file_overwrite": False,
        "default_acl": None,
        "querystring_auth": True,
        "max_memory_size": 2 * 1024 * 1024,
    }


def _check_endpoint(endpoint: str) -> None:
    parts = urlsplit(endpoint)
    inside = parts.hostname in {"localhost", "127.0.0.1", "::1"} or env.flag("S3_HTTP")
    if endpoint and not (parts.hostname and parts.scheme in ({"https", "http"} if inside else {"https"})):
        raise ImproperlyConfigured(
            "S3_ENDPOINT must be an https:// address; S3_HTTP=1 allows http:// in a closed network."
        )


def scanner() -> str:
    """Where clamd listens: unix:///path or tcp://host:port; empty where uploads are not scanned."""
    value = env.text("CLAMD").strip()
    parts = urlsplit(value)
    try:
        fits = (parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc) or (
            parts.scheme == "tcp" and bool(parts.hostname) and bool(parts.port)
        )
    except ValueError:
        fits = False
    if value and not fits:
        raise ImproperlyConfigured(f"CLAMD must be unix:///run/clamav/clamd.ctl or tcp://host:3310, not {value!r}.")
    return value


def handed_over_at() -> str:
    """The proxy's internal address for files on disk (X-Accel-Redirect); empty where the portal sends them itself."""
    value = env.text("FILES_ACCEL").strip()
    if value and not re.fullmatch(r"/[a-z0-9-]+/", value):
        raise ImproperlyConfigured(f"FILES_ACCEL must look like /internal-files/, not {value!r}.")
    if value and env.text("MEDIA_STORAGE").strip() == "s3":
        raise ImproperlyConfigured("FILES_ACCEL serves files from a disk; it does not go with MEDIA_STORAGE=s3.")
    return value
