import datetime as dt

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

LATEST = {"HOME_AFFAIRS": 10}
"""Days before departure by which a permit must be in, where it is not a week."""


def register_numbers(apps, schema_editor):
    """Numbers of certificates given so far; where one was given twice, the first keeps it."""
    Nomination = apps.get_model("participants", "Nomination")
    CertificateNumber = apps.get_model("participants", "CertificateNumber")
    given = Nomination.objects.exclude(certificate_number="").order_by("finished_at", "pk")
    CertificateNumber.objects.bulk_create(
        [
            CertificateNumber(
                number=n.certificate_number, nomination_id=n.pk, year=(n.finished_at or n.status_since).year
            )
            for n in given
        ],
        ignore_conflicts=True,
    )


def plan_reminders(apps, schema_editor):
    """Open permits are called to mind from now on."""
    ClearanceStep = apps.get_model("participants", "ClearanceStep")
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    steps = ClearanceStep.objects.filter(
        state="OPEN", nomination__status="CLEARANCE", nomination__departs_on__isnull=False
    )
    for step in steps.select_related("nomination"):
        latest = step.nomination.departs_on - dt.timedelta(days=LATEST.get(step.kind, 7))
        days = (latest - dt.timedelta(days=ahead) for ahead in (7, 1, -1))
        step.remind_on = next((day for day in days if day >= tomorrow), None)
        step.save(update_fields=["remind_on"])


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0004_rights"),
        ("partnerships", "0004_drafted_papers"),
        ("programs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AttendanceMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("mark", models.CharField(choices=[("P", "Present"), ("A", "Absent"), ("E", "Excused")], max_length=1)),
                (
                    "nomination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="marks",
                        to="participants.nomination",
                    ),
                ),
            ],
            options={
                "ordering": ["on"],
                "constraints": [
                    models.UniqueConstraint(fields=("nomination", "on"), name="one_mark_per_person_and_day"),
                    models.CheckConstraint(
                        condition=models.Q(("mark__in", ["P", "A", "E"])), name="attendance_mark_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CertificateNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=60)),
                ("year", models.PositiveSmallIntegerField()),
                (
                    "serial",
                    models.PositiveIntegerField(blank=True, help_text="Place in the series of the year", null=True),
                ),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "given_by",
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
                        related_name="numbers",
                        to="participants.nomination",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["year", "serial"], name="number_by_series"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Upper("number"), name="certificate_number_given_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrainingDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                (
                    "intake",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="training_days",
                        to="programs.intake",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="training_days",
                        to="partnerships.proposal",
                    ),
                ),
            ],
            options={
                "ordering": ["on"],
                "constraints": [
                    models.UniqueConstraint(fields=("intake", "on"), name="one_training_day_per_intake"),
                    models.UniqueConstraint(fields=("proposal", "on"), name="one_training_day_per_proposal"),
                    models.CheckConstraint(
                        condition=models.Q(("intake__isnull", True), ("proposal__isnull", False))
                        | models.Q(("intake__isnull", False), ("proposal__isnull", True)),
                        name="training_day_of_one_training",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="clearancestep",
            name="remind_on",
            field=models.DateField(blank=True, help_text="The next day on which it is called to mind", null=True),
        ),
        migrations.AddField(
            model_name="nomination",
            name="left_seat_at",
            field=models.DateTimeField(blank=True, help_text="When a chosen person gave up the seat", null=True),
        ),
        migrations.AddField(
            model_name="nomination",
            name="reversed_at",
            field=models.DateTimeField(blank=True, help_text="When the completion was taken back", null=True),
        ),
        migrations.AddField(
            model_name="nomination",
            name="takes_place_of",
            field=models.OneToOneField(
                blank=True,
                help_text="Whose seat a reserve took",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="successor",
                to="participants.nomination",
            ),
        ),
        migrations.AddIndex(
            model_name="clearancestep",
            index=models.Index(fields=["state", "remind_on"], name="permit_by_reminder"),
        ),
        migrations.RunPython(register_numbers, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(plan_reminders, migrations.RunPython.noop, elidable=True),
    ]
