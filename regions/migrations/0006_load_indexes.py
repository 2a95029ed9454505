"""Indexes for lists of many needs: their first page in the order of filing, and their counts without the rows."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # built while the portal is used

    dependencies = [("regions", "0005_remark_line_number")]

    operations = [
        AddIndexConcurrently(
            "trainingneed",
            models.Index(models.F("submitted_at").desc(nulls_last=True), models.F("id").desc(), name="need_by_filing"),
        ),
        AddIndexConcurrently(
            "trainingneed",
            models.Index(
                fields=["status", "cycle"],
                include=[
                    "id",
                    "office",
                    "submitted_at",
                    "urgency",
                    "score",
                    "people_requested",
                    "people_completed",
                    "code",
                    "national_number",
                ],
                name="need_in_counts",
            ),
        ),
    ]
