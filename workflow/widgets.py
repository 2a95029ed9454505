"""Controls of the portal: level scale, people stepper, choice cards, papers. All work without JavaScript."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from workflow import formats


class LevelScale(forms.RadioSelect):
    """A competency level: five or six large buttons with words instead of a list."""

    template_name = "widgets/level_scale.html"
    own_template = True


class ChoiceCards(forms.RadioSelect):
    """Few options that each need a sentence. `descriptions`: {value: sentence}."""

    template_name = "widgets/choice_cards.html"
    own_template = True

    def __init__(self, attrs=None, choices=(), descriptions=None):
        super().__init__(attrs, choices)
        self.descriptions = descriptions or {}

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        option["description"] = self.descriptions.get(str(value), self.descriptions.get(value, ""))
        return option


class PeopleStepper(forms.NumberInput):
    """A number of people. The − and + buttons appear only where a script can serve them."""

    template_name = "widgets/stepper.html"
    own_template = True

    def __init__(self, attrs=None):
        super().__init__({"inputmode": "numeric", "min": "0", "step": "1", **(attrs or {})})


class PaperInput(forms.FileInput):
    """A file field that says beforehand what it takes."""

    template_name = "widgets/paper.html"
    own_template = True

    def __init__(self, attrs=None, suffixes=("pdf",)):
        self.suffixes = tuple(s.lstrip(".") for s in suffixes)
        super().__init__({"accept": ",".join(f".{s}" for s in self.suffixes), **(attrs or {})})

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["data-max-bytes"] = str(settings.UPLOAD_MAX_BYTES)
        context["widget"]["rule"] = _("%(kinds)s, at most %(size)s per file") % {
            "kinds": ", ".join(s.upper() for s in self.suffixes),
            "size": formats.filesize(settings.UPLOAD_MAX_BYTES),
        }
        if {"png", "jpg"} & set(self.suffixes):
            context["widget"]["rule"] += ". " + _("Photographs are stored anew, without location data.")
        return context


class CommentRows(forms.Widget):
    """Rows of remarks, each with what it is about; empty rows are left out."""

    template_name = "widgets/comment_rows.html"
    own_template = True
    use_fieldset = True
    shown, rows = 3, 8

    def __init__(self, attrs=None, targets=()):
        super().__init__(attrs)
        self.targets = list(targets)

    def value_from_datadict(self, data, files, name):
        count = min(max(self.rows, sum(key.startswith(f"{name}-") for key in data)), 60)
        return [
            {
                "target": data.get(f"{name}-{n}-target", ""),
                "text": data.get(f"{name}-{n}-text", "").replace("\x00", "").strip(),
            }
            for n in range(count)
        ]

    def value_omitted_from_data(self, data, files, name):
        return not any(key.startswith(f"{name}-") for key in data)

    def id_for_label(self, id_, index=None):
        return f"{id_}_0" if id_ else id_

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        given = [row for row in value or [] if row.get("text") or row.get("target")]
        total = max(self.rows, len(given) + 1)
        rows = [
            {
                "number": n + 1,
                "id": f"{context['widget']['attrs'].get('id', name)}_{n}",
                "name": f"{name}-{n}",
                "target": given[n]["target"] if n < len(given) else "",
                "text": given[n]["text"] if n < len(given) else "",
            }
            for n in range(total)
        ]
        first = max(self.shown, len(given))
        context["widget"].update(first=rows[:first], more=rows[first:], targets=self.targets)
        return context
