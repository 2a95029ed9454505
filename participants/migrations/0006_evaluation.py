"""Forms of the evaluation, and the ledger of the needs for trainings completed before there was one."""

import datetime as dt

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

PASSED = ("COMPLETED", "FOLLOW_UP", "CLOSED")
WIB = dt.timezone(dt.timedelta(hours=7))
WINDOWS = {"L3_SELF": (90, 180), "L3_HEAD": (90, 180), "L4": (180, 365)}


def take_over(apps, schema_editor):
    """Who completed counts in the ledger; lines of revisions find those they were copied from; forms still to come."""
    Nomination = apps.get_model("participants", "Nomination")
    passed = Nomination.objects.filter(status__in=PASSED).select_related("proposal__intake").order_by("pk")
    for nomination in passed:
        apps.get_model("regions", "TrainingEffect").objects.get_or_create(
            source=nomination.code,
            taken_back_at=None,
            defaults={
                "line_id": nomination.proposal.line_id,
                "credited_at": nomination.finished_at or django.utils.timezone.now(),
            },
        )
    if passed:
        _count(apps)
        _plan(apps, passed.exclude(status="CLOSED"))


def _count(apps):
    Need, Line = apps.get_model("regions", "TrainingNeed"), apps.get_model("regions", "NeedLine")
    trained = {}
    for need in Need.objects.filter(approved_at__isnull=False).order_by("pk"):
        former = {(line.position, line.post_id): line.pk for line in Line.objects.filter(need=need.revises_id)}
        for line in Line.objects.filter(need=need):
            line.continues_id = line.continues_id or former.get((line.position, line.post_id))
            trained[line.pk] = line.effects.filter(taken_back_at=None).count() + trained.get(line.continues_id, 0)
            if trained[line.pk] or line.continues_id:
                Line.objects.filter(pk=line.pk).update(
                    continues=line.continues_id, people_trained=trained[line.pk]
                )
        people = sum(trained[pk] for pk in Line.objects.filter(need=need).values_list("pk", flat=True))
        counted = need.status == "FULFILLED" and people >= need.people_requested
        Need.objects.filter(pk=need.pk).update(people_completed=people, met_by_count=counted)


def _plan(apps, nominations):
    Evaluation, Counter = apps.get_model("participants", "Evaluation"), apps.get_model("workflow", "Counter")
    now = django.utils.timezone.now()
    lines = set()
    for nomination in nominations:
        intake = nomination.proposal.intake
        day = intake.ends if intake else (nomination.finished_at or now).date()
        wanted = ["L3_SELF", "L3_HEAD"] + ([] if nomination.proposal_id in lines else ["L4"])
        lines.add(nomination.proposal_id)
        for level in wanted:
            first, last = (day + dt.timedelta(days=days) for days in WINDOWS[level])
            opens = dt.datetime.combine(first, dt.time.min, WIB)
            closes = dt.datetime.combine(last, dt.time(23, 59, 59), WIB)
            series, _created = Counter.objects.get_or_create(name=f"EV-{now.year}")
            series.value += 1
            series.save()
            Evaluation.objects.create(
                code=f"EV-{now.year}-{series.value:04d}",
                status="PLANNED",
                level=level,
                proposal=nomination.proposal,
                nomination=None if level == "L4" else nomination,
                opens_at=opens,
                closes_at=max(closes, now + dt.timedelta(days=30)),
            )


class Migration(migrations.Migration):

    dependencies = [
        ("participants", "0005_roster"),
        ("regions", "0002_training_effect"),
        ("workflow", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Evaluation',
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
                ('level', models.CharField(choices=[('L1', 'Reaction'), ('L2', 'Learning'), ('L3_SELF', 'Behaviour, own view'), ('L3_HEAD', "Behaviour, supervisor's view"), ('L4', 'Results')], max_length=8)),
                ('opens_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('on_behalf', models.BooleanField(default=False)),
                ('reopened', models.PositiveSmallIntegerField(default=0)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('nomination', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evaluations', to='participants.nomination')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evaluations', to='partnerships.proposal')),
            ],
            options={
                'ordering': ['-pk'],
                "indexes": [
                    models.Index(fields=['status', 'due_at'], name='evaluation_by_due'),
                    models.Index(fields=['status', 'opens_at'], name='evaluation_by_opening'),
                    models.Index(fields=['proposal', 'level', 'status'], name='evaluation_by_proposal'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('status__in', ['PLANNED', 'OPEN', 'ANSWERED', 'DONE', 'MISSED', 'VOID'])), name='evaluation_status_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('level', 'L4'), ('nomination__isnull', True)), models.Q(models.Q(('level', 'L4'), _negated=True), ('nomination__isnull', False)), _connector='OR'), name='only_level_4_is_about_a_line'),
                    models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='evaluation_has_a_window'),
                    models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['ANSWERED', 'DONE']), _negated=True), ('answered_at__isnull', False), _connector='OR'), name='answered_evaluation_says_when'),
                    models.CheckConstraint(condition=models.Q(models.Q(('status', 'ANSWERED'), _negated=True), ('level', 'L4'), _connector='OR'), name='only_level_4_is_confirmed_by_another'),
                    models.UniqueConstraint(condition=models.Q(('status', 'VOID'), _negated=True), fields=('nomination', 'level'), name='one_form_per_nomination_and_level'),
                    models.UniqueConstraint(condition=models.Q(('level', 'L4'), models.Q(('status', 'VOID'), _negated=True)), fields=('proposal',), name='one_result_form_per_proposal'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Behaviour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('used', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='How far it is used in daily work')),
                ('helped', models.JSONField(blank=True, default=list, verbose_name='What helped')),
                ('hindered', models.JSONField(blank=True, default=list, verbose_name='What hindered')),
                ('note', models.TextField(blank=True, max_length=1000, verbose_name='Example or note')),
                ('cascade_sessions', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='Sessions held for colleagues')),
                ('cascade_people', models.PositiveIntegerField(blank=True, null=True, verbose_name='Colleagues reached')),
                ('cascade_hours', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='Lesson hours passed on (JP)')),
                ('evaluation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='behaviour', to='participants.evaluation')),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('used__range', (1, 5))), name='use_from_1_to_5'),
                    models.CheckConstraint(condition=models.Q(('cascade_sessions__isnull', True), ('cascade_sessions__gt', 0), models.Q(('cascade_hours', 0), ('cascade_people', 0)), _connector='OR'), name='no_colleagues_without_a_session'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Learning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True, verbose_name='Test before')),
                ('after', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True, verbose_name='Test after')),
                ('certificate_only', models.BooleanField(default=False, verbose_name='Certificate only, no test')),
                ('evaluation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='learning', to='participants.evaluation')),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('after__isnull', True), ('before__isnull', True), ('certificate_only', True)), models.Q(('after__gte', 0), ('after__isnull', False), ('after__lte', 100), ('before__gte', 0), ('before__isnull', False), ('before__lte', 100), ('certificate_only', False)), _connector='OR'), name='tests_from_0_to_100_or_certificate_only'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Reaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.PositiveSmallIntegerField(verbose_name='The content was right for my level')),
                ('usefulness', models.PositiveSmallIntegerField(verbose_name='I can use it in my daily work')),
                ('trainers', models.PositiveSmallIntegerField(verbose_name='The trainers explained well')),
                ('materials', models.PositiveSmallIntegerField(verbose_name='Materials and language were clear')),
                ('organisation', models.PositiveSmallIntegerField(verbose_name='Organisation, place and time were good')),
                ('recommend', models.PositiveSmallIntegerField(verbose_name='Would you recommend this training to a colleague?')),
                ('best', models.TextField(blank=True, max_length=1000, verbose_name='What helped you most')),
                ('better', models.TextField(blank=True, max_length=1000, verbose_name='What should be better next time')),
                ('evaluation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='reaction', to='participants.evaluation')),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('content__range', (1, 5)), ('trainers__range', (1, 5)), ('usefulness__range', (1, 5)), ('materials__range', (1, 5)), ('organisation__range', (1, 5))), name='reaction_items_from_1_to_5'),
                    models.CheckConstraint(condition=models.Q(('recommend__range', (0, 10))), name='recommendation_from_0_to_10'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Result',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('indicator', models.CharField(max_length=200, verbose_name='Indicator')),
                ('unit', models.CharField(max_length=60, verbose_name='Unit')),
                ('baseline', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='Before the training')),
                ('target', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='Target')),
                ('actual', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='Measured now')),
                ('measured_on', models.DateField(verbose_name='Measured on')),
                ('note', models.TextField(blank=True, max_length=1000, verbose_name='What else played a part')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('evaluation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='result', to='participants.evaluation')),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('target', models.F('baseline')), _negated=True), name='target_differs_from_baseline'),
                ],
            },
        ),
        migrations.CreateModel(
            name='BehaviourLevel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField(validators=[django.core.validators.MaxValueValidator(5)])),
                ('behaviour', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='levels', to='participants.behaviour')),
                ('gap', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='regions.competencygap')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('behaviour', 'gap'), name='one_level_per_form_and_gap'), models.CheckConstraint(condition=models.Q(('level__range', (0, 5))), name='behaviour_level_from_0_to_5')],
            },
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
