"""Whether a page of the room below should show the way to the webhooks."""

from __future__ import annotations

from django import template

from notices.rules.webhooks import may_keep_webhooks

register = template.Library()


@register.simple_tag
def keeps_webhooks(user) -> bool:
    """Whether the capacity acted in may keep webhooks."""
    return may_keep_webhooks(user)
