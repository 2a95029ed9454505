"""Seeds the whole demo in one transaction: either all of it is there, or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from notices.models import Bookmark, Notice
from notices.services import READER
from notices.tasks import deliver_pending
from partnerships.models import Agreement, Proposal, Suggestion
from partnerships.services.suggestions import refresh_stale
from portal.demo import accounts
from portal.demo.agreements import Agreements
from portal.demo.briefs import Briefs
from portal.demo.days import CLOSING, ZONE, Days
from portal.demo.delegations import Delegations
from portal.demo.evaluation import EvaluationForms
from portal.demo.forum import Forum
from portal.demo.meetings import Meetings
from portal.demo.needs import NATIONAL_THEMES, PROVINCIAL_THEMES, Needs
from portal.demo.participants import Participants
from portal.demo.past import Past
from portal.demo.programs import Programs
from portal.demo.proposals import Proposals
from portal.demo.questions import Questions
from portal.demo.reviews import Reviews
from programs.models import Program
from regions.models import FilingWindow, NeedCycle, PriorityTheme, TrainingNeed
from workflow.engine import moved
from workflow.models import LogEntry

WINDOW = 9
"""Number of the demo's own filing window, so that filing can be tried on any day of the year."""


READ_AFTER = dt.timedelta(days=7)


class NotADemo(Exception):
    """The demo is only put into a portal that calls itself one."""


def is_seeded() -> bool:
    """Whether the demo is already there."""
    return User.objects.filter(email=accounts.ACCOUNTS[-1].email).exists()


def seed(*more: type) -> bool:
    """Put the demo into the database; False when it is already there and nothing was done.

    `more`: further parts that share the scenario's calendar, such as `National`; made from the days and the users.
    """
    if not settings.DEMO:
        raise NotADemo(_("Sample data is only put into a demo. Set SINERGI_DEMO=1 on a database without real records."))
    if is_seeded():
        return False
    with unheard(), transaction.atomic():
        days = Days(timezone.now())
        users = accounts.create()
        cycle = open_cycle(days)
        needs, programs = Needs(days, users, cycle), Programs(days, users)
        agreements, proposals = Agreements(days, users), Proposals(days, users, needs, programs)
        participants, delegations = Participants(days, users, proposals), Delegations(days, users)
        past = Past(days, users)
        parts = (needs, programs, proposals, agreements, participants, delegations, past)
        parts = (*parts, EvaluationForms(days, users, past), Reviews(days, users, past, agreements))
        parts = (*parts, Questions(days, users, programs), Briefs(days, users))
        parts = (*parts, Meetings(days, users, needs, programs, agreements))
        parts = (*parts, Forum(days, users, needs, programs, agreements))
        for part in (*parts, *(make(days, users) for make in more)):
            part.plan()
        days.live_through()
    return True


@contextmanager
def unheard() -> Iterator[None]:
    """Nobody listens while months are written in seconds; `settle` does afterwards what the listeners would ask for."""
    heard, moved.receivers = moved.receivers, []
    try:
        yield
    finally:
        moved.receivers = heard


def open_cycle(days: Days) -> NeedCycle:
    """This year's cycle with a window of its own and the priority themes of ministry and provinces."""
    cycle, _created = NeedCycle.objects.get_or_create(year=days.today.year)
    FilingWindow.objects.create(
        cycle=cycle,
        number=WINDOW,
        label_id="Jendela contoh",
        label_en="Sample window",
        opens_at=dt.datetime.combine(days.in_days(-130), dt.time.min, ZONE),
        closes_at=dt.datetime.combine(days.in_days(45), CLOSING, ZONE),
    )
    PriorityTheme.objects.bulk_create(
        [
            *(PriorityTheme(year=cycle.year, theme_id=theme) for theme in NATIONAL_THEMES),
            *(PriorityTheme(year=cycle.year, theme_id=t, region_code=r) for r, t in PROVINCIAL_THEMES),
        ],
        ignore_conflicts=True,
    )
    return cycle


def settle(inbox: dt.timedelta | None = None) -> None:
    """What the queue would do after the acts: suggestions and notices. Old notices were read long ago.

    `inbox`: how far inboxes reach back; what is older was read and cleared away.
    """
    refresh_stale()
    if inbox:
        before = LogEntry.objects.filter(at__lt=timezone.now() - inbox).order_by("-seq").values_list("seq", flat=True)
        Bookmark.objects.update_or_create(reader=READER, defaults={"seq": before.first() or 0})
    deliver_pending()
    before = timezone.now() - READ_AFTER
    Notice.objects.filter(read_at__isnull=True, created_at__lt=before).update(read_at=F("created_at"))


def counts() -> dict[str, int]:
    """How much there is of everything, for the command's last line."""
    return {
        "accounts": User.objects.count(),
        "needs": TrainingNeed.objects.count(),
        "programmes": Program.objects.count(),
        "proposals": Proposal.objects.count(),
        "agreements": Agreement.objects.count(),
        "suggestions": Suggestion.objects.count(),
        "notices": Notice.objects.count(),
    }
