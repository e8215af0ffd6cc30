"""A proof at the moment at which its roster is written, and two clicks on it at once."""

import pytest

from staffing.models import RatioProof
from staffing.selectors.proofs import answer_again
from staffing.services import make_proof
from tests.builders import officer
from tests.courses.test_race import together
from tests.staffing.proving import staffed
from tests.staffing.test_returns_race import fresh, while_a_roster_is_written

pytestmark = pytest.mark.django_db(transaction=True)


def test_proof_is_made_after_the_roster_that_is_being_written():
    place = staffed(2, 1)
    actor = officer(place)

    assert while_a_roster_is_written(place, lambda: make_proof(actor=fresh(actor), institution=place)) == []

    proof = RatioProof.objects.get()
    assert proof.staff == 4
    assert answer_again(proof).ratio == proof.ratio


def test_two_clicks_at_once_make_one_proof():
    place = staffed(2, 1)
    actor = officer(place)

    together(lambda _n: make_proof(actor=fresh(actor), institution=place), [1, 2])

    assert RatioProof.objects.count() == 1
