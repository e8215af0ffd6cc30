"""The page of a batch: of which moment what stands there is."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from certificates import services
from core import clock
from tests.certificates.builders import certificate_base, make_award, manager_of
from tests.courses.builders import make_cohort

pytestmark = pytest.mark.django_db


def test_page_says_of_which_moment_its_lines_are(client):
    cohort = make_cohort(certificate_base(), state="assessing")
    make_award(cohort)
    asker = manager_of(cohort.base)
    batch = services.ask_for_cohort(actor=asker, cohort=cohort)
    address = "/en" + reverse("certificates:batch", args=[batch.pk])
    client.force_login(asker)
    asked = client.get(address).content.decode()
    services.withdraw_batch(actor=asker, batch=batch)
    with clock.travel(timedelta(minutes=10)):
        withdrawn = client.get(address).content.decode()

    assert ("to be decided" in asked, "not issued" in asked) == (True, False)
    words = ("to be decided", "will get one", "not issued")
    assert [word for word in words if word in withdrawn] == ["not issued"]
    said = re.search(r"as it was on (.+?)\. Certificates and failures: as they are on (.+?)\.</caption>", withdrawn)
    assert said[1] != said[2]
