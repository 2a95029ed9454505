import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0002_allocation'),
    ]

    operations = [
        migrations.AddField(
            model_name='proposal',
            name='allocation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='partnerships.allocationrun'),
        ),
        migrations.AlterField(
            model_name='proposal',
            name='lapse_cause',
            field=models.CharField(blank=True, choices=[('DEADLINE', 'The deadline passed'), ('NEED_CLOSED', 'The need was closed'), ('PROGRAM_CLOSED', 'The programme no longer takes participants'), ('WITHDRAWN', 'Withdrawn by the office'), ('REPLACED', 'A newer allocation was ratified')], max_length=20),
        ),
    ]
