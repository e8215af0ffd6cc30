"""Making hostile workbooks: an honest one whose parts are put in place of its own, and two lists to enter them in."""

import io
import warnings
import zipfile
from collections.abc import Callable
from functools import cache

from openpyxl import Workbook

MEGABYTE = 1024 * 1024
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}">'
SHARED_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
Make = Callable[[], bytes]

# Refused as a whole.
REFUSED: dict[str, Make] = {}
# Read as what it is: text without effect, or a cell that carries a word of trouble.
HARMLESS: dict[str, Make] = {}


def refused(make: Make) -> Make:
    REFUSED[make.__name__] = make
    return make


def harmless(make: Make) -> Make:
    HARMLESS[make.__name__] = make
    return make


@cache
def parts() -> dict[str, bytes]:
    """A small honest workbook, part by part."""
    book = Workbook()
    book.active.append(["姓名", "证件号码"])
    book.active.append(["高轩", "000000198506300024"])
    stream = io.BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(changed: dict[str, bytes], *more: tuple[str, bytes]) -> bytes:
    """The honest workbook with some parts put in place of its own; `more` may repeat names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        # A name twice is what the file is for.
        warnings.simplefilter("ignore", UserWarning)
        for name, body in [*({**parts(), **changed}).items(), *more]:
            archive.writestr(name, body)
    return stream.getvalue()


def sheet(inside: str) -> bytes:
    return packed({SHEET: f"{HEAD}{inside}</worksheet>".encode()})


def rows(inside: str) -> bytes:
    return sheet(f"<sheetData>{inside}</sheetData>")


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def big_part(name: str, begin: bytes, piece: bytes, count: int, end: bytes, **changed: bytes) -> bytes:
    """A part of any size without holding it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for other, body in {**parts(), **changed}.items():
            if other != name:
                archive.writestr(other, body)
        with archive.open(name, "w", force_zip64=True) as part:
            part.write(begin)
            block = piece * 1000
            for _ in range(count // 1000):
                part.write(block)
            part.write(end)
    return stream.getvalue()
