"""A client that a program generates from the description reads and acts."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from api.views.documents import described
from tests.api.calls import token_of


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The generated package, imported."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(described()), encoding="utf-8")
    (folder / "config.yml").write_text("post_hooks: []\nproject_name_override: sinergi_client\n", encoding="utf-8")
    command = ["generate", "--path", "openapi.json", "--config", "config.yml", "--meta", "none", "--output-path"]
    done = subprocess.run(
        [Path(sys.executable).parent / "openapi-python-client", *command, "sinergi_client", "--fail-on-warning"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield importlib.import_module("sinergi_client")
    sys.path.remove(str(folder))
    for name in [n for n in sys.modules if n.startswith("sinergi_client")]:
        del sys.modules[name]


def _call(name: str):
    return importlib.import_module(f"sinergi_client.api.needs.{name}")


@pytest.mark.django_db(transaction=True)
def test_a_generated_client_lists_reads_and_acts(client, live_server, aceh_operator, need_aceh):
    secret = token_of(aceh_operator)
    with client.AuthenticatedClient(base_url=live_server.url, token=secret) as portal:
        rows = _call("needs_list").sync(client=portal, limit=5)
        assert [row.code for row in rows.data] == [need_aceh.code]
        record = _call("need_get").sync(need_aceh.code, client=portal)
        assert (record.status.code, record.lines[0].post.code) == ("DRAFT", "MEDHI")
        act = _call("need_send_to_head")
        body = importlib.import_module("sinergi_client.models").NeedSendToHeadBody(version=record.version)
        sent = act.sync_detailed(need_aceh.code, client=portal, body=body, idempotency_key=uuid.uuid4().hex)
        assert (sent.status_code, sent.parsed.version) == (200, record.version + 1)
        again = act.sync_detailed(need_aceh.code, client=portal, body=body, idempotency_key=uuid.uuid4().hex)
        assert (again.status_code, again.parsed.type_.split("#")[1]) == (409, "problem-stale")
