"""Revocation for a false fact: notice, the holder's answer or the time for it, the decision of a second person."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from certificates.models import Certificate, RevocationCase
from certificates.rules import figure
from certificates.services.apart import require_other
from certificates.services.status import revoke_after_hearing
from certificates.workflow import CERTIFICATE_STEPS, REVOCATION_STEPS, AnswerCame, RevocationState, ServedHow
from core import audit, calendar, clock, outbox
from core.errors import DomainError, WrongState
from core.workflow import advance

NOTICED = "certificates.revocation_noticed"
RECORDED = "certificates.revocation_answer_recorded"
DECIDED = "certificates.revocation_decided"


@dataclass(frozen=True)
class Notice:
    """What is said to be false, and how and when the holder was handed that."""

    said: str
    served_how: str
    served_on: date


@dataclass(frozen=True)
class PaperAnswer:
    """What the holder answered past this platform, how and when it came."""

    answer: str
    came: str
    came_on: date


@transaction.atomic
def give_notice(*, actor: User, certificate: Certificate, notice: Notice) -> RevocationCase:
    """Begin a revocation: nothing changes for the certificate yet. Raises `own_record`, `said_missing`,
    `served_how_unknown`, `served_in_future`, `revocation_runs` and WrongState."""
    require(actor, Permission.CERTIFICATE_MANAGE, certificate)
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    _check_notice(actor, locked, notice)
    days = figure("revocation_answer_working_days", on=notice.served_on)
    deadline = calendar.working_day_deadline(notice.served_on, days)
    case = RevocationCase.objects.create(
        certificate=locked,
        said=notice.said.strip(),
        served_how=notice.served_how,
        served_on=notice.served_on,
        answer_days=days,
        answer_until=deadline.day,
        is_provisional=deadline.provisional,
        noticed_at=clock.now(),
        noticed_by=actor,
    )
    # The verb of a step, so that the table can keep apart who gave the notice and who revokes.
    audit.record(actor, "certificates.revocationcase.notice", case, number=locked.number, until=str(deadline.day))
    outbox.add(NOTICED, case.pk)
    return case


@transaction.atomic
def answer_revocation(*, actor: User, case: RevocationCase, answer: str) -> RevocationCase:
    """The holder's own words, once; also after the period, as long as nothing is decided. They stand below an answer
    that somebody else put down. Raises `answer_missing`, WrongState."""
    require(actor, Permission.CERTIFICATE_OWN, case)
    if not answer.strip():
        raise DomainError("answer_missing")
    locked = RevocationCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if locked.is_answered_by_holder:
        raise WrongState(step="answer", state=locked.state)
    words = [f"{locked.answer_came_on}: {locked.answer}", f"{clock.today()}: {answer.strip()}"]
    said = {
        "answer": "\n\n".join(words) if locked.answer_came else answer.strip(),
        "answered_at": clock.now(),
        "answer_came": "",
        "answer_came_on": None,
        "answer_recorded_by": None,
    }
    return advance(locked, "answer", REVOCATION_STEPS, actor=actor, changes=said)


@transaction.atomic
def record_answer(*, actor: User, case: RevocationCase, paper: PaperAnswer) -> RevocationCase:
    """The holder's answer that came past this platform, put down by somebody else than who gave the notice; also after
    the period, as long as nothing is decided. The time to answer runs on, and the holder is told.

    Raises `answer_missing`, `answer_came_unknown`, `answer_day_wrong`, `own_record`, NotAllowed (`same_person_twice`).
    """
    require(actor, Permission.CERTIFICATE_MANAGE, case)
    require_other(actor, case.certificate.person)
    wrong = {
        "answer_missing": not paper.answer.strip(),
        "answer_came_unknown": paper.came not in AnswerCame.values,
        "answer_day_wrong": not case.served_on <= paper.came_on <= clock.today(),
    }
    _refuse(wrong)
    said = {
        "answer": paper.answer.strip(),
        "answered_at": clock.now(),
        "answer_came": paper.came,
        "answer_came_on": paper.came_on,
        "answer_recorded_by": actor,
    }
    outbox.add(RECORDED, case.pk)
    return advance(case, "record", REVOCATION_STEPS, actor=actor, changes=said)


@transaction.atomic
def revoke_by_case(*, actor: User, case: RevocationCase, considered: str, heard: str | None = None) -> RevocationCase:
    """The second person's decision; the certificate is revoked in the same transaction. `heard`: what the decision was
    taken on (RevocationCase.heard); None: as it stands.

    Raises `answered_meanwhile`, `considered_missing`, `still_time_to_answer`, `own_record`, NotAllowed
    (`same_person_twice`), WrongState.
    """
    require(actor, Permission.CERTIFICATE_MANAGE, case)
    _check_heard(case, heard)
    settled = _heard(actor, case)
    require_other(actor, settled.certificate.person)
    decided = _close(actor, settled, "revoke", considered)
    revoke_after_hearing(actor=actor, certificate=decided.certificate, note=decided.considered, on=clock.today())
    return decided


@transaction.atomic
def drop_case(*, actor: User, case: RevocationCase, considered: str, heard: str | None = None) -> RevocationCase:
    """Nothing false was found: the certificate stays as it is. Who gave the notice may say so, too; never the holder
    (`own_record`). Raises `answered_meanwhile`."""
    require(actor, Permission.CERTIFICATE_MANAGE, case)
    require_other(actor, case.certificate.person)
    _check_heard(case, heard)
    return _close(actor, case, "drop", considered)


def close_periods(*, actor: User) -> int:
    """Once a day: cases whose time to answer is over lapse; a provisional last day is counted anew first."""
    lapsed = 0
    for case in RevocationCase.objects.allowed(actor, Permission.CERTIFICATE_MANAGE).filter(
        state=RevocationState.NOTICED
    ):
        with transaction.atomic():
            lapsed += _heard(actor, case, strict=False).state == RevocationState.LAPSED
    return lapsed


def _check_heard(case: RevocationCase, heard: str | None) -> None:
    """An answer that came after the page was built would go unread. The lock is held until the decision is taken."""
    locked = RevocationCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if heard is not None and locked.heard != heard:
        raise DomainError("answered_meanwhile")


def _heard(actor: User, case: RevocationCase, *, strict: bool = True) -> RevocationCase:
    """The case once its holder has answered, or once the time for that is over; a provisional day ends nothing."""
    locked = RevocationCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not locked.is_open or locked.is_answered_by_holder or locked.state == RevocationState.LAPSED:
        return locked
    deadline = calendar.working_day_deadline(locked.served_on, locked.answer_days)
    if locked.is_provisional and not deadline.provisional:
        locked.answer_until, locked.is_provisional = deadline.day, False
        locked.save(update_fields=["answer_until", "is_provisional"])
        audit.record(actor, "certificates.revocation_day_settled", locked, until=str(deadline.day))
    if locked.is_provisional or clock.today() <= locked.answer_until:
        if strict:
            raise DomainError("still_time_to_answer", until=str(locked.answer_until))
        return locked
    return (
        advance(locked, "lapse", REVOCATION_STEPS, actor=actor) if locked.state == RevocationState.NOTICED else locked
    )


def _close(actor: User, case: RevocationCase, step: str, considered: str) -> RevocationCase:
    if not considered.strip():
        raise DomainError("considered_missing")
    changes = {
        "considered": considered.strip(),
        "decided_at": clock.now(),
        "decided_on": clock.today(),
        "decided_by": actor,
    }
    closed = advance(case, step, REVOCATION_STEPS, actor=actor, changes=changes)
    outbox.add(DECIDED, closed.pk)
    return closed


def _check_notice(actor: User, certificate: Certificate, notice: Notice) -> None:
    require_other(actor, certificate.person)
    if certificate.state not in CERTIFICATE_STEPS["revoke"].sources:
        raise WrongState(step="revoke", state=certificate.state)
    wrong = {
        "said_missing": not notice.said.strip(),
        "served_how_unknown": notice.served_how not in ServedHow.values,
        "served_in_future": notice.served_on > clock.today(),
        "served_before_issue": notice.served_on < certificate.issued_on,
        "revocation_runs": any(case.is_open for case in certificate.revocation_cases.all()),
    }
    _refuse(wrong)


def _refuse(wrong: dict[str, bool]) -> None:
    for code, holds in wrong.items():
        if holds:
            raise DomainError(code)
