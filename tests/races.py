"""Acts that start at the same moment, each in a thread and a transaction of its own."""

from __future__ import annotations

import threading

from django.db import connections


def at_once(*jobs) -> list:
    """What each job returned or raised, in the order of the jobs."""
    gate, found = threading.Barrier(len(jobs), timeout=30), [None] * len(jobs)

    def run(number, job):
        try:
            gate.wait()
            found[number] = job()
        except BaseException as error:  # a job that dies in any way has not won
            found[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, job)) for n, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "the jobs wait for each other"
    return found


def outcomes(*jobs) -> list[str]:
    """Sorted: "won" for a job that came through, else the name of what it raised."""
    return sorted(type(a).__name__ if isinstance(a, BaseException) else "won" for a in at_once(*jobs))
