"""Reads of evaluation forms: one form, the list, and the summary of a training as far as the reader may know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import OFFICE, PARTNER
from accounts.rules import capacity
from participants.models import (
    Behaviour,
    Condition,
    Evaluation,
    EvaluationStatus,
    Level,
    Nomination,
    NominationStatus,
    Reaction,
    Result,
)
from participants.rules import evaluations as rules
from participants.selectors import evaluation_figures as figures
from partnerships.models import Proposal
from programs.models import Intake
from workflow import formats
from workflow.engine import may_see
from workflow.listing import Facet, Listing
from workflow.reading import get_seen, seen_by

FLOW = rules.FLOW
E = EvaluationStatus


def evaluations_seen_by(user):
    """The forms that exist for this user, rows ready for a list."""
    return seen_by(user, FLOW)


def get_evaluation(user, code: str) -> Evaluation:
    """One form, or Http404."""
    return get_seen(user, FLOW, code=code)


def _labels(choices):
    return lambda codes: {value: label for value, label in choices.choices if value in codes}


FACETS = (
    Facet("level", gettext_lazy("Level"), "level", _labels(Level)),
    Facet("status", gettext_lazy("Status"), "status", _labels(EvaluationStatus)),
)
SORTS = {
    "code": (gettext_lazy("Code"), ("code",)),
    "due": (gettext_lazy("Due"), ("due_at", "opens_at")),
    "since": (gettext_lazy("Since"), ("status_since",)),
}


def _search(text: str) -> Q:
    """Codes, offices and programmes; nobody is looked up by name."""
    return (
        Q(code__icontains=text)
        | Q(nomination__code__icontains=text)
        | Q(proposal__line__need__office__name_id__icontains=text)
        | Q(proposal__intake__program__title_id__icontains=text)
        | Q(proposal__intake__program__title_en__icontains=text)
    )


def evaluation_list(request) -> Listing:
    """The filtered, sorted page of forms."""
    return Listing(
        request, evaluations_seen_by(request.user), facets=FACETS, sorts=SORTS, default_sort="due", search=_search
    )


# --- One form -----------------------------------------------------------------------------------------------


def shown_nomination(user, evaluation) -> Nomination | None:
    """The nomination the form is about, for those for whom it exists."""
    nomination = evaluation.nomination
    return nomination if nomination is not None and may_see(nomination.flow, user, nomination) else None


def answer_rows(user, evaluation) -> list[dict[str, Any]]:
    """Statement and answer, for those who may read them."""
    if not rules.reads_answers(user, evaluation):
        return []
    match evaluation.level:
        case Level.L1:
            return _reaction_rows(getattr(evaluation, "reaction", None))
        case Level.L2:
            return _learning_rows(getattr(evaluation, "learning", None))
        case Level.L4:
            return _result_rows(getattr(evaluation, "result", None))
        case _:
            return _behaviour_rows(getattr(evaluation, "behaviour", None))


def _row(model, name: str, value) -> dict[str, Any]:
    return {"label": model._meta.get_field(name).verbose_name, "value": value}


def _reaction_rows(found) -> list[dict]:
    if found is None:
        return []
    rows = [_row(Reaction, name, f"{getattr(found, name)} / 5") for name in Reaction.ITEMS]
    rows.append(_row(Reaction, "recommend", f"{found.recommend} / 10"))
    return rows + [_row(Reaction, name, getattr(found, name)) for name in ("best", "better")]


def _learning_rows(found) -> list[dict]:
    if found is None:
        return []
    if found.certificate_only:
        return [{"label": _("Tests"), "value": _("Certificate only, no test")}]
    share = found.normalised_gain
    rows = [
        {"label": _("Test before"), "value": formats.decimal(found.before)},
        {"label": _("Test after"), "value": formats.decimal(found.after)},
        {"label": _("Gain"), "value": formats.decimal(found.gain)},
    ]
    if share is not None:
        rows.append({"label": _("Share of what there was to learn"), "value": formats.percent(100 * share)})
    return rows


def _behaviour_rows(found) -> list[dict]:
    if found is None:
        return []
    labels = dict(Condition.choices)
    rows = [_row(Behaviour, "used", f"{found.used} / 5")]
    for name in ("helped", "hindered"):
        chosen = [str(labels[code]) for code in getattr(found, name) if code in labels]
        rows.append(_row(Behaviour, name, ", ".join(chosen)))
    rows.append(_row(Behaviour, "note", found.note))
    if found.cascade_sessions is not None:
        for name in ("cascade_sessions", "cascade_people", "cascade_hours"):
            rows.append(_row(Behaviour, name, formats.num(getattr(found, name) or 0)))
    return rows


def _result_rows(found) -> list[dict]:
    if found is None:
        return []
    rows = [_row(Result, "indicator", found.indicator), _row(Result, "unit", found.unit)]
    rows += [_row(Result, name, formats.decimal(getattr(found, name))) for name in ("baseline", "target", "actual")]
    rows.append({"label": _("Of the way to the target"), "value": formats.percent(found.achieved)})
    return [*rows, _row(Result, "measured_on", formats.day(found.measured_on)), _row(Result, "note", found.note)]


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One competency of one participant: as filed, own view, supervisor's view, target."""

    label: str
    filed: int
    own: int | None
    rated: int | None
    target: int


def level_rows(user, evaluation) -> list[LevelRow]:
    """Level 3: the supervisor's rating counts, the own view is shown beside it to those who may read both."""
    if evaluation.level not in (Level.L3_SELF, Level.L3_HEAD) or not rules.reads_answers(user, evaluation):
        return []
    pair = Evaluation.objects.filter(
        nomination=evaluation.nomination_id, level__in=[Level.L3_SELF, Level.L3_HEAD], status=E.DONE
    ).select_related("nomination__person", "proposal__line__need__office", "behaviour")
    levels: dict[str, dict[int, int]] = {}
    for form in pair:
        if hasattr(form, "behaviour") and rules.reads_answers(user, form):
            levels[form.level] = dict(form.behaviour.levels.values_list("gap", "level"))
    if not levels:
        return []
    own, rated = levels.get(Level.L3_SELF, {}), levels.get(Level.L3_HEAD, {})
    return [
        LevelRow(gap.theme.label, gap.current_level, own.get(gap.pk), rated.get(gap.pk), gap.target_level)
        for gap in rules.gaps_asked(evaluation.proposal)
    ]


def initial_of(user, evaluation) -> dict:
    """What is known before somebody types: the need's indicator, the session held before, and an answer to correct,
    for who may read it: the operator who enters a form for somebody begins with an empty one."""
    level, reads = evaluation.level, rules.reads_answers(user, evaluation)
    if level == Level.L1 and reads and hasattr(evaluation, "reaction"):
        names = (*Reaction.ITEMS, "recommend", "best", "better")
        return {name: getattr(evaluation.reaction, name) for name in names}
    if level in (Level.L3_SELF, Level.L3_HEAD):
        return _behaviour_initial(evaluation, reads)
    if level == Level.L4:
        return _result_initial(evaluation)
    return {}


def _behaviour_initial(evaluation, reads: bool) -> dict:
    if reads and hasattr(evaluation, "behaviour"):
        found = evaluation.behaviour
        names = ("used", "helped", "hindered", "note", "cascade_sessions", "cascade_people", "cascade_hours")
        levels = {f"level_{gap}": level for gap, level in found.levels.values_list("gap", "level")}
        return {name: getattr(found, name) for name in names} | levels
    nomination = evaluation.nomination
    if evaluation.level == Level.L3_SELF and nomination.sharing_people:
        return {"cascade_sessions": 1, "cascade_people": nomination.sharing_people}
    return {}


def _result_initial(evaluation) -> dict:
    if hasattr(evaluation, "result"):
        names = ("indicator", "unit", "baseline", "target", "actual", "measured_on", "note")
        return {name: getattr(evaluation.result, name) for name in names}
    asked = [gap.performance_indicator for gap in rules.gaps_asked(evaluation.proposal) if gap.performance_indicator]
    return {"indicator": asked[0]} if asked else {}


# --- A training ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Training:
    """An intake, or a tailor-made request, whose participants are asked."""

    code: str
    title: str
    intake: Intake | None
    proposals: tuple[int, ...]
    """Keys of all proposals that sent people."""
    partner_id: int
    offices: frozenset[int]

    @property
    def evaluations(self):
        """All its forms that count."""
        return Evaluation.objects.filter(proposal__in=self.proposals).exclude(status=E.VOID)

    @property
    def record(self):
        """The record in whose log readings of the whole roster are noted."""
        return self.intake.program if self.intake else Proposal.objects.get(pk=self.proposals[0])

    @property
    def attending(self) -> int:
        """How many whose completion is not recorded yet, so that their answers are still to come."""
        of = Q(proposal__intake=self.intake) if self.intake else Q(proposal__in=self.proposals)
        return Nomination.objects.filter(of, status=NominationStatus.ATTENDING).count()


def training_code(proposal) -> str:
    """How the training of a proposal is addressed."""
    return f"{proposal.program.code}-{proposal.intake.number}" if proposal.intake_id else proposal.code


def get_training(user, code: str) -> Training:
    """A training with forms, for those who have to do with it; Http404 otherwise."""
    if not rules.may_open_summaries(user) or "\x00" in code:
        raise Http404
    program, _dash, number = code.rpartition("-")
    of_intake = Q(intake__program__code=program, intake__number=number) if _is_number(number) else Q(pk__in=[])
    proposals = list(
        Proposal.objects.filter(of_intake | Q(intake__isnull=True, code=code), evaluations__isnull=False)
        .distinct()
        .select_related("intake__program", "line__need", "partner")
        .order_by("pk")
    )
    if not proposals:
        raise Http404
    first = proposals[0]
    found = Training(
        code,
        first.title,
        first.intake,
        tuple(p.pk for p in proposals),
        first.partner_id,
        frozenset(p.line.need.office_id for p in proposals),
    )
    role, organisation = capacity(user)
    outside = (role in PARTNER and organisation.pk != found.partner_id) or (
        role in OFFICE and organisation.pk not in found.offices
    )
    if outside:
        raise Http404
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 4


@dataclass(frozen=True)
class Summary:
    """What a reader learns of a training; None where too few answered to show it to this reader."""

    rates: list[figures.Rate]
    reactions: figures.Reactions | None
    tests: figures.Tests | None
    behaviours: figures.Behaviours | None
    cascade: figures.Cascade | None
    results: list[Result]
    shows_texts: bool


def summary_of(user, training: Training) -> Summary:
    """The figures of a training: single texts and small groups only for those who may read single answers."""
    forms = training.evaluations
    rates = figures.rates(forms)
    by_level = {rate.level: rate for rate in rates}
    everything = rules.reads_everything(user)
    fewest = 1 if everything else rules.FEWEST
    role, organisation = capacity(user)
    office = organisation.pk if role in OFFICE else None
    others = figures.answers_of_others(forms, office) if office else {}
    coming = 0 if everything else training.attending

    def shown(level: str) -> bool:
        rate = by_level.get(level)
        if rate is None or not rate.answered or everything:
            return rate is not None and bool(rate.answered)
        return rules.enough(rate.answered, rate.open + rate.planned + coming, others.get(level, 0))

    results = figures.results(forms) if role not in PARTNER else []
    if office:
        results = [r for r in results if r.evaluation.proposal.line.need.office_id == office]
    return Summary(
        rates,
        figures.reactions(forms) if shown(Level.L1) else None,
        figures.tests(forms, fewest) if shown(Level.L2) else None,
        figures.behaviours(forms, fewest, office) if shown(Level.L3_HEAD) else None,
        figures.cascade(forms) if shown(Level.L3_SELF) else None,
        results,
        everything,
    )


def trainings_of(user, limit: int = 30, *, program=None) -> list[dict[str, Any]]:
    """Trainings with forms, the newest first, with how many of their forms were answered; two queries."""
    if not rules.may_open_summaries(user):
        return []
    role, organisation = capacity(user)
    proposals = Proposal.objects.filter(evaluations__isnull=False).distinct()
    if program is not None:
        proposals = proposals.filter(intake__program=program)
    if role in PARTNER:
        proposals = proposals.filter(partner_id=organisation.pk)
    elif role in OFFICE:
        proposals = proposals.filter(line__need__office_id=organisation.pk)
    newest = proposals.select_related("intake__program", "partner").order_by("-intake__ends", "-pk")[: limit * 4]
    found: dict[str, dict] = {}
    for proposal in newest:
        entry = found.setdefault(
            training_code(proposal), {"title": proposal.title, "intake": proposal.intake, "keys": set()}
        )
        entry["keys"].add(proposal.pk)
    rows = [{"code": code, **entry} for code, entry in list(found.items())[:limit]]
    # An office sees how the whole intake answered, as on the training's own page.
    intakes = {row["intake"].pk: row for row in rows if row["intake"]}
    alone = {key: row for row in rows if not row["intake"] for key in row["keys"]}
    counted = (
        Evaluation.objects.filter(Q(proposal__intake__in=intakes) | Q(proposal__in=alone))
        .exclude(status__in=[E.VOID, E.PLANNED])
        .values_list("proposal__intake", "proposal", "status")
    )
    for row in rows:
        row["asked"] = row["answered"] = 0
    for intake, proposal, status in counted:
        row = intakes.get(intake) or alone[proposal]
        row["asked"] += 1
        row["answered"] += status in (E.ANSWERED, E.DONE)
    return rows


def tests_to_enter(user, training: Training) -> list[Evaluation]:
    """The open forms of level 2 of a training, person by person."""
    if not rules.may_enter_tests(user):
        return []
    return list(
        training.evaluations.filter(level=Level.L2, status=E.OPEN)
        .exclude(nomination__person__account=user.pk)
        .select_related("nomination__person__office", "proposal__line__need__office")
        .order_by("proposal", "nomination__code")
    )


def forms_of(nomination, user) -> list[Evaluation]:
    """The forms about one nomination that exist for this user."""
    return list(
        evaluations_seen_by(user).filter(nomination=nomination).exclude(status=E.VOID).order_by("opens_at", "pk")
    )
