import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("regions", "0002_training_effect")]

    operations = [
        migrations.CreateModel(
            name="BoundaryLayer",
            fields=[
                (
                    "kind",
                    models.CharField(
                        choices=[("PROVINCES", "Provinces"), ("REGENCIES", "Regencies")],
                        max_length=10,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("source", models.CharField(max_length=200)),
                ("checksum", models.CharField(max_length=64)),
                ("frames", models.JSONField(default=dict)),
                ("loaded_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="Boundary",
            fields=[
                (
                    "region",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="boundary",
                        serialize=False,
                        to="regions.region",
                    ),
                ),
                ("sheet", models.CharField(blank=True, db_index=True, max_length=2)),
                ("path", models.TextField()),
                ("x", models.IntegerField()),
                ("y", models.IntegerField()),
                (
                    "layer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="boundaries",
                        to="regions.boundarylayer",
                    ),
                ),
            ],
            options={"ordering": ["region"]},
        ),
    ]
