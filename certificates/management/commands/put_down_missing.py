"""./run manage put_down_missing [--check]: entries of the public log for changes from before they were put down."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.selectors import system_user
from certificates.selectors.status_log import unlogged_certificates
from certificates.services.steps import put_down_missing


class Command(BaseCommand):
    help = "Put earlier changes of certificates and rotations of keys down in the public log; safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count the certificates with a change missing")

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0 if options["check"] else put_down_missing(actor=system_user())
        left = len(unlogged_certificates())
        self.stdout.write(f"{done} certificates put down, {left} with a change that is not in the log.")
        if left and not options["check"]:
            self.stdout.write("What is left stands beside changes that are in the log: no service has made it.")
