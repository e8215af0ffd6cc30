"""The monitor: downloads the whole log, computes everything anew and compares it with what witnesses have seen.

Needs neither Django nor the platform: addresses are fetched by a function, keys come from the policy file.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from certificates.tlog.merkle import EMPTY_ROOT, Edge, leaf_hash, root_of
from certificates.tlog.notes import Checkpoint, Note, NoteError, Verifier
from certificates.tlog.policy import Policy, Witness
from certificates.tlog.tiles import HEIGHT, Tile, TileError, bundles_of, tiles_of, unbundle

LONGEST_ENTRY = 1024
KEYS = {"at", "commit", "issuer", "kind", "policy", "ref", "v"}
# Of what happens to one thing more than once.
TURN = "turn"
# After which change of a certificate another one may come; nothing changed before the first. A revocation may follow
# anything: it is how a register that was tampered with comes to agree with the log again.
UNCHANGED = ""
_IN_FORCE = frozenset({UNCHANGED, "cert.reinstated"})
_FOLLOWS = {
    "cert.suspended": _IN_FORCE,
    "cert.reinstated": frozenset({"cert.suspended"}),
    "cert.superseded": _IN_FORCE,
    "cert.deregistered": _IN_FORCE | {"cert.suspended"},
}
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
# Kinds, random numbers, fingerprints, codes: nothing that could be words about somebody.
_FORMS = {
    "v": re.compile("1"),
    "turn": re.compile("[1-9][0-9]{0,4}"),
    "kind": re.compile(r"[a-z]+\.[a-z]+"),
    "ref": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "commit": re.compile(r"[A-Za-z0-9+/]{43}="),
    "issuer": re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#%@+-]{0,119}"),
    "policy": re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#%@+-]{0,119}"),
}

# Fetches an address; raises LookupError where nothing lies, OSError when nobody answers.
Fetch = Callable[[str], bytes]


class Alarm(Exception):
    """Something that must not be; the text says what."""


class Behind(Alarm):
    """The log shows less than a witness has seen: for seconds that may be, not for longer."""


@dataclass
class Report:
    """What a round has found in order."""

    head: Checkpoint
    cosigned: list[str]
    compared: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)


def watch(address: str, policy: Policy, fetch: Fetch, *, before: Checkpoint | None = None, issuer: str = "") -> Report:
    """One round; raises Alarm. `before`: the head of the last round. `issuer`: whose entries the report lists."""
    by_origin, silent = _seen_by_witnesses(policy, fetch)
    head, cosigned = _head(_get(fetch, f"{address}/checkpoint"), policy)
    seen = by_origin[head.origin]
    report = Report(head=head, cosigned=[one.name for one in policy.witnesses.values() if one.key in cosigned])
    report.silent = silent
    wanted = {one.size for one in seen.values()} | ({before.size} if before else set())
    roots, leaves = _rebuild(address, head.size, wanted, fetch, report, issuer)
    if roots[head.size] != head.root:
        raise Alarm(f"the entries do not give the root of the signed head of {head.size}")
    _compare_tiles(address, head.size, leaves, fetch)
    for name, one in seen.items():
        _compare(one, head, roots, f"witness {name} has cosigned")
        report.compared.append(name)
    if before:
        _compare(before, head, roots, "the last round saw")
    return report


def _head(content: bytes, policy: Policy) -> tuple[Checkpoint, dict[Verifier, int]]:
    try:
        note = Note.parse(content.decode("utf-8"))
        head = Checkpoint.parse(note.text)
        logs = policy.log_keys(head.origin)
        signed = note.signed_by([*logs, *policy.witness_keys()])
    except (NoteError, UnicodeDecodeError) as error:
        raise Alarm(f"the head cannot be read: {error}") from error
    if not any(key in signed for key in logs):
        raise Alarm("no log that the policy names has signed the head")
    cosigned = {key: at for key, at in signed.items() if key not in logs}
    if not policy.is_met(cosigned):
        raise Alarm(f"too few witnesses have seen the head of {head.size}")
    return head, cosigned


def _seen_by_witnesses(policy: Policy, fetch: Fetch) -> tuple[dict[str, dict[str, Checkpoint]], list[str]]:
    """By origin, for a policy may name several logs. Asked before the log, so that it has had the time to show what
    they hold. What the log has not signed is no evidence: such an answer counts as none."""
    origins = list(dict.fromkeys(log.name for log in policy.logs))
    found: dict[str, dict[str, Checkpoint]] = {origin: {} for origin in origins}
    silent = []
    for witness in policy.witnesses.values():
        for origin in origins:
            try:
                found[origin][witness.name] = _seen(witness, origin, policy, fetch)
            except LookupError:
                pass
            except (OSError, NoteError, UnicodeDecodeError):
                silent.append(witness.name)
    return found, list(dict.fromkeys(silent))


def _seen(witness: Witness, origin: str, policy: Policy, fetch: Fetch) -> Checkpoint:
    if not witness.url:
        raise OSError("the policy gives no address")
    content = fetch(f"{witness.url}/{sha256(origin.encode()).hexdigest()}/checkpoint")
    logs = policy.log_keys(origin)
    note = Note.parse(content.decode("utf-8"))
    signed = note.signed_by([*logs, witness.key])
    head = Checkpoint.parse(note.text)
    if witness.key not in signed or not any(key in signed for key in logs) or head.origin != origin:
        raise NoteError("not both have signed the head")
    return head


def _rebuild(
    address: str, size: int, wanted: set[int], fetch: Fetch, report: Report, issuer: str
) -> tuple[dict[int, bytes], list[bytes]]:
    edge, leaves, roots = Edge(), [], {0: EMPTY_ROOT}
    seen = _Names()
    for entry in _entries(address, size, fetch):
        facts = _read(entry, edge.size)
        seen.take(facts, edge.size)
        if issuer and facts["issuer"] == issuer:
            report.entries.append(facts)
        leaves.append(leaf_hash(entry))
        edge.append(leaves[-1])
        if edge.size in wanted:
            roots[edge.size] = edge.root()
    roots[edge.size] = edge.root()
    return roots, leaves


@dataclass
class _Names:
    """What was said once, and how far the history of each thing has come."""

    once: dict[tuple[str, str], int] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def take(self, facts: dict[str, Any], place: int) -> None:
        if TURN not in facts:
            first = self.once.setdefault((facts["kind"], facts["ref"]), place)
            if first != place:
                raise Alarm(f"entries {first} and {place} are about the same")
            return
        if facts[TURN] != self.turns.get(facts["ref"], 0) + 1:
            raise Alarm(f"entry {place} is not the next in the history of what it is about")
        if not may_follow(facts["kind"], self.kinds.get(facts["ref"], UNCHANGED)):
            raise Alarm(f"entry {place} tells of a change that could not follow the one before it")
        self.turns[facts["ref"]], self.kinds[facts["ref"]] = facts[TURN], facts["kind"]


def may_follow(kind: str, before: str) -> bool:
    return kind not in _FOLLOWS or before in _FOLLOWS[kind]


def _entries(address: str, size: int, fetch: Fetch) -> Iterator[bytes]:
    for tile in bundles_of(size):
        try:
            entries = unbundle(_get(fetch, f"{address}/{tile.address}"))
        except TileError as error:
            raise Alarm(f"{tile.address}: {error}") from error
        if len(entries) != tile.width:
            raise Alarm(f"{tile.address} holds {len(entries)} entries")
        yield from entries


def _read(entry: bytes, place: int) -> dict[str, Any]:
    """Exactly our form: an entry with anything more could hold what must not be published."""
    try:
        facts = json.loads(entry)
        canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    except ValueError as error:
        raise Alarm(f"entry {place} cannot be read") from error
    if (
        len(entry) >= LONGEST_ENTRY
        or canonical != entry
        or not isinstance(facts, dict)
        or facts.keys() - {TURN} != KEYS
    ):
        raise Alarm(f"entry {place} has another form")
    if not _MOMENT.fullmatch(str(facts["at"])):
        raise Alarm(f"entry {place} has no moment")
    if wrong := [name for name, form in _FORMS.items() if name in facts and not form.fullmatch(str(facts[name]))]:
        raise Alarm(f"entry {place} says what has no place here: {wrong}")
    return facts


def _compare_tiles(address: str, size: int, leaves: list[bytes], fetch: Fetch) -> None:
    """What is served of the tree is what the entries give."""
    rows: dict[int, list[bytes]] = defaultdict(list, {0: leaves})
    level = 0
    while len(rows[level]) >> HEIGHT:
        row = rows[level]
        rows[level + 1] = [root_of(row[at << HEIGHT : (at + 1) << HEIGHT]) for at in range(len(row) >> HEIGHT)]
        level += 1
    for tile in tiles_of(size):
        if _get(fetch, f"{address}/{tile.address}") != _content(tile, rows):
            raise Alarm(f"{tile.address} differs from what the entries give")


def _content(tile: Tile, rows: dict[int, list[bytes]]) -> bytes:
    return b"".join(rows[tile.level or 0][tile.start : tile.end])


def _compare(other: Checkpoint, head: Checkpoint, roots: dict[int, bytes], who: str) -> None:
    if other.origin != head.origin:
        raise Alarm(f"{who} another log: {other.origin}")
    if other.size > head.size:
        raise Behind(f"{who} a head of {other.size}; the log shows only {head.size}")
    if roots[other.size] != other.root:
        raise Alarm(f"{who} another history: the root over {other.size} entries differs")


def _get(fetch: Fetch, address: str) -> bytes:
    try:
        return fetch(address)
    except LookupError as error:
        raise Alarm(f"{address} is not there") from error
    except OSError as error:
        raise Alarm(f"{address} does not answer: {error}") from error
