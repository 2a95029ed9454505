"""Webhooks of one's organisation: make, change, pause, delete, new secret, test, and what became of each call."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import zone_of
from accounts.throttle import Tries
from accounts.views.proof import proves_again
from notices import tasks
from notices.forms.webhooks import SinceForm, WebhookForm
from notices.selectors import webhooks as selectors
from notices.services import webhooks as services
from workflow.engine import Refused
from workflow.listing import Pages

SIZE = 25
TESTS = 10
"""Tests, and rounds of sending again, that one webhook gets in a quarter of an hour."""


@never_cache
@require_safe
def webhooks(request):
    """The webhooks of the organisation acted for."""
    context = {
        "webhooks": list(selectors.webhook_rows(request.user)),
        "organisation": request.user.acting_organisation,
        "zone": zone_of(request.user),
        "most": services.MOST,
    }
    return render(request, "notices/webhooks.html", context)


@never_cache
@proves_again
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def create(request):
    """A new one; its secret is shown in the answer to the click that made it, and never again."""
    selectors.webhooks_of(request.user)
    form = WebhookForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            webhook, secret = services.make(request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.reasons[0])
        else:
            return render(
                request, "notices/webhook_secret.html", {"webhook": webhook, "secret": secret, "is_new": True}
            )
    context = {"form": form, "webhook": None}
    return render(request, "notices/webhook_form.html", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request, pk: int):
    """Another address, description or choice of events."""
    webhook = selectors.get_webhook(request.user, pk)
    initial = {"url": webhook.url, "description": webhook.description, "events": webhook.events}
    form = WebhookForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change(webhook, actor=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.reasons[0])
        else:
            messages.success(request, _("The webhook is saved."))
            return redirect(webhook)
    context = {"form": form, "webhook": webhook}
    return render(request, "notices/webhook_form.html", context, status=400 if form.errors else 200)


@never_cache
@require_safe
def webhook(request, pk: int):
    """One webhook with its events."""
    return _page(request, selectors.get_webhook(request.user, pk), SinceForm(initial={"since": timezone.localdate()}))


def _page(request, found, form, status: int = 200):
    outcome = request.GET.get("hasil", "")
    outcome = outcome if outcome in selectors.OUTCOMES else "semua"
    counts = selectors.counts_of(found)
    labels = {
        "semua": _("All"),
        "menunggu": _("Waiting"),
        "terkirim": _("Delivered"),
        "gagal": _("Failed"),
        "batal": _("Not sent"),
    }
    pages = Pages(request, selectors.deliveries_of(found, outcome), SIZE, kept={"hasil": outcome})
    rows = list(pages.page.object_list)
    words = selectors.kind_words({*found.events, *(row.kind for row in rows)})
    context = {
        "webhook": found,
        "capacity": selectors.capacity_of(found),
        "events": [words[name] for name in found.events],
        "pages": pages,
        "rows": [(row, words[row.kind], selectors.outcome_of(row)) for row in rows],
        "counts": counts,
        "chosen": outcome,
        "tabs": [
            {"label": labels[name], "url": f"?hasil={name}", "current": name == outcome, "count": counts[name]}
            for name in selectors.OUTCOMES
        ],
        "form": form,
        "zone": zone_of(request.user),
    }
    return render(request, "notices/webhook.html", context, status=status)


def _test(request, found) -> str:
    _not_too_often(found)
    delivery = services.send_test(found, actor=request.user)
    tasks.call_webhooks_now()
    return _("The test event %(code)s is on its way. Its answer stands in the list below.") % {
        "code": delivery.identity[:12]
    }


def _pause(request, found) -> str:
    services.pause(found, actor=request.user)
    return _("The webhook is paused. What happens meanwhile waits for up to 30 days.")


def _resume(request, found) -> str:
    services.resume(found, actor=request.user)
    tasks.webhooks_soon()
    return _("The webhook is called again, with what waited.")


ACTS = {"test": _test, "pause": _pause, "resume": _resume}


@require_POST
def act(request, pk: int):
    """One of the buttons of its page."""
    found = selectors.get_webhook(request.user, pk)
    chosen = ACTS.get(request.POST.get("act", ""))
    if chosen is None:
        raise Http404
    return _done(request, found, chosen)


def _done(request, found, chosen):
    try:
        messages.success(request, chosen(request, found))
    except Refused as refusal:
        messages.warning(request, refusal.reasons[0])
    return redirect(found)


def _not_too_often(found) -> None:
    if not Tries("webhook", str(found.pk), limit=TESTS).take():
        raise Refused([_("That was often enough for now. Wait 15 minutes.")])


@never_cache
@proves_again
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def secret(request, pk: int):
    """A new secret, after a page that says what that means; shown once."""
    found = selectors.get_webhook(request.user, pk)
    shown = services.renew_secret(found, actor=request.user) if request.method == "POST" else ""
    return render(request, "notices/webhook_secret.html", {"webhook": found, "secret": shown, "is_new": False})


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request, pk: int):
    """Delete it, after a page that says what that means."""
    found = selectors.get_webhook(request.user, pk)
    if request.method == "POST":
        services.remove(found, actor=request.user)
        messages.success(request, _("The webhook is deleted."))
        return redirect("notices:webhooks")
    return render(request, "notices/webhook_delete.html", {"webhook": found})


@require_POST
def replay_failed(request, pk: int):
    """Everything once more that failed since a day."""
    found = selectors.get_webhook(request.user, pk)
    form = SinceForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=400)
    since = form.moment(ZoneInfo(zone_of(request.user)))

    def again(request, found) -> str:
        _not_too_often(found)
        count = services.send_failed_again(found, since=since, actor=request.user)
        tasks.webhooks_soon()
        return ngettext("%(count)d event is sent again.", "%(count)d events are sent again.", count) % {"count": count}

    return _done(request, found, again)


@never_cache
@require_safe
def delivery(request, pk: int, number: int):
    """One event: what is sent, and each call with its answer."""
    found = selectors.get_webhook(request.user, pk)
    row = selectors.get_delivery(found, number)
    context = {
        "webhook": found,
        "delivery": row,
        "words": selectors.kind_words([row.kind])[row.kind],
        "outcome": selectors.outcome_of(row),
        "attempts": list(row.attempts.all()),
        "zone": zone_of(request.user),
    }
    return render(request, "notices/webhook_delivery.html", context)


@require_POST
def replay(request, pk: int, number: int):
    """One event once more."""
    found = selectors.get_webhook(request.user, pk)
    row = selectors.get_delivery(found, number)

    def again(request, found) -> str:
        _not_too_often(found)
        services.send_again(row, actor=request.user)
        tasks.call_webhooks_now()
        return _("The event is sent again, under the same identity.")

    return _done(request, found, again)
