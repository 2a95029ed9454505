"""Key figures in the interface."""

from api.resource import register
from api.resources.kpis.resource import Kpis

register(Kpis())
