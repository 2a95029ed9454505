"""Meetings as calendars know them: one identity for life, whoever reads it and on whatever way it comes."""

from __future__ import annotations

from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from accounts.models import Membership
from forum.models import AgendaItem, Answer, Meeting, MeetingStatus, Reply
from forum.rules.meetings import asked_to, is_invited, link_is_good
from workflow.calendar_files import CANCEL, CANCELLED, CONFIRMED, REQUEST, TENTATIVE, Event, Party, calendar_file

ANSWERS = {Reply.YES: "ACCEPTED", Reply.MAYBE: "TENTATIVE", Reply.NO: "DECLINED"}
CALENDAR_LIMIT = 200


def calendar_uid(meeting) -> str:
    """How calendars know a meeting: the same in invitations, changes, cancellations and the personal feed."""
    return f"{meeting.uid}@{urlsplit(settings.SITE_URL).hostname or 'sinergi'}"


def organiser_of(meeting) -> Party:
    """The organising office, reached at the portal's own address: mail programs trust an invitation whose organiser
    sent it, and no person's address travels."""
    return Party(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], meeting.organiser.name)


def reply_of(user, meeting) -> str:
    """What a person answered, or an empty string."""
    return _standing(Answer.objects.filter(meeting=meeting, user=user).first(), meeting)


def _standing(answer, meeting) -> str:
    """An answer as long as it holds: another time or place asks anew."""
    if answer is None or (meeting.moved_at is not None and answer.given_at < meeting.moved_at):
        return ""
    return answer.reply


def meeting_event(meeting, *, reply: str = "", user=None, called_off: bool = False, stamp=None) -> Event:
    """A meeting as an entry of one person's calendar, in the language that is active. With `user` they are the one who
    is invited; without, it is published to whoever reads. `called_off`: they are asked no longer, and what the meeting
    says now is not for them."""
    off = called_off or meeting.status == MeetingStatus.CANCELLED
    sure = user is not None or reply == Reply.YES
    link = meeting.link if not off and link_is_good(meeting) else ""
    return Event(
        uid=calendar_uid(meeting),
        summary=meeting.title,
        start=meeting.starts_at,
        end=meeting.ends_at,
        stamp=stamp or meeting.updated_at,
        modified=meeting.updated_at,
        sequence=meeting.sequence,
        status=CANCELLED if off else CONFIRMED if sure else TENTATIVE,
        url="" if called_off else f"{settings.SITE_URL}{meeting.get_absolute_url()}",
        description="" if called_off else _description(meeting, link),
        zone=meeting.time_zone,
        location="" if called_off else meeting.place or (_("Video meeting") if meeting.link else ""),
        conference=link,
        organiser=organiser_of(meeting),
        attendee=Party(user.email, user.name, ANSWERS.get(reply, "NEEDS-ACTION")) if user is not None else None,
    )


def _description(meeting, link: str) -> str:
    """What it is for, the agenda by its titles (records have doors of their own), the link and the page."""
    agenda = [f"{number}. {item.title}" for number, item in enumerate(meeting.agenda.all(), 1)]
    page = f"{settings.SITE_URL}{meeting.get_absolute_url()}"
    parts = [
        meeting.purpose.strip(),
        "\n".join([_("Agenda") + ":", *agenda]) if agenda else "",
        _("Video link: %(link)s") % {"link": link} if link else "",
        _("Answer, agenda and minutes: %(page)s") % {"page": page},
    ]
    return "\n\n".join(part for part in parts if part)


def invitation_file(meeting, user, *, called_off: bool = False, stamp=None) -> tuple[bytes, str]:
    """(file, method) of the invitation of one person: it asks them to come, or calls it off."""
    event = meeting_event(meeting, reply=reply_of(user, meeting), user=user, called_off=called_off, stamp=stamp)
    method = CANCEL if event.status == CANCELLED else REQUEST
    return calendar_file([event], method=method), method


def meetings_of(user, since, until) -> list[tuple[Meeting, str]]:
    """(meeting, answer) of what a person is asked to come to in the capacity they act in now. Who said no has it in no
    calendar; what was called off is there, struck out."""
    mine = Prefetch("answers", Answer.objects.filter(user=user), to_attr="own_answers")
    found = (
        Meeting.objects.filter(pk__in=asked_to(user), sent_at__isnull=False, ends_at__gt=since, starts_at__lt=until)
        .select_related("organiser")
        .prefetch_related(mine, Prefetch("agenda", AgendaItem.objects.order_by("position", "pk")))
        .order_by("starts_at", "pk")[:CALENDAR_LIMIT]
    )
    pairs = [(meeting, _standing(next(iter(meeting.own_answers), None), meeting)) for meeting in found]
    return [(meeting, reply) for meeting, reply in pairs if reply != Reply.NO]


def invited_capacity(user, meeting) -> Membership | None:
    """The membership under which somebody is asked to come today: their own post rather than one they stand in for."""
    current = Membership.objects.current().filter(user=user).select_related("organisation", "delegation__post")
    held = sorted(current, key=lambda membership: (membership.delegation_id is not None, membership.pk))
    user.current_memberships = held
    for membership in held:
        user.act_as(membership.pk)
        if is_invited(user, meeting):
            return membership
    return None
