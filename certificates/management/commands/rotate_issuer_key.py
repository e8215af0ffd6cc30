"""./run manage rotate_issuer_key [--check]: let the newest key that is known sign credentials from now on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.selectors import system_user
from certificates.credentials import keys
from certificates.credentials.ring import key_ring
from certificates.services.credential import rotate_issuer_key


class Command(BaseCommand):
    help = "Take the newest issuer key into use; credentials that earlier keys signed stay verifiable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only list the keys")

    def handle(self, *args: Any, **options: Any) -> None:
        ring = key_ring(keys.controller())
        if not options["check"]:
            self._rotate(former=ring[-1][0].version if ring else 0)
        for key, ended in key_ring(keys.controller()):
            until = f"until {ended:%Y-%m-%d %H:%M}" if ended else "signs now"
            here = "" if key.version in keys.versions() else ", private half not here"
            self.stdout.write(f"{key.method}: from {key.active_from:%Y-%m-%d %H:%M}, {until}{here}")

    def _rotate(self, former: int) -> None:
        try:
            key = rotate_issuer_key(actor=system_user())
        except keys.KeyMissing as error:
            raise CommandError(str(error)) from error
        if key.version == former:
            raise CommandError(
                f"No key newer than issuer-{former} is known. Lay one beside it (docs/operations.md), restart every"
                " process, then run this again."
            )
