"""The pages on which partners offer programmes and the ministry publishes them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from programs import rules, selectors, services
from programs.forms import AmendmentReasonForm, StartForm, section_form
from programs.models import SECTIONS
from programs.remarks import with_answers
from workflow.comments_field import show_at_fields
from workflow.engine import Refused, Stale
from workflow.reading import waiting_for
from workflow.views import act_view

SLUGS = {
    "dasar": "basics",
    "kompetensi": "competencies",
    "angkatan": "intakes",
    "prasyarat": "terms",
    "berkas": "papers",
}
"""Address of a section: its name."""
ADDRESSES = {name: slug for slug, name in SLUGS.items()}


@require_safe
def mine(request):
    """The partner's own programmes; the whole country's for the centre, with what waits for the Bureau on
    top."""
    if not selectors.may_see_management(request.user):
        raise PermissionDenied("programs.mine")
    listing = selectors.management_list(request)
    waiting = waiting_for(request.user, selectors.NAME)
    context = {
        "listing": listing,
        "waiting": waiting[:8],
        "waiting_count": waiting.count(),
        "may_offer": rules.may_offer(request.user),
        "way_out": listing.way_out() if not listing.rows else None,
    }
    return render(request, "programs/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def start(request):
    """A new offer: empty or copied."""
    if not rules.may_offer(request.user):
        raise PermissionDenied("programs.start")
    wanted = request.GET.get("dari", "").replace("\x00", "")
    initial = {"source": selectors.copy_sources(request.user).filter(code=wanted).first()}
    form = StartForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        program = services.open_program(
            partner=form.cleaned_data["partner"],
            scheme=form.cleaned_data["scheme"],
            source=form.cleaned_data.get("source"),
            actor=request.user,
            on_behalf=form.only_partner is None,
        )
        messages.success(request, _("%(code)s: draft created.") % {"code": program.code})
        return redirect("programs:fill", code=program.code)
    return render(request, "programs/start.html", {"form": form}, status=400 if form.is_bound else 200)


@require_safe
def manage(request, code):
    """One programme as partner and ministry see it: where it stands, whose turn it is, what was changed."""
    program = selectors.get_managed(request.user, code)
    may_fill = rules.may_fill(request.user, program)
    context = {
        "program": program,
        "record": program,
        "may_fill": may_fill,
        "may_amend": rules.may_amend(request.user, program),
        "may_copy": rules.may_offer(request.user)
        and selectors.copy_sources(request.user).filter(pk=program.pk).exists(),
        "files": selectors.shown_files(request.user, program),
        "amendments": selectors.amendments_of(program),
        "remarks": _remarks(program),
        "missing": rules.everything_missing(program, request.user) if may_fill else [],
        "preview": _preview(request, program),
        "chain": selectors.chain_for(request.user, program),
        "parts": selectors.read_out(program, with_empty=False),
    }
    return render(request, "programs/manage.html", context)


def _preview(request, program):
    """The chain of deadlines the programme would get now, while it has none."""
    return selectors.chain_for(request.user, program) if program.published_at is None else None


def _with_addresses(program, items: list[dict]) -> list[dict]:
    """Sections with the address where each is filled in."""
    return [
        {**item, "url": reverse("programs:section", args=[program.code, ADDRESSES[item["section"]]])} for item in items
    ]


def _remarks(program) -> list:
    """The Bureau's remarks of the last return: what changed since, and where each is answered."""
    found = with_answers(program, selectors.open_remarks(program))
    for remark in found:
        spot = f"#div_id_{remark.field}" if remark.field != remark.section else ""
        slug = ADDRESSES.get(remark.section)
        remark.place_url = reverse("programs:section", args=[program.code, slug]) + spot if slug else ""
    return found


def _fillable(request, code):
    program = selectors.get_managed(request.user, code)
    if not rules.may_fill(request.user, program):
        raise PermissionDenied("programs.fill")
    return program


@require_safe
def fill(request, code):
    """The task list of an offer."""
    program = _fillable(request, code)
    items = _with_addresses(program, selectors.tasks_of(program))
    done = sum(item["done"] for item in items)
    items.append(
        {
            "title": _("Check and submit"),
            "url": reverse("programs:review", args=[program.code]),
            "icon": "check2",
            "state_label": _("Ready") if done == len(items) else _("Cannot be submitted yet"),
            "tone": "green" if done == len(items) else "",
        }
    )
    context = {
        "program": program,
        "record": program,
        "items": items,
        "done": done,
        "total": len(SECTIONS),
        "remarks": _remarks(program),
        "first": next((i for i in items if not i.get("done")), items[-1]),
    }
    return render(request, "programs/fill.html", context)


def _version(request) -> int | None:
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


@require_http_methods(["GET", "HEAD", "POST"])
def section(request, code, part):
    """One section of a draft. Saving goes on to the next section, stays, or adds a row."""
    name = _section_name(part)
    program = _fillable(request, code)
    form, status, outdated = _bound(request, name, program), 200, False
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                services.fill_section(program, form, section=name, actor=request.user, version=_version(request))
            except Stale:
                status, outdated = 409, True
                _choose_again(request)
            else:
                messages.success(request, _("%(section)s: saved.") % {"section": form.label})
                return redirect(_after_saving(request, program, name, part))
        elif form.keep_uploads():
            messages.info(request, _("The files were stored; you need not upload them again."))
            form = _bound(request, name, program, files=None)
            form.is_valid()
    remarks = [remark for remark in _remarks(program) if remark.section == name]
    show_at_fields(form.main, remarks, back=reverse("programs:fill", args=[program.code]))
    context = {
        "program": program,
        "record": program,
        "form": form,
        "outdated": outdated,
        "section": name,
        "position": list(ADDRESSES).index(name) + 1,
        "total": len(SECTIONS),
        "amending": False,
        "wrong": form.summary,
        "remarks": [r for r in remarks if r.field == name and r.resolved_at is None],
        "items": _with_addresses(program, selectors.tasks_of(program)),
        "preview": _preview(request, program) if name in ("terms", "papers") else None,
    }
    return render(request, "programs/section.html", context, status=status)


def _choose_again(request) -> None:
    """Browsers forget chosen files when a page is answered: say so rather than lose them silently."""
    if request.FILES:
        messages.warning(request, _("Choose the files again: they were not stored."))


def _section_name(part: str) -> str:
    if part not in SLUGS:
        raise Http404
    return SLUGS[part]


def _bound(request, name, program, *, published=False, files=...):
    posted = request.method == "POST"
    return section_form(
        name,
        program,
        actor=request.user,
        data=request.POST if posted else None,
        files=(request.FILES if files is ... else files) if posted else None,
        empty=request.GET.get("tambah", ""),
        published=published,
    )


def _after_saving(request, program, name, part) -> str:
    wanted = request.POST.get("next", "")
    here = reverse("programs:section", args=[program.code, part])
    if wanted.startswith("add:"):
        key = wanted.removeprefix("add:")[:20]
        return f"{here}?tambah={key}#tambah-{key}" if key.isalpha() else here
    if wanted == "later":
        return reverse("programs:fill", args=[program.code])
    order = list(ADDRESSES)
    following = order[order.index(name) + 1 :]
    if following:
        return reverse("programs:section", args=[program.code, ADDRESSES[following[0]]])
    return reverse("programs:review", args=[program.code])


@require_safe
def review(request, code):
    """Everything on one page before it is submitted, with the internal deadline it would get."""
    program = _fillable(request, code)
    parts = _with_addresses(program, selectors.read_out(program))
    context = {
        "program": program,
        "record": program,
        "parts": parts,
        "missing": rules.everything_missing(program, request.user),
        "preview": _preview(request, program),
        "remarks": _remarks(program),
    }
    return render(request, "programs/review.html", context)


@require_POST
def remarks(request, code):
    """Tick the Bureau's remarks off."""
    program = _fillable(request, code)
    ids, seen = (
        {int(value) for value in request.POST.getlist(name) if value.isdecimal() and len(value) < 15}
        for name in ("remark", "seen")
    )
    services.tick_remarks(program, ids, seen=seen, actor=request.user)
    messages.success(request, _("Remarks updated."))
    return redirect("programs:fill", code=program.code)


def _amendable(request, code):
    program = selectors.get_managed(request.user, code)
    if not rules.may_amend(request.user, program):
        raise PermissionDenied("programs.amend")
    return program


@require_safe
def amend(request, code):
    """Which part of a published programme changes."""
    program = _amendable(request, code)
    items = [
        {
            "title": label,
            "url": reverse("programs:amend_section", args=[program.code, ADDRESSES[name]]),
            "icon": "pencil",
        }
        for name, label in SECTIONS
    ]
    context = {
        "program": program,
        "record": program,
        "items": items,
        "amendments": selectors.amendments_of(program),
    }
    return render(request, "programs/amend.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def amend_section(request, code, part):
    """Change one part of a published programme, with the reason that everyone concerned will read."""
    name = _section_name(part)
    program = _amendable(request, code)
    form, status, outdated = _bound(request, name, program, published=True), 200, False
    reason = AmendmentReasonForm(request.POST if request.method == "POST" else None)
    refusals = []
    if request.method == "POST":
        status = 400
        # Both are checked, so that all errors are shown at once.
        if all([form.is_valid(), reason.is_valid()]):
            try:
                services.amend(
                    program,
                    form.write,
                    actor=request.user,
                    reason=reason.cleaned_data["reason"],
                    version=_version(request),
                )
            except Stale:
                status, outdated = 409, True
            except Refused as refusal:
                refusals = refusal.reasons
            else:
                messages.success(request, _("%(code)s: the change is published.") % {"code": program.code})
                return redirect("programs:manage", code=program.code)
        # A paper is never stored, let alone published, before the change and its reason are accepted.
        _choose_again(request)
    context = {
        "program": program,
        "record": program,
        "form": form,
        "reason": reason,
        "outdated": outdated,
        "section": name,
        "refusals": refusals,
        "amending": True,
        "wrong": [*form.summary, reason],
    }
    return render(request, "programs/section.html", context, status=status)


def act(request, code, action):
    """One step of the programme's life."""
    program = selectors.get_managed(request.user, code)
    return act_view(
        request,
        program,
        action,
        template="programs/act.html",
        then=lambda done: done.manage_url,
        more={"preview": _preview(request, program) if action == "publish" else None},
    )
