"""The test run: the same house with cheap password hashing and mails in memory."""

from config.settings.base import *  # noqa: F403
from config.settings.base import DATA_DIR, SEAL

SECRET_KEY = "test-only-django-key"  # noqa: S105
FIELD_KEYS = {1: "11" * 32}
BLIND_INDEX_KEY = "22" * 32
ISSUER_KEYS = {1: "33" * 32}
DEMO = True
LOCAL_MAIL_PAGE = True
# Tests of the second factor and of confirming again switch this off.
SECOND_FACTOR_EXEMPT = True
SMS_MAIL_DOMAIN = "sms.invalid"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = DATA_DIR / "test-media"
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
ACCOUNT_RATE_LIMITS = False
# Whatever the environment of the run names, tests seal with a key of their own.
SEAL = {**dict.fromkeys(SEAL, ""), "provider": "file", "key": str(DATA_DIR / "secrets" / "seal.pem"), "self_made": "1"}
# Every test client loads the middleware anew: static files are looked up when asked for, not all of them each time.
WHITENOISE_AUTOREFRESH = True
COMPILED_QUERIES_ARE_CHECKED = True
