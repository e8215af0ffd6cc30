"""The sheet of a letter: the look of an official document (GB/T 9704), drawn from its text alone. No seal is drawn."""

import re
from datetime import datetime
from importlib.resources import files

from django.template.loader import render_to_string

from certificates.pdf.renderer import draw_paper
from credit.pdf.letter_text import LetterText

CSS = "letter.css"
# Signs that the Latin font would draw half as wide as Chinese text has them.
_WIDE = re.compile("[“”‘’…—]+")
_WIDER = r'<span class="han">\g<0></span>'


def letter_pdf(letter: LetterText, *, made_at: datetime) -> bytes:
    """Raises `glyphs_missing`, `pdf_incomplete`."""
    context = {"letter": letter, "made_at": made_at.isoformat(timespec="seconds")}
    html = render_to_string("credit/pdf/letter.html", context)
    css = (files("credit.pdf") / CSS).read_text(encoding="utf-8")
    head, body = html.split("<body", 1)
    return draw_paper(f"{head}<body{_WIDE.sub(_WIDER, body)}", css, texts=html.split(), created=made_at)
