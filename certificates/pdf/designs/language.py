"""The language in which a sheet is written: a few elements, `{{ field }}`, `{% if field %}`. Nothing else exists in it.

The source is read into a tree, and only the tree is drawn: what the tree cannot hold (a script, an address, a look-up,
a tag of some template engine) is refused with its line. Values are text and are escaped.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.html import escape

from certificates.pdf.layout import Fitted, joins

ELEMENTS = frozenset(
    ["header", "main", "section", "footer", "div", "p", "h1", "h2", "span", "b", "dl", "dt", "dd", "br", "img"]
)
VOID = frozenset({"br", "img"})
LANGUAGES = frozenset({"zh-Hans", "en", "ja"})
ASSETS = frozenset({"asset:qr", "asset:seal"})
ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "nbsp": "\xa0"}
DEEPEST, MOST_NODES, MOST_PROBLEMS = 20, 1_500, 40
SIZE = "_size"

_NAME = r"[a-z][a-z0-9_]{0,39}"
_FIELD = rf"\{{\{{ ?({_NAME}) ?\}}\}}"
_TOKEN = re.compile(
    rf"\{{\{{ ?(?P<field>{_NAME}) ?\}}\}}"
    rf"|\{{% ?if (?P<choice>{_NAME}) ?%\}}"
    r"|(?P<other>\{% ?else ?%\})|(?P<end>\{% ?endif ?%\})"
    r"|</(?P<close>[a-z][a-z0-9]{0,9})>"
    r'|<(?P<open>[a-z][a-z0-9]{0,9})(?P<attributes>(?: [a-z]{1,12}="[^"<>]{0,200}")*)>'
    r"|&(?P<entity>amp|lt|gt|quot|nbsp);"
    r"|(?P<text>(?:[^<&{]|\{(?![{%#]))+)"
)
_ATTRIBUTE = re.compile(r' ([a-z]{1,12})="([^"<>]*)"')
_PART = re.compile(rf"{_FIELD}|([^{{}}&]+)")
_CLASSES = re.compile(r"[a-z0-9 -]*")


@dataclass(frozen=True)
class Problem:
    """What is wrong, in which file and line; `detail` is the place's own words, cut short."""

    code: str
    file: str = "html"
    line: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Words:
    text: str
    line: int


@dataclass(frozen=True)
class Place:
    """Where the value of a field stands."""

    name: str
    line: int


@dataclass(frozen=True)
class Element:
    tag: str
    # Each value in its parts: words, and fields among them.
    attributes: tuple[tuple[str, tuple["Words | Place", ...]], ...]
    children: list["Node"]
    line: int

    def attribute(self, name: str) -> str:
        """Its words; a field stands there as {name}."""
        parts = next((parts for key, parts in self.attributes if key == name), ())
        return "".join(part.text if isinstance(part, Words) else f"{{{part.name}}}" for part in parts)


@dataclass(frozen=True)
class Choice:
    """What stands there when a field has a value, and what when it has none."""

    name: str
    then: list["Node"]
    otherwise: list["Node"]
    line: int


Node = Words | Place | Element | Choice


@dataclass
class Reading:
    """The tree, and what could not be read."""

    nodes: list[Node] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class _Open:
    """An element or a choice whose end has not come yet; `into` is where the next node goes."""

    node: Element | Choice
    into: list[Node]


class _Reader:
    def __init__(self, source: str) -> None:
        self.source, self.line, self.count = source, 1, 0
        self.reading = Reading()
        self.open: list[_Open] = []

    def read(self) -> Reading:
        place = 0
        while place < len(self.source) and len(self.reading.problems) < MOST_PROBLEMS:
            found = _TOKEN.match(self.source, place)
            if found is None:
                self._problem("not_in_the_language", self.source[place : place + 40])
                end = min((at for at in (self.source.find(c, place + 1) for c in "<{") if at > 0), default=None)
                end = len(self.source) if end is None else end
            else:
                self._take(found)
                end = found.end()
            self.line += self.source.count("\n", place, end)
            place = end
        for one in self.open:
            self._problem("never_closed", one.node.tag if isinstance(one.node, Element) else "if", one.node.line)
        return self.reading

    def _take(self, found: re.Match[str]) -> None:
        kind = next(name for name, value in found.groupdict().items() if value is not None and name != "attributes")
        value = found[kind]
        take = {
            "field": lambda: self._add(Place(value, self.line)),
            "choice": lambda: self._begin(Choice(value, [], [], self.line)),
            "other": self._otherwise,
            "end": self._end_choice,
            "close": lambda: self._close(value),
            "open": lambda: self._element(value, found["attributes"]),
            "entity": lambda: self._add(Words(ENTITIES[value], self.line)),
            "text": lambda: self._add(Words(value, self.line)),
        }
        take[kind]()

    def _problem(self, code: str, detail: str = "", line: int = 0) -> None:
        self.reading.problems.append(Problem(code, "html", line or self.line, " ".join(detail.split())[:40]))

    def _add(self, node: Node) -> None:
        self.count += 1
        if self.count == MOST_NODES:
            self._problem("too_much")
        if self.count < MOST_NODES:
            (self.open[-1].into if self.open else self.reading.nodes).append(node)

    def _begin(self, node: Element | Choice) -> None:
        self._add(node)
        self.open.append(_Open(node, node.children if isinstance(node, Element) else node.then))
        if len(self.open) == DEEPEST:
            self._problem("too_deep")

    def _element(self, tag: str, written: str) -> None:
        if tag not in ELEMENTS:
            self._problem("element_not_allowed", tag)
        element = Element(tag, tuple(self._attributes(tag, written)), [], self.line)
        if tag in VOID:
            self._add(element)
        else:
            self._begin(element)

    def _attributes(self, tag: str, written: str) -> Iterator[tuple[str, tuple[Words | Place, ...]]]:
        seen: set[str] = set()
        for name, value in _ATTRIBUTE.findall(written):
            parts = self._parts(value)
            if name in seen or parts is None or not _fits(tag, name, parts):
                self._problem("attribute_not_allowed", f'{name}="{value}"')
            else:
                yield name, parts
            seen.add(name)

    def _parts(self, value: str) -> tuple[Words | Place, ...] | None:
        parts, end = [], 0
        for found in _PART.finditer(value):
            if found.start() != end:
                return None
            parts.append(Place(found[1], self.line) if found[1] else Words(found[2], self.line))
            end = found.end()
        return tuple(parts) if end == len(value) else None

    def _otherwise(self) -> None:
        top = self.open[-1] if self.open else None
        if top is None or not isinstance(top.node, Choice) or top.into is top.node.otherwise:
            self._problem("else_without_if")
        else:
            top.into = top.node.otherwise

    def _end_choice(self) -> None:
        if self.open and isinstance(self.open[-1].node, Choice):
            self.open.pop()
        else:
            self._problem("endif_without_if")

    def _close(self, tag: str) -> None:
        if self.open and isinstance(self.open[-1].node, Element) and self.open[-1].node.tag == tag:
            self.open.pop()
        else:
            self._problem("closed_in_the_wrong_place", tag)


def _fits(tag: str, name: str, parts: tuple[Words | Place, ...]) -> bool:
    """May this element have this attribute with this value?"""
    words = "".join(part.text for part in parts if isinstance(part, Words))
    fields = [part.name for part in parts if isinstance(part, Place)]
    if name == "class":
        return _CLASSES.fullmatch(words) is not None and all(one.endswith(SIZE) or one == "more" for one in fields)
    if name == "lang":
        return words in LANGUAGES and not fields
    if tag == "img" and name == "src":
        return words in ASSETS and not fields
    return tag == "img" and name == "alt"


def read(source: str) -> Reading:
    """The tree of a sheet with everything in it that the language does not have."""
    return _Reader(source).read()


def walk(nodes: list[Node], *, certain: bool = True) -> Iterator[tuple[Node, bool]]:
    """Every node in reading order, and whether it stands there whatever the values are."""
    for node in nodes:
        yield node, certain
        if isinstance(node, Element):
            for _name, parts in node.attributes:
                yield from ((part, certain) for part in parts if isinstance(part, Place))
            yield from walk(node.children, certain=certain)
        elif isinstance(node, Choice):
            yield from walk(node.then, certain=False)
            yield from walk(node.otherwise, certain=False)


def draw(nodes: list[Node], values: Mapping[str, str | Fitted]) -> str:
    """HTML of the tree with these values: fitted text in its lines, everything escaped."""
    return "".join(_drawn(node, values) for node in nodes)


def _drawn(node: Node, values: Mapping[str, str | Fitted]) -> str:
    if isinstance(node, Words):
        return escape(node.text)
    if isinstance(node, Place):
        return _value(values.get(node.name, ""))
    if isinstance(node, Choice):
        return draw(node.then if values.get(node.name) else node.otherwise, values)
    written = "".join(f' {name}="{_text(parts, values)}"' for name, parts in node.attributes)
    opened = f"<{node.tag}{written}>"
    return opened if node.tag in VOID else f"{opened}{draw(node.children, values)}</{node.tag}>"


def _value(value: str | Fitted) -> str:
    if isinstance(value, Fitted):
        return "".join(
            f'<span class="joined">{escape(line)}</span>' if joins(line) else f"<span>{escape(line)}</span>"
            for line in value.lines
        )
    return escape(value)


def _text(parts: tuple[Words | Place, ...], values: Mapping[str, str | Fitted]) -> str:
    return "".join(
        escape(part.text) if isinstance(part, Words) else escape(_size_or_text(part.name, values)) for part in parts
    )


def _size_or_text(name: str, values: Mapping[str, str | Fitted]) -> str:
    value = values.get(name.removesuffix(SIZE), "") if name.endswith(SIZE) else values.get(name, "")
    if isinstance(value, Fitted):
        return value.size if name.endswith(SIZE) else " ".join(value.lines)
    return "" if name.endswith(SIZE) else value
