"""Somebody with the owner's rights takes the newest entries out of the log: nothing that rests on it stays green, and
signer and monitor say so."""

import pytest

from accounts.selectors import system_user
from certificates import services
from certificates.models import Certificate, CertificateEvent, StatusStatement
from certificates.rules import Outcome
from certificates.selectors import verify, verify_file
from certificates.selectors.files import newest_bytes
from certificates.selectors.verification import FAILED
from certificates.tlog import monitor, selectors
from certificates.tlog import services as log_services
from certificates.tlog.models import Checkpoint, Cosignature, Leaf, PendingEntry
from certificates.tlog.services import Refused
from tests.certificates.builders import make_award, make_certificate
from tests.certificates.test_status_log import past_the_guards
from tests.tlog.logs import make_log, running_witness
from tests.tlog.test_monitor import World

pytestmark = pytest.mark.django_db
LOG = ("tlog_cosignature", "tlog_checkpoint", "tlog_leaf", "tlog_pending")
REGISTER = ("certificates_certificate", "certificates_certificateevent", "certificates_statusstatement")


@pytest.fixture
def world(client, settings, tmp_path):
    """A log that signs, a witness that answers, and a monitor that looks."""
    with running_witness(tmp_path / "w") as witness:
        yield World(make_log(tmp_path, settings, [witness]), client)


def signed(world):
    log_services.sequence(limit=300)
    world.log.sign()


def cut(entries, *, heads):
    """The entries and their leaves; with `heads` also every head that tells of them."""
    first = min(Leaf.objects.filter(pending__in=entries).values_list("idx", flat=True))
    gone = Checkpoint.objects.filter(size__gt=first) if heads else Checkpoint.objects.none()
    keys = list(entries.values_list("pk", flat=True))
    with past_the_guards(*LOG):
        Cosignature.objects.filter(checkpoint__in=gone).delete()
        gone.delete()
        Leaf.objects.filter(pending__in=keys).delete()
        PendingEntry.objects.filter(pk__in=keys).delete()


def asked(certificate):
    return verify(number=certificate.number, code=certificate.code)


def refused_and_seen(world, before):
    with pytest.raises(Refused) as refusal:
        world.log.sign()
    with pytest.raises(monitor.Alarm):
        world.watch(before=before)
    return refusal.value.what, selectors.open_alarm().what


# What the signer says: a stored head without its entries, or less than it has signed.
@pytest.mark.parametrize(("heads", "what"), [(False, "tree"), (True, "older")], ids=["entries", "entries and heads"])
def test_certificate_whose_entry_is_gone_cannot_be_checked(world, heads, what):
    kept = make_certificate()
    signed(world)
    gone = make_certificate(make_award(name="林知夏"))
    signed(world)
    before = world.watch().head
    assert [asked(kept).outcome, asked(gone).outcome] == ["valid", "valid"]

    cut(PendingEntry.objects.filter(ref=gone.uuid), heads=heads)

    answer, by_file = asked(gone), verify_file(newest_bytes(gone.file))
    assert (answer.outcome, by_file.outcome) == (Outcome.COULD_NOT_CHECK, Outcome.COULD_NOT_CHECK)
    assert (answer.checks["log"], by_file.checks["log"]) == (FAILED, FAILED)
    assert refused_and_seen(world, before) == (what, what)
    # What is left rests on a log that the signer refuses.
    assert (asked(kept).outcome, asked(kept).logged) == (Outcome.COULD_NOT_CHECK, "in_question")


# What the signer says: a stored head without its entries, or less than it has signed.
@pytest.mark.parametrize(("heads", "what"), [(False, "tree"), (True, "older")], ids=["entries", "entries and heads"])
def test_revoked_certificate_set_back_with_its_entry_is_never_green(world, heads, what):
    """Register, history and log all set back to the day before the decision."""
    certificate = make_certificate()
    signed(world)
    services.revoke_certificate(actor=system_user(), certificate=certificate, ground="false_fact")
    signed(world)
    before = world.watch().head

    cut(PendingEntry.objects.filter(ref=certificate.uuid, turn=1), heads=heads)
    with past_the_guards(*REGISTER):
        StatusStatement.objects.filter(certificate=certificate).delete()
        CertificateEvent.objects.filter(certificate=certificate, step="revoke").delete()
        Certificate.objects.filter(pk=certificate.pk).update(state="issued")

    if not heads:
        # The newest head tells of an entry that is not there.
        assert asked(certificate).outcome == Outcome.COULD_NOT_CHECK
    # Where the heads are gone as well, what the signer and the witnesses remember outlives them: for the next turn.
    assert refused_and_seen(world, before) == (what, what)
    assert asked(certificate).outcome == Outcome.COULD_NOT_CHECK


def test_without_asking_whether_the_log_is_whole_the_revoked_one_would_be_green(world, monkeypatch):
    certificate = make_certificate()
    signed(world)
    services.revoke_certificate(actor=system_user(), certificate=certificate, ground="false_fact")
    signed(world)
    cut(PendingEntry.objects.filter(ref=certificate.uuid, turn=1), heads=False)
    with past_the_guards(*REGISTER):
        StatusStatement.objects.filter(certificate=certificate).delete()
        CertificateEvent.objects.filter(certificate=certificate, step="revoke").delete()
        Certificate.objects.filter(pk=certificate.pk).update(state="issued")
    monkeypatch.setattr(selectors, "in_question", lambda: False)
    assert asked(certificate).outcome == Outcome.VALID
