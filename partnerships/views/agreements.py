"""Pages of agreements: list, one agreement, opening, acts, what differs between versions."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from partnerships.forms.agreements import OpenForm
from partnerships.models import Clause, Condition, Track
from partnerships.rules import agreements as rules
from partnerships.rules.documents import kinds_to_upload, papers_to_draft, reads_everything
from partnerships.selectors import agreement_versions as version_selectors
from partnerships.selectors import agreements as selectors
from partnerships.selectors.agreement_stages import stage_rows
from partnerships.selectors.signing import SIGNINGS, signing_facts
from partnerships.services import agreements as services
from workflow.acting import stale_sentence
from workflow.engine import Refused, Stale, offered
from workflow.views import act_view

FORM = "partnerships/agreements/form.html"
TRACKS = {
    Track.CENTRAL: gettext_lazy("Ministry and partner agree. Regions that only send participants need nothing else."),
    Track.KSDLL_CONT: gettext_lazy(
        "A region carries on what ministry and partner have agreed: council and Home Affairs are on the road."
    ),
    Track.KSDLL_NEW: gettext_lazy(
        "A region and a foreign institution begin something new: the Minister of Home Affairs approves, "
        "and full powers are needed."
    ),
    Track.KSDPL: gettext_lazy(
        "A region and a foreign regional government, such as a sister province or city: "
        "the Minister of Home Affairs approves, and full powers are needed."
    ),
    Track.NOTA_SINERGI: gettext_lazy(
        "Ministry and region plan together (PP 28/2018, article 46): a memorandum of agreement with an action plan, "
        "without council and clearance."
    ),
}
"""What each track is for, in one sentence."""


def tracks_open_to(user) -> list[Track]:
    """The tracks on which the user may open an agreement."""
    return [track for track in Track if rules.may_open(user, track)]


@require_safe
def agreement_list(request):
    """Every agreement the user may see."""
    listing = selectors.agreement_listing(request)
    for row in listing.rows:
        row.ages = [selectors.ageing(letter) for letter in row.open_letters]
    context = {"listing": listing, "may_open": bool(tracks_open_to(request.user))}
    return render(request, "partnerships/agreements/list.html", context)


@require_safe
def agreement_page(request, code):
    """One agreement: stages, parties, seats, papers, letters, history."""
    agreement = selectors.get_agreement(request.user, code)
    user = request.user
    letters = selectors.letters_of(agreement)
    papers = selectors.papers_of(user, agreement)
    readable = {paper.pk for group in papers for paper in group.all}
    rows = stage_rows(agreement, letters)
    seats = selectors.seat_rows(user, agreement)
    offers = offered(user, agreement)
    regions = selectors.region_rows(agreement)
    inside = reads_everything(user, agreement)
    news, new_texts, base = version_selectors.news_for_review(agreement, inside=inside)
    context = {
        "agreement": agreement,
        "stages": rows,
        "stage": next((row for row in rows if row.place == "now"), None),
        "offers": offers,
        "letters": letters,
        "papers": papers,
        "readable": readable,
        "seats": seats,
        "seat_total": sum(row.seats_allotted for row in seats),
        "regions": regions,
        "parties": selectors.parties_of(agreement, regions),
        "former": selectors.former_of(user, agreement),
        "followers": selectors.followers_of(user, agreement),
        "versions": agreement.versions.count(),
        "news": news,
        "new_texts": new_texts,
        "news_since": base,
        "conditions": [(c.label, bool(agreement.conditions.get(c.value))) for c in Condition]
        if agreement.is_regional
        else [],
        "proposed": version_selectors.proposal_of(agreement),
        "copies": selectors.copies_of(agreement),
        "clauses": [(clause.label, bool(agreement.clauses.get(clause.value))) for clause in Clause],
        "reads_everything": inside,
        "may_plan_actions": rules.may_plan_actions(user, agreement),
        "may_edit": rules.may_edit_content(user, agreement),
        "may_upload": bool(kinds_to_upload(user, agreement)),
        "may_draft": bool(papers_to_draft(user, agreement)),
        "may_record_letters": rules.may_record_letters(user, agreement),
        "may_check_clauses": rules.may_check_clauses(user, agreement),
        "may_keep_grant": rules.may_keep_grant(user, agreement),
    }
    return render(request, "partnerships/agreements/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def act_agreement(request, code, action):
    """One act on one agreement. Who reviews or signs sees above the form what is new."""
    agreement = selectors.get_agreement(request.user, code)
    facts = _news(request.user, agreement) if action in DECIDED_ON_NEWS else ()
    if action in SIGNINGS:
        facts = [*facts, *signing_facts(request.user, agreement)]
    return act_view(request, agreement, action, facts=facts)


DECIDED_ON_NEWS = {
    "legal_ok",
    "return",
    "reject_legal",
    "amendment_ok",
    "amendment_back",
    "amended",
    "amended_region",
    "amendment_back_signing",
    "amendment_back_region",
}


def _news(user, agreement) -> list[dict]:
    """What changed since the Legal Bureau read it last, as rows of a summary."""
    facts, texts, base = version_selectors.news_for_review(agreement, inside=reads_everything(user, agreement))
    if base is None:
        return [{"label": _("Since the last review"), "value": _("This is the first review.")}]
    rows = [
        {
            "label": fact.label,
            "value": _("%(before)s → %(after)s") % {"before": fact.before or "–", "after": fact.after or "–"},
        }
        for fact in facts
    ]
    rows += [{"label": text.label, "value": _("New text")} for text in texts]
    return rows or [{"label": _("Since the last review"), "value": _("Nothing changed.")}]


@require_http_methods(["GET", "HEAD", "POST"])
def open_agreement(request):
    """A new agreement by hand: first the track, then what this track needs."""
    tracks = tracks_open_to(request.user)
    if not tracks:
        raise PermissionDenied("partnerships.agreement.create")
    wanted = request.POST.get("track") or request.GET.get("jalur", "")
    if wanted not in tracks:
        rows = [(track.value, track.label, TRACKS[track]) for track in tracks]
        status = 400 if request.method == "POST" else 200
        return render(request, "partnerships/agreements/tracks.html", {"tracks": rows}, status=status)
    form = OpenForm(*sent(request), user=request.user, track=wanted)
    if request.method == "POST" and form.is_valid():
        agreement = services.open_agreement(actor=request.user, **form.values)
        messages.success(request, _("Agreement %(code)s was opened.") % {"code": agreement.code})
        return redirect(agreement)
    context = {
        "form": form,
        "title": _("Open an agreement: %(track)s") % {"track": Track(wanted).label},
        "lead": TRACKS[Track(wanted)],
        "button": _("Open the agreement"),
    }
    return render(request, FORM, context, status=400 if form.is_bound else 200)


def sent(request) -> tuple:
    """What a form is bound to: the answers and files of a POST, nothing otherwise."""
    return (request.POST, request.FILES) if request.method == "POST" else ()


def form_page(request, agreement, form, *, title, button, save, lead="", stays=None, template=FORM, more=None):
    """Show a form about one agreement, or write it: 400 for answers to repair, 409 for who came second."""
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            said = save(form)
        except Refused as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
            status = 409
        except Stale as stale:
            agreement = stale.record
            form.add_error(None, stale_sentence(agreement))
            if "version" in form.fields:
                # The person has now been told of the change: saving again is a decision, not an oversight.
                form.data = form.data.copy()
                form.data["version"] = agreement.version
            status = 409
        else:
            messages.success(request, said)
            return redirect(stays or agreement)
    elif request.method == "POST":
        status = 400
    context = {"agreement": agreement, "form": form, "title": title, "button": button, "lead": lead, **(more or {})}
    return render(request, template, context, status=status)


@require_safe
def changes(request, code):
    """What differs between two versions: facts field by field, texts line by line where their words are known."""
    agreement = selectors.get_agreement(request.user, code)
    comparison = version_selectors.compare(
        agreement,
        inside=reads_everything(request.user, agreement),
        before=request.GET.get("dari", ""),
        after=request.GET.get("ke", ""),
    )
    readable = {paper.pk for group in selectors.papers_of(request.user, agreement) for paper in group.all}
    context = {"agreement": agreement, "comparison": comparison, "readable": readable}
    return render(request, "partnerships/agreements/changes.html", context)
