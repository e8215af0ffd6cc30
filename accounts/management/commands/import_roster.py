"""./run manage import_roster FILE --institution ID [--confirm] [--json] [--map HEAD=field]: one staff roster."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.imports.decisions import DecidedPlan, RosterChoices
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
        parser.add_argument(
            "--overwrite", action="append", type=int, default=[], metavar="ROW",
            help=_("a row that was decided by hand and is taken from the file nevertheless; may be repeated"),
        )  # fmt: skip
        parser.add_argument(
            "--enter-again", action="append", type=int, default=[], metavar="ROW",
            help=_("a row with somebody of whom an officer decided not to work here; may be repeated"),
        )  # fmt: skip
        parser.add_argument(
            "--end-missing", type=_day, metavar="YYYY-MM-DD",
            help=_("end everybody who works here and is not in the file; the first day no longer counted"),
        )  # fmt: skip

    def plan(self, content: bytes, *, confirm: bool, file_name: str, **options: Any) -> Plan:
        institution = find_institution(options["institution"])
        if institution is None:
            raise unusable(_("There is no institution %(id)s.") % {"id": options["institution"]})
        said = head_map(options["map"], options["sheet"], COLUMNS)
        end_on: date | None = options["end_missing"]
        choices = RosterChoices(
            frozenset(options["overwrite"]),
            end_all_missing=end_on is not None,
            end_on=end_on,
            enter_again=frozenset(options["enter_again"]),
        )
        actor = system_user()
        if not confirm:
            return preview_roster(actor=actor, institution=institution, content=content, said=said, choices=choices)
        return import_roster(
            actor=actor, institution=institution, content=content, file_name=file_name, said=said, choices=choices
        )

    def tell(self, plan: Plan, *, confirm: bool) -> None:
        if not isinstance(plan, DecidedPlan):
            return
        for problem in plan.problems:
            self.stderr.write(problem)
        if plan.missing:
            names = ", ".join(one.name for one in plan.missing)
            self.stderr.write(_("Not in the file: %(names)s.") % {"names": names})
        if plan.ended:
            sentence = (
                _("Ended from %(day)s on: %(count)s.") if confirm else _("Would be ended from %(day)s on: %(count)s.")
            )
            self.stderr.write(sentence % {"day": plan.end_on, "count": len(plan.ended)})


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ArgumentTypeError(_("This is not a date. Write it as 2026-03-01.")) from None
