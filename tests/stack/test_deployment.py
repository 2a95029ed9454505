"""The portal as its operators run it, without containers: the shipped proxy, pool of roles and variables, real servers.

nginx with TLS in front of gunicorn, a worker and beat in production settings; PostgreSQL with the two roles of
`deploy/postgres/roles.sql`, of which the processes have the lesser one; Valkey.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, urlencode

import psycopg2
import pytest
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connection

from portal.stack.places import ROOT, server_account
from portal.stack.postgres import FAST_AND_CARELESS, prepare
from portal.stack.processes import Crew
from tests.servers import temporary_folder
from tests.stack.test_demo import free_port
from tests.stack.test_worker import until

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
HOST = "portal.example.test"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
OWNER, WEB = "Zq8-kWv3-owner", "Zq8-kWv3-web"
PASSWORD = "kereta-senja-14-melati"
ACCOUNT = "operator@dinas.example.test"
PEOPLE = f"""
from accounts.models import Membership, Organisation, User
from accounts.roles import Role
user = User.objects.create_user(email="{ACCOUNT}", name="Operator", password="{PASSWORD}")
office = Organisation.objects.filter(code__startswith="DISNAKER-").order_by("code").first()
Membership.objects.create(user=user, organisation=office, role=Role.DINAS_OP)
"""


@pytest.fixture(scope="module")
def portal(django_db_setup, django_db_blocker, redis_url):
    """Everything running; taken down again when the last test of this module is done."""
    if not NGINX:
        pytest.skip("nginx is not installed (Debian: apt-get install nginx-light)")
    folder = temporary_folder()
    folder.chmod(0o755)
    with Crew() as crew:
        with django_db_blocker.unblock():
            server = database(crew, folder)
        owner_url, web_url = (
            f"postgres://sinergi_{who}:{quote(word)}@/sinergi?host={quote(str(server.sockets))}"
            for who, word in (("owner", OWNER), ("web", WEB))
        )
        ports = SimpleNamespace(web=free_port(), http=free_port(), https=free_port())
        env = environment(folder, redis_url, ports) | {"DATABASE_URL": web_url}
        manage = [sys.executable, "manage.py"]
        options = {"cwd": ROOT, "log": folder / "step.log"}
        owner = env | {"DATABASE_URL": owner_url, "DATABASE_WEB_ROLE": "sinergi_web"}
        steps = [
            crew.start(
                "static files", [*manage, "collectstatic", "--noinput"], env=env, cwd=ROOT, log=folder / "s.log"
            ),
            crew.start("upgrade", [*manage, "upgrade"], env=owner, **options),
        ]
        for step in steps:
            crew.finish(step)
        crew.run("people", [*manage, "shell", "-v", "0", "-c", PEOPLE], env=env, **options)
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:portal.gunicorn", "portal.wsgi"]
        celery = [sys.executable, "-m", "celery", "-A", "portal"]
        worker = [*celery, "worker", "-Q", "interactive,mail,bulk", "--pool", "solo", "--without-mingle", "-l", "INFO"]
        beat = [*celery, "beat", "--schedule", str(folder / "beat"), "--pidfile=", "-l", "INFO"]
        crew.start("web", gunicorn, env=env, cwd=ROOT, log=folder / "web.log")
        crew.start("worker", worker, env=env, cwd=ROOT, log=folder / "worker.log")
        crew.start("beat", beat, env=env, cwd=ROOT, log=folder / "beat.log")
        proxy(crew, folder, ports)
        line = urllib3.HTTPSConnectionPool(
            "127.0.0.1", ports.https, ca_certs=str(folder / "tls" / "fullchain.pem"), server_hostname=HOST,
            assert_hostname=HOST, retries=False, timeout=20,
        )  # fmt: skip
        made = SimpleNamespace(
            folder=folder, ports=ports, env=env, owner=owner, line=line, server=server, web_url=web_url, crew=crew
        )
        until(lambda: status(made) == 200, 60)
        yield made
        line.close()
    shutil.rmtree(folder, ignore_errors=True)


def database(crew, folder: Path):
    """A server with the roles that are shipped, and the tables of this version as the owner would have made them."""
    home, account = folder / "db", server_account()
    home.mkdir()
    account.own(home)
    server = crew.add(prepare(home, account, FAST_AND_CARELESS))
    server.start()
    tools = Path(server.binaries.folder)
    superuser = {"PGHOST": str(server.sockets), "PGUSER": "sinergi", "PGPASSWORD": server._password()}
    roles = ["-d", "postgres", "--no-psqlrc", "-q", "-f", str(ROOT / "deploy" / "postgres" / "roles.sql")]
    passwords = {"SINERGI_OWNER_PASSWORD": OWNER, "SINERGI_WEB_PASSWORD": WEB}
    subprocess.run([tools / "psql", *roles], env=os.environ | superuser | passwords, check=True)
    # The tables come as a copy, because making them one migration after the other takes half a minute.
    given = connection.get_connection_params()
    here = {
        "PGHOST": given["host"],
        "PGUSER": given["user"],
        "PGPASSWORD": given["password"],
        "PGPORT": str(given["port"]),
    }
    dump = [tools / "pg_dump", "--no-owner", "--no-privileges", "-d", given["dbname"]]
    sql = subprocess.run(dump, env=os.environ | here, check=True, capture_output=True).stdout
    sql = b"\n".join(row for row in sql.split(b"\n") if not row.startswith(b"COMMENT ON EXTENSION"))
    as_owner = superuser | {"PGUSER": "sinergi_owner", "PGPASSWORD": OWNER}
    fill = [tools / "psql", "-d", "sinergi", "--no-psqlrc", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull]
    subprocess.run(fill, env=os.environ | as_owner, input=sql, check=True)
    return server


def environment(folder: Path, redis_url: str, ports) -> dict[str, str]:
    """The shipped example, filled in."""
    lines = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8").splitlines()
    example = dict(row.split("=", 1) for row in lines if "=" in row and not row.startswith("#"))
    (folder / "key").write_text("dR3kq0Zt-7vXn2LmWbY9sJhG5cUeA8pTfQxV1iOyK4wNrB6zMCEPgDlHuSjFaI_\n")
    del example["SECRET_KEY"]
    return {
        "PATH": os.environ["PATH"],
        "PYTHONWARNINGS": "ignore",
        **example,
        "SECRET_KEY_FILE": str(folder / "key"),
        "PERSONAL_DATA_KEYS": "Zk8-qWv3nRt5LxJm0HcYbP7sGfUeA2dTiQ9oVhNwK1y4MzBr",
        "REDIS_URL": redis_url,
        "BIND": f"127.0.0.1:{ports.web}",
        "WEB_WORKERS": "1",
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
        "MAINTENANCE_FILE": str(folder / "maintenance.json"),
        "EMAIL_FILE_PATH": str(folder / "mail"),
        "LOG_FORMAT": "line",
    }


def proxy(crew, folder: Path, ports) -> None:
    """nginx with the shipped file; only addresses and paths are other ones."""
    certificate(folder / "tls")
    shutil.copytree(ROOT / "deploy" / "nginx" / "pages", folder / "pages")
    shipped = "\n".join(
        (ROOT / "deploy" / "nginx" / name).read_text(encoding="utf-8") for name in ("upstream.conf", "sinergi.conf")
    )
    for was, becomes in {
        "server 127.0.0.1:8000": f"server 127.0.0.1:{ports.web}",
        "listen 80": f"listen 127.0.0.1:{ports.http}",
        "listen 443": f"listen 127.0.0.1:{ports.https}",
        "/etc/nginx/sinergi-tls": str(folder / "tls"),
        "/etc/nginx/sinergi-pages": str(folder / "pages"),
        "/var/lib/sinergi/media": str(folder / "media"),
        "/dev/stdout": str(folder / "access.log"),
        "/dev/stderr": str(folder / "proxy-error.log"),
    }.items():
        assert was in shipped, was
        shipped = shipped.replace(was, becomes)
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"""
        {"user root;" if os.geteuid() == 0 else ""}
        pid {folder}/nginx.pid; daemon off; error_log {folder}/proxy-start.log;
        events {{ }}
        http {{ {temporary} include /etc/nginx/mime.types; default_type application/octet-stream; {shipped} }}
    """
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    crew.start("proxy", [NGINX, "-c", str(folder / "nginx.conf")], env={}, log=folder / "nginx.log")


def certificate(folder: Path) -> None:
    """For the portal's name, signed by itself."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def status(portal) -> int:
    try:
        return ask(portal, "/healthz").status
    except urllib3.exceptions.HTTPError:
        return 0


def ask(portal, path: str, method: str = "GET", cookies: dict | None = None, **options):
    """What the proxy answers under the portal's name."""
    headers = {"Host": HOST, **options.pop("headers", {})}
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return portal.line.request(method, path, headers=headers, redirect=False, **options)


def send(portal, path: str, cookies: dict, **fields):
    """Fill in a form as a browser does; cookies are kept in the dictionary."""
    page = ask(portal, path, cookies=cookies)
    keep(page, cookies)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.data.decode()).group(1)
    answer = ask(
        portal,
        path,
        "POST",
        cookies,
        body=urlencode({"csrfmiddlewaretoken": token, **fields}),
        headers={"Content-Type": "application/x-www-form-urlencoded", "Referer": f"https://{HOST}{path}"},
    )
    keep(answer, cookies)
    return answer


def keep(answer, cookies: dict) -> list[str]:
    given = answer.headers.getlist("Set-Cookie")
    cookies.update(row.split(";")[0].split("=", 1) for row in given)
    return given


def test_plain_http_leads_to_https_and_nowhere_else(portal):
    line = urllib3.HTTPConnectionPool("127.0.0.1", portal.ports.http, retries=False)
    answer = line.request("GET", "/masuk/?a=1", headers={"Host": HOST}, redirect=False)
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/masuk/?a=1")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    in_the_open = {"Host": HOST, "Authorization": "Bearer x"}
    paths = ("/api/v1/needs", "/en/api/v1/needs", "/api/v1/openapi.json")
    tokens = [line.request("GET", path, headers=in_the_open, redirect=False) for path in paths]
    assert [(answer.status, answer.headers.get("Location")) for answer in tokens] == [(403, None)] * 3
    assert {answer.headers["Content-Type"] for answer in tokens} == {"text/html; charset=utf-8"}
    with pytest.raises(urllib3.exceptions.ProtocolError):
        line.request("GET", "/", headers={"Host": "evil.test"})
    line.close()


def test_another_name_gets_no_handshake(portal):
    other = urllib3.HTTPSConnectionPool(
        "127.0.0.1", portal.ports.https, cert_reqs="CERT_NONE", server_hostname="evil.test", retries=False
    )
    with pytest.raises(urllib3.exceptions.SSLError):
        other.request("GET", "/")
    other.close()
    with pytest.raises(urllib3.exceptions.ProtocolError):  # nor an answer behind the handshake of ours
        ask(portal, "/", headers={"Host": "evil.test"})


def test_a_page_carries_the_headers_that_protect_it(portal):
    answer = ask(portal, "/")
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Server"] == "nginx"


def test_what_the_proxy_answers_itself_is_as_strict_and_nothing_is_said_twice(portal):
    guards = {
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }
    own = {
        "hidden": ask(portal, "/metrics"),
        "internal": ask(portal, "/internal-files/x.pdf"),
        "wrong method": ask(portal, "/", "TRACE"),
    }
    assert {what: answer.status for what, answer in own.items()} == {
        "hidden": 404,
        "internal": 404,
        "wrong method": 405,
    }
    for what, answer in own.items():
        assert {name: answer.headers.get(name) for name in guards} == guards, what
    assert own["hidden"].headers["Content-Type"] == "text/html; charset=utf-8"
    closed = ask(portal, "/masuk/", "POST", body=b"x" * (13 * 1024 * 1024))
    assert (closed.status, closed.headers["Content-Type"]) == (413, "text/html; charset=utf-8")
    assert closed.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    answers = {path: ask(portal, path) for path in ("/", "/api/v1/needs", "/tidak-ada/", "/healthz", "/robots.txt")}
    once = [*guards, "X-Frame-Options", "Referrer-Policy", "Permissions-Policy", "X-Proxy"]
    said = {(path, name): len(answer.headers.getlist(name)) for path, answer in answers.items() for name in once}
    assert said == {(path, name): int(name != "X-Proxy") for path in answers for name in once}


class HandsOver(BaseHTTPRequestHandler):
    """A portal that has said who may have a file, and leaves the sending to the proxy."""

    def do_GET(self):
        self.send_response(200)
        said = {
            "Content-Type": "application/pdf",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
            "Referrer-Policy": "same-origin",
            "X-Accel-Redirect": "/internal-files/surat.pdf",
        }
        for name, value in said.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_words):
        """Nothing."""


def test_a_file_that_the_proxy_hands_out_is_as_strict_as_if_the_portal_did():
    if not NGINX:
        pytest.skip("nginx is not installed (Debian: apt-get install nginx-light)")
    folder = temporary_folder()
    folder.chmod(0o755)
    (folder / "media").mkdir()
    (folder / "media" / "surat.pdf").write_bytes(b"%PDF-1.7")
    server = ThreadingHTTPServer(("127.0.0.1", 0), HandsOver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ports = SimpleNamespace(web=server.server_port, http=free_port(), https=free_port())
    with Crew() as crew:
        proxy(crew, folder, ports)
        line = urllib3.HTTPSConnectionPool(
            "127.0.0.1", ports.https, ca_certs=str(folder / "tls" / "fullchain.pem"), server_hostname=HOST,
            assert_hostname=HOST, retries=False, timeout=20,
        )  # fmt: skip
        there = SimpleNamespace(line=line)
        until(lambda: status(there) == 200, 20)
        answer = ask(there, "/surat/")
        line.close()
    server.shutdown()
    server.server_close()
    shutil.rmtree(folder, ignore_errors=True)
    wanted = {
        "Content-Type": ["application/pdf"],
        "Strict-Transport-Security": ["max-age=31536000; includeSubDomains; preload"],
        "X-Content-Type-Options": ["nosniff"],
        "X-Frame-Options": ["DENY"],
        "Referrer-Policy": ["same-origin"],
        "Content-Security-Policy": ["default-src 'none'; frame-ancestors 'none'; sandbox"],
        "Cross-Origin-Resource-Policy": ["same-origin"],
    }
    assert (answer.status, answer.data) == (200, b"%PDF-1.7")
    assert {name: answer.headers.getlist(name) for name in wanted} == wanted


def test_static_files_may_be_kept_for_ten_years(portal):
    [address] = re.findall(r'href="(/static/css/[^"]+\.css)"', ask(portal, "/").data.decode())[:1]
    answer = ask(portal, address)
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "max-age=315360000, public, immutable")


def test_too_much_at_once_is_refused_with_a_sentence(portal):
    answer = ask(portal, "/masuk/", "POST", body=b"x" * (13 * 1024 * 1024))
    assert answer.status == 413
    assert "Satu kiriman boleh sampai 12 MB." in answer.data.decode()
    assert "One submission may hold up to 12 MB." in answer.data.decode()
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_what_machines_ask_is_not_open_to_visitors(portal):
    assert [ask(portal, path).status for path in ("/readyz", "/metrics")] == [404, 404]
    inside = urllib3.HTTPConnectionPool("127.0.0.1", portal.ports.web, retries=False)
    answer = inside.request("GET", "/readyz", headers={"Host": HOST})
    parts = json.loads(answer.data)["parts"]
    assert {name: parts[name] for name in ("database", "migrations", "cache", "tasks")} == {
        "database": "ok",
        "migrations": "ok",
        "cache": "ok",
        "tasks": "ok",
    }
    inside.close()


def test_people_sign_in_with_the_lesser_role_of_the_database(portal):
    cookies: dict[str, str] = {}
    answer = send(portal, "/masuk/", cookies, email=ACCOUNT, password=PASSWORD)
    assert answer.status == 302, answer.data.decode()[:2000]
    flags = [row for row in answer.headers.getlist("Set-Cookie") if "sessionid=" in row]
    assert flags and all({"Secure", "HttpOnly"} <= {part.strip() for part in row.split(";")} for row in flags)
    home = ask(portal, "/beranda/", cookies=cookies)
    assert (home.status, "Operator" in home.data.decode()) == (200, True)


def test_a_mail_that_a_page_asks_for_is_sent_by_the_worker(portal):
    answer = send(portal, "/sandi/", {}, email=ACCOUNT)
    assert answer.status == 302
    mails = portal.folder / "mail"
    until(lambda: mails.is_dir() and any(ACCOUNT in file.read_text() for file in mails.iterdir()), 30)
    text = "".join(file.read_text() for file in mails.iterdir()).replace("=\n", "").replace("=3D", "=")
    assert re.search(rf"https://{HOST}/sandi/baru/\w+/[\w-]+/", text)


def test_the_clock_reaches_the_worker(portal):
    until(lambda: re.search(r"notices\.tasks\.call_webhooks\S* succeeded", (portal.folder / "worker.log").read_text()))


def test_the_log_of_the_proxy_keeps_secrets_to_itself(portal):
    ask(portal, "/kalender/geheim123.ics")
    ask(portal, "/en/undangan/geheim456/")
    ask(portal, "/cari/?q=geheim789")
    log = portal.folder / "access.log"
    until(lambda: "/cari/" in log.read_text())
    assert "geheim" not in log.read_text()
    paths = [json.loads(row)["path"] for row in log.read_text().splitlines()]
    assert {"/kalender/...ics", "/en/undangan/...", "/cari/"} <= set(paths)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE workflow_logentry SET comment = 'x'",
        "DELETE FROM workflow_logentry",
        "TRUNCATE workflow_logentry",
        "ALTER TABLE workflow_logentry DISABLE TRIGGER ALL",
        "DROP TRIGGER workflow_log_seal ON workflow_logentry",
        "CREATE OR REPLACE FUNCTION workflow_log_refuse() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
        "CREATE TABLE mine (a int)",
        "DELETE FROM django_migrations",
        "SET ROLE sinergi_owner",
    ],
)
def test_the_role_that_serves_people_cannot_reach_behind_the_log(portal, statement):
    line = psycopg2.connect(portal.web_url)
    try:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), line.cursor() as cursor:
            cursor.execute(statement)
    finally:
        line.close()


def test_a_reload_changes_the_processes_and_loses_no_request(portal):
    web = next(member for member in portal.crew.members if member.name == "web")
    before = children(web.pid)
    web.process.send_signal(1)  # SIGHUP, as systemctl reload does
    answers, began = [], time.monotonic()
    while children(web.pid) & before and time.monotonic() - began < 30:
        answers.append(ask(portal, "/kontak/").status)
    assert set(answers) == {200}
    assert children(web.pid) - before


def children(pid: int) -> set[int]:
    found = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=False)
    return {int(word) for word in found.stdout.split()}


def test_without_web_processes_the_proxy_says_so(portal):
    web = next(member for member in portal.crew.members if member.name == "web")
    portal.crew.members.remove(web)
    web.stop()
    answer = ask(portal, "/")
    assert answer.status == 502
    assert "Sinergi sedang ditutup" in answer.data.decode()
