"""Who organises, who was asked to come, who has something to do: each one rule in three directions."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, OrganisationKind
from accounts.roles import MINISTRY, PARTNER, READERS
from accounts.rules import capacity, people_with, role_fits
from forum.models import ORGANISER, Meeting, MeetingStatus
from forum.rules.access import TALKERS
from forum.times import day_there
from workflow.engine import may_edit
from workflow.reading import seen_by

CALLED = (OrganisationKind.MINISTRY, OrganisationKind.OFFICE, OrganisationKind.CENTRE, OrganisationKind.PARTNER)
"""Kinds of organisations that can be asked to come: in all others nobody has an account."""


def organises(user, meeting) -> bool:
    """Whether somebody belongs to the organisation that calls the meeting."""
    role, organisation = capacity(user)
    return role in TALKERS and organisation.pk == meeting.organiser_id


def is_invited(user, meeting) -> bool:
    """Whether somebody's organisation, or their post in it, is asked to come."""
    role, organisation = capacity(user)
    if role not in TALKERS:
        return False
    return meeting.invitees.filter(organisation=organisation, role__in=["", role]).exists()


def roles_on_meeting(user, meeting) -> set[str]:
    """The role on a meeting: its organisers and, once it is announced, those who are asked to come."""
    role, _organisation = capacity(user)
    if not role:
        return set()
    if organises(user, meeting):
        return {role, ORGANISER}
    if role in READERS:
        return {role}
    return {role} if meeting.is_announced and is_invited(user, meeting) else set()


def meetings_in_reach(user) -> Q:
    """`roles_on_meeting` as a query."""
    role, organisation = capacity(user)
    if not role:
        return Q(pk__in=[])
    if role in READERS:
        return Q()
    if role not in TALKERS:
        return Q(pk__in=[])
    announced = Q(sent_at__isnull=False) & ~Q(status=MeetingStatus.DRAFT)
    return Q(organiser=organisation) | (announced & Q(pk__in=asked_to(user)))


def asked_to(user):
    """The keys of the meetings somebody is asked to come to, in the capacity they act in now."""
    role, organisation = capacity(user)
    if role not in TALKERS:
        return Meeting.objects.none().values("pk")
    return Meeting.objects.filter(invitees__organisation=organisation, invitees__role__in=["", role]).values("pk")


def meetings_my_turn(user) -> Q:
    """What has to be done with a meeting is its organisers' to do: with a draft whoever made it, as long as they belong
    there; with a planned one everybody, after its end."""
    over = ~Q(status=MeetingStatus.PLANNED) | Q(ends_at__lte=timezone.now())
    maker = Membership.objects.current().filter(
        user=OuterRef("created_by"), organisation=OuterRef("organiser"), role__in=TALKERS
    )
    own = ~Q(status=MeetingStatus.DRAFT) | Q(created_by=user) | ~Exists(maker)
    return Q(organiser=capacity(user)[1]) & over & own


def meetings_with_my_dates(user) -> Q:
    """The meetings whose due dates (minutes to be written) concern somebody: those they organise; auditors all."""
    role, organisation = capacity(user)
    return Q() if role in READERS else Q(organiser=organisation)


def memberships_of(pairs: Iterable[tuple[int, str]]) -> Q:
    """Everyone who belongs to [(organisation key, role or "")], as a query on memberships; quick for hundreds."""
    by_role: dict[str, list[int]] = {}
    for organisation, role in pairs:
        by_role.setdefault(role, []).append(organisation)
    found = Q(pk__in=[])
    for role, organisations in by_role.items():
        found |= Q(role__in=[role] if role else TALKERS, organisation__in=organisations)
    return found


def invited_memberships(meeting) -> Q:
    """Everyone who is asked to come, as a query on memberships."""
    return memberships_of(meeting.invitees.values_list("organisation_id", "role"))


def people_on_meeting(meeting, roles):
    """`roles_on_meeting` read backwards, for telling people."""
    roles = set(roles)
    conditions = []
    if ORGANISER in roles:
        conditions.append(Q(organisation=meeting.organiser_id, role__in=TALKERS))
    own = roles & {*TALKERS}
    if own:
        conditions.append(Q(organisation=meeting.organiser_id, role__in=own))
        if meeting.is_announced:
            conditions.append(invited_memberships(meeting) & Q(role__in=own))
    if readers := roles & {*READERS}:
        conditions.append(Q(role__in=readers))
    return people_with(*conditions)


def may_plan(user, meeting) -> bool:
    """Whether somebody may change what the invitation says, and who is invited: until the meeting begins."""
    lies_ahead = not meeting.is_announced or not meeting.has_begun
    return meeting.is_planned_only and lies_ahead and may_edit(meeting.flow, user, meeting)


def may_answer(user, meeting) -> bool:
    """Whether an invited person can still say whether they come."""
    return meeting.status == MeetingStatus.PLANNED and not meeting.has_begun and is_invited(user, meeting)


def link_is_good(meeting, now=None) -> bool:
    """Whether the video link still leads somewhere: until the end of the day of the meeting at its place."""
    if not meeting.link or meeting.status == MeetingStatus.CANCELLED:
        return False
    return day_there(now or timezone.now(), meeting.zone) <= day_there(meeting.ends_at, meeting.zone)


def shows_link(user, meeting, now=None) -> bool:
    """The video link is for those who were asked to come and for the organisers, as long as it is good."""
    if not link_is_good(meeting, now):
        return False
    return organises(user, meeting) or (meeting.is_announced and is_invited(user, meeting))


# --- Who may be invited by whom -----------------------------------------------------------------------------


def may_organise(user) -> bool:
    """Everybody who takes part in conversations may call a meeting."""
    return capacity(user)[0] in TALKERS


def invitable(user):
    """The organisations somebody may invite. The ministry invites everybody; an office those of its province, the
    ministry and partners; a partner the ministry and the offices whose proposals lie before it, no other partner."""
    role, organisation = capacity(user)
    if role not in TALKERS:
        return Organisation.objects.none()
    today = timezone.localdate()
    there = Organisation.objects.filter(kind__in=CALLED, suspended=False, valid_from__lte=today).exclude(
        valid_to__lt=today
    )
    if role in MINISTRY:
        return there
    reach = Q(pk=organisation.pk) | Q(kind=OrganisationKind.MINISTRY)
    if role in PARTNER:
        return there.filter(reach | Q(pk__in=_offices_before(user)))
    reach |= Q(kind=OrganisationKind.PARTNER)
    if organisation.province_code:
        near = [OrganisationKind.OFFICE, OrganisationKind.CENTRE]
        reach |= Q(kind__in=near, region_code__startswith=organisation.province_code)
    return there.filter(reach)


def _offices_before(user):
    """The offices whose proposals a partner reads."""
    return seen_by(user, "partnerships.proposal").order_by().values("line__need__office_id")


def may_invite(user, organisation) -> bool:
    """Whether somebody may ask an organisation to come."""
    return invitable(user).filter(pk=organisation.pk).exists()


def posts_in(organisation) -> list[str]:
    """The posts of an organisation that can be invited by themselves."""
    return [role for role in TALKERS if not role_fits(role, organisation)]


def role_suits(role: str, organisation) -> bool:
    """Whether a post exists in an organisation; without a post the whole of it is meant."""
    return not role or role in posts_in(organisation)


def may_invite_widely(user) -> bool:
    """All provinces and all partners at once: the ministry alone."""
    return capacity(user)[0] in MINISTRY


# --- Reasons of the table: each returns a sentence that refuses, or an empty string -------------------------


def somebody_is_invited(meeting, actor) -> str:
    """A meeting needs somebody besides its organiser."""
    return "" if meeting.invitees.exists() else _("Invite at least one organisation first.")


def says_where(meeting, actor) -> str:
    """People must know where to go."""
    return "" if meeting.place or meeting.link else _("Say where it takes place: a place, a video link or both.")


def lies_ahead(meeting, actor) -> str:
    """Nobody is invited to something that has begun."""
    return "" if not meeting.has_begun else _("The time has passed. Choose one that lies ahead.")


def has_begun(meeting, actor) -> str:
    """Not before it began."""
    return "" if meeting.has_begun else _("The meeting has not begun yet.")


def has_minutes(meeting, actor) -> str:
    """Something must have been written down."""
    return "" if meeting.minutes.strip() else _("Write the minutes first.")


def attendance_is_noted(meeting, actor) -> str:
    """Who was there belongs to the minutes."""
    return "" if meeting.attendance.exists() else _("Note the attendance first.")
