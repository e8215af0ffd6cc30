"""./run manage rotate_keys [--check]: seal every encrypted column under the newest key, while the site serves.

Second-factor secrets, stopped forms in sessions and kept files are sealed too and go over with the columns.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.selectors import system_user
from core import audit
from core.fields import sealing_version
from core.rotation import RowsLeft, count_left, rotate, sealed_places


class Command(BaseCommand):
    help = "Seal every encrypted column under the newest key; safe to stop and to start again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count the rows that stand under an old key")

    def handle(self, *args: Any, **options: Any) -> None:
        version = sealing_version()
        if not options["check"]:
            self._rotate(version)
        left = {place.label: count_left(place) for place in sealed_places()}
        for label, rows in left.items():
            self.stdout.write(f"{label}: {rows} rows not under key {version}")
        if any(left.values()):
            raise CommandError("There are rows under an old key: keep that key.")
        self.stdout.write(f"No row needs another key than {version}.")

    def _rotate(self, version: int) -> None:
        counts: dict[str, int] = {}
        for place in sealed_places():
            self.stdout.write(f"{place.label}: {count_left(place)} rows to seal anew")
            try:
                counts[place.label] = rotate(place, lambda done: self.stdout.write(f"  {done}"))
            except RowsLeft as error:
                raise CommandError(f"{error}. Restart every process with the new key, then run this again.") from error
        system = system_user()
        audit.record(system, "accounts.keys_rotated", system, version=version, rows=counts)
