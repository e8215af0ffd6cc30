"""Certificates of an erased person: number, level, dates, state and hashes stay; name and salt go."""

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from accounts.access import require
from accounts.models import Person, User
from accounts.permissions import Permission
from certificates.models import (
    Certificate,
    CertificateCredential,
    CertificateEvent,
    CertificateFile,
    CredentialIntent,
    FilingLine,
    RevocationCase,
    ShareLink,
)
from certificates.selectors.files import file_name, next_name, proof_name
from core import audit, clock, outbox

ERASE_FILE = "certificates.erase_file"


@transaction.atomic
def reduce_certificates(*, actor: User, person: Person) -> list[Certificate]:
    """The database lets these columns become empty and nothing else; the files go after the commit."""
    require(actor, Permission.DATA_REQUEST_REVIEW, person)
    mine = Q(person=person) | Q(person__merged_into=person)
    rows = list(Certificate.objects.select_for_update(of=("self",)).filter(mine).order_by("pk"))
    for row in rows:
        row.holder_name, row.holder_document_masked, row.holder_document_tail = "", "", ""
        row.facts.pop("latin_name", None)
        row.save(update_fields=["holder_name", "holder_document_masked", "holder_document_tail", "facts"])
        audit.record(actor, "certificates.reduced", row, number=row.number)
        outbox.add(ERASE_FILE, row.pk)
    CertificateEvent.objects.filter(certificate__in=rows).exclude(note="").update(note="")
    # The commitment stays in the public log; without its salt nobody can tell whose it was.
    CredentialIntent.objects.filter(certificate__in=rows).update(salt="")
    CertificateCredential.objects.filter(certificate__in=rows).update(json_form="", jwt_form="")
    RevocationCase.objects.filter(certificate__in=rows).update(said="", answer="", considered="")
    theirs = Q(record__person=person) | Q(record__person__merged_into=person)
    FilingLine.objects.filter(theirs).exclude(name="").update(name="")
    ShareLink.objects.filter(certificate__in=rows, withdrawn_at=None).update(withdrawn_at=clock.now())
    return rows


def erase_file(*, certificate_id: int) -> None:
    """Safe to run twice; the row with the hash stays. A killed attempt may have left a file of which no row knows."""
    certificate = Certificate.objects.filter(pk=certificate_id, holder_name="").first()
    if certificate is None:
        return
    default_storage.delete(file_name(certificate))
    file = CertificateFile.objects.filter(certificate=certificate_id).first()
    if file is not None:
        revisions = file.revisions.order_by("pk").values_list("storage_name", flat=True)
        for name in {file.storage_name, *revisions, next_name(file), proof_name(file)}:
            default_storage.delete(name)
