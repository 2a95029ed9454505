"""The forms for recording a delegation and for revoking it."""

from __future__ import annotations

from itertools import groupby

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.people import EndForm
from accounts.models import Membership, OrganisationKind
from accounts.roles import DelegationKind
from accounts.rules.delegations import keeps_delegations, posts_named
from accounts.selectors import delegations as found
from workflow.forms import DateField, SinergiFormHelper
from workflow.upload_field import UploadField


class DelegationForm(forms.Form):
    """Whose post, to whom, on what letter, from when to when, for what."""

    post = forms.ModelChoiceField(
        label=gettext_lazy("Post"), queryset=Membership.objects.none(), empty_label=gettext_lazy("Choose …")
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), widget=forms.RadioSelect)
    delegate = forms.EmailField(
        label=gettext_lazy("E-mail of the delegate"),
        max_length=254,
        help_text=gettext_lazy("The address this person signs in with. They keep their own role besides."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    delegate_post = forms.CharField(
        label=gettext_lazy("Post of the delegate"),
        max_length=160,
        required=False,
        help_text=gettext_lazy(
            "Only for a.n., u.b. and kuasa: printed below the post, for example Sekretaris Dinas. Write the post, "
            "not the name."
        ),
    )
    through_post = forms.CharField(
        label=gettext_lazy("Post in between"),
        max_length=160,
        required=False,
        help_text=gettext_lazy("Only for u.b.: the post that acts in the holder's name."),
    )
    letter_no = forms.CharField(label=gettext_lazy("Number of the letter"), max_length=80)
    letter_date = DateField(label=gettext_lazy("Date of the letter"))
    letter = UploadField(label=gettext_lazy("Letter of delegation"), help_text=gettext_lazy("PDF with signature."))
    valid_from = DateField(label=gettext_lazy("Valid from"))
    valid_to = DateField(
        label=gettext_lazy("Valid until"),
        help_text=gettext_lazy("The last day. From the next day on nothing is possible."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Covers"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Kinds of record the delegate may act on."),
    )
    authority = UploadField(
        label=gettext_lazy("Written authority for lasting decisions"),
        required=False,
        help_text=gettext_lazy(
            "PDF, only for a Plt who may sign or end agreements or ratify an allocation. "
            "Without it a Plt does none of these."
        ),
    )

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        posts = found.posts_to_delegate(actor)
        every = keeps_delegations(actor)
        self.fields["post"].queryset = posts
        kinds = dict(OrganisationKind.choices)
        listed = list(posts)
        self.fields["post"].widget.choices = [
            *([("", _("Choose …"))] if len(listed) != 1 else []),
            *[
                (kinds[kind], [(post.pk, _named(post)) for post in group])
                for kind, group in groupby(listed, key=lambda post: post.organisation.kind)
            ],
        ]
        self.fields["kind"].choices = [k for k in DelegationKind.choices if every or k[0] != DelegationKind.PLT]
        self.fields["scopes"].choices = found.coverable()
        self.fields["scopes"].initial = [name for name, _label in found.coverable()]
        self.fields["valid_from"].initial = timezone.localdate()
        if not every:
            del self.fields["authority"]
        self.helper = SinergiFormHelper()

    def clean_delegate(self):
        person = found.person_by_email(self.cleaned_data["delegate"])
        if person is None:
            raise ValidationError(
                _("No account with this address can stand in. Check it, or have the person invited first.")
            )
        return person

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("authority") and cleaned.get("kind") not in {None, DelegationKind.PLT}:
            self.add_error("authority", _("Written authority is filed for a Plt only."))
        kind = cleaned.get("kind")
        if kind and (missing := posts_named(kind, cleaned.get("delegate_post", ""), cleaned.get("through_post", ""))):
            named = kind == DelegationKind.UB and cleaned.get("delegate_post")
            self.add_error("through_post" if named else "delegate_post", missing)
        return cleaned


def _named(post) -> str:
    """A post, its holder, and whether it is vacant."""
    name = f"{post.role_label}, {post.organisation.name} ({post.user.name})"
    over = post.ended_at is not None or (post.valid_to is not None and post.valid_to < timezone.localdate())
    return _("%(post)s: vacant") % {"post": name} if over else name


class RevokeForm(EndForm):
    """Why a delegation ends early; kept in the log."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("For example: the holder is back. Kept in the log; do not name the person.")
