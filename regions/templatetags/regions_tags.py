"""Vocabulary labels and small readings of a need for templates."""

from __future__ import annotations

from django import template

from regions.models.vocabulary import term_label

register = template.Library()


@register.simple_tag
def term(vocabulary: str, code: str) -> str:
    """The label of a coded value in the reader's language."""
    return term_label(vocabulary, code)


@register.simple_tag
def terms(vocabulary: str, codes) -> str:
    """The labels of several coded values, separated by commas."""
    return ", ".join(term_label(vocabulary, code) for code in codes or [])


@register.simple_tag
def lines_in_words(need) -> str:
    """The posts of a need, each once."""
    return ", ".join(dict.fromkeys(line.post.label for line in need.all_lines))


@register.simple_tag
def place_of(need) -> str:
    """The region of the office with Kabupaten or Kota; the office's name where it has none."""
    profile = getattr(need.office, "office", None)
    return profile.region.name if profile else need.office.name


@register.simple_tag
def province_of(need) -> str:
    """The province of a regency's office; empty for provincial offices and central units."""
    profile = getattr(need.office, "office", None)
    parent = profile.region.parent if profile else None
    return parent.name if parent else ""


@register.filter
def remarks_on(remarks, line) -> list:
    """The remarks about one line."""
    return [remark for remark in remarks if remark.line_id == line.pk]


@register.filter
def remarks_in(remarks, part: str) -> list:
    """The remarks answered in one part of the form."""
    return [remark for remark in remarks if remark.part == part]


@register.simple_tag
def line_errors(form, gaps) -> list:
    """A line's form and its gap rows, in the order of the page, for one error summary."""
    return [form, gaps]
