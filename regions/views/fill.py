"""The need as a task list: start, office, reason, review, and the ticks on reviewers' remarks."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.roles import Role
from regions import selectors
from regions.forms import OfficeForm, ReasonForm
from regions.models.vocabulary import term_label
from regions.parts import TITLES, address, next_part
from regions.rules import imbalances, missing_parts, post_fault
from regions.sentences import score_rows
from regions.services import Closed, Conflict, answer_remark, facts_of, open_need, save_part
from regions.views.saving import (
    after_saving,
    clash,
    clash_context,
    differences_of,
    editable_need,
    is_autosave,
    page_context,
    saved_fragment,
    seen_by_page,
)
from workflow.engine import offered


@require_http_methods(["GET", "HEAD", "POST"])
def start(request):
    """A new need: empty, or copied from an earlier one. The draft and its code exist at once."""
    user = request.user
    if user.acting_role != Role.DINAS_OP:
        raise PermissionDenied("only an office operator files needs")
    cycle, window, coming = selectors.cycle_for_new_needs()
    former = selectors.copyable_needs(user)
    office = user.acting_organisation
    refusal = ""
    if office.suspended:
        refusal = _("This office is suspended. Contact the ministry.")
    elif cycle is None:
        refusal = _("No filing cycle has been set up yet. Ask the ministry.")
    if request.method == "POST" and not refusal:
        source = None
        if wanted := request.POST.get("source", ""):
            source = selectors.get_need(user, wanted)
        need = open_need(office=office, cycle=cycle, actor=user, source=source)
        if source is not None:
            if source.people_completed:
                messages.info(request, _rest_sentence(source))
            return redirect(reverse("regions:fill", args=[need.code]))
        return redirect(_first_page(need))
    context = {
        "cycle": cycle,
        "window": window,
        "coming": coming,
        "former": former,
        "refusal": refusal,
        "office": office,
    }
    return render(request, "regions/start.html", context, status=400 if refusal and request.method == "POST" else 200)


def _rest_sentence(source) -> str:
    """A copy of a need that was partly met asks for the rest."""
    return ngettext(
        "%(count)d person has been trained since, so the copy asks for those who still wait. Check every figure.",
        "%(count)d people have been trained since, so the copy asks for those who still wait. Check every figure.",
        source.people_completed,
    ) % {"count": source.people_completed}


def _first_page(need) -> str:
    """Where a new draft opens: at its first unfinished part; without lines at once at the first line."""
    part = next_part(need)
    return (
        reverse("regions:new_line", args=[need.code]) if part == "lines" and not need.all_lines else address(need, part)
    )


@require_safe
def fill(request, code):
    """The task list."""
    need, elsewhere = editable_need(request, code)
    if elsewhere:
        return elsewhere
    context = page_context(request, need, "", title=TITLES, next_url=address(need, next_part(need)))
    return render(request, "regions/fill.html", context)


def _section(request, code, part: str, form_class, template: str):
    """One section of plain fields: shown, saved in passing, saved for good."""
    need, elsewhere = editable_need(request, code)
    if elsewhere:
        return elsewhere
    if request.method != "POST":
        context = page_context(request, need, part, form=form_class(instance=need))
        return render(request, template, context)
    form = form_class(request.POST, instance=need)
    valid = form.is_valid()
    passing, later = is_autosave(request), "later" in request.POST
    if not valid and not passing and not later:
        return render(request, template, page_context(request, need, part, form=form), status=400)
    values = {name: form.cleaned_data[name] for name in form.fields if name in form.cleaned_data}

    def write(fresh):
        for name, value in values.items():
            setattr(fresh, name, value)

    try:
        saved = save_part(need, part, actor=request.user, seen=seen_by_page(request), final=not passing, write=write)
    except Conflict as conflict:
        stored = differences_of(form, conflict.need)
        if passing:
            return clash(request, conflict, stored)
        context = page_context(request, conflict.need, part, form=form) | clash_context(conflict, stored)
        return render(request, template, context, status=409)
    except Closed as closed:
        return closed_page(request, closed, form, template, part)
    if passing:
        return saved_fragment(request, saved, unsaved=len(form.errors))
    if not valid:
        context = page_context(request, saved, part, form=form, partly_saved=True)
        return render(request, template, context, status=400)
    return after_saving(request, saved, default=address(saved, next_part(saved, part)))


def closed_page(request, closed: Closed, form, template: str, part: str, **more):
    """The need was signed or withdrawn meanwhile: say so, and keep what was typed on the page."""
    sentence = _("%(code)s cannot be changed now: %(state)s. Your entries are still on this page.") % {
        "code": closed.need.code,
        "state": closed.need.state.label,
    }
    if is_autosave(request):
        return render(request, "regions/_clash.html", {"need": closed.need, "closed": sentence}, status=409)
    context = page_context(request, closed.need, part, form=form, closed=sentence, **more)
    return render(request, template, context, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
def office(request, code):
    """Office and officer in charge."""
    return _section(request, code, "office", OfficeForm, "regions/office.html")


@require_http_methods(["GET", "HEAD", "POST"])
def reason(request, code):
    """Urgency, causes, the sentence that convinces, and readiness."""
    return _section(request, code, "reason", ReasonForm, "regions/reason.html")


@require_POST
def answer(request, code, pk):
    """Tick a reviewer's remark off, or open it again."""
    need, elsewhere = editable_need(request, code)
    if elsewhere:
        return elsewhere
    done = request.POST.get("done") == "1"
    if not answer_remark(need, pk, done, actor=request.user):
        messages.error(request, _("This remark belongs to an earlier return."))
    target = request.POST.get("back", "")
    back = address(need, target) if target in TITLES else reverse("regions:fill", args=[need.code])
    return redirect(f"{back}#remark-{pk}")


@require_safe
def review(request, code):
    """Everything on one page before it goes to the head of office."""
    need, elsewhere = editable_need(request, code)
    if elsewhere:
        return elsewhere
    missing = missing_parts(need)
    send = next((o for o in offered(request.user, need) if o.transition.name == "send_to_head"), None)
    blocked = [line for line in need.all_lines if post_fault(line.post, need.office)]
    context = page_context(
        request,
        need,
        "review",
        missing=[{"sentence": m.sentence, "url": address(need, m.part), "title": TITLES[m.part]} for m in missing],
        blocked=blocked if need.office.is_regency_level else [],
        office_rows=_office_rows(need),
        reason_rows=_reason_rows(need),
        lines=need.all_lines,
        papers=list(need.evidence.all()),
        score=score_rows(need, facts_of(need)),
        imbalances=imbalances(need),
        send=send,
        open_remarks=[r for r in selectors.open_remarks(need) if r.resolved_at is None],
    )
    return render(request, "regions/review.html", context)


def _office_rows(need) -> list[dict]:
    url = address(need, "office")
    names = ("contact_post", "contact_email", "contact_phone")
    rows = [{"label": _("Office"), "value": need.office.name, "change_url": ""}]
    return rows + [
        {"label": need._meta.get_field(name).verbose_name, "value": getattr(need, name), "change_url": url}
        for name in names
    ]


def _reason_rows(need) -> list[dict]:
    url = address(need, "reason")
    ready = [
        str(need._meta.get_field(name).verbose_name)
        for name in ("nominees_identified", "language_evidence", "budget_line", "follow_up_plan")
        if getattr(need, name)
    ]
    values = [
        (_("Urgency"), term_label("urgency", need.urgency)),
        (_("Causes"), ", ".join(term_label("gap_cause", code) for code in need.causes)),
        (_("Reason"), need.reason),
        (_("Preferred delivery mode"), term_label("delivery_mode", need.preferred_mode)),
        (_("Readiness"), "; ".join(ready)),
    ]
    return [{"label": label, "value": value, "change_url": url} for label, value in values]
