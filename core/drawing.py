"""Where lines and words of the charts stand. Numbers in, coordinates out; no markup, no colours."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import segno

# The gauge: a half circle round (170, 150); template components/gauge.html draws the same arc.
CENTRE_X, CENTRE_Y, REACH = 170, 150, 140
# The step line: a plane of 960 x 240 with room for words at the left and below.
LEFT, RIGHT, TOP, BOTTOM = 52, 936, 20, 200
LABEL_ROOM = 104
# Marks that would stand closer than a finger is wide are drawn as one.
MARK_ROOM = 38
# Lying bars: words at the left, figures behind the longest one.
BAR_LEFT, BAR_ROOM = 48, 232


@dataclass(frozen=True)
class Gauge:
    """`filled` of 100 along the arc; the mark of the requirement is turned by `turn` degrees."""

    filled: str
    turn: str
    word_x: str
    word_y: str
    anchor: str


@dataclass
class StepLine:
    path: str = ""
    dots: list[dict[str, object]] = field(default_factory=list)
    ticks: list[dict[str, str]] = field(default_factory=list)
    labels: list[dict[str, str]] = field(default_factory=list)
    threshold_y: str = ""
    threshold_word_y: str = ""


@dataclass(frozen=True)
class Outlook:
    """Days to come: the line as it stands, a second one tried out, what is required, marks, and a day asked for.

    `marks`: {x, y, members}; who stands close to another shares a mark.
    """

    path: str = ""
    tried: str = ""
    rule: str = ""
    ticks: list[dict[str, str]] = field(default_factory=list)
    labels: list[dict[str, str]] = field(default_factory=list)
    marks: list[dict[str, object]] = field(default_factory=list)
    day_x: str = ""
    day_anchor: str = "middle"
    rule_y: str = ""


@dataclass(frozen=True)
class Bars:
    """Lying bars below one another, the longest across the plane; each {label, value, y, width, word_x, word_y}."""

    height: str
    bars: list[dict[str, object]]


def bars(points: Sequence[Mapping[str, Any]]) -> Bars:
    """Values from 0; without any the bars have no length."""
    values = [max(number(point["value"]) or 0.0, 0.0) for point in points]
    longest = max(values, default=0.0) or 1.0
    drawn: list[dict[str, object]] = []
    for place, (point, value) in enumerate(zip(points, values, strict=True)):
        width, top = BAR_ROOM * value / longest, 8 + 32 * place
        places = {"y": top, "width": width, "word_x": BAR_LEFT + width + 10, "word_y": top + 15}
        words = {name: _coordinate(where) for name, where in places.items()}
        drawn.append({"label": point["label"], "value": point["value"], **words})
    return Bars(height=str(16 + 32 * len(drawn)), bars=drawn)


def gauge(*, percent: object, required: object) -> Gauge:
    share = min(max(number(required) or 0.0, 0.0), 100.0) / 100
    across, up = -math.cos(math.pi * share), math.sin(math.pi * share)
    return Gauge(
        filled=_coordinate(min(max(number(percent) or 0.0, 0.0), 100.0)),
        turn=_coordinate(180 * share),
        word_x=_coordinate(CENTRE_X + REACH * across),
        word_y=_coordinate(CENTRE_Y - REACH * up + 4),
        anchor="middle" if abs(across) < 0.2 else "start" if across > 0 else "end",
    )


def step_line(points: Sequence[Mapping[str, Any]], *, threshold: object = None) -> StepLine:
    """A value holds until the next point; a point without a value interrupts the line.

    With a date under `on` in every point the distances are true to time, else even.
    """
    values = [number(point["value"]) for point in points]
    required = number(threshold)
    known = [value for value in (*values, required) if value is not None]
    if not points or not known:
        return StepLine()
    low, high = _bounds(known)
    across = _positions(points)
    heights = [None if value is None else _height(value, low, high) for value in values]
    drawn = StepLine(
        path=_path(across, heights),
        ticks=_ticks(low, high),
        labels=_labels(points, across),
    )
    drawn.dots = [
        {
            "x": _coordinate(x),
            "y": _coordinate(y),
            "label": point["label"],
            "value": point["value"],
        }
        for point, x, y in zip(points, across, heights, strict=True)
        if y is not None
    ]
    if required is not None:
        drawn.threshold_y = _coordinate(_height(required, low, high))
        drawn.threshold_word_y = _coordinate(_height(required, low, high) - 7)
    return drawn


def outlook(
    points: Sequence[Mapping[str, Any]],
    tried: Sequence[Mapping[str, Any]],
    axis: Sequence[Mapping[str, Any]],
    day: date | None,
) -> Outlook:
    """`points` and `tried`: {on, value, required} from the first day of `axis` to its last; a point with `mark` is
    marked. `axis`: {on, label}, words below as far as they fit."""
    known = [one for point in (*points, *tried) for one in (number(point["value"]), number(point["required"]))]
    figures = [one for one in known if one is not None]
    if not points or not figures:
        return Outlook()
    low, high = _close_bounds(figures)
    across, day_x = _positions(points), _positions([axis[0], {"on": day or axis[-1]["on"]}, axis[-1]])[1]
    heights = _heights(points, "value", low, high)
    required = _heights(points, "required", low, high)
    return Outlook(
        path=_path(across, heights),
        tried=_path(_positions(tried), _heights(tried, "value", low, high)) if tried else "",
        rule=_path(across, required),
        ticks=_ticks(low, high, step=next((one for one in (1, 2, 5, 10) if high - low <= 6 * one), 20)),
        labels=_labels(axis, _positions(axis)),
        marks=_marks(points, across, heights),
        day_x=_coordinate(day_x),
        day_anchor="start" if day_x < LEFT + LABEL_ROOM else "end" if day_x > RIGHT - LABEL_ROOM else "middle",
        rule_y=_coordinate((required[-1] or TOP) - 7),
    )


def _heights(points: Sequence[Mapping[str, Any]], name: str, low: int, high: int) -> list[float | None]:
    values = [number(point[name]) for point in points]
    return [None if value is None else _height(value, low, high) for value in values]


def _marks(
    points: Sequence[Mapping[str, Any]], across: list[float], heights: list[float | None]
) -> list[dict[str, object]]:
    groups: list[list[int]] = []
    for place, point in enumerate(points):
        if not point.get("mark"):
            continue
        if groups and across[place] - across[groups[-1][0]] < MARK_ROOM:
            groups[-1].append(place)
        else:
            groups.append([place])
    return [
        {
            "x": _coordinate(across[group[0]]),
            "y": _coordinate(heights[group[0]] or BOTTOM),
            "members": [points[place]["mark"] for place in group],
        }
        for group in groups
    ]


def number(value: object) -> float | None:
    """A figure to draw: numbers, and strings such as "69.6" or "69.6%"; anything else is no figure."""
    try:
        return float(str(value).strip().rstrip("%"))
    except ValueError:
        return None


def _bounds(known: list[float]) -> tuple[int, int]:
    low, high = math.floor(min(known) / 10) * 10, math.ceil(max(known) / 10) * 10
    return (low, high) if high - low >= 20 else (low - 10 if low >= 10 else low, high + 10 if high <= 90 else high)


def _close_bounds(known: list[float]) -> tuple[int, int]:
    """Near enough for the difference that one person makes."""
    return max(math.floor(min(known)) - 2, 0), min(math.ceil(max(known)) + 2, 100)


def _positions(points: Sequence[Mapping[str, Any]]) -> list[float]:
    days = [point["on"].toordinal() for point in points if point.get("on")]
    places = days if len(days) == len(points) else list(range(len(points)))
    span = max(places) - min(places)
    return [LEFT + (RIGHT - LEFT) * (place - min(places)) / span if span else float(LEFT) for place in places]


def _height(value: float, low: int, high: int) -> float:
    return BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low)


def _path(across: list[float], heights: list[float | None]) -> str:
    parts, pen_down = [], False
    for x, y in zip(across, heights, strict=True):
        if pen_down:
            parts.append(f"H{_coordinate(x)}")
        if y is not None:
            parts.append(f"V{_coordinate(y)}" if pen_down else f"M{_coordinate(x)} {_coordinate(y)}")
        pen_down = y is not None
    return "".join(parts)


def _ticks(low: int, high: int, step: int = 0) -> list[dict[str, str]]:
    step = step or (10 if high - low <= 50 else 20)
    return [
        {
            "y": _coordinate(_height(value, low, high)),
            "word_y": _coordinate(_height(value, low, high) + 4),
            "word": str(value),
        }
        for value in range(low, high + 1, step)
    ]


def _labels(points: Sequence[Mapping[str, Any]], across: list[float]) -> list[dict[str, str]]:
    """As many words below the axis as fit; the last point always has its word."""
    kept: list[int] = []
    for index in range(len(points) - 1):
        room_before = not kept or across[index] - across[kept[-1]] >= LABEL_ROOM
        if room_before and across[-1] - across[index] >= LABEL_ROOM:
            kept.append(index)
    kept.append(len(points) - 1)
    anchors = {0: "start", len(points) - 1: "end"} if len(points) > 1 else {}
    return [
        {
            "x": _coordinate(across[index]),
            "word": str(points[index]["label"]),
            "anchor": anchors.get(index, "middle"),
        }
        for index in kept
    ]


def _coordinate(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def qr_code(text: str) -> str:
    """A QR code as a data address for an img element."""
    return segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=2)
