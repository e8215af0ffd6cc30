"""Scans of paper that people hand in: printed documents and photographs, looked at before they are kept. Nothing here
keeps them."""

import hashlib
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field

from PIL import Image

from core.errors import DomainError
from core.kinds import fits

MEGABYTE = 1024 * 1024
MAX_BYTES = 4 * MEGABYTE
# Many at once; pictures hardly pack.
MAX_ZIP, MAX_UNPACKED = 20 * MEGABYTE, 60 * MEGABYTE
# A page of A4 at 600 dots an inch has 35 million.
MAX_PIXELS = 60_000_000
PDF = "application/pdf"
# What may be handed in: the ending a name may have, and what browsers call it.
MEDIA_TYPES = {"pdf": PDF, "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}
_PICTURES = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
NAME_LENGTH = 120


@dataclass(frozen=True)
class Scan:
    """One file that was looked at: its name without any folder, what it is, its bytes."""

    name: str
    media_type: str
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def checked_scan(name: str, content: bytes) -> Scan:
    """Raises `scan_empty`, `scan_too_large`, `scan_wrong_kind`, each with the name."""
    name = plain_name(name)
    ending = name.rpartition(".")[2].lower()
    if not content:
        raise DomainError("scan_empty", name=name)
    if len(content) > MAX_BYTES:
        raise DomainError("scan_too_large", name=name)
    if ending not in MEDIA_TYPES or not _is(ending, content):
        raise DomainError("scan_wrong_kind", name=name)
    return Scan(name, MEDIA_TYPES[ending], content)


def scans_in(content: bytes) -> list[tuple[str, bytes]]:
    """Name and bytes of every file of a ZIP, folders left out; what each of them is, is not asked here.

    Raises `zip_too_large`, `zip_unreadable`: also of one that unpacks to far more than it holds, that holds a way to
    another folder, another archive or a password.
    """
    if len(content) > MAX_ZIP:
        raise DomainError("zip_too_large")
    if not fits("zip", content):
        raise DomainError("zip_unreadable")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [one for one in archive.infolist() if _is_file(one)]
            if sum(one.file_size for one in members) > MAX_UNPACKED:
                raise DomainError("zip_too_large")
            return [(_member_name(one), _unpacked(archive, one)) for one in members]
    # What Python answers to a broken, cut, locked or unknown archive, one by one: anything else is our own fault.
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise DomainError("zip_unreadable") from error


def _is_file(member: zipfile.ZipInfo) -> bool:
    """What a Mac or Windows adds by itself is no scan."""
    last = member.filename.rpartition("/")[2]
    return not (member.is_dir() or member.filename.startswith("__MACOSX/") or last in ("", ".DS_Store", "Thumbs.db"))


def _member_name(member: zipfile.ZipInfo) -> str:
    """A Chinese Windows writes names in its own encoding and does not say so."""
    if member.flag_bits & 0x800:
        return plain_name(member.filename)
    try:
        return plain_name(member.filename.encode("cp437").decode("gb18030"))
    except UnicodeError:
        return plain_name(member.filename)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """No more than a scan may have, whatever the archive says of it."""
    with archive.open(member) as file:
        return file.read(MAX_BYTES + 1)


def plain_name(name: str) -> str:
    """Without folders and without what does not show; the ending stays."""
    bare = _CONTROL.sub("", name.replace("\\", "/").rpartition("/")[2]).strip() or "scan"
    stem, dot, ending = bare.rpartition(".")
    return f"{stem[: NAME_LENGTH - len(ending) - 1]}{dot}{ending}"[-NAME_LENGTH:] if dot else bare[:NAME_LENGTH]


def _is(ending: str, content: bytes) -> bool:
    """By the bytes, whatever the name says; a picture has to be whole, and no larger than paper is."""
    if ending == "pdf":
        return fits("pdf", content)
    try:
        with Image.open(io.BytesIO(content), formats=[_PICTURES[ending]]) as picture:
            width, height = picture.size
            picture.verify()
    except Exception:  # a picture that this library cannot read is none that anybody opens
        return False
    return 0 < width * height <= MAX_PIXELS
