"""An employer's batch check for the demo, as soon as the public log vouches for what was loaded."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from certificates.tlog import selectors as tlog
from website.management.demo import checks


class Command(BaseCommand):
    help = (
        "Ask for the demo's batch check once the log's head over the demo is witnessed; a second call changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wait", type=int, default=180, help="for so many seconds (default 180)")

    def handle(self, *args: Any, **options: Any) -> None:
        until = time.monotonic() + options["wait"]
        while tlog.is_late():
            if time.monotonic() > until:
                self.stdout.write("The log's head is not witnessed yet: nothing was asked.")
                return
            time.sleep(1)
        checks.ask()
