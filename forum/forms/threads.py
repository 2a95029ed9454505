"""What people type into a thread: opening one, a message, an edit, a wider audience, a closing word."""

from __future__ import annotations

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forum.models import Audience
from regions.models import Theme
from workflow.files import EVIDENCE, admit, clean_name
from workflow.forms import SinergiFormHelper
from workflow.widgets import ChoiceCards, PaperInput

LONGEST = 8000
REGIONS = {Audience.REGION.value, Audience.REGION_MINISTRY.value}
MOST_FILES = 5
_BIGGEST_KEY = 9_000_000_000_000_000_000


class FilesInput(PaperInput):
    """Several files at once; works without a script."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Up to five files, each checked as every upload is."""

    def __init__(self, **kwargs):
        super().__init__(required=False, widget=FilesInput(suffixes=EVIDENCE), **kwargs)

    def clean(self, data, initial=None):
        files = [f for f in (data if isinstance(data, list | tuple) else [data]) if f]
        if len(files) > MOST_FILES:
            raise ValidationError(_("Attach at most %(count)d files to one message.") % {"count": MOST_FILES})
        return [self._admitted(upload) for upload in files]

    @staticmethod
    def _admitted(upload):
        try:
            return admit(upload, EVIDENCE)
        except ValidationError as error:
            raise ValidationError(f"{clean_name(upload.name)}: {' '.join(error.messages)}") from error


def fresh_key() -> str:
    """A mark of one form on one page: what is sent twice is stored once."""
    return uuid.uuid4().hex


class _TextForm(forms.Form):
    """A message's text, which must say something."""

    text = forms.CharField(
        label=gettext_lazy("Message"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Write the message first.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper(summary=False)


class MessageForm(_TextForm):
    """A message at the end of a thread: words, files or both. Whom it calls is checked by the service, which knows who
    reads along."""

    is_filter = True
    """No field is marked as optional: the form is short, and one of two is enough."""
    mentions = forms.TypedMultipleChoiceField(coerce=int, required=False, label=gettext_lazy("Call people by name"))
    files = FilesField(label=gettext_lazy("Attachments"))
    quotes = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=_BIGGEST_KEY)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, *args, people=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False
        self.fields["text"].widget.attrs.update({"data-talk-text": ""})
        field = self.fields["mentions"]
        field.choices = [(person.pk, f"{person.name} · {person.about}") for person in people]
        if self.is_bound:
            known = {str(value) for value, _label in field.choices}
            typed = [v for v in self.data.getlist(self.add_prefix("mentions")) if v.isdigit() and len(v) < 18]
            field.choices = [*field.choices, *((int(v), v) for v in typed if v not in known)]
        field.widget.attrs.update({"size": "5", "data-talk-people": ""})
        self.initial.setdefault("key", fresh_key())

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("text") and not cleaned.get("files") and not self.errors:
            self.add_error("text", _("Write the message first."))
        return cleaned


class EditForm(_TextForm):
    """Another wording; `seen` is the edit the writer saw, so that two open pages do not overwrite each other."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)


class OpenForm(_TextForm):
    """A new thread: what about, who reads it, and the first message."""

    title = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=160,
        help_text=gettext_lazy("One line that tells others whether to read on. No names of persons."),
        error_messages={"required": gettext_lazy("Say in one line what it is about.")},
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("Who reads it"),
        widget=ChoiceCards,
        error_messages={"required": gettext_lazy("Choose who reads it.")},
    )
    province = forms.ChoiceField(label=gettext_lazy("Province"), required=False)
    parties = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Organisations named"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only for “With named partners”. Others are not shown the conversation."),
    )  # fmt: skip
    theme = forms.ChoiceField(
        label=gettext_lazy("Theme"),
        required=False,
        help_text=gettext_lazy("For a topic, so that others find it."),
    )
    files = FilesField(label=gettext_lazy("Attachments"))
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    field_order = ("title", "audience", "parties", "province", "theme", "text", "files", "key")

    def __init__(self, *args, rooms, parties, provinces=(), themes=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("First message")
        if themes is None:
            del self.fields["theme"]
        else:
            self.fields["theme"].choices = [("", _("No theme")), *((t.pk, str(t)) for t in themes)]
        _offer(self, rooms, parties, provinces)
        self.initial.setdefault("key", fresh_key())

    def clean_theme(self):
        code = self.cleaned_data["theme"]
        return Theme.objects.filter(pk=code).first() if code else None

    def clean(self):
        return _clean_room(self, super().clean())


class WidenForm(forms.Form):
    """Who is to read along from now on; the next page says what that means."""

    audience = forms.ChoiceField(
        label=gettext_lazy("Who reads it from now on"),
        widget=ChoiceCards,
        error_messages={"required": gettext_lazy("Choose who reads it.")},
    )
    province = forms.ChoiceField(label=gettext_lazy("Province"), required=False)
    parties = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Organisations that are added"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only for “With named partners”. Who is in the conversation stays in it."),
    )

    def __init__(self, *args, rooms, parties, provinces=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper(summary=False)
        _offer(self, rooms, parties, provinces)

    def clean(self):
        return _clean_room(self, super().clean())


class ReasonForm(forms.Form):
    """Why others should read along; `version` is the thread as the page showed it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Everybody in the conversation reads it."),
        error_messages={"required": gettext_lazy("Say why others should read along.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=2_000_000_000)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper(summary=False)


class NoteForm(forms.Form):
    """A closing or reopening word; may stay empty."""

    note = forms.CharField(
        label=gettext_lazy("What came of it"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, closing: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not closing:
            self.fields["note"].label = _("Why it is taken up again")
        self.helper = SinergiFormHelper(summary=False)


def _offer(form, rooms, parties, provinces) -> None:
    """What can be chosen now; fields that no choice needs are left out."""
    open_rooms = [room for room in rooms if not room.refusal]
    form.fields["audience"].choices = [(room.value, room.label) for room in open_rooms]
    form.fields["audience"].widget.descriptions = {room.value: room.card for room in open_rooms}
    form.fields["parties"].choices = _grouped(parties)
    if not parties or Audience.PARTNER not in {room.value for room in open_rooms}:
        del form.fields["parties"]
    form.fields["province"].choices = [("", _("No province")), *provinces]
    if not provinces or not ("theme" in form.fields or REGIONS & {room.value for room in open_rooms}):
        del form.fields["province"]


def _clean_room(form, cleaned: dict) -> dict:
    """What a choice of audience needs besides; the rules are asked by the service."""
    audience = cleaned.get("audience")
    if audience == Audience.PARTNER and not cleaned.get("parties"):
        form.add_error("parties" if "parties" in form.fields else None, _("Name at least one organisation."))
    if audience != Audience.PARTNER:
        cleaned["parties"] = []
    return cleaned


def _grouped(parties) -> list:
    """Partners first, provincial offices under a heading of their own."""
    near = [(choice.pk, _label(choice)) for choice in parties if choice.near]
    far = [(choice.pk, _label(choice)) for choice in parties if not choice.near]
    return [*near, (_("Provincial offices and training centres"), far)] if far else near


def _label(choice) -> str:
    return ngettext("%(organisation)s (%(count)d person)", "%(organisation)s (%(count)d people)", choice.people) % {
        "organisation": choice.name,
        "count": choice.people,
    }
