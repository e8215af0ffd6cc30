"""Sitting the examination: start, save an answer, hand in, and collect what nobody handed in."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random, SystemRandom
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.access import require
from accounts.models import Person, User
from accounts.permissions import Permission
from accounts.selectors import same_person, system_user
from core import audit, clock
from core.errors import DomainError, NotAllowed
from core.workflow import advance
from courses.exams import rules
from courses.exams.models import AnswerEntry, Attempt, PaperQuestion, Question, Sitting, SittingCandidate
from courses.exams.selectors import candidature_of, paper_of
from courses.exams.workflow import ATTEMPT_STEPS, AttemptState

log = logging.getLogger(__name__)

# One call of collect_overdue_attempts; the next call takes the rest.
BATCH = 500
# Of one question. Nobody changes one's mind so often; entries are kept for ever.
MAX_ANSWERS = 200


@dataclass(frozen=True)
class SavedAnswer:
    """`saved` is false when a later answer holds already; `sequence` and `saved_at` are those of the one that holds."""

    saved: bool
    sequence: int
    saved_at: datetime | None
    deadline: datetime


@transaction.atomic
def start_attempt(
    *, actor: User, sitting: Sitting, language: str = rules.MAIN_LANGUAGE, random: Random | None = None
) -> Attempt:
    """Draw a paper and start its clock; while an attempt runs, that one is returned: two clicks are one attempt.

    Raises NotAllowed (not admitted), the reasons of rules.start_refusal, and `bank_too_small`.
    """
    candidate = _admitted(actor, sitting)
    survivor = candidate.person.merged_into_id or candidate.person_id
    own = Attempt.objects.filter(same_person(survivor), sitting=candidate.sitting)
    running = own.filter(state=AttemptState.RUNNING).first()
    if running:
        return running
    now = clock.now()
    candidature = candidature_of(candidate)
    if refusal := rules.start_refusal(candidature, now):
        raise DomainError(refusal)
    attempt = Attempt.objects.create(
        sitting=candidate.sitting,
        person=candidate.person,
        number=candidature.used + 1,
        language=language,
        started_at=now,
        deadline=rules.deadline(now, candidate.sitting.blueprint.minutes, candidate.sitting.closes_at),
    )
    _draw_paper(attempt, random or SystemRandom())
    audit.record(actor, "exams.attempt_started", attempt, number=attempt.number)
    return attempt


def save_answer(
    *, actor: User, attempt: UUID, position: int, value: Sequence[str], sequence: int | None = None
) -> SavedAnswer:
    """Append an answer (named by the attempt's uuid: asking for the row apart would double the cost of the hot path).

    Without a sequence it follows the last one. The same sequence and value again is the same answer; a lower or taken
    sequence leaves the later answer alone. The entry is its own trail: no audit entry. Raises NotAllowed,
    `attempt_over`, `answer_wrong` and `answers_spent`.
    """
    save = partial(_save_once, actor=actor, uuid=attempt, position=position, value=value, sequence=sequence)
    try:
        return save()
    except IntegrityError:
        # Another window took the sequence in this very moment; now its entry can be seen.
        return save()


@transaction.atomic
def submit_attempt(*, actor: User, attempt: Attempt) -> Attempt:
    """Hand in and mark, also after the time; handing in twice is once."""
    require(actor, Permission.EXAM_SIT, attempt)
    return _close(actor, attempt, "submit")


def collect_overdue_attempts(*, actor: User, sitting: Sitting | None = None) -> list[Attempt]:
    """Mark what the actor may manage and nobody handed in, oldest first; each on its own, safe to run twice.

    One that cannot be marked is written to the log and holds up nobody else.
    """
    found = Attempt.objects.allowed(actor, Permission.EXAM_MANAGE).overdue(clock.now())
    if sitting is not None:
        found = found.filter(sitting=sitting)
    collected = (_collect(actor, attempt) for attempt in found.order_by("deadline", "pk")[:BATCH])
    return [attempt for attempt in collected if attempt is not None]


@transaction.atomic
def dismiss_candidates(*, actor: User, sitting: Sitting, persons: Iterable[Person]) -> list[Person]:
    """These may not sit any more; a paper that is being written is collected. Returns those who could sit until now.

    Callers have checked that the actor may take them off: whoever leaves a course manages no examination.
    """
    # The lock makes somebody who starts in this moment be seen, or come too late.
    rows = SittingCandidate.objects.filter(sitting=sitting, person__in=list(persons)).select_related("person")
    leaving = list(rows.select_for_update(of=("self",)).order_by("pk"))
    if not leaving:
        return []
    gone = [candidate.person for candidate in leaving]
    for attempt in Attempt.objects.filter(sitting=sitting, person__in=gone, state=AttemptState.RUNNING):
        _close(system_user(), attempt, "collect")
    SittingCandidate.objects.filter(pk__in=[candidate.pk for candidate in leaving]).delete()
    audit.record(actor, "exams.candidates_dismissed", sitting, persons=sorted(person.pk for person in gone))
    return gone


def _admitted(actor: User, sitting: Sitting) -> SittingCandidate:
    """The actor's own candidature, locked: whoever clicks twice waits for the first click."""
    candidates = SittingCandidate.objects.allowed(actor, Permission.EXAM_SIT).filter(sitting=sitting)
    found = candidates.select_related("person", "sitting__blueprint").select_for_update(of=("self",)).first()
    if found is None:
        raise NotAllowed(permission=str(Permission.EXAM_SIT))
    return found


def _draw_paper(attempt: Attempt, random: Random) -> None:
    blueprint = attempt.sitting.blueprint
    modules = [module for row in blueprint.rows for module in row["modules"]]
    bank = Question.objects.filter(level=blueprint.level, module__in=modules, retired=False).order_by("code")
    rows = list(bank.values_list("code", "module", "option_count", "pk"))
    keys = {code: pk for code, _, _, pk in rows}
    drawn = rules.draw(blueprint.rows, [rules.BankQuestion(*row[:3]) for row in rows], random)
    PaperQuestion.objects.bulk_create(
        PaperQuestion(
            attempt=attempt,
            question_id=keys[question.code],
            position=position,
            option_order=question.option_order,
            drawn_at=attempt.started_at,
        )
        for position, question in enumerate(drawn, start=1)
    )


@transaction.atomic
def _save_once(*, actor: User, uuid: UUID, position: int, value: Sequence[str], sequence: int | None) -> SavedAnswer:
    place = _locked_place(actor, uuid, position)
    now = clock.now()
    if not place.attempt.takes_answers(now):
        raise DomainError("attempt_over")
    given = rules.read_answer(place.question.kind, place.option_order, value)
    latest, holding = place.latest_sequence or 0, place.latest_value or []
    if given == holding and sequence in (None, latest):
        return SavedAnswer(True, latest, place.latest_saved_at, place.attempt.deadline)
    if sequence is not None and sequence <= latest:
        return SavedAnswer(False, latest, place.latest_saved_at, place.attempt.deadline)
    _check_count(place, latest)
    entry = AnswerEntry.objects.create(paper_question=place, sequence=sequence or latest + 1, value=given, saved_at=now)
    return SavedAnswer(True, entry.sequence, now, place.attempt.deadline)


def _check_count(place: PaperQuestion, latest: int) -> None:
    """Sequences are unique: as long as the highest is small there is nothing to count."""
    if latest >= MAX_ANSWERS and AnswerEntry.objects.filter(paper_question=place).count() >= MAX_ANSWERS:
        raise DomainError("answers_spent")


def _locked_place(actor: User, uuid: UUID, position: int) -> Any:
    """Question, attempt and latest answer in one statement; the lock keeps marking out until the entry is in."""
    places = PaperQuestion.objects.allowed(actor, Permission.EXAM_SIT).with_latest_answer()
    places = places.filter(attempt__uuid=uuid, position=position).select_related("attempt", "question")
    # The texts are the weight of a question, and its key has no business here.
    places = places.defer("question__texts", "question__answer", "question__source")
    found = places.select_for_update(of=("attempt",), no_key=True).first()
    if found is None:
        raise NotAllowed(permission=str(Permission.EXAM_SIT))
    return found


def _collect(actor: User, attempt: Attempt) -> Attempt | None:
    try:
        return _close(actor, attempt, "collect")
    except Exception as error:
        log.error("Attempt %s cannot be marked: %s", attempt.pk, type(error).__name__)
        return None


@transaction.atomic
def _close(actor: User, attempt: Attempt, step: str) -> Attempt:
    """Mark and take the step; the result is written first, because a marked attempt without one cannot exist."""
    rows = Attempt.objects.select_related("sitting__blueprint").select_for_update(of=("self",))
    locked = rows.get(pk=attempt.pk)
    if locked.state == AttemptState.MARKED:
        return locked
    paper = paper_of(locked)
    right = sum(rules.mark(place.question, place.latest_value) for place in paper)
    locked.score = rules.score(right, len(paper))
    locked.passed = locked.score >= locked.sitting.blueprint.pass_score
    locked.submitted_at = min(clock.now(), locked.deadline)
    locked.save(update_fields=["score", "passed", "submitted_at"])
    return advance(locked, step, ATTEMPT_STEPS, actor=actor)
