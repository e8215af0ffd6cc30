"""The isolation matrix: a sample of 2,600 questions in every run, all of them with `./run test --matrix`."""

import os

import pytest

from tests.isolation.declared import ADDRESSES
from tests.isolation.matrix import SAMPLE, probes, sample
from tests.isolation.probes import Asker

# Workers share the questions out among them.
PARTS = 8
WHOLE = os.environ.get("WHOLE_MATRIX") == "1"


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_sees_or_does_what_is_not_theirs(asker: Asker, part: int, record_property):
    everything = list(probes(ADDRESSES))
    chosen = (everything if WHOLE else sample(everything, ADDRESSES))[part::PARTS]
    before = asker.asked

    faults = [words for probe in chosen for words in asker.faults(probe)]

    record_property("probes", asker.asked - before)
    record_property("faults", len(faults))
    assert faults == [], f"{len(faults)} faults:\n" + "\n".join(faults)


def test_the_sample_touches_every_address_and_every_login():
    everything = list(probes(ADDRESSES))
    chosen = sample(everything, ADDRESSES)

    assert len(everything) >= 10_000
    assert len(chosen) == SAMPLE
    assert {probe.route for probe in chosen} == set(ADDRESSES)
    assert {probe.login for probe in chosen} == {probe.login for probe in everything}
    assert sample(everything, ADDRESSES) == chosen
