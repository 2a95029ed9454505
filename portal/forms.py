"""Forms of the pages that cross the rooms."""

from __future__ import annotations

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from portal.selectors.audit import action_choices, flow_choices
from workflow.forms import DateField, SinergiFormHelper
from workflow.models import Holiday
from workflow.table import CLOCK


class AuditForm(forms.Form):
    """Which events to show. Sent by GET: the address is the question."""

    is_filter = True

    q = forms.CharField(label=gettext_lazy("Code"), required=False, max_length=40)
    flow = forms.ChoiceField(label=gettext_lazy("Kind of record"), required=False)
    action = forms.ChoiceField(label=gettext_lazy("Event"), required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"), required=False)
    since = DateField(label=gettext_lazy("From"), required=False)
    until = DateField(label=gettext_lazy("To"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        every = [("", _("All"))]
        self.fields["flow"].choices = every + flow_choices()
        self.fields["action"].choices = every + action_choices()
        self.fields["role"].choices = [*every, *Role.choices, (CLOCK, _("System"))]
        self.helper = SinergiFormHelper()
        self.helper.layout = Layout(
            Div(
                *(Div(name, css_class="col-12 col-md-4") for name in ("q", "flow", "action", "role", "since", "until")),
                css_class="row",
            )
        )

    def clean(self):
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("The last day is before the first. Exchange the two dates."))
        return cleaned


class DismissForm(forms.Form):
    """Why a task that failed is not run again; kept in the log."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        min_length=5,
        help_text=gettext_lazy("For example: its record no longer exists. Kept in the log; name no person."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper()


class HolidayForm(forms.ModelForm):
    """One day off, in both languages, with the decree it comes from."""

    date = DateField(label=gettext_lazy("Day"))

    class Meta:
        model = Holiday
        fields = ["date", "label_id", "label_en", "kind", "decree", "provisional"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["label_en"].required = True
        self.helper = SinergiFormHelper()

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("provisional") and not (cleaned.get("decree") or "").strip():
            self.add_error("decree", _("Name the decree, or mark the day as provisional."))
        return cleaned


class RemoveHolidayForm(forms.Form):
    """Why a day is no day off any more."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), min_length=10, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper()
