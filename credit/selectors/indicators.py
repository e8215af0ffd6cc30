"""Indicators that the platform knows: each with what it was counted from, so that a reader can follow it down."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Appointment, Institution, Person, TrainingBase
from accounts.selectors import same_person, surviving
from core import clock
from courses.exams.models import Attempt
from courses.exams.workflow import AttemptState
from courses.models import HourEntry, TrainingRecord
from courses.workflow import COUNTED
from credit.models import EvaluationRound
from credit.rules.evaluation import NOT_MEASURED, SMALL_NUMBER, Source, Value
from staffing.selectors.ratios import institution_ratio
from staffing.selectors.returns import standings


@dataclass(frozen=True)
class Measured:
    """A value with the numbers behind it, by name; the page says them in words and links to where they come from."""

    value: Value
    drill: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """The days that are looked at, both included."""

    first: date
    last: date

    @property
    def days(self) -> tuple[date, date]:
        return (self.first, self.last)


def span_of(evaluation_round: EvaluationRound) -> Span:
    return Span(evaluation_round.period_from, evaluation_round.period_to)


def measured(source: str, subject: Institution | TrainingBase | Person, span: Span) -> Measured:
    """Not measured where the platform knows nothing of this kind about such a subject."""
    counted = _COUNTED.get((source, type(subject)))
    return counted(subject, span) if counted else Measured(NOT_MEASURED)


def _ratio(institution: Institution, span: Span) -> Measured:
    answer = institution_ratio(institution, as_of=span.last)
    facts = {
        "trained": answer.ratio.trained, "staff": answer.ratio.staff, "as_of": span.last.isoformat(),
        "rule": str(answer.rule),
    }  # fmt: skip
    if answer.ratio.staff == 0:
        return Measured(NOT_MEASURED, facts)
    return Measured(Value(answer.ratio.trained, answer.ratio.staff), facts)


def _records(span: Span) -> QuerySet[Any]:
    """Confirmed trainings completed in these days; what was annulled never counted."""
    rows = TrainingRecord.objects.standing_facts().filter(standing__in=COUNTED, completed_on__range=span.days)
    return rows.annotate(survivor=surviving("person__"))


def _count(value: int, **facts: Any) -> Measured:
    return Measured(Value(value), {"count": value, **facts})


def _trained_at(base: TrainingBase, span: Span) -> Measured:
    return _people(_records(span).filter(base=base))


def _trained_staff(institution: Institution, span: Span) -> Measured:
    running = Q(end_date__isnull=True) | Q(end_date__gt=span.last)
    there = Appointment.objects.holding().filter(running, institution=institution, start_date__lte=span.last)
    people = there.annotate(survivor=surviving("person__")).values("survivor")
    return _people(_records(span).filter(survivor__in=people))


def _people(rows: QuerySet[Any]) -> Measured:
    found = rows.aggregate(people=Count("survivor", distinct=True), records=Count("pk"))
    return _count(found["people"], records=found["records"])


def _trainings_of(person: Person, span: Span) -> Measured:
    return _count(_records(span).filter(same_person(person.pk)).count())


def _pass_rate(base: TrainingBase, span: Span) -> Measured:
    """Of those examined how many passed in the end; of too few it is said and not graded."""
    marked = Attempt.objects.filter(
        sitting__base=base, state=AttemptState.MARKED, passed__isnull=False, **_inside("submitted_at", span)
    )
    # Once passed is passed, whatever the attempts before: each person counts once.
    people = marked.annotate(survivor=surviving("person__")).order_by().values("survivor").distinct()
    examined, passed = people.count(), people.filter(passed=True).count()
    facts = {"passed": passed, "examined": examined, "small": examined < SMALL_NUMBER}
    if examined == 0:
        return Measured(NOT_MEASURED, facts)
    return Measured(Value(passed, examined, small=examined < SMALL_NUMBER), facts)


def _hours_at(base: TrainingBase, span: Span) -> Measured:
    return _hours(HourEntry.objects.filter(enrolment__cohort__base=base), span)


def _hours_of(person: Person, span: Span) -> Measured:
    return _hours(HourEntry.objects.filter(same_person(person.pk, "enrolment__person")), span)


def _hours(rows: QuerySet[HourEntry], span: Span) -> Measured:
    """Whole hours; what was taken back counts against what was credited."""
    found = rows.filter(**_inside("credited_at", span)).aggregate(hours=Sum("hours"), entries=Count("pk"))
    return _count(max(0, int(found["hours"] or 0)), entries=found["entries"])


def _filed_on_time(institution: Institution, span: Span) -> Measured:
    due = [
        one for one in standings(institution)
        if one.obliged and not one.period.due.provisional and span.first <= one.period.due.day <= span.last
    ]  # fmt: skip
    on_time = sum(one.filed and one.filed_late == 0 for one in due)
    facts = {"due": len(due), "on_time": on_time}
    return Measured(Value(on_time, len(due)) if due else NOT_MEASURED, facts)


def _inside(moment: str, span: Span) -> dict[str, datetime]:
    """After the day before the first, until the end of the last."""
    before = clock.end_of_day(span.first - timedelta(days=1))
    return {f"{moment}__gt": before, f"{moment}__lte": clock.end_of_day(span.last)}


_COUNTED: dict[tuple[str, type], Callable[[Any, Span], Measured]] = {
    (Source.RATIO, Institution): _ratio,
    (Source.TRAINED, Institution): _trained_staff,
    (Source.FILED_ON_TIME, Institution): _filed_on_time,
    (Source.TRAINED, TrainingBase): _trained_at,
    (Source.PASS_RATE, TrainingBase): _pass_rate,
    (Source.HOURS, TrainingBase): _hours_at,
    (Source.TRAINED, Person): _trainings_of,
    (Source.HOURS, Person): _hours_of,
}
