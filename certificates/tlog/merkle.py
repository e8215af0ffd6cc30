"""The Merkle tree of RFC 6962: hashes, the growing edge, proofs and their checks. No Django, no input or output."""

from collections.abc import Callable, Sequence
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

# Answers the hash of a complete subtree: (level, index) covers the leaves from index * 2^level on.
Node = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


class Edge:
    """A tree of which only the complete subtrees at its right edge are kept: enough to append and to know the root."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    def append(self, leaf: bytes) -> list[bytes]:
        """Answers the subtrees that this leaf completes, from level 1 upwards."""
        made, place, top = [], self.size, leaf
        while place & 1:
            top = node_hash(self._subtrees.pop(), top)
            made.append(top)
            place >>= 1
        self._subtrees.append(top)
        self.size += 1
        return made

    def root(self) -> bytes:
        if not self._subtrees:
            return EMPTY_ROOT
        *rest, root = self._subtrees
        for left in reversed(rest):
            root = node_hash(left, root)
        return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    edge = Edge()
    for leaf in leaves:
        edge.append(leaf)
    return edge.root()


# --- proofs ---------------------------------------------------------------------------------------------------------
def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """From the leaf's sibling up to the root's child."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    return _path(index, 0, size, node)


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} has no tree of {old} inside")
    return [] if old in (0, new) else _grown(old, 0, new, node, seen=True)


def subtree_hash(start: int, end: int, node: Node) -> bytes:
    """The root over the leaves from start to before end, as they lie in a tree."""
    width = end - start
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return node(level, start >> level)
    middle = start + _split(width)
    return node_hash(subtree_hash(start, middle, node), subtree_hash(middle, end, node))


def _split(width: int) -> int:
    """The largest power of two that is smaller."""
    return 1 << ((width - 1).bit_length() - 1)


def _path(index: int, start: int, end: int, node: Node) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, node), subtree_hash(middle, end, node)]
    return [*_path(index, middle, end, node), subtree_hash(start, middle, node)]


def _grown(old: int, start: int, end: int, node: Node, *, seen: bool) -> list[bytes]:
    """`seen`: the old tree is this whole part, whose hash the one who checks has already."""
    if old == end:
        return [] if seen else [subtree_hash(start, end, node)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_grown(old, start, middle, node, seen=seen), subtree_hash(middle, end, node)]
    return [*_grown(old, middle, end, node, seen=False), subtree_hash(start, middle, node)]


# --- checks (RFC 9162, 2.1.3.2 and 2.1.4.2) -------------------------------------------------------------------------
def verify_inclusion(*, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    if not 0 <= index < size or not _are_hashes(leaf, root, *path):
        return False
    place, last, top = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            top = node_hash(step, top)
            place, last = _climb(place, last)
        else:
            top = node_hash(top, step)
        place, last = place >> 1, last >> 1
    return last == 0 and top == root


def verify_consistency(*, old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Of an empty tree only the true root of nothing is accepted."""
    if not 0 <= old <= new or not _are_hashes(old_root, new_root, *path):
        return False
    if old == new:
        return not path and old_root == new_root and (old > 0 or old_root == EMPTY_ROOT)
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    return bool(path) and _both_roots(old, new, old_root, path) == (old_root, new_root)


def _both_roots(old: int, new: int, old_root: bytes, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    steps = list(path) if old & (old - 1) else [old_root, *path]
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            before, after = node_hash(step, before), node_hash(step, after)
            place, last = _climb(place, last)
        else:
            after = node_hash(after, step)
        place, last = place >> 1, last >> 1
    return (before, after) if last == 0 else None


def _climb(place: int, last: int) -> tuple[int, int]:
    """Up the right edge, past the levels on which this subtree has no sibling."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_SIZE for value in values)
