"""The sheet of a proof: the fraction and its verdict, the rule, the lines without names; JSON and CSV inside."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from certificates.pdf.drawing import qr_png
from certificates.pdf.renderer import Asset, Attached, draw_paper
from certificates.pdf.wording import day
from core import clock
from staffing.models import RatioProof
from staffing.pdf.words import WORDS, Said
from staffing.selectors.proofs import verify_path

CSS = "proof.css"
LANGUAGES = ("zh", "en", "ja")
JSON_NAME, CSV_NAME = "ratio-proof.json", "ratio-proof.csv"
# With more of them the sheet would be a book; they stand in the attached files.
MOST_PRINTED = 400


def proof_pdf(proof: RatioProof, lines: Sequence[dict[str, Any]], json_body: bytes, csv_body: bytes) -> bytes:
    """From the signed statement alone. Raises `glyphs_missing`, `pdf_incomplete`."""
    said = json.loads(proof.document)["credentialSubject"]
    address = settings.SITE_URL + verify_path(proof)
    context = {
        "said": said,
        "words": WORDS,
        "facts": list(_facts(said, proof.made_at)),
        "verdict": WORDS[said["outcome"]],
        "quotes": _once(said["rule"]["quote"]),
        "period_over": _is_over(said, proof.made_at),
        "lines": lines if len(lines) <= MOST_PRINTED else [],
        "many": len(lines) > MOST_PRINTED,
        "address": address,
        "made_at": proof.made_at.isoformat(timespec="seconds"),
    }
    html = render_to_string("staffing/pdf/proof.html", context)
    css = (files("staffing.pdf") / CSS).read_text(encoding="utf-8")
    return draw_paper(
        html,
        css,
        texts=html.split(),
        pictures={"asset:qr": Asset(qr_png(address), "image/png")},
        attached=(
            Attached(JSON_NAME, json_body, "Data", "The signed statement and its lines"),
            Attached(CSV_NAME, csv_body, "Alternative", "The same lines as a table"),
        ),
        created=proof.made_at,
    )


def _facts(said: dict[str, Any], made_at: datetime) -> Iterator[tuple[Said, Sequence[str]]]:
    """Label and value; a value is one text, or one for each language."""
    rule, place = said["rule"], said["institution"]
    yield WORDS["institution"], [" · ".join(filter(None, (place["name"], place["region"], place["uscc"])))]
    yield WORDS["as_of"], _day(date.fromisoformat(said["asOf"]))
    yield WORDS["known_at"], [_moment(datetime.fromisoformat(said["knownAt"]))]
    yield WORDS["rule"], [words % rule["value"] for words in WORDS[rule["comparator"]]]
    yield WORDS["source"], list(_once(rule["source"]).values())
    if rule["periodEnd"]:
        yield WORDS["period"], _day(date.fromisoformat(rule["periodEnd"]))
    yield WORDS["standing"], WORDS["binding" if said["binding"] else "reference_only"]
    yield WORDS["needed"], [str(said["needed"])]
    yield WORDS["shortfall"], [str(said["shortfall"])]
    if said["sealed"]["staff"]:
        yield WORDS["sealed"], [f"{said['sealed']['trained']} / {said['sealed']['staff']}"]
    yield WORDS["made"], [f"{_moment(made_at)} · {said['madeFor']}"]


def _once(texts: dict[str, str]) -> dict[str, str]:
    """By language; a quotation that is not translated stands there once."""
    found = {texts[language] or texts["zh"]: language for language in reversed(LANGUAGES)}
    return {language: text for text, language in reversed(found.items())}


def _day(value: date) -> list[str]:
    said = day(value)
    return [said["zh"], said["en"]]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M:%S} (UTC+8)"


def _is_over(said: dict[str, Any], made_at: datetime) -> bool:
    end = said["rule"]["periodEnd"]
    return bool(end) and clock.day_of(made_at) > date.fromisoformat(end)
