"""The sheet of a credit report: drawn from the kept content alone, with the same content as JSON inside."""

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from certificates.pdf.drawing import qr_png
from certificates.pdf.renderer import Asset, Attached, draw_paper
from credit.models import CreditReport
from credit.pdf.words import WORDS
from credit.selectors.papers import verify_path
from staffing.pdf.words import Said

CSS = "report.css"
JSON_NAME = "credit-report.json"


def report_pdf(report: CreditReport, content: str) -> bytes:
    """`content` as it was kept. Raises `glyphs_missing`, `pdf_incomplete`."""
    said = json.loads(content)
    address = settings.SITE_URL + verify_path(report)
    context = {
        "said": said,
        "words": WORDS,
        "facts": list(_facts(said)),
        "entries": [_row(entry) for entry in said["entries"]],
        "address": address,
        "made_at": said["as_of"],
    }
    html = render_to_string("credit/pdf/report.html", context)
    css = (files("credit.pdf") / CSS).read_text(encoding="utf-8")
    return draw_paper(
        html,
        css,
        texts=html.split(),
        pictures={"asset:qr": Asset(qr_png(address), "image/png")},
        attached=(Attached(JSON_NAME, content.encode(), "Data", "The entries as data"),),
        created=report.made_at,
    )


def _facts(said: dict[str, Any]) -> Iterator[tuple[Said, Sequence[str]]]:
    subject = said["subject"]
    yield WORDS["name"], [" · ".join(filter(None, (subject["name"], subject.get("uscc") or subject.get("document"))))]
    yield WORDS["audience"], [said["audience_name"]]
    yield WORDS["as_of"], [said["as_of"].replace("T", " ").replace("+08:00", " (UTC+8)")]
    yield WORDS["matrix"], [said["matrix"]]
    for name in ("purpose", "made_for"):
        if said[name]:
            yield WORDS[name], [said[name]]


def _row(entry: dict[str, Any]) -> dict[str, Any]:
    standing = entry.get("standing", "")
    marks = [WORDS[standing]] if standing in ("ended", "corrected", "withdrawn") else []
    return {
        **entry,
        "marks": [*marks, WORDS["disputed"]] if entry.get("disputed") else marks,
        "struck": standing in ("corrected", "withdrawn"),
    }
