"""What stands behind a ratio: the people, their proof, and how the figure came about; as known when asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from accounts.access import can
from accounts.models import AppointmentDispute, Person, User
from accounts.permissions import Permission
from accounts.selectors import surviving
from accounts.selectors.staff import staff_of
from accounts.workflow import DisputeState
from courses.models import TrainingRecord
from staffing.models import RatioRule
from staffing.ratio import Ratio, month_ends
from staffing.selectors.ratios import RatioAnswer
from staffing.selectors.sealed import sealed_on
from staffing.selectors.versions import (
    counted,
    counted_staff,
    counted_wordings,
    counting_records,
    records_of,
    staff_ids,
    trained_ids,
    trained_since,
)


@dataclass(frozen=True)
class StaffLine:
    """One counted person of a day, in the wording that was known: `person` is the surviving one of a merge."""

    person: int
    name: str
    post: str
    employment: str
    start_date: date
    trained: bool
    employment_type: str = ""


def people_behind(actor: User, answer: RatioAnswer) -> list[StaffLine]:
    """The counted people of that day, one line each, untrained first; empty for actors who see figures only."""
    return counted_people(answer) if can(actor, Permission.ROSTER_VIEW, answer.institution) else []


def counted_people(answer: RatioAnswer) -> list[StaffLine]:
    """The same for whoever may have all of them."""
    rule, day = answer.rule, answer.as_of
    rows = counted_staff(answer.institution, rule, day, answer.known_then)
    # Of somebody with two posts, the one begun last.
    terms = {row.person: row for row in rows}
    trained = trained_ids(terms, rule, day, answer.known_then)
    names = dict(Person.objects.filter(pk__in=terms).values_list("pk", "name"))
    lines = [
        StaffLine(
            person, names[person], row.post, row.employment, row.start_date, person in trained, row.employment_type
        )
        for person, row in terms.items()
    ]
    return sorted(lines, key=lambda line: (line.trained, line.name, line.person))


def evidence_of(people: Iterable[int], answer: RatioAnswer) -> dict[int, TrainingRecord]:
    """The latest counting record per surviving person: what a line shows as its proof."""
    rows = counting_records(answer.rule, answer.as_of, answer.known_then)
    found = records_of(list(people), rows, answer.known_then).order_by("completed_on", "pk")
    return {record.survivor: record for record in found.select_related("base", "level")}


def history(answer: RatioAnswer, *, months: int = 24) -> list[tuple[date, Ratio]]:
    """The ratio at the end of each of the last months and on the day asked for, all by the rule of that day."""
    until = answer.as_of
    rows = counted_wordings(answer.institution, answer.rule, answer.known_then)
    terms = [(row.person, row.start_date, row.end_date) for row in rows]
    first_trained = trained_since({person for person, _, _ in terms}, answer.rule, until, answer.known_then)
    points = []
    for day in month_ends(until, months):
        sealed = sealed_on(answer.sealed_counts, day, answer.known_then)
        ratio = _ratio_from(terms, first_trained, answer.rule, day)
        points.append((day, ratio.with_sealed(sealed.trained, sealed.staff)))
    return points


def uncounted_staff(answer: RatioAnswer) -> int:
    """How many people in post that day the rule leaves out (not professional, or of a kind that does not count)."""
    everybody = staff_of(answer.institution, answer.as_of, answer.known_then)
    counted = staff_ids(answer.institution, answer.rule, answer.as_of, answer.known_then)
    return len({row.person for row in everybody} - counted)


def _ratio_from(
    terms: list[tuple[int, date, date | None]], first_trained: dict[int, date], rule: RatioRule, day: date
) -> Ratio:
    staff = frozenset(person for person, start, end in terms if start <= day and (end is None or end > day))
    trained = frozenset(person for person in staff if first_trained.get(person, date.max) <= day)
    return counted(staff, trained, rule)


def disputed_staff(answer: RatioAnswer) -> int:
    """How many of those counted say that they do not work there, undecided at the moment asked for."""
    then = answer.known_then or answer.known_at
    decided = Q(state__in=(DisputeState.UPHELD, DisputeState.REJECTED), decision__decided_at__gt=then)
    rows = AppointmentDispute.objects.filter(Q(state=DisputeState.OPEN) | decided, opened_at__lte=then)
    rows = rows.filter(appointment__institution=answer.institution)
    people = frozenset(rows.values_list(surviving("appointment__person__", answer.known_then), flat=True))
    return len(people & staff_ids(answer.institution, answer.rule, answer.as_of, answer.known_then)) if people else 0
