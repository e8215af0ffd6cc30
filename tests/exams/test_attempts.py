"""Starting, answering, handing in, collecting: what the services promise."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.selectors import system_user
from core import clock
from core.clock import travel
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from courses.exams import services
from courses.exams.models import AnswerEntry, Attempt, PaperQuestion, SittingCandidate
from courses.exams.selectors import answers_of, best_attempt, may_review, open_sittings_for, results_of
from courses.exams.services import collect_overdue_attempts, start_attempt, submit_attempt
from courses.exams.services.attempts import MAX_ANSWERS
from courses.exams.tasks import collect_overdue
from tests.builders import base_manager, make_base, make_person, make_user, regulator
from tests.exams.builders import (
    answer,
    candidate,
    given,
    key_of,
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


# --- sittings -------------------------------------------------------------------------------------------------------
def test_sitting_is_made_by_its_base_alone():
    base = make_base()
    sitting = make_sitting(base=base)
    times = {"opens_at": sitting.opens_at, "closes_at": sitting.closes_at}
    for user in (base_manager(), regulator(), make_user()):
        with pytest.raises(NotAllowed):
            services.create_sitting(actor=user, base=base, blueprint=sitting.blueprint, title="x", **times)
        with pytest.raises(NotAllowed):
            services.move_sitting(actor=user, sitting=sitting, **times)
        with pytest.raises(NotAllowed):
            services.admit_candidates(actor=user, sitting=sitting, persons=[make_person()])
    own = services.create_sitting(
        actor=base_manager(base), base=base, blueprint=sitting.blueprint, title="补考", **times
    )
    assert (own.base, own.max_attempts) == (base, 2)
    assert SittingCandidate.objects.count() == 0


def test_sitting_times_must_follow_one_another():
    with pytest.raises(DomainError) as refusal:
        make_sitting(opens_in=timedelta(hours=2), closes_in=timedelta(hours=1))
    assert refusal.value.code == "sitting_times_wrong"


def test_move_a_sitting():
    sitting = make_sitting(opens_in=timedelta(days=7), closes_in=timedelta(days=8))
    moved = services.move_sitting(
        actor=base_manager(sitting.base),
        sitting=sitting,
        opens_at=clock.now(),
        closes_at=clock.now() + timedelta(hours=2),
    )
    assert start(candidate(moved), moved).sitting == moved
    assert AuditEntry.objects.filter(verb="exams.sitting_moved").count() == 1


def test_move_never_shortens_a_running_attempt():
    attempt = running_attempt()
    sitting = attempt.sitting
    with pytest.raises(DomainError) as refusal:
        services.move_sitting(
            actor=system_user(),
            sitting=sitting,
            opens_at=sitting.opens_at,
            closes_at=clock.now() + timedelta(minutes=5),
        )
    assert refusal.value.code == "attempts_running"


def test_move_does_not_reopen_a_sitting_whose_keys_may_be_known():
    attempt = running_attempt()
    later = {"opens_at": attempt.sitting.opens_at, "closes_at": clock.now() + timedelta(days=1)}
    with travel(timedelta(hours=4)), pytest.raises(DomainError) as refusal:
        services.move_sitting(actor=system_user(), sitting=attempt.sitting, **later)
    assert refusal.value.code == "sitting_over"


def test_admit_again_admits_only_the_new_ones():
    sitting = make_sitting()
    first = candidate(sitting)
    second = make_person("王喆")
    new = services.admit_candidates(actor=base_manager(sitting.base), sitting=sitting, persons=[first, second, second])
    assert [row.person for row in new] == [second]
    assert services.admit_candidates(actor=system_user(), sitting=sitting, persons=[first]) == []
    assert SittingCandidate.objects.count() == 2
    assert AuditEntry.objects.filter(verb="exams.candidates_admitted").count() == 2


def test_dismissed_candidates_may_not_sit_any_more():
    sitting = make_sitting()
    person, stays = candidate(sitting), candidate(sitting, name="王喆")
    manager = base_manager(sitting.base)
    assert services.dismiss_candidates(actor=manager, sitting=sitting, persons=[person]) == [person]
    assert services.dismiss_candidates(actor=manager, sitting=sitting, persons=[person]) == []
    with pytest.raises(NotAllowed):
        start(person, sitting)
    assert list(open_sittings_for(person.user)) == []
    assert start(stays, sitting).state == "running"
    entry = AuditEntry.objects.get(verb="exams.candidates_dismissed")
    assert (entry.actor, entry.facts) == (manager, {"persons": [person.pk]})


def test_dismissing_collects_the_paper_that_is_being_written():
    attempt = running_attempt()
    other = start(candidate(attempt.sitting, name="王喆"), attempt.sitting)
    answer(attempt, 1)
    services.dismiss_candidates(actor=attempt.person.user, sitting=attempt.sitting, persons=[attempt.person])
    attempt.refresh_from_db()
    other.refresh_from_db()
    assert (attempt.state, attempt.score, other.state) == ("marked", 25, "running")
    with pytest.raises(DomainError) as refusal:
        answer(attempt, 2)
    assert refusal.value.code == "attempt_over"


def test_admitted_again_after_dismissal_keeps_the_attempts_of_before():
    sitting = make_sitting(max_attempts=1)
    person = candidate(sitting)
    submit_attempt(actor=person.user, attempt=start(person, sitting))
    services.dismiss_candidates(actor=system_user(), sitting=sitting, persons=[person])
    services.admit_candidates(actor=system_user(), sitting=sitting, persons=[person])
    with pytest.raises(DomainError) as refusal:
        start(person, sitting)
    assert refusal.value.code == "no_attempts_left"


def test_open_sittings_leave_out_closed_and_foreign_ones():
    later = make_sitting(opens_in=timedelta(days=1), closes_in=timedelta(days=2))
    now, foreign = make_sitting(), make_sitting()
    closed = make_sitting(opens_in=timedelta(days=-2), closes_in=timedelta(days=-1))
    person = candidate(later)
    candidate(foreign, name="王喆")
    services.admit_candidates(actor=system_user(), sitting=now, persons=[person])
    services.admit_candidates(actor=system_user(), sitting=closed, persons=[person])
    assert list(open_sittings_for(person.user)) == [now, later]


# --- results --------------------------------------------------------------------------------------------------------
def sit(person, sitting, right):
    attempt = start(person, sitting)
    for position in range(1, right + 1):
        answer(attempt, position)
    return submit_attempt(actor=person.user, attempt=attempt)


def test_best_attempt_is_the_highest_and_of_equals_the_first():
    sitting = make_sitting(max_attempts=4)
    person = candidate(sitting)
    assert best_attempt(sitting, person) is None
    sit(person, sitting, 1)
    best = sit(person, sitting, 2)
    sit(person, sitting, 2)
    start(person, sitting)
    assert best_attempt(sitting, person) == best
    assert results_of(sitting) == {person.pk: best}


def test_results_of_a_sitting_by_surviving_person():
    sitting, other = make_sitting(), make_sitting()
    merged, survivor, third = candidate(sitting), candidate(sitting, name="王喆"), candidate(sitting, name="李龑")
    best, worse = sit(merged, sitting, 2), sit(survivor, sitting, 1)
    running = start(third, sitting)
    foreign = sit(candidate(other, name="周涛"), other, 4)
    merged.merged_into = survivor
    merged.save()
    assert results_of(sitting) == {survivor.pk: best}
    assert [best_attempt(sitting, person) for person in (merged, survivor, third)] == [best, best, None]
    assert worse.score < best.score
    assert running.state == "running"
    assert foreign.passed is True


def test_running_attempt_is_never_reviewed():
    attempt = running_attempt()
    with travel(timedelta(hours=4)):
        assert may_review(attempt) is False
