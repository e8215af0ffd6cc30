"""The settings of a site whose connections to the database are kept, as production keeps them."""

from config.settings.base import POOLED, POSTGRESQL
from config.settings.dev import *  # noqa: F403

DATABASES = {"default": {**POSTGRESQL, **POOLED}}
