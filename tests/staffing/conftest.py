"""What several files of this room need."""

import pytest

from accounts.models import Institution
from tests.builders import make_appointment, make_institution, make_person
from tests.staffing.test_selectors import train


@pytest.fixture
def institution() -> Institution:
    """With one trained person on its roster."""
    place = make_institution()
    person = make_person("甲")
    make_appointment(person, place)
    train(person)
    return place
