"""Reads of sign-ins and of looks by support."""

from __future__ import annotations

from django.http import Http404

from accounts.models import SignIn, SupportView, User
from accounts.rules.support import supports


def open_sign_ins(user) -> list[SignIn]:
    """One's own open sessions, the one used last first."""
    return list(SignIn.objects.open().filter(user=user)[:100])


def past_sign_ins(user) -> list[SignIn]:
    """The last sessions that are over."""
    return list(SignIn.objects.over().filter(user=user).order_by("-used_at")[:10])


def get_sign_in(user, pk: int) -> SignIn:
    """One of one's own; Http404 for anybody else's."""
    found = SignIn.objects.filter(user=user, pk=pk).first()
    if found is None:
        raise Http404
    return found


def why_ended(name: str) -> str:
    """Why the session kept under this name is over, in a word; empty where nothing is known of it."""
    row = SignIn.objects.over().filter(key_hash=name).first()
    return row.why_over if row else ""


def get_person(pk: int) -> User:
    """A person, for administrators; programs have no page."""
    found = User.objects.filter(pk=pk, is_system=False).first()
    if found is None:
        raise Http404
    return found


def views_of_person(person) -> list[SupportView]:
    """Everything support asked a person, the newest first."""
    return list(person.views_by_support.select_related("supporter")[:50])


def views_of_supporter(user) -> list[SupportView]:
    """Everything a supporter asked; Http404 for everybody who is none."""
    if not supports(user):
        raise Http404
    return list(user.views_as_others.select_related("person")[:50])


def get_own_view(person, pk: int) -> SupportView:
    """A request to oneself."""
    found = SupportView.objects.select_related("supporter").filter(person=person, pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_asked_view(supporter, pk: int) -> SupportView:
    """A request of one's own as a supporter."""
    found = SupportView.objects.select_related("person").filter(supporter=supporter, pk=pk).first()
    if found is None or not supports(supporter):
        raise Http404
    return found


def pages_of(view: SupportView) -> list:
    """The pages that were opened, as they were opened."""
    return list(view.pages.all()[:500])
