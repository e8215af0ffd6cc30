"""The proof in the holder's hands: good ones are read, and no changed byte is accepted."""

import random

import pytest

from certificates.tlog import policy, proofs
from certificates.tlog.merkle import inclusion_proof, leaf_hash, root_of
from certificates.tlog.notes import Checkpoint, NoteError, Signer
from tests.tlog.logs import NOW, ORIGIN, cosigner, policy_text

ENTRIES = [b'{"n":%d}' % number for number in range(1000)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
LOG = Signer(ORIGIN, b"\1" * 32)
WITNESSES = {f"w{number}": cosigner(f"w{number}.invalid", bytes([number])) for number in (11, 12, 13)}
POLICY = policy.parse(policy_text(LOG, {name: (one.verifier, "") for name, one in WITNESSES.items()}))


def node(level, index):
    return root_of(LEAVES[index << level : (index + 1) << level])


EVERYBODY = (LOG, *WITNESSES.values())


def head(size=1000, signers=EVERYBODY):
    text = Checkpoint(ORIGIN, size, root_of(LEAVES[:size])).text()
    return text + "\n" + "".join(one.line(text, at=NOW) for one in signers)


PATH = tuple(inclusion_proof(700, 1000, node))


def proof(**facts):
    return proofs.Proof(**{"entry": ENTRIES[700], "index": 700, "path": PATH, "note": head(), **facts}).text()


def accepted(text):
    try:
        proofs.check(text, POLICY)
    except NoteError:
        return False
    return True


def test_good_proof_is_accepted_and_small():
    found = proofs.check(proof(), POLICY)

    assert (found.entry, found.index, found.checkpoint.size) == (ENTRIES[700], 700, 1000)
    assert set(found.cosigned.values()) == {NOW}
    assert len(proof().encode()) < 2048


def test_read_and_written_again_it_is_the_same():
    assert proofs.parse(proof()).text() == proof()


def test_no_changed_byte_is_accepted():
    """Every byte: one random bit, another random byte, gone, doubled."""
    good, chance, tried, wrong = proof().encode(), random.Random(4), 0, []
    for at in range(len(good)):
        ways = (
            bytes([good[at] ^ (1 << chance.randrange(8))]),
            bytes([chance.choice([one for one in range(256) if one != good[at]])]),
            b"",
            good[at : at + 1] * 2,
        )
        for way in ways:
            changed = good[:at] + way + good[at + 1 :]
            tried += 1
            if changed != good and accepted_bytes(changed):
                wrong.append((at, way))

    assert tried > 4000
    assert wrong == []


def accepted_bytes(content):
    try:
        return accepted(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


@pytest.mark.parametrize(
    "facts",
    [
        {"index": 701},
        {"entry": ENTRIES[701]},
        {"path": ()},
        {"path": tuple(inclusion_proof(701, 1000, node))},
        {"note": head(signers=[LOG])},
        {"note": head(signers=[LOG, *list(WITNESSES.values())[:2]])},
        {"note": head(signers=[LOG, *[WITNESSES["w11"]] * 3])},
        {"note": head(signers=WITNESSES.values())},
        {"note": head(signers=[Signer(ORIGIN, b"\2" * 32), *WITNESSES.values()])},
        {"note": head(size=999)},
    ],
)
def test_proof_of_something_else_is_refused(facts):
    assert not accepted(proof(**facts))


def test_extra_words_in_the_file_are_refused():
    good = proof()

    assert not accepted(good + "\n")
    assert not accepted("\n" + good)
    assert not accepted(good.replace("index 700", "index 0700"))
    assert not accepted(good.replace("\nindex", "\nextra AAAA\nindex"))
    assert not accepted(good.replace("\n", "\r\n"))


def test_without_the_quorum_a_forged_witness_line_would_pass():
    """The twin: with a policy that asks for nobody, the same change is accepted."""
    text = proof(note=head(signers=[LOG]))
    nobody = policy.parse(policy_text(LOG, {}))

    assert proofs.check(text, nobody).index == 700
    assert not accepted(text)
