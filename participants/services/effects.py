"""What each act leaves behind, (nomination, actor, answers); the engine saves the nomination afterwards.

Order of locks: nomination, evaluation, proposal, need.
"""

from __future__ import annotations

from django.utils import timezone

from accounts.roles import Role
from accounts.rules import capacity
from participants.models import CHOSEN, SEATED, Nomination, NominationStatus, TransferLog
from participants.rules import acts
from participants.rules.conditions import findings_of
from participants.services import evaluations
from participants.services.certificates import take_back
from participants.services.numbers import give_number
from participants.services.partner_forms import further_fields
from participants.services.permits import open_clearance_list, plan_reminders, remind
from partnerships.models import Proposal
from regions.services import training_effect
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
"""What a partner is given of every person; its own paper may tell more (`further_fields`). Never the staff number."""


def submit(nomination, actor, answers):
    """The person has read the notice; what the office's own data say is kept."""
    nomination.notice_read_on = timezone.localdate()
    _keep_findings(nomination, across_offices=False)


def _keep_findings(nomination, *, across_offices: bool) -> None:
    found = findings_of(nomination, across_offices=across_offices)
    nomination.findings, nomination.findings_at = [f.as_json() for f in found], timezone.now()


def judge_again(nomination) -> None:
    """After a correction: what was found before no longer holds. Called under the nomination's lock."""
    _keep_findings(nomination, across_offices=nomination.letter_date is not None)
    nomination.version += 1
    nomination.save(update_fields=["findings", "findings_at", "version", "updated_at"])


def endorse(nomination, actor, answers):
    """The letter and the promise to stay in post."""
    nomination.letter_number, nomination.letter_date = answers["letter_number"].strip(), answers["letter_date"]
    nomination.stay_years = answers["stay_years"]


def send_back(nomination, actor, answers):
    """Where it came from, so that it goes back there; a fourth return is a call."""
    nomination.return_count += 1
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
    if nomination.due_at is not None:  # comes before the one whose turn it was
        waiting = Nomination.objects.filter(proposal=nomination.proposal_id, status=S.RESERVE, due_at__isnull=False)
        waiting.exclude(pk=nomination.pk).update(due_at=None)


def promote(nomination, actor, answers):
    """The freed seat, and whose it was; where more are free, the next reserve's clock starts."""
    _take_seat(nomination, actor)
    left = Nomination.objects.filter(proposal=nomination.proposal_id, left_seat_at__isnull=False)
    left = left.filter(successor__isnull=True)
    nomination.takes_place_of = left.order_by("left_seat_at", "pk").first()
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
        fields=list(dict.fromkeys([*FORWARDED_FIELDS, *further_fields(nomination)])),
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
    if Nomination.objects.filter(pk=nomination.pk, status__in=CHOSEN).exists():  # the row still shows the former state
        nomination.left_seat_at = timezone.now()
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
    plan_reminders(nomination)


def remind_permits(nomination, actor, answers):
    """What is open and near its latest day goes into the entry; the next day of reminder is set."""
    answers["permits"] = remind(nomination)


def complete(nomination, actor, answers):
    """Certificate and lesson hours; the need line counts one person more."""
    nomination.certificate_number = give_number(nomination, answers.get("certificate_number") or "", actor)
    nomination.lesson_hours = answers["lesson_hours"]
    nomination.finished_at, nomination.reversed_at = timezone.now(), None
    training_effect.credit(nomination.proposal.line, source=nomination.code, actor=actor)
    evaluations.plan(nomination)


def reverse_completion(nomination, actor, answers):
    """The certificate is revoked and what the training changed in the need is undone."""
    nomination.reversed_at = timezone.now()
    take_back(nomination, actor, reason=answers["reason"])
    evaluations.fall(nomination)
    training_effect.take_back(source=nomination.code, actor=actor)


def not_completed(nomination, actor, answers):
    """The end, without a certificate."""
    nomination.finished_at = timezone.now()


def report(nomination, actor, answers):
    """What was brought home and what will be done with it."""
    nomination.report_on, nomination.action_plan = timezone.localdate(), answers["action_plan"].strip()
    nomination.sharing_on, nomination.sharing_people = answers["sharing_on"], answers.get("sharing_people")
