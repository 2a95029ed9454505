"""The crispy helper every form of the portal uses."""

from crispy_forms.helper import FormHelper


class SinergiFormHelper(FormHelper):
    form_tag = False
    disable_csrf = True
