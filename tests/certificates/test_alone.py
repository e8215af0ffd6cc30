"""How many one person may issue for alone, by batch or singly; and what the decision itself costs: the numbers are the
job's."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.selectors import system_user
from certificates import services
from certificates.models import Certificate, CertificateCounter
from certificates.selectors.batches import alone_up_to
from certificates.services.issue import allot_certificate
from certificates.services.steps import take_step
from core import clock
from core.errors import DomainError
from tests.certificates.builders import certificate_base, make_award, manager_of
from tests.certificates.test_batches import alone_up_to_one, asker, cohort, run, second
from tests.courses.builders import make_cohort

pytestmark = pytest.mark.django_db
__all__ = ["alone_up_to_one", "asker", "cohort", "second"]


@pytest.fixture
def one_by_one(cohort, asker):
    def issue_for(of=cohort, by=asker):
        return services.issue_certificate(actor=by, training_record=make_award(of))

    return issue_for


def test_sixty_single_ones_in_a_day_are_no_way_round_the_second_person(cohort, asker):
    for _ in range(limit := alone_up_to()):
        singly(cohort, asker)
    for of in (cohort, make_cohort(cohort.base, state="assessing")):
        with pytest.raises(DomainError, match="second_person_needed"):
            services.issue_certificate(actor=asker, training_record=make_award(of))
    assert Certificate.objects.count() == limit
    # Somebody else has a day of his own, and so has the next day; a class has none.
    services.issue_certificate(actor=manager_of(cohort.base), training_record=make_award(cohort))
    with clock.travel(timedelta(days=1)):
        services.issue_certificate(actor=asker, training_record=make_award(make_cohort(cohort.base, state="assessing")))
        with pytest.raises(DomainError, match="second_person_needed"):
            services.issue_certificate(actor=asker, training_record=make_award(cohort))


def singly(cohort, actor):
    """As one person's own past: the bytes are not what is counted."""
    certificate = allot_certificate(actor=actor, training_record=make_award(cohort))
    with transaction.atomic():
        take_step(actor=actor, certificate=certificate, step="issue")


def test_single_ones_and_batches_are_counted_together(cohort, asker, second, one_by_one, alone_up_to_one):
    one_by_one()
    batch = services.ask_for_records(actor=asker, base=cohort.base, record_ids=[make_award(cohort).pk])
    with pytest.raises(DomainError, match="second_person_needed"):
        services.confirm_batch(actor=asker, batch=batch)
    run(services.approve_batch(actor=second, batch=batch))
    with clock.travel(timedelta(days=1)):
        # What two have decided on counts for nobody alone, and what has its number is finished by anybody.
        of = make_cohort(cohort.base, state="assessing")
        made = one_by_one(of)
        assert services.issue_certificate(actor=asker, training_record=made.training_record) == made
        with pytest.raises(DomainError, match="second_person_needed"):
            services.start_issue(actor=asker, cohort=make_award(of).enrolment.cohort)


def test_number_without_its_file_counts_for_whoever_asks(cohort, one_by_one, alone_up_to_one):
    allot_certificate(actor=system_user(), training_record=make_award(cohort))
    with pytest.raises(DomainError, match="second_person_needed"):
        one_by_one()


@pytest.mark.parametrize(("step", "sizes"), [("confirm", (5, 20)), ("approve", (5, 50))])
def test_deciding_takes_as_many_queries_for_many_and_allots_no_number(step, sizes):
    """The numbers are the job's: nobody waits for them in front of the page."""
    counted = []
    for people in sizes:
        cohort = make_cohort(certificate_base(), state="assessing", capacity=60)
        for _ in range(people):
            make_award(cohort)
        asker, second = manager_of(cohort.base), manager_of(cohort.base)
        batch = services.ask_for_cohort(actor=asker, cohort=cohort)
        with CaptureQueriesContext(connection) as queries:
            if step == "confirm":
                services.confirm_batch(actor=asker, batch=batch)
            else:
                services.approve_batch(actor=second, batch=batch)
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert (Certificate.objects.count(), CertificateCounter.objects.count()) == (0, 0)
