import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("participants", "0002_certificate")]

    operations = [
        migrations.CreateModel(
            name='Background',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='background', serialize=False, to='participants.person')),
                ('preferred_name', models.CharField(blank=True, max_length=120, verbose_name='Name in Latin letters, as it should be printed')),
                ('service_since', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1960), django.core.validators.MaxValueValidator(2100)], verbose_name='In service since (year)')),
                ('duties', models.TextField(blank=True, max_length=1500, verbose_name='Present duties')),
                ('education_history', models.JSONField(blank=True, default=list, verbose_name='Education history')),
                ('work_history', models.JSONField(blank=True, default=list, verbose_name='Work history')),
                ('training_history', models.JSONField(blank=True, default=list, verbose_name='Training history')),
                ('visits', models.JSONField(blank=True, default=list, verbose_name='Previous visits abroad')),
                ('english_test', models.CharField(blank=True, max_length=12, verbose_name='English test')),
                ('english_score', models.CharField(blank=True, max_length=20, verbose_name='Score')),
                ('english_test_on', models.DateField(blank=True, null=True, verbose_name='Date of the test')),
                ('accommodation_sealed', models.TextField(blank=True, editable=False)),
                ('accommodation_consent_on', models.DateField(blank=True, null=True, verbose_name='Consent to pass the request on')),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('accommodation_sealed', ''), ('accommodation_consent_on__isnull', False), _connector='OR'), name='accommodation_only_with_consent')],
            },
        ),
        migrations.CreateModel(
            name='CourseAnswers',
            fields=[
                ('nomination', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='answers', serialize=False, to='participants.nomination')),
                ('motivation', models.TextField(blank=True, max_length=1500, verbose_name='Why this course serves my duties')),
                ('plan', models.TextField(blank=True, max_length=1500, verbose_name='What will be done with it afterwards')),
                ('issue', models.TextField(blank=True, max_length=1500, verbose_name='The issue the office wants to solve')),
                ('report_title', models.CharField(blank=True, max_length=160, verbose_name='Title of the job or country report')),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name='OfficeDetails',
            fields=[
                ('office', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='accounts.organisation')),
                ('name_en', models.CharField(blank=True, max_length=160, verbose_name='Name of the office in English')),
                ('address', models.CharField(blank=True, max_length=240, verbose_name='Address')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='Office telephone')),
                ('duties', models.TextField(blank=True, max_length=1500, verbose_name='Tasks of the office')),
                ('staff', models.PositiveIntegerField(blank=True, null=True, verbose_name='Number of staff')),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
        ),
    ]
