"""Answers: each kept as given, in order, until the deadline, by nobody but the candidate."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.selectors import system_user
from core import clock
from core.clock import travel
from core.errors import DomainError, NotAllowed
from courses.exams import services
from courses.exams.models import AnswerEntry, Attempt, PaperQuestion
from courses.exams.selectors import answers_of
from courses.exams.services import submit_attempt
from courses.exams.services.attempts import MAX_ANSWERS
from tests.builders import base_manager, regulator
from tests.exams.builders import (
    answer,
    candidate,
    given,
    key_of,
    make_sitting,
    running_attempt,
    start,
)

pytestmark = pytest.mark.django_db
MINUTES_45 = timedelta(minutes=45)


# --- answering ------------------------------------------------------------------------------------------------------
def test_answer_is_stored_as_option_numbers():
    attempt = running_attempt()
    saved = answer(attempt, 2)
    assert (saved.saved, saved.sequence, saved.deadline) == (True, 1, attempt.deadline)
    assert given(attempt) == [(2, 1, [2, 4])]


def test_answer_without_a_number_follows_the_last_one():
    attempt = running_attempt()
    answer(attempt, 4, ["1"])
    answer(attempt, 4, ["2"])
    assert given(attempt) == [(4, 1, ["1"]), (4, 2, ["2"])]


def test_answer_sent_again_is_the_same_answer():
    attempt = running_attempt()
    first = answer(attempt, 4, ["7"], sequence=3)
    with travel(timedelta(seconds=5)):
        again = answer(attempt, 4, ["7"], sequence=3)
    assert again == first
    assert given(attempt) == [(4, 3, ["7"])]


def test_unchanged_form_stores_nothing_new():
    attempt = running_attempt()
    answer(attempt, 4, ["7"])
    answer(attempt, 4, ["7"])
    answer(attempt, 3, [])
    assert given(attempt) == [(4, 1, ["7"])]


@pytest.mark.parametrize("late", [(["5"], 2), (["5"], 3), (["7"], 2)])
def test_answer_that_arrives_late_leaves_the_later_one_alone(late):
    attempt = running_attempt()
    answer(attempt, 4, ["7"], sequence=3)
    value, sequence = late
    saved = answer(attempt, 4, value, sequence=sequence)
    assert (saved.saved, saved.sequence) == (False, 3)
    assert given(attempt) == [(4, 3, ["7"])]


def test_answers_in_any_order_of_arrival_end_with_the_highest_number():
    attempt = running_attempt()
    for sequence in (2, 5, 1, 4, 5, 3):
        answer(attempt, 4, [str(sequence)], sequence=sequence)
    assert given(attempt) == [(4, 2, ["2"]), (4, 5, ["5"])]


def test_answer_can_be_taken_back():
    attempt = running_attempt()
    answer(attempt, 2)
    answer(attempt, 3)
    assert answers_of(attempt) == {2: [2, 4], 3: [True]}
    answer(attempt, 2, [])
    answer(attempt, 3, [])
    assert answers_of(attempt) == {}
    submit_attempt(actor=attempt.person.user, attempt=attempt)
    assert given(attempt) == [(2, 1, [2, 4]), (3, 1, [True]), (2, 2, []), (3, 2, [])]
    assert Attempt.objects.get().score == 0


@pytest.mark.parametrize(
    ("seconds", "accepted"), [(45 * 60 - 1, True), (45 * 60 + 29, True), (45 * 60 + 31, False), (3600, False)]
)
def test_answer_until_the_deadline_and_the_grace(seconds, accepted):
    attempt = running_attempt()
    with travel(timedelta(seconds=seconds)):
        if accepted:
            assert answer(attempt, 1).saved is True
        else:
            with pytest.raises(DomainError) as refusal:
                answer(attempt, 1)
            assert refusal.value.code == "attempt_over"
    assert AnswerEntry.objects.count() == int(accepted)


def test_answer_after_handing_in():
    attempt = running_attempt()
    submit_attempt(actor=attempt.person.user, attempt=attempt)
    with pytest.raises(DomainError) as refusal:
        answer(attempt, 1)
    assert refusal.value.code == "attempt_over"
    assert AnswerEntry.objects.count() == 0


def test_answer_that_does_not_fit_stores_nothing():
    attempt = running_attempt()
    with pytest.raises(DomainError) as refusal:
        answer(attempt, 4, ["zwölf"])
    assert refusal.value.code == "answer_wrong"
    assert AnswerEntry.objects.count() == 0


def test_answer_to_the_paper_of_somebody_else():
    sitting = make_sitting()
    attempt = start(candidate(sitting), sitting)
    other = candidate(sitting, name="王喆")
    for user in (other.user, base_manager(sitting.base), regulator(), system_user()):
        with pytest.raises(NotAllowed):
            services.save_answer(actor=user, attempt=attempt.uuid, position=1, value=["1"])
    assert AnswerEntry.objects.count() == 0


def test_answer_to_a_place_that_the_paper_does_not_have():
    attempt = running_attempt()
    with pytest.raises(NotAllowed):
        answer(attempt, 5, ["1"])


class Overtaken(list[str]):
    """A value that another window overtakes once, while it is being read."""

    def __init__(self, attempt: Attempt, *values: str) -> None:
        super().__init__(values)
        self.rivals = [attempt.paper.get(position=4)]

    def __iter__(self) -> Iterator[str]:
        if self.rivals:
            rival = threading.Thread(target=self.overtake, args=(self.rivals.pop(),))
            # SQLite lets no second writer in: there the collision is made by the same connection and undone with it.
            run = rival.run if connection.vendor == "sqlite" else rival.start
            run()
            if rival.is_alive():
                rival.join()
        return super().__iter__()

    def overtake(self, place: PaperQuestion) -> None:
        AnswerEntry.objects.create(paper_question=place, sequence=1, value=["8"], saved_at=clock.now())
        if connection.vendor != "sqlite":
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_answer_overtaken_in_the_same_moment_follows_the_other_one():
    attempt = running_attempt()
    saved = answer(attempt, 4, Overtaken(attempt, "7"))
    before = [] if connection.vendor == "sqlite" else [(4, 1, ["8"])]
    assert saved.saved is True
    assert given(attempt) == [*before, (4, saved.sequence, ["7"])]


@pytest.mark.django_db(transaction=True)
def test_answers_from_many_windows_at_once_lose_nothing():
    """Each window sends its own questions twice, as a script does that got no reply."""
    attempt = running_attempt()
    user, keys = attempt.person.user, {position: key_of(attempt, position) for position in range(1, 5)}
    failures: list[Exception] = []

    def window(position: int) -> None:
        try:
            for _ in range(2):
                services.save_answer(
                    actor=user, attempt=attempt.uuid, position=position, value=keys[position], sequence=1
                )
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    windows = [threading.Thread(target=window, args=(position,)) for position in (1, 2, 3, 4, 4)]
    for one in windows:
        one.start()
    for one in windows:
        one.join()
    assert failures == []
    assert sorted((position, sequence) for position, sequence, _ in given(attempt)) == [(1, 1), (2, 1), (3, 1), (4, 1)]


def test_answers_to_one_question_have_a_limit():
    attempt = running_attempt()
    answer(attempt, 4, ["1"], sequence=1_000_000)
    for number in range(2, MAX_ANSWERS + 1):
        answer(attempt, 4, [str(number)])
    with pytest.raises(DomainError) as refusal:
        answer(attempt, 4, ["7"])
    assert refusal.value.code == "answers_spent"
    assert (len(given(attempt)), answers_of(attempt)) == (MAX_ANSWERS, {4: [str(MAX_ANSWERS)]})
    assert answer(attempt, 1).saved is True


# --- append-only ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("change", [lambda row: row.delete(), lambda row: row.save()], ids=["delete", "update"])
def test_answer_entries_cannot_be_changed(change):
    attempt = running_attempt()
    answer(attempt, 4, ["7"])
    entry = AnswerEntry.objects.get()
    entry.value = ["8"]
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        change(entry)
    assert given(attempt) == [(4, 1, ["7"])]


@pytest.mark.parametrize(
    "columns", ["id, paper_question_id, sequence", "paper_question_id, sequence"], ids=["by id", "by sequence"]
)
def test_answer_entries_cannot_be_replaced_or_emptied(columns):
    attempt = running_attempt()
    answer(attempt, 4, ["7"])
    connection.check_constraints()  # PostgreSQL empties no table with checks outstanding
    statement = "TRUNCATE exams_answerentry"
    if connection.vendor == "sqlite":
        columns = f"{columns}, value, saved_at"
        statement = f"REPLACE INTO exams_answerentry ({columns}) SELECT {columns} FROM exams_answerentry"  # noqa: S608
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert given(attempt) == [(4, 1, ["7"])]


def test_answer_sequence_is_unique_in_the_database():
    attempt = running_attempt()
    answer(attempt, 4, ["7"])
    entry = AnswerEntry.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        AnswerEntry.objects.create(paper_question=entry.paper_question, sequence=1, value=[], saved_at=clock.now())
