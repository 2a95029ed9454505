"""Evaluation forms: what is due, one form, the tests of a roster, and what a training's answers amount to."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import zone_of
from participants import evaluation_charts as charts
from participants.forms.evaluations import FORMS, TestsForm
from participants.models import Level
from participants.rules import evaluations as rules
from participants.selectors import evaluation_sheets as sheets
from participants.selectors import evaluations as selectors
from participants.selectors.evaluation_figures import as_percent
from participants.services import evaluations as services
from participants.services.nominations import log_read
from participants.views.frame import private, sent
from workflow.acting import stale_sentence
from workflow.downloads import csv_response
from workflow.engine import Refused, Stale, offered
from workflow.sheets import about_sheet, xlsx_response
from workflow.views import act_view


@private
@require_safe
def overview(request):
    """The forms the user has to do with, the most urgent first, and the trainings they belong to."""
    listing = selectors.evaluation_list(request)
    first = not listing.is_filtered and listing.page.number == 1
    context = {"listing": listing, "trainings": selectors.trainings_of(request.user) if first else []}
    return render(request, "participants/evaluations/overview.html", context)


def _opened(request, code: str):
    """A form through its door; whoever reads answers of somebody else is logged."""
    record = selectors.get_evaluation(request.user, code)
    reads = rules.reads_answers(request.user, record) and record.answered_at is not None
    if request.method == "GET" and reads and record.nomination_id and not rules.is_own(request.user, record):
        log_read(record, request.user, {"role": request.user.acting_role})
    return record


@private
@require_safe
def evaluation(request, code: str):
    """Where the form is, until when it can be answered, and the answers for those who may read them."""
    record = _opened(request, code)
    user = request.user
    context = {
        "evaluation": record,
        "proposal": record.proposal,
        "person": selectors.shown_nomination(user, record),
        "answers": selectors.answer_rows(user, record),
        "levels": selectors.level_rows(user, record),
        "reads": rules.reads_answers(user, record),
        "training": selectors.training_code(record.proposal) if rules.may_open_summaries(user) else "",
        "zone": zone_of(user),
    }
    return render(request, "participants/evaluations/evaluation.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def act(request, code: str, action: str):
    """One act on one form; the acts that hand in answers show the form itself."""
    record = _opened(request, code)
    if action not in services.ACTS.values():
        return act_view(request, record, action)
    if services.ACTS[Level(record.level)] != action:
        raise Http404
    if record.level == Level.L2:
        if not rules.may_enter_tests(request.user):
            raise PermissionDenied(f"{record.flow.name}.{action}")
        return redirect("participants:evaluation_tests", code=selectors.training_code(record.proposal))
    offer = next((o for o in offered(request.user, record) if o.transition.name == action), None)
    transition = record.flow.transition(action)
    if not set(transition.who) & record.flow.roles(request.user, record):
        raise PermissionDenied(f"{record.flow.name}.{action}")
    if offer is None:  # open no longer, or not yet: the shared page says so
        return act_view(request, record, action)
    # That answers are stored is checked when they are: the form is what stores them.
    form = FORMS[Level(record.level)](
        *sent(request)[:1], evaluation=record, initial=selectors.initial_of(request.user, record)
    )
    status = 200
    if request.method == "POST":
        status, answer = _save(request, form, lambda: _answer(request, record, form))
        if answer is not None:
            messages.success(request, _("%(code)s: thank you, the answers were handed in.") % {"code": record.code})
            return redirect(_after(request.user, answer))
    context = {"evaluation": record, "form": form, "transition": transition, "person": _named(request.user, record)}
    return render(request, "participants/evaluations/form.html", context, status=status)


def _answer(request, record, form):
    version = form.cleaned_data["version"]
    return services.answer(record, form.values, actor=request.user, version=version)


def _save(request, form, write):
    """(status, result): 400 for answers to repair, 409 for who came second; what was typed stays."""
    if not form.is_valid():
        return 400, None
    try:
        return 302, write()
    except Refused as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
    except Stale as stale:
        form.add_error(None, stale_sentence(stale.record))
        form.data = form.data.copy()
        form.data["version"] = stale.record.version
    return 409, None


def _after(user, record) -> str:
    """The form's page, or the list where it can no longer be seen."""
    seen = selectors.evaluations_seen_by(user).filter(pk=record.pk).exists()
    return record.get_absolute_url() if seen else reverse("participants:evaluations")


def _named(user, record):
    """Whose form it is, for those who fill it in for or about somebody else."""
    return None if rules.is_own(user, record) else record.nomination


@private
@require_http_methods(["GET", "HEAD", "POST"])
def tests(request, code: str):
    """Level 2: the tests of all participants of a training on one page."""
    training = selectors.get_training(request.user, code)
    if not rules.may_enter_tests(request.user):
        raise PermissionDenied("participants.evaluation.record_learning")
    rows = selectors.tests_to_enter(request.user, training)
    form = TestsForm(*sent(request)[:1], evaluations=rows)
    status = 200
    if request.method == "POST":
        status, count = _save(request, form, lambda: services.answer_tests(form.filled, actor=request.user))
        if count:
            said = ngettext(
                "The tests of %(count)d participant were stored.",
                "The tests of %(count)d participants were stored.",
                count,
            )
            messages.success(request, said % {"count": count})
            return redirect("participants:evaluation_summary", code=training.code)
    elif request.method == "GET" and rows:
        log_read(training.record, request.user, {"nominations": len(rows)})
    context = {"training": training, "form": form, "rows": form.rows()}
    return render(request, "participants/evaluations/tests.html", context, status=status)


@private
@require_safe
def summary(request, code: str):
    """What a training's answers amount to, level by level."""
    training = selectors.get_training(request.user, code)
    found = selectors.summary_of(request.user, training)
    context = {
        "training": training,
        "summary": found,
        "figures": sheets.head_figures(found),
        "bands": sheets.bands(found.tests),
        "normalised": as_percent(found.tests.normalised) if found.tests else None,
        "chart": charts.level_chart(found.behaviours.gaps) if found.behaviours and found.behaviours.gaps else None,
        "may_enter": bool(selectors.tests_to_enter(request.user, training)),
        "fewest": rules.FEWEST,
    }
    return render(request, "participants/evaluations/summary.html", context)


@private
@require_safe
def download(request, code: str, kind: str):
    """The same figures as a file."""
    training = selectors.get_training(request.user, code)
    found = selectors.summary_of(request.user, training)
    if kind == "csv":
        return csv_response([sheets.head(), *sheets.rows(found)], f"evaluasi-{training.code}.csv")
    if kind == "xlsx":
        facts = [(_("Training"), training.title), (_("Code"), training.code)]
        return xlsx_response([sheets.sheet(found), about_sheet(request.user, facts)], f"evaluasi-{training.code}.xlsx")
    raise Http404
