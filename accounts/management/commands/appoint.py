"""./run manage appoint EMAIL ROLE [PLACE]: the first hats of a system that has no two security administrators yet."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts.permissions import Role
from accounts.selectors import system_user
from accounts.services import appoint
from core.errors import DomainError

REFUSALS = {
    "enough_security_admins": "Two security administrators act already: they give every other hat, on the pages.",
    "address_not_confirmed": "A login has typed this address and never confirmed it. Let its owner sign in with a code"
    " first, then run this again.",
    "no_such_place": "No place has this code (bodies and bases: their code; institutions: the credit code).",
    "already_member": "This login has this hat already.",
    "another_administrator": "This login is an administrator already; the three offices stay with three people.",
    "national_body_only": "Administrators sit at the national body.",
}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", choices=[str(role) for role in Role if role != Role.SYSTEM])
        parser.add_argument(
            "place", nargs="?", default="NATIONAL", help="code of the place; default: the national body"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
            hat = appoint(actor=system_user(), email=options["email"], role=options["role"], code=options["place"])
        except ValidationError as error:
            raise CommandError("This is no mail address.") from error
        except DomainError as refusal:
            raise CommandError(REFUSALS.get(refusal.code, refusal.code)) from refusal
        self.stdout.write(f"{hat.user.email}: {hat.role}, {hat.place}. Next: sign in with a code sent to this address.")
