"""A region over time, and where it is short of trained staff: how many, at whom, and which classes have seats."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from accounts.models import Appointment, Institution, User
from accounts.permissions import Permission
from accounts.selectors import surviving
from accounts.selectors.leaves import leaves_at, stretches
from courses.models import Cohort
from staffing.models import RatioRule, SealedCount
from staffing.ratio import Outcome, Ratio, month_ends
from staffing.selectors.plans import classes_for
from staffing.selectors.ratios import Member, RatioAnswer, answering_for, ratio_among
from staffing.selectors.sealed import sealed_on
from staffing.selectors.versions import bound_by, counted_terms, rule_on, trained_since

# One appointment of the region: at which institution, of whom, from when, to when.
Term = tuple[int, int, date, date | None]


@dataclass(frozen=True)
class Point:
    """A region at the end of one day: its own figure, and how many of those bound met the requirement."""

    day: date
    ratio: Ratio
    binding: int
    binding_met: int


@dataclass(frozen=True)
class Short:
    """An institution below the threshold; `nearest`: the class with a free seat that is nearest to it."""

    answer: RatioAnswer
    nearest: Cohort | None


@dataclass(frozen=True)
class Shortfalls:
    """Those short of trained staff, the most first, and the classes that could train them before `until`."""

    until: date
    short: list[Short]
    inside: list[Cohort]
    outside: list[Cohort]

    @property
    def bound(self) -> list[Short]:
        return [one for one in self.short if one.answer.binding]

    @property
    def people(self) -> int:
        """Still to train where the requirement binds; elsewhere it is nobody's duty."""
        return sum(one.answer.ratio.shortfall for one in self.bound)

    @property
    def people_for_reference(self) -> int:
        return sum(one.answer.ratio.shortfall for one in self.short) - self.people

    @property
    def seats(self) -> int:
        return _seats(self.inside)

    @property
    def seats_outside(self) -> int:
        return _seats(self.outside)


def region_history(actor: User, region_path: str, *, as_of: date, months: int = 12) -> list[Point]:
    """The end of each of the last months and the day asked for, as known now and by the rule of that day.

    The number of statements grows with the months alone.
    """
    rule = rule_on(as_of)
    reach = Institution.objects.allowed(actor, Permission.RATIO_VIEW).filter(region__path__startswith=region_path)
    institutions = {one.pk: one for one in answering_for(reach).select_related("region", "parent")}
    terms = _terms(list(institutions), rule, as_of)
    since = trained_since({person for _place, person, _start, _end in terms}, rule, as_of)
    sealed = _sealed(list(institutions))
    points = []
    for day in month_ends(as_of, months):
        people = _members_on(day, terms, since, sealed)
        bound = bound_by(institutions.values(), rule, day)
        met = sum(ratio_among([people[pk]], rule).outcome == Outcome.MET for pk in bound)
        points.append(Point(day, ratio_among(people.values(), rule), len(bound), met))
    return points


def shortfalls(answers: Iterable[RatioAnswer], rule: RatioRule, region_path: str, *, until: date) -> Shortfalls:
    """Of a region's answers those not met, and the classes that end before a day and train what the rule counts."""
    found = list(classes_for(rule, until).select_related("base__region").order_by("ends_on", "pk"))
    below = [one for one in answers if one.ratio.outcome == Outcome.NOT_MET]
    below.sort(key=lambda one: (not one.binding, -one.ratio.shortfall, one.institution.name, one.institution.pk))
    inside: list[Cohort] = []
    outside: list[Cohort] = []
    for one in found:
        (inside if one.base.region.path.startswith(region_path) else outside).append(one)
    # Once for each region and not for each institution: many stand in the same one.
    nearest = {path: _nearest(path, found) for path in {one.institution.region.path for one in below}}
    return Shortfalls(
        until=until,
        short=[Short(one, nearest[one.institution.region.path]) for one in below],
        inside=inside,
        outside=outside,
    )


def _nearest(path: str, classes: list[Cohort]) -> Cohort | None:
    """By how many divisions the two regions share from the top; among equals the one that ends first."""
    return max(classes, key=lambda one: _shared(path, one.base.region.path), default=None)


def _shared(one: str, other: str) -> int:
    divisions = zip(one.split("/"), other.split("/"), strict=False)
    return next((depth for depth, (a, b) in enumerate(divisions) if a != b or not a), 0)


def _seats(classes: list[Cohort]) -> int:
    return sum(one.seats_left for one in classes)  # type: ignore[attr-defined]  # annotated by open_cohorts


def _terms(institutions: list[int], rule: RatioRule, until: date) -> list[Term]:
    rows: QuerySet[Appointment] = Appointment.objects.holding().filter(counted_terms(rule), start_date__lte=until)
    rows = rows.filter(institution__in=institutions).annotate(survivor=surviving("person__"))
    leaves = leaves_at(institutions, rule.leaves_left_out)
    columns = ("pk", "institution_id", "survivor", "start_date", "end_date")
    return [
        (place, person, *days)
        for pk, place, person, start, end in rows.values_list(*columns)
        for days in stretches(start, end, leaves.get(pk, ()))
    ]


def _sealed(institutions: list[int]) -> dict[int, list[SealedCount]]:
    grouped: dict[int, list[SealedCount]] = defaultdict(list)
    rows = SealedCount.objects.filter(confirmed_at__isnull=False, institution__in=institutions)
    for row in rows.order_by("pk"):
        grouped[row.institution_id].append(row)
    return grouped


def _members_on(
    day: date, terms: list[Term], since: dict[int, date], sealed: dict[int, list[SealedCount]]
) -> defaultdict[int, list[Member]]:
    people: defaultdict[int, list[Member]] = defaultdict(list)
    for place, person, start, end in terms:
        if start <= day and (end is None or end > day):
            people[place].append((person, since.get(person, date.max) <= day))
    for place, rows in sealed.items():
        people[place] += sealed_on(rows, day).as_members(place)
    return people
