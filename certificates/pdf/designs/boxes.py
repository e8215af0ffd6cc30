"""Where everything stands once a sheet is laid out: nothing over another or the edge, the code large enough."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Any

import segno
from weasyprint.document import Document
from weasyprint.formatting_structure.boxes import InlineBox, LineBox

from certificates.pdf.designs.language import Problem
from certificates.pdf.drawing import HIGH, WIDE

# Pixels of a style sheet in a millimetre.
PIXELS = 96 / 25.4
FRAME = 19.0
SMALLEST_QR = 25.0
SEAL_LEAST, SEAL_MOST = 38.0, 45.0
SMALLEST_TYPE = 6.0 * 96 / 72
# Of a line of type, what is inked above and below its base line; neighbours may share a tenth of a line.
ABOVE, BELOW, SHARED = 0.86, 0.14, 0.1
# However thin, a line may not lie on what is to be read; this is for rounding alone.
TOUCHING = 0.001
# A page that can be read has a tenth of it.
MOST_BOXES = 400
LINE = "line"


@dataclass(frozen=True)
class Box:
    """Something to be seen, in millimetres from the upper left corner; `picture` is its asset, for text empty.

    `block`: which paragraph the text is a line of.
    """

    left: float
    top: float
    right: float
    bottom: float
    words: str
    picture: str = ""
    size: float = 99.0
    block: int = 0

    def shares_with(self, other: "Box") -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        least = min(self.bottom - self.top, other.bottom - other.top)
        return across > 0.2 and down > SHARED * least

    def lies_on(self, other: "Box") -> bool:
        """As a line that is drawn, over anything."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > TOUCHING and down > TOUCHING


def check(document: Document, address: str, must_say: dict[str, str]) -> list[Problem]:
    """What is wrong with a laid-out sheet. `must_say`: the values that have to be read on it, by field."""
    if len(document.pages) != 1:
        return [Problem("more_than_one_page", "layout")]
    boxes = of(document)
    if len(boxes) > MOST_BOXES:
        return [Problem("too_much", "layout")]
    texts = [box for box in boxes if not box.picture]
    lines = [box for box in boxes if box.picture == LINE]
    found = [Problem("outside_the_frame", "layout", detail=one.words[:30]) for one in texts if _outside(one, FRAME)]
    found += [
        Problem("type_too_small", "layout", detail=one.words[:30]) for one in texts if one.size < SMALLEST_TYPE - 0.05
    ]
    obstacles = [box for box in boxes if box.picture not in ("asset:seal", LINE)]
    found += [
        Problem("overlap", "layout", detail=f"{one.words[:20]} / {other.words[:20]}")
        for one, other in combinations(obstacles, 2)
        if one.shares_with(other)
    ]
    found += [
        Problem("covered", "layout", detail=other.words[:30])
        for other in boxes
        if other.picture != LINE and any(line.lies_on(other) for line in lines)
    ]
    said = _bare("".join(one.words for one in texts))
    found += [
        Problem("not_to_be_seen", "layout", detail=name) for name, text in must_say.items() if _bare(text) not in said
    ]
    return [*found, *_pictures(boxes, address)]


def _pictures(boxes: list[Box], address: str) -> Iterator[Problem]:
    codes = [box for box in boxes if box.picture == "asset:qr"]
    seals = [box for box in boxes if box.picture == "asset:seal"]
    if len(codes) != 1:
        yield Problem("one_code", "layout")
    for code in codes:
        modules = segno.make(address, error="m", micro=False).symbol_size(border=0)[0]
        width, height = code.right - code.left, code.bottom - code.top
        if min(width, height) * modules / (modules + 4) < SMALLEST_QR:
            yield Problem("code_too_small", "layout", detail=f"{min(width, height):.1f} mm")
        if abs(width - height) > 0.1 or _outside(code, FRAME):
            yield Problem("code_misplaced", "layout")
    for seal in seals:
        if (
            not SEAL_LEAST <= seal.right - seal.left <= SEAL_MOST
            or _outside(seal, 5)
            or any(map(seal.shares_with, codes))
        ):
            yield Problem("seal_misplaced", "layout")


def _outside(box: Box, frame: float) -> bool:
    return box.left < frame or box.top < frame or box.right > WIDE - frame or box.bottom > HIGH - frame


def _bare(text: str) -> str:
    return "".join(text.split())


def of(document: Document) -> list[Box]:
    """All that is seen of the first page; a little more than is allowed is enough."""
    return [*islice(_boxes(document.pages[0]._page_box), MOST_BOXES + 1)]


def _boxes(parent: Any, block: int = 0) -> Iterator[Box]:
    """The leaves of WeasyPrint's tree, lines of text and pictures; and the borders of whatever has some."""
    for child in getattr(parent, "all_children", list)():
        yield from _edges(child)
        if hasattr(child, "text") and child.text.strip():
            yield _line(child, block)
        elif hasattr(child, "replacement"):
            source = child.element.get("src", "") if child.element is not None else ""
            left, top = child.content_box_x() / PIXELS, child.content_box_y() / PIXELS
            yield Box(left, top, left + child.width / PIXELS, top + child.height / PIXELS, source, source)
        else:
            yield from _boxes(child, block if isinstance(child, LineBox | InlineBox) else id(child))


def _edges(box: Any) -> Iterator[Box]:
    """Each side of a border and of an outline as what covers what is under it."""
    if not hasattr(box, "border_top_width"):
        return
    left, top = box.border_box_x(), box.border_box_y()
    right, bottom = left + box.border_width(), top + box.border_height()
    sides = (box.border_top_width, box.border_right_width, box.border_bottom_width, box.border_left_width)
    yield from _frame((left, top, right, bottom), sides)
    if box.style["outline_style"] != "none" and (width := box.style["outline_width"]):
        out = width + box.style["outline_offset"]
        yield from _frame((left - out, top - out, right + out, bottom + out), (width,) * 4)


def _frame(outer: tuple[float, ...], sides: tuple[float, ...]) -> Iterator[Box]:
    left, top, right, bottom = (one / PIXELS for one in outer)
    above, after, below, before = (one / PIXELS for one in sides)
    for width, drawn in (
        (above, (left, top, right, top + above)),
        (after, (right - after, top, right, bottom)),
        (below, (left, bottom - below, right, bottom)),
        (before, (left, top, left + before, bottom)),
    ):
        if width:
            # An outline that is drawn inwards far enough has its sides the other way round.
            across, down = sorted(drawn[::2]), sorted(drawn[1::2])
            yield Box(across[0], down[0], across[1], down[1], "", LINE)


def _line(box: Any, block: int) -> Box:
    size = box.style["font_size"]
    base = box.position_y + box.baseline
    return Box(
        box.position_x / PIXELS,
        (base - ABOVE * size) / PIXELS,
        (box.position_x + box.width) / PIXELS,
        (base + BELOW * size) / PIXELS,
        box.text,
        size=size,
        block=block,
    )
