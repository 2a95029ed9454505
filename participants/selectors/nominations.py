"""Reads of nominations and rosters."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Left
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.roles import PARTNER, Role
from accounts.rules import capacity
from participants.models import (
    PREPARING,
    SEATED,
    ClearanceStep,
    Nomination,
    NominationPaper,
    NominationStatus,
    PanelScore,
    StepState,
)
from participants.rules import editing, permits
from participants.rules.conditions import findings_of
from participants.rules.papers import reads_papers
from participants.selectors.personal import field_label
from participants.sentences import Shown, show_findings
from participants.services.effects import FORWARDED_FIELDS
from partnerships.models import HOLDING, Proposal
from partnerships.selectors.proposals import get_proposal, proposals_seen_by
from partnerships.sentences import province_name
from regions.models import FunctionalPost
from regions.models.vocabulary import term_label
from workflow import formats
from workflow.listing import Facet, Listing
from workflow.reading import get_seen, seen_by

FLOW = "participants.nomination"
S = NominationStatus


def nominations_seen_by(user):
    """The nominations that exist for this user, rows ready for a list."""
    return seen_by(user, FLOW)


def get_nomination(user, code: str) -> Nomination:
    """One nomination, or Http404."""
    return get_seen(user, FLOW, code=code)


# --- The list -----------------------------------------------------------------------------------------------


def _status_labels(codes):
    return {s.value: s.label for s in NominationStatus if s.value in codes}


def _province_labels(codes):
    return {code: province_name(code) for code in sorted(codes)}


FACETS = (
    Facet("status", gettext_lazy("Status"), "status", _status_labels),
    Facet(
        "province",
        gettext_lazy("Province"),
        "province_code",
        _province_labels,
        expression=Left("proposal__line__need__office__region_code", 2),
    ),
)
SORTS = {
    "code": (gettext_lazy("Code"), ("code",)),
    "due": (gettext_lazy("Due"), ("due_at",)),
    "since": (gettext_lazy("Since"), ("status_since",)),
}


def _search(text: str) -> Q:
    """Codes, offices and programmes; nobody is looked up by name."""
    return (
        Q(code__icontains=text)
        | Q(proposal__code__icontains=text)
        | Q(proposal__line__need__office__name_id__icontains=text)
        | Q(proposal__intake__program__title_id__icontains=text)
        | Q(proposal__intake__program__title_en__icontains=text)
    )


def nomination_list(request) -> Listing:
    """The filtered, sorted page of nominations."""
    return Listing(
        request, nominations_seen_by(request.user), facets=FACETS, sorts=SORTS, default_sort="-since", search=_search
    )


@dataclass(frozen=True)
class Counts:
    """How full a proposal is."""

    seats: int
    preparing: int
    chosen: int
    reserves: int

    @property
    def people(self) -> int:
        """Everyone put forward and still in the race."""
        return self.preparing + self.chosen


SHOWN_ROSTERS = 50


def rosters_of(user) -> list[tuple[Proposal, Counts]]:
    """Proposals that hold seats, the ones with places to fill first; one query."""
    if not editing.may_open_roster(user):
        return []
    held = proposals_seen_by(user).filter(status__in=[s.value for s in HOLDING]).prefetch_related(None)
    rows = held.annotate(**counted_for(user)).order_by("-pk")[:SHOWN_ROSTERS]
    found = [(p, Counts(p.seats_allotted, p.n_preparing, p.n_chosen, p.n_reserves)) for p in rows]
    return sorted(found, key=lambda pair: (pair[1].people >= pair[1].seats, -pair[0].pk))


def counted_for(user, prefix: str = "nominations__") -> dict:
    """Annotations; a partner counts only those it was told of."""
    known = Q(**{f"{prefix}forwarded_at__isnull": False}) if capacity(user)[0] in PARTNER else Q()
    path = prefix.removesuffix("__") if prefix else "pk"
    return {
        "n_preparing": Count(path, filter=known & Q(**{f"{prefix}status__in": [s.value for s in PREPARING]})),
        "n_chosen": Count(path, filter=known & Q(**{f"{prefix}status__in": [s.value for s in SEATED]})),
        "n_reserves": Count(path, filter=known & Q(**{f"{prefix}status": S.RESERVE.value})),
    }


def counts_of(user, proposal) -> Counts:
    """The same for one proposal."""
    found = Nomination.objects.filter(proposal=proposal).aggregate(**counted_for(user, ""))
    return Counts(proposal.seats_allotted, found["n_preparing"], found["n_chosen"], found["n_reserves"])


# --- The roster ---------------------------------------------------------------------------------------------


def get_roster_proposal(user, code: str) -> Proposal:
    """A proposal whose people may be listed; Http404 where it holds no seats, or the role has no rosters."""
    if not editing.may_open_roster(user):
        raise Http404
    proposal = get_proposal(user, code)
    if proposal.status not in HOLDING and not nominations_seen_by(user).filter(proposal=proposal).exists():
        raise Http404
    return proposal


# --- One nomination -----------------------------------------------------------------------------------------


def person_rows(user, nomination) -> list[dict]:
    """What this reader is told of the person: a partner exactly the fields that were forwarded."""
    person = nomination.person
    values: dict[str, tuple[Any, Any]] = {
        "name": (_("Full name"), person.shown_name),
        "nip": (_("NIP"), person.nip_masked),
        "sex": (_("Sex"), person.get_sex_display()),
        "birth_year": (_("Year of birth"), str(person.birth_year)),
        "office": (_("Office"), nomination.office.name),
        "post": (_("Post"), person.post.label),
        "rank": (_("Rank"), term_label("rank", person.rank)),
        "employment": (_("Employment status"), person.get_employment_status_display()),
        "education": (_("Education"), term_label("education", person.education)),
        "english": (_("English level"), term_label("language_level", person.english)),
        "years_in_post": (_("Years in this post"), formats.num(person.years_in_post)),
        "last_abroad": (_("Last training abroad"), str(person.last_abroad_year or "")),
    }
    names = FORWARDED_FIELDS if capacity(user)[0] in PARTNER else tuple(values)
    return [{"label": values[name][0], "value": values[name][1]} for name in names]


def findings_shown(user, nomination) -> list[Shown] | None:
    """What is not met, as this reader may know it; None where that is not theirs to read."""
    if not editing.sees_findings(user):
        return None
    found = findings_of(nomination, across_offices=editing.looks_across_offices(user))
    return show_findings([f.as_json() for f in found])


def papers_of(user, nomination) -> list[NominationPaper]:
    """The papers this reader may open."""
    return list(nomination.papers.all()) if reads_papers(user, nomination) else []


def get_paper(user, nomination, pk: int) -> NominationPaper:
    """One of them, or Http404."""
    found = nomination.papers.filter(pk=pk).first() if reads_papers(user, nomination) else None
    if found is None:
        raise Http404
    found.nomination = nomination
    return found


@dataclass(frozen=True)
class StepRow:
    """One line of the permit list with the latest day for it."""

    step: ClearanceStep
    latest: dt.date | None

    @property
    def is_late(self) -> bool:
        """Open although its day has passed."""
        return self.step.state == StepState.OPEN and self.latest is not None and self.latest < timezone.localdate()

    @property
    def tone(self) -> str:
        """The colour of its tag."""
        if self.is_late:
            return "red"
        return {"DONE": "green", "NOT_NEEDED": "neutral"}.get(self.step.state, "amber")


def clearance_rows(nomination) -> list[StepRow]:
    """The permit list."""
    leaves = nomination.leaves_on
    return [StepRow(step, permits.latest_day(step.kind, leaves)) for step in nomination.clearance.all()]


def permits_are_urgent(nomination) -> int | None:
    """Days to departure where they are too few for what is still open; else None."""
    return permits.days_left(nomination)


def sheets_of(user, nomination) -> list[PanelScore]:
    """The panel's sheets: all for those who decide, one's own for a member."""
    if nomination.status in {S.DRAFT, S.SUBMITTED, S.ORG_ENDORSED}:
        return []
    sheets = nomination.scores.all()
    return list(sheets if editing.sees_sheets(user, nomination) else sheets.filter(member=user.pk))


def transfers_of(user, nomination) -> list:
    """To whom the person's data went, and which; everybody concerned reads that."""
    found = list(nomination.transfers.select_related("recipient"))
    for transfer in found:
        transfer.told = ", ".join(str(field_label(name)) for name in transfer.fields)
    return found


def certificate_of(nomination):
    """The newest certificate, if one was made."""
    return nomination.certificates.select_related("seal").order_by("-version").first()


def attendance_of(nomination):
    """Days present of the days held, or None."""
    return getattr(nomination, "attendance", None)


def facts_of(user, nomination) -> list[dict]:
    """What an act is decided on."""
    proposal, person = nomination.proposal, nomination.person
    rows = [
        (_("Person"), person.shown_name),
        (_("Post"), ", ".join(filter(None, [person.post.label, term_label("rank", person.rank)]))),
        (_("Office"), nomination.office.name),
    ]
    if proposal.intake_id is not None:
        when = formats.daterange(proposal.intake.starts, proposal.intake.ends)
        rows.append((_("Intake"), f"{proposal.intake.program.title}, {when}"))
    if capacity(user)[0] in {Role.PPSDM_HEAD, Role.PPSDM_VER}:
        counts = counts_of(user, proposal)
        rows.append((_("Seats taken"), f"{counts.chosen} / {counts.seats}"))
        if nomination.panel_mean is not None:
            rows.append((_("Mean of the panel (4 to 20)"), formats.decimal(nomination.panel_mean, 1)))
        sentences = [found.sentence for found in show_findings(nomination.findings)]
        rows.append((_("Conditions not met"), " ".join(sentences) or formats.NOTHING))
    return [{"label": label, "value": value} for label, value in rows]


def account_choices(office) -> list[tuple[str, str]]:
    """Accounts of an office that may be a nominee's own."""
    members = Membership.objects.current().filter(organisation=office).select_related("user").order_by("user__name")
    return list(dict.fromkeys((str(m.user_id), f"{m.user.name} ({m.user.email})") for m in members))


def post_choices(office) -> list[tuple[str, str]]:
    """Posts that exist in an office of this kind."""
    return [(p.code, p.label) for p in FunctionalPost.objects.current() if p.allowed_at(office)]
