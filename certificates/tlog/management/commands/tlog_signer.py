"""The signer's process: alone with the log's key, it signs heads that it can rebuild and has them witnessed."""

import fcntl
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from certificates.tlog import selectors, services
from certificates.tlog.policy import PolicyError
from certificates.tlog.services import Desk, Memory, Refused


class Command(BaseCommand):
    help = "Signs heads of the log. Only this process reads the log's key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one turn; ends with status 1 when it refuses")
        parser.add_argument("--every", type=float, default=5.0, metavar="SECONDS", help="pause between turns (5)")
        parser.add_argument(
            "--adopt",
            action="store_true",
            help="make a lost memory anew from what the witnesses hold, and end",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        desk = self._desk()
        with _only_one(desk.memory.path.with_suffix(".lock")):
            self._work(desk, options)

    def _work(self, desk: Desk, options: dict[str, Any]) -> None:
        try:
            if options["adopt"]:
                desk.policy = selectors.read_policy()
                remembered = services.adopt(desk)
                self.stdout.write(f"remembers a head of {remembered.size} from now on")
            elif options["once"]:
                desk.policy = selectors.read_policy()
                services.sign_head(desk)
            else:
                services.stay(services.SignerTurn(desk), pause=options["every"])
        except (Refused, PolicyError) as refusal:
            raise CommandError(str(refusal)) from refusal

    def _desk(self) -> Desk:
        if settings.TLOG_KEY_FILE is None or not Path(settings.TLOG_KEY_FILE).exists():
            raise CommandError("There is no key of the log here. Set PLATFORM_TLOG_KEY, or run tlog_setup first.")
        signer = services.read_key(Path(settings.TLOG_KEY_FILE), settings.TLOG_ORIGIN)
        return Desk(signer=signer, memory=Memory(settings.TLOG_SIGNER_STATE), policy=selectors.policy())


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Two signers would write one memory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CommandError("Another signer is at work with this memory.") from error
        yield
