"""Files with one bit changed: how many does each reader still call whole? Ours, pyHanko, and poppler of a sample."""
# ruff: noqa: E402 - models can be imported once the settings are loaded

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import django

django.setup()

from benchmarks._sheets import certificate, ours
from certificates.models import Seal
from certificates.seals import seal_file
from certificates.selectors.signatures import Seen, seal_is_whole, seal_seen
from core import clock

POPPLER = 100


def main() -> None:
    number = int(sys.argv[1])
    sealed = seal_file(ours(certificate()))
    body, whose = sealed.body, sealed.identity
    Seal.objects.get_or_create(
        fingerprint=whose.fingerprint, name=whose.name, kind=whose.kind, owner=whose.owner,
        defaults={
            "self_made": whose.self_made, "certificate": whose.certificate, "valid_from": whose.valid_from,
            "valid_until": whose.valid_until,
        },
    )  # fmt: skip
    file = SimpleNamespace(seal=SimpleNamespace(certificate=whose.certificate), stored_at=clock.now())
    assert (seal_seen(body).state, seal_is_whole(file, body)) == (Seen.WHOLE, True)  # noqa: S101 - the yardstick itself
    chosen, spent = random.Random(7), {"ours": 0.0, "pyHanko": 0.0}  # noqa: S311 - places, no secrets
    whole = {"ours": 0, "pyHanko": 0, "poppler": 0}
    for turn in range(number):
        changed = bytearray(body)
        changed[chosen.randrange(len(body))] ^= 1 << chosen.randrange(8)
        for name, ask in (
            ("ours", lambda one: seal_seen(one).state == Seen.WHOLE),
            ("pyHanko", lambda one: seal_is_whole(file, one)),
        ):
            before = time.process_time()
            whole[name] += ask(bytes(changed))
            spent[name] += time.process_time() - before
        if turn < POPPLER:
            whole["poppler"] += _poppler(bytes(changed))
    each = {name: f"{seconds / number * 1000:.1f} ms" for name, seconds in spent.items()}
    print(f"one bit changed, {number} files (poppler {min(number, POPPLER)}): still whole {whole}; CPU each {each}")


def _poppler(body: bytes) -> bool:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        Path(file.name).write_bytes(body)
        command = ["/usr/bin/env", "pdfsig", file.name]
        said = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False).stdout
    return "Signature is Valid." in said and "Total document signed" in said


if __name__ == "__main__":
    main()
