"""What stands behind a ratio: the people, their proof, and how the figure came about; as known when asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Min, Q, QuerySet

from accounts.models import Appointment, AppointmentVersion, Person, User
from accounts.models.positions import not_voided
from accounts.permissions import Permission
from accounts.selectors import surviving
from courses.models import TrainingRecord
from staffing.models import RatioRule
from staffing.ratio import Ratio, month_ends, ratio_of
from staffing.selectors.ratios import RatioAnswer, counting, counting_records, staff_ids, trained_ids


@dataclass(frozen=True)
class StaffLine:
    """One counted person of a day, in the wording that was known: `person` is the surviving one of a merge."""

    person: int
    name: str
    post: str
    employment: str
    start_date: date
    trained: bool


@dataclass(frozen=True)
class _Known:
    """Which wordings of appointments count as known: the present ones, or those believed at a moment."""

    moment: datetime | None

    def live(self, rows: QuerySet[Appointment]) -> QuerySet[Appointment]:
        rows = rows.filter(not_voided(self.moment))
        return rows if self.moment is None else rows.filter(recorded_at__lte=self.moment)

    def earlier(self, rows: QuerySet[Appointment]) -> QuerySet[AppointmentVersion]:
        versions = AppointmentVersion.objects.filter(not_voided(self.moment, "appointment__"), appointment__in=rows)
        if self.moment is None:
            return versions.none()
        return versions.filter(recorded_at__lte=self.moment, superseded_at__gt=self.moment)


def people_behind(actor: User, answer: RatioAnswer) -> list[StaffLine]:
    """The counted people of that day, one line each, untrained first; empty for actors who see figures only."""
    reach = Appointment.objects.allowed(actor, Permission.ROSTER_VIEW)
    rows = reach.filter(institution=answer.institution, start_date__lte=answer.as_of)
    known, rule, day = _Known(answer.known_then), answer.rule, answer.as_of
    live = counting(known.live(rows), rule, day).annotate(survivor=surviving("person__"))
    earlier = counting(known.earlier(rows), rule, day).annotate(survivor=surviving("appointment__person__"))
    terms = {one.survivor: (one, one.appointment.start_date) for one in earlier.select_related("appointment")}
    terms |= {one.survivor: (one, one.start_date) for one in live.order_by("start_date", "pk")}
    trained = trained_ids(terms, rule, day, answer.known_then)
    names = dict(Person.objects.filter(pk__in=terms).values_list("pk", "name"))
    lines = [
        StaffLine(person, names[person], one.post, one.get_employment_type_display(), start, person in trained)
        for person, (one, start) in terms.items()
    ]
    return sorted(lines, key=lambda line: (line.trained, line.name, line.person))


def evidence_of(people: Iterable[int], answer: RatioAnswer) -> dict[int, TrainingRecord]:
    """The latest counting record per surviving person: what a line shows as its proof."""
    rows = counting_records(answer.rule, answer.as_of, answer.known_then).annotate(survivor=surviving("person__"))
    found = rows.filter(survivor__in=list(people)).select_related("base", "level").order_by("completed_on", "pk")
    return {record.survivor: record for record in found}


def history(answer: RatioAnswer, *, months: int = 24) -> list[tuple[date, Ratio]]:
    """The ratio at the end of each of the last months and on the day asked for, all by the rule of that day."""
    until, known = answer.as_of, _Known(answer.known_then)
    rows = Appointment.objects.filter(institution=answer.institution)
    kinds = {"professional": True, "employment_type__in": answer.rule.employment_types}
    live = known.live(rows).filter(**kinds).annotate(survivor=surviving("person__"))
    earlier = known.earlier(rows).filter(**kinds).annotate(survivor=surviving("appointment__person__"))
    terms = list(live.values_list("survivor", "start_date", "end_date"))
    terms += list(earlier.values_list("survivor", "appointment__start_date", "end_date"))
    records = counting_records(answer.rule, until, answer.known_then).annotate(survivor=surviving("person__"))
    counted = records.filter(survivor__in={person for person, _, _ in terms})
    first_trained = dict(counted.values_list("survivor").annotate(Min("completed_on")))
    return [(day, _ratio_from(terms, first_trained, answer.rule, day)) for day in month_ends(until, months)]


def uncounted_staff(answer: RatioAnswer) -> int:
    """How many people in post that day the rule leaves out (not professional, or of a kind that does not count)."""
    rows = Appointment.objects.filter(institution=answer.institution, start_date__lte=answer.as_of)
    in_post = Q(end_date__isnull=True) | Q(end_date__gt=answer.as_of)
    known = _Known(answer.known_then)
    live = known.live(rows).filter(in_post).values_list(surviving("person__"), flat=True)
    earlier = known.earlier(rows).filter(in_post).values_list(surviving("appointment__person__"), flat=True)
    counted = staff_ids(answer.institution, answer.rule, answer.as_of, answer.known_then)
    return len((frozenset(live) | frozenset(earlier)) - counted)


def _ratio_from(
    terms: list[tuple[int, date, date | None]], first_trained: dict[int, date], rule: RatioRule, day: date
) -> Ratio:
    staff = frozenset(person for person, start, end in terms if start <= day and (end is None or end > day))
    trained = frozenset(person for person in staff if first_trained.get(person, date.max) <= day)
    return ratio_of(staff, trained, value=rule.value)
