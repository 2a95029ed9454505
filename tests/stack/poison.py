"""The portal's Celery application with one task more, for a worker of a drill: it kills the process that runs it."""

import os
import signal
from pathlib import Path

from portal.celery_app import app

__all__ = ["app"]


@app.task(name="tests.poison")
def poison(number: int) -> None:
    """Leaves a mark, then dies as by the kernel when memory is short."""
    with Path(os.environ["POISON_MARKS"]).open("a") as marks:
        marks.write(f"{number}\n")
    os.kill(os.getpid(), signal.SIGKILL)
