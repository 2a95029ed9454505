import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partnerships', '0006_signatures'),
        ('programs', '0002_exchange_rates'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True)),
                ('status', models.CharField(max_length=20)),
                ('status_since', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('reminded', models.PositiveSmallIntegerField(default=0)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('covers_from', models.DateField(blank=True, null=True, verbose_name='Period reviewed: from')),
                ('covers_to', models.DateField(blank=True, null=True, verbose_name='Period reviewed: to')),
                ('summary', models.TextField(blank=True, max_length=3000, verbose_name='Summary of the findings')),
                ('evidence', models.JSONField(blank=True, default=dict, help_text='figures as they stood when it was submitted')),
                ('evidence_at', models.DateTimeField(blank=True, null=True)),
                ('response', models.TextField(blank=True, max_length=3000, verbose_name='Management response')),
                ('return_count', models.PositiveSmallIntegerField(default=0)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('agreement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='partnerships.agreement', verbose_name='Agreement')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('program', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='programs.program', verbose_name='Programme')),
            ],
            options={
                'ordering': ['-pk'],
                "indexes": [
                    models.Index(fields=['status', 'due_at'], name='review_by_due'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('status__in', ['DRAFT', 'SUBMITTED', 'RETURNED', 'ANSWERED', 'PUBLISHED', 'DISCARDED'])), name='review_status_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('agreement__isnull', True), ('program__isnull', False)), models.Q(('agreement__isnull', False), ('program__isnull', True)), _connector='OR'), name='review_has_one_subject'),
                    models.CheckConstraint(condition=models.Q(('covers_from__isnull', True), ('covers_to__isnull', True), ('covers_to__gte', models.F('covers_from')), _connector='OR'), name='review_period_ends_after_it_starts'),
                    models.UniqueConstraint(condition=models.Q(('status__in', ['DRAFT', 'SUBMITTED', 'RETURNED', 'ANSWERED'])), fields=('program',), name='one_review_under_way_per_program'),
                    models.UniqueConstraint(condition=models.Q(('status__in', ['DRAFT', 'SUBMITTED', 'RETURNED', 'ANSWERED'])), fields=('agreement',), name='one_review_under_way_per_agreement'),
                    models.CheckConstraint(condition=models.Q(models.Q(('status', 'PUBLISHED'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='published_review_has_its_date'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Recommendation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=1)),
                ('text', models.TextField(max_length=1000, verbose_name='Recommendation')),
                ('owner', models.CharField(max_length=12, verbose_name='Who should do it')),
                ('due_on', models.DateField(verbose_name='Until')),
                ('stance', models.CharField(blank=True, choices=[('ACCEPTED', 'Accepted'), ('PARTLY', 'Accepted in part'), ('DECLINED', 'Not accepted')], max_length=8, verbose_name='Response')),
                ('answer', models.TextField(blank=True, max_length=1000, verbose_name='What will be done, or why not')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recommendations', to='partnerships.review')),
            ],
            options={
                'ordering': ['review', 'position', 'pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('stance', ''), ('stance__in', ['ACCEPTED', 'PARTLY', 'DECLINED']), _connector='OR'), name='stance_known'),
                    models.CheckConstraint(condition=models.Q(('stance', ''), models.Q(('answer', ''), _negated=True), _connector='OR'), name='stance_has_its_reason'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ReviewRating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('criterion', models.CharField(choices=[('RELEVANCE', 'Relevance'), ('COHERENCE', 'Coherence'), ('EFFECTIVENESS', 'Effectiveness'), ('EFFICIENCY', 'Efficiency'), ('IMPACT', 'Impact'), ('SUSTAINABILITY', 'Sustainability')], max_length=14)),
                ('step', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4)], verbose_name='Rating')),
                ('text', models.TextField(blank=True, max_length=3000, verbose_name='Reasons')),
                ('sources', models.TextField(blank=True, max_length=1000, verbose_name='Sources')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='partnerships.review')),
            ],
            options={
                'ordering': ['pk'],
                "constraints": [
                    models.UniqueConstraint(fields=('review', 'criterion'), name='one_rating_per_criterion'),
                    models.CheckConstraint(condition=models.Q(('criterion__in', ['RELEVANCE', 'COHERENCE', 'EFFECTIVENESS', 'EFFICIENCY', 'IMPACT', 'SUSTAINABILITY'])), name='criterion_known'),
                    models.CheckConstraint(condition=models.Q(('step__isnull', True), ('step__range', (1, 4)), _connector='OR'), name='rating_from_1_to_4'),
                ],
            },
        ),
    ]
