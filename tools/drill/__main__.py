"""`./run drill kill`: a site of its own, certificates by the officers' pages, kills in between, everything counted."""

import argparse
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.drill.killer import Killer
from tools.drill.officers import Officers
from tools.drill.site import SITES, Desk, Site
from tools.environment import ROOT, python
from tools.postgres import PostgresError
from tools.services import ServiceFailed, exit_on_signals

CLASS = 50
# Classes that are approved before the ones ahead of them are issued.
AHEAD = 3
# Nothing moves for so long: it will not any more. A killed worker's lease is two minutes.
STANDSTILL = 600.0
TELL_EVERY = 10.0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run drill", description="Issue certificates while everything is killed.")
    parser.add_argument("what", choices=["kill"])
    parser.add_argument("--certificates", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1, help="the same seed kills the same in the same order")
    parser.add_argument("--profile", choices=list(SITES), help="one of the two sites (default: both in a row)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the logs of all processes there")
    return parser.parse_args(arguments)


def main() -> None:
    options = parse(sys.argv[1:])
    exit_on_signals()
    profiles = [options.profile] if options.profile else list(SITES)
    try:
        held = [drill(profile, options) for profile in profiles]
    except (ServiceFailed, PostgresError) as problem:
        sys.exit(str(problem))
    sys.exit(0 if all(held) else 1)


def drill(profile: str, options: argparse.Namespace) -> bool:
    print(f"\n{profile}: starting a site of its own ...", flush=True)
    with SITES[profile]() as site, _desk(site) as desk, _logs_kept(site, options.keep):
        made = desk.ask("make", options.certificates, CLASS)
        killer = Killer(site, kills=options.kills, work=options.certificates, seed=options.seed)
        officers = Officers(site.visitor, made["sessions"])
        print(f"{profile}: {options.certificates} certificates, {options.kills} kills, seed {options.seed}", flush=True)
        begun = time.monotonic()
        run(site, desk, killer, officers, made["classes"], options.certificates)
        took = time.monotonic() - begun
        lines = [*desk.ask("everything", options.certificates), ["kills", options.kills, killer.count]]
        lines.append(["alarms of the monitor", 0, monitor(site)])
    told = ", ".join(f"{name} {times}" for name, times in killer.killed.most_common()) or "nobody"
    print(f"\n{profile}: {took:.0f} s, {took / options.certificates * 1000:.0f} ms a certificate; killed: {told};")
    print(f"  started again {site.started_again} times; pages asked for again: {officers.again}")
    return tell(lines)


def run(site: Site, desk: Desk, killer: Killer, officers: Officers, classes: list[int], count: int) -> None:
    """Until all is issued, logged and signed and nothing waits, or nothing moves any more."""
    pages = Approvals(site, officers, classes)
    pages.start()
    told, moved, seen = 0.0, time.monotonic(), -1
    last: dict[str, int] = {}
    while time.monotonic() - moved < STANDSTILL:
        if (done := site.files()) != seen:
            seen, moved = done, time.monotonic()
        if whom := killer.turn(done):
            say(f"{done:5} issued, kill {killer.count}: {whom}")
        site.keep_up()
        pages.raise_failure()
        if time.monotonic() - told > TELL_EVERY:
            found = desk.ask("progress")
            told, moved = time.monotonic(), moved if found == last else time.monotonic()
            last = found
            say(", ".join(f"{name} {number}" for name, number in found.items()))
            waiting = sum(number for name, number in found.items() if name not in ("issued", "failed jobs"))
            if pages.are_over and killer.is_over() and found["issued"] == count and not waiting:
                return
        time.sleep(0.1)
    say("nothing moves any more")


def say(text: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')} {text}", flush=True)


class Approvals(threading.Thread):
    """The officers at work beside the killer, a few classes ahead of the worker."""

    def __init__(self, site: Site, officers: Officers, classes: list[int]) -> None:
        super().__init__(daemon=True)
        self.site, self.officers, self.classes = site, officers, classes
        self.failure = ""
        self.are_over = False

    def run(self) -> None:
        try:
            for number, cohort in enumerate(self.classes):
                while self.site.files() < (number - AHEAD) * CLASS:
                    time.sleep(0.3)
                self.officers.issue(cohort)
            self.are_over = True
        except Exception:
            self.failure = traceback.format_exc(limit=-4)

    def raise_failure(self) -> None:
        if self.failure:
            raise ServiceFailed(f"The officers' pages failed:\n{self.failure}")


def monitor(site: Site) -> int:
    """What a stranger's monitor says of the log, with the log's own witness."""
    folder = site.folder / "tlog"
    command = python("-m", "tools.monitor", f"{site.address}/tlog", "--policy", str(folder / "policy"))
    environment = site.environment | ({"REQUESTS_CA_BUNDLE": str(site.tls.authority)} if site.tls else {})
    done = subprocess.run(
        [*command, "--state", str(folder / "monitor.json")],
        cwd=ROOT, env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        print(done.stdout + done.stderr)
    return done.returncode


def tell(lines: list[Any]) -> bool:
    print(f"\n  {'':52} {'expected':>9} {'found':>9}")
    for what, expected, found in lines:
        print(f"  {what:52} {expected:9} {found:9}  {'ok' if expected == found else 'DIFFERENT'}")
    held = all(expected == found for _what, expected, found in lines)
    print("  Nothing was lost and nothing doubled." if held else "  The drill FAILED.", flush=True)
    return held


@contextmanager
def _desk(site: Site) -> Iterator[Desk]:
    desk = Desk(site)
    try:
        yield desk
    finally:
        desk.close()


@contextmanager
def _logs_kept(site: Site, folder: Path | None) -> Iterator[None]:
    try:
        yield
    finally:
        if folder:
            place = folder / site.profile
            place.mkdir(parents=True, exist_ok=True)
            for log in (site.folder / "log").glob("*.log"):
                (place / log.name).write_bytes(log.read_bytes())


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
