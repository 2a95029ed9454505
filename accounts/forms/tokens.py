"""Forms of access tokens: what for, what they may, until when."""

from __future__ import annotations

import datetime as dt
from itertools import groupby

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import rules
from accounts.models import Organisation, OrganisationKind
from accounts.models.tokens import LONGEST_DAYS
from accounts.roles import Role
from accounts.rules.tokens import scopes, scopes_fit
from accounts.selectors import organisations_to_invite
from workflow.forms import DateField, SinergiFormHelper


def _usual_end() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=90)


class TokenForm(forms.Form):
    """A token for the capacity one acts in now."""

    name = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=80,
        help_text=gettext_lazy("For example: nightly copy into the data warehouse of the province."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    expires_on = DateField(
        label=gettext_lazy("Last day"),
        initial=_usual_end,
        help_text=gettext_lazy("At most a year ahead. The token stops working at the end of this day."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Permissions"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("As few as the program needs. No token may do more than the role it acts in."),
        error_messages={"required": gettext_lazy("Choose at least one permission of the list.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = scopes()
        self.helper = SinergiFormHelper(self)

    def clean_expires_on(self):
        day, today = self.cleaned_data["expires_on"], timezone.localdate()
        if not today < day <= today + dt.timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError(
                _("The last day lies after today and at most %(days)d days ahead.") % {"days": LONGEST_DAYS}
            )
        return day

    @property
    def answers(self) -> dict:
        """What the services take."""
        data = self.cleaned_data
        return {"name": data["name"], "chosen": data["scopes"], "expires_on": data["expires_on"]}


class SystemTokenForm(TokenForm):
    """A system account of an organisation with its token."""

    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Organisation"), queryset=Organisation.objects.none(), empty_label=None
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    field_order = ("organisation", "role", "name", "expires_on", "scopes")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the system")
        self.fields["role"].choices = [("", _("Choose …")), *Role.choices]
        found, kinds = organisations_to_invite(), dict(OrganisationKind.choices)
        self.fields["organisation"].queryset = found
        self.fields["organisation"].widget.choices = [
            ("", _("Choose …")),
            *[(kinds[kind], [(o.pk, o.name) for o in group]) for kind, group in groupby(found, key=lambda o: o.kind)],
        ]
        self.order_fields(self.field_order)
        self.helper = SinergiFormHelper(self)

    def clean(self):
        cleaned = super().clean()
        role, organisation = cleaned.get("role"), cleaned.get("organisation")
        if role and organisation and (reason := rules.role_fits(role, organisation)):
            self.add_error("role", reason)
        if role and (reason := scopes_fit(role, cleaned.get("scopes", []))):
            self.add_error("scopes", reason)
        return cleaned

    @property
    def answers(self) -> dict:
        """What the services take."""
        data = self.cleaned_data
        return {**super().answers, "organisation": data["organisation"], "role": data["role"]}
