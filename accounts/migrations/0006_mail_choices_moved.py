"""Which mails a person wants is kept in the post room, one choice per kind."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_saved_views"),
        ("notices", "0004_no_mail_of_changes"),
    ]

    operations = [migrations.RemoveField(model_name="user", name="mail_changes")]
