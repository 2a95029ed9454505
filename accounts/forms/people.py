"""Forms of the front desk. Errors say the cause and the way out, and never whether an account exists."""

from __future__ import annotations

from itertools import groupby

from django import forms
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import rules
from accounts.models import Organisation, OrganisationKind, User
from accounts.roles import Role
from accounts.selectors import organisations_to_invite
from workflow.forms import SinergiFormHelper

PASSWORD_HELP = gettext_lazy("At least 12 characters. Several words in a row are easy to remember and hard to guess.")


class SignInForm(forms.Form):
    """E-mail and password, named so that password managers fill them in."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper()

    def refuse(self) -> None:
        """The one sentence for every wrong combination."""
        self.add_error(None, _("E-mail and password do not match. Check both, or reset your password."))

    def refuse_for_now(self) -> None:
        """After too many tries."""
        self.add_error(
            None,
            _("Too many wrong tries. Wait 15 minutes, or reset your password by e-mail: then you sign in at once."),
        )


class PasswordLetterForm(forms.Form):
    """Where the link for a new password should go."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        help_text=gettext_lazy("The address you sign in with."),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper()


class _NewPassword:
    """What the two forms for a new password share: one help text, autocomplete, the helper."""

    def _dress(self):
        for name in ("new_password1", "new_password2"):
            self.fields[name].widget.attrs["autocomplete"] = "new-password"
            self.fields[name].help_text = ""
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = PASSWORD_HELP
        self.fields["new_password2"].label = _("New password, once more")
        self.helper = SinergiFormHelper()


class NewPasswordForm(_NewPassword, SetPasswordForm):
    """Behind the link in the letter."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._dress()


class ChangePasswordForm(_NewPassword, PasswordChangeForm):
    """In one's own settings: the present password is asked for as well."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._dress()
        self.fields["old_password"].label = _("Present password")
        self.fields["old_password"].widget.attrs.update(autofocus=False, autocomplete="current-password")


class SettingsForm(forms.ModelForm):
    """What a person may change about their own account. The address stays: it is the sign-in."""

    class Meta:
        model = User
        fields = ["name", "language"]
        widgets = {"language": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = _("How you are addressed, for example your post. Other offices see the role.")
        self.helper = SinergiFormHelper()


class AcceptForm(forms.Form):
    """The first password of a new account; an address that is known keeps its own and is asked nothing."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=1000,
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, invitation, known: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        if known:
            del self.fields["password"]
        self.helper = SinergiFormHelper()

    def clean_password(self):
        password = self.cleaned_data["password"]
        validate_password(password, User(email=self.invitation.email, name=self.invitation.name))
        return password


class InviteForm(forms.Form):
    """One person, one role, one organisation; role and organisation must fit each other."""

    email = forms.EmailField(
        label=gettext_lazy("Official e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name or post"),
        max_length=120,
        help_text=gettext_lazy("For example: Head of the training division."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Organisation"), queryset=Organisation.objects.none(), empty_label=None
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("Choose …")), *Role.choices]
        found = organisations_to_invite()
        self.fields["organisation"].queryset = found
        kinds = dict(OrganisationKind.choices)
        self.fields["organisation"].widget.choices = [
            ("", _("Choose …")),
            *[(kinds[kind], [(o.pk, o.name) for o in group]) for kind, group in groupby(found, key=lambda o: o.kind)],
        ]
        self.helper = SinergiFormHelper()

    def clean(self):
        cleaned = super().clean()
        role, organisation = cleaned.get("role"), cleaned.get("organisation")
        if role and organisation and (reason := rules.role_fits(role, organisation)):
            self.add_error("role", reason)
        return cleaned


class EndForm(forms.Form):
    """Why a role ends; kept in the log."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("For example: moved to another post. Kept in the log; do not name the person."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper()

    def clean_reason(self):
        reason = self.cleaned_data["reason"].strip()
        if len(reason) < 5:
            raise ValidationError(_("Write one sentence."))
        return reason
