"""Repeated rows of an offer: competencies, intakes, requirements, costs, contacts."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet, inlineformset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs import rules
from programs.forms.fields import AmountField, term_field
from programs.models import Contact, CostItem, EligibilityRule, Intake, Program, ProgramTheme
from regions.models import Theme
from regions.models.vocabulary import term_choices
from workflow.forms import DateField, SinergiFormHelper
from workflow.widgets import PeopleStepper


class RowForm(forms.ModelForm):
    """Base of every row: rendered inside its formset, without an error summary of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper(summary=False)


class ThemeRow(RowForm):
    class Meta:
        model = ProgramTheme
        fields = ["theme", "entry_level", "exit_level"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        levels = term_choices("proficiency_level") or [(str(n), str(n)) for n in range(6)]
        self.fields["theme"].queryset = Theme.objects.current() | Theme.objects.filter(pk=self.instance.theme_id)
        self.fields["theme"].label_from_instance = lambda theme: theme.label
        self.fields["theme"].empty_label = _("Choose …")
        self.fields["entry_level"] = forms.TypedChoiceField(
            label=_("Entry level"), coerce=int, choices=_numbered(levels, without="5")
        )
        self.fields["exit_level"] = forms.TypedChoiceField(
            label=_("Exit level"), coerce=int, choices=_numbered(levels, without="0"), initial=3
        )

    def clean(self):
        cleaned = super().clean()
        entry, goal = cleaned.get("entry_level"), cleaned.get("exit_level")
        if entry is not None and goal is not None and goal <= entry:
            self.add_error("exit_level", _("Choose an exit level above %(level)d.") % {"level": entry})
        return cleaned


def _numbered(levels, *, without: str):
    return [(code, f"{code} · {label}" if label != code else code) for code, label in levels if code != without]


class IntakeRow(RowForm):
    starts = DateField(label=gettext_lazy("Starts"))
    ends = DateField(label=gettext_lazy("Ends"))
    online_starts = DateField(label=gettext_lazy("Online phase starts"), required=False)
    online_ends = DateField(label=gettext_lazy("Online phase ends"), required=False)

    class Meta:
        model = Intake
        fields = ["label", "starts", "ends", "online_starts", "online_ends", "place", "seats", "min_cohort"]
        widgets = {"seats": PeopleStepper, "min_cohort": PeopleStepper}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seats"].min_value = 1
        self.fields["seats"].max_value = 10_000
        self.fields["place"].help_text = _("City, or “online”.")
        self.fields["min_cohort"].help_text = _("Below this number the intake is not held.")

    def clean_seats(self):
        seats = self.cleaned_data["seats"]
        if not 1 <= seats <= 10_000:
            raise ValidationError(_("State between 1 and 10,000 seats."))
        if self.instance.pk and (sentence := rules.seats_cover_taken(self.instance, seats)):
            raise ValidationError(sentence)
        return seats

    def clean(self):
        cleaned = super().clean()
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        online, until = cleaned.get("online_starts"), cleaned.get("online_ends")
        if starts and ends and ends < starts:
            self.add_error("ends", _("The end must not be before the start."))
        if online and not until:
            self.add_error("online_ends", _("Fill in when the online phase ends."))
        if until and not online:
            self.add_error("online_starts", _("Fill in when the online phase starts."))
        if online and until and until < online:
            self.add_error("online_ends", _("The online phase must not end before it starts."))
        seats, smallest = cleaned.get("seats"), cleaned.get("min_cohort")
        if seats and smallest and smallest > seats:
            self.add_error(
                "min_cohort",
                _("The smallest group cannot be larger than the seats (%(seats)d).") % {"seats": seats},
            )
        return cleaned


class RuleRow(RowForm):
    class Meta:
        model = EligibilityRule
        fields = ["text_id", "text_en", "mandatory"]


class CostRow(RowForm):
    amount = AmountField(label=gettext_lazy("Amount"))

    class Meta:
        model = CostItem
        fields = ["item", "payer", "amount", "currency", "note"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        present = self.instance
        self.fields["item"] = term_field("cost_item", _("Cost item"), present=present.item, required=True)
        self.fields["payer"] = term_field("payer", _("Paid by"), present=present.payer, required=True)
        self.fields["currency"] = term_field("currency", _("Currency"), present=present.currency)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("amount") is not None and not cleaned.get("currency"):
            self.add_error("currency", _("Choose the currency of the amount."))
        return cleaned


class ContactRow(RowForm):
    class Meta:
        model = Contact
        fields = ["post", "email", "phone"]


class Rows(BaseInlineFormSet):
    """Existing rows, then empty ones; a row whose first field is empty on a new form is left out."""

    noun = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper(summary=False)

    def get_unique_error_message(self, unique_check):
        return _("This entry is listed twice. Keep one of them.")

    def get_form_error(self):
        return _("This entry is listed twice. Keep one of them.")


class IntakeRows(Rows):
    """Intakes keep their number for life; one with seats taken cannot be removed."""

    def clean(self):
        super().clean()
        for form in self.deleted_forms:
            if form.instance.pk and form.instance.seats_taken:
                raise ValidationError(
                    _("Intake %(number)d cannot be removed: %(taken)d seats are already taken.")
                    % {"number": form.instance.number, "taken": form.instance.seats_taken}
                )

    def save_new(self, form, commit=True):
        highest = max((row.number for row in self.instance.intakes.all()), default=0)
        form.instance.number = highest + 1
        return super().save_new(form, commit)


def rows(model, form, formset=Rows):
    """The formset class for one kind of row."""
    return inlineformset_factory(
        Program, model, form=form, formset=formset, extra=0, can_delete=True, max_num=60, absolute_max=80
    )


ROWS = {
    "themes": (rows(ProgramTheme, ThemeRow), gettext_lazy("Competency")),
    "intakes": (rows(Intake, IntakeRow, IntakeRows), gettext_lazy("Intake")),
    "rules": (rows(EligibilityRule, RuleRow), gettext_lazy("Requirement")),
    "costs": (rows(CostItem, CostRow), gettext_lazy("Cost item")),
    "contacts": (rows(Contact, ContactRow), gettext_lazy("Contact")),
}
"""Prefix: (formset class, what one row is called)."""
