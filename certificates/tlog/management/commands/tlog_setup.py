"""Key, memory, own witness and policy file of the log, as far as they are missing; prints whom to believe."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from certificates.tlog import services


class Command(BaseCommand):
    help = "Makes what the log needs before its first entry. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--witness", default="", metavar="URL", help="where the own witness answers")
        parser.add_argument("--log-only", action="store_true", help="the policy file comes from elsewhere")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["log_only"]:
            self.stdout.write(f"log {services.set_up_log().vkey}")
            return
        made = services.set_up(witness_url=options["witness"])
        if made.is_foreign:
            self.stderr.write(f"{settings.TLOG_POLICY_FILE} is not this command's: it was left as it is.")
        self.stdout.write(made.policy.rstrip("\n"))
