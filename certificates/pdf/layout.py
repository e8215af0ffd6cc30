"""Where text of any length goes: it shrinks, then takes a second line, then the issue is refused. Nothing overlaps."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from certificates.pdf.fonts import HAN, INTERPUNCT, LATIN, Face, width
from core.errors import DomainError

BREAKS_AFTER = {" ", chr(INTERPUNCT), "-", "、", "，", "）", "」", "・", "\u0f0b"}
# Uyghur and Mongolian: letters hold on to one another, and space between them would tear them apart.
_JOINED = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\u1800-\u18af]")
NEVER_APART = "，。、；：（）《》「」『』・ー～＝"
# Glyphs reach a little beyond their advance, and sizes are rounded.
SLACK = 0.97
# Points in a millimetre.
POINTS = 72 / 25.4


@dataclass(frozen=True)
class Slot:
    """A place on the sheet: how wide (mm), the sizes (pt, lines) to try from the largest, faces, spacing, leading."""

    millimetres: float
    tries: tuple[tuple[float, int], ...]
    faces: tuple[Face, ...] = (LATIN, *HAN)
    # Letter spacing in ems and line height in sizes, as the style sheet has them.
    spacing: float = 0.0
    leading: float = 1.3

    def ems(self, size: float) -> float:
        return self.millimetres * POINTS * SLACK / size

    def width(self, text: str) -> float:
        return width(text, self.faces) + self.spacing * len(text)


Slots = Mapping[str, Slot]


@dataclass(frozen=True)
class Fitted:
    """Text in its lines, the size in points, and the height that takes in millimetres."""

    lines: tuple[str, ...]
    points: float
    height: float

    @property
    def size(self) -> str:
        """The name of the size's class in the style sheet."""
        return f"pt{self.points:g}".replace(".", "-")


def joins(line: str) -> bool:
    return _JOINED.search(line) is not None


def fit_all(
    texts: Mapping[str, str], slots: Slots, stacks: Iterable[tuple[Sequence[str], float]] = ()
) -> dict[str, Fitted]:
    """Every text that has a slot and is not empty, each in its own; then what shares a box of that height (mm).

    Raises `text_too_long`, `name_too_long`.
    """
    fitted = {name: fit(name, text, slots) for name, text in texts.items() if text and name in slots}
    for names, height in stacks:
        together = {name: texts[name] for name in names if texts.get(name)}
        if together:
            fitted |= _stacked(together, height, slots)
    return fitted


def fit(name: str, text: str, slots: Slots, skip: int = 0) -> Fitted:
    """The largest setting of a slot that holds the text; `skip` passes over that many of the largest."""
    slot = slots[name]
    for size, lines in slot.tries[skip:]:
        if broken := _broken(text, lines, slot, slot.ems(size)):
            return Fitted(tuple(broken), size, len(broken) * size * slot.leading / POINTS)
    raise DomainError("name_too_long" if name == "name" else "text_too_long", place=name, length=len(text))


def _stacked(texts: Mapping[str, str], height: float, slots: Slots) -> dict[str, Fitted]:
    """All of them together in one box: everything gets smaller until the whole fits."""
    for skip in range(max(len(slots[name].tries) for name in texts)):
        fitted = {name: fit(name, text, slots, min(skip, len(slots[name].tries) - 1)) for name, text in texts.items()}
        if sum(one.height for one in fitted.values()) <= height:
            return fitted
    raise DomainError("text_too_long", place=min(texts), length=sum(map(len, texts.values())))


def _broken(text: str, lines: int, slot: Slot, ems: float) -> list[str]:
    """The text in at most that many lines of about equal length, [] when it does not fit."""
    total = slot.width(text)
    if total <= ems:
        return [text]
    for count in range(2, lines + 1):
        # Between two parts of a name rather than inside one, when that still fits.
        for dislike in (4.0, 0.0):
            broken = _even(text, count, total / count, slot, dislike)
            if max(map(slot.width, broken)) <= ems:
                return broken
    return []


def _even(text: str, count: int, aim: float, slot: Slot, dislike: float) -> list[str]:
    """Break at the permitted place nearest to each equal share; breaks between mere characters are disliked."""
    broken, rest = [], text

    def distance(place: int) -> float:
        away = abs(slot.width(rest[:place]) - aim)
        return away if rest[place - 1] in BREAKS_AFTER else away + dislike

    for _ in range(count - 1):
        cut = min(_places(rest), key=distance, default=len(rest))
        broken.append(rest[:cut].strip())
        rest = rest[cut:]
    return [line for line in (*broken, rest.strip()) if line]


def _places(text: str) -> list[int]:
    """Where a line may begin: after a blank or an interpunct, between Han characters, never in a word."""
    return [
        place
        for place in range(1, len(text))
        if (text[place - 1] in BREAKS_AFTER and text[place] not in NEVER_APART)
        or (_is_han(text[place - 1]) and _is_han(text[place]))
    ]


def _is_han(character: str) -> bool:
    return ord(character) >= 0x2E80 and character not in NEVER_APART
