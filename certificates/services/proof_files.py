"""The log's proof in the holder's hands: once enough witnesses have seen a certificate's entry, its file is drawn again
with the proof inside, sealed, and kept beside the issued one."""

import hashlib
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from certificates.models import Certificate, CertificateFile, FileRevision
from certificates.pdf.fonts import fonts_sha256
from certificates.pdf.renderer import Drawn, draw
from certificates.seals import Sealed, drawn_identity, seal_file
from certificates.selectors.files import proof_name
from certificates.selectors.proof_files import has_proof, proofs_due, whole_proof
from certificates.services.enclosures import enclosures
from certificates.services.issue import recorded_seal
from certificates.services.stamps import record_stampers
from certificates.workflow import CertificateState, RevisionKind
from core import audit, clock, outbox

COMPLETE = "certificates.complete_file"
# What was asked for is asked again after this time, should its event have been given up.
ASKED_HOLDS = timedelta(days=1)
# At a time; the rest has its turn when these are rung.
AT_ONCE = 200


@transaction.atomic
def start_completions() -> int:
    """Ring for files whose proof can be had now; safe to run twice, what is asked for already is not asked again."""
    since = clock.now() - ASKED_HOLDS
    due = list(proofs_due(kind=COMPLETE, asked_since=since).values_list("pk", flat=True)[:AT_ONCE])
    for pk in due:
        outbox.add(COMPLETE, pk)
    return len(due)


def complete_file(*, actor: User, file_id: int) -> FileRevision | None:
    """The file with the proof in it, kept beside the issued one; None where it cannot be had, or is there already.

    Drawn and sealed outside of any transaction. Raises `seal_failed`.
    """
    file = CertificateFile.objects.select_related("certificate__credential", "certificate__credential_intent")
    kept = file.get(pk=file_id)
    require(actor, Permission.CERTIFICATE_MANAGE, kept.certificate)
    proof = whole_proof(kept.certificate) if _may_have_one(kept) else None
    if proof is None:
        return None
    drawn = _drawn(kept.certificate, proof)
    return _keep(actor, kept, drawn, seal_file(drawn.body))


def _may_have_one(file: CertificateFile) -> bool:
    certificate = file.certificate
    return certificate.state == CertificateState.ISSUED and bool(certificate.holder_name) and not has_proof(file)


def _drawn(certificate: Certificate, proof: str) -> Drawn:
    """From the snapshot and the kept credential alone: what it says is what was issued."""
    stored, salt = certificate.credential, certificate.credential_intent.salt
    inside = enclosures(document=stored.json_form.encode(), token=stored.jwt_form, salt=salt, proof=proof)
    return draw(certificate, attached=inside, seal=drawn_identity())


@transaction.atomic
def _keep(actor: User, file: CertificateFile, drawn: Drawn, sealed: Sealed) -> FileRevision | None:
    # Erasure holds the certificate's row, a new time stamp the file's: either has ended, or waits until this has.
    Certificate.objects.select_for_update().get(pk=file.certificate_id)
    locked = CertificateFile.objects.select_for_update().get(pk=file.pk)
    if not _may_have_one(locked):
        return None
    name = proof_name(locked)
    if default_storage.exists(name):
        # What a killed attempt left there has never been served.
        default_storage.delete(name)
    made = FileRevision.objects.create(
        file=locked,
        kind=RevisionKind.PROOF,
        storage_name=default_storage.save(name, ContentFile(sealed.body)),
        sha256=hashlib.sha256(sealed.body).hexdigest(),
        size=len(sealed.body),
        template_version=drawn.template_version,
        fonts_sha256=fonts_sha256(),
        seal=recorded_seal(sealed.identity),
        stamped_until=sealed.stamped_until,
    )
    record_stampers(sealed.stampers)
    audit.record(actor, "certificates.proof_enclosed", locked.certificate, sha256=made.sha256)
    return made
