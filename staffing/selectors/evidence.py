"""What stands behind a ratio: the people, their proof, and how the figure came about; as known when asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, DateField, DateTimeField, Q, QuerySet

from accounts.access import can
from accounts.models import AppointmentDispute, User
from accounts.models.positions import EmploymentType
from accounts.permissions import Permission
from accounts.selectors import numbers_of, surviving
from accounts.workflow import DisputeState
from core.compiled import Many, compiled
from courses.models import TrainingRecord
from staffing.ratio import Ratio, month_ends
from staffing.selectors.ratios import RatioAnswer
from staffing.selectors.versions import Accepts, counting_records


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
    rule, wanted, then = answer.rule, frozenset(people), answer.known_then
    accepts = Accepts(tuple(rule.tracks), tuple(rule.levels), tuple(rule.providers))
    found = _records_of(then is not None, accepts, people=wanted, as_of=answer.as_of, known_at=then) if wanted else ()
    return {record.survivor: record for record in found if record.survivor in wanted}


@compiled(people=Many(), as_of=DateField(), known_at=DateTimeField())
def _records_of(then: bool, accepts: Accepts, *, people: Any, as_of: Any, known_at: Any) -> QuerySet[TrainingRecord]:
    """Whoever's number they stand under; the newest last."""
    moment = known_at if then else None
    rows = counting_records(accepts, as_of, moment).annotate(survivor=surviving("person__", moment))
    rows = rows.filter(person__in=numbers_of(people, moment)).order_by("completed_on", "pk")
    return rows.select_related("base", "level")


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
    found = _disputed(answer.known_then is not None, institution=answer.institution.pk, then=then)
    return len({person for (person,) in found} & answer.facts.staff(answer.rule, answer.as_of))


@compiled(institution=BigIntegerField(), then=DateTimeField())
def _disputed(earlier: bool, *, institution: Any, then: Any) -> QuerySet[Any]:
    decided = Q(state__in=(DisputeState.UPHELD, DisputeState.REJECTED), decision__decided_at__gt=then)
    rows = AppointmentDispute.objects.filter(Q(state=DisputeState.OPEN) | decided, opened_at__lte=then)
    rows = rows.filter(appointment__institution=institution)
    return rows.values_list(surviving("appointment__person__", then if earlier else None))
