"""Words that a sheet may not say: the state's names, its emblem, qualifications it does not give, marks of others.

The words and the official designations that may hold them are data (template_words.yaml). They are looked for in the
source, on every way through its choices, and once more where the words have come to stand on the page.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

import yaml
from django.conf import settings

from certificates.pdf.designs.boxes import Box
from certificates.pdf.designs.language import Choice, Element, Node, Place, Problem, Words, walk

WORDS = "demo/reference/template_words.yaml"
# What may stand beside an official designation: anything but letters, which would make another name of it.
_LETTER = r"\w"
BLOCKS = frozenset("header main section footer div p h1 h2 dl dt dd".split())  # noqa: SIM905
# Stands for a field, for the edge of a block, and for a designation that was allowed.
FIELD, EDGE, ALLOWED = "￼", "\n", "\0"
# Each choice doubles the ways through a design.
MOST_CHOICES = 8
# Letters of designs: of English, full width as well, and those of Chinese and Japanese. Others look like these.
_LETTERS = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ々ぁ-ゖァ-ヺー\u3400-\u4dbf\u4e00-\u9fff]")
# So many letters are a word also where others follow them; a shorter one has to end.
LONG_WORD = 5
# What stands on one line shares half of its height; characters below one another come at most in pairs.
SAME_LINE, SHORT = 0.5, 2


def check(nodes: list[Node]) -> list[Problem]:
    """Every forbidden word of the texts and descriptions, with the line in which its block begins to say it."""
    found = [*_letters(nodes)]
    names = sorted({node.name for node, _certain in walk(nodes) if isinstance(node, Choice)})
    if len(names) > MOST_CHOICES:
        return [*found, Problem("too_much", "html", 0, " ".join(names)[:40])]
    ways = [dict(zip(names, way, strict=True)) for way in product((True, False), repeat=len(names))]
    blocks = dict.fromkeys(one for way in ways for one in _texts(nodes, way))
    for line, text in blocks:
        found += [Problem(f"word_{kind}", "html", line, word) for word, kind in forbidden_in(text)]
    # A word whose characters stand in blocks of their own can still be read as one.
    wholes = dict.fromkeys("\n".join(text for _line, text in _texts(nodes, way)) for way in ways)
    found += [Problem(f"word_{kind}", "html", 0, word) for whole in wholes for word, kind in forbidden_in(whole)]
    first = {one.detail: one for one in reversed(found)}
    return [one for one in dict.fromkeys(found) if one.line or first[one.detail] is one]


def check_placed(boxes: list[Box]) -> Iterator[Problem]:
    """Forbidden words as they are read on the page: line by line, and from above to below where characters stand so."""
    texts = _masked([box for box in boxes if not box.picture])
    rows, columns = (
        _runs(texts, across=True),
        _runs([one for one in texts if len(one[1].strip()) <= SHORT], across=False),
    )
    said = dict.fromkeys([*rows, "\n".join(rows), *columns])
    yield from dict.fromkeys(
        Problem(f"word_{kind}", "layout", 0, word) for text in said for word, kind in _forbidden(text)
    )


def forbidden_in(text: str) -> Iterator[tuple[str, str]]:
    """(word, kind) of what a text says and may not."""
    yield from _forbidden(_allowed().sub(ALLOWED, _folded(text)))


def name_problems(name: str) -> Iterator[tuple[str, str]]:
    """(code, its own words) of what a body's name may not hold: the same as a design's words, and nothing unseen."""
    folded = _folded(name)
    bodies = "|".join(_spread(_folded(one["phrase"]), r"\s*") for one in _data()["allowed"] if one.get("body"))
    words = [*_forbidden("" if re.fullmatch(bodies, folded) else folded), *_organs(folded)]
    yield from dict.fromkeys((f"word_{kind}", word) for word, kind in words)
    if strange := "".join(dict.fromkeys(_strange(name))):
        yield "word_letter", strange[:40]
    if any(unicodedata.category(sign)[0] == "C" for sign in name):
        yield "sign_not_allowed", ""


def _organs(folded: str) -> Iterator[tuple[str, str]]:
    """Organs of state, of the party and between states: no base says of itself that one of them issues with it."""
    for entry in _data()["organs"]:
        if found := re.search(entry["pattern"], folded.strip(), re.IGNORECASE):
            yield found[0], "state"


def _forbidden(text: str) -> Iterator[tuple[str, str]]:
    # Blanks and signs between the characters of a word do not make another word of it.
    han = re.sub(r"[\W_]+", lambda gap: ALLOWED if ALLOWED in gap[0] else "", text)
    for word, kind, pattern in _patterns():
        if pattern.search(text) if pattern else word[1] in han:
            yield word[0], kind


def _folded(text: str) -> str:
    """The letters themselves: without marks on them, signs that nobody sees, and other shapes of the same character."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(
        _shapes().get(c, c) for c in apart if unicodedata.category(c) not in ("Cf", "Mn") and c not in UNSEEN
    )


# Letters by their category, blanks to the eye.
UNSEEN = frozenset("\u115f\u1160\u3164\uffa0")


@cache
def _shapes() -> dict[str, str]:
    return {other: one[0] for one in _data()["shapes"] for other in one[1:]}


def _spread(text: str, gap: str) -> str:
    return gap.join(re.escape(c) for c in text if not c.isspace())


@cache
def _allowed() -> re.Pattern[str]:
    """An official designation for itself; where a line ends in it, it goes on."""
    phrases = "|".join(_spread(_folded(one["phrase"]), r"\s*") for one in _data()["allowed"])
    return re.compile(rf"(?<!{_LETTER})(?:{phrases})(?!{_LETTER})")


@cache
def _patterns() -> list[tuple[tuple[str, str], str, re.Pattern[str] | None]]:
    """Each word as it is listed and folded; of Latin ones what finds them however their letters are kept apart."""
    made: list[tuple[tuple[str, str], str, re.Pattern[str] | None]] = []
    for entry in _data()["forbidden"]:
        for spelling in (entry["word"], *entry.get("also", [])):
            folded, kind = _folded(spelling), entry["kind"]
            letters = "".join(c for c in folded if c.isalpha())
            ends = "" if len(letters) >= LONG_WORD else r"(?![a-z])"
            begins = r"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))"
            apart = r"[^A-Za-z\0]*"
            latin = letters.isascii()
            spread = "".join(f"{apart if at else ''}(?i:{c})" for at, c in enumerate(letters))
            pattern = re.compile(begins + spread + (f"(?i:{ends})" if ends else "")) if latin else None
            made.append(((entry["word"], letters), kind, pattern))
    return made


def _letters(nodes: list[Node]) -> Iterator[Problem]:
    """Letters of other writings, and marks on letters: some cannot be told from those of a forbidden word."""
    for node, _certain in walk(nodes):
        texts = [node] if isinstance(node, Words) else []
        if isinstance(node, Element):
            texts += [part for _name, parts in node.attributes for part in parts if isinstance(part, Words)]
        strange = [c for one in texts for c in _strange(one.text)]
        if strange:
            yield Problem("word_letter", "html", node.line, "".join(dict.fromkeys(strange))[:40])


def _strange(text: str) -> list[str]:
    return [c for c in text if unicodedata.category(c)[0] in "LM" and not _LETTERS.match(c)]


def _masked(texts: list[Box]) -> list[tuple[Box, str]]:
    """Each line of text folded, and the designations of its paragraph taken out even where they go over lines."""
    out: list[tuple[Box, str]] = []
    for block in dict.fromkeys(box.block for box in texts):
        mine = [box for box in texts if box.block == block]
        lines = [_folded(box.words).replace(EDGE, " ") for box in mine]
        whole = EDGE.join(lines)
        whole = _allowed().sub(lambda found: "".join(c if c == EDGE else ALLOWED for c in found[0]), whole)
        out += zip(mine, whole.split(EDGE), strict=True)
    return out


def _runs(texts: list[tuple[Box, str]], *, across: bool) -> list[str]:
    """What stands on one line (or in one column), in the order in which the eye takes it; the lines in theirs."""

    def span(box: Box) -> tuple[float, float]:
        return (box.top, box.bottom) if across else (box.left, box.right)

    def place(one: tuple[Box, str]) -> float:
        return one[0].left if across else one[0].top

    runs: list[list[tuple[Box, str]]] = []
    for one in sorted(texts, key=lambda one: span(one[0])):
        low, high = span(one[0])
        for run in runs:
            other_low, other_high = span(run[0][0])
            if min(high, other_high) - max(low, other_low) > SAME_LINE * min(high - low, other_high - other_low):
                run.append(one)
                break
        else:
            runs.append([one])
    return [" ".join(text for _box, text in sorted(run, key=place)) for run in runs]


def _texts(nodes: list[Node], way: dict[str, bool]) -> Iterator[tuple[int, str]]:
    """Block by block what is read, elements inside of a line joined; each description of a picture for itself."""
    for node, _certain in walk(nodes):
        if isinstance(node, Element):
            for name, parts in node.attributes:
                if name == "alt":
                    yield node.line, "".join(part.text if isinstance(part, Words) else FIELD for part in parts)
    for text in _flat(nodes, way).split(EDGE):
        line, _sign, said = text.partition("\1")
        if said.strip():
            yield int(line.strip() or 0), said.replace("\1", "")


def _flat(nodes: list[Node], way: dict[str, bool]) -> str:
    """All that is read in one string, blocks apart; each piece of text is led by its line."""
    parts: list[str] = []
    _gather(nodes, way, parts)
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


def _gather(nodes: list[Node], way: dict[str, bool], parts: list[str]) -> None:
    for node in nodes:
        if isinstance(node, Words):
            parts.append(f"{node.line}\1{node.text.replace(EDGE, ' ')}")
        elif isinstance(node, Place):
            parts.append(f"{node.line}\1{FIELD}")
        elif isinstance(node, Element):
            edge = [EDGE] if node.tag in BLOCKS else []
            parts += edge
            _gather(node.children, way, parts)
            parts += edge
        else:
            _gather(node.then if way[node.name] else node.otherwise, way, parts)


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((settings.ROOT / WORDS).read_text(encoding="utf-8"))
    return data
