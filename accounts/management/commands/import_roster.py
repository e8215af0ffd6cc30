"""./run manage import_roster FILE --institution ID [--confirm] [--json] [--map HEAD=field]: one staff roster."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from accounts.imports.roster import COLUMNS
from accounts.selectors import find_institution, system_user
from accounts.services import import_roster, preview_roster
from core.plan_command import PlanCommand, head_map, unusable
from core.plans import Plan


class Command(PlanCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--institution", required=True, help=_("unified social credit code, or the platform's id"))
        parser.add_argument(
            "--map", action="append", default=[], metavar="HEAD=field", help=_("what a column means; may be repeated")
        )
        parser.add_argument("--sheet", default="", help=_("the sheet that is meant, when several hold such a table"))

    def plan(self, content: bytes, *, confirm: bool, file_name: str, **options: Any) -> Plan:
        institution = find_institution(options["institution"])
        if institution is None:
            raise unusable(_("There is no institution %(id)s.") % {"id": options["institution"]})
        said = head_map(options["map"], options["sheet"], COLUMNS)
        actor = system_user()
        if not confirm:
            return preview_roster(actor=actor, institution=institution, content=content, said=said)
        return import_roster(actor=actor, institution=institution, content=content, file_name=file_name, said=said)
