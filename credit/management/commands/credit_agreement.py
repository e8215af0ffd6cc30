"""Compare what page, report, interface and open data say of every entry of the credit files."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from accounts.selectors import system_user
from credit.services.agreement import check_agreement


class Command(BaseCommand):
    help = "Compares the outlets of the credit files record by record; the status is 1 where any differ."

    def handle(self, *args: Any, **options: Any) -> None:
        found = check_agreement(actor=system_user())
        for one in found:
            self.stdout.write(
                f"{one.record} {one.audience} {one.outlet} {one.field}: {one.shown!r}, not {one.expected!r}"
            )
        self.stdout.write(f"differences: {len(found)}")
        if found:
            sys.exit(1)
