from django.db import migrations


class Migration(migrations.Migration):
    """Short work that needs the strongest lock on the largest table."""

    dependencies = [("api", "0001_initial")]
    operations = [migrations.RunSQL("ALTER TABLE workflow_logentry ADD COLUMN sample text")]
