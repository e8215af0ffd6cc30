"""Divisions as tiles of one size: a large one does not look like more people. The country's lie where they are."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import get_language

from accounts.models import Region
from oversight.selectors import Division, Overview
from staffing.ratio import Ratio

PLACES = "demo/reference/region_tiles.yaml"
# Of the country: the row in which a division stands that has no place on the map.
FURTHER, COLUMNS = 9, 9
# Percent from which the next, darker shade begins. The requirement is one of institutions: no shade says "met".
SHADES = (25, 50, 75)


@dataclass(frozen=True)
class Tile:
    """`division` None: nobody in it has a ratio. `place`: where on the map, as classes; empty: one after the other."""

    region: Region
    name: str
    division: Division | None
    place: str = ""

    @property
    def shade(self) -> str:
        return shade(self.division.ratio) if self.division else "none"


def tiles(overview: Overview) -> list[Tile]:
    """Every division of the region once: those with institutions, then the others, each in the order of their codes.

    On a narrow screen nobody scrolls past thirty empty ones; on a wide one the country's stand where they are anyway.
    """
    lines = {line.region.code: line for line in overview.divisions if line.region}
    regions = [*(line.region for line in overview.divisions if line.region), *overview.without_institutions]
    regions.sort(key=lambda one: one.code)
    if overview.region.path:
        found = [Tile(one, one.local_name, lines.get(one.code)) for one in regions]
    else:
        further = iter(range(1, COLUMNS + 1))
        found = [_on_the_map(one, lines.get(one.code), further) for one in regions]
    return sorted(found, key=lambda tile: tile.division is None)


def shade(ratio: Ratio) -> str:
    """From 0 to 3 by the share, never by rounding; "none" where nobody is counted."""
    if not ratio.staff:
        return "none"
    return str(sum(ratio.trained * 100 >= least * ratio.staff for least in SHADES))


def _on_the_map(region: Region, division: Division | None, further: Any) -> Tile:
    column, row, *short = _places().get(region.code) or (next(further, COLUMNS), FURTHER)
    # A region keeps its own name where the map does not shorten it.
    name = short[{"en": 1, "ja": 2}.get(get_language() or "", 0)] if short else region.local_name
    return Tile(region, name, division, f"c{column} r{row}")


@cache
def _places() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = yaml.safe_load((settings.ROOT / PLACES).read_text(encoding="utf-8"))
    return found
