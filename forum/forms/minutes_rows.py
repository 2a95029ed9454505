"""Repeated rows of the minutes: who else came, decisions, action points."""

from __future__ import annotations

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from forum.rules.access import TALKERS
from forum.rules.meetings import role_suits
from forum.selectors.minutes import LISTED
from workflow.forms import DateField, SinergiFormHelper

MOST_DECISIONS, MOST_ACTIONS = 40, 40
BLANK_ROWS = 2


class OrganisationField(forms.Field):
    """One of the organisations of a meeting: from a list where they are few, else by name, with suggestions."""

    def __init__(self, organisations=(), **kwargs):
        super().__init__(**kwargs)
        self.take(organisations)

    def take(self, organisations) -> None:
        """The organisations there are to choose from."""
        self.organisations = {str(o.pk): o for o in organisations}
        if len(self.organisations) > LISTED:
            self.widget = forms.TextInput(attrs={"list": "organisations", "autocomplete": "off"})
        else:
            listed = [(pk, o.name) for pk, o in self.organisations.items()]
            self.widget = forms.Select(choices=[("", _("Choose …")), *listed])
        self.widget.is_required = self.required

    def prepare_value(self, value):
        """A key as the control shows it."""
        found = self.organisations.get(str(value))
        return found.name if found and len(self.organisations) > LISTED else value

    def clean(self, value):
        text = str(value or "").strip()[:200]
        if not text:
            return super().clean(None)
        if text in self.organisations:
            return self.organisations[text]
        low = text.casefold()
        names = [(o, {o.name.casefold(), o.name_id.casefold(), o.code.casefold()}) for o in self.organisations.values()]
        exact = [o for o, own in names if low in own]
        near = exact or [o for o, own in names if any(low in name for name in own)]
        if len(near) == 1:
            return near[0]
        if near:
            some = ", ".join(o.name for o in near[:5])
            raise ValidationError(_("Several organisations fit: %(some)s. Write the whole name.") % {"some": some})
        raise ValidationError(_("Choose an organisation that was invited, or the organiser."))


class MoreAttendanceForm(forms.Form):
    """An invited organisation that is not listed above, because nobody of it had said that they come."""

    organisation = OrganisationField(label=gettext_lazy("Organisation"), required=False)
    people = forms.IntegerField(label=gettext_lazy("People"), required=False, min_value=0, max_value=2000)
    is_filter = True

    def __init__(self, *args, organisations=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].take(organisations)
        self.helper = SinergiFormHelper(summary=False)
        self.helper.layout = Layout(Div("organisation", "people", css_class="sg-fields"))

    def clean(self):
        cleaned = super().clean()
        organisation, people = cleaned.get("organisation"), cleaned.get("people")
        if organisation and people is None and "people" not in self.errors:
            self.add_error("people", _("Write how many people came."))
        if people is not None and not organisation and "organisation" not in self.errors:
            self.add_error("organisation", _("Choose the organisation they came from."))
        return cleaned


class Row(forms.Form):
    """A repeated row: an empty one is left out, a removed one goes."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=9_000_000_000_000_000_000)
    remove = forms.BooleanField(label=gettext_lazy("Remove this row"), required=False)
    told: tuple[str, ...] = ()
    """The fields that make a row one."""
    is_filter = True
    """No field says that it is optional: an empty row may stay empty, one that is begun has to be whole."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.initial.get("pk"):
            del self.fields["remove"]
        self.helper = SinergiFormHelper(summary=False)

    @property
    def is_left_out(self) -> bool:
        """Removed, or never filled in."""
        data = self.cleaned_data
        typed = any(data.get(name) for name in self.told) or any(name in self.errors for name in self.told)
        return bool(data.get("remove")) or not typed

    @property
    def number(self) -> int:
        """Its number on the page."""
        return int(self.prefix.rsplit("-", 1)[1]) + 1


class DecisionForm(Row):
    """One decision, about a point of the agenda or none."""

    text = forms.CharField(
        label=gettext_lazy("Decision"), widget=forms.Textarea(attrs={"rows": 2}), max_length=1000, required=False
    )
    item = forms.TypedChoiceField(
        label=gettext_lazy("Point of the agenda"), coerce=int, empty_value=None, required=False
    )
    field_order = ("pk", "text", "item", "remove")
    told = ("text", "item")

    def __init__(self, *args, agenda=(), **kwargs):
        super().__init__(*args, **kwargs)
        points = [(item.pk, f"{number}. {item.title}") for number, item in enumerate(agenda, 1)]
        self.fields["item"].choices = [("", _("Not on the agenda")), *points]
        self.is_recorded = bool(self.initial.get("recorded"))
        if self.is_recorded:
            for name in ("text", "item", "remove"):
                self.fields[name].disabled = True
            self.fields["text"].help_text = _("Taken into the record: it stays as it is.")

    def clean(self):
        cleaned = super().clean()
        if not self.is_left_out and not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", _("Write what was decided."))
        return cleaned


class ActionForm(Row):
    """One action point: what, who, by when."""

    text = forms.CharField(
        label=gettext_lazy("What is to be done"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
        required=False,
    )
    organisation = OrganisationField(label=gettext_lazy("Who does it"), required=False)
    role = forms.ChoiceField(label=gettext_lazy("Post"), required=False)
    due_on = DateField(label=gettext_lazy("By"), required=False)
    decision = forms.IntegerField(
        label=gettext_lazy("Follows from decision no."),
        required=False,
        min_value=1,
        max_value=MOST_DECISIONS + BLANK_ROWS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    field_order = ("pk", "text", "organisation", "role", "due_on", "decision", "remove")
    told = ("text", "organisation", "due_on")

    def __init__(self, *args, organisations=(), held=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.held = held
        self.fields["organisation"].take(organisations)
        self.fields["role"].choices = [("", _("Anyone there")), *((str(r), Role(r).label) for r in TALKERS)]
        self.helper.layout = Layout(
            "pk",
            "text",
            Div("organisation", "role", css_class="sg-fields"),
            Div("due_on", "decision", css_class="sg-fields"),
            *(["remove"] if "remove" in self.fields else []),
        )

    def clean_text(self):
        """One line: it is the title of what is to be done."""
        return " ".join(self.cleaned_data["text"].split())

    def clean(self):
        cleaned = super().clean()
        if self.is_left_out:
            return cleaned
        for name, sentence in (
            ("text", _("Write what is to be done.")),
            ("organisation", _("Choose who does it.")),
            ("due_on", _("Fill in until when.")),
        ):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        organisation, role, day = cleaned.get("organisation"), cleaned.get("role"), cleaned.get("due_on")
        if organisation and role and not role_suits(role, organisation):
            self.add_error("role", _("This post does not exist there."))
        if day and self.held and day < self.held:
            self.add_error("due_on", _("Choose a day that is not before the meeting."))
        return cleaned
