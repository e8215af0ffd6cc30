"""Hearings before a decision about a false fact: what every room checks and writes of them. The decision itself, who
may take it and what follows from it are the rooms' own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from accounts.models import Person, User
from accounts.models.hearings import Hearing
from accounts.workflow import AnswerCame, HearingState, ServedHow
from core import calendar, clock
from core.errors import DomainError, WrongState

Case = TypeVar("Case", bound=Hearing)


@dataclass(frozen=True)
class Notice:
    """What is said to be false, and how and when whom it concerns was handed that."""

    said: str
    served_how: str
    served_on: date


@dataclass(frozen=True)
class PaperAnswer:
    """What was answered past this platform, how and when it came."""

    answer: str
    came: str
    came_on: date


def require_other(actor: User, person: Person) -> None:
    """Raises `own_record` when the person, or whom it was merged into, is the actor."""
    if actor.pk in (person.user_id, person.merged_into and person.merged_into.user_id):
        raise DomainError("own_record")


def refuse(wrong: Mapping[str, bool]) -> None:
    """Raises the first that is so."""
    for code, is_wrong in wrong.items():
        if is_wrong:
            raise DomainError(code)


def check_notice(notice: Notice) -> None:
    """Raises `said_missing`, `served_how_unknown`, `served_in_future`."""
    refuse(
        {
            "said_missing": not notice.said.strip(),
            "served_how_unknown": notice.served_how not in ServedHow.values,
            "served_in_future": notice.served_on > clock.today(),
        }
    )


def noticed(actor: User, notice: Notice, days: int) -> dict[str, Any]:
    """The columns of a case that begins, with so many working days to answer."""
    deadline = calendar.working_day_deadline(notice.served_on, days)
    return {
        "said": notice.said.strip(),
        "served_how": notice.served_how,
        "served_on": notice.served_on,
        "answer_days": days,
        "answer_until": deadline.day,
        "is_provisional": deadline.provisional,
        "noticed_at": clock.now(),
        "noticed_by": actor,
    }


def locked(case: Case) -> Case:
    return type(case)._default_manager.select_for_update(of=("self",)).get(pk=case.pk)


def own_answer(case: Hearing, answer: str) -> dict[str, Any]:
    """The columns of own words, once; they stand below an answer that somebody else put down. Raises
    `answer_missing`, WrongState."""
    if not answer.strip():
        raise DomainError("answer_missing")
    if case.is_answered_by_holder:
        raise WrongState(step="answer", state=case.state)  # type: ignore[attr-defined]
    words = [f"{case.answer_came_on}: {case.answer}", f"{clock.today()}: {answer.strip()}"]
    return {
        "answer": "\n\n".join(words) if case.answer_came else answer.strip(),
        "answered_at": clock.now(),
        "answer_came": "",
        "answer_came_on": None,
        "answer_recorded_by": None,
    }


def paper_answer(actor: User, case: Hearing, paper: PaperAnswer) -> dict[str, Any]:
    """The columns of an answer that came past this platform. Raises `answer_missing`, `answer_came_unknown`,
    `answer_day_wrong`."""
    refuse(
        {
            "answer_missing": not paper.answer.strip(),
            "answer_came_unknown": paper.came not in AnswerCame.values,
            "answer_day_wrong": not case.served_on <= paper.came_on <= clock.today(),
        }
    )
    return {
        "answer": paper.answer.strip(),
        "answered_at": clock.now(),
        "answer_came": paper.came,
        "answer_came_on": paper.came_on,
        "answer_recorded_by": actor,
    }


def decided(actor: User, considered: str) -> dict[str, Any]:
    """The columns of a decision."""
    return {
        "considered": considered.strip(),
        "decided_at": clock.now(),
        "decided_on": clock.today(),
        "decided_by": actor,
    }


def check_heard(case: Hearing, heard: str | None) -> None:
    """An answer that came after the page was built would go unread. The lock is held until the decision is taken.
    Raises `answered_meanwhile`."""
    if heard is not None and locked(case).heard != heard:
        raise DomainError("answered_meanwhile")


def settle_day(case: Hearing) -> bool:
    """A provisional last day is counted anew; was it settled by that? `case` is locked."""
    if not case.is_provisional:
        return False
    deadline = calendar.working_day_deadline(case.served_on, case.answer_days)
    if deadline.provisional:
        return False
    case.answer_until, case.is_provisional = deadline.day, False
    case.save(update_fields=["answer_until", "is_provisional"])
    return True


def may_lapse(case: Hearing) -> bool:
    """Has whom it concerns let the time pass without a word?"""
    return case.state == HearingState.NOTICED and not case.waits  # type: ignore[attr-defined]


def require_time_over(case: Hearing) -> None:
    """Raises `still_time_to_answer` unless whom it concerns has spoken, or the time to do so is over."""
    if case.waits:
        raise DomainError("still_time_to_answer", until=str(case.answer_until))
