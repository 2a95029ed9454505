"""Every setting of the portal, read from the environment (table: docs/operations/variables.md)."""

from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from portal import environment as env
from portal import file_settings, logs, queues, start

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.flag("DEBUG")
DEMO = env.flag("SINERGI_DEMO")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")

# What may not be missing or weak outside of a first look: portal/start.py.
SECRET_KEY = env.text("SECRET_KEY") or (start.FIRST_LOOK_KEY if DEBUG or DEMO else "")
# Staff numbers and secrets of webhooks at rest (workflow/sealing.py). The first key seals, all of them open.
PERSONAL_DATA_KEYS = env.words("PERSONAL_DATA_KEYS") or ([SECRET_KEY] if DEBUG or DEMO else [])

# Numbers of certificates, one series a year (participants/services/numbers.py).
CERTIFICATE_NUMBER = env.pattern(
    "CERTIFICATE_NUMBER", "{serial:04d}/SERT/{year}", {"serial": 1, "year": 2026}, {"month": "XI"}
)

# Webhooks (docs/webhooks.md): where they may lead beside the public network, and whose certificates count beside the
# system's. Without TLS only on a developer's own computer.
WEBHOOK_ALLOWED_ADDRESSES = env.networks("WEBHOOK_ALLOWED_ADDRESSES")
WEBHOOK_CA_FILE = env.text("WEBHOOK_CA_FILE", "")
WEBHOOK_HTTP = env.flag("WEBHOOK_HTTP")

SITE_URL = env.text("SITE_URL", "http://localhost:8000").rstrip("/")
# Who reports in the IATI file; the ministry registers its identifier with IATI and sets it here (docs/iati.md).
IATI_ORGANISATION = env.text("IATI_ORGANISATION", "ID-GOV-KEMNAKER")
SUPPORT_EMAIL = env.text("SUPPORT_EMAIL", "bantuan@example.test")
SECURITY_EMAIL = env.text("SECURITY_EMAIL") or SUPPORT_EMAIL

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
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
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
    "portal.observing.ObservingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "api.middleware.ProblemMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "portal.middleware.BodyLimitMiddleware",
    "portal.middleware.MaintenanceMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.factor_gate.SecondFactorMiddleware",
    "accounts.middleware.OwnPagesMiddleware",
    "accounts.middleware.SessionUseMiddleware",
    "accounts.view_as.ViewAsMiddleware",
    "accounts.middleware.ActingForMiddleware",
    "portal.middleware.CostlyMiddleware",
    "accounts.middleware.SavedViewsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.RefusalMiddleware",
    "workflow.sender.SenderMiddleware",
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

# Behind a pool: portal/pooled; reports from a copy: portal/routers.py (docs/operations/scaling.md).
DATABASES = env.databases()
DATABASE_ROUTERS = ["portal.routers.ReportsRouter"] if "replica" in DATABASES else []
REPLICA_MAX_LAG = env.number("REPLICA_MAX_LAG", 10, 1, 3600)
# The role that web and workers use; `migrate` gives it its rights (portal/grants.py).
DATABASE_WEB_ROLE = env.role("DATABASE_WEB_ROLE")
# Seconds a page waits for one statement (portal/outage.py); workers have the limits of their tasks.
DATABASE_STATEMENT_TIMEOUT = env.number("DATABASE_STATEMENT_TIMEOUT", 0 if env.flag("DATABASE_POOLED") else 30, 0, 3600)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis is broker and cache. Without it the portal still answers: tasks run inside the request, the cache lives in
# the database, and the staff who run the portal are told on every page.
ALLOW_EAGER = env.flag("ALLOW_EAGER")
REDIS_URL = env.text("REDIS_URL", "")
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
# Queues and time limits of every task, and why they fit each other: portal/queues.py.
CELERY_TASK_ALWAYS_EAGER = EAGER_MODE
CELERY_TASK_EAGER_PROPAGATES = False
CELERY_TASK_IGNORE_RESULT = True
# A message is confirmed when its work is done: a process that dies loses nothing, and every task bears being done
# twice.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = queues.INTERACTIVE
CELERY_TASK_ROUTES = queues.routes()
CELERY_TASK_ANNOTATIONS = queues.limits()
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# However long the broker is away, workers wait for it; by default they end after a hundred tries, within the hour.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A page never waits for a broker that is away: publishing gives up at once, the sweep below finds the work later.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": queues.VISIBILITY,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    # Opening the line has tries of its own, by default seven seconds of them: one more try, at once.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
# A worker whose broker went away keeps its tasks and comes back; what it could not confirm is done again, safely.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TIMEZONE = "Asia/Jakarta"
CELERY_BEAT_SCHEDULE = {
    "clock": {"task": "workflow.tasks.run_clock", "schedule": 60.0},
    "keep-delegations": {"task": "accounts.tasks.keep_delegations", "schedule": 300.0},
    "deliver-notices": {"task": "notices.tasks.deliver_pending", "schedule": 60.0},
    "resume-errands": {"task": "portal.tasks.resume_errands", "schedule": 60.0},
    "send-mail": {"task": "notices.tasks.send_outbox", "schedule": 30.0},
    "call-webhooks": {"task": "notices.tasks.call_webhooks", "schedule": 15.0},
    "refresh-suggestions": {"task": "partnerships.tasks.refresh_stale", "schedule": 120.0},
    "resume-allocations": {"task": "partnerships.tasks.resume_allocations", "schedule": 60.0},
    "publish-data": {"task": "exchange.tasks.publish_data", "schedule": crontab(day_of_week=1, hour=4, minute=10)},
    "publish-first-data": {"task": "exchange.tasks.publish_first_data", "schedule": 900.0},
    "resume-jobs": {"task": "exchange.tasks.resume_jobs", "schedule": 60.0},
    "forget-jobs": {"task": "exchange.tasks.forget_jobs", "schedule": crontab(hour=3, minute=20)},
    "follow-programs": {"task": "participants.tasks.follow_programs", "schedule": 600.0},
    "forget-sessions": {"task": "accounts.tasks.forget_old_sessions", "schedule": crontab(hour=3, minute=30)},
    "forget-people": {"task": "participants.tasks.forget", "schedule": crontab(hour=2, minute=40)},
    "sweep-uploads": {"task": "regions.tasks.sweep_uploads", "schedule": crontab(hour=2, minute=50)},
    "forget-notices": {"task": "notices.tasks.forget", "schedule": crontab(hour=3, minute=0)},
    "forget-api-keys": {"task": "api.tasks.forget_keys", "schedule": crontab(hour=3, minute=10)},
    "forget-parked": {"task": "portal.tasks.forget_parked", "schedule": crontab(hour=3, minute=40)},
    "add-up-steps": {"task": "portal.tasks.add_up_steps", "schedule": 600.0},
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
    {"NAME": "accounts.rules.passwords.OwnWordsValidator"},
]
PASSWORD_RESET_TIMEOUT = 4 * 3600  # a letter with a link opens an account: so long and not a day longer
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "landing"

# Second factor, single sign-on and sudo mode (docs/accounts.md). allauth works under our own pages: its sign-up,
# password and e-mail pages have no address here.
SECOND_FACTOR = env.choice("SECOND_FACTOR", "offered" if DEMO or DEBUG else "required", ("required", "offered"))
SUDO_MINUTES = env.number("SUDO_MINUTES", 0 if DEMO or DEBUG else 10, 0 if DEMO or DEBUG else 1, 60)
SINGLE_SIGN_ON = env.single_sign_on(local=DEBUG or DEMO)
MFA_ADAPTER = "accounts.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Sinergi"
ACCOUNT_ADAPTER = "accounts.adapters.NoSignUp"
SOCIALACCOUNT_ADAPTER = "accounts.adapters.NoSocialSignUp"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(BASE_DIR / "var" / "media")))
MEDIA_URL = "/berkas-internal/"  # never served by URL: files leave through a view that asks who is asking
STORAGES = {
    **file_settings.file_storages(MEDIA_ROOT),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "portal.static_files.HashedFiles"
    },
}
# Uploaded files (docs/files.md): who scans them, who sends them, how large they may be.
CLAMD = file_settings.scanner()
FILES_ACCEL = file_settings.handed_over_at()
S3_REDIRECT = env.flag("S3_REDIRECT")
UPLOAD_MAX_BYTES = 5 * 1024 * 1024
IMPORT_MAX_BYTES = 10 * 1024 * 1024
RECORD_MAX_BYTES = 200 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "workflow.upload_limits.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
WHITENOISE_MAX_AGE = 31536000
WHITENOISE_ALLOW_ALL_ORIGINS = False
# While this file exists the portal is closed for work (`manage.py maintenance`, docs/operations/daily.md).
MAINTENANCE_FILE = env.text("MAINTENANCE_FILE", str(BASE_DIR / "var" / "maintenance.json"))
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# What a request may carry (docs/sessions.md): all of it with its files, its fields, how many of either.
REQUEST_MAX_BYTES = 12 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS = 0o640 if FILES_ACCEL else 0o600  # the proxy reads them as a member of the portal's group

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

EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND",
    "django.core.mail.backends.smtp.EmailBackend"
    if env.text("EMAIL_HOST")
    else "django.core.mail.backends.filebased.EmailBackend",
)
EMAIL_FILE_PATH = env.text("EMAIL_FILE_PATH", str(BASE_DIR / "var" / "mail"))
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 587, 1, 65535)
EMAIL_HOST_USER = env.text("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_TLS", default=bool(env.text("EMAIL_HOST")))
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "Sinergi <sinergi@example.test>")

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
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
if env.flag("BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
# Sessions, cookies, and how often costly pages are made (docs/sessions.md). With HTTPS no other host and no page
# without TLS can set these cookies: their names say so to browsers.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, DEVICE_COOKIE_NAME, MESSAGE_COOKIE_NAME = (
    f"__Host-{name}" if HTTPS else name for name in ("sessionid", "csrftoken", "perangkat", "messages")
)
MESSAGE_STORAGE = "portal.flash.HostMessages"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"  # links in mails open as whoever is signed in
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = env.number("SESSION_IDLE_HOURS", 12, 1, 24) * 3600
SESSION_IDLE_DECIDING_SECONDS = env.number("SESSION_IDLE_DECIDING_HOURS", 2, 1, 24) * 3600
SESSION_ABSOLUTE_SECONDS = env.number("SESSION_ABSOLUTE_HOURS", 24, 1, 168) * 3600
COSTLY_FACTOR = env.number("COSTLY_FACTOR", 1, 0, 1000)
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
LANGUAGE_COOKIE_NAME = "bahasa"

# Lines (portal/logs.py), reports of errors, figures and health (docs/operations/monitoring.md), anchors of the log and
# backups (docs/operations/backups.md).
LOGGING = logs.configuration(
    env.text("LOG_LEVEL", "INFO"), env.choice("LOG_FORMAT", "line" if DEBUG or DEMO else "json", logs.FORMS)
)
BEHIND_PROXY = env.flag("BEHIND_PROXY")
SENTRY_DSN = env.text("SENTRY_DSN")
SENTRY_ENVIRONMENT = env.text("SENTRY_ENVIRONMENT", "production")
METRICS_TOKEN = env.text("METRICS_TOKEN")
METRICS_ALLOWED = env.networks("METRICS_ALLOWED")
READY_MAIL_AGE = env.number("READY_MAIL_AGE", 900, 60, 86_400)
READY_FREE_MB = env.number("READY_FREE_MB", 500, 1, 1_000_000)
LOG_ANCHOR_DIR = env.text("LOG_ANCHOR_DIR")
LOG_ANCHOR_MAIL = env.words("LOG_ANCHOR_MAIL")
BACKUP_KEY = env.text("BACKUP_KEY")

# Who signs in the portal, and whose certificates count (docs/signing.md)
SIGNING_ADAPTER = env.way_to_sign(demo=DEMO, debug=DEBUG)
SIGNING_CA_DIR = Path(env.text("SIGNING_CA_DIR", str(BASE_DIR / "var" / "signing")))
SIGNING_ROOTS_DIR = Path(env.text("SIGNING_ROOTS_DIR", str(BASE_DIR / "var" / "roots")))

# Rooms' own numbers (domain: docs/glossary.md)
CLOSING_HOUR_WIB = 14

start.refuse_unsafe(globals())
