"""Figures for Prometheus: who may read them, what they say, and that the alerts speak of figures that exist."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings as portal
from django.core.cache import cache
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from notices.models import Outbox
from portal.metrics import counted, standing
from regions.models import NeedStatus
from tests import factories
from workflow.models import LogEntry

TOKEN = "a-token-for-the-one-who-watches"
pytestmark = pytest.mark.django_db


def scrape(client, **headers) -> dict[tuple, float]:
    """(name, labels…) -> value."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}", **headers})
    assert answer.status_code == 200
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.fixture
def watched(settings, client):
    settings.METRICS_TOKEN = TOKEN
    return client


def test_without_token_and_network_they_do_not_exist(client, settings):
    settings.METRICS_TOKEN, settings.METRICS_ALLOWED = "", []
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Basic {TOKEN}", 404),
        ("Bearer another", 404),
        ("Bearer tokèn", 404),
        ("", 404),
    ],
)
def test_only_the_token_opens_them(watched, header, status):
    assert watched.get("/metrics", headers={"Authorization": header}).status_code == status


@pytest.mark.parametrize(
    ("address", "forwarded", "status"),
    [("10.8.0.5", "", 200), ("10.9.0.5", "", 404), ("10.8.0.5", "203.0.113.7", 404), ("", "", 404)],
)
def test_a_network_opens_them_where_no_proxy_stands_between(client, settings, address, forwarded, status):
    settings.METRICS_TOKEN, settings.METRICS_ALLOWED = "", ["10.8.0.0/16"]
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client.get("/metrics", REMOTE_ADDR=address, headers=headers).status_code == status


def test_a_request_is_counted_by_its_route(watched):
    def seen():
        found = scrape(watched)
        return [
            found.get(("sinergi_requests_total", ("method", "GET"), ("route", "robots"), ("status", "2xx")), 0),
            found.get(("sinergi_request_seconds_count", ("route", "robots")), 0),
            found.get(("sinergi_request_queries_bucket", ("le", "5.0"), ("route", "robots")), 0),
            found.get(("sinergi_requests_total", ("method", "other"), ("route", "unknown"), ("status", "4xx")), 0),
        ]

    before = seen()
    for _n in range(3):
        watched.get("/robots.txt")
    watched.generic("BREW", "/siti-aminah/")
    assert [now - then for now, then in zip(seen(), before, strict=True)] == [3, 3, 3, 1]
    assert "aminah" not in watched.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()


def test_mail_notices_records_and_log_are_looked_up(watched, aceh, aceh_operator):
    now = timezone.now()
    for number, due in enumerate((dt.timedelta(hours=-2), dt.timedelta(hours=3))):
        Outbox.objects.create(user=aceh_operator, due_at=now + due, next_at=now + due, key=f"k{number}")
    late = factories.need(aceh, status=NeedStatus.PROV_REVIEW, created_by=aceh_operator)
    type(late).objects.filter(pk=late.pk).update(
        due_at=now - dt.timedelta(days=1), status_since=now - dt.timedelta(days=9)
    )
    found = scrape(watched)
    state = (("state", "PROV_REVIEW"), ("table", "regions.need"))
    wanted = {
        "waiting": found[("sinergi_outbox_waiting",)],
        "late": found[("sinergi_outbox_late",)],
        "untold": found[("sinergi_notices_untold",)],
        "entries": found[("sinergi_log_entries",)],
        "open": found[("sinergi_workflow_open", *state)],
        "overdue": found[("sinergi_workflow_overdue", *state)],
        "parked": found[("sinergi_tasks_parked",)],
        "migrations": found[("sinergi_migrations_pending",)],
    }
    entries = LogEntry.objects.count()
    assert wanted == {
        "waiting": 2, "late": 1, "untold": entries, "entries": entries,
        "open": 1, "overdue": 1, "parked": 0, "migrations": 0,
    }  # fmt: skip
    assert 7200 <= found[("sinergi_outbox_oldest_seconds",)] < 7300
    assert 9 * 86400 <= found[("sinergi_workflow_oldest_seconds", *state)] < 9 * 86400 + 100
    assert {value for (name, *_labels), value in found.items() if name == "sinergi_figures_failed"} == {0}


def test_a_part_that_fails_is_named_and_leaves_the_others(watched, monkeypatch):
    def fault(now):
        raise RuntimeError("away")

    monkeypatch.setitem(standing.PARTS, "mail", fault)
    found = scrape(watched)
    assert found[("sinergi_figures_failed", ("part", "mail"))] == 1
    assert ("sinergi_outbox_waiting",) not in found and ("sinergi_workflow_open",) not in found
    assert found[("sinergi_log_entries",)] == 0


def test_a_scrape_asks_the_database_a_fixed_number_of_times(
    watched, django_assert_max_num_queries, aceh, aceh_operator
):
    def asked():
        cache.clear()
        with django_assert_max_num_queries(70) as captured:
            scrape(watched)
        return len(captured)

    first = asked()
    for _n in range(5):
        factories.need(aceh, status=NeedStatus.PROV_REVIEW, created_by=aceh_operator)
    assert asked() == first
    with django_assert_max_num_queries(0):
        scrape(watched)  # within ten seconds: the same answer


def _names() -> set[str]:
    counted_names = {
        name
        for family in counted.registry.collect()
        for name in (
            family.name,
            f"{family.name}_total",
            *(f"{family.name}_{end}" for end in ("bucket", "count", "sum")),
        )
    }
    return counted_names | set(standing.HELP) | {"up"}


def test_every_alert_and_the_page_on_monitoring_speak_of_figures_that_exist():
    root = Path(portal.BASE_DIR)
    rules = yaml.safe_load((root / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8"))
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    page = (root / "docs/operations/monitoring.md").read_text(encoding="utf-8")
    used = {name for rule in alerts for name in re.findall(r"\b(?:sinergi_\w+|up)\b", rule["expr"])}
    assert len(alerts) >= 12 and used - _names() == set()
    assert [rule["alert"] for rule in alerts if {"summary", "action"} - {*rule["annotations"]}] == []
    assert set(re.findall(r"`(sinergi_\w+)`", page)) - _names() == set()
    assert [name for name in standing.HELP if f"`{name}`" not in page] == []
    assert [rule["alert"] for rule in alerts if rule["alert"] not in page] == []
