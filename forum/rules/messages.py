"""The small questions that can refuse something with a message: each returns a sentence, or an empty string."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from accounts.roles import READERS
from accounts.rules import capacity
from participants.rules.access import FLOW
from workflow.engine import may_see
from workflow.mandate import beyond
from workflow.table import CLOCK

TEXT_LENGTH = 8000
RECORD_LENGTH = 1000
"""A decision in the log is read whole or not at all."""
FILES, PINS, MENTIONS = 5, 3, 20
BURST, BURST_MINUTES = 30, 10
"""Nobody writes more messages than this in so many minutes."""


def wrote(user, message) -> bool:
    """Whether somebody wrote a message in the capacity they act in now."""
    role, organisation = capacity(user)
    return message.author_id == user.pk and message.role == role and message.organisation_id == organisation.pk


def edit_fault(user, message) -> str:
    """Only the author corrects what they said, while it is discussed and as long as no log quotes it."""
    if not message.is_text or message.is_deleted:
        return _("This message cannot be edited.")
    if message.author_id != user.pk:
        return _("Only its author edits a message.")
    if not wrote(user, message):
        return _("You wrote this message in another capacity. Switch to it in the account menu, then edit.")
    if message.recorded_at is not None:
        return _("This message stands in the record's log, which cannot be changed. Write a new message instead.")
    return resolved_fault(message.thread)


def delete_fault(message) -> str:
    """What is said of a deletion besides who may do it."""
    if message.is_deleted:
        return _("This message has been deleted already.")
    if not message.is_text:
        return _("What the portal says in a conversation cannot be deleted.")
    if message.recorded_at is not None:
        return _("This message stands in the record's log, which cannot be erased. It is not deleted here either.")
    return ""


def resolved_fault(thread) -> str:
    """A resolved thread takes no more messages."""
    return "" if thread.is_open else _("This conversation is resolved. Take it up again to go on writing.")


def suspended_fault(user) -> str:
    """A suspended organisation reads on and is silent."""
    organisation = capacity(user)[1]
    if organisation is None or not organisation.suspended:
        return ""
    return _("%(organisation)s is suspended. You may read on, but not write.") % {"organisation": organisation.name}


def acts_on(user, record) -> bool:
    """Whether somebody holds a role on a record that does something with it, in whatever state; a reader does not."""
    flow = record.flow
    if not may_see(flow, user, record):
        return False
    acting = {role for t in flow.transitions for role in t.who} | {role for s in flow.states for role in s.edits}
    return bool(flow.roles(user, record) & (acting - {CLOCK, *READERS}))


def names_the_person(record, text: str) -> bool:
    """Whether a text about a nomination names its person: subjects travel in notices and mails, and the log is kept
    after the person's data are gone."""
    if record is None or record.flow.name != FLOW:
        return False
    said = set(re.findall(r"\w+", text.casefold()))
    return any(part in said for part in re.findall(r"\w+", record.person.name.casefold()) if len(part) > 3)


def recording_fault(user, message, record, words: str) -> str:
    """Why a message cannot be taken into its record's log; `words` is what the log would say."""
    if not message.thread.flow or record is None:
        return _("This conversation is not about a record.")
    if not message.is_text or message.is_deleted:
        return _("Only a message somebody wrote can be taken into the record.")
    if message.recorded_at is not None:
        return _("This message stands in the record's log already.")
    if not acts_on(user, record):
        return _("Only those who act on the record take decisions into its log.")
    if sentence := beyond(record.flow, user):
        return sentence
    if names_the_person(record, words):
        return _("The log names nobody and cannot be erased. Write the decision without the person's name.")
    if not words:
        return _("The message says nothing. Write the decision in a message of its own.")
    if len(words) > RECORD_LENGTH:
        return _("The log takes %(limit)d characters. Write the decision in a shorter message of its own.") % {
            "limit": RECORD_LENGTH
        }
    return ""
