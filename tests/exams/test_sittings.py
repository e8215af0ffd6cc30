"""Sittings: made and moved by their base, for whom it admits; and what comes out of them."""

from datetime import timedelta

import pytest

from accounts.selectors import system_user
from core import clock
from core.clock import travel
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from courses.exams import services
from courses.exams.models import SittingCandidate
from courses.exams.selectors import best_attempt, may_review, open_sittings_for, results_of
from courses.exams.services import submit_attempt
from tests.builders import base_manager, make_base, make_person, make_user, regulator
from tests.exams.builders import (
    answer,
    candidate,
    make_sitting,
    running_attempt,
    start,
)

pytestmark = pytest.mark.django_db


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
