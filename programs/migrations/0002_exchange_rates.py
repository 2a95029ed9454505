import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('programs', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3, verbose_name='Currency')),
                ('rupiah', models.DecimalField(decimal_places=4, max_digits=14, validators=[django.core.validators.MinValueValidator(Decimal('0.0001'))], verbose_name='Rupiah for one unit')),
                ('dated', models.DateField(verbose_name='Date of the rate')),
                ('source', models.CharField(max_length=200, verbose_name='Source')),
                ('entered_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('struck_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['currency', '-dated', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('struck_at__isnull', True)), fields=('currency', 'dated'), name='one_rate_per_currency_and_day'), models.CheckConstraint(condition=models.Q(('rupiah__gt', 0)), name='rate_above_nothing'), models.CheckConstraint(condition=models.Q(('currency__in', ['', 'IDR']), _negated=True), name='rate_of_another_currency')],
            },
        ),
    ]
