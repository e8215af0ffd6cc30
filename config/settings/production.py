"""A nation's size: PostgreSQL, Redis, S3-compatible storage, several web processes. Refuses unsafe starts."""

from config import env
from config.settings import base
from config.settings.base import *  # noqa: F403

_keys = env.keys_from_environment()
SECRET_KEY = _keys["django"]
FIELD_KEYS = env.field_keys(_keys)
BLIND_INDEX_KEY = _keys["blind-index"]
FORMER_INDEX_KEYS = env.former_index_keys(_keys)
ISSUER_KEYS = env.issuer_keys(_keys)

env.refuse_unsafe_production(
    keys=_keys,
    debug=env.text("PLATFORM_DEBUG"),
    second_factor_exempt=env.text("PLATFORM_SECOND_FACTOR_EXEMPT"),
    site_url=base.SITE_URL,
    sqlite=not env.text("PLATFORM_DB_HOST"),
    web_processes=env.number("PLATFORM_WEB_PROCESSES", 1),
    sms_gateway=base.SMS_GATEWAY_URL,
    seal=base.SEAL,
    identity=base.IDENTITY_SERVICE,
)
FIELD_KEY_VERSION = env.sealing_version(FIELD_KEYS)

# Of all processes the signer alone is given this variable.
TLOG_KEY_FILE = env.file_outside_data("PLATFORM_TLOG_KEY")

LOCAL_MAIL_PAGE = False
ALLOWED_HOSTS = [base.SITE_HOST]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_HSTS_SECONDS = 31_536_000
# Whoever comes without a proxy of ours could write this header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if base.TRUSTED_PROXIES else None

if env.text("PLATFORM_DB_HOST"):
    DATABASES = {
        "default": {
            **base.POSTGRESQL,
            **base.POOLED,
        }
    }

# Several web processes count tries together.
THROTTLE_CACHE = "default"

if redis := env.text("PLATFORM_REDIS_URL"):
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis,
        }
    }
    CELERY_BROKER_URL = redis
    # The defaults give a message of a killed worker back only after minutes.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 3600,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
    }

STORAGES = {
    "default": base.STORAGES["default"],
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = False
if bucket := env.text("PLATFORM_S3_BUCKET"):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": env.required("PLATFORM_S3_ENDPOINT"),
            "access_key": env.required("PLATFORM_S3_KEY"),
            "secret_key": env.required("PLATFORM_S3_SECRET"),
            "region_name": env.text("PLATFORM_S3_REGION", "us-east-1"),
            "file_overwrite": False,
        },
    }

if host := env.text("PLATFORM_MAIL_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = host
    EMAIL_PORT = env.number("PLATFORM_MAIL_PORT", 25)
