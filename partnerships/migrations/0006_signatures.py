from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0005_tracks")]

    operations = [
        migrations.AddField(
            model_name="agreementdocument",
            name="signing",
            field=models.CharField(
                blank=True,
                choices=[("ELECTRONIC", "Signed electronically"), ("SCAN", "Scan of a hand-signed paper")],
                max_length=10,
                verbose_name="How it was signed",
            ),
        ),
        migrations.AddField(
            model_name="agreementdocument",
            name="signatures",
            field=models.JSONField(blank=True, default=dict, verbose_name="Electronic signatures"),
        ),
        migrations.AddField(
            model_name="agreementdocument",
            name="text_sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddConstraint(
            model_name="agreementdocument",
            constraint=models.CheckConstraint(
                condition=Q(signing__in=["", "ELECTRONIC", "SCAN"]), name="document_signing_known"
            ),
        ),
    ]
