"""Who wanted no mail about changes keeps it that way; what was tried before may have arrived."""

from django.db import migrations


def carry_over(apps, schema_editor):
    user, preference = apps.get_model("accounts", "User"), apps.get_model("notices", "Preference")
    silent = user.objects.filter(mail_changes=False).values_list("pk", flat=True)
    preference.objects.bulk_create(
        [preference(user_id=pk, kind="CHANGE", cadence="OFF") for pk in silent.iterator()], ignore_conflicts=True
    )
    waiting = apps.get_model("notices", "Outbox").objects.filter(sent_at__isnull=True, dropped_at__isnull=True)
    waiting.filter(attempts__gt=0).update(in_doubt=True)


def carry_back(apps, schema_editor):
    silent = apps.get_model("notices", "Preference").objects.filter(kind="CHANGE", cadence="OFF")
    apps.get_model("accounts", "User").objects.filter(pk__in=silent.values("user_id")).update(mail_changes=False)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_saved_views"),
        ("notices", "0003_choices_and_batches"),
    ]

    operations = [migrations.RunPython(carry_over, carry_back)]
