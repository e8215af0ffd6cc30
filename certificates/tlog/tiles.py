"""Tiles of a log (c2sp.org/tlog-tiles): their addresses, which ones a tree of some size has, bundles of entries."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

WIDTH = 256
HEIGHT = 8
TOP_LEVEL = 63
_ADDRESS = re.compile(r"(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,5})([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


class TileError(ValueError):
    """No address of a tile, or no bundle of entries."""


@dataclass(frozen=True)
class Tile:
    """`level` None: a bundle of entries. `width`: how many it holds, 256 when it is full."""

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def address(self) -> str:
        digits = f"{self.number:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        path = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{'entries' if self.level is None else self.level}/{path}{partial}"

    @property
    def start(self) -> int:
        """Number of its first hash on its level, or of its first entry."""
        return self.number * WIDTH

    @property
    def end(self) -> int:
        return self.start + self.width

    def is_within(self, size: int) -> bool:
        """Whether a tree of that size has all of it."""
        return self.end << (HEIGHT * (self.level or 0)) <= size


def parse_address(text: str) -> Tile:
    """What stands behind `tile/`; one address per tile."""
    found = _ADDRESS.fullmatch(text)
    if not found:
        raise TileError(text)
    level = None if found[1] == "entries" else int(found[1])
    number = int(found[2].replace("x", "").replace("/", "") + found[3])
    tile = Tile(level, number, int(found[4] or WIDTH))
    if (level or 0) > TOP_LEVEL or tile.width > WIDTH or tile.address != f"tile/{text}":
        raise TileError(text)
    return tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of hashes that a tree of this size has, the leaves' first."""
    level, count = 0, size
    while count:
        yield from _row(level, count)
        level, count = level + 1, count >> HEIGHT


def bundles_of(size: int) -> Iterator[Tile]:
    yield from _row(None, size)


def _row(level: int | None, count: int) -> Iterator[Tile]:
    full, rest = divmod(count, WIDTH)
    yield from (Tile(level, number) for number in range(full))
    if rest:
        yield Tile(level, full, rest)


def bundle(entries: Iterable[bytes]) -> bytes:
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unbundle(content: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 2], "big")
        entry = content[at + 2 : at + 2 + length]
        if len(entry) != length or at + 2 > len(content):
            raise TileError("the bundle ends in the middle of an entry")
        found.append(entry)
        at += 2 + length
    return found
