"""A head is final when its row, its note, the log's signature and enough witnesses say the same."""

import pytest

from certificates.tlog import selectors
from certificates.tlog.models import Checkpoint
from certificates.tlog.policy import Policy
from certificates.tlog.services import Refused, sign_head
from tests.tlog.logs import NOW, grow, make_log, running_witness, unguarded, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def witness(tmp_path):
    with running_witness(tmp_path / "witness") as running:
        yield running


@pytest.fixture
def log(settings, tmp_path, witness):
    return make_log(tmp_path, settings, [witness])


def test_note_of_another_head_makes_no_row_final(log):
    """Whoever may write rows puts a cosigned note beside another root."""
    grow(3)
    log.sign()
    assert selectors.is_final(selectors.latest_head())
    with unguarded("tlog_checkpoint"):
        write(Checkpoint, "size", "root", 3, bytes(32))

    assert selectors.cosigned_by(selectors.latest_head()) == set()
    with pytest.raises(Refused, match="tells of another head"):
        log.sign()


def test_head_without_the_log_s_own_signature_is_not_final(log, witness):
    grow(3)
    head = log.sign()
    text = head.note.partition("\n\n")[0] + "\n"
    with unguarded("tlog_checkpoint"):
        write(Checkpoint, "size", "note", 3, f"{text}\n")

    assert witness.witness.signer.line(text, at=NOW) in selectors.full_note(selectors.latest_head())
    assert not selectors.is_final(selectors.latest_head())


def test_policy_that_asks_nobody_makes_nothing_final(settings, tmp_path):
    log = make_log(tmp_path, settings)
    grow(3)

    assert not selectors.is_final(log.sign())


def test_final_head_is_found_after_a_long_outage(settings, tmp_path, monkeypatch):
    """More heads without a cosignature than are looked at, on both sides of the final one."""
    monkeypatch.setattr(selectors.entries, "HEADS", 2)
    with running_witness(tmp_path / "w") as running:
        log = make_log(tmp_path, settings, [running])
        alone = [sign_alone(log) for _ in range(3)]
        grow(1)
        log.sign()
    for _ in range(3):
        alone.append(sign_alone(log))

    assert selectors.published_head().size == selectors.covering_head(0).size == 4
    assert [head.size for head in alone] == [1, 2, 3, 5, 6, 7]


def sign_alone(log):
    """The witnesses are away."""
    grow(1)
    desk = log.desk()
    desk.policy = Policy(quorum="none")
    return sign_head(desk)
