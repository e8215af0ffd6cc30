"""The copy of one's data: one ZIP with a page to read, the same as JSON, certificates and who looked; sealed, for its
owner, for a day."""

import io
import json
import zipfile
from datetime import timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from accounts.models import User
from accounts.selectors import same_person
from accounts.services.letters import in_language_of
from certificates.models import CertificateFile
from certificates.selectors.files import FileUnreadable, stored_bytes
from core import clock, uploads
from core.errors import DomainError
from core.workflow import advance
from oversight.models import DataRequest
from oversight.selectors.copies import everything_about, scans_about
from oversight.services.copy_pages import readable_page
from oversight.workflow import DATA_REQUEST_STEPS, RequestState

VALID_FOR = timedelta(hours=24)


@transaction.atomic
def build_copy(*, actor: User, request_id: int) -> DataRequest:
    """By the job, as the system; safe to run twice: a copy that is ready stays."""
    request = DataRequest.objects.select_related("user", "person").get(pk=request_id)
    if request.state != RequestState.ASKED:
        return request
    with in_language_of(request.user):
        content = _zip(request)
    request = advance(request, "deliver", DATA_REQUEST_STEPS, actor=actor, size=len(content))
    request.file_sha256 = uploads.keep(request.user_id, content)
    now = clock.now()
    request.answered_at, request.expires_at = now, now + VALID_FOR
    request.save(update_fields=["file_sha256", "answered_at", "expires_at"])
    return request


def copy_of_data(request: DataRequest) -> bytes | None:
    """The bytes, while the link holds."""
    if not request.file_sha256 or request.expires_at is None or clock.now() >= request.expires_at:
        return None
    return uploads.kept(request.user_id, request.file_sha256)


def _zip(request: DataRequest) -> bytes:
    person = request.person
    held = everything_about(request.user, person.merged_into or person if person else None)
    certificates = _certificates(request)
    scans = scans_about(person.merged_into or person) if person else iter(())
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", readable_page(held, [number for number, _body in certificates]))
        archive.writestr("data.json", _json(held))
        archive.writestr("who-looked.json", _json(held.get("accounts.AccessEntry", [])))
        for number, body in certificates:
            archive.writestr(f"certificates/{number}.pdf", body)
        for scan in scans:
            archive.writestr(f"evidence/{scan.evidence_id}-{scan.pk}-{scan.name}", scan.content)
    return stream.getvalue()


def _certificates(request: DataRequest) -> list[tuple[str, bytes]]:
    person = request.person
    if person is None:
        return []
    survivor = person.merged_into_id or person.pk
    files = CertificateFile.objects.filter(same_person(survivor, "certificate__person"))
    files = files.select_related("certificate")
    found = []
    for file in files.order_by("pk"):
        try:
            found.append((file.certificate.number, stored_bytes(file)))
        except (FileUnreadable, DomainError):
            # Named in data.json all the same; its absence is the storage's matter and is in the log.
            continue
    return found


def _json(rows: object) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
