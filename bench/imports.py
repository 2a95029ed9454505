"""A workbook of 500 needs read and brought in: seconds, peak memory, queries per need.

    SINERGI_DEMO=1 DATABASE_URL=… python bench/imports.py [needs]

Runs in a transaction that is taken back; the database needs the reference tables and one office with an operator.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import translation

from accounts.models import Membership
from accounts.roles import Role
from exchange.books.template import workbook
from exchange.kinds.catalogue import KINDS
from exchange.models import Job, Phase
from exchange.services import jobs
from regions.models import CompetencyGap, NeedLine, Theme, TrainingNeed

POSTS = ("MEDHI", "PKERJA")


def made_up(needs: int) -> dict[str, list[dict]]:
    """So many needs with two to four lines of one or two competencies each."""
    dice = random.Random(7)
    themes = list(Theme.objects.current().values_list("pk", flat=True))
    found: dict[str, list[dict]] = {"need": [], "line": [], "gap": []}
    for number in range(1, needs + 1):
        key = f"B{number}"
        found["need"].append(
            {
                "need_key": key,
                "contact_post": "Kepala Bidang",
                "contact_email": "bidang@disnaker.go.id",
                "urgency": "U2",
                "preferred_mode": "IN_COUNTRY",
                "causes": ["NEW_REGULATION", "CASELOAD"],
                "reason": f"Perselisihan naik menjadi {number}; baru satu dari tiga mediator yang terlatih.",
            }
        )
        for line in range(1, dice.randint(2, 4) + 1):
            keys = {"need_key": key, "line_key": str(line)}
            figures = {"requested_total": dice.randint(1, 6), "in_post": 8, "formation_abk": 12, "untrained": 3}
            found["line"].append({**keys, "post": dice.choice(POSTS), "rank": "AHLI_PERTAMA", **figures})
            for theme in dice.sample(themes, dice.choice((1, 2, 2))):
                found["gap"].append({**keys, "theme": theme, "current_level": "1", "target_level": "3"})
    return found


def main() -> None:
    """One upload, read and carried out; then the same file once more."""
    needs = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    kind = KINDS["needs"]
    membership = Membership.objects.current().filter(role=Role.DINAS_OP, delegation=None).select_related("user").first()
    user = membership.user
    user.act_as(membership.pk)
    translation.activate("id")
    file = workbook(kind.tables(user, {}), kind.examples(user, {}), made_up(needs))
    print(f"{needs} needs, {len(file) / 1024:.0f} KB")
    with transaction.atomic():
        for label in ("first", "again"):
            before = TrainingNeed.objects.count()
            job = Job.objects.create(
                kind="import.needs", owner=user, membership=membership, asked={"options": {}}, given_name="bench.xlsx"
            )
            job.given.save("bench.xlsx", ContentFile(file))
            _timed(f"{label}: read", job)
            job.refresh_from_db()
            assert job.phase == Phase.ASKING, (job.phase, job.failure)
            print("   ", job.outcome["counts"], job.outcome["rows"], "rows")
            jobs.go_on(job)
            _timed(f"{label}: carried out", job, per=needs)
            job.refresh_from_db()
            job.given.delete(save=False)
            print("   ", TrainingNeed.objects.count() - before, "needs more", job.phase, job.failure)
        print("   ", NeedLine.objects.count(), "lines,", CompetencyGap.objects.count(), "competencies in all")
        transaction.set_rollback(True)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory: {own:.0f} MB, reading process {child:.0f} MB")


def _timed(label: str, job: Job, per: int = 0) -> None:
    started = time.perf_counter()
    asked = _Count()
    with connection.execute_wrapper(asked):
        jobs.execute(job.pk)
    each = f", {asked.number / per:.1f} per need" if per else ""
    print(f"{label}: {time.perf_counter() - started:.1f} s, {asked.number} queries{each}")


class _Count:
    """Counts statements, savepoints included."""

    number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += 1
        return execute(sql, params, many, context)


if __name__ == "__main__":
    main()
