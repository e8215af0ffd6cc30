"""The prior notice: written first, so that there is something to serve; its text stands once it was served."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import User
from certificates.tlog.models import Kind
from core import calendar, clock, outbox
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
from credit.services.letters import rewritten_letters
from credit.workflow.cases import RANK, SEVERITIES

NOTICED = "credit.case_noticed"


@dataclass(frozen=True)
class Notice:
    """事先告知: facts, reasons, basis, what is intended and with which measures, under which number. `on`: the day that
    it bears, today where none is given."""

    number: str
    facts: str
    reasons: str
    basis: str
    intended: str
    measures: Collection[Measure] = ()
    on: date | None = None


@transaction.atomic
def write_notice(*, actor: User, case: AdministrativeCase, notice: Notice) -> AdministrativeCase:
    """As it will be served; written anew as long as it was not. Nothing can follow that is not announced here.

    Raises `number_missing`, `facts_missing`, `reasons_missing`, `basis_missing`, `written_in_future`,
    `written_too_early`, `intended_unknown`, `higher_than_item`, `law_not_reviewed`, `measure_not_in_force`,
    `measure_not_for_this`.
    """
    found = locked_for(actor, case)
    day = notice.on or clock.today()
    refuse(filled(number=notice.number, facts=notice.facts, reasons=notice.reasons, basis=notice.basis))
    refuse(
        {
            "written_in_future": day > clock.today(),
            "written_too_early": day < (found.reviewed_on or found.found_on or found.filed_on),
        }
    )
    _check_intended(found, notice)
    written = take(
        actor,
        found,
        "write",
        notice_number=notice.number.strip(),
        notice_facts=notice.facts.strip(),
        notice_reasons=notice.reasons.strip(),
        notice_basis=notice.basis.strip(),
        notice_measures=[one.pk for one in notice.measures],
        intended=notice.intended,
        intended_rank=RANK[notice.intended],
        notice_written_by=actor,
        notice_written_on=day,
    )
    outbox.add(CASE_LETTERS, written.pk)
    return written


def _check_intended(case: AdministrativeCase, notice: Notice) -> None:
    rule = rule_of(case.rule_version)
    refuse({"intended_unknown": notice.intended not in SEVERITIES})
    refuse(
        {
            "higher_than_item": RANK[notice.intended] > RANK[case.item.highest],
            "law_not_reviewed": notice.intended in rule.law_review and case.reviewed_on is None,
            "measure_not_in_force": _out_of_force(notice.measures),
            "measure_not_for_this": any(notice.intended not in one.severities for one in notice.measures),
        }
    )


def _out_of_force(measures: Collection[Measure]) -> bool:
    today = clock.today()
    return any(one.valid_from > today or (one.valid_to is not None and one.valid_to <= today) for one in measures)


@transaction.atomic
def serve_notice(*, actor: User, case: AdministrativeCase, served: Served) -> AdministrativeCase:
    """The time to speak runs from the day of service. Raises `measure_not_in_force`, `letter_is_old`, WrongState, and
    those of `check_served`."""
    found = locked_for(actor, case)
    check_served(served, not_before=found.notice_written_on or found.filed_on)
    measures = list(Measure.objects.filter(pk__in=found.notice_measures).order_by("pk"))
    refuse({"measure_not_in_force": _out_of_force(measures), "letter_is_old": bool(rewritten_letters(found))})
    rule = rule_of(found.rule_version)
    day, days = service_day(served, rule), rule.clocks["answer_working_days"]
    # What was served on an earlier day is known here from today on: no time to speak is over before it was entered.
    until = calendar.working_day_deadline(max(day, clock.today()), days)
    noticed = take(
        actor,
        found,
        "notice",
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
    CaseMeasure.objects.bulk_create(CaseMeasure(case=noticed, measure=one, ordered=False) for one in measures)
    put_down(noticed, Kind.CREDIT_NOTICE)
    outbox.add(NOTICED, noticed.pk)
    outbox.add(CASE_LETTERS, noticed.pk)
    return noticed
