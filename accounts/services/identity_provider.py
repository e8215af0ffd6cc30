"""An outside identity service: one port, none behind it unless the settings name one."""

from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from accounts.access import require
from accounts.models import IdentityCheck, Person, User
from accounts.permissions import Permission
from accounts.services.identity import record_identity_check
from accounts.workflow import Standing
from core import audit
from core.errors import DomainError


class IdentityProvider(Protocol):
    name: str

    def matches(self, *, name: str, document_type: str, number: str) -> bool:
        """Do name and number belong together? Raises OSError when nobody answers."""


def provider() -> IdentityProvider | None:
    """The class of the settings, made without arguments; none by default, and then nobody may be promised a check."""
    made: IdentityProvider | None = import_string(settings.IDENTITY_PROVIDER)() if settings.IDENTITY_PROVIDER else None
    return made


def check_by_service(*, actor: User, person: Person) -> IdentityCheck:
    """The person asks the service about the own document. Raises `no_service`, `service_silent`, `no_match`."""
    require(actor, Permission.PERSON_VIEW, person)
    service = provider()
    if service is None:
        raise DomainError("no_service")
    document = person.documents.order_by("pk")[0]
    try:
        fits = service.matches(name=person.name, document_type=document.type, number=document.number)
    except OSError as error:
        raise DomainError("service_silent") from error
    with transaction.atomic():
        if fits:
            standing = Standing.CHECKED_BY_SERVICE
            return record_identity_check(actor=actor, person=person, standing=standing, body_name=service.name)
        audit.record(actor, "accounts.identity_not_matched", person, service=service.name)
    raise DomainError("no_match")
