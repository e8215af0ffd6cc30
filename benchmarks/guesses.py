"""A million guesses at certificates: what is told to somebody who tries, how long it takes, and when the limit ends it.

Below HTTP, where nothing is limited: every answer must be word for word the one about a number that does not exist, and
the time must not tell issued numbers from made-up ones (gate: medians less than 5 ms apart). Then through HTTP: who
goes on is answered 429 with the seconds to wait. Invented people in a database of its own, gone at the end.
Usage: ./run bench guesses [--count 1000000] [--issued 200] [--seed 7]
"""

import argparse
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from statistics import median, quantiles
from typing import Any

import django

from tools.environment import ROOT, child_environment, manage

GATE = 5.0
# How often both of a pair are asked for the medians of hits.
HITS = 500
# Three digits and a check character, which is a digit or X.
TAILS = 11_000


def main() -> None:
    options = _options()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        environment = child_environment("dev", PLATFORM_DATA=folder)
        subprocess.run(manage("migrate", "-v0"), cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        os.environ.update(environment)
        django.setup()
        # Hundreds of refusals are meant here.
        logging.getLogger("django.request").setLevel(logging.ERROR)
        chosen = random.Random(options.seed)  # noqa: S311 - guesses, no secrets
        issued = _issue(chosen, options.issued)
        _try_below(chosen, issued, options.count)
        _compare_hits(chosen, issued)
        _try_through_http(chosen, issued)
        _report_known_name()


def _issue(chosen: random.Random, count: int) -> list[Any]:
    """Real certificates of people whose names are drawn from the same names that are guessed."""
    # Need the settings, which main() has just chosen.
    from benchmarks._guessing import made_up_name  # noqa: PLC0415
    from tests.certificates.builders import certificate_base, make_award, make_certificate  # noqa: PLC0415
    from tests.courses.builders import make_cohort  # noqa: PLC0415

    cohort = make_cohort(certificate_base(), state="assessing")
    return [make_certificate(make_award(cohort, name=made_up_name(chosen))) for _one in range(count)]


def _try_below(chosen: random.Random, issued: list[Any], count: int) -> None:
    from benchmarks._guessing import (  # noqa: PLC0415
        CODE_ISSUED,
        CODE_MADE_UP,
        NAME_ISSUED,
        NAME_MADE_UP,
        WAYS,
        guesses,
        try_all,
    )

    before = time.monotonic()
    told = try_all(guesses(chosen, [row.number for row in issued], count))
    spent = time.monotonic() - before
    print(f"{count:,} guesses at a register of {len(issued)} certificates in {spent:,.0f} s")
    for way in WAYS:
        low, middle, high = quantiles(told.costs[way], n=4)
        print(
            f"{way:<30} {told.asked[way]:>9,} asked  {told.told[way]} told anything"
            f"  median {middle:6.3f} ms ({low:.3f} to {high:.3f})"
        )
    total = sum(told.told.values())
    print(f"answers with anything in them: {total} of {count:,}: {_met(total == 0)}")
    for one, other in ((CODE_ISSUED, CODE_MADE_UP), (NAME_ISSUED, NAME_MADE_UP)):
        gap = abs(median(told.costs[one]) - median(told.costs[other]))
        print(f"gap of medians, {one} / {other}: {gap:.3f} ms, less than {GATE:.0f}: {_met(gap < GATE)}")


def _compare_hits(chosen: random.Random, issued: list[Any]) -> None:
    """The whole answer to whoever holds the paper beside the answer to a wrong code, in turns."""
    from benchmarks._guessing import Guess, guesses, try_all  # noqa: PLC0415

    numbers = [row.number for row in issued]
    wrong = [one for one in guesses(chosen, numbers, HITS * 5) if one.way.startswith("issued number, code")]
    right = [Guess("right code", {"number": row.number, "code": row.code}) for row in chosen.choices(issued, k=HITS)]
    # Files are read and hashed once an hour; what is measured is what a second look costs.
    try_all([Guess("right code", {"number": row.number, "code": row.code}) for row in issued])
    told = try_all(one for pair in zip(right, wrong, strict=True) for one in pair)
    hit, miss = (median(told.costs[way]) for way in ("right code", "issued number, code"))
    gap = abs(hit - miss)
    print(f"right code {hit:.3f} ms, wrong code {miss:.3f} ms, gap of medians {gap:.3f} ms: {_met(gap < GATE)}")
    answered = told.told["right code"]
    print(f"right codes that were answered: {answered} of {HITS}: {_met(answered == HITS)}")


def _try_through_http(chosen: random.Random, issued: list[Any]) -> None:
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from benchmarks._guessing import guesses  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["*"]
    client = Client(SERVER_NAME="127.0.0.1")
    tries = list(guesses(chosen, [row.number for row in issued], 500))
    by_code = [client.get("/en/verify/", one.asked) for one in tries if "code" in one.asked and "number" in one.asked]
    by_name = [client.post("/en/verify/", one.asked) for one in tries[:50] if "name" in one.asked]
    for kind, answers in (("by code", by_code), ("by name", by_name)):
        limited = [answer for answer in answers if answer.status_code == 429]
        lengths = {len(answer.content) for answer in answers if answer.status_code == 200}
        waits = {int(answer["Retry-After"]) for answer in limited}
        first = next((place for place, answer in enumerate(answers, 1) if answer.status_code == 429), 0)
        print(
            f"HTTP {kind}: {len(answers)} tries, {len(answers) - len(limited)} answered, 429 from try {first} on with "
            f"Retry-After of {min(waits, default=0)} to {max(waits, default=0)} s; bytes of an answer: "
            f"{sorted(lengths)}: {_met(bool(limited) and len(lengths) == 1)}"
        )


def _report_known_name() -> None:
    """What the limits are for: not a guess at random, but one at the four characters of somebody who is known."""
    from certificates.services.throttle import NUMBER_LIMIT  # noqa: PLC0415

    tries, seconds = NUMBER_LIMIT
    print(
        f"who knows number and full name has {TAILS:,} ends of a resident number to try, and {tries} tries in "
        f"{seconds // 60} minutes for each number: {TAILS / tries * seconds / 86_400:.0f} days for all of them"
    )


def _met(is_met: bool) -> str:
    return "met" if is_met else "NOT met"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench guesses")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--issued", type=int, default=200, help="so many certificates stand in the register")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


if __name__ == "__main__":
    main()
