"""Every change of a certificate's state is in the public log, and verification finds a register that says otherwise."""

import ast
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from ninja.testing import TestClient

from accounts.selectors import system_user
from certificates.api import router
from certificates.credentials import verify_credential
from certificates.models import Certificate, StatusStatement
from certificates.models.statements import KIND_OF, STATE_OF
from certificates.rules import Outcome
from certificates.selectors import verification, verify_file
from certificates.selectors.files import newest_bytes
from certificates.services.erasure import reduce_certificates
from certificates.services.steps import PUT_DOWN, ask_for_missing, put_down_missing
from certificates.tasks import put_down
from certificates.tlog.services import commit
from certificates.workflow import CERTIFICATE_STEPS, CertificateState
from core import clock
from core.errors import NotAllowed
from core.models import AuditEntry, OutboxEvent
from core.outbox import claim, deliver_event
from tests.builders import regulator
from tests.certificates.builders import make_certificate
from tests.certificates.changes import (
    ROLLED_BACK,
    as_it_was_before,
    asked,
    changes,
    decide,
    forged_event,
    past_the_guards,
    state_alone,
)
from tests.tlog.logs import witnessed

pytestmark = pytest.mark.django_db


# --- every step leaves an entry ---------------------------------------------------------------------------------------
WAYS = [(step, source) for step, row in CERTIFICATE_STEPS.items() if step != "issue" for source in sorted(row.sources)]


@pytest.mark.parametrize(("step", "source"), WAYS)
def test_every_step_of_the_table_leaves_one_entry_that_can_be_opened(step, source):
    certificate = make_certificate()
    if source == CertificateState.SUSPENDED:
        decide(certificate, "suspend")

    decide(certificate, step)

    entry, statement = changes(certificate)[-1], certificate.statements.latest("turn")
    facts, said = json.loads(bytes(entry.entry)), json.loads(statement.statement)
    assert (entry.kind, STATE_OF[entry.kind]) == (KIND_OF[certificate.state], CERTIFICATE_STEPS[step].target)
    assert (facts["ref"], facts["turn"]) == (str(certificate.uuid), len(changes(certificate)))
    assert bytes(entry.commitment) == commit(bytes.fromhex(statement.salt), statement.statement.encode())
    event = certificate.events.latest("pk")
    assert said == {
        "at": event.at.isoformat(timespec="microseconds"), "certificate": str(certificate.uuid), "turn": entry.turn,
        "state": certificate.state, "ground": event.ground, "on": event.decided_on.isoformat(), "v": 1,
    }  # fmt: skip


def test_every_state_that_a_step_leads_to_has_its_kind():
    reached = {row.target for step, row in CERTIFICATE_STEPS.items() if step != "issue"}
    assert reached == set(KIND_OF)
    assert set(CertificateState.values) - reached == {CertificateState.DRAFT}


def test_the_table_is_walked_through_one_door():
    """Whatever calls the engine with this table anywhere else would change a state that no log hears of."""
    found = set()
    for path in Path(django_settings.ROOT, "certificates").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "advance":
                names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
                found |= {path.name} if "CERTIFICATE_STEPS" in names else set()
    assert found == {"steps.py"}


def test_supersession_at_the_desk_is_put_down_and_the_new_one_has_no_change():
    old = make_certificate()
    decide(old, "supersede")
    new = Certificate.objects.get(supersedes=old)
    assert [one.kind for one in changes(old)] == ["cert.superseded"]
    assert (changes(new), asked(old).outcome, asked(new).outcome) == ([], "superseded", "valid")


def test_entries_and_statements_name_nobody():
    certificate = decide(make_certificate(), "suspend", "identity_under_check", note="张三的身份")
    texts = [bytes(one.entry).decode() for one in changes(certificate)]
    texts.append(certificate.statements.get().statement)
    for text in texts:
        assert certificate.holder_name not in text
        assert certificate.number not in text
        assert "张三" not in text


def test_step_that_is_undone_leaves_no_entry():
    certificate = make_certificate()
    with transaction.atomic():
        decide(certificate, "suspend")
        transaction.set_rollback(True)
    assert (changes(certificate), StatusStatement.objects.count()) == ([], 0)


def test_history_is_counted_without_gap_and_said_again_is_said_once():
    certificate = make_certificate()
    for step in ("suspend", "resume", "suspend", "revoke"):
        decide(certificate, step, {"revoke": "court_order"}.get(step, ""))
    assert put_down_missing(actor=system_user()) == 0
    assert [(one.turn, one.kind) for one in changes(certificate)] == [
        (1, "cert.suspended"), (2, "cert.reinstated"), (3, "cert.suspended"), (4, "cert.revoked"),
    ]  # fmt: skip


def test_erasure_changes_no_state_and_leaves_no_entry():
    certificate = decide(make_certificate(), "revoke", "court_order")
    reduce_certificates(actor=system_user(), person=certificate.person)
    answer = asked(certificate)
    assert len(changes(certificate)) == 1
    assert (answer.outcome, answer.change_logged, answer.checks["status"]) == ("revoked", "pending", "passed")


# --- what verification finds ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("by_hand", ROLLED_BACK)
@pytest.mark.parametrize("is_witnessed", [True, False])
def test_state_set_back_by_hand_is_never_green(by_hand, is_witnessed, settings, tmp_path, monkeypatch):
    certificate = decide(make_certificate(), "revoke", "court_order")
    if is_witnessed:
        witnessed(tmp_path, settings)
    assert asked(certificate).outcome == Outcome.REVOKED

    by_hand(certificate)

    answer = asked(certificate)
    assert (answer.outcome, answer.change_logged) == (Outcome.COULD_NOT_CHECK, "differs")
    assert (answer.checks["status"], answer.ended_on, answer.ground) == ("failed", None, "")
    # Without the comparison it would be green.
    monkeypatch.setattr(verification, "UNSURE", frozenset())
    assert asked(certificate).outcome == Outcome.VALID


def test_forged_event_is_not_put_down_as_if_it_were_missing():
    certificate = decide(make_certificate(), "revoke", "court_order")
    forged_event(certificate)
    with past_the_guards("certificates_statusstatement"):
        StatusStatement.objects.all().delete()
    assert put_down_missing(actor=system_user()) == 0
    assert (len(changes(certificate)), asked(certificate).outcome) == (1, Outcome.COULD_NOT_CHECK)


@pytest.mark.parametrize("by_hand", ROLLED_BACK)
def test_decision_taken_again_makes_register_and_log_agree(by_hand):
    """The log keeps both, and every step is counted."""
    certificate = decide(make_certificate(), "revoke", "court_order")
    by_hand(certificate)
    decide(certificate, "revoke", "court_order")
    assert asked(certificate).outcome == Outcome.REVOKED
    assert changes(certificate)[-1].turn == len(changes(certificate)) > 1


def test_page_api_file_and_credential_give_the_same_answer(client):
    certificate = decide(make_certificate(), "revoke", "court_order")
    state_alone(certificate)
    body = newest_bytes(certificate.file)

    page = client.get("/en/verify/", {"number": certificate.number, "code": certificate.code}).content.decode()
    link = client.get(f"/v/{certificate.code}").content.decode()
    api = TestClient(router)
    asked_for = f"/verify?number={certificate.number}&code={certificate.code}"
    machine = api.get(asked_for, META={"REMOTE_ADDR": "10.1.1.1"}).json()
    files = {"file": SimpleUploadedFile("a.pdf", body)}
    handed = api.post("/verify", FILES=files, META={"REMOTE_ADDR": "10.1.1.2"}).json()

    assert "The register and the public log disagree about the state of this certificate." in page
    assert "登记簿与公开存证日志" in link
    for answer in (machine, handed):
        assert (answer["outcome"], answer["checks"]["status"]) == ("could_not_check", "failed")
    assert verify_file(body).outcome == Outcome.COULD_NOT_CHECK
    credential = verify_credential(certificate.credential.json_form.encode())
    assert (credential.outcome, credential.reason, credential.is_genuine) == ("could_not_check", "public log", False)


def test_day_and_ground_that_were_changed_by_hand_are_not_told():
    certificate = decide(make_certificate(), "revoke", "court_order")
    for change in ({"ground": "own_request"}, {"decided_on": clock.today() - timedelta(days=300)}):
        with transaction.atomic():
            with past_the_guards("certificates_certificateevent"):
                certificate.events.filter(step="revoke").update(**change)
            answer = asked(certificate)
            assert (answer.outcome, answer.ground, answer.ended_on) == (Outcome.COULD_NOT_CHECK, "", None)
            transaction.set_rollback(True)
    assert asked(certificate).ground == "court_order"


def test_state_that_no_decision_made_is_not_told():
    certificate = make_certificate()
    Certificate.objects.filter(pk=certificate.pk).update(state="revoked")
    assert (asked(certificate).outcome, asked(certificate).change_logged) == (Outcome.COULD_NOT_CHECK, "differs")


def test_revocation_holds_at_once_and_needs_a_witness_within_a_day(settings, tmp_path):
    certificate = make_certificate()
    witnessed(tmp_path, settings)
    decide(certificate, "revoke", "court_order")
    with clock.travel(timedelta(hours=23)):
        assert (asked(certificate).outcome, asked(certificate).change_logged) == (Outcome.REVOKED, "pending")
    with clock.travel(timedelta(hours=25)):
        assert (asked(certificate).outcome, asked(certificate).change_logged) == (Outcome.COULD_NOT_CHECK, "late")


def test_witnessed_change_holds_for_ever(settings, tmp_path):
    certificate = decide(make_certificate(), "suspend")
    decide(certificate, "resume")
    witnessed(tmp_path, settings)
    with clock.travel(timedelta(days=400)):
        answer = asked(certificate)
    assert (answer.outcome, answer.change_logged, answer.logged) == (Outcome.VALID, "final", "final")


def statements_of(certificate):
    with CaptureQueriesContext(connection) as asked_for:
        asked(certificate)
    return len(asked_for)


def test_history_of_any_length_costs_the_same(settings, tmp_path):
    once, often = decide(make_certificate(), "suspend"), make_certificate()
    for step in ("suspend", "resume") * 3:
        decide(often, step)
    never = make_certificate()
    assert statements_of(never) == statements_of(once) == statements_of(often) == 4
    witnessed(tmp_path, settings)
    assert statements_of(once) == statements_of(often)


# --- changes from before ----------------------------------------------------------------------------------------------
@pytest.fixture
def earlier():
    """As it was before changes were put down: decided, and the log knows nothing."""
    certificate = decide(make_certificate(), "suspend")
    decide(certificate, "resume")
    decide(certificate, "revoke", "court_order")
    as_it_was_before()
    return certificate


def test_change_that_is_missing_in_the_log_is_told_for_a_day(earlier):
    assert (asked(earlier).outcome, asked(earlier).change_logged) == (Outcome.REVOKED, "waits")
    with clock.travel(timedelta(hours=25)):
        assert (asked(earlier).outcome, asked(earlier).change_logged) == (Outcome.COULD_NOT_CHECK, "missing")


def test_command_puts_down_what_is_missing_once(earlier):
    def run(*arguments):
        out = StringIO()
        call_command("put_down_missing", *arguments, stdout=out)
        return out.getvalue()

    assert "0 certificates put down, 1 with a change" in run("--check")
    with clock.travel(timedelta(days=3)):
        assert "1 certificates put down, 0 with a change" in run()
        assert [one.kind for one in changes(earlier)] == ["cert.suspended", "cert.reinstated", "cert.revoked"]
        assert "0 certificates put down, 0 with a change" in run()
        assert asked(earlier).outcome == Outcome.REVOKED
    assert AuditEntry.objects.filter(verb="certificates.changes_logged").count() == 1


def test_next_decision_puts_down_what_came_before_it():
    certificate = decide(make_certificate(), "suspend")
    as_it_was_before()
    decide(certificate, "resume")
    assert [(one.turn, one.kind) for one in changes(certificate)] == [(1, "cert.suspended"), (2, "cert.reinstated")]
    assert asked(certificate).outcome == Outcome.VALID


def test_event_of_the_migration_puts_them_down(earlier):
    event = OutboxEvent.objects.create(kind=PUT_DOWN, key="changes", created_at=clock.now())
    deliver_event(event.pk)
    event.refresh_from_db()
    assert (event.state, len(changes(earlier))) == ("done", 3)


def test_whoever_puts_down_much_keeps_the_lease_of_it(earlier):
    held = OutboxEvent.objects.create(kind=PUT_DOWN, key="changes", created_at=clock.now())
    held = claim(held.pk)
    with clock.travel(timedelta(seconds=90)):
        put_down(held)
        held.refresh_from_db()
        assert held.leased_until > clock.now() + timedelta(seconds=90)
    assert len(changes(earlier)) == 3


def test_every_day_s_round_asks_for_what_is_missing(earlier):
    ask_for_missing()
    event = OutboxEvent.objects.get(kind=PUT_DOWN)
    deliver_event(event.pk)
    assert len(changes(earlier)) == 3
    ask_for_missing()
    assert OutboxEvent.objects.filter(kind=PUT_DOWN).count() == 1


def test_nobody_but_the_system_puts_down_what_is_missing(earlier):
    with pytest.raises(NotAllowed):
        put_down_missing(actor=regulator(""))


# --- the table --------------------------------------------------------------------------------------------------------
def refused(work):
    with pytest.raises(IntegrityError), transaction.atomic():
        work()


def test_statements_cannot_be_changed_or_taken_away():
    certificate = decide(make_certificate(), "suspend")
    refused(lambda: StatusStatement.objects.update(statement="{}"))
    refused(lambda: StatusStatement.objects.update(salt=""))
    with connection.cursor() as cursor:
        refused(lambda: cursor.execute("DELETE FROM certificates_statusstatement"))
    assert certificate.statements.count() == 1


def test_statement_has_its_turn_once_and_counts_from_one():
    certificate = decide(make_certificate(), "suspend")
    first = certificate.statements.get()
    event = certificate.events.get(step="issue")
    kept = {"certificate": certificate, "statement": "{}", "salt": "0" * 64, "commitment": "0" * 64}
    refused(StatusStatement(event=event, turn=1, **kept).save)
    refused(StatusStatement(event=event, turn=0, **kept).save)
    refused(StatusStatement(event=first.event, turn=2, **kept).save)
    StatusStatement(event=event, turn=2, **kept).save()
