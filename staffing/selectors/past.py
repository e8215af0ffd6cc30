"""The ratio in days gone by: every day on which it changed and by whom, and what was put right after it was known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.access import can
from accounts.models import Appointment, AppointmentVersion, LeaveOfAbsence, Person, User
from accounts.permissions import Permission
from accounts.selectors import surviving
from accounts.selectors.leaves import Away
from accounts.selectors.staff import StaffRow, is_over
from core import clock
from courses.models import TrainingRecordAnnulment
from staffing.ratio import Prospect, month_ends
from staffing.selectors.ahead import Ahead, Change, by_person, era_of, sealed_from
from staffing.selectors.ratios import RatioAnswer
from staffing.selectors.versions import accepted_records, counts

# What of an appointment decides whom a requirement counts.
COUNTING = ("start_date", "end_date", "professional", "employment_type", "full_time")
# And what of a leave.
LEAVE = ("leave_kind", "away_from", "back_on")


class Righted(TextChoices):
    """How what was known became something else."""

    CORRECTED = "corrected", _("an entry about days gone by was corrected")
    VOIDED = "voided", _("taken out by an officer's decision: never worked here")
    LEAVE = "leave", _("a leave of absence on days gone by was corrected or withdrawn")
    ANNULLED = "annulled", _("a training record was annulled: never trained by it")


@dataclass(frozen=True)
class Correction:
    """`at`: from when on it was known. `changes`: (column, before, after) of an appointment or a leave. Whom and what
    it is about is empty where the actor sees figures only. `reached`: whether the person has a page for the actor."""

    at: datetime
    kind: Righted
    person: int | None
    name: str
    changes: tuple[tuple[str, Any, Any], ...] = ()
    reached: bool = False

    @property
    def day(self) -> date:
        return clock.day_of(self.at)


@dataclass(frozen=True)
class Past:
    """From `first` to the day of the answer, by the rule and the knowledge of the answer."""

    answer: RatioAnswer
    line: Ahead
    corrections: list[Correction]

    @property
    def first(self) -> date:
        return self.line.today

    @property
    def changes(self) -> list[Change]:
        return [change for change in self.line.changes if change.day <= self.answer.as_of]


def past(actor: User, answer: RatioAnswer, *, months: int = 24) -> Past:
    """A fixed number of statements."""
    facts, first = answer.facts, month_ends(answer.as_of, months)[0]
    rows = [row for row in facts.rows if row.start_date <= answer.as_of and not is_over(row, first)]
    named, people = can(actor, Permission.ROSTER_VIEW, answer.institution), by_person(rows)
    line = Ahead(
        facts=facts,
        binding=answer.binding,
        rules=((first, answer.rule),),
        prospect=Prospect(first, (era_of(facts, first, answer.rule, first),), sealed_from(facts, first)),
        people=people,
        names={person: facts.names[person] for person in people} if named else {},
        named=named,
        reached_by=answer.as_of,
    )
    return Past(answer, line, _corrections(actor, line, answer))


# --- what was put right ---------------------------------------------------------------------------------------------
def _corrections(actor: User, line: Ahead, answer: RatioAnswer) -> list[Correction]:
    """Of the days of the line, the latest first."""
    since, until = clock.end_of_day(line.today), answer.known_then or clock.now()
    until = min(until, clock.end_of_day(answer.as_of))
    found = [*_reworded(answer, since, until), *_voided(answer, since, until), *_leaves(answer, since, until)]
    found += _annulled(answer, line.people, since, until)
    if not line.named:
        return sorted((Correction(at, kind, None, "") for _pk, at, kind, _ in found), key=_turn, reverse=True)
    people = Person.objects.filter(pk__in={pk for pk, *_ in found})
    names = dict(people.values_list("pk", "name"))
    # Whoever was taken out has no page here by that row.
    reached = set(people.allowed(actor, Permission.PERSON_VIEW).values_list("pk", flat=True))
    told = [Correction(at, kind, pk, names[pk], changes, pk in reached) for pk, at, kind, changes in found]
    return sorted(told, key=_turn, reverse=True)


def _turn(one: Correction) -> tuple[datetime, str]:
    return one.at, one.name


# Of whom, since when it is known, how, and what changed.
_Found = tuple[int, datetime, Righted, tuple[tuple[str, Any, Any], ...]]


def _reworded(answer: RatioAnswer, since: datetime, until: datetime) -> Iterable[_Found]:
    """Entries that changed what had been known of a day gone by; a leaving announced for later is none."""
    path = "appointment__"
    rows = AppointmentVersion.objects.filter(appointment__institution=answer.institution, superseded_at__lte=until)
    columns = ("appointment", surviving(f"{path}person__"), "recorded_at", "superseded_at", *COUNTING)
    earlier = list(rows.filter(superseded_at__gt=since).order_by("superseded_at", "pk").values_list(*columns))
    after = _wordings_begun(answer, {row[0] for row in earlier})
    for appointment, person, _recorded, superseded, *terms in earlier:
        if new := after.get((appointment, superseded)):
            changes = tuple((name, old, now) for name, old, now in zip(COUNTING, terms, new, strict=True) if old != now)
            if _about_days_gone(changes, clock.day_of(superseded)):
                yield person, superseded, Righted.CORRECTED, changes


def _wordings_begun(answer: RatioAnswer, appointments: set[int]) -> dict[tuple[int, datetime], tuple[Any, ...]]:
    """Terms by appointment and the moment from which on they were believed."""
    versions = AppointmentVersion.objects.filter(appointment__in=appointments).order_by("pk")
    present = Appointment.objects.filter(pk__in=appointments).order_by("pk")
    rows = [
        *versions.values_list("appointment", "recorded_at", *COUNTING),
        *present.values_list("pk", "recorded_at", *COUNTING),
    ]
    return {(appointment, recorded): tuple(terms) for appointment, recorded, *terms in rows}


def _about_days_gone(changes: tuple[tuple[str, Any, Any], ...], recorded: date) -> bool:
    """An end changes the days from the earlier of the two on, anything else the days of the appointment."""
    ends = [day or date.max for name, *pair in changes if name == "end_date" for day in pair]
    return any(name != "end_date" for name, *_ in changes) or min(ends, default=date.max) < recorded


def _voided(answer: RatioAnswer, since: datetime, until: datetime) -> Iterable[_Found]:
    rows = Appointment.objects.filter(institution=answer.institution, voided_at__gt=since, voided_at__lte=until)
    for person, at in rows.order_by("voided_at", "pk").values_list(surviving("person__"), "voided_at"):
        yield person, at, Righted.VOIDED, ()


def _leaves(answer: RatioAnswer, since: datetime, until: datetime) -> Iterable[_Found]:
    """Of kinds that the rule leaves out: what changed whom it counts on a day gone by."""
    if not answer.rule.leaves_left_out:
        return
    rows = LeaveOfAbsence.objects.filter(appointment__institution=answer.institution, replaces__isnull=False)
    rows = rows.filter(recorded_at__gt=since, recorded_at__lte=until).annotate(
        survivor=surviving("appointment__person__")
    )
    for row in rows.select_related("appointment", "replaces").order_by("recorded_at", "pk"):
        before, after = _terms(row.replaces) if row.replaces else None, None if row.withdrawn else _terms(row)
        day = _first_difference(*(_left_out(one, row.appointment, answer) for one in (before, after)))
        if day < clock.day_of(row.recorded_at):
            pairs = zip(LEAVE, *(_columns(one) for one in (before, after)), strict=True)
            yield row.survivor, row.recorded_at, Righted.LEAVE, tuple(one for one in pairs if one[1] != one[2])


def _terms(leave: LeaveOfAbsence | None) -> Away | None:
    return Away(leave.kind, leave.start_date, leave.end_date) if leave else None


def _columns(away: Away | None) -> tuple[Any, ...]:
    return (away.kind, away.start, away.end) if away else (None, None, None)


def _left_out(away: Away | None, appointment: Appointment, answer: RatioAnswer) -> tuple[date, date] | None:
    """The days that it takes out of the count: none behind the end of the appointment."""
    last = appointment.end_date or date.max
    if away is None or away.kind not in answer.rule.leaves_left_out or away.start >= last:
        return None
    return away.start, min(away.end or date.max, last)


def _first_difference(before: tuple[date, date] | None, after: tuple[date, date] | None) -> date:
    if before is None or after is None:
        return next((one[0] for one in (before, after) if one), date.max)
    return next((min(pair) for pair in zip(before, after, strict=True) if pair[0] != pair[1]), date.max)


def _annulled(
    answer: RatioAnswer, people: Mapping[int, list[StaffRow]], since: datetime, until: datetime
) -> Iterable[_Found]:
    """Of people of the line, what had counted here: what else of theirs was annulled is not for this institution."""
    held = Appointment.objects.holding(answer.known_then).filter(institution=answer.institution).order_by()
    here = held.annotate(survivor=surviving("person__", answer.known_then)).values("survivor")
    rows = TrainingRecordAnnulment.objects.filter(recorded_at__gt=since, recorded_at__lte=until)
    rows = rows.annotate(survivor=surviving("record__person__", answer.known_then))
    counted = accepted_records(answer.rule, answer.as_of).latest_wordings()  # type: ignore[attr-defined]
    rows = rows.filter(record__in=counted)
    columns = ("survivor", "recorded_at", "record__completed_on")
    for person, at, done in rows.filter(survivor__in=here).order_by("recorded_at", "pk").values_list(*columns):
        posts = [row for row in people.get(person, ()) if counts(row, answer.rule)]
        if any(row.end_date is None or row.end_date > done for row in posts):
            yield person, at, Righted.ANNULLED, ()
