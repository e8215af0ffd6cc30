"""Watches a log from outside: downloads it, computes everything anew, compares with the witnesses."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import requests

from certificates.tlog import monitor
from certificates.tlog.files import write_whole
from certificates.tlog.notes import Checkpoint
from certificates.tlog.policy import Policy, PolicyError
from certificates.tlog.policy import parse as parse_policy
from tools.environment import data_directory
from tools.services import exit_on_signals

PATIENCE = (5, 10, 20)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run monitor", description="Check a whole log; status 1 is an alarm.")
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000/tlog", help="address of the log")
    parser.add_argument("--policy", type=Path, help="whom to believe (default var/tlog/policy)")
    parser.add_argument("--state", type=Path, help="what the last round saw (default var/tlog/monitor.json)")
    parser.add_argument("--issuer", default="", help="list the entries of this code")
    parser.add_argument("--every", type=float, default=0, metavar="SECONDS", help="go on, round after round")
    return parser.parse_args(arguments)


def main() -> None:
    options = parse(sys.argv[1:])
    options.address = options.address.rstrip("/")
    exit_on_signals()
    folder = data_directory() / "tlog"
    state = options.state or folder / "monitor.json"
    try:
        policy = parse_policy((options.policy or folder / "policy").read_text(encoding="utf-8"))
    except (OSError, PolicyError) as problem:
        sys.exit(f"The policy file cannot be followed: {problem}")
    while True:
        try:
            report = patiently(options, policy, read(state, options.address))
        except monitor.Alarm as alarm:
            print(f"ALARM: {alarm}", file=sys.stderr, flush=True)
            sys.exit(1)
        tell(report)
        write(state, options.address, report.head)
        if not options.every:
            return
        time.sleep(options.every)


def patiently(options: argparse.Namespace, policy: Policy, before: Checkpoint | None) -> monitor.Report:
    """A log that is being signed may lie behind its witnesses for some seconds."""
    address = options.address
    for pause in PATIENCE:
        try:
            return monitor.watch(address, policy, fetch, before=before, issuer=options.issuer)
        except monitor.Behind:
            time.sleep(pause)
    return monitor.watch(address, policy, fetch, before=before, issuer=options.issuer)


def fetch(address: str) -> bytes:
    """requests' own errors are OSErrors."""
    answer = requests.get(address, timeout=30)
    if answer.status_code == 404:
        raise LookupError(address)
    answer.raise_for_status()
    return answer.content


def tell(report: monitor.Report) -> None:
    print(f"{report.head.origin}: {report.head.size} entries, every one computed anew; the signed root fits.")
    print(f"cosigned by: {', '.join(report.cosigned) or 'nobody'}")
    print(f"same history at: {', '.join(report.compared) or 'no witness'}", flush=True)
    if report.silent:
        print(f"no answer from: {', '.join(report.silent)}", file=sys.stderr, flush=True)
    for facts in report.entries:
        print(f"{facts['at']} {facts['kind']} {facts['ref']}", flush=True)


def read(state: Path, address: str) -> Checkpoint | None:
    """Each log by its address. A memory that cannot be read is not begun anew: it holds what nobody else may."""
    try:
        told = _told(state).get(address)
        return told and Checkpoint(origin=told["origin"], size=told["size"], root=bytes.fromhex(told["root"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        sys.exit(f"{state} is damaged. Put it back, or remove it to begin without what the last round saw.")


def write(state: Path, address: str, head: Checkpoint) -> None:
    state.parent.mkdir(parents=True, exist_ok=True)
    told = {"origin": head.origin, "size": head.size, "root": head.root.hex()}
    write_whole(state, json.dumps(_told(state) | {address: told}))


def _told(state: Path) -> dict[str, Any]:
    return dict(json.loads(state.read_text(encoding="utf-8"))) if state.exists() else {}


if __name__ == "__main__":
    main()
