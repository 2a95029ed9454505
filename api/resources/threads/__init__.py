"""Conversations in the interface."""

from api.resource import register
from api.resources.threads.resource import Threads

register(Threads())
