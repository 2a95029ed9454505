"""The auditor's pages: events, trails, a file, and a chain that shows when it was broken."""

from __future__ import annotations

import csv
import io

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from regions.lifecycle import NEED
from tests import factories
from workflow.engine import note, perform
from workflow.models import LogEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(need_aceh, aceh_head, aceh_verifier):
    """A need that was created, signed and started by itself: three entries."""
    return perform(NEED, "submit", record=need_aceh, actor=aceh_head)


def shown(client, query=""):
    return [event.entry.action for event in client.get(reverse("audit") + query).context["events"]]


def test_the_trail_is_for_auditors_and_for_whoever_runs_the_portal(
    client, trail, auditor, administrator, aceh_head, ppsdm_head
):
    pages = [
        reverse("audit"),
        reverse("exchange:export", args=["audit", "csv"]),
        reverse("audit_trail", args=["regions.need", trail.code]),
    ]
    keeper = get_user_model().objects.create_superuser("pengelola@example.test", "x", name="Pengelola")
    for page in pages:
        client.logout()
        assert client.get(page).status_code == 302
        for user, status in (
            (auditor, 200),
            (keeper, 200),
            (administrator, 403),
            (aceh_head, 403),
            (ppsdm_head, 403),
        ):
            client.force_login(user)
            assert client.get(page).status_code == status


def test_events_are_searched_by_code_event_role_and_day(client, trail, auditor, aceh_regency, aceh_operator):
    factories.need(aceh_regency, created_by=aceh_operator)
    client.force_login(auditor)
    assert shown(client) == ["create", "start_prov", "submit", "create"]
    assert shown(client, f"?q={trail.code}") == ["start_prov", "submit", "create"]
    assert shown(client, "?action=submit") == ["submit"]
    assert shown(client, "?role=CLOCK") == ["start_prov"]
    assert shown(client, "?flow=programs.program") == []
    assert shown(client, "?since=2100-01-01") == []
    assert len(shown(client, "?since=2020-01-01&until=2100-01-01")) == 4


@pytest.mark.parametrize("query", ["?since=2026-02-30", "?since=2026-02-02&until=2026-02-01", "?role=KING"])
def test_impossible_filters_are_refused_with_a_sentence(client, trail, auditor, query):
    client.force_login(auditor)
    page = client.get(reverse("audit") + query)
    assert page.status_code == 400 and page.context["form"].errors


def test_one_object_s_trail_holds_everything(client, trail, auditor):
    client.force_login(auditor)
    page = client.get(reverse("audit_trail", args=["regions.need", trail.code]))
    assert [e.entry.action for e in page.context["events"]] == ["start_prov", "submit", "create"]
    assert page.context["url"] == trail.get_absolute_url()
    assert client.get(reverse("audit_trail", args=["regions.need", "KB-0000-0000"])).status_code == 404


def test_the_chain_is_checked_on_request(client, trail, auditor):
    client.force_login(auditor)
    assert client.get(reverse("audit")).context["chain"]["checked"] is False
    chain = client.get(reverse("audit") + "?periksa=1").context["chain"]
    assert (chain["checked"], chain["broken"]) == (True, [])


def test_a_forged_entry_is_named_in_red(client, trail, auditor):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE workflow_logentry DISABLE TRIGGER workflow_log_refuse_row")
        cursor.execute("UPDATE workflow_logentry SET comment = 'palsu' WHERE action = 'submit'")
        cursor.execute("ALTER TABLE workflow_logentry ENABLE TRIGGER workflow_log_refuse_row")
    forged = LogEntry.objects.get(action="submit").seq
    client.force_login(auditor)
    page = client.get(reverse("audit") + "?periksa=1")
    assert page.context["chain"]["broken"] == [forged]
    assert 'role="alert"' in page.content.decode()
    assert [e.entry.seq for e in page.context["events"] if not e.sealed] == [forged]


def test_the_file_opens_in_a_spreadsheet_and_runs_nothing(client, trail, auditor, aceh_operator):
    note(NEED, trail, aceh_operator, "change", comment="=HYPERLINK(1)")
    client.force_login(auditor)
    response = client.get(reverse("exchange:export", args=["audit", "csv"]), {"q": trail.code})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert [line[0] for line in lines[1:]] == [
        str(n) for n in LogEntry.objects.filter(record_code=trail.code).order_by("-seq").values_list("seq", flat=True)
    ]
    assert LogEntry.objects.order_by("seq").last().flow == "exchange.export"  # who took the log along is in the log
    assert len({len(line) for line in lines}) == 1
    assert "'=HYPERLINK(1)" in lines[1]
    assert response["Content-Disposition"].startswith("attachment")


def test_account_events_have_words_too(client, auditor, administrator, aceh_regency):
    from accounts.services import invite

    invite(email="x@example.test", name="X", organisation=aceh_regency, role="DINAS_OP", actor=administrator)
    client.force_login(auditor)
    event = client.get("/en/audit/").context["events"][0]
    assert (str(event.kind), str(event.what)) == ("Invitation", "Invitation sent")
    entry = event.entry
    assert client.get(reverse("audit_trail", args=[entry.flow, entry.record_code])).status_code == 200


def test_the_list_asks_as_often_for_thirty_events_as_for_one(client, trail, auditor, aceh_operator):
    client.force_login(auditor)
    counts = []
    for more in (0, 30):
        for _number in range(more):
            note(NEED, trail, aceh_operator, "change")
        client.get(reverse("audit"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("audit"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_nonsense_filters_never_download_the_whole_log(client, auditor):
    client.force_login(auditor)
    assert client.get("/unduh/audit.csv?since=xx").status_code == 404
    assert client.get("/audit/?since=xx").status_code == 400
