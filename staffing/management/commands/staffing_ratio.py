"""Print the ratio of one institution: `staffing_ratio ID --as-of DATE --known-at MOMENT --json`."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.selectors import system_user
from core.errors import NotAllowed
from core.plan_command import print_json
from staffing.forms import RatioDateForm
from staffing.selectors import find_institution, institution_ratio


class Command(BaseCommand):
    help = "Trained-staff ratio of an institution on a day. ID: unified social credit code or the platform's id."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("institution", metavar="ID")
        parser.add_argument("--as-of", default="", help="a day, YYYY-MM-DD (default: today in Shanghai)")
        parser.add_argument("--known-at", default="", help="a day or an RFC 3339 moment (default: now)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, institution: str, as_of: str, known_at: str, **options: Any) -> None:
        form = RatioDateForm({"as_of": as_of, "known_at": known_at})
        if not form.is_valid():
            self._stop("; ".join(f"{name}: {errors[0]}" for name, errors in form.errors.items()))
        try:
            found = find_institution(system_user(), institution)
        except NotAllowed:
            self._stop(_("There is no institution %(id)s.") % {"id": institution})
        answer = institution_ratio(found, **form.moments()).as_json()
        if options["json"]:
            print_json(self.stdout, answer)
        else:
            self.stdout.write(_sentence(answer))

    def _stop(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(2)


def _sentence(answer: dict[str, Any]) -> str:
    percent = f"{answer['percent_floor']} %" if answer["percent_floor"] is not None else "-"
    return (
        f"{answer['institution']['name']} {answer['as_of']}: {answer['trained']}/{answer['staff']} = {percent}, "
        f"{answer['outcome']}, shortfall {answer['shortfall']} ({answer['rule']['code']} {answer['rule']['version']})"
    )
