"""The report of an import: what is ready, what has to be mended, what became of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchange.books.columns import Kind
from exchange.models import Job, JobItem, Phase
from exchange.models.jobs import TO_DO
from workflow import formats
from workflow.listing import Pages

SIZE = 25
ACTIONS = {
    "create": ("green", "plus-lg"),
    "change": ("blue", "pencil"),
    "skip": ("", "check2"),
    "fix": ("amber", "pencil"),
}


def report(kind: Kind, request, job: Job) -> dict[str, Any]:
    """What the page of an import that was read shows."""
    options = job.asked.get("options", {})
    found = {"again_url": address(kind, options), "home_url": home_of(kind, options)}
    if not job.outcome.get("read"):
        return found
    items = job.items.all()
    ready = items.filter(action__in=TO_DO)
    views = {
        "perbaiki": (_("To fix"), items.filter(action="fix")),
        "siap": (_("Ready"), ready.filter(done_at__isnull=True)),
        "masuk": (_("Brought in"), ready.filter(done_at__isnull=False, refusal="")),
        "ditolak": (_("Not possible"), ready.exclude(refusal="")),
        "sama": (_("Unchanged"), items.filter(action="skip")),
    }
    counts = {name: query.count() for name, (_label, query) in views.items()}
    wanted = request.GET.get("lihat", "")
    first = ("ditolak", "masuk") if job.phase != Phase.ASKING else ()
    chosen = wanted if counts.get(wanted) else next((n for n in (*first, *views) if counts[n]), "perbaiki")
    pages = Pages(request, views[chosen][1].order_by("number"), SIZE, {"lihat": chosen})
    tabs = [
        {"label": label, "count": counts[name], "url": f"?{urlencode({'lihat': name})}", "current": name == chosen}
        for name, (label, _query) in views.items()
        if counts[name]
    ]
    return {
        **found,
        "kind": kind,
        "counts": counts,
        "chosen": chosen,
        "tabs": tabs,
        "pages": pages,
        "items": [_shown(item) for item in pages.page.object_list],
        "headline": _headline(job, counts),
        "button": _button(kind, counts["siap"]),
        "nothing_ready": not counts["siap"] and job.phase == Phase.ASKING,
        "marked_when_asked": bool(counts["perbaiki"] and job.given and getattr(kind, "personal", False)),
        "closing": getattr(kind, "closing", ""),
    }


def address(kind: Kind, options: dict) -> str:
    """Where a kind is uploaded."""
    url = reverse("exchange:import_needs") if kind.name == "needs" else reverse("exchange:import", args=[kind.name])
    return f"{url}?{urlencode(options)}" if options else url


def home_of(kind: Kind, options: dict) -> str:
    """The list the records end up in, or what the kind says instead."""
    words = getattr(kind, "home_url", None)
    return words(options) if words else reverse(kind.home)


def _headline(job: Job, counts: dict[str, int]) -> str:
    """Rows of the file before anything is stored, so that the figures add up to what its owner sees in Excel; records
    afterwards."""
    if job.phase == Phase.ASKING:
        rows = job.outcome["rows"]
        found = dict(job.items.order_by().values_list("action").annotate(rows=Sum("rows")))
        return ngettext(
            "%(rows)s row read: %(ready)s ready, %(fix)s to fix",
            "%(rows)s rows read: %(ready)s ready, %(fix)s to fix",
            rows,
        ) % {
            "rows": formats.num(rows),
            "ready": formats.num(sum(found.get(action, 0) for action in TO_DO)),
            "fix": formats.num(found.get("fix", 0)),
        }
    return ngettext("%(count)s record brought in", "%(count)s records brought in", counts["masuk"]) % {
        "count": formats.num(counts["masuk"])
    }


def _button(kind: Kind, count: int) -> str:
    words = getattr(kind, "bring_in", None)
    if words is not None:
        return words(count)
    return ngettext("Bring in the %(count)d that is ready", "Bring in the %(count)d that are ready", count) % {
        "count": count
    }


def _shown(item: JobItem) -> dict[str, Any]:
    tone, icon = ACTIONS[item.action]
    return {"item": item, "label": item.get_action_display(), "tone": tone, "icon": icon}
