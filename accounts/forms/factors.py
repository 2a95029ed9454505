"""Forms of the second factor: a code or a passkey, a new app, a new passkey, and the proof before a dangerous act."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.people import EndForm
from workflow.forms import SinergiFormHelper

CODE = {
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "autocapitalize": "none",
    "spellcheck": "false",
}


def _code_field(**more) -> forms.CharField:
    return forms.CharField(max_length=20, widget=forms.TextInput(attrs=CODE), **more)


class _WithPasskey(forms.Form):
    """A code typed, or the answer of a passkey that the script puts into the hidden field."""

    credential = forms.JSONField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper()

    def gives(self, name: str) -> bool:
        """Whether something was sent in a field."""
        return self.is_bound and self.data.get(self.add_prefix(name), "") not in {"", "null"}

    def refuse(self) -> None:
        """The one sentence for whatever was wrong."""
        self.add_error(None, _("That did not match. Type the code that your app shows now, or use your passkey again."))

    def refuse_for_now(self) -> None:
        """After too many tries."""
        self.add_error(None, _("Too many wrong tries. Wait 15 minutes and try again."))


class CodeForm(_WithPasskey):
    """The second step of signing in."""

    code = _code_field(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("Six digits from your authenticator app, or one of your recovery codes."),
        error_messages={"required": gettext_lazy("Type the code.")},
    )
    field_order = ("code", "credential")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].required = not self.gives("credential")


class ProofForm(_WithPasskey):
    """Before a dangerous act: the password, a code of the app, or a passkey."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=1000,
        error_messages={"required": gettext_lazy("Type your password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = _code_field(
        label=gettext_lazy("Or a code"),
        required=False,
        help_text=gettext_lazy("Six digits from your authenticator app, in place of the password."),
    )
    field_order = ("password", "code", "credential")

    def __init__(self, *args, with_code: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not with_code:
            del self.fields["code"]
        self.fields["password"].required = not (self.gives("code") or self.gives("credential"))

    def refuse(self) -> None:
        """The one sentence for whatever was wrong."""
        self.add_error(None, _("That did not match. Try again."))


class AppForm(forms.Form):
    """The first code of a new authenticator app."""

    code = _code_field(
        label=gettext_lazy("Code that the app shows"),
        help_text=gettext_lazy("Six digits. They change every half minute."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper()


class PasskeyForm(forms.Form):
    """What a new passkey is called; the script adds what the browser made."""

    name = forms.CharField(
        label=gettext_lazy("Name of the passkey"),
        max_length=60,
        help_text=gettext_lazy("To tell it apart later, for example: laptop at the office."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    credential = forms.JSONField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper()

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("credential"):
            self.add_error(
                None, _("No passkey was made. It needs JavaScript and a device with a lock; or use an app instead.")
            )
        return cleaned


class ResetForm(EndForm):
    """Why somebody's factors are taken; kept in the log."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        help_text = _("For example: telephone lost, confirmed by a call. Kept in the log; do not name the person.")
        self.fields["reason"].help_text = help_text
