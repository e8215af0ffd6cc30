"""Held seats: who reads a name, whose ids are answered, joined records, dead seats, double clicks, limits."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.selectors.staff import running_on
from core import clock
from core.clock import travel
from core.errors import DomainError
from courses.models import SeatReservation
from courses.selectors.seats import held_by, seat_held_for
from courses.services import admit, apply_for_cohort, release_seat, reserve_plan, withdraw
from tests.builders import base_manager, join_records, make_appointment, make_institution, make_person, make_user, officer
from tests.courses.builders import make_cohort, make_enrolment
from tests.courses.test_seats import hold, signed_in, soon, staff_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def institution():
    return make_institution()


@pytest.fixture
def actor(institution):
    return officer(institution)


@pytest.fixture
def cohort():
    return soon(capacity=4)


# --- who reads a name, whose ids are answered -------------------------------------------------------------------------
@pytest.mark.parametrize("joined", [False, True])
def test_base_reads_a_name_once_the_person_has_applied(actor, cohort, institution, joined):
    user = make_user()
    person = staff_of(institution, "欧阳若水", user=None if joined else user)
    hold(actor, cohort, institution, person)
    client = signed_in(base_manager(cohort.base))
    before = client.get(f"/en/base/cohorts/{cohort.pk}/").content.decode()
    assert "one of the staff" in before
    assert "欧阳若水" not in before
    if joined:
        own = make_person("欧阳若水", user=user)
        join_records(person, own)
    apply_for_cohort(actor=user, cohort=cohort, agrees=True)
    section = client.get(f"/en/base/cohorts/{cohort.pk}/").content.decode().split('id="reserved"')[1].split("</section>")[0]
    assert "欧阳若水" in section
    assert "one of the staff" not in section
