"""Files in an S3-compatible storage: the same pages, the same permissions; a storage that is away loses nothing."""

from __future__ import annotations

import datetime as dt
import gc
import io
import os
import socket
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from participants.services.people import sweep_files
from regions.models import Evidence
from tests import factories
from tests.uploads import hostile
from workflow import object_storage
from workflow.storage import StorageAway

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # boto3 closes no lines

BUCKET = "sinergi"
OBJECTS = "workflow.object_storage.PatientS3Storage"
SECRET = {"access_key": "test", "secret_key": "test", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def server():
    """An S3 of our own."""
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()
    gc.collect()  # the lines boto3 has kept open


def options(endpoint: str) -> dict:
    return {
        "bucket_name": BUCKET,
        "endpoint_url": endpoint,
        "location": "portal",
        "addressing_style": "path",
        "file_overwrite": False,
        "default_acl": None,
        "object_parameters": {"ServerSideEncryption": "AES256"},
        **SECRET,
    }


@pytest.fixture
def bucket(server, settings, tmp_path):
    """An empty bucket, and a portal that keeps its files there."""
    import boto3

    found = boto3.resource(
        "s3", endpoint_url=server, aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
    ).Bucket(BUCKET)
    found.create()
    found.objects.all().delete()
    s3 = {"BACKEND": OBJECTS, "OPTIONS": options(server)}
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"default": s3, "s3": s3, "file": disk}
    return found


@pytest.fixture
def send(operator, draft, address, vocabulary):
    def sending(content=factories.PDF):
        file = SimpleUploadedFile("akpk.pdf", content)
        data = {"evidence": "1", "evidence-evidence_type": "AKPK", "evidence-file": file}
        return operator.post(address("papers", draft), data)

    return sending


def keys(bucket) -> list[str]:
    return sorted(entry.key for entry in bucket.objects.all())


def test_a_file_is_kept_in_the_bucket_and_leaves_through_the_permission_check(
    bucket,
    send,
    operator,
    draft,
    address,
    client,
    bali_operator,
):
    assert send().status_code == 302
    paper = draft.evidence.get()
    assert keys(bucket) == [f"portal/{paper.file.name}"]
    assert bucket.Object(keys(bucket)[0]).server_side_encryption == "AES256"
    url = address("evidence", draft, paper.pk)
    answer = operator.get(url)
    assert b"".join(answer.streaming_content) == factories.PDF
    assert (answer["Content-Type"], answer["Content-Disposition"][:10]) == ("application/pdf", "attachment")
    client.force_login(bali_operator)
    assert client.get(url).status_code == 404


def test_a_removed_file_is_removed_from_the_bucket(
    bucket,
    send,
    operator,
    draft,
    address,
    django_capture_on_commit_callbacks,
):
    send()
    with django_capture_on_commit_callbacks(execute=True):
        operator.post(address("remove_evidence", draft, draft.evidence.get().pk))
    assert keys(bucket) == []


@pytest.mark.parametrize("redirect", [False, True])
def test_a_row_without_its_object_is_404(bucket, send, operator, draft, address, settings, redirect):
    send()
    settings.S3_REDIRECT = redirect
    bucket.objects.all().delete()
    assert operator.get(address("evidence", draft, draft.evidence.get().pk)).status_code == 404


def test_a_redirect_is_good_for_a_minute_and_says_what_it_sends(
    bucket,
    send,
    operator,
    draft,
    address,
    settings,
):
    send()
    settings.S3_REDIRECT = True
    answer = operator.get(address("evidence", draft, draft.evidence.get().pk))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.url).query).items()}
    assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-store")
    assert asked["response-content-disposition"] == 'attachment; filename="akpk.pdf"'
    assert (asked["response-content-type"], asked["X-Amz-Expires"]) == ("application/pdf", "60")
    assert asked["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"


def test_files_of_people_that_no_row_holds_are_swept_from_the_bucket_too(bucket, db):
    bucket.put_object(Key="portal/participants/ab/loose.pdf", Body=b"x")
    bucket.put_object(Key="portal/regions/ab/other.pdf", Body=b"x")
    bucket.put_object(Key="elsewhere/participants/ab/x.pdf", Body=b"x")
    assert sweep_files() == 0
    assert sweep_files(timezone.now() + dt.timedelta(hours=25)) == 1
    assert keys(bucket) == ["elsewhere/participants/ab/x.pdf", "portal/regions/ab/other.pdf"]


@pytest.mark.parametrize("fault", ["nobody listens", "says nothing", "refuses the key"])
def test_a_storage_that_is_away_is_a_sentence_within_ten_seconds_and_nothing_is_lost(
    bucket,
    server,
    send,
    operator,
    draft,
    address,
    settings,
    fault,
    monkeypatch,
):
    assert (object_storage.CONNECT_SECONDS + object_storage.READ_SECONDS) * object_storage.TRIES <= 10
    monkeypatch.setattr(object_storage, "READ_SECONDS", 0.5)
    send()
    paper = draft.evidence.get()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        nowhere = f"http://127.0.0.1:{silent.getsockname()[1]}"
        if fault == "nobody listens":
            silent.close()
        about = options(server if fault == "refuses the key" else nowhere)
        if fault == "refuses the key":
            about["bucket_name"] = "somebody-elses"
        settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": OBJECTS, "OPTIONS": about}}
        began = time.monotonic()
        refused = send(factories.PDF + b"%x")
        assert time.monotonic() - began < 10
        assert (refused.status_code, "The storage for files does not answer" in refused.text) == (503, True)
        assert operator.get(address("evidence", draft, paper.pk)).status_code in {404, 503}
    assert [found.pk for found in draft.evidence.all()] == [paper.pk]


# --- Moving -----------------------------------------------------------------------------------------------------------


def moved(*arguments: str) -> str:
    said = io.StringIO()
    call_command("movefiles", *arguments, stdout=said, stderr=said)
    return said.getvalue()


@pytest.fixture
def on_disk(bucket, settings, need_aceh, tmp_path):
    """Three files on a disk, an empty bucket."""
    s3 = settings.STORAGES["s3"]
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["file"], "s3": s3}
    for paper in (*need_aceh.evidence.all(), need_aceh.cover_letter):
        paper.hold(factories.pdf()).save()
    Evidence(need=need_aceh, evidence_type="AKPK").hold(factories.ContentFile(hostile.pdf(), name="b.pdf")).save()
    bucket.objects.all().delete()
    return sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.pdf"))


def test_files_move_to_the_bucket_once_and_stay_where_they_were(on_disk, bucket, tmp_path):
    assert moved("--to", "s3").splitlines()[0].startswith("3 copied, 0 there already")
    assert keys(bucket) == [f"portal/{name}" for name in on_disk]
    assert all((tmp_path / name).exists() for name in on_disk)
    assert moved("--to", "s3").splitlines()[0].startswith("0 copied, 3 there already")
    assert moved("--to", "s3", "--check").splitlines()[0].startswith("0 copied, 3 there already")


def test_files_move_back(on_disk, bucket, tmp_path):
    moved("--to", "s3")
    for name in on_disk:
        (tmp_path / name).unlink()
    assert moved("--to", "file").splitlines()[0].startswith("3 copied")
    assert all((tmp_path / name).exists() for name in on_disk)


def test_a_file_that_differs_or_lacks_is_named_and_never_overwritten(on_disk, bucket, tmp_path):
    bucket.put_object(Key=f"portal/{on_disk[0]}", Body=b"another")
    (tmp_path / on_disk[1]).write_bytes(b"rotten")
    (tmp_path / on_disk[2]).unlink()
    with pytest.raises(CommandError, match="Not every file"):
        moved("--to", "s3")
    assert keys(bucket) == [f"portal/{on_disk[0]}"]
    assert bucket.Object(f"portal/{on_disk[0]}").get()["Body"].read() == b"another"


def test_a_move_goes_on_when_the_storage_is_back(on_disk, bucket, server, settings):
    good = settings.STORAGES
    with socket.create_server(("127.0.0.1", 0)) as free:
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}"
    settings.STORAGES = good | {"s3": {"BACKEND": OBJECTS, "OPTIONS": options(nowhere)}}
    with pytest.raises(CommandError, match="it goes on where it stopped"):
        moved("--to", "s3")
    settings.STORAGES = good
    assert moved("--to", "s3").splitlines()[0].startswith("3 copied")


def test_nothing_moves_where_no_bucket_is_named(settings, db):
    with pytest.raises(CommandError, match="S3_BUCKET"):
        call_command("movefiles", "--to", "s3")


def test_a_storage_answers_or_refuses_but_is_never_a_fault(bucket, settings):
    name = default_storage.save("regions/ab/x.pdf", factories.pdf())
    assert (default_storage.exists(name), default_storage.size(name)) == (True, len(factories.PDF))
    bucket.objects.all().delete()
    with pytest.raises(FileNotFoundError):
        default_storage.open(name)
    bucket.delete()
    with pytest.raises(StorageAway):
        default_storage.save("regions/ab/y.pdf", factories.pdf())


# --- Configuration ----------------------------------------------------------------------------------------------------

WHOLE = {
    "MEDIA_STORAGE": "s3",
    "S3_BUCKET": "b",
    "S3_ENDPOINT": "https://s3.example.test",
    "S3_ACCESS_KEY": "k",
    "S3_SECRET_KEY": "s",
}
TRIES = {
    "whole": ({}, ""),
    "Amazon's own, with a role": (
        {"S3_ENDPOINT": "", "S3_REGION": "ap-southeast-3", "S3_ACCESS_KEY": "", "S3_SECRET_KEY": ""},
        "",
    ),
    "no bucket": ({"S3_BUCKET": ""}, "set S3_BUCKET too"),
    "nothing but the word": (dict.fromkeys(WHOLE, "") | {"MEDIA_STORAGE": "s3"}, "needs S3_BUCKET"),
    "no address": ({"S3_ENDPOINT": ""}, "set S3_ENDPOINT"),
    "half a key": ({"S3_SECRET_KEY": ""}, "go together"),
    "in the open": ({"S3_ENDPOINT": "http://s3.example.test"}, "must be an https"),
    "another word": ({"MEDIA_STORAGE": "ftp"}, "must be file or s3"),
    "an odd prefix": ({"S3_PREFIX": "../x"}, "S3_PREFIX"),
    "an odd encryption": ({"S3_SSE": "rot13"}, "S3_SSE"),
    "disk and bucket at once": ({"FILES_ACCEL": "/internal-files/"}, "does not go with"),
    "an odd scanner": ({"CLAMD": "localhost:3310"}, "CLAMD must be"),
}
ASK = """
import sys
from django.core.exceptions import ImproperlyConfigured
from pathlib import Path
import os
from portal import file_settings
for line in sys.stdin:
    os.environ.update(eval(line))
    try:
        file_settings.file_storages(Path("media")); file_settings.scanner(); file_settings.handed_over_at()
        print("")
    except ImproperlyConfigured as error:
        print(error)
"""


def test_half_a_configuration_stops_the_start():
    everything = dict.fromkeys(("S3_REGION", "S3_PREFIX", "S3_SSE", "FILES_ACCEL", "CLAMD"), "")
    lines = "\n".join(repr(everything | WHOLE | change) for change, _says in TRIES.values())
    said = subprocess.run(
        [sys.executable, "-c", ASK], input=lines, capture_output=True, text=True, check=True, env=dict(os.environ)
    ).stdout.splitlines()
    wrong = {
        name: sentence
        for (name, (_change, says)), sentence in zip(TRIES.items(), said, strict=True)
        if (says not in sentence) or bool(says) != bool(sentence)
    }
    assert wrong == {}
