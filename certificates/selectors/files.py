"""The stored bytes of a certificate: as issued, or not at all."""

import hashlib
import logging

from django.core.files.storage import default_storage

from certificates.models import CertificateFile
from core.errors import DomainError

log = logging.getLogger(__name__)


class FileUnreadable(OSError):
    """The storage did not answer, or has no such file."""


def stored_bytes(file: CertificateFile) -> bytes:
    """What was issued, bit by bit. Raises FileUnreadable, and `file_changed` when the hash differs."""
    body = _read(file.storage_name)
    if hashlib.sha256(body).hexdigest() != file.sha256:
        log.error("certificate file %s differs from its hash", file.storage_name)
        raise DomainError("file_changed", file=file.storage_name)
    return body


def _read(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            return file.read()
    except Exception as error:
        # Every storage has a family of errors of its own; to the reader they all mean: not now.
        raise FileUnreadable(name) from error
