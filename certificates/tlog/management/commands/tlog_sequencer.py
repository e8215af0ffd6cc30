"""The sequencer's process: gives waiting entries their places. A second one finds the lock taken and waits."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from certificates.tlog import services


class Command(BaseCommand):
    help = "Moves entries of the log from waiting to their places."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="move what waits, then end")
        parser.add_argument("--every", type=float, default=5.0, metavar="SECONDS", help="pause between turns (5)")

    def handle(self, *args: Any, **options: Any) -> None:
        turn = services.SequencerTurn()
        if options["once"]:
            turn()
        else:
            services.stay(turn, pause=options["every"])
