"""Pages of demand briefs: list, one brief with its tabs, one line, pledging, files, acts."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import capacity
from partnerships.forms.briefs import PledgeForm
from partnerships.rules import briefs as rules
from partnerships.selectors import brief_files as files
from partnerships.selectors import briefs as selectors
from partnerships.services import brief_papers, pledges
from partnerships.services import briefs as services
from regions.merging import known_key, new_key
from workflow.acting import stale_sentence
from workflow.downloads import file_response
from workflow.engine import Refused, Stale
from workflow.listing import Pages
from workflow.sheets import xlsx_response
from workflow.views import act_view

WRITE = ["GET", "HEAD", "POST"]
LINES, CHANGES, PLEDGES, HISTORY = "", "perubahan", "komitmen", "riwayat"
CHANGES_SHOWN = 50


@require_safe
def brief_list(request):
    """Every brief the user may see."""
    if not rules.may_read(request.user):
        raise PermissionDenied("partnerships.brief")
    context = {
        "listing": selectors.brief_listing(request),
        "may_begin": rules.may_begin(request.user),
        "refusals": [],
    }
    return render(request, "partnerships/briefs/list.html", context)


@require_POST
def begin(request):
    """A new draft, counted at once."""
    if not rules.may_begin(request.user):
        raise PermissionDenied("partnerships.brief.create")
    try:
        brief = services.open_brief(selectors.cycle_to_count(), request.user)
    except Refused as refusal:
        context = {
            "listing": selectors.brief_listing(request),
            "may_begin": True,
            "refusals": refusal.reasons,
        }
        return render(request, "partnerships/briefs/list.html", context, status=409)
    messages.success(request, _("%(code)s was counted. Check it and submit it.") % {"code": brief.code})
    return redirect(brief)


def _tabs(user, brief, tab: str) -> list[dict]:
    tabs = [(LINES, _("Lines"))]
    if brief.follows_id:
        tabs.append((CHANGES, _("What changed")))
    if rules.reads_pledges(user) and brief.published_at:
        tabs.append((PLEDGES, _("Pledges")))
    tabs.append((HISTORY, _("History")))
    address = brief.get_absolute_url()
    return [
        {"url": f"{address}?lihat={key}" if key else address, "label": label, "current": key == tab}
        for key, label in tabs
    ]


@require_safe
def brief_page(request, code):
    """One brief: key figures, lines, what changed, pledges."""
    user, brief = request.user, selectors.get_brief(request.user, code)
    wanted = request.GET.get("lihat", LINES)
    tab = wanted if wanted in {CHANGES, PLEDGES, HISTORY} else LINES
    tabs = _tabs(user, brief, tab)
    if not any(one["current"] for one in tabs):
        tab, tabs = LINES, _tabs(user, brief, LINES)
    context = {
        "brief": brief,
        "tabs": tabs,
        "tab": tab or "baris",
        "reads_pledges": rules.reads_pledges(user),
        "sees_all": rules.sees_all_pledges(user),
        "exact": rules.reads_small_groups(user),
        "may_pledge": rules.may_pledge(user, brief),
    }
    if tab == LINES:
        listing = selectors.line_listing(request, brief)
        context |= {
            "wanted": None if listing.is_filtered else selectors.most_wanted(user, brief),
            "listing": listing,
            "rows": selectors.shown_lines(user, listing.rows),
            "people_in": selectors.people_in(listing),
        }
    elif tab == CHANGES:
        pages = Pages(request, selectors.changes_of(user, brief), CHANGES_SHOWN, {"lihat": CHANGES})
        context |= {
            "pages": pages,
            "changes": selectors.shown_changes(user, pages.page.object_list),
            "reasons": selectors.country_reasons(brief),
        }
    elif tab == PLEDGES:
        context["pledges"] = selectors.pledges_of(user, brief)
    return render(request, "partnerships/briefs/page.html", context)


@require_safe
def brief_line(request, code, number):
    """One line: what is behind its figure, and who pledged."""
    user, brief = request.user, selectors.get_brief(request.user, code)
    line = selectors.get_line(user, brief, number)
    context = {
        "brief": brief,
        "line": line,
        "row": selectors.shown_lines(user, [line])[0],
        "wishes": selectors.wishes(user, line),
        "sources": selectors.sources_of(user, line),
        "pledges": selectors.pledges_of(user, brief, line),
        "may_pledge": rules.may_pledge(user, brief),
        "reads_pledges": rules.reads_pledges(user),
        "sees_all": rules.sees_all_pledges(user),
    }
    return render(request, "partnerships/briefs/line.html", context)


@require_http_methods(WRITE)
def pledge(request, code, number):
    """A partner pledges seats for a line: opens the draft programme."""
    user, brief = request.user, selectors.get_brief(request.user, code)
    line = selectors.get_line(user, brief, number)
    if not rules.may_pledge(user, brief):
        raise PermissionDenied("partnerships.brief.pledge")
    row = selectors.shown_lines(user, [line])[0]
    key = known_key(request.POST.get("client_key", "")) or new_key()
    sent = request.POST if request.method == "POST" else None
    form = PledgeForm(sent, partner=capacity(user)[1], left=row.left, initial={"seats": row.left or None})
    status = 200
    # A page sent twice finds its own pledge, although fewer people are left by now.
    if sent is not None and (known := selectors.pledge_by_key(user, key)):
        messages.info(request, _("%(code)s was created from this page already.") % {"code": known.program.code})
        return redirect("programs:fill", code=known.program.code)
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = pledges.pledge(
                brief,
                line,
                user,
                seats=data["seats"],
                scheme=data["scheme"],
                month=data["month"],
                mode=data["mode"],
                note_text=data["note"],
                confirmed=data["confirmed"],
                client_key=key,
            )
        except Refused as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
            status = 409
        except Stale as stale:
            form.add_error(None, stale_sentence(stale.record))
            status = 409
        else:
            code = made.program.code
            messages.success(request, _("%(code)s: draft created from your pledge. Fill in the rest.") % {"code": code})
            return redirect("programs:fill", code=code)
    elif form.is_bound:
        status = 400
    context = {"brief": brief, "line": line, "row": row, "form": form, "client_key": key}
    return render(request, "partnerships/briefs/pledge.html", context, status=status)


@require_http_methods(WRITE)
def act_brief(request, code, action):
    """One act on one brief."""
    return act_view(request, selectors.get_brief(request.user, code), action)


# --- Files


@require_safe
def brief_json(request, code):
    """The brief for machines."""
    brief = selectors.get_brief(request.user, code)
    found = files.as_json(request.user, brief)
    return JsonResponse(found, json_dumps_params={"ensure_ascii": False}, headers={"Cache-Control": "private"})


@require_safe
def brief_xlsx(request, code):
    """The lines as filtered, as Excel."""
    brief = selectors.get_brief(request.user, code)
    listing = selectors.line_listing(request, brief)
    return xlsx_response(files.sheets_of(request.user, brief, listing), f"sinergi-{brief.code}.xlsx")


@require_safe
def brief_pdf(request, code):
    """The brief on paper, in the reader's language; sealed once it was published."""
    brief = selectors.get_brief(request.user, code)
    language = "en" if (get_language() or "id").startswith("en") else "id"
    if brief.published_at:
        return file_response(brief_papers.paper_of(brief, language), inline=True)
    content = brief_papers.draft_of(brief, language)
    name = f'inline; filename="{brief.code}-{language}.pdf"'
    headers = {"Content-Disposition": name, "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
