from django.db import migrations, models


def tell_kinds_apart(apps, schema_editor):
    """Rows of the first calendar, loaded before kinds were told apart."""
    holiday = apps.get_model("workflow", "Holiday")
    holiday.objects.filter(label_id__istartswith="Cuti bersama").update(kind="LEAVE")
    holiday.objects.filter(date__year__gt=2026).update(provisional=True)


class Migration(migrations.Migration):
    dependencies = [("workflow", "0004_seal")]

    operations = [
        migrations.AlterModelOptions(name="holiday", options={"ordering": ["date"]}),
        migrations.AddField(
            model_name="holiday",
            name="kind",
            field=models.CharField(
                choices=[("PUBLIC", "Public holiday"), ("LEAVE", "Joint leave")],
                default="PUBLIC",
                max_length=6,
                verbose_name="Kind",
            ),
        ),
        migrations.AddField(
            model_name="holiday",
            name="decree",
            field=models.CharField(
                blank=True,
                help_text="Number and date of the decree that sets this day.",
                max_length=200,
                verbose_name="Decree",
            ),
        ),
        migrations.AddField(
            model_name="holiday",
            name="provisional",
            field=models.BooleanField(
                default=False,
                help_text="Not yet set by decree; it counts as a day off all the same.",
                verbose_name="Provisional",
            ),
        ),
        migrations.AddField(
            model_name="holiday", name="removed_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AlterField(model_name="holiday", name="date", field=models.DateField(verbose_name="Day")),
        migrations.AlterField(
            model_name="holiday",
            name="label_id",
            field=models.CharField(max_length=120, verbose_name="Name in Indonesian"),
        ),
        migrations.AlterField(
            model_name="holiday",
            name="label_en",
            field=models.CharField(blank=True, max_length=120, verbose_name="Name in English"),
        ),
        migrations.RunPython(tell_kinds_apart, migrations.RunPython.noop),
    ]
