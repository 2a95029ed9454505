from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def number_lines(apps, schema_editor):
    """Remarks made so far: the number their line has now."""
    remark, line = apps.get_model("regions", "FieldComment"), apps.get_model("regions", "NeedLine")
    position = line.objects.filter(pk=OuterRef("line_id")).values("position")[:1]
    remark.objects.filter(line__isnull=False).update(line_number=Subquery(position))


class Migration(migrations.Migration):
    dependencies = [("regions", "0004_drafts")]

    operations = [
        migrations.AddField(
            "fieldcomment",
            "line_number",
            models.PositiveSmallIntegerField(
                blank=True,
                help_text="The number its line had when the remark was made; the line may be gone",
                null=True,
            ),
        ),
        migrations.RunPython(number_lines, migrations.RunPython.noop),
    ]
