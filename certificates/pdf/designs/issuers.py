"""Places for the bodies that issue together with the base: which fields there are, and how many a design shows."""

from collections.abc import Iterator

from certificates.pdf.designs.language import Choice, Element, Node, Place
from certificates.rules import MOST_CO_ISSUERS

PREFIX = "co_issuer"
NUMBERS = range(1, MOST_CO_ISSUERS + 1)


def name_of(number: int, language: str = "zh") -> str:
    return f"{PREFIX}_{number}_{language}"


FIELDS = frozenset(name_of(number, language) for number in NUMBERS for language in ("zh", "en", "ja"))


def places(nodes: list[Node]) -> int:
    """For so many co-issuers the Chinese name is read whatever else a certificate has or lacks."""
    count = 0
    while count < MOST_CO_ISSUERS and _shows(nodes, count + 1):
        count += 1
    return count


def _shows(nodes: list[Node], number: int) -> bool:
    # Where there is a third one there are a first and a second.
    there = frozenset(name_of(one) for one in range(1, number + 1))
    return name_of(number) in _read(nodes, there)


def _read(nodes: list[Node], there: frozenset[str]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Place):
            yield node.name
        elif isinstance(node, Element):
            yield from _read(node.children, there)
        elif isinstance(node, Choice) and node.name in there:
            yield from _read(node.then, there)
