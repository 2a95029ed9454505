import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0003_forms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("nomination", "return_count", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField(
            "nomination",
            "keep_until",
            models.DateField(blank=True, help_text="After a review: kept until this day", null=True),
        ),
        migrations.AddField("nomination", "emptied_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                ("status", models.CharField(max_length=20)),
                ("status_since", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("reminded", models.PositiveSmallIntegerField(default=0)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("FIELD", "Correction"),
                            ("OTHER", "Correction of something else"),
                            ("CONSENT", "End of a consent"),
                        ],
                        max_length=8,
                    ),
                ),
                ("field", models.CharField(blank=True, max_length=40)),
                ("wanted_sealed", models.TextField(blank=True, editable=False)),
                ("grounds_sealed", models.TextField(blank=True, editable=False)),
                (
                    "letter_number",
                    models.CharField(blank=True, help_text="Of a person without an account", max_length=80),
                ),
                ("letter_date", models.DateField(blank=True, null=True)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answer", models.TextField(blank=True, max_length=4000)),
                ("emptied_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "nomination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="participants.nomination",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="participants.person",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["status", "due_at"], name="correction_by_due")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["WITH_OFFICE", "WITH_PPSDM", "OVERDUE", "DONE", "REFUSED", "WITHDRAWN"],
                            )
                        ),
                        name="correction_status_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("status__in", ["WITH_OFFICE", "WITH_PPSDM", "OVERDUE"]),
                            models.Q(("field", ""), _negated=True),
                        ),
                        fields=("person", "field"),
                        name="one_open_correction_per_field",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "FIELD"), _negated=True),
                            models.Q(("field", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="correction_names_its_field",
                    ),
                ],
            },
        ),
    ]
