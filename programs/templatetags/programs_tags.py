"""Deadlines on two clocks, and the figures of programme cards."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.rules import zone_of
from programs.services.amendments import INSIDE
from regions.models.vocabulary import term_label
from workflow import formats
from workflow.calendar import WIB

register = template.Library()


def both_clocks(value, zone: str) -> str:
    """14 August 2026, 14:00 WIB = 16:00 WIT; one clock where the reader's is the same."""
    if not value:
        return formats.NOTHING
    told = formats.moment(value, WIB)
    there, here = formats.local(value, zone or WIB), formats.local(value, WIB)
    if there.utcoffset() == here.utcoffset():
        return told
    clock = f"{formats.clock(value, zone)} {formats.zone_name(zone)}"
    if there.date() != here.date():
        clock = f"{clock}, {formats.shortday(there.date())}"
    return f"{told} = {clock}"


@register.simple_tag(takes_context=True)
def deadline(context, value):
    """A deadline in WIB and on the clock of the reader's office."""
    return both_clocks(value, zone_of(context["request"].user))


@register.simple_tag(takes_context=True, name="both_clocks")
def clocks_of(context, value, zone: str = WIB) -> str:
    """14:00 WIB = 16:00 WIT: the hour in a record's zone and on the clock of the reader's office."""
    told = f"{formats.clock(value, zone)} {formats.zone_name(zone)}"
    own = zone_of(context["request"].user)
    there, here = formats.local(value, own or WIB), formats.local(value, zone)
    if there.utcoffset() == here.utcoffset():
        return told
    clock = f"{formats.clock(value, own)} {formats.zone_name(own)}"
    return f"{told} = {clock}" + (f", {formats.shortday(there.date())}" if there.date() != here.date() else "")


@register.filter
def wib_weekday(value) -> str:
    """The day of the week in Jakarta."""
    return formats.weekday(formats.local(value, WIB).date()) if value else ""


@register.filter
def vocabulary(code: str, name: str) -> str:
    """A coded value in the reader's language."""
    return term_label(name, code)


@register.filter
def seats_taken(program) -> int:
    """Seats of all intakes that somebody holds."""
    return program.seats_total - program.seats_left


@register.filter
def length_of(program) -> str:
    """How long the next intake lasts, in the words people use."""
    rows = list(program.intakes.all())
    if not rows:
        return ""
    row = rows[0]
    days = (row.ends - row.starts).days + 1
    if days < 7:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if days < 75:
        weeks = round(days / 7)
        return ngettext("%(count)d week", "%(count)d weeks", weeks) % {"count": weeks}
    months = round(days / 30.4)
    return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}


@register.filter
def where(program) -> str:
    """Place and length in one line, as on a card: Seoul, 3 weeks, online phase."""
    rows = list(program.intakes.all())
    place = rows[0].place if rows else ""
    parts = [place or term_label("country", program.country), length_of(program)]
    if rows and rows[0].online_starts:
        parts.append(_("with an online phase"))
    return " · ".join(part for part in parts if part)


@register.filter
def is_near(value) -> bool:
    """Whether a deadline is a week away or less; further ones need no second figure beside the date."""
    return bool(value) and 0 <= formats.days_left(value) <= 7


@register.filter
def changes_of(amendment, outside=False) -> list[dict[str, str]]:
    """An amendment's differences in the reader's language: label, before, after. `outside`: without the partner's own
    deadline."""
    changes = [c for c in amendment.changes if not (outside and c.get("field") in INSIDE)]
    if formats.language() == "en":
        return [{"label": c["label_en"], "before": c["before_en"], "after": c["after_en"]} for c in changes]
    return [{"label": c["label_id"], "before": c["before"], "after": c["after"]} for c in changes]
