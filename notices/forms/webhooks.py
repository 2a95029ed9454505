"""The form of a webhook, and since when failed events are sent again."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notices import webhook_events
from notices.services.webhooks.guard import LONGEST, Unfit, checked_url
from workflow.forms import SinergiFormHelper
from workflow.registry import workflow


class WebhookForm(forms.Form):
    """Where, what for, and which events the role acted in can ever hear of."""

    url = forms.CharField(
        label=gettext_lazy("Address of your server"),
        max_length=LONGEST,
        help_text=gettext_lazy("It begins with https://, for example https://sinergi.example.org/hook."),
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    description = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=120,
        help_text=gettext_lazy("For example: our programme database. Do not name a person."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least one event."),
            "invalid_choice": gettext_lazy("One of these events cannot be chosen. Choose again."),
        },
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper(self)
        self._known = webhook_events.kinds_for(user.acting_role)
        self.fields["events"].choices = [
            (name, name)
            for flow, kinds in self._known.items()
            for name in (webhook_events.whole(flow), *(kind.name for kind in kinds))
        ]

    def clean_url(self) -> str:
        try:
            return checked_url(self.cleaned_data["url"]).url
        except Unfit as unfit:
            raise ValidationError(str(unfit)) from None

    def clean_description(self) -> str:
        return " ".join(self.cleaned_data["description"].split())

    def clean_events(self) -> list[str]:
        """A whole table makes its single events superfluous."""
        chosen = self.cleaned_data["events"]
        return [name for name in chosen if name.endswith(webhook_events.ALL) or not _is_covered(name, chosen)]

    def groups(self) -> list[dict]:
        """The events table by table, ready to show."""
        value = self["events"].value()
        chosen = set(value) if isinstance(value, list | tuple) else set()
        found = []
        for flow, kinds in self._known.items():
            whole = webhook_events.whole(flow)
            options = [{"value": k.name, "label": k.label, "checked": k.name in chosen} for k in kinds]
            found.append(
                {
                    "label": workflow(flow).flow.label,
                    "whole": {"value": whole, "checked": whole in chosen},
                    "options": options,
                    "count": sum(o["checked"] for o in options),
                    "is_open": whole in chosen or any(o["checked"] for o in options),
                }
            )
        return found


def _is_covered(name: str, chosen: list[str]) -> bool:
    return f"{name.split('.')[0]}.{webhook_events.ALL}" in chosen


class SinceForm(forms.Form):
    """Failed events since a day are sent again."""

    since = forms.DateField(
        label=gettext_lazy("Failed since"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Choose a day."), "invalid": gettext_lazy("Choose a day.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper(self)

    def clean_since(self) -> dt.date:
        day = self.cleaned_data["since"]
        if not 2000 <= day.year <= timezone.localdate().year:
            raise ValidationError(_("Choose a day that is not in the future."))
        return day

    def moment(self, zone: dt.tzinfo) -> dt.datetime:
        """The first moment of that day on the reader's clock."""
        return dt.datetime.combine(self.cleaned_data["since"], dt.time.min, zone)
