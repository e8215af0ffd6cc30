"""./run manage rebuild_indexes [--check | --site-is-stopped]: blind indexes under the present key, all or none."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.selectors import system_user
from accounts.services.indexes import rebuild_indexes, wrong_indexes


class Command(BaseCommand):
    help = "Compute all blind indexes anew from the opened values, in one transaction; with --check only compare."

    def add_arguments(self, parser: ArgumentParser) -> None:
        choice = parser.add_mutually_exclusive_group(required=True)
        choice.add_argument("--check", action="store_true", help="only count the rows that do not fit")
        choice.add_argument("--site-is-stopped", action="store_true", help="say so: nobody else may write meanwhile")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["site_is_stopped"]:
            for label, rows in rebuild_indexes(actor=system_user()).items():
                self.stdout.write(f"{label}: {rows} rows computed anew")
        wrong = wrong_indexes()
        for label, rows in wrong.items():
            self.stdout.write(f"{label}: {rows} rows do not fit the present key")
        if any(wrong.values()):
            raise CommandError("The site must not run like this: stop it and run this with --site-is-stopped.")
