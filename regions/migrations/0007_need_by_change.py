"""An index for the needs that changed last, which every home page shows."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # built while the portal is used

    dependencies = [("regions", "0006_load_indexes")]

    operations = [
        AddIndexConcurrently(
            "trainingneed",
            models.Index(models.F("updated_at").desc(), models.F("id").desc(), name="need_by_change"),
        ),
    ]
