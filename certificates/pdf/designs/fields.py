"""What a sheet can say: the fields that every certificate has, and what a design declares about those it uses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from certificates.pdf.designs import issuers
from certificates.pdf.designs.language import Problem
from certificates.pdf.fonts import HAN, HAN_BOLD, KANA, LATIN, LATIN_BOLD, Face
from certificates.pdf.layout import Slot

FORMAT = 1
# Texts whose length nobody knows: they are fitted into a width and a number of lines.
FITTED = (
    frozenset(
        f"{name}_{language}"
        for name in ("title", "level", "sentence", "statement", "issuer")
        for language in ("zh", "en", "ja")
    )
    | {"name", "latin_name"}
    | issuers.FIELDS
)
PLAIN = frozenset(
    [
        "number",
        "code_in_fours",
        "site",
        "address",
        "document_zh",
        "document_en",
        "document_ja",
        "document_masked",
        "issued_on_zh",
        "issued_on_en",
        "issued_on_ja",
        "valid_until_zh",
        "valid_until_en",
        "valid_until_ja",
        "filing_number",
        "seal",
        "more",
    ]
)
# What may be missing from no sheet: whose it is, what, by whom, when, where it is verified.
REQUIRED = ("name", "title_zh", "number", "code_in_fours", "issuer_zh", "issued_on_zh", "site")
ORNAMENTS = ("blue", "red", "none")
# Points and millimetres beyond which no text is set.
SMALLEST, LARGEST, WIDEST, MOST_LINES = 6.0, 60.0, 240.0, 6


@dataclass(frozen=True)
class Stack:
    """Fitted fields one below the other in a box of that height (mm)."""

    fields: tuple[str, ...]
    height: float


@dataclass
class Declared:
    """The declarations of a design, read; what is wrong with them is in `problems`."""

    names: frozenset[str] = frozenset()
    slots: dict[str, Slot] = field(default_factory=dict)
    stacks: list[Stack] = field(default_factory=list)
    ornament: str = "none"
    problems: list[Problem] = field(default_factory=list)


def read(source: str) -> Declared:
    """From the JSON of a design; nothing in it is believed before it has been looked at."""
    try:
        written = json.loads(source)
    except (ValueError, RecursionError):
        return Declared(problems=[Problem("fields_unreadable", "fields")])
    if not isinstance(written, dict) or set(written) - {"format", "ornament", "fields", "stacks"}:
        return Declared(problems=[Problem("fields_unreadable", "fields")])
    fields = written.get("fields")
    if written.get("format") != FORMAT or not isinstance(fields, dict):
        return Declared(problems=[Problem("fields_unreadable", "fields")])
    made = Declared(names=frozenset(fields) & (FITTED | PLAIN), ornament=str(written.get("ornament", "none")))
    if made.ornament not in ORNAMENTS:
        made.problems.append(Problem("ornament_unknown", "fields", detail=made.ornament[:40]))
        made.ornament = "none"
    for name, given in fields.items():
        _one(made, str(name), given)
    _stacks(made, written.get("stacks", []))
    return made


def _one(made: Declared, name: str, given: Any) -> None:
    if name in PLAIN and given == {}:
        return
    if name in FITTED and isinstance(given, dict) and (slot := _slot(given)):
        made.slots[name] = slot
        return
    made.problems.append(
        Problem("field_unknown" if name not in FITTED | PLAIN else "field_wrong", "fields", detail=name[:40])
    )


def _slot(given: Mapping[str, Any]) -> Slot | None:
    """A width in millimetres, and sizes in points with their number of lines, the largest first."""
    if set(given) - {"width", "tries", "bold", "japanese", "spacing", "leading"}:
        return None
    tries, spacing, leading = given.get("tries"), given.get("spacing", 0.0), given.get("leading", 1.3)
    fair = _between(given.get("width"), 10, WIDEST) and _between(spacing, 0, 0.1) and _between(leading, 1, 2.5)
    if not fair or not isinstance(tries, list) or not 1 <= len(tries) <= 12 or not all(map(_try, tries)):
        return None
    faces = _faces(bold=given.get("bold") is True, japanese=given.get("japanese") is True)
    return Slot(given["width"], tuple((size, lines) for size, lines in tries), faces, spacing, leading)


def _try(one: Any) -> bool:
    pair = isinstance(one, list) and len(one) == 2
    return pair and _between(one[0], SMALLEST, LARGEST) and isinstance(one[1], int) and _between(one[1], 1, MOST_LINES)


def _between(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _faces(*, bold: bool, japanese: bool) -> tuple[Face, ...]:
    if bold:
        return (LATIN_BOLD, *HAN_BOLD)
    return (LATIN, KANA, *HAN) if japanese else (LATIN, *HAN)


def _stacks(made: Declared, given: Any) -> None:
    for one in given if isinstance(given, list) and len(given) <= 8 else [None]:
        if stack := _stack(one, made):
            made.stacks.append(stack)
        else:
            made.problems.append(Problem("stack_wrong", "fields"))


def _stack(one: Any, made: Declared) -> Stack | None:
    if not isinstance(one, dict) or set(one) != {"fields", "height"} or not isinstance(one["fields"], list):
        return None
    names = one["fields"]
    known = bool(names) and all(isinstance(name, str) and name in made.slots for name in names)
    return Stack(tuple(names), one["height"]) if known and _between(one["height"], 5, 150) else None
