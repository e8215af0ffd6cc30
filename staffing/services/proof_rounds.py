"""Of every day's round: each proof is compared with its signature and its lines, and its ratio is computed anew."""

import logging

from accounts.models import User
from accounts.permissions import Role
from core import audit
from core.errors import NotAllowed
from core.models import AuditEntry
from staffing.models import RatioProof
from staffing.selectors.proof_checks import FAILED, proof_checks

log = logging.getLogger(__name__)
DIFFERS = "staffing.proof_differs"


def check_proofs(*, actor: User) -> int:
    """How many do not hold. Each is put down once for what is wrong, and said again in the process's log each day."""
    if not any(hat.role == Role.SYSTEM for hat in actor.worn_memberships()):
        raise NotAllowed(permission="system")
    known = AuditEntry.objects.filter(verb=DIFFERS).only("subject_id", "facts")
    told = {(entry.subject_id, tuple(entry.facts.get("checks", ()))) for entry in known}
    found = 0
    for proof in RatioProof.objects.select_related("institution", "rule", "key").order_by("pk").iterator(200):
        if wrong := [name for name, word in proof_checks(proof).items() if word == FAILED]:
            found += 1
            log.critical("the proof %s does not hold: %s", proof.reference, ", ".join(wrong))
            if (str(proof.pk), tuple(wrong)) not in told:
                audit.record(actor, DIFFERS, proof, reference=proof.reference, checks=wrong)
    return found
