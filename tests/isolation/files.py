"""Everything an answer holds, as text: pages, tables, archives and printed documents are opened and read."""

import io
import zipfile

from django.http import HttpResponseBase
from openpyxl import load_workbook
from pypdf import PdfReader

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def readable(response: HttpResponseBase) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return text_of(content, response.headers.get("Content-Type", ""))


def text_of(content: bytes, kind: str) -> str:
    if content.startswith(b"PK"):
        return table_text(content) if SPREADSHEET in kind else archive_text(content)
    if content.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode("utf-8", errors="replace")


def table_text(content: bytes) -> str:
    book = load_workbook(io.BytesIO(content))
    return "\n".join(str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None)


def archive_text(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = [name + "\n" + text_of(archive.read(name), "") for name in archive.namelist()]
    return "\n".join(inside)
