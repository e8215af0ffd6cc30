"""Which certificates can have the log's proof put into their file now, and that proof."""

from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast

from certificates.models import Certificate, CertificateFile, FileRevision
from certificates.tlog import selectors as tlog
from certificates.tlog.models import Kind, Leaf
from certificates.workflow import CertificateState, RevisionKind
from core.models import OutboxEvent


def proofs_due(*, kind: str, asked_since: datetime) -> QuerySet[CertificateFile]:
    """Files without the proof whose entry lies below a head that enough witnesses have seen, the oldest first. Left
    out: what an event of this kind was asked for since then. While the log has an open alarm nothing is due."""
    head = tlog.published_head()
    if head is None or tlog.open_alarm() or not tlog.is_final(head):
        return CertificateFile.objects.none()
    entries = Leaf.objects.filter(
        pending__kind=Kind.CERTIFICATE_ISSUED, pending__ref=OuterRef("certificate__uuid"), idx__lt=head.size
    )
    asked = OutboxEvent.objects.filter(kind=kind, key=OuterRef("key"), created_at__gte=asked_since)
    rows = CertificateFile.objects.annotate(key=Cast("pk", CharField())).exclude(certificate__holder_name="")
    rows = rows.filter(certificate__state=CertificateState.ISSUED, certificate__credential__isnull=False)
    return rows.filter(~Exists(_with_proof()), Exists(entries), ~Exists(asked)).order_by("pk")


def _with_proof() -> QuerySet[FileRevision]:
    return FileRevision.objects.filter(file=OuterRef("pk"), kind=RevisionKind.PROOF)


def has_proof(file: CertificateFile) -> bool:
    return file.revisions.filter(kind=RevisionKind.PROOF).exists()


def whole_proof(certificate: Certificate) -> str | None:
    """The proof of a certificate's entry, checked as a stranger would; None unless enough witnesses have seen it."""
    entries = tlog.entries_about(certificate.uuid)
    issued = next((one for one in entries if one.kind == Kind.CERTIFICATE_ISSUED), None)
    if tlog.seen(issued, commitment=bytes.fromhex(certificate.credential.commitment)) != tlog.FINAL:
        return None
    return tlog.proof_text(kind=str(Kind.CERTIFICATE_ISSUED), ref=str(certificate.uuid))
