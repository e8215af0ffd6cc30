"""Sealed files of other papers than certificates: what rooms above keep of one, in the same way."""

import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from certificates.pdf.fonts import fonts_sha256
from certificates.seals import Sealed
from certificates.services.issue import recorded_seal
from certificates.services.stamps import record_stampers


def kept_file(name: str, sealed: Sealed) -> dict[str, Any]:
    """Lays the bytes down under this name; the columns of their row, in whose transaction this stands.

    Whoever calls holds a lock under which there is no such row yet.
    """
    if default_storage.exists(name):
        # What a killed attempt left there has never been served.
        default_storage.delete(name)
    record_stampers(sealed.stampers)
    return {
        "storage_name": default_storage.save(name, ContentFile(sealed.body)),
        "sha256": hashlib.sha256(sealed.body).hexdigest(),
        "size": len(sealed.body),
        "fonts_sha256": fonts_sha256(),
        "seal": recorded_seal(sealed.identity),
        "stamped_until": sealed.stamped_until,
    }
