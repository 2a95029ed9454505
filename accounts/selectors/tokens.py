"""Reads of access tokens: one's own, and for administrators those of systems."""

from __future__ import annotations

from django.http import Http404

from accounts.models import AccessToken
from accounts.rules import is_administrator
from accounts.rules.tokens import scopes

_RELATED = ("membership__user", "membership__organisation", "membership__delegation", "created_by")


def tokens_of(user):
    """One's own tokens in every capacity, the newest first."""
    return AccessToken.objects.select_related(*_RELATED).filter(membership__user=user)


def system_tokens(user):
    """Tokens of systems, for administrators; nobody else sees any."""
    found = AccessToken.objects.select_related(*_RELATED).filter(membership__user__is_system=True)
    return found if is_administrator(user) else found.none()


def get_token(user, pk: int) -> AccessToken:
    """A token this person may revoke; Http404 for any other."""
    found = AccessToken.objects.select_related(*_RELATED).filter(pk=pk).first()
    mine = found is not None and found.membership.user_id == user.pk
    if found is None or not (mine or (found.is_of_a_system and is_administrator(user))):
        raise Http404
    return found


def named_scopes(chosen: list[str]) -> list[str]:
    """What the permissions of a token are called; one that no longer exists keeps its code."""
    labels = dict(scopes())
    return [str(labels.get(scope, scope)) for scope in chosen]
