"""The Celery application; tasks live in each room's `tasks.py`, their queues and limits in `portal/queues.py`."""

import os

from celery import Celery, Task

from portal import task_lines  # noqa: F401 - listens to the signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


class CountedTask(Task):
    """A task whose message is not begun a third time after it killed two processes."""

    def __call__(self, *args, **kwargs):
        from portal.parking import before_start  # models, which Django has loaded by now

        before_start(self, args)
        return super().__call__(*args, **kwargs)


app = Celery("sinergi", task_cls=CountedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
