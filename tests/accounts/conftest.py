"""A login, somebody whom a roster named, the claim between them, and the code that was sent."""

import re
from datetime import timedelta

import pytest
from django.core import mail

from accounts.models import Claim, Person, TrainingBase, User
from accounts.services.identity import deliver_claim_code
from core import clock
from core.models import CalendarYear
from tests.accounts.designating import competent
from tests.accounts.profiles import NUMBER, save
from tests.builders import make_appointment, make_base, make_institution, make_person, make_user, regulator


@pytest.fixture
def user(db: None) -> User:
    return make_user()


@pytest.fixture
def known(db: None) -> Person:
    """Somebody whom a roster named, with a phone there."""
    person = make_person("林知夏", number=NUMBER)
    make_appointment(person, make_institution(), phone="+8613800000018", recorded_at=clock.now() - timedelta(days=30))
    return person


@pytest.fixture
def claim(known: Person, user: User) -> Claim:
    claim = save(user).claim
    assert claim is not None
    return claim


@pytest.fixture
def code(claim: Claim) -> str:
    """As it came in the message."""
    deliver_claim_code(claim_id=claim.pk)
    return re.findall(r"\d{6}", str(mail.outbox[-1].body))[0]


@pytest.fixture
def deciders(db: None) -> tuple[User, User]:
    """Two of the province's competent body, for any matter: whoever reviews does not grant. Calendars are known."""
    for year in range(clock.today().year, clock.today().year + 3):
        CalendarYear.objects.get_or_create(year=year, defaults={"source": "test"})
    competent()
    return regulator(), regulator()


@pytest.fixture
def base(db: None) -> TrainingBase:
    return make_base(area="990100")
