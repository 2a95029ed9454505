"""Reads of the log for the auditor: events by filter, one object's whole trail."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from accounts.services import DELEGATION_LOG, FEED_LOG, INVITATION_LOG, MEMBERSHIP_LOG, ORGANISATION_LOG
from accounts.services.factors import FACTOR_LOG
from accounts.services.kept import VIEW_LOG
from accounts.services.sessions import SESSION_LOG
from accounts.services.support import SUPPORT_LOG
from accounts.services.tokens import TOKEN_LOG
from forum.models import Thread
from forum.rules.access import threads_in_reach
from notices.desk import OUTBOX_LOG, PENDING_LOG
from notices.services.webhooks import WEBHOOK_LOG
from portal.backups import BACKUP_LOG
from portal.forum_news import LOG as TALK_LOG
from portal.kpi.rates import LOG as RATE_LOG
from portal.parking import LOG as TASK_LOG
from workflow.calendar import WIB
from workflow.engine import may_see
from workflow.holidays import HOLIDAY_LOG
from workflow.models import LogEntry
from workflow.registry import workflow, workflows
from workflow.scanning import UPLOAD_LOG
from workflow.templatetags.workflow_tags import NOTES, capacity_name

ACCOUNT_FLOWS = {
    INVITATION_LOG: gettext_lazy("Invitation"),
    MEMBERSHIP_LOG: gettext_lazy("Role of a person"),
    DELEGATION_LOG: gettext_lazy("Delegation"),
    ORGANISATION_LOG: gettext_lazy("Organisation"),
    FEED_LOG: gettext_lazy("Calendar address"),
    TOKEN_LOG: gettext_lazy("Access token"),
    FACTOR_LOG: gettext_lazy("Sign-in of a person"),
    VIEW_LOG: gettext_lazy("Shared view"),
    SESSION_LOG: gettext_lazy("Sessions"),
    SUPPORT_LOG: gettext_lazy("Support looks as somebody"),
    HOLIDAY_LOG: gettext_lazy("Day off"),
    RATE_LOG: gettext_lazy("Exchange rate"),
    OUTBOX_LOG: gettext_lazy("Mail dispatch"),
    PENDING_LOG: gettext_lazy("Entries put aside"),
    TALK_LOG: gettext_lazy("Conversation"),
    WEBHOOK_LOG: gettext_lazy("Webhook"),
    BACKUP_LOG: gettext_lazy("Backup"),
    UPLOAD_LOG: gettext_lazy("Upload"),
    TASK_LOG: gettext_lazy("Background tasks"),
}
ACCOUNT_ACTIONS = {
    "invite": gettext_lazy("Invitation sent"),
    "renew": gettext_lazy("Invitation sent again"),
    "revoke": gettext_lazy("Invitation taken back"),
    "accept": gettext_lazy("Invitation accepted"),
    "end": gettext_lazy("Role ended"),
    "add_organisation": gettext_lazy("Organisation added"),
    "change_organisation": gettext_lazy("Organisation changed"),
    "delegate": gettext_lazy("Delegation recorded"),
    "end_delegation": gettext_lazy("Delegation revoked"),
    "open_calendar": gettext_lazy("Calendar address made"),
    "renew_calendar": gettext_lazy("Calendar address renewed"),
    "revoke_calendar": gettext_lazy("Calendar address revoked"),
    "make_token": gettext_lazy("Access token made"),
    "revoke_token": gettext_lazy("Access token revoked"),
    "add_app": gettext_lazy("Authenticator app set up"),
    "add_passkey": gettext_lazy("Passkey added"),
    "remove_app": gettext_lazy("Authenticator app removed"),
    "remove_passkey": gettext_lazy("Passkey removed"),
    "renew_codes": gettext_lazy("Recovery codes renewed"),
    "use_recovery_code": gettext_lazy("Recovery code used"),
    "reset_factors": gettext_lazy("Second factor reset by an administrator"),
    "link_sign_on": gettext_lazy("Account connected with single sign-on"),
    "unlink_sign_on": gettext_lazy("Account disconnected from single sign-on"),
    "change_password": gettext_lazy("Password changed"),
    "end_session": gettext_lazy("Session ended"),
    "end_other_sessions": gettext_lazy("Other sessions ended"),
    "end_all_sessions": gettext_lazy("Signed out everywhere by an administrator"),
    "ask_view": NOTES["ask_view"],
    "agree_view": NOTES["agree_view"],
    "decline_view": NOTES["decline_view"],
    "begin_view": gettext_lazy("Support began to look"),
    "end_view": gettext_lazy("Support stopped looking"),
    "share_view": gettext_lazy("View shared in a unit"),
    "change_view": gettext_lazy("Shared view changed"),
    "unshare_view": gettext_lazy("View no longer shared"),
    "remove_view": gettext_lazy("Shared view deleted"),
    "add_holiday": gettext_lazy("Day off added"),
    "change_holiday": gettext_lazy("Day off changed"),
    "remove_holiday": gettext_lazy("Day off taken out"),
    "enter_rate": gettext_lazy("Exchange rate entered"),
    "strike_rate": gettext_lazy("Exchange rate struck out"),
    "retry_mail": gettext_lazy("Mail tried again by hand"),
    "retry_mails": gettext_lazy("All failed mails tried again by hand"),
    "give_up_mail": gettext_lazy("Mail given up by hand"),
    "retry_entries": gettext_lazy("Entries put aside looked at again"),
    "run_again": gettext_lazy("Failed task run again by hand"),
    "dismiss": gettext_lazy("Failed task dismissed"),
    "make_webhook": gettext_lazy("Webhook made"),
    "change_webhook": gettext_lazy("Webhook changed"),
    "pause_webhook": gettext_lazy("Webhook paused"),
    "resume_webhook": gettext_lazy("Webhook taken up again"),
    "remove_webhook": gettext_lazy("Webhook deleted"),
    "renew_webhook_secret": gettext_lazy("Secret of a webhook renewed"),
    "test_webhook": gettext_lazy("Test event sent"),
    "replay_webhook": gettext_lazy("Event sent to a webhook again"),
    "replay_webhooks": gettext_lazy("Failed events sent to a webhook again"),
    "backup": gettext_lazy("Backup made"),
    "webhook_failing": NOTES["webhook_failing"],
    "webhook_gone": NOTES["webhook_gone"],
    "webhook_orphaned": NOTES["webhook_orphaned"],
    "malware": gettext_lazy("Malware refused"),
}
"""Account events have no workflow table; these are their words."""


@dataclass(frozen=True)
class Event:
    """One log entry in words."""

    entry: LogEntry
    kind: Any
    what: Any
    source: str
    target: str
    role: str
    actor: str
    details: str
    principal: str = ""
    sealed: bool = True


def may_audit(user) -> bool:
    """Auditors, and whoever keeps the portal running. Reading everything decides nothing."""
    return user.acting_role == Role.AUDITOR or user.is_staff


def flow_choices() -> list[tuple[str, Any]]:
    """Kinds of record that can stand in the log."""
    return [*((e.flow.name, e.flow.label) for e in workflows()), *ACCOUNT_FLOWS.items()]


def action_choices() -> list[tuple[str, str]]:
    """Every event by its words, once."""
    found: dict[str, str] = {}
    for entry in workflows():
        for t in entry.flow.transitions:
            found.setdefault(t.name, str(t.done or t.label))
    for code, label in {**NOTES, **ACCOUNT_ACTIONS}.items():
        found.setdefault(code, str(label))
    return sorted(found.items(), key=lambda pair: pair[1])


def events(*, q="", flow="", action="", role="", since=None, until=None):
    """The entries that fit, the newest first. Days are days in Jakarta."""
    found = LogEntry.objects.select_related("actor", "on_behalf_of").order_by("-seq")
    if q:
        found = found.filter(record_code__icontains=q.strip())
    if flow:
        found = found.filter(flow=flow)
    if action:
        found = found.filter(action=action)
    if role:
        found = found.filter(role=role)
    zone = ZoneInfo(WIB)
    if since:
        found = found.filter(at__gte=dt.datetime.combine(since, dt.time.min, zone))
    if until:
        found = found.filter(at__lt=dt.datetime.combine(until + dt.timedelta(days=1), dt.time.min, zone))
    return found


def code_matches(text: str) -> Q:
    """Entries about records whose code holds these letters."""
    return Q(record_code__icontains=text)


def trail(flow: str, code: str):
    """Everything that happened to one object, the newest first; Http404 where nothing did."""
    found = LogEntry.objects.filter(flow=flow, record_code=code)
    found = found.select_related("actor", "on_behalf_of").order_by("-seq")
    if "\x00" in f"{flow}{code}" or not found.exists():
        raise Http404
    return found


def told_to(user, found):
    """Of these entries those that this reader may read: who did what a table keeps unnamed is the auditor's alone, not
    even for whoever keeps the portal running."""
    if user.acting_role == Role.AUDITOR:
        return found
    for entry in workflows():
        if entry.flow.unnamed:
            found = found.exclude(flow=entry.flow.name, action__in=entry.flow.unnamed)
    return found


def record_url(user, flow: str, code: str) -> str:
    """The page of the object, where it has one and the auditor may open it."""
    known = workflow(flow)
    if flow == TALK_LOG:
        talk = Thread.objects.filter(threads_in_reach(user), code=code).first()
        return talk.get_absolute_url() if talk is not None else ""
    if known is None:
        return ""
    record = known.model._default_manager.select_related(*known.related).filter(code=code).first()
    return record.get_absolute_url() if record is not None and may_see(known.flow, user, record) else ""


def kind_label(flow: str) -> Any:
    """A kind of record in the reader's language."""
    known = workflow(flow)
    return known.flow.label if known else ACCOUNT_FLOWS.get(flow, flow)


def in_words(entry: LogEntry, broken=frozenset()) -> Event:
    """One entry in the reader's language."""
    known = workflow(entry.flow)
    transition = known.flow.transition(entry.action) if known else None
    account = ACCOUNT_ACTIONS.get(entry.action) if entry.flow in ACCOUNT_FLOWS else None
    moved = entry.source != entry.target
    return Event(
        entry=entry,
        kind=kind_label(entry.flow),
        what=(transition.done or transition.label) if transition else account or NOTES.get(entry.action, entry.action),
        source=_state(known, entry.source) if moved else "",
        target=_state(known, entry.target) if moved else "",
        role=capacity_name(entry),
        actor=str(entry.actor) if entry.actor else _("System"),
        details=_details(entry.data),
        principal=str(entry.on_behalf_of) if entry.on_behalf_of_id else "",
        sealed=entry.seq not in broken,
    )


def _state(known, code: str) -> str:
    if not code or known is None:
        return code
    try:
        return str(known.flow.state(code).label)
    except KeyError:
        return code


def _details(data) -> str:
    """The answers of an act as readable JSON; nothing is left out, since this is the record of what was
    said."""
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) if data else ""
