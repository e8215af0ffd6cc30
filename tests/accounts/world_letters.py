"""A letter of a case of either track, for the two worlds: bytes that nobody drew."""

import hashlib
from datetime import date
from itertools import count

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from credit.models import AdministrativeCase, CaseLetter, SelfRegulatoryCase
from tests.builders import make_user

_numbers = count(1)


def letter_of(case: AdministrativeCase | SelfRegulatoryCase) -> CaseLetter:
    """Addressed to whom the case concerns."""
    administrative = isinstance(case, AdministrativeCase)
    body = f"letter {next(_numbers)}".encode()
    pdf, docx = (default_storage.save(f"case-letters/test.{form}", ContentFile(body)) for form in ("pdf", "docx"))
    sha256 = hashlib.sha256(body).hexdigest()
    return CaseLetter.objects.create(
        **{"case" if administrative else "self_case": case},
        kind="notice" if administrative else "self_notice",
        document_number="r",
        dated_on=date(2026, 1, 5),
        wording="test",
        text_sha256=sha256,
        storage_name=pdf,
        sha256=sha256,
        size=len(body),
        docx_storage_name=docx,
        docx_sha256=sha256,
        docx_size=len(body),
        fonts_sha256="0" * 64,
        made_by=make_user(),
    )
