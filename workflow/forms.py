"""The crispy helper every form of the portal uses."""

from __future__ import annotations

from crispy_forms.helper import FormHelper


class SinergiFormHelper(FormHelper):
    """Fields only: pages write their own <form>. `summary=False` where one summary serves several forms."""

    form_tag = False
    disable_csrf = True

    def __init__(self, form=None, *, summary: bool = True):
        super().__init__(form)
        self.summary = summary
