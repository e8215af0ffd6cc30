"""Every test counts its tries from nought and reads files anew."""

import pytest
from django.conf import settings
from django.core.cache import caches


@pytest.fixture(autouse=True)
def _fresh_counters(db):
    for name in {"default", getattr(settings, "THROTTLE_CACHE", "default")}:
        caches[name].clear()
