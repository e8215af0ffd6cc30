"""A design as a ZIP: four files of known names, whose hashes the manifest says. Looked at before anything is unpacked.

The archive is written without dates and without compression choices of the machine, so equal designs are equal bytes.
"""

import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any, NoReturn

from certificates.pdf.designs.design import PARTS, Design, sha256_of
from certificates.pdf.designs.linter import MOST
from core.errors import DomainError

MANIFEST = "manifest.json"
FORMAT = "certificate-design-1"
NAMES = (MANIFEST, *PARTS.values())
LIMITS = {MANIFEST: 4_000, **{PARTS[name]: most for name, most in MOST.items()}}
# The whole archive as it arrives.
MOST_BYTES = 140_000
# What reads other methods has errors of its own.
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# What zipfile raises for an archive that it cannot read: damaged, cut off, encrypted, or of a later version of ZIP.
UNREADABLE = (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError, OSError)
_FIXED = (1980, 1, 1, 0, 0, 0)
_REGULAR, _KIND = 0o100000, 0o170000


@dataclass(frozen=True)
class Base:
    """The version that an archive was made from, as it was then: whoever takes it in learns whether that is still the
    newest. `sha256` is that of the version's three texts, and stays when the files are changed outside."""

    key: str
    number: int
    sha256: str


@dataclass(frozen=True)
class Unpacked:
    """What an archive held: three texts, and from which version of which design they were taken."""

    base: Base
    html: str
    css: str
    fields: str


def pack(design: Design) -> bytes:
    texts = {file: getattr(design, name).encode() for name, file in PARTS.items()}
    manifest = {
        "format": FORMAT,
        "key": design.key,
        "number": design.number,
        "version_sha256": design.sha256,
        "sha256": {file: hashlib.sha256(body).hexdigest() for file, body in sorted(texts.items())},
    }
    bodies = {MANIFEST: (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode(), **texts}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in NAMES:
            entry = zipfile.ZipInfo(name, _FIXED)
            entry.create_system, entry.external_attr = 3, (_REGULAR | 0o644) << 16
            archive.writestr(entry, bodies[name])
    return out.getvalue()


def unpack(content: bytes) -> Unpacked:
    """The texts of an archive that is exactly one design. Raises `package_refused` with the reason."""
    if len(content) > MOST_BYTES:
        _refuse("too_large")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check(archive.infolist())
            bodies = {name: _read(archive, name) for name in NAMES}
    except UNREADABLE as error:
        raise DomainError("package_refused", reason="unreadable") from error
    return _believed(bodies)


def _check(entries: list[zipfile.ZipInfo]) -> None:
    """By the directory alone: the four names once each, plain files of a fair size, nothing encrypted."""
    if sorted(entry.filename for entry in entries) != sorted(NAMES):
        _refuse("other_files")
    for entry in entries:
        kind = entry.external_attr >> 16 & _KIND
        if kind not in (0, _REGULAR) or entry.flag_bits & 1 or entry.is_dir():
            _refuse("no_plain_file")
        if entry.compress_type not in METHODS:
            _refuse("other_compression")
        if entry.file_size > LIMITS[entry.filename]:
            _refuse("too_large")


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """No more than the limit, whatever the directory said."""
    with archive.open(name) as file:
        body = file.read(LIMITS[name] + 1)
    if len(body) > LIMITS[name]:
        _refuse("too_large")
    return body


def _believed(bodies: dict[str, bytes]) -> Unpacked:
    try:
        manifest = json.loads(bodies[MANIFEST])
        texts = {name: bodies[file].decode() for name, file in PARTS.items()}
    except (ValueError, RecursionError) as error:
        raise DomainError("package_refused", reason="unreadable") from error
    said = manifest.get("sha256") if isinstance(manifest, dict) else None
    if not isinstance(said, dict) or manifest.get("format") != FORMAT:
        _refuse("manifest_unknown")
    if said != {file: hashlib.sha256(bodies[file]).hexdigest() for file in PARTS.values()}:
        _refuse("wrong_hash")
    return Unpacked(_base(manifest, sha256_of(texts["html"], texts["css"], texts["fields"])), **texts)


def _base(manifest: dict[str, Any], sha256: str) -> Base:
    """Archives from before it was said were made from the very texts that they hold."""
    key, number, said = manifest.get("key"), manifest.get("number"), manifest.get("version_sha256", sha256)
    if not isinstance(key, str) or type(number) is not int or not isinstance(said, str):
        _refuse("manifest_unknown")
    return Base(key[:30], number, said)


def _refuse(reason: str) -> NoReturn:
    raise DomainError("package_refused", reason=reason)
