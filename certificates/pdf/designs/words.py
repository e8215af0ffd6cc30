"""Words that a sheet may not say: the state's names, its emblem, qualifications it does not give, marks of others.

The words and the official designations that may hold them are data (template_words.yaml).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml
from django.conf import settings

from certificates.pdf.designs.language import Element, Node, Place, Problem, Words, walk

WORDS = "demo/reference/template_words.yaml"
# What may stand beside an official designation: anything but letters, which would make another name of it.
_LETTER = r"\w"
BLOCKS = frozenset("header main section footer div p h1 h2 dl dt dd".split())  # noqa: SIM905
# Stands for a field, for the edge of a block, and for a designation that was allowed.
FIELD, EDGE, ALLOWED = "￼", "\n", "\0"


def check(nodes: list[Node]) -> list[Problem]:
    """Every forbidden word of the texts and descriptions, with the line in which its block begins to say it."""
    found = [
        Problem(f"word_{kind}", "html", line, word) for line, text in _texts(nodes) for word, kind in forbidden_in(text)
    ]
    # A word whose characters stand in blocks of their own can still be read as one.
    whole = "\n".join(text for _line, text in _texts(nodes))
    seen = {one.detail for one in found}
    return found + [Problem(f"word_{kind}", "html", 0, word) for word, kind in forbidden_in(whole) if word not in seen]


def forbidden_in(text: str) -> Iterator[tuple[str, str]]:
    """(word, kind) of what a text says and may not."""
    text = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in ("Cf", "Mn"))
    for phrase in _data()["allowed"]:
        folded = unicodedata.normalize("NFKC", phrase["phrase"])
        text = re.sub(rf"(?<!{_LETTER}){re.escape(folded)}(?!{_LETTER})", ALLOWED, text)
    # Blanks and signs between the characters of a word do not make another word of it.
    han = re.sub(r"[\W_]+", lambda gap: ALLOWED if ALLOWED in gap[0] else "", text)
    spaced = " ".join(text.split())
    for entry in _data()["forbidden"]:
        spellings = [entry["word"], *entry.get("also", [])]
        said = han if ord(spellings[0][0]) > 0x2E80 else ""
        if any(word in said for word in spellings) or (not said and _says(spaced, entry["word"])):
            yield entry["word"], entry["kind"]


def _says(text: str, word: str) -> bool:
    return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text, re.I) is not None


def _texts(nodes: list[Node]) -> Iterator[tuple[int, str]]:
    """Block by block what is read, elements inside of a line joined; each description of a picture for itself."""
    for node, _certain in walk(nodes):
        if isinstance(node, Element):
            for name, parts in node.attributes:
                if name == "alt":
                    yield node.line, "".join(part.text if isinstance(part, Words) else FIELD for part in parts)
    for text in _flat(nodes).split(EDGE):
        line, _sign, said = text.partition("\1")
        if said.strip():
            yield int(line.strip() or 0), said.replace("\1", "")


def _flat(nodes: list[Node]) -> str:
    """All that is read in one string, blocks apart; each piece of text is led by its line."""
    parts: list[str] = []
    _gather(nodes, parts)
    out: list[str] = []
    begins = True
    for part in parts:
        if part == EDGE:
            begins = True
            out.append(EDGE)
            continue
        line, _sign, said = part.partition("\1")
        out.append((f"{line}\1" if begins else "") + said)
        begins = False
    return "".join(out)


def _gather(nodes: list[Node], parts: list[str]) -> None:
    for node in nodes:
        if isinstance(node, Words):
            parts.append(f"{node.line}\1{node.text.replace(EDGE, ' ')}")
        elif isinstance(node, Place):
            parts.append(f"{node.line}\1{FIELD}")
        elif isinstance(node, Element):
            edge = [EDGE] if node.tag in BLOCKS else []
            parts += edge
            _gather(node.children, parts)
            parts += edge
        else:
            for branch in (node.then, node.otherwise):
                _gather(branch, parts)


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((settings.ROOT / WORDS).read_text(encoding="utf-8"))
    return data
