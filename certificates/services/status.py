"""Decisions about an issued certificate. Each has a ground that its step allows, a day, a note for the file."""

from datetime import date, timedelta

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from accounts.services.hearings import require_other
from certificates.models import Certificate
from certificates.rules import figure
from certificates.services.apart import require_no_case
from certificates.services.steps import Decision, take_step
from certificates.workflow import GROUNDS, Ground
from core import clock
from core.errors import DomainError


def suspend_certificate(
    *,
    actor: User,
    certificate: Certificate,
    ground: str,
    note: str = "",
    on: date | None = None,
    until: date | None = None,
) -> Certificate:
    """While authenticity or identity is under check, thirty days at most; by order of a court as long as it says.

    Raises `suspension_too_long`, `suspension_ends_before`.
    """
    start = on or clock.today()
    ends = until or _longest(ground, start)
    _check_end(ground, start, ends)
    return _decide(actor, certificate, "suspend", Decision(ground, note, on, ends))


def resume_certificate(
    *, actor: User, certificate: Certificate, ground: str, note: str = "", on: date | None = None
) -> Certificate:
    return _decide(actor, certificate, "resume", Decision(ground, note, on))


@transaction.atomic
def revoke_certificate(
    *, actor: User, certificate: Certificate, ground: str, note: str = "", on: date | None = None
) -> Certificate:
    """What a court ordered is carried out here. A false fact goes by a revocation case (`services.revocations`).

    The system alone enters one that was decided before. Raises `notice_missing`.
    """
    require(actor, Permission.CERTIFICATE_MANAGE, certificate)
    if ground == Ground.FALSE_FACT and not is_system(actor):
        raise DomainError("notice_missing")
    return _decide(actor, certificate, "revoke", Decision(ground, note, on))


def deregister_certificate(
    *, actor: User, certificate: Certificate, ground: str, note: str = "", on: date | None = None
) -> Certificate:
    """Ended without fault."""
    return _decide(actor, certificate, "deregister", Decision(ground, note, on))


def revoke_after_hearing(*, actor: User, certificate: Certificate, note: str, on: date) -> Certificate:
    """The last step of a revocation case, in its transaction and by its second person."""
    return _decide(actor, certificate, "revoke", Decision(Ground.FALSE_FACT, note, on))


def is_system(actor: User) -> bool:
    """What commands and loaders act as; nobody wears it."""
    return any(hat.role == "system" for hat in actor.worn_memberships())


@transaction.atomic
def _decide(actor: User, certificate: Certificate, step: str, decision: Decision) -> Certificate:
    """Of all of them: raises `own_record` when the actor is the holder; of deregistering also `revocation_runs`."""
    if decision.ground not in GROUNDS[step]:
        raise DomainError("ground_not_allowed", step=step, ground=decision.ground)
    require_other(actor, certificate.person)
    if step == "deregister":
        require_no_case(certificate)
    return take_step(actor=actor, certificate=certificate, step=step, decision=decision)


def _longest(ground: str, start: date) -> date | None:
    """Counted from the day of the decision, which may be an earlier one."""
    return None if ground == Ground.COURT_ORDER else start + timedelta(days=figure("suspension_days", on=start))


def _check_end(ground: str, start: date, ends: date | None) -> None:
    if ends is None:
        return
    if ends < max(start, clock.today()):
        raise DomainError("suspension_ends_before")
    if ground != Ground.COURT_ORDER and ends > start + timedelta(days=figure("suspension_days", on=start)):
        raise DomainError("suspension_too_long", days=figure("suspension_days", on=start))
