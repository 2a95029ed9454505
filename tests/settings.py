"""The portal's own settings with what tests need: fast hashing, mail kept in memory, tasks inside the call."""

import os

os.environ.setdefault("SINERGI_DEMO", "1")

from portal.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
WHITENOISE_AUTOREFRESH = True
DEMO = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
SIGNING_ADAPTER = "upload"  # tests that sign make an authority of their own
