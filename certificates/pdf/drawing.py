"""What is drawn and not set: the ornament of the sheet and the QR code. Numbers in, SVG or PNG out."""

import io
import math
from functools import cache

import segno

# Millimetres on an A4 sheet lying down; the frame's band runs between these distances from the edge.
WIDE, HIGH = 297, 210
OUTER, INNER = 9.0, 17.4
CORNER = 15.0
INK, GOLD, TINT = "#1c4468", "#ab8a45", "#f1ecdf"
# Frame, its second line, the faint rosette behind the text.
PALETTES = {"blue": (INK, GOLD, TINT), "red": ("#8a1c24", "#b08d3f", "#f6ecdf")}
_EMPTY = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}mm" height="{HIGH}mm"></svg>'
)
# A quarter of a sine wave as one cubic curve, to 0.05 %.
QUARTER = ((0.0, 0.0), (0.5119, 0.5119), (1.0023, 1.0), (math.pi / 2, 1.0))


def qr_png(url: str) -> bytes:
    """The code as a sharp one-bit picture; the mask is fixed because trying all eight costs five times as much."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False, mask=2).save(out, kind="png", scale=8, border=2)
    return out.getvalue()


def qr_address(url: str) -> str:
    """The code as an address that an <img> of a page can show."""
    return segno.make(url, error="m", micro=False).svg_data_uri(scale=4, border=2)


@cache
def ornament_svg(name: str = "blue") -> str:
    """Frame with a braided band, a rosette in each corner, a faint large one behind the text. Our own pattern."""
    drawn = _ornament_svg() if name in PALETTES else _EMPTY
    for ours, colour in zip(PALETTES["blue"], PALETTES.get(name, ()), strict=False):
        drawn = drawn.replace(ours, colour)
    return drawn


def _ornament_svg() -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}mm" height="{HIGH}mm">',
        '<g fill="none" stroke-linecap="round" stroke-linejoin="round">',
        f'<g stroke="{TINT}" stroke-width=".28">{_rosette(WIDE / 2, 108, 62, 24, 5)}</g>',
        _braid(),
        _lines(),
        *(_corner(x, y) for x in (CORNER, WIDE - CORNER) for y in (CORNER, HIGH - CORNER)),
        "</g></svg>",
    ]
    return "".join(parts)


def _lines() -> str:
    frames = ((7.2, 0.9, INK), (OUTER - 0.2, 0.2, GOLD), (INNER + 0.2, 0.2, GOLD), (INNER + 1.3, 0.35, INK))
    return "".join(
        f'<rect x="{inset}" y="{inset}" width="{WIDE - 2 * inset:.2f}" height="{HIGH - 2 * inset:.2f}"'
        f' stroke="{colour}" stroke-width="{weight}"/>'
        for inset, weight, colour in frames
    )


def _braid() -> str:
    """One period of all strands, repeated along the four sides: the same words again and again compress to nothing."""
    middle, half = (OUTER + INNER) / 2, (INNER - OUTER) / 2 - 0.35
    drawn = []
    for length, turn, across in (
        (WIDE, "", 0), (WIDE, "", HIGH - 2 * middle),
        (HIGH, f"translate({2 * middle} 0) rotate(90)", 0),
        (HIGH, f"translate({WIDE} 0) rotate(90)", 0),
    ):  # fmt: skip
        start = CORNER + 5
        count = round((length - 2 * start) / 7.5)
        period = (length - 2 * start) / count
        motif = _strands(period, half)
        tiles = "".join(
            f'<g transform="translate({start + index * period:.3f} {middle + across:.3f})">{motif}</g>'
            for index in range(count)
        )
        drawn.append(f'<g transform="{turn}">{tiles}</g>' if turn else tiles)
    return "".join(drawn)


def _strands(period: float, half: float) -> str:
    return "".join(
        f'<path d="{"".join(_wave(period, half * share, phase) for phase in phases for share in (1, 0.72, 0.44))}"'
        f' stroke="{colour}" stroke-width=".16"/>'
        for colour, phases in ((GOLD, (0, 2)), (INK, (1, 3)))
    )


def _wave(period: float, height: float, phase: int) -> str:
    """One period of a sine that starts `phase` quarters in."""
    unit = period / (2 * math.pi)
    path = ""
    for quarter in range(4):
        turn = (quarter + phase) % 4
        falling = turn in (1, 3)
        points = [(math.pi / 2 - x, y) for x, y in reversed(QUARTER)] if falling else list(QUARTER)
        sign = 1 if turn in (0, 1) else -1
        moved = [((quarter * math.pi / 2 + x) * unit, sign * y * height) for x, y in points]
        path += "" if path else "M" + _point(*moved[0])
        path += "C" + " ".join(_point(*point) for point in moved[1:])
    return path


def _corner(x: float, y: float) -> str:
    return (
        f'<circle cx="{x}" cy="{y}" r="7.6" fill="#fff" stroke="{INK}" stroke-width=".5"/>'
        f'<circle cx="{x}" cy="{y}" r="6.9" stroke="{GOLD}" stroke-width=".18"/>'
        f'<g stroke="{INK}" stroke-width=".14">{_rosette(x, y, 6.4, 12, 1)}</g>'
        f'<g stroke="{GOLD}" stroke-width=".14">{_rosette(x, y, 3.6, 9, 1)}</g>'
    )


def _rosette(x: float, y: float, radius: float, petals: int, layers: int) -> str:
    """Closed curves that wind round a centre and swing between two radii."""
    drawn = []
    for layer in range(layers):
        outer = radius * (1 - 0.14 * layer)
        for shift in (0.0, 0.5):
            points = []
            steps = petals * 14
            for step in range(steps):
                angle = 2 * math.pi * step / steps
                swing = 0.68 + 0.32 * math.cos(petals * angle + 2 * math.pi * shift)
                points.append(_point(x + outer * swing * math.cos(angle), y + outer * swing * math.sin(angle)))
            drawn.append(f'<path d="M{"L".join(points)}Z"/>')
    return "".join(drawn)


def _point(x: float, y: float) -> str:
    return f"{x:.2f} {y:.2f}"
