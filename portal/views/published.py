"""Partners and agreements for everyone, how the portal works, whom to turn to, and what search engines read."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as sitemap_of
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from partnerships.selectors.allocation_results import public_runs
from portal.selectors import map as map_selectors
from portal.selectors import outcomes, published
from workflow.downloads import csv_response
from workflow.formats import num
from workflow.open_page import open_page

OFFICE_DAYS = {"answer": 10, "longer": 7, "objection": 30, "commission": 14, "need": 21, "access": 5}
"""Working days: an answer to a question about public information, how much longer it may take with a reason, for an
objection and for its answer, for taking it to the commission (Law 14/2008, articles 22, 36 and 37), for an office's
objection to a refused need (Law 30/2014), and on a barrier in the portal."""


@open_page
def partners(request):
    """Every partner that offers or has agreed something."""
    return render(request, "portal/public/partners.html", {"partners": published.partners()})


@open_page
def partner(request, code):
    """One partner: its programmes for everyone and its agreements."""
    found = published.get_partner(code)
    context = {
        "partner": found,
        "programs": published.programs_of(found),
        "agreements": published.agreements_of(found),
    }
    return render(request, "portal/public/partner.html", context)


@open_page
def agreements(request):
    """Signed agreements, filtered and sorted."""
    listing = published.agreements(request)
    context = {
        "listing": listing,
        "way_out": listing.way_out() if not listing.rows else None,
    }
    return render(request, "portal/public/agreements.html", context)


@open_page
def agreement(request, code):
    """One signed agreement: parties, subject, dates, state; no paper, no person."""
    found = published.get_agreement(code)
    context = {"agreement": found, "parties": published.parties_of(found)}
    return render(request, "portal/public/agreement.html", context)


@open_page
def results(request):
    """What came of a cycle, by island group."""
    cycles = map_selectors.cycles()
    wanted = request.GET.get("siklus", "")
    year = int(wanted) if wanted in {str(y) for y in cycles} else outcomes.latest_with_results()
    rows = outcomes.outcomes(year)
    if request.GET.get("unduh") == "csv":
        return _results_file(year, rows)
    totals = outcomes.totals(rows)
    context = {
        "year": year,
        "cycles": [{"year": y, "url": f"?siklus={y}", "current": y == year} for y in cycles],
        "rows": rows,
        "totals": totals,
        "figures": [
            {"label": _("People in approved needs"), "value": num(totals["people"])},
            {"label": _("Seats given"), "value": num(totals["seats"])},
            {"label": _("People trained"), "value": num(totals["trained"])},
        ],
        "hides": any(None in (row.people, row.seats, row.trained) for row in rows),
        "allocations": public_runs(),
    }
    return render(request, "portal/public/results.html", context)


def _results_file(year: int, rows):
    """The table for spreadsheets; what is withheld is empty."""
    head = ["cycle", "island_group", "people_approved", "seats_given", "people_trained"]
    lines = [
        [year, row.island, *("" if n is None else n for n in (row.people, row.seats, row.trained))] for row in rows
    ]
    return csv_response([head, *lines], f"sinergi-hasil-{year}.csv")


@open_page
def how(request):
    """The whole road, who is at it and how long each may take."""
    return render(request, "portal/public/how.html")


@open_page
def contact(request):
    """Whom to ask, and how to object."""
    return render(request, "portal/public/contact.html", {"days": OFFICE_DAYS})


# --- Search engines -----------------------------------------------------------------------------------------


@login_not_required
@require_safe
@cache_control(public=True, max_age=86400)
def robots(request):
    """Search engines: the public pages, nothing behind the sign-in."""
    closed = ("/beranda/", "/undangan/", "/masuk/", "/sandi/", "/cari/")
    lines = ["User-agent: *", *[f"Disallow: {prefix}{path}" for path in closed for prefix in ("", "/en")]]
    lines += [f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=86400)
def security(request):
    """Whom to tell about a weakness (RFC 9116), as SECURITY.md says it. Good for half a year from the month's first
    day, so that an address nobody looks after any more is seen to be old."""
    first = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: mailto:{settings.SECURITY_EMAIL}",
        f"Expires: {(first + dt.timedelta(days=183)).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: id, en",
        f"Canonical: {settings.SITE_URL}{reverse('security')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


class _Site:
    """The portal's own host, whatever name the request used."""

    domain = name = settings.SITE_URL.split("://")[-1]


class _Bilingual(Sitemap):
    """Every page in both languages, each naming the other."""

    i18n = alternates = True
    protocol = settings.SITE_URL.split("://")[0]

    def get_urls(self, page=1, site=None, protocol=None):
        """Addresses on the portal's own host."""
        return super().get_urls(page, _Site, self.protocol)


class Pages(_Bilingual):
    """Pages that are always there."""

    def items(self):
        """Names of addresses."""
        return [
            "landing", "programs:catalogue", "partners", "published_agreements", "map", "results", "transparency",
            "how", "guide", "contact", "privacy", "accessibility", "verify_code",
        ]  # fmt: skip

    def location(self, item):
        """Its address in the language being written."""
        return reverse(item)


class Programs(_Bilingual):
    """Programmes anyone may read."""

    limit = 5000

    def items(self):
        """The latest first."""
        return published.open_programs()

    def lastmod(self, item):
        """When it was changed."""
        return item.updated_at


class Agreements(_Bilingual):
    """Signed agreements."""

    limit = 5000

    def items(self):
        """The latest first."""
        return published.published_agreements().order_by("-signed_on", "-pk")

    def location(self, item):
        """Its public page."""
        return reverse("published_agreement", args=[item.code])


class Partners(_Bilingual):
    """Partners with a page."""

    def items(self):
        """All of them."""
        return published.partners()

    def location(self, item):
        """Its public page."""
        return reverse("partner", args=[item.code.lower()])


class Allocations(_Bilingual):
    """Ratified allocations."""

    def items(self):
        """The latest."""
        return public_runs(50)

    def location(self, item):
        """Its public page."""
        return reverse("partnerships:public_allocation", args=[item.code])


SITEMAPS = {
    "pages": Pages,
    "programs": Programs,
    "agreements": Agreements,
    "partners": Partners,
    "allocations": Allocations,
}


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def sitemap(request):
    """Every public page, for search engines; nothing behind the sign-in."""
    return sitemap_of(request, SITEMAPS)
