"""The stored bytes of a certificate: as issued, or not at all."""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.files.storage import default_storage
from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, When

from certificates.models import Certificate, CertificateFile, FileRevision
from certificates.workflow import RevisionKind
from core.errors import DomainError

log = logging.getLogger(__name__)
# For so many seconds after a hash that was right the size alone is looked at.
HASH_HOLDS = 3600
# So many files are looked for before the storage counts as away.
TRIED = 3


class Stored(Protocol):
    """Where bytes lie, and what they have to be."""

    @property
    def storage_name(self) -> str: ...
    @property
    def sha256(self) -> str: ...


class FileUnreadable(OSError):
    """The storage did not answer, or has no such file."""


def file_name(certificate: Certificate) -> str:
    """Where the issued bytes lie, and where an attempt may have left some that no row names."""
    return f"certificates/{certificate.issued_on.year}/{certificate.uuid}.pdf"


def stored_bytes(file: Stored) -> bytes:
    """What was issued, bit by bit. Raises FileUnreadable, and `file_changed` when the hash differs."""
    body = _read(file.storage_name)
    if hashlib.sha256(body).hexdigest() != file.sha256:
        log.error("certificate file %s differs from its hash", file.storage_name)
        raise DomainError("file_changed", file=file.storage_name)
    return body


def newest(file: CertificateFile) -> CertificateFile | FileRevision:
    """The issued file, or its last revision."""
    return file.revisions.order_by("-pk").first() or file


def newest_bytes(file: CertificateFile) -> bytes:
    return given_out(file)[0]


def given_out(file: CertificateFile) -> tuple[bytes, str]:
    """The newest bytes and their SHA-256. Raises as `stored_bytes` does, also when a stamped file does not begin with
    what it stamps."""
    kept = _kept(file)
    last, root = kept[-1], _root(kept)
    body = stored_bytes(last)
    if root is not last and hashlib.sha256(body[: root.size]).hexdigest() != root.sha256:
        log.error("revision %s does not begin with the stamped file", last.storage_name)
        raise DomainError("file_changed", file=last.storage_name)
    return body, last.sha256


def sealed_as(file: CertificateFile, sha256: str) -> CertificateFile | FileRevision:
    """The file that was sealed when these kept bytes were made: the issued one, or the one with proof."""
    if file.sha256 == sha256:
        return file
    kept = _kept(file)
    place = next((place for place, one in enumerate(kept) if one.sha256 == sha256), 0)
    return _root(kept[: place + 1])


def next_name(file: CertificateFile) -> str:
    """Under which the next stamped file will lie."""
    return f"{file.storage_name.removesuffix('.pdf')}-{file.revisions.count() + 1}.pdf"


def proof_name(file: CertificateFile) -> str:
    """Under which the file with proof lies, or will."""
    return f"{file.storage_name.removesuffix('.pdf')}-proof.pdf"


def _kept(file: CertificateFile) -> list[CertificateFile | FileRevision]:
    """Every file of a certificate, in the order in which they were made."""
    return [file, *file.revisions.select_related("seal").order_by("pk")]


def _root(kept: list[CertificateFile | FileRevision]) -> CertificateFile | FileRevision:
    """The last one that was drawn; time stamps only add to it."""
    return [one for one in kept if not (isinstance(one, FileRevision) and one.kind == RevisionKind.STAMP)][-1]


def storage_answers() -> bool:
    """Whether one of the newest files is there; a single one may be lost, and then the storage still stands."""
    names = list(CertificateFile.objects.order_by("-pk").values_list("storage_name", flat=True)[:TRIED])
    return not names or any(_is_there(name) for name in names)


def _is_there(name: str) -> bool:
    try:
        return _size(name) > 0
    except FileUnreadable:
        return False


def stamps_due(by: datetime) -> QuerySet[CertificateFile]:
    """Files whose newest one has a time stamp that runs out before then, the most urgent first; an erased holder's
    bytes are gone."""
    revisions = FileRevision.objects.filter(file=OuterRef("pk")).order_by("-pk")
    until = Case(When(Exists(revisions), then=Subquery(revisions.values("stamped_until")[:1])), default="stamped_until")
    rows = CertificateFile.objects.exclude(certificate__holder_name="")
    return rows.annotate(holds_until=until).filter(holds_until__lt=by).order_by("holds_until", "pk")


def check_stored(file: CertificateFile, look: Callable[[bytes], bool]) -> bool:
    """Is the file what was issued, and does `look` find it in order? Its size every time, its bytes at least once an
    hour. Raises as `stored_bytes` does.

    A page that anyone may open must not read and hash a whole file each time.
    """
    if _size(file.storage_name) != file.size:
        log.error("certificate file %s has another size", file.storage_name)
        raise DomainError("file_changed", file=file.storage_name)
    cache, key = caches[getattr(settings, "THROTTLE_CACHE", "default")], f"certificate_file:{file.pk}:{file.sha256}"
    if _remembered(cache, key):
        return True
    if in_order := look(stored_bytes(file)):
        _remember(cache, key)
    return in_order


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
