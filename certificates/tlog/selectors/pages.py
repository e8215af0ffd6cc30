"""What the log's pages show: witnesses by name, one entry with its way to the root, drawn as a small tree."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from certificates.tlog.merkle import inclusion_proof, node_hash
from certificates.tlog.models import Checkpoint, Kind, Leaf, PendingEntry
from certificates.tlog.selectors.entries import (
    FINAL,
    PENDING,
    PROVISIONAL,
    cosigned_by,
    covering_head,
    entries_about,
    is_final,
    place_of,
)
from certificates.tlog.selectors.policies import policy
from certificates.tlog.selectors.tree import TileReader

# What opens an entry: the salt in hexadecimal digits, and the document to which it commits.
Opening = tuple[str, str]
_openings: dict[str, Callable[[str], Opening | None]] = {}
RECENT = 10
# The drawing: a column of boxes, the leaf at the bottom; each step up takes so much room.
STEP, TOP, MIDDLE, BESIDE = 52, 8, 170, 110


@dataclass(frozen=True)
class WitnessView:
    """One witness of the policy, and when it cosigned the head shown."""

    name: str
    key: str
    run_by: str
    is_same_operator: bool
    seen_at: datetime | None


@dataclass(frozen=True)
class Step:
    """One level: the hash on the way, its sibling, and where both stand in the drawing."""

    own: str
    sibling: str
    sibling_is_left: bool
    y: int
    sibling_x: int

    @property
    def box_x(self) -> int:
        return self.sibling_x - 50

    @property
    def text_y(self) -> int:
        return self.y + 18

    @property
    def parent_y(self) -> int:
        """Bottom of the box above."""
        return self.y - STEP + 28


@dataclass(frozen=True)
class Line:
    """One entry in the history of a thing; `index` None while it waits for its place."""

    kind: str
    label: Any
    turn: int
    at: datetime
    index: int | None


@dataclass(frozen=True)
class EntryView:
    """An entry with its standing; `steps` from the leaf upwards, empty while no head covers it.

    `history`: everything that was put down about the same thing, in its order.
    """

    kind: Any
    ref: str
    turn: int
    history: list[Line]
    opening: Opening | None
    facts: dict[str, Any]
    text: str
    standing: str
    index: int | None = None
    leaf: str = ""
    head: Checkpoint | None = None
    root: str = ""
    steps: list[Step] = field(default_factory=list)

    @property
    def height(self) -> int:
        return TOP + STEP * len(self.steps) + 28 + TOP

    @property
    def at(self) -> datetime:
        return datetime.strptime(self.facts["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def witness_views(head: Checkpoint | None) -> list[WitnessView]:
    good = {key.name for key in cosigned_by(head)} if head else set()
    seen = {one.witness: one.seen_at for one in head.cosignatures.all() if one.witness in good} if head else {}
    return [
        WitnessView(one.name, one.key.vkey, one.run_by, one.is_same_operator, seen.get(one.key.name))
        for one in policy().witnesses.values()
    ]


def recent_leaves(head: Checkpoint | None) -> Sequence[Leaf]:
    """The last ones below the head, the newest first."""
    if head is None:
        return []
    return list(Leaf.objects.filter(idx__lt=head.size).select_related("pending").order_by("-idx")[:RECENT])


def opens(kind: str, look: Callable[[str], Opening | None]) -> None:
    """Of entries that anybody may open: the room that wrote them says with what."""
    _openings[kind] = look


def entry_view(*, kind: str, ref: str, turn: int = 0) -> EntryView | None:
    about = entries_about(UUID(ref))
    pending = next((one for one in about if (one.kind, one.turn) == (kind, turn)), None)
    if pending is None:
        return None
    leaf, text = place_of(pending), bytes(pending.entry).decode()
    look = _openings.get(kind)
    told: dict[str, Any] = {
        "kind": Kind(kind).label,
        "ref": ref,
        "turn": turn,
        "history": [_line(one) for one in about],
        "opening": look(ref) if look else None,
        "facts": json.loads(text),
        "text": text,
    }
    head = covering_head(leaf.idx) if leaf else None
    if leaf is None or head is None:
        return EntryView(**told, standing=PENDING)
    path = inclusion_proof(leaf.idx, head.size, TileReader())
    return EntryView(
        **told,
        standing=FINAL if is_final(head) else PROVISIONAL,
        index=leaf.idx,
        leaf=bytes(leaf.leaf_hash).hex(),
        head=head,
        root=bytes(head.root).hex(),
        steps=_steps(bytes(leaf.leaf_hash), leaf.idx, head.size, path),
    )


def _line(entry: PendingEntry) -> Line:
    leaf = place_of(entry)
    return Line(entry.kind, Kind(entry.kind).label, entry.turn, entry.created_at, leaf.idx if leaf else None)


def _steps(leaf: bytes, index: int, size: int, path: list[bytes]) -> list[Step]:
    """The same walk as the check's, with what it meets on the way."""
    steps: list[Step] = []
    own, place, last = leaf, index, size - 1
    for sibling in path:
        while not place & 1 and place == last:
            place, last = place >> 1, last >> 1
        is_left = bool(place & 1)
        y = TOP + STEP * (len(path) - len(steps))
        x = MIDDLE - BESIDE if is_left else MIDDLE + BESIDE
        steps.append(Step(own.hex(), sibling.hex(), is_left, y, x))
        own = node_hash(sibling, own) if is_left else node_hash(own, sibling)
        place, last = place >> 1, last >> 1
    return steps
