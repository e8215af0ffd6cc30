"""Heads of the log as the seed of draws in lower rooms: only one that was signed after the rows were fixed."""

from datetime import timedelta

import pytest

from certificates.tlog.models import Checkpoint
from core import clock
from core.draws import drawn, head_after

pytestmark = pytest.mark.django_db


def test_head_that_was_signed_afterwards_is_taken():
    now = clock.now()
    Checkpoint.objects.create(size=9, root=b"\xab" * 32, note="x", signed_at=now)

    assert head_after(now - timedelta(seconds=1)) == (9, "ab" * 32)


@pytest.mark.parametrize("age", [0, 60])
def test_head_that_could_have_been_known_is_not(age):
    now = clock.now()
    Checkpoint.objects.create(size=9, root=b"\xab" * 32, note="x", signed_at=now - timedelta(seconds=age))

    first, second = head_after(now), head_after(now)

    assert (first[0], second[0], first[1] != second[1], len(first[1])) == (None, None, True, 64)


def test_draw_is_the_same_for_everybody_and_of_different_places():
    places = drawn("seed", 100, 10)

    assert places == drawn("seed", 100, 10) == sorted(set(places))
    assert drawn("other seed", 100, 10) != places
