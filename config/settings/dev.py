"""One machine, nothing to configure: development and the demo."""

from config import env
from config.settings.base import *  # noqa: F403
from config.settings.base import DATA_DIR, IDENTITY_PROVIDER, SEAL, SITE_HOST

env.refuse_dev_away_from_home(site_host=SITE_HOST)

_keys = env.random_keys(DATA_DIR / "secrets")
SECRET_KEY = _keys["django"]
FIELD_KEYS = env.field_keys(_keys)
FIELD_KEY_VERSION = env.sealing_version(FIELD_KEYS)
BLIND_INDEX_KEY = _keys["blind-index"]
FORMER_INDEX_KEYS = env.former_index_keys(_keys)
ISSUER_KEYS = env.issuer_keys(_keys)
DEMO = env.text("PLATFORM_DEMO", "1") == "1"
LOCAL_MAIL_PAGE = True
SECOND_FACTOR_EXEMPT = env.text("PLATFORM_SECOND_FACTOR_EXEMPT", "1") == "1"
SMS_MAIL_DOMAIN = "sms.invalid"
# Vouches for invented people alone.
IDENTITY_PROVIDER = IDENTITY_PROVIDER or "accounts.services.identity_provider.InventedRegister"
# The demo never asks whether its seal is a real one.
SEAL = {**SEAL, "self_made": SEAL["self_made"] or "1"}
