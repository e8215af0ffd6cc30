"""One file to print: the stored certificates of a class, one page after the other, each page as it was issued."""

from collections.abc import Iterable
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter

# What a page shows; signatures, attachments and tags belong to the single file and stay there.
SHOWN = ("/Type", "/MediaBox", "/CropBox", "/Resources", "/Contents", "/Rotate", "/Group")


def stack(bodies: Iterable[bytes]) -> bytes:
    """The first page of each file, in this order. For paper only: what proves anything is the single file."""
    writer = PdfFileWriter(stream_xrefs=True)
    for body in bodies:
        page = PdfFileReader(BytesIO(body), strict=False).root["/Pages"]["/Kids"][0]
        shown = {generic.pdf_name(key): writer.import_object(page.raw_get(key)) for key in SHOWN if key in page}
        writer.insert_page(generic.DictionaryObject(shown))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
