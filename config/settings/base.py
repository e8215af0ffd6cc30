"""What every size of the platform shares. Sizes differ only in dev, test and production."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from config import env

ROOT: Path = env.ROOT
DATA_DIR: Path = env.data_directory()

SITE_URL = env.text("PLATFORM_SITE_URL", "http://127.0.0.1:8000").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or ""
ALLOWED_HOSTS = [SITE_HOST, "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# How many proxies of one's own stand before the web processes.
TRUSTED_PROXIES = env.number("PLATFORM_PROXIES", 0)
DEBUG = False
DEMO = False
# Whom people ask who cannot get in, as it stands at the foot of every page: a telephone number or an address.
CONTACT = env.text("PLATFORM_CONTACT")

INSTALLED_APPS = [
    "website",
    "oversight",
    "credit",
    "staffing",
    "certificates",
    "certificates.tlog",
    "courses",
    "courses.exams",
    "accounts",
    "core",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "wagtail.contrib.redirects",
    "wagtail.contrib.simple_translation",
    "wagtail.locales",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "core.middleware.SameForEverybodyMiddleware",
    "core.middleware.ClientAddressMiddleware",
    "core.middleware.NoNulMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.HatMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.TooManyTriesMiddleware",
    "accounts.middleware.SessionAgeMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.ViewAsMiddleware",
    "core.middleware.ReadOnlyGetMiddleware",
    "core.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "core.rendering.PlainRenderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.site",
            ],
        },
    }
]

# Which version of the field key seals; none: the newest.
FIELD_KEY_VERSION: int | None = None

# Keys of the blind indexes from before the present one: only what was made under them is compared with them.
FORMER_INDEX_KEYS: list[str] = []

# Version -> private key that signs credentials, 64 hexadecimal digits; the database says which one does since when.
ISSUER_KEYS: dict[int, str] = {}

# How many full numbers one login may see within an hour.
REVEALS_AN_HOUR = env.number("PLATFORM_REVEALS_AN_HOUR", 20)

# --- database -------------------------------------------------------------------------------------------------------
SQLITE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA_DIR / "platform.sqlite3",
    "CONN_MAX_AGE": None,
    "OPTIONS": {
        # A reading transaction that later writes fails at once under WAL: take the write lock at the start.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=67108864;"
            " PRAGMA mmap_size=134217728; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;"
        ),
    },
}
# What a page asks for costs less than to start the helpers that would share the work: at a million people they made the
# ratio of one institution eight times as dear.
ALONE = {"options": "-c max_parallel_workers_per_gather=0"}
POSTGRESQL: dict[str, Any] = {
    "ENGINE": "django.db.backends.postgresql",
    "HOST": env.text("PLATFORM_DB_HOST"),
    "PORT": env.text("PLATFORM_DB_PORT"),
    "NAME": env.text("PLATFORM_DB_NAME", "platform"),
    "USER": env.text("PLATFORM_DB_USER", "platform"),
    "PASSWORD": env.text("PLATFORM_DB_PASSWORD"),
    "OPTIONS": ALONE,
}
# Connections that are kept: each is looked at before it is given out, so that nobody meets one whose server was gone.
POOLED: dict[str, Any] = {"CONN_HEALTH_CHECKS": True, "OPTIONS": {**ALONE, "pool": {"min_size": 1, "max_size": 8}}}
DATABASES = {"default": POSTGRESQL if env.text("PLATFORM_DB_HOST") else SQLITE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Tests put each compiled query together again whenever it is asked (core/compiled.py).
COMPILED_QUERIES_ARE_CHECKED = False
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        # Django keeps 300 entries unless told otherwise and then throws counters of tries away.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Counters of tries: with one web process its own memory counts exactly; several share theirs (production).
    "throttle": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "throttle"},
}
THROTTLE_CACHE = "throttle"

# --- languages and time ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English"), ("ja", "日本語")]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
LOCALE_PATHS = [ROOT / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
WAGTAIL_I18N_ENABLED = True
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- people and doors -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.adapters.SignInBackend"]
SESSION_ENGINE = "core.sessions"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:home"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
# The form asks for one of the two addresses; allauth's own check wants the mail address marked here.
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.sign_in.LoginForm",
    "signup": "accounts.forms.sign_in.SignupForm",
    "change_password": "accounts.forms.sign_in.ChangePasswordForm",
    "request_login_code": "accounts.forms.sign_in.RequestLoginCodeForm",
    "reset_password": "accounts.forms.sign_in.ResetPasswordForm",
}
# Tries are counted in the cache that all web processes share: by address of the visitor, by login, by number.
LOGINS_PER_MINUTE = env.number("PLATFORM_LOGINS_PER_MINUTE", 30)
_by_address = f"{LOGINS_PER_MINUTE}/m/ip"
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {
    "login": _by_address,
    # The sixth wrong password or code within five minutes is refused unread.
    "login_failed": f"{_by_address},5/5m/key",
    # Messages cost money and disturb: one in half a minute and ten a day for a number.
    "verify_phone": f"{_by_address},1/30s/key,10/d/key",
    "request_login_code": f"{_by_address},3/m/key,10/d/key",
    "reset_password": f"{_by_address},5/m/key,10/d/key",
    "confirm_email": f"{_by_address},1/10s/key,10/d/key",
}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# A mail address is stored and counts once the browser that typed it holds the code sent there, as with a number. With
# a link, whoever owns the address would confirm it for the stranger who typed it.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"length": 6, "numeric": True, "dashed": False}
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_FORMAT = ACCOUNT_PHONE_VERIFICATION_CODE_FORMAT = ACCOUNT_LOGIN_BY_CODE_FORMAT
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "/accounts/login/"
# What weighs heavily asks for password or second factor again after so many seconds.
CONFIRM_AGAIN_AFTER = 15 * 60
# Of the demo and of tests: no second factor, no confirming again. Production refuses it.
SECOND_FACTOR_EXEMPT = False
# Seconds a session may lie idle, and may last at all: of staff, and of everybody else.
STAFF_SESSION = (30 * 60, 12 * 3600)
OTHER_SESSION = (12 * 3600, 7 * 24 * 3600)
# Whoever signed up by number may add a mail address later; it signs nobody in before it is confirmed.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "技术经理人平台"
# A used code is remembered for one period and must not be valid longer than that.
MFA_TOTP_TOLERANCE = 0
# Browsers offer passkeys on this machine without TLS; production has TLS.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SITE_URL.startswith("http://")
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]

# --- Wagtail --------------------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = _("Technology Manager Platform")
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# Address and password change at the one login door only.
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "pdf", "txt", "xlsx", "zip"]
WAGTAILDOCS_DOCUMENT_FORM_BASE = "website.forms.DocumentForm"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILIMAGES_EXTENSIONS = ["png", "jpg", "jpeg", "webp"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 20 * 1024 * 1024

# --- files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [ROOT / "static"]
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FONT_DIR = DATA_DIR / "fonts"
# What seals the files of certificates (certificates.seals): by default a key that this site makes for itself.
SEAL = env.seal_options(DATA_DIR / "secrets")

# --- mail -----------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = f"noreply@{SITE_HOST}"
# One-time codes go to <number>@<domain>; empty: no gateway, codes are not sent.
SMS_MAIL_DOMAIN = env.text("PLATFORM_SMS_MAIL_DOMAIN")
# Goes before the mails: a gateway that takes JSON over HTTPS.
SMS_GATEWAY_URL = env.text("PLATFORM_SMS_GATEWAY_URL")
SMS_GATEWAY_TOKEN = env.text("PLATFORM_SMS_GATEWAY_TOKEN")

# The class behind the port of identity services, as "package.module.Class"; empty: no outside service.
IDENTITY_SERVICE = env.identity_options()
_over_https = "accounts.services.identity_https.HttpsIdentityService" if IDENTITY_SERVICE["url"] else ""
IDENTITY_PROVIDER = env.text("PLATFORM_IDENTITY_PROVIDER", _over_https)

# --- background work ------------------------------------------------------------------------------------------------
_broker = {name: DATA_DIR / "broker" / name for name in ("messages", "control")}
for _folder in _broker.values():
    _folder.mkdir(parents=True, exist_ok=True)
CELERY_BROKER_URL = "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": str(_broker["messages"]),
    "data_folder_out": str(_broker["messages"]),
    "control_folder": str(_broker["control"]),
    "polling_interval": 0.1,
    "store_processed": False,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "delete expired": {"task": "oversight.delete_expired", "schedule": crontab(hour=3, minute=20)},
    "renew time stamps": {"task": "certificates.renew_time_stamps", "schedule": crontab(hour=3, minute=40)},
    "courses every day": {"task": "courses.every_day", "schedule": crontab(hour=6, minute=5)},
    "certificates every day": {"task": "certificates.every_day", "schedule": crontab(hour=6, minute=10)},
    "staffing every day": {"task": "staffing.every_day", "schedule": crontab(hour=6, minute=30)},
    "credit every day": {"task": "credit.every_day", "schedule": crontab(hour=4, minute=10)},
    "keep figures": {"task": "staffing.keep_figures", "schedule": 10.0},
    "complete certificates": {"task": "certificates.complete_files", "schedule": 120.0},
    "resend": {"task": "core.resend", "schedule": 3.0},
    "expire invitations": {"task": "accounts.expire_invitations", "schedule": 3600.0},
    "collect exams": {"task": "exams.collect_overdue", "schedule": 60.0},
}

# --- the tamper-evident log -------------------------------------------------------------------------------------------
# Its name stands in every head and never changes: the host without a port.
TLOG_ORIGIN = env.text("PLATFORM_TLOG_ORIGIN", f"{SITE_HOST}/tlog")
# Whom to believe: keys of the log and its witnesses, and how many suffice.
TLOG_POLICY_FILE = Path(env.text("PLATFORM_TLOG_POLICY") or DATA_DIR / "tlog" / "policy")
# Read by the signer alone; every other process only knows where it would be.
TLOG_KEY_FILE: Path | None = Path(env.text("PLATFORM_TLOG_KEY") or DATA_DIR / "secrets" / "log-key")
# What the signer last signed, in a place of its own.
TLOG_SIGNER_STATE = Path(env.text("PLATFORM_TLOG_SIGNER_STATE") or DATA_DIR / "tlog" / "signer.json")

# --- security -------------------------------------------------------------------------------------------------------
EDITOR_PREFIX = "/cms/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
EDITOR_CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'unsafe-inline'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "frame-src": ["'self'"],
        "frame-ancestors": ["'self'"],
        "base-uri": ["'none'"],
    }
}
# GET must not write; these tables are bookkeeping of the visit itself.
READ_ONLY_GET_EXEMPT_TABLES = frozenset(
    {
        "django_session",
        "core_cache",
        "accounts_accessentry",
        "accounts_signin",
        "mfa_authenticator",
        "certificates_verificationcount",
        # What partners' machines were shown: whoever is given something has to be told of its end.
        "credit_tokenuse",
        "credit_exchangegiven",
        "credit_entitylook",
    }
)
READ_ONLY_GET_EXEMPT_PREFIXES = (EDITOR_PREFIX,)

# Log lines are masked as they are made (core.logs), and so is the report of an error.
DEFAULT_EXCEPTION_REPORTER = "core.logs.MaskedReporter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
