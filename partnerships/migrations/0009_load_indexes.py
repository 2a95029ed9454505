"""One index less to write for each source of a demand brief: the unique constraint begins with the same column."""

import django.db.models.deletion
from django.db import migrations, models

DROP = 'DROP INDEX CONCURRENTLY IF EXISTS "partnerships_briefsource_line_id_4ba814f8"'
MAKE = (
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS "partnerships_briefsource_line_id_4ba814f8" '
    'ON "partnerships_briefsource" ("line_id")'
)


class Migration(migrations.Migration):
    atomic = False  # dropped while the portal is used

    dependencies = [("partnerships", "0008_briefs")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROP, MAKE)],
            state_operations=[
                migrations.AlterField(
                    "briefsource",
                    "line",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sources",
                        to="partnerships.briefline",
                    ),
                )
            ],
        )
    ]
