"""Agreements in the interface."""

from api.resource import register
from api.resources.agreements.resource import Agreements, PublishedAgreements

register(Agreements())
register(PublishedAgreements())
