"""What kind of file the bytes are, whatever its name says. For documents that editors publish."""

import io
import zipfile
from collections.abc import Callable

from core.tables import CONTENTS, MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED, RATIO_FROM

# What a text cannot begin with: pages, drawings, printed documents, programs.
_NO_TEXT = ("<", "%PDF-", "MZ", "\x7fELF")


def fits(extension: str, content: bytes) -> bool:
    """Is this content of the kind that the name's ending promises? An ending that is not listed fits nothing."""
    check = _KINDS.get(extension.lower())
    return check is not None and check(content)


def _is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF-")


def _is_text(content: bytes) -> bool:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "\0" not in text and not text.lstrip().startswith(_NO_TEXT)
    return False


def _is_archive(content: bytes) -> bool:
    """Unpacks to no more than it should, every member once, none that leads outside or is an archive again."""
    members = _members(content)
    names = [member.filename.casefold().replace("\\", "/") for member in members]
    bombs = [one for one in members if one.file_size > max(RATIO_FROM, one.compress_size * MAX_RATIO)]
    outside = [name for name in names if name.startswith("/") or ".." in name.split("/") or ":" in name]
    nested = [name for name in names if name.endswith((".zip", ".7z", ".rar", ".gz", ".exe", ".js", ".html", ".svg"))]
    fair = len(members) <= MAX_MEMBERS and sum(one.file_size for one in members) <= MAX_UNPACKED
    return bool(members) and fair and len(set(names)) == len(names) and not (bombs or outside or nested)


def _is_office(folder: str) -> Callable[[bytes], bool]:
    def check(content: bytes) -> bool:
        names = [member.filename for member in _members(content)]
        macros = [name for name in names if name.casefold().endswith("vbaproject.bin")]
        whole = CONTENTS in names and any(name.startswith(folder) for name in names)
        return whole and not macros and _is_archive(content) and not _has_macro_kind(content)

    return check


def _has_macro_kind(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        try:
            return b"macroenabled" in archive.read(CONTENTS).lower()
        except Exception:  # broken or encrypted: then it is no document that anybody opens
            return True


def _members(content: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return []


_KINDS: dict[str, Callable[[bytes], bool]] = {
    "pdf": _is_pdf,
    "csv": _is_text,
    "txt": _is_text,
    "zip": _is_archive,
    "docx": _is_office("word/"),
    "xlsx": _is_office("xl/"),
}
