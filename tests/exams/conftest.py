"""The addresses of examinations, also while the house's own list does not include them."""

import pytest
from django.urls import NoReverseMatch, reverse


@pytest.fixture(autouse=True)
def _addresses(settings) -> None:
    try:
        reverse("exams:exam", args=[1])
    except NoReverseMatch:
        settings.ROOT_URLCONF = "tests.exams.urls"
