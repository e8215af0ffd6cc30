"""Reports: made by anybody with a login, accepted for one of two tracks or refused with reasons, by their addressee."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from accounts.access import require
from accounts.models import AdminBody, Institution, Person, Region, TrainingBase, User
from accounts.models.bodies import Matter
from accounts.permissions import Permission
from accounts.selectors.bodies import competent_body
from accounts.selectors.own import is_own
from certificates.tlog.services import SALT_SIZE
from core import audit, calendar, clock, outbox
from core.errors import DomainError, NotAllowed
from core.workflow import advance
from credit.models import AdministrativeCase, CaseReport, CatalogueItem, Ground
from credit.rules.cases import rule_on, years_after
from credit.services.case_common import CASE_LETTERS, filled, refuse, require_body
from credit.workflow.cases import REPORT_STEPS, Track


@dataclass(frozen=True)
class Said:
    """A report in the reporter's words. `reach_me`: how to reach the reporter, sealed."""

    said_of: str
    said_at: str
    region: Region
    ground: str
    said: str
    happened_on: date
    reach_me: str = ""


@dataclass(frozen=True)
class Filing:
    """立案: about whom, for which item of which catalogue, under which number, and when it happened and was found."""

    number: str
    item: CatalogueItem
    subject: Person | Institution
    unit: Institution | TrainingBase | None
    conduct_ended_on: date
    discovered_on: date


@transaction.atomic
def make_report(*, actor: User, said: Said, addressee: Institution | TrainingBase | None = None) -> CaseReport:
    """To the body competent in the region, or to a place that has rules of its own. The reporter's name goes nowhere.

    Raises `said_missing`, `said_of_missing`, `ground_unknown`, `happened_in_future`, `nobody_competent`.
    """
    refuse(filled(said=said.said, said_of=said.said_of))
    refuse({"ground_unknown": said.ground not in Ground.values, "happened_in_future": said.happened_on > clock.today()})
    today = clock.today()
    due = calendar.working_day_deadline(today, rule_on(today).clocks["acceptance_working_days"])
    report = CaseReport.objects.create(
        said_of=said.said_of.strip(),
        said_at=said.said_at.strip(),
        region=said.region,
        ground=said.ground,
        said=said.said.strip(),
        happened_on=said.happened_on,
        reporter=said.reach_me.strip(),
        due_on=due.day,
        is_provisional=due.provisional,
        **_addressed(addressee, said.region),
    )
    # The audit trail names whoever writes; it is read by the audit administrators alone, never on a case.
    audit.record(actor, "credit.casereport.make", report, due=str(due.day))
    return report


def _addressed(addressee: Institution | TrainingBase | None, region: Region) -> dict[str, object]:
    if isinstance(addressee, TrainingBase):
        return {"at_base": addressee}
    if addressee is not None:
        return {"at_institution": addressee}
    if (body := competent_body(Matter.DECIDE, region, clock.today())) is None:
        raise DomainError("nobody_competent")
    return {"body": body}


@transaction.atomic
def refuse_report(*, actor: User, report: CaseReport, reason: str) -> CaseReport:
    """Not accepted, with the reason that the reporter reads. Raises `reason_missing`, WrongState."""
    require(actor, Permission.CASE_HANDLE, report)
    require_body(actor, report.body_id)
    refuse(filled(reason=reason))
    return advance(report, "refuse", REPORT_STEPS, actor=actor, changes=_decided(actor) | {"reason": reason.strip()})


@transaction.atomic
def file_case(*, actor: User, report: CaseReport, filing: Filing) -> AdministrativeCase:
    """Accept a report for the administrative track: the limit is checked, the number given, the clocks start.

    Raises `number_missing`, `number_taken`, `no_credit_code`, `unit_without_entity`, `item_not_in_force`,
    `item_elsewhere`, `discovered_before_conduct`, `discovered_in_future`, `past_the_limit`, `own_case`, WrongState.
    """
    require(actor, Permission.CASE_HANDLE, report)
    require_body(actor, report.body_id)
    today = clock.today()
    rule = rule_on(today)
    limit = years_after(filing.conduct_ended_on, rule.clocks["limit_years"])
    _check_filing(actor, report, filing, today, limit)
    accepted = advance(
        report, "accept", REPORT_STEPS, actor=actor, changes=_decided(actor) | {"track": Track.ADMINISTRATIVE}
    )
    due = calendar.working_day_deadline(today, rule.clocks["investigation_working_days"])
    case = AdministrativeCase.objects.create(
        report=accepted,
        body=_body(report),
        salt=secrets.token_hex(SALT_SIZE),
        item=filing.item,
        rule_version=rule.version,
        number=filing.number.strip(),
        conduct_ended_on=filing.conduct_ended_on,
        discovered_on=filing.discovered_on,
        limit_on=limit,
        filed_on=today,
        filed_by=actor,
        decide_by=today + timedelta(days=rule.clocks["decision_days"]),
        due_on=due.day,
        is_provisional=due.provisional,
        **_about(filing),
    )
    audit.record(actor, "credit.administrativecase.file", case, number=case.number, report=str(report.uuid))
    outbox.add(CASE_LETTERS, case.pk)
    return case


@transaction.atomic
def reveal_reporter(*, actor: User, report: CaseReport, purpose: str) -> str:
    """How to reach whoever reported, for a stated purpose, written down. Raises `purpose_missing`."""
    require(actor, Permission.CASE_HANDLE, report)
    require_body(actor, report.body_id)
    refuse(filled(purpose=purpose))
    audit.record(actor, "credit.reporter_revealed", report, purpose=purpose.strip())
    return report.reporter


def _body(report: CaseReport) -> AdminBody:
    """`require_body` has asked: there is one."""
    if report.body is None:
        raise NotAllowed(permission=Permission.CASE_HANDLE.value)
    return report.body


def _decided(actor: User) -> dict[str, object]:
    return {"decided_at": clock.now(), "decided_by": actor}


def _about(filing: Filing) -> dict[str, object]:
    subject: dict[str, object] = {"person" if isinstance(filing.subject, Person) else "institution": filing.subject}
    if filing.unit is None:
        return subject
    return {**subject, "unit_base" if isinstance(filing.unit, TrainingBase) else "unit_institution": filing.unit}


def _check_filing(actor: User, report: CaseReport, filing: Filing, today: date, limit: date) -> None:
    entity = filing.subject if isinstance(filing.subject, Institution) else None
    item = filing.item
    refuse(filled(number=filing.number))
    refuse(
        {
            "number_taken": AdministrativeCase.objects.filter(body=report.body, number=filing.number.strip()).exists(),
            "no_credit_code": entity is not None and not entity.uscc,
            "unit_without_entity": filing.unit is not None and not _stands_with(filing.unit, entity),
            "own_case": _is_own(actor, filing.subject),
            "item_not_in_force": not item.valid_from <= filing.conduct_ended_on
            or (item.valid_to is not None and item.valid_to <= filing.conduct_ended_on),
            "item_elsewhere": not report.region.path.startswith(item.region_path),
            "discovered_before_conduct": filing.discovered_on < filing.conduct_ended_on,
            "discovered_in_future": filing.discovered_on > today,
            "past_the_limit": filing.discovered_on > limit,
        }
    )


def _is_own(actor: User, subject: Person | Institution) -> bool:
    if isinstance(subject, Institution):
        return is_own(actor, subject)
    return actor.pk in {subject.user_id, subject.merged_into.user_id if subject.merged_into else None}


def _stands_with(unit: Institution | TrainingBase, entity: Institution | None) -> bool:
    """A department stands in its parent's file, a base in its host's (practice 1.2)."""
    if entity is None:
        return False
    over = unit.host_id if isinstance(unit, TrainingBase) else unit.parent_id
    return over == entity.pk
