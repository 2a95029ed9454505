import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q


def follow_the_tracks(apps, schema_editor):
    """Records kept from elsewhere take the shape their track asks for; nobody could open these tracks before."""
    Agreement = apps.get_model("partnerships", "Agreement")
    for agreement in Agreement.objects.filter(track="KSDPL").select_related("partner"):
        agreement.counterpart = agreement.partner.name_id if agreement.partner else agreement.title_id
        agreement.partner = None
        agreement.save(update_fields=["counterpart", "partner"])
    Agreement.objects.filter(track="NOTA_SINERGI").update(partner=None, full_powers_needed=False)
    Agreement.objects.filter(track__in=["KSDLL_NEW", "KSDPL"]).update(full_powers_needed=True)


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0004_drafted_papers")]

    operations = [
        migrations.AddField("agreement", "counterpart", models.CharField(blank=True, max_length=200, verbose_name="Foreign regional government")),
        migrations.AddField("agreement", "counterpart_country", models.CharField(blank=True, max_length=2, verbose_name="Country")),
        migrations.AddField("agreement", "action_plan", models.JSONField(blank=True, default=list, verbose_name="Action plan")),
        migrations.AddField("agreement", "conditions", models.JSONField(blank=True, default=dict, help_text="{condition code: true}", verbose_name="Conditions")),
        migrations.AddField("agreement", "amendment_phase", models.CharField(blank=True, choices=[("DRAFTING", "The amendment is being drafted"), ("LEGAL", "The amendment is in legal review"), ("SIGNING", "The amendment is ready to sign")], max_length=8)),
        migrations.AddField("agreement", "amendment_turn_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("agreement", "proposed", models.JSONField(blank=True, default=dict)),
        migrations.AddField("agreement", "follows", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="followed_by", to="partnerships.agreement", verbose_name="Follows")),
        migrations.AddField("agreement", "warned_days", models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.AddField("agreement", "renewal", models.CharField(blank=True, choices=[("RENEW", "To be renewed"), ("END", "Ends as agreed")], max_length=5, verbose_name="Renewal")),
        migrations.AddField("agreement", "renewal_reason", models.TextField(blank=True, max_length=1000, verbose_name="Why it is not renewed")),
        migrations.CreateModel(
            name="AgreementVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("occasion", models.CharField(max_length=40)),
                ("facts", models.JSONField(default=dict)),
                ("signed_on", models.DateField(blank=True, null=True)),
                ("signatories", models.JSONField(blank=True, default=list, help_text="[{party, post}]: posts, never names")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("agreement", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="partnerships.agreement")),
                ("english", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnerships.agreementdocument")),
                ("indonesian", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnerships.agreementdocument")),
                ("signed", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partnerships.agreementdocument")),
            ],
            options={
                "ordering": ["number"],
                "constraints": [models.UniqueConstraint(fields=("agreement", "number"), name="one_version_per_number")],
            },
        ),
        migrations.CreateModel(
            name="PaperText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lines", models.JSONField(default=list)),
                ("document", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="words", to="partnerships.agreementdocument")),
            ],
        ),
        migrations.RemoveConstraint("agreement", "agreement_names_its_partner"),
        migrations.RunPython(follow_the_tracks, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            "agreement",
            models.CheckConstraint(
                condition=Q(("counterpart", ""), ("partner__isnull", False), ("track__in", ["CENTRAL", "KSDLL_CONT", "KSDLL_NEW"])) | (Q(("partner__isnull", True), ("track", "KSDPL")) & ~Q(("counterpart", ""))) | Q(("counterpart", ""), ("partner__isnull", True), ("track", "NOTA_SINERGI")),
                name="agreement_names_its_partner",
            ),
        ),
        migrations.AddConstraint(
            "agreement",
            models.CheckConstraint(
                condition=~Q(("status__in", ["DPRD_REVIEW", "GOV_VERIFICATION"]), ("track", "CENTRAL")) & ~Q(("status__in", ["DPRD_REVIEW", "GOV_VERIFICATION", "CLEARANCE", "FULL_POWERS"]), ("track", "NOTA_SINERGI")),
                name="agreement_stays_on_its_track",
            ),
        ),
        migrations.AddConstraint(
            "agreement",
            models.CheckConstraint(
                condition=Q(("track__in", ["CENTRAL", "KSDLL_CONT"])) | Q(("full_powers_needed", True), ("track__in", ["KSDLL_NEW", "KSDPL"])) | Q(("full_powers_needed", False), ("track", "NOTA_SINERGI")),
                name="full_powers_follow_the_track",
            ),
        ),
        migrations.AddConstraint(
            "agreement",
            models.CheckConstraint(condition=Q(("amendment_phase", "")) | Q(("status", "UNDER_AMENDMENT")), name="amendment_phase_only_while_amended"),
        ),
        migrations.AddConstraint(
            "agreement",
            models.CheckConstraint(condition=Q(("renewal__in", ["", "RENEW", "END"])), name="renewal_known"),
        ),
        migrations.AddConstraint(
            "externalstep",
            models.CheckConstraint(condition=Q(("answered_on__isnull", True)) | ~Q(("answer_no", "")), name="answer_has_number"),
        ),
    ]
