"""The whole journey through HTTP, as `./run journey` walks it, on the kind of database that is under test."""

import os
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

from tools.journey.steps import STEPS


def run_journey(folder: Path) -> subprocess.CompletedProcess[str]:
    """On PostgreSQL the journey makes a database of its own on the server of the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLATFORM_", "DJANGO_"))}
    server = {name: value for name, value in os.environ.items() if name.startswith("PLATFORM_DB_")}
    if connection.vendor == "sqlite":
        server = {}
    environment = {**kept, **server, "PLATFORM_DATA": str(folder), "PYTHONPATH": str(settings.ROOT)}
    command = [sys.executable, "-P", "-m", "tools.journey"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=900)


def test_journey_holds_in_every_step(tmp_path):
    done = run_journey(tmp_path)

    walked = [int(number) for number in re.findall(r"^(\d)  (?!FAILED)", done.stdout, flags=re.MULTILINE)]
    assert (done.returncode, walked) == (0, [step.number for step in STEPS]), done.stdout + done.stderr
    certificate = re.search(r"^The certificate lies at (.+)$", done.stdout, flags=re.MULTILINE)
    assert Path(certificate[1]).read_bytes()[:5] == b"%PDF-"
