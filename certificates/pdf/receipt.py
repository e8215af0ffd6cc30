"""The sheet on which a class signs for its certificates, as a file for the printer: A4, in the order of the stack."""

from collections.abc import Sequence
from datetime import date
from importlib.resources import files

from django.template.loader import render_to_string

from certificates.models import Certificate
from certificates.pdf.renderer import draw_paper
from courses.models import Cohort

CSS = "receipt.css"


def receipt(cohort: Cohort, rows: Sequence[Certificate], *, order: str, on: date) -> bytes:
    """Number, masked document and room for a signature; whole names, because they stand on the certificates too.

    In the reader's language. Raises `glyphs_missing`, `pdf_incomplete`.
    """
    seated = any(getattr(row, "seat", None) for row in rows)
    context = {"cohort": cohort, "rows": rows, "order": order, "seated": seated, "today": on}
    html = render_to_string("certificates/pdf/receipt.html", context)
    css = (files("certificates.pdf") / CSS).read_text(encoding="utf-8")
    return draw_paper(html, css, texts=html.split())
