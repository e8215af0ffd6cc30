"""The machine: one font configuration and one style sheet per process, one document at a time, bytes out.

WeasyPrint shares native font objects between documents of one configuration, and they are not safe between threads:
a lock guards them. Whatever WeasyPrint only logs as an error (a picture it did not get) fails the issue here.
"""

import hashlib
import io
import logging
import re
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import pydyf
from weasyprint import CSS, HTML, Attachment
from weasyprint.css import ColorProfile
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from certificates.models import Certificate
from certificates.pdf import sheet
from certificates.pdf.designs.design import Design
from certificates.pdf.drawing import ornament_svg, qr_png
from certificates.pdf.fonts import FACES, HAN, KANA, LATIN, cut, rare_characters, rare_cuts
from certificates.pdf.round_seal import round_seal_svg
from certificates.seals import Identity
from core.errors import DomainError

BASE_URL = "asset:"
COLOURS = "--srgb"
KEPT_DESIGNS = 16
# What every sheet stands on; a design has rules beside these and cannot name pages, pictures' scaling or families.
GROUND = """@page { size: 297mm 210mm; margin: 0 }
* { margin: 0; padding: 0 }
html { color: #1d2329; font-size: 10pt; line-height: 1.3 }
img { image-rendering: crisp-edges }
.joined { letter-spacing: 0 !important }
"""
BARE_PAGE = "@page { size: 297mm 210mm; margin: 0 } body { margin: 0 } svg { display: block }"
_one_at_a_time = threading.Lock()
_log = logging.getLogger("weasyprint")
# Full opacity, written down before every line; it is the state in which a page begins.
_OPAQUE = re.compile(rb"^/[aA]1(?:\.0)? gs\n", re.M)
# Operators that would need resources of their own; the ornament is lines and colours alone.
_NEEDS_RESOURCES = re.compile(rb"(?<![\w/])(?:gs|Do|sh|scn|SCN|Tf)\s")


@dataclass(frozen=True)
class Asset:
    body: bytes
    kind: str


class AssetFetcher(URLFetcher):
    """Gives out what was put in under asset: names, and nothing else: no file, no network, no redirect."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("asset",), allow_redirects=False)
        self.assets: dict[str, Asset] = {}

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        asset = self.assets.get(url)
        if asset is None:
            raise ValueError(f"refused: {url}")
        return URLFetcherResponse(url, asset.body, {"Content-Type": asset.kind})


@dataclass
class Machine:
    """What is made once per process."""

    fetcher: AssetFetcher = field(default_factory=AssetFetcher)
    fonts: FontConfiguration = field(default_factory=FontConfiguration)
    styles: list[CSS] = field(default_factory=list)
    rare: dict[frozenset[int], CSS] = field(default_factory=dict)
    designs: dict[str, CSS] = field(default_factory=dict)
    ornaments: dict[str, bytes] = field(default_factory=dict)
    colours: dict[str, ColorProfile] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """The bytes of a certificate, and with what they were made."""

    body: bytes
    template_version: str


@dataclass(frozen=True)
class Attached:
    """A file inside the file. `relationship`, of PDF/A-3: Data, Source, Alternative, Supplement or Unspecified."""

    name: str
    body: bytes
    relationship: str
    description: str


def draw(
    certificate: Certificate,
    *,
    attached: Sequence[Attached] = (),
    seal: Identity | None = None,
    design: Design | None = None,
) -> Drawn:
    """The PDF/A-3u of a certificate, with the facts and whatever else the caller attaches; `seal` is to be seen on it.

    Its own design draws it; another one only for a look. Raises `glyphs_missing`, `text_too_long`, `pdf_incomplete`.
    """
    design = design or sheet.design_of(certificate)
    with _laid_out(certificate, design, seal) as (page, styles, machine):
        ornament = _ornament(machine, design.declared.ornament)
        files = [_attachment(certificate.created_at, one) for one in (_facts(certificate), *attached)]
        kept = _archived(machine, files, lambda pdf: _finish(pdf, ornament))
        body = page.write_pdf(stylesheets=styles, font_config=machine.fonts, pdf_tags=True, **kept)
    return Drawn(body, design.version)


def lay_out(certificate: Certificate, *, design: Design, seal: Identity | None = None) -> Document:
    """The boxes of a sheet before anything is drawn: for looking at where things stand. Raises as `draw` does."""
    with _laid_out(certificate, design, seal) as (page, styles, machine):
        return page.render(stylesheets=styles, font_config=machine.fonts)


def draw_paper(
    html: str,
    css: str,
    *,
    texts: Sequence[str],
    pictures: Mapping[str, Asset] | None = None,
    attached: Sequence[Attached] = (),
    created: datetime | None = None,
) -> bytes:
    """A paper beside certificates, in their fonts; `texts` is whatever people have written on it.

    `pictures` by their asset: names. With files `attached`, which are of the moment `created`, it is a PDF/A-3u as
    certificates are. Raises `glyphs_missing`, `pdf_incomplete`.
    """
    rare = rare_characters("".join(texts))
    with _one_at_a_time, _errors_fail():
        machine = _machine()
        machine.fetcher.assets.update(pictures or {})
        styles = [*machine.styles, _css(machine, css), *([_rare_style(machine, rare)] if rare else [])]
        page = HTML(string=html, base_url=BASE_URL, url_fetcher=machine.fetcher)
        kept = _archived(machine, [_attachment(created, one) for one in attached], _name_once) if attached else {}
        body: bytes = page.write_pdf(stylesheets=styles, font_config=machine.fonts, pdf_tags=True, **kept)
    return body


def _archived(machine: Machine, attachments: list[Attachment], finish: Callable[[pydyf.PDF], None]) -> dict[str, Any]:
    """What makes a PDF/A-3u of a document."""
    return {
        "pdf_variant": "pdf/a-3u",
        "color_profiles": machine.colours,
        "output_intent": COLOURS,
        "attachments": attachments,
        "finisher": lambda _document, pdf: finish(pdf),
    }


@contextmanager
def _laid_out(
    certificate: Certificate, design: Design, seal: Identity | None
) -> Iterator[tuple[HTML, list[CSS], Machine]]:
    rare = sheet.rare_on(certificate)
    html = sheet.sheet_html(certificate, design=design, seal=seal)
    with _one_at_a_time, _errors_fail():
        machine = _machine()
        styles = [*machine.styles, _design_style(machine, design), *([_rare_style(machine, rare)] if rare else [])]
        machine.fetcher.assets["asset:qr"] = Asset(qr_png(sheet.check_address(certificate)), "image/png")
        if seal:
            picture = round_seal_svg(seal.owner, seal.name).encode()
            machine.fetcher.assets["asset:seal"] = Asset(picture, "image/svg+xml")
        yield HTML(string=html, base_url=BASE_URL, url_fetcher=machine.fetcher), styles, machine


@contextmanager
def _errors_fail() -> Iterator[None]:
    errors: list[str] = []
    listener = _Listener(errors)
    _log.addHandler(listener)
    try:
        yield
    finally:
        _log.removeHandler(listener)
    if errors:
        raise DomainError("pdf_incomplete", errors=errors[:3])


class _Listener(logging.Handler):
    def __init__(self, errors: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.errors = errors

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        # A box in place of a character is only a warning there; on a certificate it is wrong.
        if record.levelno >= logging.ERROR or message.startswith(".notdef"):
            self.errors.append(message)


@cache
def _machine() -> Machine:
    machine = Machine()
    faces = []
    for face in FACES:
        name = f"asset:{face.family}-{face.weight}".replace(" ", "-")
        machine.fetcher.assets[name] = Asset(cut(face).path.read_bytes(), "font/otf")
        faces.append(_font_face(face.family, face.weight, name))
    machine.styles = [_css(machine, "".join(faces) + _families() + GROUND)]
    machine.colours = {COLOURS: _srgb()}
    # WeasyPrint has copied the fonts to files of its own.
    machine.fetcher.assets.clear()
    return machine


def _srgb() -> ColorProfile:
    """The profile that PDF/A names. WeasyPrint would open its file anew for every document, and never close it."""
    with (files("weasyprint.pdf") / "sRGB2014.icc").open("rb") as file:
        return ColorProfile(file, "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))


def _rare_style(machine: Machine, characters: frozenset[int]) -> CSS:
    """Fonts of just these characters, behind the others in the order of families."""
    if characters not in machine.rare:
        digest = hashlib.sha256(repr(sorted(characters)).encode()).hexdigest()[:8]
        faces, families = [], {}
        for face, body in rare_cuts(characters):
            family = f"{face.family} Rare {digest}"
            name = f"asset:{family}-{face.weight}".replace(" ", "-")
            machine.fetcher.assets[name] = Asset(body, "font/otf")
            faces.append(_font_face(family, face.weight, name))
            families[family] = True
        order = _families("".join(f', "{family}"' for family in families))
        machine.rare[characters] = _css(machine, "".join(faces) + order)
    return machine.rare[characters]


def _design_style(machine: Machine, design: Design) -> CSS:
    """The design's rules; of many drafts only the last few are kept."""
    if design.sha256 not in machine.designs:
        if len(machine.designs) >= KEPT_DESIGNS:
            machine.designs.clear()
        machine.designs[design.sha256] = _css(machine, design.sheet)
    return machine.designs[design.sha256]


def _families(last: str = "") -> str:
    """Which font a character is looked for in first; Japanese lines have Japanese forms."""
    han = ", ".join(f'"{face.family}"' for face in HAN)
    return (
        f'html {{ font-family: "{LATIN.family}", {han}{last} }}\n'
        f'[lang="ja"] {{ font-family: "{LATIN.family}", "{KANA.family}", {han}{last} }}\n'
    )


def _font_face(family: str, weight: str, name: str) -> str:
    return f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{name}") }}\n'


def _css(machine: Machine, text: str) -> CSS:
    return CSS(string=text, font_config=machine.fonts, base_url=BASE_URL, url_fetcher=machine.fetcher)


def _ornament(machine: Machine, name: str) -> bytes:
    """The ornament as page operators, drawn once: laying it out anew would cost more than all the text."""
    if name not in machine.ornaments:
        machine.ornaments[name] = _drawn_ornament(machine, name)
    return machine.ornaments[name]


def _drawn_ornament(machine: Machine, name: str) -> bytes:
    page = f"<title>-</title><style>{BARE_PAGE}</style>{ornament_svg(name)}"
    caught: list[bytes] = []

    def catch(document: Any, pdf: pydyf.PDF) -> None:
        streams = [part for part in pdf.objects if isinstance(part, pydyf.Stream) and _is_page_content(pdf, part)]
        caught.extend(_operators(stream) for stream in streams)

    HTML(string=page, base_url=BASE_URL, url_fetcher=machine.fetcher).write_pdf(
        font_config=machine.fonts, finisher=catch
    )
    drawn = _OPAQUE.sub(b"", caught[0])
    if _NEEDS_RESOURCES.search(drawn):
        raise DomainError("pdf_incomplete", errors=["the ornament needs resources of its own"])
    return zlib.compress(b"/Artifact BMC\nq\n" + drawn + b"\nQ\nEMC", 9)


def _operators(stream: pydyf.Stream) -> bytes:
    plain = pydyf.Stream(stream.stream).data
    return plain.split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0]


def _is_page_content(pdf: pydyf.PDF, stream: pydyf.Stream) -> bool:
    pages = (part for part in pdf.objects if isinstance(part, pydyf.Dictionary) and part.get("Type") == "/Page")
    return any(page["Contents"] == stream.reference for page in pages)


def _finish(pdf: pydyf.PDF, ornament: bytes) -> None:
    _put_behind(pdf, ornament)
    _name_once(pdf)


def _name_once(pdf: pydyf.PDF) -> None:
    # WeasyPrint 70 names every attachment twice.
    pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def _put_behind(pdf: pydyf.PDF, ornament: bytes) -> None:
    """The page's content begins with a flip of the axes, so the ornament is a stream of its own in front of it."""
    behind = pydyf.Stream([ornament], extra={"Filter": "/FlateDecode"})
    pdf.add_object(behind)
    for part in pdf.objects:
        if isinstance(part, pydyf.Dictionary) and part.get("Type") == "/Page":
            part["Contents"] = pydyf.Array([behind.reference, part["Contents"]])


def _facts(certificate: Certificate) -> Attached:
    return Attached("certificate.json", sheet.facts_json(certificate), "Data", "The facts of this certificate")


def _attachment(created: datetime | None, one: Attached) -> Attachment:
    return Attachment(
        file_obj=io.BytesIO(one.body),
        name=one.name,
        description=one.description,
        relationship=one.relationship,
        created=created,
        modified=created,
    )
