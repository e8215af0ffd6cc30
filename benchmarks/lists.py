"""The staff list of 1,000 and of 100,000 appointments: SQL statements and CPU milliseconds against the bare JSON view.

Usage: ./run bench lists [--rounds 3] [--requests 30]. Invented people in a database of its own, gone at the end.
"""

import argparse
import json
import os
import random
import subprocess
import tempfile
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import requests

from benchmarks.pages import Server, _cost, _serve, _signed_in
from tools.environment import ROOT, child_environment, manage, python

SIZES = (1_000, 100_000)
GATE, MOST_SQL = 45.0, 10
YARDSTICK_EVERY, YARDSTICK_REQUESTS = 4, 500
# What is asked of the list; whether the gate of the page applies to it.
QUESTIONS = {
    "first page": ("", True),
    "working on the day": ("?working=now", True),
    "professional staff": ("?professional=yes", True),
    "as known yesterday": ("?known_at={yesterday}", False),
    "part of a name": ("?q={name}", False),
    "last page": ("?page=last", False),
}


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        environment = child_environment("dev", PLATFORM_DATA=folder)
        subprocess.run(manage("migrate", "-v0"), cwd=ROOT, env=environment, check=True)
        _work("fill", environment)
        statements = json.loads(_work("count", environment))
        site = _serve("site", "config.wsgi:application", environment, Path(folder))
        bare = _serve("bare", "benchmarks._yardstick:application", environment, Path(folder))
        try:
            _report(_measured(site, bare, options.rounds, options.requests), statements)
        finally:
            site.service.stop()
            bare.service.stop()


def _measured(site: Server, bare: Server, rounds: int, count: int) -> dict[str, list[float]]:
    sessions = {size: _signed_in(site, email_of(size)) for size in SIZES}
    costs: dict[str, list[float]] = {}
    asked = [(name, size) for name in QUESTIONS for size in SIZES]
    for _round in range(rounds):
        # Before, between and after, so that a machine that does other work as well is as busy for both.
        random.shuffle(asked)
        for place, (name, size) in enumerate(asked):
            if place % YARDSTICK_EVERY == 0:
                costs.setdefault("yardstick", []).append(_cost(bare, requests.Session(), "/", YARDSTICK_REQUESTS))
            cost = _cost(site, sessions[size], address_of(name), count)
            costs.setdefault(f"{name} {size}", []).append(cost)
    return costs


def _report(costs: dict[str, list[float]], statements: dict[str, int]) -> None:
    base = median(costs["yardstick"])
    print(f"yardstick: {base:.3f} CPU ms")
    for name, (_query, gated) in QUESTIONS.items():
        figures = [(median(costs[f"{name} {size}"]), statements[f"{name} {size}"]) for size in SIZES]
        sql = [number for _cost_, number in figures]
        met = sql[0] == sql[1] <= MOST_SQL and all(cost / base <= GATE for cost, _number in figures)
        parts = "   ".join(
            f"{size:>7,}: {cost:7.2f} ms x {cost / base:6.1f}, {number} SQL"
            for size, (cost, number) in zip(SIZES, figures, strict=True)
        )
        word = ("met" if met else "NOT met") if gated else "no gate"
        print(f"{name:<20} {parts}   gate x {GATE:.0f}, {MOST_SQL} SQL: {word}")


def address_of(name: str) -> str:
    yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011 - a day of the list, any will do
    return "/institution/roster/" + QUESTIONS[name][0].format(yesterday=yesterday, name="人777")


def email_of(size: int) -> str:
    return f"officer{size}@bench.invalid"


def _work(name: str, environment: dict[str, str]) -> str:
    """In the site's settings: fill the database, or count statements."""
    command = python("-m", "benchmarks._staff", name)
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=30)
    return parser.parse_args()


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
