"""A worker that is killed in the middle of an import, and its successor: nothing is lost, nothing doubled."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from django.utils import translation

from exchange.kinds.needs import NeedsKind
from exchange.models import Phase
from exchange.services import jobs
from portal.stack.places import ROOT
from regions.models import CompetencyGap, NeedLine, TrainingNeed
from tests import factories
from tests.exchange.filled import ordered
from tests.exchange.test_import_needs import many, one
from tests.regions.conftest import vocabulary  # noqa: F401 - a fixture
from tests.stack.conftest import test_database_url as database_url  # noqa: F401 - a fixture

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NEEDS = 60
WORKER = """
import time, django
django.setup()
from exchange.services import jobs
while not jobs.execute({pk}):  # until the server has noticed that the former worker is dead
    time.sleep(0.05)
"""


def test_a_worker_killed_twice_loses_and_doubles_nothing(request, vocabulary, aceh_operator):  # noqa: F811
    url = request.getfixturevalue("database_url")
    translation.activate("en")
    factories.cycle()
    factories.theme("T07")
    job = ordered(NeedsKind(), aceh_operator, many(*[one(str(n)) for n in range(NEEDS)]))
    assert (job.phase, job.outcome["counts"]) == (Phase.ASKING, {"create": NEEDS})
    jobs.Job.objects.filter(pk=job.pk).update(phase=Phase.WAITING, tries=0)
    hidden = {"REDIS_URL", "DJANGO_SETTINGS_MODULE"}
    clean = {name: value for name, value in os.environ.items() if name not in hidden}
    env = clean | {"DATABASE_URL": url, "SINERGI_DEMO": "1", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    reached = 0
    for _worker in range(2):
        child = subprocess.Popen([sys.executable, "-W", "ignore", "-c", WORKER.format(pk=job.pk)], cwd=ROOT, env=env)
        give_up = time.monotonic() + 60
        try:
            while TrainingNeed.objects.count() < reached + 5:
                assert child.poll() is None and time.monotonic() < give_up
                time.sleep(0.02)
        finally:
            child.kill()
            child.wait()
        reached = TrainingNeed.objects.count()
    assert 10 <= reached < NEEDS
    give_up = time.monotonic() + 20
    while not jobs.execute(job.pk):  # the server notices the dead line, then the lock is free
        assert time.monotonic() < give_up
        time.sleep(0.1)
    job.refresh_from_db()
    assert (job.phase, job.items.filter(done_at__isnull=False, refusal="").count()) == (Phase.DONE, NEEDS)
    assert (TrainingNeed.objects.count(), NeedLine.objects.count(), CompetencyGap.objects.count()) == (NEEDS,) * 3
    assert TrainingNeed.objects.values("client_key").distinct().count() == NEEDS
