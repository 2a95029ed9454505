"""Looking at the portal as somebody else: ask, answer, begin, end, and note each page. Every step is in the log."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import SupportPage, SupportView, User
from accounts.models.support import LASTS
from accounts.rules.support import may_ask_to_view, may_be_viewed, supports
from accounts.services.log import record_event
from workflow.engine import Refused

SUPPORT_LOG = "accounts.support"
MOST_ASKED = 10
"""Requests of one supporter that wait at a time."""
VIEW_AS = "view_as"
"""Where the session keeps which view is open."""
_CODE = re.compile(r"[A-Za-z0-9./-]{1,40}")


@transaction.atomic
def ask_to_view(supporter, person, reason: str) -> SupportView:
    """Ask a person to let support look at the portal as they see it."""
    User.objects.select_for_update(no_key=True).get(pk=supporter.pk)
    if refusal := may_ask_to_view(supporter, person):
        raise Refused([refusal])
    asked = SupportView.objects.filter(supporter=supporter)
    if (asked.waiting() | asked.ready() | asked.running()).filter(person=person).exists():
        raise Refused([_("You have asked this person already. Wait for the answer, or begin.")])
    if asked.waiting().count() >= MOST_ASKED:
        raise Refused([_("Too many of your requests wait for an answer.")])
    view = SupportView.objects.create(supporter=supporter, person=person, reason=reason)
    _note(view, "ask_view", supporter, comment=reason)
    return view


@transaction.atomic
def answer_view(person, view: SupportView, *, agrees: bool) -> None:
    """Agree or decline."""
    view = _locked(view)
    if view.person_id != person.pk or view.stage != "WAITING":
        raise Refused([_("This request no longer waits for an answer.")])
    view.answered_at, view.agreed = timezone.now(), agrees
    view.save(update_fields=["answered_at", "agreed"])
    _note(view, "agree_view" if agrees else "decline_view", person)


@transaction.atomic
def begin_view(request, view: SupportView) -> None:
    """From now on this session sees the portal as the person does. Its key changes with what it may see."""
    supporter, view = request.user, _locked(view)
    if view.supporter_id != supporter.pk or view.stage != "READY":
        raise Refused([_("This request is not open to you: the person has not agreed, or it is too late.")])
    if not supports(supporter):
        raise Refused([_("Only administrators of the portal may ask to look at it as somebody else.")])
    if refusal := may_be_viewed(view.person):
        raise Refused([refusal])
    view.started_at = timezone.now()
    view.ends_at = view.started_at + LASTS
    view.save(update_fields=["started_at", "ends_at"])
    _note(view, "begin_view", supporter)
    request.session.cycle_key()
    request.session[VIEW_AS] = view.pk


@transaction.atomic
def end_view(view: SupportView, by: str, actor=None) -> bool:
    """The look is over, or the consent is taken back before it began; False when it was already."""
    view = _locked(view)
    if view.ended_at is not None or view.stage in {"DECLINED", "LAPSED"}:
        return False
    view.ended_at, view.ended_by = timezone.now(), by
    view.save(update_fields=["ended_at", "ended_by"])
    _note(view, "end_view", actor, by=by)
    return True


def leave_view(request) -> None:
    """Take the view out of the session."""
    if request.session.pop(VIEW_AS, None) is not None:
        request.session.cycle_key()


def open_view(request) -> SupportView | None:
    """The view that this session looks through, if everything about it still holds."""
    found = SupportView.objects.running().select_related("person", "supporter")
    view = found.filter(pk=request.session[VIEW_AS], supporter_id=request.user.pk).first()
    if view is None or not supports(request.user) or may_be_viewed(view.person):
        return None
    return view


def end_lapsed(request) -> None:
    """A view whose time is over, or whose ground is gone, ends for good."""
    view = SupportView.objects.filter(pk=request.session[VIEW_AS], supporter_id=request.user.pk).first()
    if view is not None and view.ended_at is None:
        end_view(view, SupportView.EndedBy.TIME)
    leave_view(request)


def note_page(view: SupportView, page: str, code: str) -> None:
    """One page was opened. What was searched or chosen on it is not kept."""
    kept = code if _CODE.fullmatch(code) else ""
    SupportPage.objects.create(view=view, page=page[:80], record_code=kept)


def _locked(view: SupportView) -> SupportView:
    return SupportView.objects.select_for_update(of=("self",)).select_related("person", "supporter").get(pk=view.pk)


def _note(view: SupportView, action: str, actor, comment: str = "", **data) -> None:
    record_event(SUPPORT_LOG, view.pk, view.code, action, actor, comment=comment, **data)
