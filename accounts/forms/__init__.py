"""Forms of the front desk."""

from accounts.forms.people import (
    AcceptForm,
    ChangePasswordForm,
    EndForm,
    InviteForm,
    NewPasswordForm,
    PasswordLetterForm,
    SettingsForm,
    SignInForm,
)

__all__ = [
    "AcceptForm",
    "ChangePasswordForm",
    "EndForm",
    "InviteForm",
    "NewPasswordForm",
    "PasswordLetterForm",
    "SettingsForm",
    "SignInForm",
]
