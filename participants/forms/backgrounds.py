"""The questions a partner's paper asks beyond the selection: only those, in sections, every one of them may wait."""

from __future__ import annotations

import re

from crispy_forms.layout import HTML, Column, Div, Fieldset, Layout, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from participants.models import Background, CourseAnswers
from participants.partner_forms import FACTS, TABLES
from participants.partner_forms.tables import incomplete, order_of_years, plausible_year
from participants.rules.acts import NUMBER
from participants.services.backgrounds import BACKGROUND, COURSE, OFFICE
from regions.models.vocabulary import term_choices
from workflow import formats
from workflow.forms import DateField, SinergiFormHelper

ROWS = ("education_history", "work_history", "training_history", "visits")
TEST = ("english_test", "english_score", "english_test_on")
NO_TEST = {"NONE", "JLPT", "TOPIK"}
OF_OFFICE = {
    "office_en": "name_en",
    "office_address": "address",
    "office_phone": "phone",
    "office_duties": "duties",
    "office_staff": "staff",
}
"""Fact -> column."""
LONG = {"duties": 3, "motivation": 4, "plan": 4, "issue": 4, "office_duties": 3}


def _help() -> dict[str, str]:
    """What is worth saying below a label."""
    english = _("In the language of the course, as it goes onto the paper.")
    return {
        "preferred_name": _("As in the passport. The passport number itself is never entered here."),
        "service_since": _("The year in which the person joined the civil service."),
        "duties": english,
        "motivation": english,
        "plan": english,
        "issue": english,
        "office_duties": english,
        "report_title": _("Where the course asks for one."),
    }


class AnswersForm(forms.Form):
    """Only what the paper needs. A half-filled form may be saved: the page of papers lists what is still empty."""

    is_filter = True  # the word "optional" is said where it helps, not behind every cell of a table

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @sensitive_variables()
    def __init__(self, *args, asked, required, partner: str, nomination, known, with_office: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked, self.needed, self.partner = asked, required, partner
        self.background = known.backgrounds.get(nomination.person_id) or Background()
        self.answers = known.answers.get(nomination.pk) or CourseAnswers()
        self.details = known.details
        self.helps, self.language = _help(), formats.language()
        self.fields["version"].initial = nomination.version
        name = self._add("preferred_name", self.background)
        since = self._add("service_since", self.background, year=True)
        person = [Div(*filter(None, (name, since)), css_class="sg-fields"), self._add("duties", self.background)]
        sections = [(_("The person"), person)]
        sections += [(self._legend(key), self._rows(key)) for key in ROWS if key in asked]
        if "english_test" in asked:
            sections.append((self._legend("english_test"), self._test()))
        course = [self._add(key, self.answers) for key in ("motivation", "plan", "issue", "report_title")]
        sections.append((_("For this course"), course))
        if "accommodation" in asked:
            sections.append((self._legend("accommodation"), self._request()))
        if with_office:
            office = [self._add(fact, self.details, column) for fact, column in OF_OFFICE.items()]
            sections.append((_("The office, once for all nominations"), office))
        self.helper = SinergiFormHelper()
        kept = [(legend, [name for name in names if name]) for legend, names in sections]
        fieldsets = [Fieldset(legend, *names) for legend, names in kept if names]
        self.helper.layout = Layout("version", *fieldsets)

    # --- Building ----------------------------------------------------------------------------------------

    def _legend(self, key: str) -> str:
        label = FACTS[key].label.said(self.language)
        return label if key in self.needed else _("%(label)s (optional)") % {"label": label}

    def _add(self, fact: str, row, column: str = "", *, year: bool = False) -> str:
        """A field for one fact, if the paper asks for it; returns its name."""
        if fact not in self.asked:
            return ""
        found = row._meta.get_field(column or fact)
        common = {"label": self._legend(fact), "required": False, "help_text": self.helps.get(fact, "")}
        if year:
            made = forms.IntegerField(min_value=1960, max_value=timezone.localdate().year, **common)
        elif fact == "office_staff":
            made = forms.IntegerField(min_value=1, max_value=100_000, **common)
        elif fact in LONG:
            made = forms.CharField(
                max_length=found.max_length, widget=forms.Textarea(attrs={"rows": LONG[fact]}), **common
            )
        else:
            made = forms.CharField(
                max_length=found.max_length, widget=forms.TextInput(attrs={"autocomplete": "off"}), **common
            )
        made.initial = getattr(row, column or fact)
        if fact == "office_en" and not made.initial:
            made.initial = row.office.name_en  # what the portal knows already, to be confirmed or bettered
        self.fields[fact] = made
        return fact

    def _count(self, key: str, given: list) -> int:
        """Rows on the page: one more than are kept, never fewer than were sent."""
        table = TABLES[FACTS[key].table]
        pattern = re.compile(rf"{key}-(\d{{1,2}})-")
        sent = [int(found.group(1)) + 1 for name in self.data if (found := pattern.match(name))]
        return min(table.most, max(table.shown, len(given) + 1, *sent))

    def _rows(self, key: str) -> list:
        table, given = TABLES[FACTS[key].table], getattr(self.background, key) or []
        lines = []
        for n in range(self._count(key, given)):
            cells = []
            for column in table.columns:
                name = f"{key}-{n}-{column.key}"
                label = (
                    f"{n + 1}. {column.label.said(self.language)}"
                    if column is table.columns[0]
                    else column.label.said(self.language)
                )
                year = column.kind == "year"
                self.fields[name] = forms.CharField(
                    label=label,
                    required=False,
                    max_length=4 if year else column.length,
                    initial=given[n].get(column.key, "") if n < len(given) else "",
                    widget=forms.TextInput(
                        attrs={"autocomplete": "off", **({"inputmode": "numeric", "size": "4"} if year else {})}
                    ),
                )
                cells.append(Column(name, css_class=f"col-md-{column.width}"))
            lines.append(Row(*cells))
        more = _("Up to %(count)s rows; a new empty one appears after saving. Years only.") % {"count": table.most}
        return [HTML(f'<p class="sg-muted sg-sm">{more}</p>'), *lines]

    def _test(self) -> list:
        choices = [(code, label) for code, label in term_choices("language_test") if code not in NO_TEST]
        self.fields["english_test"] = forms.ChoiceField(
            label=_("Test"), required=False, choices=[("", _("None")), *choices], initial=self.background.english_test
        )
        self.fields["english_score"] = forms.CharField(
            label=_("Score"), required=False, max_length=20, initial=self.background.english_score
        )
        self.fields["english_test_on"] = DateField(
            label=_("Date of the test"), required=False, initial=self.background.english_test_on
        )
        return [Div(*TEST, css_class="sg-fields")]

    @sensitive_variables()
    def _request(self) -> list:
        self.fields["accommodation"] = forms.CharField(
            label=_("What the host must arrange"),
            required=False,
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 2}),
            initial=self.background.accommodation,
            help_text=_("For example a room without steps. What is needed, never why; no diagnosis. Kept encrypted."),
        )
        self.fields["consent"] = forms.BooleanField(
            label=_("The person agrees explicitly that this request is kept and passed on to the partner"),
            required=False,
            initial=bool(self.background.accommodation_consent_on),
            help_text=_("Emptying the request takes the consent back; both are deleted."),
        )
        return ["accommodation", "consent"]

    # --- Checking ----------------------------------------------------------------------------------------

    def clean(self):
        cleaned = super().clean()
        for name, value in list(cleaned.items()):
            if isinstance(value, str) and NUMBER.search(value) and name != "office_phone":
                self.add_error(
                    name,
                    _(
                        "Remove the long number: staff, identity and passport numbers are never written into the "
                        "record."
                    ),
                )
        for key in ROWS:
            if key in self.asked:
                self._clean_rows(key)
        self._clean_test(cleaned)
        if cleaned.get("accommodation") and not cleaned.get("consent"):
            self.add_error("consent", _("Ask the person. Without consent the request is not kept."))
        return cleaned

    def _clean_rows(self, key: str) -> None:
        table, today = TABLES[FACTS[key].table], timezone.localdate()
        for n, row in self._typed(key):
            for column in incomplete(table, row):
                name = f"{key}-{n}-{column.key}"
                if name not in self.errors:
                    self.add_error(name, _("Fill this in, or empty the whole row."))
            years = [c for c in table.columns if c.kind == "year" and row.get(c.key)]
            wrong = [c for c in years if not plausible_year(row[c.key], today, ahead=6 if c.key == "to_year" else 0)]
            for column in wrong:
                self.add_error(f"{key}-{n}-{column.key}", _("Give the year in four digits, for example 2015."))
            if not wrong and not order_of_years(row):
                self.add_error(f"{key}-{n}-to_year", _("The end lies before the beginning. Check both years."))

    def _clean_test(self, cleaned: dict) -> None:
        if "english_test" not in self.asked:
            return
        test, score, day = (cleaned.get(name) for name in TEST)
        if (score or day) and not test and "english_test" not in self.errors:
            self.add_error("english_test", _("Choose the test this score belongs to."))
        if test and not score and "english_score" not in self.errors:
            self.add_error("english_score", _("Give the score of the test."))
        if day and day > timezone.localdate():
            self.add_error("english_test_on", _("The date lies in the future. Check it."))

    def _typed(self, key: str) -> list[tuple[int, dict[str, str]]]:
        """(place on the page, row) of the rows in which something was typed."""
        table = TABLES[FACTS[key].table]
        found = []
        n = 0
        while f"{key}-{n}-{table.columns[0].key}" in self.fields:
            row = {c.key: (self.cleaned_data.get(f"{key}-{n}-{c.key}") or "").strip() for c in table.columns}
            if any(row.values()):
                found.append((n, row))
            n += 1
        return found

    # --- What was given ----------------------------------------------------------------------------------

    @property
    def for_person(self) -> dict:
        """Columns of the background."""
        data, found = self.cleaned_data, {}
        for key in BACKGROUND:
            if key in ROWS and key in self.asked:
                found[key] = [row for _n, row in self._typed(key)]
            elif key in self.fields:
                found[key] = data[key]
        return found

    @property
    def for_course(self) -> dict:
        """Columns of this nomination's answers."""
        return {key: self.cleaned_data[key] for key in COURSE if key in self.fields}

    @property
    def for_office(self) -> dict:
        """Columns of the office's details."""
        return {
            column: self.cleaned_data[fact]
            for fact, column in OF_OFFICE.items()
            if fact in self.fields and column in OFFICE
        }

    @property
    def accommodation(self) -> str | None:
        """The request as typed; None where it was not asked."""
        return self.cleaned_data["accommodation"] if "accommodation" in self.fields else None
