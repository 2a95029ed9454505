"""Acts that start at the same moment, each in a thread and a transaction of its own."""

from __future__ import annotations

import threading

from django.db import connections


def at_once(*jobs) -> list:
    """What each job returned or raised, in the order of the jobs."""
    gate, found = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(number, job):
        gate.wait()
        try:
            found[number] = job()
        except Exception as error:
            found[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, job)) for n, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def outcomes(*jobs) -> list[str]:
    """Sorted: "won" for a job that came through, else the name of what it raised."""
    return sorted(type(a).__name__ if isinstance(a, Exception) else "won" for a in at_once(*jobs))
