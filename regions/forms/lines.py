"""One line of a need with its competency gaps: composition, quantity and quality on one page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crispy_forms.layout import HTML, Div, Layout, TemplateNameMixin
from crispy_forms.utils import render_field
from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME, BaseFormSet, formset_factory
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regions.forms.fields import (
    SKKNI,
    Count,
    MonthField,
    PostSelect,
    ThemeSelect,
    level_field,
    theme_choices,
    vocabulary_field,
)
from regions.merging import known_key, new_key
from regions.models import CompetencyGap, FunctionalPost, NeedLine
from regions.rules import line_faults, post_fault
from workflow.forms import SinergiFormHelper
from workflow.widgets import PeopleStepper

NOT_SAID = gettext_lazy("Not stated")
MOST_GAPS = 8
FIGURES = ("in_post", "formation_abk", "untrained", "retiring_3y")
"""What the portal remembers of a post in an office."""


class More(TemplateNameMixin):
    """A folded part of a form; it opens by itself when something inside needs attention or is filled in."""

    template = "regions/forms/more.html"

    def __init__(self, title, *fields, opened=None):
        self.title, self.fields, self.opened = title, fields, opened

    def render(self, form, context, template_pack="bootstrap5", **kwargs):
        names = [name for name in _names(self.fields) if name in form.fields]
        wrong = any(form.errors.get(name) for name in names) if form.is_bound else False
        filled = any(form[name].value() not in (None, "", "NONE", "TEKNIS", 0, "0") for name in names)
        inner = "".join(render_field(field, form, context, template_pack=template_pack) for field in self.fields)
        opened = wrong or filled if self.opened is None else self.opened or wrong
        return render_to_string(
            self.get_template_name(template_pack), {"title": self.title, "inner": inner, "open": opened}
        )


def _names(fields) -> list[str]:
    found = []
    for field in fields:
        found += [field] if isinstance(field, str) else _names(getattr(field, "fields", []))
    return found


def _row(*columns: tuple[str, str]) -> Div:
    return Div(*[Div(name, css_class=css) for name, css in columns], css_class="row g-3")


def _quiet(helper: SinergiFormHelper) -> SinergiFormHelper:
    silent = SinergiFormHelper(summary=False)
    silent.layout, silent.form_show_errors = helper.layout, False
    return silent


class LineForm(forms.ModelForm):
    """Who is to be trained, and how many. What is left empty takes the office's last known figure, else nothing."""

    class Meta:
        model = NeedLine
        fields = [
            "post",
            "rank",
            "employment_status",
            "requested_total",
            "earliest_start",
            "in_post",
            "formation_abk",
            "untrained",
            "retiring_3y",
            "vacancies_to_fill",
            "work_unit",
            "n_female",
            "n_male",
            "age_band",
            "education",
            "years_in_post_band",
            "language_level",
            "persons_with_disability",
            "requested_y1",
            "requested_y2",
            "requested_y3",
            "min_batch",
            "jp_requested",
            "justification",
        ]

    def __init__(
        self,
        *args,
        need,
        figures: Mapping[str, dict] | None = None,
        post_may_be_wrong: bool = False,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.need, self.figures, self.post_may_be_wrong = need, figures or {}, post_may_be_wrong
        self.wrong_post = False
        year = need.cycle_id
        self.fields["post"] = forms.ModelChoiceField(
            label=_("Post"),
            queryset=FunctionalPost.objects.current(),
            empty_label=_("Choose a post"),
            widget=PostSelect(figures=self.figures),
            error_messages={
                "required": _("Choose a post."),
                "invalid_choice": _("Choose a post from the list."),
            },
        )
        self.fields["rank"] = vocabulary_field("rank", _("Rank"), empty=None)
        self.fields["employment_status"] = vocabulary_field("employment_status", _("Employment status"), required=True)
        self.fields["employment_status"].error_messages["required"] = _("Choose the employment status.")
        self.fields["earliest_start"] = MonthField(
            label=_("Earliest start"),
            required=False,
            stored=self.instance.earliest_start,
            help_text=_("The month from which the officers can leave their duties."),
        )
        counts: dict[str, tuple[Any, Any]] = {
            "in_post": (_("Staff in post"), _("How many hold this post now.")),
            "formation_abk": (_("Authorised posts (ABK)"), _("By workload analysis or formation decree.")),
            "untrained": (_("Without the required training"), _("In post, but without the basic training.")),
            "retiring_3y": (_("Retiring within 3 years"), ""),
            "vacancies_to_fill": (
                _("Vacancies that will be filled"),
                _("People about to be appointed who are to be trained. Training itself fills no vacancy."),
            ),
            "n_female": (_("Women"), ""),
            "n_male": (_("Men"), ""),
            "persons_with_disability": (_("Persons with disability"), ""),
            "requested_y1": (_("In %(year)d") % {"year": year}, ""),
            "requested_y2": (_("In %(year)d") % {"year": year + 1}, ""),
            "requested_y3": (_("In %(year)d") % {"year": year + 2}, ""),
            "min_batch": (_("Smallest useful group"), _("Below this number a class is not worth while.")),
            "jp_requested": (_("Lesson hours (JP)"), _("1 JP is 45 minutes.")),
        }
        for name, (label, help_text) in counts.items():
            self.fields[name] = Count(label=label, required=False, help_text=help_text)
        self.fields["requested_total"] = Count(
            label=_("People to train"),
            min_value=1,
            max_value=5000,
            widget=PeopleStepper(attrs={"min": "1"}),
            error_messages={"required": _("Enter how many people are to be trained: 1 or more.")},
            help_text=_("Those among the staff in post, or about to be appointed, who need the training."),
        )
        for name, vocabulary in (
            ("age_band", "age_band"),
            ("education", "education"),
            ("years_in_post_band", "years_in_post_band"),
            ("language_level", "language_level"),
        ):
            label = NeedLine._meta.get_field(name).verbose_name
            self.fields[name] = vocabulary_field(vocabulary, label, empty=NOT_SAID)
        self.fields["justification"].widget = forms.Textarea(attrs={"rows": 3, "maxlength": 1000})
        self.fields["justification"].help_text = _("Required for more than 200 people in one line.")
        self.fields["work_unit"].help_text = _("The unit or service the people work in, if it matters.")
        self.helper = SinergiFormHelper(self, summary=False)
        self.helper.layout = Layout(
            Div(
                Div("post", css_class="col-md-6"),
                Div("rank", css_class="col-6 col-md-3"),
                Div("employment_status", css_class="col-6 col-md-3"),
                css_class="row g-3",
            )
        )
        self.rest = SinergiFormHelper(self, summary=False)
        self.rest.layout = Layout(
            _row(("requested_total", "col-md-6"), ("earliest_start", "col-md-6")),
            More(
                _("Staff figures"),
                _row(
                    ("in_post", "col-6 col-md-4"),
                    ("formation_abk", "col-6 col-md-4"),
                    ("untrained", "col-6 col-md-4"),
                    ("retiring_3y", "col-6 col-md-4"),
                    ("vacancies_to_fill", "col-md-8"),
                ),
                HTML('{% include "regions/forms/vacancy.html" %}'),
                opened=True,
            ),
            More(
                _("Composition"),
                _row(
                    ("n_female", "col-6 col-md-3"),
                    ("n_male", "col-6 col-md-3"),
                    ("persons_with_disability", "col-md-6"),
                    ("age_band", "col-6 col-md-4"),
                    ("education", "col-6 col-md-4"),
                    ("years_in_post_band", "col-6 col-md-4"),
                    ("language_level", "col-6 col-md-4"),
                    ("work_unit", "col-md-8"),
                ),
            ),
            More(
                _("Spread over years, group size, hours"),
                _row(
                    ("requested_y1", "col-4"),
                    ("requested_y2", "col-4"),
                    ("requested_y3", "col-4"),
                    ("min_batch", "col-6"),
                    ("jp_requested", "col-6"),
                    ("justification", "col-12"),
                ),
            ),
        )

    @property
    def quiet(self) -> SinergiFormHelper:
        """The first part without error texts, for a page that only grew by a row."""
        return _quiet(self.helper)

    @property
    def rest_quiet(self) -> SinergiFormHelper:
        """The second part without error texts."""
        return _quiet(self.rest)

    def clean(self):
        cleaned = super().clean()
        post = cleaned.get("post")
        known = self.figures.get(post.code, {}) if post else {}
        stale = self._figures_of_another_post(cleaned, post)
        for name in FIGURES:
            if name in cleaned and (stale or cleaned[name] is None):
                cleaned[name] = known.get(name, 0)
        for name in ("vacancies_to_fill", "persons_with_disability"):
            if name in cleaned and cleaned[name] is None:
                cleaned[name] = 0
        if post is not None and not post.is_functional:
            cleaned["rank"] = "NONE"
        cleaned["rank"] = cleaned.get("rank") or "NONE"
        self._validate_constraints = False  # line_faults says the same in sentences
        if sentence := post_fault(post, self.need.office):
            self.wrong_post = True
            if not self.post_may_be_wrong:
                self.add_error("post", sentence)
        return cleaned

    def _figures_of_another_post(self, cleaned, post) -> bool:
        """Without a script, a changed post leaves the figures on the page that were filled in for the former one."""
        former = self.data.get("figures_for", "")
        shown = self.figures.get(former)
        if not shown or post is None or former == post.code:
            return False
        return all(cleaned.get(name) == shown.get(name) for name in FIGURES)

    def _post_clean(self):
        """After the model took the values over: the figures have to fit each other."""
        super()._post_clean()
        for name, sentence in line_faults(self.instance).items():
            if name not in self.errors:
                self.add_error(name, sentence)

    def _get_validation_exclusions(self):
        return {*super()._get_validation_exclusions(), "need", "position"}


class GapForm(forms.ModelForm):
    """One competency gap: which competency, from which level to which."""

    gap = forms.IntegerField(widget=forms.HiddenInput, required=False)
    client_key = forms.CharField(widget=forms.HiddenInput, required=False, initial=new_key)
    """What the page calls a competency it adds: sent twice, it is added once."""

    class Meta:
        model = CompetencyGap
        fields = [
            "theme",
            "current_level",
            "target_level",
            "competency_kind",
            "competency_title",
            "skkni_code",
            "kkni_target",
            "gap_cause",
            "evidence",
            "certification_wanted",
            "expected_outcome",
            "performance_indicator",
        ]

    def __init__(self, *args, need, themes, use, post: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        choices, posts = theme_choices(themes, use, post)
        self.fields["theme"].error_messages |= {
            "required": _("Choose a competency."),
            "invalid_choice": _("Choose a competency from the list."),
        }
        self.fields["theme"].widget = ThemeSelect(posts=posts)
        self.fields["theme"].widget.choices = choices
        self.fields["theme"].label = _("Competency")
        self.fields["current_level"] = level_field(
            _("Current level"), lowest=0, error_messages={"required": _("Choose the current level.")}
        )
        self.fields["target_level"] = level_field(
            _("Target level"), lowest=1, error_messages={"required": _("Choose the target level.")}
        )
        self.fields["competency_kind"] = vocabulary_field("competency_kind", _("Kind of competency"), required=True)
        self.fields["competency_kind"].initial = "TEKNIS"
        self.fields["gap_cause"] = vocabulary_field("gap_cause", _("Cause of the gap"), empty=NOT_SAID)
        self.fields["certification_wanted"] = vocabulary_field("certification_wanted", _("Certificate wanted"))
        self.fields["kkni_target"] = forms.TypedChoiceField(
            label=_("KKNI target"),
            choices=[("", NOT_SAID), *[(n, str(n)) for n in range(1, 10)]],
            coerce=int,
            empty_value=None,
            required=False,
            help_text=_("National qualification level: 6 for the first rank, 7, 8, 9 above it."),
        )
        self.fields["evidence"].queryset = need.evidence.all()
        self.fields["evidence"].label = _("Supporting evidence")
        self.fields["evidence"].empty_label = NOT_SAID
        self.fields["evidence"].help_text = _("Files are added in the section on papers.")
        self.fields["skkni_code"].help_text = _("For example M.74TKW00.001.1, or free text.")
        self.fields["expected_outcome"].widget = forms.Textarea(attrs={"rows": 2, "maxlength": 1000})
        self.fields["expected_outcome"].help_text = _("What the officers will do differently at work.")
        self.fields["performance_indicator"].help_text = _("For example: disputes settled by joint agreement per year.")
        self.helper = SinergiFormHelper(self, summary=False)
        self.helper.layout = Layout(
            "gap",
            "client_key",
            Div(Div("theme", css_class="col-12"), css_class="row g-3"),
            _row(("current_level", "col-md-6"), ("target_level", "col-md-6")),
            More(
                _("More about this competency"),
                _row(
                    ("competency_title", "col-md-8"),
                    ("competency_kind", "col-md-4"),
                    ("skkni_code", "col-md-4"),
                    ("kkni_target", "col-md-4"),
                    ("certification_wanted", "col-md-4"),
                    ("gap_cause", "col-md-6"),
                    ("evidence", "col-md-6"),
                    ("expected_outcome", "col-12"),
                    ("performance_indicator", "col-12"),
                ),
            ),
        )

    @property
    def quiet(self) -> SinergiFormHelper:
        """The row without error texts."""
        return _quiet(self.helper)

    def clean_skkni_code(self):
        """A unit code in capitals where it looks like one; free text is allowed, since decrees differ."""
        code = " ".join(self.cleaned_data["skkni_code"].split())
        return code.upper() if SKKNI.match(code.upper()) else code

    def clean_client_key(self):
        """Kept with a competency that is new; a stored one has its own."""
        key = known_key(self.cleaned_data["client_key"])
        if self.instance.pk is None:
            self.instance.client_key = key
        return key

    def clean_certification_wanted(self):
        return self.cleaned_data["certification_wanted"] or "NONE"

    def clean(self):
        cleaned = super().clean()
        self._validate_constraints = False
        now, target = cleaned.get("current_level"), cleaned.get("target_level")
        if now is not None and target is not None and target <= now:
            self.add_error(
                "target_level",
                _("Choose a target above level %(level)d. The target must be higher than the present level.")
                % {"level": now}
                if now < 5
                else _("Level 5 is the highest. Choose a lower current level, or remove this competency."),
            )
        return cleaned

    def _get_validation_exclusions(self):
        return {*super()._get_validation_exclusions(), "line"}

    @property
    def is_blank(self) -> bool:
        """A row nobody touched: no competency and no level."""
        return not any(self[name].value() not in (None, "") for name in ("theme", "current_level", "target_level"))


class _GapFormSet(BaseFormSet):
    """The gaps of a line: at least one, none twice. Rows that were left empty do not count."""

    def __init__(self, *args, line: NeedLine | None = None, **kwargs):
        self.line = line
        self.stored = {gap.pk: gap for gap in line.gaps.all()} if line and line.pk else {}
        self._named: set[int] = set()
        super().__init__(*args, **kwargs)
        if self.is_bound:
            for i in range(self.total_form_count()):
                number = self.data.get(f"{self.add_prefix(i)}-gap", "")
                if number.isdecimal() and len(number) < 16:
                    self._named.add(int(number))

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields[DELETION_FIELD_NAME].label = _("Remove this competency")
        form.fields[DELETION_FIELD_NAME].widget = forms.CheckboxInput()

    def _construct_form(self, i, **kwargs):
        """Each row works on the stored gap it names, if that gap is this line's."""
        gap = self._stored_gap(i)
        form = super()._construct_form(i, instance=gap or CompetencyGap(), **kwargs)
        form.empty_permitted = False
        return form

    def _stored_gap(self, i: int) -> CompetencyGap | None:
        """By its key, else by what the page called it when it was new, else by its competency: one row for each."""
        if not self.is_bound:
            wanted = self.initial[i].get("gap") if self.initial and i < len(self.initial) else None
            return self.stored.get(wanted)
        prefix = self.add_prefix(i)
        number, key, theme = (self.data.get(f"{prefix}-{name}", "") for name in ("gap", "client_key", "theme"))
        found = self.stored.get(int(number)) if number.isdecimal() and len(number) < 16 else None
        free = [gap for gap in self.stored.values() if gap.pk not in self._named]
        if found is None and key:
            found = next((gap for gap in free if gap.client_key == key), None)
        if found is None:
            found = next((gap for gap in free if gap.theme_id == theme), None)
        if found is not None:
            self._named.add(found.pk)
        return found

    def full_clean(self):
        super().full_clean()
        for i, form in enumerate(self.forms if self.is_bound else []):
            if self._is_removed(form) or (form.is_blank and i > 0):
                form._errors = forms.utils.ErrorDict()

    @property
    def live(self) -> list[GapForm]:
        """The rows that count: touched, and not marked for removal."""
        return [
            form for i, form in enumerate(self.forms) if not self._is_removed(form) and not (form.is_blank and i > 0)
        ]

    def _is_removed(self, form) -> bool:
        return bool(self.is_bound and form.data.get(f"{form.prefix}-{DELETION_FIELD_NAME}"))

    def clean(self):
        rows = self.live
        if not rows:
            raise ValidationError(_("Keep at least one competency in this line."))
        if len(rows) > MOST_GAPS:
            raise ValidationError(
                _("Use at most %(count)d competencies per line. Add another line.") % {"count": MOST_GAPS}
            )
        seen: dict[str, int] = {}
        for form in rows:
            theme = (form.cleaned_data if hasattr(form, "cleaned_data") else {}).get("theme")
            if theme is None:
                continue
            if theme.pk in seen:
                form.add_error(
                    "theme",
                    _("This competency is already in the line. Choose another one, or remove this row."),
                )
            seen[theme.pk] = 1

    def gaps(self, *, only_valid: bool = False) -> list[CompetencyGap]:
        """The gaps as typed, not stored yet; `only_valid` leaves out rows with errors."""
        return [form.instance for form in self.live if not (only_valid and form.errors)]


def gap_formset(data=None, *, line: NeedLine | None, need, themes, use, post: str = "", more: int = 0):
    """The gap rows of a line: the stored ones, one empty row on a new line, and `more` empty ones."""
    stored = list(line.gaps.all()) if line and line.pk else []
    extra = (0 if stored else 1) + more
    kind = formset_factory(
        GapForm,
        formset=_GapFormSet,
        extra=extra,
        can_delete=True,
        max_num=MOST_GAPS + 2,
        absolute_max=MOST_GAPS + 4,
    )
    return kind(
        data,
        prefix="gap",
        line=line,
        initial=[{"gap": gap.pk, "client_key": gap.client_key} for gap in stored],
        form_kwargs={"need": need, "themes": themes, "use": use, "post": post},
    )
