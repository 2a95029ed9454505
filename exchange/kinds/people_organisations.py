"""The sheet of organisations: its columns, and what a row may say of an organisation."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, OrganisationKind
from exchange.books.columns import Column, Table
from exchange.services.organisations import SENDING, stored
from regions.models import OfficeType, Region
from regions.models.vocabulary import term_choices
from workflow import formats
from workflow.forms import plausible

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,38}[A-Z0-9]")


def _label(name: str):
    return LABELS[name]


LABELS = {
    "code": gettext_lazy("Code"),
    "kind": gettext_lazy("Kind of organisation"),
    "type_code": gettext_lazy("Type"),
    "name_id": gettext_lazy("Name in Indonesian"),
    "name_en": gettext_lazy("Name in English"),
    "short_name": gettext_lazy("Short name"),
    "region_code": gettext_lazy("Region"),
    "parent": gettext_lazy("Belongs to (code)"),
    "email": gettext_lazy("Official e-mail"),
    "valid_from": gettext_lazy("Exists since"),
    "valid_to": gettext_lazy("Exists until"),
}


def _types() -> list[tuple[str, str]]:
    return [*((row.pk, row.label) for row in OfficeType.objects.current()), *term_choices("partner_type")]


def _regions() -> list[tuple[str, str]]:
    return [(place.code, place.name) for place in Region.objects.order_by("code")]


def table() -> Table:
    """The sheet."""
    columns = (
        Column(
            "code",
            _label("code"),
            gettext_lazy("Stays for good, for example DISNAKER-5203."),
            required=True,
            longest=40,
        ),
        Column(
            "kind", _label("kind"), kind="code", choices=lambda: list(OrganisationKind.choices), required=True, width=24
        ),
        Column(
            "type_code",
            _label("type_code"),
            gettext_lazy("Of an office or a partner."),
            kind="code",
            choices=_types,
            width=28,
        ),
        Column("name_id", _label("name_id"), required=True, longest=200, width=40),
        Column("name_en", _label("name_en"), longest=200, width=40),
        Column("short_name", _label("short_name"), longest=60, width=22),
        Column(
            "region_code",
            _label("region_code"),
            gettext_lazy("Of an office or training centre."),
            kind="code",
            choices=_regions,
            width=28,
        ),
        Column("parent", _label("parent"), gettext_lazy("Code of the organisation above it."), longest=40),
        Column("email", _label("email"), longest=254, width=28),
        Column("valid_from", _label("valid_from"), kind="day", width=14),
        Column("valid_to", _label("valid_to"), gettext_lazy("Last day; empty while it exists."), kind="day", width=14),
    )
    about = gettext_lazy("One row per organisation. Without new ones this sheet may stay empty.")
    return Table("organisations", gettext_lazy("Organisations"), columns, required=False, about=about)


class OrganisationForm(forms.Form):
    """An organisation as an administrator writes it down. `codes`: those that the same file is about to make."""

    code = forms.CharField(max_length=40)
    kind = forms.ChoiceField(choices=OrganisationKind.choices)
    type_code = forms.CharField(max_length=20, required=False)
    name_id = forms.CharField(max_length=200)
    name_en = forms.CharField(max_length=200, required=False)
    short_name = forms.CharField(max_length=60, required=False)
    region_code = forms.CharField(max_length=4, required=False)
    parent = forms.CharField(max_length=40, required=False)
    email = forms.EmailField(max_length=254, required=False)
    valid_from = forms.DateField(required=False, validators=[plausible])
    valid_to = forms.DateField(required=False, validators=[plausible])

    def __init__(self, *args, codes=frozenset(), **kwargs):
        super().__init__(*args, **kwargs)
        self.codes = codes
        wanted = str(self.data.get("code") or "").strip().upper()
        self.stored = Organisation.objects.select_related("parent").filter(code=wanted).first()

    def clean_code(self):
        code = self.cleaned_data["code"].upper()
        if not CODE.fullmatch(code):
            raise forms.ValidationError(_("A code has capital letters, digits and hyphens, for example DISNAKER-5203."))
        return code

    def clean_parent(self):
        code = self.cleaned_data["parent"].upper()
        if not code:
            return code
        if code == str(self.data.get("code") or "").strip().upper():
            raise forms.ValidationError(_("An organisation does not belong to itself."))
        above = Organisation.objects.select_related("parent").filter(code=code).first()
        if above is None and code not in self.codes:
            raise forms.ValidationError(_("No organisation has the code %(code)s.") % {"code": code[:40]})
        while above is not None and self.stored is not None:
            if above.pk == self.stored.pk:
                raise forms.ValidationError(_("%(code)s belongs to this organisation already.") % {"code": code})
            above = above.parent
        return code

    def clean(self):
        cleaned = super().clean()
        kind, kept = cleaned.get("kind"), self.stored
        if kept is not None and kind and kind != kept.kind:
            self.add_error("kind", _("The kind of an organisation stays. End it, and add its successor."))
        if kept is not None and cleaned.get("region_code") and cleaned["region_code"] != kept.region_code:
            self.add_error("region_code", _("The region of an organisation stays. End it, and add its successor."))
        if kept is None and kind in SENDING and not cleaned.get("region_code"):
            self.add_error("region_code", _("Choose the region: offices and training centres lie in one."))
        self._clean_type(kind, cleaned.get("type_code"), kept)
        begin, end = cleaned.get("valid_from") or (kept and kept.valid_from), cleaned.get("valid_to")
        if begin and end and end < begin:
            self.add_error("valid_to", _("The end must not be before the start."))
        return cleaned

    def _clean_type(self, kind, code, kept) -> None:
        if kind == OrganisationKind.OFFICE and not code and kept is None:
            self.add_error("type_code", _("Choose the type of the office."))
        allowed = dict(term_choices("partner_type")) if kind == OrganisationKind.PARTNER else None
        if kind in SENDING:
            allowed = {row.pk for row in OfficeType.objects.current()}
        if code and kind and (allowed is None or code not in allowed):
            self.add_error("type_code", _("This type does not go with this kind of organisation."))

    @property
    def values(self) -> dict:
        """What is stored: only what the file says."""
        data = {name: value for name, value in self.cleaned_data.items() if name in self.data and name != "code"}
        if "parent" in data:
            above = Organisation.objects.filter(code=data.pop("parent")).first()
            data["parent_id"] = above and above.pk
        return data


def told(organisation: Organisation, values: dict, names: list[str], parent: str) -> list[dict]:
    """What would change, in words; `parent`: the code the file names, which may not exist yet."""
    found = []
    for name in names:
        before, after = stored(organisation, name), values[name]
        if name == "parent_id":
            before, after = organisation.parent.code if organisation.parent else "", parent
        elif name == "type_code":
            words = dict(_types())
            before, after = words.get(before, before), words.get(after, after)
        elif name in ("valid_from", "valid_to"):
            before, after = (formats.day(value) if value else "" for value in (before, after))
        label = LABELS["parent" if name == "parent_id" else name]
        found.append({"label": str(label), "before": str(before), "after": str(after)})
    return found


def row_of(organisation: Organisation) -> dict:
    """A stored organisation as a row."""
    plain = ("code", "kind", "name_id", "name_en", "short_name", "region_code", "email", "valid_from", "valid_to")
    row = {name: getattr(organisation, name) or None for name in plain}
    return row | {
        "type_code": stored(organisation, "type_code") or None,
        "parent": organisation.parent.code if organisation.parent else None,
    }
