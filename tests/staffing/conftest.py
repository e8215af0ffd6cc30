"""What several files of this room need."""

from collections.abc import Iterator

import pytest

from accounts.models import Institution
from staffing.models import FilingPeriod
from tests.builders import make_appointment, make_institution, make_person
from tests.staffing.returns_builders import NOW, make_period, on
from tests.staffing.test_selectors import train


@pytest.fixture
def institution() -> Institution:
    """With one trained person on its roster."""
    place = make_institution()
    person = make_person("甲")
    make_appointment(person, place)
    train(person)
    return place


@pytest.fixture
def after_the_day() -> Iterator[None]:
    """The filing day of the period is over."""
    with on(NOW):
        yield


@pytest.fixture
def period() -> FilingPeriod:
    return make_period()
