"""Turns what a transition asks into a crispy form, and an act into a page every record type shares."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflow.comments_field import CommentsField
from workflow.files import PAPERS
from workflow.forms import DateField, SinergiFormHelper, plausible
from workflow.table import Ask, Transition
from workflow.upload_field import UploadField


def _field(ask: Ask, record) -> forms.Field:
    common = {"label": ask.label, "required": ask.required, "help_text": ask.help}
    if ask.initial:
        common["initial"] = ask.initial(record)
    match ask.kind:
        case "text":
            return forms.CharField(max_length=200, **common)
        case "long":
            return forms.CharField(
                widget=forms.Textarea(attrs={"rows": 4}), max_length=4000, min_length=ask.min_length or None, **common
            )
        case "choice":
            empty = [("", gettext_lazy("Choose …"))]
            return forms.ChoiceField(choices=empty + list(ask.choices(record)), **common)
        case "choices":
            return forms.MultipleChoiceField(
                choices=list(ask.choices(record)), widget=forms.CheckboxSelectMultiple, **common
            )
        case "date":
            return DateField(**common)
        case "datetime":
            picker = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
            return forms.DateTimeField(widget=picker, validators=[plausible], **common)
        case "number":
            return forms.IntegerField(min_value=0, max_value=30_000, **common)
        case "file":
            return UploadField(kinds=PAPERS, **common)
        case "tick":
            confirm = {"required": gettext_lazy("Tick the box to confirm this.")}
            return forms.BooleanField(error_messages=confirm, **common)
        case "comments":
            return CommentsField(record=record, **common)
    raise ValueError(f"unknown kind of answer: {ask.kind}")


class ActForm(forms.Form):
    """The form of one transition on one record; `version` guards against acting on a page that has become old."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    acting_as = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    """In which capacity the page was opened: who has switched since in another tab is asked again (`switched`)."""

    def __init__(self, *args, record, transition: Transition, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.record, self.transition, self.actor = record, transition, actor
        self.fields["version"].initial = record.version
        self.fields["acting_as"].initial = capacity_key(actor)
        for ask in transition.asks:
            self.fields[ask.name] = _field(ask, record)
        self.helper = SinergiFormHelper()

    @property
    def seen_version(self) -> int | None:
        """The version of the record on the page the person acted from."""
        return self.cleaned_data.get("version")

    @property
    def answers(self) -> dict:
        """The cleaned answers by the names the table gives them."""
        return {ask.name: self.cleaned_data.get(ask.name) for ask in self.transition.asks}

    def clean(self):
        cleaned = super().clean()
        if not self.errors:
            found = [s for check in self.transition.validates if (s := check(self.record, self.actor, self.answers))]
            if found:
                raise ValidationError([str(s) for s in found])
        return cleaned


def capacity_key(actor) -> str:
    """The capacity an actor acts in now, as a form carries it along."""
    acting = getattr(actor, "acting", None)
    return str(acting.pk) if acting is not None else ""


def switched(request) -> str:
    """A sentence where a form was opened in another capacity than the person acts in now; nothing may be done then."""
    seen = request.POST.get("acting_as", "") if request.method == "POST" else ""
    if not seen or seen == capacity_key(request.user):
        return ""
    then = next((m for m in request.user.current_memberships if str(m.pk) == seen), None)
    return _(
        "You opened this page as %(then)s and now act as %(now)s. Nothing was done. "
        "Check in the account menu in which capacity you want to act, then confirm again."
    ) % {"then": _named(then), "now": _named(request.user.acting)}


def _named(membership) -> str:
    """A capacity in words; one that has ended since has none."""
    if membership is None:
        return _("another capacity")
    return f"{membership.role_label}, {membership.organisation.name}"


def stale_sentence(record) -> str:
    """What to say to the one who came second."""
    return _("%(code)s has changed since you opened the page. It is now: %(state)s. Check it, then decide again.") % {
        "code": record.code,
        "state": record.state.label,
    }
