"""Of every day's round: each proof is compared with its signature and its lines, and its ratio is computed anew; each
receipt of a return is compared with what was filed."""

import logging
from collections.abc import Iterator

from django.db.models import Model

from accounts.models import User
from accounts.services.places import require_system
from core import audit
from core.models import AuditEntry
from staffing.models import RatioProof, ReturnReceipt
from staffing.selectors.proof_checks import FAILED, proof_checks
from staffing.selectors.receipts import statement_check

log = logging.getLogger(__name__)
# What an entry is about, the reference of the paper, and the names of the checks that failed.
Found = tuple[Model, str, list[str]]


def check_proofs(*, actor: User) -> int:
    """How many do not hold. Each is put down once for what is wrong, and said again in the process's log each day."""
    require_system(actor)
    return _put_down(actor, "staffing.proof_differs", _proofs())


def check_receipts(*, actor: User) -> int:
    """The same of receipts."""
    require_system(actor)
    return _put_down(actor, "staffing.receipt_differs", _receipts())


def _proofs() -> Iterator[Found]:
    for proof in RatioProof.objects.select_related("institution", "rule", "key").order_by("pk").iterator(200):
        if wrong := [name for name, word in proof_checks(proof).items() if word == FAILED]:
            yield proof, proof.reference, wrong


def _receipts() -> Iterator[Found]:
    rows = ReturnReceipt.objects.filter(reference__isnull=False).order_by("pk")
    found = rows.select_related(
        "version__rule", "version__ratio_return__institution__region", "version__ratio_return__period"
    )
    for receipt in found.iterator(200):
        if statement_check(receipt) == FAILED:
            yield receipt.version.ratio_return, receipt.reference or "", ["statement"]


def _put_down(actor: User, verb: str, differing: Iterator[Found]) -> int:
    known = AuditEntry.objects.filter(verb=verb).only("facts")
    told = {(entry.facts["reference"], tuple(entry.facts.get("checks", ()))) for entry in known}
    found = 0
    for subject, reference, wrong in differing:
        found += 1
        log.critical("the paper %s does not hold: %s", reference, ", ".join(wrong))
        if (reference, tuple(wrong)) not in told:
            audit.record(actor, verb, subject, reference=reference, checks=wrong)
    return found
