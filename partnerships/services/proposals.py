"""Writes on proposals: proposing, and what each step of the workflow leaves behind."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.rules import capacity
from partnerships.matching import RULES_VERSION
from partnerships.models import DeclinedBy, LapseCause, Proposal, ProposalStatus
from partnerships.rules import proposals as rules
from partnerships.sentences import post_name, province_name, theme_name
from partnerships.services import suggestions
from partnerships.services.agreements import open_for
from programs.services import release_seats, take_seats
from regions.models import NeedStatus, TrainingNeed
from workflow.engine import Refused, perform
from workflow.models import Counter


def propose(
    *, line, intake, partner, seats: int, actor, note: str = "", waiver: str = "", request: str = ""
) -> Proposal:
    """Propose a need line for an intake, or ask a partner for a programme it does not offer yet (M1).

    Raises Refused with sentences. The pair is judged at this moment; the result stays with the proposal.
    """
    try:
        with transaction.atomic():
            if other := rules.other_open_proposal(line, intake, partner):
                raise Refused([_("This pair is already proposed: %(code)s.") % {"code": other.code}])
            proposal = Proposal(
                code=Counter.code(f"US-{timezone.localdate().year}"),
                status=ProposalStatus.SUGGESTED,
                line=line,
                intake=intake,
                partner=partner,
                seats_requested=seats,
                tailor_made_request=request,
                proposed_by_side=rules.SIDE_OF[capacity(actor)[0]],
                created_by=actor,
            )
            _judge(proposal)
            proposal.save()
            answers = {"note": note, "waiver": waiver}
            return perform(proposal.flow, "propose", record=proposal, actor=actor, answers=answers)
    except IntegrityError as error:  # someone proposed the same pair in the same second
        raise Refused([_("This pair has just been proposed by someone else.")]) from error


def people_left(line) -> int:
    """People of a line who hold no seat yet."""
    return Proposal(line=line).people_left


def _judge(proposal: Proposal) -> None:
    """Keep score, parts and unmet conditions as they are now."""
    proposal.rules_version = RULES_VERSION
    if proposal.intake_id is None:
        return
    verdict = suggestions.judge_pair(proposal.line, proposal.intake)
    proposal.score = verdict.score
    proposal.score_parts = [part.as_json() for part in verdict.parts]
    proposal.failures = [failure.as_json() for failure in verdict.failures]


# --- What the partner reads -------------------------------------------------------------------------------


def summary_for_partner(proposal) -> str:
    """The need as the partner reads it: office, post, levels, numbers; no person and no contact."""
    line, office = proposal.line, proposal.line.need.office
    with translation.override("en"):
        gaps = "; ".join(
            _("%(theme)s, level %(current)d to %(target)d")
            % {"theme": theme_name(g.theme_id), "current": g.current_level, "target": g.target_level}
            for g in line.gaps.all()
        )
        rows = [
            f"{office.name}, {province_name(office.region_code)}",
            ngettext("%(count)d person", "%(count)d people", proposal.seats_requested)
            % {"count": proposal.seats_requested}
            + f": {post_name(line.post_id)}"
            + (f", {line.rank_label}" if line.rank_label else ""),
            gaps,
        ]
        if proposal.tailor_made_request:
            rows.append(proposal.tailor_made_request)
    return "\n".join(rows)


# --- Effects of the workflow, (proposal, actor, answers); the engine saves the proposal afterwards ---------


def keep_note(proposal, actor, answers):
    """What the proposer says, and a verifier's own waiver."""
    proposal.note = answers.get("note") or proposal.note
    keep_waiver(proposal, actor, answers)


def keep_waiver(proposal, actor, answers):
    """The waiver, where a condition is not met."""
    if proposal.failures and answers.get("waiver"):
        proposal.waiver_reason = answers["waiver"].strip()


def repair(proposal, actor, answers):
    """The repaired number of seats; the pair is judged anew and an old waiver no longer counts."""
    proposal.seats_requested, proposal.waiver_reason = answers["seats"], ""
    _judge(proposal)


def allot(proposal, actor, answers):
    """The seats of a ratified run. A proposal that was already open on the pair goes on with these seats.

    The pair was judged for the ratification (services.ratification); what it left on the record counts from now on.
    """
    proposal.seats_requested, proposal.allocation = answers["seats"], answers["run"]


def replace(proposal, actor, answers):
    """A newer plan of the same round gives this pair nothing."""
    _end(proposal, LapseCause.REPLACED)


def send(proposal, actor, answers):
    """What leaves for the partner, and how the offer stood that day, so that later changes can be shown."""
    proposal.partner_summary, proposal.sent_at = answers["summary"].strip(), timezone.now()
    if proposal.intake_id is not None:
        proposal.seats_free_when_sent = proposal.intake.seats_free
        proposal.edition_when_sent = proposal.intake.program.edition


def accept(proposal, actor, answers):
    """Every seat asked for."""
    _allot(proposal, actor, proposal.seats_requested, answers.get("note") or "")


def accept_partly(proposal, actor, answers):
    """Fewer seats than asked for, with the reason."""
    _allot(proposal, actor, answers["seats"], answers.get("reason") or "")


def _allot(proposal, actor, seats: int, words: str) -> None:
    """Take the seats under the intake's lock, open the partnership, and let the need move on.

    The order of locks is the same everywhere: proposal, intake, partner, need.
    """
    if proposal.intake_id is not None and (sentence := take_seats(proposal.intake, seats)):
        raise Refused([sentence])
    proposal.seats_allotted, proposal.answer_note, proposal.answered_at = seats, words, timezone.now()
    proposal.waitlist_position = None
    # Saved before the need is counted: the engine saves again with the same values.
    proposal.save()
    proposal.agreement = open_for(proposal, actor)
    _count_people(proposal.line.need_id)
    _keep_within_people(proposal.line)


def _count_people(need_id: int) -> None:
    """The need's accepted people, and its step from approved to being met with the first of them (N11)."""
    need = TrainingNeed.objects.select_for_update(no_key=True).get(pk=need_id)
    held = Proposal.objects.holding().filter(line__need=need_id)
    people = sum(held.values_list("seats_allotted", flat=True))
    if people and need.status == NeedStatus.APPROVED:
        perform(need.flow, "start_fulfil", record=need)
    TrainingNeed.objects.filter(pk=need_id).update(people_accepted=people)


def _keep_within_people(line) -> None:
    """Under the need's lock: two partners that accept the same people at the same moment never both do."""
    held = sum(Proposal.objects.holding().filter(line=line.pk).values_list("seats_allotted", flat=True))
    if held > line.requested_total:
        raise Refused([_("The people of this line have just been given other seats. Look at the proposal again.")])


def put_on_waiting_list(proposal, actor, answers):
    """At the end of the intake's waiting list."""
    waiting = Proposal.objects.filter(intake=proposal.intake_id, status=ProposalStatus.WAITLISTED)
    last = waiting.exclude(pk=proposal.pk).aggregate(n=Max("waitlist_position"))["n"]
    proposal.waitlist_position = (last or 0) + 1
    proposal.answer_note, proposal.answered_at = answers.get("note") or "", timezone.now()


def _decline(proposal, by: str, answers) -> None:
    proposal.declined_by, proposal.decline_reason = by, answers["reason_code"]
    proposal.answer_note, proposal.answered_at = answers.get("reason") or "", timezone.now()
    proposal.waitlist_position = None


def decline_for_ministry(proposal, actor, answers):
    """Turned down before it reached the partner."""
    _decline(proposal, DeclinedBy.MINISTRY, answers)


def decline_for_partner(proposal, actor, answers):
    """Turned down by the partner."""
    _decline(proposal, DeclinedBy.PARTNER, answers)


def withdraw(proposal, actor, answers):
    """The office needs the seats no longer; those it held are free again."""
    _end(proposal, LapseCause.WITHDRAWN)


def lapse(proposal, actor, answers):
    """Nobody answered in time, or there is nothing left to answer for."""
    _end(proposal, rules.lapse_cause(proposal))


def _end(proposal, cause: str) -> None:
    held, proposal.seats_allotted = proposal.seats_allotted, 0
    proposal.lapse_cause, proposal.waitlist_position = cause, None
    if not held:
        return
    if proposal.intake_id is not None:
        release_seats(proposal.intake, held)
    proposal.save()
    _count_people(proposal.line.need_id)


def conversion_choices(proposal):
    """What an accepted proposal becomes."""
    return [
        ("NOMINATIONS", _("Nominations: the office puts people forward by name")),
        ("ACTIVITY", _("An activity in the country")),
    ]
