"""Everything that stands against a design: what it may not hold, what it lacks, and how it looks in the worst case.

The first part reads; only a design without such findings is laid out, so that nothing hostile is ever drawn.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from certificates.models import Certificate
from certificates.pdf import renderer, sheet
from certificates.pdf.designs import boxes, fields, issuers, styles, words
from certificates.pdf.designs.design import Design
from certificates.pdf.designs.language import SIZE, Choice, Element, Node, Place, Problem, Words, walk
from certificates.pdf.designs.samples import LONGEST, SAMPLES, longest, sample_for
from certificates.pdf.fonts import uncovered
from certificates.seals import Identity
from core import clock
from core.errors import DomainError

# Bytes of each text; today's designs have a twentieth of it.
MOST = {"html": 60_000, "css": 40_000, "fields": 20_000}
SAYS = ("培训证明", "不是职业资格证书")
MARK = ("演示签章", "非印章")
SEAL = "seal"


@dataclass(frozen=True)
class Finding:
    """A problem, and on which sample it was seen where it takes one to see it."""

    problem: Problem
    sample: str = ""


def lint(design: Design) -> list[Finding]:
    """What has to be mended before this design may be published; a clean one has none."""
    return [Finding(one) for one in read(design)] or [*_seen(design)]


def read(design: Design) -> list[Problem]:
    """What the three texts show by themselves; nothing is drawn."""
    if found := [*_sizes(design), *_signs(design)]:
        return found
    tree, declared = design.tree, design.declared
    found = [*tree.problems, *declared.problems, *styles.check(design.css)]
    found += [*_fields(tree.nodes, declared), *_lacks(tree.nodes), *_without_place(design), *_glyphs(tree.nodes)]
    return [*found, *words.check(tree.nodes)]


def laid_out(design: Design) -> Iterator[Finding]:
    """How it looks: on every sample, and on the longest with each choice of what a certificate may lack, and with each
    number of bodies that it has places for."""
    places = design.places
    for name in SAMPLES:
        if name != LONGEST:
            yield from _looked_at(design, name, sample_for(name, places), None)
    for latin, filing, ends, sealed in product((True, False), repeat=4):
        certificate = longest(latin=latin, filing=filing, ends=ends, co_issuing=places)
        yield from _looked_at(design, LONGEST, certificate, _seal() if sealed else None)
    for fewer, sealed in product(range(places), (True, False)):
        certificate = longest(latin=True, filing=True, ends=True, co_issuing=fewer)
        yield from _looked_at(design, LONGEST, certificate, _seal() if sealed else None)


@lru_cache(maxsize=16)
def _seen(design: Design) -> tuple[Finding, ...]:
    """Each thing once, on the first sample that shows it. A page that is loaded again lays nothing out anew."""
    first = {(one.problem.code, one.problem.detail): one for one in reversed([*laid_out(design)])}
    return tuple(reversed(first.values()))


def _looked_at(design: Design, name: str, certificate: Certificate, seal: Identity | None) -> Iterator[Finding]:
    try:
        document = renderer.lay_out(certificate, design=design, seal=seal)
        values = sheet.values(certificate, design=design)
    except DomainError as refusal:
        yield Finding(Problem(refusal.code, "layout", detail=str(refusal.facts.get("place", ""))), name)
        return
    together = [issuers.name_of(number) for number, _one in enumerate(certificate.facts.get("co_issuers", []), start=1)]
    must_say = {field: sheet.as_text(values[field]) for field in (*fields.REQUIRED, *together)}
    must_say |= {text: text for text in (*SAYS, *(() if seal else MARK))}
    found = boxes.check(document, sheet.check_address(certificate), must_say)
    for problem in (*found, *words.check_placed(boxes.of(document))):
        yield Finding(problem, name)


def _sizes(design: Design) -> Iterator[Problem]:
    for name, most in MOST.items():
        if len(getattr(design, name).encode()) > most:
            yield Problem("too_large", name, detail=f"{most}")


def _signs(design: Design) -> Iterator[Problem]:
    """Signs that steer and are not seen."""
    for name in MOST:
        for line, text in enumerate(getattr(design, name).split("\n"), start=1):
            if any(unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cn", "Cs") and sign != "\t" for sign in text):
                yield Problem("sign_not_allowed", name, line)
                break


def _glyphs(nodes: list[Node]) -> Iterator[Problem]:
    """The design's own words are set in the fonts that are there whatever the values are."""
    for node, _certain in walk(nodes):
        texts = [node] if isinstance(node, Words) else []
        if isinstance(node, Element):
            texts += [part for _name, parts in node.attributes for part in parts if isinstance(part, Words)]
        if missing := uncovered("".join(one.text for one in texts)):
            yield Problem("glyphs_missing", "html", node.line, missing[:40])


def _fields(nodes: list[Node], declared: fields.Declared) -> Iterator[Problem]:
    for node, _certain in walk(nodes):
        if isinstance(node, Place | Choice) and node.name.removesuffix(SIZE) not in declared.names:
            yield Problem("field_undeclared", "html", node.line, node.name)


def _without_place(design: Design) -> Iterator[Problem]:
    """A field for a further issuer that is not read on every certificate that has so many."""
    for number in issuers.NUMBERS[design.places :]:
        if issuers.name_of(number) in design.declared.names:
            yield Problem("no_place_for_issuer", "html", 0, issuers.name_of(number))


def _lacks(nodes: list[Node]) -> Iterator[Problem]:
    """What has to stand on every sheet, whatever the values are, and does not."""
    always = [node for node, certain in walk(nodes) if certain]
    seen = {node.name for node in _read(nodes)}
    yield from (Problem("required_field_missing", "html", 0, name) for name in fields.REQUIRED if name not in seen)
    codes = [
        node for node, _certain in walk(nodes) if isinstance(node, Element) and node.attribute("src") == "asset:qr"
    ]
    if len(codes) != 1 or codes[0] not in always:
        yield Problem("one_code", "html")
    said = "".join("".join(node.text.split()) for node in always if isinstance(node, Words))
    if not all(text in said for text in SAYS):
        yield Problem("says_not_what_it_is", "html", 0, "，".join(SAYS))
    if not _has_place_of_seal(nodes):
        yield Problem("place_of_seal_missing", "html", 0, "、".join(MARK))
    yield from _pictures(nodes)


def _read(nodes: list[Node]) -> Iterator[Place]:
    """Fields that are read whatever the values are: outside of every condition, and of descriptions nobody sees."""
    for node in nodes:
        if isinstance(node, Place):
            yield node
        elif isinstance(node, Element):
            yield from _read(node.children)


def _has_place_of_seal(nodes: list[Node]) -> bool:
    """A seal where there is one, else the square mark that says it is none; never the picture without a seal."""
    choices = [node for node, certain in walk(nodes) if certain and isinstance(node, Choice) and node.name == SEAL]
    pictures = [node for node, _certain in walk(nodes) if _is_seal(node)]
    if len(choices) != 1 or len(pictures) != 1:
        return False
    said = "".join(node.text for node, _certain in walk(choices[0].otherwise) if isinstance(node, Words))
    return any(_is_seal(node) for node, _certain in walk(choices[0].then)) and all(text in said for text in MARK)


def _is_seal(node: Node) -> bool:
    return isinstance(node, Element) and node.attribute("src") == "asset:seal"


def _pictures(nodes: list[Node]) -> Iterator[Problem]:
    for node, _certain in walk(nodes):
        if isinstance(node, Element) and node.tag == "img" and not (node.attribute("src") and node.attribute("alt")):
            yield Problem("picture_without_words", "html", node.line)


def _seal() -> Identity:
    now = clock.now()
    return Identity(
        name="证书专用章",
        kind="业务专用章",
        owner="岚江大学技术经理人培训基地",
        self_made=False,
        certificate="",
        fingerprint="",
        valid_from=now,
        valid_until=now,
    )
