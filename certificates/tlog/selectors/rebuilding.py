"""The whole tree computed anew from the bytes of its entries, compared with everything that is stored about it."""

from collections.abc import Collection, Generator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max

from certificates.tlog.merkle import EMPTY_ROOT, Edge, leaf_hash
from certificates.tlog.models import Checkpoint, Leaf, Node
from certificates.tlog.notes import Checkpoint as Told
from certificates.tlog.notes import Note, NoteError, to_base64
from certificates.tlog.tiles import HEIGHT

CHUNK = 2000
# Heads compared at each rebuild, the newest ones: what is older grew into them.
HEADS = 1000


class CannotRebuild(Exception):
    """The text says which stored row differs from what its entry gives."""


@dataclass
class Rebuilt:
    """Size and root now, and the roots at the sizes that were asked for."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    roots: dict[int, bytes] = field(default_factory=dict)


def rebuild(sizes: Collection[int] = ()) -> Rebuilt:
    """Raises CannotRebuild at the first row that differs."""
    found = stored()
    # The error keeps the loop it came from: a cursor that is closed with it some time later spoils a transaction then.
    with closing(found.rows):
        return compute(found, sizes)


@dataclass
class Stored:
    """What is read for it, before anything is compared."""

    heads: list[tuple[int, bytes, str]]
    size: int
    nodes: dict[tuple[int, int], bytes]
    rows: Generator[tuple[Any, ...]]


def stored() -> Stored:
    """First how far: what the sequencer adds while this reads belongs to the next turn, leaves and nodes alike."""
    newest = Checkpoint.objects.order_by("-size").values_list("size", "root", "note")[:HEADS]
    heads = [(size, bytes(root), note) for size, root, note in newest]
    last = Leaf.objects.aggregate(last=Max("idx"))["last"]
    size = 0 if last is None else last + 1
    return Stored(heads=heads, size=size, nodes=_nodes_within(size), rows=_rows(size))


def compute(found: Stored, sizes: Collection[int] = ()) -> Rebuilt:
    """Needs no database any more."""
    heads = {size: _checked_head(size, root, note) for size, root, note in found.heads}
    wanted = {*sizes, *heads}
    nodes, edge, roots = dict(found.nodes), Edge(), {0: EMPTY_ROOT}
    for row in found.rows:
        made = edge.append(_checked_leaf(edge.size, row))
        if len(made) >= HEIGHT:
            _compare_nodes(edge.size, made, nodes)
        if edge.size in wanted:
            roots[edge.size] = edge.root()
    if edge.size != found.size:
        raise CannotRebuild(f"leaf {edge.size} is missing")
    _compare_heads(edge.size, heads, roots)
    return Rebuilt(size=edge.size, root=edge.root(), roots=roots)


def _checked_head(size: int, root: bytes, note: str) -> bytes:
    try:
        told = Told.parse(Note.parse(note).text)
    except NoteError as error:
        raise CannotRebuild(f"the note of head {size} cannot be read") from error
    if (told.size, told.root) != (size, root):
        raise CannotRebuild(f"the note of head {size} tells of another head")
    return root


def _nodes_within(size: int) -> dict[tuple[int, int], bytes]:
    rows = Node.objects.values_list("level", "idx", "hash")
    return {(level, idx): bytes(kept) for level, idx, kept in rows if (idx + 1) << (HEIGHT * level) <= size}


def _rows(size: int) -> Generator[tuple[Any, ...]]:
    columns = ("entry", "kind", "ref", "turn", "commitment")
    rows = Leaf.objects.filter(idx__lt=size).order_by("idx")
    named = ("idx", "entry", "leaf_hash", *(f"pending__{name}" for name in columns))
    yield from rows.values_list(*named).iterator(chunk_size=CHUNK)


def _checked_leaf(place: int, row: tuple[Any, ...]) -> bytes:
    idx, entry, stored, written, kind, ref, turn, commitment = row
    entry = bytes(entry)
    leaf = leaf_hash(entry)
    if idx != place:
        raise CannotRebuild(f"leaf {place} is missing")
    if leaf != bytes(stored) or entry != bytes(written):
        raise CannotRebuild(f"leaf {idx} differs from its entry")
    told = f'"commit":"{to_base64(bytes(commitment))}"', f'"kind":"{kind}"', f'"ref":"{ref}"'
    turned = f'"turn":{turn},'.encode() in entry if turn else b'"turn":' not in entry
    if not turned or not all(words.encode() in entry for words in told):
        raise CannotRebuild(f"entry {idx} says something else than its columns")
    return leaf


def _compare_nodes(size: int, made: list[bytes], nodes: dict[tuple[int, int], bytes]) -> None:
    for level in range(1, len(made) // HEIGHT + 1):
        place = (level, (size >> (HEIGHT * level)) - 1)
        if nodes.pop(place, None) != made[HEIGHT * level - 1]:
            raise CannotRebuild(f"node {place} differs from its leaves")


def _compare_heads(size: int, heads: dict[int, bytes], roots: dict[int, bytes]) -> None:
    for head, root in heads.items():
        if roots.get(head) != root:
            words = "has more entries than are stored" if head > size else "differs from its leaves"
            raise CannotRebuild(f"head {head} {words}")
