"""The portal reads its environment, and does not start half-safe: the settings are imported anew for each case."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from portal.stack.places import ROOT

KEY = "dR3kq0Zt-7vXn2LmWbY9sJhG5cUeA8pTfQxV1iOyK4wNrB6zMCEPgDlHuSjFaI_"
PERSONAL = "Zk8-qWv3nRt5LxJm0HcYbP7sGfUeA2dTiQ9oVhNwK1y4MzBr"
SAFE = {
    "SECRET_KEY": KEY,
    "PERSONAL_DATA_KEYS": PERSONAL,
    "ALLOWED_HOSTS": "portal.example.test",
    "SITE_URL": "https://portal.example.test",
    "DATABASE_URL": "postgres://sinergi_web:Zq8-kWv3@10.0.0.5:5432/sinergi",
    "REDIS_URL": "redis://:Zq8-kWv3@10.0.0.6:6379/0",
}
PROGRAM = """
import importlib, json, os, sys
outer, module = dict(os.environ), None
for case in json.load(sys.stdin):
    os.environ.clear(); os.environ.update(outer | case)
    try:
        module = importlib.reload(module) if module else importlib.import_module("portal.settings")
        said = []
    except Exception as error:
        said = [type(error).__name__, *str(error).splitlines()]
        module = sys.modules.get("portal.settings")
    wanted = ("DATABASES", "DATABASE_ROUTERS", "EMAIL_HOST_PASSWORD", "SECRET_KEY", "DATABASE_STATEMENT_TIMEOUT")
    print(json.dumps([said, {name: getattr(module, name, None) for name in wanted}]))
"""


def starts(*cases: dict[str, str]) -> list[tuple[list[str], dict]]:
    """(what the start says, some settings) for each environment; all of them in one process of its own."""
    outer = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    done = subprocess.run(
        command, cwd=ROOT, env=outer, input=json.dumps(cases), capture_output=True, text=True, check=True
    )
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def without(name: str) -> dict[str, str]:
    """The safe environment, one variable short."""
    return {key: value for key, value in SAFE.items() if key != name}


WEAK = (
    "SECRET_KEY is too weak. Set it to at least 50 random characters: "
    'python3 -c "import secrets; print(secrets.token_urlsafe(64))"'
)
MISSING = WEAK.replace("is too weak", "is missing")
PERSONAL_WEAK = "PERSONAL_DATA_KEYS is too weak. Each key needs at least 32 random characters."
BARE = "HTTPS=0 sends passwords and sessions in the open: only while ALLOWED_HOSTS is this computer alone."
REFUSED = [  # (what, environment, reasons)
    ("no key", without("SECRET_KEY"), [MISSING]),
    ("a short key", SAFE | {"SECRET_KEY": KEY[:49]}, [WEAK]),
    ("one letter", SAFE | {"SECRET_KEY": "a" * 80}, [WEAK]),
    ("few letters", SAFE | {"SECRET_KEY": "abcdefghi" * 9}, [WEAK]),
    ("a repeated piece", SAFE | {"SECRET_KEY": "0123456789abcdef" * 5}, [WEAK]),
    ("Django's own", SAFE | {"SECRET_KEY": "django-insecure-" + KEY}, [WEAK]),
    ("a thought-of one", SAFE | {"SECRET_KEY": "rahasia-negara-" + KEY}, [WEAK]),
    (
        "the key of a first look",
        SAFE | {"SECRET_KEY": "only-for-a-first-look-on-this-computer-never-in-production"},
        [WEAK],
    ),
    (
        "no key for personal data",
        without("PERSONAL_DATA_KEYS"),
        ["PERSONAL_DATA_KEYS is missing. Set it to a key of its own of at least 32 random characters."],
    ),
    ("a short one", SAFE | {"PERSONAL_DATA_KEYS": PERSONAL + ",abc"}, [PERSONAL_WEAK]),
    ("a repeated one", SAFE | {"PERSONAL_DATA_KEYS": "0123456789abcdef" * 2}, [PERSONAL_WEAK]),
    (
        "the same twice",
        SAFE | {"PERSONAL_DATA_KEYS": KEY},
        ["PERSONAL_DATA_KEYS begins with the SECRET_KEY. Put a key of its own in front (docs/operations/daily.md)."],
    ),
    (
        "debugging in public",
        SAFE | {"DEBUG": "1"},
        ["DEBUG may only be on while ALLOWED_HOSTS is this computer alone."],
    ),
    (
        "the demo in public",
        SAFE | {"SINERGI_DEMO": "1"},
        ["SINERGI_DEMO lets anybody sign in without a password: only while ALLOWED_HOSTS is this computer alone."],
    ),
    (
        "any name",
        SAFE | {"ALLOWED_HOSTS": "*"},
        ["ALLOWED_HOSTS must name the portal's own names, with commas; * would answer to any name."],
    ),
    ("no TLS", SAFE | {"HTTPS": "0"}, [BARE]),
    (
        "links without TLS",
        SAFE | {"SITE_URL": "http://portal.example.test"},
        ["SITE_URL must begin with https:// while HTTPS is on."],
    ),
    (
        "links elsewhere",
        SAFE | {"SITE_URL": "https://portal.example.test.evil.test"},
        ["SITE_URL must lead to one of ALLOWED_HOSTS: mails would send people elsewhere."],
    ),
    (
        "an open database",
        SAFE | {"DATABASE_URL": "postgres://sinergi_web@10.0.0.5/sinergi"},
        ["DATABASE_URL has no password, and the database is reached over the network."],
    ),
    (
        "the default database",
        without("DATABASE_URL"),
        ["DATABASE_URL has no password, and the database is reached over the network."],
    ),
    (
        "an open replica",
        SAFE | {"DATABASE_REPLICA_URL": "postgres://sinergi_web@10.0.0.7/sinergi"},
        ["DATABASE_REPLICA_URL has no password, and the database is reached over the network."],
    ),
    (
        "a limit that stays behind",
        SAFE | {"DATABASE_POOLED": "1", "DATABASE_STATEMENT_TIMEOUT": "30"},
        ["DATABASE_STATEMENT_TIMEOUT would stay on a lent connection: give it to the pool (deploy/pgbouncer.ini)."],
    ),
    (
        "an open broker",
        SAFE | {"REDIS_URL": "redis://10.0.0.6:6379/0"},
        ["REDIS_URL has no password, and the broker is reached over the network."],
    ),
    (
        "no broker",
        SAFE | {"REDIS_URL": ""},
        ["REDIS_URL is missing: every page would wait for mails and calculations. ALLOW_EAGER=1 accepts that."],
    ),
    (
        "webhooks without TLS",
        SAFE | {"WEBHOOK_HTTP": "1"},
        ["WEBHOOK_HTTP sends events without TLS. Set it on a developer's own computer only."],
    ),
]
STARTS = [
    ("as it should be", {}),
    ("a subdomain", {"ALLOWED_HOSTS": ".example.test"}),
    ("a socket", {"DATABASE_URL": "postgres://sinergi_web@/sinergi?host=/run/postgresql"}),
    (
        "a client's certificate",
        {"DATABASE_URL": "postgres://sinergi_web@10.0.0.5/sinergi?sslcert=/etc/sinergi/web.crt"},
    ),
    ("a broker on this computer", {"REDIS_URL": "redis://localhost:6379/0"}),
    ("a broker behind a socket", {"REDIS_URL": "unix:///run/redis/redis.sock"}),
    ("without a broker, on purpose", {"REDIS_URL": "", "ALLOW_EAGER": "1"}),
    ("the former key behind a new one", {"PERSONAL_DATA_KEYS": f"{PERSONAL},{KEY}"}),
    ("only this computer, without TLS", {"ALLOWED_HOSTS": "localhost", "SITE_URL": "http://localhost", "HTTPS": "0"}),
]


def test_a_start_that_is_not_safe_is_refused_with_its_reason():
    found = starts(*(environment for _name, environment, _said in REFUSED))
    said = {name: answer[0] for (name, *_rest), answer in zip(REFUSED, found, strict=True)}
    assert said == {
        name: ["ImproperlyConfigured", "Sinergi does not start:", *(f"- {reason}" for reason in reasons)]
        for name, _environment, reasons in REFUSED
    }


def test_a_safe_start_is_not_refused():
    found = starts(*(SAFE | environment for _name, environment in STARTS))
    said = {name: answer[0] for (name, _environment), answer in zip(STARTS, found, strict=True)}
    assert said == {name: [] for name, _environment in STARTS}


def test_all_reasons_are_given_at_once():
    [(said, _settings)] = starts({"ALLOWED_HOSTS": "portal.example.test", "HTTPS": "0"})
    assert len(said) == 2 + 6
    assert said[0] == "ImproperlyConfigured"


def test_a_first_look_needs_nothing():
    assert [said for said, _settings in starts({"SINERGI_DEMO": "1"}, {"DEBUG": "1"})] == [[], []]


def test_secrets_may_come_from_files(tmp_path):
    files = {"SECRET_KEY": KEY, "EMAIL_PASSWORD": "Zq8-kWv3", "DATABASE_URL": SAFE["DATABASE_URL"]}
    for name, value in files.items():
        (tmp_path / name).write_text(value + "\n")
    there = {f"{name}_FILE": str(tmp_path / name) for name in files}
    base = {key: value for key, value in SAFE.items() if key not in files}
    (tmp_path / "empty").touch()
    found = starts(
        base | there,
        SAFE | {"SECRET_KEY_FILE": there["SECRET_KEY_FILE"]},
        base | there | {"SECRET_KEY_FILE": str(tmp_path / "nowhere")},
        base | there | {"SECRET_KEY_FILE": str(tmp_path / "empty")},
    )
    assert [said for said, _settings in found] == [
        [],
        ["ImproperlyConfigured", "SECRET_KEY and SECRET_KEY_FILE are both set. Keep one of them."],
        [
            "ImproperlyConfigured",
            f"SECRET_KEY_FILE names {tmp_path}/nowhere, which cannot be read: No such file or directory.",
        ],
        ["ImproperlyConfigured", f"SECRET_KEY_FILE names {tmp_path}/empty, which is empty."],
    ]
    settings = found[0][1]
    assert (settings["SECRET_KEY"], settings["EMAIL_HOST_PASSWORD"]) == (KEY, "Zq8-kWv3")
    assert settings["DATABASES"]["default"]["PASSWORD"] == "Zq8-kWv3"


def test_a_pool_and_a_replica_change_how_databases_are_reached():
    plain, pooled, copied = (
        settings
        for _said, settings in starts(
            SAFE,
            SAFE | {"DATABASE_POOLED": "1"},
            SAFE | {"DATABASE_REPLICA_URL": "postgres://sinergi_web:Zq8-kWv3@10.0.0.7/sinergi"},
        )
    )
    assert list(plain["DATABASES"]) == list(pooled["DATABASES"]) == ["default"]
    reached = [
        (each["DATABASES"]["default"]["ENGINE"], each["DATABASES"]["default"]["CONN_MAX_AGE"])
        for each in (plain, pooled)
    ]
    assert reached == [("django.db.backends.postgresql", 60), ("portal.pooled", 0)]
    assert (plain["DATABASE_STATEMENT_TIMEOUT"], pooled["DATABASE_STATEMENT_TIMEOUT"]) == (30, 0)
    assert plain["DATABASE_ROUTERS"] == []
    assert copied["DATABASE_ROUTERS"] == ["portal.routers.ReportsRouter"]
    assert (copied["DATABASES"]["replica"]["HOST"], copied["DATABASES"]["replica"]["OPTIONS"]) == (
        "10.0.0.7",
        {"connect_timeout": "2"},
    )


def test_nonsense_stops_the_start():
    found = starts(
        SAFE | {"DEBUG": "maybe"}, SAFE | {"EMAIL_PORT": "70000"}, SAFE | {"DATABASE_WEB_ROLE": 'web"; DROP'}
    )
    assert [said for said, _settings in found] == [
        ["ImproperlyConfigured", "DEBUG must be 1 or 0, not 'maybe'."],
        ["ImproperlyConfigured", "EMAIL_PORT must be a whole number from 1 to 65535, not '70000'."],
        [
            "ImproperlyConfigured",
            "DATABASE_WEB_ROLE holds small letters, digits and _, such as sinergi_web, not 'web\"; DROP'.",
        ],
    ]
