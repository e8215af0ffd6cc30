"""The tree against a second one, written word for word after RFC 6962, for every size up to 64; vectors lie here."""

import json
from pathlib import Path

import pytest

from certificates.tlog import merkle
from certificates.tlog.merkle import leaf_hash, root_of
from tests.tlog import naive

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text())
LEAVES = [leaf_hash(entry) for entry in naive.entries(64)]


def node(level, index):
    return root_of(LEAVES[index << level : (index + 1) << level])


def test_vectors_are_those_of_the_definition():
    assert naive.vectors() == VECTORS
    assert list(VECTORS) == [str(size) for size in range(65)]
    # Known to everybody: SHA-256 of nothing.
    assert VECTORS["0"]["root"] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", naive.SIZES)
def test_roots_and_proofs_of_every_size_agree(size):
    vector = VECTORS[str(size)]

    assert root_of(LEAVES[:size]).hex() == vector["root"]
    assert naive.digest(merkle.inclusion_proof(at, size, node) for at in range(size)) == vector["inclusions"]
    grown = [merkle.consistency_proof(old, size, node) for old in range(1, size + 1)]
    assert naive.digest(grown) == vector["consistencies"]
    if size in naive.SHOWN:
        last = merkle.inclusion_proof(size - 1, size, node)
        assert [step.hex() for step in last] == vector["last inclusion"]
        assert [step.hex() for step in grown[(size + 1) // 2 - 1]] == vector["consistency with the half"]


def test_proofs_of_the_definition_are_accepted_and_under_other_roots_are_not():
    roots = [bytes.fromhex(VECTORS[str(size)]["root"]) for size in naive.SIZES]
    for size in range(1, 65):
        for at, path in enumerate(naive.inclusions(size)):
            facts = {"leaf": LEAVES[at], "index": at, "size": size, "path": path}
            assert merkle.verify_inclusion(**facts, root=roots[size])
            assert not merkle.verify_inclusion(**facts, root=roots[size - 1])
        for old, path in enumerate(naive.consistencies(size), 1):
            facts = {"old": old, "new": size, "path": path, "old_root": roots[old]}
            assert merkle.verify_consistency(**facts, new_root=roots[size])
            assert not merkle.verify_consistency(**facts, new_root=roots[size - 1])


def test_another_hash_of_nodes_would_be_noticed(monkeypatch):
    """The twin: without the byte that tells nodes from leaves nothing agrees."""
    monkeypatch.setattr(merkle, "node_hash", lambda left, right: leaf_hash(left + right))

    assert root_of(LEAVES[:2]).hex() != VECTORS["2"]["root"]
