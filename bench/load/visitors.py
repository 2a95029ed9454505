"""Signed-in cookies and addresses of records of a database: `python -m bench.load.visitors bare|portal`.

Written as JSON, in a process of its own, because two projects cannot live in one.
"""

from __future__ import annotations

import json
import sys

import django

READERS = (
    "operator.ntb",
    "verifikator.ntb",
    "verifikator.ppsdm",
    "kepala.ppsdm",
    "petugas.kerjasama",
    "penghubung.jica",
    "auditor",
)
ROWS = 100_000


def of_the_portal() -> dict:
    """Cookies of one account of each kind, and a record of each kind in the middle of the table."""
    from django.contrib.auth import get_user_model

    from forum.models import Thread
    from programs.models import Program
    from regions.models import TrainingNeed

    users = {name: get_user_model().objects.get(email=f"{name}@example.test") for name in READERS}
    approved = TrainingNeed.objects.filter(status="APPROVED", lines__suggestions__isnull=False).order_by("pk")
    need = approved[approved.count() // 2]
    return {
        "cookies": {name: _cookies(user) for name, user in users.items()},
        "addresses": {
            "need": need.get_absolute_url(),
            "matching": f"{need.get_absolute_url()}",
            "program": Program.objects.filter(status="OPEN").order_by("-pk").first().get_absolute_url(),
            "thread": Thread.objects.filter(flow="").order_by("pk").first().get_absolute_url(),
        },
    }


def of_the_bare_project() -> dict:
    """Its tables, rows and one user."""
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from bench.bare.models import Item

    call_command("migrate", run_syncdb=True, verbosity=0)
    user, _made = User.objects.get_or_create(username="bench")
    if Item.objects.count() < ROWS:
        Item.objects.all().delete()
        items = (Item(code=f"B-{n}", owner=n % 500, title=f"Row {n}", body="text " * 100) for n in range(ROWS))
        Item.objects.bulk_create(items, batch_size=5000)
    return {"cookies": {"": _cookies(user)}, "addresses": {"need": f"/detail/{Item.objects.first().pk}/"}}


def _cookies(user) -> dict[str, str]:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return {name: cookie.value for name, cookie in client.cookies.items()}


if __name__ == "__main__":
    django.setup()
    print(json.dumps(of_the_bare_project() if sys.argv[1] == "bare" else of_the_portal()))
