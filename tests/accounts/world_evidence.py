"""Evidence from elsewhere that waits, for the two worlds."""

import base64
from datetime import date
from io import BytesIO
from itertools import count

from django.db.models import Model
from pypdf import PdfWriter

from accounts.models import Institution, Person
from accounts.selectors import system_user
from core import clock
from courses.models import EvidenceBatch, EvidenceScan, ExternalEvidence
from tests.courses.builders import make_record

_numbers = count(1)


def evidence_of(person: Person, institution: Institution) -> list[Model]:
    """Submitted by the institution, with one scan."""
    claimed = make_record(person, standing="claimed", title=f"world {next(_numbers)}")
    batch = EvidenceBatch.objects.create(
        institution=institution, rows=1, file_sha256="0" * 64, root="0" * 64,
        submitted_at=clock.now(), submitted_by=system_user(),
    )  # fmt: skip
    evidence = ExternalEvidence.objects.create(
        person=person,
        institution=institution,
        region=institution.region,
        kind="earlier",
        track="SOCIAL",
        title=claimed.title,
        provider="test",
        completed_on=date(2025, 6, 1),
        claimed=claimed,
        submitted_at=clock.now(),
        submitted_by=system_user(),
    )
    paper = _paper()
    scan = EvidenceScan.objects.create(
        evidence=evidence,
        name="scan.pdf",
        media_type="application/pdf",
        size=len(paper),
        sha256=f"{next(_numbers):064d}",
        scanned=base64.b64encode(paper).decode(),
    )
    return [batch, evidence, scan]


def _paper() -> bytes:
    """One empty page: whoever may read it reads a PDF."""
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(72, 72)
    writer.write(out)
    return out.getvalue()
