"""Numbers under many hands: real transactions in real threads, kills in the middle, and what the locks are for."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts.models import User
from accounts.selectors import system_user
from certificates import tasks
from certificates.identifiers import parse_number
from certificates.models import Certificate, CertificateCounter, CertificateFile
from certificates.services import issue, issue_certificate, start_issue
from certificates.services.issue import allot_certificate
from core.models import Job, OutboxEvent
from courses.models import Cohort, TrainingRecord
from tests.certificates.builders import certificate_base, make_award, manager_of
from tests.courses.builders import make_cohort

pytestmark = pytest.mark.django_db(transaction=True)


def together(work, arguments):
    """Run `work` once per argument, all at the same moment."""
    barrier, failures = Barrier(len(arguments)), []

    def run(argument):
        try:
            barrier.wait()
            work(argument)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[argument]) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def running_numbers():
    return sorted(parse_number(number).running for number in Certificate.objects.values_list("number", flat=True))


@pytest.fixture
def cohort():
    return make_cohort(certificate_base(), state="assessing")


def issue_by_id(pk):
    issue_certificate(actor=system_user(), training_record=TrainingRecord.objects.get(pk=pk))


def test_issue_in_parallel_numbers_without_gap(cohort):
    awards = [make_award(cohort).pk for _ in range(6)]

    assert together(issue_by_id, awards) == []

    assert running_numbers() == [1, 2, 3, 4, 5, 6]
    assert (CertificateFile.objects.count(), CertificateCounter.objects.get().last) == (6, 6)


def test_issue_of_one_award_by_four_hands_is_one_certificate(cohort):
    award = make_award(cohort).pk

    assert together(issue_by_id, [award] * 4) == []

    certificate = Certificate.objects.get()
    assert (certificate.state, certificate.events.count(), CertificateFile.objects.count()) == ("issued", 1, 1)
    assert OutboxEvent.objects.filter(kind="certificates.issued").count() == 1
    assert (running_numbers(), CertificateCounter.objects.get().last) == ([1], 1)


def test_kill_after_the_intent_leaves_a_number_that_is_completed_and_no_gap(cohort, monkeypatch):
    """The worker dies while drawing: the intent is committed, everything after it is gone."""
    first, second = make_award(cohort), make_award(cohort)

    def die(_certificate, **_more):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(issue, "draw", die)
        with pytest.raises(SystemExit):
            issue_by_id(first.pk)
    intent = Certificate.objects.get()
    assert (intent.state, CertificateFile.objects.count()) == ("draft", 0)

    issue_by_id(second.pk)
    issue_by_id(first.pk)

    intent.refresh_from_db()
    assert (intent.state, running_numbers()) == ("issued", [1, 2])


def test_kill_between_storage_and_commit_leaves_an_intent_and_no_half_state(cohort, monkeypatch):
    award = make_award(cohort)

    def die(*_arguments, **_facts):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(issue, "take_step", die)
        with pytest.raises(SystemExit):
            issue_by_id(award.pk)
    certificate = Certificate.objects.get()
    assert (certificate.state, CertificateFile.objects.count()) == ("draft", 0)
    assert OutboxEvent.objects.filter(kind="certificates.issued").count() == 0

    issue_by_id(award.pk)

    certificate.refresh_from_db()
    assert (certificate.state, CertificateFile.objects.count()) == ("issued", 1)
    assert certificate.file.storage_name.endswith(f"{certificate.uuid}.pdf")


def test_rolled_back_intent_gives_its_number_back(cohort, monkeypatch):
    award = make_award(cohort)
    with monkeypatch.context() as patch:
        patch.setattr(issue.secrets, "token_bytes", lambda _count: b"")
        with pytest.raises(ValueError, match="80 bits"):
            allot_certificate(actor=system_user(), training_record=award)
    assert Certificate.objects.count() == 0

    issue_by_id(award.pk)
    assert running_numbers() == [1]


def test_double_click_starts_one_job(cohort):
    for _ in range(2):
        make_award(cohort)
    manager = manager_of(cohort.base)

    def click(_turn):
        start_issue(actor=User.objects.get(pk=manager.pk), cohort=Cohort.objects.get(pk=cohort.pk))

    assert together(click, [1, 2]) == []
    assert (Job.objects.count(), Certificate.objects.count()) == (1, 0)
    tasks.issue(OutboxEvent.objects.get(kind="certificates.issue"))
    assert running_numbers() == [1, 2]


def test_job_that_was_killed_goes_on_where_it_stopped(cohort, monkeypatch):
    for name in ("高轩", "林知夏", "䶮文博"):
        make_award(cohort, name=name)
    job = start_issue(actor=manager_of(cohort.base), cohort=cohort)
    event = OutboxEvent.objects.get(kind="certificates.issue")
    drawn = issue.draw
    turns = iter([drawn])

    with monkeypatch.context() as patch:
        # The first is drawn, then the worker dies.
        patch.setattr(issue, "draw", lambda certificate, **more: next(turns)(certificate, **more))
        with pytest.raises(StopIteration):
            tasks.issue(event)
    assert sorted(Certificate.objects.values_list("state", flat=True)) == ["draft", "draft", "issued"]

    tasks.issue(event)

    job.refresh_from_db()
    assert (job.state, running_numbers()) == ("done", [1, 2, 3])
    assert {*Certificate.objects.values_list("state", flat=True)} == {"issued"}
    assert {*job.items.values_list("state", flat=True)} == {"done"}
