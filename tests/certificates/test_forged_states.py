"""A state that was set by hand: nothing is built upon it, nothing of it is put down, and somebody is told."""

import pytest

from accounts.selectors import system_user
from certificates import services
from certificates.credentials import verify_credential
from certificates.models import Certificate, StatusStatement
from certificates.rules import Outcome
from certificates.services import steps
from certificates.services.issue import store_certificate
from certificates.tlog.models import PendingEntry
from core.errors import DomainError, NotAllowed, WrongState
from tests.builders import regulator
from tests.certificates.builders import make_certificate
from tests.certificates.changes import ROLLED_BACK, asked, changes, decide, history_too, state_alone

pytestmark = pytest.mark.django_db
OTHERS = ("suspend", "supersede", "deregister")


def refused(certificate, step):
    """Answers nothing was changed: neither register nor log."""
    before = (Certificate.objects.count(), PendingEntry.objects.count(), StatusStatement.objects.count())
    with pytest.raises(DomainError) as refusal:
        decide(certificate, step)
    assert refusal.value.code == "register_differs"
    assert (Certificate.objects.count(), PendingEntry.objects.count(), StatusStatement.objects.count()) == before


# --- nothing is built upon it -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("step", OTHERS)
@pytest.mark.parametrize("by_hand", ROLLED_BACK)
def test_revocation_set_back_by_hand_cannot_be_laundered_by_genuine_steps(by_hand, step):
    certificate = decide(make_certificate(), "revoke", "court_order")
    by_hand(certificate)
    refused(certificate, step)
    answer, credential = asked(certificate), verify_credential(certificate.credential.json_form.encode())
    assert (answer.outcome, answer.change_logged) == (Outcome.COULD_NOT_CHECK, "differs")
    assert credential.outcome == Outcome.COULD_NOT_CHECK


def test_suspension_that_was_lifted_by_hand_is_no_way_either():
    certificate = decide(make_certificate(), "suspend")
    state_alone(certificate)
    for step in OTHERS:
        refused(certificate, step)
    # Revoking is always open: it ends in no certificate that is in force.
    decide(certificate, "revoke", "court_order")
    assert (asked(certificate).outcome, asked(certificate).change_logged) == (Outcome.REVOKED, "pending")


def test_suspension_made_by_hand_is_not_ended_as_if_it_were_one():
    certificate = make_certificate()
    Certificate.objects.filter(pk=certificate.pk).update(state="suspended")
    refused(certificate, "resume")


def test_who_may_not_decide_is_told_that_and_nothing_about_the_log():
    certificate = decide(make_certificate(), "revoke", "court_order")
    state_alone(certificate)
    with pytest.raises(NotAllowed):
        services.suspend_certificate(
            actor=regulator("99/"), certificate=certificate, ground="identity_under_check"
        )  # fmt: skip


def test_successor_that_was_allotted_before_is_not_stored():
    old = make_certificate()
    intent = services.issue.allot_successor(system_user(), old, "information_corrected")
    decide(old, "revoke", "court_order")
    state_alone(old)
    with pytest.raises(DomainError, match="register_differs"):
        store_certificate(actor=system_user(), certificate=intent)
    intent.refresh_from_db()
    assert (intent.state, asked(intent).outcome) == ("draft", Outcome.NEVER_ISSUED)
    with pytest.raises(DomainError, match="register_differs"):
        services.issue.allot_successor(system_user(), old, "information_corrected")


# --- and what was built upon it is found ------------------------------------------------------------------------------
@pytest.mark.parametrize("by_hand", ROLLED_BACK)
@pytest.mark.parametrize("taken", [("suspend", "resume"), ("supersede",), ("deregister",), ("suspend", "revoke")])
def test_history_that_nobody_could_have_decided_is_never_told(by_hand, taken, monkeypatch):
    """As it was possible before the services asked the log."""
    certificate = decide(make_certificate(), "revoke", "court_order")
    by_hand(certificate)
    with monkeypatch.context() as before:
        before.setattr(steps, "_differs", lambda _certificate: False)
        for step in taken:
            decide(certificate, step)
    answer = asked(certificate)
    assert (answer.outcome, answer.change_logged) == (Outcome.COULD_NOT_CHECK, "differs")
    assert (answer.ground, answer.superseded_by, answer.checks["status"]) == ("", "", "failed")


GENUINE = [
    (("suspend", "resume"), Outcome.VALID),
    (("suspend", "resume", "suspend", "resume"), Outcome.VALID),
    (("suspend", "resume", "revoke"), Outcome.REVOKED),
    (("suspend", "revoke"), Outcome.REVOKED),
    (("suspend", "resume", "supersede"), Outcome.SUPERSEDED),
    (("suspend", "deregister"), Outcome.DEREGISTERED),
]


@pytest.mark.parametrize(("taken", "outcome"), GENUINE)
def test_genuine_histories_are_told_as_they_are(taken, outcome):
    certificate = make_certificate()
    for step in taken:
        decide(certificate, step)
    answer = asked(certificate)
    assert (answer.outcome, answer.change_logged, answer.checks["status"]) == (outcome, "pending", "passed")


def test_chain_of_successors_is_told_as_it_is():
    first = make_certificate()
    decide(first, "supersede")
    second = Certificate.objects.get(supersedes=first)
    decide(second, "suspend")
    decide(second, "resume")
    decide(second, "supersede")
    third = Certificate.objects.get(supersedes=second)
    assert [asked(one).outcome for one in (first, second, third)] == ["superseded", "superseded", "valid"]
    assert [one.kind for one in changes(second)] == ["cert.suspended", "cert.reinstated", "cert.superseded"]


def test_wrong_step_is_still_a_wrong_state_and_not_a_matter_of_the_log():
    with pytest.raises(WrongState):
        decide(make_certificate(), "resume")


def test_entries_and_history_gone_from_the_register_alone_are_found():
    certificate = decide(make_certificate(), "suspend")
    history_too(certificate)
    refused(certificate, "suspend")
