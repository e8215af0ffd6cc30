"""The stored bytes of a certificate: as issued, or not at all."""

import hashlib
import logging

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.files.storage import default_storage

from certificates.models import CertificateFile
from core.errors import DomainError

log = logging.getLogger(__name__)
# For so many seconds after a hash that was right the size alone is looked at.
HASH_HOLDS = 3600


class FileUnreadable(OSError):
    """The storage did not answer, or has no such file."""


def stored_bytes(file: CertificateFile) -> bytes:
    """What was issued, bit by bit. Raises FileUnreadable, and `file_changed` when the hash differs."""
    body = _read(file.storage_name)
    if hashlib.sha256(body).hexdigest() != file.sha256:
        log.error("certificate file %s differs from its hash", file.storage_name)
        raise DomainError("file_changed", file=file.storage_name)
    return body


def check_stored(file: CertificateFile) -> None:
    """Is the file what was issued? Its size every time, its hash at least once an hour. Raises as `stored_bytes` does.

    A page that anyone may open must not read and hash a whole file each time.
    """
    if _size(file.storage_name) != file.size:
        log.error("certificate file %s has another size", file.storage_name)
        raise DomainError("file_changed", file=file.storage_name)
    cache, key = caches[getattr(settings, "THROTTLE_CACHE", "default")], f"certificate_file:{file.pk}:{file.sha256}"
    if not _remembered(cache, key):
        stored_bytes(file)
        _remember(cache, key)


def _remembered(cache: BaseCache, key: str) -> bool:
    try:
        return bool(cache.get(key))
    except Exception:
        # Every cache has a family of errors of its own; without one the file is read.
        log.exception("the cache does not answer")
        return False


def _remember(cache: BaseCache, key: str) -> None:
    try:
        cache.set(key, True, HASH_HOLDS)
    except Exception:
        log.exception("the cache does not answer")


def _size(name: str) -> int:
    try:
        return default_storage.size(name)
    except Exception as error:
        raise FileUnreadable(name) from error


def _read(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            return file.read()
    except Exception as error:
        # Every storage has a family of errors of its own; to the reader they all mean: not now.
        raise FileUnreadable(name) from error
