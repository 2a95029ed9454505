"""What a public page tells search engines and those who share its address: itself, its twin, title and picture."""

from __future__ import annotations

from html import unescape

from django import template
from django.conf import settings
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static

register = template.Library()


@register.simple_tag(takes_context=True)
def block_text(context, name: str) -> str:
    """The words of a block of this page, for a second place: a template may define a block only once.

    As plain text: whoever writes it down escapes it, once.
    """
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks is not None else None
    return " ".join(unescape(block.render(context)).split()) if block is not None else ""


@register.simple_tag
def absolute(path: str) -> str:
    """A path on the portal's own host, whatever name the request used, without what follows a question mark: filters,
    orders and marks of campaigns make no other page."""
    return f"{settings.SITE_URL}{path.partition('?')[0]}"


@register.simple_tag
def picture_address() -> str:
    """The picture shown beside a shared address."""
    return f"{settings.SITE_URL}{static('social.png')}"
