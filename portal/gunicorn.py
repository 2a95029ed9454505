"""Gunicorn's settings, for a first look and for production: `gunicorn -c python:portal.gunicorn portal.wsgi`.

Variables: docs/operations.md.
"""

import os

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
