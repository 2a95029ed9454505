"""Beginning an offer: in whose name, under which scheme, empty or copied from an earlier one."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs import rules, selectors
from workflow.forms import SinergiFormHelper


class StartForm(forms.Form):
    """A source brings its partner and scheme along; without one the scheme decides."""

    source = forms.ModelChoiceField(
        queryset=None,
        required=False,
        label=gettext_lazy("Copy from an earlier programme"),
        empty_label=gettext_lazy("Start empty"),
        help_text=gettext_lazy("Content, prerequisites, costs and seats are kept; dates move by a year."),
    )
    scheme = forms.ModelChoiceField(
        queryset=None, required=False, label=gettext_lazy("Scheme"), empty_label=gettext_lazy("Choose …")
    )
    partner = forms.ModelChoiceField(
        queryset=None, required=False, label=gettext_lazy("Partner"), empty_label=gettext_lazy("Choose …")
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.partners = rules.partners_for(user)
        self.only_partner = self.partners.first() if len(self.partners) == 1 else None
        sources = selectors.copy_sources(user)
        self.fields["source"].queryset = sources
        self.fields["source"].label_from_instance = lambda p: f"{p.code} · {p.title}"
        self.fields["scheme"].queryset = selectors.schemes_for(self.partners)
        self.fields["scheme"].label_from_instance = lambda s: s.label
        self.fields["partner"].queryset = self.partners
        if self.only_partner:
            del self.fields["partner"]
        if not sources.exists():
            del self.fields["source"]
        self.helper = SinergiFormHelper()

    def clean(self):
        cleaned = super().clean()
        source, scheme = cleaned.get("source"), cleaned.get("scheme")
        if source:
            cleaned["scheme"], cleaned["partner"] = source.scheme, source.partner
            return cleaned
        if scheme is None and "scheme" not in self.errors:
            self.add_error("scheme", _("Choose the scheme, or a programme to copy."))
        partner = self.only_partner or cleaned.get("partner") or (scheme and scheme.partner)
        if partner is None and "partner" in self.fields and "partner" not in self.errors:
            self.add_error("partner", _("Choose the partner who offers the programme."))
        if partner and scheme and scheme.partner_id not in (None, partner.pk):
            self.add_error("scheme", _("This scheme belongs to another partner."))
        cleaned["partner"] = partner
        return cleaned
