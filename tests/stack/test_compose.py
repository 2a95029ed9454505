"""What the containers would be: compose.yaml and Dockerfile read as data. No engine runs them here."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
import yaml

from portal.queues import QUEUES
from portal.stack.places import ROOT
from tests.portal.test_variables import explained

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service["image"] == "sinergi:local"}
ONCE = {"migrate"}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_every_service_is_there():
    assert set(SERVICES) == {
        "proxy", "web", "worker", "worker-bulk", "allocation", "beat", "migrate", "database", "broker",
    }  # fmt: skip
    assert OURS == {"web", "worker", "worker-bulk", "allocation", "beat", "migrate"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_rights_it_does_not_need(name):
    service = SERVICES[name]
    user, group = (int(part) for part in service["user"].split(":"))
    assert (service["read_only"], service["cap_drop"], service["security_opt"]) == (
        True,
        ["ALL"],
        ["no-new-privileges:true"],
    )
    assert user >= 100 and group >= 100
    assert {"privileged", "cap_add", "network_mode", "pid", "ipc", "devices"} & service.keys() == set()
    assert {"mem_limit", "pids_limit", "restart", "healthcheck", "networks"} <= service.keys()
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")


def test_images_are_pinned_to_a_whole_version():
    others = {name: SERVICES[name]["image"] for name in SERVICES if name not in OURS}
    others["python"] = re.search(r"^ARG PYTHON=(\S+)$", DOCKERFILE, flags=re.M).group(1)
    assert {
        name: bool(re.search(r":\d+\.\d+(\.\d+)?-[a-z-]+(@sha256:\w{64})?$", image)) for name, image in others.items()
    } == {name: True for name in others}


def test_only_the_proxy_is_reached_from_outside_and_it_reaches_the_web_alone():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    inside = {name for name, network in COMPOSE["networks"].items() if (network or {}).get("internal")}
    assert inside == {"front", "back"}
    by_network = {net: {name for name, s in SERVICES.items() if net in s["networks"]} for net in COMPOSE["networks"]}
    assert by_network["front"] == {"proxy", "web"}
    assert by_network["edge"] == {"proxy"}
    assert SERVICES["database"]["networks"] == SERVICES["broker"]["networks"] == ["back"]


def test_secrets_are_files_and_no_process_gets_those_of_the_owner_but_the_migration():
    for name, service in SERVICES.items():
        values = service.get("environment") or {}
        named = [key for key in values if re.search(r"KEY|PASSWORD|DATABASE_URL|REDIS_URL", key)]
        assert [key for key in named if not key.endswith("_FILE")] == [], name
        for key in named:
            assert values[key].removeprefix("/run/secrets/") in service["secrets"], (name, key)
    owners = [name for name, service in SERVICES.items() if "database_owner_url" in service.get("secrets", [])]
    assert owners == ["migrate"]
    mail = [name for name, service in SERVICES.items() if "email_password" in service.get("secrets", [])]
    assert mail == ["worker", "worker-bulk"]  # letters; the anchor of the log
    told = [name for name in OURS if "EMAIL_PASSWORD_FILE" in SERVICES[name]["environment"]]
    assert sorted(told) == mail
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])


def test_only_variables_that_are_explained_are_set():
    known = set(explained()) | {"WORKER"}
    for name in OURS:
        said = {key.removesuffix("_FILE") for key in SERVICES[name]["environment"]} - {"MAINTENANCE"}
        assert said <= known, said - known


def test_the_migration_comes_first_and_everything_else_waits_for_it():
    assert SERVICES["migrate"]["command"] == ["python", "manage.py", "upgrade"]
    for name in OURS - ONCE:
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}, name


def test_every_queue_has_a_worker_here_and_among_the_units():
    def queues(text):
        return sorted(queue for names in re.findall(r"-Q[ ,]+\"?([a-z,]+)", text) for queue in names.split(","))

    commands = [" ".join(service["command"]) for service in SERVICES.values() if "worker" in service.get("command", [])]
    units = [file.read_text(encoding="utf-8") for file in (ROOT / "deploy" / "systemd").glob("*.service")]
    assert queues("\n".join(commands)) == queues("\n".join(units)) == sorted(QUEUES)


def test_the_image_is_built_in_two_stages_from_hashed_packages_and_runs_without_root():
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.M)[1:]
    assert len(stages) == 2
    assert "--require-hashes" in stages[0] and "collectstatic" in stages[0]
    users = re.findall(r"^USER (\S+)$", stages[1], flags=re.M)
    assert users == [SERVICES["web"]["user"]]
    assert re.search(r"^HEALTHCHECK .*healthcheck.py", stages[1], flags=re.M)
    assert not re.search(r"SECRET_KEY|PASSWORD|:latest", DOCKERFILE)


def test_what_the_portal_runs_on_gets_into_the_image_and_nothing_else():
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = {line[1:] for line in lines if line.startswith("!")}
    rooms = {file.parent.name for file in ROOT.glob("*/apps.py")}
    assert lines[1] == "*"
    assert kept == rooms | {"requirements.txt", "manage.py", "templates", "static", "locale", "deploy/healthcheck.py"}


def test_secrets_are_made_once_and_stay(tmp_path):
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "make_secrets.py"
    script.write_text((ROOT / "deploy" / "make_secrets.py").read_text(encoding="utf-8"), encoding="utf-8")

    def make():
        done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
        made = {file.name: file.read_text() for file in (tmp_path / "deploy" / "secrets").iterdir()}
        return made, done.stdout

    first, said = make()
    assert make()[0] == first
    brought = {"email_password"}
    assert set(first) == set(COMPOSE["secrets"]) - brought
    assert said.splitlines()[-1].endswith("with mode 444: email_password, tls.crt, tls.key")
    assert oct(os.stat(tmp_path / "deploy" / "secrets").st_mode & 0o777) == "0o700"
    assert len(first["secret_key"].strip()) == 86
    assert (
        first["database_url"].strip() == f"postgres://sinergi_web:{first['database_web'].strip()}@database:5432/sinergi"
    )
    assert f"requirepass {first['broker_password'].strip()}\n" in first["broker_settings"]


def test_units_give_the_processes_as_little_as_the_containers_do():
    for file in (ROOT / "deploy" / "systemd").glob("*.service"):
        lines = file.read_text(encoding="utf-8").splitlines()
        wanted = {
            "User=sinergi", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "PrivateTmp=yes",
            "EnvironmentFile=/etc/sinergi/sinergi.env", "WorkingDirectory=/opt/sinergi", "StateDirectory=sinergi",
            "InaccessiblePaths=-/opt/sinergi/.git",
        }  # fmt: skip
        assert wanted <= set(lines), file.name
