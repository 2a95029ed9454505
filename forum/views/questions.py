"""Pages of questions on programmes: all answers, asking, one question with its acts, and the list."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import OFFICE
from accounts.rules import zone_of
from forum.forms.questions import AskForm
from forum.rules import questions as rules
from forum.selectors import questions as selectors
from forum.services import questions as services
from programs.selectors import get_program
from workflow.acting import switched
from workflow.engine import Refused
from workflow.open_page import open_page
from workflow.views import act_view


@open_page
def program_questions(request, slug: str):
    """All answers on a programme; for visitors as far as the programme is public."""
    program = get_program(request.user, slug)
    context = {
        "program": program,
        "listing": selectors.program_listing(request, program),
        "found": selectors.questions_on(request.user, program),
    }
    return render(request, "forum/questions/program.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request, slug: str):
    """Ask about a programme. What was answered already, and what would give the asker away, is shown first."""
    program = get_program(request.user, slug)
    if not rules.may_ask(request.user, program):
        refusal = PermissionDenied("forum.question.ask")
        refusal.roles = OFFICE
        raise refusal
    closed = rules.takes_no_questions(program, zone_of(request.user))
    form = AskForm(*([request.POST] if request.method == "POST" else []), actor=request.user)
    context = {
        "program": program,
        "form": form,
        "closed": closed,
        "similar": [],
        "telling": [],
        "open_one": None,
        "few": rules.few_could_ask(program),
    }
    status = 200
    if request.method == "POST":
        status = 400
        if elsewhere := switched(request):
            form.add_error(None, elsewhere)
            status = 409
        elif closed:
            form.add_error(None, closed)
        elif form.is_valid():
            text = form.cleaned_data["text"]
            context["similar"] = selectors.similar_answered(program, text)
            context["telling"] = rules.tells_who_asks(text, selectors.names_of(request.user))
            if (context["similar"] or context["telling"]) and not form.has_read:
                form.show_once()
                return render(request, "forum/questions/ask.html", context)
            try:
                question = services.ask(program, text, actor=request.user)
            except services.AlreadyAsked as already:
                context["open_one"] = already.question
                form.add_error("text", already.reasons[0])
            except Refused as refused:
                for reason in refused.reasons:
                    form.add_error(None, reason)
            else:
                messages.success(request, _("%(code)s: question sent.") % {"code": question.code})
                return redirect(question)
    return render(request, "forum/questions/ask.html", context, status=status)


@require_safe
def question(request, code: str):
    """One question with its answer and what can be done with it."""
    found = selectors.get_question(request.user, code)
    context = {
        "question": found,
        "record": found,
        "shown": selectors.shown_to(request.user, found),
        "zone": zone_of(request.user),
    }
    return render(request, "forum/questions/question.html", context)


def act(request, code: str, action: str):
    """Answer, correct or withdraw."""
    found = selectors.get_question(request.user, code)
    facts = [{"label": _("Programme"), "value": found.title}, {"label": _("Question"), "value": found.text}]
    return act_view(request, found, action, facts=facts)


@require_safe
def question_list(request):
    """What waits for an answer, what one's office asked, what was answered."""
    listing = selectors.question_listing(request)
    context = {
        "listing": listing,
        "tabs": selectors.tab_links(listing),
        "tab": listing.tab or next(iter(listing.tabs)),
    }
    return render(request, "forum/questions/list.html", context)
