"""Ticking who was handed the paper."""

from collections.abc import Sequence

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from certificates.models import CertificateHandout
from certificates.selectors.handouts import certificates_to_hand_out
from core import audit, clock
from courses.models import Cohort


@transaction.atomic
def tick_handouts(*, actor: User, cohort: Cohort, certificate_ids: Sequence[int]) -> int:
    """How many were ticked now; what was ticked before, or is not of this class, is passed by."""
    require(actor, Permission.CERTIFICATE_ISSUE, cohort)
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    rows = certificates_to_hand_out(actor, cohort).filter(pk__in=certificate_ids, handout__isnull=True)
    ticked = CertificateHandout.objects.bulk_create(
        CertificateHandout(certificate=row, at=clock.now(), by=actor) for row in rows
    )
    if ticked:
        audit.record(actor, "certificates.handed_out", cohort, certificates=len(ticked))
    return len(ticked)
