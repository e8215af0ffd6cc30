"""Papers of the staffing room: the receipt of a filed return, in the fonts of the certificates."""

from importlib.resources import files

from django.template.loader import render_to_string

from certificates.pdf.renderer import draw_paper
from staffing.models import ReturnVersion
from staffing.selectors.returns import Period

CSS = "receipt.css"


def return_receipt(version: ReturnVersion, period: Period) -> bytes:
    """One page in the reader's language: what was filed, for which day, by which rule, by whom, known when.

    Raises `glyphs_missing`, `pdf_incomplete`.
    """
    context = {"version": version, "period": period, "institution": version.ratio_return.institution}
    html = render_to_string("staffing/pdf/receipt.html", context)
    css = (files("staffing.pdf") / CSS).read_text(encoding="utf-8")
    return draw_paper(html, css, texts=html.split())
