"""Migrations run while the former version serves: the linter refuses what would not, and `upgrade` gives way."""

from __future__ import annotations

import io
import threading

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections, migrations, models, transaction
from django.db.migrations.loader import MigrationLoader
from django_migration_linter.sql_analyser import analyse_sql_statements

from portal.stack.places import ROOT
from tests.stack.test_worker import until
from tools.lint_migrations import NOT_OURS, excused, linter
from workflow.models import LogEntry

NEED = "trainingneed"
GOOD = {
    "a field that may be empty": migrations.AddField(NEED, "remark", models.TextField(null=True)),
    "a field the database fills": migrations.AddField(NEED, "remark", models.TextField(db_default="")),
    "an index beside the work": AddIndexConcurrently(NEED, models.Index(fields=["version"], name="sample")),
    "a rule for new rows": migrations.RunSQL(
        'ALTER TABLE "regions_trainingneed" ADD CONSTRAINT "sample" CHECK (version > 0) NOT VALID'
    ),
    "asking the old rows later": migrations.RunSQL('ALTER TABLE "regions_trainingneed" VALIDATE CONSTRAINT "sample"'),
    "a new table with all it wants": migrations.CreateModel(
        "Sample",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("need", models.ForeignKey("regions.trainingneed", models.CASCADE)),
            ("code", models.CharField(max_length=20, unique=True)),
        ],
    ),
}
BAD = {
    "a field the former code leaves out": (
        migrations.AddField(NEED, "remark", models.TextField(default="")),
        "NOT_NULL",
    ),
    "a field less": (migrations.RemoveField(NEED, "version"), "DROP_COLUMN"),
    "another name": (migrations.RenameField(NEED, "version", "edition"), "RENAME_COLUMN"),
    "another type": (migrations.AlterField(NEED, "version", models.BigIntegerField(default=1)), "ALTER_COLUMN"),
    "an index under a lock": (
        migrations.AddIndex(NEED, models.Index(fields=["version"], name="sample")),
        "CREATE_INDEX",
    ),
    "a rule for all rows at once": (
        migrations.AddConstraint(NEED, models.CheckConstraint(condition=models.Q(version__gt=0), name="sample")),
        "CHECKS_WHOLE_TABLE",
    ),
    "each row computed": (
        migrations.RunSQL("ALTER TABLE regions_trainingneed ADD COLUMN at timestamptz NULL DEFAULT clock_timestamp()"),
        "REWRITES_TABLE",
    ),
    "everybody waits": (migrations.RunSQL("LOCK TABLE regions_trainingneed"), "STRONG_LOCK"),
    "a table less": (migrations.DeleteModel(NEED), "DROP_TABLE"),
}


@pytest.fixture(scope="module")
def judged(django_db_setup, django_db_blocker):
    """operation -> codes of what the linter finds."""
    with django_db_blocker.unblock():
        state = MigrationLoader(connection).project_state()
        analyser, line = linter().sql_analyser_class, connections.create_connection("default")

        def judge(operation) -> set[str]:
            made = migrations.Migration("sample", "regions")
            made.operations, made.atomic = [operation], not isinstance(operation, AddIndexConcurrently)
            with line.schema_editor(collect_sql=True, atomic=made.atomic) as editor:
                made.apply(state.clone(), editor, collect_sql=True)
            statements = [row for row in editor.collected_sql if not row.startswith("--")]
            errors, _ignored, warnings = analyse_sql_statements(analyser, statements, NOT_OURS)
            return {issue.code for issue in [*errors, *warnings]}

        yield judge
        line.close()


@pytest.mark.django_db
@pytest.mark.parametrize("name", GOOD)
def test_a_migration_that_gives_way_passes(judged, name):
    assert judged(GOOD[name]) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("name", BAD)
def test_a_migration_that_would_stop_the_work_is_refused(judged, name):
    operation, code = BAD[name]
    assert code in judged(operation)


def test_what_is_excused_has_a_reason_and_nothing_new_came_without_one():
    known = excused()
    assert all(known.values())
    history = [name for name, why in known.items() if why == "history: applied before any portal was in service"]
    assert len(history) == 45, "history does not grow: a new migration needs a reason of its own"


# --- Giving way ---------------------------------------------------------------------------------------------


@pytest.fixture
def sample(transactional_db, settings):
    """The room `api` has one more migration, which wants the strongest lock on the log."""
    settings.MIGRATION_MODULES = {"api": "tests.portal.upgrade_sample"}
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workflow_logentry DROP COLUMN IF EXISTS sample")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'api' AND name = '0002_log_column'")


@pytest.fixture
def reader(transactional_db):
    """Somebody who reads the log and takes long."""
    line = connections.create_connection("default")
    line.set_autocommit(False)
    with line.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM workflow_logentry")
    yield line
    line.close()


class Upgrade(threading.Thread):
    """`manage.py upgrade` beside the test."""

    def __init__(self, **options):
        super().__init__()
        self.said, self.options, self.failed = io.StringIO(), options, None

    def run(self):
        try:
            call_command("upgrade", stdout=self.said, verbosity=0, no_reference=True, **self.options)
        except Exception as error:
            self.failed = error
        finally:
            connections.close_all()

    def gave_way(self) -> int:
        return self.said.getvalue().count("somebody is at work on the table")


def has_column() -> bool:
    with connection.cursor() as cursor:
        names = [row.name for row in connection.introspection.get_table_description(cursor, "workflow_logentry")]
    return "sample" in names


def write(seconds: float) -> None:
    """A log entry, as an act makes one; whoever waits longer than this for the table fails."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{int(seconds * 1000)}ms'")
        LogEntry.objects.create(flow="regions.need", record_id=1, record_code="KB-2026-0001", action="file")


def test_an_upgrade_lets_writers_through_and_is_done_when_the_table_is_free(sample, reader):
    upgrade = Upgrade(lock_timeout=0.1, pause=0.02, tries=500)
    upgrade.start()
    until(lambda: upgrade.gave_way() >= 2)
    for _each in range(40):
        write(seconds=5)
    assert (LogEntry.objects.count(), has_column(), upgrade.failed) == (40, False, None)
    assert upgrade.is_alive()
    reader.rollback()
    upgrade.join(30)
    assert (upgrade.failed, has_column()) == (None, True)
    write(seconds=5)  # the former version knows nothing of the new column


def test_without_giving_way_the_writers_would_stand_behind_it(sample, reader):
    upgrade = Upgrade(lock_timeout=0, pause=0.02, tries=1)
    upgrade.start()
    until(lambda: waits_for_the_log())
    with pytest.raises(OperationalError, match="lock timeout"):
        write(seconds=0.3)
    reader.rollback()
    upgrade.join(30)
    assert (upgrade.failed, has_column()) == (None, True)


def waits_for_the_log() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = 'workflow_logentry'::regclass AND NOT granted")
        return cursor.fetchone()[0] == 1


def test_an_upgrade_that_never_gets_its_lock_says_what_to_look_for(sample, reader):
    with pytest.raises(CommandError, match="Look for a long transaction"):
        call_command("upgrade", lock_timeout=0.05, pause=0.01, tries=2, verbosity=0, stdout=io.StringIO())
    assert not has_column()


def test_a_second_upgrade_does_not_begin(sample, reader):
    upgrade = Upgrade(lock_timeout=0.1, pause=0.02, tries=500)
    upgrade.start()
    until(lambda: upgrade.gave_way() >= 1)
    with pytest.raises(CommandError, match="Another upgrade of this database is under way"):
        call_command("upgrade", verbosity=0)
    reader.rollback()
    upgrade.join(30)
    assert upgrade.failed is None


def test_the_linter_is_a_step_of_the_check():
    assert "tools/lint_migrations.py" in (ROOT / "tools" / "check.py").read_text(encoding="utf-8")
