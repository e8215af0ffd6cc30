"""Signed notes: the published example, one form per value, and what a known key's bad signature does."""

import base64

import pytest

from certificates.tlog import policy
from certificates.tlog.notes import Checkpoint, Note, NoteError, Signer, Verifier, from_base64, from_number
from tests.tlog.logs import NOW, ORIGIN, cosigner

EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ER"
    "YNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)


def test_example_of_the_specification_is_read():
    key = Verifier.from_vkey(EXAMPLE_KEY)

    assert key.vkey == EXAMPLE_KEY
    assert Note.parse(EXAMPLE).signed_by([key]) == {key: 0}


@pytest.mark.parametrize("text", ["QQ", "QQ=", "QR==", "QQ==\n", " QQ==", "QQ-_", "Q Q=", "ＱＱ=="])
def test_base64_in_another_form_is_refused(text):
    with pytest.raises(NoteError):
        from_base64(text)


def test_a_tolerant_decoder_would_take_unused_bits():
    """The twin: two texts for one value."""
    assert base64.b64decode("QR==") == base64.b64decode("QQ==") == from_base64("QQ==")


@pytest.mark.parametrize("text", ["", "01", "+1", "-1", "1.0", "１", " 1", "99999999999999999999"])
def test_number_in_another_form_is_refused(text):
    with pytest.raises(NoteError):
        from_number(text)


def signed_note(*signers, text=None):
    text = text or Checkpoint(ORIGIN, 3, bytes(32)).text()
    return text + "\n" + "".join(one.line(text, at=NOW) for one in signers)


def test_cosignature_carries_its_moment():
    log, witness = Signer(ORIGIN, b"\1" * 32), cosigner("w.invalid")

    found = Note.parse(signed_note(log, witness)).signed_by([log.verifier, witness.verifier])

    assert found == {log.verifier: 0, witness.verifier: NOW}


def test_unknown_signature_is_passed_over_and_a_bad_known_one_spoils_the_note():
    log, stranger = Signer(ORIGIN, b"\1" * 32), Signer(ORIGIN, b"\2" * 32)
    good = signed_note(log, stranger)
    spoilt = good.replace(log.line(Note.parse(good).text), log.line("another text\n"))

    assert set(Note.parse(good).signed_by([log.verifier])) == {log.verifier}
    with pytest.raises(NoteError):
        Note.parse(spoilt).signed_by([log.verifier])


def test_cosignature_without_a_moment_is_refused():
    witness = cosigner("w.invalid")
    text = Checkpoint(ORIGIN, 3, bytes(32)).text()

    with pytest.raises(NoteError):
        Note.parse(text + "\n" + witness.line(text, at=0)).signed_by([witness.verifier])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— a AAAAAAA=",
        "text\n\n- a AAAAAAA=\n",
        "text\n\n—  AAAAAAA=\n",
        "text\n\n— a+b AAAAAAA=\n",
        "text\n\n— a AAAA\n",
        "te\txt\n\n— a AAAAAAA=\n",
        "text\r\n\r\n— a AAAAAAA=\r\n",
        "text\n\n" + "— a AAAAAAA=\n" * 65,
        "x" * 70_000 + "\n\n— a AAAAAAA=\n",
    ],
)
def test_what_is_no_note_is_refused(note):
    with pytest.raises(NoteError):
        Note.parse(note)


@pytest.mark.parametrize(
    "text",
    ["", "o\n1\n", "o\n01\n" + "A" * 43 + "=\n", "o\n1\nAAAA\n", "o\n1\n" + "A" * 43 + "=\nmore\n", "\n1\nAAAA\n"],
)
def test_what_is_no_head_is_refused(text):
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


# --- whom to believe ------------------------------------------------------------------------------------------------
LOG = Signer(ORIGIN, b"\7" * 32).verifier
WITNESSES = [cosigner(f"w{number}.invalid", bytes([number])).verifier for number in (1, 2, 3)]
LINES = [f"log {LOG.vkey}", *(f"witness W{n} {key.vkey} http://w{n}.invalid" for n, key in enumerate(WITNESSES, 1))]


def read(*lines):
    return policy.parse("\n".join([*LINES, *lines]) + "\n")


def test_two_of_three_witnesses_suffice_and_one_counts_once():
    found = read("# run by W1: a province", "group two 2 W1 W2 W3", "quorum two")

    assert found.needed == (2, 3)
    assert [found.is_met(WITNESSES[:count]) for count in range(4)] == [False, False, True, True]
    assert not found.is_met([WITNESSES[0]] * 3)
    assert (found.witnesses["W1"].run_by, found.witnesses["W2"].run_by) == ("a province", "")
    assert found.witnesses["W1"].url == "http://w1.invalid"


def test_groups_stand_in_groups():
    found = read("group any12 any W1 W2", "group both all any12 W3", "quorum both")

    assert not found.is_met(WITNESSES[:2])
    assert found.is_met(WITNESSES[1:])


def test_quorum_of_none_asks_for_nobody():
    assert read("quorum none").is_met([])


@pytest.mark.parametrize(
    "line",
    [
        "group two 4 W1 W2 W3\nquorum two",
        "group two 0 W1\nquorum two",
        "group two 2 W1 W1\nquorum two",
        "group two 1 W9\nquorum two",
        "group W1 1 W2\nquorum W1",
        "quorum nobody",
        "quorum W1\nquorum W2",
        "",
        f"log {LOG.vkey}\nquorum W1",
        f"witness W4 {LOG.vkey}\nquorum W1",
        "log nonsense\nquorum W1",
        "strange W1\nquorum W1",
    ],
)
def test_policy_that_cannot_be_followed_is_refused(line):
    with pytest.raises(policy.PolicyError):
        read(line)


def test_a_key_under_another_number_is_refused():
    with pytest.raises(NoteError):
        Verifier.from_vkey(EXAMPLE_KEY.replace("530d903a", "530d903b"))
