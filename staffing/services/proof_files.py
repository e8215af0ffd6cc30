"""The sealed PDF of a proof: drawn from the signed statement, outside of any transaction, kept once."""

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from certificates.seals import Sealed, seal_file
from certificates.services.sealed_files import kept_file
from core import audit
from core.errors import DomainError
from staffing.models import RatioProof, RatioProofFile
from staffing.pdf.proof import proof_pdf
from staffing.selectors.proof_checks import FAILED, proof_checks
from staffing.selectors.proofs import csv_bytes, file_name, json_bytes, lines_of


def draw_proof(*, actor: User, proof_id: int) -> RatioProofFile:
    """Safe to run twice: a proof that has its file keeps it.

    Raises `proof_differs`, `seal_failed`, `glyphs_missing`.
    """
    proof = RatioProof.objects.select_related("institution__region", "rule", "key").get(pk=proof_id)
    require(actor, Permission.RATIO_PROVE, proof)
    if made := RatioProofFile.objects.filter(proof=proof).first():
        return made
    # Nothing is sealed that would not be called genuine.
    if wrong := [name for name, word in proof_checks(proof).items() if word == FAILED]:
        raise DomainError("proof_differs", reference=proof.reference, checks=wrong)
    lines = lines_of(proof)
    body = proof_pdf(proof, lines, json_bytes(proof, lines), csv_bytes(proof, lines))
    return _keep(actor, proof, seal_file(body))


@transaction.atomic
def _keep(actor: User, proof: RatioProof, sealed: Sealed) -> RatioProofFile:
    RatioProof.objects.select_for_update().get(pk=proof.pk)
    if made := RatioProofFile.objects.filter(proof=proof).first():
        return made
    made = RatioProofFile.objects.create(proof=proof, **kept_file(file_name(proof), sealed))
    audit.record(actor, "staffing.proof_file_stored", proof, reference=proof.reference, sha256=made.sha256)
    return made
