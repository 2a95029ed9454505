"""The five sections of an offer, each one form with its rows; the same forms serve changes after
publishing."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs import services
from programs.forms.fields import ZONES, moment_in, term_field, terms_field
from programs.forms.rows import ROWS
from programs.models import BASICS, SECTIONS, TERMS, Program, ProgramFile, Route, Scheme
from regions.models import FunctionalPost, OfficeType, Region
from workflow.calendar import WIB
from workflow.files import EVIDENCE, PAPERS
from workflow.forms import DateField, SinergiFormHelper
from workflow.upload_field import UploadField

OPENING_HOUR = dt.time(8)
"""Registration opens at 08.00 WIB on the day the partner chose."""


class MainForm(forms.ModelForm):
    """Base of a section's own fields."""

    needed: tuple[str, ...] = ()
    """Fields a draft may leave empty but an offer may not: shown as required, checked when it is submitted."""
    use_required_attribute = False

    class Meta:
        model = Program
        fields: list[str] = []

    def __init__(self, *args, actor, published: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.actor, self.published = actor, published
        self.helper = SinergiFormHelper(summary=False)
        self.prepare()

        self.helper.layout = Layout(*self.layout())
        self._mark_needed(True)

    def _mark_needed(self, needed: bool) -> None:
        for name in self.needed:
            self.fields[name].required = needed

    def full_clean(self):
        """Drafts are saved as far as they are filled in."""
        self._mark_needed(False)
        super().full_clean()
        self._mark_needed(True)

    def prepare(self):
        """Fit the fields to the programme."""

    def layout(self) -> list:
        """Fields that belong together stand side by side."""
        return list(self.fields)

    def write(self):
        """Save this section's columns and no others: another section may have been saved meanwhile."""
        names = [name for name in self._meta.fields if name in self.cleaned_data and name != "posts"]
        Program.objects.filter(pk=self.instance.pk).update(
            **{name: getattr(self.instance, name) for name in names}, **self.computed()
        )

    def computed(self) -> dict:
        """Columns that several fields make together."""
        return {}


def beside(*names: str) -> Div:
    """Fields side by side where the screen is wide enough."""
    return Div(*names, css_class="sg-fields")


class BasicsForm(MainForm):
    needed = ("title_id", "title_en", "summary_id", "delivery_mode", "country")

    class Meta(MainForm.Meta):
        fields = BASICS
        widgets = {
            name: forms.Textarea(attrs={"rows": rows})
            for name, rows in (
                ("summary_id", 3),
                ("summary_en", 3),
                ("objectives_id", 5),
                ("objectives_en", 5),
            )
        }

    def prepare(self):
        program = self.instance
        schemes = Scheme.objects.current() | Scheme.objects.filter(pk=program.scheme_id)
        self.fields["scheme"].queryset = schemes.filter(partner=program.partner) | schemes.filter(partner__isnull=True)
        self.fields["scheme"].label_from_instance = lambda scheme: scheme.label
        self.fields["scheme"].empty_label = _("Choose …")
        self.fields["delivery_mode"] = term_field("delivery_mode", _("Delivery mode"), present=program.delivery_mode)
        self.fields["country"] = term_field("country", _("Country"), present=program.country)
        provinces = [(r.code, r.name) for r in Region.objects.filter(level="PROVINCE").order_by("code")]
        self.fields["host_province"] = forms.ChoiceField(
            label=_("Host province"),
            required=False,
            choices=[("", _("Outside Indonesia, or several")), *provinces],
            help_text=_("For trainings and experts in Indonesia."),
        )
        self.fields["summary_id"].help_text = _("Two or three sentences; they are shown in the catalogue.")

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("host_province") and cleaned.get("country") not in ("", None, "ID"):
            self.add_error("host_province", _("A host province goes with the country Indonesia."))
        return cleaned

    def layout(self):
        return [
            "scheme",
            beside("title_id", "title_en"),
            beside("host", "partner_reference"),
            beside("summary_id", "summary_en"),
            beside("objectives_id", "objectives_en"),
            beside("delivery_mode", "country", "host_province"),
        ]


class CompetenciesForm(MainForm):
    class Meta(MainForm.Meta):
        fields = ["all_posts", "posts"]
        widgets = {"posts": forms.CheckboxSelectMultiple}

    def prepare(self):
        self.fields["posts"].queryset = FunctionalPost.objects.current()
        self.fields["posts"].label_from_instance = lambda post: post.label
        self.fields["posts"].required = False

    def write(self):
        super().write()
        every = self.cleaned_data["all_posts"]
        self.instance.posts.set(FunctionalPost.objects.current() if every else self.cleaned_data["posts"])


class IntakesForm(MainForm):
    """Intakes are rows only."""


class TermsForm(MainForm):
    needed = ("language", "funding_mode", "route")

    class Meta(MainForm.Meta):
        fields = TERMS

    def prepare(self):
        program = self.instance
        for name, vocabulary, label in (
            ("min_rank", "rank", _("Lowest rank")),
            ("min_education", "education", _("Education, at least")),
            ("language", "language", _("Language of instruction")),
            ("min_language_level", "language_level", _("Lowest language level")),
            ("language_test", "language_test", _("Language test")),
            ("interpretation", "interpretation", _("Interpretation")),
            ("funding_mode", "funding_mode", _("Funding")),
        ):
            self.fields[name] = term_field(vocabulary, label, present=getattr(program, name))
        self.fields["employment_statuses"] = terms_field(
            "employment_status", _("Employment statuses"), help_text=_("Nothing ticked: every status.")
        )
        self.fields["office_types"] = forms.MultipleChoiceField(
            label=_("Office types"),
            required=False,
            choices=[(t.code, t.label) for t in OfficeType.objects.current()],
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Nothing ticked: every office and training centre."),
        )
        self.fields["route"] = forms.ChoiceField(
            label=_("Nomination route"),
            required=False,
            choices=[("", _("Choose …")), *Route.choices],
            help_text=_("Decides how many working days before the partner's deadline ours must be."),
        )
        self.fields["agreement_note"].help_text = _("For example the number of the agreement or record of discussions.")
        self.fields["language_score"].localize = False

    def layout(self):
        return [
            Fieldset(
                _("Participants"),
                beside("min_rank", "min_education"),
                beside("min_years", "min_age", "max_age", "share_outside_java"),
                "employment_statuses",
                "office_types",
                "no_prior_visit",
                "interview",
            ),
            Fieldset(
                _("Language"),
                beside("language", "interpretation", "min_language_level"),
                beside("language_test", "language_score"),
            ),
            Fieldset(
                _("Funding and route"),
                beside("funding_mode", "route"),
                "needs_agreement",
                "agreement_note",
            ),
        ]

    def clean(self):
        cleaned = super().clean()
        low, high = cleaned.get("min_age"), cleaned.get("max_age")
        if low and high and low > high:
            self.add_error("max_age", _("The highest age must not be below the lowest (%(age)d).") % {"age": low})
        for name, top in (("min_years", 45), ("min_age", 70), ("max_age", 70)):
            if (cleaned.get(name) or 0) > top:
                self.add_error(name, _("State %(top)d or less.") % {"top": top})
        test = cleaned.get("language_test")
        if (
            test not in (None, "", "NONE")
            and cleaned.get("language_score") is None
            and "language_score" not in self.errors
        ):
            self.add_error("language_score", _("Fill in the score the test must reach."))
        return cleaned

    def write(self):
        for name in ("interpretation", "language_test"):
            setattr(self.instance, name, self.cleaned_data.get(name) or "NONE")
        super().write()


class PapersForm(MainForm):
    needed = ("deadline_day", "deadline_time", "gi")

    deadline_day = DateField(label=gettext_lazy("Partner's deadline: date"), required=False)
    deadline_time = forms.TimeField(
        label=gettext_lazy("Partner's deadline: time"),
        required=False,
        initial=dt.time(17),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M", "%H.%M", "%H:%M:%S"],
    )
    opens_day = DateField(
        label=gettext_lazy("Registration opens"),
        required=False,
        help_text=gettext_lazy("At 08:00 WIB. Empty: on the day of publishing."),
    )
    gi = UploadField(label=gettext_lazy("General Information (GI) or course document"), kinds=PAPERS, required=False)
    letter = UploadField(label=gettext_lazy("Offer letter"), kinds=PAPERS, required=False)
    other = UploadField(label=gettext_lazy("Other document"), kinds=EVIDENCE, required=False)
    remove = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Remove papers"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    UPLOADS = (
        ("gi", ProgramFile.Kind.GI),
        ("letter", ProgramFile.Kind.LETTER),
        ("other", ProgramFile.Kind.OTHER),
    )

    class Meta(MainForm.Meta):
        fields = ["partner_zone", "rolling", "source_letter_number", "source_letter_date"]

    def layout(self):
        papers = ["gi", "letter", "other", *(["remove"] if "remove" in self.fields else [])]
        return [
            Fieldset(_("Deadline"), beside("deadline_day", "deadline_time", "partner_zone"), "rolling", "opens_day"),
            Fieldset(_("Papers"), *papers, beside("source_letter_number", "source_letter_date")),
        ]

    def prepare(self):
        program = self.instance
        self.fields["partner_zone"] = forms.ChoiceField(
            label=_("Time zone of the partner's deadline"), choices=ZONES, initial=program.partner_zone
        )
        self.fields["source_letter_date"] = DateField(label=_("Date of the offer letter"), required=False)
        self.fields["source_letter_number"].label = _("Number of the offer letter")
        self.fields["rolling"].help_text = _(
            "Offices may register until the last intake begins; a deadline is optional."
        )
        if program.partner_deadline:
            there = program.partner_deadline.astimezone(ZoneInfo(program.partner_zone))
            self.fields["deadline_day"].initial, self.fields["deadline_time"].initial = (
                there.date(),
                there.time(),
            )
        if program.opens_at:
            self.fields["opens_day"].initial = program.opens_at.astimezone(ZoneInfo(WIB)).date()
        papers = program.files.filter(kind__in=[kind for _name, kind in self.UPLOADS])
        self.fields["remove"].queryset = papers
        self.fields["remove"].label_from_instance = lambda f: f"{f.get_kind_display()}: {f.name}"
        if not papers or self.published:
            del self.fields["remove"]

    def clean(self):
        cleaned = super().clean()
        day, time = cleaned.get("deadline_day"), cleaned.get("deadline_time") or dt.time(17)
        self.deadline = moment_in(day, time, cleaned.get("partner_zone") or WIB) if day else None
        opens = cleaned.get("opens_day")
        self.opens = moment_in(opens, OPENING_HOUR, WIB) if opens else None
        if self.deadline and self.opens and self.opens >= self.deadline:
            self.add_error("opens_day", _("Registration must open before the partner's deadline."))
        return cleaned

    def computed(self):
        found = {"partner_deadline": self.deadline, "opens_at": self.opens}
        program = self.instance
        if self.deadline != program.partner_deadline:
            # Ours is computed anew from the partner's; until then it must not stand after it.
            found["internal_deadline"] = None
        if self.published and self.opens is None:
            del found["opens_at"]
        return found

    def write(self):
        super().write()
        for stored in self.cleaned_data.get("remove") or []:
            services.remove_file(stored, actor=self.actor)
        self.keep_uploads()

    def keep_uploads(self):
        """Store the uploads that passed; called even when another field is wrong, so that nobody uploads
        twice."""
        kept = []
        for name, kind in self.UPLOADS:
            upload = self.cleaned_data.pop(name, None)
            if upload and name not in self.errors:
                kept.append(services.attach_file(self.instance, upload, kind=kind, actor=self.actor))
        return kept


SECTION_FORMS = {
    "basics": (BasicsForm, ()),
    "competencies": (CompetenciesForm, ("themes",)),
    "intakes": (IntakesForm, ("intakes",)),
    "terms": (TermsForm, ("rules", "costs")),
    "papers": (PapersForm, ("contacts",)),
}
"""Section: (its own fields, its rows)."""


class SectionForm:
    """One section: its own fields and its rows, checked and written together."""

    def __init__(self, name: str, program: Program, *, actor, data=None, files=None, empty: str = "", published=False):
        main, prefixes = SECTION_FORMS[name]
        self.name, self.label = name, dict(SECTIONS)[name]
        self.program = program
        self.main = main(data, files, instance=program, actor=actor, published=published)
        self.rows = []
        for prefix in prefixes:
            kind, noun = ROWS[prefix]
            rows = kind(data, instance=program, prefix=prefix)
            # One empty row to type into; more come with "Save and add another", or at once where a script
            # runs. The count of stored rows, not the forms, which would be made here and stay without it.
            rows.extra = 0 if data is not None else 1 if prefix == empty or not rows.initial_form_count() else 0
            rows.noun, rows.key = noun, prefix
            self.rows.append(rows)

    @property
    def parts(self) -> list:
        """Everything the error summary speaks of."""
        return [self.main, *self.rows]

    @property
    def summary(self) -> list:
        """Every form and formset, flat, for the error summary."""
        return [part for part in self.parts if part.is_bound]

    @property
    def errors(self) -> bool:
        """Whether anything typed must be corrected."""
        return any(
            part.is_bound and (part.errors if part is self.main else part.total_error_count()) for part in self.parts
        )

    @cached_property
    def _valid(self) -> bool:
        # A list, so that every part is checked and every error shown at once.
        return all([part.is_valid() for part in self.parts])

    def is_valid(self) -> bool:
        """Check everything; errors of all parts are shown together."""
        return self._valid

    def write(self) -> None:
        """Save the checked section."""
        self.main.write()
        for rows in self.rows:
            rows.save()

    def keep_uploads(self) -> list:
        """What was uploaded correctly is kept although something else must be corrected."""
        return self.main.keep_uploads() if hasattr(self.main, "keep_uploads") else []


def section_form(name: str, program: Program, **kwargs) -> SectionForm:
    """The form of one section of a programme."""
    return SectionForm(name, program, **kwargs)


class AmendmentReasonForm(forms.Form):
    """Why a published programme changes; told to everyone concerned with the difference."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for the change"),
        min_length=10,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Offices with open proposals read it together with the old and the new value."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper(summary=False)
