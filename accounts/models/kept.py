"""What a person keeps about pages: filters under a name, which of them opens first, and when they were last here."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Membership, Organisation, User

LONGEST = 1500
"""Characters of an address that can be kept."""
READ = 4 * LONGEST
"""Characters of an address that are looked at at all: every filter in it may be a repetition."""
NOT_KEPT = frozenset({"page", "view", "csrfmiddlewaretoken", "grafik", "sebagai", "unduh"})
"""Part of an address, yet no filter: the number of the page, downloads, and the word that asks for everything."""


def canonical(query: str) -> str:
    """An address's filters in one order, so that two addresses with the same filters are the same view. What is much
    longer than any view can be is not read: nothing in it is kept."""
    if len(query) > READ:
        return ""
    pairs = parse_qsl(query.replace("\x00", "").replace("%00", ""), keep_blank_values=False)
    return urlencode(sorted((name, value.strip()) for name, value in pairs if name not in NOT_KEPT and value.strip()))


class SavedViewQuerySet(models.QuerySet):
    """Views with their readers."""

    def for_user(self, user):
        """One's own, and those shared in the organisation one acts in. Who leaves a unit leaves what they shared there
        to it."""
        units = {membership.organisation_id for membership in user.current_memberships}
        own = Q(owner=user) & (Q(organisation=None) | Q(organisation__in=units))
        shared = Q(organisation=user.acting_organisation) if user.acting_organisation else Q(pk__in=[])
        return self.filter(own | shared).select_related("owner", "organisation")


class SavedView(models.Model):
    """Filters of one page under a name. It holds an address, never records: every reader sees what they may see."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="saved_views",
        help_text=_("Shared with everyone who acts in it; empty: only for the owner"),
    )
    page = models.CharField(max_length=60, help_text=_("Name of the address"))
    name = models.CharField(_("Name of the view"), max_length=40)
    query = models.CharField(max_length=LONGEST)
    made_at = models.DateTimeField(default=timezone.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["page", Lower("name"), "pk"]
        indexes = [models.Index(fields=["page", "organisation"], name="saved_view_by_page")]
        constraints = [
            models.UniqueConstraint("owner", "page", Lower("name"), name="one_saved_view_per_name"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(query=""), name="saved_view_says_something"),
        ]

    def __str__(self):
        return self.name

    @property
    def code(self) -> str:
        """How the log calls it."""
        return f"TAMPILAN-{self.pk}"

    @property
    def is_shared(self) -> bool:
        """Whether a whole organisation has it."""
        return self.organisation_id is not None


class DefaultView(models.Model):
    """The view with which a page opens for one person."""

    user = models.ForeignKey(User, models.CASCADE, related_name="default_views")
    page = models.CharField(max_length=60)
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="defaults")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="one_default_view_per_page")]

    def __str__(self):
        return f"{self.page}: {self.view}"


class LastVisit(models.Model):
    """When a person last opened their home in one capacity, and the visit before: what changed since is news."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="last_visit")
    seen_at = models.DateTimeField()
    before = models.DateTimeField(null=True, blank=True, help_text=_("End of the visit before; empty: the first"))

    def __str__(self):
        return f"{self.membership_id}: {self.seen_at}"
