"""./run manage import_roster FILE --institution ID [--confirm] [--json]: one institution's staff roster."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from accounts.selectors import find_institution, system_user
from accounts.services import import_roster, preview_roster
from core.plan_command import PlanCommand, unusable
from core.plans import Plan


class Command(PlanCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--institution", required=True, help=_("unified social credit code, or the platform's id"))

    def plan(self, content: bytes, *, confirm: bool, file_name: str, **options: Any) -> Plan:
        institution = find_institution(options["institution"])
        if institution is None:
            raise unusable(_("There is no institution %(id)s.") % {"id": options["institution"]})
        if confirm:
            return import_roster(actor=system_user(), institution=institution, content=content, file_name=file_name)
        return preview_roster(actor=system_user(), institution=institution, content=content)
