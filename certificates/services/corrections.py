"""A wrong name found when the paper is handed out: register, new certificate and old paper in one go."""

from dataclasses import dataclass

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from accounts.services import correct_name_at_desk
from certificates.models import Certificate, CertificateReturn
from certificates.services.issue import allot_successor, store_certificate
from certificates.workflow import CertificateState, Ground
from core import audit, clock
from core.errors import WrongState


@dataclass(frozen=True)
class NameCorrection:
    """What the document says, and whether the wrong paper lies on the desk again."""

    name: str
    latin_name: str = ""
    paper_back: bool = True


def correct_name_on_certificate(*, actor: User, certificate: Certificate, correction: NameCorrection) -> Certificate:
    """The new certificate, stored. What could not be printed changes nothing, not even the register.

    A kill, or a seal that fails, between register and bytes leaves the earlier certificate in force; the next attempt
    completes the new one. Raises WrongState, an Obstacle, `own_record`, `name_missing`, `name_same`.
    """
    reason = f"证书 {certificate.number} 姓名有误，基地核对证件原件后更正"
    intent = _allot(actor, certificate, correction, reason)
    made = store_certificate(actor=actor, certificate=intent, note=reason)
    if correction.paper_back:
        take_back(actor=actor, certificate=certificate)
    return made


@transaction.atomic
def take_back(*, actor: User, certificate: Certificate) -> CertificateReturn:
    """The paper of a replaced certificate is with the base again; twice is once. Raises WrongState."""
    require(actor, Permission.CERTIFICATE_MANAGE, certificate)
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if locked.state != CertificateState.SUPERSEDED:
        raise WrongState(step="take_back", state=locked.state)
    found, fresh = CertificateReturn.objects.get_or_create(
        certificate=locked, defaults={"at": clock.now(), "by": actor}
    )
    if fresh:
        audit.record(actor, "certificates.taken_back", locked, number=locked.number)
    return found


@transaction.atomic
def _allot(actor: User, certificate: Certificate, correction: NameCorrection, reason: str) -> Certificate:
    require(actor, Permission.CERTIFICATE_MANAGE, certificate)
    old = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if old.state != CertificateState.ISSUED:
        raise WrongState(step="supersede", state=old.state)
    if not Certificate.objects.filter(supersedes=old).exists():
        correct_name_at_desk(
            actor=actor,
            person=old.training_record.person,
            base=old.base,
            name=correction.name,
            latin_name=correction.latin_name,
            reason=reason,
        )
    return allot_successor(actor, old, Ground.INFORMATION_CORRECTED)
