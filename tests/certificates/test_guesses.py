"""Guesses at certificates: whoever tries is told of everything the same nothing. The million is in benchmarks/."""

from random import Random

import pytest

from benchmarks import _guessing as guessing
from certificates.models import VerificationCount
from tests.certificates.builders import certificate_base, make_award, make_certificate
from tests.courses.builders import make_cohort

pytestmark = pytest.mark.django_db
TRIES = 300


@pytest.fixture
def issued():
    cohort = make_cohort(certificate_base(), state="assessing")
    return [make_certificate(make_award(cohort, name=name)) for name in ("王轩", "李默", "张雨桐")]


def test_guesses_of_every_way_are_told_the_same_nothing(issued):
    tries = list(guessing.guesses(Random(7), [one.number for one in issued], TRIES))
    told = guessing.try_all(tries)
    assert told.asked == dict.fromkeys(guessing.WAYS, TRIES // len(guessing.WAYS))
    assert sum(told.told.values()) == 0
    assert not VerificationCount.objects.exists()
    assert {one.asked["number"] for one in tries if one.way == guessing.CODE_ISSUED} == {one.number for one in issued}


def test_the_count_sees_what_is_told(issued):
    """The guard of the figure itself: among the guesses lie two that are right."""
    one = issued[0]
    tail = one.person.documents.get().number[-4:]
    right = [
        guessing.Guess(guessing.CODE_ISSUED, {"number": one.number, "code": one.code}),
        guessing.Guess(guessing.NAME_ISSUED, {"number": one.number, "name": "王轩", "tail": tail}),
    ]
    told = guessing.try_all([*guessing.guesses(Random(7), [one.number], 20), *right])
    assert told.told == {**dict.fromkeys(guessing.WAYS, 0), guessing.CODE_ISSUED: 1, guessing.NAME_ISSUED: 1}
