"""./run manage make_credentials [--check]: credentials for certificates that were issued before there were any."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.selectors import system_user
from certificates.selectors.credentials import without_credential
from certificates.services.credential import make_credential

STEP = 100


class Command(BaseCommand):
    help = (
        "Make missing credentials, each in its own transaction; safe to stop, to start again and to run twice at once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count the certificates without a credential")

    def handle(self, *args: Any, **options: Any) -> None:
        rows, actor, made = without_credential(), system_user(), 0
        if not options["check"]:
            for certificate in rows.iterator(chunk_size=STEP):
                make_credential(actor=actor, certificate=certificate)
                made += 1
                if made % STEP == 0:
                    self.stdout.write(f"  {made}")
        self.stdout.write(f"{made} credentials made, {rows.count()} certificates without one.")
