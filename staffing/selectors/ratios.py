"""The ratio of an institution or a region on any day, as known at any moment, with the evidence behind each person."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import (
    Appointment,
    Designation,
    Institution,
    TrainingBase,
    User,
)
from accounts.permissions import Permission
from accounts.selectors import identified_as, surviving
from accounts.selectors.staff import running_on, staff_of
from core import clock
from core.errors import NotAllowed
from courses.models import TrainingRecord
from courses.workflow import COUNTED
from staffing.models import RatioRule, SealedCount
from staffing.ratio import Outcome, Ratio, ratio_of
from staffing.selectors.sealed import Sealed, sealed_by_institution, sealed_on, sealed_rows
from staffing.workflow import SealedState

# A surviving person or the stand-in of a secret post, and whether trained.
Member = tuple[Hashable, bool]
RULE_CODE = "TRAINED_STAFF_70"


@dataclass(frozen=True)
class RatioAnswer:
    """A ratio with everything that makes it checkable: for whom, by which rule, of which day, as known when."""

    institution: Institution
    rule: RatioRule
    binding: bool
    as_of: date
    known_at: datetime
    ratio: Ratio
    # Asked for as known at an earlier moment; None: as known now.
    known_then: datetime | None = None
    # Those of the two numbers that are people in secret posts, confirmed as a number and in no list.
    sealed: Sealed = field(default_factory=Sealed)
    # All that were entered for the institution, confirmed or not.
    sealed_counts: tuple[SealedCount, ...] = ()

    @property
    def waiting(self) -> SealedCount | None:
        """A number that does not count yet."""
        return next((one for one in self.sealed_counts if one.state == SealedState.ENTERED), None)

    def as_json(self) -> dict[str, Any]:
        """The object of architecture section 6; API and command answer with it."""
        return {
            "institution": {
                "id": self.institution.pk, "uscc": self.institution.uscc, "name": self.institution.name,
            },
            "rule": {
                "code": self.rule.code, "version": self.rule.version, "value": self.rule.value,
                "comparator": self.rule.comparator, "source": self.rule.text("source", "zh-hans"),
            },
            "binding": self.binding,
            "as_of": self.as_of.isoformat(),
            "known_at": self.known_at.astimezone(clock.SHANGHAI).isoformat(),
            "staff": self.ratio.staff,
            "trained": self.ratio.trained,
            "percent_floor": self.ratio.percent_floor,
            "outcome": self.ratio.outcome.value,
            "shortfall": self.ratio.shortfall,
        }  # fmt: skip


@dataclass(frozen=True)
class RegionFigure:
    """A region's sum: distinct people over distinct people, never a mean of percentages; institutions beside it."""

    ratio: Ratio
    institutions: int
    binding: int
    binding_met: int
    # (surviving person, trained) per institution: what any part of the region is counted from. People in secret posts
    # stand there as members without a person.
    people: Mapping[int, list[Member]]


def rule_on(day: date) -> RatioRule:
    """The version in force that day; before the first one, the first one (history is judged by it as reference)."""
    rules = RatioRule.objects.filter(code=RULE_CODE, reference_only=False)
    in_force = rules.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)
    return in_force.order_by("-valid_from").first() or rules.order_by("valid_from")[0]


def find_institution(actor: User, identifier: str) -> Institution:
    """By USCC (18 characters) or the platform's id. Raises NotAllowed, also when there is none."""
    reach = Institution.objects.allowed(actor, Permission.RATIO_VIEW).select_related("region", "parent")
    if not (institution := reach.filter(identified_as(identifier)).first()):
        raise NotAllowed(permission=Permission.RATIO_VIEW.value)
    return institution


def institution_ratio(
    institution: Institution, *, as_of: date | None = None, known_at: datetime | None = None
) -> RatioAnswer:
    """The ratio at the end of a day in Shanghai (default today), as known at a moment (default now)."""
    now = clock.now()
    as_of = as_of or clock.today()
    rule = rule_on(as_of)
    staff = staff_ids(institution, rule, as_of, known_at)
    trained = trained_ids(staff, rule, as_of, known_at)
    counts = tuple(sealed_rows(institution))
    sealed = sealed_on(counts, as_of, known_at)
    return RatioAnswer(
        institution=institution,
        rule=rule,
        binding=is_binding(institution, rule, as_of),
        as_of=as_of,
        known_at=known_at or now,
        ratio=ratio_of(staff, trained, value=rule.value).with_sealed(sealed.trained, sealed.staff),
        known_then=known_at,
        sealed=sealed,
        sealed_counts=counts,
    )


def staff_ids(
    institution: Institution, rule: RatioRule, as_of: date, known_at: datetime | None = None
) -> frozenset[int]:
    """Distinct surviving persons with a counting appointment that day: start <= day, no end or end after the day."""
    staff = staff_of(institution, as_of, known_at, among=counted_terms(rule))
    return frozenset(row.person for row in staff)


def trained_ids(
    people: Iterable[int], rule: RatioRule, as_of: date, known_at: datetime | None = None
) -> frozenset[int]:
    """Those of `people` with a counting training record completed by that day."""
    records = counting_records(rule, as_of, known_at).annotate(survivor=surviving("person__", known_at))
    return frozenset(records.filter(survivor__in=list(people)).values_list("survivor", flat=True))


def counting_records(rule: RatioRule, as_of: date, known_at: datetime | None = None) -> QuerySet[TrainingRecord]:
    """Records that train: verified, of the rule's tracks, completed by the day, not annulled or replaced (as known)."""
    rows = TrainingRecord.objects.filter(standing__in=COUNTED, track__in=rule.tracks, completed_on__lte=as_of)
    if known_at is None:
        return rows.filter(annulment__isnull=True, replaced_by__isnull=True)
    undone = Q(annulment__recorded_at__lte=known_at) | Q(replaced_by__recorded_at__lte=known_at)
    return rows.filter(recorded_at__lte=known_at).exclude(pk__in=TrainingRecord.objects.filter(undone).values("pk"))


def is_binding(institution: Institution, rule: RatioRule, as_of: date) -> bool:
    return institution.pk in _bound([institution.pk], rule, as_of)


def region_ratios(
    actor: User, region_path: str, *, as_of: date | None = None
) -> tuple[RegionFigure, dict[int, RatioAnswer]]:
    """Every institution the actor may see below a region path, and the region's figure; a fixed number of queries."""
    as_of = as_of or clock.today()
    rule, now = rule_on(as_of), clock.now()
    reach = Institution.objects.allowed(actor, Permission.RATIO_VIEW).filter(region__path__startswith=region_path)
    scope = reach.exclude(_merely_behind_others()).select_related("region", "parent").order_by("name", "pk")
    institutions = {one.pk: one for one in scope}
    people = _staff_by_institution(list(institutions), rule, as_of)
    sealed = sealed_by_institution(list(institutions), as_of)
    for pk, count in sealed.items():
        people[pk] += count.as_members(pk)
    bound = _bound(list(institutions), rule, as_of)
    answers = {
        pk: RatioAnswer(
            one, rule, pk in bound, as_of, now, ratio_among([people[pk]], rule), sealed=sealed.get(pk, Sealed())
        )
        for pk, one in institutions.items()
    }
    met = sum(answers[pk].ratio.outcome == Outcome.MET for pk in bound)
    figure = RegionFigure(ratio_among(people.values(), rule), len(institutions), len(bound), met, people)
    return figure, answers


def _merely_behind_others() -> Q:
    """Legal persons that only stand behind a department or a base: they transfer nothing themselves."""
    own_staff = Appointment.objects.holding().filter(institution=OuterRef("pk"))
    departments = Institution.objects.filter(parent=OuterRef("pk"))
    bases = TrainingBase.objects.filter(host=OuterRef("pk"))
    return ~Q(Exists(own_staff)) & (Q(Exists(departments)) | Q(Exists(bases)))


def counted_terms(rule: RatioRule) -> Q:
    """Which appointments the rule counts, by their terms."""
    return Q(professional=True, employment_type__in=rule.employment_types)


def ratio_among(groups: Iterable[list[Member]], rule: RatioRule) -> Ratio:
    """The ratio of several institutions together: everybody once, however often appointed."""
    everybody = {person: trained for group in groups for person, trained in group}
    trained = frozenset(person for person, is_trained in everybody.items() if is_trained)
    return ratio_of(frozenset(everybody), trained, value=rule.value)


def _staff_by_institution(institutions: list[int], rule: RatioRule, as_of: date) -> defaultdict[int, list[Member]]:
    """Who counts where, and whether trained: two statements, neither of which asks per person."""
    rows = Appointment.objects.holding().filter(running_on(as_of), counted_terms(rule), institution__in=institutions)
    staff = rows.annotate(survivor=surviving("person__"))
    records = counting_records(rule, as_of).annotate(survivor=surviving("person__"))
    trained = frozenset(records.filter(survivor__in=staff.values("survivor")).values_list("survivor", flat=True))
    people: defaultdict[int, list[Member]] = defaultdict(list)
    for institution, person in staff.values_list("institution_id", "survivor").distinct():
        people[institution].append((person, person in trained))
    return people


def _bound(institutions: list[int], rule: RatioRule, as_of: date) -> frozenset[int]:
    granted = Designation.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=as_of),
        institution__in=institutions,
        kind=rule.binding_designation,
        valid_from__lte=as_of,
    )
    return frozenset(granted.values_list("institution_id", flat=True)) if rule.binding_designation else frozenset()
