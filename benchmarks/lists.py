"""Lists of two sizes: SQL statements and CPU milliseconds against the bare JSON view.

The staff list of 1,000 and of 100,000 appointments; the work list of cases with 100 and with 10,000 open ones.
Usage: ./run bench lists [staff|cases] [--rounds 3] [--requests 100]. Invented people in a database of its own, gone at
the end.
"""

import argparse
import json
import os
import random
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import requests

from benchmarks.pages import Server, _cost, _serve, _signed_in
from tools.environment import ROOT, child_environment, manage, python

GATE, MOST_SQL = 45.0, 10
YARDSTICK_EVERY, YARDSTICK_REQUESTS = 4, 2_000


@dataclass(frozen=True)
class Listing:
    """One list: `questions` are queries, each with whether the gate of the page applies to it; `filler` is the module
    that fills the database and counts statements."""

    path: str
    sizes: tuple[int, int]
    filler: str
    questions: Mapping[str, tuple[str, bool]]

    def address(self, question: str) -> str:
        yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011 - a day of the list, any will do
        return self.path + self.questions[question][0].format(yesterday=yesterday, name="人777")


LISTINGS = {
    "staff": Listing(
        "/institution/roster/",
        (1_000, 100_000),
        "benchmarks._staff",
        {
            "first page": ("", True),
            "working on the day": ("?working=now", True),
            "professional staff": ("?professional=yes", True),
            "as known yesterday": ("?known_at={yesterday}", False),
            "part of a name": ("?q={name}", False),
            "last page": ("?page=last", False),
        },
    ),
    "cases": Listing(
        "/credit/cases/",
        (100, 10_000),
        "benchmarks._cases",
        {
            "first page": ("", True),
            "late ones": ("?late=1", True),
            "in force and over": ("?over=1", True),
            "last page": ("?page=last", False),
        },
    ),
}


def main() -> None:
    options = _options()
    for name in [options.list] if options.list else LISTINGS:
        print(f"{name}:")
        _bench(LISTINGS[name], options)


def _bench(listing: Listing, options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        environment = child_environment("dev", PLATFORM_DATA=folder)
        subprocess.run(manage("migrate", "-v0"), cwd=ROOT, env=environment, check=True)
        _work(listing, "fill", environment)
        statements = json.loads(_work(listing, "count", environment))
        site = _serve("site", "config.wsgi:application", environment, Path(folder))
        bare = _serve("bare", "benchmarks._yardstick:application", environment, Path(folder))
        try:
            _report(listing, _measured(listing, site, bare, options), statements)
        finally:
            site.service.stop()
            bare.service.stop()


def _measured(listing: Listing, site: Server, bare: Server, options: argparse.Namespace) -> dict[str, list[float]]:
    sessions = {size: _signed_in(site, email_of(size)) for size in listing.sizes}
    costs: dict[str, list[float]] = {}
    asked = [(name, size) for name in listing.questions for size in listing.sizes]
    for _round in range(options.rounds):
        # Before, between and after, so that a machine that does other work as well is as busy for both.
        random.shuffle(asked)
        for place, (name, size) in enumerate(asked):
            if place % YARDSTICK_EVERY == 0:
                costs.setdefault("yardstick", []).append(_cost(bare, requests.Session(), "/", YARDSTICK_REQUESTS))
            cost = _cost(site, sessions[size], listing.address(name), options.requests)
            costs.setdefault(f"{name} {size}", []).append(cost)
    return costs


def _report(listing: Listing, costs: dict[str, list[float]], statements: dict[str, int]) -> None:
    base = median(costs["yardstick"])
    print(f"yardstick: {base:.3f} CPU ms")
    for name, (_query, gated) in listing.questions.items():
        figures = [(median(costs[f"{name} {size}"]), statements[f"{name} {size}"]) for size in listing.sizes]
        sql = [number for _cost_, number in figures]
        met = sql[0] == sql[1] <= MOST_SQL and all(cost / base <= GATE for cost, _number in figures)
        parts = "   ".join(
            f"{size:>7,}: {cost:7.2f} ms x {cost / base:6.1f}, {number} SQL"
            for size, (cost, number) in zip(listing.sizes, figures, strict=True)
        )
        word = ("met" if met else "NOT met") if gated else "no gate"
        print(f"{name:<20} {parts}   gate x {GATE:.0f}, {MOST_SQL} SQL: {word}")


def email_of(size: int) -> str:
    return f"officer{size}@bench.invalid"


def _work(listing: Listing, name: str, environment: dict[str, str]) -> str:
    """In the site's settings: fill the database, or count statements."""
    command = python("-m", listing.filler, name)
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("list", nargs="?", choices=list(LISTINGS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=100)
    return parser.parse_args()


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
