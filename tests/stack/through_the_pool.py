"""`python -m tests.stack.through_the_pool`: the portal's work over the database of DATABASE_URL, said as JSON.

For `test_pool.py`, in a process of its own, because the settings choose the way to the database when they are read.
"""

from __future__ import annotations

import io
import json
import threading

import django
from django.http import QueryDict

OTHERS = 6


def in_a_thread(work):
    """What `work` gives on a connection of its own."""
    from django.db import connections

    found = []

    def call():
        try:
            found.append(work())
        finally:
            connections.close_all()

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    return found[0] if found else None


def busy() -> int:
    """Many short transactions of others, so that the pool hands every connection on; how many were made."""
    from accounts.models import User

    return sum(in_a_thread(lambda: User.objects.count() > 0) for _each in range(OTHERS))


def lock_is_kept() -> list[bool]:
    """Whether it is ours, not somebody else's meanwhile, and free afterwards."""
    from workflow.alone import alone

    def try_it() -> bool:
        with alone(7_990_001) as mine:
            return mine

    with alone(7_990_001) as mine:
        busy()
        meanwhile = [in_a_thread(try_it) for _each in range(OTHERS)]
    return [mine, any(meanwhile), in_a_thread(try_it)]


def read_in_pieces() -> dict:
    """A list outside of a transaction and one inside, with others at work between the pieces."""
    from django.db import connection, transaction

    from workflow.models import LogEntry

    def read() -> tuple[int, int]:
        rows, open_cursors = 0, 0
        for number, _entry in enumerate(LogEntry.objects.order_by("seq").iterator(chunk_size=500)):
            rows += 1
            if number % 1000 == 0:
                busy()
                with connection.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM pg_cursors WHERE name <> ''")
                    open_cursors = max(open_cursors, cursor.fetchone()[0])
        return rows, open_cursors

    outside = read()
    with transaction.atomic():
        inside = read()
    return {"outside": outside, "inside": inside}


def export(email: str) -> dict:
    """The whole log as a file: handed out while it is read, and written by a job."""
    from accounts.models import User
    from exchange.models import Job
    from exchange.services import exports, jobs
    from workflow.exports import export_named
    from workflow.listing import Asked

    user = User.objects.get(email=email)
    user.act_as(user.memberships.first().pk)
    found = export_named("audit")
    listing = found.listing(Asked(user, QueryDict("")))
    streamed = "".join(exports.csv_stream(found, user, listing)).count("\r\n")
    job = Job.objects.create(
        kind="export", owner=user, membership=user.acting, asked={"name": "audit", "kind": "csv", "query": ""}
    )
    jobs.execute(job.pk)
    job.refresh_from_db()
    with job.made.open("rb") as made:
        written = io.TextIOWrapper(made, encoding="utf-8-sig", newline="").read().count("\r\n")
    job.made.delete(save=False)
    return {"streamed": streamed, "written": written, "phase": job.phase}


def sign_in(email: str) -> list:
    """A page, a sign-in, a page behind it."""
    from django.test import Client

    from accounts.models import User

    user = User.objects.get(email=email)
    user.set_password("kereta-senja-14-melati")
    user.save()
    client = Client(headers={"host": "localhost"})
    first = client.get("/").status_code
    answer = client.post("/masuk/", {"email": email, "password": "kereta-senja-14-melati"})
    busy()
    return [first, answer.status_code, "sessionid" in client.cookies]


def tasks() -> list:
    """What beat asks for: the clock, notices, mails, sweeps."""
    from notices.tasks import deliver_pending, send_outbox
    from partnerships.tasks import refresh_stale
    from workflow.tasks import run_clock, verify_log

    for each in (run_clock, deliver_pending, send_outbox, refresh_stale):
        each()
    return verify_log()


def main() -> None:
    """All of it; the accounts are the ones the test has made."""
    django.setup()
    from django.db import connection

    print(
        json.dumps(
            {
                "engine": connection.settings_dict["ENGINE"],
                "lock": lock_is_kept(),
                "pieces": read_in_pieces(),
                "export": export("auditor@example.test"),
                "sign_in": sign_in("auditor@example.test"),
                "broken": tasks(),
            }
        )
    )


if __name__ == "__main__":
    main()
