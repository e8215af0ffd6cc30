"""Load one world file into an empty platform: what a demo or a journey starts from."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.selectors import system_user
from core import clock
from website.management.demo.world import build_world


class Command(BaseCommand):
    help = "Load regions, bodies, institutions, bases, logins and content from a YAML file; all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    @transaction.atomic
    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        build_world(actor=system_user(), file=file, day=clock.today(), say=self.stderr.write)
