"""The forms of a meeting: its plan with the agenda, whom to invite, one's own answer."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import MINISTRY, PARTNER, Role
from accounts.rules import zone_of
from forum import times
from forum.models import MeetingKind, Reply
from forum.rules.access import REGIONAL
from forum.selectors.meetings import find_records
from workflow import formats
from workflow.forms import DateField, SinergiFormHelper

MOST_ITEMS, BLANK_ROWS = 30, 3
LONGEST = dt.timedelta(days=7)
_CLOCKS = ["%H:%M", "%H.%M", "%H:%M:%S"]


class ClockField(forms.TimeField):
    """A time of day with the browser's own picker; typed without one, 9.00 and 9:00 are both understood."""

    def __init__(self, **kwargs):
        picker = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        super().__init__(widget=picker, input_formats=_CLOCKS, **kwargs)


class PlanForm(forms.Form):
    """What the invitation says. Times are typed on the clock chosen beside them."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=2_000_000_000)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=MeetingKind.choices)
    title = forms.CharField(label=gettext_lazy("Subject"), max_length=160)
    purpose = forms.CharField(
        label=gettext_lazy("Purpose of the meeting"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("What should be known or decided afterwards."),
    )
    day = DateField(label=gettext_lazy("Day"))
    begins = ClockField(label=gettext_lazy("Begins"))
    ends = ClockField(label=gettext_lazy("Ends"))
    last_day = DateField(label=gettext_lazy("Last day, if it is another one"), required=False)
    zone = forms.ChoiceField(
        label=gettext_lazy("Clock of the place"),
        choices=times.PLACES,
        help_text=gettext_lazy("Every reader sees the time on their own clock as well."),
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=200, required=False)
    link = forms.CharField(
        label=gettext_lazy("Video link"),
        max_length=300,
        required=False,
        widget=forms.URLInput,
        help_text=gettext_lazy(
            "Begins with https://. Only invited people see it, and only until the end of the day of the meeting."
        ),
    )

    def __init__(self, *args, user, meeting=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.meeting = user, meeting
        self.initial = {**(_shown(meeting) if meeting else {"zone": times.place_zone(zone_of(user))}), **self.initial}
        self.helper = SinergiFormHelper(summary=False)
        self.helper.layout = Layout(
            "version",
            "title",
            "kind",
            "purpose",
            Row(
                Column("day", css_class="col-md-4"),
                Column("begins", css_class="col-6 col-md-2"),
                Column("ends", css_class="col-6 col-md-2"),
                Column("zone", css_class="col-md-4"),
                css_class="align-items-end",
            ),
            "last_day",
            "place",
            "link",
        )

    def clean_link(self):
        link = self.cleaned_data["link"]
        if link:
            try:
                URLValidator(schemes=["https"])(link)
            except ValidationError:
                raise ValidationError(_("Give a complete address that begins with https://.")) from None
        return link

    def clean(self):
        cleaned = super().clean()
        if any(not cleaned.get(name) for name in ("day", "begins", "ends", "zone")) or "last_day" in self.errors:
            return cleaned
        zone = ZoneInfo(cleaned["zone"])
        self.starts_at = dt.datetime.combine(cleaned["day"], cleaned["begins"], zone)
        self.ends_at = dt.datetime.combine(cleaned["last_day"] or cleaned["day"], cleaned["ends"], zone)
        if self.ends_at <= self.starts_at:
            self.add_error("ends", _("The end must come after the beginning."))
        elif self.ends_at - self.starts_at > LONGEST:
            self.add_error("last_day", _("A meeting lasts a week at most."))
        moved = self.meeting is None or self.meeting.starts_at != self.starts_at
        if moved and self.starts_at <= timezone.now():
            self.add_error("day", _("The time has passed. Choose one that lies ahead."))
        return cleaned

    @property
    def fields_of_meeting(self) -> dict:
        """The `fields` of the services."""
        kept = {name: self.cleaned_data[name] for name in ("kind", "title", "purpose", "zone", "place", "link")}
        return {**kept, "starts_at": self.starts_at, "ends_at": self.ends_at}


def _shown(meeting) -> dict:
    starts, ends = (formats.local(at, meeting.zone) for at in (meeting.starts_at, meeting.ends_at))
    return {
        **{name: getattr(meeting, name) for name in ("version", "kind", "title", "purpose", "zone", "place", "link")},
        "day": starts.date(),
        "begins": starts.time(),
        "ends": ends.time(),
        "last_day": ends.date() if ends.date() != starts.date() else None,
    }


class ItemForm(forms.Form):
    """One point of the agenda; an empty row is left out."""

    is_filter = True  # as in a filter nothing has to be filled in: "(optional)" beside every label would only crowd it

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=9_000_000_000_000_000_000)
    position = forms.IntegerField(
        label=gettext_lazy("Order"), required=False, min_value=1, max_value=MOST_ITEMS + BLANK_ROWS
    )
    title = forms.CharField(label=gettext_lazy("Item"), max_length=200, required=False)
    minutes = forms.IntegerField(label=gettext_lazy("Length in minutes"), required=False, min_value=1, max_value=600)
    record = forms.CharField(
        label=gettext_lazy("Code of a record"),
        max_length=40,
        required=False,
    )
    remove = forms.BooleanField(label=gettext_lazy("Remove this item"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.keeps = bool(self.initial.get("keeps"))
        if self.keeps:
            del self.fields["record"]
        if not self.initial.get("pk"):
            del self.fields["remove"]
        self.helper = SinergiFormHelper(summary=False)
        columns = [
            Column("position", css_class="col-4 col-md-2 col-lg-1"),
            Column("title", css_class="col-12 col-md-10 col-lg-5"),
            Column("minutes", css_class="col-5 col-md-3 col-lg-2"),
            Column("record", css_class="col-7 col-md-9 col-lg-4") if not self.keeps else None,
            Column("remove", css_class="col-12") if self.initial.get("pk") else None,
        ]
        self.helper.layout = Layout("pk", Row(*[column for column in columns if column]))

    def clean(self):
        cleaned = super().clean()
        if not self.is_left_out and not cleaned.get("title") and "title" not in self.errors:
            self.add_error("title", _("Write what the item is about."))
        return cleaned

    @property
    def is_left_out(self) -> bool:
        """Removed, or never filled in."""
        data = self.cleaned_data
        typed = any(data.get(name) for name in ("title", "minutes", "record", "pk")) or bool(self.errors)
        return bool(data.get("remove")) or not typed


class BaseItems(BaseFormSet):
    """The agenda, with empty rows to add to it; `user` is who types the codes."""

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    @property
    def hidden(self) -> set:
        """The keys of the items that stand on a record their writer cannot open."""
        return {row.get("pk") for row in self.initial or () if row.get("keeps")}

    def clean(self):
        codes = {form.cleaned_data.get("record", "") for form in self.forms if hasattr(form, "cleaned_data")}
        self.records = find_records(self.user, codes)
        for form in self.forms:
            code = getattr(form, "cleaned_data", {}).get("record", "")
            if code and not form.is_left_out and code not in self.records:
                form.add_error("record", _("There is no record with this code that you may open."))

    @property
    def values(self) -> list[dict]:
        """The rows to keep, in order."""
        rows = [(n, form) for n, form in enumerate(self.forms) if not form.is_left_out]
        rows.sort(key=lambda pair: (pair[1].cleaned_data.get("position") or pair[0] + 1, pair[0]))
        return [
            {
                "pk": form.cleaned_data.get("pk"),
                "title": form.cleaned_data["title"],
                "minutes": form.cleaned_data.get("minutes"),
                "record": self.records.get(form.cleaned_data.get("record", "")),
                "keep": form.keeps or form.cleaned_data.get("pk") in self.hidden,
            }
            for _n, form in rows
        ]


Items = formset_factory(
    ItemForm,
    formset=BaseItems,
    extra=BLANK_ROWS,
    max_num=MOST_ITEMS,
    absolute_max=MOST_ITEMS + BLANK_ROWS,
    validate_max=True,
)


def _roles(roles) -> list[tuple[str, str]]:
    return [(role.value, str(role.label)) for role in Role if role in roles]


class InviteForm(forms.Form):
    """Whom to invite or take off the list: chosen organisations or a quick choice, all of them or one post in each."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=2_000_000_000)
    role = forms.ChoiceField(
        label=gettext_lazy("Who in it"),
        required=False,
        help_text=gettext_lazy("Everybody who takes part there, or those who hold one post."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [
            ("", _("The whole organisation")),
            (_("Labour offices"), _roles(REGIONAL)),
            (_("Ministry"), _roles(MINISTRY)),
            (_("Partners"), _roles(PARTNER)),
        ]
        self.helper = SinergiFormHelper(summary=False)

    def keys(self, name: str) -> list[int]:
        """The chosen keys of organisations or invitations; what is no number is left out."""
        return [int(v) for v in self.data.getlist(name)[:1500] if v.isascii() and v.isdecimal() and len(v) < 19]


class AnswerForm(forms.Form):
    """Whether one comes, and a note for the organiser."""

    sequence = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=2_000_000_000)
    reply = forms.ChoiceField(label=gettext_lazy("Are you coming?"), choices=Reply.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("Note to the organiser"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=300,
        required=False,
        help_text=gettext_lazy("For example who comes in your place. Only the organiser reads it."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper()
