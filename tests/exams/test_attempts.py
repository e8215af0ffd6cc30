"""Starting, answering, handing in, collecting: what the services promise."""

import threading
from datetime import timedelta
from random import Random

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.selectors import system_user
from core import clock
from core.clock import travel
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from courses.exams.models import Attempt, PaperQuestion
from courses.exams.services import collect_overdue_attempts, start_attempt, submit_attempt
from courses.exams.tasks import collect_overdue
from tests.builders import base_manager, make_person, make_user
from tests.exams.builders import (
    answer,
    candidate,
    load,
    make_blueprint,
    make_sitting,
    planned,
    running_attempt,
    start,
)

pytestmark = pytest.mark.django_db
MINUTES_45 = timedelta(minutes=45)


# --- starting -------------------------------------------------------------------------------------------------------
def test_start_draws_a_paper_and_sets_the_deadline():
    sitting = make_sitting()
    person = candidate(sitting)
    attempt = start(person, sitting, language="en")
    assert (attempt.state, attempt.number, attempt.language) == ("running", 1, "en")
    assert attempt.deadline - attempt.started_at == MINUTES_45
    paper = attempt.paper.order_by("position").values_list("position", "question__module")
    assert list(paper) == [(1, "K1"), (2, "K2"), (3, "P1"), (4, "T1")]
    assert AuditEntry.objects.filter(verb="exams.attempt_started", actor=person.user).count() == 1


def test_start_near_the_end_has_no_more_time_than_the_sitting():
    sitting = make_sitting(closes_in=timedelta(minutes=10))
    assert start(candidate(sitting), sitting).deadline == sitting.closes_at


def test_start_twice_is_one_attempt():
    sitting = make_sitting()
    person = candidate(sitting)
    assert start(person, sitting) == start(person, sitting)
    assert Attempt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_start_by_two_clicks_at_once_is_one_attempt():
    sitting = make_sitting()
    person = candidate(sitting)
    gate, made = threading.Barrier(2), []

    def click() -> None:
        gate.wait()
        try:
            made.append(start(person, sitting).pk)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert made == [made[0]] * 2
    assert Attempt.objects.count() == 1
    assert PaperQuestion.objects.count() == 4


def test_running_attempt_is_unique_in_the_database():
    attempt = running_attempt()
    attempt.pk, attempt.uuid, attempt.number = None, "7e57d004-2b97-0e7a-b45f-5387367791cd", 2
    with pytest.raises(IntegrityError, match=r"one_running_attempt|exams_attempt.sitting_id"), transaction.atomic():
        attempt.save(force_insert=True)


def test_start_needs_a_checked_identity():
    sitting = make_sitting()
    person = candidate(sitting, checked=False)
    with pytest.raises(DomainError) as refusal:
        start(person, sitting)
    assert refusal.value.code == "identity_not_checked"
    assert Attempt.objects.count() == 0


@pytest.mark.parametrize(
    ("shift", "code"), [(timedelta(hours=-2), "not_open_yet"), (timedelta(hours=3), "sitting_closed")]
)
def test_start_outside_the_window(shift, code):
    sitting = make_sitting()
    person = candidate(sitting)
    with travel(shift), pytest.raises(DomainError) as refusal:
        start(person, sitting)
    assert refusal.value.code == code


def test_start_is_refused_to_people_who_were_not_admitted():
    sitting = make_sitting()
    candidate(sitting)
    stranger = make_person(user=make_user(), checked=True)
    elsewhere = candidate(make_sitting())
    for user in (stranger.user, elsewhere.user, base_manager(sitting.base), system_user()):
        with pytest.raises(NotAllowed):
            start_attempt(actor=user, sitting=sitting)
    assert Attempt.objects.count() == 0


def test_start_after_the_last_attempt():
    sitting = make_sitting(max_attempts=1)
    person = candidate(sitting)
    submit_attempt(actor=person.user, attempt=start(person, sitting))
    with pytest.raises(DomainError) as refusal:
        start(person, sitting)
    assert refusal.value.code == "no_attempts_left"


def test_start_after_passing():
    sitting = make_sitting()
    person = candidate(sitting)
    attempt = start(person, sitting)
    for position in range(1, 5):
        answer(attempt, position)
    submit_attempt(actor=person.user, attempt=attempt)
    with pytest.raises(DomainError) as refusal:
        start(person, sitting)
    assert refusal.value.code == "already_passed"


def test_second_attempt_has_a_number_of_its_own():
    sitting = make_sitting()
    person = candidate(sitting)
    submit_attempt(actor=person.user, attempt=start(person, sitting))
    assert start(person, sitting).number == 2


def test_start_from_a_bank_that_lost_its_questions():
    blueprint = make_blueprint([{"modules": ["K9"], "count": 1}])
    sitting = make_sitting(blueprint)
    person = candidate(sitting)
    with pytest.raises(DomainError) as refusal:
        start(person, sitting)
    assert refusal.value.code == "bank_too_small"
    assert Attempt.objects.count() == 0


def test_two_candidates_get_different_papers_of_the_same_blueprint():
    load(*(planned(f"K1-{number}") for number in range(20)))
    sitting = make_sitting(make_blueprint([{"modules": ["K1"], "count": 10}]))
    papers = [
        list(start(candidate(sitting), sitting, random=Random(seed)).paper.values_list("question__code", flat=True))
        for seed in (1, 2)
    ]
    assert [len(set(paper)) for paper in papers] == [10, 10]
    assert papers[0] != papers[1]


# --- handing in -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("right", "score", "passed"), [(4, 100, True), (3, 75, True), (2, 50, False), (0, 0, False)])
def test_hand_in_marks(right, score, passed):
    attempt = running_attempt()
    for position in range(1, right + 1):
        answer(attempt, position)
    marked = submit_attempt(actor=attempt.person.user, attempt=attempt)
    assert (marked.state, marked.score, marked.passed) == ("marked", score, passed)
    assert AuditEntry.objects.filter(verb="exams.attempt.submit", actor=attempt.person.user).count() == 1


def test_hand_in_with_exactly_the_pass_score_passes():
    load(*(planned(f"K1-{number}") for number in range(5)))
    blueprint = make_blueprint([{"modules": ["K1"], "count": 5}])
    attempt = running_attempt(blueprint=blueprint)
    for position in range(1, 4):
        answer(attempt, position)
    marked = submit_attempt(actor=attempt.person.user, attempt=attempt)
    assert (marked.score, marked.passed) == (60, True)


def test_hand_in_marks_the_last_answer():
    attempt = running_attempt()
    answer(attempt, 4, ["1"])
    answer(attempt, 4)
    answer(attempt, 3)
    answer(attempt, 3, ["false"])
    assert submit_attempt(actor=attempt.person.user, attempt=attempt).score == 25


def test_hand_in_twice_is_once():
    attempt = running_attempt()
    first = submit_attempt(actor=attempt.person.user, attempt=attempt)
    with travel(timedelta(minutes=5)):
        second = submit_attempt(actor=attempt.person.user, attempt=attempt)
    assert second.submitted_at == first.submitted_at
    assert AuditEntry.objects.filter(verb="exams.attempt.submit").count() == 1


def test_hand_in_after_the_time_counts_as_of_the_deadline():
    attempt = running_attempt()
    answer(attempt, 1)
    with travel(timedelta(hours=2)):
        marked = submit_attempt(actor=attempt.person.user, attempt=attempt)
    assert (marked.score, marked.submitted_at) == (25, attempt.deadline)


def test_hand_in_for_somebody_else():
    sitting = make_sitting()
    attempt = start(candidate(sitting), sitting)
    other = candidate(sitting, name="王喆")
    for user in (other.user, base_manager(sitting.base)):
        with pytest.raises(NotAllowed):
            submit_attempt(actor=user, attempt=attempt)
    attempt.refresh_from_db()
    assert attempt.state == "running"


def test_marked_attempt_without_a_result_cannot_exist():
    attempt = running_attempt()
    with pytest.raises(IntegrityError, match="marked_attempt_has_a_result"), transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(state="marked")


# --- collecting -----------------------------------------------------------------------------------------------------
def test_collect_marks_what_is_over_and_nothing_else():
    sitting = make_sitting()
    over = start(candidate(sitting), sitting)
    answer(over, 1)
    with travel(timedelta(minutes=30)):
        running = start(candidate(sitting, name="王喆"), sitting)
    with travel(timedelta(minutes=46)):
        assert collect_overdue_attempts(actor=system_user()) == [over]
        assert collect_overdue_attempts(actor=system_user()) == []
    over.refresh_from_db()
    running.refresh_from_db()
    assert (over.state, over.score, over.submitted_at, running.state) == ("marked", 25, over.deadline, "running")


def test_collect_waits_for_answers_on_their_way():
    attempt = running_attempt()
    with travel(MINUTES_45 + timedelta(seconds=20)):
        assert collect_overdue_attempts(actor=system_user()) == []
        answer(attempt, 1)
    with travel(MINUTES_45 + timedelta(seconds=40)):
        (collected,) = collect_overdue_attempts(actor=system_user())
    assert collected.score == 25


def test_collecting_task_acts_as_the_system():
    attempt = running_attempt()
    with travel(timedelta(hours=1)):
        collect_overdue()
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score) == ("marked", 0)


def test_collect_passes_over_what_cannot_be_marked(caplog):
    sitting = make_sitting()
    now = clock.now()
    broken = Attempt.objects.create(
        sitting=sitting, person=candidate(sitting), number=1, language="en", started_at=now, deadline=now + MINUTES_45
    )
    with travel(timedelta(seconds=1)):
        sound = start(candidate(sitting, name="王喆"), sitting)
    with travel(timedelta(hours=1)):
        assert collect_overdue_attempts(actor=system_user()) == [sound]
    broken.refresh_from_db()
    sound.refresh_from_db()
    assert (broken.state, broken.score, sound.state) == ("running", None, "marked")
    assert [record.getMessage() for record in caplog.records] == [
        f"Attempt {broken.pk} cannot be marked: ZeroDivisionError"
    ]


def test_collect_by_a_base_reaches_its_own_sittings():
    mine, other = make_sitting(), make_sitting()
    manager = base_manager(mine.base)
    over = start(candidate(mine), mine)
    foreign = start(candidate(other, name="王喆"), other)
    with travel(timedelta(hours=1)):
        assert collect_overdue_attempts(actor=over.person.user) == []
        assert collect_overdue_attempts(actor=manager, sitting=other) == []
        assert collect_overdue_attempts(actor=manager) == [over]
    foreign.refresh_from_db()
    assert foreign.state == "running"
