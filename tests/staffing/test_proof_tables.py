"""Proofs of a ratio: the arithmetic of trees and draws, and what the database promises."""

import hashlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from certificates.tlog.merkle import leaf_hash, verify_inclusion
from staffing.models import RatioProof, RatioProofEntry, RatioProofFile, RatioProofSample
from staffing.proofs import canonical, commitment, drawn, path_of, root_over
from tests.accounts.world_proofs import proofs
from tests.builders import make_person
from tests.staffing.proving import proven, staffed

pytestmark = pytest.mark.django_db


# --- arithmetic -----------------------------------------------------------------------------------------------------
def test_draw_is_repeatable_without_repetition_and_depends_on_the_seed():
    draws = [drawn(f"{seed:064x}", 40, 5) for seed in range(60)]

    assert draws == [drawn(f"{seed:064x}", 40, 5) for seed in range(60)]
    assert all(len(set(one)) == 5 and min(one) >= 1 and max(one) <= 40 for one in draws)
    assert {place for one in draws for place in one} == set(range(1, 41))
    assert drawn("0" * 64, 3, 3) == [1, 2, 3]


def test_paths_of_any_size_lead_to_the_root():
    for size in range(1, 20):
        lines = [{"n": n, "trained": False, "person": f"{n:064x}", "evidence": None} for n in range(1, size + 1)]
        root = bytes.fromhex(root_over(lines))
        for line in lines:
            path = [bytes.fromhex(step) for step in path_of(lines, line["n"])]
            leaf = leaf_hash(canonical(line))
            assert verify_inclusion(leaf=leaf, index=line["n"] - 1, size=size, path=path, root=root)


def test_commitment_depends_on_salt_and_facts():
    made = commitment(b"\0" * 32, {"name": "甲"})

    assert made == hashlib.sha256(b"\0" * 32 + '{"name":"甲"}'.encode()).hexdigest()
    assert made not in (commitment(b"\1" * 32, {"name": "甲"}), commitment(b"\0" * 32, {"name": "乙"}))


# --- what the database promises -------------------------------------------------------------------------------------
FROZEN = {
    RatioProof: ("trained", 0),
    RatioProofEntry: ("place", 99),
    RatioProofFile: ("size", 2),
    RatioProofSample: ("purpose", "x"),
}
BROKEN = {
    "ratio_proof_trained_among_staff": (RatioProof, {"trained": 9}),
    "ratio_proof_sealed_among_staff": (RatioProof, {"sealed_staff": 9}),
    "ratio_proof_of_nobody_is_never_met": (RatioProof, {"outcome": "not_applicable"}),
    "ratio_proof_is_signed": (RatioProof, {"token": ""}),
    "ratio_proof_once": (RatioProof, {}),
    "ratio_proof_entry_has_its_place": (RatioProofEntry, {}),
    "ratio_proof_entry_once_a_person": (RatioProofEntry, {"place": 99}),
    "ratio_proof_entry_counts_from_one": (RatioProofEntry, {"place": 0}),
    "ratio_proof_entry_trained_by_evidence": (
        RatioProofEntry,
        {"place": 99, "trained": True, "evidence_commitment": ""},
    ),
    "ratio_proof_file_has_bytes": (RatioProofFile, {"size": 0, "sha256": "1", "storage_name": "1"}),
    "ratio_sample_turn_once": (RatioProofSample, {}),
    "ratio_sample_of_somebody": (RatioProofSample, {"size": 0, "turn": 2}),
    "ratio_sample_has_a_purpose": (RatioProofSample, {"purpose": "", "turn": 2}),
}


UNIQUE = {
    "ratio_proof_once", "ratio_proof_entry_has_its_place", "ratio_proof_entry_once_a_person", "ratio_sample_turn_once",
}  # fmt: skip


@pytest.fixture
def rows():
    return {type(row): row for row in proofs(staffed())}


@pytest.mark.parametrize("model", FROZEN)
def test_rows_never_change(rows, model):
    column, value = FROZEN[model]
    table, pk = model._meta.db_table, rows[model].pk
    for change, values in (
        (f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, pk]),  # noqa: S608
        (f"DELETE FROM {table} WHERE id = %s", [pk]),  # noqa: S608
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change, values)


@pytest.mark.parametrize("name", BROKEN)
def test_constraint_refuses(rows, name):
    model, changes = BROKEN[name]
    row = rows[model]
    if model is RatioProofFile:
        changes = changes | {"proof_id": proven().pk}
    if model is RatioProofEntry and name != "ratio_proof_entry_once_a_person":
        changes = changes | {"person_id": make_person("戊").pk}
    if model is RatioProof and changes:
        changes = changes | {"known_at": row.known_at - timedelta(seconds=1)}
    values = {
        field.attname: getattr(row, field.attname)
        for field in model._meta.concrete_fields
        if field.name not in ("id", "uuid", "reference")
    }
    fresh = {"reference": "RP-other"} if model is RatioProof else {}
    # SQLite's guard against REPLACE is there before the index.
    refusal = f"{name}|is frozen|is append-only" if name in UNIQUE else name
    with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
        model(**{**values, **fresh, **changes}).save(force_insert=True)


def test_every_constraint_is_tried():
    models = (RatioProof, RatioProofEntry, RatioProofFile, RatioProofSample)
    assert {one.name for model in models for one in model._meta.constraints} == set(BROKEN)
