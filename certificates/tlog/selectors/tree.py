"""The stored tree, tile by tile: what proofs and tiles are made of."""

from certificates.tlog.merkle import root_of
from certificates.tlog.models import Leaf, Node
from certificates.tlog.tiles import HEIGHT, WIDTH


class TileReader:
    """Hashes of the stored tree; each tile is fetched once. Called as merkle.Node it answers complete subtrees."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def tile(self, level: int, number: int, width: int) -> list[bytes]:
        """As many hashes of the tile as are asked for and stored."""
        held = self._tiles.get((level, number), [])
        if len(held) < width:
            held = self._tiles[level, number] = self._fetch(level, number * WIDTH)
        return held[:width]

    def __call__(self, level: int, index: int) -> bytes:
        tile_level, inside = divmod(level, HEIGHT)
        number, first = divmod(index << inside, WIDTH)
        end = first + (1 << inside)
        return root_of(self.tile(tile_level, number, end)[first:end])

    @staticmethod
    def _fetch(level: int, start: int) -> list[bytes]:
        if level == 0:
            leaves = Leaf.objects.filter(idx__gte=start, idx__lt=start + WIDTH).order_by("idx")
            return [bytes(one) for one in leaves.values_list("leaf_hash", flat=True)]
        nodes = Node.objects.filter(level=level, idx__gte=start, idx__lt=start + WIDTH).order_by("idx")
        return [bytes(one) for one in nodes.values_list("hash", flat=True)]
