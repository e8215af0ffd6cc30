"""The style sheet of a design, looked at token by token: known properties, plain values, nothing fetched or hidden.

What a sheet may not do at all has no property here: no address, no import, no font from elsewhere, no made-up text, no
clipping, turning or making invisible. Colours of text must be readable on paper.
"""

import re
from collections.abc import Iterator
from typing import Any

import tinycss2

from certificates.pdf.designs.language import Problem

MOST_RULES = 200
LENGTHS = frozenset({"mm", "pt", "em"})
# The longest side of the sheet, and the largest letter.
LONGEST = {"mm": 300.0, "pt": 850.0, "em": 20.0}
LARGEST_TYPE = {"mm": 21.0, "pt": 60.0, "em": 3.0}
# A thick frame could cover what it surrounds.
THICKEST = {"mm": 1.5, "pt": 4.3, "em": 0.2}
LEAST_CONTRAST = 4.5

BOXES = frozenset(
    f"{name}{side}" for name in ("margin", "padding") for side in ("", "-top", "-right", "-bottom", "-left")
)
LINES = frozenset(
    f"{name}" for name in ("border", "border-top", "border-right", "border-bottom", "border-left", "outline")
) | {"outline-offset"}
LENGTH_ONLY = BOXES | frozenset(
    [
        "left",
        "right",
        "top",
        "bottom",
        "width",
        "height",
        "max-width",
        "font-size",
        "line-height",
        "letter-spacing",
        "text-indent",
    ]
)
WORDS: dict[str, frozenset[str]] = {
    "display": frozenset(["block", "inline", "inline-block", "flex"]),
    "position": frozenset(["static", "relative", "absolute"]),
    "text-align": frozenset(["left", "right", "center"]),
    "font-weight": frozenset(["normal", "bold"]),
    "white-space": frozenset(["normal", "nowrap"]),
    "flex-direction": frozenset(["row", "column"]),
    "justify-content": frozenset(["center", "flex-start", "flex-end", "space-between", "space-around"]),
    "align-items": frozenset(["center", "flex-start", "flex-end", "baseline"]),
    "box-sizing": frozenset({"border-box", "content-box"}),
    "vertical-align": frozenset(["baseline", "top", "middle", "bottom"]),
}
LINE_WORDS = frozenset(["solid", "double", "dashed", "dotted", "none"])
_COLOUR = re.compile(r"[0-9a-fA-F]{3}|[0-9a-fA-F]{6}")
LONGEST_SELECTOR = 200
# Each part takes all it can and gives nothing back: there is one way to read a selector, so a wrong one ends soon.
_SELECTOR = re.compile(
    r'(?:[a-z][a-z0-9]*+|\.[a-z][a-z0-9-]*+|\*|\[lang="(?:zh-Hans|en|ja)"\]|[ >+,\n]|:(?:first|last)-child)++'
)


def check(source: str) -> list[Problem]:
    """Everything that a style sheet of a certificate may not hold, with its line."""
    try:
        rules = tinycss2.parse_stylesheet(source, skip_comments=True, skip_whitespace=True)
        if len(rules) > MOST_RULES:
            return [Problem("too_much", "css")]
        return [problem for rule in rules for problem in _rule(rule)]
    except RecursionError:
        return [Problem("too_deep", "css")]


def _rule(rule: Any) -> Iterator[Problem]:
    if rule.type != "qualified-rule":
        name = f"@{rule.at_keyword}" if rule.type == "at-rule" else ""
        yield Problem("style_rule_not_allowed", "css", rule.source_line, name[:40])
        return
    selector = tinycss2.serialize(rule.prelude).strip()
    if len(selector) > LONGEST_SELECTOR or not _SELECTOR.fullmatch(selector):
        yield Problem("selector_not_allowed", "css", rule.source_line, selector[:40])
    for one in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
        if one.type == "declaration":
            yield from _declaration(one)
        else:
            yield Problem("style_rule_not_allowed", "css", one.source_line)


def _declaration(one: Any) -> Iterator[Problem]:
    name = one.lower_name
    values = [token for token in one.value if token.type not in ("whitespace", "comment")]
    if one.important or not values or not _fits(name, values):
        known = name in LENGTH_ONLY | LINES | WORDS.keys() | {"color", "border-color"}
        said = f"{name}: {tinycss2.serialize(one.value).strip()}"
        yield Problem(_why(name, known), "css", one.source_line, said[:60])


def _why(name: str, known: bool) -> str:
    if name in ("font-family", "font"):
        return "font_outside_the_stack"
    if name == "color":
        return "colour_hard_to_read"
    return "value_not_allowed" if known else "property_not_allowed"


def _fits(name: str, values: list[Any]) -> bool:
    if name in WORDS:
        return len(values) == 1 and values[0].type == "ident" and values[0].lower_value in WORDS[name]
    if name in LENGTH_ONLY:
        return len(values) <= (4 if name in BOXES else 1) and all(_is_length(name, token) for token in values)
    if name in LINES:
        return len(values) <= 3 and all(_is_part_of_a_line(token) for token in values)
    if name == "color":
        return len(values) == 1 and _contrast(values[0]) >= LEAST_CONTRAST
    return name == "border-color" and len(values) == 1 and _is_colour(values[0])


def _is_length(name: str, token: Any) -> bool:
    if token.type == "number":
        return 0.9 <= token.value <= 3 if name == "line-height" else token.value == 0 and name != "font-size"
    if token.type == "percentage":
        return 0 <= token.value <= 100 and name not in ("font-size", "letter-spacing")
    if token.type == "ident":
        return token.lower_value == "auto" and name in BOXES | {"width", "height", "left", "right", "top", "bottom"}
    if token.type != "dimension" or token.lower_unit not in LENGTHS:
        return False
    return _least(name, token.lower_unit) <= token.value <= _most(name)[token.lower_unit]


def _least(name: str, unit: str) -> float:
    if name == "font-size":
        return {"pt": 6.0, "mm": 2.1, "em": 0.6}[unit]
    return -20.0 if name.startswith("margin") else 0.0


def _most(name: str) -> dict[str, float]:
    if name in ("font-size", "letter-spacing", "text-indent"):
        return LARGEST_TYPE
    return LONGEST


def _is_part_of_a_line(token: Any) -> bool:
    if token.type == "dimension":
        return token.lower_unit in LENGTHS and abs(token.value) <= THICKEST[token.lower_unit]
    if token.type == "ident":
        return token.lower_value in LINE_WORDS
    return _is_colour(token) or (token.type == "number" and token.value == 0)


def _is_colour(token: Any) -> bool:
    return token.type == "hash" and _COLOUR.fullmatch(token.value) is not None


def _contrast(token: Any) -> float:
    """Against white paper, as WCAG reckons it; 0 for what is no colour in hexadecimal."""
    if not _is_colour(token):
        return 0.0
    digits = token.value if len(token.value) == 6 else "".join(2 * one for one in token.value)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
