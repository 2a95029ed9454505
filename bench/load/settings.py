"""The portal's own settings with the meter in front; without TLS, because no proxy stands between."""

from portal.settings import *  # noqa: F403
from portal.settings import MIDDLEWARE as OURS

MIDDLEWARE = ["bench.load.meter.Meter", *OURS]
