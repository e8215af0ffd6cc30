"""Entries are put down once and without words, get their places without gap, and have a standing and a proof."""

import json
import secrets
import uuid

import pytest
from django.db import IntegrityError, transaction

from certificates.tlog import proofs, selectors, services
from certificates.tlog.merkle import leaf_hash, root_of
from certificates.tlog.models import Checkpoint, Leaf, Node, PendingEntry
from certificates.tlog.notes import from_base64
from core.errors import DomainError
from tests.tlog.logs import NOW, cosigner, grow, make_log, put_down, running_witness

pytestmark = pytest.mark.django_db
REF = "6a0b9a4e-45f9-4d6c-9d0a-0f1f2d3c4b5a"
GOOD = {"kind": "cert.issued", "ref": REF, "commitment": bytes(32), "issuer": "B33010001", "policy": "2026-1"}


# --- putting down ---------------------------------------------------------------------------------------------------
def test_entry_is_small_and_canonical():
    entry = services.append(**GOOD)

    facts = json.loads(bytes(entry.entry))
    assert bytes(entry.entry) == json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()
    assert facts.keys() == {"at", "commit", "issuer", "kind", "policy", "ref", "v"}
    assert (facts["v"], facts["ref"], from_base64(facts["commit"])) == (1, REF, bytes(32))
    assert len(bytes(entry.entry)) < 300


def test_same_again_answers_the_first():
    first, again = services.append(**GOOD), services.append(**{**GOOD, "policy": "2026-2"})

    assert (again.pk, bytes(again.entry)) == (first.pk, bytes(first.entry))
    assert PendingEntry.objects.count() == 1


def test_another_commitment_under_the_same_name_is_refused():
    services.append(**GOOD)

    with pytest.raises(DomainError, match="log_entry_differs"):
        services.append(**{**GOOD, "commitment": b"\1" * 32})

    assert bytes(PendingEntry.objects.get().commitment) == bytes(32)


def test_one_thing_has_an_entry_of_each_kind():
    services.append(**GOOD)
    services.append(**{**GOOD, "kind": "cert.revoked", "commitment": b"\1" * 32})

    assert PendingEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"kind": "cert.praised"}, "log_kind_unknown"),
        ({"ref": "TM-2026-000001"}, "log_ref_wrong"),
        ({"ref": ""}, "log_ref_wrong"),
        ({"ref": "00000000-0000-0000-0000-000000000000"}, "log_ref_wrong"),
        ({"ref": str(uuid.uuid1())}, "log_ref_wrong"),
        ({"ref": str(uuid.uuid5(uuid.NAMESPACE_DNS, "name"))}, "log_ref_wrong"),
        ({"kind": ""}, "log_kind_unknown"),
        ({"commitment": b"x"}, "log_commitment_wrong"),
        ({"commitment": bytes(33)}, "log_commitment_wrong"),
        ({"commitment": "x" * 32}, "log_commitment_wrong"),
        ({"issuer": "王小明"}, "log_code_wrong"),
        ({"issuer": "Wang Xiaoming"}, "log_code_wrong"),
        ({"policy": ""}, "log_code_wrong"),
        ({"policy": "x" * 121}, "log_code_wrong"),
    ],
)
def test_what_could_name_somebody_is_refused(facts, code):
    with pytest.raises(DomainError, match=code):
        services.append(**{**GOOD, **facts})

    assert not PendingEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_entry_belongs_into_a_transaction():
    with pytest.raises(transaction.TransactionManagementError):
        services.append(**GOOD)


@pytest.mark.django_db(transaction=True)
def test_entry_goes_when_what_it_is_about_fails():
    with transaction.atomic():
        services.append(**GOOD)
        transaction.set_rollback(True)

    assert not PendingEntry.objects.exists()


def test_commitment_binds_salt_and_bytes():
    salt = secrets.token_bytes(32)

    assert services.commit(salt, b"abc") == services.commit(salt, b"abc")
    assert services.commit(salt, b"abc") != services.commit(secrets.token_bytes(32), b"abc")
    with pytest.raises(ValueError, match="32 bytes"):
        services.commit(b"short", b"abc")


# --- places ---------------------------------------------------------------------------------------------------------
def test_entries_get_places_in_order_and_tiles_their_roots():
    put_down(600)

    assert [services.sequence(limit=300) for _ in range(3)] == [300, 300, 0]

    leaves = [bytes(one) for one in Leaf.objects.order_by("idx").values_list("leaf_hash", flat=True)]
    assert list(Leaf.objects.order_by("idx").values_list("idx", flat=True)) == list(range(600))
    assert [bytes(one.hash) for one in Node.objects.order_by("level", "idx")] == [
        root_of(leaves[:256]),
        root_of(leaves[256:512]),
    ]
    assert leaves[5] == leaf_hash(bytes(PendingEntry.objects.order_by("pk")[5].entry))
    assert selectors.rebuild().root == root_of(leaves)


def test_entry_far_behind_is_found_by_the_long_way(monkeypatch):
    monkeypatch.setattr(services.sequencing, "BEHIND", 1)
    late = put_down()
    early = PendingEntry.objects.get()
    put_down(5)
    later = PendingEntry.objects.order_by("-pk").first()
    Leaf.objects.create(idx=0, pending=later, entry=bytes(later.entry), leaf_hash=leaf_hash(bytes(later.entry)))

    while services.sequence():
        pass
    assert not Leaf.objects.filter(pending=early).exists()

    services.sequence(thorough=True)
    assert selectors.leaf_of(kind="cert.issued", ref=late[0]) is not None


# --- standing and proof ---------------------------------------------------------------------------------------------
def test_entry_goes_from_pending_to_final(settings, tmp_path):
    with running_witness(tmp_path / "w") as witness:
        log = make_log(tmp_path, settings, [witness])
        [ref] = put_down()
        known = {"kind": "cert.issued", "ref": ref}
        assert (selectors.standing(**known), selectors.proof_text(**known)) == ("pending", None)
        services.sequence()
        assert (selectors.standing(**known), selectors.proof_text(**known)) == ("pending", None)

        log.sign()

    assert selectors.standing(**known) == "final"
    checked = proofs.check(selectors.proof_text(**known), log.policy)
    assert json.loads(checked.entry)["ref"] == ref


def test_without_a_witness_an_entry_is_provisional(settings, tmp_path):
    with running_witness(tmp_path / "w") as witness:
        log = make_log(tmp_path, settings, [witness])
    [ref] = grow()
    log.sign()

    assert selectors.standing(kind="cert.issued", ref=ref) == "provisional"
    assert selectors.proof_text(kind="cert.issued", ref=ref).count("— ") == 1


def test_proofs_of_every_entry_hold_and_stay_the_same(settings, tmp_path):
    with running_witness(tmp_path / "w") as witness:
        log = make_log(tmp_path, settings, [witness])
        refs = grow(300)
        log.sign()
        before = {ref: selectors.proof_text(kind="cert.issued", ref=ref) for ref in refs[::37]}
        grow(300)
        log.sign()

    assert {ref: selectors.proof_text(kind="cert.issued", ref=ref) for ref in before} == before
    for index, ref in enumerate(refs):
        if ref in before:
            assert proofs.check(before[ref], log.policy).index == index
    assert Checkpoint.objects.count() == 2


@pytest.mark.parametrize("ref", [REF, "nonsense", ""])
def test_unknown_thing_is_pending_without_proof(ref):
    assert selectors.standing(kind="cert.issued", ref=ref) == "pending"
    assert selectors.proof_text(kind="cert.issued", ref=ref) is None


def test_cosignature_of_nobody_known_makes_nothing_final(settings, tmp_path):
    """Whoever may write rows cannot write a quorum: the line is checked against the policy's keys."""
    with running_witness(tmp_path / "w") as witness:
        log = make_log(tmp_path, settings, [witness])
    [ref] = grow()
    head = log.sign()
    text = head.note.partition("\n\n")[0] + "\n"
    line = cosigner("w1.invalid").line(text, at=NOW)
    head.cosignatures.create(witness="w1.invalid", line=line, seen_at=head.signed_at)

    assert selectors.standing(kind="cert.issued", ref=ref) == "provisional"


# --- changes of one thing ---------------------------------------------------------------------------------------------
def change(ref, turn, kind="cert.suspended", commitment=b"\1" * 32):
    with transaction.atomic():
        return services.append(kind=kind, ref=ref, turn=turn, commitment=commitment, issuer="B01", policy="1")


def test_changes_of_one_thing_are_counted_in_their_entries():
    ref = str(uuid.uuid4())
    made = [change(ref, 1), change(ref, 2, "cert.reinstated"), change(ref, 3)]

    assert change(ref, 2, "cert.reinstated") == made[1]
    assert [(one.kind, one.turn, json.loads(bytes(one.entry))["turn"]) for one in selectors.entries_about(ref)] == [
        ("cert.suspended", 1, 1), ("cert.reinstated", 2, 2), ("cert.suspended", 3, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("turn", "more", "code"),
    [
        (3, {}, "log_turn_wrong"),
        (1, {"kind": "cert.revoked"}, "log_entry_differs"),
        (1, {"commitment": b"\2" * 32}, "log_entry_differs"),
    ],
)
def test_change_out_of_turn_is_refused(turn, more, code):
    ref = str(uuid.uuid4())
    change(ref, 1)
    with pytest.raises(DomainError, match=code):
        change(ref, turn, **more)
    assert PendingEntry.objects.count() == 1


def test_database_refuses_two_entries_in_one_turn_and_two_of_what_is_said_once():
    ref = str(uuid.uuid4())
    first = change(ref, 1)
    with transaction.atomic():
        services.append(kind="cert.issued", ref=ref, commitment=b"\1" * 32, issuer="B01", policy="1")
    for kind, turn in (("cert.revoked", 1), ("cert.issued", 0)):
        with pytest.raises(IntegrityError), transaction.atomic():
            PendingEntry.objects.create(kind=kind, ref=ref, turn=turn, commitment=b"", entry=bytes(first.entry))
