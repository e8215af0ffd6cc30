"""The ratio of an institution or a region on any day, as known at any moment, with the evidence behind each person."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet

from accounts.models import Appointment, Institution, TrainingBase, User
from accounts.permissions import Permission
from accounts.selectors import identified_as, surviving
from core import clock
from core.compiled import compiled
from core.errors import NotAllowed
from staffing.models import RatioRule, SealedCount
from staffing.ratio import Outcome, Ratio
from staffing.selectors.known import Known
from staffing.selectors.sealed import Sealed, sealed_by_institution
from staffing.selectors.versions import (
    bound_by,
    counted,
    counted_on,
    counting_records,
    records_behind,
    rule_on,
)
from staffing.workflow import SealedState

# A surviving person or the stand-in of a secret post, and whether trained.
Member = tuple[Hashable, bool]


@dataclass(frozen=True)
class RatioAnswer:
    """A ratio with everything that makes it checkable: for whom, by which rule, of which day, as known when.

    `facts`: what the ratio of one institution was counted from. Many are counted by statements over sets; the facts of
    such an answer are read when somebody asks for them.
    """

    facts: Known
    rule: RatioRule
    binding: bool
    as_of: date
    known_at: datetime
    ratio: Ratio
    # Those of the two numbers that are people in secret posts, confirmed as a number and in no list.
    sealed: Sealed = field(default_factory=Sealed)

    @property
    def institution(self) -> Institution:
        return self.facts.institution

    @property
    def known_then(self) -> datetime | None:
        """Asked for as known at an earlier moment; None: as known now."""
        return self.facts.known_at

    @property
    def of_today(self) -> bool:
        """As known now: what is going on in classes and at desks belongs to no other day."""
        return self.known_then is None and self.as_of == clock.today()

    @property
    def waiting(self) -> SealedCount | None:
        """A number that does not count yet."""
        return next((one for one in self.facts.sealed_counts if one.state == SealedState.ENTERED), None)

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


def find_institution(actor: User, identifier: str, permission: Permission = Permission.RATIO_VIEW) -> Institution:
    """By USCC (18 characters) or the platform's id. Raises NotAllowed, also when there is none."""
    reach = Institution.objects.allowed(actor, permission).filter(identified_as(identifier)).order_by()
    found = [one for (pk,) in reach.values_list("pk") for one in _institution(pk=pk)]
    if not found:
        raise NotAllowed(permission=permission.value)
    return found[0]


@compiled(pk=BigIntegerField())
def _institution(*, pk: Any) -> QuerySet[Institution]:
    return Institution.objects.filter(pk=pk).select_related("region", "parent")


def institution_ratio(
    institution: Institution,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    rule: RatioRule | None = None,
) -> RatioAnswer:
    """The ratio at the end of a day in Shanghai (default today), as known at a moment (default now).

    `rule`: another one than the requirement in force that day as known then.
    """
    now, facts = clock.now(), Known(institution, known_at)
    as_of = as_of or clock.day_of(now)
    rule = rule or facts.rule_on(as_of)
    sealed = facts.sealed(as_of)
    return RatioAnswer(
        facts=facts,
        rule=rule,
        binding=facts.bound(rule, as_of),
        as_of=as_of,
        known_at=known_at or now,
        ratio=facts.ratio(rule, as_of),
        sealed=sealed,
    )


def region_ratios(
    actor: User, region_path: str, *, as_of: date | None = None
) -> tuple[RegionFigure, dict[int, RatioAnswer]]:
    """Every institution the actor may see below a region path, and the region's figure; a fixed number of queries."""
    as_of = as_of or clock.today()
    rule, now = rule_on(as_of), clock.now()
    reach = Institution.objects.allowed(actor, Permission.RATIO_VIEW).filter(region__path__startswith=region_path)
    scope = answering_for(reach).select_related("region", "parent").order_by("name", "pk")
    institutions = {one.pk: one for one in scope}
    people, sealed = members_of(list(institutions), rule, as_of)
    bound = bound_by(institutions.values(), rule, as_of)
    answers = {
        pk: RatioAnswer(
            Known(one), rule, pk in bound, as_of, now, ratio_among([people[pk]], rule), sealed=sealed.get(pk, Sealed())
        )
        for pk, one in institutions.items()
    }
    met = sum(answers[pk].ratio.outcome == Outcome.MET for pk in bound)
    figure = RegionFigure(ratio_among(people.values(), rule), len(institutions), len(bound), met, people)
    return figure, answers


def answering_for(institutions: QuerySet[Institution]) -> QuerySet[Institution]:
    """Those that have a ratio of their own."""
    return institutions.exclude(_merely_behind_others())


def _merely_behind_others() -> Q:
    """Legal persons that only stand behind a department or a base: they transfer nothing themselves."""
    own_staff = Appointment.objects.holding().filter(institution=OuterRef("pk"))
    departments = Institution.objects.filter(parent=OuterRef("pk"))
    bases = TrainingBase.objects.filter(host=OuterRef("pk"))
    return ~Q(Exists(own_staff)) & (Q(Exists(departments)) | Q(Exists(bases)))


def ratio_among(groups: Iterable[list[Member]], rule: RatioRule) -> Ratio:
    """The ratio of several institutions together: everybody once, however often appointed."""
    everybody = {person: trained for group in groups for person, trained in group}
    trained = frozenset(person for person, is_trained in everybody.items() if is_trained)
    return counted(frozenset(everybody), trained, rule)


def members_of(
    institutions: list[int], rule: RatioRule, as_of: date
) -> tuple[defaultdict[int, list[Member]], dict[int, Sealed]]:
    """Who counts where, people in secret posts among them, who are also told apart."""
    people, sealed = _staff_by_institution(institutions, rule, as_of), sealed_by_institution(institutions, as_of)
    for pk, count in sealed.items():
        people[pk] += count.as_members(pk)
    return people, sealed


def _staff_by_institution(institutions: list[int], rule: RatioRule, as_of: date) -> defaultdict[int, list[Member]]:
    """Who counts where, and whether trained: two statements, neither of which asks per person."""
    rows = Appointment.objects.holding().filter(counted_on(rule, as_of), institution__in=institutions)
    staff = rows.annotate(survivor=surviving("person__"))
    pairs = list(staff.values_list("institution_id", "survivor").distinct())
    behind = records_behind(
        {person for _place, person in pairs}, staff.values("survivor"), counting_records(rule, as_of)
    )
    trained = frozenset(behind.values_list("survivor", flat=True))
    people: defaultdict[int, list[Member]] = defaultdict(list)
    for institution, person in pairs:
        people[institution].append((person, person in trained))
    return people
