"""Credentials as their holders see them, and as verification finds them."""

from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from certificates.models import Certificate, CertificateCredential
from certificates.selectors.lists import my_certificates
from certificates.workflow import CertificateState
from core import clock


def my_credential(actor: User, number: str) -> Certificate | None:
    """A certificate of the actor's own, with its credential: the file goes to nobody else, whatever hat they wear."""
    return my_certificates(actor).select_related("credential", "base").filter(number=number).first()


def my_transcript(actor: User) -> list[Certificate]:
    """What a transcript lists, oldest first."""
    rows = _in_force(actor).select_related("credential", "credential_intent")
    return list(rows.order_by("issued_on", "pk"))


def has_transcript(actor: User) -> bool:
    return _in_force(actor).exists()


def _in_force(actor: User) -> QuerySet[Certificate]:
    not_over = Q(valid_until__isnull=True) | Q(valid_until__gte=clock.today())
    rows = my_certificates(actor).filter(not_over, state=CertificateState.ISSUED, credential__isnull=False)
    return rows.exclude(credential__json_form="")


def credential_of(uuid: UUID) -> CertificateCredential | None:
    """By the name that stands in the credential; for verification, which has the file in hand."""
    rows = CertificateCredential.objects.filter(certificate__uuid=uuid)
    return rows.select_related("certificate", "certificate__credential_intent").first()


def without_credential() -> QuerySet[Certificate]:
    """Certificates from before credentials were made; an erased holder gets none."""
    rows = Certificate.objects.stored().filter(credential__isnull=True)
    return rows.exclude(holder_name="").order_by("pk")
