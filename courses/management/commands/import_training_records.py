"""./run manage import_training_records FILE [--as claimed] [--confirm] [--json]: training before the platform.

The command acts as the regulator: its records are confirmed facts. Claimed ones are shown and not counted.
"""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from accounts.selectors import system_user
from core.plan_command import PlanCommand
from core.plans import Plan
from courses.services import import_training_records, preview_training_records
from courses.workflow import RecordStanding

STANDINGS = {"confirmed": RecordStanding.CONFIRMED_BY_REGULATOR, "claimed": RecordStanding.CLAIMED}


class Command(PlanCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--as",
            dest="standing",
            choices=list(STANDINGS),
            default="confirmed",
            help=_("confirmed facts (default), or claims that are shown and not counted"),
        )

    def plan(self, content: bytes, *, confirm: bool, file_name: str, **options: Any) -> Plan:
        standing = STANDINGS[options["standing"]]
        if confirm:
            return import_training_records(actor=system_user(), content=content, standing=standing, file_name=file_name)
        return preview_training_records(actor=system_user(), content=content, standing=standing)
