"""Decisions about an issued certificate. Each has a ground that its step allows, a day, a note for the file."""

from django.db import transaction

from accounts.models import User
from certificates.models import Certificate
from certificates.services.issue import note_event
from certificates.workflow import CERTIFICATE_STEPS, GROUNDS
from core.errors import DomainError
from core.workflow import advance


def suspend_certificate(*, actor: User, certificate: Certificate, ground: str, note: str = "") -> Certificate:
    """While authenticity or identity is under check, or by order of a court."""
    return _decide(actor, certificate, "suspend", ground, note)


def resume_certificate(*, actor: User, certificate: Certificate, ground: str, note: str = "") -> Certificate:
    return _decide(actor, certificate, "resume", ground, note)


def revoke_certificate(*, actor: User, certificate: Certificate, ground: str, note: str = "") -> Certificate:
    """The issuer's own decision about a false fact; never a sanction for later conduct."""
    return _decide(actor, certificate, "revoke", ground, note)


def deregister_certificate(*, actor: User, certificate: Certificate, ground: str, note: str = "") -> Certificate:
    """Ended without fault."""
    return _decide(actor, certificate, "deregister", ground, note)


@transaction.atomic
def _decide(actor: User, certificate: Certificate, step: str, ground: str, note: str) -> Certificate:
    if ground not in GROUNDS[step]:
        raise DomainError("ground_not_allowed", step=step, ground=ground)
    decided = advance(certificate, step, CERTIFICATE_STEPS, actor=actor, reason=ground)
    note_event(actor, decided, step, ground=ground, note=note)
    return decided
