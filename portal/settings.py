"""Every setting of the portal, read from the environment (table: docs/operations.md)."""

import os
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.flag("DEBUG")
DEMO = env.flag("SINERGI_DEMO")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
_LOCAL_ONLY = set(ALLOWED_HOSTS) <= {"localhost", "127.0.0.1", "[::1]", "testserver"}

SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    if not (DEBUG or DEMO) or not _LOCAL_ONLY:
        raise ImproperlyConfigured("SECRET_KEY is missing. Set it to at least 50 random characters.")
    SECRET_KEY = "only-for-a-first-look-on-this-computer-never-in-production"  # noqa: S105 - refused elsewhere
elif not (DEBUG or DEMO) and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10):
    raise ImproperlyConfigured("SECRET_KEY is too weak. Set it to at least 50 random characters.")
if DEBUG and not _LOCAL_ONLY:
    raise ImproperlyConfigured("DEBUG may only be on while ALLOWED_HOSTS is this computer alone.")

# Staff numbers and secrets of webhooks at rest (workflow/sealing.py). The first key seals, all of them open.
PERSONAL_DATA_KEYS = env.words("PERSONAL_DATA_KEYS")
if any(len(key) < 32 for key in PERSONAL_DATA_KEYS):
    raise ImproperlyConfigured("PERSONAL_DATA_KEYS is too weak. Each key needs at least 32 random characters.")
PERSONAL_DATA_KEYS = PERSONAL_DATA_KEYS or [SECRET_KEY]

# Numbers of certificates, one series a year (participants/services/numbers.py).
CERTIFICATE_NUMBER = env.pattern(
    "CERTIFICATE_NUMBER", "{serial:04d}/SERT/{year}", {"serial": 1, "year": 2026}, {"month": "XI"}
)

# Webhooks (docs/webhooks.md): where they may lead beside the public network, and whose certificates count beside the
# system's. Without TLS only on a developer's own computer.
WEBHOOK_ALLOWED_ADDRESSES = env.networks("WEBHOOK_ALLOWED_ADDRESSES")
WEBHOOK_CA_FILE = os.environ.get("WEBHOOK_CA_FILE", "")
WEBHOOK_HTTP = env.flag("WEBHOOK_HTTP")
if WEBHOOK_HTTP and not (DEBUG or DEMO):
    raise ImproperlyConfigured("WEBHOOK_HTTP sends events without TLS. Set it on a developer's own computer only.")

SITE_URL = os.environ.get("SITE_URL", "http://localhost:8000").rstrip("/")
# Who reports in the IATI file; the ministry registers its identifier with IATI and sets it here (docs/iati.md).
IATI_ORGANISATION = os.environ.get("IATI_ORGANISATION", "ID-GOV-KEMNAKER")
SUPPORT_EMAIL = os.environ.get("SUPPORT_EMAIL", "bantuan@example.test")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "workflow",
    "accounts",
    "notices",
    "regions",
    "programs",
    "partnerships",
    "participants",
    "forum",
    "portal",
    "exchange",
    "api",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "api.middleware.ProblemMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "portal.middleware.MaintenanceMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.OwnPagesMiddleware",
    "accounts.middleware.SessionUseMiddleware",
    "accounts.middleware.ActingForMiddleware",
    "accounts.middleware.SavedViewsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": env.database(os.environ.get("DATABASE_URL", "postgres://localhost/sinergi"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis is broker and cache. Without it the portal still answers: tasks run inside the request, the cache lives in
# the database, and the staff who run the portal are told on every page.
REDIS_URL = os.environ.get("REDIS_URL", "")
EAGER_MODE = not REDIS_URL
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "portal.cache.PatientRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 5},
        }
    }
    CELERY_BROKER_URL = (
        REDIS_URL.replace("unix://", "redis+socket://", 1) if REDIS_URL.startswith("unix://") else REDIS_URL
    )
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}}
    CELERY_BROKER_URL = "memory://"
CELERY_TASK_ALWAYS_EAGER = EAGER_MODE
CELERY_TASK_EAGER_PROPAGATES = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A page never waits for a broker that is away: publishing gives up at once, the sweep below finds the work later.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    # Opening the line has tries of its own, by default seven seconds of them: one more try, at once.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
# A calculation takes minutes: it has a queue and a worker of its own, and limits of its own (partnerships.tasks).
CELERY_TASK_ROUTES = {"partnerships.tasks.run_allocation": {"queue": "allocation"}}
CELERY_TIMEZONE = "Asia/Jakarta"
CELERY_BEAT_SCHEDULE = {
    "clock": {"task": "workflow.tasks.run_clock", "schedule": 60.0},
    "keep-delegations": {"task": "accounts.tasks.keep_delegations", "schedule": 300.0},
    "deliver-notices": {"task": "notices.tasks.deliver_pending", "schedule": 60.0},
    "send-mail": {"task": "notices.tasks.send_outbox", "schedule": 30.0},
    "call-webhooks": {"task": "notices.tasks.call_webhooks", "schedule": 15.0},
    "refresh-suggestions": {"task": "partnerships.tasks.refresh_stale", "schedule": 120.0},
    "resume-allocations": {"task": "partnerships.tasks.resume_allocations", "schedule": 60.0},
    "publish-data": {"task": "exchange.tasks.publish_data", "schedule": crontab(day_of_week=1, hour=4, minute=10)},
    "publish-first-data": {"task": "exchange.tasks.publish_first_data", "schedule": 900.0},
    "resume-jobs": {"task": "exchange.tasks.resume_jobs", "schedule": 60.0},
    "forget-jobs": {"task": "exchange.tasks.forget_jobs", "schedule": crontab(hour=3, minute=20)},
    "follow-programs": {"task": "participants.tasks.follow_programs", "schedule": 600.0},
    "forget-people": {"task": "participants.tasks.forget", "schedule": crontab(hour=2, minute=40)},
    "sweep-uploads": {"task": "regions.tasks.sweep_uploads", "schedule": crontab(hour=2, minute=50)},
    "forget-notices": {"task": "notices.tasks.forget", "schedule": crontab(hour=3, minute=0)},
    "forget-api-keys": {"task": "api.tasks.forget_keys", "schedule": crontab(hour=3, minute=10)},
    "verify-log": {"task": "workflow.tasks.verify_log", "schedule": crontab(hour=2, minute=10)},
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["portal.demo.backend.DemoAwareBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "landing"

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / "staticfiles"))
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", BASE_DIR / "var" / "media"))
MEDIA_URL = "/berkas-internal/"  # never served by URL: files leave through a view that asks who is asking
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "portal.static_files.HashedFiles"
    },
}
WHITENOISE_MAX_AGE = 31536000
# While this file exists the portal is closed for work (`manage.py maintenance`, docs/operations.md).
MAINTENANCE_FILE = os.environ.get("MAINTENANCE_FILE", str(BASE_DIR / "var" / "maintenance.json"))
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# The JSON interface (docs/api.md): requests a minute, for each token or signed-in person and for each unknown address.
API_RATE_TOKEN = env.number("API_RATE_TOKEN", 300, 1, 100_000)
API_RATE_ADDRESS = env.number("API_RATE_ADDRESS", 60, 1, 100_000)
REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "api.schema.FrameSchema", "URL_FORMAT_OVERRIDE": None}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sinergi",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["api.schema.complete"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

EMAIL_BACKEND = os.environ.get(
    "EMAIL_BACKEND",
    "django.core.mail.backends.smtp.EmailBackend"
    if os.environ.get("EMAIL_HOST")
    else "django.core.mail.backends.filebased.EmailBackend",
)
EMAIL_FILE_PATH = os.environ.get("EMAIL_FILE_PATH", str(BASE_DIR / "var" / "mail"))
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 587, 1, 65535)
EMAIL_HOST_USER = os.environ.get("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_TLS", default=bool(os.environ.get("EMAIL_HOST")))
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "Sinergi <sinergi@example.test>")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "worker-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# HTTPS is the rule. Only a first look on one's own computer (demo, DEBUG) and tests go without.
HTTPS = env.flag("HTTPS", default=not (DEBUG or DEMO))
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if env.flag("BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
LANGUAGE_COOKIE_NAME = "bahasa"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
}

# Who signs in the portal, and whose certificates count (docs/signing.md)
SIGNING_ADAPTER = env.way_to_sign(demo=DEMO, debug=DEBUG)
SIGNING_CA_DIR = Path(os.environ.get("SIGNING_CA_DIR", BASE_DIR / "var" / "signing"))
SIGNING_ROOTS_DIR = Path(os.environ.get("SIGNING_ROOTS_DIR", BASE_DIR / "var" / "roots"))

# Rooms' own numbers (domain: docs/glossary.md)
UPLOAD_MAX_BYTES = 5 * 1024 * 1024
IMPORT_MAX_BYTES = 10 * 1024 * 1024
CLOSING_HOUR_WIB = 14
