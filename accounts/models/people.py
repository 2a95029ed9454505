"""People, the organisations they act for, the roles they hold there, and invitations."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from workflow.mandate import Mandate
from workflow.registry import capacity_label


def in_local_language(instance, stem: str) -> str:
    """A bilingual field in the reader's language; where that is empty, the other one. `{% bilingual %}` says so."""
    texts = getattr(instance, f"{stem}_id"), getattr(instance, f"{stem}_en")
    own, other = reversed(texts) if (translation.get_language() or "id").startswith("en") else texts
    return own or other


class OrganisationKind(models.TextChoices):
    MINISTRY = "MINISTRY", _("Ministry unit")
    CENTRAL = "CENTRAL", _("Other central body")
    OFFICE = "OFFICE", _("Regional office")
    CENTRE = "CENTRE", _("Training centre of the ministry")
    PARTNER = "PARTNER", _("Partner")


class Organisation(models.Model):
    """A ministry unit, central body, regional office, training centre or partner. Units get renamed: rows
    are dated."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=OrganisationKind)
    type_code = models.CharField(max_length=20, blank=True, help_text=_("Office type, for example DISNAKER_KAB"))
    name_id = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    short_name = models.CharField(max_length=60, blank=True)
    region_code = models.CharField(
        max_length=4, blank=True, help_text=_("Kemendagri code without dots; empty: nationwide")
    )
    time_zone = models.CharField(max_length=40, default="Asia/Jakarta")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    email = models.EmailField(blank=True)
    suspended = models.BooleanField(default=False)
    valid_from = models.DateField(default=dt.date(2020, 1, 1))
    valid_to = models.DateField(null=True, blank=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="predecessors")

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["kind", "region_code"], name="organisation_by_region")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="organisation_ends_after_it_starts",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_local_language(self, "name")

    @property
    def province_code(self) -> str:
        """The two digits of the province, or an empty string for nationwide bodies."""
        return self.region_code[:2]

    @property
    def is_regency_level(self) -> bool:
        """Whether this is an office of a regency or city (four digits), which the province verifies."""
        return self.kind == OrganisationKind.OFFICE and len(self.region_code) == 4


class UserManager(BaseUserManager):
    """Users are found by e-mail, in lower case."""

    def create_user(self, email: str, password: str | None = None, **extra):
        """A new user; without a password nobody can sign in until an invitation is accepted."""
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra):
        """An account for `manage.py createsuperuser`: staff of the portal, without any business role."""
        return self.create_user(email, password, is_staff=True, **extra)

    def get_by_natural_key(self, email: str):
        """Sign-in does not mind upper and lower case."""
        return self.get(email=email.lower())


class User(AbstractBaseUser):
    """A person who signs in by e-mail. What they may do hangs on memberships, never on the account itself."""

    email = models.EmailField(_("E-mail"), unique=True)
    name = models.CharField(_("Name or post"), max_length=120)
    language = models.CharField(
        _("Language"), max_length=2, default="id", choices=[("id", "Indonesia"), ("en", "English")]
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text=_("Keeps the portal running; no business decisions"))
    is_system = models.BooleanField(default=False, help_text=_("A program of an organisation: nobody signs in with it"))
    joined_at = models.DateTimeField(default=timezone.now)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["email"]

    def __str__(self):
        return self.name

    @classmethod
    def exists_for(cls, email: str) -> bool:
        """Whether an address already has an account."""
        return cls.objects.filter(email=email.lower()).exists()

    @cached_property
    def current_memberships(self) -> list[Membership]:
        """The memberships valid today: one's own first (nobody stands in without choosing to), then the oldest."""
        current = self.memberships.current().select_related("organisation", "delegation__post")
        return list(current.order_by(F("delegation").asc(nulls_first=True), "pk"))

    @property
    def acting(self) -> Membership | None:
        """The one capacity this person acts in now: chosen in the account menu, else the first."""
        chosen = getattr(self, "_acting_id", None)
        found = self.current_memberships
        return next((m for m in found if m.pk == chosen), found[0] if found else None)

    def act_as(self, membership_id: int | None) -> None:
        """Choose the capacity for this request; unknown or expired choices fall back to the first."""
        self._acting_id = membership_id

    @property
    def acting_role(self) -> str:
        """The role code of the present capacity, or an empty string."""
        return self.acting.role if self.acting else ""

    @property
    def mandate(self) -> Mandate | None:
        """The delegation behind the present capacity; None in a post of one's own."""
        return self.acting.delegation.mandate if self.acting and self.acting.delegation_id else None

    @property
    def acting_organisation(self) -> Organisation | None:
        """The organisation of the present capacity."""
        return self.acting.organisation if self.acting else None

    @property
    def acting_organisation_name(self) -> str:
        """For the log: which organisation the act was done for, in Indonesian."""
        return self.acting.organisation.name_id if self.acting else ""


class MembershipQuerySet(models.QuerySet):
    """Dated memberships."""

    def own(self):
        """Posts and roles of people themselves, without those they hold by delegation."""
        return self.filter(delegation__isnull=True)

    def current(self, day: dt.date | None = None):
        """Those valid on a day (today), of active users; one that was ended is over at once."""
        day = day or timezone.localdate()
        return self.filter(valid_from__lte=day, user__is_active=True, ended_at__isnull=True).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        )


class Membership(models.Model):
    """One role of one person in one organisation, for a time. Ended by date, never deleted: the log names
    its holder."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role)
    valid_from = models.DateField(default=timezone.localdate)
    valid_to = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    delegation = models.OneToOneField(
        "accounts.Delegation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="membership",
        help_text=_("What it rests on; empty: a post of one's own"),
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=Q(ended_at__isnull=True, delegation__isnull=True),
                name="one_membership_per_role",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="membership_ends_after_it_starts",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self):
        return f"{self.user} · {self.role_label} · {self.organisation}"

    @property
    def role_label(self) -> str:
        """The role in the reader's language, with its capacity: "Plh. Kepala Dinas"."""
        return capacity_label(self.role, self.delegation.kind if self.delegation_id else "")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Invitation(models.Model):
    """An offer of one membership to one e-mail address; the token is stored only as a hash and works once."""

    email = models.EmailField(_("E-mail"))
    name = models.CharField(_("Name or post"), max_length=120)
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("Organisation"))
    role = models.CharField(_("Role"), max_length=12, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "organisation", "role"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="one_open_invitation_per_role",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="invitation_has_one_end",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
        ]

    def __str__(self):
        return f"{self.email} → {self.organisation} ({self.role})"

    @property
    def role_label(self) -> str:
        """The role in the reader's language."""
        return str(Role(self.role).label)

    @property
    def is_open(self) -> bool:
        """Whether it can still be accepted."""
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > timezone.now()

    def new_token(self, days: int = 7) -> str:
        """A fresh token valid for some days; the former one stops working."""
        token = secrets.token_urlsafe(32)
        self.token_hash, self.expires_at = _hash(token), timezone.now() + dt.timedelta(days=days)
        return token

    @classmethod
    def by_token(cls, token: str):
        """The invitation this token was made for, whatever became of it, or None."""
        return cls.objects.select_related("organisation").filter(token_hash=_hash(token)).first()
