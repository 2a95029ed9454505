"""A first look: database, broker, sample data, web, workers and clock in one window, until Ctrl-C."""

from __future__ import annotations

import errno
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from portal.stack import StackError, valkey
from portal.stack.places import ROOT, VAR, data_home, make_var
from portal.stack.postgres import Postgres, account_for_demo, check_given, prepare
from portal.stack.processes import Crew, Stopped, until_stopped

DATABASE = "sinergi"
DEFAULT_PORT = 8000
NO_BROKER = "none"
"""REDIS_URL=none make demo: try how the portal works without a broker."""
_ADDRESS = "127.0.0.1"
_NOTE = VAR / "demo.json"
_ACCOUNTS = VAR / "demo-accounts.json"


def run() -> int:
    """Start everything, print the accounts, wait. 0 when stopped by hand."""
    began = time.monotonic()
    up = False
    try:
        with until_stopped(), Crew() as crew:
            try:
                port = wanted_port()
                make_var()
                print("Sinergi with sample data", flush=True)
                env = start_servers(crew, environment(port))
                listener = take_port(port)
                _NOTE.write_text(json.dumps({"pid": os.getpid(), "port": port}), encoding="utf-8")
                start_portal(crew, env, port, listener)
                print(f"  ready after {time.monotonic() - began:.1f} s\n\n{welcome(env, port)}", flush=True)
                up = True
                crew.watch()
            finally:
                if up:
                    print("\nStopping …", flush=True)
    except Stopped:
        print("Stopped. The data stay in var; `make demo` continues with them.", flush=True)
    return 0


def manage(arguments: list[str]) -> int:
    """Run manage.py with the demo's settings and database, whether the demo is running or not."""
    with until_stopped(), Crew() as crew:
        env = start_servers(crew, environment(DEFAULT_PORT), attach=True, quiet=True)
        return subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, check=False).returncode


# -- settings ------------------------------------------------------------


def environment(port: int) -> dict[str, str]:
    """What the portal's settings read; whatever the caller has set wins."""
    ours = {
        "SINERGI_DEMO": "1",
        "SECRET_KEY": secret_key(),
        "SITE_URL": f"http://localhost:{port}",
        "STATIC_ROOT": str(VAR / "static"),
        "MEDIA_ROOT": str(VAR / "media"),
        "SIGNING_CA_DIR": str(VAR / "signing"),
        "EMAIL_FILE_PATH": str(VAR / "mail"),
        "LOG_LEVEL": "INFO",
    }
    always = {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": ignore_root_warning(), "PORT": str(port)}
    return ours | {name: value for name, value in os.environ.items() if value or name not in ours} | always


def ignore_root_warning() -> str:
    """Celery warns on each start as root; the launcher has said it once, in a sentence."""
    return os.environ.get("PYTHONWARNINGS", "") or "ignore::UserWarning:celery.apps.worker"


def secret_key() -> str:
    """Made once per checkout, so that a second start does not sign everybody out."""
    file = VAR / "secret-key"
    if not file.exists():
        make_var()
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(64), encoding="ascii")
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise StackError(
            f"Cannot read {file} ({error.strerror}). An earlier start ran as another user: start as that, "
            "or remove the folder var as root to begin anew."
        ) from error


def wanted_port() -> int:
    """PORT from the environment."""
    text = os.environ.get("PORT", "").strip() or str(DEFAULT_PORT)
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise StackError(f"PORT must be a whole number from 1 to 65535, not {text!r}: PORT=8010 make demo")
    return int(text)


def take_port(port: int) -> socket.socket:
    """Listen on the port from now on, so that nobody else gets it; when taken, name a free one."""
    try:
        return _listen(port)
    except OSError as error:
        other = next((p for p in range(max(port + 1, 8001), 65536) if _is_free(p)), 8010)
        reason = "needs root" if error.errno == errno.EACCES else "is taken by another program"
        raise StackError(f"Port {port} {reason}. Choose another: PORT={other} make demo") from error


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_ADDRESS, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _is_free(port: int) -> bool:
    try:
        _listen(port).close()
    except OSError:
        return False
    return True


# -- servers ------------------------------------------------------------


def start_servers(crew: Crew, env: dict[str, str], attach: bool = False, quiet: bool = False) -> dict[str, str]:
    """Database and broker; returns the environment with their addresses."""
    with phase("database", quiet) as done:
        if given := os.environ.get("DATABASE_URL"):
            done(f"PostgreSQL {check_given(given)} from DATABASE_URL")
        else:
            server = start_postgres(crew, attach)
            env["DATABASE_URL"] = server.url(DATABASE)
            done(f"PostgreSQL {server.binaries.version} in {short(server.folder)}")
    with phase("broker", quiet) as done:
        given = os.environ.get("REDIS_URL", "")
        if given == NO_BROKER:
            env["REDIS_URL"] = ""
            done("none, as asked")
        elif given:
            done(f"Redis {valkey.check_given(given)} from REDIS_URL")
        elif attach:
            env["REDIS_URL"] = ""
        elif found := valkey.find_binary():
            server = crew.add(valkey.Valkey(VAR / "valkey", *found))
            server.start()
            env["REDIS_URL"] = server.url
            done(server.name)
        else:
            env["REDIS_URL"] = ""
            done("none")
    if not quiet and not env.get("REDIS_URL"):
        print(f"\n  WARNING: {valkey.WARNING}\n", flush=True)
    return env


def start_postgres(crew: Crew, attach: bool) -> Postgres:
    """Our own server; refuses a second demo on the same data."""
    account = account_for_demo()
    server = crew.add(prepare(data_home(account), account))
    server.start()
    if server.attached and not attach:
        raise StackError(
            f"The demo is already running{where_it_runs()}. Use that one, or stop it (Ctrl-C in its window)."
        )
    server.ensure_database(DATABASE)
    return server


def where_it_runs() -> str:
    """What the running demo wrote down about itself."""
    try:
        note = json.loads(_NOTE.read_text(encoding="utf-8"))
        return f" at http://localhost:{note['port']} (process {note['pid']})"
    except (OSError, ValueError, KeyError):
        return ""


# -- the portal ------------------------------------------------------------


def start_portal(crew: Crew, env: dict[str, str], port: int, listener: socket.socket) -> None:
    """Static files, tables and data, then web, workers and clock until /readyz answers."""
    logs = VAR / "log"
    python = sys.executable
    options = {"env": env, "cwd": ROOT}
    # First, because papers among the sample data name served files.
    collect = [python, "manage.py", "collectstatic", "--noinput"]
    crew.run("collecting static files", collect, log=logs / "static.log", **options)
    data = [python, "manage.py", "preparedemo", "--accounts", str(_ACCOUNTS)]
    crew.run("preparing the data", data, log=logs / "data.log", show_output=True, **options)
    with phase("web, workers, clock") as done:
        web = [python, "-m", "gunicorn", "-c", "python:portal.gunicorn", "portal.wsgi"]
        with listener:  # the child keeps it; ours is closed, so that the port is free when the child ends
            handed = {"pass_fds": (listener.fileno(),), "env": env | {"BIND": f"fd://{listener.fileno()}"}}
            crew.start("web", web, log=logs / "web.log", **options | handed)
        celery = [python, "-m", "celery", "-A", "portal"]
        if env["REDIS_URL"]:
            worker = ["worker", "--without-gossip", "--without-mingle", "-l", "INFO"]
            usual = [*worker, "--concurrency", "2", "-Q", "interactive,mail,bulk", "-n", "demo@%h"]
            crew.start("worker", [*celery, *usual], log=logs / "worker.log", **options)
            # Minutes of calculation must not hold up mail and deadlines: 70 MB more, in a process of its own.
            long = [*worker, "--concurrency", "1", "-Q", "allocation", "-n", "allocation@%h"]
            crew.start("allocation worker", [*celery, *long], log=logs / "allocation.log", **options)
        # Without a broker the clock itself carries out what it asks for.
        beat = ["beat", "--schedule", str(VAR / "beat-schedule"), "--pidfile=", "-l", "INFO"]
        crew.start("clock", [*celery, *beat], log=logs / "clock.log", **options)
        wait_until_ready(crew, port)
        done(f"http://localhost:{port}")


def wait_until_ready(crew: Crew, port: int, patience: float = 60) -> None:
    """/readyz answers 200; a child that ends or a long silence is a failure with the reason."""
    give_up = time.monotonic() + patience
    answer = "no answer"
    while time.monotonic() < give_up:
        crew.check()
        connection = http.client.HTTPConnection(_ADDRESS, port, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": "localhost"})
            response = connection.getresponse()
            answer = f"{response.status} {response.read(500).decode(errors='replace')}"
            if response.status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise StackError(f"The portal does not get ready: {answer}\nLogs: {short(VAR / 'log')}")


def welcome(env: dict[str, str], port: int) -> str:
    """Address, accounts by role, where mail and logs go."""
    accounts = json.loads(_ACCOUNTS.read_text(encoding="utf-8"))
    rows = [("Role", "Post", "E-mail"), *accounts["rows"]]
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    lines = [f"  {role:<{widths[0]}}  {post:<{widths[1]}}  {email}" for role, post, email in rows]
    lines.insert(1, "  " + "-" * max(map(len, lines)))
    lines.append("")
    lines.append(f"Open      http://localhost:{port}   (password of every account: {accounts['password']})")
    lines.append(f"Mail      {short(Path(env['EMAIL_FILE_PATH']))}")
    lines.append(f"Logs      {short(VAR / 'log')}")
    if os.geteuid() == 0:
        lines.append("Root      you are root: fine for a first look, never for real use (docs/operations/README.md)")
    lines.append("Stop      Ctrl-C")
    return "\n".join(lines)


# -- telling ------------------------------------------------------------


@contextmanager
def phase(name: str, quiet: bool = False):
    """Print one line per step: what, how long, with what result."""
    began = time.monotonic()
    results = []
    yield results.append
    if not quiet:
        print(
            f"  {name:<20}{time.monotonic() - began:5.1f} s  {results[0] if results else ''}".rstrip(),
            flush=True,
        )


def short(path: Path) -> str:
    """A path below the checkout without the checkout's own."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
