"""The form of the minutes: attendance, text, decisions and action points on one page, in rows without script."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forum.forms.minutes_rows import (
    BLANK_ROWS,
    MOST_ACTIONS,
    MOST_DECISIONS,
    ActionForm,
    DecisionForm,
    MoreAttendanceForm,
)
from forum.services.minutes import ActionRow, DecisionRow, Written
from workflow.forms import SinergiFormHelper


class HeadForm(forms.Form):
    """The text; `version` guards against overwriting somebody else's change."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=2_000_000_000)
    text = forms.CharField(
        label=gettext_lazy("Minutes"),
        widget=forms.Textarea(attrs={"rows": 14}),
        max_length=20_000,
        required=False,
        help_text=gettext_lazy(
            "What was said, briefly. **bold**, *italics*, lists with - or 1. and links are shown as such."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why they are corrected"),
        max_length=300,
        min_length=10,
        help_text=gettext_lazy("Everyone who reads the minutes reads this as well."),
    )

    def __init__(self, *args, correcting: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not correcting:
            del self.fields["reason"]
        self.helper = SinergiFormHelper(summary=False)

    def clean_text(self):
        """Line ends as one kind, so that saving twice changes nothing."""
        return self.cleaned_data["text"].replace("\r\n", "\n").strip()


class AttendanceForm(forms.Form):
    """How many people of one organisation came; empty: not noted."""

    people = forms.IntegerField(
        required=False, min_value=0, max_value=2000, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )

    def __init__(self, data=None, *, organisation, people=None, coming: int = 0):
        super().__init__(data, prefix=f"hadir-{organisation.pk}", initial={"people": people})
        self.organisation, self.coming = organisation, coming
        self.fields["people"].label = organisation.name


def _formset(form, most: int):
    return formset_factory(
        form, formset=BaseFormSet, extra=BLANK_ROWS, max_num=most, absolute_max=most + BLANK_ROWS, validate_max=True
    )


Decisions, Actions = _formset(DecisionForm, MOST_DECISIONS), _formset(ActionForm, MOST_ACTIONS)
MoreAttendance = _formset(MoreAttendanceForm, 20)


class MinutesForm:
    """The whole page as one form. `sheet`: what the selectors know (`selectors.minutes.sheet_of`)."""

    def __init__(self, data=None, *, meeting, sheet, correcting: bool):
        self.is_bound = data is not None
        shown = {"version": meeting.version, "text": meeting.minutes}
        self.head = HeadForm(data, initial=shown, correcting=correcting)
        self.attendance = [
            AttendanceForm(data, organisation=row.organisation, people=row.people, coming=row.coming)
            for row in sheet.attendance
        ]
        self.more = None
        if sheet.others:
            self.more = MoreAttendance(data, prefix="hadir-lain", form_kwargs={"organisations": sheet.others})
        decided = [
            {"pk": d.pk, "text": d.text, "item": d.item_id, "recorded": d.recorded_at is not None}
            for d in sheet.decisions
        ]
        self.decisions = Decisions(data, initial=decided, prefix="putusan", form_kwargs={"agenda": sheet.agenda})
        numbers = {d.pk: number for number, d in enumerate(sheet.decisions, 1)}
        agreed = [
            {
                "pk": a.pk,
                "text": a.text,
                "organisation": a.organisation_id,
                "role": a.role,
                "due_on": a.due_on,
                "decision": numbers.get(a.decision_id),
            }
            for a in sheet.drafts
        ]
        held = timezone.localdate(meeting.starts_at, timezone=ZoneInfo(meeting.time_zone))
        self.actions = Actions(
            data,
            initial=agreed,
            prefix="tindak",
            form_kwargs={"organisations": sheet.organisations, "held": held},
        )

    @property
    def parts(self) -> list:
        """Every form, for the error summary."""
        more = [self.more] if self.more else []
        return [self.head, *self.attendance, *more, self.decisions, self.actions]

    @property
    def errors(self) -> bool:
        """Whether an answer needs attention."""
        return self.is_bound and not self.is_valid()

    def is_valid(self) -> bool:
        """Whether every part can be saved; looks at all of them, so that everything is said at once."""
        if not self.is_bound or not all([part.is_valid() for part in self.parts]):
            return False
        rows = {form.number for form in self.decisions.forms if not form.is_left_out}
        for form in self.actions.forms:
            wanted = form.cleaned_data.get("decision")
            if not form.is_left_out and wanted is not None and wanted not in rows and "decision" not in form.errors:
                form.add_error("decision", _("There is no decision with this number."))
        return all(form.is_valid() for form in self.actions.forms)

    @property
    def values(self) -> Written:
        """What `services.minutes` stores."""
        came = {f.organisation.pk: f.cleaned_data["people"] for f in self.attendance}
        for form in self.more.forms if self.more else ():
            if organisation := form.cleaned_data.get("organisation"):
                came[organisation.pk] = form.cleaned_data["people"]
        decisions = [f for f in self.decisions.forms if not f.is_left_out]
        actions = [f.cleaned_data for f in self.actions.forms if not f.is_left_out]
        return Written(
            text=self.head.cleaned_data["text"],
            attendance={organisation: people for organisation, people in came.items() if people is not None},
            decisions=tuple(
                DecisionRow(f.number, f.cleaned_data["text"], f.cleaned_data["item"], f.cleaned_data["pk"])
                for f in decisions
            ),
            actions=tuple(
                ActionRow(row["text"], row["organisation"].pk, row["due_on"], row["role"], row["decision"], row["pk"])
                for row in actions
            ),
        )
