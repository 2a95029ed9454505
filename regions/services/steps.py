"""What each step of the workflow leaves behind: effects (need, actor, answers); the engine saves the need after."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from regions import rules
from regions.models import FieldComment, NeedStatus, TrainingNeed
from regions.services import opening, training_effect
from regions.services.content import log_unlogged
from regions.services.totals import refresh_totals
from workflow.calendar import WIB, end_of_working_day, working_days_between
from workflow.engine import perform
from workflow.models import Counter

MINISTRY_DAYS = 10
"""Working days the ministry has in all, technical review included (UU 30/2014 art. 39)."""


def ministry_deadline(need, now):
    """Ten working days from when the need first reached the ministry; a technical review does not restart them."""
    if need.ministry_due_at is None:
        need.ministry_due_at = end_of_working_day(now, need.ministry_days_left, WIB)
    return need.ministry_due_at


def request_signature(need, actor, answers):
    """The turn passes to the head of office."""
    log_unlogged(need)
    need.signature_requested_at = timezone.now()


def cancel_signature(need, actor, answers):
    """The turn returns to the operator."""
    need.signature_requested_at = None


def sign(need, actor, answers):
    """The head's signature: who and when."""
    log_unlogged(need)
    need.submitted_at, need.submitted_by = timezone.now(), actor
    need.signature_requested_at = None
    refresh_totals(need)


def resign(need, actor, answers):
    """A signature after repair; the summary tells the reviewers where to look, and the ministry's clock goes on."""
    sign(need, actor, answers)
    if need.returned_from == NeedStatus.TECH_REVIEW:
        ministry_deadline(need, timezone.now())
    need.change_summary, need.returned_from = answers.get("summary", ""), ""


def endorse(need, actor, answers):
    """The province's rank, if it gave one."""
    need.provincial_rank = answers.get("provincial_rank") or None


def forward_without_province(need, actor, answers):
    """Silence of the province does not stop an office; the need carries the flag from here on."""
    need.without_province = True


def propose_rejection(need, actor, answers):
    """The ministry decides; the proposal is shown with it."""
    need.rejection_proposed = True


def take_comments(need, actor, answers):
    """Store the remarks with the field or line they speak of: [{"line": position or "", "field": name, "text": …}]."""
    need.returned_from, need.signature_requested_at = _state_before(need), None
    need.return_count += 1
    if need.ministry_due_at:
        # The ministry's clock stops while the office repairs the need.
        left = working_days_between(timezone.now(), need.ministry_due_at, WIB)
        need.ministry_days_left, need.ministry_due_at = max(left, 1), None
    lines = {str(line.position): line for line in need.lines.all()}
    FieldComment.objects.bulk_create(
        FieldComment(
            need=need,
            line=(line := lines.get(str(remark.get("line") or ""))),
            line_number=line.position if line else None,
            field=remark.get("field") or "",
            text=remark["text"],
            round=need.return_count,
            author=actor,
        )
        for remark in answers["comments"]
    )


def _state_before(need) -> str:
    """The state the need is being returned from: the engine has already set the new one on this object."""
    return TrainingNeed.objects.values_list("status", flat=True).get(pk=need.pk)


def guide_unit_choices(need):
    """The ministry units that guide the posts of the need's lines."""
    return [(unit.code, unit.name) for unit in Organisation.objects.filter(code__in=rules.guide_units(need))]


def mandate_choices(need):
    """The three mandates with their points."""
    return [
        ("NATIONAL", _("On the national priority list (15 points)")),
        ("PROVINCIAL", _("On the provincial plan (8 points)")),
        ("NONE", _("Neither (0 points)")),
    ]


def ask_technical_review(need, actor, answers):
    """Which unit was asked."""
    need.technical_unit, need.without_technical_review = answers["unit"], False


def take_opinion(need, actor, answers):
    """The reviewer's mandate replaces the computed one; the head of PPSDM confirms it by approving."""
    need.mandate = answers["mandate"]
    refresh_totals(need)


def no_opinion(need, actor, answers):
    """The need returns with a flag."""
    need.without_technical_review = True


def approve(need, actor, answers):
    """Freeze the score, give the consolidated number, and put a revision in its predecessor's place."""
    refresh_totals(need)
    need.score_frozen, need.approved_at, need.rejection_proposed = True, timezone.now(), False
    former = need.revises
    if former is None:
        place = need.office.province_code or "00"
        need.national_number = Counter.code(f"KEB-{need.cycle_id}-{place}")
        return
    need.national_number = f"{former.national_number.split('-R')[0]}-R{need.revision}"
    need.people_accepted = former.people_accepted
    training_effect.carry_over(need, former)
    if former.status in {NeedStatus.APPROVED, NeedStatus.IN_FULFILMENT}:
        perform(need.flow, "supersede", record=former, answers={"parent": need.code})


def record_as_met(need, actor, answers):
    """Whether the count said so, or the head of PPSDM: only the count can be taken back by the count."""
    need.met_by_count = actor is None


def object_to_rejection(need, actor, answers):
    """One objection; the ministry has ten new working days."""
    need.objected, need.ministry_due_at, need.ministry_days_left = True, None, MINISTRY_DAYS
    need.due_at = ministry_deadline(need, timezone.now())


def merge(need, actor, answers):
    """The need lives on in its parent."""
    need.merged_into = TrainingNeed.objects.get(code=str(answers["parent"]).strip().upper())


def supersede(need, actor, answers):
    """An approved revision takes this need's place."""
    need.merged_into = TrainingNeed.objects.get(code=answers["parent"])


def open_revision(need, actor, answers):
    """A copy for changes; this need stays valid meanwhile."""
    opening.open_revision(need, actor)
