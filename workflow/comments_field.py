"""The field in which a reviewer writes remarks, each on a line, on a field or on the record as a whole."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from workflow.widgets import CommentRows

LONGEST = 1000


def targets_of(record) -> list[tuple[str, str]]:
    """What a remark may be about: line:2, field:reason, line:2:requested_total; always the whole record."""
    found = getattr(record, "comment_targets", None)
    return [("", _("The whole record")), *(found() if callable(found) else [])]


class CommentsField(forms.Field):
    """Cleans to a list of {"line": position or "", "field": name, "text": remark} with at least one entry."""

    def __init__(self, *, record, **kwargs):
        self.targets = targets_of(record)
        super().__init__(widget=CommentRows(targets=self.targets), **kwargs)

    def to_python(self, value) -> list[dict]:
        known = {str(code) for code, _label in self.targets}
        remarks = []
        for number, row in enumerate(value or [], 1):
            target, text = row["target"], row["text"]
            if target not in known:
                raise ValidationError(
                    _("Remark %(number)d: choose what it is about from the list.") % {"number": number}
                )
            if target and not text:
                raise ValidationError(_("Remark %(number)d: write what should change.") % {"number": number})
            if len(text) > LONGEST:
                raise ValidationError(
                    _("Remark %(number)d: write at most %(count)d characters.") % {"number": number, "count": LONGEST}
                )
            if text:
                remarks.append({**_place(target), "text": text})
        return remarks

    def validate(self, value):
        if self.required and not value:
            raise ValidationError(_("Write at least one remark, so that the office knows what to change."))


def _place(target: str) -> dict[str, str]:
    """A target's code as the line and the field it names."""
    line = field = ""
    match target.split(":"):
        case ["line", position]:
            line = position
        case ["line", position, name]:
            line, field = position, name
        case ["field", name]:
            field = name
    return {"line": line, "field": field}


def show_at_fields(form: forms.BaseForm, remarks, *, back: str = "") -> None:
    """Put each remark at the field it names, so that it is read there (and read out with the field); it leads to where
    it is ticked off, on the same page or on the page `back`."""
    for name, field in form.fields.items():
        own = [remark for remark in remarks if remark.field == name]
        if not own:
            continue
        rows = format_html_join("", _AT_FIELD, ((back, r.pk, _said(r), r.text) for r in own))
        # A page may have asked the form for its fields already: those keep the help they were made with.
        field.help_text = form[name].help_text = format_html("{}{}", field.help_text, rows)


_AT_FIELD = '<a class="sg-quote d-block mt-1" href="{}#remark-{}"><b>{}</b> {}</a>'


def _said(remark) -> str:
    """What stands before a remark at its field."""
    return _("Remark, done:") if remark.resolved_at else _("Remark:")
