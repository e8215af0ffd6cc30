"""Batches and revocations under many hands: two clicks, two tabs, two officers at once, in real transactions."""

import pytest

from accounts.models import User
from certificates import services, tasks
from certificates.models import Certificate, CertificateCounter, IssueBatch, RevocationCase
from core import clock
from core.errors import DomainError, WrongState
from core.models import Job, OutboxEvent
from courses.models import Cohort
from tests.certificates.builders import certificate_base, make_award, make_certificate, manager_of
from tests.certificates.test_race import running_numbers, together
from tests.courses.builders import make_cohort

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cohort():
    return make_cohort(certificate_base(), state="assessing")


def managers(cohort, count):
    return [manager_of(cohort.base).pk for _ in range(count)]


def user(pk):
    """As each request reads it: its own object in its own thread."""
    return User.objects.get(pk=pk)


def test_asking_in_two_tabs_and_by_two_officers_is_one_batch(cohort):
    make_award(cohort)
    one, other = managers(cohort, 2)

    def ask(pk):
        services.ask_for_cohort(actor=user(pk), cohort=Cohort.objects.get(pk=cohort.pk))

    assert together(ask, [one, one, other]) == []
    assert (IssueBatch.objects.count(), Job.objects.count()) == (1, 0)


def test_deciding_by_two_officers_at_once_is_one_job_and_one_certificate_each(cohort):
    for _ in range(2):
        make_award(cohort)
    one, other = managers(cohort, 2)
    batch = services.ask_for_cohort(actor=user(one), cohort=cohort)

    def confirm(pk):
        services.confirm_batch(actor=user(pk), batch=IssueBatch.objects.get(pk=batch.pk))

    refused = together(confirm, [one, other, one])

    assert [type(error) for error in refused] == [WrongState, WrongState]
    assert (Job.objects.count(), Certificate.objects.count()) == (1, 0)
    tasks.issue(OutboxEvent.objects.get(kind="certificates.issue"))
    assert running_numbers() == [1, 2]
    assert {*Certificate.objects.values_list("state", flat=True)} == {"issued"}


def test_two_lists_with_the_same_people_at_once_make_one_certificate_each(cohort):
    records = [make_award(cohort).pk for _ in range(2)]
    one, other = managers(cohort, 2)
    batches = {
        pk: services.ask_for_records(actor=user(pk), base=cohort.base, record_ids=records) for pk in (one, other)
    }

    def confirm(pk):
        services.confirm_batch(actor=user(pk), batch=batches[pk])

    assert together(confirm, [one, other]) == []
    for event in OutboxEvent.objects.filter(kind="certificates.issue"):
        tasks.issue(event)
    assert (Certificate.objects.count(), CertificateCounter.objects.get().last, running_numbers()) == (2, 2, [1, 2])


def test_notice_by_two_officers_at_once_is_one_revocation(cohort):
    certificate = make_certificate(make_award(cohort))
    notice = services.Notice("由他人代考", "in_person", clock.today())

    def give(pk):
        found = Certificate.objects.get(pk=certificate.pk)
        services.give_notice(actor=user(pk), certificate=found, notice=notice)

    [refused] = together(give, managers(cohort, 2))

    assert isinstance(refused, DomainError)
    assert (refused.code, RevocationCase.objects.count()) == ("revocation_runs", 1)
