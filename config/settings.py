"""The settings of every installation.

They come from environment variables and from the file `.env`; `.env.example` names all of them.
Without any, the system runs by itself: SQLite, an embedded Valkey and files, all below `.state/`.
"""

import logging.config
from datetime import timedelta
from decimal import Decimal
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from kombu import Exchange, Queue
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import environment as env
from config.empty_lists import EMPTY_LISTS as EMPTY_LISTS  # read by the template of empty lists
from config.enums import ENUM_NAMES
from config.logging import configuration as logging_configuration
from config.navigation import navigation
from config.queues import DEFAULT, LONGEST_LIMIT, QUEUES, TASKS_PER_CHILD
from config.queues import TASK_ROUTES as TASK_ROUTES  # read by jobs as settings.TASK_ROUTES
from config.redis_address import RedisAddress
from config.schedules import SCHEDULES as SCHEDULES  # read by jobs as settings.SCHEDULES
from stack.places import Places

BASE_DIR = Path(__file__).resolve().parent.parent
env.load_file(env.folder("TENFOLD_ENV_FILE", BASE_DIR / ".env"))

PLACES = Places(env.folder("TENFOLD_STATE_DIR", BASE_DIR / ".state"))
PRODUCTION = env.flag("TENFOLD_PRODUCTION")
DEBUG = env.flag("DEBUG")


# --- Who may come in -----------------------------------------------------------------------------


def _secret_key() -> str:
    written = env.text("SECRET_KEY")
    if not written and PLACES.secret_key.is_file():
        written = PLACES.secret_key.read_text(encoding="ascii").strip()
    if not written:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Set it to a long random text, or start with ./run, which makes one"
            f" and keeps it in {PLACES.secret_key}."
        )
    if len(written) < 32:
        raise ImproperlyConfigured("SECRET_KEY is too short. Use at least 32 random characters.")
    return written


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")


def _web_address(written: str) -> str:
    if not written.startswith(("http://", "https://")):
        raise ValueError("write http:// or https:// in front")
    return written.rstrip("/")


def _mail_server(written: str) -> dict[str, object]:
    if not written:
        return {}
    # Its own message for another scheme would name the whole address, with the password.
    if not written.startswith(("smtp://", "smtp+tls://", "smtp+ssl://")):
        raise ValueError("write smtp+tls://person:password@host:587, smtp+ssl:// or smtp://")
    return dict(environ.Env.email_url_config(written))


# Where people reach the pages, for links in files that leave the installation.
PUBLIC_URL = env.parsed("TENFOLD_PUBLIC_URL", "http://localhost:8000", _web_address)

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
# Where alerts are mailed from. Without a server nothing is mailed, and what should have been says so.
_MAIL = env.parsed("EMAIL_URL", "", _mail_server)
MAIL_IS_SET_UP = bool(_MAIL)
EMAIL_BACKEND = _MAIL.get("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = _MAIL.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _MAIL.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _MAIL.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _MAIL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(_MAIL.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_MAIL.get("EMAIL_USE_SSL"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("TENFOLD_MAIL_FROM", "tenfold@localhost")
# What a page may load and run: files of this server and nothing written into the page. The one
# exception and its reason stand in docs/decisions/0011-a-strict-content-security-policy.md.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'", "'unsafe-eval'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
# Only behind a proxy that sets the header itself; otherwise any visitor could claim to use TLS.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("TENFOLD_BEHIND_PROXY") else None
SECURE_REDIRECT_EXEMPT = [r"^livez$"]

if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG shows settings to visitors. Switch it off, or TENFOLD_PRODUCTION.")

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Whoever keeps guessing a password from one address is turned away there for a while, and others not.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = AUDIT_CLIENT_ADDRESS = "config.client_address.address_of"

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# --- What it is made of --------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "axes",
    "django_celery_beat",
    "django_celery_results",
    "audit",
    "jobs",
    "companies",
    "documents",
    "market",
    "extraction",
    "analysis",
    "monitoring",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.request_line.NoNullCharacters",
    "config.bodies.LargestBody",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Behind the one that knows the person.
    "django_structlog.middlewares.RequestMiddleware",
    # Behind the one that numbers requests.
    "audit.context.AuditContext",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # The last one, as it asks for: it answers in place of a view that found somebody locked out.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
CSRF_FAILURE_VIEW = "config.error_pages.form_too_old"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- Where things are kept -----------------------------------------------------------------------

SQLITE_OPTIONS = {
    # Writers queue up for 20 s instead of failing at once; IMMEDIATE takes the write lock at the
    # start of a transaction, because a lock wanted later cannot be waited for.
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA busy_timeout=20000;",
}


def _database(url: str) -> dict[str, object]:
    if not url.startswith(("sqlite:", "postgres:", "postgresql:")):
        raise ValueError("write postgresql:// or sqlite:// in front")
    database = environ.Env.db_url_config(url)
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return {"ENGINE": database["ENGINE"], "NAME": database["NAME"], "OPTIONS": dict(SQLITE_OPTIONS)}
    if password := env.text("DATABASE_PASSWORD"):
        if database["PASSWORD"]:
            raise ValueError("it holds a password, and DATABASE_PASSWORD is set too. Keep one of them.")
        database["PASSWORD"] = password
    if most := env.number("TENFOLD_DATABASE_POOL", 0, most=200):
        # A request that finds none free waits ten seconds and then fails, so that it is noticed.
        pool = {"min_size": 1, "max_size": most, "timeout": 10, "max_idle": 120}
        options = {**database.get("OPTIONS", {}), "pool": pool}
        return {**database, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}
    return {**database, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def _redis(url: str) -> RedisAddress:
    return RedisAddress.parse(url).with_password(env.text("REDIS_PASSWORD"))


DATABASES = {"default": env.parsed("DATABASE_URL", f"sqlite:///{PLACES.database}", _database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Each may be set alone and serves for both then: one for messages, one for the cache and locks.
_BROKER_URL = env.text("CELERY_BROKER_URL")
REDIS = env.parsed("REDIS_URL", _BROKER_URL or f"unix://{PLACES.socket}", _redis)
REDIS_URL = REDIS.for_client()
BROKER = env.parsed("CELERY_BROKER_URL", REDIS.for_broker(), RedisAddress.parse_for_broker)
for _name, _address in (("REDIS_URL", REDIS), ("CELERY_BROKER_URL", BROKER)):
    if PRODUCTION and _address.weakness:
        raise ImproperlyConfigured(f"{_name} must not be used in production: {_address.weakness}.")

# Another database than the broker's, so that emptying the cache loses no job.
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS.for_client(database=REDIS.database + 1),
        "KEY_PREFIX": "tenfold",
        # A page must not wait for a cache that is away.
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "retry": Retry(NoBackoff(), 0)},
    }
    if env.choice("TENFOLD_CACHE", "redis", ("redis", "memory")) == "redis"
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Each process's own, for what goes on while the shared one is away.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "process"},
}

MEDIA_ROOT = env.folder("TENFOLD_FILES_DIR", PLACES.files)
# Reports that people or programs put here, in folders named like companies, are taken in.
DROP_DIR = env.folder("TENFOLD_DROP_DIR", PLACES.drop)
# The only folder from which tables of examples are read for training.
TRAINING_DIR = env.folder("TENFOLD_TRAINING_DIR", PLACES.training)
# Files are shown by views that ask for permission, never by address alone.
MEDIA_URL = "files-are-not-served-here/"
FILE_UPLOAD_PERMISSIONS = 0o640
STATIC_ROOT = env.folder("TENFOLD_STATIC_DIR", PLACES.static)
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"] if (BASE_DIR / "static").is_dir() else []


def _file_service(written: str) -> str:
    if written and not written.startswith(("http://", "https://")):
        raise ValueError("write http:// or https:// in front")
    return written.rstrip("/")


# Where several machines share no folder, files lie in a bucket that all of them reach.
_BUCKET = env.text("TENFOLD_S3_BUCKET")
_FILES_IN_BUCKET: dict[str, Any] = {
    "BACKEND": "documents.bucket.BucketStorage",
    "OPTIONS": {
        "bucket_name": _BUCKET,
        "endpoint_url": env.parsed("TENFOLD_S3_ENDPOINT", "", _file_service),
        "region_name": env.text("TENFOLD_S3_REGION"),
        "access_key": env.text("TENFOLD_S3_ACCESS_KEY"),
        "secret_key": env.text("TENFOLD_S3_SECRET_KEY"),
        "location": env.text("TENFOLD_S3_PREFIX").strip("/"),
    },
}
if _BUCKET and find_spec("storages") is None:
    raise ImproperlyConfigured(
        "TENFOLD_S3_BUCKET names a bucket, and the packages for it are not installed. Install"
        " requirements-s3.txt, or leave the variable empty to keep files in a folder."
    )
STORAGES = {
    "default": _FILES_IN_BUCKET if _BUCKET else {"BACKEND": "documents.whole_files.WholeFileStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

MEGABYTE = 1024 * 1024
UPLOAD_MAX_BYTES = env.number("TENFOLD_UPLOAD_MAX_MB", 200, least=1, most=2000) * MEGABYTE
# Bodies without files; a larger one is refused before it is parsed.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * MEGABYTE
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * MEGABYTE
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# --- Background work -----------------------------------------------------------------------------

CELERY_BROKER_URL = BROKER.for_broker()
# What Celery and Flower are told of results; the rows of the runs are the truth and stay.
_RESULT_STORES = {"django-db": "jobs.results:ResultStore"}
CELERY_RESULT_BACKEND = _RESULT_STORES[
    env.choice("CELERY_RESULT_BACKEND", "django-db", tuple(_RESULT_STORES))
]
CELERY_RESULT_EXTENDED = True
CELERY_RESULT_EXPIRES = env.number("CELERY_RESULT_EXPIRES", 24 * 3600, least=60)
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = CELERY_EVENT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True

CELERY_TASK_DEFAULT_QUEUE = DEFAULT
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ROUTES = {name: {"queue": route.queue} for name, route in TASK_ROUTES.items()}
# Also for tasks that do not ask for their limits themselves.
CELERY_TASK_ANNOTATIONS = {
    name: {
        "soft_time_limit": route.soft,
        "time_limit": route.hard,
        "max_retries": route.max_retries,
        "rate_limit": route.rate_limit,
    }
    for name, route in TASK_ROUTES.items()
}

CELERY_TASK_TRACK_STARTED = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_ACKS_ON_FAILURE_OR_TIMEOUT = True
# A task that kills its process would be started for ever. The row of the run is swept instead.
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = True
# A request must not wait for a broker that is down: the row is kept and sent again later.
CELERY_TASK_PUBLISH_RETRY = False

CELERY_WORKER_POOL = "prefork"
CELERY_WORKER_CONCURRENCY = env.number("CELERY_WORKER_CONCURRENCY", 0, most=64) or None
CELERY_WORKER_PREFETCH_MULTIPLIER = env.number("CELERY_WORKER_PREFETCH_MULTIPLIER", 1, least=1, most=100)
CELERY_WORKER_MAX_TASKS_PER_CHILD = env.number("CELERY_WORKER_MAX_TASKS_PER_CHILD", TASKS_PER_CHILD, least=1)
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000  # kilobytes; looked at after each task
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = env.number("TENFOLD_SOFT_SHUTDOWN_SECONDS", 10, least=1, most=600)
# No message waits inside a worker for its time, so an idle worker has nothing to hand back.
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_ETA_TASK_LIMIT = 1000
CELERY_WORKER_SEND_TASK_EVENTS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Celery would open a database connection twice for each task; jobs.tracking looks after them instead.
CELERY_DB_REUSE_MAX = 1000

# A message that is not acknowledged in this time is delivered again, so it has to lie above the
# longest task. Celery reads it in three places, and the smallest wins.
VISIBILITY_TIMEOUT = LONGEST_LIMIT + 3600
CELERY_VISIBILITY_TIMEOUT = VISIBILITY_TIMEOUT
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": VISIBILITY_TIMEOUT,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
}
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = {"visibility_timeout": VISIBILITY_TIMEOUT}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None

CELERY_BEAT_SCHEDULER = "jobs.scheduler:WatchedScheduler"
# Zone-aware crontabs misfire when clocks change.
DJANGO_CELERY_BEAT_TZ_AWARE = True
CELERY_BEAT_MAX_LOOP_INTERVAL = 30

# Where Flower listens and what it asks for; `monitoring.flower` fetches its pages for staff.
FLOWER_URL = env.text("TENFOLD_FLOWER_URL", f"unix://{PLACES.flower_socket}")
FLOWER_ACCOUNT = env.text("FLOWER_BASIC_AUTH")


def _networks(written: str) -> list[IPv4Network | IPv6Network]:
    """Raises ValueError for what is no address."""
    return [ip_network(part.strip()) for part in written.split(",") if part.strip()]


# From where the figures of /metrics may be taken without signing in.
METRICS_ADDRESSES = env.parsed("TENFOLD_METRICS_ADDRESSES", "", _networks)

# --- The API -------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.bearer.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]
    + ([] if PRODUCTION else ["config.browsable.BrowsablePages"]),
    "DEFAULT_PARSER_CLASSES": [
        "config.bodies.DepthLimitedJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["jobs.api.throttles.PerStranger", "jobs.api.throttles.PerPerson"],
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "user": "600/min", "launch": "60/min", "token": "10/min"},
    "NUM_PROXIES": env.number("TENFOLD_PROXIES", 1, least=1, most=10)
    if env.flag("TENFOLD_BEHIND_PROXY")
    else 0,
    # Money is a string in JSON, because JSON's numbers are floats to most readers.
    "COERCE_DECIMAL_TO_STRING": True,
}
REST_KNOX = {
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_TTL": timedelta(hours=env.number("TENFOLD_TOKEN_HOURS", 720, least=1)),
    "TOKEN_LIMIT_PER_USER": 20,
    "AUTO_REFRESH": False,
}
# How many runs one person may have under way through the API, parts not counted.
RUNS_PER_PERSON = env.number("TENFOLD_RUNS_PER_PERSON", 50, least=1, most=10_000)
SPECTACULAR_SETTINGS = {
    "TITLE": "Tenfold",
    "DESCRIPTION": "Financial statements of many years, read from a company's own reports.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
    # The page's scripts come from this server, because nothing may be loaded from elsewhere.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- The outside world ---------------------------------------------------------------------------


def _host_and_port(pair: str) -> str:
    host, separator, port = pair.rpartition(":")
    if not separator or not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ImproperlyConfigured(
            f"TENFOLD_ALLOWED_PRIVATE_HOSTS holds {pair!r}. Write host:port, with commas between several."
        )
    return pair


def _prices(written: str) -> tuple[Decimal, Decimal] | None:
    if not written:
        return None
    into, _, out = written.partition("/")
    try:
        found = Decimal(into), Decimal(out)
    except ArithmeticError:
        raise ValueError("write two amounts with a stroke between them, such as 0.15/0.60") from None
    if not all(price.is_finite() and price >= 0 for price in found):
        raise ValueError("a price is a number from 0 on")
    return found


# Shown to every site that is visited, so that its owner can reach someone.
CONTACT = env.text("TENFOLD_CONTACT")
# Machines that are not public and may be contacted all the same.
ALLOWED_PRIVATE_HOSTS = frozenset(map(_host_and_port, env.words("TENFOLD_ALLOWED_PRIVATE_HOSTS")))


def _own_hosts() -> frozenset[str]:
    """Machines of this installation, by the names that the settings know. A page that names one is not
    followed there, also where it is a public machine; those that are not are closed by their address."""
    addresses = [REDIS_URL, BROKER.for_client(), str(_FILES_IN_BUCKET["OPTIONS"]["endpoint_url"])]
    if PRODUCTION:
        addresses.append(PUBLIC_URL)
    names = {urlsplit(address).hostname or "" for address in addresses}
    names.add(str(DATABASES["default"].get("HOST", "")).lower())
    return frozenset(name for name in names if name and not name.startswith("/")) - {"localhost", "127.0.0.1"}


OWN_HOSTS = _own_hosts()
DOWNLOAD_MAX_BYTES = env.number("TENFOLD_DOWNLOAD_MAX_MB", 200, least=1, most=2000) * MEGABYTE
PAGE_MAX_BYTES = 10 * MEGABYTE

# What the throw-away process may use in which a file is read: seconds and bytes.
_READING_SECONDS = env.number("TENFOLD_READING_SECONDS", 180, least=10, most=1500)
READING_LIMITS: dict[str, Any] = {
    "wall_seconds": float(_READING_SECONDS),
    "cpu_seconds": _READING_SECONDS,
    "memory_bytes": env.number("TENFOLD_READING_MEMORY_MB", 1024, least=256, most=16_384) * MEGABYTE,
}

# The optional second reader: off unless a model is named together with a key or an address.
MODEL_KEY = env.text("OPENAI_API_KEY")
MODEL_URL = env.parsed("OPENAI_BASE_URL", "https://api.openai.com/v1", _web_address)
MODEL_NAME = env.text("OPENAI_MODEL")
SECOND_READER = bool(MODEL_NAME)
if MODEL_NAME and not MODEL_KEY and not env.text("OPENAI_BASE_URL"):
    raise ImproperlyConfigured(
        "OPENAI_MODEL names a model and nothing says where it is. Set OPENAI_API_KEY for OpenAI's service,"
        " or OPENAI_BASE_URL for another; leave OPENAI_MODEL empty for no second reader."
    )
if MODEL_NAME and MODEL_URL.startswith("http://") and urlsplit(MODEL_URL).netloc not in ALLOWED_PRIVATE_HOSTS:
    raise ImproperlyConfigured(
        "OPENAI_BASE_URL would send the key and the reports in the open. Write https://, or name a machine of"
        " your own as host:port in TENFOLD_ALLOWED_PRIVATE_HOSTS."
    )
MODEL_SECONDS = env.number("TENFOLD_MODEL_SECONDS", 120, least=5, most=600)
# What a million tokens cost, in and out, where the table of prices does not know the model.
MODEL_PRICES = env.parsed("TENFOLD_MODEL_PRICES", "", _prices)
# The part of the reports that is read twice, blindly, to estimate errors.
BLIND_SHARE = env.number("TENFOLD_BLIND_PERCENT", 0, most=100) / 100

# Files that open but forbid copying are read all the same, and say so, unless this turns them away.
REFUSE_COPYING_FORBIDDEN = env.flag("TENFOLD_REFUSE_COPYING_FORBIDDEN")

# Reserved for the optional second reader; any service that speaks the same protocol.
OPENAI_API_KEY = env.text("OPENAI_API_KEY")
OPENAI_BASE_URL = env.text("OPENAI_BASE_URL")
OPENAI_MODEL = env.text("OPENAI_MODEL")

# A transformer of one's own that judges the tone of documents in place of the lexicon: a folder, or the
# name of a model in this machine's cache. Its packages are those of requirements-transformer.txt.
SENTIMENT_TRANSFORMER = env.text("TENFOLD_SENTIMENT_TRANSFORMER")

# --- Language, time and words --------------------------------------------------------------------

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

LOGGING_CONFIG = None
LOGGING = logging_configuration(
    env.choice("TENFOLD_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
    env.choice("TENFOLD_LOG_FORMAT", "text", ("text", "json")),
)
logging.config.dictConfig(LOGGING)
# The number of a request goes with the message it sends, into the lines of the task.
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

UNFOLD = {
    "SITE_TITLE": "Tenfold",
    "SITE_HEADER": "Tenfold",
    "SITE_SUBHEADER": "Ten years in one view",
    "SITE_SYMBOL": "table_chart_view",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("tenfold/mark.svg")}
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "DASHBOARD_CALLBACK": "monitoring.dashboard.dashboard",
    "STYLES": [
        lambda request: static("tenfold/colours.css"),
        lambda request: static("tenfold/tenfold.css"),
        lambda request: static("tenfold/work.css"),
        lambda request: static("tenfold/theme.css"),
        lambda request: static("tenfold/desk.css"),
    ],
    "SCRIPTS": [lambda request: static("tenfold/theme.js")],
    # In the first stylesheet instead: those of the settings would be a style inside each page.
    "COLORS": lambda request: {},
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": navigation,
    },
}
