"""The national allocation in the interface."""

from api.resource import register
from api.resources.allocations.resource import Allocations

register(Allocations())
