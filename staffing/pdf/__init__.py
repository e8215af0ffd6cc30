"""Papers of the staffing room: the receipt of a filed return, in the fonts of the certificates."""

from importlib.resources import files

from django.conf import settings
from django.template.loader import render_to_string

from certificates.pdf.drawing import qr_png
from certificates.pdf.renderer import Asset, draw_paper
from staffing.models import ReturnReceipt
from staffing.selectors.receipts import verify_path
from staffing.selectors.returns import Period

CSS = "receipt.css"


def return_receipt(receipt: ReturnReceipt, period: Period) -> bytes:
    """One page in the reader's language: what was filed, for which day, by which rule, by whom, known when.

    Raises `glyphs_missing`, `pdf_incomplete`.
    """
    version, address = receipt.version, settings.SITE_URL + verify_path(receipt)
    context = {
        "receipt": receipt,
        "version": version,
        "period": period,
        "institution": version.ratio_return.institution,
        "address": address,
    }
    html = render_to_string("staffing/pdf/receipt.html", context)
    css = (files("staffing.pdf") / CSS).read_text(encoding="utf-8")
    pictures = {"asset:qr": Asset(qr_png(address), "image/png")}
    return draw_paper(html, css, texts=html.split(), pictures=pictures)
