"""A state that was set by hand: nothing is built upon it, nothing of it is put down, and somebody is told."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.permissions import Role
from accounts.selectors import system_user
from accounts.selectors.waiting import waiting_lines
from certificates import services
from certificates.credentials import verify_credential
from certificates.models import BeforeTheLog, Certificate, StatusStatement
from certificates.rules import Outcome
from certificates.selectors.disagreements import register_agrees
from certificates.services import steps
from certificates.services.disagreements import report_disagreements
from certificates.services.issue import allot_successor, store_certificate
from certificates.tasks import every_day
from certificates.tlog.models import PendingEntry
from core import clock, readiness
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry, OutboxEvent
from core.outbox import deliver_event
from tests.builders import regulator
from tests.certificates.builders import make_certificate
from tests.certificates.changes import (
    ROLLED_BACK,
    as_it_was_before,
    asked,
    changes,
    decide,
    forged_event,
    forged_revocation,
    history_too,
    past_the_guards,
    state_alone,
)

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
            actor=regulator(), certificate=certificate, ground="identity_under_check"
        )  # fmt: skip


def test_successor_that_was_allotted_before_is_not_stored():
    old = make_certificate()
    intent = allot_successor(system_user(), old, "information_corrected")
    decide(old, "revoke", "court_order")
    state_alone(old)
    with pytest.raises(DomainError, match="register_differs"):
        store_certificate(actor=system_user(), certificate=intent)
    intent.refresh_from_db()
    assert (intent.state, asked(intent).outcome) == ("draft", Outcome.NEVER_ISSUED)
    with pytest.raises(DomainError, match="register_differs"):
        allot_successor(system_user(), old, "information_corrected")


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


# --- nothing of it is put down, and somebody is told ------------------------------------------------------------------
def rounds(count=3):
    """So many days of the round, with what it asked for carried out; answers how many effects that were."""
    for day in range(count):
        with clock.travel(timedelta(days=day)):
            every_day()
            for pk in OutboxEvent.objects.filter(kind=steps.PUT_DOWN, state="new").values_list("pk", flat=True):
                deliver_event(pk)
    return OutboxEvent.objects.filter(kind=steps.PUT_DOWN).count()


def test_first_change_that_was_forged_is_neither_told_nor_put_down():
    certificate = make_certificate()
    forged_revocation(certificate)
    answer = asked(certificate)
    assert (answer.outcome, answer.change_logged) == (Outcome.COULD_NOT_CHECK, "differs")
    assert (answer.ground, answer.ended_on, answer.checks["status"]) == ("", None, "failed")
    assert (rounds(), changes(certificate)) == (0, [])
    assert asked(certificate).outcome == Outcome.COULD_NOT_CHECK
    # Nor by the next decision.
    Certificate.objects.filter(pk=certificate.pk).update(state="issued")
    refused(certificate, "suspend")


def test_event_that_is_dated_back_is_not_from_before():
    certificate = make_certificate()
    as_it_was_before()
    forged_revocation(certificate)
    event = certificate.events.get(step="revoke")
    with past_the_guards("certificates_certificateevent"):
        certificate.events.filter(pk=event.pk).update(at=clock.now() - timedelta(days=900))
    assert (asked(certificate).change_logged, rounds(), changes(certificate)) == ("differs", 0, [])


def test_list_of_what_was_before_is_closed():
    assert BeforeTheLog.objects.get().events == []
    for work in (
        lambda: BeforeTheLog.objects.update(events=[1]),
        lambda: BeforeTheLog(pk=2).save(force_insert=True),
        lambda: BeforeTheLog(pk=1, events=[1]).save(force_insert=True),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            work()


def test_history_from_before_is_put_down_without_what_was_forged_beside_it():
    certificate = decide(decide(make_certificate(), "suspend"), "revoke", "court_order")
    as_it_was_before()
    assert asked(certificate).outcome == Outcome.REVOKED
    forged_event(certificate)
    assert (rounds(), [one.kind for one in changes(certificate)]) == (1, ["cert.suspended", "cert.revoked"])
    assert (asked(certificate).outcome, asked(certificate).change_logged) == (Outcome.COULD_NOT_CHECK, "differs")


@pytest.mark.parametrize("by_hand", [state_alone, forged_event, history_too])
def test_daily_round_beside_a_forgery_asks_for_nothing_and_raises_an_alarm(by_hand, client, caplog):
    certificate = decide(make_certificate(), "revoke", "court_order")
    other = decide(make_certificate(), "suspend")
    assert (rounds(), register_agrees()) == (0, True)
    by_hand(certificate)
    assert rounds() == 0
    entries = AuditEntry.objects.filter(verb="certificates.register_differs")
    assert [one.facts for one in entries] == [{"number": certificate.number, "state": "issued"}]
    assert f"register and public log disagree about certificate {certificate.number}" in caplog.text
    assert "CRITICAL" in {record.levelname for record in caplog.records}
    assert readiness.checks()["register"] == "failed"
    actor = regulator()
    client.force_login(actor)
    desk = {line.desk.code: line.waiting.count for line in waiting_lines(actor, Role.REGULATOR)}
    assert desk["disagreements"] == 1
    shown = [one.number for one in client.get("/en/suspensions/").context["disagreeing"]]
    assert shown == [certificate.number] != [other.number]


def test_alarm_ends_when_register_and_log_agree_again():
    certificate = decide(make_certificate(), "revoke", "court_order")
    state_alone(certificate)
    rounds(1)
    decide(certificate, "revoke", "court_order")
    assert register_agrees()


def test_forged_first_change_is_an_alarm_too_and_only_the_system_raises_it():
    certificate = make_certificate()
    forged_revocation(certificate)
    with pytest.raises(NotAllowed):
        report_disagreements(actor=regulator(""))
    assert (report_disagreements(actor=system_user()), register_agrees()) == (1, False)
    assert report_disagreements(actor=system_user()) == 1
    assert AuditEntry.objects.filter(verb="certificates.register_differs").count() == 1


# --- a clock behind ---------------------------------------------------------------------------------------------------
def test_clock_that_was_set_back_makes_no_disagreement():
    certificate = decide(make_certificate(), "suspend")
    with clock.travel(-timedelta(minutes=5)):
        decide(certificate, "resume")
    assert (asked(certificate).outcome, asked(certificate).change_logged) == (Outcome.VALID, "pending")
    with clock.travel(-timedelta(minutes=10)):
        decide(certificate, "revoke", "court_order")
    assert asked(certificate).outcome == Outcome.REVOKED
    with pytest.raises(WrongState):
        decide(certificate, "suspend")
    assert register_agrees()


def test_day_of_a_decision_is_compared_with_the_last_decision_whatever_the_clock_said():
    with clock.travel(-timedelta(days=9)):
        certificate = make_certificate()
    decide(certificate, "suspend", on=clock.today() - timedelta(days=6))
    with clock.travel(-timedelta(minutes=5)):
        decide(certificate, "resume", on=clock.today() - timedelta(days=2))
    with pytest.raises(DomainError, match="day_out_of_order"):
        decide(certificate, "revoke", "court_order", on=clock.today() - timedelta(days=4))
