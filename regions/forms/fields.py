"""Fields of the need form: numbers as people type them, months, competencies ordered by post, the level scale."""

from __future__ import annotations

import datetime as dt
import re

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regions.models.vocabulary import term_choices, term_label
from workflow import formats
from workflow.widgets import LevelScale

SKKNI = re.compile(r"^[A-U]\.[0-9A-Z]{4,8}\.\d{3}\.\d{1,2}$")
LEVEL_NAMES = {
    0: gettext_lazy("None"),
    1: gettext_lazy("Aware"),
    2: gettext_lazy("Basic"),
    3: gettext_lazy("Medium"),
    4: gettext_lazy("Strong"),
    5: gettext_lazy("Expert"),
}
"""One word per level, short enough for a phone; the vocabulary holds the full names."""


class Count(forms.IntegerField):
    """A number of people or hours. Takes "1.200", "1,200" and spaces, as people type them."""

    def __init__(self, **kwargs):
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", 100_000)
        super().__init__(**kwargs)
        self.error_messages |= {
            "invalid": gettext_lazy("Enter a whole number, for example 12."),
            "min_value": gettext_lazy("Enter %(limit_value)s or more."),
            "max_value": gettext_lazy("Enter %(limit_value)s or fewer."),
        }

    def to_python(self, value):
        if isinstance(value, str):
            text = value.replace(" ", "").replace("\u00a0", "")
            value = re.sub(r"[.,](?=\d{3}(\D|$))", "", text)
        return super().to_python(value)


class MonthField(forms.TypedChoiceField):
    """A month as its first day: the next 24 months, and the stored one if it lies before."""

    def __init__(self, *, stored: dt.date | None = None, **kwargs):
        first = timezone.localdate().replace(day=1)
        months = [_plus(first, n) for n in range(24)]
        if stored and stored not in months:
            months.insert(0, stored)
        choices = [("", gettext_lazy("Any time"))] + [(m.isoformat(), formats.month(m)) for m in months]
        super().__init__(choices=choices, coerce=dt.date.fromisoformat, empty_value=None, **kwargs)

    def prepare_value(self, value):
        return value.isoformat() if isinstance(value, dt.date) else value


def _plus(month: dt.date, count: int) -> dt.date:
    place = month.month - 1 + count
    return dt.date(month.year + place // 12, place % 12 + 1, 1)


class PostSelect(forms.Select):
    """The posts; each carries the office's known staff figures, so that a script can fill them in."""

    def __init__(self, *args, figures=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.figures = figures or {}

    def create_option(self, name, value, label, selected, index, **kwargs):
        option = super().create_option(name, value, label, selected, index, **kwargs)
        for field, number in self.figures.get(str(value), {}).items():
            option["attrs"][f"data-{field.replace('_', '-')}"] = number
        return option


class ThemeSelect(forms.Select):
    """The competencies; each carries the posts it is meant for with how often they asked for it."""

    def __init__(self, *args, posts=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.posts = posts or {}

    def create_option(self, name, value, label, selected, index, **kwargs):
        option = super().create_option(name, value, label, selected, index, **kwargs)
        if found := self.posts.get(str(value)):
            option["attrs"]["data-posts"] = found
        return option


def theme_choices(themes, use: dict[str, dict[str, int]], post: str):
    """(choices, {theme: "MEDHI:4 ANAKER:0"}): those of the post first, the most used at the top."""
    mine, others, posts = [], [], {}
    for theme, meant_for in themes:
        targets = meant_for or {"*"}
        posts[theme.code] = " ".join(
            f"{code}:{use.get(code, {}).get(theme.code, 0)}" for code in sorted(targets | _users(use, theme.code))
        )
        fits = bool(post) and (not meant_for or post in meant_for)
        (mine if fits else others).append((theme.code, theme.label))
    count = use.get(post, {})
    mine.sort(key=lambda pair: -count.get(pair[0], 0))
    choices = [("", _("Choose a competency"))]
    if mine:
        choices += [(_("For this post"), mine), (_("Other competencies"), others)]
    else:
        choices += others
    return choices, posts


def _users(use, theme: str) -> set[str]:
    return {post for post, themes in use.items() if theme in themes}


def level_field(label, *, lowest: int, **kwargs) -> forms.TypedChoiceField:
    """A competency level from `lowest` to 5 as large buttons with words."""
    choices = [(level, name) for level, name in LEVEL_NAMES.items() if level >= lowest]
    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=int, empty_value=None, widget=LevelScale, **kwargs
    )


def vocabulary_field(
    vocabulary: str, label, *, empty=None, present: str = "", required: bool = False, **kwargs
) -> forms.ChoiceField:
    """A choice from a vocabulary; `empty` is the text of the empty choice.

    `present` is the code the record has: retired since, it stays choosable there.
    """
    choices = term_choices(vocabulary)
    if present and present not in dict(choices):
        choices.append((present, term_label(vocabulary, present)))
    if empty is not None:
        choices = [("", empty), *choices]
    return forms.ChoiceField(label=label, choices=choices, required=required, **kwargs)
