"""What is counted while it happens: requests by route, how long they took, what they asked of the database."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

from portal.metrics import slots

slots.use()
registry = CollectorRegistry()

REQUESTS = Counter("sinergi_requests", "Requests answered.", ["route", "method", "status"], registry=registry)
SECONDS = Histogram(
    "sinergi_request_seconds",
    "Time from a request's arrival to its answer.",
    ["route"],
    buckets=(0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 12, 30),
    registry=registry,
)
QUERIES = Histogram(
    "sinergi_request_queries",
    "Statements a request sent to the database.",
    ["route"],
    buckets=(0, 5, 10, 15, 20, 30, 50, 100),
    registry=registry,
)
DATABASE = Counter("sinergi_database_seconds", "Time requests waited for the database.", registry=registry)


def request(route: str, method: str, status: int, seconds: float, queries) -> None:
    """Count one request. Routes are names of the URL configuration: their number is known."""
    REQUESTS.labels(route, method, f"{status // 100}xx").inc()
    SECONDS.labels(route).observe(seconds)
    QUERIES.labels(route).observe(queries.count)
    DATABASE.inc(queries.seconds)


def all_processes() -> CollectorRegistry:
    """The figures of every web process on this computer."""
    if not os.environ.get(slots.FOLDER):
        return registry
    together = CollectorRegistry()
    MultiProcessCollector(together, path=os.environ[slots.FOLDER])
    return together
