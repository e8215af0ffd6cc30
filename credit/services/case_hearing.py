"""The subject is heard: statement and defence, what was made of each point, and when the time to speak is over."""

from typing import Any

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from core import calendar, clock
from core.errors import WrongState
from credit.models import AdministrativeCase
from credit.services.case_common import filled, locked_for, noted, refuse, take, time_begun
from credit.services.case_reopening import consider_paper, discuss_paper
from credit.workflow.cases import HEARING, CaseState

C = CaseState


@transaction.atomic
def answer_notice(*, actor: User, case: AdministrativeCase, answer: str, complete: bool = False) -> AdministrativeCase:
    """The subject's own words, added to those before; also after the time is over, as long as nothing was considered,
    and again while a paper that came in time has reopened it.
    `complete`: nothing more will come, and no hearing is asked for; without it the authority waits for the last day.

    Raises `answer_missing`, `already_said`, WrongState.
    """
    require(actor, Permission.CASE_ANSWER, case)
    found = AdministrativeCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    refuse(filled(answer=answer))
    refuse({"already_said": found.answered_in_person and found.answer.endswith(answer.strip())})
    said = answer.strip() if not found.answer else f"{found.answer}\n\n{clock.today()}: {answer.strip()}"
    changes: dict[str, Any] = {"answer": said, "answered_at": clock.now(), "answer_recorded_by": None}
    if complete:
        changes["completed_at"] = clock.now()
    return take(actor, found, "add" if found.state == C.REOPENED else "answer", **changes)


@transaction.atomic
def record_answer(*, actor: User, case: AdministrativeCase, answer: str) -> AdministrativeCase:
    """From paper. The time to speak runs on. Raises `answer_missing`."""
    found = locked_for(actor, case)
    refuse(filled(answer=answer))
    changes: dict[str, Any] = {"answer": answer.strip(), "answered_at": clock.now(), "answer_recorded_by": actor}
    return take(actor, found, "record", **changes)


@transaction.atomic
def waive_answer(*, actor: User, case: AdministrativeCase) -> AdministrativeCase:
    """The subject says outright that nothing will be said (art. 44), or nothing more. Raises `already_spoken`,
    WrongState."""
    require(actor, Permission.CASE_ANSWER, case)
    found = AdministrativeCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if found.state not in HEARING:
        raise WrongState(step="waive", state=found.state)
    refuse({"already_spoken": found.said_all})
    if found.answered_in_person:
        return noted(actor, found, "completed", completed_at=clock.now())
    if found.state == C.NOTICED:
        return take(actor, found, "waive", waived_at=clock.now())
    return noted(actor, found, "waived", waived_at=clock.now())


@transaction.atomic
def consider(*, actor: User, case: AdministrativeCase, considered: str, heard: str | None = None) -> AdministrativeCase:
    """Each point of the defence, answered; of what was reopened, each point of the papers since. `heard`: what of it
    the page showed.

    Raises `considered_missing`, `answered_meanwhile`, `still_time_to_answer`, `hearing_not_held`.
    """
    found = settle_time(actor, locked_for(actor, case))
    refuse(filled(considered=considered))
    refuse(
        {
            "answered_meanwhile": heard is not None and found.heard != heard,
            "still_time_to_answer": not (found.said_all or _time_is_over(found)),
            "hearing_not_held": found.hearing_asked_on is not None and not found.hearing_record,
        }
    )
    if found.reopened_at:
        consider_paper(actor, found, considered)
        return take(actor, found, "consider", reconsidered_on=clock.today())
    changes: dict[str, Any] = {"considered": considered.strip(), "considered_by": actor, "considered_on": clock.today()}
    return take(actor, found, "consider", **changes)


@transaction.atomic
def record_discussion(
    *, actor: User, case: AdministrativeCase, discussion: str, heard: str | None = None
) -> AdministrativeCase:
    """Collective discussion (art. 57): who took part, and what was held; anew once a paper reopened it. `heard`: what
    of the defence the page showed. Raises `discussion_missing`, `answered_meanwhile`."""
    found = locked_for(actor, case)
    refuse(filled(discussion=discussion) | {"answered_meanwhile": heard is not None and found.heard != heard})
    if found.reopened_at:
        discuss_paper(found, discussion)
        return take(actor, found, "discuss", rediscussed_on=clock.today())
    return take(actor, found, "discuss", discussion=discussion.strip(), discussed_on=clock.today())


def settle_time(actor: User, case: AdministrativeCase) -> AdministrativeCase:
    """A provisional last day is counted anew once its year is known; once the time is over the case says so."""
    if case.state != C.NOTICED and not case.answer_is_provisional:
        return case
    if case.notice_served_on is None or case.answer_days is None or case.state not in HEARING:
        return case
    until = calendar.working_day_deadline(time_begun(case), case.answer_days)
    if case.answer_is_provisional and not until.provisional:
        # Nobody loses a day that the notice had named.
        last = max(until.day, case.answer_until or until.day)
        case = noted(actor, case, "answer_day_settled", answer_until=last, answer_is_provisional=False)
    return take(actor, case, "lapse") if case.state == C.NOTICED and _time_is_over(case) else case


def _time_is_over(case: AdministrativeCase) -> bool:
    """Nothing expires against anybody on a provisional day."""
    return not case.answer_is_provisional and case.answer_until is not None and clock.today() > case.answer_until
