"""Reads of saved views, always for a user."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Case, Exists, IntegerField, OuterRef, When
from django.db.models.functions import Lower
from django.http import Http404

from accounts import pages
from accounts.models import DefaultView, SavedView

SHOWN = 12
"""Tabs on a page; the page of saved views has all of them."""


@dataclass(frozen=True)
class Kept:
    """What a reader keeps of one page."""

    page: str
    views: list[SavedView] = field(default_factory=list)

    @property
    def default(self) -> SavedView | None:
        """The view with which the page opens, if the reader chose one."""
        return next((view for view in self.views if view.opens_first), None)

    def with_query(self, query: str) -> SavedView | None:
        """The view that holds exactly these filters; one's own before a shared one of the same filters."""
        return next((view for view in self.views if view.query == query), None)


def _views(user):
    chosen = DefaultView.objects.filter(user=user, view=OuterRef("pk"))
    return SavedView.objects.for_user(user).annotate(opens_first=Exists(chosen))


def kept_views(user, page: str) -> Kept:
    """One's own views of a page, then those shared in the unit acted in; one query."""
    own_first = Case(When(owner=user, then=0), default=1, output_field=IntegerField())
    found = _views(user).filter(page=page).order_by("-opens_first", own_first, Lower("name"), "pk")
    return Kept(page, list(found[:SHOWN]))


def all_kept(user) -> list[tuple[str, list[SavedView]]]:
    """Every view the reader has, by page; views of pages that are no longer there come last, to be removed."""
    groups: dict[str, list[SavedView]] = {}
    for view in _views(user):
        groups.setdefault(view.page, []).append(view)
    return sorted(groups.items(), key=lambda pair: (not pages.page_url(pair[0]), pages.page_label(pair[0])))


def get_view(user, pk: int) -> SavedView:
    """One view the reader has; Http404 for any other."""
    found = _views(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
