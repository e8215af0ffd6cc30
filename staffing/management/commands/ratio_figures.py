"""Compute the kept figures of the ratio where something was touched, or all of them; compare all with the records."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.selectors import system_user
from staffing.services.figures import check_figures, keep_figures


class Command(BaseCommand):
    help = "Kept figures of the ratio: compute what was touched. With --check the status is 1 where any differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anew", action="store_true", help="all institutions, not only those touched")
        parser.add_argument("--check", action="store_true", help="count everything person by person and compare")

    def handle(self, *args: Any, anew: bool, check: bool, **options: Any) -> None:
        self.stdout.write(f"institutions computed: {keep_figures(actor=system_user(), anew=anew)}")
        if check:
            found = check_figures(actor=system_user())
            for one in found:
                self.stdout.write(f"{one.of}: kept {one.kept}, by the records {one.live}")
            self.stdout.write(f"differences: {len(found)}")
            if found:
                sys.exit(1)
