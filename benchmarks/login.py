"""Does the time of a refused sign-in tell whether the login exists? Median milliseconds of known and unknown names.

Wrong passwords at the login door, for a mail address and for a mobile number that are known and that are not, in turns
in one process and with the password hashing of production; limits are off. Gate: medians less than 10 ms apart.
Usage: ./run bench login [--tries 500]
"""

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from statistics import median, quantiles

import django

from tools.environment import ROOT, child_environment, manage

GATE = 10.0
KINDS = {
    "mail": ("known@bench.invalid", "unknown{}@bench.invalid"),
    "mobile number": ("+8613800000018", "+86139{:08d}"),
}
DOOR = "/accounts/login/"


def main() -> None:
    tries = _options().tries
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        environment = child_environment("dev", PLATFORM_DATA=folder)
        subprocess.run(manage("migrate", "-v0"), cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        os.environ.update(environment)
        django.setup()
        ask = _door()
        for kind, (known, unknown) in KINDS.items():
            _report(kind, *_measured(ask, known, unknown, tries))


def _door() -> Callable[[str], float]:
    # Need the settings, which main() has just chosen.
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from accounts.selectors import system_user  # noqa: PLC0415
    from accounts.selectors.sign_in import phone_index  # noqa: PLC0415
    from accounts.services import create_login  # noqa: PLC0415

    settings.ALLOWED_HOSTS, settings.ACCOUNT_RATE_LIMITS = ["*"], False
    known, number = (pair[0] for pair in KINDS.values())
    made = create_login(actor=system_user(), email=known, password="Lanjiang-2026")  # noqa: S106 - invented
    made.phone, made.phone_index, made.phone_verified = number, phone_index(number), True
    made.save()

    def ask(name: str) -> float:
        """Milliseconds of one refused try by a new visitor."""
        client = Client(SERVER_NAME="127.0.0.1")
        before = time.perf_counter()
        answer = client.post(DOOR, {"login": name, "password": "wrong-one"})
        spent = time.perf_counter() - before
        if answer.status_code != 200:
            raise SystemExit(f"{name}: {answer.status_code}")
        return spent * 1000

    return ask


def _measured(ask: Callable[[str], float], known: str, unknown: str, tries: int) -> tuple[list[float], list[float]]:
    for warm in range(3):
        ask(known)
        ask(unknown.format(90_000_000 + warm))
    there: list[float] = []
    nowhere: list[float] = []
    for number in range(tries):
        # In turns, the first of the two in turns too: a busy machine then burdens both alike.
        asked = [(there, known), (nowhere, unknown.format(number))]
        for costs, name in asked if number % 2 else reversed(asked):
            costs.append(ask(name))
    return there, nowhere


def _report(kind: str, there: list[float], nowhere: list[float]) -> None:
    gap = abs(median(there) - median(nowhere))
    word = "met" if gap < GATE else "NOT met"
    spread = [f"{low:.1f} to {high:.1f}" for low, _middle, high in (quantiles(one, n=4) for one in (there, nowhere))]
    print(
        f"{kind:<14} known {median(there):7.2f} ms ({spread[0]})  unknown {median(nowhere):7.2f} ms ({spread[1]})"
        f"  gap of medians {gap:5.2f} ms, n={len(there)}  gate {GATE:.0f} ms  {word}"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=500)
    return parser.parse_args()


if __name__ == "__main__":
    main()
