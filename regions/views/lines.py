"""The lines of a need: list, one line with its competency gaps, duplicate, remove, restore, send to the province."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regions import selectors
from regions.forms import LineForm, gap_formset
from regions.models import NeedLine
from regions.parts import address, next_part
from regions.rules import line_faults, post_fault
from regions.services import (
    Closed,
    Conflict,
    copy_line_of,
    move_line_to_province,
    remove_line,
    restore_line,
    save_part,
    write_line,
)
from regions.views.fill import closed_page
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

TEMPLATE = "regions/line.html"
REMOVED = "removed_need_line"
"""Session key: the line removed last, so that it can be brought back."""


@require_safe
def lines(request, code):
    """All lines in short, with what is wrong in each."""
    need, elsewhere = editable_need(request, code)
    if elsewhere:
        return elsewhere
    rows = [{"line": line, "faults": _faults(need, line)} for line in need.all_lines]
    kept = request.session.get(REMOVED, {})
    context = page_context(
        request,
        need,
        "lines",
        rows=rows,
        people=sum(line.requested_total for line in need.all_lines),
        staff=sum(line.in_post for line in need.all_lines),
        restorable=kept.get("need") == need.pk,
        next_url=address(need, next_part(need, "lines")),
    )
    return render(request, "regions/lines.html", context)


def _faults(need, line) -> list[str]:
    found = [s for s in (post_fault(line.post, need.office), *line_faults(line).values()) if s]
    if not line.gaps.all():
        found.append(_("Choose a competency with its current and target level."))
    return found


class _LinePage:
    """One request about one line: builds the forms, and turns what they hold into the next page."""

    def __init__(self, request, need, line: NeedLine | None):
        self.request, self.need, self.line = request, need, line
        self.figures = selectors.known_figures(need.office)
        self.themes, self.use = selectors.themes_by_post(), selectors.theme_use()

    def forms(self, data=None, *, more: int = 0, post_may_be_wrong: bool = False):
        """The line form and its gap rows, bound to `data` if given."""
        line = self.line or NeedLine(need=self.need)
        initial = {} if self.line else self._defaults()
        form = LineForm(
            data,
            instance=line,
            initial=initial,
            need=self.need,
            figures=self.figures,
            post_may_be_wrong=post_may_be_wrong,
        )
        post = (data or {}).get("post") or line.post_id or initial.get("post", "")
        gaps = gap_formset(data, line=self.line, need=self.need, themes=self.themes, use=self.use, post=post, more=more)
        return form, gaps

    def _defaults(self) -> dict:
        """A new line keeps post, rank, status and month of the line before; figures come from what the office knows."""
        before = self.need.all_lines[-1] if self.need.all_lines else None
        found: dict = {"rank": "AHLI_PERTAMA", "employment_status": "PNS", "requested_total": 1}
        if before is not None:
            found |= {
                "post": before.post_id,
                "rank": before.rank,
                "employment_status": before.employment_status,
                "earliest_start": before.earliest_start,
                "work_unit": before.work_unit,
            }
            found |= self.figures.get(before.post_id, {})
        return found

    def show(self, form, gaps, *, status: int = 200, need=None, **more):
        """The page with these forms."""
        need = need or self.need
        number = self.line.position if self.line else len(self.need.all_lines) + 1
        context = page_context(
            self.request,
            need,
            "lines",
            form=form,
            gaps=gaps,
            line=self.line,
            number=number,
            vacancy=form.instance.vacancy,
            on_line=[r for r in selectors.open_remarks(need) if self.line and r.line_id == self.line.pk],
            may_send_up=form.wrong_post and need.office.is_regency_level,
            **more,
        )
        return render(self.request, TEMPLATE, context, status=status)

    def save(self):
        """Store what was posted and answer."""
        request = self.request
        passing, later, up = is_autosave(request), "later" in request.POST, "to_province" in request.POST
        form, gaps = self.forms(request.POST, post_may_be_wrong=up)
        valid = form.is_valid() & gaps.is_valid()
        if not valid and not passing and not later:
            return self.show(form, gaps, status=400)
        final = not passing
        try:
            saved = save_part(
                self.need,
                f"line-{self.line.pk}" if self.line else "line-new",
                actor=request.user,
                seen=seen_by_page(request),
                final=final,
                write=lambda fresh: self._write(fresh, form, gaps, final=final and valid),
            )
        except Conflict as conflict:
            stored = differences_of(form, selectors.line_of(conflict.need, self.line.pk) if self.line else NeedLine())
            if passing:
                return clash(request, conflict, stored)
            return self.show(form, gaps, status=409, **clash_context(conflict, stored))
        except Closed as closed:
            return closed_page(
                request,
                closed,
                form,
                TEMPLATE,
                "lines",
                gaps=gaps,
                line=self.line,
                number=0,
                vacancy=0,
                on_line=[],
            )
        if passing:
            return saved_fragment(
                request, saved, unsaved=len(form.errors) + sum(len(g.errors) for g in gaps), line=self.line
            )
        if not valid:
            return self.show(form, gaps, status=400, need=saved, partly_saved=True)
        if up:
            return _send_up(request, saved, self.line)
        if "again" in request.POST:
            return redirect(reverse("regions:new_line", args=[saved.code]))
        return after_saving(request, saved, default=address(saved, "lines"))

    def _write(self, fresh, form, gaps, *, final: bool) -> str | None:
        """What of the posted line can be stored: on an explicit save everything, in passing the valid fields."""
        line = form.instance
        if not final:
            line = self._only_valid(form)
            if line is None:
                return None
        key = write_line(fresh, line, gaps.gaps(only_valid=not final), final=final)
        self.line = line
        return key

    def _only_valid(self, form) -> NeedLine | None:
        """The stored line (or a new one) with the valid values put in; None while there is no post to hang it on."""
        line = selectors.line_of(self.need, self.line.pk) if self.line else NeedLine(need=self.need)
        for name, value in form.cleaned_data.items():
            setattr(line, name, value)
        if line.post_id is None:
            return None
        if {"retiring_3y", "untrained"} & set(line_faults(line)):
            line.retiring_3y = min(line.retiring_3y, line.in_post)
            line.untrained = min(line.untrained, line.in_post)
        return line


def _page(request, code, pk: int | None):
    need, elsewhere = editable_need(request, code)
    if elsewhere:
        return elsewhere
    made = request.POST.get("line", "")
    if pk is None and made.isdecimal() and len(made) < 16:
        pk = int(made)  # an autosave has created the line meanwhile
    line = selectors.line_of(need, pk) if pk else None
    if pk and line is None:
        raise Http404
    page = _LinePage(request, need, line)
    if request.method != "POST":
        form, gaps = page.forms()
        form.wrong_post = bool(line and post_fault(line.post, need.office))
        return page.show(form, gaps)
    if "more" in request.POST:
        data = request.POST.copy()
        shown = data.get("gap-TOTAL_FORMS", "")
        count = int(shown) if shown.isdecimal() and len(shown) < 3 else 1
        data["gap-TOTAL_FORMS"] = str(min(count + 1, 8))
        form, gaps = page.forms(data)
        return page.show(form, gaps, quiet=True)
    return page.save()


@require_http_methods(["GET", "HEAD", "POST"])
def new_line(request, code):
    """A new line. The page keeps its address while autosave creates the line behind it."""
    return _page(request, code, None)


@require_http_methods(["GET", "HEAD", "POST"])
def line(request, code, pk):
    """One stored line."""
    return _page(request, code, pk)


def _lines_url(need) -> str:
    return address(need, "lines")


@require_POST
def duplicate(request, code, pk):
    """Copy a line to the end of the need."""
    need, elsewhere = editable_need(request, code)
    if elsewhere:
        return elsewhere
    copy = copy_line_of(need, pk, actor=request.user)
    if copy is None:
        raise Http404
    messages.success(request, _("Line %(number)d is a copy. Change what differs.") % {"number": copy.position})
    return redirect(reverse("regions:line", args=[need.code, copy.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request, code, pk):
    """Ask once, then remove a line; it can be brought back until the session ends."""
    need, elsewhere = editable_need(request, code)
    if elsewhere:
        return elsewhere
    found = selectors.line_of(need, pk)
    if found is None:
        raise Http404
    if request.method != "POST":
        return render(request, "regions/remove_line.html", page_context(request, need, "lines", line=found))
    kept = remove_line(need, pk, actor=request.user)
    request.session[REMOVED] = {"need": need.pk, **kept}
    messages.success(request, _("Line %(number)d was removed.") % {"number": found.position})
    return redirect(_lines_url(need))


@require_POST
def restore(request, code):
    """Bring the line removed last back."""
    need, elsewhere = editable_need(request, code)
    if elsewhere:
        return elsewhere
    kept = request.session.pop(REMOVED, {})
    if kept.get("need") != need.pk:
        messages.error(request, _("There is no removed line to bring back."))
        return redirect(_lines_url(need))
    restored = restore_line(need, kept, actor=request.user)
    messages.success(request, _("The line is back as line %(number)d.") % {"number": restored.position})
    return redirect(_lines_url(need))


@require_POST
def to_province(request, code, pk):
    """A post the regency may not hold: hand the line to the provincial office."""
    need, elsewhere = editable_need(request, code)
    if elsewhere:
        return elsewhere
    found = selectors.line_of(need, pk)
    if found is None:
        raise Http404
    return _send_up(request, need, found)


def _send_up(request, need, found):
    if not need.office.is_regency_level or not post_fault(found.post, need.office):
        messages.error(request, _("This line can be filed by your own office."))
        return redirect(_lines_url(need))
    draft = move_line_to_province(need, found, actor=request.user)
    if draft is None:
        messages.error(request, _("The portal knows no office of your province yet. Send the request by letter."))
    else:
        messages.success(
            request,
            _("The line now lies with %(office)s as draft %(code)s. The province decides whether to file it.")
            % {"office": draft.office.name, "code": draft.code},
        )
    return redirect(_lines_url(need))
