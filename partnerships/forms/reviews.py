"""The form of a whole review, the response to its recommendations, and what a new review is about."""

from __future__ import annotations

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from partnerships.models import QUESTIONS, SHORTEST, STEPS, Criterion, Stance
from partnerships.rules.reviews import OWNERS
from workflow.forms import DateField, SinergiFormHelper
from workflow.widgets import ChoiceCards

MOST_RECOMMENDATIONS = 12
BLANK_ROWS = 2


class HeadForm(forms.Form):
    """The period and the summary; `version` guards against overwriting someone else's change."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=2_000_000_000)
    covers_from = DateField(label=gettext_lazy("Period reviewed: from"), required=False)
    covers_to = DateField(label=gettext_lazy("Period reviewed: to"), required=False)
    summary = forms.CharField(
        label=gettext_lazy("Summary of the findings"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=3000,
        required=False,
        help_text=gettext_lazy("What a reader should know who reads nothing else. No names of persons."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = SinergiFormHelper(summary=False)

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("covers_from"), cleaned.get("covers_to")
        if first and last and last < first:
            self.add_error("covers_to", _("The period must not end before it starts."))
        return cleaned


class RatingForm(forms.Form):
    """One criterion. A draft may be saved half written; what is missing is said before it is submitted."""

    step = forms.TypedChoiceField(
        label=gettext_lazy("Rating"), coerce=int, empty_value=None, required=False, widget=ChoiceCards
    )
    text = forms.CharField(
        label=gettext_lazy("Reasons"), widget=forms.Textarea(attrs={"rows": 4}), max_length=3000, required=False
    )
    sources = forms.CharField(
        label=gettext_lazy("Sources"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Records, figures, interviews by post, reports; never names of persons."),
    )

    def __init__(self, *args, rating, **kwargs):
        super().__init__(*args, prefix=rating.criterion, **kwargs)
        self.rating = rating
        self.criterion = Criterion(rating.criterion)
        choices = [(number, f"{number} · {str(words).split(':')[0]}") for number, words in STEPS.items()]
        self.fields["step"].choices = choices
        said = {str(n): str(words).split(":", 1)[1].strip().capitalize() + "." for n, words in STEPS.items()}
        self.fields["step"].widget.descriptions = said
        self.fields["text"].help_text = _("At least %(count)d characters.") % {"count": SHORTEST}
        self.initial = {"step": rating.step, "text": rating.text, "sources": rating.sources}
        self.helper = SinergiFormHelper(summary=False)

    @property
    def question(self):
        """What the criterion asks."""
        return QUESTIONS[self.criterion]


class RecommendationForm(forms.Form):
    """One recommendation; an empty row is left out."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=9_000_000_000_000_000_000)
    text = forms.CharField(
        label=gettext_lazy("Recommendation"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        required=False,
    )
    owner = forms.ChoiceField(label=gettext_lazy("Who should do it"), required=False)
    due_on = DateField(label=gettext_lazy("Until"), required=False)
    remove = forms.BooleanField(label=gettext_lazy("Remove this recommendation"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", _("Choose …")), *((str(role), Role(role).label) for role in OWNERS)]
        if not self.initial.get("pk"):
            del self.fields["remove"]
        self.helper = SinergiFormHelper(summary=False)

    def clean(self):
        cleaned = super().clean()
        if self.is_left_out:
            return cleaned
        for name, sentence in (
            ("text", _("Write what should be done.")),
            ("owner", _("Choose the post that should do it.")),
            ("due_on", _("Fill in until when.")),
        ):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        return cleaned

    @property
    def is_left_out(self) -> bool:
        """Removed, or never filled in."""
        data = self.cleaned_data
        typed = any(data.get(name) for name in ("text", "owner", "due_on")) or bool(self.errors)
        return bool(data.get("remove")) or not typed


class BaseRecommendations(BaseFormSet):
    """The list, with empty rows to add to it."""

    @property
    def values(self) -> list[dict]:
        """The rows to keep, in order."""
        kept = [form.cleaned_data for form in self.forms if not form.is_left_out]
        return [{name: row.get(name) for name in ("pk", "text", "owner", "due_on")} for row in kept]


Recommendations = formset_factory(
    RecommendationForm,
    formset=BaseRecommendations,
    extra=BLANK_ROWS,
    max_num=MOST_RECOMMENDATIONS,
    absolute_max=MOST_RECOMMENDATIONS + BLANK_ROWS,
    validate_max=True,
)


class ReviewForm:
    """Head, six ratings and the recommendations as one form of one page."""

    def __init__(self, data=None, *, review, ratings, recommendations):
        rows = [{"pk": r.pk, "text": r.text, "owner": r.owner, "due_on": r.due_on} for r in recommendations]
        shown = {name: getattr(review, name) for name in ("version", "covers_from", "covers_to", "summary")}
        self.head = HeadForm(data, initial=shown)
        self.ratings = [RatingForm(data, rating=rating) for rating in ratings]
        self.recommendations = Recommendations(data, initial=rows, prefix="saran")
        self.is_bound = data is not None

    @property
    def parts(self) -> list:
        """Every form, for the error summary."""
        return [self.head, *self.ratings, self.recommendations]

    @property
    def errors(self) -> bool:
        """Whether an answer needs attention."""
        return self.is_bound and any(not part.is_valid() for part in self.parts)

    def is_valid(self) -> bool:
        """Whether every part can be saved."""
        return self.is_bound and all([part.is_valid() for part in self.parts])

    @property
    def values(self) -> dict:
        """The arguments of `services.reviews.save_content`."""
        head = dict(self.head.cleaned_data)
        return {
            "version": head.pop("version"),
            "fields": head,
            "ratings": {form.criterion.value: dict(form.cleaned_data) for form in self.ratings},
            "recommendations": self.recommendations.values,
        }


class AnswerForm(forms.Form):
    """Management's word on one recommendation."""

    stance = forms.ChoiceField(label=gettext_lazy("Response"), required=False, choices=Stance.choices,
                               widget=forms.RadioSelect)  # fmt: skip
    answer = forms.CharField(
        label=gettext_lazy("What will be done, or why not"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        required=False,
    )

    def __init__(self, *args, recommendation, **kwargs):
        super().__init__(*args, prefix=f"saran-{recommendation.pk}", **kwargs)
        self.recommendation = recommendation
        self.initial = {"stance": recommendation.stance, "answer": recommendation.answer}
        self.helper = SinergiFormHelper(summary=False)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("stance") and not cleaned.get("answer"):
            self.add_error("answer", _("Say what will be done, or why not."))
        if cleaned.get("answer") and not cleaned.get("stance") and "stance" not in self.errors:
            self.add_error("stance", _("Choose a response."))
        return cleaned


class VersionForm(forms.Form):
    """The version a person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=2_000_000_000)
