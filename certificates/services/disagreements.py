"""What is done when register and public log disagree: it is put down, and said to those who can act."""

import logging

from accounts.models import User
from accounts.permissions import Role
from certificates.selectors.disagreements import FOUND, disagreeing
from core import audit
from core.errors import NotAllowed
from core.models import AuditEntry

log = logging.getLogger(__name__)


def report_disagreements(*, actor: User) -> int:
    """Of every day's round; answers how many there are. Each is put down once for each state that it is found in, and
    said again in the process's log as long as it lasts."""
    if not any(hat.role == Role.SYSTEM for hat in actor.worn_memberships()):
        raise NotAllowed(permission="system")
    found = list(disagreeing())
    known = AuditEntry.objects.filter(verb=FOUND, subject_type="certificates.certificate")
    told = {(entry.subject_id, entry.facts.get("state")) for entry in known.only("subject_id", "facts")}
    for certificate in found:
        log.critical("register and public log disagree about certificate %s", certificate.number)
        if (str(certificate.pk), certificate.state) not in told:
            number, state = certificate.number, certificate.state
            audit.record(actor, "certificates.register_differs", certificate, number=number, state=state)
    return len(found)
