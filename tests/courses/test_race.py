"""The last seat under two hands: real transactions in real threads, and what happens without the lock."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts.models import User
from core.errors import DomainError
from core.workflow import advance
from courses.models import Cohort, Enrolment
from courses.services import admit, apply_for_cohort
from courses.services.enrolments import seats_taken
from courses.workflow import ENROLMENT_STEPS
from tests.builders import base_manager, make_person, make_user
from tests.courses.builders import make_cohort, make_enrolment

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 4


def together(work, arguments):
    """Run `work` once per argument, all at the same moment; domain errors are an answer, others are not."""
    barrier, failures = Barrier(len(arguments)), []

    def run(argument):
        try:
            barrier.wait()
            work(argument)
        except DomainError:
            pass
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[argument]) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.fixture
def cohort():
    cohort = make_cohort(capacity=1)
    for _ in range(THREADS):
        make_enrolment(cohort, state="applied")
    return cohort


def fresh(user):
    """Each thread has its own user object, as each request has."""
    return User.objects.get(pk=user.pk)


def test_admit_in_parallel_never_exceeds_the_capacity(cohort):
    manager = base_manager(cohort.base)

    together(
        lambda pk: admit(actor=fresh(manager), enrolment=Enrolment.objects.get(pk=pk)),
        list(cohort.enrolments.values_list("pk", flat=True)),
    )

    states = cohort.enrolments.order_by("state").values_list("state", flat=True)
    assert list(states) == ["admitted"] + ["waitlisted"] * (THREADS - 1)


def test_admit_in_parallel_without_the_lock_exceeds_it(cohort):
    """The twin with the guard off: counting before locking lets everybody in. It proves that the test can fail."""
    manager = base_manager(cohort.base)
    counted = Barrier(THREADS)

    def careless(pk):
        free = seats_taken(cohort) < cohort.capacity
        counted.wait()
        if free:
            advance(Enrolment.objects.get(pk=pk), "admit", ENROLMENT_STEPS, actor=fresh(manager))

    together(careless, list(cohort.enrolments.values_list("pk", flat=True)))

    assert seats_taken(cohort) == THREADS


def test_apply_in_parallel_is_one_enrolment():
    user = make_user()
    make_person("林知夏", user=user)
    cohort = make_cohort()

    together(
        lambda pk: apply_for_cohort(actor=fresh(user), cohort=Cohort.objects.get(pk=pk), agrees=True),
        [cohort.pk] * THREADS,
    )

    assert Enrolment.objects.filter(cohort=cohort).count() == 1
