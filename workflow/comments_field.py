"""The field in which a reviewer writes remarks, each on a field or line."""

from django import forms


class CommentsField(forms.Field):
    def __init__(self, *, record, **kwargs):
        self.record = record
        super().__init__(**kwargs)
