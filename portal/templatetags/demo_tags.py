"""The sign-in page's list of demonstration accounts."""

from django import template

from portal.selectors.demo import demo_groups

register = template.Library()


@register.simple_tag
def demo_accounts():
    """Accounts by role in a demonstration, else an empty list."""
    return demo_groups()
