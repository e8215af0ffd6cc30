"""./run manage rotate_keys [--check]: seal every encrypted column under the newest key, while the site serves."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.selectors import system_user
from core import audit
from core.fields import sealing_version
from core.rotation import RowsLeft, rotate, rows_left, sealed_columns


class Command(BaseCommand):
    help = "Seal every encrypted column under the newest key; safe to stop and to start again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count the rows that stand under an old key")

    def handle(self, *args: Any, **options: Any) -> None:
        version = sealing_version()
        if not options["check"]:
            self._rotate(version)
        left = {column.label: rows_left(column) for column in sealed_columns()}
        for label, rows in left.items():
            self.stdout.write(f"{label}: {rows} rows not under key {version}")
        if any(left.values()):
            raise CommandError("There are rows under an old key: keep that key.")
        self.stdout.write(
            f"No row needs another key than {version}. Uploads between preview and confirmation last a day."
        )

    def _rotate(self, version: int) -> None:
        counts: dict[str, int] = {}
        for column in sealed_columns():
            self.stdout.write(f"{column.label}: {rows_left(column)} rows to seal anew")
            try:
                counts[column.label] = rotate(column, lambda done: self.stdout.write(f"  {done}"))
            except RowsLeft as error:
                raise CommandError(f"{error}. Restart every process with the new key, then run this again.") from error
        system = system_user()
        audit.record(system, "accounts.keys_rotated", system, version=version, rows=counts)
