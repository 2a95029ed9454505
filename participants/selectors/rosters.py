"""A roster: the people of one proposal, or of a whole intake, for whoever selects, accompanies and receives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import PARTNER, Role
from accounts.rules import capacity
from participants.models import CHOSEN, OPEN, SEATED, Nomination, NominationStatus
from participants.rules import bulk, editing, permits
from participants.rules.balance import Balance, balance_of, balance_on
from participants.rules.conditions import findings_for
from participants.selectors.nominations import Counts, counted_for, get_roster_proposal, nominations_seen_by
from participants.sentences import Shown, show_findings
from partnerships.models import HOLDING, Proposal
from partnerships.sentences import province_name
from programs.models import Intake
from workflow.listing import Pages

S = NominationStatus
ON_A_PAGE = 75
"""People on one page of a form: with seven days each, fewer fields than a form may send."""
WHOLE_INTAKE = (Role.PPSDM_VER, Role.PPSDM_HEAD, Role.BIROKS_OFF, Role.BIROKS_HEAD, Role.AUDITOR, *PARTNER)
"""Who reads the roster of a whole intake: an office reads its own proposal only, a partner what was forwarded."""
ORDER = [
    *(S.ATTENDING, S.COMPLETED, S.FOLLOW_UP, S.CLOSED, S.INCOMPLETE),
    *reversed(CHOSEN),
    *(S.RESERVE, S.SCREENING, S.ORG_ENDORSED, S.SUBMITTED, S.RETURNED, S.DRAFT),
]


@dataclass
class Row:
    """One person on a roster."""

    nomination: Nomination
    findings: list[Shown] = field(default_factory=list)
    judged: bool = False
    attendance: Any = None
    days_left: int | None = None
    takes_place_of: str = ""
    successor: str = ""

    @property
    def certain(self) -> list[Shown]:
        """What stands in the way for sure."""
        return [f for f in self.findings if f.certain]

    @property
    def holds_seat(self) -> bool:
        """Chosen, on the way, there, or back."""
        return self.nomination.status in SEATED

    @property
    def warning(self) -> str:
        """That departure is near and permits are open."""
        return permits.days_left_sentence(self.days_left) if self.days_left is not None else ""


@dataclass(frozen=True)
class Roster:
    """What a roster is about: one proposal, or one intake with all its proposals."""

    intake: Intake | None
    proposal: Proposal | None = None

    @property
    def key(self) -> tuple:
        """What stands in its addresses."""
        return (self.proposal.code,) if self.proposal else (self.intake.program.code, self.intake.number)

    def link(self, name: str, *more) -> str:
        """The address of one of its pages: "roster", "bulk", "sheet", "sign_in"."""
        return reverse(f"participants:{name if self.proposal else f'intake_{name}'}", args=[*self.key, *more])

    @property
    def url(self) -> str:
        """The roster's own page."""
        return self.link("roster")

    @property
    def sheet_url(self) -> str:
        """The attendance sheet."""
        return self.link("sheet")

    @property
    def sign_in_pdf_url(self) -> str:
        """The list to sign."""
        return self.link("sign_in", "pdf")

    @property
    def sign_in_xlsx_url(self) -> str:
        """The same as a workbook."""
        return self.link("sign_in", "xlsx")

    @property
    def code(self) -> str:
        """How pages and files call it."""
        return self.proposal.code if self.proposal else f"{self.intake.program.code}-{self.intake.number}"

    @property
    def title(self) -> str:
        """The programme, or the request."""
        return self.proposal.title if self.proposal else self.intake.program.title

    @property
    def same(self) -> dict:
        """Which nominations are on it."""
        return {"proposal": self.proposal} if self.proposal else {"proposal__intake": self.intake}

    @property
    def record(self):
        """The record in whose log readings are noted."""
        return self.proposal or self.intake.program

    def reading(self, people: int) -> dict:
        """What the log says of a look at it; the record of an intake is its programme, so the number stands here."""
        return {"nominations": people} | ({} if self.proposal else {"intake": self.intake.number})

    def people(self, user):
        """The nominations on it that exist for this user."""
        return nominations_seen_by(user).filter(**self.same)


def roster_of_proposal(user, code: str) -> Roster:
    """The people of one proposal, or Http404."""
    proposal = get_roster_proposal(user, code)
    return Roster(proposal.intake, proposal)


def roster_of_intake(user, program: str, number: int) -> Roster:
    """Everyone on one intake, or Http404: for the centre once seats were given, for its partner once a person was
    forwarded."""
    role, organisation = capacity(user)
    if role not in WHOLE_INTAKE or "\x00" in program or number > 32767:
        raise Http404
    found = Intake.objects.select_related("program__partner").filter(program__code=program, number=number).first()
    if found is None or (role in PARTNER and found.program.partner_id != organisation.pk):
        raise Http404
    roster = Roster(found)
    given = role not in PARTNER and Proposal.objects.filter(intake=found, status__in=HOLDING).exists()
    if not given and not roster.people(user).exists():
        raise Http404
    return roster


def intake_link(user, proposal) -> str:
    """The way from one proposal to the whole intake, for those who have it."""
    if proposal.intake_id is None or capacity(user)[0] not in WHOLE_INTAKE:
        return ""
    return Roster(proposal.intake).url


def rows_of(user, roster: Roster) -> list[Row]:
    """The people of a roster with what is known of each; a fixed number of queries however many they are."""
    found = list(
        roster.people(user).select_related("attendance", "takes_place_of", "successor").order_by("place_in_order", "pk")
    )
    place = {status: n for n, status in enumerate(ORDER)}
    found.sort(key=lambda n: place.get(n.status, len(ORDER)))
    judged = _judged(user, [n for n in found if n.status in OPEN])
    inside = capacity(user)[0] not in PARTNER
    shown = {n.pk for n in found}
    return [
        Row(
            nomination=n,
            findings=show_findings([f.as_json() for f in judged.get(n.pk, [])]),
            judged=n.pk in judged,
            attendance=getattr(n, "attendance", None),
            days_left=permits.days_left(n) if inside else None,
            takes_place_of=n.takes_place_of.code if n.takes_place_of_id in shown else "",
            successor=_successor(n, shown),
        )
        for n in found
    ]


def _successor(nomination, shown: set[int]) -> str:
    other = getattr(nomination, "successor", None)
    return other.code if other is not None and other.pk in shown else ""


def _judged(user, nominations: list[Nomination]) -> dict[int, list]:
    """Nomination -> what is not met. Every proposal of one roster is for the same course."""
    if not nominations or not editing.sees_findings(user):
        return {}
    return findings_for(nominations[0].proposal, nominations, across_offices=editing.looks_across_offices(user))


def reserves_of(rows: list[Row]) -> list[Row]:
    """The reserve list in its order; per office where the roster holds several."""
    found = [row for row in rows if row.nomination.status == S.RESERVE]
    found.sort(key=lambda row: (row.nomination.proposal_id, row.nomination.place_in_order or 0, row.nomination.pk))
    return found


def counts_on(user, roster: Roster) -> Counts:
    """Seats given, chosen, in preparation, reserves."""
    found = Nomination.objects.filter(**roster.same).aggregate(**counted_for(user, ""))
    held = [roster.proposal] if roster.proposal else Proposal.objects.filter(intake=roster.intake, status__in=HOLDING)
    seats = sum(p.seats_allotted for p in held)
    return Counts(seats, found["n_preparing"], found["n_chosen"], found["n_reserves"])


def balance_on_roster(user, roster: Roster) -> Balance | None:
    """The counts of the whole intake, for those who keep its balance."""
    if not editing.sees_balance(user):
        return None
    return balance_on(roster.intake) if roster.intake else balance_of(roster.proposal)


def provinces_shown(balance: Balance | None) -> list[dict]:
    """Provinces by their names."""
    counted = balance.provinces if balance else {}
    return [{"label": province_name(code), "people": n} for code, n in counted.items()]


def signers_of(user, roster: Roster) -> list[Nomination]:
    """Who signs the attendance list: everyone with a seat whom the user may see, by office and place on the list."""
    found = roster.people(user).filter(status__in=[s.value for s in SEATED]).select_related("person__office")
    return list(found.order_by("proposal__line__need__office__code", "place_in_order", "pk"))


BULK_LABELS = {
    "screen": gettext_lazy("Begin screening for several"),
    "start": gettext_lazy("Record attendance begun for several"),
    "complete": gettext_lazy("Record completion for several"),
}


def bulk_links(user, roster: Roster, rows: list[Row]) -> list[dict]:
    """What can be done for many at once, with how many people it is about."""
    found = bulk.offered_to(user, (row.nomination for row in rows))
    return [
        {"label": BULK_LABELS[name], "url": roster.link("bulk", name), "count": count} for name, count in found.items()
    ]


def bulk_people(user, roster: Roster, name: str) -> list[Nomination]:
    """The people in a state from which an act starts, ready to be shown with their attendance."""
    rows = roster.people(user).select_related("attendance").prefetch_related("marks")
    sources = Nomination.flow.transition(name).source
    return list(rows.filter(status__in=sources).order_by("proposal", "place_in_order", "pk"))


def pages_of(request, people: list[Nomination], **kept) -> Pages:
    """The people of a roster cut into pages a form can send."""
    return Pages(request, people, ON_A_PAGE, kept)


def on_form(pages: Pages, people: list[Nomination], data) -> list[Nomination]:
    """Those whose rows were sent, wherever they stand on the list by now; else those of the page."""
    sent = [n for n in people if data and (f"row-{n.code}" in data or f"version-{n.code}" in data)]
    return sent or list(pages.page)


def moved_on(user, roster: Roster, people: list[Nomination], data, prefix: str) -> list[Nomination]:
    """People whose rows were sent and who are no longer on the form's list: somebody was faster."""
    sent = {key.removeprefix(prefix) for key in data or () if key.startswith(prefix)} - {n.code for n in people}
    sent = {code for code in sent if "\x00" not in code}
    return list(roster.people(user).filter(code__in=sent).prefetch_related("marks")) if sent else []


def may_promote(user) -> bool:
    """Whether the user's role lets reserves move up."""
    return capacity(user)[0] in Nomination.flow.transition("promote_reserve").who


def may_enter_attendance(user, rows: list[Row]) -> bool:
    """Whether somebody on the roster attends and the user keeps the sheet."""
    return any(editing.may_enter_attendance(user, row.nomination) for row in rows)


def attending(user, roster: Roster) -> list[Nomination]:
    """Those whose marks the user enters, with the marks so far; a fixed number of queries."""
    rows = roster.people(user).filter(status=S.ATTENDING).select_related("attendance").prefetch_related("marks")
    found = rows.order_by("proposal__line__need__office__code", "place_in_order", "pk")
    return [n for n in found if editing.may_enter_attendance(user, n)]


def warning_sentence(rows: list[Row]) -> str:
    """For the head of the page: how many people are short of time for their permits."""
    short = [row for row in rows if row.days_left is not None]
    if not short:
        return ""
    return ngettext(
        "%(count)d person leaves in fewer than %(days)d days with permits still open",
        "%(count)d people leave in fewer than %(days)d days with permits still open",
        len(short),
    ) % {"count": len(short), "days": permits.WARN_DAYS}


def warnings_for(user, nominations) -> dict[int, str]:
    """Nomination -> the warning a list shows beside it; partners are not told."""
    if capacity(user)[0] in PARTNER:
        return {}
    left = {n.pk: permits.days_left(n) for n in nominations}
    return {pk: permits.days_left_sentence(days) for pk, days in left.items() if days is not None}


def with_warnings(user, nominations) -> list[tuple[Nomination, str]]:
    """Rows of a list with their warning, or ""."""
    found = warnings_for(user, nominations)
    return [(n, found.get(n.pk, "")) for n in nominations]


def any_proposal(roster: Roster) -> Proposal:
    """A proposal on an intake: its days of training are the intake's."""
    found = Proposal.objects.select_related("intake__program", "line__need__office").filter(intake=roster.intake)
    return found.order_by("pk").first()
