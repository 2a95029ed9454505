"""Forms over many people: one act for all who are ticked, and the attendance of one week."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants.models import Mark
from participants.rules import bulk
from workflow import formats
from workflow.forms import DateField, SinergiFormHelper


class _Box(forms.CheckboxInput):
    """A tick box of a table row."""

    def __init__(self, **attrs):
        super().__init__(attrs={"class": "form-check-input", **attrs})


class BulkForm(forms.Form):
    """The people of a roster for whom one act is done.

    `numbers`: what is proposed for their certificates. `others`: people were ticked who are not on the list any more.
    """

    papers_read = forms.BooleanField(
        label=gettext_lazy("Papers and the conditions in words were checked"), widget=_Box(), required=False
    )
    lesson_hours = forms.IntegerField(
        label=gettext_lazy("Lesson hours credited (JP)"),
        min_value=1,
        max_value=3000,
        required=False,
        help_text=gettext_lazy("For everyone; another value may stand beside a person."),
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )

    def __init__(
        self, *args, name: str, nominations, hints: dict[int, str], numbers: list[str], others=False, **kwargs
    ):
        super().__init__(*args, **kwargs)
        self.name, self.nominations, self.hints, self.others = name, nominations, hints, others
        if name != "screen":
            del self.fields["papers_read"]
        if name != "complete":
            del self.fields["lesson_hours"]
        free = iter(numbers)
        for n in nominations:
            label = {"aria-label": _("Choose %(code)s") % {"code": n.code}}
            self.fields[f"row-{n.code}"] = forms.BooleanField(
                required=False, initial=not hints.get(n.pk), label=n.code, widget=_Box(**label)
            )
            self.fields[f"version-{n.code}"] = forms.IntegerField(
                required=False, initial=n.version, label=n.code, widget=forms.HiddenInput()
            )
            if name == "complete":
                self._certificate(n, "" if hints.get(n.pk) else next(free, ""))
        self.helper = SinergiFormHelper()

    def _certificate(self, nomination, proposed: str) -> None:
        code = nomination.code
        said = {
            "class": "form-control form-control-sm",
            "aria-label": _("Certificate number of %(code)s") % {"code": code},
        }
        self.fields[f"number-{code}"] = forms.CharField(
            required=False,
            max_length=60,
            initial=proposed,
            label=_("Certificate number of %(code)s") % {"code": code},
            widget=forms.TextInput(attrs=said | {"autocomplete": "off"}),
        )
        said = {"class": "form-control form-control-sm", "aria-label": _("Lesson hours of %(code)s") % {"code": code}}
        self.fields[f"hours-{code}"] = forms.IntegerField(
            required=False,
            min_value=1,
            max_value=3000,
            label=_("Lesson hours of %(code)s") % {"code": code},
            widget=forms.NumberInput(attrs=said),
        )

    def clean(self):
        cleaned = super().clean()
        if not self.ticked and not self.others:
            self.add_error(None, bulk.nothing_ticked())
        if self.name == "screen" and not cleaned.get("papers_read"):
            self.add_error("papers_read", _("Confirm that the papers were checked."))
        if self.name == "complete":
            self._check_certificates(cleaned)
        return cleaned

    def _check_certificates(self, cleaned: dict) -> None:
        seen: dict[str, str] = {}
        for n in self.ticked:
            number = " ".join((cleaned.get(f"number-{n.code}") or "").split())
            if not number and f"number-{n.code}" not in self.errors:
                self.add_error(
                    f"number-{n.code}", _("%(code)s: give the number of the certificate.") % {"code": n.code}
                )
            elif number.casefold() in seen:
                same = _("%(code)s has the same number as %(other)s.")
                self.add_error(f"number-{n.code}", same % {"code": n.code, "other": seen[number.casefold()]})
            seen.setdefault(number.casefold(), n.code)
            if not self.hours_of(n) and not {"lesson_hours", f"hours-{n.code}"} & {*self.errors}:
                self.add_error("lesson_hours", _("Give the lesson hours: 1 to 3,000."))

    @property
    def ticked(self) -> list:
        """The people it is for."""
        return [n for n in self.nominations if self.cleaned_data.get(f"row-{n.code}")]

    def hours_of(self, nomination) -> int | None:
        """What stands beside the person, else what holds for everyone."""
        return self.cleaned_data.get(f"hours-{nomination.code}") or self.cleaned_data.get("lesson_hours")

    @property
    def jobs(self) -> list[tuple]:
        """(nomination, version seen, answers) of everyone ticked."""
        return [(n, self.cleaned_data.get(f"version-{n.code}"), self._answers(n)) for n in self.ticked]

    def _answers(self, nomination) -> dict:
        match self.name:
            case "screen":
                return {"papers_read": True}
            case "complete":
                number = self.cleaned_data[f"number-{nomination.code}"]
                return {"certificate_number": number, "lesson_hours": self.hours_of(nomination)}
        return {}

    def rows(self) -> list[dict]:
        """What the table shows."""
        return [
            {
                "nomination": n,
                "hint": self.hints.get(n.pk, ""),
                "tick": self[f"row-{n.code}"],
                "version": self[f"version-{n.code}"],
                "number": self[f"number-{n.code}"] if self.name == "complete" else None,
                "hours": self[f"hours-{n.code}"] if self.name == "complete" else None,
                "attendance": getattr(n, "attendance", None),
            }
            for n in self.nominations
        ]


class SheetForm(forms.Form):
    """Who was there on which day of one week. What is left open stays open, unless a day's box is ticked."""

    def __init__(self, *args, nominations, days: list[dt.date], today: dt.date, **kwargs):
        super().__init__(*args, **kwargs)
        self.nominations = nominations
        self.days = [day for day in days if day <= today]
        self.ahead = [day for day in days if day > today]
        choices = [("", _("Not marked")), *Mark.choices]
        for day in self.days:
            self.fields[self._all(day)] = forms.BooleanField(
                required=False,
                label=_("Everyone not marked was present on %(day)s") % {"day": formats.shortday(day)},
                widget=_Box(),
            )
        for n in nominations:
            marks = {mark.on: mark.mark for mark in n.marks.all()}
            self.fields[f"version-{n.code}"] = forms.IntegerField(
                required=False, initial=n.version, label=n.code, widget=forms.HiddenInput()
            )
            for day in self.days:
                said = f"{n.person.shown_name}, {formats.shortday(day)}"
                self.fields[self._cell(n, day)] = forms.ChoiceField(
                    required=False,
                    choices=choices,
                    initial=marks.get(day, ""),
                    label=said,
                    widget=forms.Select(attrs={"class": "form-select form-select-sm", "aria-label": said}),
                )
        self.helper = SinergiFormHelper()

    @staticmethod
    def _all(day: dt.date) -> str:
        return f"all-{day:%Y%m%d}"

    @staticmethod
    def _cell(nomination, day: dt.date) -> str:
        return f"mark-{nomination.code}-{day:%Y%m%d}"

    @property
    def jobs(self) -> list[tuple]:
        """(nomination, version seen, {day: mark}) of everyone whose marks differ from what stands."""
        found = []
        for n in self.nominations:
            stands = {mark.on: mark.mark for mark in n.marks.all()}
            marks = {day: self._mark(n, day) for day in self.days}
            changed = {day: mark for day, mark in marks.items() if mark != stands.get(day, "")}
            if changed:
                found.append((n, self.cleaned_data.get(f"version-{n.code}"), changed))
        return found

    def would_change(self, nomination) -> bool:
        """Whether marks were sent for somebody who is no longer on the sheet, other than those that stand."""
        stands = {mark.on: mark.mark for mark in nomination.marks.all()}
        sent = {day: self.data.get(self._cell(nomination, day), "") for day in self.days}
        return any(mark and mark != stands.get(day, "") for day, mark in sent.items())

    def _mark(self, nomination, day: dt.date) -> str:
        mark = self.cleaned_data.get(self._cell(nomination, day)) or ""
        return mark or (Mark.PRESENT.value if self.cleaned_data.get(self._all(day)) else "")

    def heads(self) -> list[dict]:
        """The days of the week with their box."""
        open_days = [{"day": day, "box": self[self._all(day)]} for day in self.days]
        return [*open_days, *({"day": day, "box": None} for day in self.ahead)]

    def rows(self) -> list[dict]:
        """What the table shows."""
        return [
            {
                "nomination": n,
                "version": self[f"version-{n.code}"],
                "cells": [{"day": day, "field": self[self._cell(n, day)]} for day in self.days],
                "attendance": getattr(n, "attendance", None),
            }
            for n in self.nominations
        ]


class DaysForm(forms.Form):
    """On which days of one week the training is held."""

    held = forms.MultipleChoiceField(
        label=gettext_lazy("Days of this week"), required=False, widget=forms.CheckboxSelectMultiple
    )
    more = DateField(
        label=gettext_lazy("Another day"), required=False, help_text=gettext_lazy("A day outside this week.")
    )

    def __init__(self, *args, span: list[dt.date], held: list[dt.date], **kwargs):
        super().__init__(*args, initial={"held": [d.isoformat() for d in span if d in held]}, **kwargs)
        self.fields["held"].choices = [(d.isoformat(), f"{formats.weekday(d)}, {formats.day(d)}") for d in span]
        if not span:
            del self.fields["held"]
            self.fields["more"].label = _("First day")
            self.fields["more"].help_text = ""
        self.helper = SinergiFormHelper()

    @property
    def days(self) -> set[dt.date]:
        """What was chosen."""
        found = {dt.date.fromisoformat(day) for day in self.cleaned_data.get("held", [])}
        return found | ({self.cleaned_data["more"]} if self.cleaned_data.get("more") else set())
