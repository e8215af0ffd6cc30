"""What is served of the tree: tiles and bundles, only as far as a published head reaches."""

from certificates.tlog.models import Checkpoint, Leaf, Node
from certificates.tlog.tiles import Tile, TileError, bundle, parse_address


def tile_content(address: str) -> bytes | None:
    """By what stands behind `tile/`; None: no such tile, or not below a signed head yet. A tile with a gap is none: it
    would be kept for ever."""
    try:
        tile = parse_address(address)
    except TileError:
        return None
    size = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    if not tile.is_within(size):
        return None
    rows = _rows(tile)
    if len(rows) != tile.width:
        return None
    return bundle(rows) if tile.level is None else b"".join(rows)


def _rows(tile: Tile) -> list[bytes]:
    place = {"idx__gte": tile.start, "idx__lt": tile.end}
    if tile.level:
        nodes = Node.objects.filter(level=tile.level, **place).order_by("idx")
        return [bytes(one) for one in nodes.values_list("hash", flat=True)]
    column = "entry" if tile.level is None else "leaf_hash"
    return [bytes(one) for one in Leaf.objects.filter(**place).order_by("idx").values_list(column, flat=True)]
