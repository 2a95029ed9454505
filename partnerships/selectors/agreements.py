"""Reads on agreements, always for a user: the list, one agreement, and the parts of its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, OuterRef, Prefetch, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Left
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Organisation, OrganisationKind
from partnerships.models import (
    EXPIRING_DAYS,
    Agreement,
    ExternalBody,
    ExternalStep,
    Proposal,
    Track,
)
from partnerships.rules import documents as document_rules
from partnerships.rules.renewal import ends_soon, without_action
from partnerships.rules.signing import signed_by
from partnerships.services.versions import dotted
from regions.models import Region
from workflow.listing import Facet, Listing
from workflow.reading import get_seen, seen_by

FLOW = "partnerships.agreement"


def agreements_seen_by(user):
    """The agreements that exist for this user, rows ready for a list: seats and open letters included."""
    seats = (
        Proposal.objects.filter(agreement=OuterRef("pk"))
        .order_by()
        .values("agreement")
        .annotate(n=Sum("seats_allotted"))
        .values("n")
    )
    letters = ExternalStep.objects.filter(answered_on__isnull=True).order_by("sent_on", "pk")
    return (
        seen_by(user, FLOW)
        .annotate(seats=Coalesce(Subquery(seats), 0))
        .prefetch_related(Prefetch("external_steps", queryset=letters, to_attr="open_letters"))
    )


def get_agreement(user, code: str) -> Agreement:
    """One agreement through its only door: what the user may not see raises Http404."""
    return get_seen(user, FLOW, code=code)


def _province_names(codes):
    known = {r.code: r.name for r in Region.objects.filter(code__in=codes)}
    return {code: known.get(code, code) for code in sorted(codes, key=lambda c: known.get(c, c))}


def _partner_names(ids):
    known = {o.pk: o.name for o in Organisation.objects.filter(pk__in=[i for i in ids if str(i).isdigit()])}
    return dict(sorted(known.items(), key=lambda pair: pair[1]))


def _expires_soon():
    """Ends soon: without a decision, or with one."""
    return Case(
        When(without_action(), then=Value("undecided")),
        When(ends_soon(), then=Value("decided")),
        default=Value(""),
        output_field=CharField(),
    )


def _validity_names(values):
    names = {
        "undecided": _("Ends within %(count)d days, undecided"),
        "decided": _("Ends within %(count)d days, decided"),
    }
    return {value: text % {"count": EXPIRING_DAYS} for value, text in names.items()}


def facets() -> tuple[Facet, ...]:
    """The filters of the list."""
    return (
        Facet("track", gettext_lazy("Track"), "track", lambda values: {t.value: t.label for t in Track}),
        Facet(
            "status",
            gettext_lazy("Stage"),
            "status",
            lambda values: {s.code: s.label for s in Agreement.flow.states},
        ),
        Facet("partner", gettext_lazy("Partner"), "partner", _partner_names),
        Facet(
            "province",
            gettext_lazy("Province of the region"),
            "province",
            _province_names,
            expression=Coalesce(Left("office__region_code", 2), Value("")),
        ),
        Facet(
            "ends",
            gettext_lazy("Validity"),
            "expires_soon",
            _validity_names,
            expression=_expires_soon(),
        ),
    )


SORTS = {
    "code": (gettext_lazy("Code"), ("code",)),
    "partner": (gettext_lazy("Partner"), ("partner__name_id",)),
    "since": (gettext_lazy("Since"), ("status_since",)),
    "due": (gettext_lazy("Due date"), ("due_at",)),
    "ends": (gettext_lazy("Valid until"), ("ends",)),
}


def matches(text: str) -> Q:
    """What the list searches."""
    return (
        Q(code__icontains=text)
        | Q(title_id__icontains=text)
        | Q(title_en__icontains=text)
        | Q(partner__name_id__icontains=text)
        | Q(partner__code__icontains=text)
        | Q(counterpart__icontains=text)
        | Q(office__name_id__icontains=text)
    )


def agreement_listing(request) -> Listing:
    """The list page: filters with counts, search, sort, pages."""
    return Listing(
        request,
        agreements_seen_by(request.user),
        facets=facets(),
        sorts=SORTS,
        default_sort="-since",
        search=matches,
    )


# --- Parts of the page


def ageing(letter) -> str:
    """How long a body has been silent, with its name: an age, never a deadline."""
    count = letter.waiting_days()
    text = ngettext("waiting %(count)d day at %(body)s", "waiting %(count)d days at %(body)s", count)
    return text % {"count": count, "body": letter.get_body_display()}


def short_age(letter) -> str:
    """The age of a letter where the body's name stands beside it."""
    count = letter.waiting_days()
    if letter.is_open:
        return ngettext("waiting %(count)d day", "waiting %(count)d days", count) % {"count": count}
    return ngettext("answered after %(count)d day", "answered after %(count)d days", count) % {"count": count}


def letters_of(agreement) -> list[ExternalStep]:
    """The letters to outside bodies with their age, open ones first."""
    found = list(agreement.external_steps.select_related("document"))
    for letter in found:
        letter.age, letter.short_age = ageing(letter), short_age(letter)
    return sorted(found, key=lambda x: (not x.is_open, x.sent_on, x.pk))


def get_letter(agreement, pk: int) -> ExternalStep | None:
    """One letter of this agreement."""
    return agreement.external_steps.select_related("agreement").filter(pk=pk).first()


@dataclass(frozen=True)
class Papers:
    """One kind of paper: its latest version and the earlier ones."""

    kind: Any
    latest: Any
    earlier: list[Any]

    @property
    def all(self) -> list[Any]:
        """Every version, the latest first."""
        return [self.latest, *self.earlier]


def papers_of(user, agreement) -> list[Papers]:
    """The papers the user may read, by kind, in the order of the road."""
    rows: dict[str, list] = {}
    readable = agreement.documents.filter(document_rules.readable_documents(user, agreement))
    for paper in readable.select_related("seal"):
        rows.setdefault(paper.kind, []).append(paper)
    kinds = [k for k, _label in agreement.documents.model._meta.get_field("kind").choices if k in rows]
    return [Papers(rows[k][0].get_kind_display(), rows[k][0], rows[k][1:]) for k in kinds]


def get_paper(user, agreement, pk: int):
    """One paper the user may read, or None."""
    readable = agreement.documents.filter(document_rules.readable_documents(user, agreement))
    return readable.select_related("seal").filter(pk=pk).first()


def seat_rows(user, agreement) -> list[Proposal]:
    """The proposals under this agreement with their seats; `visible` says whether the user may open one."""
    seen = set(seen_by(user, "partnerships.proposal").filter(agreement=agreement).values_list("pk", flat=True))
    found = list(
        Proposal.objects.filter(agreement=agreement)
        .select_related("line__post", "line__need__office", "intake__program")
        .order_by("line__need__office__region_code", "pk")
    )
    for row in found:
        row.visible = row.pk in seen
    return found


def region_rows(agreement) -> list[dict]:
    """The regions the agreement reaches, with code and name."""
    codes = set(agreement.region_codes)
    if agreement.office_id and agreement.office.region_code:
        codes.add(agreement.office.region_code)
    known = {r.code: r for r in Region.objects.filter(code__in=codes)}
    return [
        {
            "code": dotted(code),
            "name": known[code].name if code in known else "",
            "region": known.get(code),
            "leads": bool(agreement.office_id) and code == agreement.office.region_code,
        }
        for code in sorted(codes)
    ]


def all_regions() -> dict[str, str]:
    """Code -> name of every region there is today."""
    return {r.code: r.name for r in Region.objects.filter(valid_to__isnull=True).order_by("code")}


def region_label(code: str, places: dict[str, str]) -> str:
    """A region with code and name: "72.06 Kabupaten Morowali"."""
    return f"{dotted(code)} {places.get(code, '')}".strip()


def regions_called(typed: str, places: dict[str, str]) -> list[str]:
    """The regions somebody means: by code, by code and name as offered, by full name, or by part of it."""
    bare = typed.strip().casefold()
    code = bare.split(" ")[0].replace(".", "")
    if code in places:
        return [code]
    exact = [c for c, name in places.items() if bare in {name.casefold(), region_label(c, places).casefold()}]
    return exact or ([c for c, name in places.items() if bare in name.casefold()] if len(bare) > 2 else [])


def copies_of(agreement) -> list[str]:
    """Who was sent a copy, in words; the record keeps codes."""
    names = dict(ExternalBody.choices) | {"ARSIP": _("National archive")}
    return [str(names.get(code, code)) for code in agreement.copies_noted.split(", ") if code]


def parties_of(agreement, regions=()) -> list[dict]:
    """Who is bound, with the posts that signed. A region is bound by its head, the office only does the work."""
    posts = [signed_by(signed) for signed in agreement.signatories]
    region = next((row for row in regions if row["leads"]), None)
    own = {
        "name": region["name"] if region and region["name"] else str(agreement.office or ""),
        "side": _("Region, through %(office)s") % {"office": agreement.office},
    }
    ministry = {"name": str(agreement.unit or _("Ministry of Manpower")), "side": _("Ministry")}
    if agreement.track == Track.NOTA_SINERGI:
        sides = [ministry, own]
    else:
        abroad = _("Foreign regional government") if agreement.counterpart else _("Partner")
        sides = [own if agreement.is_regional else ministry, {"name": agreement.other_party, "side": abroad}]
    for number, side in enumerate(sides):
        side["post"] = posts[number] if number < len(posts) else ""
        side["initials"] = _initials(side["name"])
    return sides


def _initials(name: str) -> str:
    words = name.replace("-", " ").replace(",", " ").split()
    return ("".join(w[0] for w in words[:2]) if len(words) > 1 else words[0][:2] if words else "").upper()


# --- What comes before and after


def followers_of(user, agreement) -> list[Agreement]:
    """The agreements that follow this one, as far as they exist for the user."""
    return list(seen_by(user, FLOW).filter(follows=agreement).order_by("-pk"))


def former_of(user, agreement) -> Agreement | None:
    """The agreement this one follows, if the user may see it."""
    if agreement.follows_id is None:
        return None
    return seen_by(user, FLOW).filter(pk=agreement.follows_id).first()


def ending_soon(user, limit: int = 5) -> list[Agreement]:
    """For homes: what ends within 180 days and nobody has decided on, the nearest end first."""
    found = seen_by(user, FLOW).filter(without_action())
    return list(found.order_by("ends", "pk")[:limit])


# --- Choices and panels


def partners_to_choose():
    """The partners an agreement can be opened with."""
    return Organisation.objects.filter(kind=OrganisationKind.PARTNER, suspended=False, valid_to__isnull=True)


def offices_to_choose():
    """The regional offices an agreement can be opened for."""
    return Organisation.objects.filter(kind=OrganisationKind.OFFICE, suspended=False, valid_to__isnull=True).order_by(
        "region_code"
    )


def programs_to_choose(user):
    """The programmes the user sees."""
    return seen_by(user, "programs.program").order_by("title_id")


def agreements_of_program(user, program) -> list[Agreement]:
    """The agreements about one programme that exist for this user."""
    return list(agreements_seen_by(user).filter(program=program).order_by("-pk")[:20])


def agreement_of_proposal(user, proposal) -> Agreement | None:
    """The agreement that covers a proposal, if the user may see it."""
    if proposal.agreement_id is None:
        return None
    return agreements_seen_by(user).filter(pk=proposal.agreement_id).first()
