"""The tree: published vectors, every proof of every size up to 256, and nothing that was changed is accepted."""

import json
import random
from base64 import b64decode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.tlog import merkle
from certificates.tlog.merkle import EMPTY_ROOT, Edge, leaf_hash, node_hash, root_of
from tests.architecture.sources import ROOT

VECTORS = ROOT.parent / "shared" / "vectors"
# Where this tree is stricter than the vectors: they accept two trees of one leaf whose roots have no bytes.
STRICTER = {"consistency": {"additional/sizes-are-equal-one-and-proof-is-empty.json"}, "inclusion": set()}
LIMIT = 256
LEAVES = [leaf_hash(str(number).encode()) for number in range(LIMIT + 1)]
ROOTS = [root_of(LEAVES[:size]) for size in range(LIMIT + 1)]


def node(level, index):
    """A complete subtree, computed from the leaves themselves."""
    hashes = LEAVES[index << level : (index + 1) << level]
    while len(hashes) > 1:
        hashes = [node_hash(*hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
    return hashes[0]


@pytest.fixture(scope="module")
def quick():
    """The same, looked up."""
    made = {(level, index): node(level, index) for level in range(9) for index in range(LIMIT >> level)}
    made[0, LIMIT] = LEAVES[LIMIT]
    return lambda level, index: made[level, index]


def recursive_root(leaves):
    """RFC 6962, 2.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(recursive_root(leaves[:split]), recursive_root(leaves[split:]))


def vectors(kind):
    path = VECTORS / f"merkle_{kind}.json"
    if not path.exists():
        pytest.skip(f"the published vectors are not at {path}")
    return json.loads(path.read_text())


def decoded(value):
    return b64decode(value or "")


def accepts_inclusion(vector):
    return merkle.verify_inclusion(
        leaf=decoded(vector["leafHash"]),
        index=vector["leafIdx"],
        size=vector["treeSize"],
        path=[decoded(step) for step in vector["proof"] or []],
        root=decoded(vector["root"]),
    )


def accepts_consistency(vector):
    return merkle.verify_consistency(
        old=vector["size1"],
        new=vector["size2"],
        old_root=decoded(vector["root1"]),
        new_root=decoded(vector["root2"]),
        path=[decoded(step) for step in vector["proof"] or []],
    )


@pytest.mark.parametrize(("kind", "accepts"), [("inclusion", accepts_inclusion), ("consistency", accepts_consistency)])
def test_published_vectors_agree(kind, accepts):
    found = vectors(kind)
    different = {name for name, vector in found.items() if accepts(vector) == vector["wantErr"]}

    assert len(found) == 98
    assert different == STRICTER[kind]
    assert all(not accepts(found[name]) for name in STRICTER[kind])


# --- the tree -------------------------------------------------------------------------------------------------------
def test_roots_are_those_of_the_definition():
    assert [recursive_root(LEAVES[:size]) for size in range(LIMIT + 1)] == ROOTS
    assert ROOTS[0] == EMPTY_ROOT


def test_edge_answers_the_subtrees_that_a_leaf_completes():
    edge = Edge()
    made = [edge.append(leaf) for leaf in LEAVES[:LIMIT]]

    assert made[2] == []
    assert made[3] == [node(1, 1), node(2, 0)]
    assert made[255][-1] == ROOTS[256]
    assert edge.size == 256


def test_every_inclusion_is_proved_for_every_size(quick):
    for size in range(1, LIMIT + 1):
        for index in range(size):
            path = merkle.inclusion_proof(index, size, quick)
            assert merkle.verify_inclusion(leaf=LEAVES[index], index=index, size=size, path=path, root=ROOTS[size]), (
                index,
                size,
            )


def test_every_consistency_is_proved_for_every_size(quick):
    for new in range(LIMIT + 1):
        for old in range(new + 1):
            path = merkle.consistency_proof(old, new, quick)
            assert merkle.verify_consistency(old=old, new=new, old_root=ROOTS[old], new_root=ROOTS[new], path=path), (
                old,
                new,
            )


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_leaf_outside_the_tree_has_no_proof(index, size):
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_proof(index, size, node)


def test_larger_tree_is_not_inside_a_smaller_one():
    with pytest.raises(ValueError, match="no tree"):
        merkle.consistency_proof(4, 3, node)


# --- nothing that was changed ---------------------------------------------------------------------------------------
def bit_flipped(value, chance):
    at = chance.randrange(len(value) * 8)
    changed = bytearray(value)
    changed[at // 8] ^= 1 << (at % 8)
    return bytes(changed)


def path_changed(path, chance):
    changed = list(path)
    ways = [lambda: changed.append(chance.randbytes(32)), lambda: changed.insert(0, chance.randbytes(32))]
    if path:
        at = chance.randrange(len(path))
        ways += [
            lambda: changed.__setitem__(at, bit_flipped(changed[at], chance)),
            lambda: changed.pop(at),
            lambda: changed.__setitem__(at, changed[at][:31]),
            lambda: changed.__setitem__(at, changed[at] + b"\0"),
            lambda: changed.insert(at, changed[at]),
        ]
    chance.choice(ways)()
    return changed


def test_changed_inclusion_proof_is_never_accepted(quick):
    chance, tried, accepted = random.Random(6962), 0, 0
    while tried < 10_000:
        size = chance.randrange(1, LIMIT + 1)
        index = chance.randrange(size)
        good = {"leaf": LEAVES[index], "index": index, "size": size, "root": ROOTS[size]}
        good["path"] = merkle.inclusion_proof(index, size, quick)
        bad = dict(good)
        name = chance.choice(sorted(good))
        if name == "path":
            bad["path"] = path_changed(good["path"], chance)
        elif name in ("leaf", "root"):
            bad[name] = bit_flipped(good[name], chance)
        else:
            bad[name] = chance.randrange(LIMIT * 2)
        # Where the path of another size or place is the same by the shape of the tree, the root decides.
        if bad == good or (name == "size" and same_path_length(index, size, bad["size"])):
            continue
        tried += 1
        accepted += merkle.verify_inclusion(**bad)

    assert (tried, accepted) == (10_000, 0)


def same_path_length(index, size, other):
    """The size is not part of an inclusion proof's hash: checkpoint and signature bind it to the root."""
    return other > index and merkle_path_shape(index, size) == merkle_path_shape(index, other)


def merkle_path_shape(index, size):
    shape, place, last = [], index, size - 1
    while last:
        if place & 1 or place == last:
            shape.append("left")
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            shape.append("right")
        place, last = place >> 1, last >> 1
    return shape


def test_changed_consistency_proof_is_never_accepted(quick):
    chance, tried, accepted = random.Random(9162), 0, 0
    while tried < 10_000:
        new = chance.randrange(1, LIMIT + 1)
        old = chance.randrange(1, new + 1)
        good = {"old": old, "new": new, "old_root": ROOTS[old], "new_root": ROOTS[new]}
        good["path"] = merkle.consistency_proof(old, new, quick)
        bad = dict(good)
        name = chance.choice(["old_root", "new_root", "path"])
        bad[name] = path_changed(good[name], chance) if name == "path" else bit_flipped(good[name], chance)
        if bad == good:
            continue
        tried += 1
        accepted += merkle.verify_consistency(**bad)

    assert (tried, accepted) == (10_000, 0)


def test_without_the_last_comparison_changed_proofs_would_pass(quick):
    """The twin: what the shape alone lets through, so that the tests above can fail."""
    size, index = 100, 37
    path = [bit_flipped(step, random.Random(1)) for step in merkle.inclusion_proof(index, size, quick)]
    wrong = {"leaf": LEAVES[index], "index": index, "size": size, "path": path}
    top = LEAVES[index]
    for side, step in zip(merkle_path_shape(index, size), path, strict=True):
        top = node_hash(step, top) if side == "left" else node_hash(top, step)

    assert merkle.verify_inclusion(**wrong, root=top)
    assert not merkle.verify_inclusion(**wrong, root=ROOTS[size])


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=80), st.data())
def test_another_leaf_in_the_past_breaks_consistency(entries, data):
    old = data.draw(st.integers(1, len(entries)))
    at = data.draw(st.integers(0, old - 1))
    leaves = [leaf_hash(entry) for entry in entries]
    forged = [*leaves[:at], leaf_hash(entries[at] + b"!"), *leaves[at + 1 :]]

    def forged_node(level, index):
        return root_of(forged[index << level : (index + 1) << level])

    path = merkle.consistency_proof(old, len(entries), forged_node)

    assert not merkle.verify_consistency(
        old=old, new=len(entries), old_root=root_of(leaves[:old]), new_root=root_of(forged), path=path
    )
