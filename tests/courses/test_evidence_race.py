"""Evidence under several hands: real transactions in real threads, with the lock and without it."""

import io
import zipfile
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import transaction

from core.errors import DomainError
from courses.models import EvidenceBatch, ExternalEvidence, TrainingRecord
from courses.services import accept_evidence, part_batch, refuse_evidence, submit_batch, withdraw_evidence
from tests.courses.evidence import NUMBER, PDF, make_case
from tests.courses.test_race import PATIENCE, fresh, no_row_locks, together
from tests.courses.training_files import file, row

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["no_row_locks"]


def both_before_either_commits(steps):
    """Each thread takes its step and waits for the other before it commits: what each of them was answered."""
    case = make_case()
    evidence, done, answers = case.submit(), Barrier(2), []

    def take(step):
        try:
            with transaction.atomic():
                step(case, ExternalEvidence.objects.get(pk=evidence.pk))
                with suppress(BrokenBarrierError):
                    done.wait(timeout=PATIENCE)
            answers.append("done")
        except DomainError as refusal:
            answers.append(refusal.code)

    together(take, steps)
    return sorted(answers)


def accept(case, evidence):
    accept_evidence(actor=fresh(case.decider), evidence=evidence)


def refuse(case, evidence):
    refuse_evidence(actor=fresh(case.decider), evidence=evidence, reason="看不清")


def withdraw(case, evidence):
    withdraw_evidence(actor=fresh(case.officer), evidence=evidence)


@pytest.mark.parametrize("steps", [(accept, accept), (refuse, withdraw), (accept, withdraw)])
def test_one_of_two_decides(steps):
    assert both_before_either_commits(steps) == ["done", "wrong_state"]
    assert TrainingRecord.objects.filter(standing="confirmed_by_regulator").count() <= 1


def test_two_decide_without_the_lock(no_row_locks):
    """It proves that the test above notices a missing lock: both are told that it is done."""
    assert both_before_either_commits((refuse, refuse)) == ["done", "done"]


def test_two_that_accept_without_the_lock_meet_the_database(no_row_locks):
    """One record replaces a claim once, whatever the service forgets."""
    assert both_before_either_commits((accept, accept)) == ["changed_meanwhile", "done"]
    assert TrainingRecord.objects.filter(standing="confirmed_by_regulator").count() == 1


def test_same_training_submitted_twice_at_once_waits_once():
    case, answers = make_case(), []

    def submit(_number):
        try:
            case.submit(actor=fresh(case.officer))
            answers.append("done")
        except DomainError as refusal:
            answers.append(refusal.code)
            raise

    together(submit, [1, 2])

    assert sorted(answers) == ["done", "evidence_waiting"]
    assert ExternalEvidence.objects.count() == 1


def test_batch_is_decided_once():
    assert sorted(batch_under_two_hands()) == ["done", "wrong_state"]


def test_batch_is_decided_twice_without_the_lock(no_row_locks):
    assert sorted(batch_under_two_hands()) == ["done", "done"]


def batch_under_two_hands():
    case = make_case()
    scans = io.BytesIO()
    with zipfile.ZipFile(scans, "w") as archive:
        archive.writestr("高轩-0018.pdf", PDF)
    table = file(row("高轩", NUMBER))
    submit_batch(actor=case.officer, institution=case.institution, table=table, scans=scans.getvalue())
    batch, done, answers = EvidenceBatch.objects.get(), Barrier(2), []

    def take(work):
        try:
            with transaction.atomic():
                work(actor=fresh(case.decider), batch=EvidenceBatch.objects.get(pk=batch.pk), reason="x")
                with suppress(BrokenBarrierError):
                    done.wait(timeout=PATIENCE)
            answers.append("done")
        except DomainError as refusal:
            answers.append(refusal.code)

    together(take, [part_batch, part_batch])
    return answers
