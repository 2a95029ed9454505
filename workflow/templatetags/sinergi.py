"""Icons, dates, numbers and small figures: how the portal writes them, in both languages."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from workflow import formats
from workflow.once import once

register = template.Library()

register.filter("day", formats.day)
register.filter("shortday", formats.shortday)
register.filter("weekday", formats.weekday)
register.filter("month", formats.month)
register.filter("daterange", formats.daterange)
register.filter("num", formats.num)
register.filter("decimal", formats.decimal)
register.filter("percent", formats.percent)
register.filter("filesize_short", formats.filesize)
register.filter("money", formats.money)
register.filter("zone_name", formats.zone_name)
register.filter("moment", formats.moment)
register.filter("clock", formats.clock)


@register.simple_tag
def icon(name: str, cls: str = ""):
    """A decorative icon from the sprite; the words next to it carry the meaning."""
    return _icon(once("icons.svg", lambda: static("icons.svg")), name, cls)


@lru_cache(maxsize=1000)
def _icon(sprite: str, name: str, cls: str) -> str:
    return format_html(
        '<svg class="bi{}" aria-hidden="true"><use href="{}#{}"/></svg>', f" {cls}" if cls else "", sprite, name
    )


@register.inclusion_tag("components/due.html")
def due(value, zone: str = "", near_only: bool = False):
    """A deadline: words, and colour with an icon from a week before; with `near_only` nothing before that."""
    if not value:
        return {"tone": "", "label": "" if near_only else formats.NOTHING, "exact": ""}
    tone, symbol, label = formats.due_words(value, zone)
    if near_only and not tone:
        return {"tone": "", "label": "", "exact": ""}
    return {"tone": tone, "icon": symbol, "label": label, "exact": formats.moment(value, zone)}


@register.simple_tag
def meter(value, top, label: str = "", tone: str = ""):
    """A bar from 0 to `top`. Without a label it is decorative: the figure stands beside it."""
    share = _share(value, top)
    name = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="sg-meter{}" viewBox="0 0 100 8" preserveAspectRatio="none" {}>'
        '<rect class="track" width="100" height="8"/><rect class="bar" width="{}" height="8"/></svg>',
        f" is-{tone}" if tone else "",
        name,
        share,
    )


@register.simple_tag
def column(value, top):
    """A standing bar from 0 to `top`, decorative: the figure stands above it."""
    share = float(_share(value, top))
    return format_html(
        '<svg class="sg-column" viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="10" y="{}" height="{}"/></svg>',
        f"{100 - share:.1f}",
        f"{share:.1f}",
    )


@register.simple_tag
def ring(score, tone: str = "best"):
    """A score from 0 to 100 inside a ring."""
    share = _share(score, 100)
    shown = formats.NOTHING if score is None or score == "" else formats.decimal(score, 0)
    return format_html(
        '<span class="sg-ring is-{}"><svg viewBox="0 0 36 36" aria-hidden="true">'
        '<circle class="track" cx="18" cy="18" r="15.9"/>'
        '<circle class="bar" cx="18" cy="18" r="15.9155" stroke-dasharray="{} 100"/></svg>'
        '<b>{}</b><span class="visually-hidden">{}</span></span>',
        tone,
        share,
        shown,
        _("of 100"),
    )


@register.simple_tag
def level(current, target):
    """From one competency level to another, as two circles."""
    return format_html(
        '<span class="sg-lvl"><span class="visually-hidden">{} </span><b>{}</b>{}'
        '<span class="visually-hidden"> {} </span>'
        "<b>{}</b></span>",
        _("level"),
        current,
        icon("arrow-right"),
        _("to level"),
        target,
    )


def _share(value, top) -> str:
    """A value as a share of `top` from 0 to 100, written for an SVG attribute."""
    try:
        share = 100 * float(value or 0) / float(top or 0)
    except (TypeError, ValueError, ZeroDivisionError):
        share = 0
    return f"{min(max(share, 0), 100):.1f}".rstrip("0").rstrip(".")


@register.filter
def has_own_template(field) -> bool:
    """Whether a form field's control draws itself."""
    return getattr(field.field.widget, "own_template", False)


@register.simple_tag
def error_links(forms) -> list[dict[str, str]]:
    """Every error of one form, a formset or a list of forms, with the control it belongs to."""
    if hasattr(forms, "non_form_errors"):
        found = [{"target": "", "text": error} for error in forms.non_form_errors()]
        return found + [link for form in forms for link in _links(form)]
    if hasattr(forms, "errors"):
        return _links(forms)
    return [link for part in forms if part is not None for link in error_links(part)]


def _links(form) -> list[dict[str, str]]:
    if not form.is_bound:
        return []
    found = [{"target": "", "text": error} for error in form.non_field_errors()]
    for field in form:
        target = field.id_for_label or f"{field.auto_id}_0"
        found += [{"target": "" if field.is_hidden else target, "text": error} for error in field.errors]
    return found


@register.simple_tag
def sort_of(listing, name: str) -> dict[str, str]:
    """Where a column heading leads and how the list is sorted by it now."""
    return {"url": listing.sort_url(name), "direction": listing.direction(name)}
