"""What each act leaves behind, (nomination, actor, answers); the engine saves the nomination afterwards.

Order of locks: nomination, proposal, need.
"""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from accounts.roles import Role
from accounts.rules import capacity
from participants.models import SEATED, Nomination, NominationStatus, TransferLog
from participants.rules import acts
from participants.rules.conditions import findings_of
from participants.services.nominations import open_clearance_list
from partnerships.models import Proposal
from regions.models import TrainingNeed
from workflow.calendar import end_of_working_day
from workflow.engine import Refused

S = NominationStatus

FORWARDED_FIELDS = (
    "name",
    "sex",
    "birth_year",
    "office",
    "post",
    "rank",
    "education",
    "english",
    "years_in_post",
)
"""What a partner is given of a person. Never the staff number."""


def submit(nomination, actor, answers):
    """The person has read the notice; what the office's own data say is kept."""
    nomination.notice_read_on = timezone.localdate()
    _keep_findings(nomination, across_offices=False)


def _keep_findings(nomination, *, across_offices: bool) -> None:
    found = findings_of(nomination, across_offices=across_offices)
    nomination.findings, nomination.findings_at = [f.as_json() for f in found], timezone.now()


def endorse(nomination, actor, answers):
    """The letter and the promise to stay in post."""
    nomination.letter_number, nomination.letter_date = answers["letter_number"].strip(), answers["letter_date"]
    nomination.stay_years = answers["stay_years"]


def send_back(nomination, actor, answers):
    """Where it came from, so that it goes back there."""
    nomination.returned_from = S.SUBMITTED if capacity(actor)[0] == Role.DINAS_HEAD else S.SCREENING


def resubmit(nomination, actor, answers):
    """The repaired nomination is judged anew; sheets of the panel stay."""
    _keep_findings(nomination, across_offices=nomination.returned_from == S.SCREENING)


def screen(nomination, actor, answers):
    """The person's data and every other nomination of the same person, in whichever office."""
    _keep_findings(nomination, across_offices=True)


def _take_seat(nomination, actor) -> None:
    """Under the proposal's lock, so that the last seat is given once."""
    proposal = Proposal.objects.select_for_update(of=("self",), no_key=True).get(pk=nomination.proposal_id)
    nomination.proposal.seats_allotted = proposal.seats_allotted
    if sentence := acts.a_seat_is_free(nomination, actor):
        raise Refused([sentence])


def shortlist(nomination, actor, answers):
    """A seat, the place on the list, and what was set aside."""
    _take_seat(nomination, actor)
    nomination.place_in_order = answers["place"]
    nomination.waiver_reason = (answers.get("waiver") or "").strip()


def reserve(nomination, actor, answers):
    """A place on the reserve list; where a seat is free already, its clock starts at once."""
    nomination.place_in_order = answers["place"]
    nomination.waiver_reason = (answers.get("waiver") or "").strip()
    nomination.due_at = acts.reserve_due(nomination, timezone.now())


def promote(nomination, actor, answers):
    """The freed seat; where more are free, the next reserve's clock starts."""
    _take_seat(nomination, actor)
    _wake_reserve(nomination, taken=1)


def forward(nomination, actor, answers):
    """From here on the partner knows the person: which fields, on what basis, to which country."""
    now = timezone.now()
    nomination.forwarded_at = now
    partner = nomination.proposal.partner
    profile = getattr(partner, "partner", None)
    country = nomination.program.country if nomination.is_abroad else getattr(profile, "country", "")
    TransferLog.objects.create(
        nomination=nomination,
        recipient=partner,
        fields=list(FORWARDED_FIELDS),
        country=country or "",
        basis=answers["basis"],
        made_by=actor,
        at=now,
    )


def keep_answer(nomination, actor, answers):
    """The partner's answer."""
    nomination.answered_on, nomination.answer_reference = answers["answered_on"], answers["reference"].strip()


def not_accepted(nomination, actor, answers):
    """The seat is free for a reserve."""
    keep_answer(nomination, actor, answers)
    free_seat(nomination, actor, answers)


def free_seat(nomination, actor, answers):
    """Somebody steps out of line: the first reserve's clock starts, if a seat is free."""
    _wake_reserve(nomination, taken=0)


def _wake_reserve(leaving, *, taken: int) -> None:
    """`leaving` is not counted (its row still shows the former state); `taken` says whether it holds a seat now."""
    proposal = leaving.proposal
    others = Nomination.objects.filter(proposal=proposal).exclude(pk=leaving.pk)
    if others.filter(status__in=SEATED).count() + taken >= proposal.seats_allotted:
        return
    first = others.filter(status=S.RESERVE).order_by("place_in_order", "pk").first()
    if first is not None and first.due_at is None:
        due = end_of_working_day(timezone.now(), 2)
        Nomination.objects.filter(pk=first.pk, due_at__isnull=True).update(due_at=due)


def start_clearance(nomination, actor, answers):
    """The tick list and the day of departure."""
    nomination.departs_on = answers["departs_on"]
    nomination.due_at = acts.before_departure(nomination, timezone.now())
    open_clearance_list(nomination)


def complete(nomination, actor, answers):
    """Certificate and lesson hours; the need counts one person more."""
    nomination.certificate_number = (answers.get("certificate_number") or "").strip()
    nomination.lesson_hours = answers["lesson_hours"]
    nomination.finished_at = timezone.now()
    need = TrainingNeed.objects.filter(pk=nomination.proposal.line.need_id)
    need.update(people_completed=F("people_completed") + 1)


def not_completed(nomination, actor, answers):
    """The end, without a certificate."""
    nomination.finished_at = timezone.now()


def report(nomination, actor, answers):
    """What was brought home and what will be done with it."""
    nomination.report_on, nomination.action_plan = timezone.localdate(), answers["action_plan"].strip()
    nomination.sharing_on, nomination.sharing_people = answers["sharing_on"], answers["sharing_people"]


def confirm_use(nomination, actor, answers):
    """The supervisor's word on how far the training is used."""
    nomination.used_in_duty, nomination.used_on = int(answers["used"]), timezone.localdate()
