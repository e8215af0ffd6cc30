"""The round red seal of a configured provider: owner on the arc, star, name below. Outlines, so that it is a picture.

Drawn only for a seal that records name, kind, owner and a certificate somebody else vouches for (practice 1.15).
"""

import math
from functools import cache

import uharfbuzz

from certificates.pdf.fonts import FACES, HAN_BOLD, LATIN_BOLD, Face, cut

RED = "#c4161c"
# Millimetres: the seal of an institution is 42 wide.
WIDE = 42.0
RING, STAR = 20.2, 5.6
# The owner's characters stand on this radius, over at most this part of the circle; the name on one line below.
ARC, WIDEST = 15.4, math.radians(232)
LARGEST, SMALLEST = 5.0, 2.2
NAME_SIZE, NAME_WIDTH = 3.6, 25.0


def round_seal_svg(owner: str, name: str) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-21 -21 42 42" width="{WIDE}mm" height="{WIDE}mm">',
        f'<circle r="{RING}" fill="none" stroke="{RED}" stroke-width="1.1"/>',
        f'<path fill="{RED}" d="{_star()}"/>',
        f'<g fill="{RED}">{_on_the_arc(owner)}{_below(name)}</g>',
        "</svg>",
    ]
    return "".join(parts)


def words(owner: str, name: str, kind: str) -> str:
    """What stands in for the picture for those who do not see it."""
    return f"电子印章：{owner} {name}（{kind}）"


def _star() -> str:
    turns = [(-math.pi / 2 + index * math.pi / 5, STAR if index % 2 == 0 else STAR * 0.382) for index in range(10)]
    return (
        "M" + "L".join(f"{radius * math.cos(turn):.2f} {radius * math.sin(turn):.2f}" for turn, radius in turns) + "Z"
    )


def _on_the_arc(text: str) -> str:
    size = max(SMALLEST, min(LARGEST, WIDEST * ARC / max(len(text), 1) / 1.12))
    step = min(math.radians(34), WIDEST / max(len(text), 1))
    first = -step * (len(text) - 1) / 2
    return "".join(
        f'<g transform="rotate({math.degrees(first + index * step):.2f})'
        f' translate({-size / 2:.2f} {-ARC + size / 3:.2f})">'
        f"{_glyph(character, size)}</g>"
        for index, character in enumerate(text)
    )


def _below(text: str) -> str:
    size = min(NAME_SIZE, NAME_WIDTH / max(len(text), 1))
    start = -size * len(text) / 2
    return "".join(
        f'<g transform="translate({start + index * size:.2f} 12.4)">{_glyph(character, size)}</g>'
        for index, character in enumerate(text)
    )


def _glyph(character: str, size: float) -> str:
    for face in (*HAN_BOLD, LATIN_BOLD, *FACES):
        font, upem = _font(face)
        if glyph := font.get_nominal_glyph(ord(character)):
            scale = size / upem
            return f'<path transform="scale({scale:.6f} {-scale:.6f})" d="{_outline(font, glyph)}"/>'
    return ""


@cache
def _font(face: Face) -> tuple[uharfbuzz.Font, int]:
    opened = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(cut(face).path)))
    return uharfbuzz.Font(opened), opened.upem


class _Pen:
    """Collects an outline as the operators of an SVG path; the names are those of the pen protocol."""

    def __init__(self) -> None:
        self.path: list[str] = []

    def moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        self._add("M", point)

    def lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        self._add("L", point)

    def curveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self._add("C", *points)

    def qCurveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self._add("Q", *points)

    def closePath(self) -> None:  # noqa: N802
        self.path.append("Z")

    def _add(self, operator: str, *points: tuple[float, float]) -> None:
        self.path.append(operator + " ".join(f"{x:.0f} {y:.0f}" for x, y in points))


def _outline(font: uharfbuzz.Font, glyph: int) -> str:
    pen = _Pen()
    font.draw_glyph_with_pen(glyph, pen)
    return "".join(pen.path)
