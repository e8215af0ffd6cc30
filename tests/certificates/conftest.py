"""Every test counts its tries from nought and reads files anew."""

import pytest
from django.conf import settings
from django.core.cache import caches

from tests.certificates.builders import make_certificate, manager_of


@pytest.fixture(autouse=True)
def _fresh_counters(db):
    for name in {"default", getattr(settings, "THROTTLE_CACHE", "default")}:
        caches[name].clear()


@pytest.fixture
def certificate():
    return make_certificate()


@pytest.fixture
def manager(certificate):
    return manager_of(certificate.base)


@pytest.fixture
def second(certificate):
    return manager_of(certificate.base)
