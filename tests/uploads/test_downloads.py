"""Stored files leave through one way: after the permission check, to be saved, with a type of ours, never executed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from django.urls import reverse
from django.utils import translation

from regions.models import Evidence
from tests import factories
from workflow.downloads import stored_response

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
HELD = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


@pytest.fixture
def paper(need_aceh):
    return need_aceh.evidence.get()


@pytest.fixture
def url(paper):
    with translation.override("en"):
        return reverse("regions:evidence", args=[paper.need.code, paper.pk])


def test_a_file_leaves_to_be_saved_and_sealed_off(client, aceh_operator, url):
    client.force_login(aceh_operator)
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == factories.PDF
    assert {name: answer[name] for name in HELD} == HELD
    assert answer["Content-Disposition"] == 'attachment; filename="akpk.pdf"'
    assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert answer["Content-Type"] == "application/pdf"


def test_a_pdf_that_is_shown_is_shown_alone(client, aceh_operator, url):
    client.force_login(aceh_operator)
    answer = client.get(url, {"lihat": "1"})
    assert answer["Content-Disposition"] == 'inline; filename="akpk.pdf"'
    assert answer["Content-Security-Policy"].startswith("default-src 'none';")
    assert {name: answer[name] for name in HELD} == HELD


def test_a_picture_is_never_shown_in_the_portals_name(paper):
    answer = stored_response(paper.file, "a.png", "image/png", inline=True)
    assert answer["Content-Disposition"] == 'attachment; filename="a.png"'
    answer.close()


def test_a_type_that_is_not_ours_becomes_none(paper):
    answer = stored_response(paper.file, "a.html", "text/html", inline=True)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="a.html"'
    answer.close()


def test_a_name_cannot_write_headers(paper):
    paper.name = 'a"\r\nSet-Cookie: x=1; b="é.pdf'
    answer = stored_response(paper.file, paper.name.replace("\r\n", " "), "application/pdf")
    assert "Set-Cookie" not in answer.headers
    answer.close()


@pytest.mark.parametrize("accel", ["", "/internal-files/"])
def test_who_may_not_see_the_record_gets_nothing_and_no_hint_where_it_lies(client, bali_operator, url, settings, accel):
    settings.FILES_ACCEL = accel
    client.force_login(bali_operator)
    answer = client.get(url)
    assert (answer.status_code, "X-Accel-Redirect" in answer) == (404, False)


def test_the_proxy_is_told_where_the_file_lies_and_nothing_else(client, aceh_operator, url, paper, settings):
    settings.FILES_ACCEL = "/internal-files/"
    client.force_login(aceh_operator)
    answer = client.get(url)
    assert (answer["X-Accel-Redirect"], answer.content) == (f"/internal-files/{paper.file.name}", b"")
    assert answer["Content-Disposition"] == 'attachment; filename="akpk.pdf"'


@pytest.mark.parametrize("accel", ["", "/internal-files/"])
def test_a_row_without_its_file_is_404(client, aceh_operator, url, paper, settings, accel):
    settings.FILES_ACCEL = accel
    paper.file.storage.delete(paper.file.name)
    client.force_login(aceh_operator)
    assert client.get(url).status_code == 404


# --- With a real proxy ------------------------------------------------------------------------------------------------

CONFIGURATION = """
pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off; worker_processes 1;
events {{ worker_connections 32; }}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass {portal}; proxy_set_header Host localhost; }}
    {location}
  }}
}}
"""


@pytest.fixture
def proxy(tmp_path, live_server, settings):
    """nginx in front of the portal, with the very lines of the example for operators."""
    example = (settings.BASE_DIR / "docs" / "files.md").read_text()
    location = example.split("```nginx\n")[1].split("```")[0].replace("/var/lib/sinergi/media/", f"{tmp_path}/media/")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    file = tmp_path / "nginx.conf"
    file.write_text(CONFIGURATION.format(folder=tmp_path, port=port, portal=live_server.url, location=location))
    user = ["-g", "user root;"] if os.geteuid() == 0 else []
    process = subprocess.Popen([NGINX, "-c", str(file), "-e", str(tmp_path / "error.log"), *user])
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert time.monotonic() < until and process.poll() is None, (tmp_path / "error.log").read_text()
            time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


@pytest.mark.skipif(not NGINX, reason="nginx is missing: apt-get install nginx-light")
@pytest.mark.django_db(transaction=True)
def test_nginx_sends_the_file_by_word_of_the_portal_and_to_nobody_else(proxy, client, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "media"},
        }
    }
    settings.FILES_ACCEL = "/internal-files/"
    where = factories.office("1101")
    operator = factories.member("DINAS_OP", where)
    paper = factories.need(where, created_by=operator).evidence.get()
    client.force_login(operator)
    address = f"{proxy}{reverse('regions:evidence', args=[paper.need.code, paper.pk])}"
    asked = urllib.request.Request(address, headers={"Cookie": f"sessionid={client.cookies['sessionid'].value}"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.read() == factories.PDF
        assert {name: answer.headers[name] for name in HELD} == HELD
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="akpk.pdf"'
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    for path in (f"/internal-files/{paper.file.name}", f"/internal-files/../{paper.file.name}"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(proxy + path, timeout=10)
        assert refused.value.code == 404
        refused.value.close()
    assert Evidence.objects.count() == 1
