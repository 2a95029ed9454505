"""Gunicorn's settings, for a first look and for production: `gunicorn -c python:portal.gunicorn portal.wsgi`.

Variables: docs/operations/variables.md.
"""

import os
import re

from portal import logs
from portal.metrics import slots

bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
# Addresses carry search words; the proxy in front writes the access log that the ministry wants.
accesslog = None
errorlog = "-"
control_socket_disable = True
# Addresses of lists with many filters stay below the first, cookies below the last.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
# Gunicorn's own lines in our form; the figures of all workers in one folder (docs/operations/monitoring.md).
_first_look = any(os.environ.get(name, "0") not in {"", "0"} for name in ("SINERGI_DEMO", "DEBUG"))
logconfig_dict = logs.from_environment("line" if _first_look else "json")
if any(os.environ.get(name) for name in ("METRICS_TOKEN", "METRICS_TOKEN_FILE", "METRICS_ALLOWED")):
    slots.prepare(re.sub(r"\W+", "-", bind))
