"""Programmes in the interface."""

from api.resource import register
from api.resources.programmes.resource import Programmes

register(Programmes())
