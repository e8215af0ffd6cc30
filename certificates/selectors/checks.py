"""Batch checks of an employer: which there are, the answers of one, and who has agreed to be checked by whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models import Appointment, Institution, Person, User
from accounts.models.positions import not_voided
from accounts.permissions import Permission
from accounts.selectors.consents import EMPLOYER_CHECK, agreed_parts
from accounts.selectors.staff import running_on
from accounts.workflow import DisputeState
from certificates.models import BatchCheck, BatchCheckLine, Certificate
from certificates.models.checks import Way
from certificates.rules import Outcome
from certificates.selectors.verification import NAME_CONSENT
from core import clock
from core.models import Job
from core.text import mask_name

GOES_ON = timedelta(days=7)


@dataclass(frozen=True)
class CheckLine:
    """An answer with the name as it may be shown now: a consent that is taken back hides it again."""

    row: BatchCheckLine
    holder: str = ""
    agreed: bool = False

    @property
    def tells_nothing(self) -> bool:
        """Asked by name: it accuses nobody, for a holder who has not agreed is answered for in the same way."""
        return self.row.outcome == Outcome.NEVER_ISSUED and self.row.way == Way.NAME

    @property
    def tone(self) -> str:
        return "neutral" if self.tells_nothing else self.row.outcome

    @property
    def certificate(self) -> Certificate | None:
        return self.row.certificate


def batch_checks(actor: User, institution: Institution) -> QuerySet[BatchCheck]:
    rows = BatchCheck.objects.allowed(actor, Permission.CERTIFICATE_CHECK).filter(institution=institution)
    found: Any = rows.select_related("asked_by").annotate(answered=Count("lines"))
    return found.order_by("-asked_at", "-pk")


def batch_check(actor: User, uuid: UUID) -> BatchCheck | None:
    rows = BatchCheck.objects.allowed(actor, Permission.CERTIFICATE_CHECK).select_related("institution", "job")
    return rows.filter(uuid=uuid).first()


def stopped_check(actor: User, institution: Institution, sha256: str) -> BatchCheck | None:
    """The actor's own check of this file that has stopped before its end, with how many rows are `answered`: the same
    file goes on with it, as long as its answers are kept some time yet."""
    rows: Any = BatchCheck.objects.allowed(actor, Permission.CERTIFICATE_CHECK).filter(
        Q(job=None) | Q(job__state__in=Job.OVER),
        asked_by=actor,
        institution=institution,
        sha256=sha256,
        finished_at=None,
        asked_at__gte=clock.now() - GOES_ON,
    )
    found: BatchCheck | None = rows.annotate(answered=Count("lines")).order_by("-pk").first()
    return found


def lines_of_check(actor: User, check: BatchCheck, outcome: str = "") -> QuerySet[BatchCheckLine]:
    rows = BatchCheckLine.objects.allowed(actor, Permission.CERTIFICATE_CHECK).filter(check_of=check)
    if outcome in Outcome.values:
        rows = rows.filter(outcome=outcome)
    return rows.select_related("certificate__person__merged_into").order_by("line")


def outcomes_of_check(check: BatchCheck) -> list[tuple[str, Any, int]]:
    """(outcome, its name, how often) of those that came up."""
    counted = dict(check.lines.values_list("outcome").annotate(number=Count("pk")).order_by())
    return [(value, label, counted[value]) for value, label in Outcome.choices if value in counted]


def shown_lines(check: BatchCheck, rows: Iterable[BatchCheckLine]) -> list[CheckLine]:
    """Three statements for all of them."""
    rows = list(rows)
    people = {row.pk: _survivor(row.certificate.person) for row in rows if row.certificate}
    agreed = agreed_people(people.values(), check.institution)
    logins = {person.pk: person.user_id for person in people.values()}
    named = agreed_parts([login for login in logins.values() if login], NAME_CONSENT)
    return [_line(row, people.get(row.pk), agreed, named) for row in rows]


def other_answers(check: BatchCheck, rows: Iterable[BatchCheckLine]) -> dict[int, list[int]]:
    """Line -> the other lines that ask about the same number and are answered otherwise, in one statement."""
    rows = list(rows)
    asked = check.lines.filter(number__in={row.number for row in rows}).order_by("line")
    answers = list(asked.values_list("number", "line", "outcome"))
    found = {
        row.line: [line for number, line, outcome in answers if number == row.number and outcome != row.outcome]
        for row in rows
    }
    return {line: others for line, others in found.items() if others}


def agrees_to_check(person: Person, institution: Institution) -> bool:
    survivor = _survivor(person)
    return survivor.pk in agreed_people([survivor], institution)


def agreed_people(people: Iterable[Person], institution: Institution) -> frozenset[int]:
    """Those who have agreed and work there today: neither the word nor the post alone is enough, nor is a post of
    which the person says that it is none."""
    people = list(people)
    agreed = agreed_parts([one.user_id for one in people if one.user_id], EMPLOYER_CHECK)
    saying = [one.pk for one in people if one.user_id in agreed]
    posts = Appointment.objects.filter(not_voided(), running_on(clock.today()), institution=institution)
    posts = posts.exclude(disputes__state=DisputeState.OPEN)
    here = posts.filter(Q(person__in=saying) | Q(person__merged_into__in=saying)).select_related("person")
    return frozenset(one.person.merged_into_id or one.person_id for one in here)


def _survivor(person: Person) -> Person:
    return person.merged_into or person


def _line(row: BatchCheckLine, person: Person | None, agreed: frozenset[int], named: dict[int, Any]) -> CheckLine:
    if row.certificate is None or person is None:
        return CheckLine(row)
    says_yes = person.pk in agreed
    whole = says_yes or person.user_id in named
    name = row.certificate.holder_name
    return CheckLine(row, name if whole else mask_name(name), says_yes)
