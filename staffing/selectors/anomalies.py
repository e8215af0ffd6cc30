"""What may be odd about a return: the figures from the database, judged by staffing.rules.anomalies."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.db.models import F, Q, QuerySet

from accounts.models import Appointment, AppointmentVersion
from accounts.selectors import numbers_of, surviving
from accounts.selectors.staff import StaffRow
from core import clock
from staffing.models import RatioRule
from staffing.ratio import Ratio
from staffing.rules import anomalies
from staffing.rules.anomalies import Anomaly, limits
from staffing.selectors.ratios import RatioAnswer
from staffing.selectors.versions import counted_on


def anomalies_in(answer: RatioAnswer) -> list[Anomaly]:
    """A fixed number of statements, whatever the staff."""
    day, rule, rows = answer.as_of, answer.rule, answer.facts.rows
    staff, trained = answer.facts.stretches(rule), answer.facts.trained_since(rule)
    moves = limits("movement", on=day)
    span = timedelta(days=moves["days"])
    return [
        *anomalies.jump(_days(answer, limits("jump", on=day)["days"]), limits("jump", on=day)),
        *anomalies.movement(_on(staff, day - span), _on(staff, day), _on(staff, day + span), moves),
        *anomalies.rosters(_rosters(_on(staff, day), rule, day), limits("rosters", on=day)),
        *anomalies.other_dates(_repeated(answer, rows), limits("other_dates", on=day)),
        *anomalies.flag(_flagged(answer, rows, trained), limits("flag", on=day)),
    ]


def _on(rows: list[StaffRow], day: date) -> frozenset[int]:
    return frozenset(row.person for row in rows if row.runs_on(day))


def _days(answer: RatioAnswer, days: int) -> list[tuple[date, Ratio]]:
    """The ratio of each day of the span, the returned one last."""
    span = (answer.as_of - timedelta(days=back) for back in range(days, -1, -1))
    return answer.facts.ratios(answer.rule, span)


def _rosters(people: frozenset[int], rule: RatioRule, day: date) -> dict[int, int]:
    """At how many institutions each counts that day."""
    rows = Appointment.objects.holding().filter(counted_on(rule, day))
    places: dict[int, set[int]] = defaultdict(set)
    named = rows.annotate(survivor=surviving("person__")).filter(person__in=numbers_of(people), survivor__in=people)
    for person, place in named.values_list("survivor", "institution"):
        places[person].add(place)
    return {person: len(found) for person, found in places.items()}


def _repeated(answer: RatioAnswer, rows: list[StaffRow]) -> dict[datetime, frozenset[int]]:
    """By the moment of writing: whose post was written again with another first day, within the span of the rule.

    A roster that comes again with other dates makes a new row beside the old one; a line put right changes the row.
    """
    first = answer.as_of - timedelta(days=limits("other_dates", on=answer.as_of)["days"])
    batches: dict[datetime, set[int]] = defaultdict(set)
    person_of = {row.appointment: row.person for row in rows}
    written: dict[tuple[int, str], list[tuple[datetime, date]]] = defaultdict(list)
    own = Appointment.objects.holding().filter(institution=answer.institution)
    for pk, key, recorded_at, start in own.values_list("pk", "post_key", "recorded_at", "start_date"):
        if pk in person_of:
            written[person_of[pk], key].append((recorded_at, start))
    for (person, _key), lines in written.items():
        lines.sort()
        for (before, earlier), (at, later) in pairwise(lines):
            if before != at and earlier != later:
                batches[at].add(person)
    for pk, at in _redated(answer).values_list("appointment", "superseded_at"):
        if pk in person_of:
            batches[at].add(person_of[pk])
    day_of = {at: clock.day_of(at) for at in batches}
    return {at: frozenset(people) for at, people in batches.items() if day_of[at] >= first}


def _redated(answer: RatioAnswer) -> QuerySet[AppointmentVersion]:
    """Earlier wordings that differ from the present one in the first day."""
    rows = AppointmentVersion.objects.filter(appointment__institution=answer.institution)
    return rows.exclude(start_date=F("appointment__start_date")).order_by("pk")


def _flagged(answer: RatioAnswer, rows: list[StaffRow], trained: dict[int, date]) -> frozenset[int]:
    """In post on the day, untrained, and written as professional until lately but no longer."""
    day = answer.as_of
    first = day - timedelta(days=limits("flag", on=day)["days"])
    now = {row.appointment: row for row in rows if row.runs_on(day) and not row.professional}
    still = {row.person for row in rows if row.runs_on(day) and row.professional}
    were = AppointmentVersion.objects.filter(
        Q(superseded_at__date__gte=first), appointment__institution=answer.institution, professional=True
    )
    people = {now[pk].person for pk in were.values_list("appointment", flat=True) if pk in now}
    return frozenset(one for one in people - still if trained.get(one, date.max) > day)
