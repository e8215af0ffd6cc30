"""Renewal of time stamps: an issued file gets one more before the last runs out, as a revision with its own SHA-256."""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from certificates.models import Certificate, CertificateFile, FileRevision, StampAuthority
from certificates.seals import Stamper, renew_stamp, stampers_of, stamps_for_archives
from certificates.selectors.files import newest, newest_bytes, next_name, stamps_due
from core import audit, clock, outbox

log = logging.getLogger(__name__)
RENEW = "certificates.renew_stamp"
# Long enough before the end that an authority may be out of service for weeks.
AHEAD = timedelta(days=90)
# As many a day as one worker does beside its other work.
A_DAY = 5000


def start_renewals() -> int:
    """Ring for every file whose last stamp runs out soon; safe to run twice, each file is asked again when its turn
    comes. Without stamps for archives in the settings there is nothing to renew with."""
    if not stamps_for_archives():
        return 0
    due = list(stamps_due(clock.now() + AHEAD).values_list("pk", flat=True)[:A_DAY])
    for pk in due:
        outbox.add(RENEW, pk)
    return len(due)


def renew_file(*, actor: User, file_id: int) -> FileRevision | None:
    """The file with one more stamp, kept beside the issued one; None when another run has done it already.

    The authority is asked outside of any transaction. Raises `seal_failed`, `file_changed`.
    """
    file = CertificateFile.objects.select_related("certificate").get(pk=file_id)
    require(actor, Permission.CERTIFICATE_MANAGE, file.certificate)
    last = newest(file)
    if last.stamped_until is None or _is_fresh(file) or not file.certificate.holder_name:
        return None
    body, until = renew_stamp(newest_bytes(file))
    try:
        return _keep(actor, last, file, body, until)
    except Exception:
        _remove_unkept(file)
        raise


@transaction.atomic
def _keep(
    actor: User, last: CertificateFile | FileRevision, file: CertificateFile, body: bytes, until: datetime
) -> FileRevision | None:
    # Erasure holds the certificate's row: it has ended, or finds this revision when it begins.
    certificate = Certificate.objects.select_for_update().get(pk=file.certificate_id)
    locked = CertificateFile.objects.select_for_update().get(pk=file.pk)
    if not certificate.holder_name or _is_fresh(locked):
        return None
    # What was stamped is not the newest file any more: the next day's run stamps that one.
    if newest(locked) != last or not _is_longer(locked, until):
        return None
    name = next_name(locked)
    if default_storage.exists(name):
        # What a killed attempt left there has never been served.
        default_storage.delete(name)
    made = FileRevision.objects.create(
        file=locked,
        storage_name=default_storage.save(name, ContentFile(body)),
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        stamped_until=until,
    )
    record_stampers(stampers_of(body))
    audit.record(actor, "certificates.stamp_renewed", file.certificate, sha256=made.sha256)
    return made


def record_stampers(stampers: Iterable[Stamper]) -> None:
    """The policy for those who check without the site names everybody who has set a stamp on a file that was kept."""
    for one in stampers:
        facts = {"certificate": one.certificate, "chain": one.chain}
        StampAuthority.objects.get_or_create(fingerprint=one.fingerprint, defaults=facts)


def _is_longer(file: CertificateFile, until: datetime) -> bool:
    """Near the end of the authority's own certificate a new stamp holds no longer than the last: nothing is won."""
    last = newest(file).stamped_until
    if last is not None and until <= last:
        log.error("a new time stamp of file %s would hold no longer than its last, until %s", file.pk, last)
        return False
    return True


def _remove_unkept(file: CertificateFile) -> None:
    """What was written in a transaction that was rolled back belongs to no row."""
    try:
        with transaction.atomic():
            locked = CertificateFile.objects.select_for_update().get(pk=file.pk)
            default_storage.delete(next_name(locked))
    except Exception:
        log.exception("what a renewal of file %s wrote is not removed", file.pk)


def _is_fresh(file: CertificateFile) -> bool:
    """Two runs asked at once: the second finds the stamp of the first."""
    until = newest(file).stamped_until
    return until is not None and until > clock.now() + AHEAD
