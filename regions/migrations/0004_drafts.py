import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import regions.models.uploads


def client_key():
    return models.CharField(blank=True, default="", editable=False, max_length=64)


def once(name, owner):
    return models.UniqueConstraint(condition=~Q(client_key=""), fields=(owner, "client_key"), name=name)


class Migration(migrations.Migration):
    dependencies = [("regions", "0003_boundaries"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField("competencygap", "client_key", client_key()),
        migrations.AddField("evidence", "client_key", client_key()),
        migrations.AddField("needline", "client_key", client_key()),
        migrations.AddField("trainingneed", "client_key", client_key()),
        migrations.AddConstraint("competencygap", once("one_gap_per_client_key", "line")),
        migrations.AddConstraint("evidence", once("one_file_per_client_key", "need")),
        migrations.AddConstraint("needline", once("one_line_per_client_key", "need")),
        migrations.AddConstraint("trainingneed", once("one_need_per_client_key", "office")),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "token",
                    models.CharField(
                        default=regions.models.uploads.new_token, editable=False, max_length=32, unique=True
                    ),
                ),
                ("client_key", models.CharField(max_length=64)),
                (
                    "kind",
                    models.CharField(choices=[("letter", "Letter"), ("evidence", "Evidence")], max_length=10),
                ),
                ("name", models.CharField(max_length=200)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("details", models.JSONField(default=dict)),
                ("received", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("touched_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("paper", models.JSONField(default=dict)),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to="regions.trainingneed"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "need", "client_key"), name="one_upload_per_client_key"),
                    models.CheckConstraint(
                        condition=Q(received__lte=F("size")), name="no_more_received_than_announced"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UploadPiece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("offset", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pieces", to="regions.upload"
                    ),
                ),
            ],
            options={
                "ordering": ["upload", "offset"],
                "constraints": [
                    models.UniqueConstraint(fields=("upload", "offset"), name="one_piece_per_place"),
                ],
            },
        ),
    ]
