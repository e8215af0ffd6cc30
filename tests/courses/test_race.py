"""The last seat under several hands: real transactions in real threads, with the lock and without it."""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.models import User
from core.errors import DomainError
from courses.models import Cohort, Enrolment, SeatReservation
from courses.services import admit, apply_for_cohort, reserve_seats
from tests.builders import base_manager, make_institution, make_person, make_user, officer
from tests.courses.builders import make_cohort, make_enrolment

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 4
# Seconds in which all are through, unless a lock keeps them apart.
PATIENCE = 2


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


@pytest.fixture
def no_row_locks(monkeypatch):
    """The database's row locks, switched off. SQLite has none to switch: BEGIN IMMEDIATE lets one writer in."""
    if not connection.features.has_select_for_update:
        pytest.skip("SQLite has no row locks")
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows.all())


def admit_all_before_anybody_commits(cohort):
    """Every thread admits somebody, then waits for the others before it commits; who waits for a lock is not there."""
    manager, admitted = base_manager(cohort.base), Barrier(THREADS)

    def admit_one(pk):
        with transaction.atomic():
            admit(actor=fresh(manager), enrolment=Enrolment.objects.get(pk=pk))
            with suppress(BrokenBarrierError):
                admitted.wait(timeout=PATIENCE)

    together(admit_one, list(cohort.enrolments.values_list("pk", flat=True)))
    return list(cohort.enrolments.order_by("state").values_list("state", flat=True))


def test_admit_in_parallel_never_exceeds_the_capacity(cohort):
    assert admit_all_before_anybody_commits(cohort) == ["admitted"] + ["waitlisted"] * (THREADS - 1)


def test_admit_in_parallel_without_the_lock_exceeds_it(cohort, no_row_locks):
    """The same, with the database's row locks switched off: it proves that the test above notices a missing lock."""
    assert admit_all_before_anybody_commits(cohort) == ["admitted"] * THREADS


def test_apply_in_parallel_is_one_enrolment():
    user = make_user()
    make_person("林知夏", user=user)
    cohort = make_cohort()

    together(
        lambda pk: apply_for_cohort(actor=fresh(user), cohort=Cohort.objects.get(pk=pk), agrees=True),
        [cohort.pk] * THREADS,
    )

    assert Enrolment.objects.filter(cohort=cohort).count() == 1


@pytest.fixture
def nearly_full():
    """One seat left of two."""
    cohort = make_cohort(capacity=2)
    make_enrolment(cohort)
    return cohort


def reserve_both_before_anybody_commits(cohort):
    """Two institutions hold the last seat, each waiting for the other before it commits."""
    held, places = Barrier(2), [make_institution(), make_institution()]
    pairs = [(officer(one), one) for one in places]

    def reserve(pair):
        actor, institution = fresh(pair[0]), pair[1]
        with transaction.atomic():
            reserve_seats(actor=actor, cohort=Cohort.objects.get(pk=cohort.pk), institution=institution, unnamed=1)
            with suppress(BrokenBarrierError):
                held.wait(timeout=PATIENCE)

    together(reserve, pairs)
    return SeatReservation.objects.filter(cohort=cohort).count()


def test_last_seat_is_held_once(nearly_full):
    assert reserve_both_before_anybody_commits(nearly_full) == 1


def test_last_seat_is_held_twice_without_the_lock(nearly_full, no_row_locks):
    """As above: it proves that the test before notices a missing lock."""
    assert reserve_both_before_anybody_commits(nearly_full) == 2
