"""The subject is heard: prior notice, statement and defence, hearing, and what was made of each point."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors.hats import officers_at
from certificates.tlog.models import Kind
from core import audit, calendar, clock, outbox
from core.errors import WrongState
from credit.models import AdministrativeCase, CaseMeasure, Measure
from credit.rules.cases import rule_of
from credit.services.case_common import (
    CASE_LETTERS,
    Served,
    check_served,
    filled,
    locked_for,
    refuse,
    service_day,
    take,
)
from credit.services.case_log import put_down
from credit.workflow.cases import HEARING, RANK, SEVERITIES, CaseState

NOTICED = "credit.case_noticed"
C = CaseState


@dataclass(frozen=True)
class Notice:
    """事先告知: facts, reasons, basis, what is intended and with which measures, under which number."""

    number: str
    facts: str
    reasons: str
    basis: str
    intended: str
    measures: Collection[Measure] = ()


@dataclass(frozen=True)
class Hearing:
    """Announced for a day and a place, led by somebody who did not investigate."""

    on: date
    place: str
    chair: User


@transaction.atomic
def serve_notice(*, actor: User, case: AdministrativeCase, notice: Notice, served: Served) -> AdministrativeCase:
    """Nothing can follow that is not announced here; the time to speak runs from the day of service.

    Raises `number_missing`, `facts_missing`, `reasons_missing`, `basis_missing`, `intended_unknown`,
    `higher_than_item`, `law_not_reviewed`, `measure_not_in_force`, `measure_not_for_this`, and those of `check_served`.
    """
    found = locked_for(actor, case)
    refuse(filled(number=notice.number, facts=notice.facts, reasons=notice.reasons, basis=notice.basis))
    check_served(served, not_before=found.reviewed_on or found.found_on or found.filed_on)
    _check_intended(found, notice)
    rule = rule_of(found.rule_version)
    day, days = service_day(served, rule), rule.clocks["answer_working_days"]
    # What was served on an earlier day is known here from today on: no time to speak is over before it was entered.
    until = calendar.working_day_deadline(max(day, clock.today()), days)
    noticed = take(
        actor,
        found,
        "notice",
        notice_number=notice.number.strip(),
        notice_facts=notice.facts.strip(),
        notice_reasons=notice.reasons.strip(),
        notice_basis=notice.basis.strip(),
        intended=notice.intended,
        intended_rank=RANK[notice.intended],
        noticed_by=actor,
        noticed_at=clock.now(),
        notice_served_by=served.by,
        notice_proof=served.proof.strip(),
        notice_served_on=day,
        consent_document=served.consent.strip(),
        answer_days=days,
        answer_until=until.day,
        answer_is_provisional=until.provisional,
    )
    CaseMeasure.objects.bulk_create(CaseMeasure(case=noticed, measure=one, ordered=False) for one in notice.measures)
    put_down(noticed, Kind.CREDIT_NOTICE)
    outbox.add(NOTICED, noticed.pk)
    outbox.add(CASE_LETTERS, noticed.pk)
    return noticed


def _check_intended(case: AdministrativeCase, notice: Notice) -> None:
    rule = rule_of(case.rule_version)
    today = clock.today()
    refuse(
        {
            "intended_unknown": notice.intended not in SEVERITIES,
        }
    )
    refuse(
        {
            "higher_than_item": RANK[notice.intended] > RANK[case.item.highest],
            "law_not_reviewed": notice.intended in rule.law_review and case.state != C.REVIEWED,
            "measure_not_in_force": any(
                one.valid_from > today or (one.valid_to is not None and one.valid_to <= today)
                for one in notice.measures
            ),
            "measure_not_for_this": any(notice.intended not in one.severities for one in notice.measures),
        }
    )


@transaction.atomic
def answer_notice(*, actor: User, case: AdministrativeCase, answer: str) -> AdministrativeCase:
    """The subject's own words; also after the time is over, as long as nothing was considered. Words that an officer
    put down from paper stay above them. Raises `answer_missing`, WrongState."""
    require(actor, Permission.CASE_ANSWER, case)
    found = AdministrativeCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    refuse(filled(answer=answer))
    if found.state == C.ANSWERED and found.spoke:
        raise WrongState(step="answer", state=found.state)
    said = answer.strip() if not found.answer else f"{found.answer}\n\n{clock.today()}: {answer.strip()}"
    return take(actor, found, "answer", answer=said, answered_at=clock.now(), answer_recorded_by=None)


@transaction.atomic
def record_answer(*, actor: User, case: AdministrativeCase, answer: str) -> AdministrativeCase:
    """From paper. The time to speak runs on. Raises `answer_missing`."""
    found = locked_for(actor, case)
    refuse(filled(answer=answer))
    changes = {"answer": answer.strip(), "answered_at": clock.now(), "answer_recorded_by": actor}
    return take(actor, found, "record", **changes)


@transaction.atomic
def ask_hearing(*, actor: User, case: AdministrativeCase) -> AdministrativeCase:
    """Where the law gives one, within its days (arts. 63, 64). Raises `no_hearing_for_this`, `hearing_too_late`,
    `hearing_asked`, WrongState."""
    require(actor, Permission.CASE_ANSWER, case)
    found = AdministrativeCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if found.state not in HEARING or found.notice_served_on is None:
        raise WrongState(step="ask_hearing", state=found.state)
    rule = rule_of(found.rule_version)
    begun = _known_from(found, found.notice_served_on)
    last = calendar.working_day_deadline(begun, rule.clocks["hearing_asked_working_days"])
    refuse(
        {
            "no_hearing_for_this": found.intended not in rule.hearing,
            "hearing_asked": found.hearing_asked_on is not None,
            "hearing_too_late": last.has_passed(clock.today()),
        }
    )
    return _noted(actor, found, "hearing_asked", hearing_asked_on=clock.today())


@transaction.atomic
def announce_hearing(*, actor: User, case: AdministrativeCase, hearing: Hearing) -> AdministrativeCase:
    """At least seven working days ahead (art. 64). Raises `hearing_not_asked`, `announced_too_late`,
    `place_missing`, `chair_investigated`, `not_of_this_body`."""
    found = locked_for(actor, case)
    rule = rule_of(found.rule_version)
    first = calendar.working_day_deadline(clock.today(), rule.clocks["hearing_announced_working_days"]).day
    refuse(filled(place=hearing.place))
    refuse(
        {
            "hearing_not_asked": found.hearing_asked_on is None or found.state not in HEARING,
            "announced_too_late": hearing.on < first,
            "chair_investigated": hearing.chair.pk in found.officers,
            "not_of_this_body": hearing.chair.pk not in officers_at(found.body, Permission.CASE_HANDLE),
        }
    )
    outbox.add(CASE_LETTERS, found.pk)
    return _noted(
        actor,
        found,
        "hearing_announced",
        hearing_announced_on=clock.today(),
        hearing_on=hearing.on,
        hearing_place=hearing.place.strip(),
        hearing_chair=hearing.chair,
    )


@transaction.atomic
def record_hearing(*, actor: User, case: AdministrativeCase, record: str) -> AdministrativeCase:
    """What was said, put down by whoever led it, once it was held. Raises `record_missing`, `hearing_not_held`,
    `not_the_chair`."""
    found = locked_for(actor, case)
    refuse(filled(record=record))
    refuse(
        {
            "hearing_not_held": found.hearing_on is None
            or found.hearing_on > clock.today()
            or found.state not in HEARING,
            "not_the_chair": found.hearing_chair_id != actor.pk,
        }
    )
    return _noted(actor, found, "hearing_held", hearing_record=record.strip())


@transaction.atomic
def waive_answer(*, actor: User, case: AdministrativeCase) -> AdministrativeCase:
    """The subject says outright that nothing will be said (art. 44). Raises `already_spoken`, WrongState."""
    require(actor, Permission.CASE_ANSWER, case)
    found = AdministrativeCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if found.state not in HEARING:
        raise WrongState(step="waive", state=found.state)
    refuse({"already_spoken": found.spoke})
    if found.state == C.NOTICED:
        found = take(actor, found, "waive", waived_at=clock.now())
    else:
        found = _noted(actor, found, "waived", waived_at=clock.now())
    return found


@transaction.atomic
def consider(*, actor: User, case: AdministrativeCase, considered: str, heard: str | None = None) -> AdministrativeCase:
    """Each point of the defence, answered. `heard`: what of it the page showed.

    Raises `considered_missing`, `answered_meanwhile`, `still_time_to_answer`, `hearing_not_held`.
    """
    found = settle_time(actor, locked_for(actor, case))
    refuse(filled(considered=considered))
    refuse(
        {
            "answered_meanwhile": heard is not None and found.heard != heard,
            "still_time_to_answer": not found.spoke and not _time_is_over(found),
            "hearing_not_held": found.hearing_asked_on is not None and not found.hearing_record,
        }
    )
    changes = {"considered": considered.strip(), "considered_by": actor, "considered_on": clock.today()}
    return take(actor, found, "consider", **changes)


@transaction.atomic
def record_discussion(*, actor: User, case: AdministrativeCase, discussion: str) -> AdministrativeCase:
    """Collective discussion (art. 57): who took part, and what was held. Raises `discussion_missing`."""
    found = locked_for(actor, case)
    refuse(filled(discussion=discussion))
    return take(actor, found, "discuss", discussion=discussion.strip(), discussed_on=clock.today())


def settle_time(actor: User, case: AdministrativeCase) -> AdministrativeCase:
    """A provisional last day is counted anew once its year is known; once the time is over the case says so."""
    if case.state != C.NOTICED and not case.answer_is_provisional:
        return case
    if case.notice_served_on is None or case.answer_days is None or case.state not in HEARING:
        return case
    until = calendar.working_day_deadline(_known_from(case, case.notice_served_on), case.answer_days)
    if case.answer_is_provisional and not until.provisional:
        # Nobody loses a day that the notice had named.
        last = max(until.day, case.answer_until or until.day)
        case = _noted(actor, case, "answer_day_settled", answer_until=last, answer_is_provisional=False)
    return take(actor, case, "lapse") if case.state == C.NOTICED and _time_is_over(case) else case


def _known_from(case: AdministrativeCase, served_on: date) -> date:
    """What was served on an earlier day is known here from the day it was entered."""
    return max(served_on, clock.day_of(case.noticed_at)) if case.noticed_at else served_on


def _time_is_over(case: AdministrativeCase) -> bool:
    """Nothing expires against anybody on a provisional day."""
    return not case.answer_is_provisional and case.answer_until is not None and clock.today() > case.answer_until


def _noted(actor: User, case: AdministrativeCase, verb: str, **changes: object) -> AdministrativeCase:
    """What happens within a state: saved and written down."""
    for field, value in changes.items():
        setattr(case, field, value)
    case.save(update_fields=list(changes))
    audit.record(actor, f"credit.{verb}", case)
    return case
