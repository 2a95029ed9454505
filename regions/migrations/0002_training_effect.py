"""People trained and levels now beside what was filed, and the ledger they are counted from."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("regions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GapRating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField(validators=[django.core.validators.MaxValueValidator(5)])),
                ('rated_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('level__gte', 0), ('level__lte', 5)), name='rated_level_from_0_to_5'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TrainingEffect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=40)),
                ('credited_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('taken_back_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['pk'],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(('taken_back_at__isnull', True)), fields=('source',), name='one_standing_effect_per_source'),
                    models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='effect_names_its_source'),
                ],
            },
        ),
        migrations.AddField(
            model_name='competencygap',
            name='level_now',
            field=models.DecimalField(blank=True, decimal_places=4, editable=False, max_digits=5, null=True),
        ),
        migrations.AddField(
            model_name='needline',
            name='continues',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='continued_by', to='regions.needline'),
        ),
        migrations.AddField(
            model_name='needline',
            name='people_trained',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='trainingneed',
            name='met_by_count',
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name='competencygap',
            constraint=models.CheckConstraint(condition=models.Q(('level_now__isnull', True), models.Q(('level_now__gte', 0), ('level_now__lte', 5)), _connector='OR'), name='level_now_in_range'),
        ),
        migrations.AddField(
            model_name='gaprating',
            name='gap',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='regions.competencygap'),
        ),
        migrations.AddField(
            model_name='gaprating',
            name='rated_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='trainingeffect',
            name='credited_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='trainingeffect',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='effects', to='regions.needline'),
        ),
        migrations.AddField(
            model_name='trainingeffect',
            name='taken_back_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='gaprating',
            name='effect',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='regions.trainingeffect'),
        ),
        migrations.AddConstraint(
            model_name='gaprating',
            constraint=models.UniqueConstraint(fields=('effect', 'gap'), name='one_rating_per_effect_and_gap'),
        ),
    ]
