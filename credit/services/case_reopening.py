"""Back to the hearing of the subject, for a paper that came in time and reached the officer after the defence was
considered. Only before the decision; what was considered before stands as it was written."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.models import User
from core import calendar, clock, outbox
from core.errors import WrongState
from credit.models import AdministrativeCase, CaseReopening
from credit.services.case_common import Paper, check_paper, filled, locked_for, refuse, take, time_begun
from credit.services.case_formal_hearing import check_hearing_asked, last_day_to_ask, may_be_heard
from credit.workflow.cases import ADMINISTRATIVE_CASE_STEPS, CameAs

REOPENED = "credit.case_reopened"


@dataclass(frozen=True)
class LatePaper:
    """What it is (`CameAs`), why it reached the officer only now, and of an answer its words."""

    came_as: str
    why: str
    words: str = ""


@transaction.atomic
def reopen_case(*, actor: User, case: AdministrativeCase, paper: Paper, said: LatePaper) -> AdministrativeCase:
    """What came in time is heard in full (Penalty Law arts. 45, 63). The 90 days of the decision run on (art. 60); a
    hearing is announced seven working days ahead from now, and what was discussed collectively is discussed anew.

    Raises `came_as_unknown`, `why_missing`, `answer_missing`, `came_too_late`, `paper_twice`, WrongState, those of
    `check_paper` and, for a hearing, those of `check_hearing_asked`.
    """
    found = locked_for(actor, case)
    if found.state not in ADMINISTRATIVE_CASE_STEPS["reopen"].sources:
        raise WrongState(step="reopen", state=found.state)
    until = _checked(found, paper, said)
    words = said.words.strip() if said.came_as == CameAs.ANSWER else ""
    refuse({"paper_twice": _waits(found, paper, said.came_as, words)})
    changes: dict[str, Any] = {"reopened_at": clock.now(), "reconsidered_on": None, "rediscussed_on": None}
    if said.came_as == CameAs.HEARING:
        changes |= {
            "hearing_asked_by": actor,
            "hearing_asked_document": paper.reference.strip(),
            "hearing_asked_on": paper.came_on,
        }
    reopened = take(actor, found, "reopen", reason=said.why.strip(), **changes)
    CaseReopening.objects.create(
        case=reopened,
        came_as=said.came_as,
        document=paper.reference.strip(),
        came_on=paper.came_on,
        until=until.day,
        until_is_provisional=until.provisional,
        words=words,
        why=said.why.strip(),
        reopened_by=actor,
    )
    outbox.add(REOPENED, reopened.pk)
    return reopened


def last_days_of_papers(case: AdministrativeCase) -> dict[str, calendar.Deadline]:
    """By kind of paper the last day on which it came in time; a hearing only where one can still be asked for."""
    days = {CameAs.ANSWER.value: _last_day_to_speak(case)}
    if may_be_heard(case) and case.hearing_asked_on is None:
        days[CameAs.HEARING.value] = last_day_to_ask(case)
    return days


def _waits(case: AdministrativeCase, paper: Paper, came_as: str, words: str) -> bool:
    """Is this very paper put down already and not answered yet? A double click would write it down twice, for good."""
    same = {"came_as": came_as, "document": paper.reference.strip(), "came_on": paper.came_on, "words": words}
    return case.reopenings.filter(considered="", **same).exists()


def _checked(case: AdministrativeCase, paper: Paper, said: LatePaper) -> calendar.Deadline:
    """The last day on which it was in time."""
    refuse(filled(why=said.why) | {"came_as_unknown": said.came_as not in CameAs.values})
    # A notice by publication is out long before it has served.
    check_paper(paper, not_before=case.notice_written_on or case.filed_on)
    if said.came_as == CameAs.HEARING:
        return check_hearing_asked(case, paper.came_on)
    refuse(filled(answer=said.words))
    until = _last_day_to_speak(case)
    refuse({"came_too_late": until.has_passed(paper.came_on)})
    return until


def _last_day_to_speak(case: AdministrativeCase) -> calendar.Deadline:
    """A provisional one as the calendar knows it now; nobody loses a day that the notice had named."""
    named = case.answer_until or case.filed_on
    if not case.answer_is_provisional or case.answer_days is None:
        return calendar.Deadline(named, provisional=False)
    counted = calendar.working_day_deadline(time_begun(case), case.answer_days)
    return calendar.Deadline(max(counted.day, named), counted.provisional)


def consider_paper(actor: User, case: AdministrativeCase, considered: str) -> None:
    """With the last paper, for all that came since the earlier consideration."""
    last = _last(case)
    last.considered, last.considered_by, last.considered_on = considered.strip(), actor, clock.today()
    last.save(update_fields=["considered", "considered_by", "considered_on"])


def discuss_paper(case: AdministrativeCase, discussion: str) -> None:
    last = _last(case)
    last.discussion, last.discussed_on = discussion.strip(), clock.today()
    last.save(update_fields=["discussion", "discussed_on"])


def _last(case: AdministrativeCase) -> CaseReopening:
    return case.reopenings.select_for_update().latest("pk")
