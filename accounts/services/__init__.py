"""Writes of the front desk."""

from accounts.services.delegations import record_delegation, revoke_delegation
from accounts.services.draft_keys import draft_keys, reader_tag
from accounts.services.feeds import FEED_LOG, open_feed, revoke_feed
from accounts.services.log import DELEGATION_LOG, INVITATION_LOG, MEMBERSHIP_LOG, ORGANISATION_LOG, record_event
from accounts.services.people import (
    SESSION_KEY,
    accept,
    end_membership,
    invite,
    renew,
    revoke,
    switch_capacity,
)

__all__ = [
    "DELEGATION_LOG",
    "FEED_LOG",
    "INVITATION_LOG",
    "MEMBERSHIP_LOG",
    "ORGANISATION_LOG",
    "SESSION_KEY",
    "accept",
    "draft_keys",
    "end_membership",
    "invite",
    "open_feed",
    "reader_tag",
    "record_delegation",
    "record_event",
    "renew",
    "revoke",
    "revoke_delegation",
    "revoke_feed",
    "switch_capacity",
]
