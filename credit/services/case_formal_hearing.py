"""听证 (Penalty Law arts. 63-65): asked for within its days, announced and served ahead, led by another."""

from dataclasses import dataclass
from datetime import date, time

from django.db import transaction

from accounts.access import require
from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors.hats import officers_at
from core import calendar, clock, outbox
from core.errors import WrongState
from credit.models import AdministrativeCase
from credit.rules.cases import rule_of
from credit.services.case_common import (
    CASE_LETTERS,
    Paper,
    Served,
    check_paper,
    check_served,
    filled,
    locked_for,
    noted,
    refuse,
    service_day,
    stepped_aside,
    time_begun,
)
from credit.services.letters import rewritten_letters
from credit.workflow.cases import HEARING


@dataclass(frozen=True)
class Hearing:
    """Announced for a day, an hour and a place, led by somebody who did not investigate."""

    on: date
    at: time
    place: str
    chair: User


@transaction.atomic
def ask_hearing(*, actor: User, case: AdministrativeCase) -> AdministrativeCase:
    """Where the law gives one, within its days (arts. 63, 64). Raises `no_hearing_for_this`, `hearing_too_late`,
    `hearing_asked`, WrongState."""
    require(actor, Permission.CASE_ANSWER, case)
    found = AdministrativeCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    _check_asked(found, clock.today())
    return noted(actor, found, "hearing_asked", hearing_asked_on=clock.today())


@transaction.atomic
def record_hearing_request(*, actor: User, case: AdministrativeCase, paper: Paper) -> AdministrativeCase:
    """Of somebody who asked on paper: the day on which it came counts. Raises those of `ask_hearing` and
    `check_paper`."""
    found = locked_for(actor, case)
    # A notice by publication is out long before it has served.
    check_paper(paper, not_before=found.notice_written_on or found.filed_on)
    _check_asked(found, paper.came_on)
    return noted(
        actor,
        found,
        "hearing_asked",
        hearing_asked_on=paper.came_on,
        hearing_asked_by=actor,
        hearing_asked_document=paper.reference.strip(),
    )


def _check_asked(case: AdministrativeCase, day: date) -> None:
    if case.state not in HEARING or case.notice_served_on is None:
        raise WrongState(step="ask_hearing", state=case.state)
    check_hearing_asked(case, day)


def may_be_heard(case: AdministrativeCase) -> bool:
    """Is what is intended of those for which a hearing can be asked for?"""
    return case.intended in rule_of(case.rule_version).hearing


def last_day_to_ask(case: AdministrativeCase) -> calendar.Deadline:
    clocks = rule_of(case.rule_version).clocks
    return calendar.working_day_deadline(time_begun(case), clocks["hearing_asked_working_days"])


def check_hearing_asked(case: AdministrativeCase, day: date) -> calendar.Deadline:
    """The last day to ask for one. Raises `no_hearing_for_this`, `hearing_asked`, `hearing_too_late`."""
    last = last_day_to_ask(case)
    refuse(
        {
            "no_hearing_for_this": not may_be_heard(case),
            "hearing_asked": case.hearing_asked_on is not None,
            "hearing_too_late": last.has_passed(day),
        }
    )
    return last


@transaction.atomic
def announce_hearing(*, actor: User, case: AdministrativeCase, hearing: Hearing) -> AdministrativeCase:
    """At least seven working days ahead (art. 64); anew as long as it was not held, and then served anew. Raises
    `hearing_not_asked`, `hearing_was_held`, `announced_too_late`, `place_missing`, `chair_investigated`,
    `chair_stepped_aside`, `not_of_this_body`."""
    found = locked_for(actor, case)
    refuse(filled(place=hearing.place))
    refuse(
        {
            "hearing_not_asked": found.hearing_asked_on is None or found.state not in HEARING,
            "hearing_was_held": bool(found.hearing_record),
            "announced_too_late": hearing.on < first_day_of_hearing(found, clock.today()),
            "chair_investigated": hearing.chair.pk in found.officers,
            "chair_stepped_aside": stepped_aside(hearing.chair, found),
            "not_of_this_body": hearing.chair.pk not in officers_at(found.body, Permission.CASE_HANDLE),
        }
    )
    outbox.add(CASE_LETTERS, found.pk)
    return noted(
        actor,
        found,
        "hearing_announced",
        hearing_announced_on=clock.today(),
        hearing_on=hearing.on,
        hearing_time=hearing.at,
        hearing_place=hearing.place.strip(),
        hearing_chair=hearing.chair,
        hearing_served_by="",
        hearing_proof="",
        hearing_served_on=None,
    )


def first_day_of_hearing(case: AdministrativeCase, told_on: date) -> date:
    """When it may be held at the earliest, told on that day."""
    days = rule_of(case.rule_version).clocks["hearing_announced_working_days"]
    return calendar.working_day_deadline(told_on, days).day


@transaction.atomic
def serve_hearing(*, actor: User, case: AdministrativeCase, served: Served) -> AdministrativeCase:
    """Its announcement reached whom it concerns, in time. Raises `hearing_served`, `announced_too_late` (then it is
    announced anew for a later day), `letter_is_old`, WrongState, and those of `check_served`."""
    found = locked_for(actor, case)
    if found.hearing_on is None or found.hearing_announced_on is None or found.state not in HEARING:
        raise WrongState(step="serve_hearing", state=found.state)
    check_served(served, not_before=found.hearing_announced_on)
    day = service_day(served, rule_of(found.rule_version))
    refuse(
        {
            "hearing_served": found.hearing_served_on is not None,
            "announced_too_late": found.hearing_on < first_day_of_hearing(found, day),
            "letter_is_old": bool(rewritten_letters(found)),
        }
    )
    changes: dict[str, object] = {
        "hearing_served_by": served.by,
        "hearing_proof": served.proof.strip(),
        "hearing_served_on": day,
    }
    if served.consent.strip() and not found.consent_document:
        changes["consent_document"] = served.consent.strip()
    outbox.add(CASE_LETTERS, found.pk)
    return noted(actor, found, "hearing_served", **changes)


@transaction.atomic
def record_hearing(*, actor: User, case: AdministrativeCase, record: str) -> AdministrativeCase:
    """What was said, put down by whoever led it, once it was held. Raises `record_missing`, `hearing_not_served`,
    `hearing_not_held`, `announced_too_late` (by the calendar as it is known now), `not_the_chair`."""
    found = locked_for(actor, case)
    refuse(filled(record=record))
    refuse(
        {
            "hearing_not_held": found.hearing_on is None
            or found.hearing_on > clock.today()
            or found.state not in HEARING,
            "hearing_not_served": found.hearing_time is not None and found.hearing_served_on is None,
            "announced_too_late": found.hearing_on is not None
            and found.hearing_served_on is not None
            and found.hearing_on < first_day_of_hearing(found, found.hearing_served_on),
            "not_the_chair": found.hearing_chair_id != actor.pk,
        }
    )
    return noted(actor, found, "hearing_held", hearing_record=record.strip())
