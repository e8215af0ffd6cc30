"""A design as it is drawn: the three texts of a version, read once and known by what is in them."""

import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from certificates.pdf.designs import fields as declarations
from certificates.pdf.designs import issuers, language
from certificates.pdf.drawing import ornament_svg
from certificates.pdf.layout import Fitted

PARTS = {"html": "template.html", "css": "template.css", "fields": "fields.json"}
FOLDER = Path(__file__).resolve().parent / "shipped"


@dataclass(frozen=True)
class Design:
    """HTML, CSS and declared fields of one version, as its author wrote them."""

    key: str
    number: int
    html: str
    css: str
    fields: str

    @property
    def sha256(self) -> str:
        return sha256_of(self.html, self.css, self.fields)

    @property
    def version(self) -> str:
        """The design's name, and a hash of everything that shapes it besides the fonts: what a file records."""
        return _version(self)

    @property
    def declared(self) -> declarations.Declared:
        return _declared(self.fields)

    @property
    def tree(self) -> language.Reading:
        return _tree(self.html)

    @property
    def places(self) -> int:
        """For how many bodies beside the base."""
        return issuers.places(self.tree.nodes)

    @property
    def sheet(self) -> str:
        """The author's rules, and a class for each size in which the declared texts may be set."""
        sizes = {Fitted((), size, 0) for slot in self.declared.slots.values() for size, _lines in slot.tries}
        classes = (
            f".{one.size} {{ font-size: {one.points:.3f}pt }}" for one in sorted(sizes, key=lambda one: one.points)
        )
        return "\n".join((self.css, *classes))


def sha256_of(html: str, css: str, declared: str) -> str:
    """One hash over the three texts, each with its length in front."""
    made = hashlib.sha256()
    for text in (html, css, declared):
        body = text.encode()
        made.update(len(body).to_bytes(8, "big") + body)
    return made.hexdigest()


@lru_cache(maxsize=16)
def _version(design: Design) -> str:
    parts = (design.html, design.sheet, design.fields, ornament_svg(design.declared.ornament))
    return f"{design.key}-{design.number}+{hashlib.sha256(''.join(parts).encode()).hexdigest()[:12]}"


@lru_cache(maxsize=16)
def _declared(source: str) -> declarations.Declared:
    return declarations.read(source)


@lru_cache(maxsize=16)
def _tree(source: str) -> language.Reading:
    return language.read(source)


@cache
def shipped(key: str, number: int = 1) -> Design:
    """A design that came with the code. Its files never change: another design is another number."""
    folder = FOLDER / f"{key}-{number}"
    return Design(key, number, *((folder / name).read_text(encoding="utf-8") for name in PARTS.values()))
