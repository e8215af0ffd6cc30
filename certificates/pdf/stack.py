"""One file to print: the stored certificates of a class, one page after the other, each page as it was issued."""

from collections.abc import Iterable
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter

# What a page shows; signatures, attachments and tags belong to the single file and stay there.
SHOWN = ("/Type", "/MediaBox", "/CropBox", "/Resources", "/Contents", "/Rotate", "/Group")


def stack(bodies: Iterable[bytes], *, behind: bytes = b"") -> bytes:
    """The first page of each file, in this order, and every page of what lies behind them.

    For paper only: what proves anything is the single file.
    """
    writer = PdfFileWriter(stream_xrefs=True)
    for body in bodies:
        _add(writer, _pages(body)[0])
    for page in _pages(behind) if behind else []:
        _add(writer, page)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _pages(body: bytes) -> list[generic.DictionaryObject]:
    """WeasyPrint keeps the pages of a document in one list."""
    kids = PdfFileReader(BytesIO(body), strict=False).root["/Pages"]["/Kids"]
    # Going through the list would give references instead of pages.
    return [kids[place] for place in range(len(kids))]


def _add(writer: PdfFileWriter, page: generic.DictionaryObject) -> None:
    shown = {generic.pdf_name(key): writer.import_object(page.raw_get(key)) for key in SHOWN if key in page}
    writer.insert_page(generic.DictionaryObject(shown))
