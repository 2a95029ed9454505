"""Writes on saved views and on the last visit. What a whole unit sees leaves its line in the log; the name does not,
because people may type anything into it and the log keeps everything."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import pages
from accounts.models import DefaultView, LastVisit, SavedView
from accounts.models.kept import LONGEST, READ, canonical
from accounts.services.log import record_event
from workflow.engine import Refused

VIEW_LOG = "accounts.view"
MOST = 20
"""Views one person keeps of one page."""
ONE_VISIT = dt.timedelta(minutes=30)
"""Whoever comes back to the home within this time is still on the same visit."""


@transaction.atomic
def save_view(user, *, page: str, query: str, name: str, shared: bool, first: bool) -> SavedView:
    """Keep the filters of a page under a name."""
    kept = canonical(query)
    if len(kept) > LONGEST or len(query) > READ:
        raise Refused([_("These are too many filters for one view. Remove some of them first.")])
    if not pages.is_kept(page) or not kept:
        raise Refused([_("There are no filters to keep. Choose some on the list first.")])
    if SavedView.objects.for_user(user).filter(owner=user, page=page).count() >= MOST:
        raise Refused([_("You keep %(count)d views of this page. Delete one first.") % {"count": MOST}])
    view = SavedView(owner=user, page=page, query=kept, name=name, organisation=_unit(user) if shared else None)
    _store(view)
    if view.is_shared:
        record_event(VIEW_LOG, view.pk, view.code, "share_view", user, page=page)
    if first:
        _open_with(user, view)
    return view


@transaction.atomic
def change_view(view: SavedView, *, actor, name: str, shared: bool, first: bool) -> None:
    """Rename a view, share it or keep it to oneself, and open the page with it or not."""
    view = _still_there(view)
    was = view.is_shared
    view.name = name
    if shared and not was:
        view.organisation = _unit(actor)
    elif not shared:
        view.organisation = None
    _store(view)
    if was or shared:
        action = "change_view" if was and shared else "share_view" if shared else "unshare_view"
        record_event(VIEW_LOG, view.pk, view.code, action, actor, page=view.page)
    if not shared:
        DefaultView.objects.filter(view=view).exclude(user=view.owner).delete()
    open_with(actor, view, first and (shared or view.owner == actor))


@transaction.atomic
def remove_view(view: SavedView, *, actor) -> None:
    """Delete a view; pages that opened with it open unfiltered again."""
    view = _still_there(view)
    if view.is_shared:
        record_event(VIEW_LOG, view.pk, view.code, "remove_view", actor, page=view.page)
    view.delete()


@transaction.atomic
def open_with(user, view: SavedView, first: bool) -> None:
    """Open the page with this view from now on, or no longer."""
    if first:
        _open_with(user, _still_there(view))
    else:
        DefaultView.objects.filter(user=user, view=view).delete()


def _open_with(user, view: SavedView) -> None:
    DefaultView.objects.update_or_create(user=user, page=view.page, defaults={"view": view})


def _still_there(view: SavedView) -> SavedView:
    """The view as it is stored now, held until the write is over: another window may have deleted it meanwhile."""
    found = SavedView.objects.select_for_update(of=("self",)).select_related("owner").filter(pk=view.pk).first()
    if found is None:
        raise Refused([_("This view was deleted meanwhile.")])
    return found


def _unit(user):
    if user.acting_organisation is None:
        raise Refused([_("You act in no unit now, so there is nobody to share the view with.")])
    return user.acting_organisation


def _store(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise Refused([_("You have a view with this name already. Choose another name.")]) from None


def visit_home(user, now: dt.datetime | None = None) -> dt.datetime | None:
    """Note that the home was opened in the capacity acted in; the end of the visit before, None on the first one."""
    now = now or timezone.now()
    visit, first = LastVisit.objects.get_or_create(membership=user.acting, defaults={"seen_at": now})
    if first:
        return None
    before = visit.seen_at if now - visit.seen_at > ONE_VISIT else visit.before
    # The condition lets one of two windows that open at once write, so that the visit before is not lost.
    LastVisit.objects.filter(pk=visit.pk, seen_at=visit.seen_at).update(seen_at=now, before=before)
    return before
