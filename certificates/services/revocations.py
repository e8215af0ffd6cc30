"""Revocation for a false fact: notice, the holder's answer or the time for it, the decision of a second person."""

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from accounts.services import hearings
from accounts.services.hearings import Notice, PaperAnswer, check_heard, require_other
from certificates.models import Certificate, RevocationCase
from certificates.rules import figure
from certificates.services.status import revoke_after_hearing
from certificates.workflow import CERTIFICATE_STEPS, REVOCATION_STEPS, RevocationState
from core import audit, clock, outbox
from core.errors import DomainError, WrongState
from core.workflow import advance

NOTICED = "certificates.revocation_noticed"
RECORDED = "certificates.revocation_answer_recorded"
DECIDED = "certificates.revocation_decided"


@transaction.atomic
def give_notice(*, actor: User, certificate: Certificate, notice: Notice) -> RevocationCase:
    """Begin a revocation: nothing changes for the certificate yet. Raises `own_record`, `said_missing`,
    `served_how_unknown`, `served_in_future`, `revocation_runs` and WrongState."""
    require(actor, Permission.CERTIFICATE_MANAGE, certificate)
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    _check_notice(actor, locked, notice)
    days = figure("revocation_answer_working_days", on=notice.served_on)
    case = RevocationCase.objects.create(certificate=locked, **hearings.noticed(actor, notice, days))
    # The verb of a step, so that the table can keep apart who gave the notice and who revokes.
    audit.record(actor, "certificates.revocationcase.notice", case, number=locked.number, until=str(case.answer_until))
    outbox.add(NOTICED, case.pk)
    return case


@transaction.atomic
def answer_revocation(*, actor: User, case: RevocationCase, answer: str) -> RevocationCase:
    """The holder's own words, once; also after the period, as long as nothing is decided. They stand below an answer
    that somebody else put down. Raises `answer_missing`, WrongState."""
    require(actor, Permission.CERTIFICATE_OWN, case)
    said = hearings.own_answer(hearings.locked(case), answer)
    return advance(case, "answer", REVOCATION_STEPS, actor=actor, changes=said)


@transaction.atomic
def record_answer(*, actor: User, case: RevocationCase, paper: PaperAnswer) -> RevocationCase:
    """The holder's answer that came past this platform, put down by somebody else than who gave the notice; also after
    the period, as long as nothing is decided. The time to answer runs on, and the holder is told.

    Raises `answer_missing`, `answer_came_unknown`, `answer_day_wrong`, `own_record`, NotAllowed (`same_person_twice`).
    """
    require(actor, Permission.CERTIFICATE_MANAGE, case)
    require_other(actor, case.certificate.person)
    said = hearings.paper_answer(actor, case, paper)
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
    check_heard(case, heard)
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
    check_heard(case, heard)
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


def _heard(actor: User, case: RevocationCase, *, strict: bool = True) -> RevocationCase:
    """The case once its holder has answered, or once the time for that is over; a provisional day ends nothing."""
    locked = hearings.locked(case)
    if not locked.is_open:
        return locked
    if hearings.settle_day(locked):
        audit.record(actor, "certificates.revocation_day_settled", locked, until=str(locked.answer_until))
    if hearings.may_lapse(locked):
        return advance(locked, "lapse", REVOCATION_STEPS, actor=actor)
    if strict:
        hearings.require_time_over(locked)
    return locked


def _close(actor: User, case: RevocationCase, step: str, considered: str) -> RevocationCase:
    if not considered.strip():
        raise DomainError("considered_missing")
    closed = advance(case, step, REVOCATION_STEPS, actor=actor, changes=hearings.decided(actor, considered))
    outbox.add(DECIDED, closed.pk)
    return closed


def _check_notice(actor: User, certificate: Certificate, notice: Notice) -> None:
    require_other(actor, certificate.person)
    if certificate.state not in CERTIFICATE_STEPS["revoke"].sources:
        raise WrongState(step="revoke", state=certificate.state)
    hearings.check_notice(notice)
    wrong = {
        "served_before_issue": notice.served_on < certificate.issued_on,
        "revocation_runs": any(case.is_open for case in certificate.revocation_cases.all()),
    }
    hearings.refuse(wrong)
