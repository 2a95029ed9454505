"""What a reader may choose: how often mail comes, kind by kind."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from notices.lines import ICONS
from notices.models import ALLOWED, SWITCHABLE, Cadence, NoticeKind

SAYS = {
    NoticeKind.TURN: _("Something waits for you: to sign, to mend, to decide. Reminders by others too."),
    NoticeKind.DUE: _("A time limit comes near or has passed."),
    NoticeKind.CHANGE: _("What became of your records: approved, published, allotted, changed."),
    NoticeKind.MENTION: _("Somebody named you in a message."),
    NoticeKind.TALK: _("New messages in threads you follow, and answers to questions."),
    NoticeKind.MEETING: _("Invitations, changes, minutes. Invitations come as letters of their own, always at once."),
}
WORDS = {
    Cadence.AT_ONCE: _("At once"),
    Cadence.DAILY: _("Daily"),
    Cadence.WEEKLY: _("Weekly"),
    Cadence.OFF: _("Off"),
}


class CadenceForm(forms.Form):
    """One choice for each kind. What the workflow requires offers no "off"."""

    def __init__(self, *args, cadences, **kwargs):
        super().__init__(*args, **kwargs)
        for kind in NoticeKind:
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label,
                choices=[(cadence.value, WORDS[cadence]) for cadence in ALLOWED[kind]],
                initial=cadences[kind].value,
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose one of these."), "invalid_choice": _("Choose one of these.")},
            )

    def rows(self) -> list[dict]:
        """One row per kind: its field, what it is about, which choices there are and which there are not."""
        found = []
        for kind in NoticeKind:
            field = self[kind.value]
            options = {option.data["value"]: option for option in field.subwidgets}
            found.append(
                {
                    "kind": kind,
                    "icon": ICONS[kind],
                    "field": field,
                    "says": SAYS[kind],
                    "locked": kind not in SWITCHABLE,
                    "cells": [{"word": WORDS[c], "option": options.get(c.value)} for c in Cadence],
                }
            )
        return found
