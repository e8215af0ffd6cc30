"""What is served of the tree: tiles and bundles, only as far as a published head reaches."""

from certificates.tlog.models import Checkpoint, Leaf
from certificates.tlog.selectors.tree import TileReader
from certificates.tlog.tiles import TileError, bundle, parse_address


def tile_content(address: str) -> bytes | None:
    """By what stands behind `tile/`; None: no such tile, or not below a signed head yet."""
    try:
        tile = parse_address(address)
    except TileError:
        return None
    size = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    if not tile.is_within(size):
        return None
    if tile.level is None:
        rows = Leaf.objects.filter(idx__gte=tile.start, idx__lt=tile.end).order_by("idx")
        return bundle(bytes(entry) for entry in rows.values_list("entry", flat=True))
    return b"".join(TileReader().tile(tile.level, tile.number, tile.width))
