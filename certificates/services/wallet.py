"""What a holder does with an own certificate: share it by a link, take that back; counts and reminders beside it."""

import logging
from datetime import timedelta
from uuid import uuid4

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Exists, OuterRef

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from accounts.services.letters import write_to
from certificates.models import Certificate, ExpiryReminder, ShareLink
from certificates.models.wallet import share_hash, share_token
from certificates.rules import figure
from certificates.services.telling import login_of
from certificates.workflow import CertificateState
from core import audit, clock, outbox
from core.errors import DomainError

log = logging.getLogger(__name__)
REMIND = "certificates.remind"
MOST_OPEN = 10


@transaction.atomic
def share_certificate(*, actor: User, certificate: Certificate) -> ShareLink:
    """A link for the days of the rule. Raises `too_many_links`."""
    require(actor, Permission.CERTIFICATE_OWN, certificate)
    Certificate.objects.select_for_update().get(pk=certificate.pk)
    today = clock.today()
    if ShareLink.objects.filter(certificate=certificate, withdrawn_at=None, ends_on__gte=today).count() >= MOST_OPEN:
        raise DomainError("too_many_links", most=MOST_OPEN)
    link = ShareLink(
        uuid=uuid4(),
        certificate=certificate,
        created_at=clock.now(),
        created_by=actor,
        ends_on=today + timedelta(days=figure("share_link_days", on=today)),
    )
    link.token_hash = share_hash(share_token(link))
    link.save(force_insert=True)
    audit.record(actor, "certificates.shared", certificate, until=str(link.ends_on))
    return link


@transaction.atomic
def withdraw_link(*, actor: User, link: ShareLink) -> ShareLink:
    """From this moment the link answers as one that never was; again is the same as once."""
    require(actor, Permission.CERTIFICATE_OWN, link)
    if ShareLink.objects.filter(pk=link.pk, withdrawn_at=None).update(withdrawn_at=clock.now()):
        audit.record(actor, "certificates.share_withdrawn", link.certificate)
    link.refresh_from_db()
    return link


# One statement for hit and miss, so that nobody tells them apart by what they cost.
COUNT = """
INSERT INTO "certificates_verificationcount" ("certificate_id", "day", "count")
SELECT "id", %s, 1 FROM "certificates_certificate" WHERE "id" = %s
ON CONFLICT ("certificate_id", "day") DO UPDATE SET "count" = "certificates_verificationcount"."count" + 1
"""


def count_verification(certificate: Certificate | None) -> None:
    """One more on this day: a number, never who. What cannot be counted hinders nobody who verifies."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(COUNT, [clock.today().isoformat(), certificate.pk if certificate else 0])
    except (DatabaseError, InterfaceError):
        log.exception("a verification is not counted")


# --- reminders ------------------------------------------------------------------------------------------------------
def remind_of_expiry(*, actor: User) -> int:
    """Once a day: whoever's certificate ends within 90, 60, 30 or 7 days is told, once for each of these."""
    today, sent, nearer = clock.today(), 0, 0
    for days in sorted(figure("reminder_days", on=today)):
        within = (today + timedelta(days=nearer + bool(nearer)), today + timedelta(days=days))
        told = ExpiryReminder.objects.filter(certificate=OuterRef("pk"), days=days)
        rows = Certificate.objects.allowed(actor, Permission.CERTIFICATE_MANAGE).filter(
            ~Exists(told), state=CertificateState.ISSUED, valid_until__range=within
        )
        sent += sum(_remind(actor, row, days) for row in list(rows.order_by("pk")))
        nearer = days
    return sent


@transaction.atomic
def _remind(actor: User, certificate: Certificate, days: int) -> bool:
    """The row refuses a second one, whoever runs at the same time."""
    reminder, made = ExpiryReminder.objects.get_or_create(
        certificate=certificate, days=days, defaults={"at": clock.now()}
    )
    if made:
        audit.record(actor, "certificates.reminded", certificate, days=days)
        outbox.add(REMIND, reminder.pk)
    return made


def tell_of_expiry(*, reminder_id: int) -> None:
    reminder = ExpiryReminder.objects.select_related("certificate__person__merged_into__user").get(pk=reminder_id)
    certificate = reminder.certificate
    if (user := login_of(certificate.person)) and certificate.valid_until:
        write_to(user, "expiry", "certificates:certificate", certificate.number, day=str(certificate.valid_until))
