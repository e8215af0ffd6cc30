"""The sequencer's process: gives waiting entries their places. A second one finds the lock taken and waits."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from certificates.tlog import services

# Turns between two looks for entries that lie far behind.
THOROUGH = 600


class Command(BaseCommand):
    help = "Moves entries of the log from waiting to their places."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="move what waits, then end")
        parser.add_argument("--every", type=float, default=5.0, metavar="SECONDS", help="pause between turns (5)")

    def handle(self, *args: Any, **options: Any) -> None:
        turn = 0
        while True:
            while services.sequence(thorough=turn % THOROUGH == 0) == services.sequencing.BATCH:
                pass
            if options["once"]:
                return
            turn += 1
            close_old_connections()
            time.sleep(options["every"])
