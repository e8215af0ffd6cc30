"""The isolation matrix: a sample of its questions (`SAMPLE`) in every run, all of them with `./run test --matrix`."""

import os
import time
import zlib
from collections import Counter

import pytest
from django.conf import settings

from tests.isolation.declared import ADDRESSES
from tests.isolation.matrix import SAMPLE, probes, sample
from tests.isolation.probes import AGAIN_AFTER, Asker, Probe
from tests.isolation.world import LOGINS, Owner

WHOLE = os.environ.get("WHOLE_MATRIX") == "1"
# Workers share the parts out among them. An address stays in one part: what a missing row is answered is asked once.
PARTS = 40 if WHOLE else 8


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_sees_or_does_what_is_not_theirs(asker: Asker, part: int, record_property):
    everything = list(probes(ADDRESSES))
    questions = everything if WHOLE else sample(everything, ADDRESSES)
    chosen = [probe for probe in questions if part_of(probe.route) == part]
    before, begun = asker.asked, time.monotonic()

    faults = [words for probe in chosen for words in asker.faults(probe)]
    asker.forget()

    record_property("probes", len(chosen))
    record_property("requests", asker.asked - before)
    record_property("faults", len(faults))
    for kind, count in Counter(LOGINS[probe.login].kind for probe in chosen).items():
        record_property(f"probes as {kind}", count)
    record_property("seconds", round(time.monotonic() - begun))
    assert faults == [], f"{len(faults)} faults:\n" + "\n".join(faults)


def part_of(route: str) -> int:
    return zlib.crc32(route.encode()) % PARTS


def test_sessions_are_renewed_before_they_end(asker: Asker):
    """The whole takes longer than a session of staff may lie idle; an ended one would be refused everything."""
    before = asker.clients["officer home"]
    asker.signed_in_at -= AGAIN_AFTER + 1

    assert asker.ask(Probe("institution/roster/", "officer home", Owner.HOME, "GET")).status == 200
    assert asker.clients["officer home"] is not before
    assert settings.STAFF_SESSION[0] > AGAIN_AFTER


def test_the_sample_touches_every_address_and_every_login():
    everything = list(probes(ADDRESSES))
    chosen = sample(everything, ADDRESSES)

    assert len(everything) >= 10_000
    assert len(chosen) == SAMPLE
    assert {probe.route for probe in chosen} == set(ADDRESSES)
    assert {probe.login for probe in chosen} == {probe.login for probe in everything}
    assert sample(everything, ADDRESSES) == chosen
