"""The need as a task list: start, office, reason, review, and the ticks on reviewers' remarks."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regions import selectors
from regions.forms import OfficeForm, ReasonForm
from regions.merging import new_key
from regions.models.vocabulary import term_label
from regions.parts import TITLES, address, next_part
from regions.rules import cannot_open, imbalances, missing_parts, opens_needs, post_fault
from regions.sentences import score_rows
from regions.services import (
    Closed,
    Conflict,
    Unfit,
    answer_remark,
    base_of,
    decide,
    facts_of,
    open_need,
    save_part,
    values_of,
)
from regions.views.saving import (
    after_saving,
    by_script,
    clash,
    clash_context,
    closed_answer,
    difference,
    editable_need,
    is_autosave,
    key_of,
    merged_row,
    page_context,
    put,
    saved_answer,
    seen_by_page,
    shown_base,
    typed_values,
    unfit_answer,
    unsaved_rows,
)
from workflow.answers import json_answer, wants_json
from workflow.engine import offered


@require_http_methods(["GET", "HEAD", "POST"])
def start(request):
    """A new need: empty, or copied from an earlier one. The draft and its code exist at once."""
    user = request.user
    if not opens_needs(user):
        raise PermissionDenied("only an office operator files needs")
    cycle, window, coming = selectors.cycle_for_new_needs()
    former = selectors.copyable_needs(user)
    office = user.acting_organisation
    refusal = cannot_open(office, cycle)
    if request.method == "POST" and not refusal:
        source = None
        if wanted := request.POST.get("source", ""):
            source = selectors.get_need(user, wanted)
        key = key_of(request)
        if key and source is not None:
            key = f"{key}.{source.pk}"  # one page offers several needs to copy
        need = open_need(office=office, cycle=cycle, actor=user, source=source, client_key=key)
        if wants_json(request):
            return json_answer({"code": need.code, "url": _first_page(need)}, status=201)
        if source is not None:
            if source.people_completed:
                messages.info(request, _rest_sentence(source))
            return redirect(reverse("regions:fill", args=[need.code]))
        return redirect(_first_page(need))
    if refusal and request.method == "POST" and wants_json(request):
        return json_answer({"closed": refusal}, status=409)
    context = {
        "client_key": key_of(request) or new_key(),
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


class _Section:
    """One request about one section of plain fields: shown, merged with what others stored, saved."""

    def __init__(self, request, need, part: str, form_class, template: str):
        self.request, self.need, self.part = request, need, part
        self.form_class, self.template = form_class, template
        self.form = form_class(request.POST if request.method == "POST" else None, instance=need)
        self.merged: list[dict] = []

    def answer(self):
        """The page, or what became of what was posted."""
        if self.request.method != "POST":
            return self.show(base=shown_base(self.form))
        try:
            saved = save_part(
                self.need,
                self.part,
                actor=self.request.user,
                seen=seen_by_page(self.request),
                final=not is_autosave(self.request),
                write=self._write,
            )
        except Conflict as conflict:
            if by_script(self.request):
                return clash(conflict)
            return self.show(status=409, **clash_context(conflict))
        except Unfit:
            return self._unfit()
        except Closed as closed:
            return closed_page(self.request, closed, self.form, self.template, self.part)
        return self._saved(saved)

    def show(self, *, need=None, status: int = 200, **more):
        """The page with its form."""
        context = page_context(
            self.request, need or self.need, self.part, part=self.part, **{"form": self.form, **more}
        )
        return render(self.request, self.template, context, status=status)

    def _write(self, fresh, part: str) -> None:
        """Put into the locked need what stands; raises Conflict or Unfit."""
        stored = values_of(fresh, part)
        seen, typed = seen_by_page(self.request), typed_values(self.form)
        outcome = decide(fresh, part, seen, stored, typed)
        if outcome.asked:
            choices = seen.choices if seen else {}
            rows = [
                difference(self.form[name], stored[name], typed[name], choices.get(name, "")) for name in outcome.both
            ]
            raise Conflict(fresh, fresh.edits.get(part, {}).get("at", ""), rows, outcome.base)
        if outcome.stored:
            data = self.request.POST.copy()
            for name in outcome.stored:
                put(data, self.form[name], stored[name])
            self.merged = [merged_row(self.form[name], name, stored[name]) for name in outcome.stored]
            self.form = self.form_class(data, instance=self.need)
        if not self.form.is_valid() and not is_autosave(self.request) and "later" not in self.request.POST:
            raise Unfit
        for name in self.form.fields:
            if name in self.form.cleaned_data:
                setattr(fresh, name, self.form.cleaned_data[name])

    def _unfit(self):
        if by_script(self.request):
            return unfit_answer(unsaved_rows(self.form))
        return self.show(status=400)

    def _saved(self, saved):
        """After storing: what a script is told, what is left to correct, or the next part."""
        request, following = self.request, address(saved, next_part(saved, self.part))
        base = base_of(saved, self.part)
        if by_script(request):
            to = "" if is_autosave(request) else following
            rows = unsaved_rows(self.form)
            return saved_answer(request, saved, base, unsaved=rows, merged=self.merged, following=to)
        if not self.form.is_valid():
            return self.show(need=saved, status=400, base=base, version=saved.version, partly_saved=True)
        return after_saving(request, saved, default=following)


def _section(request, code, part: str, form_class, template: str):
    need, elsewhere = editable_need(request, code)
    return elsewhere or _Section(request, need, part, form_class, template).answer()


def closed_page(request, closed: Closed, form, template: str, part: str, **more):
    """The need was signed or withdrawn meanwhile: say so, and keep what was typed on the page."""
    if by_script(request):
        return closed_answer(closed.need)
    sentence = _("%(code)s cannot be changed now: %(state)s. Your entries are still on this page.") % {
        "code": closed.need.code,
        "state": closed.need.state.label,
    }
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
    line = request.POST.get("line", "")
    if target == "line" and line.isdecimal() and len(line) < 19:
        back = reverse("regions:line", args=[need.code, int(line)])
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
    )
    context["open_remarks"] = [remark for remark in context["remarks"] if remark.resolved_at is None]
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
