"""结业审核: the progress that is read, the records that come of it, what stays refused."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import Claim
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import OutboxEvent
from courses.models import TrainingRecord
from courses.rules import Condition
from courses.selectors.completion import progress_of, reviews_of
from courses.services import check_identity, complete_enrolments, mark_attendance
from tests.builders import (
    base_manager,
    make_base,
    make_person,
    make_user,
    regulator,
)
from tests.courses.annulling import make_annulment
from tests.courses.builders import (
    credit,
    make_attempt,
    make_cohort,
    make_enrolment,
    make_ready,
    make_record,
    make_session,
    make_sitting,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return make_cohort(state="assessing")


@pytest.fixture
def manager(cohort):
    return base_manager(cohort.base)


def test_progress_sums_the_ledger_and_the_attended_hours(cohort, manager):
    trainee = make_enrolment(cohort, state="attending", checked=True)
    held, missed = (make_session(cohort, shares={"K1": "2.5", "P1": "1.5"}) for _ in range(2))
    mark_attendance(actor=manager, session=held, marks={trainee.pk: "online"})
    mark_attendance(actor=manager, session=missed, marks={trainee.pk: "leave"})
    credit(trainee, "3.0")
    make_attempt(make_sitting(cohort), trainee.person, score=72)

    progress = progress_of([trainee])[trainee.pk]

    assert (progress.hours, progress.attended, progress.scheduled) == (Decimal("7"), Decimal("4"), Decimal("8"))
    assert (progress.attendance, progress.score, progress.passed) == (50, 72, True)
    assert progress.identity_checked is True


def test_progress_takes_the_best_attempt(cohort):
    trainee = make_enrolment(cohort)
    sitting = make_sitting(cohort)
    make_attempt(sitting, trainee.person, score=66, number=1)
    make_attempt(sitting, trainee.person, score=41, number=2)

    assert progress_of([trainee])[trainee.pk].score == 66


def test_progress_passes_over_the_exams_of_others(cohort):
    trainee, other = make_enrolment(cohort), make_enrolment(cohort)
    make_attempt(make_sitting(cohort), other.person, score=90)
    make_attempt(make_sitting(make_cohort(cohort.base)), trainee.person, score=90)

    assert progress_of([trainee])[trainee.pk].score is None


def test_progress_uses_the_latest_identity_check(cohort, manager):
    trainee = make_enrolment(cohort, checked=True)
    trainee.person.identity_checks.create(standing="self_declared", checked_at=clock.now(), checked_by=manager)

    assert progress_of([trainee])[trainee.pk].identity_checked is False


@pytest.mark.parametrize("rows", [1, 3])
def test_progress_takes_five_queries(cohort, rows, django_assert_num_queries):
    trainees = [make_ready(cohort) for _ in range(rows)]

    with django_assert_num_queries(5):
        progress_of(trainees)


def test_reviews_leave_out_other_bases_and_other_states(cohort, manager):
    mine = make_ready(cohort)
    for state in ("applied", "waitlisted", "refused", "withdrawn", "failed"):
        make_enrolment(cohort, state=state)
    make_ready(make_cohort(state="assessing"))

    assert [review.enrolment for review in reviews_of(manager, cohort)] == [mine]
    assert reviews_of(base_manager(), cohort) == []


def test_complete_makes_a_training_record_of_who_is_ready(cohort, manager):
    ready = make_ready(cohort)

    outcome = complete_enrolments(actor=manager, cohort=cohort, enrolment_ids=[ready.pk])

    record = TrainingRecord.objects.get()
    ready.refresh_from_db()
    assert (outcome.records, outcome.refused, ready.state) == ([record], {}, "completed")
    assert (record.person, record.enrolment, record.base, record.level.code) == (
        ready.person,
        ready,
        cohort.base,
        "JUNIOR",
    )
    assert (record.track, record.standing, record.hours, record.completed_on, record.title) == (
        "SOCIAL",
        "issued",
        Decimal("48.0"),
        clock.today(),
        cohort.programme.title_zh,
    )


def test_complete_tells_upper_rooms_of_each_record(cohort, manager):
    ready = [make_ready(cohort) for _ in range(2)]

    complete_enrolments(actor=manager, cohort=cohort, enrolment_ids=[one.pk for one in ready])

    told = OutboxEvent.objects.filter(kind="courses.training_record_added").order_by("pk")
    assert [event.key for event in told] == [
        str(pk) for pk in TrainingRecord.objects.order_by("pk").values_list("pk", flat=True)
    ]


def test_complete_refuses_the_others_with_what_is_missing(cohort, manager):
    ready = make_ready(cohort)
    bare = make_enrolment(cohort, state="attending")
    make_session(cohort)
    mark_attendance(actor=manager, session=cohort.sessions.get(), marks={ready.pk: "present"})

    outcome = complete_enrolments(actor=manager, cohort=cohort, enrolment_ids=[ready.pk, bare.pk])

    bare.refresh_from_db()
    assert [record.enrolment for record in outcome.records] == [ready]
    assert [one.code for one in outcome.refused[bare.pk]] == list(Condition)
    assert (bare.state, TrainingRecord.objects.count()) == ("attending", 1)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda one: credit(one, "-0.1"), Condition.HOURS),
        (lambda one: make_session(one.cohort), Condition.ATTENDANCE),
        (lambda one: one.person.identity_checks.create(
            standing="self_declared", checked_at=clock.now(), checked_by=one.applicant
        ), Condition.IDENTITY),
    ],
)  # fmt: skip
def test_complete_refuses_for_each_single_condition(cohort, manager, spoil, code):
    nearly = make_ready(cohort)
    spoil(nearly)

    outcome = complete_enrolments(actor=manager, cohort=cohort, enrolment_ids=[nearly.pk])

    assert [one.code for one in outcome.refused[nearly.pk]] == [code]
    assert TrainingRecord.objects.count() == 0


def test_complete_refuses_who_failed_the_exam(cohort, manager):
    failed = make_enrolment(cohort, state="attending", checked=True)
    credit(failed, "48")
    make_attempt(make_sitting(cohort), failed.person, score=59)

    outcome = complete_enrolments(actor=manager, cohort=cohort, enrolment_ids=[failed.pk])

    assert [(one.code, one.have, one.need) for one in outcome.refused[failed.pk]] == [(Condition.EXAM, 59, 60)]


def test_complete_twice_makes_one_record(cohort, manager):
    ready = make_ready(cohort)
    for _ in range(2):
        complete_enrolments(actor=manager, cohort=cohort, enrolment_ids=[ready.pk])

    assert TrainingRecord.objects.count() == 1


def test_complete_passes_over_trainees_of_another_cohort(cohort, manager):
    foreign = make_ready(make_cohort(cohort.base, state="assessing"))

    outcome = complete_enrolments(actor=manager, cohort=cohort, enrolment_ids=[foreign.pk])

    foreign.refresh_from_db()
    assert (outcome.records, outcome.refused, foreign.state) == ([], {}, "attending")


@pytest.mark.parametrize("state", ["draft", "filed", "open", "closed", "cancelled"])
def test_complete_in_a_cohort_not_under_way_is_refused(state):
    cohort = make_cohort(state=state)
    ready = make_ready(cohort)

    with pytest.raises(WrongState):
        complete_enrolments(actor=base_manager(cohort.base), cohort=cohort, enrolment_ids=[ready.pk])

    assert TrainingRecord.objects.count() == 0


@pytest.mark.parametrize("stranger", [lambda: base_manager(make_base()), make_user, regulator])
def test_complete_is_refused_to_strangers(cohort, stranger):
    ready = make_ready(cohort)

    with pytest.raises(NotAllowed):
        complete_enrolments(actor=stranger(), cohort=cohort, enrolment_ids=[ready.pk])

    assert TrainingRecord.objects.count() == 0


@pytest.mark.parametrize("table", ["courses_trainingrecord", "courses_trainingrecordannulment"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET recorded_at = NULL", "DELETE FROM {}"])
def test_records_refuse_to_be_changed(cohort, manager, table, statement):
    record = make_record(make_person(), base=cohort.base, completed_on=date(2025, 6, 1))
    make_annulment(record)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


# --- open claims and oneself ----------------------------------------------------------------------------------------
def claimed(cohort, **fields):
    """Somebody claims a person whom another office has checked; nobody has seen the claimant's document."""
    ready = make_ready(cohort, **fields)
    ready.person.user = None
    ready.person.save()
    ready.claim = Claim.objects.create(user=ready.applicant, person=ready.person)
    ready.save()
    return ready


def test_progress_uses_nothing_of_a_person_who_is_only_claimed(cohort):
    trainee = claimed(cohort)

    progress = progress_of([trainee])[trainee.pk]
    assert (progress.identity_checked, progress.score, progress.passed) == (False, None, False)

    trainee.claim.state = "confirmed"
    trainee.claim.save()
    progress = progress_of([trainee])[trainee.pk]
    assert (progress.identity_checked, progress.score, progress.passed) == (True, 80, True)


def test_claimants_page_does_not_say_that_the_claimed_person_was_checked(cohort):
    trainee = claimed(cohort)
    client = Client()
    client.force_login(trainee.applicant)

    response = client.get(f"/en/training/{trainee.pk}/")

    labels = {step["label"]: step["state"] for step in response.context["steps"]}
    assert (response.status_code, labels["Identity checked"], labels["Examination"]) == (200, "now", "now")
    assert "Show your original document at the base" in response.content.decode()


def test_complete_with_an_open_claim_is_refused(cohort, manager):
    trainee = claimed(cohort)

    with pytest.raises(DomainError) as refusal:
        complete_enrolments(actor=manager, cohort=cohort, enrolment_ids=[trainee.pk])

    trainee.refresh_from_db()
    assert (refusal.value.code, refusal.value.facts) == ("claim_open", {"enrolments": [trainee.pk]})
    assert (trainee.state, TrainingRecord.objects.count()) == ("attending", 0)


def test_complete_after_the_claim_was_confirmed_at_the_desk(cohort, manager):
    trainee = claimed(cohort)
    check_identity(actor=manager, enrolment=trainee)

    assert len(complete_enrolments(actor=manager, cohort=cohort, enrolment_ids=[trainee.pk]).records) == 1


def test_complete_oneself_is_refused(cohort, manager):
    own = make_ready(cohort, user=manager)

    with pytest.raises(DomainError) as refusal:
        complete_enrolments(actor=manager, cohort=cohort, enrolment_ids=[own.pk])

    assert (refusal.value.code, TrainingRecord.objects.count()) == ("own_record", 0)
    assert [(one.own, one.ready) for one in reviews_of(manager, cohort)] == [(True, False)]
    colleague = base_manager(cohort.base)
    assert [(one.own, one.ready) for one in reviews_of(colleague, cohort)] == [(False, True)]
    assert len(complete_enrolments(actor=colleague, cohort=cohort, enrolment_ids=[own.pk]).records) == 1
