"""The number of the request, for pages on which something went wrong."""

from django import template

from portal.logs import request_number

register = template.Library()


@register.simple_tag(name="request_number")
def number_of_request() -> str:
    """What people quote to support; leads to the lines of the log. Needs no context: works on the barest page."""
    return request_number()
