"""The small questions that can refuse an act on a need: each returns a sentence, or an empty string."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation
from accounts.roles import Role
from accounts.rules import capacity, holders, people_with
from regions.models import FilingWindow, NeedLine, NeedStatus, TrainingNeed
from regions.rules.access import guide_units
from workflow.calendar import WIB, shift
from workflow.formats import moment


def window_is_open(need, actor) -> str:
    """Needs are submitted inside a window of their cycle; revisions, resubmissions and objections at any time."""
    if need.revises_id or need.status == NeedStatus.RETURNED or FilingWindow.open_now(cycle=need.cycle_id):
        return ""
    coming = FilingWindow.next_after(cycle=need.cycle_id)
    if coming is not None:
        return _("Filing is closed until %(date)s. Your draft is kept.") % {
            "date": moment(coming.opens_at, need.time_zone)
        }
    if FilingWindow.open_now():
        return _(
            "Filing for the %(year)d cycle is over. Your draft is kept: start a new need and copy this one into it."
        ) % {"year": need.cycle_id}
    return _("Filing is closed. The next window has not been announced yet; your draft is kept.")


def awaits_signature(need) -> bool:
    """The need lies with the head of office."""
    return need.awaits_signature


def awaits_no_signature(need) -> bool:
    """The need lies with the operator."""
    return not need.awaits_signature


def goes_to_province(need) -> bool:
    """Regency and city needs pass the province first; revisions of approved needs do not."""
    return need.office.is_regency_level and not need.revises_id


def goes_to_ministry(need) -> bool:
    """Provincial offices, training centres, central units and revisions go straight to the ministry."""
    return not goes_to_province(need)


def may_still_be_returned(need, actor) -> str:
    """After three returns a call serves better than a fourth letter."""
    if need.return_count < 3:
        return ""
    return _("This need was returned three times. Agree on a call with the office, then approve or reject it.")


def comments_are_answered(need, actor) -> str:
    """Each remark of the last return is ticked off before the need comes back."""
    if need.status != NeedStatus.RETURNED:
        return ""
    left = need.comments.filter(resolved_at__isnull=True, round=need.return_count).count()
    if not left:
        return ""
    return ngettext(
        "Tick off the reviewers' remarks first: %(count)d is left.",
        "Tick off the reviewers' remarks first: %(count)d are left.",
        left,
    ) % {"count": left}


def objection_in_time(need, actor) -> str:
    """One objection within 21 working days after the rejection (UU 30/2014)."""
    if need.objected:
        return _("An objection was already made; it can be made once.")
    if timezone.localdate(need.status_since) < shift(timezone.localdate(), -21):
        return _("The 21 working days for an objection are over. File a new need instead.")
    return ""


def parent_is_mergeable(need, actor, answers) -> str:
    """A need is merged into another living need that shares a theme, never into itself or in a circle."""
    parent = TrainingNeed.objects.filter(code=str(answers.get("parent", "")).strip().upper()).first()
    if parent is None:
        return _("There is no need with this code. Check the code, for example KB-2026-0012.")
    if parent.pk == need.pk:
        return _("A need cannot be merged into itself.")
    if parent.revises_id == need.pk or need.revises_id == parent.pk:
        return _("A need and its own revision are not merged: approve or reject the revision.")
    if parent.status not in {NeedStatus.MIN_REVIEW, NeedStatus.APPROVED, NeedStatus.IN_FULFILMENT}:
        return _("The other need must be with the ministry or approved.")
    ours = {g.theme_id for line in need.all_lines for g in line.gaps.all()}
    theirs = {g.theme_id for line in parent.all_lines for g in line.gaps.all()}
    return "" if ours & theirs else _("The two needs share no competency.")


def is_met(need) -> bool:
    """Completed people cover the request, line by line: one trained too many in a line helps no other line."""
    return need.people_requested > 0 and not need.people_remaining


def met_or_explained(need, actor, answers) -> str:
    """The head of PPSDM may record a need as met before the figures say so, with the reason."""
    if actor is None or is_met(need) or len(str(answers.get("note") or "").strip()) >= 30:
        return ""
    return _(
        "%(done)d of %(wanted)d people have completed a training. Explain in at least 30 characters why the need "
        "counts as met."
    ) % {"done": need.people_requested - need.people_remaining, "wanted": need.people_requested}


def _waits_for_people() -> Exists:
    """Somebody of a line still waits for a training."""
    return Exists(NeedLine.objects.filter(need=OuterRef("pk"), people_trained__lt=F("requested_total")))


def everyone_is_trained(now) -> Q:
    """CLOCK: of every line as many people completed a training as were requested."""
    return Q(people_requested__gt=0) & ~_waits_for_people()


def no_longer_met(now) -> Q:
    """CLOCK: the count that closed the need was taken back; what the head of PPSDM explained stays."""
    superseded = Q(revisions__approved_at__isnull=False)
    return Q(met_by_count=True) & _waits_for_people() & ~superseded


def silent_for_thirty_days(now) -> Q:
    """CLOCK: returned needs nobody repaired for 30 working days."""
    day = shift(timezone.localdate(now, ZoneInfo(WIB)), -30)
    return Q(status_since__lt=dt.datetime.combine(day, dt.time.min, ZoneInfo(WIB)))


def unit_was_asked(need, actor) -> str:
    """Only the unit that was asked gives the technical opinion."""
    _role, organisation = capacity(actor)
    if need.status != NeedStatus.TECH_REVIEW or organisation.code == need.technical_unit:
        return ""
    return _("Another unit was asked for this technical review.")


def unit_guides_a_post(need, actor, answers) -> str:
    """The technical review goes to a unit that guides one of the posts and has a reviewer."""
    unit = answers.get("unit")
    if unit not in guide_units(need):
        return _("Choose the unit that guides one of the posts.")
    if not people_with(holders(Role.DITJEN_REV, code=unit)).exists():
        name = Organisation.objects.filter(code=unit).first()
        return _("%(unit)s has no technical reviewer in the portal yet. Ask the administrator to invite one.") % {
            "unit": name or unit
        }
    return ""


def no_open_revision(need, actor) -> str:
    """One revision at a time."""
    closed = {NeedStatus.WITHDRAWN, NeedStatus.REJECTED, NeedStatus.MERGED, NeedStatus.APPROVED}
    pending = need.revisions.exclude(status__in=closed).first()
    return _("Revision %(code)s is not finished yet.") % {"code": pending.code} if pending else ""


def predecessor_was_being_met(need) -> bool:
    """An approved revision of a need that already had seats goes on where the former one stood."""
    return bool(need.revises_id and need.people_accepted)
