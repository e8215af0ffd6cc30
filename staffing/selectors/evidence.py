"""What stands behind a ratio: the people, their proof, and how the figure came about; as known when asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from accounts.access import can
from accounts.models import AppointmentDispute, User
from accounts.models.positions import EmploymentType
from accounts.permissions import Permission
from accounts.selectors import surviving
from accounts.workflow import DisputeState
from courses.models import TrainingRecord
from staffing.ratio import Ratio, month_ends
from staffing.selectors.ratios import RatioAnswer
from staffing.selectors.versions import counting_records, records_of


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
    facts, rule, day = answer.facts, answer.rule, answer.as_of
    # Of somebody with two posts, the one begun last.
    terms = {row.person: row for row in facts.counted_staff(rule, day)}
    trained = facts.trained(rule, day)
    words = {kind.value: str(kind.label) for kind in EmploymentType}
    lines = [
        StaffLine(
            person, facts.names[person], row.post, words[row.employment_type], row.start_date, person in trained,
            row.employment_type,
        )
        for person, row in terms.items()
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line.trained, line.name, line.person))


def evidence_of(people: Iterable[int], answer: RatioAnswer) -> dict[int, TrainingRecord]:
    """The latest counting record per surviving person: what a line shows as its proof."""
    rows = counting_records(answer.rule, answer.as_of, answer.known_then)
    found = records_of(list(people), rows, answer.known_then).order_by("completed_on", "pk")
    return {record.survivor: record for record in found.select_related("base", "level")}


def history(answer: RatioAnswer, *, months: int = 24) -> list[tuple[date, Ratio]]:
    """The ratio at the end of each of the last months and on the day asked for, all by the rule of that day."""
    return answer.facts.ratios(answer.rule, month_ends(answer.as_of, months))


def uncounted_staff(answer: RatioAnswer) -> int:
    """How many people in post that day the rule leaves out (not professional, or of a kind that does not count)."""
    everybody = {row.person for row in answer.facts.in_post(answer.as_of)}
    return len(everybody - answer.facts.staff(answer.rule, answer.as_of))


def disputed_staff(answer: RatioAnswer) -> int:
    """How many of those counted say that they do not work there, undecided at the moment asked for."""
    then = answer.known_then or answer.known_at
    decided = Q(state__in=(DisputeState.UPHELD, DisputeState.REJECTED), decision__decided_at__gt=then)
    rows = AppointmentDispute.objects.filter(Q(state=DisputeState.OPEN) | decided, opened_at__lte=then)
    rows = rows.filter(appointment__institution=answer.institution)
    people = frozenset(rows.values_list(surviving("appointment__person__", answer.known_then), flat=True))
    return len(people & answer.facts.staff(answer.rule, answer.as_of))
