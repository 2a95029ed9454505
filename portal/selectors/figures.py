"""The few counted numbers of each role's home: one or two queries each, whatever the amount of data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Invitation, Membership
from accounts.rules import capacity
from notices.selectors import post_room_state
from partnerships.models import EXPIRING_DAYS, AgreementStatus
from partnerships.selectors.demand import demand_figures
from portal.kpi.catalogue import BY_CODE
from portal.kpi.figures import address, value_of
from portal.kpi.periods import Period
from portal.kpi.scopes import scope_of
from programs.models import Intake, ProgramStatus
from regions.models import FilingWindow, NeedStatus, TrainingNeed
from workflow import formats
from workflow.models import LogEntry
from workflow.reading import seen_by

OUT_OF_COUNT = (NeedStatus.WITHDRAWN, NeedStatus.MERGED, NeedStatus.REJECTED)
"""Needs whose people nobody asks for any more."""
ACCEPTED = (NeedStatus.APPROVED, NeedStatus.IN_FULFILMENT, NeedStatus.FULFILLED)
OFFERED = (ProgramStatus.PUBLISHED, ProgramStatus.OPEN)
SIGNED = (AgreementStatus.ACTIVE, AgreementStatus.UNDER_AMENDMENT)
ENDED = (
    AgreementStatus.EXPIRED,
    AgreementStatus.TERMINATED,
    AgreementStatus.CLOSED,
    AgreementStatus.REJECTED,
    AgreementStatus.CANCELLED,
)


@dataclass(frozen=True)
class Figure:
    """One number with its name; `note` says what it is measured against."""

    label: Any
    value: Any
    note: Any = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True)
class Coverage:
    """Which share of the approved people has a seat; None: nobody was approved yet."""

    label: str
    percent: int | None
    own: bool = False


def _people(count: int | None) -> str:
    number = count or 0
    return ngettext("%(number)s person", "%(number)s people", number) % {"number": formats.num(number)}


def _seen(user, flow: str, **sums):
    """Aggregates over the records of one table that the user may see."""
    return seen_by(user, flow).select_related(None).order_by().aggregate(**sums)


def _waiting_figures(waiting: int, overdue: int) -> list[Figure]:
    return [
        Figure(_("Waiting for you"), formats.num(waiting)),
        Figure(
            _("Overdue"),
            formats.num(overdue),
            _("past the time limit") if overdue else _("nothing late"),
            "bad" if overdue else "good",
        ),
    ]


def head_figures(user, waiting: int) -> list[Figure]:
    """What is to be signed, how long filing stays open, and how many people the office asks for."""
    sums = _seen(
        user,
        "regions.need",
        asked=Sum("people_requested", filter=~Q(status__in=OUT_OF_COUNT)),
        seats=Sum("people_accepted", filter=Q(status__in=ACCEPTED)),
    )
    return [
        Figure(_("To sign"), formats.num(waiting)),
        _days_left(user.acting_organisation.time_zone),
        Figure(
            _("People the office asks for"),
            formats.num(sums["asked"] or 0),
            _("%(seats)s with a seat") % {"seats": formats.num(sums["seats"] or 0)},
        ),
    ]


def _days_left(zone: str) -> Figure:
    """Until filing closes, counted on the office's own calendar."""
    window = FilingWindow.open_now()
    if window is None:
        return Figure(_("Days until filing closes"), formats.NOTHING, _("closed now"))
    left = formats.days_left(window.closes_at, zone)
    closes = formats.shortday(formats.local(window.closes_at, zone).date())
    return Figure(_("Days until filing closes"), formats.num(left), _("on %(day)s") % {"day": closes})


def coverage(user) -> list[Coverage]:
    """Seats against approved people: own office, its province, the country. One query; sums only, no
    records."""
    _role, organisation = capacity(user)
    approved = TrainingNeed.objects.filter(status__in=ACCEPTED).order_by()
    own, province = (
        Q(office=organisation),
        Q(office__region_code__startswith=organisation.province_code or "–"),
    )
    sums = approved.aggregate(
        own_seats=Sum("people_accepted", filter=own),
        own_people=Sum("people_requested", filter=own),
        province_seats=Sum("people_accepted", filter=province),
        province_people=Sum("people_requested", filter=province),
        seats=Sum("people_accepted"),
        people=Sum("people_requested"),
    )

    def share(seats, people):
        return round(100 * (sums[seats] or 0) / sums[people]) if sums[people] else None

    return [
        Coverage(organisation.name, share("own_seats", "own_people"), own=True),
        Coverage(_("Your province"), share("province_seats", "province_people")),
        Coverage(_("Indonesia"), share("seats", "people")),
    ]


def province_figures(user, waiting: int, late: int, filed: int, total: int) -> list[Figure]:
    """Which regencies have filed in this cycle, what waits, what is late, what was endorsed."""
    sums = _seen(user, "regions.need", people=Sum("people_requested", filter=Q(status__in=ACCEPTED)))
    return [
        Figure(
            _("Regencies and cities that filed"),
            formats.num(filed),
            _("of %(total)s") % {"total": formats.num(total)},
        ),
        *_waiting_figures(waiting, late),
        Figure(_("Approved in the province"), formats.num(sums["people"] or 0), _("people")),
    ]


def ministry_figures(user, waiting: int, late: int) -> list[Figure]:
    """The queue, and seats against need."""
    sums = _seen(user, "regions.need", people=Sum("people_requested", filter=Q(status__in=ACCEPTED)))
    seats = _open_seats()
    return [
        *_waiting_figures(waiting, late),
        Figure(_("Approved need"), formats.num(sums["people"] or 0), _("people")),
        Figure(_("Seats still free"), formats.num(seats), _("in published programmes")),
    ]


def _open_seats(partner=None) -> int:
    """Free seats of intakes that have not begun."""
    intakes = Intake.objects.filter(program__status__in=OFFERED, starts__gte=timezone.localdate())
    if partner is not None:
        intakes = intakes.filter(program__partner=partner)
    return intakes.order_by().aggregate(free=Sum(F("seats") - F("seats_taken")))["free"] or 0


def bureau_figures(user, waiting: int, late: int) -> list[Figure]:
    """Offers to verify, agreements on their way, in force and ending."""
    offers = _seen(
        user,
        "programs.program",
        verify=Count("pk", filter=Q(status__in=[ProgramStatus.SUBMITTED, ProgramStatus.VERIFICATION])),
        offered=Count("pk", filter=Q(status__in=OFFERED)),
    )
    return [
        *_waiting_figures(waiting, late),
        Figure(
            _("Programmes to verify"),
            formats.num(offers["verify"]),
            _("%(count)s published") % {"count": formats.num(offers["offered"])},
        ),
        *agreement_figures(user),
    ]


def agreement_figures(user) -> list[Figure]:
    """Partnerships on their way, in force and ending soon, of these the undecided: the numbers of K13."""
    sums = _seen(
        user,
        "partnerships.agreement",
        under_way=Count("pk", filter=~Q(status__in=[*SIGNED, *ENDED])),
        active=Count("pk", filter=Q(status__in=SIGNED)),
    )
    kpi, period = BY_CODE["K13"], Period(timezone.localdate().year)
    ending = value_of(scope_of(user), kpi.measures[0], period)
    return [
        Figure(_("Partnerships in preparation"), formats.num(sums["under_way"])),
        Figure(
            _("Partnerships in force"),
            formats.num(sums["active"]),
            _("%(count)s end within %(days)d days") % {"count": ending.below_text, "days": EXPIRING_DAYS},
        ),
        Figure(
            _("Ending without a decision"),
            ending.above_text,
            _("of %(total)s") % {"total": ending.below_text},
            "bad" if ending.above else "",
            address(kpi, period),
        ),
    ]


def signer_figures(user, waiting: int, late: int) -> list[Figure]:
    """For legal review and signature."""
    return [*_waiting_figures(waiting, late), *agreement_figures(user)]


def partner_figures(user, waiting: int, late: int) -> list[Figure]:
    """Proposals to answer, seats filled, demand nobody has met."""
    _role, organisation = capacity(user)
    seats = (
        Intake.objects.filter(program__partner=organisation, program__published_at__isnull=False)
        .order_by()
        .aggregate(all=Sum("seats"), taken=Sum("seats_taken"))
    )
    return [
        *_waiting_figures(waiting, late),
        Figure(
            _("Seats filled"),
            formats.num(seats["taken"] or 0),
            _("of %(total)s") % {"total": formats.num(seats["all"] or 0)},
        ),
        Figure(_("Unmet demand"), formats.num(demand_figures()["unmet"]), _("people, all competencies")),
    ]


def _seated() -> Figure:
    """Which share of the country's approved people has a seat."""
    sums = TrainingNeed.objects.filter(status__in=ACCEPTED).aggregate(
        people=Sum("people_requested", default=0), seats=Sum("people_accepted", default=0)
    )
    share = formats.percent(100 * sums["seats"] / sums["people"]) if sums["people"] else formats.NOTHING
    of = _("%(seats)s of %(people)s") % {"seats": formats.num(sums["seats"]), "people": _people(sums["people"])}
    return Figure(_("Approved people with a seat"), share, of)


def evaluator_figures(user, waiting: int) -> list[Figure]:
    """What has ended and still has no evaluation."""
    sums = _seen(
        user,
        "programs.program",
        to_do=Count("pk", filter=Q(status=ProgramStatus.COMPLETED)),
        done=Count("pk", filter=Q(status=ProgramStatus.EVALUATED)),
        running=Count("pk", filter=Q(status=ProgramStatus.RUNNING)),
    )
    return [
        Figure(_("To evaluate"), formats.num(sums["to_do"])),
        Figure(_("Under way"), formats.num(sums["running"])),
        Figure(_("Evaluated"), formats.num(sums["done"])),
    ]


def auditor_figures() -> list[Figure]:
    """How much happened, and what the log holds."""
    now = timezone.now()
    sums = LogEntry.objects.order_by().aggregate(
        day=Count("pk", filter=Q(at__gte=now - dt.timedelta(days=1))),
        week=Count("pk", filter=Q(at__gte=now - dt.timedelta(days=7))),
        people=Count("actor", distinct=True, filter=Q(at__gte=now - dt.timedelta(days=7))),
        all=Count("pk"),
    )
    return [
        Figure(_("Events in 24 hours"), formats.num(sums["day"])),
        Figure(
            _("Events in 7 days"),
            formats.num(sums["week"]),
            _("by %(people)s") % {"people": _people(sums["people"])},
        ),
        Figure(_("Events in the log"), formats.num(sums["all"])),
        _seated(),
    ]


def administrator_figures() -> list[Figure]:
    """Roles, invitations, and whether mail leaves."""
    now = timezone.now()
    roles = Membership.objects.current().order_by()
    invitations = (
        Invitation.objects.filter(accepted_at__isnull=True, revoked_at__isnull=True)
        .order_by()
        .aggregate(
            open=Count("pk", filter=Q(expires_at__gt=now)),
            expired=Count("pk", filter=Q(expires_at__lte=now)),
        )
    )
    mail = post_room_state()
    return [
        Figure(
            _("People with a role"),
            formats.num(roles.values("user_id").distinct().count()),
            _("in %(count)s organisations")
            % {"count": formats.num(roles.values("organisation_id").distinct().count())},
        ),
        Figure(_("Open invitations"), formats.num(invitations["open"])),
        Figure(_("Expired invitations"), formats.num(invitations["expired"])),
        Figure(
            _("Mail waiting"),
            formats.num(mail["waiting"]),
            _("%(count)s failing") % {"count": formats.num(mail["failing"])},
            "bad" if mail["failing"] else "",
        ),
    ]
