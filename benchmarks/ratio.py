"""The ratio at national size: each gate of the ratio as CPU milliseconds of every process, the database's included.

Usage: ./run bench ratio [--sizes 100000 1000000] [--sqlite 100000] [--rounds 3] [--requests 30] [--changes 1000]. Each
size is a country of invented people in a database of its own, gone at the end. The database's own housekeeping is done
before and not during the measure.
"""

import argparse
import json
import os
import random
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import requests

from benchmarks.pages import TICK, Server, _cost, _family, _serve, _signed_in
from tools.environment import ROOT, child_environment, manage, python
from tools.postgres import FAST, private_server

# Nothing but what is asked for runs meanwhile.
QUIET = f"{FAST} -c autovacuum=off -c shared_buffers=512MB -c work_mem=64MB -c max_wal_size=4GB"
PAGES = {
    "nation": ("nation@bench.invalid", "/oversight/000000/"),
    "province": ("province@bench.invalid", "/oversight/330000/"),
}
YARDSTICK_REQUESTS = 1_000


def main() -> None:
    options = _options()
    found = {}
    for size in options.sizes:
        print(f"\n{size:,} appointments on PostgreSQL", flush=True)
        found[size] = _country(size, options, changes=options.changes if size == min(options.sizes) else 0)
    if len(found) > 1:
        _growth(found)
    for size in options.sqlite:
        print(f"\n{size:,} appointments in the embedded database", flush=True)
        _country(size, options, changes=options.changes, embedded=True)


def _country(size: int, options: argparse.Namespace, *, changes: int, embedded: bool = False) -> dict[str, float]:
    with _place(embedded=embedded) as (environment, postmaster, folder):
        subprocess.run(manage("migrate", "-v0"), cwd=ROOT, env=environment, check=True)
        subprocess.run(python("-m", "benchmarks._nation", str(size)), cwd=ROOT, env=environment, check=True)
        kept = _work(environment, "keep")
        subprocess.run(python("-m", "benchmarks._nation", "clean"), cwd=ROOT, env=environment, check=True)
        print(f"everything computed anew: {kept['seconds']:.1f} s")
        measured = _work(environment, "measure", f"--postmaster={postmaster}", f"--rounds={options.rounds}")
        costs = {name: median(values) for name, values in measured["costs"].items()}
        costs |= _pages(environment, postmaster, folder, options)
        _report(costs, same=measured["same"])
        if changes:
            _report_changes(_work(environment, "change", f"--changes={changes}"))
        return costs


@contextmanager
def _place(*, embedded: bool) -> Iterator[tuple[dict[str, str], int, Path]]:
    """Settings for the platform's processes, the database's first process (none: it lives in ours), a folder."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        if embedded:
            yield child_environment("dev", PLATFORM_DATA=folder), 0, Path(folder)
            return
        with private_server(QUIET) as server:
            pid = int((server.home / "data" / "postmaster.pid").read_text().split()[0])
            yield child_environment("dev", PLATFORM_DATA=folder, **server.variables), pid, Path(folder)


def _work(environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    command = python("-m", "benchmarks._ratio", *arguments)
    answer = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def database_seconds(postmaster: int) -> float:
    """User and system time of all of its processes, those that are over included."""
    found = 0
    for pid in _family(postmaster):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        found += sum(map(int, fields[11 : 15 if pid == postmaster else 13]))
    return found / TICK


class WithDatabase(Server):
    """The site and the database that serves it."""

    postmaster = 0

    def cpu_seconds(self) -> float:
        return super().cpu_seconds() + (database_seconds(self.postmaster) if self.postmaster else 0)


def _pages(environment: dict[str, str], postmaster: int, folder: Path, options: argparse.Namespace) -> dict[str, float]:
    pooled = {"DJANGO_SETTINGS_MODULE": "benchmarks._pooled"} if postmaster else {}
    plain = _serve("site", "config.wsgi:application", environment | pooled, folder)
    bare = _serve("bare", "benchmarks._yardstick:application", environment, folder)
    site = WithDatabase(plain.service, plain.address)
    site.postmaster = postmaster
    costs: dict[str, list[float]] = defaultdict(list)
    try:
        sessions = {name: _signed_in(site, email) for name, (email, _address) in PAGES.items()}
        for _round in range(options.rounds):
            for name in random.sample(["yardstick", *PAGES], len(PAGES) + 1):
                if name == "yardstick":
                    costs[name].append(_cost(bare, requests.Session(), "/", YARDSTICK_REQUESTS))
                else:
                    costs[name].append(_cost(site, sessions[name], PAGES[name][1], options.requests))
    finally:
        site.service.stop()
        bare.service.stop()
    return {name: median(values) for name, values in costs.items()}


# --- words ----------------------------------------------------------------------------------------------------------
def _report(costs: dict[str, float], *, same: bool) -> None:
    print(f"yardstick: {costs['yardstick']:.3f} CPU ms; all figures in CPU ms")
    _line("one institution, any day", costs["one"], "its row and its staff", costs["staff"], 3)
    _line("all institutions, one statement", costs["all"], "sequential count of both tables", costs["count"], 3)
    _line("  the same from the facts alone", costs["facts"], "sequential count of both tables", costs["count"], None)
    for name in PAGES:
        _line(f"page of the {name}", costs[name], "yardstick", costs["yardstick"], 45)
    print(f"kept, from the facts, person by person: {'the same figures' if same else 'DIFFERENT FIGURES'}")


def _line(name: str, cost: float, other: str, base: float, gate: float | None) -> None:
    word = "no gate" if gate is None else f"gate x {gate:g}: {'met' if cost / base <= gate else 'NOT met'}"
    print(f"{name:<34} {cost:9.2f}   {other:<32} {base:9.2f}   x {cost / base:6.2f}   {word}")


def _growth(found: dict[int, dict[str, float]]) -> None:
    small, large = min(found), max(found)
    print(f"\nfrom {small:,} to {large:,} appointments")
    many = large / small
    for name, cost, gate in (
        ("one institution, any day", "one", 1.2),
        *((f"page of the {name}", name, 1.2) for name in PAGES),
        ("all institutions, one statement", "all", 1.1 * many),
    ):
        _line(name, found[large][cost], f"at {small:,}", found[small][cost], gate)


def _report_changes(found: dict[str, Any]) -> None:
    done = ", ".join(f"{number} {name}" for name, number in sorted(found["done"].items()))
    word = "met" if found["differences"] == 0 else "NOT met"
    print(f"random changes: {done}; {found['rounds']} rounds between them, the longest {found['longest']:.2f} s")
    print(f"kept against everything counted anew: {found['differences']} differences   gate 0: {word}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--sqlite", type=int, nargs="*", default=[100_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=30)
    parser.add_argument("--changes", type=int, default=1_000)
    return parser.parse_args()


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
