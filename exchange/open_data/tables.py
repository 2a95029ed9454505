"""Rows of the data sets as everyone may read them: people from the published counts, records as they are public."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count as Number
from django.db.models import F, Sum
from django.db.models.functions import ExtractYear
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from exchange.models import Count
from exchange.open_data import counting, counts
from exchange.open_data.references import in_both, said
from exchange.open_data.steps import Told
from partnerships.selectors.allocation_results import coverage_of, public_runs
from portal.kpi.catalogue import BY_CODE
from portal.selectors import map as places
from portal.selectors.published import published_agreements
from programs.models import Intake, Program
from programs.rules import public_programs
from regions.models import FunctionalPost, Region, Theme
from regions.models.places import RegionLevel

NAMES = {
    "people": "people_requested",
    "people_approved": "people_approved",
    "seats": "seats_given",
    "trained": "people_trained",
}
"""Figures as columns call them."""


def _cycles() -> list[tuple[int, Count, dict[str, Told]]]:
    found = counts.all_latest()
    return [(int(s), found[s], counts.told_of(found[s])) for s in sorted(found) if s != counts.PROGRAMS]


def _people(told: Told, place: str, names: tuple[str, ...]) -> list:
    """The figures of a row, empty where they are withheld, and which those are."""
    row = told.rows[place]
    hidden = [name for name in names if place in told.hidden.get(name, frozenset())]
    values = [None if name in hidden else row[name] for name in names]
    return [*values, " ".join(NAMES[name] for name in hidden)]


def needs_by_province() -> Iterator[list]:
    """Provinces of every cycle."""
    names = {r.code: r for r in Region.objects.filter(level=RegionLevel.PROVINCE)}
    for year, count, found in _cycles():
        told = found["provinces"]
        for place in sorted(told.rows):
            row, region = told.rows[place], names.get(place)
            yield [year, count.day, place, region.name_id if region else "", region.island_group if region else "",
                   row["offices"], row["filed"], row["needs"], row["approved"],
                   *_people(told, place, places.PERSONS)]  # fmt: skip


def _by_vocabulary(table: str, entries) -> Iterator[list]:
    labels = {entry.code: entry for entry in entries}
    for year, count, found in _cycles():
        told = found[table]
        for place in sorted(told.rows):
            row = told.rows[place]
            yield [year, count.day, place, labels[place].label_id, labels[place].label_en, row["needs"],
                   row["approved"], *_people(told, place, ("people", "people_approved"))]  # fmt: skip


def needs_by_theme() -> Iterator[list]:
    """Competencies of every cycle."""
    return _by_vocabulary("themes", Theme.objects.all())


def needs_by_post() -> Iterator[list]:
    """Posts of every cycle."""
    return _by_vocabulary("posts", FunctionalPost.objects.all())


def filing() -> Iterator[list]:
    """Every place with an office, whether it has filed."""
    names = dict(Region.objects.values_list("code", "name_id"))
    for year in counting.years():
        found = places.counted(year)[0]
        for place in sorted(code for code, row in found.items() if row["offices"]):
            row = found[place]
            filed = min(row["filed"], row["offices"])
            yield [year, place, names.get(place, ""), row["offices"], filed, said(bool(filed))]


def results() -> Iterator[list]:
    """Island groups of every cycle."""
    for year, count, found in _cycles():
        told = found["islands"]
        for island in told.rows:
            yield [year, count.day, island, *_people(told, island, ("people_approved", "seats", "trained"))]


def trained_by_sex() -> Iterator[list]:
    """Women and men of every cycle."""
    for year, count, found in _cycles():
        told = found["trained"]
        for sex, name in (("F", "women"), ("M", "men")):
            hidden = "all" in told.hidden[name]
            value = None if hidden else told.rows["all"][name]
            yield [year, count.day, sex, value, "people_trained" if hidden else ""]


def allocations() -> Iterator[list]:
    """Every public run, as its own page shows it."""
    with override("id"):
        for run in sorted(public_runs(1000), key=lambda run: run.code):
            for p in coverage_of(run.figures, {}, public=True).places:
                hidden = "people_requested seats_given" if p.people is None else ""
                yield [run.round.cycle_id, run.code, run.status, p.code, p.name, p.island, p.people, p.seats, hidden]


def key_figures() -> Iterator[list]:
    """Every measure of every cycle."""
    for year, count, _found in _cycles():
        for row in count.figures["kpi"]:
            label = in_both(BY_CODE[row["kpi"]].label) if row["kpi"] in BY_CODE else ("", "")
            yield [year, count.day, row["kpi"], *label, row["measure"], row["unit"], row["basis"], row["value"],
                   "value" if row["withheld"] else ""]  # fmt: skip


# --- Records


def address(name: str, *arguments: str) -> str:
    """A page of the portal as others cite it: whole, in Indonesian."""
    with override("id"):
        return f"{settings.SITE_URL}{reverse(name, args=arguments)}"


def programs() -> Iterator[list]:
    """Every programme for everyone with its intakes."""
    rows = (
        Program.objects.filter(public_programs())
        .select_related("partner")
        .prefetch_related("intakes", "themes", "posts")
        .order_by("code")
    )
    for p in rows:
        posts = "ALL" if p.all_posts else " ".join(sorted(post.code for post in p.posts.all()))
        head = [p.code, p.title_id, p.title_en, p.partner.code, p.scheme_id, p.status, p.delivery_mode, p.country,
                p.host_province, " ".join(sorted(t.theme_id for t in p.themes.all())), posts,
                timezone.localdate(p.published_at),
                timezone.localdate(p.internal_deadline) if p.internal_deadline else None]  # fmt: skip
        url = address("programs:program", p.slug)
        for i in p.intakes.all():
            yield [*head, i.number, i.place, i.starts, i.ends, i.seats, url]


def seats_offered() -> Iterator[list]:
    """What was offered to everyone, cancelled programmes left out."""
    open_to_all = Program.objects.filter(public_programs()).exclude(status="CANCELLED")
    rows = (
        Intake.objects.filter(program__in=open_to_all.values("pk"))
        .order_by()
        .values(
            year=ExtractYear("starts"),
            partner=F("program__partner__code"),
            partner_name=F("program__partner__name_id"),
            scheme=F("program__scheme"),
            label_id=F("program__scheme__label_id"),
            label_en=F("program__scheme__label_en"),
        )
        .annotate(programs=Number("program", distinct=True), intakes=Number("pk"), seats=Sum("seats"))
        .order_by("year", "partner", "scheme")
    )
    for row in rows:
        yield list(row.values())


def agreements() -> Iterator[list]:
    """Every agreement from the day it took effect."""
    for a in published_agreements().order_by("code"):
        yield [a.code, a.title_id, a.title_en, a.track, a.instrument, a.partner.code if a.partner else "",
               a.counterpart, a.office.region_code if a.office else "", a.status, a.signed_on, a.effective_date, a.ends,
               address("published_agreement", a.code)]  # fmt: skip
