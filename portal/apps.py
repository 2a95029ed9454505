"""The building: ties together what the rooms may not know of each other."""

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate

MACHINES_HEAR_OF = {
    "programs.program": "program",
    "partnerships.proposal": "proposal",
    "partnerships.agreement": "agreement",
    "partnerships.allocation": "allocation",
    "partnerships.review": "review",
    "partnerships.brief": "brief",
    "regions.need": "need",
    "participants.nomination": "nomination",
    "forum.question": "question",
}
"""Tables whose acts webhooks may tell of, and how the names of their events begin. Requests about personal data and
answers of single persons are not among them, nor meetings, to which people are invited by name."""


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self):
        from accounts.pages import keep_views_of
        from accounts.selectors import use_place_names
        from accounts.support_pages import open_to_support
        from notices import audience, webhook_events
        from notices.models import NoticeKind
        from portal import checks, errands, forum_news, grants, meeting_letters, parking, support_news  # noqa: F401 - checks register
        from portal.audiences import (
            allocated_offices,
            answers_the_request,
            concerned_by_amendment,
            has_the_turn,
            offices_that_propose,
            partner_that_was_told,
            receiving_office,
            sends_the_proposals,
        )
        from portal.kept_pages import PAGES
        from portal.kpi.readiness import levels_missing
        from portal.selectors.places import province_names
        from portal.support_pages import PAGES as SUPPORT_PAGES
        from portal.views import kpi_panels
        from programs.readiness import register_missing
        from workflow.errands import keep_with
        from workflow.nudges import NUDGE
        from workflow.registry import workflows

        if settings.SENTRY_DSN:
            from portal import error_reports

            error_reports.start()
        for flow, short in MACHINES_HEAR_OF.items():
            webhook_events.offer(flow, short)
        post_migrate.connect(grants.after_migrate, sender=self)
        keep_with(errands.keep)
        parking.listen()
        use_place_names(province_names)
        keep_views_of(PAGES)
        open_to_support(SUPPORT_PAGES)
        register_missing(levels_missing)
        kpi_panels.register()
        for action in ("amend", "reschedule", "suspend", "resume", "cancel"):
            audience.register("programs.program", action, concerned_by_amendment, at_once=True)
        audience.register("regions.need", "receive", receiving_office)
        for action in ("answer", "correct"):
            audience.register("forum.question", action, offices_that_propose)
        for entry in workflows():
            audience.register(entry.flow.name, NUDGE, has_the_turn, at_once=True, kind=NoticeKind.TURN)
        audience.register("participants.correction", "create", answers_the_request, at_once=True)
        for action in ("correct", "consent_end"):
            audience.register("participants.nomination", action, partner_that_was_told, at_once=True)
        audience.register("partnerships.allocation", "ratify", allocated_offices, at_once=True)
        audience.register("partnerships.allocation", "ratify", sends_the_proposals, at_once=True)
        audience.register_news(forum_news.LOG, forum_news.tell, gone=forum_news.deleted)
        audience.register_news(support_news.LOG, support_news.tell)
        audience.register_door(support_news.LOG, support_news.may_read, many=support_news.readable)
        audience.register_door(forum_news.LOG, forum_news.may_read, many=forum_news.readable)
        audience.register_letter(
            meeting_letters.FLOW,
            meeting_letters.ACTIONS,
            meeting_letters.compose,
            listeners=meeting_letters.listeners,
            due=meeting_letters.due,
        )
