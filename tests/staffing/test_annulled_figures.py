"""A filed figure stays as it was filed; a training record that it counted and that was annulled since is said beside it,
with the figure known now; the institution's officers are told, nobody is named in public."""

from datetime import timedelta

import pytest

from core import clock
from core.models import OutboxEvent
from staffing import tasks
from staffing.models import ReturnVersion
from staffing.selectors.public import public_page
from staffing.selectors.then_now import returns_that_counted, then_now
from staffing.services.returns_told import COUNTED_ANNULLED, put_down_annulled
from tests.builders import make_appointment, make_person, officer
from tests.courses.annulling import make_annulment
from tests.staffing.returns_builders import NOW, accepted, filed, on, staffed
from tests.staffing.returns_builders import make_period
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db
NEXT = NOW + timedelta(days=1)
NOTE = "其计入的培训记录被撤销"


@pytest.fixture
def place():
    return staffed(7, 10)


@pytest.fixture
def period():
    return make_period()


def first(place):
    return place.appointments.order_by("pk")[0].person


def annulled(place):
    with on(NEXT):
        return make_annulment(first(place).training_records.get()).record


def letters(record):
    put_down_annulled(record_id=record.pk)
    return OutboxEvent.objects.filter(kind=COUNTED_ANNULLED)
