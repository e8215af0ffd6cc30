"""The one door through which the state of a certificate changes: state, event and entry of the public log together."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.permissions import Role
from certificates.models import Certificate, CertificateEvent, StatusStatement
from certificates.models.statements import ISSUE, KIND_OF, Change, status_text
from certificates.selectors.status_log import DIFFERS, status_of, unlogged_certificates, unlogged_events
from certificates.services.key_rotation import missing_rotations, put_down_missing_rotations
from certificates.tlog import services as tlog
from certificates.tlog.selectors import last_turn
from certificates.workflow import CERTIFICATE_STEPS
from core import audit, clock, outbox
from core.errors import DomainError, NotAllowed
from core.workflow import advance

# The rules under which a change comes into the log: docs/decisions/0030.
LOG_POLICY = "certificate-status-1"
PUT_DOWN = "certificates.put_down_missing"
# What is taken although register and log disagree: neither ends in a certificate that is in force by a state that
# somebody set by hand.
ALWAYS = frozenset({ISSUE, "revoke"})


@dataclass(frozen=True)
class Decision:
    """What every decision says: why, on which day, and what the file keeps; `until` is the end of a suspension."""

    ground: str = ""
    note: str = ""
    on: date | None = None
    until: date | None = None


@transaction.atomic
def take_step(
    *, actor: User, certificate: Certificate, step: str, decision: Decision = Decision(), **facts: Any
) -> Certificate:
    """Take one step of the table, write the event and put it down in the log. Raises what `advance` raises,
    `register_differs` and `day_out_of_order`."""
    # Asked before the state changes, told after `advance` has said who may.
    differs = step not in ALWAYS and _differs(certificate)
    moved = advance(certificate, step, CERTIFICATE_STEPS, actor=actor, reason=decision.ground, **facts)
    if differs:
        raise DomainError("register_differs", number=certificate.number)
    _check_day(moved, decision.on)
    event = CertificateEvent.objects.create(
        certificate=moved,
        step=step,
        state=moved.state,
        ground=decision.ground,
        note=decision.note,
        decided_on=decision.on or clock.today(),
        ends_on=decision.until,
        actor=actor,
    )
    if step != ISSUE:
        # The issue is put down with the credential, to which its entry commits.
        _log_changes(moved, event)
    return moved


def require_agreement(certificate: Certificate) -> None:
    """Nothing is built upon a state that register and log disagree about. Raises `register_differs`."""
    if _differs(certificate):
        raise DomainError("register_differs", number=certificate.number)


def ask_for_missing() -> None:
    """Of every day's round: what is missing is put down as an effect of its own."""
    if unlogged_certificates() or missing_rotations():
        outbox.add(PUT_DOWN, clock.today())


def put_down_missing(*, actor: User, between: Callable[[], None] = lambda: None) -> int:
    """Changes and rotations from before they were put down in the log; answers of how many certificates. Twice is
    once. `between`: called after each certificate, by whoever holds this work for a time."""
    if not any(hat.role == Role.SYSTEM for hat in actor.worn_memberships()):
        raise NotAllowed(permission="system")
    with transaction.atomic():
        for rotation in put_down_missing_rotations():
            audit.record(actor, "certificates.rotation_logged", rotation.key, version=rotation.key.version)
    done = 0
    for pk in unlogged_certificates():
        with transaction.atomic():
            locked = Certificate.objects.select_for_update(of=("self",)).get(pk=pk)
            if count := _log_changes(locked):
                audit.record(actor, "certificates.changes_logged", locked, number=locked.number, changes=count)
                done += 1
        between()
    return done


def _differs(certificate: Certificate) -> bool:
    """Asked under the lock of its row: what somebody decides right now is not there by half."""
    return status_of(Certificate.objects.select_for_update().get(pk=certificate.pk)) == DIFFERS


def _log_changes(certificate: Certificate, new: CertificateEvent | None = None) -> int:
    """The new event; of a certificate of which the log holds no change yet, its whole history in its order.

    What is missing between entries, or is none of those from before, was not made by a service, and is not put down as
    if it were. The log says which turn is next, also after somebody took statements out of the register. The caller
    holds the certificate's row.
    """
    last = last_turn(certificate.uuid)
    before = [] if last else unlogged_events(certificate)
    events = [*before, new] if new else before
    for turn, event in enumerate(events, last + 1):
        _put_down(certificate, event, turn)
    return len(events)


def _put_down(certificate: Certificate, event: CertificateEvent, turn: int) -> None:
    change = Change(event.state, event.ground, event.decided_on, event.at)
    statement, salt = status_text(certificate.uuid, change, turn), secrets.token_bytes(tlog.SALT_SIZE)
    commitment = tlog.commit(salt, statement.encode())
    StatusStatement.objects.create(
        certificate=certificate,
        event=event,
        turn=turn,
        statement=statement,
        salt=salt.hex(),
        commitment=commitment.hex(),
    )
    tlog.append(
        kind=KIND_OF[event.state],
        ref=str(certificate.uuid),
        commitment=commitment,
        issuer=certificate.base.code,
        policy=LOG_POLICY,
        turn=turn,
    )


def _check_day(certificate: Certificate, on: date | None) -> None:
    """A decision is of today or earlier, and of no day before what it changes."""
    if on is None:
        return
    last = certificate.events.order_by("-pk").values_list("decided_on", flat=True).first()
    if on > clock.today() or on < (last or certificate.issued_on):
        raise DomainError("day_out_of_order", first=str(last or certificate.issued_on))
