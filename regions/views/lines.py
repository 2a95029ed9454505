"""The lines of a need: list, one line with its competency gaps, duplicate, remove, restore, send to the province."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regions import selectors
from regions.forms import LineForm, gap_formset
from regions.merging import new_key
from regions.models import NeedLine
from regions.parts import address, next_part
from regions.rules import line_faults, post_fault
from regions.services import (
    NEW_LINE,
    Closed,
    Conflict,
    Gone,
    Unfit,
    base_of,
    copy_line_of,
    gap_name,
    gap_of,
    move_line_to_province,
    remove_line,
    restore_line,
    save_part,
    write_line,
)
from regions.views.fill import closed_page
from regions.views.line_merger import LineMerger
from regions.views.saving import (
    after_saving,
    by_script,
    clash,
    clash_context,
    editable_need,
    is_autosave,
    key_of,
    page_context,
    saved_answer,
    seen_by_page,
    shown_base,
    unfit_answer,
    unsaved_rows,
)
from workflow.answers import json_answer

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
        self.bound: tuple = ()
        self.merged: list[dict] = []
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
        number = self.line.position if self.line else len(need.all_lines) + 1
        context = page_context(
            self.request,
            need,
            "lines",
            part=f"line-{self.line.pk}" if self.line else NEW_LINE,
            form=form,
            gaps=gaps,
            line=self.line,
            number=number,
            before=[line for line in need.all_lines if line.position < number],
            after=[line for line in need.all_lines if line.position > number],
            vacancy=form.instance.vacancy,
            may_send_up=form.wrong_post and need.office.is_regency_level,
            **more,
        )
        return render(self.request, TEMPLATE, context, status=status)

    def save(self):
        """Store what was posted and answer."""
        request, script = self.request, by_script(self.request)
        try:
            saved = save_part(
                self.need,
                f"line-{self.line.pk}" if self.line else NEW_LINE,
                actor=request.user,
                seen=seen_by_page(request),
                final=not is_autosave(request),
                write=self._write,
                client_key=key_of(request),
            )
        except Conflict as conflict:
            if script:
                return clash(conflict)
            return self.show(*self.bound, status=409, **clash_context(conflict))
        except Unfit:
            return unfit_answer(self._unsaved()) if script else self.show(*self.bound, status=400)
        except Gone:
            return self.gone()
        except Closed as closed:
            form, gaps = self.bound or self.forms(request.POST)
            more = {"gaps": gaps, "line": self.line, "number": 0, "vacancy": 0, "on_line": []}
            return closed_page(request, closed, form, TEMPLATE, "lines", **more)
        return self._saved(saved)

    def _saved(self, saved):
        """After storing: what a script is told, what is left to correct, or the next page."""
        request, line = self.request, self.line
        if "to_province" in request.POST and not is_autosave(request):
            return _send_up(request, saved, line)
        again = "again" in request.POST
        following = reverse("regions:new_line", args=[saved.code]) if again else address(saved, "lines")
        if by_script(request):
            url = reverse("regions:line", args=[saved.code, line.pk]) if line else ""
            more = {"line": line, "url": url, "following": "" if is_autosave(request) else following}
            base = self._base(saved)
            return saved_answer(request, saved, base, unsaved=self._unsaved(), merged=self.merged, **more)
        form, gaps = self.bound
        if not (form.is_valid() and gaps.is_valid()):
            more = {"base": self._base(saved), "version": saved.version, "partly_saved": True}
            return self.show(form, gaps, status=400, need=saved, **more)
        return redirect(following) if again else after_saving(request, saved, default=following)

    def _base(self, saved) -> dict[str, str]:
        """The marks of what is stored and shown on this page. A competency that others added is not on it; one they
        removed still is, and stays known as theirs."""
        if self.line is None:
            return {}
        shown = {row.instance.pk for row in self.bound[1].forms}
        found = base_of(saved, f"line-{self.line.pk}")
        stored = {gap_of(name) for name in found} - {None}
        seen = seen_by_page(self.request)
        former = {n: m for n, m in (seen.base or {}).items() if gap_of(n)} if seen else {}
        kept = {name: mark for name, mark in found.items() if (gap_of(name) or 0) in {0, *shown}}
        return kept | {name: mark for name, mark in former.items() if gap_of(name) not in stored}

    def _unsaved(self) -> list[dict]:
        form, gaps = self.bound
        rows = unsaved_rows(form, *gaps.forms)
        return rows + [{"field": "", "sentence": str(s)} for s in gaps.non_form_errors()]

    def _write(self, fresh, part: str) -> str | None:
        """Merge what was typed into the locked line and store it: on an explicit save everything, in passing the valid
        fields. Raises Conflict, Unfit or Gone."""
        passing = is_autosave(self.request)
        if part == NEW_LINE:
            self.line, keep = None, set()
            self.bound = self.forms(self.request.POST, post_may_be_wrong="to_province" in self.request.POST)
        else:
            self.line = selectors.line_of(fresh, int(part.removeprefix("line-")))
            if self.line is None:
                raise Gone
            keep = self._merge(fresh, part)
        form, gaps = self.bound
        valid = form.is_valid() & gaps.is_valid()
        if not valid and not passing and "later" not in self.request.POST:
            raise Unfit
        line = form.instance if valid and not passing else self._only_valid(fresh)
        if line is None:
            return None
        final = valid and not passing
        found = gaps.gaps(only_valid=not final)
        key = write_line(fresh, line, found, final=final, client_key=key_of(self.request), keep=keep)
        self.line = line
        return key

    def _merge(self, fresh, part: str) -> set[int]:
        """Bind the forms to what stands; the keys of competencies to keep although the page does not show them."""
        up = "to_province" in self.request.POST
        merger = LineMerger(self.request, fresh, part, self.line)
        self.bound = self.forms(self.request.POST, post_may_be_wrong=up)
        data, self.merged, keep = merger.merge(*self.bound)
        if data is not None:
            self.line = selectors.line_of(fresh, self.line.pk)  # the first form has written into it
            self.bound = self.forms(data, post_may_be_wrong=up)
        return keep

    def _only_valid(self, fresh) -> NeedLine | None:
        """The stored line (or a new one) with the valid values put in; None while there is no post to hang it on."""
        form = self.bound[0]
        line = selectors.line_of(fresh, self.line.pk) if self.line else NeedLine(need=fresh)
        for name, value in form.cleaned_data.items():
            setattr(line, name, value)
        if line.post_id is None:
            return None
        if {"retiring_3y", "untrained"} & set(line_faults(line)):
            line.retiring_3y = min(line.retiring_3y, line.in_post)
            line.untrained = min(line.untrained, line.in_post)
        return line

    def gone(self):
        """A colleague has removed the line: the entries stay on the page, as a new line that is not stored yet."""
        request, url = self.request, reverse("regions:new_line", args=[self.need.code])
        sentence = _("This line was removed meanwhile. Your entries are still on this page; save them as a new line.")
        if by_script(request):
            return json_answer({"gone": sentence, "url": url}, status=410)
        self.line = None
        data = request.POST.copy()
        for name in [*(n for n in data if n.startswith("gap-") and n.endswith("-gap")), "line", "base"]:
            data[name] = ""
        form, gaps = self.forms(data)
        return self.show(form, gaps, status=409, gone=sentence, action=url, base={}, client_key=new_key())


def _page(request, code, pk: int | None):
    need, elsewhere = editable_need(request, code)
    if elsewhere:
        return elsewhere
    made = request.POST.get("line", "")
    if pk is None and made.isdecimal() and len(made) < 16:
        pk = int(made)  # an autosave has created the line meanwhile
    line = selectors.line_of(need, pk) if pk else None
    page = _LinePage(request, need, line)
    if pk and line is None:
        if request.method == "POST" and "post" in request.POST and not selectors.line_exists(pk):
            return page.gone()
        raise Http404
    if request.method != "POST":
        form, gaps = page.forms()
        form.wrong_post = bool(line and post_fault(line.post, need.office))
        return page.show(form, gaps, base=_shown(form, gaps) if line else {})
    if "more" in request.POST:
        data = request.POST.copy()
        shown = data.get("gap-TOTAL_FORMS", "")
        count = int(shown) if shown.isdecimal() and len(shown) < 3 else 1
        data["gap-TOTAL_FORMS"] = str(min(count + 1, 8))
        data[f"gap-{count}-client_key"] = new_key()
        form, gaps = page.forms(data)
        return page.show(form, gaps, quiet=True)
    return page.save()


def _shown(form, gaps) -> dict[str, str]:
    """The marks of what the page shows of a stored line."""
    found = shown_base(form)
    for row in gaps:
        if pk := row.instance.pk:
            found |= shown_base(row, name=partial(gap_name, pk))
    return found


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
    key = key_of(request)
    copy = copy_line_of(need, pk, actor=request.user, client_key=f"{key}.{pk}" if key else "")
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
        if request.method == "POST" and not selectors.line_exists(pk):
            return redirect(_lines_url(need))  # pressed twice, or a colleague was faster: it is gone
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
