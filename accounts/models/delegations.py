"""Standing in for an official: a dated object with its letter. It gives the delegate a membership to act in."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import DelegationKind, Role
from workflow.files import StoredFile
from workflow.mandate import Mandate
from workflow.registry import capacity_label

DELEGABLE = (
    Role.DINAS_HEAD,
    Role.PROV_VER,
    Role.PPSDM_HEAD,
    Role.DITJEN_REV,
    Role.BIROKS_HEAD,
    Role.LEGAL,
    Role.SEKJEN,
)
"""Posts somebody can stand in for. Officers are replaced by inviting another; partners name theirs themselves."""


STAGES = {
    "COMING": (_("To come"), "blue", "hourglass-split"),
    "NOW": (_("In force"), "teal", "check-circle-fill"),
    "OVER": (_("Ended"), "neutral", "calendar-x"),
    "REVOKED": (_("Revoked"), "red", "x-octagon-fill"),
}
"""State -> label, tone, icon. Derived from dates: nothing has to run for a delegation to begin or to end."""


class DelegationQuerySet(models.QuerySet):
    """Dated delegations."""

    def in_force(self, day: dt.date | None = None):
        """Those that bind on a day (today). Only an acting official (Plt) stays when the holder's role has ended."""
        day = day or timezone.localdate()
        lasts = Q(post__valid_to__isnull=True) | Q(post__valid_to__gte=day)
        held = lasts & Q(post__ended_at__isnull=True, post__user__is_active=True)
        return self.filter(
            Q(kind=DelegationKind.PLT) | held,
            revoked_at__isnull=True,
            valid_from__lte=day,
            valid_to__gte=day,
            delegate__is_active=True,
        )

    def overlapping(self, first: dt.date, last: dt.date):
        """Those not revoked that share at least one day with a span."""
        return self.filter(revoked_at__isnull=True, valid_from__lte=last, valid_to__gte=first)


class Delegation(models.Model):
    """Plt, Plh, a.n., u.b. or kuasa: who may act in whose post, on what letter, from when to when, and in what."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(_("Kind"), max_length=5, choices=DelegationKind)
    post = models.ForeignKey(
        "accounts.Membership", models.PROTECT, related_name="delegations", help_text=_("The post and who holds it")
    )
    delegate = models.ForeignKey("accounts.User", models.PROTECT, related_name="delegations")
    letter_no = models.CharField(_("Number of the letter"), max_length=80)
    letter_date = models.DateField(_("Date of the letter"))
    valid_from = models.DateField(_("Valid from"))
    valid_to = models.DateField(_("Valid until"))
    scopes = models.JSONField(_("Covers"), default=list, help_text=_("Names of the tables it covers"))
    has_authority = models.BooleanField(
        _("Written authority to sign"), default=False, help_text=_("The paper lies with the delegation")
    )
    delegate_post = models.CharField(
        _("Post of the delegate"), max_length=160, blank=True, help_text=_("Printed below the post (a.n., u.b., kuasa)")
    )
    through_post = models.CharField(
        _("Post in between"), max_length=160, blank=True, help_text=_("Who acts in the holder's name (u.b. only)")
    )
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")

    end_announced_at = models.DateTimeField(null=True, blank=True, help_text=_("Both were told that it ends soon"))
    end_told_at = models.DateTimeField(null=True, blank=True, help_text=_("Both were told that it has ended"))

    objects = DelegationQuerySet.as_manager()
    STAGE_LABEL = _("State")

    class Meta:
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="delegation_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(kind__in=DelegationKind.values), name="delegation_kind_known"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_by__isnull=False), name="delegation_revoked_by_someone"
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("accounts:delegation", args=[self.code])

    @property
    def principal(self):
        """Whose post it is; of a vacant post the one who held it last."""
        return self.post.user

    @property
    def label(self) -> str:
        """What stands before the delegate's acts: "Plh. Kepala Dinas"."""
        return capacity_label(self.post.role, self.kind)

    @property
    def stage(self) -> str:
        """The state today, a key of STAGES."""
        today = timezone.localdate()
        if self.revoked_at is not None:
            return "REVOKED"
        return "COMING" if self.valid_from > today else "OVER" if self.valid_to < today else "NOW"

    @property
    def shown_stage(self) -> dict:
        """The state as a tag."""
        label, tone, icon = STAGES[self.stage]
        return {"label": label, "tone": tone, "icon": icon}

    @property
    def mandate(self) -> Mandate:
        """What the engine asks before every act."""
        return Mandate(
            code=self.code,
            kind=self.kind,
            principal_id=self.post.user_id,
            scopes=frozenset(self.scopes),
            has_authority=self.has_authority,
            holds=self.holds,
        )

    def holds(self) -> bool:
        """Whether it is in force now: by the portal's day (WIB) and by the day of the office whose post it is, where
        midnight comes up to two hours earlier. Inside a transaction nobody can revoke it until that ends."""
        there = timezone.localdate(timezone=ZoneInfo(self.post.organisation.time_zone))
        if not self.valid_from <= there <= self.valid_to:
            return False
        found = Delegation.objects.in_force().filter(pk=self.pk)
        if transaction.get_connection().in_atomic_block:
            found = found.select_for_update(of=("self",), no_key=True)
        return found.first() is not None


class DelegationPaperKind(models.TextChoices):
    LETTER = "LETTER", _("Letter of delegation")
    AUTHORITY = "AUTHORITY", _("Written authority to sign")


class DelegationPaper(StoredFile):
    """The letter, and the written authority where there is one."""

    delegation = models.ForeignKey(Delegation, models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=9, choices=DelegationPaperKind)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["delegation", "kind"], name="one_paper_of_each_kind_per_delegation")
        ]
