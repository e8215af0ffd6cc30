"""The sealed PDF of a proof: drawn from the signed statement, outside of any transaction, kept once."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from certificates.pdf.fonts import fonts_sha256
from certificates.seals import Sealed, seal_file
from certificates.services.issue import recorded_seal
from certificates.services.stamps import record_stampers
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
    name = file_name(proof)
    if default_storage.exists(name):
        # What a killed attempt left there has never been served.
        default_storage.delete(name)
    made = RatioProofFile.objects.create(
        proof=proof,
        storage_name=default_storage.save(name, ContentFile(sealed.body)),
        sha256=hashlib.sha256(sealed.body).hexdigest(),
        size=len(sealed.body),
        fonts_sha256=fonts_sha256(),
        seal=recorded_seal(sealed.identity),
        stamped_until=sealed.stamped_until,
    )
    record_stampers(sealed.stampers)
    audit.record(actor, "staffing.proof_file_stored", proof, reference=proof.reference, sha256=made.sha256)
    return made
