from django.db import migrations, models
from django.utils import timezone


def former_ends_are_known(apps, schema_editor):
    """Nobody is told today of a delegation that ended long ago."""
    today = timezone.localdate()
    over = apps.get_model("accounts", "Delegation").objects.filter(valid_to__lt=today)
    over.update(end_told_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_delegation")]

    operations = [
        migrations.AddField(
            model_name="delegation",
            name="delegate_post",
            field=models.CharField(
                blank=True,
                help_text="Printed below the post (a.n., u.b., kuasa)",
                max_length=160,
                verbose_name="Post of the delegate",
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="through_post",
            field=models.CharField(
                blank=True,
                help_text="Who acts in the holder's name (u.b. only)",
                max_length=160,
                verbose_name="Post in between",
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="end_announced_at",
            field=models.DateTimeField(blank=True, help_text="Both were told that it ends soon", null=True),
        ),
        migrations.AddField(
            model_name="delegation",
            name="end_told_at",
            field=models.DateTimeField(blank=True, help_text="Both were told that it has ended", null=True),
        ),
        migrations.RunPython(former_ends_are_known, migrations.RunPython.noop, elidable=True),
    ]
