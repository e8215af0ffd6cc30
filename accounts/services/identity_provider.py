"""An outside identity service: one port, none behind it unless the settings name one.

InventedRegister is the demo's: it knows the invented people alone, whose numbers cannot exist.
"""

from datetime import timedelta
from typing import Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils.module_loading import import_string

from accounts.access import require
from accounts.identifiers import DocumentType
from accounts.models import IdentityCheck, Person, User
from accounts.permissions import Permission
from accounts.services.identity import record_identity_check
from accounts.workflow import Standing
from core import audit, clock
from core.errors import DomainError, NotAllowed

# A service is asked so often a day about a document it does not know.
TRIES_A_DAY = 3
NOT_MATCHED = "accounts.identity_not_matched"


class IdentityProvider(Protocol):
    """`url` is where it asks, by https:// only; empty when names and numbers do not leave the house."""

    name: str
    url: str

    def matches(self, *, name: str, document_type: str, number: str) -> bool:
        """Do name and number belong together? Raises OSError when nobody answers."""


class InventedRegister:
    """Vouches for whoever has a number of the impossible area 000000, and so for nobody who exists."""

    name = "演示身份核验服务"
    url = ""
    AREA = "000000"

    def matches(self, *, name: str, document_type: str, number: str) -> bool:
        return bool(name) and document_type == DocumentType.RESIDENT_ID and number.startswith(self.AREA)


def provider() -> IdentityProvider | None:
    """The class of the settings, made without arguments; none by default, and then nobody may be promised a check."""
    if not settings.IDENTITY_PROVIDER:
        return None
    made: IdentityProvider = import_string(settings.IDENTITY_PROVIDER)()
    if made.url and not made.url.lower().startswith("https://"):
        raise ImproperlyConfigured("The identity service must be asked at an https:// address.")
    return made


def check_by_service(*, actor: User, person: Person) -> IdentityCheck:
    """The person asks the service about the own document.

    Raises `no_service`, `no_document`, `too_many_tries`, `service_silent`, `no_match`; NotAllowed for anybody else.
    """
    require(actor, Permission.PERSON_VIEW, person)
    if person.user_id != actor.pk:
        raise NotAllowed(record="accounts.person")
    service, document = provider(), person.documents.order_by("pk").first()
    if service is None:
        raise DomainError("no_service")
    if document is None:
        raise DomainError("no_document")
    _require_patience(person)
    try:
        fits = service.matches(name=person.name, document_type=document.type, number=document.number)
    except OSError as error:
        raise DomainError("service_silent") from error
    with transaction.atomic():
        if fits:
            standing = Standing.CHECKED_BY_SERVICE
            return record_identity_check(actor=actor, person=person, standing=standing, body_name=service.name)
        audit.record(actor, NOT_MATCHED, person, service=service.name)
    raise DomainError("no_match")


def _require_patience(person: Person) -> None:
    since = clock.now() - timedelta(days=1)
    if audit.entries_about(person).filter(verb=NOT_MATCHED, at__gt=since).count() >= TRIES_A_DAY:
        raise DomainError("too_many_tries")
